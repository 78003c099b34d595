#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/finding.h"

// Columns that hold JSON. ASCII only, no blanks, one form for one content. A byte 0xNN that is 0 or
// not well-formed UTF-8 is written as \uefNN, so that any bytes survive the way there and back.
// Each ..._from_json reads the form its counterpart writes, or nothing.
namespace pugmark::sqlite {

// An array of strings.
std::string text_list_to_json(const std::vector<std::string>& texts);
std::optional<std::vector<std::string>> text_list_from_json(std::string_view json);

// Of a longer text of an event or a comparison only this much is stored, with a remark in place of
// the rest: one line of a log may have Limits::line_bytes, and a finding many such texts.
inline constexpr std::size_t kTextBytesMax = std::size_t{128} << 10U;

// An object: the names and values of an event in its own order. Replaces `out`.
using Fields = std::vector<std::pair<std::string, std::string>>;
void fields_to_json(const Fields& fields, std::string& out);
std::optional<Fields> fields_from_json(std::string_view json);

// An array of objects with the keys field, value, pattern, offset_bytes, reading. A value that is
// the whole value of the first of `fields` with that name is not said twice: it is null. Replaces
// `out`. Reading gives nothing when such values would take more than kRowBytesMax (schema.h).
void because_to_json(const std::vector<Because>& because, const Fields& fields, std::string& out);
std::optional<std::vector<Because>> because_from_json(std::string_view json, const Fields& fields);

}  // namespace pugmark::sqlite

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/examined_file.h"
#include "detect/finding.h"

// Columns that hold JSON. ASCII only, no blanks, one form for one content. A byte 0xNN that is 0 or
// not well-formed UTF-8 is written as \uefNN, so that any bytes survive the way there and back.
// Each ..._from_json reads the form its counterpart writes, or nothing.
namespace pugmark::sqlite {

// An array of strings.
std::string text_list_to_json(const std::vector<std::string>& texts);
std::optional<std::vector<std::string>> text_list_from_json(std::string_view json);

// An object: the names and values of an event in its own order, each cut as cut_text() does at
// kFindingTextBytesMax if it is not yet. Replaces `out`.
using Fields = std::vector<std::pair<std::string, std::string>>;
void fields_to_json(const Fields& fields, std::string& out);
std::optional<Fields> fields_from_json(std::string_view json);

// An array of objects with the keys role, what, text, offset_bytes, length_bytes, layer.
std::string steps_to_json(const std::vector<FileStep>& steps);
std::optional<std::vector<FileStep>> steps_from_json(std::string_view json);

// An array of objects with the keys field, value, pattern, offset_bytes, reading. A value that is
// the whole value of the first of `fields` with that name is not said twice: it is null. Replaces
// `out`.
void because_to_json(const std::vector<Because>& because, const Fields& fields, std::string& out);
std::optional<std::vector<Because>> because_from_json(std::string_view json, const Fields& fields);

}  // namespace pugmark::sqlite

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pugmark::sqlite {

// A list of texts as a JSON array of strings, ASCII only. A byte 0xNN that is not well-formed UTF-8
// is written as \udcNN, so that any bytes survive the way there and back.
std::string text_list_to_json(const std::vector<std::string>& texts);

// Reads exactly what text_list_to_json() writes, or nothing.
std::optional<std::vector<std::string>> text_list_from_json(std::string_view json);

}  // namespace pugmark::sqlite

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "detect/indicators/indicator.h"

// Where in a text an indicator may begin and end. Texts are case-folded UTF-8. Thread-safe.
namespace pugmark::indicators {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
constexpr bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); }
// Of names of hosts and files: letters of other scripts too.
constexpr bool is_of_name(char c) {
  return is_alphanumeric(c) || c == '-' || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

// Whether a URL, path or file name that is `value` (wildcards included) stands at `at`.
bool stands_at(const Indicator& indicator, std::string_view text, std::size_t at);

// Whether a user agent with wildcards is the whole text.
bool is_whole(const Indicator& indicator, std::string_view text);

// The text as paths are compared: backslashes, one where several stand.
bool needs_backslashes(std::string_view text);
std::string with_backslashes(std::string_view text);

}  // namespace pugmark::indicators

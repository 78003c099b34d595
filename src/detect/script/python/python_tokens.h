#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "detect/script/token.h"

namespace pugmark::script {

// A string constant of Python taken apart: its prefix and quotes.
struct PythonText {
  bool is_raw = false;
  bool is_bytes = false;
  bool is_formatted = false;
  std::uint32_t content_begin = 0;  // in the text
  std::uint32_t content_end = 0;
};
PythonText take_apart_python_text(std::string_view text, const Token& token);

// Appends the tokens of text[begin, end), an expression inside of brackets, to `tokens`, and a
// kEnd.
void tokenise_python_expression(std::string_view text, std::uint32_t begin, std::uint32_t end,
                                std::uint32_t tokens_max, std::vector<Token>& tokens);

// text[at] is a backslash in a string: the position behind what it takes with it. In an f-string it
// takes no brace, but that of \N{name}.
std::uint32_t behind_python_backslash(std::string_view text, std::uint32_t at, std::uint32_t end,
                                      bool is_formatted);

// A hole {value!r:format} of an f-string; text[at] is behind its '{'.
struct PythonHole {
  std::uint32_t value_end = 0;  // where the format begins, at its ':', if there is one
  std::uint32_t end = 0;        // of the '}' that closes it, or the `end` given
};
PythonHole python_hole(std::string_view text, std::uint32_t at, std::uint32_t end);

}  // namespace pugmark::script

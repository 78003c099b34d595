#pragma once

#include <string>
#include <string_view>

namespace pugmark::script {

// The text that a string constant of Python stands for: `written` is what is between its quotes.
// \xhh is a byte in bytes, and a character, in UTF-8, elsewhere. In a formatted one {{ is {.
std::string unescaped_python(std::string_view written, bool is_raw, bool is_bytes,
                             bool is_formatted);

}  // namespace pugmark::script

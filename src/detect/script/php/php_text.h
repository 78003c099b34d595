#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pugmark::script::php {

// What escapes mean in a string.
enum class Quoting : unsigned char {
  kNone,     // nowdoc: nothing
  kSingle,   // '...': \\ and \'
  kDouble,   // "...": \n, \x41, \101, \u{41}, ..., \"
  kCommand,  // `...`: the same with \`
  kHeredoc,  // the same, and no quote is escaped
};

// Appends what `raw` stands for. `indentation`: so many blanks are taken off the beginning of each
// line, as the closing mark of a heredoc asks for; `is_line_start`: `raw` begins with a line.
void unescape(std::string_view raw, Quoting quoting, std::size_t indentation, bool is_line_start,
              std::string& out);

// True if unescape() would change nothing.
bool is_plain(std::string_view raw, Quoting quoting, std::size_t indentation);

}  // namespace pugmark::script::php

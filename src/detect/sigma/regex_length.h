#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace pugmark::sigma {

// Bytes the shortest text has in which a regular expression (RE2 syntax) can be found; never more
// than that, and 0 for expressions with parts this does not know. For texts that are shorter the
// expression need not be tried: `.{1000,}` on ordinary words costs more than all other expressions
// of the public rules together. `expression` must be one that RE2 accepts.
std::size_t shortest_match_bytes(std::string_view expression);

// Whether the expression asks for nothing but a number of characters in one line: `.{1000,}`. A
// thousand equal steps are what RE2 is slowest at (25 ms per text), and shortest_match_bytes() is
// then all there is to know of it.
bool asks_for_length_only(std::string_view expression);

// The same as searching `text` for such an expression, if the text is ASCII; else nothing is said.
std::optional<bool> has_line_of(std::string_view text, std::size_t length);

}  // namespace pugmark::sigma

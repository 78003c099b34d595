#pragma once

#include <cstddef>
#include <string_view>

namespace pugmark::sigma {

// Bytes the shortest text has in which a regular expression (RE2 syntax) can be found; never more
// than that, and 0 for expressions with parts this does not know. For texts that are shorter the
// expression need not be tried: `.{1000,}` on ordinary words costs more than all other expressions
// of the public rules together. `expression` must be one that RE2 accepts.
std::size_t shortest_match_bytes(std::string_view expression);

}  // namespace pugmark::sigma

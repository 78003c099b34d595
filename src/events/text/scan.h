#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "events/reader.h"

namespace pugmark::text {

// Vector loops over log text. All of them may read up to kBlockPadding bytes behind the text they
// are given (Block promises that they are there) and never look at what those bytes mean.
// Stateless, thread-safe.

struct Separators {
  std::size_t count = 0;
  bool ascii = true;  // no byte of the text is 0x80 or above
};

// Writes the offsets of all blanks, line feeds and NULs of `text` to `offsets`, ascending.
// `offsets` has room for text.size() entries; text.size() < 4 GiB. Uses AVX2 where the machine has
// it, else SSE2, which every x86-64 has.
Separators find_separators(std::string_view text, std::uint32_t* offsets);

// The next position >= `from` of a '#' or of the first byte of a byte order mark (0xEF) that stands
// directly behind a line feed or a NUL; npos if there is none. Position 0 is never reported.
std::size_t find_marked_line(std::string_view text, std::size_t from);

struct LineEnd {
  std::size_t end = 0;     // position of the line feed, or text.size() if there is none
  std::size_t quotes = 0;  // double quotes before it
};

// The end of the line beginning at `from`, and the quotes in it.
LineEnd find_line_end_and_quotes(std::string_view text, std::size_t from);

// Position of the last line feed; npos if there is none.
std::size_t find_last_line_feed(std::string_view text);

}  // namespace pugmark::text

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/text.h"
#include "events/file_kind.h"

namespace pugmark::web_root {

// The text of a file with one byte for each of its characters, so that places in it are places in
// the file: of UTF-16 what is no ASCII is a "?". In lower case beside it, for searches.
struct NarrowText {
  std::string text;
  std::string lower;
  std::uint64_t first_byte = 0;  // of text[0] in the file
  std::uint64_t unit_bytes = 1;

  std::uint64_t offset_of(std::size_t at) const { return first_byte + at * unit_bytes; }
};

inline NarrowText narrow(Bytes bytes, TextEncoding encoding) {
  NarrowText narrow;
  const std::string_view from = as_text(bytes);
  const bool is_big = encoding == TextEncoding::kUtf16Be;
  if (encoding != TextEncoding::kUtf16Le && !is_big) {
    narrow.text = from;
  } else {
    narrow.unit_bytes = 2;
    narrow.text.reserve(from.size() / 2);
    for (std::size_t at = 0; at + 1 < from.size(); at += 2) {
      const char low = from[at + (is_big ? 1 : 0)];
      const char high = from[at + (is_big ? 0 : 1)];
      const bool is_ascii = high == '\0' && static_cast<unsigned char>(low) < 0x80;
      narrow.text += is_ascii ? low : '?';
    }
  }
  narrow.lower = ascii_lower(narrow.text);
  return narrow;
}

}  // namespace pugmark::web_root

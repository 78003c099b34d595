#include "base/shorten.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/digest.h"

namespace pugmark {

bool shorten(std::string& text, std::size_t most_bytes) {
  most_bytes = std::max(most_bytes, kShortenedBytesMin);
  if (text.size() <= most_bytes) return false;
  const std::string rest =
      fmt::format("... [{} bytes, sha256 {}]", text.size(),
                  to_hex(sha256(as_bytes(text))).substr(0, 32));
  std::size_t end = most_bytes - std::min(most_bytes, rest.size());
  const auto is_inside = [&] { return (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80; };
  for (int steps = 0; steps < 3 && end > 0 && is_inside(); ++steps) --end;
  std::string shorter = text.substr(0, end) + rest;
  text.swap(shorter);  // the memory of a long text goes with it
  return true;
}

}  // namespace pugmark

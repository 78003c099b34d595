#include "base/shorten.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/digest.h"
#include "base/text.h"

namespace pugmark {
namespace {

constexpr std::size_t kCharacterBytesMost = 4;
constexpr std::size_t kFoldedBytesMost = 3;  // a character takes up to so many times its own bytes

}  // namespace

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

bool shorten_folded(std::string& text, std::size_t most_bytes) {
  most_bytes = std::max(most_bytes, kShortenedBytesMin);
  if (text.size() * kFoldedBytesMost <= most_bytes) return false;
  const std::string all = folded(text);
  if (all.size() <= most_bytes) return false;
  const std::string rest =
      fmt::format("... [sha256 {}]", to_hex(sha256(as_bytes(all))).substr(0, 32));
  // Equal texts have equally many characters in front; none takes more bytes than this.
  const std::size_t characters = (most_bytes - rest.size()) / kCharacterBytesMost;
  std::size_t end = 0;
  for (std::size_t i = 0; i < characters && end < text.size(); ++i) next_code_point(text, end);
  std::string shorter = text.substr(0, end) + rest;
  text.swap(shorter);
  return true;
}

}  // namespace pugmark

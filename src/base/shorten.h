#pragma once

#include <cstddef>
#include <string>

namespace pugmark {

// Makes `text` (UTF-8) at most `most_bytes` long, but never shorter than kShortenedBytesMin. What
// is longer keeps its beginning and gets its size and half of its SHA-256 for the rest, so that
// different texts stay different: "AAAA... [30000 bytes, sha256 0123...]". True if it was
// shortened. For what is kept many times; what rules compare is never shortened.
inline constexpr std::size_t kShortenedBytesMin = 96;
bool shorten(std::string& text, std::size_t most_bytes);

// The same for texts that are compared by case folding (base/text.h): those that are equal so stay
// equal so, those that are not stay different.
bool shorten_folded(std::string& text, std::size_t most_bytes);

}  // namespace pugmark

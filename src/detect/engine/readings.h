#pragma once

#include <string>
#include <string_view>

namespace pugmark::engine {

inline constexpr std::string_view kReadingStemAndQuery = "stem?query";
inline constexpr std::string_view kReadingDecodedOnce = "decoded once";
inline constexpr std::string_view kReadingDecodedTwice = "decoded twice";
inline constexpr std::string_view kReadingStemAndQueryDecodedOnce = "stem?query, decoded once";
inline constexpr std::string_view kReadingStemAndQueryDecodedTwice = "stem?query, decoded twice";
inline constexpr std::string_view kReadingPlusAsBlank = "plus as blank";
inline constexpr std::string_view kReadingJoined = "joined";
inline constexpr std::string_view kReadingRawLine = "raw line";

// Replaces each well-formed %XX by its byte, in one pass (RFC 3986, 2.1); anything else stays.
// True if something was replaced.
bool percent_decode(std::string_view text, std::string& out);

}  // namespace pugmark::engine

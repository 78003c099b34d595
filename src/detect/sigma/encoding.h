#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/rule.h"

// The modifiers that rewrite a value before it is compared (specification, "Encoding" and
// "windash"). Thread-safe.
namespace pugmark::sigma {

enum class Utf16 : std::uint8_t { kLittleEndian, kBigEndian, kWithBom };

// UTF-8 to the bytes of UTF-16; kWithBom is FF FE followed by little-endian. Malformed bytes become
// U+FFFD.
std::string utf16_bytes(std::string_view text, Utf16 form);

// Base64 with padding (RFC 4648 section 4).
std::string base64(std::string_view bytes);

// How the base64 of any data that contains `bytes` can look, one text for each of the three
// alignments: `bytes` is encoded behind 0, 1 and 2 filler bytes, and the characters that depend on
// neighbouring bytes are cut off. Lengths are counted in bytes. A variant may be empty.
std::vector<std::string> base64_offsets(std::string_view bytes);

// How many values dash_variants() makes of these tokens, but never more than 2^32.
std::size_t dash_variants_count(const std::vector<Token>& tokens);

// Every `-` or `/` that starts a switch (nothing or a non-word character before it, a word
// character behind it) replaced by each of - / U+2013 U+2014 U+2015, independently of the others,
// the value as written among them. The caller has made sure that there are not too many.
std::vector<std::vector<Token>> dash_variants(const std::vector<Token>& tokens);

}  // namespace pugmark::sigma

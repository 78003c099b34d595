#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pugmark::script::php {

// What a byte may begin or continue. Every byte from 0x7F on is part of a name: PHP knows no
// encoding, and names of such bytes are what obfuscators like best.
enum CharacterClass : std::uint8_t {
  kBlank = 1,  // form feed and vertical tab too, which PHP refuses and we can pass over
  kNameStart = 2,
  kDigit = 4,
  kHexDigit = 8,
  kNamePart = kNameStart | kDigit,
};

inline constexpr std::array<std::uint8_t, 256> kCharacterClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  for (const char c : {' ', '\t', '\r', '\n', '\v', '\f'})
    classes[static_cast<unsigned char>(c)] = kBlank;
  for (std::size_t c = 'a'; c <= 'z'; ++c) classes[c] = classes[c - 'a' + 'A'] = kNameStart;
  for (std::size_t c = 'a'; c <= 'f'; ++c)
    classes[c] = classes[c - 'a' + 'A'] = kNameStart | kHexDigit;
  classes['_'] = kNameStart;
  for (std::size_t c = 0x7F; c < classes.size(); ++c) classes[c] = kNameStart;
  for (std::size_t c = '0'; c <= '9'; ++c) classes[c] = kDigit | kHexDigit;
  return classes;
}();

inline bool is_of(char c, std::uint8_t character_class) {
  return (kCharacterClasses[static_cast<unsigned char>(c)] & character_class) != 0;
}

// The byte there, or 0 behind the end.
inline char byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? text[at] : '\0';
}

// The first position from `at` on whose byte is not of the class.
inline std::size_t skip_class(std::string_view text, std::size_t at, std::uint8_t character_class) {
  while (at < text.size() && is_of(text[at], character_class)) ++at;
  return at;
}

inline char lower_ascii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// True if the text has `lower_case` at `at`, in any case.
inline bool has_word_at(std::string_view text, std::size_t at, std::string_view lower_case) {
  if (at > text.size() || text.size() - at < lower_case.size()) return false;
  for (std::size_t i = 0; i < lower_case.size(); ++i)
    if (lower_ascii(text[at + i]) != lower_case[i]) return false;
  return true;
}

}  // namespace pugmark::script::php

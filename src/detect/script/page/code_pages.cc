#include "detect/script/page/code_pages.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/text.h"

namespace pugmark::script {
namespace {

// Code page 037, by IBM's published chart; both of its line ends are '\n' here.
constexpr std::array<unsigned char, 256> k037 = {
    0x00, 0x01, 0x02, 0x03, 0x9C, 0x09, 0x86, 0x7F, 0x97, 0x8D, 0x8E, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F,
    0x10, 0x11, 0x12, 0x13, 0x9D, 0x85, 0x08, 0x87, 0x18, 0x19, 0x92, 0x8F, 0x1C, 0x1D, 0x1E, 0x1F,
    0x80, 0x81, 0x82, 0x83, 0x84, 0x0A, 0x17, 0x1B, 0x88, 0x89, 0x8A, 0x8B, 0x8C, 0x05, 0x06, 0x07,
    0x90, 0x91, 0x16, 0x93, 0x94, 0x95, 0x96, 0x04, 0x98, 0x99, 0x9A, 0x9B, 0x14, 0x15, 0x9E, 0x1A,
    0x20, 0xA0, 0xE2, 0xE4, 0xE0, 0xE1, 0xE3, 0xE5, 0xE7, 0xF1, 0xA2, 0x2E, 0x3C, 0x28, 0x2B, 0x7C,
    0x26, 0xE9, 0xEA, 0xEB, 0xE8, 0xED, 0xEE, 0xEF, 0xEC, 0xDF, 0x21, 0x24, 0x2A, 0x29, 0x3B, 0xAC,
    0x2D, 0x2F, 0xC2, 0xC4, 0xC0, 0xC1, 0xC3, 0xC5, 0xC7, 0xD1, 0xA6, 0x2C, 0x25, 0x5F, 0x3E, 0x3F,
    0xF8, 0xC9, 0xCA, 0xCB, 0xC8, 0xCD, 0xCE, 0xCF, 0xCC, 0x60, 0x3A, 0x23, 0x40, 0x27, 0x3D, 0x22,
    0xD8, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0xAB, 0xBB, 0xF0, 0xFD, 0xFE, 0xB1,
    0xB0, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70, 0x71, 0x72, 0xAA, 0xBA, 0xE6, 0xB8, 0xC6, 0xA4,
    0xB5, 0x7E, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0xA1, 0xBF, 0xD0, 0xDD, 0xDE, 0xAE,
    0x5E, 0xA3, 0xA5, 0xB7, 0xA9, 0xA7, 0xB6, 0xBC, 0xBD, 0xBE, 0x5B, 0x5D, 0xAF, 0xA8, 0xB4, 0xD7,
    0x7B, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0xAD, 0xF4, 0xF6, 0xF2, 0xF3, 0xF5,
    0x7D, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E, 0x4F, 0x50, 0x51, 0x52, 0xB9, 0xFB, 0xFC, 0xF9, 0xFA, 0xFF,
    0x5C, 0xF7, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0xB2, 0xD4, 0xD6, 0xD2, 0xD3, 0xD5,
    0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0xB3, 0xDB, 0xDC, 0xD9, 0xDA, 0x9F};
struct Difference {
  unsigned char from;
  unsigned char to;
};

// What the other pages have elsewhere, as far as code can be made of it.
constexpr std::array<Difference, 7> k500 = {
    {{0x4A, '['}, {0x4F, '!'}, {0x5A, ']'}, {0x5F, '^'}, {0xB0, 0xA2}, {0xBA, 0xAC}, {0xBB, '|'}}};
constexpr std::array<Difference, 6> k1047 = {
    {{0x5F, '^'}, {0xAD, '['}, {0xB0, 0xAC}, {0xBA, 0xDD}, {0xBB, 0xA8}, {0xBD, ']'}}};
constexpr std::array<Difference, 19> k273 = {{{0x43, '{'},
                                              {0x4A, 0xC4},
                                              {0x4F, '!'},
                                              {0x59, '~'},
                                              {0x5A, 0xDC},
                                              {0x5F, '^'},
                                              {0x63, '['},
                                              {0x6A, 0xF6},
                                              {0x7C, 0xA7},
                                              {0xA1, 0xDF},
                                              {0xB0, 0xA2},
                                              {0xB5, '@'},
                                              {0xBA, 0xAC},
                                              {0xBB, '|'},
                                              {0xC0, 0xE4},
                                              {0xD0, 0xFC},
                                              {0xDC, '}'},
                                              {0xEC, '\\'},
                                              {0xFC, ']'}}};

template <std::size_t N>
std::array<unsigned char, 256> with(const std::array<Difference, N>& differences) {
  std::array<unsigned char, 256> table = k037;
  for (const Difference& difference : differences) table.at(difference.from) = difference.to;
  return table;
}

std::array<unsigned char, 256> table_of(Ebcdic page) {
  switch (page) {
    case Ebcdic::k037:
      break;
    case Ebcdic::k273:
      return with(k273);
    case Ebcdic::k500:
      return with(k500);
    case Ebcdic::k1047:
      return with(k1047);
  }
  return k037;
}

// 0 to 63; 64 for what is no digit of base 64.
unsigned base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<unsigned>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<unsigned>(c - 'a') + 26;
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0') + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : 64;
}

// Digits from `at` on, as UTF-16 with the high byte first; `at` is then behind them and the '-'
// that may end them.
std::string utf16le_of_digits(std::string_view text, std::size_t& at) {
  std::string units;
  std::uint32_t bits = 0;
  unsigned bits_count = 0;
  for (; at < text.size() && base64_digit(text[at]) < 64; ++at) {
    bits = bits << 6U | base64_digit(text[at]);
    bits_count += 6;
    if (bits_count < 16) continue;
    bits_count -= 16;
    const std::uint32_t unit = bits >> bits_count & 0xFFFFU;
    units += static_cast<char>(unit & 0xFFU);
    units += static_cast<char>(unit >> 8U);
  }
  if (at < text.size() && text[at] == '-') ++at;
  return units;
}

}  // namespace

std::optional<Ebcdic> ebcdic_named(std::string_view name) {
  std::string plain;
  for (const char c : ascii_lower(name))
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) plain += c;
  for (const std::string_view prefix : {"x", "cs", "ibm", "cp"})
    if (plain.starts_with(prefix) && !plain.starts_with("cpc")) plain.erase(0, prefix.size());
  plain.erase(0, plain.find_first_not_of('0'));
  constexpr std::array<std::pair<std::string_view, Ebcdic>, 13> kNames = {
      {{"37", Ebcdic::k037},
       {"1140", Ebcdic::k037},
       {"ebcdiccpus", Ebcdic::k037},
       {"ebcdiccpca", Ebcdic::k037},
       {"ebcdiccpwt", Ebcdic::k037},
       {"ebcdiccpnl", Ebcdic::k037},
       {"273", Ebcdic::k273},
       {"1141", Ebcdic::k273},
       {"500", Ebcdic::k500},
       {"1148", Ebcdic::k500},
       {"ebcdiccpch", Ebcdic::k500},
       {"ebcdiccpbe", Ebcdic::k500},
       {"1047", Ebcdic::k1047}}};
  for (const auto& [known, page] : kNames)
    if (known == plain) return page;
  return std::nullopt;
}

bool begins_in_ebcdic(std::string_view text) {
  const std::size_t begin = text.find_first_not_of("\x40\x15\x25\x0D\x05");
  if (begin == std::string_view::npos) return false;
  text.remove_prefix(begin);
  return text.starts_with("\x4C\x6F\xA7\x94\x93") || text.starts_with("\x4C\x91\xA2\x97\x7A") ||
         text.starts_with("\x4C\x6C");
}

std::string from_ebcdic(std::string_view text, Ebcdic page) {
  const std::array<unsigned char, 256> table = table_of(page);
  std::string out(text);
  for (char& c : out) {
    const unsigned char to = table[static_cast<unsigned char>(c)];
    c = static_cast<char>(to == 0x85 ? '\n' : to);
  }
  return out;
}

std::string from_utf7(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] != '+') {
      out += text[at++];
    } else if (text.substr(at, 2) == "+-") {
      out += '+';
      at += 2;
    } else {
      ++at;
      append_utf16le(utf16le_of_digits(text, at), out);
    }
  }
  return out;
}

}  // namespace pugmark::script

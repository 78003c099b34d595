#include "detect/sigma/encoding.h"

#include <algorithm>
#include <array>
#include <unicode/uchar.h>
#include <utility>

#include "base/text.h"

namespace pugmark::sigma {
namespace {

constexpr std::array<std::string_view, 5> kDashes = {"-", "/", "\u2013", "\u2014", "\u2015"};

void append_unit(std::uint32_t unit, bool big_endian, std::string& out) {
  const char low = static_cast<char>(unit & 0xFF);
  const char high = static_cast<char>((unit >> 8) & 0xFF);
  out.push_back(big_endian ? high : low);
  out.push_back(big_endian ? low : high);
}

bool is_word(char32_t c) { return c == U'_' || u_isalnum(static_cast<UChar32>(c)) != 0; }

// Where the switches of one literal begin, as byte offsets. Wildcards at its ends are no word
// characters.
std::vector<std::size_t> switch_offsets(std::string_view literal) {
  std::vector<std::size_t> offsets;
  bool word_before = false;
  for (std::size_t at = 0; at < literal.size();) {
    const std::size_t start = at;
    const char32_t c = next_code_point(literal, at);
    if ((c == U'-' || c == U'/') && !word_before && at < literal.size()) {
      std::size_t behind = at;
      if (is_word(next_code_point(literal, behind))) offsets.push_back(start);
    }
    word_before = is_word(c);
  }
  return offsets;
}

std::vector<std::string> literal_variants(const std::string& literal) {
  std::vector<std::string> variants = {""};
  std::size_t done = 0;
  for (const std::size_t offset : switch_offsets(literal)) {
    std::vector<std::string> longer;
    longer.reserve(variants.size() * kDashes.size());
    for (const std::string& variant : variants) {
      const std::string start = variant + literal.substr(done, offset - done);
      for (const std::string_view dash : kDashes) longer.push_back(start + std::string(dash));
    }
    variants = std::move(longer);
    done = offset + 1;
  }
  for (std::string& variant : variants) variant += literal.substr(done);
  return variants;
}

}  // namespace

std::string utf16_bytes(std::string_view text, Utf16 form) {
  const bool big_endian = form == Utf16::kBigEndian;
  std::string out;
  if (form == Utf16::kWithBom) out = "\xFF\xFE";
  for (std::size_t at = 0; at < text.size();) {
    std::uint32_t c = next_code_point(text, at);
    if (c >= 0xD800 && c <= 0xDFFF) c = 0xFFFD;
    if (c < 0x10000) {
      append_unit(c, big_endian, out);
    } else {
      append_unit(0xD800 + ((c - 0x10000) >> 10), big_endian, out);
      append_unit(0xDC00 + ((c - 0x10000) & 0x3FF), big_endian, out);
    }
  }
  return out;
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t have = bytes.size() - at < 3 ? bytes.size() - at : 3;
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = (group << 8) | (i < have ? static_cast<std::uint8_t>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out.push_back(i <= have ? kAlphabet[(group >> (18 - 6 * i)) & 0x3F] : '=');
    }
  }
  return out;
}

std::vector<std::string> base64_offsets(std::string_view bytes) {
  // Characters at the start that carry bits of the filler, and at the end that carry bits of
  // what follows or padding, by the number of bytes that are left over in the last group.
  static constexpr std::array<std::size_t, 3> kStart = {0, 2, 3};
  static constexpr std::array<std::size_t, 3> kEnd = {0, 3, 2};
  std::vector<std::string> variants;
  for (std::size_t filler = 0; filler < 3; ++filler) {
    const std::string encoded = base64(std::string(filler, ' ') + std::string(bytes));
    const std::size_t cut = kStart[filler] + kEnd[(bytes.size() + filler) % 3];
    variants.push_back(cut >= encoded.size()
                           ? std::string()
                           : encoded.substr(kStart[filler], encoded.size() - cut));
  }
  return variants;
}

std::size_t dash_variants_count(const std::vector<Token>& tokens) {
  constexpr std::size_t kMost = std::size_t{1} << 32U;
  std::size_t count = 1;
  for (const Token& token : tokens) {
    for (std::size_t i = switch_offsets(token.literal).size(); i > 0 && count < kMost; --i)
      count *= kDashes.size();
  }
  return std::min(count, kMost);
}

std::vector<std::vector<Token>> dash_variants(const std::vector<Token>& tokens) {
  std::vector<std::vector<Token>> variants = {{}};
  for (const Token& token : tokens) {
    if (token.kind != TokenKind::kLiteral) {
      for (std::vector<Token>& variant : variants) variant.push_back(token);
      continue;
    }
    const std::vector<std::string> literals = literal_variants(token.literal);
    std::vector<std::vector<Token>> longer;
    longer.reserve(variants.size() * literals.size());
    for (const std::vector<Token>& variant : variants) {
      for (const std::string& literal : literals) {
        longer.push_back(variant);
        longer.back().push_back({TokenKind::kLiteral, literal});
      }
    }
    variants = std::move(longer);
  }
  return variants;
}

}  // namespace pugmark::sigma

// Microsoft's script encoder: every character is replaced by one of three, chosen by its place in a
// sequence of 64; what HTML or a line would trip over is written as '@' and another character; what
// is not ASCII stays.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.h"
#include "detect/script/page.h"
#include "detect/script/page/pages.h"
#include "detect/script/page/tags.h"

namespace pugmark::script {
namespace {

constexpr std::string_view kMark = "#@~^";
constexpr std::string_view kEndMark = "^#~@";
constexpr std::size_t kNumberBytes = 8;  // base 64: the length in front, the sum behind

// What 0x20 to 0x7F stand for, in each of the three alphabets. '<', '>' and '@' do not occur.
constexpr std::array<std::string_view, 3> kAlphabets = {
    ".GzVBj/&IA42[vrC89pEhqO\tbD#u ~ ^ "
    "wJa]\"KoN;LPg*}tT+-,0nkf5%!dMRc?{x)(sY3\x7FmUS|:_eFX1ilZH'\\=$y7`Q 6",
    "-uR`q^I\\b})6 |z\x7Fkc3+hQfv1dTC : ~ "
    "E,*t'7DyY/o&rj9{?8wgSG4x]0#Z[lHUpi.L!$NP\tVs5aKX;W\"mM%(FJ2A=_OBe",
    "20!)[83=X:5e9\\VsfNEkbYx^}Jmq ` S B'Hru17MR\"TjGd- "
    "\x7F.L]~loytC&v%$+(#A4\t*D?w;UiacPgQIOFh|6pnz/_KZ,W"};
static_assert(kAlphabets[0].size() == 96 && kAlphabets[1].size() == 96 &&
              kAlphabets[2].size() == 96);
constexpr std::string_view kTabs = "Wn{";  // what a tab stands for

constexpr std::string_view kSequence =
    "0120121221210212021200122102122100212120200120210212001220012021";
static_assert(kSequence.size() == 64);

char escaped_character(char c) {
  switch (c) {
    case '&':
      return '\n';
    case '#':
      return '\r';
    case '*':
      return '>';
    case '!':
      return '<';
    case '$':
      return '@';
    default:
      return '\0';
  }
}

bool is_ascii_byte(char c) { return static_cast<unsigned char>(c) < 0x80; }

char plain_character(char c, std::size_t alphabet) {
  if (c == '\t') return kTabs[alphabet];
  const auto value = static_cast<unsigned char>(c);
  if (value < 0x20 || c == '<' || c == '>' || c == '@') return c;
  return kAlphabets[alphabet][value - 0x20U];
}

bool is_base64(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=';
  });
}

std::string decoded(std::string_view code) {
  // In the double-byte code pages of East Asia the second byte of a character may be ASCII.
  const bool has_double_bytes = !is_valid_utf8(code);
  std::string out;
  out.reserve(code.size());
  std::size_t step = 0;
  for (std::size_t at = 0; at < code.size(); ++at) {
    const char c = code[at];
    if (!is_ascii_byte(c)) {
      out += c;
      if (has_double_bytes && at + 1 < code.size()) out += code[++at];
      continue;
    }
    const char escaped = c == '@' && at + 1 < code.size() ? escaped_character(code[at + 1]) : '\0';
    const auto alphabet = static_cast<std::size_t>(kSequence[step++ % 64] - '0');
    out += escaped != '\0' ? escaped : plain_character(c, alphabet);
    if (escaped != '\0') ++at;
  }
  return out;
}

}  // namespace

std::string decode_script_encoder(std::string_view encoded) {
  const std::size_t around = kMark.size() + 2 * kNumberBytes + kEndMark.size();
  if (encoded.size() < around || !encoded.starts_with(kMark) || !encoded.ends_with(kEndMark))
    return {};
  encoded.remove_prefix(kMark.size());
  encoded.remove_suffix(kEndMark.size());
  if (!is_base64(encoded.substr(0, kNumberBytes))) return {};
  encoded.remove_prefix(kNumberBytes);
  encoded.remove_suffix(kNumberBytes);
  return decoded(encoded);
}

}  // namespace pugmark::script

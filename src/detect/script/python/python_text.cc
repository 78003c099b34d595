#include "detect/script/python/python_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace pugmark::script {
namespace {

constexpr std::uint32_t kCharacterMax = 0x10FFFF;

int digit_value(char c, std::uint32_t base) {
  int value = 99;
  if (c >= '0' && c <= '9') value = c - '0';
  if (c >= 'a' && c <= 'f') value = c - 'a' + 10;
  if (c >= 'A' && c <= 'F') value = c - 'A' + 10;
  return value < static_cast<int>(base) ? value : -1;
}

// Reads up to `digits_max` digits at `at`, and passes over them. -1 if there is none.
std::int64_t number_at(std::string_view text, std::size_t& at, std::uint32_t base,
                       std::size_t digits_max) {
  std::int64_t value = -1;
  for (std::size_t i = 0; i < digits_max && at < text.size(); ++i, ++at) {
    const int digit = digit_value(text[at], base);
    if (digit < 0) break;
    value = std::max<std::int64_t>(value, 0) * base + digit;
  }
  return value;
}

void append_character(std::string& out, std::uint32_t character) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (character < 0x80) {
    put(character);
  } else if (character < 0x800) {
    put(0xC0U | (character >> 6U));
    put(0x80U | (character & 0x3FU));
  } else if (character < 0x10000) {
    put(0xE0U | (character >> 12U));
    put(0x80U | ((character >> 6U) & 0x3FU));
    put(0x80U | (character & 0x3FU));
  } else {
    put(0xF0U | (character >> 18U));
    put(0x80U | ((character >> 12U) & 0x3FU));
    put(0x80U | ((character >> 6U) & 0x3FU));
    put(0x80U | (character & 0x3FU));
  }
}

char simple_escape(char c) {
  switch (c) {  // table of escapes
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'v':
      return '\v';
    case '\\':
    case '\'':
    case '"':
      return c;
    default:
      return '\0';
  }
}

// written[at] is behind a backslash: appends what it stands for, and passes over it.
void escape(std::string_view written, std::size_t& at, bool is_bytes, std::string& out) {
  const char c = written[at];
  if (const char simple = simple_escape(c); simple != '\0') {
    out += simple;
    ++at;
    return;
  }
  if (c == '\n' || c == '\r') {
    at += written.substr(at, 2) == "\r\n" ? 2U : 1U;
    return;
  }
  std::size_t behind = at + 1;
  std::int64_t value = -1;
  if (c >= '0' && c <= '7') {
    behind = at;
    value = number_at(written, behind, 8, 3);
  } else if (c == 'x') {
    value = number_at(written, behind, 16, 2);
  } else if (!is_bytes && (c == 'u' || c == 'U')) {
    value = number_at(written, behind, 16, c == 'u' ? 4 : 8);
  }
  if (value < 0 || value > kCharacterMax) {
    out += '\\';
    return;
  }
  at = behind;
  if (is_bytes) {
    out += static_cast<char>(value & 0xFF);
  } else {
    append_character(out, static_cast<std::uint32_t>(value));
  }
}

}  // namespace

std::string unescaped_python(std::string_view written, bool is_raw, bool is_bytes,
                             bool is_formatted) {
  std::string out;
  out.reserve(written.size());
  std::size_t at = 0;
  while (at < written.size()) {
    const char c = written[at++];
    if (c == '\\' && !is_raw && at < written.size()) {
      escape(written, at, is_bytes, out);
      continue;
    }
    out += c;
    if (is_formatted && (c == '{' || c == '}') && at < written.size() && written[at] == c) ++at;
  }
  return out;
}

}  // namespace pugmark::script

#include "detect/script/php/php_text.h"

#include <cstdint>

#include "detect/script/php/php_characters.h"

namespace pugmark::script::php {
namespace {

constexpr std::uint32_t kCodePointMax = 0x10'FFFF;

std::uint32_t digit_of(char c) {
  if (c <= '9') return static_cast<std::uint32_t>(c - '0');
  return static_cast<std::uint32_t>(lower_ascii(c) - 'a') + 10;
}

void append_byte(std::uint32_t byte, std::string& out) {
  out += static_cast<char>(static_cast<unsigned char>(byte & 0xFFU));
}

void append_utf8(std::uint32_t c, std::string& out) {
  if (c < 0x80) {
    append_byte(c, out);
    return;
  }
  if (c < 0x800) {
    append_byte(0xC0U | (c >> 6U), out);
  } else {
    if (c < 0x1'0000) {
      append_byte(0xE0U | (c >> 12U), out);
    } else {
      append_byte(0xF0U | (c >> 18U), out);
      append_byte(0x80U | ((c >> 12U) & 0x3FU), out);
    }
    append_byte(0x80U | ((c >> 6U) & 0x3FU), out);
  }
  append_byte(0x80U | (c & 0x3FU), out);
}

// The escapes of numbers: `at` is behind the backslash. 0 if there is none.
std::size_t unescape_number(std::string_view raw, std::size_t at, std::string& out) {
  std::uint32_t value = 0;
  const std::size_t begin = at;
  if (byte_at(raw, at) == 'u' && byte_at(raw, at + 1) == '{') {
    for (at += 2; is_of(byte_at(raw, at), kHexDigit) && value <= kCodePointMax; ++at)
      value = value * 16 + digit_of(raw[at]);
    if (at == begin + 2 || byte_at(raw, at) != '}' || value > kCodePointMax) return 0;
    append_utf8(value, out);
    return at + 1;
  }
  if (lower_ascii(byte_at(raw, at)) == 'x') {
    for (++at; at < begin + 3 && is_of(byte_at(raw, at), kHexDigit); ++at)
      value = value * 16 + digit_of(raw[at]);
    if (at == begin + 1) return 0;
  } else {
    for (; at < begin + 3 && byte_at(raw, at) >= '0' && byte_at(raw, at) <= '7'; ++at)
      value = value * 8 + digit_of(raw[at]);
    if (at == begin) return 0;
  }
  append_byte(value, out);
  return at;
}

char simple_escape(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'v':
      return '\v';
    case 'e':
      return '\x1B';
    case 'f':
      return '\f';
    case '\\':
    case '$':
      return c;
    default:
      return '\0';
  }
}

// What stands behind a backslash; returns where the text goes on.
std::size_t unescape_one(std::string_view raw, std::size_t at, Quoting quoting, std::string& out) {
  const char c = byte_at(raw, at);
  if (quoting == Quoting::kSingle) {
    if (c != '\\' && c != '\'') {
      out += '\\';
      return at;
    }
    out += c;
    return at + 1;
  }
  const bool is_quote =
      (c == '"' && quoting == Quoting::kDouble) || (c == '`' && quoting == Quoting::kCommand);
  const char escaped = is_quote ? c : simple_escape(c);
  if (escaped != '\0') {
    out += escaped;
    return at + 1;
  }
  if (const std::size_t end = unescape_number(raw, at, out); end != 0) return end;
  out += '\\';
  return at;
}

std::size_t skip_indentation(std::string_view raw, std::size_t at, std::size_t indentation) {
  const std::size_t end = at + indentation;
  while (at < end && (byte_at(raw, at) == ' ' || byte_at(raw, at) == '\t')) ++at;
  return at;
}

}  // namespace

bool is_plain(std::string_view raw, Quoting quoting, std::size_t indentation) {
  if (indentation > 0) return false;
  return quoting == Quoting::kNone || raw.find('\\') == std::string_view::npos;
}

void unescape(std::string_view raw, Quoting quoting, std::size_t indentation, bool is_line_start,
              std::string& out) {
  std::size_t at = is_line_start ? skip_indentation(raw, 0, indentation) : 0;
  while (at < raw.size()) {
    const char c = raw[at++];
    if (c == '\\' && quoting != Quoting::kNone) {
      at = unescape_one(raw, at, quoting, out);
    } else {
      out += c;
      if (c == '\n' && indentation > 0) at = skip_indentation(raw, at, indentation);
    }
  }
}

}  // namespace pugmark::script::php

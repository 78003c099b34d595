#include "detect/script/perl/perl_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "detect/script/perl/perl_quotes.h"

namespace pugmark::script {
namespace {

constexpr std::uint32_t kCharacterMax = 0x10FFFF;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int digit_value(char c, std::uint32_t base) {
  int value = 99;
  if (is_digit(c)) value = c - '0';
  if (c >= 'a' && c <= 'f') value = c - 'a' + 10;
  if (c >= 'A' && c <= 'F') value = c - 'A' + 10;
  return value < static_cast<int>(base) ? value : -1;
}

// Reads up to `digits_max` digits at `at`, and passes over them.
std::uint32_t number_at(std::string_view text, std::size_t& at, std::uint32_t base,
                        std::size_t digits_max) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < digits_max && at < text.size(); ++i, ++at) {
    const int digit = digit_value(text[at], base);
    if (digit < 0) break;
    value = value * base + static_cast<std::uint32_t>(digit);
  }
  return value;
}

void append_character(std::string& out, std::uint32_t character) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (character < 0x100) {
    put(character);  // a byte, unless the string is said to be UTF-8
  } else if (character < 0x800) {
    put(0xC0U | (character >> 6U));
    put(0x80U | (character & 0x3FU));
  } else if (character < 0x10000) {
    put(0xE0U | (character >> 12U));
    put(0x80U | ((character >> 6U) & 0x3FU));
    put(0x80U | (character & 0x3FU));
  } else if (character <= kCharacterMax) {
    put(0xF0U | (character >> 18U));
    put(0x80U | ((character >> 12U) & 0x3FU));
    put(0x80U | ((character >> 6U) & 0x3FU));
    put(0x80U | (character & 0x3FU));
  }
}

// written[at] is behind "\x": {263a} or 41.
void hexadecimal(std::string_view written, std::size_t& at, std::string& out) {
  if (at < written.size() && written[at] == '{') {
    ++at;
    append_character(out, number_at(written, at, 16, 6));
    while (at < written.size() && written[at] != '}') ++at;
    if (at < written.size()) ++at;
  } else {
    append_character(out, number_at(written, at, 16, 2));
  }
}

// written[at] is behind a backslash: appends what it stands for, and passes over it.
void escape(std::string_view written, std::size_t& at, std::string& out) {
  const char c = written[at];
  if (c >= '0' && c <= '7') {
    append_character(out, number_at(written, at, 8, 3) & 0xFFU);
    return;
  }
  ++at;
  switch (c) {
    case 'n':
      out += '\n';
      break;
    case 't':
      out += '\t';
      break;
    case 'r':
      out += '\r';
      break;
    case 'a':
      out += '\a';
      break;
    case 'b':
      out += '\b';
      break;
    case 'f':
      out += '\f';
      break;
    case 'e':
      out += '\x1b';
      break;
    case 'x':
      hexadecimal(written, at, out);
      break;
    case 'c':
      if (at < written.size()) out += static_cast<char>(written[at++] & 0x1F);
      break;
    case 'E':
    case 'F':
    case 'L':
    case 'Q':
    case 'U':
    case 'l':
    case 'u':
      break;
    default:
      out += c;
  }
}

// Behind the bracket that closes the one at text[at]; `at` if there is none.
std::uint32_t behind_bracket(std::string_view text, std::uint32_t at, std::uint32_t end,
                             std::size_t& budget_bytes) {
  if (budget_bytes == 0) return at;
  const std::uint32_t closing = closing_perl_delimiter(text, at, end);
  if (closing < end) return closing + 1;
  budget_bytes -= std::min<std::size_t>(budget_bytes, end - at);
  return at;
}

// The subscript that text[at] opens: the position behind it, or `at` if it is part of the text.
std::uint32_t behind_subscript(std::string_view text, std::uint32_t at, std::uint32_t end,
                               std::size_t& budget_bytes) {
  if (at + 1 >= end) return at;
  const char next = text[at + 1];
  if (text[at] == '[') {
    const bool is_index =
        next == '$' || is_digit(next) ||
        (next == '-' && at + 2 < end && (is_digit(text[at + 2]) || text[at + 2] == '$'));
    if (!is_index) return at;
  } else if (text[at] == '{') {
    if (is_digit(next) || next == ',' || next == '}') return at;  // a{2,3} of a pattern
  } else {
    return at;
  }
  return behind_bracket(text, at, end, budget_bytes);
}

std::uint32_t behind_name(std::string_view text, std::uint32_t at, std::uint32_t end) {
  for (;;) {
    while (at < end && is_perl_name_char(text[at])) ++at;
    const bool goes_on =
        end - at > 2 && text[at] == ':' && text[at + 1] == ':' && is_perl_name_start(text[at + 2]);
    if (!goes_on) return at;
    at += 2;
  }
}

// The variable without its elements.
std::uint32_t behind_variable(std::string_view text, std::uint32_t at, std::uint32_t end,
                              std::size_t& budget_bytes) {
  const bool is_scalar = text[at] == '$';
  std::uint32_t name_at = at + 1;
  while (name_at < end && text[name_at] == '$' && name_at + 1 < end &&
         (is_perl_name_start(text[name_at + 1]) || text[name_at + 1] == '$' ||
          text[name_at + 1] == '{'))
    ++name_at;
  if (name_at >= end) return at;
  const char c = text[name_at];
  if (c == '{') {
    const std::uint32_t behind = behind_bracket(text, name_at, end, budget_bytes);
    return behind == name_at ? at : behind;
  }
  if (is_perl_name_start(c)) return behind_name(text, name_at, end);
  if (!is_scalar) return at;
  if (is_digit(c)) {
    while (name_at < end && is_digit(text[name_at])) ++name_at;
    return name_at;
  }
  return c == '&' || c == '@' || c == '!' || c == '$' || c == ',' || c == ';' ? name_at + 1 : at;
}

}  // namespace

std::string unescaped_perl(std::string_view written) {
  std::string out;
  out.reserve(written.size());
  std::size_t at = 0;
  while (at < written.size()) {
    const char c = written[at++];
    if (c == '\\' && at < written.size()) {
      escape(written, at, out);
    } else {
      out += c;
    }
  }
  return out;
}

std::string unescaped_perl_plain(std::string_view written, char delimiter) {
  constexpr std::string_view kOpening = "([{<";
  constexpr std::string_view kClosing = ")]}>";
  const std::size_t pair = kOpening.find(delimiter);
  const char closing = pair == std::string_view::npos ? delimiter : kClosing[pair];
  std::string out;
  out.reserve(written.size());
  for (std::size_t at = 0; at < written.size(); ++at) {
    const char next = at + 1 < written.size() ? written[at + 1] : '\0';
    if (written[at] == '\\' && (next == '\\' || next == delimiter || next == closing)) ++at;
    out += written[at];
  }
  return out;
}

std::uint32_t end_of_perl_variable(std::string_view text, std::uint32_t at, std::uint32_t end,
                                   std::size_t& budget_bytes) {
  std::uint32_t behind = behind_variable(text, at, end, budget_bytes);
  if (behind == at) return at;
  for (;;) {
    const bool has_arrow = end - behind > 2 && text[behind] == '-' && text[behind + 1] == '>';
    const std::uint32_t bracket = has_arrow ? behind + 2 : behind;
    if (bracket >= end) return behind;
    const std::uint32_t next = behind_subscript(text, bracket, end, budget_bytes);
    if (next == bracket) return behind;
    behind = next;
  }
}

}  // namespace pugmark::script

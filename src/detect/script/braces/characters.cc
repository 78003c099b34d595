#include "detect/script/braces/characters.h"

#include "base/text.h"

namespace pugmark::script::braces {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

constexpr Range kFormat[] = {{0xAD, 0xAD},       {0x600, 0x605},     {0x61C, 0x61C},
                             {0x6DD, 0x6DD},     {0x70F, 0x70F},     {0x8E2, 0x8E2},
                             {0x180E, 0x180E},   {0x200B, 0x200F},   {0x202A, 0x202E},
                             {0x2060, 0x2064},   {0x2066, 0x206F},   {0xFEFF, 0xFEFF},
                             {0xFFF9, 0xFFFB},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD},
                             {0x1D173, 0x1D17A}, {0xE0001, 0xE0001}, {0xE0020, 0xE007F}};

constexpr Range kBlanks[] = {{0x85, 0x85},     {0xA0, 0xA0},     {0x1680, 0x1680},
                             {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F},
                             {0x205F, 0x205F}, {0x3000, 0x3000}};

template <std::size_t size>
bool is_in(const Range (&ranges)[size], char32_t code_point) {
  for (const Range& range : ranges)
    if (code_point >= range.first && code_point <= range.last) return true;
  return false;
}

constexpr ByteClasses make_classes(bool has_dollar) {
  ByteClasses classes;
  for (std::size_t i = 0; i < 256; ++i) {
    const auto c = static_cast<unsigned char>(i);
    const bool is_letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c == '$' && has_dollar);
    const bool is_digit = c >= '0' && c <= '9';
    classes.in_name[i] = is_letter || is_digit;
    if (is_letter) {
      classes.of[i] = ByteClass::kLetter;
    } else if (is_digit) {
      classes.of[i] = ByteClass::kDigit;
    } else if (c <= ' ' || c == 0x7F) {
      classes.of[i] = ByteClass::kBlank;
    } else if (c == '"' || c == '\'' || c == '`') {
      classes.of[i] = ByteClass::kQuote;
    } else if (c == '/') {
      classes.of[i] = ByteClass::kSlash;
    } else if (c >= 0x80) {
      classes.of[i] = ByteClass::kHigh;
    }
  }
  return classes;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// \uXXXX, with any number of u, at `at`: moves behind it.
bool read_java_escape(std::string_view text, std::size_t& at, char32_t& unit) {
  std::size_t digits = at + 1;
  if (digits >= text.size() || text[digits] != 'u') return false;
  while (digits < text.size() && text[digits] == 'u') ++digits;
  if (!read_hex(text, digits, 4, 4, unit)) return false;
  at = digits;
  return true;
}

}  // namespace

const ByteClasses& byte_classes(Language language) {
  static constexpr ByteClasses kPlain = make_classes(false);
  static constexpr ByteClasses kWithDollar = make_classes(true);
  return language == Language::kCSharp ? kPlain : kWithDollar;
}

bool is_format_character(char32_t code_point) { return is_in(kFormat, code_point); }

bool is_wide_blank(char32_t code_point) { return is_in(kBlanks, code_point); }

bool read_hex(std::string_view text, std::size_t& at, std::size_t digits_min,
              std::size_t digits_max, char32_t& value) {
  value = 0;
  std::size_t count = 0;
  while (count < digits_max && at + count < text.size()) {
    const int digit = hex_value(text[at + count]);
    if (digit < 0) break;
    value = value * 16 + static_cast<char32_t>(digit);
    ++count;
  }
  if (count < digits_min) return false;
  at += count;
  return true;
}

bool has_java_escapes(std::string_view text) { return text.find("\\u") != text.npos; }

void append_java_unescaped(std::string_view text, std::string& out,
                           std::vector<std::uint32_t>* places) {
  bool is_escaped = false;  // an odd number of backslashes stands before
  const auto took_from = [&](std::size_t at) {
    if (places) places->resize(out.size(), static_cast<std::uint32_t>(at));
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    char32_t unit = 0;
    if (text[at] != '\\' || is_escaped || !read_java_escape(text, at, unit)) {
      is_escaped = text[at] == '\\' && !is_escaped;
      out += text[at++];
    } else {
      char32_t low = 0;
      std::size_t next = at;
      if (unit >= 0xD800 && unit <= 0xDBFF && next < text.size() && text[next] == '\\' &&
          read_java_escape(text, next, low) && low >= 0xDC00 && low <= 0xDFFF) {
        unit = 0x10000 + ((unit - 0xD800) << 10U) + (low - 0xDC00);
        at = next;
      }
      is_escaped = false;  // only backslashes that stand there as such count
      append_utf8(unit, out);
    }
    took_from(begin);
  }
  if (places) places->push_back(static_cast<std::uint32_t>(text.size()));
}

}  // namespace pugmark::script::braces

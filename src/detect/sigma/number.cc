#include "detect/sigma/number.h"

#include <charconv>
#include <cmath>

namespace pugmark::sigma {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// True if `text` is [digits][.digits][e[+-]digits] with at least one digit before the exponent.
// std::from_chars alone would also take "inf", "nan" and a leading part of the text.
bool is_decimal(std::string_view text) {
  std::size_t at = 0;
  std::size_t digits = 0;
  for (; at < text.size() && is_digit(text[at]); ++at) ++digits;
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && is_digit(text[at]); ++at) ++digits;
  }
  if (digits == 0) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    std::size_t exponent_digits = 0;
    for (; at < text.size() && is_digit(text[at]); ++at) ++exponent_digits;
    if (exponent_digits == 0) return false;
  }
  return at == text.size();
}

std::optional<Number> integer(std::string_view digits, int base, bool negative) {
  std::uint64_t magnitude = 0;
  const char* end = digits.data() + digits.size();
  const auto [stopped, code] = std::from_chars(digits.data(), end, magnitude, base);
  if (code != std::errc() || stopped != end) return std::nullopt;
  Number number;
  number.magnitude = magnitude;
  number.negative = negative && magnitude != 0;
  number.approximate = static_cast<double>(magnitude) * (negative ? -1.0 : 1.0);
  return number;
}

}  // namespace

Number Number::from_integer(std::int64_t value) {
  Number number;
  number.negative = value < 0;
  const auto bits = static_cast<std::uint64_t>(value);
  number.magnitude = value < 0 ? ~bits + 1 : bits;
  number.approximate = static_cast<double>(value);
  return number;
}

Number Number::from_double(double value) {
  Number number;
  number.is_integer = false;
  number.approximate = value;
  return number;
}

std::partial_ordering Number::compare(const Number& a, const Number& b) {
  if (!a.is_integer || !b.is_integer) return a.approximate <=> b.approximate;
  if (a.negative != b.negative) {
    return a.negative ? std::partial_ordering::less : std::partial_ordering::greater;
  }
  return a.negative ? b.magnitude <=> a.magnitude : a.magnitude <=> b.magnitude;
}

std::optional<Number> parse_number(std::string_view text) {
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    return integer(text.substr(2), 16, false);
  }
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  if (!is_decimal(text)) return std::nullopt;
  if (const auto exact = integer(text, 10, negative)) return exact;
  double value = 0;
  const auto [stopped, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || !std::isfinite(value)) return std::nullopt;
  return Number::from_double(negative ? -value : value);
}

}  // namespace pugmark::sigma

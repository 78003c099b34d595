#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <string>
#include <string_view>

#include "detect/script/flow/decoders.h"
#include "detect/script/flow/fold_arguments.h"

// Texts that are made of a form and what is filled in: sprintf, String.Format, pack.
namespace pugmark::script::folds {
namespace {

constexpr std::size_t kWidthMax = 4'096;

// What stands between the '%' and the letter.
struct Directive {
  std::size_t number = 0;  // of the argument, from 1; 0: the next one
  std::size_t width = 0;
  std::size_t precision = SIZE_MAX;
  char pad = ' ';
  bool is_left = false;
  bool has_sign = false;
  char letter = '\0';
};

std::size_t read_number(std::string_view pattern, std::size_t& at) {
  std::size_t number = 0;
  for (; at < pattern.size() && pattern[at] >= '0' && pattern[at] <= '9'; ++at)
    number =
        std::min<std::size_t>(number * 10 + static_cast<std::size_t>(pattern[at] - '0'), kWidthMax);
  return number;
}

// Reads the directive behind the '%' at `at`, up to its letter. False if there is none.
bool read_directive(std::string_view pattern, std::size_t& at, Directive& directive) {
  ++at;
  std::size_t behind = at;
  const std::size_t number = read_number(pattern, behind);
  if (behind < pattern.size() && pattern[behind] == '$') {
    if (number == 0) return false;
    directive.number = number;
    at = behind + 1;
  }
  for (; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '-') {
      directive.is_left = true;
    } else if (c == '+') {
      directive.has_sign = true;
    } else if (c == '0' || c == ' ') {
      directive.pad = c;
    } else if (c == '\'' && at + 1 < pattern.size()) {
      directive.pad = pattern[++at];
    } else {
      break;
    }
  }
  directive.width = read_number(pattern, at);
  if (at < pattern.size() && pattern[at] == '.') directive.precision = read_number(pattern, ++at);
  if (at < pattern.size() && pattern[at] == 'l') ++at;  // Perl's and C's size of a number
  if (at >= pattern.size()) return false;
  directive.letter = pattern[at];
  return true;
}

// The argument as the letter says. False if that is not known.
bool write_argument(const Directive& directive, const Value& value, std::string& piece) {
  std::string memory;
  const double number = number_of(value);
  const bool is_signed = directive.has_sign && number >= 0;
  switch (directive.letter) {
    case 's':
      piece = text_of(value, memory);
      if (directive.precision < piece.size()) piece.resize(directive.precision);
      return true;
    case 'd':
    case 'i':
      piece = (is_signed ? "+" : "") + text_of_number(std::trunc(number));
      return true;
    case 'u':
      piece = digits_in_base(std::trunc(number), 10);
      return true;
    case 'f':
    case 'F': {
      constexpr std::size_t kDigitsMax = 50;
      const std::size_t digits = directive.precision == SIZE_MAX ? 6 : directive.precision;
      if (digits > kDigitsMax || !(std::fabs(number) < 1e15)) return false;
      piece = (is_signed ? "+" : "") + fmt::format("{:.{}f}", number, digits);
      return true;
    }
    case 'c':
      piece = static_cast<char>(count_of(value) & 0xFF);
      return true;
    case 'x':
    case 'X':
      piece = digits_in_base(number, 16);
      if (directive.letter == 'X') {
        for (char& c : piece) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
      }
      return true;
    case 'o':
      piece = digits_in_base(number, 8);
      return true;
    case 'b':
      piece = digits_in_base(number, 2);
      return true;
    default:
      return false;
  }
}

void append_padded(const Directive& directive, const std::string& piece, std::string& out) {
  // PHP gives a character its own width.
  const std::size_t width = directive.letter == 'c' ? 0 : directive.width;
  const std::size_t count = width > piece.size() ? width - piece.size() : 0;
  if (directive.is_left) {
    out += piece;
    out.append(count, directive.pad == '0' && directive.letter != 's' ? ' ' : directive.pad);
    return;
  }
  // Zeros stand behind the sign.
  const bool has_sign = directive.letter != 's' && directive.pad == '0' && !piece.empty() &&
                        (piece[0] == '-' || piece[0] == '+');
  if (has_sign) out += piece[0];
  out.append(count, directive.pad);
  out += std::string_view(piece).substr(has_sign ? 1 : 0);
}

// sprintf, String.Format of Java.
bool format(Arguments arguments, Values& values, Value& result) {
  if (arguments.empty() || !arguments[0].is_text()) return false;
  constexpr std::size_t kOutputMax = std::size_t{8} << 20U;
  const std::string_view pattern = arguments[0].text();
  std::string out;
  std::size_t next = 1;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] != '%') {
      out += pattern[at];
      continue;
    }
    Directive directive;
    if (!read_directive(pattern, at, directive) || directive.width >= kWidthMax) return false;
    if (directive.letter == '%') {
      out += '%';
      continue;
    }
    const std::size_t index = directive.number != 0 ? directive.number : next++;
    std::string piece;
    if (index >= arguments.size() || !arguments[index].is_constant() ||
        !write_argument(directive, arguments[index], piece))
      return false;
    append_padded(directive, piece, out);
    if (out.size() > kOutputMax) return false;
  }
  return give(out, values, result);
}

// String.Format("{0}{1}", a, b)
bool string_format(Arguments arguments, Values& values, Value& result) {
  if (arguments.empty() || !arguments[0].is_text()) return false;
  constexpr std::size_t kOutputMax = std::size_t{8} << 20U;
  const std::string_view pattern = arguments[0].text();
  std::string out;
  std::string memory;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    const bool is_doubled = at + 1 < pattern.size() && pattern[at + 1] == c;
    if (c != '{' || is_doubled) {
      out += c;
      at += (c == '{' || c == '}') && is_doubled ? 1 : 0;
      continue;
    }
    // A width or a form of the number behind the place is more than is known here.
    const std::size_t begin = ++at;
    const std::size_t index = read_number(pattern, at) + 1;
    if (at == begin || at >= pattern.size() || pattern[at] != '}' || index >= arguments.size() ||
        !arguments[index].is_constant())
      return false;
    out += text_of(arguments[index], memory);
    if (out.size() > kOutputMax) return false;
  }
  return give(out, values, result);
}

// ---- pack

constexpr std::size_t kToEnd = SIZE_MAX;  // '*'

// pack("H5", digits): each two of them a byte, with 'h' the lower half first.
void pack_hex(std::string_view digits, bool is_low_first, std::size_t count, std::string& out) {
  digits = digits.substr(0, count);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto half = [&](std::size_t at) {
      const int digit = at < digits.size() ? digit_of(digits[at]) : 0;
      return static_cast<unsigned>(digit < 16 ? digit : 0);
    };
    const unsigned first = half(i);
    const unsigned second = half(i + 1);
    out += static_cast<char>(is_low_first ? second << 4U | first : first << 4U | second);
  }
}

void pack_text(std::string_view text, char code, std::size_t count, std::string& out) {
  if (count == kToEnd) count = text.size() + (code == 'Z' ? 1 : 0);
  std::string piece(text.substr(0, count));
  piece.resize(count, code == 'A' ? ' ' : '\0');
  if (code == 'Z' && count > 0) piece.back() = '\0';
  out += piece;
}

// The bytes of a number in that code; false if it is another.
bool pack_number(const Value& value, char code, std::string& out) {
  const auto bits = static_cast<std::uint64_t>(count_of(value));
  std::size_t size = 0;
  if (code == 'C' || code == 'c') size = 1;
  if (code == 'n' || code == 'v' || code == 's' || code == 'S') size = 2;
  if (code == 'N' || code == 'V' || code == 'l' || code == 'L') size = 4;
  const bool is_big = code == 'n' || code == 'N';
  for (std::size_t i = 0; i < size; ++i)
    out += static_cast<char>(bits >> 8 * (is_big ? size - 1 - i : i) & 0xFFU);
  return size > 0;
}

// pack(form, ...) of PHP and Perl.
bool pack(Arguments arguments, Values& values, Value& result) {
  constexpr std::size_t kOutputMax = std::size_t{8} << 20U;
  if (arguments.size() < 2 || !has_texts(arguments, arguments.size()) || !arguments[0].is_text())
    return false;
  const std::string_view form = arguments[0].text();
  std::string out;
  std::string memory;
  std::size_t next = 1;
  for (std::size_t at = 0; at < form.size();) {
    const char code = form[at++];
    std::size_t count = 1;
    if (at < form.size() && form[at] == '*') {
      count = kToEnd;
      ++at;
    } else if (at < form.size() && form[at] >= '0' && form[at] <= '9') {
      count = read_number(form, at);
      if (count >= kWidthMax) return false;
    }
    if (code == 'x') {
      out.append(count != kToEnd ? count : 0, '\0');
      if (out.size() > kOutputMax) return false;
      continue;
    }
    const bool is_hex = code == 'H' || code == 'h';
    if (is_hex || code == 'a' || code == 'A' || code == 'Z') {
      if (next >= arguments.size()) return false;
      const std::string_view text = text_of(arguments[next++], memory);
      is_hex ? pack_hex(text, code == 'h', count, out) : pack_text(text, code, count, out);
      if (out.size() > kOutputMax) return false;
      continue;
    }
    if (count != kToEnd && count > arguments.size() - next) return false;
    const std::size_t end = count == kToEnd ? arguments.size() : next + count;
    // Perl's U is a character; those of ASCII are a byte.
    for (; next < end; ++next) {
      if (!pack_number(arguments[next], code == 'U' || code == 'W' ? 'C' : code, out)) return false;
    }
    if (out.size() > kOutputMax) return false;
  }
  return give(out, values, result);
}

}  // namespace

Function function_of_forms(Fold fold) {
  switch (fold) {
    case Fold::kFormat:
      return format;
    case Fold::kStringFormat:
      return string_format;
    case Fold::kPack:
      return pack;
    default:
      return nullptr;
  }
}

}  // namespace pugmark::script::folds

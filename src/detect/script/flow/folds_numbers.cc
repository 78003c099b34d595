#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "base/text.h"
#include "detect/script/flow/fold_arguments.h"

namespace pugmark::script::folds {
namespace {

// ---- Characters

// Of a character beyond a byte its UTF-8.
bool chr(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  const std::int64_t number = count_of(arguments[0]);
  std::string text;
  if (number >= 0x100 && number <= 0x10FFFF) {
    append_utf8(static_cast<char32_t>(number), text);
  } else {
    text += static_cast<char>(number & 0xFF);
  }
  return give(text, values, result);
}
// chr() of PHP: the rest of the number is left out.
bool chr_byte(Arguments arguments, Values& /*values*/, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  result = Values::character(static_cast<char>(count_of(arguments[0]) & 0xFF));
  return true;
}

bool ord(Arguments arguments, Values& /*values*/, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  std::string memory;
  const std::string_view text = text_of(arguments[0], memory);
  return give(text.empty() ? 0 : static_cast<unsigned char>(text[0]), result);
}

// ---- Bases

template <int Base>
bool from_base(Arguments arguments, Values& /*values*/, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  std::string memory;
  return give(number_in_base(text_of(arguments[0], memory), Base), result);
}

template <int Base>
bool to_base(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  return give(digits_in_base(number_of(arguments[0]), Base), values, result);
}

// Hex(number) of VB: capitals, and of negative ones 16 bits if that is enough.
bool to_hex_of_basic(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  std::int64_t number = std::llrint(std::clamp(number_of(arguments[0]), -9e15, 9e15));
  if (number < 0) number &= number >= INT16_MIN ? 0xFFFF : 0xFFFFFFFF;
  std::string digits = digits_in_base(static_cast<double>(number), 16);
  for (char& c : digits) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  return give(digits, values, result);
}

// Exact as long as it fits into 64 bits.
bool base_convert(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, 3)) return false;
  const std::int64_t from = count_of(arguments[1]);
  const std::int64_t to = count_of(arguments[2]);
  if (from < 2 || from > 36 || to < 2 || to > 36) return false;
  std::string memory;
  std::uint64_t number = 0;
  for (const char c : text_of(arguments[0], memory)) {
    const auto digit = static_cast<std::uint64_t>(digit_of(c));
    if (digit >= static_cast<std::uint64_t>(from)) continue;
    if (number > (UINT64_MAX - digit) / static_cast<std::uint64_t>(from)) return false;
    number = number * static_cast<std::uint64_t>(from) + digit;
  }
  return give(digits_of(number, static_cast<int>(to)), values, result);
}

// The digits at the beginning of the text, behind a sign, as a number in that base.
double first_number_in_base(std::string_view text, int base) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  const bool is_marked = text.size() > 1 && text[0] == '0';
  const char mark = is_marked ? static_cast<char>(text[1] | 0x20) : '\0';
  if ((base == 16 && mark == 'x') || (base == 2 && mark == 'b') || (base == 8 && mark == 'o'))
    text.remove_prefix(2);
  std::size_t end = 0;
  while (end < text.size() && digit_of(text[end]) < base) ++end;
  const double number = number_in_base(text.substr(0, end), base);
  return is_negative ? -number : number;
}

bool whole_in_base(Arguments arguments, bool knows_marks, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  if (arguments[0].is_number()) return give(std::trunc(arguments[0].number), result);
  const std::string_view text = arguments[0].text();
  const std::size_t first = std::min(text.find_first_not_of(" \t\r\n-+"), text.size());
  const std::string mark = ascii_lower(text.substr(first, 2));
  std::int64_t base = 0;
  if (arguments.size() > 1 && arguments[1].is_number()) {
    base = std::clamp<std::int64_t>(count_of(arguments[1]), 0, 36);
    knows_marks = knows_marks || base == 0;
  } else if (mark == "&h") {
    return give(number_of_literal(text.substr(first), false), result);
  }
  if (base == 0 && knows_marks && mark == "0x") base = 16;
  if (base == 0 && arguments.size() > 1 && mark == "0b") base = 2;
  if (base == 0 && arguments.size() > 1 && mark.size() == 2 && mark[0] == '0') base = 8;
  if (base == 0 || base == 10) return give(std::trunc(number_of_text(text)), result);
  return give(first_number_in_base(text, static_cast<int>(std::max<std::int64_t>(base, 2))),
              result);
}
// intval, Integer.parseInt(text, 16), Convert.ToInt32(text, 16), int(text, 0) of Python.
bool to_number(Arguments arguments, Values& /*values*/, Value& result) {
  return whole_in_base(arguments, false, result);
}
// parseInt of JScript: 0x says which base, and an exponent says nothing.
bool parse_int(Arguments arguments, Values& /*values*/, Value& result) {
  if (!arguments.empty() && arguments[0].is_text()) {
    Value text = arguments[0];
    text.size = static_cast<std::uint32_t>(
        std::min(text.text().find_first_of("eE."), std::size_t{text.size}));
    const bool has_base = arguments.size() > 1 && arguments[1].is_number();
    if (!has_base && !text.text().starts_with("0x") && !text.text().starts_with("0X"))
      return whole_in_base({&text, 1}, true, result);
  }
  return whole_in_base(arguments, true, result);
}

// ---- Numbers

// Number(text) of JScript, CDbl of VB: with a fraction.
bool to_decimal(Arguments arguments, Values& /*values*/, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  if (arguments[0].is_number()) return give(arguments[0].number, result);
  const std::string_view text = arguments[0].text();
  const bool is_marked = text.starts_with("0x") || text.starts_with("0X") || text.starts_with('&');
  return give(is_marked ? number_of_literal(text, false) : number_of_text(text), result);
}

template <double (*Compute)(double)>
bool compute(Arguments arguments, Values& values, Value& result) {
  return to_decimal(arguments, values, result) && give(Compute(result.number), result);
}
double floor_of(double number) { return std::floor(number); }
double ceiling_of(double number) { return std::ceil(number); }
double truncated(double number) { return std::trunc(number); }
double abs_of(double number) { return std::fabs(number); }
// CInt and the like of VB: a half goes to the even number.
double even_of(double number) { return std::nearbyint(number); }

bool round(Arguments arguments, Values& /*values*/, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  const std::int64_t places =
      arguments.size() > 1 && arguments[1].is_constant() ? count_of(arguments[1]) : 0;
  constexpr std::int64_t kPlacesMax = 15;
  if (places > kPlacesMax || places < -kPlacesMax) return false;
  const double scale = std::pow(10.0, static_cast<double>(places));
  return give(std::round(number_of(arguments[0]) * scale) / scale, result);
}

bool extreme(Arguments arguments, bool is_max, Values& values, Value& result) {
  std::vector<Value> items;
  if (arguments.size() == 1 && arguments[0].is_array()) {
    if (values.array(arguments[0]).others.kind != Value::Kind::kUnknown) return false;
    for (const auto& [key, item] : values.array(arguments[0]).items) items.push_back(item);
    arguments = items;
  }
  if (arguments.empty() || !has_texts(arguments, arguments.size())) return false;
  double number = number_of(arguments[0]);
  for (const Value& value : arguments)
    number = is_max ? std::max(number, number_of(value)) : std::min(number, number_of(value));
  return give(number, result);
}
bool minimum(Arguments a, Values& values, Value& result) {
  return extreme(a, false, values, result);
}
bool maximum(Arguments a, Values& values, Value& result) {
  return extreme(a, true, values, result);
}

bool power(Arguments arguments, Values& /*values*/, Value& result) {
  return has_texts(arguments, 2) &&
         give(std::pow(number_of(arguments[0]), number_of(arguments[1])), result);
}

bool is_number(Arguments arguments, Values& /*values*/, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  bool is_whole = arguments[0].is_number();
  if (arguments[0].is_text()) {
    std::string_view text = arguments[0].text();
    text = text.substr(0, text.find_last_not_of(" \t\r\n\v\f") + 1);
    number_of_text(text, &is_whole);
  }
  return give(is_whole ? 1 : 0, result);
}

// oct() of Perl, which knows the other bases, too.
bool literal(Arguments arguments, Values& /*values*/, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  std::string memory;
  std::string text(text_of(arguments[0], memory));
  if (!text.starts_with('0')) text.insert(text.begin(), '0');
  return give(number_of_literal(text, true), result);
}

}  // namespace

Function function_of_numbers(Fold fold) {
  // A table: the function of each fold.
  switch (fold) {
    case Fold::kChr:
      return chr;
    case Fold::kChrByte:
      return chr_byte;
    case Fold::kOrd:
      return ord;
    case Fold::kHexToNumber:
      return from_base<16>;
    case Fold::kOctToNumber:
      return from_base<8>;
    case Fold::kBinToNumber:
      return from_base<2>;
    case Fold::kLiteral:
      return literal;
    case Fold::kNumberToHex:
      return to_base<16>;
    case Fold::kNumberToHexOfBasic:
      return to_hex_of_basic;
    case Fold::kNumberToBin:
      return to_base<2>;
    case Fold::kBaseConvert:
      return base_convert;
    case Fold::kToNumber:
      return to_number;
    case Fold::kParseInt:
      return parse_int;
    case Fold::kToDecimal:
      return to_decimal;
    case Fold::kToEven:
      return compute<even_of>;
    case Fold::kFloor:
      return compute<floor_of>;
    case Fold::kCeiling:
      return compute<ceiling_of>;
    case Fold::kTruncate:
      return compute<truncated>;
    case Fold::kAbs:
      return compute<abs_of>;
    case Fold::kRound:
      return round;
    case Fold::kMin:
      return minimum;
    case Fold::kMax:
      return maximum;
    case Fold::kPower:
      return power;
    case Fold::kIsNumber:
      return is_number;
    default:
      return nullptr;
  }
}

}  // namespace pugmark::script::folds

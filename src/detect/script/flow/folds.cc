#include "detect/script/flow/folds.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "base/text.h"
#include "detect/script/flow/decoders.h"
#include "detect/script/flow/fold_arguments.h"

namespace pugmark::script {
namespace folds {
namespace {

// ---- One text

template <bool (*Decode)(std::string_view, std::size_t, std::string&)>
bool decode_with(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  constexpr std::size_t kOutputMax = std::size_t{8} << 20U;
  std::string memory;
  std::string out;
  return Decode(text_of(arguments[0], memory), kOutputMax, out) && give(out, values, result);
}

template <typename Change>
bool change_text(Arguments arguments, Values& values, Value& result, Change change) {
  if (!has_texts(arguments, 1)) return false;
  std::string memory;
  std::string text(text_of(arguments[0], memory));
  change(text);
  return give(text, values, result);
}

bool reverse(Arguments arguments, Values& values, Value& result) {
  return change_text(arguments, values, result,
                     [](std::string& text) { std::reverse(text.begin(), text.end()); });
}
bool lower(Arguments arguments, Values& values, Value& result) {
  return change_text(arguments, values, result,
                     [](std::string& text) { text = ascii_lower(text); });
}
bool upper(Arguments arguments, Values& values, Value& result) {
  return change_text(arguments, values, result, [](std::string& text) {
    for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
}
bool upper_first(Arguments arguments, Values& values, Value& result) {
  return change_text(arguments, values, result, [](std::string& text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
      text[0] = static_cast<char>(text[0] - 'a' + 'A');
  });
}

bool trim_sides(Arguments arguments, bool left, bool right, Values& values, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  std::string memory;
  std::string set_memory;
  std::string_view text = text_of(arguments[0], memory);
  std::string_view set(" \t\n\r\0\x0b", 6);
  if (arguments.size() > 1) {
    if (!arguments[1].is_constant()) return false;
    set = text_of(arguments[1], set_memory);
  }
  if (left) text.remove_prefix(std::min(text.find_first_not_of(set), text.size()));
  if (right) text = text.substr(0, text.find_last_not_of(set) + 1);
  return give(text, values, result);
}
bool trim(Arguments a, Values& values, Value& result) {
  return trim_sides(a, true, true, values, result);
}
bool trim_left(Arguments a, Values& values, Value& result) {
  return trim_sides(a, true, false, values, result);
}
bool trim_right(Arguments a, Values& values, Value& result) {
  return trim_sides(a, false, true, values, result);
}

bool length(Arguments arguments, Values& values, Value& result) {
  if (arguments.empty()) return false;
  if (arguments[0].is_array())
    return give(static_cast<double>(values.array(arguments[0]).items.size()), result);
  if (!arguments[0].is_constant()) return false;
  std::string memory;
  return give(static_cast<double>(text_of(arguments[0], memory).size()), result);
}

// ---- Characters and numbers

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

bool ord(Arguments arguments, Values& /*values*/, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  std::string memory;
  const std::string_view text = text_of(arguments[0], memory);
  return give(text.empty() ? 0 : static_cast<unsigned char>(text[0]), result);
}

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

bool base_convert(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, 3)) return false;
  const std::int64_t from = count_of(arguments[1]);
  const std::int64_t to = count_of(arguments[2]);
  if (from < 2 || from > 36 || to < 2 || to > 36) return false;
  std::string memory;
  const double number = number_in_base(text_of(arguments[0], memory), static_cast<int>(from));
  return give(digits_in_base(number, static_cast<int>(to)), values, result);
}

// parseInt(text, 16), Integer.parseInt, CInt, CLng("&H1f"), intval, Convert.ToInt32(text, 16).
bool to_number(Arguments arguments, Values& /*values*/, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  if (arguments[0].is_number()) return give(std::trunc(arguments[0].number), result);
  std::string_view text = arguments[0].text();
  const bool has_base = arguments.size() > 1 && arguments[1].is_number();
  int base =
      has_base ? static_cast<int>(std::clamp<std::int64_t>(count_of(arguments[1]), 2, 36)) : 10;
  if (text.size() > 2 && (text[0] == '0' || text[0] == '&') &&
      (text[1] == 'x' || text[1] == 'X' || text[1] == 'h' || text[1] == 'H')) {
    base = 16;
    text.remove_prefix(2);
  }
  return give(base == 10 ? std::trunc(number_of_text(text)) : number_in_base(text, base), result);
}

template <double (*Compute)(double)>
bool compute(Arguments arguments, Values& /*values*/, Value& result) {
  return has_texts(arguments, 1) && give(Compute(number_of(arguments[0])), result);
}
double floor_of(double number) { return std::floor(number); }
double abs_of(double number) { return std::fabs(number); }
double round_of(double number) { return std::round(number); }

bool extreme(Arguments arguments, bool is_max, Value& result) {
  if (arguments.empty() || !has_texts(arguments, arguments.size())) return false;
  double number = number_of(arguments[0]);
  for (const Value& value : arguments)
    number = is_max ? std::max(number, number_of(value)) : std::min(number, number_of(value));
  return give(number, result);
}
bool minimum(Arguments a, Values& /*values*/, Value& result) { return extreme(a, false, result); }
bool maximum(Arguments a, Values& /*values*/, Value& result) { return extreme(a, true, result); }

bool power(Arguments arguments, Values& /*values*/, Value& result) {
  return has_texts(arguments, 2) &&
         give(std::pow(number_of(arguments[0]), number_of(arguments[1])), result);
}

bool is_number(Arguments arguments, Values& /*values*/, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  bool is_whole = arguments[0].is_number();
  if (arguments[0].is_text()) number_of_text(arguments[0].text(), &is_whole);
  return give(is_whole ? 1 : 0, result);
}

// UBound(array)
bool last_index(Arguments arguments, Values& values, Value& result) {
  if (arguments.empty() || !arguments[0].is_array()) return false;
  return give(static_cast<double>(values.array(arguments[0]).items.size()) - 1, result);
}

Function function_of_texts(Fold fold) {
  // A table: the function of each fold.
  switch (fold) {
    case Fold::kBase64Decode:
      return decode_with<decode_base64>;
    case Fold::kBase64Encode:
      return decode_with<encode_base64>;
    case Fold::kUrlDecode:
      return decode_with<decode_url>;
    case Fold::kHexDecode:
      return decode_with<decode_hex>;
    case Fold::kHexEncode:
      return decode_with<encode_hex>;
    case Fold::kRot13:
      return decode_with<decode_rot13>;
    case Fold::kReverse:
      return reverse;
    case Fold::kLower:
      return lower;
    case Fold::kUpper:
      return upper;
    case Fold::kUpperFirst:
      return upper_first;
    case Fold::kTrim:
      return trim;
    case Fold::kTrimLeft:
      return trim_left;
    case Fold::kTrimRight:
      return trim_right;
    case Fold::kInflateRaw:
      return decode_with<inflate_raw>;
    case Fold::kInflateZlib:
      return decode_with<inflate_zlib>;
    case Fold::kInflateGzip:
      return decode_with<inflate_gzip>;
    case Fold::kUuDecode:
      return decode_with<decode_uu>;
    case Fold::kUnescape:
      return decode_with<decode_percent_u>;
    case Fold::kHtmlDecode:
      return decode_with<decode_html>;
    case Fold::kQuotedPrintable:
      return decode_with<decode_quoted_printable>;
    case Fold::kStripSlashes:
      return decode_with<strip_slashes>;
    case Fold::kUtf16Decode:
      return decode_with<decode_utf16>;
    case Fold::kMd5:
      return decode_with<md5_hex>;
    case Fold::kSha1:
      return decode_with<sha1_hex>;
    case Fold::kCrc32:
      return decode_with<crc32_decimal>;
    case Fold::kLength:
      return length;
    case Fold::kIdentity:
      return identity;
    case Fold::kChr:
      return chr;
    case Fold::kOrd:
      return ord;
    case Fold::kHexToNumber:
      return from_base<16>;
    case Fold::kOctToNumber:
      return from_base<8>;
    case Fold::kBinToNumber:
      return from_base<2>;
    case Fold::kNumberToHex:
      return to_base<16>;
    case Fold::kNumberToBin:
      return to_base<2>;
    case Fold::kBaseConvert:
      return base_convert;
    case Fold::kToNumber:
      return to_number;
    case Fold::kToText:
      return to_text;
    case Fold::kFloor:
      return compute<floor_of>;
    case Fold::kAbs:
      return compute<abs_of>;
    case Fold::kRound:
      return compute<round_of>;
    case Fold::kMin:
      return minimum;
    case Fold::kMax:
      return maximum;
    case Fold::kPower:
      return power;
    case Fold::kIsNumber:
      return is_number;
    case Fold::kLastIndex:
      return last_index;
    default:
      return nullptr;
  }
}

}  // namespace
}  // namespace folds

bool fold(Fold fold, std::span<const Value> arguments, Values& values, Value& result) {
  folds::Function function = folds::function_of_texts(fold);
  if (function == nullptr) function = folds::function_of_parts(fold);
  if (function == nullptr) function = folds::function_of_arrays(fold);
  return function != nullptr && function(arguments, values, result);
}

}  // namespace pugmark::script

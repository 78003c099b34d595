#include "detect/script/flow/folds.h"

#include <algorithm>
#include <array>
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

// md5(text), and md5(text, true): the bytes themselves.
template <bool (*Digest)(std::string_view, std::size_t, std::string&)>
bool digest_with(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  std::string memory;
  std::string digits;
  if (!Digest(text_of(arguments[0], memory), SIZE_MAX, digits)) return false;
  const bool is_raw = arguments.size() > 1 && arguments[1].is_number() && arguments[1].number != 0;
  std::string bytes;
  if (is_raw && !decode_hex(digits, SIZE_MAX, bytes)) return false;
  return give(is_raw ? bytes : digits, values, result);
}

bool crc32_of(Arguments arguments, Values& /*values*/, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  std::string memory;
  std::string digits;
  return crc32_decimal(text_of(arguments[0], memory), SIZE_MAX, digits) &&
         give(number_of_text(digits), result);
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
char upper_of(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool upper_first(Arguments arguments, Values& values, Value& result) {
  return change_text(arguments, values, result, [](std::string& text) {
    if (!text.empty()) text[0] = upper_of(text[0]);
  });
}
bool lower_first(Arguments arguments, Values& values, Value& result) {
  return change_text(arguments, values, result, [](std::string& text) {
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z')
      text[0] = static_cast<char>(text[0] - 'A' + 'a');
  });
}
// ucwords(text, delimiters)
bool upper_words(Arguments arguments, Values& values, Value& result) {
  std::string memory;
  std::string_view between = " \t\r\n\f\v";
  if (arguments.size() > 1) {
    if (!arguments[1].is_constant()) return false;
    between = text_of(arguments[1], memory);
  }
  return change_text(arguments, values, result, [&](std::string& text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (i == 0 || between.find(text[i - 1]) != std::string_view::npos)
        text[i] = upper_of(text[i]);
    }
  });
}

// Bytes that are cut off.
using ByteSet = std::array<bool, 256>;

// Adds the characters that a text lists, with `has_ranges` "a..z" for those between.
void add_listed(std::string_view text, bool has_ranges, ByteSet& set) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    auto last = first;
    if (has_ranges && text.substr(i + 1).starts_with("..") && i + 3 < text.size() &&
        static_cast<unsigned char>(text[i + 3]) >= first) {
      last = static_cast<unsigned char>(text[i + 3]);
      i += 3;
    }
    for (unsigned c = first; c <= last; ++c) set[c] = true;
  }
}

bool trim_sides(Arguments arguments, bool left, bool right, Values& values, Value& result) {
  if (arguments.empty() || !has_texts(arguments, arguments.size())) return false;
  std::string memory;
  std::string set_memory;
  std::string_view text = text_of(arguments[0], memory);
  ByteSet set{};
  if (arguments.size() == 1) add_listed({" \t\n\r\0\x0b", 6}, false, set);
  // Of .NET each argument is one character.
  for (const Value& each : arguments.subspan(1))
    add_listed(text_of(each, set_memory), arguments.size() == 2, set);
  const auto is_cut = [&](char c) { return set[static_cast<unsigned char>(c)]; };
  while (left && !text.empty() && is_cut(text.front())) text.remove_prefix(1);
  while (right && !text.empty() && is_cut(text.back())) text.remove_suffix(1);
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
    case Fold::kBase64UrlDecode:
      return decode_with<decode_base64_url>;
    case Fold::kBase64Encode:
      return decode_with<encode_base64>;
    case Fold::kUrlDecode:
      return decode_with<decode_url>;
    case Fold::kPercentDecode:
      return decode_with<decode_percent>;
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
    case Fold::kLowerFirst:
      return lower_first;
    case Fold::kUpperWords:
      return upper_words;
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
    case Fold::kInflateAny:
      return decode_with<inflate_any>;
    case Fold::kUuDecode:
      return decode_with<decode_uu>;
    case Fold::kUnescape:
      return decode_with<decode_percent_u>;
    case Fold::kHtmlDecode:
      return decode_with<decode_html>;
    case Fold::kHtmlSpecialDecode:
      return decode_with<decode_html_special>;
    case Fold::kQuotedPrintable:
      return decode_with<decode_quoted_printable>;
    case Fold::kStripSlashes:
      return decode_with<strip_slashes>;
    case Fold::kStripCSlashes:
      return decode_with<strip_c_slashes>;
    case Fold::kUtf16Decode:
      return decode_with<decode_utf16>;
    case Fold::kMd5:
      return digest_with<md5_hex>;
    case Fold::kSha1:
      return digest_with<sha1_hex>;
    case Fold::kCrc32:
      return crc32_of;
    case Fold::kLength:
      return length;
    case Fold::kIdentity:
      return identity;
    case Fold::kToText:
      return to_text;
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
  if (function == nullptr) function = folds::function_of_numbers(fold);
  if (function == nullptr) function = folds::function_of_parts(fold);
  if (function == nullptr) function = folds::function_of_forms(fold);
  if (function == nullptr) function = folds::function_of_arrays(fold);
  return function != nullptr && function(arguments, values, result);
}

bool takes_constant_time(Fold fold) {
  switch (fold) {
    case Fold::kNone:
    case Fold::kIdentity:
    case Fold::kLength:
    case Fold::kOrd:
    case Fold::kChr:
    case Fold::kChrByte:
    case Fold::kSubstr:
    case Fold::kSubstring:
    case Fold::kSlicePart:
    case Fold::kMid:
    case Fold::kLeft:
    case Fold::kRight:
    case Fold::kCharAt:
    case Fold::kCharCodeAt:
    case Fold::kFirst:
    case Fold::kLast:
    case Fold::kLastIndex:
      return true;
    default:
      return false;
  }
}

}  // namespace pugmark::script

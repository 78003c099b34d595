#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "base/text.h"
#include "detect/script/flow/decoders.h"
#include "detect/script/flow/fold_arguments.h"

namespace pugmark::script::folds {
namespace {

// ---- Parts of texts

std::string_view part(std::string_view text, std::int64_t begin, std::int64_t count) {
  const auto size = static_cast<std::int64_t>(text.size());
  begin = std::clamp<std::int64_t>(begin, 0, size);
  count = std::clamp<std::int64_t>(count, 0, size - begin);
  return text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(count));
}

// substr(text, begin[, count]): negative ones count from the end (PHP, Perl, JScript's substr).
bool substr(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, std::clamp<std::size_t>(arguments.size(), 2, 3))) return false;
  std::string memory;
  const std::string_view text = text_of(arguments[0], memory);
  const auto size = static_cast<std::int64_t>(text.size());
  std::int64_t begin = count_of(arguments[1]);
  if (begin < 0) begin = std::max<std::int64_t>(0, size + begin);
  std::int64_t count = arguments.size() > 2 ? count_of(arguments[2]) : size;
  if (count < 0) count = size - begin + count;
  return give(part(text, begin, count), values, result);
}

// substr_replace(text, replacement, begin[, count]) of PHP.
bool replace_part(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, std::clamp<std::size_t>(arguments.size(), 3, 4))) return false;
  std::string memory;
  std::string memory_of_replacement;
  const std::string_view text = text_of(arguments[0], memory);
  const auto size = static_cast<std::int64_t>(text.size());
  std::int64_t begin = count_of(arguments[2]);
  begin = std::clamp<std::int64_t>(begin < 0 ? size + begin : begin, 0, size);
  std::int64_t count = arguments.size() > 3 ? count_of(arguments[3]) : size;
  if (count < 0) count = size - begin + count;
  count = std::clamp<std::int64_t>(count, 0, size - begin);
  std::string out(part(text, 0, begin));
  out += text_of(arguments[1], memory_of_replacement);
  out += part(text, begin + count, size);
  return give(out, values, result);
}

// text.substring(begin[, end]) of Java and JScript.
bool substring(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, std::clamp<std::size_t>(arguments.size(), 2, 3))) return false;
  std::string memory;
  const std::string_view text = text_of(arguments[0], memory);
  const std::int64_t begin = count_of(arguments[1]);
  const std::int64_t end = arguments.size() > 2 ? count_of(arguments[2]) : INT64_MAX / 4;
  return give(part(text, std::max<std::int64_t>(begin, 0), end - std::max<std::int64_t>(begin, 0)),
              values, result);
}

// Mid(text, begin from 1[, count]) of VB; Substring(begin, count) of .NET is kSubstr.
bool mid(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, std::clamp<std::size_t>(arguments.size(), 2, 3))) return false;
  std::string memory;
  const std::string_view text = text_of(arguments[0], memory);
  const std::int64_t count = arguments.size() > 2 ? count_of(arguments[2]) : INT64_MAX / 4;
  return give(part(text, count_of(arguments[1]) - 1, count), values, result);
}
bool left(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, 2)) return false;
  std::string memory;
  return give(part(text_of(arguments[0], memory), 0, count_of(arguments[1])), values, result);
}
bool right(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, 2)) return false;
  std::string memory;
  const std::string_view text = text_of(arguments[0], memory);
  const std::int64_t count =
      std::clamp<std::int64_t>(count_of(arguments[1]), 0, static_cast<std::int64_t>(text.size()));
  return give(text.substr(text.size() - static_cast<std::size_t>(count)), values, result);
}

bool char_at(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, 2)) return false;
  std::string memory;
  const std::string_view text = text_of(arguments[0], memory);
  return give(part(text, count_of(arguments[1]), 1), values, result);
}
bool char_code_at(Arguments arguments, Values& /*values*/, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  std::string memory;
  const std::string_view text = text_of(arguments[0], memory);
  const std::string_view one = part(
      text, arguments.size() > 1 && arguments[1].is_constant() ? count_of(arguments[1]) : 0, 1);
  return !one.empty() && give(static_cast<unsigned char>(one[0]), result);
}

bool index_of(Arguments arguments, Values& /*values*/, Value& result) {
  if (!has_texts(arguments, 2)) return false;
  std::string memory;
  std::string needle_memory;
  const std::size_t at = text_of(arguments[0], memory).find(text_of(arguments[1], needle_memory));
  return give(at == std::string_view::npos ? -1 : static_cast<double>(at), result);
}
// InStr([begin,] text, searched) of VB, counted from 1.
bool in_str(Arguments arguments, Values& values, Value& result) {
  if (arguments.size() >= 3 && arguments[0].is_number()) arguments = arguments.subspan(1);
  if (!index_of(arguments, values, result)) return false;
  result.number += 1;
  return true;
}

// Replaces every `from` in `text`; false if the result is too long.
bool replace_all(std::string_view text, std::string_view from, std::string_view to,
                 std::string& out) {
  constexpr std::size_t kOutputMax = std::size_t{8} << 20U;
  out.clear();
  if (from.empty()) {
    out = text;
    return true;
  }
  for (std::size_t at = 0;;) {
    const std::size_t found = text.find(from, at);
    out += text.substr(at, found == std::string_view::npos ? found : found - at);
    if (found == std::string_view::npos) return true;
    out += to;
    if (out.size() > kOutputMax) return false;
    at = found + from.size();
  }
}

// What an argument of str_replace() lists: itself, or the items of an array.
bool list_of(const Value& value, Values& values, std::vector<std::string>& out) {
  std::string memory;
  if (value.is_constant()) {
    out.emplace_back(text_of(value, memory));
    return true;
  }
  if (!value.is_array() || values.array(value).items.size() > kItemsMax) return false;
  for (const auto& [key, item] : values.array(value).items) {
    if (!item.is_constant()) return false;
    out.emplace_back(text_of(item, memory));
  }
  return true;
}

bool replace_in(const Value& from, const Value& to, const Value& subject, Values& values,
                Value& result) {
  if (!subject.is_constant()) return false;
  std::vector<std::string> searched;
  std::vector<std::string> replacements;
  if (!list_of(from, values, searched) || !list_of(to, values, replacements)) return false;
  std::string memory;
  std::string text(text_of(subject, memory));
  constexpr std::size_t kWorkMax = std::size_t{64} << 20U;
  if (searched.size() * std::max<std::size_t>(text.size(), 1) > kWorkMax) return false;
  std::string out;
  for (std::size_t i = 0; i < searched.size(); ++i) {
    std::string_view by;
    if (to.is_constant()) {
      by = replacements[0];
    } else if (i < replacements.size()) {
      by = replacements[i];
    }
    if (!replace_all(text, searched[i], by, out)) return false;
    text.swap(out);
  }
  return give(text, values, result);
}
// str_replace(from, to, text)
bool replace(Arguments a, Values& values, Value& result) {
  return a.size() >= 3 && replace_in(a[0], a[1], a[2], values, result);
}
// text.replace(from, to), Replace(text, from, to)
bool replace_method(Arguments a, Values& values, Value& result) {
  return a.size() >= 3 && replace_in(a[1], a[2], a[0], values, result);
}

// strtr(text, from, to): character by character; strtr(text, map): the longest first.
bool translate(Arguments arguments, Values& values, Value& result) {
  if (arguments.size() < 2 || !arguments[0].is_constant()) return false;
  std::string memory;
  std::string text(text_of(arguments[0], memory));
  if (has_texts(arguments, 3)) {
    std::string from_memory;
    std::string to_memory;
    const std::string_view from = text_of(arguments[1], from_memory);
    const std::string_view to = text_of(arguments[2], to_memory);
    std::array<char, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<char>(i);
    for (std::size_t i = 0; i < std::min(from.size(), to.size()); ++i)
      table[static_cast<unsigned char>(from[i])] = to[i];
    for (char& c : text) c = table[static_cast<unsigned char>(c)];
    return give(text, values, result);
  }
  if (!arguments[1].is_array()) return false;
  const auto& pairs = values.array(arguments[1]).items;
  constexpr std::size_t kWorkMax = std::size_t{64} << 20U;
  if (pairs.size() * std::max<std::size_t>(text.size(), 1) > kWorkMax) return false;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Value* best = nullptr;
    std::size_t best_size = 0;
    for (const auto& [key, item] : pairs) {
      if (!key.is_constant() || !item.is_constant()) return false;
      std::string key_memory;
      const std::string_view from = text_of(key, key_memory);
      if (from.size() <= best_size || text.compare(at, from.size(), from) != 0) continue;
      best = &item;
      best_size = from.size();
    }
    std::string item_memory;
    if (best != nullptr) {
      out += text_of(*best, item_memory);
    } else {
      out += text[at];
    }
    at += best != nullptr ? best_size : 1;
  }
  return give(out, values, result);
}

bool repeat(std::string_view text, std::int64_t count, Values& values, Value& result) {
  if (count <= 0 || text.empty()) return give("", values, result);
  if (count > (std::int64_t{8} << 20) / static_cast<std::int64_t>(text.size())) return false;
  std::string out;
  for (std::int64_t i = 0; i < count; ++i) out += text;
  return give(out, values, result);
}
bool repeat_text(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, 2)) return false;
  std::string memory;
  return repeat(text_of(arguments[0], memory), count_of(arguments[1]), values, result);
}
bool space(Arguments arguments, Values& values, Value& result) {
  return has_texts(arguments, 1) && repeat(" ", count_of(arguments[0]), values, result);
}
// String(count, character) of VB
bool string_of(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, 2)) return false;
  std::string memory;
  std::string_view text = text_of(arguments[1], memory);
  const auto character = static_cast<char>(count_of(arguments[1]) & 0xFF);
  if (arguments[1].is_number()) text = {&character, 1};
  return repeat(text.substr(0, 1), count_of(arguments[0]), values, result);
}

bool concat(Arguments arguments, Values& values, Value& result) {
  if (arguments.empty() || !has_texts(arguments, arguments.size())) return false;
  std::string out;
  std::string memory;
  for (const Value& value : arguments) out += text_of(value, memory);
  return give(out, values, result);
}

// sprintf: %s %d %c %x %X %o %b %u, with width, flags and argument numbers.
bool format(Arguments arguments, Values& values, Value& result) {
  if (arguments.empty() || !arguments[0].is_text()) return false;
  const std::string_view pattern = arguments[0].text();
  std::string out;
  std::size_t next = 1;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] != '%') {
      out += pattern[at];
      continue;
    }
    std::size_t end = at + 1;
    std::size_t number = 0;
    std::size_t width = 0;
    bool has_number = false;
    bool pads_zero = false;
    for (; end < pattern.size() &&
           std::string_view("0123456789$-+. '").find(pattern[end]) != std::string_view::npos;
         ++end) {
      if (pattern[end] == '$') {
        number = width;
        has_number = true;
        width = 0;
      } else if (pattern[end] == '0' && width == 0) {
        pads_zero = true;
      } else if (pattern[end] >= '0' && pattern[end] <= '9') {
        width =
            std::min<std::size_t>(width * 10 + static_cast<std::size_t>(pattern[end] - '0'), 4'096);
      }
    }
    if (end >= pattern.size()) return false;
    at = end;
    if (pattern[end] == '%') {
      out += '%';
      continue;
    }
    const std::size_t index = has_number ? number : next++;
    if (index == 0 || index >= arguments.size() || !arguments[index].is_constant()) return false;
    const Value& value = arguments[index];
    std::string memory;
    std::string piece;
    switch (pattern[end]) {
      case 's':
        piece = text_of(value, memory);
        break;
      case 'd':
      case 'u':
      case 'i':
        piece = text_of_number(std::trunc(number_of(value)));
        break;
      case 'c':
        piece = static_cast<char>(count_of(value) & 0xFF);
        break;
      case 'x':
        piece = digits_in_base(number_of(value), 16);
        break;
      case 'o':
        piece = digits_in_base(number_of(value), 8);
        break;
      case 'b':
        piece = digits_in_base(number_of(value), 2);
        break;
      default:
        return false;
    }
    if (piece.size() < width) out.append(width - piece.size(), pads_zero ? '0' : ' ');
    out += piece;
  }
  return give(out, values, result);
}

// String.Format("{0}{1}", a, b)
bool string_format(Arguments arguments, Values& values, Value& result) {
  if (arguments.empty() || !arguments[0].is_text()) return false;
  const std::string_view pattern = arguments[0].text();
  std::string out;
  std::string memory;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    const bool is_doubled = at + 1 < pattern.size() && pattern[at + 1] == c;
    if ((c == '{' || c == '}') && is_doubled) {
      out += c;
      ++at;
      continue;
    }
    const std::size_t end = c == '{' ? pattern.find('}', at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += c;
      continue;
    }
    const double number = number_of_text(pattern.substr(at + 1, end - at - 1));
    if (!(number >= 0 && number + 1 < static_cast<double>(arguments.size()))) return false;
    const Value& value = arguments[static_cast<std::size_t>(number) + 1];
    if (!value.is_constant()) return false;
    out += text_of(value, memory);
    at = end;
  }
  return give(out, values, result);
}

// String.fromCharCode(a, b, ...), also of one array.
bool from_char_codes(Arguments arguments, Values& values, Value& result) {
  if (arguments.size() == 1 && arguments[0].is_array()) return to_text(arguments, values, result);
  if (arguments.empty() || !has_texts(arguments, arguments.size())) return false;
  std::string out;
  for (const Value& value : arguments)
    append_utf8(static_cast<char32_t>(std::clamp<std::int64_t>(count_of(value), 0, 0x10FFFF)), out);
  return give(out, values, result);
}

// pack("H*", hex), pack("C*", a, b, ...), pack("c4", ...)
bool pack(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, std::max<std::size_t>(arguments.size(), 2))) return false;
  std::string memory;
  const std::string_view pattern = arguments[0].text();
  if (!arguments[0].is_text() || pattern.empty()) return false;
  if (pattern[0] == 'H' || pattern[0] == 'h') {
    std::string out;
    return decode_hex(text_of(arguments[1], memory), SIZE_MAX, out) && give(out, values, result);
  }
  if (pattern[0] == 'A' || pattern[0] == 'a')
    return give(text_of(arguments[1], memory), values, result);
  if (pattern[0] != 'C' && pattern[0] != 'c' && pattern[0] != 'U') return false;
  std::string out;
  for (const Value& value : arguments.subspan(1)) out += static_cast<char>(count_of(value) & 0xFF);
  return give(out, values, result);
}

}  // namespace

Function function_of_parts(Fold fold) {
  // A table: the function of each fold.
  switch (fold) {
    case Fold::kSubstr:
      return substr;
    case Fold::kSubstring:
      return substring;
    case Fold::kMid:
      return mid;
    case Fold::kLeft:
      return left;
    case Fold::kRight:
      return right;
    case Fold::kCharAt:
      return char_at;
    case Fold::kCharCodeAt:
      return char_code_at;
    case Fold::kIndexOf:
      return index_of;
    case Fold::kInStr:
      return in_str;
    case Fold::kReplacePart:
      return replace_part;
    case Fold::kReplace:
      return replace;
    case Fold::kReplaceMethod:
      return replace_method;
    case Fold::kTranslate:
      return translate;
    case Fold::kRepeat:
      return repeat_text;
    case Fold::kSpace:
      return space;
    case Fold::kString:
      return string_of;
    case Fold::kConcat:
      return concat;
    case Fold::kFormat:
      return format;
    case Fold::kStringFormat:
      return string_format;
    case Fold::kFromCharCodes:
      return from_char_codes;
    case Fold::kPack:
      return pack;
    default:
      return nullptr;
  }
}

}  // namespace pugmark::script::folds

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
  std::int64_t begin = std::max<std::int64_t>(count_of(arguments[1]), 0);
  std::int64_t end = INT64_MAX / 4;
  if (arguments.size() > 2) end = std::max<std::int64_t>(count_of(arguments[2]), 0);
  if (end < begin) std::swap(begin, end);
  return give(part(text, begin, end - begin), values, result);
}

// text.slice(begin[, end]) and array.slice() of JScript: negative ones count from the end.
bool slice_part(Arguments arguments, Values& values, Value& result) {
  if (arguments.size() < 2 || !has_texts(arguments.subspan(1), arguments.size() - 1)) return false;
  const bool is_array = arguments[0].is_array();
  if (!is_array && !arguments[0].is_constant()) return false;
  std::string memory;
  const std::string_view text = is_array ? std::string_view() : text_of(arguments[0], memory);
  const auto size =
      static_cast<std::int64_t>(is_array ? values.array(arguments[0]).items.size() : text.size());
  const auto place = [&](const Value& value) {
    const std::int64_t at = count_of(value);
    return std::clamp<std::int64_t>(at < 0 ? size + at : at, 0, size);
  };
  const std::int64_t begin = place(arguments[1]);
  const std::int64_t end = arguments.size() > 2 ? place(arguments[2]) : size;
  if (!is_array) return give(part(text, begin, end - begin), values, result);
  const Value picked[] = {
      arguments[0], number_value(static_cast<double>(begin)),
      number_value(static_cast<double>(std::max<std::int64_t>(end - begin, 0)))};
  return function_of_arrays(Fold::kSlice)(Arguments(picked), values, result);
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

// Where `searched` stands in `text` from `begin` on, which counts from the end if it is negative.
std::size_t place_of(const Value& text_value, const Value& searched_value, std::int64_t begin) {
  std::string memory;
  std::string searched_memory;
  const std::string_view text = text_of(text_value, memory);
  const auto size = static_cast<std::int64_t>(text.size());
  const std::int64_t from = std::max<std::int64_t>(begin < 0 ? size + begin : begin, 0);
  return find_in(text, text_of(searched_value, searched_memory), static_cast<std::size_t>(from));
}

// text.indexOf(searched[, begin]) of JScript, Java and .NET
bool index_of(Arguments arguments, Values& /*values*/, Value& result) {
  if (!has_texts(arguments, std::clamp<std::size_t>(arguments.size(), 2, 3))) return false;
  const std::int64_t begin = arguments.size() > 2 ? count_of(arguments[2]) : 0;
  const std::size_t at = place_of(arguments[0], arguments[1], std::max<std::int64_t>(begin, 0));
  return give(at == std::string_view::npos ? -1 : static_cast<double>(at), result);
}
// strpos(text, searched[, begin]) of PHP: false if there is none. Whoever compares with that means
// something else than the place 0, which is a false number here: nothing is decided by it.
bool strpos(Arguments arguments, Values& /*values*/, Value& result) {
  if (!has_texts(arguments, std::clamp<std::size_t>(arguments.size(), 2, 3))) return false;
  const std::int64_t begin = arguments.size() > 2 ? count_of(arguments[2]) : 0;
  const std::size_t at = place_of(arguments[0], arguments[1], begin);
  give(at == std::string_view::npos ? 0 : static_cast<double>(at), result);
  result.is_maybe = at == 0;
  return true;
}
// InStr([begin,] text, searched) of VB, counted from 1.
bool in_str(Arguments arguments, Values& /*values*/, Value& result) {
  std::int64_t begin = 1;
  if (arguments.size() >= 3 && arguments[0].is_number()) {
    begin = count_of(arguments[0]);
    arguments = arguments.subspan(1);
  }
  if (begin < 1 || !has_texts(arguments, 2)) return false;
  const std::size_t at = place_of(arguments[0], arguments[1], begin - 1);
  return give(at == std::string_view::npos ? 0 : static_cast<double>(at) + 1, result);
}

enum class Which : std::uint8_t { kAll, kFirst, kAnyCase };

// Replaces `from` in `text`, every one or only the first; false if the result is too long.
bool replace_in_text(std::string_view text, std::string_view from, std::string_view to, Which which,
                     std::string& out) {
  constexpr std::size_t kOutputMax = std::size_t{8} << 20U;
  out.clear();
  if (from.empty()) {
    out = text;
    return true;
  }
  const bool is_any_case = which == Which::kAnyCase;
  const std::string lower_text = is_any_case ? ascii_lower(text) : "";
  const std::string lower_from = is_any_case ? ascii_lower(from) : "";
  for (std::size_t at = 0;;) {
    const std::size_t found =
        is_any_case ? find_in(lower_text, lower_from, at) : find_in(text, from, at);
    out += text.substr(at, found == std::string_view::npos ? found : found - at);
    if (found == std::string_view::npos) return true;
    out += to;
    if (out.size() > kOutputMax) return false;
    at = found + from.size();
    if (which == Which::kFirst) {
      out += text.substr(at);
      return true;
    }
  }
}

constexpr std::size_t kListedBytesMax = std::size_t{16} << 20U;  // of what an array lists

// What an argument of str_replace() lists: itself, or the items of an array.
bool list_of(const Value& value, Values& values, std::vector<std::string>& out) {
  std::string memory;
  if (value.is_constant()) {
    out.emplace_back(text_of(value, memory));
    return true;
  }
  if (!value.is_array() || values.array(value).items.size() > kItemsMax) return false;
  std::size_t bytes = 0;
  for (const auto& [key, item] : values.array(value).items) {
    if (!item.is_constant()) return false;
    out.emplace_back(text_of(item, memory));
    bytes += out.back().size();
    if (bytes > kListedBytesMax) return false;
  }
  return true;
}

bool replace_in(const Value& from, const Value& to, const Value& subject, Which which,
                Values& values, Value& result) {
  if (!subject.is_constant()) return false;
  std::vector<std::string> searched;
  std::vector<std::string> replacements;
  if (!list_of(from, values, searched) || !list_of(to, values, replacements)) return false;
  std::string memory;
  std::string text(text_of(subject, memory));
  constexpr std::size_t kWorkMax = std::size_t{64} << 20U;
  std::size_t work = 0;
  std::string out;
  for (std::size_t i = 0; i < searched.size(); ++i) {
    work += text.size() + searched[i].size();
    if (work > kWorkMax) return false;
    std::string_view by;
    if (to.is_constant()) {
      by = replacements[0];
    } else if (i < replacements.size()) {
      by = replacements[i];
    }
    if (!replace_in_text(text, searched[i], by, which, out)) return false;
    text.swap(out);
  }
  return give(text, values, result);
}
// str_replace(from, to, text)
bool replace(Arguments a, Values& values, Value& result) {
  return a.size() >= 3 && replace_in(a[0], a[1], a[2], Which::kAll, values, result);
}
bool replace_any_case(Arguments a, Values& values, Value& result) {
  return a.size() >= 3 && replace_in(a[0], a[1], a[2], Which::kAnyCase, values, result);
}
// text.replace(from, to), Replace(text, from, to)
bool replace_method(Arguments a, Values& values, Value& result) {
  return a.size() >= 3 && replace_in(a[1], a[2], a[0], Which::kAll, values, result);
}

// The literal text that a pattern stands for, `\\.` for a point; false if it is none.
bool literal_of_pattern(std::string_view pattern, std::string& out) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    constexpr std::string_view kSpecial = ".$|()[{^?*+";
    if (kSpecial.find(pattern[i]) != std::string_view::npos) return false;
    if (pattern[i] == '\\') {
      const bool has_next = i + 1 < pattern.size();
      if (!has_next || (ascii_lower(pattern.substr(i + 1, 1))[0] >= 'a' &&
                        ascii_lower(pattern.substr(i + 1, 1))[0] <= 'z'))
        return false;
      ++i;
      if (pattern[i] >= '0' && pattern[i] <= '9') return false;
    }
    out += pattern[i];
  }
  return true;
}

// text.replaceAll(pattern, to) of Java, where the pattern is a plain text.
bool replace_literal(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, 3) || !arguments[1].is_text() || !arguments[2].is_text()) return false;
  std::string from;
  if (arguments[2].text().find_first_of("$\\") != std::string_view::npos ||
      !literal_of_pattern(arguments[1].text(), from))
    return false;
  return replace_in(Values::text_view(from), arguments[2], arguments[0], Which::kAll, values,
                    result);
}

// text.replace(from, to) of JScript: the first one; of /from/g every one.
bool replace_first(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, 3) || !arguments[1].is_text() || !arguments[2].is_text()) return false;
  const std::string_view from = arguments[1].text();
  const std::size_t end = from.rfind('/');
  if (from.size() < 3 || from[0] != '/' || end == 0)
    return replace_in(arguments[1], arguments[2], arguments[0], Which::kFirst, values, result);
  std::string searched;
  const std::string_view flags = from.substr(end + 1);
  if (flags.find_first_not_of("gim") != std::string_view::npos)
    return replace_in(arguments[1], arguments[2], arguments[0], Which::kFirst, values, result);
  const bool is_all = flags.find('g') != std::string_view::npos;
  const bool is_any_case = flags.find('i') != std::string_view::npos;
  if (arguments[2].text().find('$') != std::string_view::npos || (is_any_case && !is_all) ||
      !literal_of_pattern(from.substr(1, end - 1), searched))
    return false;
  return replace_in(Values::text_view(searched), arguments[2], arguments[0],
                    is_any_case ? Which::kAnyCase
                    : is_all    ? Which::kAll
                                : Which::kFirst,
                    values, result);
}

// text.split(pattern) of Java: items that are empty are left out at the end.
bool split_literal(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, 2) || !arguments[1].is_text() || arguments.size() > 2) return false;
  std::string by;
  if (!literal_of_pattern(arguments[1].text(), by)) return false;
  const Value plain[] = {arguments[0], Values::text_view(by)};
  if (!function_of_arrays(Fold::kSplitMethod)(Arguments(plain), values, result)) return false;
  Array& list = values.array(result);
  while (list.items.size() > 1 && list.items.back().second.is_text() &&
         list.items.back().second.size == 0) {
    list.items.pop_back();
    --list.next_key;
  }
  return true;
}

// strtr(text, map): the longest that fits is replaced.
bool translate_by_map(std::string_view text, const Value& map, Values& values, Value& result) {
  if (!map.is_array()) return false;
  struct Pair {
    std::string from;
    std::string to;
  };
  std::array<std::vector<Pair>, 256> pairs;  // by their first byte
  std::string memory;
  std::size_t bytes = 0;
  for (const auto& [key, item] : values.array(map).items) {
    if (!key.is_constant() || !item.is_constant()) return false;
    std::string from(text_of(key, memory));
    if (from.empty()) continue;
    bytes += from.size() + item.size;
    if (bytes > kListedBytesMax) return false;
    pairs[static_cast<unsigned char>(from[0])].push_back(
        {from, std::string(text_of(item, memory))});
  }
  constexpr std::size_t kWorkMax = std::size_t{64} << 20U;
  constexpr std::size_t kOutputMax = std::size_t{8} << 20U;
  std::size_t work = 0;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Pair* best = nullptr;
    for (const Pair& pair : pairs[static_cast<unsigned char>(text[at])]) {
      work += pair.from.size();
      if (work > kWorkMax) return false;
      if ((best == nullptr || pair.from.size() > best->from.size()) &&
          text.substr(at).starts_with(pair.from))
        best = &pair;
    }
    out += best != nullptr ? std::string_view(best->to) : text.substr(at, 1);
    at += best != nullptr ? best->from.size() : 1;
    if (out.size() > kOutputMax) return false;
  }
  return give(out, values, result);
}

// strtr(text, from, to): character by character.
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
  return translate_by_map(text, arguments[1], values, result);
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
// str_pad(text, size[, by[, where]]): 0 on the left, 1 on the right, 2 on both sides. The names
// that PHP has for those are not known here: a fourth argument that is no number is one of them.
bool pad(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, std::clamp<std::size_t>(arguments.size(), 2, 4))) return false;
  std::string memory;
  std::string by_memory;
  const std::string_view text = text_of(arguments[0], memory);
  const std::string_view by = arguments.size() > 2 ? text_of(arguments[2], by_memory) : " ";
  std::int64_t where = 1;
  if (arguments.size() > 3) {
    where = arguments[3].is_number()                 ? count_of(arguments[3])
            : arguments[3].text() == "STR_PAD_LEFT"  ? 0
            : arguments[3].text() == "STR_PAD_BOTH"  ? 2
            : arguments[3].text() == "STR_PAD_RIGHT" ? 1
                                                     : -1;
  }
  constexpr std::int64_t kSizeMax = std::int64_t{8} << 20U;
  const std::int64_t count = count_of(arguments[1]) - static_cast<std::int64_t>(text.size());
  if (by.empty() || where < 0 || where > 2 || count > kSizeMax) return false;
  if (count <= 0) return give(text, values, result);
  const std::int64_t left = where == 0 ? count : where == 1 ? 0 : count / 2;
  std::string out;
  const auto append = [&](std::int64_t size) {
    for (std::int64_t i = 0; i < size; ++i) out += by[static_cast<std::size_t>(i) % by.size()];
  };
  append(left);
  out += text;
  append(count - left);
  return give(out, values, result);
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

// String.fromCharCode(a, b, ...), also of one array.
bool from_char_codes(Arguments arguments, Values& values, Value& result) {
  if (arguments.size() == 1 && arguments[0].is_array()) return to_text(arguments, values, result);
  if (arguments.empty() || !has_texts(arguments, arguments.size())) return false;
  std::string out;
  for (const Value& value : arguments)
    append_utf8(static_cast<char32_t>(std::clamp<std::int64_t>(count_of(value), 0, 0x10FFFF)), out);
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
    case Fold::kSlicePart:
      return slice_part;
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
    case Fold::kPlaceOf:
      return strpos;
    case Fold::kInStr:
      return in_str;
    case Fold::kReplacePart:
      return replace_part;
    case Fold::kReplace:
      return replace;
    case Fold::kReplaceMethod:
      return replace_method;
    case Fold::kReplaceFirst:
      return replace_first;
    case Fold::kReplaceAnyCase:
      return replace_any_case;
    case Fold::kReplaceLiteral:
      return replace_literal;
    case Fold::kSplitLiteral:
      return split_literal;
    case Fold::kTranslate:
      return translate;
    case Fold::kRepeat:
      return repeat_text;
    case Fold::kPad:
      return pad;
    case Fold::kSpace:
      return space;
    case Fold::kString:
      return string_of;
    case Fold::kConcat:
      return concat;
    case Fold::kFromCharCodes:
      return from_char_codes;
    default:
      return nullptr;
  }
}

}  // namespace pugmark::script::folds

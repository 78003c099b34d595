#include "detect/script/flow/folds.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>

#include "base/text.h"
#include "detect/script/flow/decoders.h"

namespace pugmark::script {
namespace {

using Arguments = std::span<const Value>;
using Function = bool (*)(Arguments arguments, Values& values, Value& result);

constexpr std::size_t kItemsMax = 1U << 20U;  // of an array that one call makes

bool has_texts(Arguments arguments, std::size_t count) {
  return arguments.size() >= count &&
         std::all_of(arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(count),
                     [](const Value& value) { return value.is_constant(); });
}

// Numbers count as the text they are written as.
std::string_view text_of(const Value& value, std::string& memory) {
  if (value.is_text()) return value.text();
  memory = text_of_number(value.number);
  return memory;
}

double number_of(const Value& value) {
  return value.is_number() ? value.number : number_of_text(value.text());
}

// An argument that counts characters, kept inside what a text can have.
std::int64_t count_of(const Value& value) {
  const double number = number_of(value);
  if (!(std::fabs(number) < 1e15)) return number < 0 ? INT64_MIN / 4 : INT64_MAX / 4;
  return static_cast<std::int64_t>(number);
}

bool give(std::string_view text, Values& values, Value& result) {
  result = values.text_value(text);
  return result.is_text();
}

bool give(double number, Value& result) {
  result = number_value(number);
  return true;
}

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

bool identity(Arguments arguments, Values& /*values*/, Value& result) {
  if (arguments.empty()) return false;
  const Origins origins = result.origins;
  result = arguments[0];
  result.origins = origins;
  return arguments[0].kind != Value::Kind::kUnknown;
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

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

// PHP passes over what is no digit.
double number_in_base(std::string_view text, int base) {
  double number = 0;
  for (const char c : text) {
    if (digit_of(c) < base) number = number * base + digit_of(c);
  }
  return number;
}

std::string digits_in_base(double number, int base) {
  auto rest = static_cast<std::uint64_t>(number < 0 || !(number < 1e18) ? 0 : number);
  std::string digits;
  do {
    digits += "0123456789abcdefghijklmnopqrstuvwxyz"[rest % static_cast<unsigned>(base)];
    rest /= static_cast<unsigned>(base);
  } while (rest != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
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

bool to_text(Arguments arguments, Values& values, Value& result) {
  if (arguments.empty()) return false;
  if (arguments[0].is_text()) return identity(arguments, values, result);
  if (arguments[0].is_array()) {  // of characters or their numbers: new String(char[])
    std::string text;
    for (const auto& [key, item] : values.array(arguments[0]).items) {
      if (!item.is_constant()) return false;
      if (item.is_text()) {
        text += item.text();
      } else {
        append_utf8(static_cast<char32_t>(std::clamp<std::int64_t>(count_of(item), 0, 0x10FFFF)),
                    text);
      }
    }
    return values.array(arguments[0]).others.kind == Value::Kind::kUnknown && !text.empty() &&
           give(text, values, result);
  }
  if (!arguments[0].is_number()) return false;
  if (arguments.size() > 1 && arguments[1].is_number() && arguments[1].number >= 2 &&
      arguments[1].number <= 36)
    return give(digits_in_base(arguments[0].number, static_cast<int>(arguments[1].number)), values,
                result);
  return give(text_of_number(arguments[0].number), values, result);
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

// ---- Arrays

bool give_list(std::span<const std::string_view> items, Values& values, Value& result) {
  if (items.size() > kItemsMax) return false;
  const Value list = values.new_array();
  if (!list.is_array()) return false;
  for (const std::string_view item : items) values.push(list, values.text_value(item));
  result = list;
  return true;
}

bool split_by(const Value& text_value, const Value& by_value, Values& values, Value& result) {
  if (!text_value.is_constant() || !by_value.is_constant()) return false;
  std::string memory;
  std::string by_memory;
  const std::string_view text = text_of(text_value, memory);
  const std::string_view by = text_of(by_value, by_memory);
  std::vector<std::string_view> items;
  if (by.empty()) {
    for (std::size_t i = 0; i < std::min(text.size(), kItemsMax); ++i)
      items.push_back(text.substr(i, 1));
    return give_list(items, values, result);
  }
  for (std::size_t at = 0; items.size() <= kItemsMax;) {
    const std::size_t found = text.find(by, at);
    items.push_back(text.substr(at, found == std::string_view::npos ? found : found - at));
    if (found == std::string_view::npos) break;
    at = found + by.size();
  }
  return give_list(items, values, result);
}
// explode(by, text)
bool split(Arguments a, Values& values, Value& result) {
  return a.size() >= 2 && split_by(a[1], a[0], values, result);
}
// text.split(by), Split(text, by)
bool split_method(Arguments a, Values& values, Value& result) {
  return !a.empty() && split_by(a[0], a.size() > 1 ? a[1] : Values::text_view(" "), values, result);
}
// str_split(text, length)
bool split_every(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, std::clamp<std::size_t>(arguments.size(), 1, 2))) return false;
  std::string memory;
  const std::string_view text = text_of(arguments[0], memory);
  const std::int64_t every = arguments.size() > 1 ? count_of(arguments[1]) : 1;
  if (every < 1) return false;
  std::vector<std::string_view> items;
  for (std::size_t at = 0; at < text.size() && items.size() <= kItemsMax;
       at += static_cast<std::size_t>(std::min<std::int64_t>(every, 1 << 30)))
    items.push_back(text.substr(at, static_cast<std::size_t>(every)));
  return give_list(items, values, result);
}

bool join_with(const Value& list, std::string_view between, Values& values, Value& result) {
  if (!list.is_array()) return false;
  const Array& array = values.array(list);
  if (array.others.origins != 0) return false;
  std::string out;
  std::string memory;
  bool is_first = true;
  for (const auto& [key, item] : array.items) {
    if (!item.is_constant()) return false;
    if (!is_first) out += between;
    is_first = false;
    out += text_of(item, memory);
    if (out.size() > (std::size_t{8} << 20U)) return false;
  }
  return give(out, values, result);
}
// implode(between, array), implode(array), String.Join(between, array), Join(array, between)
bool join(Arguments arguments, Values& values, Value& result) {
  std::string memory;
  if (arguments.size() == 1) return join_with(arguments[0], "", values, result);
  if (arguments.size() < 2) return false;
  const bool is_array_first = arguments[0].is_array();
  const Value& between = arguments[is_array_first ? 1 : 0];
  return between.is_constant() &&
         join_with(arguments[is_array_first ? 0 : 1], text_of(between, memory), values, result);
}
// array.join(between): a comma if there is none; Perl's and VB's have one written.
bool join_method(Arguments arguments, Values& values, Value& result) {
  if (arguments.size() == 1) return join_with(arguments[0], ",", values, result);
  return join(arguments, values, result);
}

bool array_of(Arguments arguments, Values& values, Value& result) {
  const Value list = values.new_array();
  if (!list.is_array()) return false;
  for (const Value& value : arguments) values.push(list, value);
  result = list;
  return true;
}

// Makes a list of what `each` picks from the items of the array.
template <typename Pick>
bool pick_from(Arguments arguments, Values& values, Value& result, Pick pick) {
  if (arguments.empty() || !arguments[0].is_array()) return false;
  const std::vector<std::pair<Value, Value>> items = values.array(arguments[0]).items;
  const Value list = values.new_array();
  if (!list.is_array()) return false;
  pick(items, list);
  result = list;
  return true;
}

using Items = std::vector<std::pair<Value, Value>>;

bool reverse_array(Arguments arguments, Values& values, Value& result) {
  return pick_from(arguments, values, result, [&](const Items& items, const Value& list) {
    for (auto at = items.rbegin(); at != items.rend(); ++at) values.push(list, at->second);
  });
}
bool keys_of(Arguments arguments, Values& values, Value& result) {
  return pick_from(arguments, values, result, [&](const Items& items, const Value& list) {
    for (const auto& [key, item] : items) values.push(list, key);
  });
}
bool values_of(Arguments arguments, Values& values, Value& result) {
  return pick_from(arguments, values, result, [&](const Items& items, const Value& list) {
    for (const auto& [key, item] : items) values.push(list, item);
  });
}
bool flip(Arguments arguments, Values& values, Value& result) {
  return pick_from(arguments, values, result, [&](const Items& items, const Value& list) {
    for (const auto& [key, item] : items) values.put(list, item, key);
  });
}
bool slice(Arguments arguments, Values& values, Value& result) {
  if (arguments.size() < 2 || !arguments[1].is_constant()) return false;
  return pick_from(arguments, values, result, [&](const Items& items, const Value& list) {
    const auto size = static_cast<std::int64_t>(items.size());
    std::int64_t begin = count_of(arguments[1]);
    if (begin < 0) begin += size;
    begin = std::clamp<std::int64_t>(begin, 0, size);
    std::int64_t count =
        arguments.size() > 2 && arguments[2].is_constant() ? count_of(arguments[2]) : size;
    if (count < 0) count = size - begin + count;
    count = std::clamp<std::int64_t>(count, 0, size - begin);
    for (std::int64_t i = begin; i < begin + count; ++i)
      values.push(list, items[static_cast<std::size_t>(i)].second);
  });
}

bool merge(Arguments arguments, Values& values, Value& result) {
  const Value list = values.new_array();
  if (!list.is_array()) return false;
  for (const Value& value : arguments) {
    if (!value.is_array()) return false;
    const Items items = values.array(value).items;
    for (const auto& [key, item] : items) {
      if (key.is_text()) {
        values.put(list, key, item);
      } else {
        values.push(list, item);
      }
    }
  }
  result = list;
  return true;
}

bool range(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, 2)) return false;
  const bool is_text = arguments[0].is_text() && arguments[0].size == 1 &&
                       (arguments[0].data[0] < '0' || arguments[0].data[0] > '9') &&
                       arguments[1].is_text() && arguments[1].size == 1;
  const std::int64_t first =
      is_text ? static_cast<unsigned char>(arguments[0].data[0]) : count_of(arguments[0]);
  const std::int64_t last =
      is_text ? static_cast<unsigned char>(arguments[1].data[0]) : count_of(arguments[1]);
  std::int64_t step =
      arguments.size() > 2 && arguments[2].is_constant() ? count_of(arguments[2]) : 1;
  step = std::clamp<std::int64_t>(step < 0 ? -step : step, 1, 1 << 20);
  if (std::abs(last - first) / step > static_cast<std::int64_t>(kItemsMax)) return false;
  const Value list = values.new_array();
  if (!list.is_array()) return false;
  const std::int64_t signed_step = first <= last ? step : -step;
  for (std::int64_t i = first; first <= last ? i <= last : i >= last; i += signed_step) {
    const auto character = static_cast<char>(i);
    values.push(
        list, is_text ? values.text_value({&character, 1}) : number_value(static_cast<double>(i)));
  }
  result = list;
  return true;
}

bool end_of(Arguments arguments, bool is_first, Values& values, Value& result) {
  if (arguments.empty() || !arguments[0].is_array()) return false;
  const auto& items = values.array(arguments[0]).items;
  if (items.empty()) return false;
  result = is_first ? items.front().second : items.back().second;
  return true;
}
bool first_of(Arguments a, Values& values, Value& result) {
  return end_of(a, true, values, result);
}
bool last_of(Arguments a, Values& values, Value& result) {
  return end_of(a, false, values, result);
}

// "abc".toCharArray(), getBytes(): a list of the bytes' numbers.
bool text_to_bytes(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  std::string memory;
  const std::string_view text = text_of(arguments[0], memory);
  if (text.size() > kItemsMax) return false;
  const Value list = values.new_array();
  if (!list.is_array()) return false;
  for (const char c : text) values.push(list, number_value(static_cast<unsigned char>(c)));
  result = list;
  return true;
}

// A list of bytes as the text they are, also of a text that stands for bytes.
bool bytes_to_text(Arguments arguments, Values& values, Value& result) {
  if (arguments.empty()) return false;
  if (arguments[0].is_text()) return identity(arguments, values, result);
  if (!arguments[0].is_array()) return false;
  std::string out;
  for (const auto& [key, item] : values.array(arguments[0]).items) {
    if (!item.is_constant()) return false;
    if (item.is_text()) {
      out += item.text();
    } else {
      out += static_cast<char>(count_of(item) & 0xFF);
    }
  }
  return give(out, values, result);
}

bool compare(Arguments arguments, Values& /*values*/, Value& result) {
  if (!has_texts(arguments, 2)) return false;
  std::string a_memory;
  std::string b_memory;
  return give(text_of(arguments[0], a_memory).compare(text_of(arguments[1], b_memory)), result);
}

Function function_of(Fold fold) {
  switch (fold) {
    case Fold::kNone:
      return nullptr;
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
    case Fold::kCompare:
      return compare;
    case Fold::kSplit:
      return split;
    case Fold::kSplitMethod:
      return split_method;
    case Fold::kSplitEvery:
      return split_every;
    case Fold::kJoin:
      return join;
    case Fold::kJoinMethod:
      return join_method;
    case Fold::kArray:
      return array_of;
    case Fold::kReverseArray:
      return reverse_array;
    case Fold::kMerge:
      return merge;
    case Fold::kRange:
      return range;
    case Fold::kFirst:
      return first_of;
    case Fold::kLast:
      return last_of;
    case Fold::kKeys:
      return keys_of;
    case Fold::kValues:
      return values_of;
    case Fold::kFlip:
      return flip;
    case Fold::kSlice:
      return slice;
    case Fold::kBytesToText:
      return bytes_to_text;
    case Fold::kTextToBytes:
      return text_to_bytes;
  }
  return nullptr;
}

}  // namespace

bool fold(Fold fold, std::span<const Value> arguments, Values& values, Value& result) {
  const Function function = function_of(fold);
  return function != nullptr && function(arguments, values, result);
}

}  // namespace pugmark::script

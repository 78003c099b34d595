#include "detect/script/flow/fold_arguments.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/text.h"

namespace pugmark::script::folds {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

bool has_texts(Arguments arguments, std::size_t count) {
  return arguments.size() >= count &&
         std::all_of(arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(count),
                     [](const Value& value) { return value.is_constant(); });
}

std::string_view text_of(const Value& value, std::string& memory) {
  if (value.is_text()) return value.text();
  memory = text_of_number(value.number);
  return memory;
}

double number_of(const Value& value) {
  return value.is_number() ? value.number : number_of_text(value.text());
}

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

double number_in_base(std::string_view text, int base) {
  double number = 0;
  for (const char c : text) {
    if (digit_of(c) < base) number = number * base + digit_of(c);
  }
  return number;
}

std::string digits_in_base(double number, int base) {
  constexpr double kMax = 9.2e18;
  if (number < 0 && number > -kMax)
    return digits_of(static_cast<std::uint64_t>(static_cast<std::int64_t>(number)), base);
  return digits_of(number > 0 && number < kMax * 2 ? static_cast<std::uint64_t>(number) : 0, base);
}

std::string digits_of(std::uint64_t number, int base) {
  std::string digits;
  do {
    digits += "0123456789abcdefghijklmnopqrstuvwxyz"[number % static_cast<unsigned>(base)];
    number /= static_cast<unsigned>(base);
  } while (number != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::size_t find_in(std::string_view text, std::string_view searched, std::size_t begin) {
  if (begin > text.size()) return std::string_view::npos;
  if (searched.empty()) return begin;
  constexpr std::size_t kShortMax = 32;
  if (searched.size() <= kShortMax) return text.find(searched, begin);
  const void* const found =
      memmem(text.data() + begin, text.size() - begin, searched.data(), searched.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

bool identity(Arguments arguments, Values& /*values*/, Value& result) {
  if (arguments.empty()) return false;
  const Origins origins = result.origins;
  result = arguments[0];
  result.origins = origins;
  return arguments[0].kind != Value::Kind::kUnknown;
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
      arguments[1].number <= 36) {
    // JScript and Java write a sign.
    const std::string digits =
        digits_in_base(std::fabs(arguments[0].number), static_cast<int>(arguments[1].number));
    return give(arguments[0].number < 0 ? '-' + digits : digits, values, result);
  }
  return give(text_of_number(arguments[0].number), values, result);
}

}  // namespace pugmark::script::folds

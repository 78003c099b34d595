#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detect/script/language.h"

namespace pugmark::script::braces {

// What a byte may begin, and whether it may go on in a name.
enum class ByteClass : std::uint8_t {
  kOther,  // an operator
  kBlank,
  kLetter,  // and _ and, where it belongs to names, $
  kDigit,
  kQuote,  // " ' `
  kSlash,
  kHigh,  // part of a character beyond ASCII
};

struct ByteClasses {
  std::array<ByteClass, 256> of{};
  std::array<bool, 256> in_name{};  // letters and digits of ASCII
};

const ByteClasses& byte_classes(Language language);

// Characters of category Cf: allowed inside names, and no part of them.
bool is_format_character(char32_t code_point);
// Blanks and line ends beyond ASCII.
bool is_wide_blank(char32_t code_point);

// The value of up to `digits_max` hexadecimal digits from `at` on, which is moved behind them;
// `digits_min` of them must be there, or nothing happens and false is returned.
bool read_hex(std::string_view text, std::size_t& at, std::size_t digits_min,
              std::size_t digits_max, char32_t& value);

// Java reads \uXXXX anywhere in its source, before anything else. True if `text` has any.
bool has_java_escapes(std::string_view text);
// Appends what `text` says; if `places` is given, for each byte appended where it comes from in
// `text`, and at last text.size().
void append_java_unescaped(std::string_view text, std::string& out,
                           std::vector<std::uint32_t>* places);

}  // namespace pugmark::script::braces

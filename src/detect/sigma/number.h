#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pugmark::sigma {

// A number of a rule or of an event. Integers of up to 64 bits (with sign) are exact: record ids
// and keyword masks do not fit a double.
struct Number {
  bool is_integer = true;
  bool negative = false;        // of an integer
  std::uint64_t magnitude = 0;  // of an integer
  double approximate = 0;       // always set

  static Number from_integer(std::int64_t value);
  static Number from_double(double value);

  friend bool operator==(const Number& a, const Number& b) { return compare(a, b) == 0; }
  // Exact if both are integers, else as doubles.
  static std::partial_ordering compare(const Number& a, const Number& b);
};

// Reads a decimal number with optional sign, fraction and exponent, or 0x and hexadecimal digits
// (the process ids of event 4688). The whole text must be the number; blanks are not skipped; "inf"
// and "nan" are no numbers. Thread-safe.
std::optional<Number> parse_number(std::string_view text);

}  // namespace pugmark::sigma

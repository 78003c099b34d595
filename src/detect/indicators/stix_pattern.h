#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "detect/indicators/classify.h"

namespace pugmark::indicators {

// One thing a pattern asks for.
struct PatternValue {
  Hint hint = Hint::kNone;
  std::string value;  // unescaped; of LIKE with `*` and `?` for its wildcards
  std::string also;   // what else the pattern asks for and is not looked at, or ""
};

// What a STIX pattern (OASIS STIX 2.1, chapter 9) asks for, as values any of which is enough; or
// why it cannot be looked for, a clause. Thread-safe.
std::variant<std::vector<PatternValue>, std::string> values_of_pattern(std::string_view pattern);

}  // namespace pugmark::indicators

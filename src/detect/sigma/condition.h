#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/rule.h"
#include "detect/sigma/yaml.h"

namespace pugmark::sigma {

// A name that may stand in a condition, and what it stands for.
struct NamedExpression {
  std::string name;
  Expression expression;
  bool used = false;  // set when a condition refers to it
};

struct ConditionLimits {
  std::size_t depth = 32;       // parentheses and `not`
  std::size_t leaves = 65'536;  // of the expanded expression
};

// Compiles one condition (specification, "Condition"): or, and, not, parentheses, identifiers,
// `1 of`, `any of`, `all of` with a name pattern or `them`. Lower-case operators only; aggregations
// behind a bar are withdrawn and refused.
bool parse_condition(std::string_view text, std::uint32_t line, const ConditionLimits& limits,
                     std::vector<NamedExpression>& names, Expression& result, Fault& fault);

}  // namespace pugmark::sigma

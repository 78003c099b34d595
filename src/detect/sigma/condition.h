#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/budget.h"
#include "detect/sigma/rule.h"
#include "detect/sigma/yaml.h"

namespace pugmark::sigma {

// A name that may stand in a condition, and what it stands for.
struct NamedExpression {
  std::string name;
  Expression expression;
  bool used = false;  // set when a condition refers to it
};

// The names of one document, in the order they were written; each stands once.
class NamedExpressions {
 public:
  void add(std::string name, Expression expression);
  NamedExpression* find(std::string_view name);  // nullptr if there is none
  std::vector<NamedExpression>& all() { return all_; }

  // What it takes to look at every name.
  std::size_t bytes() const { return bytes_; }

 private:
  std::vector<NamedExpression> all_;
  std::map<std::string, std::size_t, std::less<>> places_;
  std::size_t bytes_ = 0;
};

struct ConditionLimits {
  std::size_t depth = 32;       // parentheses and `not`
  std::size_t leaves = 65'536;  // of the expanded expression
};

// Compiles one condition (specification, "Condition"): or, and, not, parentheses, identifiers,
// `1 of`, `any of`, `all of` with a name pattern or `them`. Lower-case operators only; aggregations
// behind a bar are withdrawn and refused. What the expression takes, and the search for names, is
// paid for by `budget`.
bool parse_condition(std::string_view text, std::uint32_t line, const ConditionLimits& limits,
                     ExpansionBudget& budget, NamedExpressions& names, Expression& result,
                     Fault& fault);

}  // namespace pugmark::sigma

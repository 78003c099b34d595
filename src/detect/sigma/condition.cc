#include "detect/sigma/condition.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "base/text.h"
#include "detect/sigma/item.h"

namespace pugmark::sigma {
namespace {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '*' || c == '.';
}

// `pattern` with `*` at any place against a name; case-sensitive. The usual walk back to the last
// star.
bool name_matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::size_t leaves_of(const Expression& expression) {
  if (expression.kind == ExpressionKind::kPredicate) return 1;
  std::size_t count = 0;
  for (const Expression& child : expression.children) count += leaves_of(child);
  return count;
}

// Recursive descent; each level of the grammar is one function.
class ConditionParser {
 public:
  ConditionParser(std::string_view text, std::uint32_t line, const ConditionLimits& limits,
                  ExpansionBudget& budget, NamedExpressions& names, Fault& fault)
      : text_(text), line_(line), limits_(limits), budget_(budget), names_(names), fault_(fault) {}

  bool parse(Expression& result) {
    if (!tokenise()) return false;
    if (!parse_or(result, 0)) return false;
    if (at_ == words_.size()) return true;
    return refuse(
        fmt::format("'{}' stands where 'and', 'or' or the end was expected.", words_[at_]),
        "Join the parts of the condition with 'and' or 'or'.");
  }

 private:
  bool refuse(std::string what, std::string hint) {
    return fail(fault_, line_, fmt::format("In the condition '{}': {}", escaped(text_), what),
                std::move(hint));
  }

  bool tokenise() {
    for (std::size_t at = 0; at < text_.size();) {
      const char c = text_[at];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        ++at;
      } else if (c == '(' || c == ')') {
        words_.push_back(text_.substr(at++, 1));
      } else if (is_word_character(c)) {
        const std::size_t start = at;
        while (at < text_.size() && is_word_character(text_[at])) ++at;
        words_.push_back(text_.substr(start, at - start));
      } else if (c == '|') {
        return refuse("aggregation behind a bar (count, near, ...) is withdrawn from Sigma.",
                      "Write the aggregation as a correlation document.");
      } else {
        return refuse(fmt::format("the character '{}' is not part of a condition.",
                                  escaped(text_.substr(at, 1))),
                      "Use names, 'and', 'or', 'not', '1 of', 'all of' and parentheses.");
      }
    }
    return true;
  }

  bool accept(std::string_view word) {
    if (at_ >= words_.size() || words_[at_] != word) return false;
    ++at_;
    return true;
  }

  bool parse_or(Expression& result, std::size_t depth) {
    std::vector<Expression> parts;
    do {
      if (!parse_and(parts.emplace_back(), depth)) return false;
    } while (accept("or"));
    result = joined(ExpressionKind::kOr, std::move(parts));
    return true;
  }

  bool parse_and(Expression& result, std::size_t depth) {
    std::vector<Expression> parts;
    do {
      if (!parse_not(parts.emplace_back(), depth)) return false;
    } while (accept("and"));
    result = joined(ExpressionKind::kAnd, std::move(parts));
    return true;
  }

  bool parse_not(Expression& result, std::size_t depth) {
    if (depth > limits_.depth) {
      return refuse(fmt::format("nested deeper than {} levels.", limits_.depth), "Flatten it.");
    }
    if (accept("not")) {
      Expression inner;
      if (!parse_not(inner, depth + 1)) return false;
      result = negated(std::move(inner));
      return true;
    }
    if (accept("(")) {
      if (!parse_or(result, depth + 1)) return false;
      return accept(")") || refuse("a closing parenthesis is missing.", "Add it.");
    }
    return parse_name(result);
  }

  bool parse_name(Expression& result) {
    if (at_ >= words_.size()) {
      return refuse("the end stands where a name was expected.", "Complete the condition.");
    }
    const std::string_view word = words_[at_++];
    if (word == "and" || word == "or" || word == ")" || word == "of") {
      return refuse(fmt::format("'{}' stands where a name was expected.", word),
                    "Complete the part in front of it.");
    }
    if (at_ < words_.size() && words_[at_] == "of") {
      ++at_;
      return parse_quantifier(word, result);
    }
    return use(word, result);
  }

  bool parse_quantifier(std::string_view quantifier, Expression& result) {
    if (quantifier != "1" && quantifier != "any" && quantifier != "all") {
      return refuse(fmt::format("'{} of' is not a quantifier.", quantifier),
                    "Use '1 of', 'any of' or 'all of'.");
    }
    if (at_ >= words_.size() || words_[at_] == "(" || words_[at_] == ")") {
      return refuse(fmt::format("'{} of' is followed by no name.", quantifier),
                    "Write a name pattern such as 'selection_*', or 'them'.");
    }
    const std::string_view pattern = words_[at_++];
    const bool hidden_too = pattern[0] == '_';
    const std::size_t looked_at = names_.bytes() + pattern.size() * names_.all().size();
    if (!budget_.take(looked_at, 1, line_, fault_)) return false;
    std::vector<Expression> parts;
    for (NamedExpression& named : names_.all()) {
      if (!named.name.empty() && named.name[0] == '_' && !hidden_too) continue;
      if (pattern != "them" && !name_matches(pattern, named.name)) continue;
      if (!take(named, parts.emplace_back())) return false;
    }
    if (parts.empty()) {
      return refuse(
          fmt::format("'{}' matches no search identifier; there are: {}.", pattern, known()),
          "Correct the pattern.");
    }
    const auto kind = quantifier == "all" ? ExpressionKind::kAnd : ExpressionKind::kOr;
    result = joined(kind, std::move(parts));
    return true;
  }

  bool use(std::string_view name, Expression& result) {
    if (NamedExpression* named = names_.find(name)) return take(*named, result);
    const std::string lower = ascii_lower(name);
    if (lower == "and" || lower == "or" || lower == "not") {
      return refuse(fmt::format("the operator '{}' is not in lower case.", name),
                    fmt::format("Write '{}'.", lower));
    }
    return refuse(fmt::format("'{}' is not defined; there are: {}.", name, known()),
                  "Define it under detection, or correct the name.");
  }

  bool take(NamedExpression& named, Expression& result) {
    named.used = true;
    const std::size_t leaves = leaves_of(named.expression);
    leaves_ += leaves;
    if (leaves_ > limits_.leaves) {
      return refuse(fmt::format("expands to more than {} comparisons (limit rule-predicates).",
                                limits_.leaves),
                    "Split the rule.");
    }
    // A tree has fewer branches than leaves, but for `not`.
    if (!budget_.take(3 * sizeof(Expression), leaves, line_, fault_)) return false;
    result = named.expression;
    return true;
  }

  std::string known() const {
    constexpr std::size_t kShown = 10;
    std::string list;
    const std::vector<NamedExpression>& all = names_.all();
    for (std::size_t i = 0; i < all.size() && i < kShown; ++i) {
      list += (i > 0 ? ", " : "") + escaped(all[i].name);
    }
    return all.size() > kShown ? list + ", ..." : list;
  }

  std::string_view text_;
  std::uint32_t line_;
  const ConditionLimits& limits_;
  ExpansionBudget& budget_;
  NamedExpressions& names_;
  Fault& fault_;
  std::vector<std::string_view> words_;
  std::size_t at_ = 0;
  std::size_t leaves_ = 0;
};

}  // namespace

void NamedExpressions::add(std::string name, Expression expression) {
  bytes_ += sizeof(NamedExpression) + name.size();
  places_.emplace(name, all_.size());
  all_.push_back({std::move(name), std::move(expression), false});
}

NamedExpression* NamedExpressions::find(std::string_view name) {
  const auto found = places_.find(name);
  return found == places_.end() ? nullptr : &all_[found->second];
}

bool parse_condition(std::string_view text, std::uint32_t line, const ConditionLimits& limits,
                     ExpansionBudget& budget, NamedExpressions& names, Expression& result,
                     Fault& fault) {
  return ConditionParser(text, line, limits, budget, names, fault).parse(result);
}

}  // namespace pugmark::sigma

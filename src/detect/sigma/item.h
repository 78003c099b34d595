#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/limits.h"
#include "detect/sigma/budget.h"
#include "detect/sigma/rule.h"
#include "detect/sigma/yaml.h"

// Detection items: `field|modifier|...: value or list` becomes an expression over predicates.
namespace pugmark::sigma {

// Values for `%name%` under the modifier `expand`, by name. They may contain wildcards.
using Placeholders = std::map<std::string, std::vector<std::string>>;

// Collects the distinct predicates of one document in a vector that is empty at first. One thread.
class PredicateTable {
 public:
  PredicateTable(const Limits& limits, std::vector<Predicate>& predicates)
      : limits_(limits), predicates_(predicates) {}

  // The index of an equal predicate, old or new. False if the table is full.
  bool add(Predicate predicate, std::uint32_t& index);
  std::size_t limit() const { return limits_.rule_predicates; }

 private:
  static constexpr std::uint32_t kNoPredicate = 0xFFFFFFFF;
  void grow();

  const Limits& limits_;
  std::vector<Predicate>& predicates_;
  // Open addressing over the predicates, at most half full.
  std::vector<std::uint32_t> slots_;
  std::vector<std::size_t> hashes_;  // of each predicate
};

struct ItemContext {
  PredicateTable& table;
  ExpansionBudget& budget;
  const Placeholders& placeholders;
  std::vector<std::string>& warnings;
  std::uint32_t identifier = 0;
};

// One entry of a search identifier's map.
bool parse_item(const Node& entry, ItemContext& context, Expression& result, Fault& fault);

// One scalar of a keyword list.
bool parse_keyword(const Node& scalar, ItemContext& context, Expression& result, Fault& fault);

// An and/or of several expressions; one alone stays itself.
Expression joined(ExpressionKind kind, std::vector<Expression> parts);
Expression negated(Expression expression);

}  // namespace pugmark::sigma

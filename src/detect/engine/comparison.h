#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "detect/engine/literal_index.h"
#include "detect/sigma/rule.h"

namespace pugmark::engine {

// A comparison by text or expression, ready for the hot path, whatever field it is made with.
struct Comparison {
  std::uint32_t id = 0;              // equal comparisons have equal ones
  std::vector<sigma::Token> tokens;  // folded unless cased; of patterns only
  std::string literal;               // the last literal: of the simple shapes the only one
  // Literals of which at least one stands in the folded form of every text for which the comparison
  // is true; none if there is no such set (wildcards alone, expressions of classes only). Those of
  // a regular expression come from RE2's own analysis (re2::FilteredRE2).
  std::vector<Literal> necessary;
};

// The comparisons of all rules of a hunt: each is made once, on first need, however many rules and
// buckets it stands in. Not thread-safe; what it gives out never changes or moves.
class ComparisonTable {
 public:
  // nullptr for kinds that need no preparation (numbers, networks, times, ...). The predicate must
  // outlive the table and not change.
  const Comparison* of(const sigma::Predicate& predicate);

 private:
  std::unordered_map<const sigma::Predicate*, const Comparison*> by_predicate_;
  std::unordered_map<std::string, Comparison> by_identity_;
};

}  // namespace pugmark::engine

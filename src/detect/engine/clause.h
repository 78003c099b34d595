#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "detect/engine/bucket.h"

namespace pugmark::engine {

// Literals of which at least one stands in the folded form of every text for which the predicate is
// true; none if there is no such set (numbers, wildcards alone, expressions of classes only). Those
// of a regular expression come from RE2's own analysis (re2::FilteredRE2).
std::vector<Literal> necessary_literals(const CompiledPredicate& predicate);

// Finds for a condition a small set of predicates of which at least one is true whenever the
// condition is: only events in which one of them holds need to be judged in full. A mistake here is
// a rule that never fires, so the engine's tests compare with the reference evaluator on every
// event.
class ClauseChooser {
 public:
  explicit ClauseChooser(const Bucket& bucket);

  // Nothing if there is no such set: the condition can be true without any positive comparison.
  std::optional<std::vector<std::uint32_t>> choose(std::uint32_t root);

 private:
  struct Choice {
    double cost = 0;  // about how many events would be judged in vain; sums over the set
    std::vector<std::uint32_t> predicates;
  };
  std::optional<Choice> choice(std::uint32_t node) const;
  std::optional<Choice> leaf(std::uint32_t predicate) const;

  const Bucket& bucket_;
  // How many conditions use a predicate: what many rules ask for (powershell.exe) is common in
  // logs.
  std::vector<std::uint32_t> uses_count_;
};

}  // namespace pugmark::engine

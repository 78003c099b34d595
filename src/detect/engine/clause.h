#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "detect/engine/bucket.h"

namespace pugmark::engine {

// The literal that stands in every text for which the predicate is true, or nothing if there is
// none (regular expressions, numbers, wildcards alone).
std::optional<Literal> necessary_literal(const CompiledPredicate& predicate);

// Finds for a condition a small set of predicates of which at least one is true whenever the
// condition is: only events in which one of them holds need to be judged in full. A mistake here is
// a rule that never fires, so the engine's tests compare with the reference evaluator on every event.
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
  // How many conditions use a predicate: what many rules ask for (powershell.exe) is common in logs.
  std::vector<std::uint32_t> uses_count_;
};

}  // namespace pugmark::engine

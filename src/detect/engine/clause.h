#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "detect/engine/bucket.h"

namespace pugmark::engine {

// Finds for a condition a small set of predicates of which at least one is true whenever the
// condition is: only events in which one of them holds need to be judged in full. A mistake here is
// a rule that never fires, so the engine's tests compare with the reference evaluator on every
// event.
class ClauseChooser {
 public:
  explicit ClauseChooser(const Bucket& bucket);

  // Nothing if there is no such set: the condition can be true without any positive comparison.
  std::optional<std::vector<std::uint32_t>> choose(std::uint32_t root) const;

 private:
  std::optional<double> cost(const Node& node) const;
  std::optional<double> cost_of_predicate(std::uint32_t at) const;
  std::optional<std::uint32_t> rarest(const Node& node) const;
  void collect(std::uint32_t at, std::vector<std::uint32_t>& predicates) const;

  const Bucket& bucket_;
  // How many conditions use a predicate: what many rules ask for (powershell.exe) is common in
  // logs.
  std::vector<std::uint32_t> uses_count_;
  // Of each node, of the set that would be chosen: about how many events would be judged in vain.
  std::vector<std::optional<double>> costs_;
};

}  // namespace pugmark::engine

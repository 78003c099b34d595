#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "detect/ruleset.h"
#include "events/event.h"
#include "events/reader.h"

namespace pugmark {

struct SharedCollections;

// Judges the events of blocks by all rules, and has files that are no logs examined. One per worker
// thread, not thread-safe; the Ruleset it was made with is shared and outlives it, and so does the
// ShapeTable of the events. What it finds is collected inside and taken by Results.
class Scanner {
 public:
  // In what order blocks come: always the same, or as threads happen to take them.
  enum class Order : std::uint8_t { kFixed, kAny };

  Scanner(const Ruleset& rules, const Limits& limits);  // alone, in fixed order
  // Those of one hunt, `count` of them; in fixed order, one. What is remembered for correlations
  // they share, so that it takes no more memory with more threads.
  static std::vector<Scanner> team(const Ruleset& rules, const Limits& limits, unsigned count,
                                   Order order);
  ~Scanner();
  Scanner(Scanner&&) noexcept;

  // Judges every event of `batch`, which was decoded from `block` of the item named `item_path`
  // (which outlives the results). kIo: the temporary file for findings cannot be written.
  // `stop`: if it becomes true the rest is left out, and all that the scanner has is worth nothing.
  Status scan(const Block& block, EventBatch& batch, const std::string& item_path,
              const std::atomic<bool>& stop);

  // Has a piece of a file that is no log examined: `block` is of a Reader that is_file().
  // kIo: a temporary file cannot be written.
  Status examine(const Block& block, const std::string& item_path, const std::atomic<bool>& stop);

  // Lets go of the memory that scan() keeps from event to event, which large values make large.
  void release_memory();

  // True once a team in any order reaches the limit coverage-days or log-sources: what it collects
  // would depend on that order (see SourceMeters).
  bool is_in_vain() const;

  std::uint64_t events_count() const;
  std::uint64_t findings_count() const;

  // What one worker collected; for Results only.
  class State;
  State& state() { return *state_; }

 private:
  Scanner(const Ruleset& rules, const Limits& limits, const SharedCollections& shared, Order order);

  std::unique_ptr<State> state_;
};

}  // namespace pugmark

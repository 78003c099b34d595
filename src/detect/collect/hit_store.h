#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "base/time.h"
#include "detect/sigma/correlate.h"
#include "evidence/item.h"

namespace pugmark {

// An event that a rule matched on which a correlation stands.
struct RememberedHit {
  std::uint32_t correlation = 0;  // index into RuleSet::correlations
  // Time as the source says; ordinal not yet; source a number of computer and channel.
  sigma::CorrelationHit hit;
  ItemId item{};
  const std::string* item_path = nullptr;  // outlives the store
  std::uint64_t offset_bytes = 0;
  std::uint64_t record_id = 0;  // or 0; says in which order the source wrote
  std::uint32_t length_bytes = 0;
  std::uint32_t rule = 0;  // index into RuleSet::rules
  TimePrecision precision = TimePrecision::kUnknown;
  std::string computer;
};

// What a hunt remembers for correlations, at most `limit` events in all (but one of each
// correlation however small it is): of each correlation those that come first by (time, item path,
// offset), of all correlations equally many at most. So a noisy one takes no room from the others,
// and nothing depends on who read what when. Thread-safe.
class HitStore {
 public:
  // How many events a correlation was offered, and how many are remembered.
  struct Count {
    std::uint64_t total = 0;
    std::uint64_t kept = 0;
  };

  HitStore(std::size_t correlations_count, std::uint64_t limit);

  // Counts an event. False if it is not among those remembered, so that nothing need be read from
  // it; otherwise hand it to keep(). `hit` needs correlation, rule, time and place.
  bool count(const RememberedHit& hit);
  void keep(RememberedHit hit);

  // By correlation.
  std::vector<Count> counts() const;
  // Everything remembered, in no order; the store is empty then.
  std::vector<RememberedHit> take();

 private:
  using Heap = std::vector<RememberedHit>;  // the last by place in front

  static bool before(const RememberedHit& a, const RememberedHit& b);
  void push(RememberedHit hit);
  void shorten(Heap& heap);

  mutable std::mutex mutex_;
  std::uint64_t limit_;
  std::uint64_t cap_;  // of one correlation; halved until all fit
  std::uint64_t kept_count_ = 0;
  std::vector<Heap> heaps_;             // by correlation
  std::vector<std::uint64_t> totals_;   // by correlation
};

}  // namespace pugmark

#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
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
  bool recovered = false;  // carved
  std::string computer;
};

// What a hunt remembers for correlations, in all as much as `limit` ordinary events take (but one
// of each correlation however small it is): of each correlation those that come first by (time,
// item path, offset), of all correlations equally much at most. So a noisy one takes no room from
// the others, and nothing depends on who read what when. Thread-safe.
class HitStore {
 public:
  // What the texts of an ordinary event take at most, in bytes with those around them. One with
  // more counts for several: for weight_of() many.
  static constexpr std::uint64_t kOrdinaryBytes = 512;
  static std::uint64_t weight_of(const RememberedHit& hit);

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
  // Where a hit stands in the order of all.
  struct Place {
    std::int64_t time_ns = 0;
    const std::string* item_path = nullptr;
    std::uint64_t offset_bytes = 0;
    std::uint32_t rule = 0;
  };
  // Of one correlation.
  struct Kept {
    std::vector<RememberedHit> heap;  // the last by place in front
    std::uint64_t weight = 0;         // of all in the heap
    std::uint64_t total_count = 0;    // offered
    // The first of those let go. Nothing from there on is kept, however light: it would be there or
    // not depending on when it came.
    std::optional<Place> end;
  };

  static Place place_of(const RememberedHit& hit);
  static bool before(const Place& a, const Place& b);
  static bool comes_before(const RememberedHit& a, const RememberedHit& b);
  static bool has_room(const Kept& kept, const RememberedHit& hit);
  std::uint64_t charge_of(const Kept& kept) const;
  void let_go(Kept& kept) const;

  mutable std::mutex mutex_;
  std::uint64_t limit_;
  std::uint64_t cap_;  // weight kept of one correlation; halved until all fit
  std::uint64_t charged_ = 0;
  std::vector<Kept> by_correlation_;
};

}  // namespace pugmark

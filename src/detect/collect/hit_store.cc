#include "detect/collect/hit_store.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace pugmark {

HitStore::HitStore(std::size_t correlations_count, std::uint64_t limit)
    : limit_(limit), cap_(std::max<std::uint64_t>(1, limit)), by_correlation_(correlations_count) {}

std::uint64_t HitStore::weight_of(const RememberedHit& hit) {
  constexpr std::uint64_t kAllocationBytes = 16;
  std::uint64_t bytes = hit.computer.size();
  for (const auto& value : hit.hit.values)
    bytes += sizeof(value) + kAllocationBytes + (value ? value->size() : 0);
  return 1 + bytes / kOrdinaryBytes;
}

HitStore::Place HitStore::place_of(const RememberedHit& hit) {
  return {hit.hit.time_ns, hit.item_path, hit.offset_bytes, hit.hit.rule};
}

bool HitStore::before(const Place& a, const Place& b) {
  return std::tie(a.time_ns, *a.item_path, a.offset_bytes, a.rule) <
         std::tie(b.time_ns, *b.item_path, b.offset_bytes, b.rule);
}

bool HitStore::comes_before(const RememberedHit& a, const RememberedHit& b) {
  return before(place_of(a), place_of(b));
}

bool HitStore::has_room(const Kept& kept, const RememberedHit& hit) {
  return !kept.end || before(place_of(hit), *kept.end);
}

bool HitStore::count(const RememberedHit& hit) {
  const std::lock_guard lock(mutex_);
  Kept& kept = by_correlation_[hit.correlation];
  ++kept.total_count;
  return has_room(kept, hit);
}

// What all events of a correlation weigh, or the cap if that is less. It only grows with the
// events, so the cap comes out the same in any order.
std::uint64_t HitStore::charge_of(const Kept& kept) const {
  return kept.end ? cap_ : std::min(cap_, kept.weight);
}

void HitStore::keep(RememberedHit hit) {
  const std::lock_guard lock(mutex_);
  Kept& kept = by_correlation_[hit.correlation];
  if (!has_room(kept, hit)) return;  // since count()
  charged_ -= charge_of(kept);
  kept.weight += weight_of(hit);
  kept.heap.push_back(std::move(hit));
  std::push_heap(kept.heap.begin(), kept.heap.end(), comes_before);
  let_go(kept);
  charged_ += charge_of(kept);
  while (charged_ > limit_ && cap_ > 1) {
    cap_ /= 2;
    charged_ = 0;
    for (Kept& each : by_correlation_) {
      let_go(each);
      charged_ += charge_of(each);
    }
  }
}

void HitStore::let_go(Kept& kept) const {
  while (kept.weight > cap_ && kept.heap.size() > 1) {
    std::pop_heap(kept.heap.begin(), kept.heap.end(), comes_before);
    kept.weight -= weight_of(kept.heap.back());
    kept.end = place_of(kept.heap.back());
    kept.heap.pop_back();
  }
}

std::vector<HitStore::Count> HitStore::counts() const {
  const std::lock_guard lock(mutex_);
  std::vector<Count> counts;
  for (const Kept& kept : by_correlation_) counts.push_back({kept.total_count, kept.heap.size()});
  return counts;
}

std::vector<RememberedHit> HitStore::take() {
  const std::lock_guard lock(mutex_);
  std::vector<RememberedHit> all;
  for (Kept& kept : by_correlation_) {
    all.insert(all.end(), std::make_move_iterator(kept.heap.begin()),
               std::make_move_iterator(kept.heap.end()));
    kept = Kept();
  }
  charged_ = 0;
  return all;
}

}  // namespace pugmark

#include "detect/collect/hit_store.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace pugmark {

HitStore::HitStore(std::size_t correlations_count, std::uint64_t limit)
    : limit_(limit),
      cap_(std::max<std::uint64_t>(1, limit)),
      heaps_(correlations_count),
      totals_(correlations_count, 0) {}

bool HitStore::before(const RememberedHit& a, const RememberedHit& b) {
  return std::tie(a.hit.time_ns, *a.item_path, a.offset_bytes, a.hit.rule) <
         std::tie(b.hit.time_ns, *b.item_path, b.offset_bytes, b.hit.rule);
}

bool HitStore::count(const RememberedHit& hit) {
  const std::lock_guard lock(mutex_);
  ++totals_[hit.correlation];
  const Heap& heap = heaps_[hit.correlation];
  return heap.size() < cap_ || before(hit, heap.front());
}

void HitStore::keep(RememberedHit hit) {
  const std::lock_guard lock(mutex_);
  push(std::move(hit));
}

// What is kept at a given cap only grows with the events, so the cap comes out the same in any
// order.
void HitStore::push(RememberedHit hit) {
  Heap& heap = heaps_[hit.correlation];
  heap.push_back(std::move(hit));
  std::push_heap(heap.begin(), heap.end(), before);
  ++kept_count_;
  shorten(heap);
  while (kept_count_ > limit_ && cap_ > 1) {
    cap_ /= 2;
    for (Heap& each : heaps_) shorten(each);
  }
}

void HitStore::shorten(Heap& heap) {
  while (heap.size() > cap_) {
    std::pop_heap(heap.begin(), heap.end(), before);
    heap.pop_back();
    --kept_count_;
  }
}

std::vector<HitStore::Count> HitStore::counts() const {
  const std::lock_guard lock(mutex_);
  std::vector<Count> counts;
  for (std::size_t i = 0; i < heaps_.size(); ++i) counts.push_back({totals_[i], heaps_[i].size()});
  return counts;
}

std::vector<RememberedHit> HitStore::take() {
  const std::lock_guard lock(mutex_);
  std::vector<RememberedHit> all;
  for (Heap& heap : heaps_) {
    all.insert(all.end(), std::make_move_iterator(heap.begin()),
               std::make_move_iterator(heap.end()));
    heap.clear();
  }
  kept_count_ = 0;
  return all;
}

}  // namespace pugmark

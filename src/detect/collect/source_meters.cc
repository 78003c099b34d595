#include "detect/collect/source_meters.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.h"

namespace pugmark {

CoverageMeter& SourceMeters::meter(ItemId item, SourceKey key, std::uint32_t bucket) {
  const SourceKind kind = key.kind;
  const std::string name = std::exchange(key.source, folded(key.source));
  if (is_told_apart(key)) {
    Source& found = sources_[key];
    note_name(found, name);
    note_bucket(found, bucket);
    const auto [at, is_new] = found.by_item.try_emplace(item, days_max_);
    if (is_new) {
      count(item);
      drop_while_too_many();
    }
    if (is_told_apart(key)) return at->second;
  }
  Source& others = others_[kind];
  note_bucket(others, bucket);
  return others.by_item.try_emplace(item, days_max_).first->second;
}

void SourceMeters::count(ItemId item) {
  if (counts_in_items_[item]++ == 0) return;
  ++charge_;
  if (totals_ != nullptr) ++totals_->sources_count;
}

// How many sources there are up to a name only grows. So a name that gave way once would always
// have had to, and of those that never did all fit.
void SourceMeters::drop_while_too_many() {
  while (charge_ > sources_max_) drop_last();
}

void SourceMeters::drop_last() {
  ++generation_;
  const auto last = std::prev(sources_.end());
  first_other_ = last->first;
  for (const auto& [item, meter] : last->second.by_item) {
    if (--counts_in_items_[item] == 0) continue;
    --charge_;
    if (totals_ != nullptr) --totals_->sources_count;
  }
  join(others_[last->first.kind], std::move(last->second));
  sources_.erase(last);
}

void SourceMeters::note_bucket(Source& source, std::uint32_t bucket) {
  const auto at = std::lower_bound(source.buckets.begin(), source.buckets.end(), bucket);
  if (at == source.buckets.end() || *at != bucket) source.buckets.insert(at, bucket);
}

void SourceMeters::note_name(Source& source, const std::string& name) {
  if (source.by_item.empty() || name < source.name) source.name = name;
}

void SourceMeters::join(Source& into, Source&& from) {
  note_name(into, from.name);
  for (const std::uint32_t bucket : from.buckets) note_bucket(into, bucket);
  while (!from.by_item.empty()) {
    auto moved = into.by_item.insert(from.by_item.extract(from.by_item.begin()));
    if (!moved.inserted) moved.position->second.join(moved.node.mapped(), 0);
  }
}

void SourceMeters::take(const SourceKey& key, Source&& source) {
  if (!is_told_apart(key)) {
    join(others_[key.kind], std::move(source));
    return;
  }
  Source& mine = sources_[key];
  for (const auto& [item, meter] : source.by_item) {
    if (!mine.by_item.contains(item)) count(item);
  }
  join(mine, std::move(source));
  drop_while_too_many();
}

void SourceMeters::merge(SourceMeters&& other) {
  days_max_ = std::min(days_max_, other.days_max_);
  for (auto at = other.sources_.begin(); at != other.sources_.end(); at = other.sources_.erase(at))
    take(at->first, std::move(at->second));
  for (auto& [kind, source] : other.others_) join(others_[kind], std::move(source));
  if (!other.first_other_) return;
  while (!sources_.empty() && !(std::prev(sources_.end())->first < *other.first_other_))
    drop_last();
  if (is_told_apart(*other.first_other_)) first_other_ = other.first_other_;
}

// Down to half of what may be, so that it is not to be done again soon.
void SourceMeters::thin_out() {
  std::uint64_t count = 0;
  const auto limit = [&](Source& source) {
    for (auto& [item, meter] : source.by_item) {
      meter.limit_days(days_max_);
      count += meter.days_count();
    }
  };
  const auto limit_all = [&] {
    count = 0;
    for (auto& [key, source] : sources_) limit(source);
    for (auto& [kind, source] : others_) limit(source);
  };
  limit_all();
  while (count > totals_->days_max / 2 && days_max_ > 0) {
    days_max_ /= 2;
    limit_all();
  }
  totals_->days_count = count;
}

}  // namespace pugmark

#include "detect/collect/source_meters.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "base/text.h"

namespace pugmark {

CoverageMeter& SourceMeters::meter(ItemId item, SourceKey key, std::uint32_t bucket) {
  const std::string name = std::exchange(key.source, folded(key.source));
  Source& found = source(std::move(key));
  note_name(found, name);
  found.buckets.insert(bucket);
  return found.by_item.try_emplace(item, days_max_).first->second;
}

SourceMeters::Source& SourceMeters::source(SourceKey key) {
  // Sources of computers no longer told apart are not under their names any more.
  if (const auto known = sources_.find(key); known != sources_.end()) return known->second;
  if (!is_told_apart(key.computer)) key.computer = kOthers;
  return sources_[std::move(key)];
}

// A name that was once thrown in with the others never comes back: the last of those told apart
// only moves forward.
bool SourceMeters::is_told_apart(const std::string& computer) {
  if (computer == kOthers) return false;
  if (computers_.contains(computer)) return true;
  if (computers_.size() >= computers_max_) {
    computers_merged_ = true;
    if (computer > *computers_.rbegin()) return false;
    drop_last_computer();
  }
  computers_.insert(computer);
  return true;
}

void SourceMeters::drop_last_computer() {
  ++generation_;
  const std::string computer = *computers_.rbegin();
  computers_.erase(std::prev(computers_.end()));
  std::vector<std::pair<SourceKey, Source>> moved;
  for (auto at = sources_.lower_bound({computer, SourceKind{}, ""});
       at != sources_.end() && at->first.computer == computer; at = sources_.erase(at))
    moved.emplace_back(at->first, std::move(at->second));
  for (auto& [key, from] : moved) {
    key.computer = kOthers;
    join(sources_[std::move(key)], std::move(from));
  }
}

void SourceMeters::note_name(Source& source, const std::string& name) {
  if (source.by_item.empty() || name < source.name) source.name = name;
}

void SourceMeters::join(Source& into, Source&& from) {
  note_name(into, from.name);
  into.buckets.merge(from.buckets);
  while (!from.by_item.empty()) {
    auto moved = into.by_item.insert(from.by_item.extract(from.by_item.begin()));
    if (!moved.inserted) moved.position->second.join(moved.node.mapped(), 0);
  }
}

void SourceMeters::merge(SourceMeters&& other) {
  computers_merged_ = computers_merged_ || other.computers_merged_;
  days_max_ = std::min(days_max_, other.days_max_);
  for (auto at = other.sources_.begin(); at != other.sources_.end(); at = other.sources_.erase(at))
    join(source(at->first), std::move(at->second));
}

// Down to half of what may be, so that it is not to be done again soon.
void SourceMeters::thin_out() {
  std::uint64_t count = 0;
  const auto count_within = [&](std::uint64_t days_max) {
    count = 0;
    for (auto& [key, source] : sources_) {
      for (auto& [item, meter] : source.by_item) {
        meter.limit_days(days_max);
        count += meter.days_count();
      }
    }
  };
  count_within(days_max_);
  while (count > days_->most / 2 && days_max_ > 0) count_within(days_max_ /= 2);
  days_->count = count;
}

}  // namespace pugmark

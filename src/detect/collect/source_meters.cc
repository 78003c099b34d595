#include "detect/collect/source_meters.h"

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
  return found.by_item[item];
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
  if (computers_.size() >= most_) {
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
    join(sources_[std::move(key)], from);
  }
}

void SourceMeters::note_name(Source& source, const std::string& name) {
  if (source.by_item.empty() || name < source.name) source.name = name;
}

void SourceMeters::join(Source& into, const Source& from) {
  note_name(into, from.name);
  into.buckets.insert(from.buckets.begin(), from.buckets.end());
  for (const auto& [item, meter] : from.by_item) into.by_item[item].join(meter, 0);
}

void SourceMeters::merge(const SourceMeters& other) {
  computers_merged_ = computers_merged_ || other.computers_merged_;
  for (const auto& [key, from] : other.sources_) join(source(key), from);
}

}  // namespace pugmark

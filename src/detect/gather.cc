#include <algorithm>
#include <fmt/format.h>

#include "base/bytes.h"
#include "detect/settle.h"

namespace pugmark {
namespace {

void join_tally(ItemTally& into, ItemTally&& from) {
  into.path = from.path;
  into.events_count += from.events_count;
  into.understood_bytes += from.understood_bytes;
  into.gaps_count += from.gaps_count;
  into.gaps.insert(into.gaps.end(), std::make_move_iterator(from.gaps.begin()),
                   std::make_move_iterator(from.gaps.end()));
  if (from.clock != nullptr) {
    if (into.clock == nullptr) into.clock = std::make_unique<ClockSummary>();
    into.clock->merge(*from.clock);
  }
  for (const auto& [key, meter] : from.sources) into.sources[key].join(meter, 0);
}

void join_bucket(BucketTally& into, const BucketTally& from) {
  into.events_count += from.events_count;
  if (into.observed.size() < from.observed.size())
    into.observed.resize(from.observed.size(), false);
  for (std::size_t i = 0; i < from.observed.size(); ++i) {
    if (from.observed[i]) into.observed[i] = true;
  }
}

// The first by path keeps its own name; the others say whose bytes they are.
void mark_copies(std::vector<ScannedItem>& items) {
  std::map<Sha256, const std::string*> first_paths;
  for (ScannedItem& scanned : items) {
    if (!scanned.item.sha256 || scanned.item.size_bytes == 0) continue;
    const auto [at, is_new] = first_paths.try_emplace(*scanned.item.sha256, &scanned.item.path);
    if (!is_new) scanned.duplicate_of = *at->second;
  }
}

void correct_clock(const ItemTally& tally, ScannedItem& scanned) {
  if (tally.clock == nullptr) return;
  const ClockJudgement judgement = judge_clock(*tally.clock);
  scanned.time_shift_s = judgement.is_shifted ? judgement.shift_s : 0;
  scanned.clock = judgement.reason;
}

}  // namespace

Gathered gather(std::vector<Scanner>& scanners, std::vector<Item> items) {
  Gathered gathered;
  for (Scanner& scanner : scanners) {
    Scanner::State& state = scanner.state();
    for (auto& [id, tally] : state.items) join_tally(gathered.tallies[id], std::move(tally));
    while (gathered.buckets.size() < state.buckets.size()) gathered.buckets.emplace_back();
    for (std::size_t i = 0; i < state.buckets.size(); ++i)
      join_bucket(gathered.buckets[i], state.buckets[i]);
    gathered.remembered.insert(gathered.remembered.end(),
                               std::make_move_iterator(state.remembered.begin()),
                               std::make_move_iterator(state.remembered.end()));
    state.remembered.clear();
    gathered.forgotten_hits_count += state.forgotten_hits_count;
    gathered.disagreements_count += state.disagreements_count;
    gathered.events_count += state.events_count;
  }
  std::sort(items.begin(), items.end(),
            [](const Item& a, const Item& b) { return a.path < b.path; });
  for (const Item& item : items) {
    ScannedItem scanned;
    scanned.item = item;
    Item& known = scanned.item;
    if (const auto tally = gathered.tallies.find(known.id); tally != gathered.tallies.end()) {
      known.events_count = tally->second.events_count;
      known.read_bytes = std::min(tally->second.understood_bytes, known.size_bytes);
      correct_clock(tally->second, scanned);
    }
    known.unread_bytes = known.size_bytes - known.read_bytes;
    gathered.items.push_back(std::move(scanned));
  }
  mark_copies(gathered.items);
  for (std::uint32_t i = 0; i < gathered.items.size(); ++i) {
    gathered.item_index.emplace(gathered.items[i].item.id, i);
    gathered.index_of_path.emplace(gathered.items[i].item.path, i);
  }
  return gathered;
}

std::vector<Coverage> coverage_of(const Gathered& gathered) {
  struct Source {
    CoverageMeter meter;
    Coverage coverage;
  };
  std::map<SourceKey, Source> sources;
  constexpr std::int64_t kNsPerSecond = 1'000'000'000;
  constexpr std::size_t kItemsListed = 100;
  for (const ScannedItem& scanned : gathered.items) {
    const auto tally = gathered.tallies.find(scanned.item.id);
    if (tally == gathered.tallies.end() || !scanned.duplicate_of.empty()) continue;
    for (const auto& [key, meter] : tally->second.sources) {
      Source& source = sources[key];
      source.meter.join(meter, scanned.time_shift_s * kNsPerSecond);
      Coverage& coverage = source.coverage;
      ++coverage.items_count;
      if (coverage.items.size() < kItemsListed) coverage.items.push_back(scanned.item.path);
      if (scanned.time_shift_s == 0) continue;
      coverage.time_shift_s = scanned.time_shift_s;
      coverage.clock = scanned.clock;
    }
  }
  std::vector<Coverage> list;
  for (auto& [key, source] : sources) {
    source.coverage.computer = key.computer;
    source.coverage.kind = std::string(to_string(key.kind));
    source.coverage.source = key.source;
    source.meter.report(source.coverage);
    list.push_back(std::move(source.coverage));
  }
  return list;
}

}  // namespace pugmark

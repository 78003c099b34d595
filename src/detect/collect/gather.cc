#include <algorithm>
#include <cassert>
#include <fmt/format.h>

#include "base/bytes.h"
#include "detect/collect/settle.h"
#include "detect/engine/engine.h"
#include "detect/files/file_report.h"
#include "detect/files/list_check.h"

namespace pugmark {
namespace {

void join_tally(ItemTally& into, ItemTally&& from) {
  into.events_count += from.events_count;
  into.understood_bytes += from.understood_bytes;
  into.gaps_count += from.gaps_count;
  into.gaps.insert(into.gaps.end(), std::make_move_iterator(from.gaps.begin()),
                   std::make_move_iterator(from.gaps.end()));
  for (RecurringGap& gap : from.recurring_gaps) join_recurring(std::move(gap), into.recurring_gaps);
  for (const auto& [hit, count] : from.undated_hits) into.undated_hits[hit] += count;
  if (from.clock != nullptr) {
    if (into.clock == nullptr) into.clock = std::make_unique<ClockSummary>();
    into.clock->merge(*from.clock);
  }
}

// Findings refer to the path of a tally, so it stays where it is; there may be a million.
void take_tallies(std::map<ItemId, ItemTally>& from, std::map<ItemId, ItemTally>& into) {
  for (auto at = from.begin(); at != from.end();) {
    const auto tally = at++;
    if (const auto known = into.find(tally->first); known != into.end()) {
      join_tally(known->second, std::move(tally->second));
    } else {
      into.insert(from.extract(tally));
    }
  }
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

// The techniques of rules that ran, by kind of event: those whose log source such events are of.
class Techniques {
 public:
  Techniques(const engine::Engine& engine, const std::vector<LedgerEntry>& ledger)
      : engine_(engine), ledger_(ledger) {}

  std::vector<std::string> of(const SourceMeters::Source& source) {
    std::set<std::string> all;
    for (const std::uint32_t bucket : source.buckets) {
      const std::set<std::string>& techniques = of_bucket(bucket);
      all.insert(techniques.begin(), techniques.end());
    }
    return {all.begin(), all.end()};
  }

 private:
  const std::set<std::string>& of_bucket(std::uint32_t bucket) {
    const auto [found, is_new] = known_.try_emplace(bucket);
    if (!is_new) return found->second;
    const engine::BucketKey& key = engine_.key(bucket);
    const std::size_t rules_count = engine_.rules().rules.size();
    for (std::uint32_t rule = 0; rule < rules_count; ++rule) {
      const LedgerEntry& entry = ledger_[rule];
      const auto& routes = engine_.routing(rule).routes;
      const auto is_of_log = [&](const sigma::Route& route) { return applies(route, key); };
      if (entry.state == RuleState::kRan && std::any_of(routes.begin(), routes.end(), is_of_log))
        found->second.insert(entry.techniques.begin(), entry.techniques.end());
    }
    return found->second;
  }

  const engine::Engine& engine_;
  const std::vector<LedgerEntry>& ledger_;
  std::map<std::uint32_t, std::set<std::string>> known_;
};

// What was done to the clocks of the items a source lies in. Each item was judged for itself, so
// they need not agree.
class ItemClocks {
 public:
  void add(const ScannedItem& item) {
    ++items_count_;
    const auto alike = std::find_if(shifts_.begin(), shifts_.end(), [&](const Shift& shift) {
      return shift.seconds == item.time_shift_s;
    });
    Shift& shift = alike == shifts_.end() ? shifts_.emplace_back() : *alike;
    shift.seconds = item.time_shift_s;
    ++shift.items_count;
    if (shift.why.empty()) shift.why = item.clock;
  }

  void report(Coverage& coverage) const {
    for (const Shift& shift : shifts_)
      coverage.shifted_items_count += shift.seconds == 0 ? 0 : shift.items_count;
    if (shifts_.size() > 1) {
      coverage.clock = of_each_shift();
      return;
    }
    const Shift& only = shifts_[0];
    coverage.time_shift_s = only.seconds;
    coverage.clock = only.why;
    if (items_count_ > 1 && !only.why.empty())
      coverage.clock = fmt::format("The same in {} items; of one: {}", items_count_, only.why);
  }

 private:
  struct Shift {
    std::int64_t seconds = 0;
    std::uint64_t items_count = 0;
    std::string why;  // of the first that says anything
  };

  std::string of_each_shift() const {
    constexpr std::size_t kShiftsListed = 4;
    std::string text;
    std::uint64_t unsaid_count = items_count_;
    for (const Shift& shift : std::span(shifts_).first(std::min(shifts_.size(), kShiftsListed))) {
      const std::string done = shift.seconds == 0
                                   ? "the times were left as written"
                                   : fmt::format("{} s were added to all times", shift.seconds);
      text += fmt::format("{}In {} of {} items {}{}{}", text.empty() ? "" : " ", shift.items_count,
                          items_count_, done, shift.why.empty() ? "." : "; of one: ", shift.why);
      unsaid_count -= shift.items_count;
    }
    if (unsaid_count != 0)
      text += fmt::format(" In {} of {} items it was otherwise again.", unsaid_count, items_count_);
    return text;
  }

  std::vector<Shift> shifts_;  // in order of the items
  std::uint64_t items_count_ = 0;
};

// A source as coverage names it.
struct NamedSource {
  SourceKey key;
  const SourceMeters::Source* source = nullptr;
  bool is_several_logs = false;
};

// By name. Evidence may bring a log of the names that stand for all others: then there are two.
std::vector<NamedSource> named_sources(const SourceMeters& meters) {
  std::vector<NamedSource> list;
  for (const auto& [key, source] : meters.sources())
    list.push_back({{key.computer, key.kind, source.name}, &source, false});
  for (const auto& [kind, source] : meters.others()) {
    list.push_back(
        {{std::string(SourceMeters::kOthers), kind, std::string(SourceMeters::kOtherLogs)},
         &source,
         true});
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const NamedSource& a, const NamedSource& b) { return a.key < b.key; });
  return list;
}

void add_item(const ScannedItem& scanned, const CoverageMeter& part, CoverageMeter& meter,
              Coverage& coverage) {
  constexpr std::int64_t kNsPerSecond = 1'000'000'000;
  constexpr std::size_t kItemsListed = 100;
  meter.join(part, scanned.time_shift_s * kNsPerSecond);
  ++coverage.items_count;
  if (coverage.items.size() < kItemsListed) coverage.items.push_back(scanned.item.path);
}

// A text may be a log that no reader knows: of it, and of what is no text either, nothing counts as
// understood, so that it is seen.
bool counts_as_read(FileKind kind) { return kind != FileKind::kText && kind != FileKind::kUnknown; }

void count_examined(Gathered& gathered) {
  for (const files::ExaminedStore::Piece& piece : gathered.examined.pieces()) {
    if (piece.offset_bytes == 0) ++gathered.files_count;
    if (!counts_as_read(piece.nature.kind)) continue;
    Item& item = gathered.items[gathered.item_index.at(piece.item)].item;
    item.read_bytes = item.size_bytes;
    item.unread_bytes = 0;
  }
}

}  // namespace

Gathered gather(std::vector<Scanner>& scanners, std::vector<Item> items, const Limits& limits) {
  Gathered gathered(limits);
  for (Scanner& scanner : scanners) {
    Scanner::State& state = scanner.state();
    take_tallies(state.items, gathered.tallies);
    while (gathered.buckets.size() < state.buckets.size()) gathered.buckets.emplace_back();
    for (std::size_t i = 0; i < state.buckets.size(); ++i)
      join_bucket(gathered.buckets[i], state.buckets[i]);
    gathered.meters.merge(std::move(state.meters));
    gathered.examined.merge(std::move(state.examiner.store()));
    if (gathered.silenced_counts.size() < state.silenced_counts.size())
      gathered.silenced_counts.resize(state.silenced_counts.size(), 0);
    for (std::size_t i = 0; i < state.silenced_counts.size(); ++i)
      gathered.silenced_counts[i] += state.silenced_counts[i];
    gathered.disagreements_count += state.disagreements_count;
    gathered.events_count += state.events_count;
    gathered.copies_count += state.copies_count;
  }
  if (!scanners.empty()) {  // they share it: Scanner::team()
    assert(std::all_of(scanners.begin(), scanners.end(), [&](Scanner& scanner) {
      return scanner.state().remembered == scanners.front().state().remembered;
    }));
    HitStore& remembered = *scanners.front().state().remembered;
    gathered.hit_counts = remembered.counts();
    gathered.remembered = remembered.take();
  }
  std::sort(items.begin(), items.end(),
            [](const Item& a, const Item& b) { return a.path < b.path; });
  gathered.items.reserve(items.size());
  for (Item& item : items) {
    ScannedItem scanned;
    scanned.item = std::move(item);
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
  count_examined(gathered);
  return gathered;
}

Status hold_against_lists(const Ruleset& rules, Gathered& gathered) {
  const files::ListCheck* const lists = rules.list_check();
  if (lists == nullptr) return {};
  // Behind all pieces of the file.
  constexpr std::uint64_t kBehindAll = UINT64_MAX;
  const auto in_use = std::span(rules.file_rules()).subspan(rules.first_list_rule());
  std::vector<bool> is_examined(gathered.items.size(), false);
  for (const files::ExaminedStore::Piece& piece : gathered.examined.pieces())
    is_examined[gathered.item_index.at(piece.item)] = true;
  for (std::size_t i = 0; i < gathered.items.size(); ++i) {
    const Item& item = gathered.items[i].item;
    files::FileReport report =
        lists->report_on(item, gathered.tallies.contains(item.id), in_use, rules.first_list_rule());
    if (report.is_empty()) continue;
    files::keep_to_limits(gathered.limits, report);
    if (auto status = gathered.examined.add(item.id, kBehindAll, FileNature(), report); !status)
      return status;
    if (!is_examined[i]) ++gathered.files_count;
  }
  return {};
}

Status for_each_coverage(const Ruleset& rules, const Gathered& gathered,
                         const std::vector<LedgerEntry>& ledger,
                         const std::function<Status(const Coverage&)>& each) {
  Techniques techniques(rules.engine(), ledger);
  for (const NamedSource& named : named_sources(gathered.meters)) {
    const SourceKey& key = named.key;
    const SourceMeters::Source& source = *named.source;
    CoverageMeter meter;
    Coverage coverage;
    coverage.computer = key.computer;
    coverage.kind = std::string(to_string(key.kind));
    coverage.source = key.source;
    std::map<std::uint32_t, const CoverageMeter*> in_order;  // items stand in order of their paths
    for (const auto& [item, part] : source.by_item)
      in_order.emplace(gathered.item_index.at(item), &part);
    ItemClocks clocks;
    for (const auto& [index, part] : in_order) {
      const ScannedItem& scanned = gathered.items[index];
      if (!scanned.duplicate_of.empty()) continue;
      add_item(scanned, *part, meter, coverage);
      clocks.add(scanned);
    }
    if (coverage.items_count == 0) continue;
    meter.report(coverage);
    // Each log numbers its records for itself.
    if (named.is_several_logs) coverage.missing_records_count = 0;
    clocks.report(coverage);
    coverage.techniques = techniques.of(source);
    if (meter.is_scattered()) {
      coverage.clock += coverage.clock.empty() ? "" : " ";
      coverage.clock += gathered.meters.days_max() < CoverageMeter::kDaysMax
                            ? "Holes were not looked for: the limit coverage-days was reached."
                            : "Holes were not looked for: the times lie on too many days.";
    }
    if (auto status = each(coverage); !status) return status;
  }
  return {};
}

}  // namespace pugmark

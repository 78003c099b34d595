#include "detect/results.h"

#include <algorithm>
#include <fmt/format.h>
#include <future>
#include <numeric>
#include <system_error>
#include <unordered_set>

#include "base/digest.h"
#include "detect/collect/describe.h"
#include "detect/collect/details.h"
#include "detect/collect/settle.h"
#include "detect/engine/engine.h"
#include "detect/files/examined_files.h"
#include "detect/web_root/rules.h"
#include "detect/web_root/web_roots.h"

namespace pugmark {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

// The same in every run over the same bytes and rules, whatever the item is called.
std::string finding_id(const Finding& finding, const Item& item, unsigned round) {
  const std::string bytes = item.sha256 ? to_hex(*item.sha256) : "path:" + item.path;
  std::string text = fmt::format("{}\n{}\n{}\n{}\n{}", finding.rule_id, bytes, finding.offset_bytes,
                                 finding.length_bytes, round);
  for (const Because& because : finding.because) {
    if (!finding.related.empty()) text += fmt::format("\n{}={}", because.field, because.value);
  }
  return to_hex(sha256(as_bytes(text))).substr(0, 16);
}

// Neighbouring stretches left out for the same limit are one gap: blocks cut a line that is too
// long into pieces, and whoever reads of them wants to know of the line.
void join_pieces(std::vector<Gap>& gaps) {
  std::size_t count = 0;
  for (Gap& gap : gaps) {
    Gap* const before = count > 0 ? &gaps[count - 1] : nullptr;
    const bool goes_on =
        before != nullptr && gap.kind == GapKind::kLimit && before->kind == GapKind::kLimit &&
        before->where.length_bytes > 0 && before->what == gap.what &&
        gap.where.offset_bytes == before->where.offset_bytes + before->where.length_bytes &&
        gap.where.length_bytes <= UINT32_MAX - before->where.length_bytes;
    if (goes_on) {
      before->where.length_bytes += gap.where.length_bytes;
    } else {
      if (&gaps[count] != &gap) gaps[count] = std::move(gap);
      ++count;
    }
  }
  gaps.resize(count);
}

// Puts the recurring gaps of an item among those listed, and says how many are not listed. Whoever
// found them may have counted some together already, so there are at least so many. The recurring
// ones are few, and stand for many: none of them is left out.
void complete_list(std::vector<Gap>& gaps, const std::vector<RecurringGap>& recurring,
                   std::uint64_t unlisted_count, std::uint64_t gaps_max) {
  for (const RecurringGap& one : recurring) gaps.push_back(gap_of(one));
  std::stable_sort(gaps.begin(), gaps.end(), comes_first);
  if (unlisted_count == 0) return;
  Gap rest;
  rest.kind = GapKind::kLimit;
  rest.what = fmt::format(
      "The limit gaps-per-item ({}) was reached: at least {} more gaps of this "
      "item are not listed.",
      gaps_max, unlisted_count);
  gaps.push_back(std::move(rest));
}

}  // namespace

class Results::State {
 public:
  State(const Ruleset& rules, FindingStore store, Gathered gathered, const Limits& limits)
      : rules_(rules),
        store_(std::move(store)),
        gathered_(std::move(gathered)),
        limits_(limits),
        first_file_rule_(static_cast<std::uint32_t>(rules.engine().rules().rules.size() +
                                                    rules.engine().rules().correlations.size())),
        files_(std::move(gathered_.examined), rules.file_rules(), gathered_.items,
               gathered_.item_index, limits_) {}

  // What only all files together show is to be added to them before their findings are made.
  Status judge_files() {
    if (const auto first = rules_.first_web_root_rule()) {
      const auto counts = web_root::judge_web_roots(rules_.file_rules(), *first, files_);
      if (!counts) return counts.error();
      for (std::uint32_t i = 0; i < web_root::kRulesCount; ++i) {
        const std::optional<std::uint64_t> count = counts.value()[i];
        if (!count) continue;
        gathered_.files_for_rules[*first + i] = {
            *count, web_root::absence_of(static_cast<web_root::Rule>(i))};
      }
    }
    return files_.keep_findings(first_file_rule_, store_);
  }

  void collect_gaps(std::vector<Gap> gaps, const Limits& limits) {
    std::map<std::uint32_t, std::vector<Gap>> by_item;
    std::map<std::uint32_t, std::vector<RecurringGap>> recurring;
    for (Gap& gap : gaps) by_item[index_of(gap.where.item)].push_back(std::move(gap));
    for (auto& [id, tally] : gathered_.tallies) {
      auto& list = by_item[index_of(id)];
      gaps_count_ += tally.gaps_count;
      gathered_.items[index_of(id)].gaps_count += tally.gaps_count;
      list.insert(list.end(), std::make_move_iterator(tally.gaps.begin()),
                  std::make_move_iterator(tally.gaps.end()));
      gaps_count_ -= tally.gaps.size();  // counted again below
      gathered_.items[index_of(id)].gaps_count -= tally.gaps.size();
      tally.gaps.clear();
      recurring[index_of(id)] = std::move(tally.recurring_gaps);
    }
    for (auto& [index, list] : by_item) {
      std::stable_sort(list.begin(), list.end(), comes_first);
      // Only of the first do all workers know every one, so only they may be joined.
      std::uint64_t& count = gathered_.items[index].gaps_count;
      const std::uint64_t forgotten_count = count;
      const std::size_t found_count = list.size();
      list.resize(std::min<std::size_t>(found_count, limits.gaps_per_item));
      const std::uint64_t unlisted_count = forgotten_count + found_count - list.size();
      join_pieces(list);
      count = unlisted_count + list.size() + recurring[index].size();
      gaps_count_ += count - forgotten_count;
      complete_list(list, recurring[index], unlisted_count, limits.gaps_per_item);
      for (Gap& gap : list) {
        gap.where.item = ItemId{index};
        gaps_.push_back(std::move(gap));
      }
    }
  }

  // What concerns the run as a whole, after everything else was counted.
  void note_limits(const Limits& limits) {
    if (store_.cap() < limits.findings_per_rule_and_computer) {
      add_run_gap(GapKind::kLimit,
                  fmt::format("The limit findings ({}) was reached: of each rule on each computer "
                              "only the first {} findings are kept, the rest are counted.",
                              limits.findings, store_.cap()));
    }
    if (store_.computers_merged()) {
      add_run_gap(GapKind::kLimit,
                  fmt::format("The limit computers ({}) was reached: only the names that sort "
                              "first are told apart; findings of the others are capped together.",
                              limits.computers));
    }
    if (gathered_.meters.has_others()) {
      add_run_gap(GapKind::kLimit,
                  fmt::format("The limit log-sources ({}) was reached by the logs of all items "
                              "without one of each: coverage tells only those apart that sort "
                              "first by computer, kind and name; the others are one for each kind.",
                              limits.log_sources));
    }
    if (gathered_.meters.days_max() < CoverageMeter::kDaysMax) {
      add_run_gap(GapKind::kLimit,
                  fmt::format("The limit coverage-days ({}) was reached: no holes were looked for "
                              "in logs with events on more days in one item than {}.",
                              limits.coverage_days, gathered_.meters.days_max()));
    }
    note_forgotten_hits(limits);
    if (gathered_.disagreements_count > 0) {
      add_run_gap(GapKind::kDamaged,
                  fmt::format("{} findings are not confirmed by the reference evaluator. This is a "
                              "defect of this program: please report it.",
                              gathered_.disagreements_count));
    }
  }

  void note_forgotten_hits(const Limits& limits) {
    const auto& correlations = rules_.engine().rules().correlations;
    for (std::size_t i = 0; i < gathered_.hit_counts.size(); ++i) {
      const HitStore::Count& count = gathered_.hit_counts[i];
      if (count.kept == count.total) continue;
      add_run_gap(GapKind::kLimit,
                  fmt::format("The limit correlation-hits ({}) was reached: the correlation \"{}\" "
                              "looked at the first {} of {} events in time.",
                              limits.correlation_hits, correlations[i].title, count.kept,
                              count.total));
    }
  }

  void sort_findings() {
    struct Keyed {
      std::int64_t time_ns;
      std::uint32_t item;
      FindingStore::Entry entry;
    };
    std::vector<Keyed> keyed;
    const auto rules_count = static_cast<std::uint32_t>(rules_.engine().rules().rules.size());
    for (FindingStore::Entry& entry : store_.entries()) {
      const std::uint32_t item = gathered_.index_of_path.at(*entry.place.item_path);
      std::int64_t time_ns = entry.place.time_ns;
      if (time_ns != INT64_MAX && entry.rule < rules_count)
        time_ns += gathered_.items[item].time_shift_s * kNsPerSecond;
      keyed.push_back({time_ns, item, std::move(entry)});
    }
    std::sort(keyed.begin(), keyed.end(), [&](const Keyed& a, const Keyed& b) {
      if (a.time_ns != b.time_ns) return a.time_ns < b.time_ns;
      if (a.item != b.item) return a.item < b.item;  // items stand in order of their paths
      if (a.entry.place.offset_bytes != b.entry.place.offset_bytes)
        return a.entry.place.offset_bytes < b.entry.place.offset_bytes;
      if (a.entry.rule == b.entry.rule)
        return a.entry.place.ordinal < b.entry.place.ordinal;
      const std::string& left = ledger_[a.entry.rule].rule_id;
      const std::string& right = ledger_[b.entry.rule].rule_id;
      return left != right ? left < right : a.entry.rule < b.entry.rule;
    });
    for (Keyed& entry : keyed) order_.emplace_back(entry.item, entry.entry);
  }

  // Findings stand in order_; each portion of them is read while the one before is used.
  Status for_each_finding(bool ahead, const std::function<Status(const Finding&)>& each) {
    std::unordered_set<std::string> ids;
    std::size_t next = 0;
    Portion portion;
    Portion following;
    read_portion(next, ids, portion);
    for (;;) {
      const bool is_last = next == order_.size() || !portion.status.ok();
      // Waits for its thread when it goes out of scope.
      std::future<void> reading;
      if (!is_last) reading = begin(ahead, [&] { read_portion(next, ids, following); });
      for (std::size_t i = 0; i < portion.count; ++i) {
        if (auto status = each(portion.slots[i].finding); !status) return status;
      }
      if (is_last) return portion.status;
      reading.get();
      std::swap(portion, following);
    }
  }

  std::uint32_t index_of(ItemId id) const { return gathered_.item_index.at(id); }

  const Ruleset& rules_;
  FindingStore store_;
  Gathered gathered_;
  const Limits limits_;
  const std::uint32_t first_file_rule_;  // the number of a finding's rule
  files::ExaminedFiles files_;           // refers to gathered_ and limits_
  std::vector<Gap> gaps_;
  std::uint64_t gaps_count_ = 0;
  std::vector<LedgerEntry> ledger_;
  std::vector<std::pair<std::uint32_t, FindingStore::Entry>> order_;
  std::uint64_t matches_count_ = 0;
  std::vector<Scanner> scanners_;  // own the paths that findings refer to

 private:
  // A finding, and how many bytes its details took: what one made large does not stay so.
  struct Slot {
    Finding finding;
    std::size_t details_bytes = 0;
  };
  struct Portion {
    std::vector<Slot> slots;  // the first `count` are in use, the others hold memory for later
    std::size_t count = 0;
    Status status;  // why there are no more
  };

  // Calls `work`: at once on another thread if it is to be ahead and the system gives one, else
  // when its result is asked for.
  static std::future<void> begin(bool ahead, const std::function<void()>& work) {
    if (ahead) {
      try {
        return std::async(std::launch::async, work);
      } catch (const std::system_error&) {  // the system's limit of threads
      }
    }
    return std::async(std::launch::deferred, work);
  }

  // Makes `portion` the findings from order_[next] on that fit it, with ids, which tell them from
  // all before.
  void read_portion(std::size_t& next, std::unordered_set<std::string>& ids, Portion& portion) {
    constexpr std::size_t kPortionBytes = std::size_t{256} << 10U;
    portion.count = 0;
    for (std::size_t bytes = 0; next < order_.size() && bytes < kPortionBytes; ++next) {
      const auto& [item, entry] = order_[next];
      bytes += entry.spilled.length_bytes;
      if (portion.count == portion.slots.size()) portion.slots.emplace_back();
      Finding& finding = finding_of(portion.slots[portion.count], entry);
      if (portion.status = read_finding(entry, finding); !portion.status.ok()) break;
      ++portion.count;
      complete(finding, gathered_.items[item], entry.rule);
      unsigned round = 0;
      do finding.id = finding_id(finding, gathered_.items[item].item, round++);
      while (!ids.insert(finding.id).second);
    }
  }

  static Finding& finding_of(Slot& slot, const FindingStore::Entry& entry) {
    constexpr std::size_t kBytesKept = std::size_t{16} << 10U;
    if (slot.details_bytes > kBytesKept) slot.finding = {};
    slot.details_bytes = entry.spilled.length_bytes;
    return slot.finding;
  }

  Status read_finding(const FindingStore::Entry& entry, Finding& finding) {
    if (auto status = store_.read(entry, details_); !status) return status;
    if (auto status = decode_details(details_, finding); !status) return status;
    const sigma::RuleSet& set = rules_.engine().rules();
    if (entry.rule < set.rules.size()) {
      describe_rule(set.rules[entry.rule], finding);
    } else if (entry.rule >= first_file_rule_) {
      describe_rule(rules_.file_rules()[entry.rule - first_file_rule_], finding);
    } else {
      describe_rule(set.correlations[entry.rule - set.rules.size()], finding);
    }
    return {};
  }

  // What is known only when everything was read: the item's path and the error of its clock.
  void complete(Finding& finding, const ScannedItem& scanned, std::uint32_t rule) const {
    finding.item = scanned.item.path;
    const bool is_correlation = rule >= rules_.engine().rules().rules.size();
    if (is_correlation || finding.precision == TimePrecision::kUnknown) return;
    finding.time_shift_s = scanned.time_shift_s;
    finding.time.ns_since_1970 += scanned.time_shift_s * kNsPerSecond;
  }

  void add_run_gap(GapKind kind, std::string what) {
    Gap gap;
    gap.where.item = kWholeRun;
    gap.kind = kind;
    gap.what = std::move(what);
    gaps_.push_back(std::move(gap));
    ++gaps_count_;
  }

  std::string details_;  // of the finding being read
};

Result<Results> Results::settle(const Ruleset& rules, std::vector<Scanner> scanners,
                                std::vector<Item> items, std::vector<Gap> gaps,
                                const Limits& limits) {
  FindingStore store(limits);
  for (Scanner& scanner : scanners) {
    if (auto status = store.merge(std::move(scanner.state().store)); !status)
      return std::move(status).error();
  }
  for (Scanner& scanner : scanners) {
    std::vector<Gap> more = scanner.state().examiner.take_gaps();
    gaps.insert(gaps.end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
  }
  Gathered gathered = gather(scanners, std::move(items), limits);
  if (auto status = hold_against_lists(rules, gathered); !status) return std::move(status).error();
  auto state = std::make_unique<State>(rules, std::move(store), std::move(gathered), limits);
  state->scanners_ = std::move(scanners);
  if (auto status = judge_correlations(rules, state->gathered_, state->store_); !status)
    return std::move(status).error();
  if (auto status = state->judge_files(); !status) return std::move(status).error();
  const auto counts = state->store_.counts();
  for (const auto& [rule, count] : counts) state->matches_count_ += count.total;
  state->ledger_ = ledger_after(rules, state->gathered_, counts);
  state->collect_gaps(std::move(gaps), limits);
  state->note_limits(limits);
  state->sort_findings();
  return Results(std::move(state));
}

Results::Results(std::unique_ptr<State> state) : state_(std::move(state)) {}
Results::~Results() = default;
Results::Results(Results&&) noexcept = default;

const std::vector<ScannedItem>& Results::items() const { return state_->gathered_.items; }
const std::vector<Gap>& Results::gaps() const { return state_->gaps_; }
std::uint64_t Results::gaps_count() const { return state_->gaps_count_; }
Status Results::for_each_coverage(const std::function<Status(const Coverage&)>& each) const {
  return pugmark::for_each_coverage(state_->rules_, state_->gathered_, state_->ledger_, each);
}
const std::vector<LedgerEntry>& Results::ledger() const { return state_->ledger_; }
std::uint64_t Results::findings_count() const { return state_->store_.kept_count(); }
std::uint64_t Results::matches_count() const { return state_->matches_count_; }
std::uint64_t Results::events_count() const { return state_->gathered_.events_count; }
std::uint64_t Results::files_count() const { return state_->gathered_.files_count; }
FileVerdict Results::worst_file() const { return state_->files_.worst(); }
std::uint64_t Results::copies_count() const { return state_->gathered_.copies_count; }
std::uint64_t Results::silenced_matches_count() const {
  const auto& counts = state_->gathered_.silenced_counts;
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}
std::uint64_t Results::silenced_rules_count() const {
  const auto& counts = state_->gathered_.silenced_counts;
  return counts.size() - static_cast<std::size_t>(std::count(counts.begin(), counts.end(), 0U));
}

Status Results::for_each_file(const std::function<Status(const ExaminedFile&)>& each) {
  return state_->files_.for_each(each);
}

Status Results::for_each_finding(bool ahead, const std::function<Status(const Finding&)>& each) {
  return state_->for_each_finding(ahead, each);
}

}  // namespace pugmark

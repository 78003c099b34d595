#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "detect/collect/coverage_meter.h"
#include "events/shape.h"
#include "evidence/item.h"

namespace pugmark {

// A log source of one computer: Coverage is made of these.
struct SourceKey {
  std::string computer;
  SourceKind kind = SourceKind::kJson;
  std::string source;
  friend auto operator<=>(const SourceKey&, const SourceKey&) = default;
};

// The meters of every log source that one worker met, item by item. Names of logs that differ only
// in case are one log. One thread at a time.
//
// Two things are bounded, so that forged names and times do not fill the memory:
// - sources, counted in each item, but for one of each, since items have a limit of their own. Of
//   too many those that sort last are one for each kind, of the names kOthers and kOtherLogs. Which
//   ones these are does not depend on who read what and when, so merge() may choose as well;
// - days with events, of all meters together. Of too many each meter may remember fewer, by halves.
//   Whose these are depends on the order of reading, so of several workers none may choose.
// A source that gave way no longer says which of its days were its own, and its days in two meters
// count twice. So a worker that reads in any order does not go on after either: is_in_vain() says
// that one has to read everything, in a known order. As long as none did, no more days were there
// than were counted, and the known order would have chosen the same.
class SourceMeters {
 public:
  static constexpr std::string_view kOthers = "(other computers)";
  static constexpr std::string_view kOtherLogs = "(other logs)";

  struct Source {
    std::string name;  // of the log: of its spellings the one that sorts first
    std::map<ItemId, CoverageMeter> by_item;
    std::vector<std::uint32_t> buckets;  // of events that were there: ids of the engine, sorted
  };

  // What all workers of a hunt have together, who share it.
  struct Totals {
    Totals(std::uint64_t days_most, std::uint64_t sources_most)
        : days_max(days_most), sources_max(sources_most) {}
    std::atomic<std::uint64_t> days_count = 0;
    std::atomic<std::uint64_t> sources_count = 0;  // counted as for the limit, each worker's
    const std::uint64_t days_max;
    const std::uint64_t sources_max;  // many workers that meet the same sources need memory for all
  };

  // `sources_max`: beyond one for each item. `totals`: nullptr if they are not bounded.
  explicit SourceMeters(std::uint64_t sources_max, std::shared_ptr<Totals> totals = nullptr)
      : sources_max_(sources_max), totals_(std::move(totals)) {}

  // The meter of a source in an item, for events of a kind. The reference holds until generation()
  // is another one.
  CoverageMeter& meter(ItemId item, SourceKey key, std::uint32_t bucket);
  std::uint64_t generation() const { return generation_; }

  // To be told when a meter remembers a day more.
  void note_new_day() {
    if (totals_ != nullptr) ++totals_->days_count;
  }
  bool has_too_many_days() const {
    return totals_ != nullptr && totals_->days_count > totals_->days_max;
  }
  void thin_out();

  // Whether something gave way, or has to: of several workers none may go on.
  bool is_in_vain() const {
    return has_others() || has_too_many_days() ||
           (totals_ != nullptr && totals_->sources_count > totals_->sources_max);
  }

  // Days that each meter may remember.
  std::uint64_t days_max() const { return days_max_; }

  // `other` is of no use afterwards.
  void merge(SourceMeters&& other);

  // By computer, kind and folded name of the log.
  const std::map<SourceKey, Source>& sources() const { return sources_; }
  // Those that are not told apart.
  const std::map<SourceKind, Source>& others() const { return others_; }
  bool has_others() const { return first_other_.has_value(); }

 private:
  bool is_told_apart(const SourceKey& key) const { return !first_other_ || key < *first_other_; }
  void count(ItemId item);
  void drop_while_too_many();
  void drop_last();
  static void note_bucket(Source& source, std::uint32_t bucket);
  static void note_name(Source& source, const std::string& name);
  static void join(Source& into, Source&& from);
  void take(const SourceKey& key, Source&& source);

  std::uint64_t sources_max_;
  std::shared_ptr<Totals> totals_;
  std::uint64_t days_max_ = CoverageMeter::kDaysMax;
  std::uint64_t generation_ = 0;
  std::map<SourceKey, Source> sources_;
  std::map<SourceKind, Source> others_;
  std::optional<SourceKey> first_other_;  // it and all behind it are not told apart
  std::unordered_map<ItemId, std::uint64_t> counts_in_items_;  // of sources told apart
  std::uint64_t charge_ = 0;  // sources of all items, without one of each
};

}  // namespace pugmark

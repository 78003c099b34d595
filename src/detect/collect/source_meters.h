#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

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

// The meters of every log source that one worker met, item by item. Of more computers than allowed
// the names that sort first are told apart, so that nothing depends on who read what when; the
// others are one computer of the name kOthers. Names of logs that differ only in case are one log.
// One thread at a time; merge() gives the same result in any order.
//
// The days with events of all meters together are bounded, too. Of several workers, none is right
// to choose whose are forgotten: has_too_many_days() then says that all is in vain. A single one
// that reads in a known order lowers what each meter may remember, by halves.
class SourceMeters {
 public:
  static constexpr std::string_view kOthers = "(other computers)";

  struct Source {
    std::string name;  // of the log: of its spellings the one that sorts first
    std::map<ItemId, CoverageMeter> by_item;
    std::set<std::uint32_t> buckets;  // kinds of event that were there: ids of the engine
  };

  // Of the days of all workers of a hunt, who share it.
  struct DayCount {
    explicit DayCount(std::uint64_t days_most) : most(days_most) {}
    std::atomic<std::uint64_t> count = 0;
    const std::uint64_t most;
  };

  // `days`: nullptr if there is no bound.
  explicit SourceMeters(std::uint64_t computers_max, std::shared_ptr<DayCount> days = nullptr)
      : computers_max_(computers_max == 0 ? 1 : computers_max), days_(std::move(days)) {}

  // The meter of a source in an item, for events of a kind. The reference holds until generation()
  // is another one.
  CoverageMeter& meter(ItemId item, SourceKey key, std::uint32_t bucket);
  std::uint64_t generation() const { return generation_; }

  // To be told when a meter remembers a day more.
  void note_new_day() {
    if (days_ != nullptr) ++days_->count;
  }
  bool has_too_many_days() const { return days_ != nullptr && days_->count > days_->most; }
  void thin_out();

  // Days that each meter may remember.
  std::uint64_t days_max() const { return days_max_; }

  // `other` is empty afterwards.
  void merge(SourceMeters&& other);

  // By computer, kind and folded name of the log.
  const std::map<SourceKey, Source>& sources() const { return sources_; }
  bool computers_merged() const { return computers_merged_; }

 private:
  bool is_told_apart(const std::string& computer);
  void drop_last_computer();
  Source& source(SourceKey key);
  static void note_name(Source& source, const std::string& name);
  static void join(Source& into, Source&& from);

  std::uint64_t computers_max_;
  std::shared_ptr<DayCount> days_;
  std::uint64_t days_max_ = CoverageMeter::kDaysMax;
  std::uint64_t generation_ = 0;
  bool computers_merged_ = false;
  std::set<std::string> computers_;  // told apart
  std::map<SourceKey, Source> sources_;
};

}  // namespace pugmark

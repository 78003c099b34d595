#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "detect/coverage.h"

namespace pugmark {

// Measures what one log source covers, event by event. Two meters of the same source can be joined
// in any order. One thread.
//
// A hole is a silence of at least six hours during which, by the share of hours that do have
// events, at least six hours with events were to be expected. So a log that is written all day has
// a hole after six silent hours, one that is written for an hour every night after six days. The
// share is that of the time without its longest silences: each is left out, from the longest on,
// as long as without it 48 hours with events were to be expected in it. Otherwise one old or forged
// time would hide every hole near the others.
class CoverageMeter {
 public:
  // Forged times, each far from the others, must not fill the memory: a meter remembers at most
  // this many days with events. There are at most five intervals without a silence of six hours in
  // a day, so counting days bounds both.
  static constexpr std::uint64_t kDaysMax = 65'536;

  explicit CoverageMeter(std::uint64_t days_max = kDaysMax) : days_max_(days_max) {}

  void add(TimeUtc time, TimePrecision precision, std::uint64_t record_id, bool recovered);
  void add_undated(std::uint64_t record_id, bool recovered);

  // Adds what `other` saw, its times moved by `shift_ns`.
  void join(const CoverageMeter& other, std::int64_t shift_ns);

  // Fills the times, counts and holes of `coverage`.
  void report(Coverage& coverage) const;

  std::uint64_t events_count() const { return events_count_; }

  // Days with events that are remembered.
  std::uint64_t days_count() const { return quarters_.size(); }

  // Lowers how many may be.
  void limit_days(std::uint64_t days_max);

  // True if the times lie on more days than may be remembered: then first and last are known but no
  // hole.
  bool is_scattered() const { return is_scattered_; }

 private:
  // Intervals without a silence of kSilenceNs: first moment -> last moment. Which events fell
  // together does not depend on the order they came in.
  using Activities = std::map<std::int64_t, std::int64_t>;
  // Quarter hours with events, by day since 1970, as bits. Quarters, because clocks are corrected
  // by multiples of a quarter hour.
  using Quarters = std::map<std::int64_t, std::array<std::uint64_t, 2>>;

  void add_moment(std::int64_t ns);
  void add_interval(std::int64_t first_ns, std::int64_t last_ns);
  void scatter();
  void add_quarter(std::int64_t quarter);
  double hours_with_events() const;
  void find_holes(Coverage& coverage) const;
  void note_record(std::uint64_t record_id, bool recovered);

  Activities activities_;
  Quarters quarters_;
  std::uint64_t days_max_ = kDaysMax;
  bool is_scattered_ = false;
  std::int64_t recent_first_ns_ = INT64_MAX;  // key of the interval added to last
  std::int64_t recent_quarter_ = INT64_MIN;
  std::uint64_t events_count_ = 0;
  std::uint64_t undated_count_ = 0;
  std::uint64_t recovered_count_ = 0;
  std::uint64_t numbered_count_ = 0;  // events with a record id, carved ones left out
  std::uint64_t smallest_record_ = UINT64_MAX;
  std::uint64_t largest_record_ = 0;
  TimePrecision precision_ = TimePrecision::kUnknown;
};

}  // namespace pugmark

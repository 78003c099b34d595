#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "events/event.h"

namespace pugmark {

// What the clock samples of an item say, counted by quarter hours. Small, and the same whatever the
// order in which samples and summaries were added. Not thread-safe: one per thread, merged at the
// end.
class ClockSummary {
 public:
  // Time zones reach from -12 to +14 hours; labelling them wrongly in either direction, 26.
  static constexpr std::int64_t kMostQuarters = 26 * 4;

  void add(ClockSample sample);
  void add(std::span<const ClockSample> samples);
  void merge(const ClockSummary& other);

  std::uint64_t samples_count() const { return samples_count_; }

 private:
  friend struct ClockJudgement judge_clock(const ClockSummary& summary);

  // The samples whose difference is nearest to one multiple of 15 minutes.
  struct Quarter {
    std::uint64_t count = 0;    // of those within the tolerance
    std::int64_t least_ns = 0;  // of their residuals: difference minus the multiple
    std::int64_t most_ns = 0;
  };
  std::array<Quarter, 2 * kMostQuarters + 1> quarters_{};
  std::uint64_t samples_count_ = 0;
};

// Whether the times of an item are provably shifted.
struct ClockJudgement {
  bool is_shifted = false;
  std::int64_t shift_s = 0;  // to be added to the item's times to get UTC; 0 if not shifted
  std::uint64_t samples_count = 0;
  std::string reason;  // a full sentence
};

// Sysmon writes its own UTC time into every event; an exporter that labels local time as UTC leaves
// the two a time zone apart. Time zones are multiples of 15 minutes; Windows logs an event a little
// after it happened, never minutes. So: at least kClockSamplesMin samples, at least 99 of 100 of
// them at one and the same multiple, with residuals from -2 s to +60 s. Anything else is left as it
// is, and `reason` says what was seen. A constant multiple of zero means the clock is right.
ClockJudgement judge_clock(const ClockSummary& summary);

inline constexpr std::uint64_t kClockSamplesMin = 10;

}  // namespace pugmark

#include "events/clock.h"

#include <algorithm>
#include <fmt/format.h>

namespace pugmark {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kQuarterSeconds = 900;
constexpr std::int64_t kQuarterNs = kQuarterSeconds * kNsPerSecond;
constexpr std::int64_t kResidualLeastNs = -2 * kNsPerSecond;  // clocks read in another order
constexpr std::int64_t kResidualMostNs = 60 * kNsPerSecond;   // logging delay under load

// "5 h behind", "5 h 30 min ahead of" UTC.
std::string apart(std::int64_t seconds) {
  const std::int64_t minutes = std::abs(seconds) / 60;
  const std::string rest = minutes % 60 == 0 ? "" : fmt::format(" {} min", minutes % 60);
  return fmt::format("{} h{} {}", minutes / 60, rest, seconds < 0 ? "behind" : "ahead of");
}

}  // namespace

void ClockSummary::add(ClockSample sample) {
  ++samples_count_;
  // The multiple below or at the difference plus the tolerance in front of it: delays are positive.
  const std::int64_t difference = sample.difference_ns;
  constexpr std::int64_t kReachNs = (kMostQuarters + 1) * kQuarterNs;
  if (difference < -kReachNs || difference > kReachNs) return;
  std::int64_t quarters = (difference - kResidualLeastNs) / kQuarterNs;
  if ((difference - kResidualLeastNs) % kQuarterNs < 0) --quarters;
  const std::int64_t residual = difference - quarters * kQuarterNs;
  if (residual > kResidualMostNs || quarters < -kMostQuarters || quarters > kMostQuarters)
    return;
  Quarter& quarter = quarters_[static_cast<std::size_t>(quarters + kMostQuarters)];
  quarter.least_ns = quarter.count == 0 ? residual : std::min(quarter.least_ns, residual);
  quarter.most_ns = quarter.count == 0 ? residual : std::max(quarter.most_ns, residual);
  ++quarter.count;
}

void ClockSummary::add(std::span<const ClockSample> samples) {
  for (const ClockSample& sample : samples) add(sample);
}

void ClockSummary::merge(const ClockSummary& other) {
  samples_count_ += other.samples_count_;
  for (std::size_t i = 0; i < quarters_.size(); ++i) {
    const Quarter& more = other.quarters_[i];
    if (more.count == 0) continue;
    Quarter& quarter = quarters_[i];
    quarter.least_ns =
        quarter.count == 0 ? more.least_ns : std::min(quarter.least_ns, more.least_ns);
    quarter.most_ns = quarter.count == 0 ? more.most_ns : std::max(quarter.most_ns, more.most_ns);
    quarter.count += more.count;
  }
}

ClockJudgement judge_clock(const ClockSummary& summary) {
  ClockJudgement judgement;
  judgement.samples_count = summary.samples_count_;
  if (summary.samples_count_ < kClockSamplesMin) {
    judgement.reason =
        fmt::format("Only {} events carry a second clock; {} are needed to judge the item's clock.",
                    summary.samples_count_, kClockSamplesMin);
    return judgement;
  }
  const auto best =
      std::max_element(summary.quarters_.begin(), summary.quarters_.end(),
                       [](const auto& a, const auto& b) { return a.count < b.count; });
  const std::int64_t offset_s =
      (best - summary.quarters_.begin() - ClockSummary::kMostQuarters) * kQuarterSeconds;
  if (best->count < summary.samples_count_ - summary.samples_count_ / 100) {
    judgement.reason = fmt::format(
        "Sysmon's UtcTime and the item's times do not differ by one time zone: of {} events, at "
        "most {} agree on one. The times were left as written.",
        summary.samples_count_, best->count);
    return judgement;
  }
  const std::string residual =
      fmt::format("{:.3f} to {:.3f} s", static_cast<double>(best->least_ns) / 1e9,
                  static_cast<double>(best->most_ns) / 1e9);
  if (offset_s == 0) {
    judgement.reason =
        fmt::format("The item's clock agrees with Sysmon's UtcTime in {} of {} events (after {}).",
                    best->count, summary.samples_count_, residual);
    return judgement;
  }
  judgement.is_shifted = true;
  judgement.shift_s = -offset_s;
  judgement.reason = fmt::format(
      "In {} of {} events the item's times are {} Sysmon's own UtcTime (logging delay {}): they "
      "are local time labelled as UTC.",
      best->count, summary.samples_count_, apart(offset_s), residual);
  return judgement;
}

}  // namespace pugmark

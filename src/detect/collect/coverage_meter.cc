#include "detect/collect/coverage_meter.h"

#include <algorithm>
#include <utility>

namespace pugmark {
namespace {

constexpr std::int64_t kNsPerHour = 3'600'000'000'000;
constexpr std::int64_t kSilenceNs = 6 * kNsPerHour;
constexpr double kExpectedHours = 6;
constexpr double kExpectedHoursLeftOut = 48;
constexpr std::size_t kHolesListed = 100;

constexpr std::int64_t kNsPerQuarter = kNsPerHour / 4;
constexpr std::int64_t kQuartersPerDay = 96;

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  return value >= 0 ? value / by : -((-value + by - 1) / by);
}

// Times may lie further apart than a signed number of nanoseconds holds.
double hours_between(std::int64_t earlier_ns, std::int64_t later_ns) {
  return (static_cast<double>(later_ns) - static_cast<double>(earlier_ns)) / kNsPerHour;
}

// Close enough to belong together. Written so that no difference can overflow.
bool is_near(std::int64_t earlier_ns, std::int64_t later_ns) {
  return earlier_ns >= later_ns || later_ns - kSilenceNs < earlier_ns;
}

}  // namespace

void CoverageMeter::add(TimeUtc time, TimePrecision precision, std::uint64_t record_id,
                        bool recovered) {
  precision_ = std::max(precision_, precision);
  note_record(record_id, recovered);
  add_moment(time.ns_since_1970);
}

void CoverageMeter::add_undated(std::uint64_t record_id, bool recovered) {
  ++undated_count_;
  note_record(record_id, recovered);
}

void CoverageMeter::note_record(std::uint64_t record_id, bool recovered) {
  ++events_count_;
  if (recovered) ++recovered_count_;
  if (record_id == 0 || recovered) return;
  ++numbered_count_;
  smallest_record_ = std::min(smallest_record_, record_id);
  largest_record_ = std::max(largest_record_, record_id);
}

void CoverageMeter::add_moment(std::int64_t ns) {
  if (const std::int64_t quarter = floor_divide(ns, kNsPerQuarter); quarter != recent_quarter_)
    add_quarter(quarter);
  if (is_scattered_) {
    add_interval(ns, ns);
    return;
  }
  // Nearly every event of a log comes a moment after the one before it.
  if (const auto at = activities_.find(recent_first_ns_);
      at != activities_.end() && ns >= at->first) {
    if (ns <= at->second) return;
    const auto next = std::next(at);
    if (is_near(at->second, ns) && (next == activities_.end() || !is_near(ns, next->first))) {
      at->second = ns;
      return;
    }
  }
  add_interval(ns, ns);
}

void CoverageMeter::add_quarter(std::int64_t quarter) {
  recent_quarter_ = quarter;
  const std::int64_t day = floor_divide(quarter, kQuartersPerDay);
  if (is_scattered_) return;
  if (quarters_.size() >= days_max_ && !quarters_.contains(day)) {
    scatter();
    return;
  }
  const auto bit = static_cast<std::uint64_t>(quarter - day * kQuartersPerDay);
  quarters_[day][bit / 48] |= std::uint64_t{1} << (bit % 48);
}

void CoverageMeter::limit_days(std::uint64_t days_max) {
  days_max_ = std::min(days_max_, days_max);
  if (!is_scattered_ && quarters_.size() > days_max_) scatter();
}

// How many days there are does not depend on the order of events, so neither does this step.
void CoverageMeter::scatter() {
  is_scattered_ = true;
  for (const auto& [first_ns, last_ns] : std::exchange(activities_, {}))
    add_interval(first_ns, last_ns);
  quarters_.clear();
}

// Joins the interval with all it touches; where times are scattered, with everything.
void CoverageMeter::add_interval(std::int64_t first_ns, std::int64_t last_ns) {
  if (is_scattered_ && !activities_.empty()) {
    first_ns = std::min(first_ns, activities_.begin()->first);
    last_ns = std::max(last_ns, activities_.begin()->second);
    activities_.clear();
  }
  auto at = activities_.upper_bound(first_ns);
  if (at != activities_.begin() && is_near(std::prev(at)->second, first_ns)) --at;
  while (at != activities_.end() && is_near(last_ns, at->first)) {
    first_ns = std::min(first_ns, at->first);
    last_ns = std::max(last_ns, at->second);
    at = activities_.erase(at);
  }
  activities_.emplace(first_ns, last_ns);
  recent_first_ns_ = first_ns;
}

double CoverageMeter::hours_with_events() const {
  double hours = 0;
  for (const auto& [day, halves] : quarters_) {
    for (std::uint64_t half : halves) {
      for (; half != 0; half >>= 4U) hours += (half & 15U) != 0 ? 1 : 0;
    }
  }
  return hours;
}

void CoverageMeter::join(const CoverageMeter& other, std::int64_t shift_ns) {
  if (other.is_scattered_ && !is_scattered_) scatter();
  for (const auto& [first_ns, last_ns] : other.activities_)
    add_interval(first_ns + shift_ns, last_ns + shift_ns);
  for (const auto& [day, halves] : other.quarters_) {
    for (std::int64_t bit = 0; bit < kQuartersPerDay; ++bit) {
      if ((halves[static_cast<std::size_t>(bit / 48)] >> (bit % 48) & 1U) != 0)
        add_quarter(day * kQuartersPerDay + bit + shift_ns / kNsPerQuarter);
    }
  }
  events_count_ += other.events_count_;
  undated_count_ += other.undated_count_;
  recovered_count_ += other.recovered_count_;
  numbered_count_ += other.numbered_count_;
  smallest_record_ = std::min(smallest_record_, other.smallest_record_);
  largest_record_ = std::max(largest_record_, other.largest_record_);
  precision_ = std::max(precision_, other.precision_);
}

void CoverageMeter::report(Coverage& coverage) const {
  coverage.events_count = events_count_;
  coverage.undated_count = undated_count_;
  coverage.recovered_count = recovered_count_;
  coverage.precision = activities_.empty() ? TimePrecision::kUnknown : precision_;
  if (numbered_count_ > 0) {
    const std::uint64_t span = largest_record_ - smallest_record_ + 1;
    const std::uint64_t missing_count = span > numbered_count_ ? span - numbered_count_ : 0;
    // No log has as many records; a damaged or forged number says so.
    coverage.missing_records_count = std::min<std::uint64_t>(missing_count, INT64_MAX);
  }
  if (activities_.empty()) return;
  coverage.first = {activities_.begin()->first};
  coverage.last = {std::prev(activities_.end())->second};
  find_holes(coverage);
}

void CoverageMeter::find_holes(Coverage& coverage) const {
  struct Silence {
    TimeInterval interval;
    double hours = 0;
  };
  std::vector<Silence> silences;
  for (auto at = activities_.begin(); std::next(at) != activities_.end(); ++at) {
    const std::int64_t from = at->second;
    const std::int64_t to = std::next(at)->first;
    silences.push_back({{{from}, {to}}, hours_between(from, to)});
  }
  std::stable_sort(silences.begin(), silences.end(),
                   [](const Silence& a, const Silence& b) { return a.hours > b.hours; });
  const double active_hours = hours_with_events();
  double hours =
      1 + hours_between(coverage.first.ns_since_1970, coverage.last.ns_since_1970);
  for (const Silence& silence : silences) {
    const double hours_without = std::max(1.0, hours - silence.hours);
    const double share_without = std::min(1.0, active_hours / hours_without);
    if (silence.hours * share_without < kExpectedHoursLeftOut) break;
    hours = hours_without;
  }
  const double share = std::min(1.0, active_hours / hours);
  for (const Silence& silence : silences) {
    if (silence.hours * share < kExpectedHours) break;
    ++coverage.holes_count;
    if (coverage.holes.size() < kHolesListed) coverage.holes.push_back(silence.interval);
  }
}

}  // namespace pugmark

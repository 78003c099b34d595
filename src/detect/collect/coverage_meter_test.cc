#include "detect/collect/coverage_meter.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

namespace pugmark {
namespace {

constexpr std::int64_t kHour = 3'600'000'000'000;
constexpr std::int64_t kStart = 1'614'729'600'000'000'000;  // 2021-03-03T00:00:00Z

Coverage measured(const CoverageMeter& meter) {
  Coverage coverage;
  meter.report(coverage);
  return coverage;
}

void add_hours(CoverageMeter& meter, int from, int to) {
  for (int hour = from; hour < to; ++hour) {
    for (int minute = 0; minute < 60; minute += 5)
      meter.add({kStart + hour * kHour + minute * kHour / 60}, TimePrecision::kSecond, 0, false);
  }
}

TEST(CoverageMeter, SevenSilentHoursInABusyLogAreAHole) {
  CoverageMeter meter;
  add_hours(meter, 0, 48);
  add_hours(meter, 55, 100);
  const Coverage coverage = measured(meter);
  ASSERT_EQ(coverage.holes_count, 1U);
  EXPECT_EQ(coverage.holes[0].from.ns_since_1970, kStart + 47 * kHour + 55 * kHour / 60);
  EXPECT_EQ(coverage.holes[0].to.ns_since_1970, kStart + 55 * kHour);
}

TEST(CoverageMeter, ALogWrittenOncePerNightHasNoHoleEachDay) {
  CoverageMeter meter;
  for (int day = 0; day < 10; ++day) add_hours(meter, day * 24, day * 24 + 1);
  EXPECT_EQ(measured(meter).holes_count, 0U);
  add_hours(meter, 24 * 20, 24 * 20 + 1);
  EXPECT_EQ(measured(meter).holes_count, 1U);
}

// One old record, or a forged one, far from all others.
TEST(CoverageMeter, AnOutlyingTimeHidesNoHole) {
  for (const std::int64_t years : {2, 21, 230}) {
    for (const std::int64_t sign : {-1, 1}) {
      CoverageMeter meter;
      add_hours(meter, 0, 240);
      add_hours(meter, 480, 720);
      meter.add({kStart + sign * years * 365 * 24 * kHour}, TimePrecision::kSecond, 0, false);
      const Coverage coverage = measured(meter);
      ASSERT_EQ(coverage.holes_count, 2U) << years;
      EXPECT_EQ(coverage.holes[1].to.ns_since_1970, kStart + 480 * kHour);
    }
  }
}

// Nights and weekends are no holes among each other, whatever a long absence beside them is.
TEST(CoverageMeter, OfficeHoursHaveNoHoleEachNight) {
  CoverageMeter meter;
  for (int day = 0; day < 90; ++day) {
    if (day % 7 < 5 && (day < 30 || day >= 51)) add_hours(meter, day * 24, day * 24 + 9);
  }
  const Coverage coverage = measured(meter);
  ASSERT_GE(coverage.holes_count, 1U);
  for (std::size_t i = 1; i < coverage.holes.size(); ++i)
    EXPECT_GT(coverage.holes[i].to.ns_since_1970 - coverage.holes[i].from.ns_since_1970,
              48 * kHour);
}

// The same events in any order, in one meter or in two that are joined, give the same coverage.
TEST(CoverageMeter, OrderAndSplitDoNotMatter) {
  std::mt19937_64 random(7);
  std::vector<std::int64_t> moments;
  for (int i = 0; i < 3'000; ++i) {
    const auto day = static_cast<std::int64_t>(random() % 10 * (1 + random() % 4));
    moments.push_back(
        kStart + day * 24 * kHour +
        static_cast<std::int64_t>(random() % (5 * static_cast<unsigned long>(kHour))));
  }
  CoverageMeter sorted;
  std::sort(moments.begin(), moments.end());
  for (const auto ns : moments) sorted.add({ns}, TimePrecision::kSecond, 0, false);
  CoverageMeter first, second;
  std::shuffle(moments.begin(), moments.end(), random);
  constexpr std::int64_t kShift = -5 * kHour;
  for (std::size_t i = 0; i < moments.size(); ++i)
    (i % 3 == 0 ? first : second).add({moments[i] - kShift}, TimePrecision::kSecond, 0, false);
  CoverageMeter joined;
  joined.join(second, kShift);
  joined.join(first, kShift);
  const Coverage a = measured(sorted), b = measured(joined);
  EXPECT_EQ(a.events_count, b.events_count);
  EXPECT_EQ(a.first, b.first);
  EXPECT_EQ(a.last, b.last);
  ASSERT_GT(a.holes_count, 0U);
  ASSERT_EQ(a.holes_count, b.holes_count);
  for (std::size_t i = 0; i < a.holes.size(); ++i) {
    EXPECT_EQ(a.holes[i].from, b.holes[i].from);
    EXPECT_EQ(a.holes[i].to, b.holes[i].to);
  }
}

TEST(CoverageMeter, CountsMissingRecordsAndCarvedOnes) {
  CoverageMeter meter;
  for (const std::uint64_t id : {100U, 101U, 105U})
    meter.add({kStart}, TimePrecision::kHundredNanoseconds, id, false);
  meter.add({kStart}, TimePrecision::kHundredNanoseconds, 7, true);
  meter.add_undated(106, false);
  const Coverage coverage = measured(meter);
  EXPECT_EQ(coverage.missing_records_count, 3U);
  EXPECT_EQ(coverage.recovered_count, 1U);
  EXPECT_EQ(coverage.undated_count, 1U);
  EXPECT_EQ(coverage.events_count, 5U);
}

TEST(CoverageMeter, ForgedRecordIdsDoNotOverflow) {
  CoverageMeter meter;
  for (const std::uint64_t id : {std::uint64_t{1}, UINT64_MAX})
    meter.add({kStart}, TimePrecision::kSecond, id, false);
  EXPECT_EQ(measured(meter).missing_records_count, static_cast<std::uint64_t>(INT64_MAX));
}

// One event a day for more days than are remembered, in any order and split.
TEST(CoverageMeter, ScatteredTimesGiveNoHolesWhateverTheOrder) {
  constexpr std::int64_t kDays = 65'600;
  CoverageMeter rising, falling, even, odd;
  for (std::int64_t day = 0; day < kDays; ++day) {
    const std::int64_t other = kDays - 1 - day;
    rising.add({kStart + day * 24 * kHour}, TimePrecision::kSecond, 0, false);
    falling.add({kStart + other * 24 * kHour}, TimePrecision::kSecond, 0, false);
    (day % 2 == 0 ? even : odd).add({kStart + day * 24 * kHour}, TimePrecision::kSecond, 0, false);
  }
  EXPECT_FALSE(even.is_scattered());
  even.join(odd, 0);
  for (const CoverageMeter* meter : {&rising, &falling, &even}) {
    EXPECT_TRUE(meter->is_scattered());
    const Coverage coverage = measured(*meter);
    EXPECT_EQ(coverage.first.ns_since_1970, kStart);
    EXPECT_EQ(coverage.last.ns_since_1970, kStart + (kDays - 1) * 24 * kHour);
    EXPECT_EQ(coverage.events_count, static_cast<std::uint64_t>(kDays));
    EXPECT_EQ(coverage.holes_count, 0U);
  }
}

TEST(CoverageMeter, ExtremeTimesDoNotOverflow) {
  CoverageMeter meter;
  meter.add({INT64_MIN / 2}, TimePrecision::kSecond, 0, false);
  meter.add({INT64_MAX / 2}, TimePrecision::kSecond, 0, false);
  EXPECT_EQ(measured(meter).events_count, 2U);
  // Further apart than a signed number of nanoseconds holds.
  meter = CoverageMeter();
  add_hours(meter, 0, 100);
  meter.add({-8'500'000'000'000'000'000}, TimePrecision::kSecond, 0, false);
  meter.add({9'000'000'000'000'000'000}, TimePrecision::kSecond, 0, false);
  EXPECT_EQ(measured(meter).holes_count, 2U);
}

TEST(CoverageMeter, FewerDaysMayBeRemembered) {
  CoverageMeter meter(10);
  for (int day = 0; day < 10; ++day) add_hours(meter, day * 24, day * 24 + 1);
  EXPECT_EQ(meter.days_count(), 10U);
  EXPECT_FALSE(meter.is_scattered());
  CoverageMeter lowered = meter;
  lowered.limit_days(9);
  add_hours(meter, 240, 241);
  for (const CoverageMeter* scattered : {&meter, &lowered}) {
    EXPECT_TRUE(scattered->is_scattered());
    EXPECT_EQ(scattered->days_count(), 0U);
    EXPECT_EQ(measured(*scattered).first.ns_since_1970, kStart);
  }
}

}  // namespace
}  // namespace pugmark

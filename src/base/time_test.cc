#include "base/time.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace pugmark {
namespace {

constexpr std::int64_t kNs = 1'000'000'000;

// Moments all over the range, and the seconds around the turns of years and leap days.
std::vector<std::int64_t> sample_ns() {
  std::vector<std::int64_t> all = {0, 1, -1, kNs - 1, kNs, -kNs, -kNs - 1, INT64_MAX, INT64_MIN};
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) all.push_back(static_cast<std::int64_t>(random()));
  for (int year = 1678; year <= 2261; ++year) {
    for (const auto& [month, day] : {std::pair{1, 1}, {2, 28}, {3, 1}, {12, 31}}) {
      const std::int64_t seconds = days_from_civil(year, month, day) * 86'400;
      all.push_back(seconds * kNs);
      all.push_back(seconds * kNs + 86'399 * kNs + 999'999'999);
    }
  }
  return all;
}

TEST(Time, CivilAgreesWithChrono) {
  for (const std::int64_t ns : sample_ns()) {
    const std::chrono::sys_time<std::chrono::nanoseconds> moment{std::chrono::nanoseconds(ns)};
    const auto day = std::chrono::floor<std::chrono::days>(moment);
    const std::chrono::year_month_day date(day);
    // From the second on: in nanoseconds the first day of the range begins outside of it.
    const auto second = std::chrono::floor<std::chrono::seconds>(moment);
    const std::chrono::hh_mm_ss clock(second - day);
    const CivilTime civil = civil_from_time({ns});
    EXPECT_EQ(civil.year, static_cast<int>(date.year())) << ns;
    EXPECT_EQ(civil.month, static_cast<int>(static_cast<unsigned>(date.month()))) << ns;
    EXPECT_EQ(civil.day, static_cast<int>(static_cast<unsigned>(date.day()))) << ns;
    EXPECT_EQ(civil.hour, clock.hours().count()) << ns;
    EXPECT_EQ(civil.minute, clock.minutes().count()) << ns;
    EXPECT_EQ(civil.second, clock.seconds().count()) << ns;
    EXPECT_EQ(civil.nanosecond, ((ns % kNs) + kNs) % kNs) << ns;
    if (civil.year >= 1678 && civil.year <= 2261) {
      ASSERT_TRUE(time_from_civil(civil).has_value()) << ns;
      EXPECT_EQ(time_from_civil(civil)->ns_since_1970, ns);
    }
  }
}

TEST(Time, CivilRefusesWhatDoesNotExist) {
  const auto is_time = [](int year, int month, int day, int hour = 0, int minute = 0,
                          int second = 0, int nanosecond = 0) {
    return time_from_civil({year, month, day, hour, minute, second, nanosecond}).has_value();
  };
  EXPECT_TRUE(is_time(2000, 2, 29));
  EXPECT_FALSE(is_time(1900, 2, 29));
  EXPECT_FALSE(is_time(2021, 2, 29));
  EXPECT_FALSE(is_time(2021, 2, 30));
  EXPECT_FALSE(is_time(2021, 4, 31));
  EXPECT_FALSE(is_time(2021, 0, 1));
  EXPECT_FALSE(is_time(2021, 13, 1));
  EXPECT_FALSE(is_time(2021, 1, 0));
  EXPECT_FALSE(is_time(2021, 1, 1, 24));
  EXPECT_FALSE(is_time(2021, 1, 1, 0, 60));
  EXPECT_FALSE(is_time(2021, 1, 1, 0, 0, 61));
  EXPECT_FALSE(is_time(2021, 1, 1, 0, 0, 0, 1'000'000'000));
  EXPECT_FALSE(is_time(2021, 1, 1, -1));
  EXPECT_FALSE(is_time(1677, 12, 31));
  EXPECT_FALSE(is_time(2262, 1, 1));
  EXPECT_EQ(time_from_civil({2016, 12, 31, 23, 59, 60, 0}),
            time_from_civil({2016, 12, 31, 23, 59, 59, 0}));
}

TEST(Time, FileTime) {
  EXPECT_EQ(time_from_filetime(116'444'736'000'000'000), TimeUtc{0});
  EXPECT_EQ(time_from_filetime(116'444'736'000'000'001), TimeUtc{100});
  EXPECT_EQ(time_from_filetime(116'444'735'999'999'999), TimeUtc{-100});
  EXPECT_EQ(format_time(*time_from_filetime(132'601'860'109'650'000),
                        TimePrecision::kHundredNanoseconds),
            "2021-03-14T09:00:10.9650000Z");
  EXPECT_FALSE(time_from_filetime(0).has_value());  // 1601
  EXPECT_FALSE(time_from_filetime(UINT64_MAX).has_value());
  EXPECT_FALSE(time_from_filetime(INT64_MAX).has_value());
  // The slow way: in floating point with 64 bits of mantissa, exact for whole numbers up to 2^64.
  std::mt19937_64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t filetime = random() >> (random() % 8);
    const long double steps = static_cast<long double>(filetime) - 116'444'736'000'000'000.0L;
    const auto time = time_from_filetime(filetime);
    constexpr long double kStepsPerDay = 864'000'000'000.0L;
    constexpr long double kFirst =
        kStepsPerDay * static_cast<long double>(days_from_civil(1678, 1, 1));
    constexpr long double kEnd =
        kStepsPerDay * static_cast<long double>(days_from_civil(2262, 1, 1));
    ASSERT_EQ(time.has_value(), steps >= kFirst && steps < kEnd) << filetime;
    if (time) {
      EXPECT_EQ(time->ns_since_1970, static_cast<std::int64_t>(steps) * 100) << filetime;
    }
  }
}

// Times at the very ends of what a number holds could not be shifted by a zone, nor rounded.
TEST(Time, FiletimesKeepToTheYearsOfCivilTimes) {
  constexpr std::uint64_t kDay = 864'000'000'000;
  constexpr std::uint64_t kFirst =
      kDay * static_cast<std::uint64_t>(days_from_civil(1678, 1, 1) - days_from_civil(1601, 1, 1));
  constexpr std::uint64_t kEnd =
      kDay * static_cast<std::uint64_t>(days_from_civil(2262, 1, 1) - days_from_civil(1601, 1, 1));
  EXPECT_FALSE(time_from_filetime(kFirst - 1).has_value());
  EXPECT_EQ(time_from_filetime(kFirst), time_from_civil({1678, 1, 1, 0, 0, 0, 0}));
  EXPECT_EQ(civil_from_time(*time_from_filetime(kEnd - 1)).year, 2261);
  EXPECT_FALSE(time_from_filetime(kEnd).has_value());
}

TEST(Time, ParseReadsWhatFormatWrites) {
  const std::pair<TimePrecision, std::int64_t> steps[] = {
      {TimePrecision::kSecond, kNs},
      {TimePrecision::kMillisecond, 1'000'000},
      {TimePrecision::kMicrosecond, 1'000},
      {TimePrecision::kHundredNanoseconds, 100},
      {TimePrecision::kNanosecond, 1}};
  for (const std::int64_t ns : sample_ns()) {
    const int year = civil_from_time({ns}).year;
    if (year < 1678 || year > 2261) continue;
    for (const auto& [precision, step] : steps) {
      const std::string text = format_time({ns}, precision);
      const auto parsed = parse_time(text);
      ASSERT_TRUE(parsed.has_value()) << text;
      const std::int64_t remainder = ((ns % step) + step) % step;
      EXPECT_EQ(parsed->time.ns_since_1970, ns - remainder) << text;
      EXPECT_EQ(parsed->precision, precision) << text;
      EXPECT_TRUE(parsed->has_zone);
    }
  }
  EXPECT_EQ(format_time({0}, TimePrecision::kUnknown), "");
}

TEST(Time, ParseTakesTheNearRelationsOfRfc3339) {
  const std::int64_t base = days_from_civil(2021, 3, 14) * 86'400 + 6 * 3600 + 40 * 60 + 10;
  const std::pair<const char*, std::int64_t> good[] = {
      {"2021-03-14T06:40:10Z", 0},           {"2021-03-14 06:40:10", 0},
      {"2021-03-14t06:40:10z", 0},           {"2021-03-14T06:40:10+00:00", 0},
      {"2021-03-14T08:40:10+02:00", 0},      {"2021-03-14T08:40:10+0200", 0},
      {"2021-03-14T01:40:10-05:00", 0},      {"2021-03-14T06:40:10.965Z", 965'000'000},
      {"2021-03-14T06:40:10,965", 965'000'000}, {"2021-03-14T06:40:10.1234567899999Z", 123'456'789},
      {"2021-03-14T06:40:10.5+00:00", 500'000'000}};
  for (const auto& [text, ns] : good) {
    const auto parsed = parse_time(text);
    ASSERT_TRUE(parsed.has_value()) << text;
    EXPECT_EQ(parsed->time.ns_since_1970, base * kNs + ns) << text;
  }
  for (const char* text :
       {"", "2021", "2021-03-14", "2021-03-14T06:40", "2021-03-14T06:40:10.Z",
        "2021-03-14T06:40:10ZZ",
        "2021-03-14T06:40:10Z ", " 2021-03-14T06:40:10Z", "2021-13-14T06:40:10Z",
        "2021-02-29T06:40:10Z", "2021-03-14T24:40:10Z", "2021-03-14T06:40:10+24:00",
        "2021-03-14T06:40:10+2:00", "2021-03-14T06:40:10+02:", "2021-03-14T06:40:10 +02:00",
        "2021/03/14T06:40:10Z", "+021-03-14T06:40:10Z", "9999-12-31T23:59:59Z"})
    EXPECT_FALSE(parse_time(text).has_value()) << text;
}

TEST(Time, Durations) {
  EXPECT_EQ(format_duration(0), "0 ms");
  EXPECT_EQ(format_duration(12 * kNs / 1000), "12 ms");
  EXPECT_EQ(format_duration(4 * kNs), "4 s");
  EXPECT_EQ(format_duration(kNs * 45 / 10), "4.5 s");
  EXPECT_EQ(format_duration(180 * kNs), "3 min");
  EXPECT_EQ(format_duration(18'720 * kNs), "5.2 h");
  EXPECT_EQ(format_duration(18'000 * kNs), "5 h");
  EXPECT_EQ(format_duration(1'071'360 * kNs), "12.4 days");
  EXPECT_EQ(format_duration(-180 * kNs), "-3 min");
  EXPECT_EQ(format_duration(kNs * 9999 / 10'000), "1 s");
  EXPECT_EQ(format_duration(INT64_MIN), "-106752 days");
}

}  // namespace
}  // namespace pugmark

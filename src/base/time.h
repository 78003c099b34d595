#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pugmark {

// How many digits of a second the source wrote. A time is printed with exactly these digits:
// more would claim what the evidence does not say.
enum class TimePrecision : std::uint8_t {
  kUnknown,             // the source gave no time at all; the time itself has no meaning
  kSecond,              // IIS, NCSA
  kMillisecond,         // Exchange logs, exported JSON
  kMicrosecond,
  kHundredNanoseconds,  // FILETIME: EVTX
  kNanosecond,
};

// Nanoseconds that one step of the last digit stands for; a second where there is none.
std::int64_t last_digit_ns(TimePrecision precision);

// A moment in UTC, nanoseconds since 1970-01-01T00:00:00Z, leap seconds ignored as all our sources
// do. Range: years 1678 to 2261. Local times are turned into UTC by whoever reads the source.
struct TimeUtc {
  std::int64_t ns_since_1970 = 0;

  friend auto operator<=>(const TimeUtc&, const TimeUtc&) = default;
};

struct CivilTime {
  int year = 1970;    // proleptic Gregorian
  int month = 1;      // 1 to 12
  int day = 1;        // 1 to 31
  int hour = 0;       // 0 to 23
  int minute = 0;     // 0 to 59
  int second = 0;     // 0 to 59 (60 is read as 59)
  int nanosecond = 0;
};

// Days since 1970-01-01 of a civil date.
// Formula: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
constexpr std::int64_t days_from_civil(int year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto year_of_era = static_cast<unsigned>(year - era * 400);
  const auto month_from_march = static_cast<unsigned>(month > 2 ? month - 3 : month + 9);
  const unsigned day_of_year = (153 * month_from_march + 2) / 5 + static_cast<unsigned>(day) - 1;
  const unsigned day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + static_cast<std::int64_t>(day_of_era) - 719468;
}

// The moment of a civil UTC time, or nothing if a part is out of its range (month 13, 30 February,
// years TimeUtc cannot hold).
std::optional<TimeUtc> time_from_civil(const CivilTime& civil);

CivilTime civil_from_time(TimeUtc time);

// 100-nanosecond steps since 1601-01-01 ([MS-DTYP] 2.3.3 FILETIME). Values TimeUtc cannot hold give
// nothing: hostile files contain them.
std::optional<TimeUtc> time_from_filetime(std::uint64_t filetime);

struct ParsedTime {
  TimeUtc time;
  TimePrecision precision = TimePrecision::kUnknown;
  bool has_zone = false;  // the text said Z or an offset; without it the text was taken as UTC
};

// Reads RFC 3339 and its near relations: "2021-03-14T06:40:10.965Z", a blank instead of T, a
// fraction of 0 to 9 digits (more are cut) after '.' or ',', "+02:00", "+0200", or no zone at all.
// Anything else, or text after it, gives nothing.
std::optional<ParsedTime> parse_time(std::string_view text);

// RFC 3339 UTC with the digits of `precision`: "2021-03-14T06:40:10.965Z". kUnknown gives "".
std::string format_time(TimeUtc time, TimePrecision precision);

// "4 s", "3 min", "5.2 h", "12.4 days": for people.
std::string format_duration(std::int64_t ns);

}  // namespace pugmark

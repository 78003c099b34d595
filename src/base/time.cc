#include "base/time.h"

#include <array>
#include <cmath>
#include <fmt/compile.h>
#include <fmt/format.h>

namespace pugmark {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int days_in_month(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

// Takes exactly `digits` decimal digits off the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const char c = text[i];
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

TimePrecision precision_of_digits(std::size_t digits) {
  if (digits == 0) return TimePrecision::kSecond;
  if (digits <= 3) return TimePrecision::kMillisecond;
  if (digits <= 6) return TimePrecision::kMicrosecond;
  return digits == 7 ? TimePrecision::kHundredNanoseconds : TimePrecision::kNanosecond;
}

// Reads ".965" into nanoseconds; returns how many digits the text had.
std::size_t take_fraction(std::string_view& text, int& nanosecond) {
  if (text.size() < 2 || (text[0] != '.' && text[0] != ',') || text[1] < '0' || text[1] > '9')
    return 0;
  text.remove_prefix(1);
  std::size_t digits = 0;
  int value = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (digits < 9) value = value * 10 + (text.front() - '0');
    ++digits;
    text.remove_prefix(1);
  }
  for (std::size_t i = digits; i < 9; ++i) value *= 10;
  nanosecond = value;
  return digits;
}

// Reads "Z", "+02:00", "+0200" or nothing; the offset east of Greenwich in seconds.
std::optional<std::int64_t> take_zone(std::string_view& text, bool& has_zone) {
  has_zone = !text.empty();
  if (text.empty() || take_char(text, "Zz")) return 0;
  const bool west = text.front() == '-';
  if (!take_char(text, "+-")) return std::nullopt;
  const auto hours = take_number(text, 2);
  take_char(text, ":");
  const auto minutes = take_number(text, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::int64_t seconds = *hours * 3600 + *minutes * 60;
  return west ? -seconds : seconds;
}

std::optional<CivilTime> take_date_and_time(std::string_view& text) {
  const auto year = take_number(text, 4);
  if (!year || !take_char(text, "-")) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take_char(text, "-")) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || !take_char(text, "Tt ")) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || !take_char(text, ":")) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || !take_char(text, ":")) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second) return std::nullopt;
  return CivilTime{*year, *month, *day, *hour, *minute, *second, 0};
}

}  // namespace

std::optional<TimeUtc> time_from_civil(const CivilTime& civil) {
  if (civil.year < 1678 || civil.year > 2261 || civil.month < 1 || civil.month > 12)
    return std::nullopt;
  if (civil.day < 1 || civil.day > days_in_month(civil.year, civil.month)) return std::nullopt;
  if (civil.hour < 0 || civil.hour > 23 || civil.minute < 0 || civil.minute > 59)
    return std::nullopt;
  if (civil.second < 0 || civil.second > 60) return std::nullopt;
  if (civil.nanosecond < 0 || civil.nanosecond >= kNsPerSecond) return std::nullopt;
  const int second = civil.second == 60 ? 59 : civil.second;
  const std::int64_t days = days_from_civil(civil.year, civil.month, civil.day);
  const std::int64_t seconds =
      days * kSecondsPerDay + civil.hour * 3600 + civil.minute * 60 + second;
  return TimeUtc{seconds * kNsPerSecond + civil.nanosecond};
}

CivilTime civil_from_time(TimeUtc time) {
  std::int64_t seconds = time.ns_since_1970 / kNsPerSecond;
  std::int64_t ns = time.ns_since_1970 % kNsPerSecond;
  if (ns < 0) {
    ns += kNsPerSecond;
    --seconds;
  }
  std::int64_t days = seconds / kSecondsPerDay;
  std::int64_t second_of_day = seconds % kSecondsPerDay;
  if (second_of_day < 0) {
    second_of_day += kSecondsPerDay;
    --days;
  }
  // Hinnant, civil_from_days.
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  CivilTime civil;
  civil.day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  civil.month = static_cast<int>(month_from_march < 10 ? month_from_march + 3
                                                       : month_from_march - 9);
  civil.year = static_cast<int>(year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0));
  civil.hour = static_cast<int>(second_of_day / 3600);
  civil.minute = static_cast<int>(second_of_day / 60 % 60);
  civil.second = static_cast<int>(second_of_day % 60);
  civil.nanosecond = static_cast<int>(ns);
  return civil;
}

std::optional<TimeUtc> time_from_filetime(std::uint64_t filetime) {
  constexpr std::int64_t kSecondsFrom1601To1970 = 11'644'473'600;
  // Whole years, as of civil times: room is left for whoever shifts a time or rounds it.
  constexpr std::int64_t kSecondsFirst = days_from_civil(1678, 1, 1) * kSecondsPerDay;
  constexpr std::int64_t kSecondsEnd = days_from_civil(2262, 1, 1) * kSecondsPerDay;
  if (filetime > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  const auto seconds = static_cast<std::int64_t>(filetime / 10'000'000) - kSecondsFrom1601To1970;
  const auto ns = static_cast<std::int64_t>(filetime % 10'000'000) * 100;
  if (seconds < kSecondsFirst || seconds >= kSecondsEnd) return std::nullopt;
  return TimeUtc{seconds * kNsPerSecond + ns};
}

std::optional<ParsedTime> parse_time(std::string_view text) {
  auto civil = take_date_and_time(text);
  if (!civil) return std::nullopt;
  const std::size_t digits = take_fraction(text, civil->nanosecond);
  ParsedTime parsed;
  const auto zone_seconds = take_zone(text, parsed.has_zone);
  const auto time = time_from_civil(*civil);
  if (!zone_seconds || !time || !text.empty()) return std::nullopt;
  parsed.time = TimeUtc{time->ns_since_1970 - *zone_seconds * kNsPerSecond};
  parsed.precision = precision_of_digits(digits);
  return parsed;
}

std::int64_t last_digit_ns(TimePrecision precision) {
  switch (precision) {
    case TimePrecision::kUnknown:
    case TimePrecision::kSecond: break;
    case TimePrecision::kMillisecond: return 1'000'000;
    case TimePrecision::kMicrosecond: return 1'000;
    case TimePrecision::kHundredNanoseconds: return 100;
    case TimePrecision::kNanosecond: return 1;
  }
  return 1'000'000'000;
}

std::string format_time(TimeUtc time, TimePrecision precision) {
  if (precision == TimePrecision::kUnknown) return {};
  const CivilTime c = civil_from_time(time);
  std::string text = fmt::format(FMT_COMPILE("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}"), c.year,
                                 c.month, c.day, c.hour, c.minute, c.second);
  switch (precision) {
    case TimePrecision::kUnknown:
    case TimePrecision::kSecond: break;
    case TimePrecision::kMillisecond:
      text += fmt::format(FMT_COMPILE(".{:03}"), c.nanosecond / 1'000'000);
      break;
    case TimePrecision::kMicrosecond:
      text += fmt::format(FMT_COMPILE(".{:06}"), c.nanosecond / 1'000);
      break;
    case TimePrecision::kHundredNanoseconds:
      text += fmt::format(FMT_COMPILE(".{:07}"), c.nanosecond / 100);
      break;
    case TimePrecision::kNanosecond:
      text += fmt::format(FMT_COMPILE(".{:09}"), c.nanosecond);
      break;
  }
  text += 'Z';
  return text;
}

std::string format_duration(std::int64_t ns) {
  // One digit behind the point where it says something: "4 s", "4.5 s".
  const auto with_unit = [](double value, const char* unit) {
    std::string text = fmt::format("{:.1f}", value);
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return fmt::format("{} {}", text, unit);
  };
  const double seconds = static_cast<double>(ns) / 1e9;
  const double length = std::fabs(seconds);
  if (length < 0.9995) return fmt::format("{:.0f} ms", seconds * 1e3 + 0.0);
  if (length < 120) return with_unit(seconds, "s");
  if (length < 7200) return fmt::format("{:.0f} min", seconds / 60);
  if (length < 172'800) return with_unit(seconds / 3600, "h");
  return with_unit(seconds / 86'400, "days");
}

}  // namespace pugmark

#include "events/json/time.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>

namespace pugmark::json {
namespace {

// Longer than any form of a time.
constexpr std::size_t kTextMax = 64;
constexpr std::int64_t kNsPerMillisecond = 1'000'000;

bool is_sign(char c) { return c == '+' || c == '-'; }

struct Unit {
  std::size_t digits = 0;  // of such a number, from 2001-09-09 to the end of TimeUtc
  std::int64_t ns = 0;
  TimePrecision precision = TimePrecision::kUnknown;
};

// By their digits they cannot be mistaken for one another.
constexpr std::array kUnits = {Unit{10, 1'000'000'000, TimePrecision::kSecond},
                               Unit{13, kNsPerMillisecond, TimePrecision::kMillisecond},
                               Unit{16, 1'000, TimePrecision::kMicrosecond},
                               Unit{19, 1, TimePrecision::kNanosecond}};

std::optional<ParsedTime> from_units(std::int64_t count, std::int64_t unit_ns,
                                     TimePrecision precision) {
  if (count > INT64_MAX / unit_ns || count < -(INT64_MAX / unit_ns)) return std::nullopt;
  const TimeUtc time{count * unit_ns};
  // The years TimeUtc promises are a little fewer than 64 bits hold.
  const int year = civil_from_time(time).year;
  if (year < 1678 || year > 2261) return std::nullopt;
  return ParsedTime{time, precision, true};
}

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "1615704010", "1615704010.965", "1615704010965".
std::optional<ParsedTime> read_epoch(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const auto unit = std::find_if(kUnits.begin(), kUnits.end(),
                                 [&](const Unit& one) { return one.digits == whole.size(); });
  if (unit == kUnits.end() || !text::is_digits(whole) || whole.front() == '0') return std::nullopt;
  const auto count = integer(whole);
  if (!count) return std::nullopt;
  auto parsed = from_units(*count, unit->ns, unit->precision);
  if (!parsed || point == text.size()) return parsed;
  const std::string_view fraction = text.substr(point + 1);
  if (!text::is_digits(fraction)) return std::nullopt;
  if (unit->precision == TimePrecision::kSecond) {
    const auto second = parse_time("1970-01-01T00:00:00." + std::string(fraction));
    if (!second) return std::nullopt;
    parsed->time.ns_since_1970 += second->time.ns_since_1970;
    parsed->precision = second->precision;
    return parsed;
  }
  // Programs that hold every number as a fraction.
  if (fraction.find_first_not_of('0') != std::string_view::npos) return std::nullopt;
  return parsed;
}

// "/Date(1615704010965)/", "/Date(1615704010965+0200)/": the number is UTC either way, the offset
// only says where it was written (.NET's DataContractJsonSerializer).
std::optional<ParsedTime> read_dotnet(std::string_view text) {
  constexpr std::string_view kBefore = "/Date(";
  constexpr std::string_view kBehind = ")/";
  if (!text.starts_with(kBefore) || !text.ends_with(kBehind)) return std::nullopt;
  text.remove_prefix(kBefore.size());
  text.remove_suffix(std::min(kBehind.size(), text.size()));
  if (text.size() > 5 && is_sign(text[text.size() - 5])) {
    if (!text::is_digits(text.substr(text.size() - 4))) return std::nullopt;
    text.remove_suffix(5);
  }
  const auto milliseconds = integer(text);
  if (!milliseconds) return std::nullopt;
  return from_units(*milliseconds, kNsPerMillisecond, TimePrecision::kMillisecond);
}

// "20210314T064010.965Z" to "2021-03-14T06:40:10.965Z".
void insert_separators(std::string& text) {
  constexpr std::size_t kDate = 8;
  constexpr std::size_t kTime = 6;
  if (text.size() < kDate + 1 + kTime || text[kDate] != 'T' ||
      !text::is_digits(std::string_view(text).substr(0, kDate)) ||
      !text::is_digits(std::string_view(text).substr(kDate + 1, kTime)))
    return;
  text.insert(13, 1, ':');
  text.insert(11, 1, ':');
  text.insert(6, 1, '-');
  text.insert(4, 1, '-');
}

// The zone as parse_time() takes it: "Z" or hours and minutes, nothing before it.
void mend_zone(std::string& text) {
  for (const std::string_view name : {" UTC", " GMT"}) {
    if (!text.ends_with(name)) continue;
    text.replace(text.size() - name.size(), name.size(), "Z");
    return;
  }
  // A zone stands behind the time of day, so no sign of the date is taken for it.
  constexpr std::size_t kZoneFirst = 19;
  const std::size_t zone = text.find_first_of("+-Z", kZoneFirst);
  if (zone == std::string::npos) return;
  if (is_sign(text[zone]) && text.size() == zone + 3) text += "00";
  if (text[zone - 1] == ' ' && zone > kZoneFirst) text.erase(zone - 1, 1);
}

}  // namespace

std::optional<ParsedTime> read_time(std::string_view text, text::DayParser& days) {
  if (const auto parsed = text::parse_log_time(text, days)) return parsed;
  if (text.empty() || text.size() > kTextMax) return std::nullopt;
  if (const auto parsed = read_epoch(text)) return parsed;
  if (const auto parsed = read_dotnet(text)) return parsed;
  std::string mended(text);
  insert_separators(mended);
  mend_zone(mended);
  return mended == text ? std::nullopt : parse_time(mended);
}

}  // namespace pugmark::json

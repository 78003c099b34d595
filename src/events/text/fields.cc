#include "events/text/fields.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <unordered_map>

#include "base/bytes.h"

namespace pugmark::text {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

// Two digits as a number, or -1.
int two_digits(const char* at) {
  const unsigned tens = static_cast<unsigned char>(at[0]) - unsigned{'0'};
  const unsigned ones = static_cast<unsigned char>(at[1]) - unsigned{'0'};
  return tens > 9 || ones > 9 ? -1 : static_cast<int>(tens * 10 + ones);
}

}  // namespace

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::int64_t> parse_seconds_of_day(std::string_view text) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  const int hours = two_digits(text.data());
  const int minutes = two_digits(text.data() + 3);
  const int seconds = two_digits(text.data() + 6);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 60)
    return std::nullopt;
  return hours * 3600 + minutes * 60 + std::min(seconds, 59);
}

std::optional<std::int64_t> DayParser::parse(std::string_view text) {
  if (text.size() != sizeof last_text_) return std::nullopt;
  if (has_last_ && std::memcmp(text.data(), last_text_, sizeof last_text_) == 0) return last_days_;
  const int century = two_digits(text.data());
  const int year = two_digits(text.data() + 2);
  const int month = two_digits(text.data() + 5);
  const int day = two_digits(text.data() + 8);
  if (century < 0 || year < 0 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto time = time_from_civil({century * 100 + year, month, day, 0, 0, 0, 0});
  if (!time) return std::nullopt;
  last_days_ = days_from_civil(century * 100 + year, month, day);
  std::memcpy(last_text_, text.data(), sizeof last_text_);
  has_last_ = true;
  return last_days_;
}

std::optional<ParsedTime> parse_log_time(std::string_view text, DayParser& days) {
  if (text.size() == 24 && text[10] == 'T' && text[19] == '.' && text[23] == 'Z') {
    const auto day = days.parse(text.substr(0, 10));
    const auto seconds = parse_seconds_of_day(text.substr(11, 8));
    if (day && seconds && is_digits(text.substr(20, 3))) {
      const std::int64_t ms = (text[20] - '0') * 100 + (text[21] - '0') * 10 + (text[22] - '0');
      return ParsedTime{{(*day * kSecondsPerDay + *seconds) * kNsPerSecond + ms * 1'000'000},
                        TimePrecision::kMillisecond,
                        true};
    }
  }
  return parse_time(text);
}

Locator GapRecorder::locator(std::size_t at, std::size_t length) const {
  return locate(block_, at, length);
}

void GapRecorder::add(std::size_t at, std::size_t length, GapKind kind, std::string_view what) {
  if (gaps_.size() < most_) {
    gaps_.push_back({locator(at, length), kind, std::string(what)});
    return;
  }
  if (more_count_ == 0) {
    more_begin_ = at;
    more_end_ = at;
  }
  ++more_count_;
  more_begin_ = std::min(more_begin_, at);
  more_end_ = std::max(more_end_, at + length);
}

void GapRecorder::finish() {
  if (more_count_ == 0) return;
  gaps_.push_back({locator(more_begin_, more_end_ - more_begin_), GapKind::kLimit,
                   fmt::format("{} more places in these bytes could not be read; the limit "
                               "gaps-per-item ({}) was reached, so they are only counted.",
                               more_count_, most_)});
  more_count_ = 0;
}

Slots make_slots(const std::vector<std::string>& columns, std::size_t columns_max) {
  Slots slots;
  std::unordered_map<std::string_view, std::uint32_t> known;
  for (const std::string& column : columns) {
    if (slots.slot_of_column.size() == columns_max) break;
    const auto next = static_cast<std::uint32_t>(slots.names.size());
    const auto [it, is_new] = known.try_emplace(column, next);
    if (is_new) {
      slots.names.push_back(column);
    } else {
      slots.one_to_one = false;
    }
    slots.slot_of_column.push_back(it->second);
  }
  return slots;
}

const Shape* intern_shape(ShapeTable& table, Shape shape, const std::vector<std::string>& names) {
  shape.fields.clear();
  shape.fields.reserve(names.size());
  for (const std::string& name : names) {
    FieldId id{};
    if (!table.intern_field(name, id)) return nullptr;
    shape.fields.push_back(id);
  }
  return table.intern(std::move(shape));
}

bool place_values(std::span<const std::uint32_t> slot_of, std::span<const Value> from,
                  std::span<Value> into, std::uint64_t most, Arena& arena,
                  std::vector<std::uint32_t>& counts) {
  counts.assign(into.size(), 0);
  std::vector<std::uint32_t>& left = counts;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (!from[i].present()) continue;
    std::uint32_t& count = left[slot_of[i]];
    count += from[i].is_list() ? from[i].size : 1;
  }
  bool whole = true;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (!from[i].present()) continue;
    Value& target = into[slot_of[i]];
    std::uint32_t& total = left[slot_of[i]];
    if (!target.present()) {
      if (total == 1 || (from[i].is_list() && total == from[i].size)) {
        target = from[i];
        continue;
      }
      // The first of several: `size` counts what is there, `total` becomes the room.
      whole = whole && total <= most;
      total = static_cast<std::uint32_t>(std::min<std::uint64_t>(total, most));
      target = {arena.allocate_values(total), 0, ValueType::kList};
    }
    // The list was allocated above and belongs to this event: it may still be written.
    auto* list = static_cast<Value*>(const_cast<void*>(target.data));
    const auto add = [&](const Value& value) {
      if (target.size < total) list[target.size++] = value;
    };
    if (from[i].is_list()) {
      for (const Value& value : from[i].list()) add(value);
    } else {
      add(from[i]);
    }
  }
  return whole;
}

std::vector<std::string_view> path_parts(std::string_view path) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find_first_of("/\\", begin), path.size());
    if (end > begin) parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace pugmark::text

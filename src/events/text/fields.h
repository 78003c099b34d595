#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/text.h"
#include "base/time.h"
#include "events/event.h"
#include "events/reader.h"
#include "events/shape.h"
#include "events/value.h"

// What the readers of text logs have in common.
namespace pugmark::text {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

inline std::string_view without_byte_order_mark(std::string_view line) {
  if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  return line;
}

inline std::string_view without_carriage_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_digits(std::string_view text);  // at least one character, only 0 to 9

// Text as it stands in the log: UTF-8 if it is well formed, else Windows-1252.
inline Value text_value(std::string_view text) {
  Value value = Value::text(text);
  if (!is_ascii(text) && !is_valid_utf8(text)) value.type = ValueType::kAnsi;
  return value;
}

// '-' in a place where the writer of the log means "nothing": null to a rule, while bytes() still
// shows what was written.
inline Value null_as_written(std::string_view text) {
  return {text.data(), static_cast<std::uint32_t>(text.size()), ValueType::kNull};
}

// "HH:MM:SS" to seconds of the day.
std::optional<std::int64_t> parse_seconds_of_day(std::string_view text);

// "YYYY-MM-DD" to days since 1970, remembering the last answer: lines of one day stand together.
class DayParser {
 public:
  std::optional<std::int64_t> parse(std::string_view text);

 private:
  char last_text_[10] = {};
  std::int64_t last_days_ = 0;
  bool has_last_ = false;
};

// "YYYY-MM-DDTHH:MM:SS.mmmZ" quickly, everything else by parse_time().
std::optional<ParsedTime> parse_log_time(std::string_view text, DayParser& days);

// Collects the gaps of one block. Beyond Limits::gaps_per_item of them in one block they are only
// counted, in one last gap that spans them. One thread; call finish() at the end of the block.
class GapRecorder {
 public:
  GapRecorder(EventBatch& batch, const Block& block, const Limits& limits)
      : batch_(batch), gaps_(batch.gaps()), block_(block), most_(limits.gaps_per_item) {}

  // `at` and `length` are bytes of the block.
  void add(std::size_t at, std::size_t length, GapKind kind, std::string_view what);
  void finish();

  // Of an event at these bytes. `clause` is asked only of the first of its kind in the block.
  template <class Clause>
  void add_recurring(Recurrence kind, std::size_t at, std::size_t length, Clause clause,
                     GapKind gap_kind = GapKind::kDamaged) {
    for (RecurringGap& known : batch_.recurring_gaps()) {
      if (known.kind != kind) continue;
      ++known.events_count;
      return;
    }
    batch_.recurring_gaps().push_back({kind, {locator(at, length), gap_kind, clause()}});
  }

 private:
  Locator locator(std::size_t at, std::size_t length) const;

  EventBatch& batch_;
  std::vector<Gap>& gaps_;
  const Block& block_;
  std::uint64_t most_;
  std::uint64_t more_count_ = 0;
  std::size_t more_begin_ = 0;
  std::size_t more_end_ = 0;
};

// Where an event of this block stands.
inline Locator locate(const Block& block, std::size_t at, std::size_t length) {
  return {block.offset_bytes + at, block.item,
          static_cast<std::uint32_t>(length > UINT32_MAX ? UINT32_MAX : length)};
}

// A list of names made into slots: each name once, the columns of a slot remembered.
struct Slots {
  std::vector<std::string> names;
  std::vector<std::uint32_t> slot_of_column;
  bool one_to_one = true;  // column i is slot i
};
Slots make_slots(const std::vector<std::string>& columns, std::size_t columns_max);

// Interns the names and the shape. nullptr if a table is full.
const Shape* intern_shape(ShapeTable& table, Shape shape, const std::vector<std::string>& names);

// Puts from[i] into into[slot_of[i]] (all absent before); kAbsent is passed over. What meets in one
// slot becomes a list, lists among it taken apart; beyond `most` (Limits::values_per_field) values
// of one slot are left out, and the answer is false. `counts` is scratch memory.
bool place_values(std::span<const std::uint32_t> slot_of, std::span<const Value> from,
                  std::span<Value> into, std::uint64_t most, Arena& arena,
                  std::vector<std::uint32_t>& counts);

// Parts of a path, with either kind of slash between them, last one last.
std::vector<std::string_view> path_parts(std::string_view path);

}  // namespace pugmark::text

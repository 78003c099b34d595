#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "evidence/gap.h"
#include "evidence/locator.h"
#include "events/shape.h"
#include "events/value.h"

namespace pugmark {

// One record of a log. Views into its EventBatch.
struct Event {
  TimeUtc time;                  // as the source says; a clock correction is added later, per item
  Locator where;
  const Shape* shape = nullptr;
  const Value* values = nullptr; // shape->fields.size() Values, or nullptr if !shape->wanted
  Value computer;                // the host that wrote the record, if it says so
  std::uint64_t record_id = 0;   // EventRecordID, or 0
  TimePrecision precision = TimePrecision::kUnknown;  // kUnknown: the record has no readable time
  bool recovered = false;        // carved from slack or an unused chunk
  // Of a line-based log: each value is a view of the line, one blank between neighbours.
  bool values_in_line = false;

  Value at(std::size_t slot) const {
    return values != nullptr && slot < shape->fields.size() ? values[slot] : Value{};
  }
};

// Memory that only grows until reset() and keeps its blocks for the next use. One thread.
class Arena {
 public:
  // `size_bytes` bytes aligned to 8, valid until reset().
  std::byte* allocate(std::size_t size_bytes);
  Value* allocate_values(std::size_t count);       // all kAbsent
  std::string_view copy(std::string_view text);
  void reset();

  // How much is given out; set_back() takes back what was given out since.
  struct Mark {
    std::size_t piece = 0;
    std::size_t used = 0;
  };
  Mark mark() const { return {piece_, used_}; }
  void set_back(const Mark& mark) {
    piece_ = mark.piece;
    used_ = mark.used;
  }

 private:
  struct Piece {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size_bytes = 0;
  };
  std::vector<Piece> pieces_;
  std::size_t piece_ = 0;   // index of the piece in use
  std::size_t used_ = 0;    // bytes of it given out
};

// What a second clock beside the record's own says: the record's time minus that clock.
// (Sysmon's UtcTime beside an exporter's @timestamp.) See events/clock.h.
struct ClockSample {
  std::int64_t difference_ns = 0;
};

// What may be wrong with every single event of an item: said once of the item, with a count.
enum class Recurrence : std::uint8_t {
  kUnreadableTime,  // a time is there but cannot be read; the event counts as undated
  kContradiction,   // the record names several channels, event ids, computers or times
  kLongName,        // a name is longer than Limits::name_bytes
  kNoRules,         // of a kind that no rule is for: JSON other than Windows events
};

struct RecurringGap {
  Recurrence kind = Recurrence::kUnreadableTime;
  Gap first;  // of the event that stands first; `what` says in a clause what stood there
  std::uint64_t events_count = 1;
};

// Adds to what is known of the same kind and item. The same in any order.
void join_recurring(RecurringGap more, std::vector<RecurringGap>& known);

// The whole sentence, with the count.
Gap gap_of(const RecurringGap& recurring);

// The events of one block of one item, the memory their values point to, and what could not be
// read. Reused from block to block by one thread. Events and Values die with the next clear().
class EventBatch {
 public:
  EventBatch() = default;
  EventBatch(const EventBatch&) = delete;
  EventBatch& operator=(const EventBatch&) = delete;

  std::span<const Event> events() const& { return events_; }
  std::span<const Event> events() && = delete;  // a temporary batch cannot hand out views

  std::vector<Event>& mutable_events() & { return events_; }
  Arena& arena() & { return arena_; }
  std::vector<Gap>& gaps() & { return gaps_; }
  std::vector<RecurringGap>& recurring_gaps() & { return recurring_gaps_; }
  std::vector<ClockSample>& clock_samples() & { return clock_samples_; }

  std::uint64_t understood_bytes = 0;  // of the block: the rest of it is not read
  std::uint64_t copies_count = 0;  // carved records that are copies of others, and no events
  void clear();

 private:
  std::vector<Event> events_;
  Arena arena_;
  std::vector<Gap> gaps_;
  std::vector<RecurringGap> recurring_gaps_;  // one of a kind
  std::vector<ClockSample> clock_samples_;
};

}  // namespace pugmark

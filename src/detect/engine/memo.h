#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "detect/engine/readings.h"
#include "events/event.h"
#include "events/value.h"

namespace pugmark::engine {

// What is known of one value of one field: its texts, the rules its literals make candidates, and
// the comparisons already made with it. Logs repeat themselves (nine values of ten were seen
// before), so most events are judged without looking at a single character.
struct MemoEntry {
  std::uint64_t hash = 0;
  std::uint32_t field = 0;
  ValueType type = ValueType::kAbsent;
  std::string_view key;  // the value's own bytes
  std::span<const Reading> readings;
  bool passing = false;                       // dies with the event instead of being remembered
  bool searched = false;                      // whether `candidates` are known
  std::span<const std::uint32_t> candidates;  // instances its texts make worth judging
  std::vector<std::uint32_t> compared;        // predicate * 2 + result

  // -1 unknown, 0 false, 1 true
  int known(std::uint32_t predicate) const {
    for (const std::uint32_t entry : compared) {
      if (entry >> 1U == predicate) return static_cast<int>(entry & 1U);
    }
    return -1;
  }
  void remember(std::uint32_t predicate, bool result) {
    compared.push_back(predicate << 1U | (result ? 1U : 0U));
  }
};

// A bounded table from (field, value) to what is known of it. One per worker; emptied as a whole
// when full. A hit compares the bytes: a forged hash collision costs time and hides nothing.
class ValueMemo {
 public:
  // `seed` differs from run to run, so that collisions cannot be prepared in a log.
  explicit ValueMemo(std::uint64_t seed);

  // The entry of the value, or nullptr; `hash` is filled for add(). `key` is the value's bytes;
  // `type` is part of the key.
  MemoEntry* find(std::uint32_t field, ValueType type, std::string_view key, std::uint64_t& hash);

  // A new entry for it; `hash` is what find() returned. Valid until begin_event().
  MemoEntry* add(std::uint32_t field, ValueType type, std::string_view key, std::uint64_t hash);

  // True if one event has filled even the reserve: its further values are not remembered.
  bool is_full() const { return entries_count_ == entries_.size(); }

  // Where the texts of entries live; as long as the entries.
  Arena& arena() { return arena_; }
  void note_bytes(std::size_t bytes) { bytes_ += bytes; }

  // Call between events: empties the table if it has grown too large.
  void begin_event() {
    if (entries_count_ > kEntriesMax || bytes_ > kBytesMax) clear();
  }

  std::uint64_t hits() const { return hits_; }
  std::uint64_t misses() const { return misses_; }

 private:
  static constexpr std::size_t kSlots = std::size_t{1} << 16U;
  static constexpr std::size_t kEntriesMax = kSlots / 2;
  static constexpr std::size_t kBytesMax = std::size_t{16} << 20U;
  static constexpr std::size_t kReserve = 4'096;  // entries one event may add beyond the maximum

  void clear();

  std::uint64_t seed_;
  std::vector<std::uint32_t> slots_;  // 0: empty, else index + 1 into entries_
  std::vector<MemoEntry> entries_;    // never moves: reserved to its largest size
  std::size_t entries_count_ = 0;
  std::size_t bytes_ = 0;
  Arena arena_;
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
};

}  // namespace pugmark::engine

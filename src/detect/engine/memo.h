#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "detect/engine/readings.h"
#include "events/event.h"
#include "events/value.h"

namespace pugmark::engine {

// Among questions about a value, those of nodes stand behind those of predicates, of which no rule
// set has so many (Limits::rule_predicates).
inline constexpr std::uint32_t kQuestionsOfNodes = std::uint32_t{1} << 30U;

// Answers to questions about a value, by their number: a small open hash table that only grows.
// Names of programs are compared with hundreds of patterns. A question is a comparison, by the
// number of its predicate, or a list of alternatives (Node::is_of_one_value), by that of its node.
class Answers {
 public:
  // -1 unknown, 0 false, 1 true
  int of(std::uint32_t question) const {
    if (slots_.empty()) return -1;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = place(question) & mask; slots_[at] != 0; at = (at + 1) & mask) {
      if ((slots_[at] >> 1U) == question + 1) return static_cast<int>(slots_[at] & 1U);
    }
    return -1;
  }

  // `question` has no answer yet. Gives the bytes of memory by which the table grew.
  std::size_t add(std::uint32_t question, bool answer) {
    const std::size_t before = slots_.size();
    if (2 * (count_ + 1) > slots_.size()) grow();
    put((question + 1) << 1U | (answer ? 1U : 0U));
    ++count_;
    return (slots_.size() - before) * sizeof(std::uint32_t);
  }

  void clear() {
    // What one value made large must not stay so in every place of the table.
    if (slots_.capacity() > kSlotsKept) slots_ = std::vector<std::uint32_t>();  // {} keeps it
    slots_.clear();
    count_ = 0;
  }

 private:
  static constexpr std::size_t kSlotsKept = 32;

  static std::size_t place(std::uint32_t question) {
    return question * std::size_t{0x9E3779B1U} >> 16U;
  }

  void put(std::uint32_t slot) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = place((slot >> 1U) - 1) & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }

  void grow() {
    std::vector<std::uint32_t> old(slots_.empty() ? 8 : 2 * slots_.size(), 0);
    old.swap(slots_);
    for (const std::uint32_t slot : old) {
      if (slot != 0) put(slot);
    }
  }

  std::vector<std::uint32_t> slots_;  // (question + 1) * 2 + answer; 0: empty
  std::size_t count_ = 0;
};

// What is known of one value of one field: its texts, the rules its literals make candidates, and
// the comparisons already made with it. Logs repeat themselves (nine values of ten were seen
// before), so most events are judged without looking at a single character.
// What a look-up reads stands in the first 64 bytes, one line of the cache.
struct alignas(64) MemoEntry {
  std::string_view key;                       // the value's own bytes
  std::span<const std::uint32_t> candidates;  // instances its texts make worth judging
  std::uint32_t field = 0;
  ValueType type = ValueType::kAbsent;
  bool searched = false;  // whether `candidates` are known
  bool passing = false;   // dies with the event instead of being remembered
  std::span<const Reading> readings;
  Answers answers;  // of comparisons already made

  bool is_of(std::uint32_t its_field, ValueType its_type, std::string_view its_key) const {
    return field == its_field && type == its_type && key == its_key;
  }
};

// A bounded table from (field, value) to what is known of it. One per worker; emptied as a whole
// when full. A hit compares the bytes: a forged hash collision costs time and hides nothing.
class ValueMemo {
 public:
  // `seed` differs from run to run, so that collisions cannot be prepared in a log.
  explicit ValueMemo(std::uint64_t seed);

  // Looking up takes three steps, each of which waits for memory: the place in the table, the
  // entry, its key. Whoever has several values to look up takes each step for all of them, so that
  // they wait together: hash_of(), candidate(), then MemoEntry::is_of(). find() is all in one.
  // `key` is the value's bytes; `type` is part of the key.
  std::uint64_t hash_of(std::uint32_t field, ValueType type, std::string_view key) const;
  void fetch_place(std::uint64_t hash) const { __builtin_prefetch(&slots_[hash % kSlots]); }

  // The first entry that may be of a value with this hash; nullptr: none is.
  MemoEntry* candidate(std::uint64_t hash);

  // The entry of the value, or nullptr.
  MemoEntry* find(std::uint64_t hash, std::uint32_t field, ValueType type, std::string_view key);

  // A new entry for it. Valid until begin_event().
  MemoEntry* add(std::uint64_t hash, std::uint32_t field, ValueType type, std::string_view key);

  // True if one event has filled even the reserve: its further values are not remembered.
  bool is_full() const { return entries_count_ == entries_.size(); }

  // Where the texts of entries live; as long as the entries.
  Arena& arena() { return arena_; }
  void note_bytes(std::size_t bytes) { bytes_ += bytes; }

  // Call between events: empties the table if it has grown too large.
  void begin_event() {
    if (entries_count_ > kEntriesMax || bytes_ > kBytesMax) clear();
  }

  // Changes whenever the table is emptied: entries got before are gone.
  std::uint64_t generation() const { return generation_; }

 private:
  static constexpr std::size_t kSlots = std::size_t{1} << 16U;
  static constexpr std::size_t kEntriesMax = kSlots / 2;
  static constexpr std::size_t kBytesMax = std::size_t{16} << 20U;
  static constexpr std::size_t kReserve = 4'096;  // entries one event may add beyond the maximum

  // A place of the table: the number of an entry, counted from 1 (0: empty), and of its hash the
  // uppermost bits, so that hardly any entry is looked at in vain.
  static constexpr unsigned kNumberBits = 16;
  static constexpr std::uint32_t kNumberMask = (1U << kNumberBits) - 1;
  static_assert(kEntriesMax + kReserve <= kNumberMask);
  static std::uint32_t tag_of(std::uint64_t hash) {
    return static_cast<std::uint32_t>(hash >> 32U) & ~kNumberMask;
  }

  void clear();

  std::uint64_t seed_;
  std::vector<std::uint32_t> slots_;
  std::vector<MemoEntry> entries_;    // never moves: reserved to its largest size
  std::size_t entries_count_ = 0;
  std::size_t bytes_ = 0;
  Arena arena_;
  std::uint64_t generation_ = 0;
};

}  // namespace pugmark::engine

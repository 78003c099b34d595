#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detect/engine/bucket.h"
#include "detect/engine/memo.h"
#include "detect/engine/readings.h"
#include "events/event.h"

namespace pugmark::engine {

inline constexpr std::uint32_t kNoSlot = UINT32_MAX;

// Slots of the few fields that have any; `field` is an index into Bucket::fields.
struct FieldSlots {
  std::uint32_t field = 0;
  std::vector<std::vector<std::uint32_t>> parts;  // one for fields that are not put together
};

// A bucket as it applies to one Shape: which slot of its events holds which field.
struct BoundShape {
  const Bucket* bucket = nullptr;  // nullptr: no rule can ever match this kind of event
  std::uint32_t bucket_id = 0;     // dense over all buckets of a run
  std::uint32_t field_base = 0;    // of the bucket's fields, over all buckets
  // One per Bucket::fields: the slot of exactly this name, or kNoSlot.
  std::vector<std::uint32_t> slots;
  // Slots of names that differ only in case, for events that lack the exact one; of fields put
  // together from others, for each part its slots, exact name first. By field; nearly always empty.
  std::vector<FieldSlots> other_slots;
  // The fields some clause looks at that such events can have, and with Bucket::keywords_by_value
  // the slots that are none of them.
  std::vector<std::uint32_t> indexed;
  std::vector<std::uint32_t> keyword_slots;
  // Of web logs: fields with more than one reading.
  std::uint32_t uri_stem_slot = kNoSlot;
  std::uint32_t uri_query_slot = kNoSlot;
  std::uint32_t user_agent_slot = kNoSlot;
  bool query_follows_stem = true;  // no other value stands between them, or one is not there

  // The other slots of a field, or nullptr.
  const FieldSlots* others_of(std::uint32_t field) const;
};

// Fills in the slots for the bucket `bound` already has.
void bind_slots(const Shape& shape, BoundShape& bound);

// The values of the event in hand as rules see them: their texts, and what is remembered of them.
// Each is made when it is first asked for. One per worker; not thread-safe.
class FieldValues {
 public:
  // `seed` as of ValueMemo.
  explicit FieldValues(std::uint64_t seed) : memo_(seed) {}

  // Entries of earlier events are gone after this.
  void begin(const Event& event, const BoundShape& bound, std::string_view raw_line);

  // Says that of() or keyword_entry() will be asked for; find_expected() looks all of them up
  // together, which is sooner done than one by one, and changes nothing else.
  void expect(std::uint32_t field);
  void expect_keyword(std::uint32_t slot);
  void find_expected();

  // What a field of the bucket holds, or nullptr if the event does not have it.
  MemoEntry* of(std::uint32_t field);

  // The value a field is read from, if it is just one, else an absent one: to look at its type and
  // size before asking for its texts.
  const Value& plain(std::uint32_t field) const;

  // What keywords are searched in: every value, then the raw line; and the slots they come from.
  std::span<MemoEntry* const> keyword_entries();
  std::span<const std::uint32_t> keyword_slots() const { return keyword_slots_; }
  // Only one of them: the value of a slot.
  MemoEntry* keyword_entry(std::uint32_t slot);

  // Notes the answer to a comparison with a value; it is not known yet.
  void remember(MemoEntry& entry, std::uint32_t predicate, bool answer) {
    const std::size_t bytes = entry.answers.add(predicate, answer);
    if (!entry.passing) memo_.note_bytes(bytes);
  }

  // Memory that lives as long as the entry; bytes taken count towards its limit.
  std::span<std::uint32_t> allocate_numbers(const MemoEntry& entry, std::size_t count);

  const Value& at(std::uint32_t slot) const;

 private:
  struct State {
    std::uint64_t epoch = 0;     // of the event `entry` belongs to
    MemoEntry* entry = nullptr;  // nullptr: absent
    MemoEntry* last = nullptr;   // what was remembered last: values often stay as they are
  };

  // A value to be looked up.
  struct Expected {
    State* state = nullptr;
    const Value* value = nullptr;
    std::uint32_t key_field = 0;
    std::uint64_t hash = 0;
    MemoEntry* candidate = nullptr;
  };

  void expect(std::uint32_t key_field, const Value& value, State& state);
  MemoEntry* load(std::uint32_t field);
  MemoEntry* load_renamed(std::uint32_t field);
  MemoEntry* load_from_others(std::uint32_t field);
  MemoEntry* remembered(std::uint32_t field, FieldRole role, const Value& value, MemoEntry*& last);
  void forget_last();
  MemoEntry* passing(std::uint32_t field, FieldRole role, const Value& value);
  MemoEntry* new_passing(std::uint32_t field);
  void fill(MemoEntry& entry, FieldRole role, const Value& value, Arena& arena);
  void take_readings(MemoEntry& entry);
  bool list_key(const Value& value);
  const Value* first_present(const std::vector<std::uint32_t>& slots) const;
  FieldRole role_of_slot(std::uint32_t slot) const;

  ValueMemo memo_;
  ReadingMaker readings_;
  std::vector<State> states_;          // by field, over all buckets
  std::vector<State> keyword_states_;  // of what keywords are searched in, by slot
  std::vector<Expected> expected_;
  std::uint64_t generation_ = 0;  // of memo_, to which all of these belong
  std::uint64_t epoch_ = 0;
  // Entries that die with the event: of values too long to be remembered, or made of several.
  std::deque<MemoEntry> passing_;
  std::size_t passing_count_ = 0;
  Arena passing_arena_;
  bool keywords_loaded_ = false;
  std::vector<MemoEntry*> keyword_entries_;
  std::vector<std::uint32_t> keyword_slots_;
  std::string text_;

  // The event in hand.
  const Event* event_ = nullptr;
  const BoundShape* bound_ = nullptr;
  std::string_view raw_line_;
};

}  // namespace pugmark::engine

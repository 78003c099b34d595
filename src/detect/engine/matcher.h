#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "detect/engine/bucket.h"
#include "detect/engine/memo.h"
#include "events/event.h"

namespace pugmark::engine {

inline constexpr std::uint32_t kNoSlot = UINT32_MAX;

// A bucket as it applies to one Shape: which slot of its events holds which field.
struct BoundShape {
  const Bucket* bucket = nullptr;  // nullptr: no rule can ever match this kind of event
  std::uint32_t bucket_id = 0;     // dense over all buckets of a run
  std::uint32_t field_base = 0;    // of the bucket's fields, over all buckets
  // One per Bucket::fields: the slot of exactly this name, or kNoSlot.
  std::vector<std::uint32_t> slots;
  // One per Bucket::fields: slots of names that differ only in case, for events that lack the exact
  // one. Nearly always empty.
  std::vector<std::vector<std::uint32_t>> other_slots;
  // Of fields put together from others: for each part, its slots, exact name first.
  std::vector<std::vector<std::vector<std::uint32_t>>> part_slots;
  // Of web logs: fields with more than one reading.
  std::uint32_t uri_stem_slot = kNoSlot;
  std::uint32_t uri_query_slot = kNoSlot;
  std::uint32_t user_agent_slot = kNoSlot;
};

// Fills in the slots for the bucket `bound` already has.
void bind_slots(const Shape& shape, const ShapeTable& shapes, BoundShape& bound);

// A comparison that helped a condition come true, and the text it was true for. Views of the
// matcher and the event: valid until the next match().
struct Reason {
  const sigma::Predicate* written = nullptr;
  std::uint32_t slot = kNoSlot;  // of the event; kNoSlot for the raw line and for absent fields
  std::string_view field;        // the rule's name for it, where no slot says better
  std::string_view text;
  std::string_view reading;
};

// Judges events by the rules of their bucket. One per worker; not thread-safe. What it says is
// what the reference evaluator says, only sooner.
class Matcher {
 public:
  explicit Matcher(std::uint64_t seed) : memo_(seed) {}

  // Fills `hits` with the indexes of the bucket's instances that match. `raw_line`: the record as
  // it stands in a line-based log, for keywords; "" otherwise.
  void match(const Event& event, const BoundShape& bound, std::string_view raw_line,
             std::vector<std::uint32_t>& hits);

  // Why an instance of the last match() matched: of `and` all parts, of `or` those that hold, of
  // `not` nothing. In the order in which the rule was written.
  std::vector<Reason> explain(std::uint32_t instance);

  const ValueMemo& memo() const { return memo_; }
  std::uint64_t candidates_count() const { return candidates_count_; }

 private:
  enum class Presence : std::uint8_t { kAbsent, kPresent };
  struct FieldState {
    std::uint64_t epoch = 0;
    Presence presence = Presence::kAbsent;
    MemoEntry* entry = nullptr;
  };
  // What belongs to one bucket and one worker.
  struct BucketState {
    bool prepared = false;
    std::vector<FieldState> fields;
    std::vector<std::uint64_t> marks;    // per instance: the epoch it was made a candidate in
    std::vector<std::uint32_t> indexed;  // fields some clause looks at
  };

  void begin(const BoundShape& bound);
  void mark(std::uint32_t instance);
  void collect_candidates();
  bool evaluate(std::uint32_t node);
  bool predicate_holds(std::uint32_t predicate);
  bool entry_satisfies(MemoEntry& entry, std::uint32_t predicate);
  bool keyword_holds(std::uint32_t predicate);
  void collect_reasons(std::uint32_t node, std::vector<std::uint32_t>& predicates);
  Reason reason_of(const Original& original);
  static const Reading* satisfying_reading(const CompiledPredicate& predicate,
                                           const MemoEntry& entry);
  bool field_reference_holds(const CompiledPredicate& predicate);
  FieldState& state_of(std::uint32_t field);
  void load(std::uint32_t field, FieldState& state);
  MemoEntry* entry_of(std::uint32_t field, const Value& value);
  MemoEntry* transient_entry(std::uint32_t field);
  void load_keywords();
  void load_renamed(std::uint32_t field, FieldState& state);
  void add_rewritten(const sigma::FieldRename& rename, Arena& arena);
  const Value* first_present(const std::vector<std::uint32_t>& slots) const;
  void load_from_others(std::uint32_t field, FieldState& state);
  void fill(MemoEntry& entry, std::uint32_t field, FieldRole role, const Value& value,
            Arena& arena);
  MemoEntry* fill_transient(std::uint32_t field, FieldRole role, const Value& value);
  FieldRole role_of_slot(std::uint32_t slot) const;
  void add_readings(FieldRole role, const Value& value, Arena& arena);
  void add_reading(std::string_view raw, std::string_view name, Arena& arena);
  void add_value_readings(const Value& value, Arena& arena);
  void add_decoded_readings(std::string_view text, bool alone, Arena& arena);
  void add_query_readings(const Value& value, Arena& arena);
  void finish_entry(MemoEntry& entry, std::uint32_t field, Arena& arena);
  const Value& value_at(std::uint32_t slot) const;

  ValueMemo memo_;
  LiteralScratch scratch_;
  std::deque<BucketState> buckets_;
  std::deque<MemoEntry> transient_;
  std::size_t transient_count_ = 0;
  Arena transient_arena_;
  std::vector<MemoEntry*> keyword_entries_;
  std::vector<std::uint32_t> keyword_slots_;  // where each of them comes from
  bool keywords_loaded_ = false;
  std::vector<Reading> readings_;       // of the entry being made
  std::vector<std::uint32_t> clauses_;  // found for the entry being made
  std::vector<std::uint32_t> candidates_;
  std::string text_;
  std::uint64_t epoch_ = 0;
  std::uint64_t candidates_count_ = 0;

  // The event in hand.
  const Event* event_ = nullptr;
  const BoundShape* bound_ = nullptr;
  const Bucket* bucket_ = nullptr;
  BucketState* state_ = nullptr;
  std::string_view raw_line_;
  std::vector<std::uint32_t> marked_;
};

}  // namespace pugmark::engine

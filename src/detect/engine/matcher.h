#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detect/engine/bucket.h"
#include "detect/engine/field_values.h"
#include "events/event.h"

namespace pugmark::engine {

// A comparison that helped a condition come true, and the text it was true for. Views of the
// matcher and the event: valid until the next match().
struct Reason {
  const sigma::Predicate* written = nullptr;
  std::uint32_t slot = kNoSlot;  // of the event; kNoSlot for the raw line and for absent fields
  std::string_view field;        // the rule's name for it, where no slot says better
  std::string_view text;
  std::string_view reading;
  std::string said = {};  // in place of what the rule wrote: which indicator of a list; else ""
};

// Judges events by the rules of their bucket. One per worker; not thread-safe. What it says is
// what the reference evaluator says, only sooner.
class Matcher {
 public:
  explicit Matcher(std::uint64_t seed) : values_(seed) {}

  // Fills `hits` with the indexes of the bucket's instances that match. `raw_line`: the record as
  // it stands in a line-based log, for keywords; "" otherwise.
  void match(const Event& event, const BoundShape& bound, std::string_view raw_line,
             std::vector<std::uint32_t>& hits);

  // Why an instance of the last match() matched: of `and` all parts, of `or` those that hold, of
  // `not` nothing. In the order in which the rule was written, at most `most`; the others are
  // counted.
  std::vector<Reason> explain(std::uint32_t instance, std::uint64_t most,
                              std::uint64_t& others_count);

 private:
  // What belongs to one bucket and one worker.
  struct BucketState {
    std::vector<std::uint64_t> marks;  // per instance: the event it was made a candidate for
  };

  void begin(const Event& event, const BoundShape& bound, std::string_view raw_line);
  void mark(std::uint32_t instance);
  void mark_clauses();
  void collect_candidates();
  bool scan_line();
  void expect_field(std::uint32_t field);
  void expect_keywords(std::uint32_t field);
  void collect_from_all_values(std::uint32_t field);
  void mark_candidates(MemoEntry& entry, std::uint32_t field);
  void collect_compared(std::uint32_t field);
  void collect_by_indicators(bool line_is_known);
  void ask_indicators(MemoEntry& entry);
  bool may_hold_indicator(std::uint32_t slot);
  bool line_may_hold_indicator();
  bool text_may_hold_indicator(std::string_view text, bool with_agents);
  bool indicator_stands_in(std::string_view text, const indicators::Prefilter::Answer& answer);
  bool is_ruled_out(std::uint32_t field, const Value& value) const;
  void search(MemoEntry& entry, std::uint32_t field);
  std::span<const std::uint32_t> candidates_of(MemoEntry& entry, std::uint32_t field);
  bool evaluate(std::uint32_t node);
  bool any_comparison_holds(std::uint32_t node);
  bool predicate_holds(std::uint32_t predicate);
  bool entry_satisfies(MemoEntry& entry, std::uint32_t predicate);
  bool keyword_holds(std::uint32_t predicate);
  bool field_reference_holds(const CompiledPredicate& predicate);
  void collect_reasons(std::uint32_t node, std::vector<std::uint32_t>& predicates);
  Reason reason_of(const Original& original);
  void add_indicators(const Original& original, std::uint64_t most, std::vector<Reason>& reasons,
                      std::uint64_t& others_count);
  bool speak_of(const Original& original, const MemoEntry& entry, std::uint32_t slot,
                Reason& reason);
  const Reading* known_or_satisfying_reading(std::uint32_t predicate, const MemoEntry& entry);

  FieldValues values_;
  std::deque<BucketState> buckets_;
  std::vector<std::uint32_t> searched_;        // fields of the event whose values are looked up
  std::vector<std::uint32_t> searched_slots_;  // likewise, for keywords only
  std::vector<std::uint32_t> clauses_;         // found and not yet looked at
  std::vector<std::uint32_t> candidates_;      // of the entry being searched
  std::vector<std::uint32_t> marked_;          // instances to judge
  std::string decoded_;                        // the line percent-decoded
  std::string twice_decoded_;
  std::string folded_;
  std::uint64_t event_number_ = 0;

  // The event in hand.
  const Event* event_ = nullptr;
  const BoundShape* bound_ = nullptr;
  const Bucket* bucket_ = nullptr;
  BucketState* state_ = nullptr;
  std::string_view raw_line_;
};

}  // namespace pugmark::engine

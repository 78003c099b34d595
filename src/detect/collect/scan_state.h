#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "detect/collect/details.h"
#include "detect/collect/finding_store.h"
#include "detect/collect/hit_store.h"
#include "detect/collect/source_meters.h"
#include "detect/engine/engine.h"
#include "detect/engine/matcher.h"
#include "detect/engine/named_event.h"
#include "detect/files/examiner.h"
#include "detect/scanner.h"
#include "events/clock.h"

// What one worker collects, between Scanner (which fills it) and Results (which settles it).
namespace pugmark {

struct ItemTally {
  std::string path;
  std::uint64_t events_count = 0;
  std::uint64_t understood_bytes = 0;
  std::uint64_t gaps_count = 0;
  std::vector<Gap> gaps;  // at most Limits::gaps_per_item, those that come first in the item
  std::vector<RecurringGap> recurring_gaps;  // one of a kind
  // Matches without a time, by correlation and number of the rule in it: they take no part.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> undated_hits;
  std::unique_ptr<ClockSummary> clock;  // large, and most items have no second clock
};

// Whether `a` comes before `b` in the list of an item's gaps.
bool comes_first(const Gap& a, const Gap& b);

// What was seen of one bucket: enough to say which rules could have matched at all.
struct BucketTally {
  std::uint64_t events_count = 0;
  std::vector<bool> observed;  // per Bucket::fields: some event had a text in it
};

// What the scanners of one hunt fill together.
struct SharedCollections {
  std::shared_ptr<HitStore> hits;
  std::shared_ptr<SourceMeters::Totals> totals;
};

class Scanner::State {
 public:
  State(const Ruleset& rules, const Limits& limits_in_force, const SharedCollections& shared,
        Order order);

  Status scan(const Block& block, EventBatch& batch, const std::string& item_path,
              const std::atomic<bool>& stop);
  void release_memory();

  engine::Engine& engine;
  Limits limits;
  const Order order;
  FindingStore store;
  std::map<ItemId, ItemTally> items;
  std::deque<BucketTally> buckets;  // by bucket id
  SourceMeters meters;
  std::shared_ptr<HitStore> remembered;  // of all scanners of the hunt
  files::Examiner examiner;
  std::vector<std::uint64_t> silenced_counts;  // by rule: matches that are no findings
  std::uint64_t disagreements_count = 0;   // matches the reference evaluator does not confirm
  std::uint64_t events_count = 0;
  std::uint64_t copies_count = 0;  // EventBatch::copies_count of all blocks
  std::uint64_t findings_count = 0;

 private:
  // A shape as this worker knows it.
  struct KnownShape {
    bool bound = false;
    engine::BoundShape binding;
    std::vector<std::uint32_t> unseen;  // fields of the bucket that never held a text so far
    // The meter used last for this shape, and for whom.
    CoverageMeter* meter = nullptr;
    std::uint64_t meter_generation = 0;
    ItemId meter_item{};
    std::string meter_computer;
  };

  KnownShape& known(const Shape& shape);
  void cover(const Event& event, KnownShape& shape);
  void note_new_day();
  void bind(const Shape& shape, KnownShape& known);
  void observe(const Event& event, KnownShape& shape);
  static bool holds_text(const Event& event, const engine::BoundShape& bound,
                         std::uint32_t field);
  Status take_hits(const Event& event, const Block& block, const engine::BoundShape& bound);
  Status take_hit(const Event& event, const Block& block, const engine::Instance& instance,
                  std::uint32_t hit);
  const std::string& computer_of(const Event& event);
  bool has_long_computer(const Event& event);
  bool is_confirmed(const Event& event, const Block& block, const engine::Instance& instance);
  void remember(const Event& event, const engine::Instance& instance);
  Renames renames_of(const engine::Instance& instance) const;
  void note_gaps(EventBatch& batch);
  void note_long_name(const Event& event);
  static std::string_view raw_line_of(const Event& event, const Block& block);

  engine::Matcher matcher_;
  DetailsEncoder details_;
  std::deque<KnownShape> known_;  // by shape id
  KnownShape unshared_;           // of a shape the table had no room for, anew for each event
  std::vector<std::uint32_t> hits_;
  std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> correlations_of_rule_;
  std::vector<std::uint32_t> confirmed_counts_;  // by rule
  // The computer of the last hit: its name as text, and what it was made of.
  std::string computer_;
  bool is_computer_shortened_ = false;
  std::string computer_bytes_;
  ValueType computer_type_ = ValueType::kAbsent;
  ItemTally* tally_ = nullptr;                   // of the item in hand
  ItemId item_{};
  bool has_item_ = false;
};

}  // namespace pugmark

#include "detect/scanner.h"

#include <algorithm>
#include <cassert>
#include <tuple>
#include <xxhash.h>

#include "base/random_seed.h"
#include "base/shorten.h"
#include "base/text.h"
#include "detect/collect/scan_state.h"
#include "detect/engine/named_event.h"

namespace pugmark {
namespace {

bool has_text(const Value& value) {
  return value.present() && value.type != ValueType::kNull && value.size > 0 &&
         !(value.type == ValueType::kUtf8 && value.bytes() == "-");
}

// A file may hold several logs: collectors write those of many computers into one, in whatever
// order they come.
std::uint64_t number_of_log(std::string_view computer, std::string_view channel) {
  const std::string name = folded(computer) + '\n' + folded(channel);
  return XXH3_64bits(name.data(), name.size());
}

// As many workers may have all the sources that may be told apart; if more have, one goes on alone.
constexpr std::uint64_t kWorkersFullOfSources = 4;
constexpr std::uint64_t kSourcesMost = UINT64_MAX / kWorkersFullOfSources;

SharedCollections shared_collections(const Ruleset& rules, const Limits& limits) {
  const std::size_t correlations_count = rules.engine().rules().correlations.size();
  return {std::make_shared<HitStore>(correlations_count, limits.correlation_hits),
          std::make_shared<SourceMeters::Totals>(
              limits.coverage_days,
              kWorkersFullOfSources * std::min(limits.log_sources, kSourcesMost))};
}

}  // namespace

Scanner::State::State(const Ruleset& rules, const Limits& limits_in_force,
                      const SharedCollections& shared, Order order_of_blocks)
    : engine(rules.engine()),
      limits(limits_in_force),
      order(order_of_blocks),
      store(limits_in_force),
      meters(limits_in_force.log_sources, shared.totals),
      remembered(shared.hits),
      examiner(files::make_checks(rules, limits), limits),
      matcher_(random_seed()),
      details_(limits) {
  const sigma::RuleSet& set = engine.rules();
  correlations_of_rule_.resize(set.rules.size());
  confirmed_counts_.resize(set.rules.size(), 0);
  silenced_counts.resize(set.rules.size(), 0);
  for (std::uint32_t i = 0; i < set.correlations.size(); ++i) {
    const auto& references = set.correlations[i].rules;
    if (engine.part_of_correlation(i).is_disabled) continue;
    for (std::uint32_t r = 0; r < references.size(); ++r) {
      if (!references[r].is_correlation)
        correlations_of_rule_[references[r].index].emplace_back(i, r);
    }
  }
}

Status Scanner::State::scan(const Block& block, EventBatch& batch, const std::string& item_path,
                            const std::atomic<bool>& stop) {
  if (!has_item_ || item_ != block.item) {
    has_item_ = true;
    item_ = block.item;
    tally_ = &items[block.item];
    tally_->path = item_path;
  }
  tally_->understood_bytes += batch.understood_bytes;
  tally_->events_count += batch.events().size();
  events_count += batch.events().size();
  copies_count += batch.copies_count;
  if (!batch.clock_samples().empty()) {
    if (tally_->clock == nullptr) tally_->clock = std::make_unique<ClockSummary>();
    tally_->clock->add(batch.clock_samples());
  }
  note_gaps(batch);
  for (const Event& event : batch.events()) {
    if (stop) return {};
    KnownShape& shape = known(*event.shape);
    if (event.shape->has_shortened_names || has_long_computer(event)) note_long_name(event);
    cover(event, shape);
    while (buckets.size() <= shape.binding.bucket_id) buckets.emplace_back();
    ++buckets[shape.binding.bucket_id].events_count;
    if (shape.binding.bucket == nullptr || event.values == nullptr) continue;
    observe(event, shape);
    matcher_.match(event, shape.binding, raw_line_of(event, block), hits_);
    if (hits_.empty()) continue;
    if (auto status = take_hits(event, block, shape.binding); !status) return status;
  }
  return {};
}

void Scanner::State::release_memory() {
  matcher_ = engine::Matcher(random_seed());
  details_.release_memory();
  examiner.release_memory();
}

std::string_view Scanner::State::raw_line_of(const Event& event, const Block& block) {
  if (!is_line_based(event.shape->source)) return {};
  const std::uint64_t at = event.where.offset_bytes - block.offset_bytes;
  if (event.where.offset_bytes < block.offset_bytes ||
      !contains_range(block.bytes, at, event.where.length_bytes))
    return {};
  return as_text(block.bytes.subspan(at, event.where.length_bytes));
}

Scanner::State::KnownShape& Scanner::State::known(const Shape& shape) {
  if (shape.id == UINT32_MAX) {
    unshared_ = {};
    bind(shape, unshared_);
    return unshared_;
  }
  while (known_.size() <= shape.id) known_.emplace_back();
  KnownShape& entry = known_[shape.id];
  if (!entry.bound) bind(shape, entry);
  return entry;
}

void Scanner::State::bind(const Shape& shape, KnownShape& known) {
  known.bound = true;
  known.binding = engine.bind(shape);
  const engine::BoundShape& bound = known.binding;
  if (bound.bucket == nullptr) return;
  const auto& fields = bound.bucket->fields;
  while (buckets.size() <= bound.bucket_id) buckets.emplace_back();
  std::vector<bool>& observed = buckets[bound.bucket_id].observed;
  observed.resize(fields.size(), false);
  for (std::uint32_t i = 0; i < fields.size(); ++i) {
    if (fields[i].role == engine::FieldRole::kKeyword) {
      observed[i] = true;
    } else if (bound.slots[i] != engine::kNoSlot || bound.others_of(i) != nullptr ||
               fields[i].role == engine::FieldRole::kUriQuery) {
      known.unseen.push_back(i);
    }
  }
}

void Scanner::State::cover(const Event& event, KnownShape& shape) {
  const std::string_view computer = event.computer.bytes();
  const bool is_long = computer.size() > limits.name_bytes;
  if (shape.meter == nullptr || shape.meter_generation != meters.generation() ||
      shape.meter_item != item_ || shape.meter_computer != computer) {
    shape.meter =
        &meters.meter(item_, {computer_of(event), event.shape->source, event.shape->channel},
                      shape.binding.bucket_id);
    shape.meter_generation = meters.generation();
    shape.meter_item = item_;
    shape.meter_computer = is_long ? std::string_view() : computer;
  }
  if (event.precision == TimePrecision::kUnknown) {
    shape.meter->add_undated(event.record_id, event.recovered);
  } else {
    const std::uint64_t days_before = shape.meter->days_count();
    shape.meter->add(event.time, event.precision, event.record_id, event.recovered);
    if (shape.meter->days_count() > days_before) note_new_day();
  }
  if (is_long) shape.meter = nullptr;  // whose it is was not kept: it is looked up each time
}

void Scanner::State::note_new_day() {
  meters.note_new_day();
  if (order == Order::kFixed && meters.has_too_many_days()) meters.thin_out();
}

// Notes which fields ever hold something; soon all that do are known and nothing is left to ask.
void Scanner::State::observe(const Event& event, KnownShape& shape) {
  if (shape.unseen.empty()) return;
  BucketTally& tally = buckets[shape.binding.bucket_id];
  std::erase_if(shape.unseen, [&](std::uint32_t field) {
    if (!tally.observed[field]) tally.observed[field] = holds_text(event, shape.binding, field);
    return static_cast<bool>(tally.observed[field]);
  });
}

// Whether some value that a field of the bucket is read from has a text.
bool Scanner::State::holds_text(const Event& event, const engine::BoundShape& bound,
                                std::uint32_t field) {
  const auto has_text_at = [&](std::uint32_t slot) {
    return slot != engine::kNoSlot && has_text(event.at(slot));
  };
  if (has_text_at(bound.slots[field])) return true;
  if (const engine::FieldSlots* const others = bound.others_of(field); others != nullptr) {
    for (const auto& slots : others->parts) {
      if (std::ranges::any_of(slots, has_text_at)) return true;
    }
  }
  // A query that is not there is still read as the stem.
  const bool is_query = bound.bucket->fields[field].role == engine::FieldRole::kUriQuery;
  return is_query && has_text_at(bound.uri_stem_slot);
}

Status Scanner::State::take_hits(const Event& event, const Block& block,
                                 const engine::BoundShape& bound) {
  details_.begin(event, block, computer_of(event));
  // A rule may reach one event by two routes; it matches once. Instances stand in order of rules.
  std::sort(hits_.begin(), hits_.end());
  std::uint32_t last_rule = UINT32_MAX;
  for (const std::uint32_t hit : hits_) {
    const engine::Instance& instance = bound.bucket->instances[hit];
    if (instance.rule == last_rule) continue;
    last_rule = instance.rule;
    if (auto status = take_hit(event, block, instance, hit); !status) return status;
  }
  return {};
}

Status Scanner::State::take_hit(const Event& event, const Block& block,
                                const engine::Instance& instance, std::uint32_t hit) {
  const sigma::Rule& rule = engine.rules().rules[instance.rule];
  remember(event, instance);
  if (engine.part(instance.rule).is_silent) {
    ++silenced_counts[instance.rule];
    return {};
  }
  ++findings_count;
  const FindingStore::Place place{
      event.precision == TimePrecision::kUnknown ? INT64_MAX : event.time.ns_since_1970,
      &tally_->path, event.where.offset_bytes};
  const std::string& computer = computer_of(event);
  if (!store.count(instance.rule, computer, place)) return {};
  if (!is_confirmed(event, block, instance)) ++disagreements_count;
  std::uint64_t unlisted_count = 0;
  const std::vector<engine::Reason> reasons =
      matcher_.explain(hit, limits.comparisons_per_finding, unlisted_count);
  return store.keep(instance.rule, computer, place, details_.match(rule, reasons, unlisted_count));
}

// Only long values are made a text to see.
bool Scanner::State::has_long_computer(const Event& event) {
  if (event.computer.size <= limits.name_bytes) return false;
  computer_of(event);
  return is_computer_shortened_;
}

// The name as text; hits of one computer stand together.
const std::string& Scanner::State::computer_of(const Event& event) {
  const Value& name = event.computer;
  if (computer_type_ != name.type || computer_bytes_ != name.bytes() || name.is_list()) {
    computer_type_ = name.type;
    computer_bytes_ = name.is_list() ? std::string_view() : name.bytes();
    computer_ = rendered(name);
    is_computer_shortened_ = shorten(computer_, static_cast<std::size_t>(limits.name_bytes));
  }
  return computer_;
}

// The first matches of every rule are checked against the reference evaluator, in every run and not
// only in tests: a rule that fires where it should not is a defect users must hear of.
bool Scanner::State::is_confirmed(const Event& event, const Block& block,
                                  const engine::Instance& instance) {
  constexpr std::uint32_t kChecked = 3;
  if (confirmed_counts_[instance.rule]++ >= kChecked) return true;
  const sigma::NamedEvent named =
      named_event(event, raw_line_of(event, block), renames_of(instance));
  return sigma::evaluate(engine.rules().rules[instance.rule], named);
}

Renames Scanner::State::renames_of(const engine::Instance& instance) const {
  return engine.routing(instance.rule).routes[instance.route].renames;
}

void Scanner::State::remember(const Event& event, const engine::Instance& instance) {
  for (const auto& [correlation, reference] : correlations_of_rule_[instance.rule]) {
    if (event.precision == TimePrecision::kUnknown) {
      ++tally_->undated_hits[{correlation, reference}];
      continue;
    }
    RememberedHit hit;
    hit.correlation = correlation;
    hit.rule = instance.rule;
    hit.item = event.where.item;
    hit.item_path = &tally_->path;
    hit.offset_bytes = event.where.offset_bytes;
    hit.length_bytes = event.where.length_bytes;
    hit.precision = event.precision;
    hit.recovered = event.recovered;
    hit.hit.rule = reference;
    hit.hit.time_ns = event.time.ns_since_1970;
    if (!remembered->count(hit)) continue;
    hit.computer = computer_of(event);
    hit.record_id = event.record_id;
    hit.hit.source = number_of_log(hit.computer, event.shape->channel);
    const auto fields = sigma::fields_to_read(engine.rules().correlations[correlation], reference);
    for (const std::string& name : fields) {
      auto& value = hit.hit.values.emplace_back(field_text(event, name, renames_of(instance)));
      // Always alike: values of one correlation are compared with those of another.
      if (value) shorten_folded(*value, static_cast<std::size_t>(limits.name_bytes));
    }
    remembered->keep(std::move(hit));
  }
}

void Scanner::State::note_gaps(EventBatch& batch) {
  for (RecurringGap& gap : batch.recurring_gaps())
    join_recurring(std::move(gap), tally_->recurring_gaps);
  for (Gap& gap : batch.gaps()) {
    ++tally_->gaps_count;
    tally_->gaps.push_back(std::move(gap));
  }
  // Blocks come in any order, so the first gaps of the item are only known at the end: keep twice
  // as many as are listed before sorting the later ones out.
  const auto most = static_cast<std::size_t>(limits.gaps_per_item);
  if (tally_->gaps.size() <= 2 * most) return;
  std::stable_sort(tally_->gaps.begin(), tally_->gaps.end(), comes_first);
  tally_->gaps.resize(most);
}

void Scanner::State::note_long_name(const Event& event) {
  join_recurring({Recurrence::kLongName,
                  {event.where, GapKind::kLimit, "it is of a computer, a log or a field"}},
                 tally_->recurring_gaps);
}

bool comes_first(const Gap& a, const Gap& b) {
  return std::tie(a.where.offset_bytes, a.where.length_bytes, a.kind, a.what) <
         std::tie(b.where.offset_bytes, b.where.length_bytes, b.kind, b.what);
}

Scanner::Scanner(const Ruleset& rules, const Limits& limits)
    : Scanner(rules, limits, shared_collections(rules, limits), Order::kFixed) {}
Scanner::Scanner(const Ruleset& rules, const Limits& limits, const SharedCollections& shared,
                 Order order)
    : state_(std::make_unique<State>(rules, limits, shared, order)) {}
Scanner::~Scanner() = default;
Scanner::Scanner(Scanner&&) noexcept = default;

std::vector<Scanner> Scanner::team(const Ruleset& rules, const Limits& limits, unsigned count,
                                   Order order) {
  assert(order == Order::kAny || count == 1);
  const SharedCollections shared = shared_collections(rules, limits);
  std::vector<Scanner> scanners;
  while (scanners.size() < count) scanners.push_back(Scanner(rules, limits, shared, order));
  return scanners;
}

bool Scanner::is_in_vain() const {
  return state_->order == Order::kAny && state_->meters.is_in_vain();
}

Status Scanner::scan(const Block& block, EventBatch& batch, const std::string& item_path,
                     const std::atomic<bool>& stop) {
  return state_->scan(block, batch, item_path, stop);
}

Status Scanner::examine(const Block& block, const std::string& item_path,
                        const std::atomic<bool>& stop) {
  const std::uint64_t hits_before = state_->examiner.hits_count();
  auto status = state_->examiner.examine(block, item_path, stop);
  state_->findings_count += state_->examiner.hits_count() - hits_before;
  return status;
}

void Scanner::release_memory() { state_->release_memory(); }

std::uint64_t Scanner::events_count() const { return state_->events_count; }
std::uint64_t Scanner::findings_count() const { return state_->findings_count; }

}  // namespace pugmark

#include "detect/engine/matcher.h"

#include <algorithm>
#include <memory>
#include <re2/re2.h>
#include <unordered_map>

#include "base/text.h"
#include "detect/engine/pattern_match.h"
#include "detect/engine/readings.h"
#include "detect/sigma/reference.h"

namespace pugmark::engine {
namespace {

using sigma::PredicateOp;

// Longer values are rarely met twice, and one of them would push thousands of short ones out.
constexpr std::size_t kMemoValueBytes = 32'768;

const Value kAbsentValue{};

// The text as it is if folding would not change it: most logs are lower-case ASCII or digits.
bool is_folded_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80 && !(c >= 'A' && c <= 'Z');
  });
}

// Everything but patterns, which have a fast way of their own.
bool test_holds(const sigma::Predicate& predicate, std::string_view text) {
  switch (predicate.op()) {
    case PredicateOp::kRegex: {
      const auto& compiled = *std::get<sigma::Regex>(predicate.test).compiled;
      return re2::RE2::PartialMatch({text.data(), text.size()}, compiled);
    }
    case PredicateOp::kCidr:
      return sigma::cidr_holds(std::get<sigma::Cidr>(predicate.test), text);
    case PredicateOp::kNumber:
      return sigma::number_holds(std::get<sigma::NumberTest>(predicate.test), text);
    case PredicateOp::kTime:
      return sigma::time_holds(std::get<sigma::TimeTest>(predicate.test), text);
    case PredicateOp::kBool:
      return sigma::bool_holds(std::get<sigma::BoolTest>(predicate.test), text);
    case PredicateOp::kPattern:
    case PredicateOp::kNull:
    case PredicateOp::kExists:
    case PredicateOp::kFieldRef:
      break;
  }
  return false;
}

bool is_text_view(const Value& value) {
  return value.type == ValueType::kUtf8 || value.type == ValueType::kNumberText ||
         value.type == ValueType::kBoolText;
}

}  // namespace

void bind_slots(const Shape& shape, const ShapeTable& shapes, BoundShape& bound) {
  std::vector<std::string_view> names;
  std::unordered_multimap<std::string, std::uint32_t> by_folded_name;
  for (const FieldId id : shape.fields) {
    by_folded_name.emplace(folded(shapes.field_name(id)), static_cast<std::uint32_t>(names.size()));
    names.push_back(shapes.field_name(id));
  }
  // Slots of a name: those of exactly this name, then those that differ only in case.
  const auto slots_of = [&](const std::string& name, std::size_t& exact_count) {
    std::vector<std::uint32_t> slots;
    const auto [first, last] = by_folded_name.equal_range(folded(name));
    for (auto at = first; at != last; ++at) slots.push_back(at->second);
    std::sort(slots.begin(), slots.end());
    const auto middle = std::stable_partition(
        slots.begin(), slots.end(), [&](std::uint32_t slot) { return names[slot] == name; });
    exact_count = static_cast<std::size_t>(middle - slots.begin());
    return slots;
  };
  for (const FieldPlan& plan : bound.bucket->fields) {
    std::size_t exact_count = 0;
    std::vector<std::uint32_t> slots;
    std::vector<std::vector<std::uint32_t>> parts;
    if (plan.rename != nullptr) {
      for (const std::string& part : plan.rename->event_fields)
        parts.push_back(slots_of(part, exact_count));
      exact_count = 0;
    } else if (plan.role != FieldRole::kKeyword) {
      slots = slots_of(plan.name, exact_count);
    }
    bound.slots.push_back(exact_count > 0 ? slots.front() : kNoSlot);
    if (exact_count > 0) slots.erase(slots.begin());
    bound.other_slots.push_back(std::move(slots));
    bound.part_slots.push_back(std::move(parts));
  }
}

void Matcher::match(const Event& event, const BoundShape& bound, std::string_view raw_line,
                    std::vector<std::uint32_t>& hits) {
  hits.clear();
  if (bound.bucket == nullptr) return;
  event_ = &event;
  raw_line_ = raw_line;
  begin(bound);
  collect_candidates();
  candidates_count_ += marked_.size();
  for (const std::uint32_t instance : marked_) {
    if (evaluate(bucket_->instances[instance].root)) hits.push_back(instance);
  }
}

void Matcher::begin(const BoundShape& bound) {
  ++epoch_;
  memo_.begin_event();
  bound_ = &bound;
  bucket_ = bound.bucket;
  transient_count_ = 0;
  transient_arena_.reset();
  keywords_loaded_ = false;
  marked_.clear();
  while (buckets_.size() <= bound.bucket_id) buckets_.emplace_back();
  state_ = &buckets_[bound.bucket_id];
  if (state_->prepared) return;
  state_->prepared = true;
  state_->fields.resize(bucket_->fields.size());
  state_->marks.resize(bucket_->instances.size(), 0);
  for (std::uint32_t field = 0; field < bucket_->fields.size(); ++field) {
    if (!bucket_->fields[field].indexed) continue;
    state_->indexed.push_back(field);
    for (const LiteralIndex& index : bucket_->fields[field].index) index.prepare(scratch_);
  }
}

void Matcher::mark(std::uint32_t instance) {
  if (state_->marks[instance] == epoch_) return;
  state_->marks[instance] = epoch_;
  marked_.push_back(instance);
}

void Matcher::collect_candidates() {
  for (const std::uint32_t instance : bucket_->always) mark(instance);
  for (const std::uint32_t field : state_->indexed) {
    if (bucket_->fields[field].role == FieldRole::kKeyword) {
      load_keywords();
      for (const MemoEntry* entry : keyword_entries_) {
        for (const std::uint32_t instance : entry->candidates) mark(instance);
      }
      continue;
    }
    const FieldState& state = state_of(field);
    if (state.presence == Presence::kAbsent) continue;
    for (const std::uint32_t instance : state.entry->candidates) mark(instance);
  }
}

bool Matcher::evaluate(std::uint32_t at) {
  const Node& node = bucket_->nodes[at];
  const auto child = [&](std::uint32_t i) { return bucket_->children[node.first + i]; };
  switch (node.kind) {
    case NodeKind::kPredicate:
      return predicate_holds(node.first);
    case NodeKind::kAnd:
      for (std::uint32_t i = 0; i < node.count; ++i) {
        if (!evaluate(child(i))) return false;
      }
      return true;
    case NodeKind::kOr:
      for (std::uint32_t i = 0; i < node.count; ++i) {
        if (evaluate(child(i))) return true;
      }
      return false;
    case NodeKind::kNot:
      return !evaluate(child(0));
    case NodeKind::kTrue:
      return true;
    case NodeKind::kFalse:
      return false;
  }
  return false;
}

bool Matcher::predicate_holds(std::uint32_t at) {
  const CompiledPredicate& predicate = bucket_->predicates[at];
  if (bucket_->fields[predicate.field].role == FieldRole::kKeyword) return keyword_holds(at);
  const PredicateOp op = predicate.source->op();
  if (op == PredicateOp::kFieldRef) return field_reference_holds(predicate);
  const FieldState& state = state_of(predicate.field);
  if (op == PredicateOp::kExists) {
    return std::get<sigma::ExistsTest>(predicate.source->test).expected ==
           (state.presence != Presence::kAbsent);
  }
  if (state.presence == Presence::kAbsent) return op == PredicateOp::kNull;
  if (op == PredicateOp::kNull)
    return std::any_of(state.entry->readings.begin(), state.entry->readings.end(),
                       [](const Reading& reading) { return reading.is_null; });
  return entry_satisfies(*state.entry, at);
}

bool Matcher::entry_satisfies(MemoEntry& entry, std::uint32_t at) {
  const int known = entry.known(at);
  if (known >= 0) return known == 1;
  const bool result = satisfying_reading(bucket_->predicates[at], entry) != nullptr;
  entry.remember(at, result);
  return result;
}

// The first text for which the predicate holds.
const Reading* Matcher::satisfying_reading(const CompiledPredicate& predicate,
                                           const MemoEntry& entry) {
  const bool is_pattern = predicate.source->op() == PredicateOp::kPattern;
  for (const Reading& reading : entry.readings) {
    if (!is_pattern) {
      if (test_holds(*predicate.source, reading.raw)) return &reading;
      continue;
    }
    const std::string_view text = predicate.cased ? reading.raw : reading.folded;
    const bool result = predicate.shape == sigma::PatternShape::kGeneral
                            ? matches_tokens(text, predicate.tokens)
                            : matches_shape(text, predicate.shape, predicate.literal);
    if (result) return &reading;
  }
  return nullptr;
}

std::vector<Reason> Matcher::explain(std::uint32_t at) {
  const Instance& instance = bucket_->instances[at];
  std::vector<std::uint32_t> predicates;
  collect_reasons(instance.root, predicates);
  std::sort(predicates.begin(), predicates.end());
  std::vector<Reason> reasons;
  std::vector<std::uint32_t> explained;
  for (std::uint32_t i = 0; i < instance.originals_count; ++i) {
    const Original& original = bucket_->originals[instance.first_original + i];
    if (!std::binary_search(predicates.begin(), predicates.end(), original.predicate)) continue;
    if (std::find(explained.begin(), explained.end(), original.predicate) != explained.end())
      continue;  // the rule says the same thing in two places
    explained.push_back(original.predicate);
    reasons.push_back(reason_of(original));
  }
  return reasons;
}

void Matcher::collect_reasons(std::uint32_t at, std::vector<std::uint32_t>& predicates) {
  const Node& node = bucket_->nodes[at];
  if (node.kind == NodeKind::kPredicate) predicates.push_back(node.first);
  if (node.kind != NodeKind::kAnd && node.kind != NodeKind::kOr) return;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    const std::uint32_t child = bucket_->children[node.first + i];
    if (evaluate(child)) collect_reasons(child, predicates);
  }
}

Reason Matcher::reason_of(const Original& original) {
  const CompiledPredicate& predicate = bucket_->predicates[original.predicate];
  const FieldPlan& plan = bucket_->fields[predicate.field];
  Reason reason{original.written, kNoSlot, plan.name, "", ""};
  const auto fill_in = [&](const MemoEntry& entry, std::uint32_t slot) {
    // What is already known need not be searched for again: regular expressions are slow.
    const int known = entry.known(original.predicate);
    const Reading* reading = known == 1 && entry.readings.size() == 1 ? &entry.readings.front()
                             : known == 0                             ? nullptr
                                          : satisfying_reading(predicate, entry);
    const bool is_about_texts = reading != nullptr;
    if (!is_about_texts && !entry.readings.empty()) reading = &entry.readings.front();
    if (reading == nullptr) return is_about_texts;
    reason.slot = slot;
    reason.text = reading->raw;
    reason.reading = reading->name;
    return is_about_texts;
  };
  if (plan.role == FieldRole::kKeyword) {
    load_keywords();
    for (std::size_t i = 0; i < keyword_entries_.size(); ++i) {
      if (fill_in(*keyword_entries_[i], keyword_slots_[i])) break;
    }
    return reason;
  }
  const FieldState& state = state_of(predicate.field);
  if (state.presence == Presence::kPresent) fill_in(*state.entry, bound_->slots[predicate.field]);
  return reason;
}

bool Matcher::keyword_holds(std::uint32_t at) {
  load_keywords();
  return std::any_of(keyword_entries_.begin(), keyword_entries_.end(),
                     [&](MemoEntry* entry) { return entry_satisfies(*entry, at); });
}

// Every text of the one field with every text of the other.
bool Matcher::field_reference_holds(const CompiledPredicate& predicate) {
  const auto& reference = std::get<sigma::FieldRef>(predicate.source->test);
  const FieldState& left = state_of(predicate.field);
  const FieldState& right = state_of(predicate.other_field);
  if (left.presence == Presence::kAbsent || right.presence == Presence::kAbsent) return false;
  for (const Reading& a : left.entry->readings) {
    for (const Reading& b : right.entry->readings) {
      if (a.is_null || b.is_null) continue;
      const std::string_view text = reference.cased ? a.raw : a.folded;
      if (matches_shape(text, reference.mode, reference.cased ? b.raw : b.folded)) return true;
    }
  }
  return false;
}

Matcher::FieldState& Matcher::state_of(std::uint32_t field) {
  FieldState& state = state_->fields[field];
  if (state.epoch != epoch_) {
    state.epoch = epoch_;
    load(field, state);
  }
  return state;
}

const Value& Matcher::value_at(std::uint32_t slot) const {
  return slot == kNoSlot || event_->values == nullptr ? kAbsentValue : event_->values[slot];
}

void Matcher::load(std::uint32_t field, FieldState& state) {
  if (bucket_->fields[field].rename != nullptr) {
    load_renamed(field, state);
    return;
  }
  const Value& value = value_at(bound_->slots[field]);
  if (value.type == ValueType::kAbsent) {
    load_from_others(field, state);
    return;
  }
  state.presence = Presence::kPresent;
  const FieldRole role = bucket_->fields[field].role;
  state.entry = role == FieldRole::kUriQuery ? nullptr : entry_of(field, value);
  if (state.entry == nullptr) state.entry = fill_transient(field, role, value);
}

const Value* Matcher::first_present(const std::vector<std::uint32_t>& slots) const {
  for (const std::uint32_t slot : slots) {
    if (value_at(slot).present()) return &value_at(slot);
  }
  return nullptr;
}

// One field under another name keeps its values; several are joined by backslashes, without those
// that are absent or null. What the rewrite makes of a text is read beside it.
void Matcher::load_renamed(std::uint32_t field, FieldState& state) {
  const sigma::FieldRename& rename = *bucket_->fields[field].rename;
  const auto& parts = bound_->part_slots[field];
  state.presence = Presence::kAbsent;
  readings_.clear();
  if (parts.size() == 1) {
    const Value* value = first_present(parts.front());
    if (value == nullptr) return;
    add_value_readings(*value, transient_arena_);
    if (value->type == ValueType::kNull) readings_.front().is_null = true;
  } else {
    std::string text;
    bool any = false;
    for (const auto& slots : parts) {
      const Value* value = first_present(slots);
      if (value != nullptr && value->is_list())
        value = value->list().empty() ? nullptr : &value->list().front();
      if (value == nullptr || value->type == ValueType::kNull) continue;
      if (any) text += '\\';
      any = true;
      append_rendered(*value, text);
    }
    if (!any) return;
    add_reading(transient_arena_.copy(text), "", transient_arena_);
  }
  add_rewritten(rename, transient_arena_);
  state.presence = Presence::kPresent;
  state.entry = transient_entry(field);
  finish_entry(*state.entry, field, transient_arena_);
}

void Matcher::add_rewritten(const sigma::FieldRename& rename, Arena& arena) {
  const std::size_t count = readings_.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (readings_[i].is_null) continue;
    if (const auto text = sigma::rewritten(rename.rewrite, readings_[i].raw))
      add_reading(arena.copy(*text), sigma::to_string(rename.rewrite), arena);
  }
}

// An event without a field of exactly the rule's name may have some that differ only in case: then
// the values of all of them count.
void Matcher::load_from_others(std::uint32_t field, FieldState& state) {
  state.presence = Presence::kAbsent;
  if (bound_->other_slots[field].empty()) return;
  readings_.clear();
  for (const std::uint32_t slot : bound_->other_slots[field]) {
    const Value& value = value_at(slot);
    if (value.type == ValueType::kAbsent) continue;
    state.presence = Presence::kPresent;
    add_readings(role_of_slot(slot), value, transient_arena_);
  }
  if (state.presence == Presence::kAbsent) return;
  state.entry = transient_entry(field);
  finish_entry(*state.entry, field, transient_arena_);
}

// The remembered entry of a value, made now if it is new; nullptr if it is not to be remembered.
MemoEntry* Matcher::entry_of(std::uint32_t field, const Value& value) {
  std::string_view key = value.bytes();
  if (value.is_list()) {
    // Elements are told apart by their lengths, so no two lists share a key.
    text_.clear();
    for (const Value& element : value.list()) {
      const std::uint32_t head[2] = {element.size, static_cast<std::uint32_t>(element.type)};
      text_.append(reinterpret_cast<const char*>(head), sizeof head);  // bytes of two numbers
      if (!element.is_list()) text_ += element.bytes();
      if (text_.size() > kMemoValueBytes) return nullptr;
    }
    key = text_;
  }
  if (key.size() > kMemoValueBytes) return nullptr;
  std::uint64_t hash = 0;
  const std::uint32_t key_field = bound_->field_base + field;
  if (MemoEntry* entry = memo_.find(key_field, value.type, key, hash)) return entry;
  if (memo_.is_full()) return nullptr;
  MemoEntry* entry = memo_.add(key_field, value.type, key, hash);
  fill(*entry, field, bucket_->fields[field].role, value, memo_.arena());
  return entry;
}

MemoEntry* Matcher::transient_entry(std::uint32_t field) {
  if (transient_count_ == transient_.size()) transient_.emplace_back();
  MemoEntry& entry = transient_[transient_count_++];
  entry.field = bound_->field_base + field;
  entry.compared.clear();
  return &entry;
}

MemoEntry* Matcher::fill_transient(std::uint32_t field, FieldRole role, const Value& value) {
  MemoEntry* entry = transient_entry(field);
  fill(*entry, field, role, value, transient_arena_);
  return entry;
}

FieldRole Matcher::role_of_slot(std::uint32_t slot) const {
  if (slot == bound_->uri_stem_slot) return FieldRole::kUriStem;
  if (slot == bound_->uri_query_slot) return FieldRole::kUriQuery;
  return slot == bound_->user_agent_slot ? FieldRole::kUserAgent : FieldRole::kPlain;
}

void Matcher::load_keywords() {
  if (keywords_loaded_) return;
  keywords_loaded_ = true;
  keyword_entries_.clear();
  keyword_slots_.clear();
  const auto found =
      std::find_if(bucket_->fields.begin(), bucket_->fields.end(),
                   [](const FieldPlan& plan) { return plan.role == FieldRole::kKeyword; });
  const auto field = static_cast<std::uint32_t>(found - bucket_->fields.begin());
  for (std::uint32_t slot = 0; slot < event_->shape->fields.size(); ++slot) {
    const Value& value = value_at(slot);
    if (value.type == ValueType::kAbsent) continue;
    const FieldRole role = role_of_slot(slot);
    MemoEntry* entry = role == FieldRole::kPlain ? entry_of(field, value) : nullptr;
    keyword_entries_.push_back(entry != nullptr ? entry : fill_transient(field, role, value));
    keyword_slots_.push_back(slot);
  }
  if (raw_line_.empty()) return;
  MemoEntry* entry = transient_entry(field);
  readings_.clear();
  add_reading(raw_line_, kReadingRawLine, transient_arena_);
  finish_entry(*entry, field, transient_arena_);
  keyword_entries_.push_back(entry);
  keyword_slots_.push_back(kNoSlot);
}

void Matcher::fill(MemoEntry& entry, std::uint32_t field, FieldRole role, const Value& value,
                   Arena& arena) {
  readings_.clear();
  add_readings(role, value, arena);
  finish_entry(entry, field, arena);
}

void Matcher::add_readings(FieldRole role, const Value& value, Arena& arena) {
  const std::size_t first = readings_.size();
  switch (role) {
    case FieldRole::kPlain:
    case FieldRole::kRenamed:
    case FieldRole::kKeyword:
      add_value_readings(value, arena);
      break;
    case FieldRole::kUriStem:
      add_value_readings(value, arena);
      add_decoded_readings(readings_.back().raw, true, arena);
      break;
    case FieldRole::kUriQuery:
      add_query_readings(value, arena);
      break;
    case FieldRole::kUserAgent: {
      add_value_readings(value, arena);
      std::string text(readings_.back().raw);
      if (text.find('+') == std::string::npos) break;
      std::replace(text.begin(), text.end(), '+', ' ');
      add_reading(arena.copy(text), kReadingPlusAsBlank, arena);
    }
  }
  if (value.type == ValueType::kNull) readings_[first].is_null = true;
}

// `raw` lives as long as the entry: in `arena`, or in the event for a transient entry.
void Matcher::add_reading(std::string_view raw, std::string_view name, Arena& arena) {
  Reading reading{raw, raw, name, false};
  if (!is_folded_ascii(raw)) {
    text_.clear();
    append_folded(raw, text_);
    reading.folded = arena.copy(text_);
  }
  readings_.push_back(reading);
}

void Matcher::add_value_readings(const Value& value, Arena& arena) {
  if (!value.is_list()) {
    if (is_text_view(value)) {
      add_reading(arena.copy(value.bytes()), "", arena);
    } else {
      add_reading(arena.copy(rendered(value)), "", arena);
    }
    return;
  }
  if (value.list().empty()) {  // there, and nothing in it
    add_reading("", "", arena);
    readings_.back().is_null = true;
  }
  for (const Value& element : value.list()) {
    add_reading(arena.copy(rendered(element)), "", arena);
    readings_.back().is_null = element.type == ValueType::kNull;
  }
  if (value.list().size() > 1) add_reading(arena.copy(rendered(value)), kReadingJoined, arena);
}

// `alone`: the stem or the query by itself, not both together.
void Matcher::add_decoded_readings(std::string_view text, bool alone, Arena& arena) {
  if (text.find('%') == std::string_view::npos) return;
  std::string once;
  if (!percent_decode(text, once)) return;
  add_reading(arena.copy(once), alone ? kReadingDecodedOnce : kReadingStemAndQueryDecodedOnce,
              arena);
  std::string twice;
  if (!percent_decode(once, twice)) return;
  add_reading(arena.copy(twice), alone ? kReadingDecodedTwice : kReadingStemAndQueryDecodedTwice,
              arena);
}

// Rules put a path where IIS puts only the query (sigma-conformance, 3.2): the query is read alone
// and behind its stem.
void Matcher::add_query_readings(const Value& value, Arena& arena) {
  add_value_readings(value, arena);
  const std::string_view query = readings_.back().raw;
  add_decoded_readings(query, true, arena);
  const Value& stem = value_at(bound_->uri_stem_slot);
  if (!stem.present() || stem.type == ValueType::kNull) return;
  std::string text = rendered(stem);
  if (value.type != ValueType::kNull) text.append("?").append(query);
  const std::string_view both = arena.copy(text);
  add_reading(both, kReadingStemAndQuery, arena);
  add_decoded_readings(both, false, arena);
}

// Finds out which rules the texts make candidates.
void Matcher::finish_entry(MemoEntry& entry, std::uint32_t field, Arena& arena) {
  std::byte* at = arena.allocate(readings_.size() * sizeof(Reading));
  std::uninitialized_copy(readings_.begin(), readings_.end(),
                          reinterpret_cast<Reading*>(at));  // fresh, aligned storage
  entry.readings = {std::launder(reinterpret_cast<Reading*>(at)), readings_.size()};
  std::size_t bytes = 0;
  clauses_.clear();
  const FieldPlan& plan = bucket_->fields[field];
  for (const Reading& reading : entry.readings) {
    bytes += reading.raw.size() + reading.folded.size() + sizeof(Reading);
    for (const LiteralIndex& index : plan.index) index.scan(reading.folded, scratch_, clauses_);
  }
  for (const std::uint32_t clause : plan.compared) {
    if (entry_satisfies(entry, bucket_->clauses[clause].predicate)) clauses_.push_back(clause);
  }
  candidates_.clear();
  for (const std::uint32_t clause : clauses_) {
    const auto& instances = bucket_->clauses[clause].instances;
    candidates_.insert(candidates_.end(), instances.begin(), instances.end());
  }
  std::sort(candidates_.begin(), candidates_.end());
  candidates_.erase(std::unique(candidates_.begin(), candidates_.end()), candidates_.end());
  const std::size_t size_bytes = candidates_.size() * sizeof(std::uint32_t);
  std::byte* ids = arena.allocate(size_bytes);
  std::uninitialized_copy(candidates_.begin(), candidates_.end(),
                          reinterpret_cast<std::uint32_t*>(ids));  // fresh, aligned storage
  entry.candidates = {std::launder(reinterpret_cast<std::uint32_t*>(ids)), candidates_.size()};
  memo_.note_bytes(bytes + size_bytes);
}

}  // namespace pugmark::engine

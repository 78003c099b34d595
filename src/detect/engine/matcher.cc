#include "detect/engine/matcher.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/text.h"
#include "detect/engine/pattern_match.h"
#include "detect/engine/readings.h"
#include "detect/sigma/reference.h"

namespace pugmark::engine {
namespace {

using sigma::PredicateOp;

// Longer values are rarely met twice, and one of them would push thousands of short ones out.
constexpr std::size_t kMemoValueBytes = 4'096;
// A query with a request id is never met twice.
constexpr std::size_t kMemoQueryBytes = 32;

const Value kAbsentValue{};

// The text as it is if folding would not change it: most logs are lower-case ASCII or digits.
bool is_folded_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80 && !(c >= 'A' && c <= 'Z');
  });
}

bool is_text_view(const Value& value) {
  return value.type == ValueType::kUtf8 || value.type == ValueType::kNumberText ||
         value.type == ValueType::kBoolText;
}

}  // namespace

std::vector<std::uint32_t> bind_slots(const Bucket& bucket, const Shape& shape,
                                      const ShapeTable& shapes) {
  std::vector<std::string_view> names;
  names.reserve(shape.fields.size());
  for (const FieldId id : shape.fields) names.push_back(shapes.field_name(id));
  std::vector<std::uint32_t> slots;
  slots.reserve(bucket.fields.size());
  const auto find = [&](auto equal) {
    const auto found = std::find_if(names.begin(), names.end(), equal);
    return found == names.end() ? kNoSlot : static_cast<std::uint32_t>(found - names.begin());
  };
  for (const FieldPlan& plan : bucket.fields) {
    std::uint32_t slot = kNoSlot;
    if (plan.role != FieldRole::kKeyword) {
      slot = find([&](std::string_view name) { return name == plan.name; });
      if (slot == kNoSlot) {
        const std::string wanted = folded(plan.name);
        slot = find([&](std::string_view name) { return folded(name) == wanted; });
      }
    }
    slots.push_back(slot);
  }
  return slots;
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
    case NodeKind::kPredicate: return predicate_holds(node.first);
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
    case NodeKind::kNot: return !evaluate(child(0));
    case NodeKind::kTrue: return true;
    case NodeKind::kFalse: return false;
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
  if (op == PredicateOp::kNull) return state.presence != Presence::kPresent;
  if (state.presence == Presence::kAbsent) return false;
  return entry_satisfies(*state.entry, at);
}

bool Matcher::entry_satisfies(MemoEntry& entry, std::uint32_t at) {
  const int known = entry.known(at);
  if (known >= 0) return known == 1;
  const bool result = compare(bucket_->predicates[at], entry);
  entry.remember(at, result);
  return result;
}

bool Matcher::compare(const CompiledPredicate& predicate, const MemoEntry& entry) const {
  const bool is_pattern = predicate.source->op() == PredicateOp::kPattern;
  for (const Reading& reading : entry.readings) {
    if (!is_pattern) {
      if (sigma::matches_text(*predicate.source, reading.raw)) return true;
      continue;
    }
    const std::string_view text = predicate.cased ? reading.raw : reading.folded;
    const bool result = predicate.shape == sigma::PatternShape::kGeneral
                            ? matches_tokens(text, predicate.tokens)
                            : matches_shape(text, predicate.shape, predicate.literal);
    if (result) return true;
  }
  return false;
}

bool Matcher::keyword_holds(std::uint32_t at) {
  load_keywords();
  return std::any_of(keyword_entries_.begin(), keyword_entries_.end(),
                     [&](MemoEntry* entry) { return entry_satisfies(*entry, at); });
}

// Compared by each pair of texts as they stand; readings made for rules about one field have no
// counterpart in the other.
bool Matcher::field_reference_holds(const CompiledPredicate& predicate) {
  const auto& reference = std::get<sigma::FieldRef>(predicate.source->test);
  const auto other = std::find_if(bucket_->fields.begin(), bucket_->fields.end(),
                                  [&](const FieldPlan& plan) {
                                    return plan.name == reference.other_field;
                                  });
  if (other == bucket_->fields.end()) return false;
  const FieldState& left = state_of(predicate.field);
  const FieldState& right =
      state_of(static_cast<std::uint32_t>(other - bucket_->fields.begin()));
  if (left.presence == Presence::kAbsent || right.presence == Presence::kAbsent) return false;
  for (const Reading& a : left.entry->readings) {
    if (!a.name.empty()) continue;
    for (const Reading& b : right.entry->readings) {
      if (!b.name.empty()) continue;
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
  const Value& value = value_at(bound_->slots[field]);
  const bool is_query = bucket_->fields[field].role == FieldRole::kUriQuery;
  if (value.type == ValueType::kAbsent) {
    state.presence = Presence::kAbsent;
    return;
  }
  state.presence = value.type == ValueType::kNull ? Presence::kNull : Presence::kPresent;
  // A query that is not there still has a second reading: the stem alone.
  if (is_query && (value.size > kMemoQueryBytes || state.presence == Presence::kNull)) {
    state.entry = transient_entry(field, value.type);
    fill(*state.entry, field, value, true);
    return;
  }
  state.entry = is_query ? nullptr : entry_of(field, value);
  if (state.entry == nullptr) {
    state.entry = transient_entry(field, value.type);
    fill(*state.entry, field, value, true);
  }
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
  fill(*entry, field, value, false);
  return entry;
}

MemoEntry* Matcher::transient_entry(std::uint32_t field, ValueType type) {
  if (transient_count_ == transient_.size()) transient_.emplace_back();
  MemoEntry& entry = transient_[transient_count_++];
  entry.field = bound_->field_base + field;
  entry.type = type;
  entry.compared.clear();
  return &entry;
}

void Matcher::load_keywords() {
  if (keywords_loaded_) return;
  keywords_loaded_ = true;
  keyword_entries_.clear();
  const auto found = std::find_if(
      bucket_->fields.begin(), bucket_->fields.end(),
      [](const FieldPlan& plan) { return plan.role == FieldRole::kKeyword; });
  const auto field = static_cast<std::uint32_t>(found - bucket_->fields.begin());
  for (std::uint32_t slot = 0; slot < event_->shape->fields.size(); ++slot) {
    const Value& value = value_at(slot);
    if (value.type == ValueType::kAbsent || value.type == ValueType::kNull) continue;
    if (slot == bound_->uri_stem_slot || slot == bound_->uri_query_slot) {
      MemoEntry* entry = transient_entry(field, value.type);
      readings_.clear();
      add_uri_readings(rendered(value), "", transient_arena_);
      finish_entry(*entry, field, transient_arena_);
      keyword_entries_.push_back(entry);
      continue;
    }
    MemoEntry* entry = entry_of(field, value);
    if (entry == nullptr) {
      entry = transient_entry(field, value.type);
      fill(*entry, field, value, true);
    }
    keyword_entries_.push_back(entry);
  }
  if (raw_line_.empty()) return;
  MemoEntry* entry = transient_entry(field, ValueType::kUtf8);
  readings_.clear();
  add_reading(raw_line_, kReadingRawLine, transient_arena_);
  finish_entry(*entry, field, transient_arena_);
  keyword_entries_.push_back(entry);
}

void Matcher::fill(MemoEntry& entry, std::uint32_t field, const Value& value, bool transient) {
  Arena& arena = transient ? transient_arena_ : memo_.arena();
  readings_.clear();
  const FieldRole role = bucket_->fields[field].role;
  std::string text;
  switch (role) {
    case FieldRole::kPlain:
    case FieldRole::kKeyword: add_value_readings(value, arena); break;
    case FieldRole::kUriStem: add_uri_readings(rendered(value), "", arena); break;
    case FieldRole::kUriQuery: add_query_readings(value, arena); break;
    case FieldRole::kUserAgent:
      append_rendered(value, text);
      add_reading(arena.copy(text), "", arena);
      if (text.find('+') != std::string::npos) {
        std::replace(text.begin(), text.end(), '+', ' ');
        add_reading(arena.copy(text), kReadingPlusAsBlank, arena);
      }
      break;
  }
  finish_entry(entry, field, arena);
}

// `raw` lives as long as the entry: in `arena`, or in the event for a transient entry.
void Matcher::add_reading(std::string_view raw, std::string_view name, Arena& arena) {
  Reading reading{raw, raw, name};
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
  for (const Value& element : value.list()) add_reading(arena.copy(rendered(element)), "", arena);
  if (value.list().size() > 1)
    add_reading(arena.copy(rendered(value)), kReadingJoined, arena);
}

void Matcher::add_uri_readings(std::string_view text, std::string_view name, Arena& arena) {
  const std::string_view raw = arena.copy(text);
  add_reading(raw, name, arena);
  if (raw.find('%') == std::string_view::npos) return;
  const bool alone = name.empty();
  std::string once;
  if (!percent_decode(raw, once)) return;
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
  std::string query = rendered(value);
  add_uri_readings(query, "", arena);
  const Value& stem = value_at(bound_->uri_stem_slot);
  if (!stem.present() || stem.type == ValueType::kNull) return;
  std::string both = rendered(stem);
  if (value.type != ValueType::kNull) both += "?" + query;
  add_uri_readings(both, kReadingStemAndQuery, arena);
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

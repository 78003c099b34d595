#include "detect/engine/field_values.h"

#include <algorithm>
#include <memory>
#include <unordered_map>

#include "base/text.h"

namespace pugmark::engine {
namespace {

// Longer values are rarely met twice, and one of them would push thousands of short ones out.
constexpr std::size_t kMemoValueBytes = 32'768;

const Value kAbsentValue{};

}  // namespace

void bind_slots(const Shape& shape, BoundShape& bound) {
  std::vector<std::string_view> names;
  std::unordered_multimap<std::string, std::uint32_t> by_folded_name;
  for (const std::string_view name : shape.names) {
    by_folded_name.emplace(folded(name), static_cast<std::uint32_t>(names.size()));
    names.push_back(name);
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
    const auto field = static_cast<std::uint32_t>(bound.slots.size());
    FieldSlots others{field, {}};
    std::uint32_t exact = kNoSlot;
    if (plan.rename != nullptr) {
      for (const std::string& part : plan.rename->event_fields)
        others.parts.push_back(slots_of(part, exact_count));
    } else if (plan.role != FieldRole::kKeyword) {
      std::vector<std::uint32_t> slots = slots_of(plan.name, exact_count);
      if (exact_count > 0) {
        exact = slots.front();
        slots.erase(slots.begin());
      }
      others.parts.push_back(std::move(slots));
    }
    const bool has_others = std::any_of(others.parts.begin(), others.parts.end(),
                                        [](const auto& slots) { return !slots.empty(); });
    const bool possible = plan.role == FieldRole::kKeyword || exact != kNoSlot || has_others;
    if (plan.indexed && possible) bound.indexed.push_back(field);
    bound.slots.push_back(exact);
    if (has_others) bound.other_slots.push_back(std::move(others));
  }
  if (bound.bucket->keywords_by_value == kNoField) return;
  for (std::uint32_t slot = 0; slot < names.size(); ++slot) {
    const bool is_field =
        std::any_of(bound.indexed.begin(), bound.indexed.end(),
                    [&](std::uint32_t field) { return bound.slots[field] == slot; });
    if (!is_field) bound.keyword_slots.push_back(slot);
  }
}

const FieldSlots* BoundShape::others_of(std::uint32_t field) const {
  const auto found =
      std::lower_bound(other_slots.begin(), other_slots.end(), field,
                       [](const FieldSlots& one, std::uint32_t key) { return one.field < key; });
  return found != other_slots.end() && found->field == field ? &*found : nullptr;
}

void FieldValues::begin(const Event& event, const BoundShape& bound, std::string_view raw_line) {
  ++epoch_;
  memo_.begin_event();
  event_ = &event;
  bound_ = &bound;
  raw_line_ = raw_line;
  passing_count_ = 0;
  passing_arena_.reset();
  keywords_loaded_ = false;
  const std::size_t fields_count = bound.field_base + bound.bucket->fields.size();
  if (states_.size() < fields_count) states_.resize(fields_count);
  const std::size_t slots_count = event.shape->fields.size();
  if (keyword_states_.size() < slots_count) keyword_states_.resize(slots_count);
  expected_.clear();
  if (generation_ != memo_.generation()) forget_last();
}

const Value& FieldValues::at(std::uint32_t slot) const {
  return slot == kNoSlot || event_->values == nullptr ? kAbsentValue : event_->values[slot];
}

const Value& FieldValues::plain(std::uint32_t field) const {
  const FieldPlan& plan = bound_->bucket->fields[field];
  return plan.role == FieldRole::kPlain ? at(bound_->slots[field]) : kAbsentValue;
}

void FieldValues::expect(std::uint32_t field) {
  const Value& value = plain(field);
  if (value.present())
    expect(bound_->field_base + field, value, states_[bound_->field_base + field]);
}

void FieldValues::expect_keyword(std::uint32_t slot) {
  if (role_of_slot(slot) == FieldRole::kPlain)
    expect(bound_->field_base + bound_->bucket->keyword_field, at(slot), keyword_states_[slot]);
}

// Lists and long values are left to the way of one by one.
void FieldValues::expect(std::uint32_t key_field, const Value& value, State& state) {
  if (value.is_list() || value.size > kMemoValueBytes) return;
  if (state.last != nullptr && state.last->is_of(key_field, value.type, value.bytes())) {
    state.epoch = epoch_;
    state.entry = state.last;
    return;
  }
  const std::uint64_t hash = memo_.hash_of(key_field, value.type, value.bytes());
  memo_.fetch_place(hash);
  expected_.push_back({&state, &value, key_field, hash, nullptr});
}

void FieldValues::find_expected() {
  for (Expected& one : expected_) {
    one.candidate = memo_.candidate(one.hash);
    __builtin_prefetch(one.candidate);
  }
  for (const Expected& one : expected_) {
    if (one.candidate != nullptr) __builtin_prefetch(one.candidate->key.data());
  }
  for (const Expected& one : expected_) {
    if (one.candidate == nullptr ||
        !one.candidate->is_of(one.key_field, one.value->type, one.value->bytes()))
      continue;
    one.state->epoch = epoch_;
    one.state->entry = one.state->last = one.candidate;
  }
}

MemoEntry* FieldValues::of(std::uint32_t field) {
  State& state = states_[bound_->field_base + field];
  if (state.epoch != epoch_) {
    state.epoch = epoch_;
    state.entry = load(field);
  }
  return state.entry;
}

MemoEntry* FieldValues::load(std::uint32_t field) {
  const FieldPlan& plan = bound_->bucket->fields[field];
  if (plan.rename != nullptr) return load_renamed(field);
  const Value& value = at(bound_->slots[field]);
  if (value.type == ValueType::kAbsent) return load_from_others(field);
  // The texts of a query are also made of the stem: its bytes alone do not say what they are.
  if (plan.role == FieldRole::kUriQuery) return passing(field, plan.role, value);
  return remembered(field, plan.role, value, states_[bound_->field_base + field].last);
}

void FieldValues::forget_last() {
  generation_ = memo_.generation();
  for (State& state : states_) state.last = nullptr;
  for (State& state : keyword_states_) state.last = nullptr;
}

const Value* FieldValues::first_present(const std::vector<std::uint32_t>& slots) const {
  for (const std::uint32_t slot : slots) {
    if (at(slot).present()) return &at(slot);
  }
  return nullptr;
}

// One field under another name keeps its values; several are joined by backslashes, without those
// that are absent or null. What the rewrite makes of a text is read beside it.
MemoEntry* FieldValues::load_renamed(std::uint32_t field) {
  const sigma::FieldRename& rename = *bound_->bucket->fields[field].rename;
  const FieldSlots* const others = bound_->others_of(field);
  if (others == nullptr) return nullptr;
  const auto& parts = others->parts;
  readings_.begin(passing_arena_);
  if (parts.size() == 1) {
    const Value* value = first_present(parts.front());
    if (value == nullptr) return nullptr;
    readings_.add(FieldRole::kRenamed, *value, kAbsentValue);
  } else {
    text_.clear();
    bool any = false;
    for (const auto& slots : parts) {
      const Value* value = first_present(slots);
      if (value != nullptr && value->is_list())
        value = value->list().empty() ? nullptr : &value->list().front();
      if (value == nullptr || value->type == ValueType::kNull) continue;
      if (any) text_ += '\\';
      any = true;
      append_rendered(*value, text_);
    }
    if (!any) return nullptr;
    readings_.add_copy(text_, "");
  }
  readings_.add_rewritten(rename.rewrite);
  MemoEntry* entry = new_passing(field);
  take_readings(*entry);
  return entry;
}

// An event without a field of exactly the rule's name may have some that differ only in case: then
// the values of all of them count.
MemoEntry* FieldValues::load_from_others(std::uint32_t field) {
  const FieldSlots* const others = bound_->others_of(field);
  if (others == nullptr || first_present(others->parts.front()) == nullptr) return nullptr;
  readings_.begin(passing_arena_);
  for (const std::uint32_t slot : others->parts.front()) {
    if (at(slot).present()) readings_.add(role_of_slot(slot), at(slot), at(bound_->uri_stem_slot));
  }
  MemoEntry* entry = new_passing(field);
  take_readings(*entry);
  return entry;
}

// The key of a list: elements are told apart by their lengths, so no two lists share one. False if
// it would be too long to be remembered.
bool FieldValues::list_key(const Value& value) {
  text_.clear();
  for (const Value& element : value.list()) {
    const std::uint32_t head[2] = {element.size, static_cast<std::uint32_t>(element.type)};
    text_.append(reinterpret_cast<const char*>(head), sizeof head);  // bytes of two numbers
    if (!element.is_list()) text_ += element.bytes();
    if (text_.size() > kMemoValueBytes) return false;
  }
  return true;
}

MemoEntry* FieldValues::remembered(std::uint32_t field, FieldRole role, const Value& value,
                                   MemoEntry*& last) {
  if (value.is_list() && !list_key(value)) return passing(field, role, value);
  const std::string_view key = value.is_list() ? text_ : value.bytes();
  if (key.size() > kMemoValueBytes) return passing(field, role, value);
  const std::uint32_t key_field = bound_->field_base + field;
  if (last != nullptr && last->is_of(key_field, value.type, key)) return last;
  const std::uint64_t hash = memo_.hash_of(key_field, value.type, key);
  last = memo_.find(hash, key_field, value.type, key);
  if (last != nullptr) return last;
  if (memo_.is_full()) return passing(field, role, value);
  last = memo_.add(hash, key_field, value.type, key);
  fill(*last, role, value, memo_.arena());
  return last;
}

MemoEntry* FieldValues::new_passing(std::uint32_t field) {
  if (passing_count_ == passing_.size()) passing_.emplace_back();
  MemoEntry& entry = passing_[passing_count_++];
  entry.field = bound_->field_base + field;
  entry.passing = true;
  entry.searched = false;
  entry.answers.clear();
  return &entry;
}

MemoEntry* FieldValues::passing(std::uint32_t field, FieldRole role, const Value& value) {
  MemoEntry* entry = new_passing(field);
  fill(*entry, role, value, passing_arena_);
  return entry;
}

void FieldValues::fill(MemoEntry& entry, FieldRole role, const Value& value, Arena& arena) {
  readings_.begin(arena);
  readings_.add(role, value, at(bound_->uri_stem_slot));
  take_readings(entry);
}

void FieldValues::take_readings(MemoEntry& entry) {
  entry.readings = readings_.finish();
  if (entry.passing) return;
  std::size_t bytes = 0;
  for (const Reading& reading : entry.readings)
    bytes += reading.raw.size() + reading.folded.size() + sizeof(Reading);
  memo_.note_bytes(bytes);
}

std::span<std::uint32_t> FieldValues::allocate_numbers(const MemoEntry& entry, std::size_t count) {
  const std::size_t bytes = count * sizeof(std::uint32_t);
  std::byte* at = (entry.passing ? passing_arena_ : memo_.arena()).allocate(bytes);
  if (!entry.passing) memo_.note_bytes(bytes);
  std::uninitialized_fill_n(reinterpret_cast<std::uint32_t*>(at), count, 0U);  // fresh, aligned
  return {std::launder(reinterpret_cast<std::uint32_t*>(at)), count};
}

FieldRole FieldValues::role_of_slot(std::uint32_t slot) const {
  if (slot == bound_->uri_stem_slot) return FieldRole::kUriStem;
  if (slot == bound_->uri_query_slot) return FieldRole::kUriQuery;
  return slot == bound_->user_agent_slot ? FieldRole::kUserAgent : FieldRole::kPlain;
}

MemoEntry* FieldValues::keyword_entry(std::uint32_t slot) {
  const FieldRole role = role_of_slot(slot);
  if (role != FieldRole::kPlain) return passing(bound_->bucket->keyword_field, role, at(slot));
  State& state = keyword_states_[slot];
  if (state.epoch != epoch_) {
    state.epoch = epoch_;
    state.entry = remembered(bound_->bucket->keyword_field, role, at(slot), state.last);
  }
  return state.entry;
}

std::span<MemoEntry* const> FieldValues::keyword_entries() {
  if (keywords_loaded_) return keyword_entries_;
  keywords_loaded_ = true;
  keyword_entries_.clear();
  keyword_slots_.clear();
  for (std::uint32_t slot = 0; slot < event_->shape->fields.size(); ++slot) {
    if (!at(slot).present()) continue;
    keyword_entries_.push_back(keyword_entry(slot));
    keyword_slots_.push_back(slot);
  }
  if (raw_line_.empty()) return keyword_entries_;
  readings_.begin(passing_arena_);
  readings_.add_text(raw_line_, kReadingRawLine);
  MemoEntry* entry = new_passing(bound_->bucket->keyword_field);
  take_readings(*entry);
  keyword_entries_.push_back(entry);
  keyword_slots_.push_back(kNoSlot);
  return keyword_entries_;
}

}  // namespace pugmark::engine

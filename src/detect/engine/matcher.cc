#include "detect/engine/matcher.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <re2/re2.h>

#include "base/text.h"
#include "detect/engine/pattern_match.h"
#include "detect/sigma/reference.h"
#include "detect/sigma/regex_length.h"

namespace pugmark::engine {
namespace {

using sigma::PredicateOp;

bool regex_holds(const sigma::Regex& regex, std::string_view text) {
  if (text.size() < regex.shortest_match_bytes) return false;
  if (regex.asks_for_length_only) {
    if (const auto known = sigma::has_line_of(text, regex.shortest_match_bytes)) return *known;
  }
  return re2::RE2::PartialMatch({text.data(), text.size()}, *regex.compiled);
}

// Everything but patterns, which have a fast way of their own.
bool test_holds(const sigma::Predicate& predicate, std::string_view text) {
  switch (predicate.op()) {
    case PredicateOp::kRegex:
      return regex_holds(std::get<sigma::Regex>(predicate.test), text);
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
    case PredicateOp::kIndicator:
      break;
  }
  return false;
}

// The first text for which the predicate holds.
const Reading* satisfying_reading(const CompiledPredicate& predicate, const MemoEntry& entry) {
  const bool is_pattern = predicate.source->op() == PredicateOp::kPattern;
  const auto* const indicators = std::get_if<sigma::IndicatorTest>(&predicate.source->test);
  for (const Reading& reading : entry.readings) {
    if (indicators != nullptr) {
      if (indicators->set->holds(reading.folded)) return &reading;
      continue;
    }
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

bool holds_null(const MemoEntry& entry) {
  return std::any_of(entry.readings.begin(), entry.readings.end(),
                     [](const Reading& reading) { return reading.is_null; });
}

}  // namespace

void Matcher::match(const Event& event, const BoundShape& bound, std::string_view raw_line,
                    std::vector<std::uint32_t>& hits) {
  hits.clear();
  if (bound.bucket == nullptr) return;
  begin(event, bound, raw_line);
  collect_candidates();
  for (const std::uint32_t instance : marked_) {
    if (evaluate(bucket_->instances[instance].root)) hits.push_back(instance);
  }
}

void Matcher::begin(const Event& event, const BoundShape& bound, std::string_view raw_line) {
  ++event_number_;
  event_ = &event;
  bound_ = &bound;
  bucket_ = bound.bucket;
  raw_line_ = raw_line;
  marked_.clear();
  values_.begin(event, bound, raw_line);
  while (buckets_.size() <= bound.bucket_id) buckets_.emplace_back();
  state_ = &buckets_[bound.bucket_id];
  if (state_->marks.size() != bucket_->instances.size())
    state_->marks.resize(bucket_->instances.size(), 0);
}

void Matcher::mark(std::uint32_t instance) {
  if (state_->marks[instance] == event_number_) return;
  state_->marks[instance] = event_number_;
  marked_.push_back(instance);
}

void Matcher::mark_clauses() {
  for (const std::uint32_t clause : clauses_) {
    for (const std::uint32_t instance : bucket_->clauses[clause].instances) mark(instance);
  }
}

void Matcher::collect_candidates() {
  for (const std::uint32_t instance : bucket_->always) mark(instance);
  const bool line_is_known = scan_line();
  searched_.clear();
  searched_slots_.clear();
  for (const std::uint32_t field : bound_->indexed) {
    const FieldPlan& plan = bucket_->fields[field];
    if (line_is_known && plan.in_line) {
      collect_compared(field);
    } else if (plan.role != FieldRole::kKeyword) {
      expect_field(field);
    } else if (bucket_->keywords_by_value == kNoField) {
      collect_from_all_values(field);
    } else {
      expect_keywords(field);
    }
  }
  values_.find_expected();
  for (const std::uint32_t field : searched_) {
    MemoEntry* const entry = values_.of(field);
    if (entry != nullptr) mark_candidates(*entry, field);
  }
  for (const std::uint32_t slot : searched_slots_)
    mark_candidates(*values_.keyword_entry(slot), bucket_->keyword_field);
  if (!bucket_->indicator_clauses.empty()) collect_by_indicators(line_is_known);
}

// Lists of indicators are asked about every value, but for those the prefilter rules out.
void Matcher::collect_by_indicators(bool line_is_known) {
  if (line_is_known && bucket_->prefilter != nullptr && bucket_->indicators_in_line) {
    if (!line_may_hold_indicator()) return;
    for (MemoEntry* entry : values_.keyword_entries()) ask_indicators(*entry);
    return;
  }
  for (std::uint32_t slot = 0; slot < event_->shape->fields.size(); ++slot) {
    if (may_hold_indicator(slot)) ask_indicators(*values_.keyword_entry(slot));
  }
  if (!raw_line_.empty() &&
      (bucket_->prefilter == nullptr || bucket_->prefilter->may_hold(Value::text(raw_line_)).any()))
    ask_indicators(*values_.keyword_entries().back());
}

void Matcher::ask_indicators(MemoEntry& entry) {
  for (const std::uint32_t clause : bucket_->indicator_clauses) {
    if (!entry_satisfies(entry, bucket_->clauses[clause].predicate)) continue;
    for (const std::uint32_t instance : bucket_->clauses[clause].instances) mark(instance);
  }
}

bool Matcher::may_hold_indicator(std::uint32_t slot) {
  const Value& value = values_.at(slot);
  if (!value.present()) return false;
  const indicators::Prefilter* const prefilter = bucket_->prefilter;
  if (prefilter == nullptr || prefilter->may_hold(value).any()) return true;
  const bool is_query = slot == bound_->uri_query_slot;
  if (!is_query && slot != bound_->uri_stem_slot) {
    // Blanks of user agents are read behind pluses as well.
    return slot == bound_->user_agent_slot && value.bytes().find('+') != std::string_view::npos &&
           prefilter->may_stand_in_line(value.bytes(), true).any();
  }
  if (value.is_list() || value.bytes().find('%') != std::string_view::npos) return true;
  const Value& stem = values_.at(bound_->uri_stem_slot);
  if (!is_query || !stem.present()) return false;
  if (stem.type != ValueType::kUtf8 || value.type != ValueType::kUtf8 ||
      stem.bytes().find('%') != std::string_view::npos)
    return true;
  decoded_ = stem.bytes();
  decoded_ += '?';
  decoded_ += value.bytes();
  return prefilter->may_hold(Value::text(decoded_)).any();
}

// Of a line whose values are views of it; it is ASCII.
bool Matcher::line_may_hold_indicator() {
  const indicators::Prefilter& prefilter = *bucket_->prefilter;
  if (text_may_hold_indicator(raw_line_, false)) return true;
  if (prefilter.has_agents()) {
    for (const Value& value : std::span(event_->values, event_->shape->fields.size())) {
      if (value.size >= prefilter.shortest_agent() && prefilter.may_be_agent(value.bytes()))
        return true;
    }
  }
  if (raw_line_.find('%') == std::string_view::npos || !percent_decode(raw_line_, decoded_))
    return false;
  if (text_may_hold_indicator(decoded_, true)) return true;
  return percent_decode(decoded_, twice_decoded_) && text_may_hold_indicator(twice_decoded_, true);
}

bool Matcher::text_may_hold_indicator(std::string_view text, bool with_agents) {
  const auto answer = bucket_->prefilter->may_stand_in_line(text, with_agents);
  return answer.agents || ((answer.tokens || answer.literals) && indicator_stands_in(text, answer));
}

// What stands in a value does so in its line, but for user agents, which are whole values, and URLs
// with a question mark: it may stand between two values.
bool Matcher::indicator_stands_in(std::string_view text,
                                  const indicators::Prefilter::Answer& answer) {
  folded_.clear();
  append_folded(text, folded_);
  const auto& sets = bucket_->prefilter->sets();
  return std::any_of(sets.begin(), sets.end(), [&](const auto& set) {
    if (!(indicators::is_token(set->kind()) ? answer.tokens : answer.literals)) return false;
    return !set->is_whole_in_line() || set->holds(folded_);
  });
}

// True if all literals of fields that are `in_line` have been looked for.
bool Matcher::scan_line() {
  if (bucket_->line == nullptr || !event_->values_in_line || !bound_->query_follows_stem)
    return false;
  clauses_.clear();
  if (!bucket_->line->scan(raw_line_, decoded_, clauses_)) return false;
  mark_clauses();
  return true;
}

void Matcher::expect_field(std::uint32_t field) {
  const Value& value = values_.plain(field);
  if (value.present() && is_ruled_out(field, value) &&
      (bucket_->keywords_by_value == kNoField || is_ruled_out(bucket_->keywords_by_value, value)))
    return;
  values_.expect(field);
  searched_.push_back(field);
}

// True if no clause of a field can come true by a value that looks like this.
bool Matcher::is_ruled_out(std::uint32_t field, const Value& value) const {
  const FieldPlan& plan = bucket_->fields[field];
  return plan.compared.empty() && plan.index->rules_out(value);
}

// Keywords in every value of the event and in the raw line.
void Matcher::collect_from_all_values(std::uint32_t field) {
  for (MemoEntry* entry : values_.keyword_entries()) mark_candidates(*entry, field);
}

// Keywords in the values that are searched for no field.
void Matcher::expect_keywords(std::uint32_t field) {
  for (const std::uint32_t slot : bound_->keyword_slots) {
    const Value& value = values_.at(slot);
    if (!value.present() || is_ruled_out(field, value)) continue;
    values_.expect_keyword(slot);
    searched_slots_.push_back(slot);
  }
}

// Clauses that no literal stands for: numbers, networks, expressions of classes only.
void Matcher::collect_compared(std::uint32_t field) {
  const FieldPlan& plan = bucket_->fields[field];
  if (plan.compared.empty()) return;
  clauses_.clear();
  const bool is_keyword = plan.role == FieldRole::kKeyword;
  MemoEntry* const entry = is_keyword ? nullptr : values_.of(field);
  for (const std::uint32_t clause : plan.compared) {
    const std::uint32_t predicate = bucket_->clauses[clause].predicate;
    if (is_keyword ? keyword_holds(predicate)
                   : entry != nullptr && entry_satisfies(*entry, predicate))
      clauses_.push_back(clause);
  }
  mark_clauses();
}

// Appends the clauses of a field that a value makes true.
void Matcher::search(MemoEntry& entry, std::uint32_t field) {
  const FieldPlan& plan = bucket_->fields[field];
  if (plan.index) {
    for (const Reading& reading : entry.readings) plan.index->scan(reading.folded, clauses_);
  }
  for (const std::uint32_t clause : plan.compared) {
    if (entry_satisfies(entry, bucket_->clauses[clause].predicate)) clauses_.push_back(clause);
  }
}

void Matcher::mark_candidates(MemoEntry& entry, std::uint32_t field) {
  for (const std::uint32_t instance : candidates_of(entry, field)) mark(instance);
}

// The instances worth judging for what a value says; found once and remembered with it.
std::span<const std::uint32_t> Matcher::candidates_of(MemoEntry& entry, std::uint32_t field) {
  if (entry.searched) return entry.candidates;
  clauses_.clear();
  search(entry, field);
  if (bucket_->keywords_by_value != kNoField && bucket_->keywords_by_value != field)
    search(entry, bucket_->keywords_by_value);
  candidates_.clear();
  for (const std::uint32_t clause : clauses_) {
    const auto& instances = bucket_->clauses[clause].instances;
    candidates_.insert(candidates_.end(), instances.begin(), instances.end());
  }
  std::sort(candidates_.begin(), candidates_.end());
  candidates_.erase(std::unique(candidates_.begin(), candidates_.end()), candidates_.end());
  const auto numbers = values_.allocate_numbers(entry, candidates_.size());
  std::copy(candidates_.begin(), candidates_.end(), numbers.begin());
  entry.candidates = numbers;
  entry.searched = true;
  return entry.candidates;
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
      if (node.is_of_one_value) return any_comparison_holds(at);
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

bool Matcher::any_comparison_holds(std::uint32_t at) {
  const Node& node = bucket_->nodes[at];
  const auto predicate = [&](std::uint32_t i) {
    return bucket_->nodes[bucket_->children[node.first + i]].first;
  };
  MemoEntry* const entry = values_.of(bucket_->predicates[predicate(0)].field);
  if (entry == nullptr) return false;
  const std::uint32_t question = kQuestionsOfNodes + at;
  if (const int known = entry->answers.of(question); known >= 0) return known == 1;
  bool result = false;
  for (std::uint32_t i = 0; i < node.count && !result; ++i)
    result = entry_satisfies(*entry, predicate(i));
  values_.remember(*entry, question, result);
  return result;
}

bool Matcher::predicate_holds(std::uint32_t at) {
  const CompiledPredicate& predicate = bucket_->predicates[at];
  if (bucket_->fields[predicate.field].role == FieldRole::kKeyword) return keyword_holds(at);
  const PredicateOp op = predicate.source->op();
  if (op == PredicateOp::kFieldRef) return field_reference_holds(predicate);
  MemoEntry* const entry = values_.of(predicate.field);
  if (op == PredicateOp::kExists)
    return std::get<sigma::ExistsTest>(predicate.source->test).expected == (entry != nullptr);
  if (op == PredicateOp::kNull) return entry == nullptr || holds_null(*entry);
  return entry != nullptr && entry_satisfies(*entry, at);
}

bool Matcher::entry_satisfies(MemoEntry& entry, std::uint32_t at) {
  const int known = entry.answers.of(at);
  if (known >= 0) return known == 1;
  const bool result = satisfying_reading(bucket_->predicates[at], entry) != nullptr;
  values_.remember(entry, at, result);
  return result;
}

bool Matcher::keyword_holds(std::uint32_t at) {
  const auto entries = values_.keyword_entries();
  return std::any_of(entries.begin(), entries.end(),
                     [&](MemoEntry* entry) { return entry_satisfies(*entry, at); });
}

// Every text of the one field with every text of the other.
bool Matcher::field_reference_holds(const CompiledPredicate& predicate) {
  const auto& reference = std::get<sigma::FieldRef>(predicate.source->test);
  const MemoEntry* const left = values_.of(predicate.field);
  const MemoEntry* const right = values_.of(predicate.other_field);
  if (left == nullptr || right == nullptr) return false;
  for (const Reading& a : left->readings) {
    for (const Reading& b : right->readings) {
      if (a.is_null || b.is_null) continue;
      const std::string_view text = reference.cased ? a.raw : a.folded;
      if (matches_shape(text, reference.mode, reference.cased ? b.raw : b.folded)) return true;
    }
  }
  return false;
}

std::vector<Reason> Matcher::explain(std::uint32_t at, std::uint64_t most,
                                     std::uint64_t& others_count) {
  const Instance& instance = bucket_->instances[at];
  std::vector<std::uint32_t> predicates;
  collect_reasons(instance.root, predicates);
  std::sort(predicates.begin(), predicates.end());
  predicates.erase(std::unique(predicates.begin(), predicates.end()), predicates.end());
  std::vector<bool> is_explained(predicates.size(), false);
  std::vector<Reason> reasons;
  for (std::uint32_t i = 0; i < instance.originals_count; ++i) {
    const Original& original = bucket_->originals[instance.first_original + i];
    const auto found = std::lower_bound(predicates.begin(), predicates.end(), original.predicate);
    if (found == predicates.end() || *found != original.predicate) continue;
    std::vector<bool>::reference known =
        is_explained[static_cast<std::size_t>(found - predicates.begin())];
    if (known) continue;  // the rule says the same thing in two places
    known = true;
    if (original.written->op() == PredicateOp::kIndicator) {
      add_indicators(original, most, reasons, others_count);
    } else if (reasons.size() < most) {
      reasons.push_back(reason_of(original));
    } else {
      ++others_count;
    }
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

// The first reading of a value that satisfies a comparison. What is already known need not be
// searched for again: regular expressions are slow.
const Reading* Matcher::known_or_satisfying_reading(std::uint32_t predicate,
                                                    const MemoEntry& entry) {
  const int known = entry.answers.of(predicate);
  if (known == 0) return nullptr;
  if (known == 1 && entry.readings.size() == 1) return &entry.readings.front();
  return satisfying_reading(bucket_->predicates[predicate], entry);
}

// Makes `reason` speak of the value in `slot`, by the reading that satisfied the comparison. False
// if none did: then the comparison was of something else (whether there is a value, or with
// another field), and the value is shown as it stands.
bool Matcher::speak_of(const Original& original, const MemoEntry& entry, std::uint32_t slot,
                       Reason& reason) {
  const Reading* const satisfying = known_or_satisfying_reading(original.predicate, entry);
  if (satisfying == nullptr && entry.readings.empty()) return false;
  const Reading& shown = satisfying != nullptr ? *satisfying : entry.readings.front();
  reason.slot = slot;
  reason.text = shown.raw;
  reason.reading = shown.name;
  return satisfying != nullptr;
}

// Every indicator that stands in a value, by the first reading that shows any. What stands in the
// raw line only, stands there.
void Matcher::add_indicators(const Original& original, std::uint64_t most,
                             std::vector<Reason>& reasons, std::uint64_t& others_count) {
  const auto& set = *std::get<sigma::IndicatorTest>(original.written->test).set;
  const auto entries = values_.keyword_entries();
  const auto slots = values_.keyword_slots();
  std::vector<std::uint32_t> ids;
  bool any = false;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (any && slots[i] == kNoSlot) continue;
    for (const Reading& reading : entries[i]->readings) {
      set.find(reading.folded, SIZE_MAX, ids);
      if (ids.empty()) continue;
      any = true;
      for (const std::uint32_t id : ids) {
        if (reasons.size() >= most) {
          ++others_count;
          continue;
        }
        reasons.push_back({original.written, slots[i], "", reading.raw, reading.name,
                           fmt::format("{}, {}", original.written->original,
                                       indicators::said_of(set.indicators()[id]))});
      }
      break;
    }
  }
}

Reason Matcher::reason_of(const Original& original) {
  const std::uint32_t field = bucket_->predicates[original.predicate].field;
  const FieldPlan& plan = bucket_->fields[field];
  Reason reason{original.written, kNoSlot, plan.name, "", "", ""};
  if (plan.role == FieldRole::kKeyword) {
    const auto entries = values_.keyword_entries();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (speak_of(original, *entries[i], values_.keyword_slots()[i], reason)) break;
    }
  } else if (const MemoEntry* const entry = values_.of(field)) {
    speak_of(original, *entry, bound_->slots[field], reason);
  }
  return reason;
}

}  // namespace pugmark::engine

#include "detect/collect/details.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <variant>

#include "base/bytes.h"
#include "detect/collect/pack.h"

namespace pugmark {
namespace {

// Order of what is written: numbers of the event, texts of the event, its fields, then the reasons
// and the related events. A reason that speaks of a whole field names its number; one that speaks
// of something else has the number behind the last, and the texts follow.

// The rendered text goes straight to where it stands in the end. Returns it whole if it was cut.
std::string put_rendered(const Value& value, std::string& out) {
  const std::size_t at = out.size();
  put_number(0, out);
  append_rendered(value, out);
  std::string whole;
  if (out.size() - at - 8 > kFindingTextBytesMax) {
    whole = out.substr(at + 8);
    out.resize(at + 8);
    out += cut_text(whole, kFindingTextBytesMax);
  }
  put_number_at(at, out.size() - at - 8, out);
  return whole;
}

// What stands first. The computer's name and the fields follow.
struct Head {
  TimeUtc time;
  TimePrecision precision = TimePrecision::kUnknown;
  std::int64_t time_shift_s = 0;
  std::uint64_t offset_bytes = 0;
  std::uint32_t length_bytes = 0;
  std::uint64_t record_id = 0;
  std::uint32_t event_id = 0;
  bool recovered = false;
  std::string_view item, channel, provider;
};

void put_head(const Head& head, std::string& out) {
  for (const std::uint64_t number :
       {static_cast<std::uint64_t>(head.time.ns_since_1970),
        static_cast<std::uint64_t>(head.precision), static_cast<std::uint64_t>(head.time_shift_s),
        head.offset_bytes, std::uint64_t{head.length_bytes}, head.record_id,
        std::uint64_t{head.event_id}, std::uint64_t{head.recovered ? 1U : 0U}})
    put_number(number, out);
  for (const std::string_view text : {head.item, head.channel, head.provider}) put_text(text, out);
}

// A reason that speaks of something else than a whole field; of the fields there are
// `fields_count`.
void put_subject(std::uint64_t fields_count, std::string_view field, std::string_view value,
                 std::string& out) {
  put_number(fields_count, out);
  put_text(field, out);
  put_text(value, out);
}

// What follows the subject of a reason.
void put_comparison(std::string_view pattern, std::string_view reading,
                    std::optional<std::uint64_t> offset_bytes, std::string& out) {
  put_text(pattern, out);
  put_text(reading, out);
  put_number(offset_bytes ? *offset_bytes + 1 : 0, out);
}

void decode_because(Unpacker& in, const Finding& finding, Because& because) {
  because.value.clear();
  because.is_whole_field = false;
  if (const std::uint64_t at = in.number(); at < finding.fields.size()) {
    because.field = finding.fields[at].first;
    const auto has_name = [&](const auto& field) { return field.first == because.field; };
    because.is_whole_field = std::find_if(finding.fields.begin(), finding.fields.end(), has_name) -
                                 finding.fields.begin() ==
                             static_cast<std::ptrdiff_t>(at);
    if (!because.is_whole_field) because.value = finding.fields[at].second;
  } else {
    in.text(because.field);
    in.text(because.value);
  }
  in.text(because.pattern);
  in.text(because.reading);
  const std::uint64_t offset = in.number();
  because.offset_bytes = offset != 0 ? std::optional(offset - 1) : std::nullopt;
}

void decode_related(Unpacker& in, RelatedEvent& related) {
  in.text(related.rule_id);
  in.text(related.item);
  related.offset_bytes = in.number();
  related.length_bytes = static_cast<std::uint32_t>(in.number());
  related.time.ns_since_1970 = static_cast<std::int64_t>(in.number());
  related.precision = static_cast<TimePrecision>(in.number());
}

// Where in the item the text of a value stands, if it is a view of the block.
std::optional<std::uint64_t> offset_of(const Value& value, const Block& block) {
  const auto* data = static_cast<const std::byte*>(value.data);
  const std::byte* first = block.bytes.data();
  if (data == nullptr || std::less<>{}(data, first) ||
      !std::less<>{}(data, first + block.bytes.size()))
    return std::nullopt;
  return block.offset_bytes + static_cast<std::uint64_t>(data - first);
}

// The engine answers comparisons of EventID with a number once for all events of a kind, so no
// reason speaks of them. Those that were asked for and came out true, each once.
void find_event_ids(const sigma::Rule& rule, const sigma::Expression& expression,
                    std::uint32_t event_id, std::vector<const sigma::Predicate*>& found) {
  if (expression.kind == sigma::ExpressionKind::kNot) return;
  for (const sigma::Expression& child : expression.children)
    find_event_ids(rule, child, event_id, found);
  if (expression.kind != sigma::ExpressionKind::kPredicate) return;
  const sigma::Predicate& predicate = rule.predicates[expression.predicate];
  const auto* test = std::get_if<sigma::NumberTest>(&predicate.test);
  const bool is_true = test != nullptr && predicate.field == "EventID" &&
                       test->op == sigma::CompareOp::kEqual &&
                       test->number == sigma::Number::from_integer(event_id);
  if (is_true && std::find(found.begin(), found.end(), &predicate) == found.end())
    found.push_back(&predicate);
}

}  // namespace

void DetailsEncoder::begin(const Event& event, const Block& block, std::string_view computer) {
  event_ = &event;
  block_ = &block;
  computer_ = computer;
  has_event_ = false;
}

void DetailsEncoder::put_event() {
  const Event& event = *event_;
  const Shape& shape = *event.shape;
  bytes_.clear();
  // The item's path and the correction of its clock are filled in when they are known.
  put_head({event.time, event.precision, 0, event.where.offset_bytes, event.where.length_bytes,
            event.record_id, shape.event_id, event.recovered, "", shape.channel, shape.provider},
           bytes_);
  put_text(computer_, bytes_);
  const std::size_t count_at = bytes_.size();
  put_number(0, bytes_);
  fields_.assign(shape.fields.size(), {});
  cut_values_.clear();
  fields_count_ = 0;
  for (std::size_t slot = 0; slot < shape.fields.size(); ++slot) {
    const Value value = event.at(slot);
    if (!value.present()) continue;
    put_text(shape.names[slot], bytes_);
    const std::size_t begin = bytes_.size() + 8;
    if (std::string whole = put_rendered(value, bytes_); !whole.empty())
      cut_values_.emplace_back(static_cast<std::uint32_t>(slot), std::move(whole));
    fields_[slot] = {fields_count_++, begin, bytes_.size() - begin};
  }
  put_number_at(count_at, fields_count_, bytes_);
  event_size_ = bytes_.size();
  has_event_ = true;
}

std::string_view DetailsEncoder::match(const sigma::Rule& rule,
                                       std::span<const engine::Reason> reasons,
                                       std::uint64_t unlisted_count) {
  if (!has_event_) put_event();
  bytes_.resize(event_size_);
  event_ids_.clear();
  const Shape& shape = *event_->shape;
  if (shape.source == SourceKind::kWindowsEvent && !shape.is_ambiguous)
    find_event_ids(rule, rule.expression, shape.event_id, event_ids_);
  put_number(event_ids_.size() + reasons.size() + (unlisted_count > 0 ? 1 : 0), bytes_);
  for (const sigma::Predicate* predicate : event_ids_) put_event_id(*predicate);
  for (const engine::Reason& reason : reasons) put_reason(reason);
  if (unlisted_count > 0) put_unlisted(unlisted_count);
  put_number(0, bytes_);  // related events
  return bytes_;
}

void DetailsEncoder::put_event_id(const sigma::Predicate& predicate) {
  std::optional<std::uint64_t> offset_bytes;
  for (std::size_t slot = 0; slot < event_->shape->fields.size(); ++slot) {
    if (event_->shape->names[slot] == "EventID")
      offset_bytes = offset_of(event_->at(slot), *block_);
  }
  put_subject(fields_count_, "EventID", std::to_string(event_->shape->event_id), bytes_);
  put_comparison(predicate.original, "", offset_bytes, bytes_);
}

void DetailsEncoder::put_unlisted(std::uint64_t count) {
  put_subject(fields_count_, "", "", bytes_);
  put_comparison(fmt::format("The limit comparisons-per-finding ({}) was reached: {} more "
                             "comparisons came out true.",
                             limits_.comparisons_per_finding, count),
                 "", std::nullopt, bytes_);
}

bool DetailsEncoder::is_whole_value(std::uint32_t slot, std::string_view text) const {
  const auto cut = std::find_if(cut_values_.begin(), cut_values_.end(),
                                [&](const auto& value) { return value.first == slot; });
  if (cut != cut_values_.end()) return cut->second == text;
  const Field& field = fields_[slot];
  return std::string_view(bytes_).substr(field.begin, field.size) == text;
}

// The place of the value a reason speaks of: of the list's element, if it is one.
std::optional<std::uint64_t> DetailsEncoder::offset_of_reason(const engine::Reason& reason) const {
  if (reason.slot == engine::kNoSlot) return std::nullopt;
  const Value value = event_->at(reason.slot);
  if (!value.is_list()) return offset_of(value, *block_);
  for (const Value& element : value.list()) {
    if (rendered(element) == reason.text) return offset_of(element, *block_);
  }
  return std::nullopt;
}

void DetailsEncoder::put_reason(const engine::Reason& reason) {
  const bool has_slot = reason.slot != engine::kNoSlot;
  const bool is_field = has_slot && event_->at(reason.slot).present();
  // Scripts of many kilobytes are the reason of several comparisons.
  if (is_field && is_whole_value(reason.slot, reason.text)) {
    put_number(fields_[reason.slot].number, bytes_);
  } else {
    put_subject(fields_count_, has_slot ? event_->shape->names[reason.slot] : reason.field,
                cut_text(reason.text, static_cast<std::size_t>(limits_.comparison_bytes)), bytes_);
  }
  put_comparison(reason.said.empty() ? reason.written->original : reason.said, reason.reading,
                 offset_of_reason(reason), bytes_);
}

std::string encode_details(const Finding& finding) {
  std::string out;
  put_head({finding.time, finding.precision, finding.time_shift_s, finding.offset_bytes,
            finding.length_bytes, finding.record_id, finding.event_id, finding.recovered,
            finding.item, finding.channel, finding.provider},
           out);
  put_text(finding.computer, out);
  put_number(finding.fields.size(), out);
  for (const auto& [name, text] : finding.fields) {
    put_text(name, out);
    put_text(text, out);
  }
  put_number(finding.because.size(), out);
  for (const Because& because : finding.because) {
    put_subject(finding.fields.size(), because.field, text_of(because, finding), out);
    put_comparison(because.pattern, because.reading, because.offset_bytes, out);
  }
  put_number(finding.related.size(), out);
  for (const RelatedEvent& related : finding.related) {
    put_text(related.rule_id, out);
    put_text(related.item, out);
    put_number(related.offset_bytes, out);
    put_number(related.length_bytes, out);
    put_number(static_cast<std::uint64_t>(related.time.ns_since_1970), out);
    put_number(static_cast<std::uint64_t>(related.precision), out);
  }
  return out;
}

Status decode_details(std::string_view bytes, Finding& finding) {
  Unpacker in(bytes);
  finding.time.ns_since_1970 = static_cast<std::int64_t>(in.number());
  finding.precision = static_cast<TimePrecision>(in.number());
  finding.time_shift_s = static_cast<std::int64_t>(in.number());
  finding.offset_bytes = in.number();
  finding.length_bytes = static_cast<std::uint32_t>(in.number());
  finding.record_id = in.number();
  finding.event_id = static_cast<std::uint32_t>(in.number());
  finding.recovered = in.number() != 0;
  for (std::string* text : {&finding.item, &finding.channel, &finding.provider, &finding.computer})
    in.text(*text);
  in.list(finding.fields, [&](auto& field) {
    in.text(field.first);
    in.text(field.second);
  });
  in.list(finding.because, [&](Because& because) { decode_because(in, finding, because); });
  in.list(finding.related, [&](RelatedEvent& related) { decode_related(in, related); });
  if (!in.ok() || !in.at_end())
    return Error{ErrorCode::kDamaged, "The temporary file for findings was changed.", ""};
  return {};
}

}  // namespace pugmark

#include "detect/describe.h"

#include <algorithm>

namespace pugmark {
namespace {

// Where in the item the text of a value stands, if it is a view of the block.
std::optional<std::uint64_t> offset_of(const Value& value, const Block& block) {
  const auto* data = static_cast<const std::byte*>(value.data);
  const std::byte* first = block.bytes.data();
  if (data == nullptr || std::less<>{}(data, first) ||
      !std::less<>{}(data, first + block.bytes.size()))
    return std::nullopt;
  return block.offset_bytes + static_cast<std::uint64_t>(data - first);
}

// The place of the value a reason speaks of: of the list's element, if it is one.
std::optional<std::uint64_t> offset_of_reason(const engine::Reason& reason, const Event& event,
                                              const Block& block) {
  const Value value = event.at(reason.slot);
  if (!value.is_list()) return offset_of(value, block);
  for (const Value& element : value.list()) {
    if (rendered(element) == reason.text) return offset_of(element, block);
  }
  return std::nullopt;
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

void add_event_ids(const sigma::Rule& rule, const Event& event, const Block& block,
                   Finding& finding) {
  if (event.shape->source != SourceKind::kWindowsEvent || event.shape->is_ambiguous) return;
  std::vector<const sigma::Predicate*> found;
  find_event_ids(rule, rule.expression, event.shape->event_id, found);
  for (const sigma::Predicate* predicate : found) {
    Because because{"EventID", std::to_string(event.shape->event_id), predicate->original, {}, ""};
    for (std::size_t slot = 0; slot < event.shape->fields.size(); ++slot) {
      if (event.shape->names[slot] == "EventID")
        because.offset_bytes = offset_of(event.at(slot), block);
    }
    finding.because.push_back(std::move(because));
  }
}

}  // namespace

std::string shown_rule_id(const sigma::Document& document) {
  if (!document.id.empty()) return document.id;
  return document.name.empty() ? document.title : document.name;
}

std::vector<std::string> techniques_of(std::span<const std::string> tags) {
  std::vector<std::string> techniques;
  for (const std::string& tag : tags) {
    if (!tag.starts_with("attack.t") || tag.size() < 9 || tag[8] < '0' || tag[8] > '9') continue;
    std::string technique = "T" + tag.substr(8);
    if (std::find(techniques.begin(), techniques.end(), technique) == techniques.end())
      techniques.push_back(std::move(technique));
  }
  return techniques;
}

Level level_of(const sigma::Document& document) {
  return level_from_string(document.level).value_or(Level::kMedium);
}

void describe_rule(const sigma::Document& document, Finding& finding) {
  finding.rule_id = shown_rule_id(document);
  finding.rule_title = document.title;
  finding.level = level_of(document);
  finding.status = document.status;
  finding.verdict = document.verdict;
  finding.tags = document.tags;
  finding.techniques = techniques_of(document.tags);
}

Finding describe(const sigma::Rule& rule, std::span<const engine::Reason> reasons,
                 const Event& event, const Block& block) {
  Finding finding;
  describe_rule(rule, finding);
  finding.time = event.time;
  finding.precision = event.precision;
  finding.offset_bytes = event.where.offset_bytes;
  finding.length_bytes = event.where.length_bytes;
  finding.record_id = event.record_id;
  finding.channel = event.shape->channel;
  finding.event_id = event.shape->event_id;
  finding.provider = event.shape->provider;
  finding.computer = rendered(event.computer);
  finding.recovered = event.recovered;
  add_event_ids(rule, event, block, finding);
  for (const engine::Reason& reason : reasons) {
    const bool has_slot = reason.slot != engine::kNoSlot;
    Because because{std::string(has_slot ? event.shape->names[reason.slot] : reason.field),
                    std::string(reason.text), reason.written->original,
                    has_slot ? offset_of_reason(reason, event, block) : std::nullopt,
                    std::string(reason.reading)};
    finding.because.push_back(std::move(because));
  }
  for (std::size_t slot = 0; slot < event.shape->fields.size(); ++slot) {
    const Value value = event.at(slot);
    if (!value.present()) continue;
    finding.fields.emplace_back(event.shape->names[slot], rendered(value));
  }
  return finding;
}

}  // namespace pugmark

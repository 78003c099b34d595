#include "detect/engine/agreement_testing.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <set>

#include "base/text.h"
#include "detect/collect/describe.h"
#include "detect/engine/named_event.h"
#include "events/reader.h"

namespace pugmark::engine {
namespace {

bool conditions_hold(const sigma::Route& route, const sigma::NamedEvent& own) {
  return std::all_of(route.conditions.begin(), route.conditions.end(), [&](const auto& condition) {
    for (const sigma::NamedField* field : sigma::find_fields(own, condition.field)) {
      for (const sigma::NamedValue& value : field->values) {
        for (const std::string& wanted : condition.values) {
          if (folded(value.text) == folded(wanted)) return true;
        }
      }
    }
    return false;
  });
}

bool holds_any(const sigma::NamedEvent& own, std::string_view name,
               const std::function<bool(const std::string&)>& wanted) {
  for (const sigma::NamedField* field : sigma::find_fields(own, name)) {
    for (const sigma::NamedValue& value : field->values) {
      if (wanted(value.text)) return true;
    }
  }
  return false;
}

// Of an event that names several: one of them is enough.
bool names_route(const sigma::Route& route, const sigma::NamedEvent& own) {
  const bool has_channel =
      route.channel.empty() || holds_any(own, "Channel", [&](const std::string& text) {
        return folded(text) == folded(route.channel);
      });
  const bool has_id =
      route.event_ids.empty() || holds_any(own, "EventID", [&](const std::string& text) {
        return std::any_of(route.event_ids.begin(), route.event_ids.end(), [&](std::uint32_t id) {
          const auto number = sigma::parse_number(text);
          return number && *number == sigma::Number::from_integer(id);
        });
      });
  return has_channel && has_id;
}

bool is_route_to(const sigma::Route& route, const Shape& shape, const sigma::NamedEvent& own) {
  if (route.source != shape.source) return false;
  if (shape.is_ambiguous) return names_route(route, own);
  if (!route.channel.empty() && folded(route.channel) != folded(shape.channel)) return false;
  return route.event_ids.empty() || std::find(route.event_ids.begin(), route.event_ids.end(),
                                              shape.event_id) != route.event_ids.end();
}

std::set<std::uint32_t> reference_matches(const Event& event, std::string_view raw_line,
                                          const Engine& engine, std::uint64_t& judged_count) {
  std::set<std::uint32_t> rules;
  const sigma::NamedEvent own = named_event(event, raw_line, {});
  std::map<const sigma::Route*, sigma::NamedEvent> renamed;  // rules of one source share routes
  for (std::uint32_t i = 0; i < engine.rules().rules.size(); ++i) {
    for (const sigma::Route& route : engine.routing(i).routes) {
      if (!is_route_to(route, *event.shape, own) || !conditions_hold(route, own)) continue;
      ++judged_count;
      const auto [at, is_new] = renamed.try_emplace(&route);
      if (is_new) at->second = named_event(event, raw_line, route.renames);
      if (sigma::evaluate(engine.rules().rules[i], at->second)) rules.insert(i);
    }
  }
  return rules;
}

std::string describe_difference(const Event& event, std::uint32_t rule, bool fast,
                                std::string_view path, const Engine& engine) {
  return fmt::format("{} +{}: rule {} matches only by the {}", path, event.where.offset_bytes,
                     shown_rule_id(engine.rules().rules[rule]),
                     fast ? "engine" : "reference evaluator");
}

Value value_of(const sigma::NamedValue& value) {
  Value made = Value::text(value.text);
  switch (value.kind) {
    case sigma::ValueKind::kText:
      break;
    case sigma::ValueKind::kNumber:
      made.type = ValueType::kNumberText;
      break;
    case sigma::ValueKind::kBool:
      made.type = ValueType::kBoolText;
      break;
    case sigma::ValueKind::kNull:
      made.type = ValueType::kNull;
      break;
  }
  return made;
}

}  // namespace

void compare_event(const Event& event, std::string_view raw_line, std::string_view path,
                   Engine& engine, Matcher& matcher, Agreement& agreement) {
  ++agreement.events_count;
  const BoundShape bound = engine.bind(*event.shape);
  std::vector<std::uint32_t> hits;
  matcher.match(event, bound, raw_line, hits);
  std::set<std::uint32_t> fast;
  for (const std::uint32_t hit : hits) fast.insert(bound.bucket->instances[hit].rule);
  const auto slow = reference_matches(event, raw_line, engine, agreement.judged_count);
  agreement.matches_count += slow.size();
  if (fast == slow || !agreement.difference.empty()) return;
  std::vector<std::uint32_t> only;
  std::set_symmetric_difference(fast.begin(), fast.end(), slow.begin(), slow.end(),
                                std::back_inserter(only));
  agreement.difference =
      describe_difference(event, only.front(), fast.contains(only.front()), path, engine);
}

Agreement compare_on_item(Bytes item, std::string_view path, Engine& engine, ShapeTable& shapes,
                          const Limits& limits) {
  Agreement agreement;
  std::vector<std::byte> memory(item.begin(), item.end());
  memory.resize(memory.size() + kBlockPadding);
  const Bytes bytes(memory.data(), item.size());
  const auto reader = make_reader(bytes.subspan(0, std::min<std::size_t>(bytes.size(), 65'536)),
                                  path, {&limits, &shapes, false});
  if (reader == nullptr) return agreement;
  const auto scratch = reader->new_scratch();
  Matcher matcher(20210303);
  EventBatch batch;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const Cut cut = reader->cut(bytes.subspan(at), at, true);
    const std::size_t length = cut.block_bytes > 0 ? cut.block_bytes : bytes.size() - at;
    const Block block{bytes.subspan(at, length), at, ItemId{}, at + length == bytes.size(),
                      cut.context};
    batch.clear();
    reader->decode(block, *scratch, batch);
    for (const Event& event : batch.events()) {
      const bool has_line = event.shape->source != SourceKind::kWindowsEvent &&
                            event.shape->source != SourceKind::kJson;
      const std::string_view line =
          has_line ? as_text(bytes.subspan(event.where.offset_bytes, event.where.length_bytes))
                   : std::string_view();
      compare_event(event, line, path, engine, matcher, agreement);
    }
    at += length;
  }
  return agreement;
}

bool matches_alone(const sigma::Rule& rule, const sigma::NamedEvent& event) {
  const Limits limits;
  ShapeTable shapes(limits);
  Shape shape;
  Arena arena;
  Value* values = arena.allocate_values(event.fields.size());
  for (std::size_t i = 0; i < event.fields.size(); ++i) {
    FieldId id{};
    shapes.intern_field(event.fields[i].name, id);
    shape.fields.push_back(id);
    const auto& from = event.fields[i].values;
    if (from.size() == 1) {
      values[i] = value_of(from.front());
      continue;
    }
    Value* list = arena.allocate_values(from.size());
    for (std::size_t k = 0; k < from.size(); ++k) list[k] = value_of(from[k]);
    values[i] = {list, static_cast<std::uint32_t>(from.size()), ValueType::kList};
  }
  Event made;
  made.shape = shapes.intern(std::move(shape));
  made.values = values;
  BucketSource source;
  source.instances.push_back({&rule, 0, 0, {}, {}});
  source.is_line_based = event.raw_line.has_value();
  ComparisonTable comparisons;
  const Bucket bucket = build_bucket(source, comparisons);
  BoundShape bound;
  bound.bucket = &bucket;
  bind_slots(*made.shape, bound);
  Matcher matcher(1);
  std::vector<std::uint32_t> hits;
  // Twice: what was remembered must say the same.
  matcher.match(made, bound, event.raw_line.value_or(""), hits);
  const bool first = !hits.empty();
  matcher.match(made, bound, event.raw_line.value_or(""), hits);
  return first && !hits.empty();
}

}  // namespace pugmark::engine

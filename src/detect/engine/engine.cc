#include "detect/engine/engine.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/text.h"

namespace pugmark::engine {
namespace {

bool is_web(SourceKind source) {
  return source == SourceKind::kWebServer || source == SourceKind::kExchangeHttpProxy;
}

sigma::Predicate equals(const std::string& field, const std::string& value) {
  sigma::Pattern pattern;
  pattern.shape = sigma::PatternShape::kEquals;
  pattern.tokens = {{sigma::TokenKind::kLiteral, value}};
  sigma::Predicate predicate;
  predicate.field = field;
  predicate.test = std::move(pattern);
  predicate.original = value;
  return predicate;
}

sigma::Predicate is_number(const std::string& field, std::uint32_t value) {
  sigma::Predicate predicate;
  predicate.field = field;
  predicate.test = sigma::NumberTest{sigma::CompareOp::kEqual, sigma::Number::from_integer(value)};
  predicate.original = std::to_string(value);
  return predicate;
}

}  // namespace

bool names_log_of(const sigma::Route& route, const BucketKey& key) {
  return !key.is_ambiguous && route.source == key.source &&
         (route.channel.empty() || folded(route.channel) == key.channel);
}

bool applies(const sigma::Route& route, const BucketKey& key) {
  if (!names_log_of(route, key)) return false;
  if (route.event_ids.empty()) return true;
  return std::find(route.event_ids.begin(), route.event_ids.end(), key.event_id) !=
         route.event_ids.end();
}

Engine::Engine(sigma::RuleSet rules, RulesetOptions options, Sha256 digest)
    : rules_(std::move(rules)),
      options_(std::move(options)),
      digest_(digest),
      parts_(parts_of(rules_, options_)) {
  for (const sigma::Rule& rule : rules_.rules) {
    const sigma::LogSource& source = rule.logsource;
    const std::tuple name{source.product, source.category, source.service};
    auto at = routing_by_source_.find(name);
    if (at == routing_by_source_.end())
      at = routing_by_source_.emplace(name, routing_of(source)).first;
    routings_.push_back(&at->second);
    note_event_ids(rule);
  }
  make_prefilter();
  for (const auto& [source, routing] : routing_by_source_) {
    for (const sigma::Route& route : routing.routing.routes) {
      if (!route.channel.empty()) channels_.insert(folded(route.channel));
      event_ids_.insert(route.event_ids.begin(), route.event_ids.end());
    }
  }
}

Engine::Routing Engine::routing_of(const sigma::LogSource& source) {
  Routing routing{sigma::routes(source), {}, {}};
  for (const sigma::Route& route : routing.routing.routes) {
    auto& conditions = routing.conditions.emplace_back();
    for (const sigma::RouteCondition& condition : route.conditions) {
      auto& alternatives = conditions.emplace_back();
      for (const std::string& value : condition.values)
        alternatives.push_back(equals(condition.field, value));
    }
    Conditions& all = routing.conditions_if_ambiguous.emplace_back(conditions);
    if (!route.channel.empty()) all.push_back({equals("Channel", route.channel)});
    if (route.event_ids.empty()) continue;
    auto& event_ids = all.emplace_back();
    for (const std::uint32_t event_id : route.event_ids)
      event_ids.push_back(is_number("EventID", event_id));
  }
  return routing;
}

void Engine::make_prefilter() {
  indicators::Prefilter::Sets sets;
  for (std::uint32_t i = 0; i < rules_.rules.size(); ++i) {
    if (parts_.rules[i].is_disabled) continue;
    for (const sigma::Predicate& predicate : rules_.rules[i].predicates) {
      if (const auto* test = std::get_if<sigma::IndicatorTest>(&predicate.test))
        sets.push_back(test->set);
    }
  }
  if (!sets.empty()) prefilter_ = std::make_unique<const indicators::Prefilter>(std::move(sets));
}

// Numbers that rules compare EventID with get buckets of their own; all others share one.
void Engine::note_event_ids(const sigma::Rule& rule) {
  for (const sigma::Predicate& predicate : rule.predicates) {
    const auto* test = std::get_if<sigma::NumberTest>(&predicate.test);
    if (test == nullptr || predicate.field != "EventID") continue;
    // Rules may write 4624.0 as well.
    const double number = test->number.approximate;
    if (number >= 0 && number <= UINT32_MAX && number == std::floor(number))
      event_ids_.insert(static_cast<std::uint64_t>(number));
  }
}

BucketKey Engine::key_of(const Shape& shape) const {
  if (shape.is_ambiguous) return {shape.source, "", 0, true};
  BucketKey key{shape.source, folded(shape.channel), kOtherEvent, false};
  if (!channels_.contains(key.channel)) key.channel.clear();
  if (shape.source == SourceKind::kWindowsEvent) {
    // 0 stands for a number that is missing or cannot be read: it is none of the others either.
    if (shape.event_id == 0 || event_ids_.contains(shape.event_id)) key.event_id = shape.event_id;
  } else {
    key.event_id = 0;
  }
  return key;
}

const Engine::Made& Engine::made(const BucketKey& key) {
  if (const auto found = buckets_.find(key); found != buckets_.end()) return found->second;
  const Made& made = buckets_.emplace(key, make(key)).first->second;
  buckets_by_id_.push_back(&made);
  return made;
}

Engine::Made Engine::make(const BucketKey& key) {
  BucketSource source;
  // Many rules share a routing.
  std::unordered_map<const Routing*, std::vector<std::uint32_t>> applying;
  for (const auto& [name, routing] : routing_by_source_) {
    const auto& routes = routing.routing.routes;
    for (std::uint32_t r = 0; r < routes.size(); ++r) {
      const bool is_candidate =
          key.is_ambiguous ? routes[r].source == key.source : applies(routes[r], key);
      if (is_candidate) applying[&routing].push_back(r);
    }
  }
  for (std::uint32_t i = 0; i < rules_.rules.size(); ++i) {
    const Routing& routing = *routings_[i];
    const auto found = applying.find(&routing);
    if (parts_.rules[i].is_disabled || found == applying.end()) continue;
    const auto& conditions =
        key.is_ambiguous ? routing.conditions_if_ambiguous : routing.conditions;
    for (const std::uint32_t r : found->second) {
      const auto& renames = routing.routing.routes[r].renames;
      source.instances.push_back({&rules_.rules[i], i, r, renames, conditions[r]});
    }
  }
  source.has_event_id = key.source == SourceKind::kWindowsEvent && !key.is_ambiguous;
  source.is_other_event_id = key.event_id == kOtherEvent;
  source.event_id = source.is_other_event_id ? 0 : static_cast<std::uint32_t>(key.event_id);
  source.is_web = is_web(key.source);
  source.is_line_based = is_line_based(key.source);
  source.prefilter = prefilter_.get();
  Made made;
  made.id = static_cast<std::uint32_t>(buckets_by_id_.size());
  made.key = key;
  made.field_base = fields_count_;
  made.bucket = build_bucket(source, comparisons_);
  fields_count_ += static_cast<std::uint32_t>(made.bucket.fields.size());
  return made;
}

bool Engine::wants(const Shape& shape) {
  const std::lock_guard lock(mutex_);
  return !made(key_of(shape)).bucket.instances.empty();
}

BoundShape Engine::bind(const Shape& shape) {
  const Made* found = nullptr;
  {
    const std::lock_guard lock(mutex_);
    found = &made(key_of(shape));
  }
  BoundShape bound;
  bound.bucket_id = found->id;
  bound.field_base = found->field_base;
  if (found->bucket.instances.empty()) return bound;
  bound.bucket = &found->bucket;
  bind_slots(shape, bound);
  if (!is_web(shape.source)) return bound;
  for (std::uint32_t slot = 0; slot < shape.fields.size(); ++slot) {
    const std::string_view name = shape.names[slot];
    if (name == "cs-uri-stem") bound.uri_stem_slot = slot;
    if (name == "cs-uri-query") bound.uri_query_slot = slot;
    if (name == "cs-user-agent") bound.user_agent_slot = slot;
  }
  // A literal may begin in the stem and end in the query: it stands in the line if they are
  // neighbours.
  bound.query_follows_stem = bound.uri_stem_slot == kNoSlot || bound.uri_query_slot == kNoSlot ||
                             bound.uri_query_slot == bound.uri_stem_slot + 1;
  return bound;
}

const Bucket& Engine::bucket(std::uint32_t id) const {
  const std::lock_guard lock(mutex_);
  return buckets_by_id_[id]->bucket;
}

const BucketKey& Engine::key(std::uint32_t id) const {
  const std::lock_guard lock(mutex_);
  return buckets_by_id_[id]->key;
}

}  // namespace pugmark::engine

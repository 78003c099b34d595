#include "detect/engine/bucket.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <unordered_map>

#include "base/text.h"
#include "detect/engine/clause.h"

namespace pugmark::engine {
namespace {

using sigma::Expression;
using sigma::ExpressionKind;
using sigma::PatternShape;
using sigma::Predicate;

class Builder {
 public:
  Builder(const BucketSource& source, ComparisonTable& comparisons)
      : source_(source), comparisons_(comparisons) {}

  Bucket build() {
    bucket_.prefilter = source_.prefilter;
    for (const InstanceSource& instance : source_.instances) add(instance);
    choose_clauses();
    build_indexes();
    return std::move(bucket_);
  }

 private:
  void add(const InstanceSource& instance) {
    std::vector<std::uint32_t> all;
    bool possible = true;
    originals_.clear();
    for (const std::vector<Predicate>& alternatives : instance.conditions) {
      std::vector<std::uint32_t> leaves;
      for (const Predicate& condition : alternatives)
        leaves.push_back(node(NodeKind::kPredicate, intern(own_field(condition.field), condition)));
      all.push_back(group(NodeKind::kOr, leaves));
    }
    possible = possible && add_to_and(translate(instance, instance.rule->expression), all);
    if (!possible) return;
    const std::uint32_t root = all.empty() ? node(NodeKind::kTrue) : group(NodeKind::kAnd, all);
    bucket_.instances.push_back({instance.rule_index, instance.route_index, root,
                                 static_cast<std::uint32_t>(bucket_.originals.size()),
                                 static_cast<std::uint32_t>(originals_.size())});
    bucket_.originals.insert(bucket_.originals.end(), originals_.begin(), originals_.end());
  }

  // False if the conjunction can never be true.
  bool add_to_and(std::uint32_t child, std::vector<std::uint32_t>& all) {
    const NodeKind kind = bucket_.nodes[child].kind;
    if (kind == NodeKind::kFalse) return false;
    if (kind != NodeKind::kTrue) all.push_back(child);
    return true;
  }

  std::uint32_t node(NodeKind kind, std::uint32_t first = 0, std::uint32_t count = 0) {
    bucket_.nodes.push_back({kind, false, first, count});
    return static_cast<std::uint32_t>(bucket_.nodes.size() - 1);
  }

  std::uint32_t group(NodeKind kind, const std::vector<std::uint32_t>& children) {
    if (children.size() == 1) return children.front();
    const auto first = static_cast<std::uint32_t>(bucket_.children.size());
    bucket_.children.insert(bucket_.children.end(), children.begin(), children.end());
    const std::uint32_t at = node(kind, first, static_cast<std::uint32_t>(children.size()));
    bucket_.nodes[at].is_of_one_value = kind == NodeKind::kOr && are_of_one_value(children);
    return at;
  }

  bool are_of_one_value(const std::vector<std::uint32_t>& children) const {
    return !children.empty() && std::ranges::all_of(children, [&](std::uint32_t child) {
      const Node& node = bucket_.nodes[child];
      return node.kind == NodeKind::kPredicate && asks_for_value(bucket_.predicates[node.first]) &&
             bucket_.predicates[node.first].field ==
                 bucket_.predicates[bucket_.nodes[children.front()].first].field;
    });
  }

  // Whether nothing but the value of its field decides the comparison, and only if there is one.
  bool asks_for_value(const CompiledPredicate& predicate) const {
    const sigma::PredicateOp op = predicate.source->op();
    return bucket_.fields[predicate.field].role != FieldRole::kKeyword &&
           op != sigma::PredicateOp::kNull && op != sigma::PredicateOp::kExists &&
           op != sigma::PredicateOp::kFieldRef && op != sigma::PredicateOp::kIndicator;
  }

  std::uint32_t translate(const InstanceSource& instance, const Expression& expression) {
    switch (expression.kind) {
      case ExpressionKind::kPredicate:
        return leaf(instance, instance.rule->predicates[expression.predicate]);
      case ExpressionKind::kNot: {
        const std::uint32_t child = translate(instance, expression.children.front());
        const NodeKind kind = bucket_.nodes[child].kind;
        if (kind == NodeKind::kTrue) return node(NodeKind::kFalse);
        if (kind == NodeKind::kFalse) return node(NodeKind::kTrue);
        bucket_.children.push_back(child);
        return node(NodeKind::kNot, static_cast<std::uint32_t>(bucket_.children.size() - 1), 1);
      }
      case ExpressionKind::kAnd:
        return combine(instance, expression, NodeKind::kAnd);
      case ExpressionKind::kOr:
        return combine(instance, expression, NodeKind::kOr);
    }
    return node(NodeKind::kFalse);
  }

  std::uint32_t combine(const InstanceSource& instance, const Expression& expression,
                        NodeKind kind) {
    const NodeKind decides = kind == NodeKind::kAnd ? NodeKind::kFalse : NodeKind::kTrue;
    const NodeKind neutral = kind == NodeKind::kAnd ? NodeKind::kTrue : NodeKind::kFalse;
    std::vector<std::uint32_t> children;
    for (const Expression& part : expression.children) {
      const std::uint32_t child = translate(instance, part);
      if (bucket_.nodes[child].kind == decides) return node(decides);
      if (bucket_.nodes[child].kind != neutral) children.push_back(child);
    }
    return children.empty() ? node(neutral) : group(kind, children);
  }

  std::uint32_t leaf(const InstanceSource& instance, const Predicate& predicate) {
    if (const auto decided = decide_event_id(predicate))
      return node(*decided ? NodeKind::kTrue : NodeKind::kFalse);
    const std::uint32_t id = intern(field_of(instance, predicate.field), predicate);
    originals_.push_back({id, &predicate});
    if (const auto* reference = std::get_if<sigma::FieldRef>(&predicate.test))
      bucket_.predicates[id].other_field = field_of(instance, reference->other_field);
    return node(NodeKind::kPredicate, id);
  }

  // Comparing EventID with one number has the same answer for every event of the bucket.
  std::optional<bool> decide_event_id(const Predicate& predicate) const {
    if (!source_.has_event_id || predicate.field != "EventID") return std::nullopt;
    if (const auto* number = std::get_if<sigma::NumberTest>(&predicate.test)) {
      if (number->op != sigma::CompareOp::kEqual) return std::nullopt;
      if (source_.is_other_event_id) return false;
      if (source_.event_id == 0) return std::nullopt;  // the events have none, or one out of range
      return number->number == sigma::Number::from_integer(source_.event_id);
    }
    return std::nullopt;
  }

  std::uint32_t intern(std::uint32_t plan, const Predicate& predicate) {
    const Comparison* const comparison = comparisons_.of(predicate);
    const auto next = static_cast<std::uint32_t>(bucket_.predicates.size());
    if (comparison != nullptr) {
      const std::uint64_t key = std::uint64_t{plan} << 32U | comparison->id;
      const auto [at, is_new] = predicate_ids_.try_emplace(key, next);
      if (!is_new) return at->second;
    }
    CompiledPredicate compiled;
    compiled.source = &predicate;
    compiled.field = plan;
    compiled.comparison = comparison;
    if (const auto* pattern = predicate.pattern()) {
      compiled.cased = pattern->cased;
      compiled.shape = pattern->shape;
      compiled.tokens = comparison->tokens;
      compiled.literal = comparison->literal;
    }
    bucket_.predicates.push_back(compiled);
    return next;
  }

  // The plan for a field as a rule names it.
  std::uint32_t field_of(const InstanceSource& instance, const std::string& field) {
    const auto rename =
        std::find_if(instance.renames.begin(), instance.renames.end(),
                     [&, name = folded(field)](const sigma::FieldRename& candidate) {
                       return folded(candidate.rule_field) == name;
                     });
    if (rename == instance.renames.end()) return own_field(field);
    const bool is_plain =
        rename->event_fields.size() == 1 && rename->rewrite == sigma::ValueRewrite::kNone;
    if (is_plain) return own_field(rename->event_fields.front());
    std::string key = field;
    for (const std::string& part : rename->event_fields) key += fmt::format("\n{}", part);
    key += fmt::format("\n{}", sigma::to_string(rename->rewrite));
    const auto [at, is_new] =
        field_ids_.try_emplace(key, static_cast<std::uint32_t>(bucket_.fields.size()));
    if (is_new) {
      FieldPlan plan;
      plan.name = field;
      plan.role = FieldRole::kRenamed;
      plan.rename = &*rename;
      bucket_.fields.push_back(std::move(plan));
    }
    return at->second;
  }

  // The plan for a field as the event names it.
  std::uint32_t own_field(const std::string& field) {
    const auto [at, is_new] =
        field_ids_.try_emplace(field, static_cast<std::uint32_t>(bucket_.fields.size()));
    if (is_new) {
      FieldPlan plan;
      plan.name = field;
      plan.role = role_of(field);
      if (plan.role == FieldRole::kKeyword) bucket_.keyword_field = at->second;
      bucket_.fields.push_back(std::move(plan));
    }
    return at->second;
  }

  FieldRole role_of(const std::string& field) const {
    if (field.empty()) return FieldRole::kKeyword;
    if (!source_.is_web) return FieldRole::kPlain;
    if (field == "cs-uri-query") return FieldRole::kUriQuery;
    if (field == "cs-uri-stem") return FieldRole::kUriStem;
    return field == "cs-user-agent" ? FieldRole::kUserAgent : FieldRole::kPlain;
  }

  void choose_clauses() {
    const ClauseChooser chooser(bucket_);
    std::unordered_map<std::uint32_t, std::uint32_t> clause_of_predicate;
    for (std::uint32_t i = 0; i < bucket_.instances.size(); ++i) {
      const auto predicates = chooser.choose(bucket_.instances[i].root);
      if (!predicates) {
        bucket_.always.push_back(i);
        continue;
      }
      for (const std::uint32_t predicate : *predicates) {
        const auto [at, is_new] = clause_of_predicate.try_emplace(
            predicate, static_cast<std::uint32_t>(bucket_.clauses.size()));
        if (is_new) bucket_.clauses.push_back({predicate, {}});
        bucket_.clauses[at->second].instances.push_back(i);
      }
    }
  }

  void build_indexes() {
    std::vector<std::vector<Literal>> literals(bucket_.fields.size());
    for (std::uint32_t i = 0; i < bucket_.clauses.size(); ++i) {
      const CompiledPredicate& predicate = bucket_.predicates[bucket_.clauses[i].predicate];
      FieldPlan& plan = bucket_.fields[predicate.field];
      if (predicate.source->op() == sigma::PredicateOp::kIndicator) {
        bucket_.indicator_clauses.push_back(i);
        continue;
      }
      plan.indexed = true;
      const bool has_literals =
          predicate.comparison != nullptr && !predicate.comparison->necessary.empty();
      if (!has_literals) {
        plan.compared.push_back(i);
        continue;
      }
      for (const Literal& literal : predicate.comparison->necessary)
        literals[predicate.field].push_back({literal.text, literal.anchor, i});
    }
    if (source_.is_line_based) {
      build_line(literals);
    } else {
      find_keywords();
    }
    for (std::size_t field = 0; field < literals.size(); ++field) {
      if (!literals[field].empty()) bucket_.fields[field].index.emplace(std::move(literals[field]));
    }
  }

  void find_keywords() {
    const std::uint32_t keywords = bucket_.keyword_field;
    if (keywords != kNoField && bucket_.fields[keywords].indexed)
      bucket_.keywords_by_value = keywords;
  }

  void build_line(const std::vector<std::vector<Literal>>& literals) {
    std::vector<Literal> in_line;
    for (std::size_t field = 0; field < literals.size(); ++field) {
      FieldPlan& plan = bucket_.fields[field];
      const auto& own = literals[field];
      plan.in_line = plan.role != FieldRole::kRenamed &&
                     std::all_of(own.begin(), own.end(), &LineScan::can_search);
      if (plan.in_line) in_line.insert(in_line.end(), own.begin(), own.end());
    }
    add_indicators_to_line(in_line);
    bucket_.line = std::make_unique<const LineScan>(in_line);
  }

  // The prefilter does not see them in a line.
  void add_indicators_to_line(std::vector<Literal>& in_line) {
    if (source_.prefilter == nullptr) return;
    for (const Literal& literal : source_.prefilter->without_anchor()) {
      for (const std::uint32_t clause : bucket_.indicator_clauses) {
        const auto& test = std::get<sigma::IndicatorTest>(
            bucket_.predicates[bucket_.clauses[clause].predicate].source->test);
        if (test.set != source_.prefilter->sets()[literal.id]) continue;
        in_line.push_back({literal.text, literal.anchor, clause});
        // Then every value is asked about.
        if (!LineScan::can_search(literal)) bucket_.indicators_in_line = false;
      }
    }
    std::erase_if(in_line, [](const Literal& literal) { return !LineScan::can_search(literal); });
  }

  const BucketSource& source_;
  ComparisonTable& comparisons_;
  Bucket bucket_;
  std::vector<Original> originals_;  // of the instance being added
  std::unordered_map<std::string, std::uint32_t> field_ids_;
  std::unordered_map<std::uint64_t, std::uint32_t> predicate_ids_;  // by field and comparison
};

}  // namespace

Bucket build_bucket(const BucketSource& source, ComparisonTable& comparisons) {
  return Builder(source, comparisons).build();
}

}  // namespace pugmark::engine

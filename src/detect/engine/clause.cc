#include "detect/engine/clause.h"

#include <algorithm>
#include <string_view>

namespace pugmark::engine {
namespace {

using sigma::PatternShape;
using sigma::PredicateOp;

// About how many of 10,000 values satisfy a comparison, from looking at which candidates turn out
// to be none. Only the order matters, and only for speed.
double cost_of_literal(PatternShape shape, std::size_t bytes) {
  // Short whole values are methods, protocols and flags, which stand in half of all events.
  if (shape == PatternShape::kEquals) return bytes <= 6 ? 1'000 : bytes <= 10 ? 50 : 2;
  if (bytes <= 2) return 2'000;
  if (bytes == 3) return 200;
  if (shape == PatternShape::kEnds) return bytes <= 5 ? 100 : 8;
  if (shape == PatternShape::kStarts) return bytes >= 16 ? 20 : 200;
  return bytes >= 16 ? 0.5 : bytes >= 8 ? 2 : 15;
}

// Fields with the same value in nearly every event of a bucket.
bool says_which_log(std::string_view field) {
  return field == "Provider_Name" || field == "Channel" || field == "EventLog";
}

}  // namespace

ClauseChooser::ClauseChooser(const Bucket& bucket)
    : bucket_(bucket), uses_count_(bucket.predicates.size(), 0) {
  for (const Node& node : bucket.nodes) {
    if (node.kind == NodeKind::kPredicate) ++uses_count_[node.first];
  }
  costs_.reserve(bucket.nodes.size());  // children stand in front of their parents
  for (const Node& node : bucket.nodes) costs_.push_back(cost(node));
}

std::optional<std::vector<std::uint32_t>> ClauseChooser::choose(std::uint32_t root) const {
  if (!costs_[root]) return std::nullopt;
  std::vector<std::uint32_t> predicates;
  collect(root, predicates);
  std::sort(predicates.begin(), predicates.end());
  predicates.erase(std::unique(predicates.begin(), predicates.end()), predicates.end());
  return predicates;
}

// Of a conjunction any one child will do; the rarest, which has the same cost.
std::optional<std::uint32_t> ClauseChooser::rarest(const Node& node) const {
  std::optional<std::uint32_t> best;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    const std::uint32_t child = bucket_.children[node.first + i];
    if (costs_[child] && (!best || *costs_[child] < *costs_[*best])) best = child;
  }
  return best;
}

std::optional<double> ClauseChooser::cost(const Node& node) const {
  switch (node.kind) {
    case NodeKind::kPredicate:
      return cost_of_predicate(node.first);
    case NodeKind::kAnd: {
      const auto child = rarest(node);
      return child ? costs_[*child] : std::nullopt;
    }
    case NodeKind::kOr: {  // every child needs one
      double sum = 0;
      for (std::uint32_t i = 0; i < node.count; ++i) {
        const auto& part = costs_[bucket_.children[node.first + i]];
        if (!part) return std::nullopt;
        sum += *part;
      }
      return sum;
    }
    case NodeKind::kFalse:
      return 0;
    case NodeKind::kNot:
    case NodeKind::kTrue:
      return std::nullopt;
  }
  return std::nullopt;
}

// Of a node that has a cost.
void ClauseChooser::collect(std::uint32_t at, std::vector<std::uint32_t>& predicates) const {
  const Node& node = bucket_.nodes[at];
  if (node.kind == NodeKind::kPredicate) predicates.push_back(node.first);
  if (node.kind == NodeKind::kAnd) collect(*rarest(node), predicates);
  if (node.kind != NodeKind::kOr) return;
  for (std::uint32_t i = 0; i < node.count; ++i)
    collect(bucket_.children[node.first + i], predicates);
}

std::optional<double> ClauseChooser::cost_of_predicate(std::uint32_t at) const {
  const CompiledPredicate& predicate = bucket_.predicates[at];
  double cost = 0;
  switch (predicate.source->op()) {
    case PredicateOp::kPattern: {
      const auto& literals = predicate.comparison->necessary;
      // The empty text and a lone star are decided by presence, which needs no index.
      if (literals.empty()) return std::nullopt;
      cost = says_which_log(bucket_.fields[predicate.field].name)
                 ? 8'000
                 : cost_of_literal(predicate.shape, literals.front().text.size());
      break;
    }
    case PredicateOp::kRegex: {
      // Without a literal the expression is tried on every value, which also costs time.
      const auto& literals = predicate.comparison->necessary;
      cost = literals.empty() ? 5'000 : 30.0 * static_cast<double>(literals.size());
      break;
    }
    case PredicateOp::kNumber:
      cost = 1'500;
      break;
    case PredicateOp::kCidr:
      cost = 2'000;
      break;
    case PredicateOp::kIndicator:  // the prefilter answers for all of them at once
      cost = 1;
      break;
    case PredicateOp::kTime:
    case PredicateOp::kBool:
      cost = 5'000;
      break;
    // True for absent fields too, or decided by two fields: no value makes a candidate.
    case PredicateOp::kNull:
    case PredicateOp::kExists:
    case PredicateOp::kFieldRef:
      return std::nullopt;
  }
  cost *= 1.0 + 0.25 * std::min<std::uint32_t>(uses_count_[at], 400);
  return cost;
}

}  // namespace pugmark::engine

#include "detect/engine/clause.h"

#include <algorithm>

#include "base/text.h"

namespace pugmark::engine {
namespace {

using sigma::PatternShape;
using sigma::PredicateOp;
using sigma::TokenKind;

// About how many of 10,000 values satisfy a comparison, from looking at which candidates turn out to
// be none. Only the order matters, and only for speed.
double cost_of_literal(PatternShape shape, std::size_t bytes) {
  // Short whole values are methods, protocols and flags, which stand in half of all events.
  if (shape == PatternShape::kEquals) return bytes <= 6 ? 1'000 : bytes <= 10 ? 50 : 2;
  if (bytes <= 2) return 2'000;
  if (bytes == 3) return 200;
  if (shape == PatternShape::kEnds) return bytes <= 5 ? 100 : 8;
  if (shape == PatternShape::kStarts) return bytes >= 16 ? 20 : 200;
  return bytes >= 8 ? 2 : 15;
}

}  // namespace

std::optional<Literal> necessary_literal(const CompiledPredicate& predicate) {
  if (predicate.source->op() != PredicateOp::kPattern) return std::nullopt;
  Literal literal;
  const sigma::Token* longest = nullptr;
  for (const sigma::Token& token : predicate.tokens) {
    if (token.kind == TokenKind::kLiteral &&
        (longest == nullptr || token.literal.size() > longest->literal.size()))
      longest = &token;
  }
  if (longest == nullptr) return std::nullopt;
  // Texts are searched folded; a cased literal stands in the folded text in its folded form.
  literal.text = predicate.cased ? folded(longest->literal) : longest->literal;
  switch (predicate.shape) {
    case PatternShape::kEquals: literal.anchor = Anchor::kWhole; break;
    case PatternShape::kStarts: literal.anchor = Anchor::kStart; break;
    case PatternShape::kEnds: literal.anchor = Anchor::kEnd; break;
    case PatternShape::kEmpty:
    case PatternShape::kPresent:
    case PatternShape::kContains:
    case PatternShape::kGeneral: literal.anchor = Anchor::kAnywhere; break;
  }
  return literal;
}

ClauseChooser::ClauseChooser(const Bucket& bucket)
    : bucket_(bucket), uses_count_(bucket.predicates.size(), 0) {
  for (const Node& node : bucket.nodes) {
    if (node.kind == NodeKind::kPredicate) ++uses_count_[node.first];
  }
}

std::optional<std::vector<std::uint32_t>> ClauseChooser::choose(std::uint32_t root) {
  auto chosen = choice(root);
  if (!chosen) return std::nullopt;
  std::sort(chosen->predicates.begin(), chosen->predicates.end());
  const auto last = std::unique(chosen->predicates.begin(), chosen->predicates.end());
  chosen->predicates.erase(last, chosen->predicates.end());
  return std::move(chosen->predicates);
}

std::optional<ClauseChooser::Choice> ClauseChooser::choice(std::uint32_t at) const {
  const Node& node = bucket_.nodes[at];
  const auto child = [&](std::uint32_t i) { return bucket_.children[node.first + i]; };
  switch (node.kind) {
    case NodeKind::kPredicate: return leaf(node.first);
    case NodeKind::kAnd: {  // any one child will do: the rarest
      std::optional<Choice> best;
      for (std::uint32_t i = 0; i < node.count; ++i) {
        auto candidate = choice(child(i));
        if (candidate && (!best || candidate->cost < best->cost)) best = std::move(candidate);
      }
      return best;
    }
    case NodeKind::kOr: {  // every child needs one
      Choice all;
      for (std::uint32_t i = 0; i < node.count; ++i) {
        auto part = choice(child(i));
        if (!part) return std::nullopt;
        all.cost += part->cost;
        all.predicates.insert(all.predicates.end(), part->predicates.begin(),
                              part->predicates.end());
      }
      return all;
    }
    case NodeKind::kFalse: return Choice{};
    case NodeKind::kNot:
    case NodeKind::kTrue: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<ClauseChooser::Choice> ClauseChooser::leaf(std::uint32_t at) const {
  const CompiledPredicate& predicate = bucket_.predicates[at];
  double cost = 0;
  switch (predicate.source->op()) {
    case PredicateOp::kPattern: {
      const auto literal = necessary_literal(predicate);
      // The empty text and a lone star are decided by presence, which needs no index.
      if (!literal) return std::nullopt;
      cost = cost_of_literal(predicate.shape, literal->text.size());
      break;
    }
    case PredicateOp::kRegex: cost = 300; break;
    case PredicateOp::kNumber: cost = 1'500; break;
    case PredicateOp::kCidr: cost = 2'000; break;
    case PredicateOp::kTime:
    case PredicateOp::kBool: cost = 5'000; break;
    // True for absent fields too, or decided by two fields: no value makes a candidate.
    case PredicateOp::kNull:
    case PredicateOp::kExists:
    case PredicateOp::kFieldRef: return std::nullopt;
  }
  cost *= 1.0 + 0.25 * std::min<std::uint32_t>(uses_count_[at], 400);
  return Choice{cost, {at}};
}

}  // namespace pugmark::engine

#include "detect/engine/clause.h"

#include <algorithm>
#include <re2/filtered_re2.h>
#include <re2/re2.h>
#include <string_view>

#include "base/text.h"

namespace pugmark::engine {
namespace {

using sigma::PatternShape;
using sigma::PredicateOp;
using sigma::TokenKind;

// About how many of 10,000 values satisfy a comparison, from looking at which candidates turn out
// to be none. Only the order matters, and only for speed.
double cost_of_literal(PatternShape shape, std::size_t bytes) {
  // Short whole values are methods, protocols and flags, which stand in half of all events.
  if (shape == PatternShape::kEquals) return bytes <= 6 ? 1'000 : bytes <= 10 ? 50 : 2;
  if (bytes <= 2) return 2'000;
  if (bytes == 3) return 200;
  if (shape == PatternShape::kEnds) return bytes <= 5 ? 100 : 8;
  if (shape == PatternShape::kStarts) return bytes >= 16 ? 20 : 200;
  return bytes >= 8 ? 2 : 15;
}

// Fields with the same value in nearly every event of a bucket.
bool says_which_log(std::string_view field) {
  return field == "Provider_Name" || field == "Channel" || field == "EventLog";
}

// Asks RE2 which of its atoms must be in a text: an atom without which nothing can match is enough
// by itself (the longest is taken); else any of them may be the one.
// Atoms are lower-cased by RE2 and texts are case-folded here. For ASCII the two agree, Kelvin sign
// and long s included; expressions with other letters get no literal and are tried on every value.
std::vector<Literal> literals_of_regex(const std::string& expression) {
  constexpr int kAtomBytesMin = 3;
  const auto is_ascii = [](const std::string& text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  };
  if (!is_ascii(expression)) return {};
  re2::FilteredRE2 filter(kAtomBytesMin);
  int id = 0;
  re2::RE2::Options options;
  options.set_log_errors(false);
  if (filter.Add(expression, options, &id) != re2::RE2::NoError) return {};
  std::vector<std::string> atoms;
  filter.Compile(&atoms);
  const auto can_match_with = [&](const std::vector<int>& present) {
    std::vector<int> potentials;
    filter.AllPotentials(present, &potentials);
    return !potentials.empty();
  };
  if (atoms.empty() || can_match_with({})) return {};
  std::vector<int> all;
  for (std::size_t i = 0; i < atoms.size(); ++i) all.push_back(static_cast<int>(i));
  const std::string* best = nullptr;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    std::vector<int> others = all;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    if (!can_match_with(others) && (best == nullptr || atoms[i].size() > best->size()))
      best = &atoms[i];
  }
  std::vector<Literal> literals;
  for (const std::string& atom : atoms) {
    if (!is_ascii(atom)) return {};
    if (best == nullptr || best == &atom) literals.push_back({atom, Anchor::kAnywhere, 0});
  }
  return literals;
}

}  // namespace

std::vector<Literal> necessary_literals(const CompiledPredicate& predicate) {
  if (const auto* regex = std::get_if<sigma::Regex>(&predicate.source->test))
    return literals_of_regex(regex->expression);
  if (predicate.source->op() != PredicateOp::kPattern) return {};
  Literal literal;
  const sigma::Token* longest = nullptr;
  for (const sigma::Token& token : predicate.tokens) {
    if (token.kind == TokenKind::kLiteral &&
        (longest == nullptr || token.literal.size() > longest->literal.size()))
      longest = &token;
  }
  if (longest == nullptr) return {};
  // Texts are searched folded; a cased literal stands in the folded text in its folded form.
  literal.text = predicate.cased ? folded(longest->literal) : longest->literal;
  switch (predicate.shape) {
    case PatternShape::kEquals:
      literal.anchor = Anchor::kWhole;
      break;
    case PatternShape::kStarts:
      literal.anchor = Anchor::kStart;
      break;
    case PatternShape::kEnds:
      literal.anchor = Anchor::kEnd;
      break;
    case PatternShape::kEmpty:
    case PatternShape::kPresent:
    case PatternShape::kContains:
    case PatternShape::kGeneral:
      literal.anchor = Anchor::kAnywhere;
      break;
  }
  return {literal};
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
    case NodeKind::kPredicate:
      return leaf(node.first);
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
    case NodeKind::kFalse:
      return Choice{};
    case NodeKind::kNot:
    case NodeKind::kTrue:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<ClauseChooser::Choice> ClauseChooser::leaf(std::uint32_t at) const {
  const CompiledPredicate& predicate = bucket_.predicates[at];
  double cost = 0;
  switch (predicate.source->op()) {
    case PredicateOp::kPattern: {
      const auto literals = necessary_literals(predicate);
      // The empty text and a lone star are decided by presence, which needs no index.
      if (literals.empty()) return std::nullopt;
      cost = says_which_log(bucket_.fields[predicate.field].name)
                 ? 8'000
                 : cost_of_literal(predicate.shape, literals.front().text.size());
      break;
    }
    case PredicateOp::kRegex: {
      // Without a literal the expression is tried on every value, which also costs time.
      const auto literals = necessary_literals(predicate);
      cost = literals.empty() ? 5'000 : 30.0 * static_cast<double>(literals.size());
      break;
    }
    case PredicateOp::kNumber:
      cost = 1'500;
      break;
    case PredicateOp::kCidr:
      cost = 2'000;
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
  return Choice{cost, {at}};
}

}  // namespace pugmark::engine

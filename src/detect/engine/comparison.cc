#include "detect/engine/comparison.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <re2/filtered_re2.h>
#include <re2/re2.h>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace pugmark::engine {
namespace {

using sigma::PatternShape;
using sigma::TokenKind;

// Asks RE2 which of its atoms must be in a text: an atom without which nothing can match is enough
// by itself (the longest is taken); else any of them may be the one.
// Atoms are lower-cased by RE2 and texts are case-folded here. For ASCII the two agree, Kelvin sign
// and long s included; expressions with other letters get no literal and are tried on every value.
std::vector<Literal> literals_of_regex(const std::string& expression) {
  constexpr int kAtomBytesMin = 3;
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

std::vector<Literal> literals_of_pattern(const sigma::Pattern& pattern,
                                         const std::vector<sigma::Token>& tokens) {
  Literal literal;
  const sigma::Token* longest = nullptr;
  for (const sigma::Token& token : tokens) {
    if (token.kind == TokenKind::kLiteral &&
        (longest == nullptr || token.literal.size() > longest->literal.size()))
      longest = &token;
  }
  if (longest == nullptr) return {};
  // Texts are searched folded; a cased literal stands in the folded text in its folded form.
  literal.text = pattern.cased ? folded(longest->literal) : longest->literal;
  switch (pattern.shape) {
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

// Text that is equal for equal comparisons.
std::string identity_of(const sigma::Pattern& pattern, const std::vector<sigma::Token>& tokens) {
  std::string identity(1, pattern.cased ? 'P' : 'p');
  for (const sigma::Token& token : tokens) {
    identity += static_cast<char>(token.kind);
    // The size keeps a literal apart from what follows it.
    const std::uint64_t size = token.literal.size();
    std::array<char, sizeof size> bytes;
    std::memcpy(bytes.data(), &size, bytes.size());
    identity.append(bytes.data(), bytes.size());
    identity += token.literal;
  }
  return identity;
}

}  // namespace

const Comparison* ComparisonTable::of(const sigma::Predicate& predicate) {
  const sigma::Pattern* const pattern = predicate.pattern();
  const auto* const regex = std::get_if<sigma::Regex>(&predicate.test);
  if (pattern == nullptr && regex == nullptr) return nullptr;
  const auto [known, is_new] = by_predicate_.try_emplace(&predicate, nullptr);
  if (!is_new) return known->second;
  std::vector<sigma::Token> tokens;
  if (pattern != nullptr) {
    tokens = pattern->tokens;
    if (!pattern->cased) {
      for (sigma::Token& token : tokens) token.literal = folded(token.literal);
    }
  }
  const auto id = static_cast<std::uint32_t>(by_identity_.size());
  const auto [at, is_first] = by_identity_.try_emplace(
      pattern != nullptr ? identity_of(*pattern, tokens) : 'r' + regex->expression);
  Comparison& comparison = at->second;
  known->second = &comparison;
  if (!is_first) return &comparison;
  comparison.id = id;
  comparison.necessary = pattern != nullptr ? literals_of_pattern(*pattern, tokens)
                                            : literals_of_regex(regex->expression);
  for (const sigma::Token& token : tokens) {
    if (token.kind == TokenKind::kLiteral) comparison.literal = token.literal;
  }
  comparison.tokens = std::move(tokens);
  return &comparison;
}

}  // namespace pugmark::engine

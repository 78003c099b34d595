#include "detect/script/parse_testing.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace pugmark::script::testing {
namespace {

// A tree may be so many times deeper than expressions and blocks are nested, and so much more.
constexpr std::size_t kLevelsPerDepth = 8;
constexpr std::size_t kLevelsMore = 256;
// A token makes so many nodes at most, and a byte of a text with code in it.
constexpr std::size_t kNodesPerToken = 16;
constexpr std::size_t kNodesPerByte = 4;
constexpr std::size_t kNodesMore = 64;

std::string say(std::string_view what, std::uint64_t where) {
  return std::string(what) + " at " + std::to_string(where);
}

std::string broken_by_tokens(const Parsed& parsed) {
  if (parsed.tokens.empty() || parsed.tokens.back().kind != TokenKind::kEnd)
    return "the last token is no kEnd";
  std::uint64_t reached = 0;
  for (const Token& token : parsed.tokens) {
    if (token.begin < reached) return say("tokens out of order or overlapping", token.begin);
    reached = std::uint64_t{token.begin} + token.length;
    if (reached > parsed.text.size()) return say("a token beyond the text", token.begin);
    const bool is_last = &token == &parsed.tokens.back();
    if (token.kind == TokenKind::kEnd && !is_last) return say("an early kEnd", token.begin);
    const bool may_be_empty =
        is_last || token.kind == TokenKind::kIndent || token.kind == TokenKind::kDedent;
    if (token.length == 0 && !may_be_empty) return say("a token without length", token.begin);
  }
  return "";
}

struct Level {
  NodeId node;
  std::size_t depth;
};

std::string broken_by_tree(const Parsed& parsed, const ParseBounds& bounds) {
  const Tree& tree = parsed.tree;
  if (parsed.outcome.root == kNoNode) return tree.is_full() ? "" : "no root";
  std::vector<bool> is_seen(tree.size(), false);
  std::vector<Level> open{{parsed.outcome.root, 0}};
  const std::size_t deepest = kLevelsPerDepth * bounds.depth_max + kLevelsMore;
  while (!open.empty()) {
    const auto [id, depth] = open.back();
    open.pop_back();
    if (is_seen[id]) return say("a node in two places", id);
    is_seen[id] = true;
    if (depth > deepest) return say("too deep a tree", tree.at(id).begin);
    const Node& node = tree.at(id);
    const std::uint64_t end = std::uint64_t{node.begin} + node.length;
    if (end > parsed.text.size()) return say("a node beyond the text", node.begin);
    for (NodeId child = node.first_child; child != kNoNode; child = tree.at(child).next) {
      if (child >= tree.size()) return say("a child that is not there", child);
      const Node& below = tree.at(child);
      if (below.begin < node.begin || std::uint64_t{below.begin} + below.length > end)
        return say("a child outside its parent", below.begin) + ", " +
               std::string(to_string(below.kind)) + " in " + std::string(to_string(node.kind));
      open.push_back({child, depth + 1});
      if (open.size() > tree.size() + 1) return say("a cycle", id);
    }
  }
  return "";
}

}  // namespace

void parse_into(Tokenise tokenise, Parse parse, Language language, const ParseBounds& bounds,
                Parsed& parsed) {
  const auto size = static_cast<std::uint32_t>(parsed.text.size());
  if (parsed.regions.empty()) parsed.regions.push_back({Region::Kind::kCode, language, 0, size});
  tokenise(parsed.text, parsed.regions, bounds.tokens_max, parsed.tokens);
  const std::uint16_t source = parsed.tree.add_source({parsed.text, kNoNode, 0, 0, size});
  parsed.outcome = parse(parsed.tokens, parsed.regions, source, bounds, parsed.tree);
}

std::string dump_of(Tokenise tokenise, Parse parse, Language language, std::string_view text) {
  Parsed parsed;
  parsed.text = text;
  if (text.find("<%") != std::string_view::npos) parsed.regions = regions_of(text, language);
  const ParseBounds bounds;
  parse_into(tokenise, parse, language, bounds, parsed);
  const std::string broken = broken_promise(parsed, bounds);
  if (!broken.empty()) return "broken promise: " + broken;
  std::string out;
  if (parsed.outcome.skipped_tokens != 0)
    out += "skipped " + std::to_string(parsed.outcome.skipped_tokens) + '\n';
  if (parsed.outcome.too_deep_count != 0)
    out += "too deep " + std::to_string(parsed.outcome.too_deep_count) + '\n';
  const NodeId root = parsed.outcome.root;
  for (NodeId child = parsed.tree.at(root).first_child; child != kNoNode;
       child = parsed.tree.at(child).next)
    out += dump(parsed.tree, child);
  for (std::size_t at = out.find(" \n"); at != std::string::npos; at = out.find(" \n", at))
    out[at] = '_';
  return out;
}

std::string broken_promise(const Parsed& parsed, const ParseBounds& bounds) {
  if (std::string broken = broken_by_tokens(parsed); !broken.empty()) return broken;
  if (parsed.tokens.size() > std::size_t{bounds.tokens_max} + 1) return "too many tokens";
  if (parsed.outcome.end > parsed.text.size()) return "an end beyond the text";
  // Code in texts has tokens of its own, a byte each at least.
  if (parsed.outcome.skipped_tokens > parsed.tokens.size() + parsed.text.size())
    return "more skipped than there is";
  if (parsed.tree.size() >
      kNodesPerToken * parsed.tokens.size() + kNodesPerByte * parsed.text.size() + kNodesMore)
    return "more nodes than so short a text may make";
  return broken_by_tree(parsed, bounds);
}

std::vector<Region> regions_of(std::string_view text, Language language) {
  std::vector<Region> regions;
  const auto add = [&](Region::Kind kind, std::size_t begin, std::size_t end) {
    if (end > begin)
      regions.push_back({kind, language, static_cast<std::uint32_t>(begin),
                         static_cast<std::uint32_t>(end - begin)});
  };
  std::size_t at = 0;
  for (;;) {
    const std::size_t open = text.find("<%", at);
    if (open == std::string_view::npos) break;
    add(Region::Kind::kMarkup, at, open);
    const bool is_expression = open + 2 < text.size() && text[open + 2] == '=';
    const std::size_t begin = open + (is_expression ? 3 : 2);
    const std::size_t close = std::min(text.find("%>", begin), text.size());
    add(is_expression ? Region::Kind::kExpression : Region::Kind::kCode, begin, close);
    at = std::min(close + 2, text.size());
  }
  add(regions.empty() ? Region::Kind::kCode : Region::Kind::kMarkup, at, text.size());
  return regions;
}

void hold_to_promises(Tokenise tokenise, Parse parse, Language language, std::string_view text) {
  constexpr ParseBounds kOrdinary{};
  constexpr ParseBounds kTight{64, 5};
  for (const ParseBounds& bounds : {kOrdinary, kTight}) {
    for (const bool is_page : {false, true}) {
      Parsed parsed;
      parsed.text = text;
      if (is_page) parsed.regions = regions_of(text, language);
      parse_into(tokenise, parse, language, bounds, parsed);
      const std::string broken = broken_promise(parsed, bounds);
      if (broken.empty()) continue;
      std::fprintf(stderr, "broken promise: %s (%s)\n", broken.c_str(),
                   is_page ? "page" : "all code");
      std::abort();
    }
  }
}

std::string trouble_with(Tokenise tokenise, Parse parse, Language language,
                         const Repetition& repetition) {
  constexpr std::chrono::seconds kLongest{10};  // a quadratic parser takes minutes
  Parsed parsed;
  parsed.text = std::string(repetition.before) + repeated(repetition.piece, kRepetitions);
  const ParseBounds bounds;
  const auto start = std::chrono::steady_clock::now();
  parse_into(tokenise, parse, language, bounds, parsed);
  const auto lasted = std::chrono::steady_clock::now() - start;
  const std::string broken = broken_promise(parsed, bounds);
  if (!broken.empty()) return parsed.text.substr(0, 40) + ": " + broken;
  return lasted < kLongest ? "" : parsed.text.substr(0, 40) + ": takes too long";
}

std::string repeated(std::string_view piece, std::size_t count) {
  std::string out;
  out.reserve(piece.size() * count);
  for (std::size_t i = 0; i < count; ++i) out += piece;
  return out;
}

}  // namespace pugmark::script::testing

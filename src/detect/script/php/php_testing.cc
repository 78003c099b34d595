#include "detect/script/php/php_testing.h"

#include <array>
#include <utility>
#include <vector>

#include "detect/script/page.h"

namespace pugmark::script::php {
namespace {

// Levels of the tree that one step of the parser's recursion may add.
constexpr std::size_t kLevelsPerStep = 8;

std::string at_position(std::string_view what, std::size_t at) {
  return std::string(what) + " at " + std::to_string(at);
}

std::string dump_text(std::string_view text, bool begins_in_code) {
  std::vector<Region> regions;
  find_php_regions(text, begins_in_code, regions);
  const ParseBounds bounds;
  std::vector<Token> tokens;
  tokenise_php(text, regions, bounds.tokens_max, tokens);
  Tree tree(1'000'000);
  Source source;
  source.text = text;
  source.length = static_cast<std::uint32_t>(text.size());
  const ParseOutcome outcome = parse_php(tokens, regions, tree.add_source(source), bounds, tree);
  std::string out = dump(tree, outcome.root);
  if (outcome.skipped_tokens > 0) out += "skipped " + std::to_string(outcome.skipped_tokens) + '\n';
  if (outcome.too_deep_count > 0)
    out += "too deep " + std::to_string(outcome.too_deep_count) + '\n';
  const std::string broken = broken_promise_of_tree(text, tree, outcome.root, bounds.depth_max);
  return broken.empty() ? out : "broken promise: " + broken + '\n' + out;
}

}  // namespace

std::string broken_promise_of_regions(std::string_view text, std::span<const Region> regions) {
  std::size_t end = 0;
  for (const Region& region : regions) {
    if (region.length == 0) return at_position("empty region", region.begin);
    if (region.begin < end) return at_position("region out of order", region.begin);
    end = std::size_t{region.begin} + region.length;
    if (end > text.size()) return at_position("region outside the text", region.begin);
  }
  return {};
}

std::string broken_promise_of_tokens(std::string_view text, std::span<const Token> tokens,
                                     std::uint32_t tokens_max) {
  if (tokens.empty() || tokens.back().kind != TokenKind::kEnd) return "no end";
  if (tokens.size() > std::size_t{tokens_max} + 1) return "too many tokens";
  if (tokens.back().length != 0) return "an end with a length";
  if (tokens.back().begin > text.size()) return "an end outside the text";
  std::size_t end = 0;
  for (const Token& token : tokens) {
    if (token.begin < end) return at_position("token out of order", token.begin);
    end = std::size_t{token.begin} + token.length;
    if (token.length == 0 && &token != &tokens.back())
      return at_position("empty token", token.begin);
    if (end > text.size()) return at_position("token outside the text", token.begin);
  }
  return {};
}

std::string broken_promise_of_tree(std::string_view text, const Tree& tree, NodeId root,
                                   std::uint32_t depth_max) {
  std::vector<bool> is_seen(tree.size());
  std::vector<std::pair<NodeId, std::size_t>> open;
  if (root != kNoNode) open.emplace_back(root, 0);
  while (!open.empty()) {
    const auto [id, depth] = open.back();
    open.pop_back();
    if (id >= tree.size()) return "a child that is no node";
    const Node& node = tree.at(id);
    const std::size_t end = std::size_t{node.begin} + node.length;
    if (is_seen[id]) return at_position("a node met twice", node.begin);
    is_seen[id] = true;
    if (end > text.size()) return at_position("a node outside the text", node.begin);
    if (depth > kLevelsPerStep * (std::size_t{depth_max} + 1))
      return at_position("a tree too deep", node.begin);
    for (NodeId child = node.first_child; child != kNoNode; child = tree.at(child).next) {
      if (child >= tree.size()) return "a child that is no node";
      const Node& below = tree.at(child);
      const bool is_inside =
          below.begin >= node.begin && std::size_t{below.begin} + below.length <= end;
      // What is left out has no place of its own.
      if (below.length > 0 && !is_inside)
        return at_position(std::string(to_string(below.kind)) + " outside its " +
                               std::string(to_string(node.kind)),
                           below.begin);
      open.emplace_back(child, depth + 1);
      if (open.size() > tree.size()) return "a ring of nodes";
    }
  }
  return {};
}

std::string dump_code(std::string_view code) { return dump_text(code, true); }

std::string dump_page(std::string_view page) { return dump_text(page, false); }

std::string dump_regions(std::string_view page) {
  std::vector<Region> regions;
  find_php_regions(page, false, regions);
  std::string out;
  for (const Region& region : regions) {
    if (region.kind == Region::Kind::kMarkup) out += "markup ";
    if (region.kind == Region::Kind::kCode) out += "code ";
    if (region.kind == Region::Kind::kExpression) out += "expression ";
    out += std::string(page.substr(region.begin, region.length)) + '\n';
  }
  const std::string broken = broken_promise_of_regions(page, regions);
  return broken.empty() ? out : "broken promise: " + broken + '\n' + out;
}

std::string dump_tokens(std::string_view code) {
  constexpr std::array<std::string_view, 15> kKinds = {
      "end",       "name",     "variable", "text",   "template", "command", "regex",  "number",
      "character", "operator", "newline",  "indent", "dedent",   "markup",  "comment"};
  std::vector<Region> regions;
  find_php_regions(code, true, regions);
  std::vector<Token> tokens;
  tokenise_php(code, regions, 1000, tokens);
  std::string out;
  for (const Token& token : tokens) {
    if (!out.empty()) out += '|';
    out += std::string(kKinds[static_cast<std::size_t>(token.kind)]) + ' ';
    out += code.substr(token.begin, token.length);
  }
  const std::string broken = broken_promise_of_tokens(code, tokens, 1000);
  return broken.empty() ? out : "broken promise: " + broken + '\n' + out;
}

}  // namespace pugmark::script::php

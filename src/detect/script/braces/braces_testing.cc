#include "detect/script/braces/braces_testing.h"

#include <algorithm>

#include "base/text.h"

namespace pugmark::script::testing {
namespace {

// One node by dump(), whose first line says all about it, then its children.
void append_line(const Tree& tree, NodeId id, std::string& out) {
  const std::string whole = dump(tree, id);
  out += whole.substr(0, whole.find('\n'));
  const char* between = "(";
  for (NodeId child = tree.at(id).first_child; child != kNoNode; child = tree.at(child).next) {
    out += between;
    append_line(tree, child, out);
    between = ", ";
  }
  if (tree.at(id).first_child != kNoNode) out += ')';
}

std::vector<Region> regions_with_members(std::string_view text, Language language) {
  std::vector<Region> regions = regions_of(text, language);
  if (regions.size() == 1 && text.find("<%") == text.npos) {
    if (language == Language::kCSharp) regions[0].kind = Region::Kind::kMembers;
    return regions;
  }
  for (Region& region : regions) {
    if (region.kind != Region::Kind::kCode || text[region.begin] != '!') continue;
    region.kind = Region::Kind::kMembers;
    ++region.begin;
    --region.length;
  }
  return regions;
}

std::string_view kind_of(const Token& token) {
  switch (token.kind) {
    case TokenKind::kText:
      return "text:";
    case TokenKind::kTemplate:
      return "template:";
    case TokenKind::kRegex:
      return "regex:";
    case TokenKind::kNumber:
      return "number:";
    case TokenKind::kCharacter:
      return "character:";
    case TokenKind::kMarkup:
      return "markup:";
    default:
      return "";
  }
}

}  // namespace

std::string tree_of(Language language, std::string_view text) {
  Parsed parsed;
  parsed.text = text;
  parsed.regions = regions_with_members(parsed.text, language);
  const ParseBounds bounds;
  parse_into(tokenise_braces, parse_braces, language, bounds, parsed);
  if (std::string broken = broken_promise(parsed, bounds); !broken.empty())
    return "broken promise: " + broken;
  std::string out;
  const auto tell = [&](std::string_view what, std::uint64_t count) {
    if (count > 0) out += std::string(what) + ' ' + std::to_string(count) + '\n';
  };
  tell("skipped", parsed.outcome.skipped_tokens);
  tell("too deep", parsed.outcome.too_deep_count);
  const Tree& tree = parsed.tree;
  for (NodeId child = tree.at(parsed.outcome.root).first_child; child != kNoNode;
       child = tree.at(child).next) {
    append_line(tree, child, out);
    out += '\n';
  }
  return out;
}

std::string tokens_of(Language language, std::string_view text) {
  std::vector<Token> tokens;
  tokenise_braces(text, regions_with_members(text, language), 1'000'000, tokens);
  std::string out;
  for (const Token& token : tokens) {
    if (!out.empty() && token.kind != TokenKind::kEnd) out += ' ';
    out += kind_of(token);
    out += text.substr(token.begin, token.length);
  }
  return out;
}

}  // namespace pugmark::script::testing

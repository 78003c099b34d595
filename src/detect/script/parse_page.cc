#include <algorithm>

#include "detect/script/parse.h"

namespace pugmark::script {
namespace {

using Tokenise = void (*)(std::string_view, std::span<const Region>, std::uint32_t,
                          std::vector<Token>&);
using Parse = ParseOutcome (*)(std::span<const Token>, std::span<const Region>, std::uint16_t,
                               const ParseBounds&, Tree&);

struct Parser {
  Tokenise tokenise = nullptr;
  Parse parse = nullptr;
};

Parser parser_of(Language language) {
  switch (language) {
    case Language::kPhp:
      return {tokenise_php, parse_php};
    case Language::kVbScript:
    case Language::kVisualBasic:
      return {tokenise_basic, parse_basic};
    case Language::kJScript:
    case Language::kCSharp:
    case Language::kJava:
    case Language::kCfml:
    case Language::kCfScript:
      return {tokenise_braces, parse_braces};
    case Language::kPython:
      return {tokenise_python, parse_python};
    case Language::kPerl:
      return {tokenise_perl, parse_perl};
  }
  return {};
}

bool is_code(const Region& region) {
  return region.kind != Region::Kind::kMarkup && region.kind != Region::Kind::kDirective;
}

}  // namespace

ParseOutcome parse_page(std::span<const Region> regions, std::uint16_t source,
                        const ParseBounds& bounds, std::vector<Token>& tokens, Tree& tree,
                        const TokenObserver& observe) {
  const std::string_view text = tree.source(source).text;
  std::vector<Language> languages;
  for (const Region& region : regions) {
    const bool is_known =
        std::find(languages.begin(), languages.end(), region.language) != languages.end();
    if (is_code(region) && !is_known) languages.push_back(region.language);
  }
  ParseOutcome all;
  all.end = static_cast<std::uint32_t>(text.size());
  std::vector<Region> of_language;
  NodeId last = kNoNode;
  for (const Language language : languages) {
    // Markup belongs to the code around it, which may decide whether it is sent.
    of_language.clear();
    for (const Region& region : regions) {
      if (is_code(region) ? region.language == language : languages.size() == 1)
        of_language.push_back(region);
    }
    const Parser parser = parser_of(language);
    if (parser.parse == nullptr) continue;
    parser.tokenise(text, of_language, bounds.tokens_max, tokens);
    observe(text, tokens);
    const ParseOutcome outcome = parser.parse(tokens, of_language, source, bounds, tree);
    all.skipped_tokens += outcome.skipped_tokens;
    all.too_deep_count += outcome.too_deep_count;
    all.end = std::min(all.end, outcome.end);
    if (languages.size() == 1) {
      all.root = outcome.root;
      return all;
    }
    if (all.root == kNoNode)
      all.root =
          tree.add(NodeKind::kBlock, source, language, 0, static_cast<std::uint32_t>(text.size()));
    tree.append(all.root, outcome.root, last);
  }
  return all;
}

}  // namespace pugmark::script

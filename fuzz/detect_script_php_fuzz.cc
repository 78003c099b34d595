// Regions, tokens and tree of PHP from any bytes, with generous and with tight bounds.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "detect/script/page.h"
#include "detect/script/parse.h"
#include "detect/script/php/php_testing.h"

using namespace pugmark;
using namespace pugmark::script;

namespace {

// Nodes that a byte can make: "$a" alone is a variable, a block, a statement, ...
constexpr std::size_t kNodesPerByte = 8;
constexpr std::size_t kNodesAtLeast = 64;

void hold(const std::string& broken) {
  if (broken.empty()) return;
  std::fprintf(stderr, "broken promise: %s\n", broken.c_str());
  std::abort();
}

void hold(bool is_kept, const char* promise) {
  if (!is_kept) hold(std::string(promise));
}

// Tokens with a bound are the first of those without.
void check_first_tokens(std::string_view text, const std::vector<Region>& regions,
                        const std::vector<Token>& all) {
  constexpr std::uint32_t kFew = 7;
  std::vector<Token> few;
  tokenise_php(text, regions, kFew, few);
  hold(php::broken_promise_of_tokens(text, few, kFew));
  for (std::size_t i = 0; i + 1 < few.size(); ++i) {
    hold(few[i].kind == all[i].kind && few[i].begin == all[i].begin &&
             few[i].length == all[i].length,
         "a bound changes tokens in front of it");
  }
}

void check_tree(std::string_view text, const std::vector<Region>& regions,
                const std::vector<Token>& tokens, const ParseBounds& bounds,
                std::size_t nodes_max) {
  Tree tree(nodes_max);
  Source source;
  source.text = text;
  source.length = static_cast<std::uint32_t>(text.size());
  const ParseOutcome outcome = parse_php(tokens, regions, tree.add_source(source), bounds, tree);
  hold(php::broken_promise_of_tree(text, tree, outcome.root, bounds.depth_max));
  hold(outcome.end <= text.size(), "the end is inside the text");
  hold(tree.is_full() || outcome.end == tokens.back().begin, "only a full tree ends early");
  hold(tree.size() <= kNodesPerByte * text.size() + kNodesAtLeast, "nodes are linear in the text");
}

void check(std::string_view text, bool begins_in_code) {
  std::vector<Region> regions;
  find_php_regions(text, begins_in_code, regions);
  hold(php::broken_promise_of_regions(text, regions));
  ParseBounds bounds;
  std::vector<Token> tokens;
  tokenise_php(text, regions, bounds.tokens_max, tokens);
  hold(php::broken_promise_of_tokens(text, tokens, bounds.tokens_max));
  hold(tokens.back().begin == text.size(), "all was read");
  check_first_tokens(text, regions, tokens);
  check_tree(text, regions, tokens, bounds, 1'000'000);
  check_tree(text, regions, tokens, bounds, 30);
  bounds.depth_max = 6;
  check_tree(text, regions, tokens, bounds, 1'000'000);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  // Bytes may be viewed as std::byte.
  const std::string_view text = as_text({reinterpret_cast<const std::byte*>(data), size_bytes});
  check(text, false);
  check(text, true);
  return 0;
}

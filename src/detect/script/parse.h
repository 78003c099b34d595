#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "detect/script/token.h"
#include "detect/script/tree.h"

namespace pugmark::script {

// Bounds on one text; reaching one is told in ParseOutcome.
struct ParseBounds {
  std::uint32_t tokens_max = 2'000'000;
  std::uint32_t depth_max = 400;  // of expressions and blocks: what is deeper becomes kEmpty
};

struct ParseOutcome {
  NodeId root = kNoNode;             // a kBlock; always there unless the tree was full before
  std::uint64_t skipped_tokens = 0;  // not understood: passed over
  std::uint64_t too_deep_count = 0;  // places where depth_max was reached
  // Where tokenising or parsing ended before the text did, because of tokens_max or a full tree;
  // the text's size if it did not.
  std::uint32_t end = 0;
};

// The tokens of the code in `regions` of `text`, in order, with a kMarkup token for each region of
// markup between them and a kEnd at last; comments and blanks left out. Never fails: a string that
// does not end goes on to the end of its region (or line, where the language ends it there), a byte
// that begins nothing is a kOperator of itself. `tokens` is cleared first.
// Every token lies inside `text`, they are in order and do not overlap, and each advances but for
// kDedent, of which there is nothing in the text.
void tokenise_php(std::string_view text, std::span<const Region> regions, std::uint32_t tokens_max,
                  std::vector<Token>& tokens);
// C#, Java, JScript, cfscript.
void tokenise_braces(std::string_view text, std::span<const Region> regions,
                     std::uint32_t tokens_max, std::vector<Token>& tokens);
// VBScript, Visual Basic.
void tokenise_basic(std::string_view text, std::span<const Region> regions,
                    std::uint32_t tokens_max, std::vector<Token>& tokens);
void tokenise_perl(std::string_view text, std::span<const Region> regions, std::uint32_t tokens_max,
                   std::vector<Token>& tokens);
void tokenise_python(std::string_view text, std::span<const Region> regions,
                     std::uint32_t tokens_max, std::vector<Token>& tokens);

// Parse what was tokenised from `regions` into `tree`, as source `source`, whose text it is. Never
// fail: what makes no sense is passed over up to where a statement may begin, and counted; whatever
// was understood stays. Bounded: time and memory are linear in the tokens, recursion stays within
// depth_max.
ParseOutcome parse_php(std::span<const Token> tokens, std::span<const Region> regions,
                       std::uint16_t source, const ParseBounds& bounds, Tree& tree);
ParseOutcome parse_braces(std::span<const Token> tokens, std::span<const Region> regions,
                          std::uint16_t source, const ParseBounds& bounds, Tree& tree);
ParseOutcome parse_basic(std::span<const Token> tokens, std::span<const Region> regions,
                         std::uint16_t source, const ParseBounds& bounds, Tree& tree);
ParseOutcome parse_perl(std::span<const Token> tokens, std::span<const Region> regions,
                        std::uint16_t source, const ParseBounds& bounds, Tree& tree);
ParseOutcome parse_python(std::span<const Token> tokens, std::span<const Region> regions,
                          std::uint16_t source, const ParseBounds& bounds, Tree& tree);

// Shown the tokens of each run of a text before they are parsed.
using TokenObserver = std::function<void(std::string_view text, std::span<const Token> tokens)>;

// Tokenises and parses one text by its regions' languages, each language in a run of its own: the
// root is a kBlock of all. `tokens` is the caller's memory.
ParseOutcome parse_page(std::span<const Region> regions, std::uint16_t source,
                        const ParseBounds& bounds, std::vector<Token>& tokens, Tree& tree,
                        const TokenObserver& observe);

}  // namespace pugmark::script

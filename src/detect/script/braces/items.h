#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "detect/script/braces/words.h"
#include "detect/script/language.h"
#include "detect/script/token.h"

namespace pugmark::script::braces {

enum class ItemKind : std::uint8_t {
  kEnd,
  kName,
  kText,
  kTemplate,
  kRegex,
  kNumber,
  kCharacter,
  kOperator,
  kMarkup,
  kExpressionBegins,  // what stands from here to kExpressionEnds is sent
  kExpressionEnds,
  kCut,  // between the members of the page's class and the code of its body
};

inline constexpr std::uint32_t kNoItem = UINT32_MAX;

// A token, or a border between regions, as the parser wants it: with its language, and with the
// bracket that belongs to it, so that no decision needs a search.
struct Item {
  ItemKind kind = ItemKind::kEnd;
  Language language = Language::kCSharp;
  Word word = Word::kNone;  // of kName
  std::uint32_t op = 0;     // Token::op of all others; of kName kOddSpelling or 0
  std::uint32_t begin = 0;  // in the text
  std::uint32_t end = 0;
  // Of an opening bracket, and of a piece of a template that code follows: the item that closes it;
  // kNoItem if none does. Of kExpressionBegins: its kExpressionEnds.
  std::uint32_t match = kNoItem;
};

// First all tokens of members (kMembers), then kCut, then the rest, then kEnd. A page without
// members begins with kCut.
// Markup that is but blanks is left out where a statement goes on behind it: "<% } %> <% else {
// %>".
std::vector<Item> make_items(std::string_view text, std::span<const Token> tokens,
                             std::span<const Region> regions);

}  // namespace pugmark::script::braces

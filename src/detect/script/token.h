#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "detect/script/language.h"

namespace pugmark::script {

enum class TokenKind : std::uint8_t {
  kEnd,       // of the code; always the last one
  kName,      // identifier or keyword: "foreach", "Request", "runat"
  kVariable,  // a name with its sigil: PHP "$x", Perl "$x" "@x" "%x", without the sigil in text
  kText,      // a string constant, quotes included
  kTemplate,  // a string with code inside: PHP "a $b", Perl, C# $"...", JScript `...`, heredocs
  kCommand,   // a shell command between back-ticks
  kRegex,     // JScript, Perl
  kNumber,
  kCharacter,  // Java, C#: 'a'
  kOperator,   // one operator or bracket, the longest that the language has
  kNewLine,    // VB, Python: the end of a statement
  kIndent,     // Python: a block begins
  kDedent,     // Python: a block ends
  kMarkup,     // a piece of the page that is sent as it stands
  kComment,    // kept out of the token list unless asked for
};

// One token: where it stands in the text. Everything else is read from there.
struct Token {
  TokenKind kind = TokenKind::kEnd;
  // Of kOperator: its first four characters, packed, see op(). Of kText and the like: the quote.
  std::uint32_t op = 0;
  std::uint32_t begin = 0;   // in the text
  std::uint32_t length = 0;  // bytes, quotes and sigils included
};

// An operator as a number, for switch and comparison: op("->"), op("===").
constexpr std::uint32_t op(std::string_view text) {
  std::uint32_t packed = 0;
  for (std::size_t i = 0; i < text.size() && i < 4; ++i)
    packed |= static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])) << (8 * i);
  return packed;
}

// A stretch of the text that is server code, or markup between such stretches.
struct Region {
  enum class Kind : std::uint8_t {
    kCode,        // statements: <% %>, <?php ?>, <script runat=server>
    kExpression,  // its value is sent: <%= %>, <%# %>, <?= ?>, ${ }
    kMembers,     // members of the page's class: <%! %>, C# in <script runat=server>, ashx
    kMarkup,      // sent as it stands
    kDirective,   // <%@ %>, and tags that make something (jsp:useBean, asp:TextBox, cfquery): for
                  // those who ask for them, no part of any code
  };
  Kind kind = Kind::kCode;
  Language language = Language::kPhp;
  std::uint32_t begin = 0;  // of what is between the marks
  std::uint32_t length = 0;
};

}  // namespace pugmark::script

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pugmark::yara {

enum class TokenKind : std::uint8_t {
  kEnd,
  kName,    // a word: keyword, rule, module, number
  kString,  // "$a", "#a", "@a", "!a", each also without a name
  kText,    // "..."; to the end of the line if it is not closed
  kRegex,   // /.../; the same
  kHex,     // { 41 ?? 42 }
  kOther,   // any other single character
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;
  std::uint32_t line = 0;
};

// The tokens of a rule file, as far as they matter for where its parts end. A slash always begins a
// comment or a regular expression (YARA divides with a backslash), and neither a string nor an
// expression goes beyond its line: so no mistake in a rule makes later ones be misread.
class Lexer {
 public:
  struct Position {
    std::size_t at = 0;
    std::uint32_t line = 1;
  };

  explicit Lexer(std::string_view text);

  // `is_body`: inside a rule, where a brace may begin a hexadecimal string.
  Token next(bool is_body);

  // Where the token returned last began, and how to read on from there.
  Position position() const { return last_; }
  void rewind(Position position);

 private:
  void skip_blanks_and_comments();
  std::size_t quoted_size(char quote) const;
  std::size_t hex_size() const;
  Token take(TokenKind kind, std::size_t size);

  std::string_view text_;
  Position next_;
  Position last_;
};

}  // namespace pugmark::yara

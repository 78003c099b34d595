#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "detect/script/php/php_keywords.h"
#include "detect/script/token.h"

namespace pugmark::script::php {

// Where code ends and where an expression to be sent begins, as the parser sees it: tokens that
// stand for the marks around a region, which are no part of it.
inline constexpr std::uint32_t kCodeEnds = op("?>");
inline constexpr std::uint32_t kEchoBegins = op("<?=");

// Goes forward over the tokens of several regions and never back. At the end it stays at kEnd.
class Cursor {
 public:
  Cursor() = default;
  // All outlive the cursor; the last token is a kEnd.
  Cursor(std::string_view text, std::span<const Token> tokens, std::span<const Region> regions);

  const Token& token() const { return token_; }
  Keyword keyword() const { return keyword_; }                  // of a kName
  std::uint32_t previous_end() const { return previous_end_; }  // of the token passed last
  std::string_view text(const Token& token) const {
    return text_.substr(token.begin, token.length);
  }
  std::string_view text() const { return text_; }

  void advance();
  std::uint64_t steps() const { return steps_; }  // how often it advanced: tells if anything did
  void stop();                                    // nothing follows any more

  // The token `distance` behind this one; a kEnd if that is in another region.
  const Token& ahead(std::size_t distance) const;
  Keyword keyword_ahead(std::size_t distance) const;
  bool has_ahead(std::size_t distance, std::uint32_t op) const {
    return ahead(distance).kind == TokenKind::kOperator && ahead(distance).op == op;
  }

 private:
  void show(const Token& token);
  void show_mark(std::uint32_t op, std::uint32_t at);
  void enter_region();

  std::string_view text_;
  std::span<const Token> tokens_;
  std::span<const Region> regions_;
  std::size_t index_ = 0;
  std::size_t region_ = 0;
  std::uint32_t region_end_ = 0;
  std::uint32_t previous_end_ = 0;
  std::uint64_t steps_ = 0;
  Token token_;
  Keyword keyword_ = Keyword::kNone;
  bool is_mark_ = false;  // token_ stands for a mark; tokens_[index_] is still to come
};

}  // namespace pugmark::script::php

#include "detect/script/php/php_cursor.h"

namespace pugmark::script::php {
namespace {

constexpr Token kNothing;

}  // namespace

Cursor::Cursor(std::string_view text, std::span<const Token> tokens,
               std::span<const Region> regions)
    : text_(text), tokens_(tokens), regions_(regions) {
  enter_region();
}

void Cursor::show(const Token& token) {
  token_ = token;
  keyword_ = token.kind == TokenKind::kName ? keyword_of(text(token)) : Keyword::kNone;
}

void Cursor::show_mark(std::uint32_t op, std::uint32_t at) {
  token_ = {TokenKind::kOperator, op, at, 0};
  keyword_ = Keyword::kNone;
  is_mark_ = true;
}

void Cursor::enter_region() {
  const Token& token = tokens_[index_];
  if (token.kind == TokenKind::kEnd) {
    show(token);
    return;
  }
  region_end_ = token.begin + token.length;
  if (token.kind == TokenKind::kMarkup) {
    show(token);
    return;
  }
  const auto end_of = [](const Region& region) { return region.begin + region.length; };
  while (region_ < regions_.size() && end_of(regions_[region_]) <= token.begin) ++region_;
  if (region_ < regions_.size()) region_end_ = end_of(regions_[region_]);
  if (region_ < regions_.size() && regions_[region_].kind == Region::Kind::kExpression) {
    show_mark(kEchoBegins, token.begin);
  } else {
    show(token);
  }
}

void Cursor::advance() {
  ++steps_;
  if (is_mark_) {
    is_mark_ = false;
    if (token_.op == kCodeEnds) {
      enter_region();
    } else {
      show(tokens_[index_]);
    }
    return;
  }
  if (token_.kind == TokenKind::kEnd) return;
  previous_end_ = token_.begin + token_.length;
  const bool was_markup = token_.kind == TokenKind::kMarkup;
  const Token& token = tokens_[++index_];
  if (token.begin < region_end_) {
    show(token);
  } else if (was_markup) {
    enter_region();
  } else {
    show_mark(kCodeEnds, region_end_);
  }
}

void Cursor::stop() {
  index_ = tokens_.size() - 1;
  is_mark_ = false;
  show({TokenKind::kEnd, 0, token_.begin, 0});
}

const Token& Cursor::ahead(std::size_t distance) const {
  if (is_mark_ || token_.kind == TokenKind::kEnd) return kNothing;
  if (index_ + distance >= tokens_.size()) return kNothing;
  const Token& token = tokens_[index_ + distance];
  return token.begin < region_end_ ? token : kNothing;
}

Keyword Cursor::keyword_ahead(std::size_t distance) const {
  const Token& token = ahead(distance);
  return token.kind == TokenKind::kName ? keyword_of(text(token)) : Keyword::kNone;
}

}  // namespace pugmark::script::php

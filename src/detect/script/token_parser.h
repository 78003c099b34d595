#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "detect/script/parse.h"
#include "detect/script/token.h"
#include "detect/script/tree_builder.h"

namespace pugmark::script {

// What parsers by recursive descent have in common: a place among the tokens, a count of how deep
// the descent is, and the tree in the making.
class TokenParser {
 protected:
  TokenParser(std::span<const Token> tokens, std::uint16_t source, const ParseBounds& bounds,
              Tree& tree)
      : token_(tokens.data()),
        tokens_end_(tokens.data() + tokens.size()),
        text_(tree.source(source).text),
        bounds_(bounds),
        nodes_(tree, source, bounds.depth_max) {
    outcome_.end = tokens.empty() ? 0 : tokens.back().begin;
  }

  // Counts a level of descent for as long as it lives.
  class Deeper {
   public:
    explicit Deeper(TokenParser& parser) : parser_(parser) { ++parser_.depth_; }
    ~Deeper() { --parser_.depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

   private:
    TokenParser& parser_;
  };
  bool is_too_deep() const { return depth_ >= bounds_.depth_max; }

  // While it lives the parser reads other tokens, those of code in a text; the last is a kEnd.
  class Elsewhere {
   public:
    Elsewhere(TokenParser& parser, std::span<const Token> tokens)
        : parser_(parser),
          token_(parser.token_),
          tokens_end_(parser.tokens_end_),
          last_end_(parser.last_end_),
          last_kind_(parser.last_kind_) {
      parser_.token_ = tokens.data();
      parser_.tokens_end_ = tokens.data() + tokens.size();
      parser_.last_end_ = tokens.front().begin;
    }
    ~Elsewhere() {
      parser_.token_ = token_;
      parser_.tokens_end_ = tokens_end_;
      parser_.last_end_ = last_end_;
      parser_.last_kind_ = last_kind_;
    }
    Elsewhere(const Elsewhere&) = delete;
    Elsewhere& operator=(const Elsewhere&) = delete;

   private:
    TokenParser& parser_;
    const Token* token_;
    const Token* tokens_end_;
    std::uint32_t last_end_;
    TokenKind last_kind_;
  };

  TokenKind kind() const { return token_->kind; }
  bool is_end() const { return token_->kind == TokenKind::kEnd; }
  bool is_name() const { return token_->kind == TokenKind::kName; }
  static bool is_op(const Token& token, std::uint32_t op) {
    return token.kind == TokenKind::kOperator && token.op == op;
  }
  bool is_op(std::uint32_t op) const { return is_op(*token_, op); }
  const Token& ahead(std::size_t count) const {
    return token_[std::min(count, static_cast<std::size_t>(tokens_end_ - token_ - 1))];
  }
  std::uint32_t begin() const { return token_->begin; }
  std::uint32_t end() const { return token_->begin + token_->length; }  // of the token here
  std::string_view text_of(const Token& token) const {
    return text_.substr(token.begin, token.length);
  }

  void advance() {
    if (is_end()) return;
    last_end_ = token_->begin + token_->length;
    last_kind_ = token_->kind;
    ++token_;
  }
  bool take(std::uint32_t op) {
    if (!is_op(op)) return false;
    advance();
    return true;
  }
  void skip_token() {  // not understood
    ++outcome_.skipped_tokens;
    advance();
  }

  NodeId add_here(NodeKind kind) { return nodes_.add(kind, begin(), end()); }
  NodeId add_empty() { return nodes_.add(NodeKind::kEmpty, begin(), begin()); }

  // Puts each clause of an if statement into the else of the one before it, from clauses_[first]
  // on, and takes them off. Up to so many: those behind follow each other in the last else, none is
  // lost. A tree need not be as deep as a long list of cases.
  NodeId join_clauses(std::size_t first) {
    constexpr std::size_t kNestedMax = 64;
    const std::size_t nested_end = std::min(clauses_.size(), first + kNestedMax);
    if (clauses_.size() > nested_end) {
      const std::uint32_t rest_begin = nodes_.begin_of(clauses_[nested_end].parent);
      NodeList rest{nodes_.add(NodeKind::kBlock, rest_begin, rest_begin)};
      for (std::size_t i = nested_end; i < clauses_.size(); ++i)
        nodes_.append(rest, clauses_[i].parent);
      nodes_.append(clauses_[nested_end - 1], rest.parent);
    }
    for (std::size_t i = nested_end - 1; i > first; --i)
      nodes_.append(clauses_[i - 1], clauses_[i].parent);
    const NodeId node = clauses_[first].parent;
    clauses_.resize(first);
    return node;
  }

  // The bounds that were reached, once all is parsed.
  ParseOutcome finished(NodeId root) {
    outcome_.root = root;
    outcome_.end = std::min(outcome_.end, nodes_.full_at());
    return outcome_;
  }

  const Token* token_;  // never behind the kEnd
  const Token* tokens_end_;
  std::string_view text_;
  ParseBounds bounds_;
  TreeBuilder nodes_;
  ParseOutcome outcome_;
  std::vector<NodeList> clauses_;  // of the if statements that are open
  std::uint32_t depth_ = 0;
  std::uint32_t last_end_ = 0;  // of the token passed last, and its kind
  TokenKind last_kind_ = TokenKind::kNewLine;
};

}  // namespace pugmark::script

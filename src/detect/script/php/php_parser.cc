#include "detect/script/php/php_parser.h"

#include <algorithm>

#include "detect/script/php/php_scopes.h"

namespace pugmark::script::php {
namespace {

constexpr std::uint16_t kHeightMax = 60'000;  // counted no further

}  // namespace

Parser::Parser(std::span<const Token> tokens, std::span<const Region> regions, std::uint16_t source,
               const ParseBounds& bounds, Tree& tree)
    : cursor_(tree.source(source).text, tokens, regions),
      tree_(tree),
      bounds_(bounds),
      source_(source),
      text_(tree.source(source).text),
      first_node_(static_cast<NodeId>(tree.size())) {
  heights_.reserve(tokens.size());
  outcome_.end = tokens.back().begin;
}

ParseOutcome Parser::run() {
  outcome_.root = node_at(NodeKind::kBlock, 0, text_.size());
  List list{outcome_.root};
  const Statements statements(*this, list);
  while (!is_end()) statement();
  if (labels_count_ > 0) order_by_gotos(outcome_.root);
  return outcome_;
}

// ---- Nodes

NodeId Parser::node(NodeKind kind, std::uint32_t begin) {
  const NodeId id = tree_.add(kind, source_, Language::kPhp, begin, 0);
  if (id != kNoNode) {
    heights_.push_back(0);
  } else if (!has_stopped_) {
    has_stopped_ = true;
    outcome_.end = std::min(outcome_.end, begin);
    cursor_.stop();
  }
  return id;
}

NodeId Parser::node_at(NodeKind kind, std::size_t begin, std::size_t end) {
  const NodeId id = node(kind, static_cast<std::uint32_t>(begin));
  if (id != kNoNode) tree_.at(id).length = static_cast<std::uint32_t>(end - begin);
  return id;
}

NodeId Parser::finish(NodeId id) {
  if (id == kNoNode) return id;
  Node& node = tree_.at(id);
  const std::uint32_t end = cursor_.previous_end();
  if (end > node.begin) node.length = end - node.begin;
  return id;
}

void Parser::append(List& list, NodeId child) {
  if (list.parent == kNoNode || child == kNoNode) return;
  tree_.append(list.parent, child, list.last);
  std::uint16_t& height = heights_[list.parent - first_node_];
  const auto above = static_cast<std::uint16_t>(heights_[child - first_node_] + 1);
  height = std::max(height, std::min(above, kHeightMax));
}

void Parser::set_name(NodeId id, std::string_view name) {
  if (id != kNoNode) tree_.at(id).name = tree_.symbols().of(name);
}

void Parser::set_op(NodeId id, std::uint32_t op) {
  if (id != kNoNode) tree_.at(id).op = op;
}

void Parser::set_type(NodeId id, Symbol type) {
  if (id != kNoNode) tree_.at(id).type = type;
}

NodeId Parser::take_name(NodeKind kind) {
  const NodeId id = node(kind, here());
  set_name(id, name_here());
  advance();
  return finish(id);
}

NodeId Parser::node_of(NodeKind kind, std::uint32_t begin, std::initializer_list<NodeId> children) {
  List list{node(kind, begin)};
  for (const NodeId child : children) append(list, child);
  return finish(list.parent);
}

bool Parser::is_too_high(NodeId id) const {
  return id != kNoNode &&
         heights_[id - first_node_] >= std::min<std::uint32_t>(bounds_.depth_max, kHeightMax);
}

NodeId Parser::cut(NodeId id) {
  if (!is_too_high(id)) return id;
  ++outcome_.too_deep_count;
  append(*statements_, id);
  return node(NodeKind::kEmpty, tree_.at(id).begin);
}

// ---- Tokens

bool Parser::accept(std::uint32_t op) {
  if (!is_op(op)) return false;
  advance();
  return true;
}

bool Parser::accept(Keyword keyword) {
  if (!is_keyword(keyword)) return false;
  advance();
  return true;
}

std::string_view Parser::name_here() const {
  std::string_view name = token_text();
  if (!name.empty() && (name[0] == '$' || name[0] == '\\')) name.remove_prefix(1);
  return name;
}

// ---- Recovery and bounds

void Parser::skip_token() {
  ++outcome_.skipped_tokens;
  advance();
}

void Parser::expect(std::uint32_t op) {
  if (!accept(op)) ++outcome_.skipped_tokens;
}

// What cannot stand inside brackets: they have been left open.
bool Parser::ends_list() const {
  if (is_kind(TokenKind::kEnd) || is_kind(TokenKind::kMarkup)) return true;
  if (!is_kind(TokenKind::kOperator)) return false;
  switch (token().op) {
    case op(";"):
    case op("}"):
    case op(")"):
    case op("]"):
    case kCodeEnds:
      return true;
    default:
      return false;
  }
}

void Parser::close_bracket(std::uint32_t closing) {
  if (accept(closing)) return;
  ++outcome_.skipped_tokens;
  while (!is_op(closing) && !ends_list() && !is_op(op("{"))) {
    if (is_op(op("(")) || is_op(op("["))) {
      outcome_.skipped_tokens += pass_brackets();
    } else {
      skip_token();
    }
  }
  accept(closing);
}

void Parser::items(List& list, std::uint32_t closing, NodeId (Parser::*item)()) {
  while (!accept(closing)) {
    if (ends_list()) {
      ++outcome_.skipped_tokens;
      return;
    }
    const std::uint64_t steps = cursor_.steps();
    append(list, (this->*item)());
    if (accept(op(",")) || is_op(closing) || ends_list()) continue;
    // Something stands where a comma should: it is read as the next item.
    ++outcome_.skipped_tokens;
    if (cursor_.steps() == steps) advance();
  }
}

void Parser::end_statement() {
  if (accept(op(";")) || accept(kCodeEnds)) return;
  if (is_op(op("}")) || is_end() || is_kind(TokenKind::kMarkup)) return;
  // The rest is read as the next statement, so that as little as may be is lost.
  ++outcome_.skipped_tokens;
}

std::uint64_t Parser::pass_brackets() {
  const std::uint64_t steps = cursor_.steps();
  std::uint64_t round = 0;
  std::uint64_t curly = 0;
  do {
    if (is_end()) break;
    if (is_op(op("(")) || is_op(op("["))) ++round;
    if ((is_op(op(")")) || is_op(op("]"))) && round > 0) --round;
    if (is_op(op("{"))) ++curly;
    // What is left open ends with the statement or block around it.
    if (curly == 0 && (is_op(op(";")) || is_op(op("}")))) break;
    if (is_op(op("}"))) --curly;
    advance();
  } while (round > 0 || curly > 0);
  return cursor_.steps() - steps;
}

NodeId Parser::too_deep_expression() {
  ++outcome_.too_deep_count;
  List list{empty()};
  while (!ends_list() && !is_op(op(","))) {
    if (is_op(op("(")) || is_op(op("[")) || is_op(op("{"))) {
      pass_brackets();
    } else {
      advance();
    }
  }
  return finish(list.parent);
}

void Parser::too_deep_statement() {
  ++outcome_.too_deep_count;
  while (!is_end() && !is_op(op("}"))) {
    if (is_op(op("{"))) {
      pass_brackets();
      return;
    }
    if (is_op(op("(")) || is_op(op("["))) {
      pass_brackets();
      continue;
    }
    const bool is_last = is_op(op(";")) || is_op(kCodeEnds) || is_kind(TokenKind::kMarkup);
    advance();
    if (is_last) return;
  }
}

}  // namespace pugmark::script::php

namespace pugmark::script {

ParseOutcome parse_php(std::span<const Token> tokens, std::span<const Region> regions,
                       std::uint16_t source, const ParseBounds& bounds, Tree& tree) {
  return php::Parser(tokens, regions, source, bounds, tree).run();
}

}  // namespace pugmark::script

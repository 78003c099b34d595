#include <algorithm>

#include "detect/script/php/php_parser.h"
#include "detect/script/php/php_scopes.h"

namespace pugmark::script::php {

void Parser::statements(List& list, bool (Parser::*is_over)() const) {
  const Statements scope(*this, list);
  const std::uint64_t labels = labels_count_;
  while (!(this->*is_over)()) statement();
  if (labels_count_ > labels) order_by_gotos(list.parent);
}

bool Parser::is_brace_over() const { return is_op(op("}")) || is_end(); }

bool Parser::is_alternative_over() const {
  switch (keyword()) {
    case Keyword::kElse:
    case Keyword::kElseIf:
    case Keyword::kEndDeclare:
    case Keyword::kEndFor:
    case Keyword::kEndForEach:
    case Keyword::kEndIf:
    case Keyword::kEndSwitch:
    case Keyword::kEndWhile:
      return true;
    default:
      return is_brace_over();
  }
}

bool Parser::is_case_over() const {
  if (is_keyword(Keyword::kCase) || is_keyword(Keyword::kEndSwitch)) return true;
  if (is_keyword(Keyword::kDefault))
    return cursor_.has_ahead(1, op(":")) || cursor_.has_ahead(1, op(";"));
  return is_brace_over();
}

NodeId Parser::braces() {
  List list{node(NodeKind::kBlock, here())};
  advance();
  statements(list, &Parser::is_brace_over);
  expect(op("}"));
  return finish(list.parent);
}

NodeId Parser::body(bool& is_alternative) {
  is_alternative = is_op(op(":"));
  if (is_op(op("{"))) return braces();
  List list{node(NodeKind::kBlock, here())};
  if (accept(op(":"))) {
    statements(list, &Parser::is_alternative_over);
  } else if (!is_brace_over()) {
    const Statements scope(*this, list);
    if (!accept(op(";"))) statement();
  }
  return finish(list.parent);
}

void Parser::end_alternative(Keyword closing) {
  if (accept(closing)) {
    end_statement();
  } else {
    ++outcome_.skipped_tokens;
  }
}

NodeId Parser::condition() {
  if (!is_op(op("("))) {
    ++outcome_.skipped_tokens;
    return empty();
  }
  advance();
  const NodeId inner = expression();
  close_bracket(op(")"));
  return inner;
}

// All branches in turn: a chain of elseif costs no recursion.
void Parser::if_statement() {
  const std::size_t first = ifs_.size();
  NodeId last_block = kNoNode;
  bool is_alternative = false;
  while (true) {
    ifs_.push_back(if_branch(is_alternative));
    if (is_keyword(Keyword::kElseIf)) continue;
    if (!is_keyword(Keyword::kElse)) break;
    // "else:" belongs to an if with a colon.
    if (!is_alternative && cursor_.has_ahead(1, op(":"))) break;
    advance();
    if (is_keyword(Keyword::kIf)) continue;
    bool is_colon = false;
    last_block = body(is_colon);
    break;
  }
  if (is_alternative) end_alternative(Keyword::kEndIf);
  link_ifs(first, last_block);
  ifs_.resize(first);
}

NodeId Parser::if_branch(bool& is_alternative) {
  List list{node(NodeKind::kIf, here())};
  advance();
  append(list, condition());
  bool is_colon = false;
  append(list, body(is_colon));
  is_alternative = is_alternative || is_colon;
  return list.parent;
}

// Makes each branch the else block of the one before, from the last to the first.
void Parser::link_ifs(std::size_t first, NodeId last_block) {
  std::vector<NodeId> cut_off;
  NodeId next = last_block;
  for (std::size_t i = ifs_.size(); i-- > first;) {
    const NodeId id = ifs_[i];
    if (id == kNoNode) continue;
    if (is_too_high(next)) {
      ++outcome_.too_deep_count;
      cut_off.push_back(next);
      next = kNoNode;
    }
    List list{id, tree_.child(id, 1)};
    if (list.last != kNoNode) append(list, next);
    next = finish(id);
  }
  append(*statements_, next);
  for (std::size_t i = cut_off.size(); i-- > 0;) append(*statements_, cut_off[i]);
}

void Parser::while_statement() {
  List list{node(NodeKind::kLoop, here())};
  advance();
  const NodeId before = node(NodeKind::kBlock, here());
  append(list, before);
  append(list, condition());
  append(list, node(NodeKind::kBlock, here()));
  bool is_alternative = false;
  append(list, body(is_alternative));
  if (is_alternative) end_alternative(Keyword::kEndWhile);
  append(*statements_, finish(list.parent));
}

void Parser::do_statement() {
  List list{node(NodeKind::kLoop, here())};
  const NodeId before = node(NodeKind::kBlock, here());
  advance();
  bool is_alternative = false;
  const NodeId inner = body(is_alternative);
  NodeId asked = kNoNode;
  if (accept(Keyword::kWhile)) {
    asked = condition();
  } else {
    ++outcome_.skipped_tokens;
    asked = empty();
  }
  append(list, before);
  append(list, asked);
  append(list, node(NodeKind::kBlock, here()));
  append(list, inner);
  append(*statements_, finish(list.parent));
  end_statement();
}

void Parser::for_statement() {
  List list{node(NodeKind::kLoop, here())};
  advance();
  expect(op("("));
  append(list, for_part(op(";")));
  append(list, for_condition());
  append(list, for_part(op(")")));
  bool is_alternative = false;
  append(list, body(is_alternative));
  if (is_alternative) end_alternative(Keyword::kEndFor);
  append(*statements_, finish(list.parent));
}

NodeId Parser::for_part(std::uint32_t closing) {
  List list{node(NodeKind::kBlock, here())};
  items(list, closing, &Parser::expression);
  return finish(list.parent);
}

// Several conditions are a kArray, of which the last one counts.
NodeId Parser::for_condition() {
  if (accept(op(";"))) return empty();
  List list{node(NodeKind::kArray, here())};
  items(list, op(";"), &Parser::expression);
  finish(list.parent);
  if (list.parent == kNoNode) return kNoNode;
  const NodeId only = tree_.at(list.parent).first_child;
  if (only == kNoNode || only != list.last) return list.parent;
  tree_.at(list.parent).first_child = kNoNode;
  return only;
}

void Parser::foreach_statement() {
  List list{node(NodeKind::kForEach, here())};
  advance();
  expect(op("("));
  append(list, expression());
  if (!accept(Keyword::kAs)) ++outcome_.skipped_tokens;
  const std::uint32_t begin = here();
  bool is_reference = accept(op("&"));
  NodeId target = expression();
  if (accept(op("=>"))) {
    is_reference = accept(op("&"));
    const NodeId key = target;
    target = expression();
    target = node_of(NodeKind::kPair, begin, {key, target});
  }
  if (is_reference) set_op(list.parent, op("&"));
  append(list, target);
  close_bracket(op(")"));
  bool is_alternative = false;
  append(list, body(is_alternative));
  if (is_alternative) end_alternative(Keyword::kEndForEach);
  append(*statements_, finish(list.parent));
}

void Parser::switch_statement() {
  List list{node(NodeKind::kSwitch, here())};
  advance();
  append(list, condition());
  const bool is_alternative = accept(op(":"));
  if (!is_alternative) expect(op("{"));
  while (!is_brace_over() && !is_keyword(Keyword::kEndSwitch)) {
    if (is_keyword(Keyword::kCase) || is_keyword(Keyword::kDefault)) {
      append(list, switch_case());
    } else if (is_kind(TokenKind::kMarkup) || is_op(kCodeEnds) || is_op(op(";"))) {
      advance();  // blanks between the switch and its first case
    } else {
      skip_token();
    }
  }
  if (is_alternative) {
    end_alternative(Keyword::kEndSwitch);
  } else {
    expect(op("}"));
  }
  append(*statements_, finish(list.parent));
}

NodeId Parser::switch_case() {
  List list{node(NodeKind::kBlock, here())};
  const bool has_value = is_keyword(Keyword::kCase);
  advance();
  if (has_value) append(list, expression());
  if (!accept(op(":")) && !accept(op(";")) && !accept(kCodeEnds)) ++outcome_.skipped_tokens;
  statements(list, &Parser::is_case_over);
  return finish(list.parent);
}

void Parser::try_statement() {
  List list{node(NodeKind::kTry, here())};
  advance();
  bool is_alternative = false;
  append(list, body(is_alternative));
  while (true) {
    if (is_keyword(Keyword::kCatch)) {
      append(list, catch_block());
    } else if (accept(Keyword::kFinally)) {
      append(list, body(is_alternative));
    } else {
      break;
    }
  }
  append(*statements_, finish(list.parent));
}

NodeId Parser::catch_block() {
  List list{node(NodeKind::kBlock, here())};
  advance();
  expect(op("("));
  const NodeId caught = node(NodeKind::kDeclare, here());
  set_type(caught, type());
  if (is_kind(TokenKind::kVariable)) {
    set_name(caught, name_here());
    advance();
  }
  append(list, finish(caught));
  close_bracket(op(")"));
  expect(op("{"));
  statements(list, &Parser::is_brace_over);
  expect(op("}"));
  return finish(list.parent);
}

}  // namespace pugmark::script::php

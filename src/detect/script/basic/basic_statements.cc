#include <algorithm>

#include "detect/script/basic/basic_parser.h"

// Lists of statements, and those that hold no others.
namespace pugmark::script {
namespace {

bool is_assignment_sign(std::uint32_t sign) {
  switch (sign) {  // table of signs
    case op("="):
    case op("+="):
    case op("-="):
    case op("*="):
    case op("/="):
    case op("\\="):
    case op("^="):
    case op("&="):
    case op("<<="):
    case op(">>="):
      return true;
    default:
      return false;
  }
}

}  // namespace

// Up to the end, or to a word that closes a block which is open.
void BasicParser::statements(NodeList& list) {
  while (!is_end() && !nodes_.is_full()) {
    if (loops_to_close_ > 0 && open_[static_cast<std::size_t>(Closer::kFor)] > 0) return;
    if (kind() == TokenKind::kNewLine || is_op(op(":"))) {
      advance();
      continue;
    }
    if (kind() == TokenKind::kMarkup) {
      markup(list);
      continue;
    }
    find_region();
    const Token* const before = token_;
    if (in_expression_region_) {
      echo(list, begin());
    } else if (const Closer closer = closer_here(); closer != Closer::kNone) {
      if (flat_ == 0 && open_[static_cast<std::size_t>(closer)] > 0) return;
      stray_closer();
    } else {
      statement(list);
    }
    end_statement();
    if (token_ == before) skip_token();
  }
}

// What is understood of a statement has ended here. If a name stands here, a new one may begin:
// what is between them was lost, or is not needed by this compiler.
void BasicParser::end_statement() {
  if (at_statement_end()) return;
  if (is_name()) {
    ++outcome_.skipped_tokens;
  } else {
    skip_to_statement_end();
  }
}

// Whose token this is: its language, and whether its value is sent.
void BasicParser::find_region() {
  while (region_at_ < regions_.size() &&
         regions_[region_at_].begin + regions_[region_at_].length <= begin())
    ++region_at_;
  if (region_at_ == regions_.size()) return;
  const Region& region = regions_[region_at_];
  in_expression_region_ = region.kind == Region::Kind::kExpression && begin() >= region.begin;
  if (region.language == Language::kVbScript || region.language == Language::kVisualBasic)
    nodes_.set_language(region.language);
}

void BasicParser::statement(NodeList& list) {
  if (is_net() && is_op(op("<"))) {
    attributes(list);
    if (at_statement_end()) return;
  }
  if (is_declaration()) {
    declaration(list);
  } else if (is_too_deep() && opens_block()) {
    too_deep_block(list);
  } else if (!block_statement(list) && !simple_statement(list)) {
    expression_statement(list);
  }
}

bool BasicParser::block_statement(NodeList& list) {
  NodeId node = kNoNode;
  switch (word()) {
    case Word::kIf:
      node = if_statement();
      break;
    case Word::kFor:
      node = for_statement();
      break;
    case Word::kDo:
      node = do_statement();
      break;
    case Word::kWhile:
      node = while_statement();
      break;
    case Word::kSelect:
      node = select_statement();
      break;
    case Word::kWith:
      node = with_statement();
      break;
    case Word::kTry:
      node = try_statement();
      break;
    case Word::kUsing:
      node = using_statement();
      break;
    case Word::kSyncLock:
      node = sync_lock_statement();
      break;
    default:
      return false;
  }
  nodes_.append(list, node);
  return true;
}

bool BasicParser::simple_statement(NodeList& list) {
  switch (word()) {
    case Word::kSet:
    case Word::kLet:
      if (ahead(1).kind == TokenKind::kOperator && !is_op(ahead(1), op("."))) return false;
      advance();
      expression_statement(list);
      return true;
    case Word::kCall:
      advance();
      nodes_.append(list, as_call(primary()));
      return true;
    case Word::kReDim:
      redim(list);
      return true;
    case Word::kReturn:
    case Word::kThrow:
      return_statement(list);
      return true;
    case Word::kYield:
      if (ahead(1).kind == TokenKind::kOperator && is_assignment_sign(ahead(1).op)) return false;
      return_statement(list);
      return true;
    case Word::kExit:
      exit_statement(list);
      return true;
    case Word::kContinue:
      if (ahead(1).kind != TokenKind::kName) return false;
      continue_statement(list);
      return true;
    case Word::kOn:
    case Word::kOption:
    case Word::kInherits:
    case Word::kImplements:
      if (ahead(1).kind != TokenKind::kName) return false;
      pass_statement();
      return true;
    case Word::kGoTo:
      pass_statement();
      return true;
    case Word::kImports:
      imports(list);
      return true;
    case Word::kEnd:  // of the program
      named_call(list);
      return true;
    case Word::kAddHandler:
    case Word::kRemoveHandler:
      event_handler(list);
      return true;
    case Word::kRaiseEvent:
      advance();
      nodes_.append(list, as_call(primary()));
      return true;
    default:
      return other_statement(list);
  }
}

// Those that begin with no word: labels, =value, and lines to which only a compiler listens.
bool BasicParser::other_statement(NodeList& list) {
  if (is_op(op("="))) {
    const std::uint32_t from = begin();
    advance();
    echo(list, from);
    return true;
  }
  if (kind() == TokenKind::kNumber) {
    advance();
    if (!at_statement_end()) statement_behind_label(list);
    return true;
  }
  const bool is_label = is_net() && is_name() && token_->op == 0 && is_op(ahead(1), op(":")) &&
                        (last_kind_ == TokenKind::kNewLine || last_kind_ == TokenKind::kMarkup);
  if (is_label) advance();
  return is_label;
}

void BasicParser::statement_behind_label(NodeList& list) {
  if (is_too_deep()) {
    nodes_.append(list, too_deep());
    return;
  }
  const Deeper deeper(*this);
  statement(list);
}

void BasicParser::echo(NodeList& list, std::uint32_t from) {
  NodeList node{nodes_.add(NodeKind::kEcho, from, from)};
  nodes_.append(node, expression());
  nodes_.append(list, node.parent);
}

void BasicParser::markup(NodeList& list) {
  const std::uint32_t end = begin() + token_->length;
  NodeList node{nodes_.add(NodeKind::kEcho, begin(), end)};
  nodes_.append(node, nodes_.add_constant(NodeKind::kText, text_of(*token_), begin(), end));
  nodes_.append(list, node.parent);
  advance();
}

// An assignment or a call. Set and Let come here too.
void BasicParser::expression_statement(NodeList& list) {
  const NodeId chain = primary();
  if (at_statement_end()) {
    nodes_.append(list, as_call(chain));
  } else if (kind() == TokenKind::kOperator && is_assignment_sign(token_->op)) {
    nodes_.append(list, assignment(chain));
  } else {
    nodes_.append(list, call_statement(chain));
  }
}

// A name alone calls a procedure.
NodeId BasicParser::as_call(NodeId chain) {
  const NodeKind kind = nodes_.at(chain).kind;
  if (kind != NodeKind::kName && kind != NodeKind::kMember) return chain;
  return nodes_.wrap(NodeKind::kCall, chain, last_end_).parent;
}

NodeId BasicParser::assignment(NodeId target) {
  NodeList list = nodes_.wrap(NodeKind::kAssign, target, last_end_);
  nodes_.at(list.parent).op = token_->op;
  advance();
  if (is_net()) skip_line_breaks();
  nodes_.append(list, expression());
  return list.parent;
}

// f a, b. What looks like a call already, f (a) & b, is one whose first argument goes on.
NodeId BasicParser::call_statement(NodeId callee) {
  const NodeKind callee_kind = nodes_.at(callee).kind;
  if (callee_kind == NodeKind::kEmpty) {
    skip_to_statement_end();
    return callee;
  }
  std::uint32_t op_here = 0;
  const bool is_joined = precedence_here(op_here) != 0;
  if (is_joined || is_op(op(","))) {
    const NodeId call = call_of_one_argument(callee);
    if (call != kNoNode) return call_with_first_in_parentheses(callee, call);
    if (is_joined && op_here != op("+") && op_here != op("-")) return binary_behind(callee, 1);
  }
  if (!may_begin_argument()) return as_call(callee);
  NodeList list = nodes_.wrap(NodeKind::kCall, callee, last_end_);
  arguments_without_parentheses(list);
  return list.parent;
}

bool BasicParser::may_begin_argument() const {
  if (kind() != TokenKind::kOperator) return true;
  switch (token_->op) {
    case op(","):
    case op("("):
    case op("{"):
    case op("."):
    case op("!"):
    case op("+"):
    case op("-"):
      return true;
    default:
      return false;
  }
}

// The call in a chain f(a).b.c; kNoNode if there is none with exactly one argument.
NodeId BasicParser::call_of_one_argument(NodeId chain) {
  while (chain != kNoNode && nodes_.at(chain).kind == NodeKind::kMember)
    chain = nodes_.at(chain).first_child;
  if (chain == kNoNode || nodes_.at(chain).kind != NodeKind::kCall) return kNoNode;
  const NodeId argument = nodes_.at(nodes_.at(chain).first_child).next;
  return argument != kNoNode && nodes_.at(argument).next == kNoNode ? chain : kNoNode;
}

NodeId BasicParser::call_with_first_in_parentheses(NodeId chain, NodeId call) {
  const NodeId callee = nodes_.at(call).first_child;
  const NodeId argument = nodes_.at(callee).next;
  nodes_.cut_behind(callee);
  if (chain != call) {  // f (a).b & c: the members are the argument's
    NodeId member = chain;
    for (; nodes_.at(member).first_child != call; member = nodes_.at(member).first_child)
      nodes_.start_at(member, nodes_.begin_of(argument));
    nodes_.start_at(member, nodes_.begin_of(argument));
    nodes_.replace_only_child(member, argument);
  }
  NodeList list{call, callee};
  nodes_.append(list, binary_behind(chain == call ? argument : chain, 1));
  if (take(op(","))) arguments_without_parentheses(list);
  return call;
}

void BasicParser::arguments_without_parentheses(NodeList& call) {
  do {
    if (is_op(op(",")) || at_statement_end()) {
      nodes_.append(call, nodes_.add(NodeKind::kEmpty, begin(), begin()));
    } else {
      nodes_.append(call, argument());
    }
  } while (take(op(",")) && !nodes_.is_full());
}

// A word that is all of a statement, as the call it looks like.
void BasicParser::named_call(NodeList& list) { nodes_.append(list, as_call(name_operand())); }

void BasicParser::return_statement(NodeList& list) {
  NodeList node{nodes_.add(NodeKind::kReturn, begin(), begin() + token_->length)};
  advance();
  if (!at_statement_end()) nodes_.append(node, expression());
  nodes_.append(list, node.parent);
}

// Exit Function returns; Exit For and the like leave the block.
void BasicParser::exit_statement(NodeList& list) {
  const std::uint32_t from = begin();
  advance();
  switch (word()) {
    case Word::kFunction:
    case Word::kSub:
    case Word::kProperty:
      advance();
      nodes_.append(list, nodes_.add(NodeKind::kReturn, from, last_end_));
      return;
    case Word::kTry:
      advance();
      return;
    default:
      pass_statement();
      nodes_.append(list, nodes_.add(NodeKind::kBreak, from, last_end_));
  }
}

// Continue For
void BasicParser::continue_statement(NodeList& list) {
  const std::uint32_t from = begin();
  pass_statement();
  nodes_.append(list, nodes_.add(NodeKind::kContinue, from, last_end_));
}

// ReDim a(n), b(m)
void BasicParser::redim(NodeList& list) {
  advance();
  const bool is_kept = word() == Word::kPreserve && ahead(1).kind == TokenKind::kName;
  if (is_kept) advance();
  do {
    const NodeId chain = primary();
    const NodeId callee = nodes_.at(chain).first_child;
    if (take(Word::kAs)) type_name(true);
    nodes_.append(list, chain);
    if (is_kept || chain == kNoNode || nodes_.at(chain).kind != NodeKind::kCall) continue;
    if (nodes_.at(callee).kind != NodeKind::kName) continue;
    NodeId declared = chain;
    if (has_only_numbers_behind(callee)) {
      nodes_.at(chain).kind = NodeKind::kDeclare;
      nodes_.at(chain).first_child = kNoNode;
    } else {
      declared = nodes_.add(NodeKind::kDeclare, nodes_.begin_of(chain), nodes_.end_of(chain));
      nodes_.append(list, declared);
    }
    nodes_.at(declared).name = nodes_.at(callee).name;
  } while (take(op(",")) && !nodes_.is_full());
}

bool BasicParser::has_only_numbers_behind(NodeId callee) {
  for (NodeId id = nodes_.at(callee).next; id != kNoNode; id = nodes_.at(id).next)
    if (nodes_.at(id).kind != NodeKind::kNumber) return false;
  return true;
}

// Imports a.b, x = c.d, <xmlns:y="...">
void BasicParser::imports(NodeList& list) {
  do {
    const std::uint32_t from = begin();
    advance();
    Symbol alias = kNoSymbol;
    if (is_name() && is_op(ahead(1), op("="))) {
      alias = nodes_.symbol(name_of(*token_));
      advance();
      advance();
    }
    if (!is_name()) {
      pass_statement();
      return;
    }
    const Symbol name = type_name(false);
    const NodeId node = nodes_.add(NodeKind::kImport, from, last_end_);
    nodes_.at(node).name = name;
    nodes_.at(node).type = alias;
    nodes_.append(list, node);
  } while (is_op(op(",")) && !nodes_.is_full());
}

// AddHandler event, AddressOf f
void BasicParser::event_handler(NodeList& list) {
  NodeList call = nodes_.wrap(NodeKind::kCall, name_operand(), last_end_);
  arguments_without_parentheses(call);
  nodes_.append(list, call.parent);
}

}  // namespace pugmark::script

#include <algorithm>

#include "detect/script/basic/basic_parser.h"

// Statements that hold others, and what closes them.
namespace pugmark::script {

// What the word here closes or goes on with.
BasicParser::Closer BasicParser::closer_here() const {
  switch (word()) {
    case Word::kElse:
    case Word::kElseIf:
    case Word::kEndIf:
      return Closer::kIf;
    case Word::kCase:
      return Closer::kSelect;
    case Word::kCatch:
    case Word::kFinally:
      return Closer::kTry;
    case Word::kNext:
      return Closer::kFor;
    case Word::kLoop:
      return Closer::kDo;
    case Word::kWend:
      return Closer::kWhile;
    case Word::kEnd:
      return closer_behind_end(ahead(1));
    default:
      return Closer::kNone;
  }
}

BasicParser::Closer BasicParser::closer_behind_end(const Token& what) {
  switch (word_of(what)) {  // table of words
    case Word::kIf:
      return Closer::kIf;
    case Word::kSelect:
      return Closer::kSelect;
    case Word::kWhile:
      return Closer::kWhile;
    case Word::kWith:
      return Closer::kWith;
    case Word::kSub:
      return Closer::kSub;
    case Word::kFunction:
      return Closer::kFunction;
    case Word::kOperator:
      return Closer::kOperator;
    case Word::kProperty:
      return Closer::kProperty;
    case Word::kGet:
      return Closer::kGet;
    case Word::kSet:
      return Closer::kSet;
    case Word::kClass:
    case Word::kModule:
    case Word::kStructure:
    case Word::kInterface:
    case Word::kEnum:
      return Closer::kClass;
    case Word::kNamespace:
      return Closer::kNamespace;
    case Word::kTry:
      return Closer::kTry;
    case Word::kUsing:
      return Closer::kUsing;
    case Word::kSyncLock:
      return Closer::kSyncLock;
    case Word::kEvent:
      return Closer::kEvent;
    case Word::kAddHandler:
      return Closer::kAddHandler;
    case Word::kRemoveHandler:
      return Closer::kRemoveHandler;
    case Word::kRaiseEvent:
      return Closer::kRaiseEvent;
    default:
      return Closer::kNone;
  }
}

NodeId BasicParser::block_until(Closer closer) {
  const Open open(*this, closer);
  NodeList block{nodes_.add(NodeKind::kBlock, begin(), begin())};
  statements(block);
  return block.parent;
}

NodeId BasicParser::empty_block() { return nodes_.add(NodeKind::kBlock, last_end_, last_end_); }

// Passes over the closing words, if they are here: a block may also end because one around it does.
void BasicParser::close(Closer closer) {
  if (closer == Closer::kFor && loops_to_close_ > 0) {
    --loops_to_close_;
  } else if (closer_here() == closer) {
    take_closer();
  }
}

void BasicParser::take_closer() {
  const Word first = word();
  advance();
  if (first == Word::kEnd) advance();
  if (first != Word::kNext) return;
  std::uint32_t loops = 0;
  while (is_name() && closer_here() == Closer::kNone) {
    primary();
    ++loops;
    if (!take(op(","))) break;
  }
  if (loops > 1)
    loops_to_close_ = std::min(loops - 1, open_[static_cast<std::size_t>(Closer::kFor)]);
}

// One that closes nothing, or a block too deep to be made.
void BasicParser::stray_closer() {
  switch (word()) {
    case Word::kElse:
      advance();
      break;
    case Word::kElseIf:
    case Word::kCase:
    case Word::kCatch:
    case Word::kFinally:
      pass_statement();
      break;
    default:
      if (flat_ > 0) {
        --flat_;
        take_closer();
        return;
      }
      take_closer();
      loops_to_close_ = 0;
  }
  if (flat_ == 0) ++outcome_.skipped_tokens;
}

bool BasicParser::opens_block() const {
  switch (word()) {  // table of words
    case Word::kIf:
    case Word::kFor:
    case Word::kDo:
    case Word::kWhile:
    case Word::kSelect:
    case Word::kWith:
    case Word::kTry:
    case Word::kUsing:
    case Word::kSyncLock:
    case Word::kSub:
    case Word::kFunction:
    case Word::kProperty:
    case Word::kClass:
    case Word::kModule:
    case Word::kStructure:
    case Word::kInterface:
    case Word::kNamespace:
      return true;
    default:
      return false;
  }
}

// The head of the block is passed over; what is in the block joins the statements around it.
void BasicParser::too_deep_block(NodeList& list) {
  ++outcome_.too_deep_count;
  const std::uint32_t from = begin();
  const bool is_if = word() == Word::kIf;
  Word last = Word::kNone;
  for (; !at_line_end() && (is_if || !is_op(op(":"))); advance()) last = word();
  if (!is_if || last == Word::kThen) ++flat_;
  nodes_.append(list, nodes_.add(NodeKind::kEmpty, from, last_end_));
}

NodeId BasicParser::if_statement() {
  const Deeper deeper(*this);
  const std::size_t clauses_before = clauses_.size();
  const bool is_block = if_clause(false);
  bool is_else = false;
  while (!is_else && !nodes_.is_full() && !is_end()) {
    const bool is_else_if =
        is_net() && is_block && word() == Word::kElse && word_of(ahead(1)) == Word::kIf;
    if (is_else_if) advance();
    if (is_else_if || word() == Word::kElseIf) {
      if_clause(is_block);
    } else if (word() == Word::kElse) {
      advance();
      is_else = true;
      const NodeId block = is_block ? block_until(Closer::kIf) : statements_of_line();
      nodes_.append(clauses_.back(), block);
    } else {
      break;
    }
  }
  // `If a Then b End If` in one line needs no End If, and yet it is this one's.
  if (closer_here() == Closer::kIf && word() != Word::kElse && word() != Word::kElseIf)
    take_closer();
  return join_clauses(clauses_before);
}

// If or ElseIf with its condition and what it holds. True if that is a block of lines, as it is
// for sure in an ElseIf of one (`is_known_block`).
bool BasicParser::if_clause(bool is_known_block) {
  const std::uint32_t from = begin();
  advance();
  NodeList node{nodes_.add(NodeKind::kIf, from, last_end_)};
  nodes_.append(node, expression());
  while (!at_line_end() && !is_op(op(":")) && word() != Word::kThen) skip_token();
  take(Word::kThen);
  std::size_t colons = 0;
  while (is_op(ahead(colons), op(":"))) ++colons;
  const TokenKind next = ahead(colons).kind;
  const bool is_block = is_known_block || next == TokenKind::kNewLine ||
                        next == TokenKind::kMarkup || next == TokenKind::kEnd;
  nodes_.append(node, is_block ? block_until(Closer::kIf) : statements_of_line());
  clauses_.push_back(node);
  return is_block;
}

// What stands behind Then or Else in the same line.
NodeId BasicParser::statements_of_line() {
  NodeList block{nodes_.add(NodeKind::kBlock, begin(), begin())};
  if (is_too_deep()) {
    nodes_.append(block, too_deep());
    return block.parent;
  }
  while (!at_line_end() && !nodes_.is_full()) {
    if (take(op(":"))) continue;
    if (closer_here() != Closer::kNone) break;
    const Token* const before = token_;
    statement(block);
    end_statement();
    if (token_ == before) break;
  }
  return block.parent;
}

NodeId BasicParser::loop_node(std::uint32_t from, const LoopParts& parts) {
  NodeList node{nodes_.add(NodeKind::kLoop, from, from)};
  nodes_.append(node, parts.first == kNoNode ? empty_block() : parts.first);
  nodes_.append(node, parts.condition == kNoNode
                          ? nodes_.add(NodeKind::kEmpty, last_end_, last_end_)
                          : parts.condition);
  nodes_.append(node, parts.after == kNoNode ? empty_block() : parts.after);
  nodes_.append(node, parts.body);
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

// A node that means the same variable.
NodeId BasicParser::copy_name(NodeId name) {
  const NodeKind kind = nodes_.at(name).kind;
  if (kind != NodeKind::kName && kind != NodeKind::kDeclare)
    return nodes_.add(NodeKind::kEmpty, last_end_, last_end_);
  const NodeId copy = nodes_.add(NodeKind::kName, nodes_.begin_of(name), nodes_.end_of(name));
  nodes_.at(copy).name = nodes_.at(name).name;
  return copy;
}

// For i = a To b Step c
NodeId BasicParser::for_statement() {
  const std::uint32_t from = begin();
  advance();
  if (take(Word::kEach)) return for_each_statement(from);
  const std::uint32_t variable_begin = begin();
  const NodeId variable = loop_variable();
  LoopParts parts;
  NodeList first{nodes_.add(NodeKind::kBlock, variable_begin, last_end_)};
  parts.first = first.parent;
  const NodeId counter = copy_name(variable);
  if (is_op(op("=")) && nodes_.at(variable).kind == NodeKind::kDeclare) {
    advance();
    NodeList declared{variable};
    nodes_.append(declared, expression());
    nodes_.append(first, variable);
  } else {
    nodes_.append(first, is_op(op("=")) ? assignment(variable) : variable);
  }
  const NodeId limit =
      take(Word::kTo) ? expression() : nodes_.add(NodeKind::kEmpty, last_end_, last_end_);
  const NodeId step = take(Word::kStep)
                          ? expression()
                          : nodes_.add_constant(NodeKind::kNumber, "1", last_end_, last_end_);
  const bool is_down = nodes_.at(step).kind == NodeKind::kUnary && nodes_.at(step).op == op("-");
  const NodeId counter_after = copy_name(counter);
  NodeList condition = nodes_.wrap(NodeKind::kBinary, counter, last_end_);
  nodes_.at(condition.parent).op = is_down ? op(">=") : op("<=");
  nodes_.append(condition, limit);
  parts.condition = condition.parent;
  NodeList addition = nodes_.wrap(NodeKind::kAssign, counter_after, last_end_);
  nodes_.at(addition.parent).op = op("+=");
  nodes_.append(addition, step);
  parts.after = nodes_.wrap(NodeKind::kBlock, addition.parent, last_end_).parent;
  end_statement();
  parts.body = block_until(Closer::kFor);
  close(Closer::kFor);
  return loop_node(from, parts);
}

NodeId BasicParser::for_each_statement(std::uint32_t from) {
  const NodeId target = loop_variable();
  NodeList node{nodes_.add(NodeKind::kForEach, from, last_end_)};
  nodes_.append(
      node, take(Word::kIn) ? expression() : nodes_.add(NodeKind::kEmpty, last_end_, last_end_));
  nodes_.append(node, target);
  end_statement();
  nodes_.append(node, block_until(Closer::kFor));
  close(Closer::kFor);
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

// A variable that is there already, or `name As T`.
NodeId BasicParser::loop_variable() {
  const bool is_declared = is_net() && is_name() && word_of(ahead(1)) == Word::kAs;
  if (!is_declared) return primary();
  const NodeId node =
      nodes_.add_named(NodeKind::kDeclare, name_of(*token_), begin(), begin() + token_->length);
  advance();
  advance();
  nodes_.at(node).type = type_name(true);
  return node;
}

NodeId BasicParser::do_statement() {
  const std::uint32_t from = begin();
  advance();
  LoopParts parts;
  parts.condition = loop_condition();
  end_statement();
  parts.body = block_until(Closer::kDo);
  close(Closer::kDo);
  const NodeId behind = loop_condition();
  if (parts.condition == kNoNode) {
    parts.condition = behind;
  } else if (behind != kNoNode) {
    NodeList both = nodes_.wrap(NodeKind::kBinary, parts.condition, last_end_);
    nodes_.at(both.parent).op = op("And");
    nodes_.append(both, behind);
    parts.condition = both.parent;
  }
  return loop_node(from, parts);
}

// While x, Until x; kNoNode if there is none.
NodeId BasicParser::loop_condition() {
  const std::uint32_t from = begin();
  if (take(Word::kWhile)) return expression();
  if (!take(Word::kUntil)) return kNoNode;
  NodeList negation{nodes_.add(NodeKind::kUnary, from, last_end_)};
  nodes_.at(negation.parent).op = op("Not");
  nodes_.append(negation, expression());
  return negation.parent;
}

NodeId BasicParser::while_statement() {
  const std::uint32_t from = begin();
  advance();
  LoopParts parts;
  parts.condition = expression();
  end_statement();
  parts.body = block_until(Closer::kWhile);
  close(Closer::kWhile);
  return loop_node(from, parts);
}

NodeId BasicParser::select_statement() {
  const Open open(*this, Closer::kSelect);
  NodeList node{nodes_.add(NodeKind::kSwitch, begin(), begin() + token_->length)};
  advance();
  take(Word::kCase);
  nodes_.append(node, expression());
  end_statement();
  NodeList before{nodes_.add(NodeKind::kBlock, begin(), begin())};
  statements(before);
  if (before.last != kNoNode) nodes_.append(node, before.parent);
  while (word() == Word::kCase && flat_ == 0 && !nodes_.is_full()) {
    NodeList block{nodes_.add(NodeKind::kBlock, begin(), begin() + token_->length)};
    advance();
    if (!take(Word::kElse)) nodes_.append(block, case_values());
    statements(block);  // may begin in the same line, without a ':' between
    nodes_.append(node, block.parent);
  }
  close(Closer::kSelect);
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

NodeId BasicParser::case_values() {
  const NodeId first = case_value();
  if (!is_op(op(","))) return first;
  NodeList list = nodes_.wrap(NodeKind::kArray, first, last_end_);
  while (take(op(",")) && !nodes_.is_full()) nodes_.append(list, case_value());
  return list.parent;
}

// A value, `a To b`, `Is > a`
NodeId BasicParser::case_value() {
  const bool has_is = take(Word::kIs);
  std::uint32_t op_here = 0;
  if (!has_is && !is_op(op("=")) && !is_op(op("<")) && !is_op(op(">")) && !is_op(op("<=")) &&
      !is_op(op(">=")) && !is_op(op("<>")))
    return argument();
  const NodeId left = nodes_.add(NodeKind::kEmpty, begin(), begin());
  if (precedence_here(op_here) == 0) return left;
  return binary_behind(left, 1);
}

NodeId BasicParser::with_statement() {
  NodeList node{nodes_.add(NodeKind::kWith, begin(), begin() + token_->length)};
  advance();
  nodes_.append(node, expression());
  end_statement();
  nodes_.append(node, block_until(Closer::kWith));
  close(Closer::kWith);
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

NodeId BasicParser::try_statement() {
  NodeList node{nodes_.add(NodeKind::kTry, begin(), begin() + token_->length)};
  advance();
  nodes_.append(node, block_until(Closer::kTry));
  while ((word() == Word::kCatch || word() == Word::kFinally) && flat_ == 0 && !nodes_.is_full()) {
    const Open open(*this, Closer::kTry);
    NodeList block{nodes_.add(NodeKind::kBlock, begin(), begin() + token_->length)};
    if (word() == Word::kCatch) {
      catch_head(block);
    } else {
      advance();
    }
    end_statement();
    statements(block);
    nodes_.append(node, block.parent);
  }
  close(Closer::kTry);
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

// Catch x As T When condition
void BasicParser::catch_head(NodeList& block) {
  const NodeId declared = nodes_.add(NodeKind::kDeclare, begin(), begin() + token_->length);
  advance();
  if (is_name() && word() != Word::kWhen) {
    nodes_.at(declared).name = nodes_.symbol(name_of(*token_));
    advance();
  }
  if (take(Word::kAs)) nodes_.at(declared).type = type_name(false);
  nodes_.stretch(declared, last_end_);
  nodes_.append(block, declared);
  if (take(Word::kWhen)) nodes_.append(block, expression());
}

// Using x As New T(a), y = b
NodeId BasicParser::using_statement() {
  NodeList node{nodes_.add(NodeKind::kBlock, begin(), begin() + token_->length)};
  advance();
  do {
    const bool is_declared =
        is_name() && (word_of(ahead(1)) == Word::kAs || is_op(ahead(1), op("=")));
    nodes_.append(node, is_declared ? declarator(node) : expression());
  } while (take(op(",")) && !nodes_.is_full());
  end_statement();
  nodes_.append(node, block_until(Closer::kUsing));
  close(Closer::kUsing);
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

NodeId BasicParser::sync_lock_statement() {
  NodeList node{nodes_.add(NodeKind::kBlock, begin(), begin() + token_->length)};
  advance();
  nodes_.append(node, expression());
  end_statement();
  nodes_.append(node, block_until(Closer::kSyncLock));
  close(Closer::kSyncLock);
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

}  // namespace pugmark::script

#include <algorithm>

#include "detect/script/python/python_parser.h"

// Statements that hold others.
namespace pugmark::script {

NodeId PythonParser::if_statement() {
  const std::size_t clauses_before = clauses_.size();
  do {
    NodeList node{add_here(NodeKind::kIf)};
    advance();
    nodes_.append(node, expression());
    nodes_.append(node, block());
    clauses_.push_back(node);
    skip_to_clause();
  } while (word() == Word::kElif && !nodes_.is_full());
  if (take(Word::kElse)) {
    const NodeId otherwise = block();  // which may make the list of clauses longer, and move it
    nodes_.append(clauses_.back(), otherwise);
  }
  return join_clauses(clauses_before);
}

// Markup, or a line that is empty, may stand between a block and the clause that goes with it.
void PythonParser::skip_to_clause() {
  while (kind() == TokenKind::kNewLine) advance();
}

void PythonParser::while_statement(NodeList& list) {
  NodeList node{add_here(NodeKind::kLoop)};
  advance();
  nodes_.append(node, nodes_.add(NodeKind::kBlock, last_end_, last_end_));
  nodes_.append(node, expression());
  nodes_.append(node, nodes_.add(NodeKind::kBlock, last_end_, last_end_));
  nodes_.append(node, block());
  nodes_.append(list, node.parent);
  else_block(list);
}

// for a, b in c:
void PythonParser::for_statement(NodeList& list) {
  NodeList node{add_here(NodeKind::kForEach)};
  advance();
  const NodeId target = targets();
  nodes_.append(node, take(Word::kIn) ? expressions() : add_empty());
  nodes_.append(node, target);
  nodes_.append(node, block());
  nodes_.append(list, node.parent);
  else_block(list);
}

void PythonParser::else_block(NodeList& list) {
  skip_to_clause();
  if (take(Word::kElse)) nodes_.append(list, block());
}

NodeId PythonParser::try_statement() {
  NodeList node{add_here(NodeKind::kTry)};
  advance();
  nodes_.append(node, block());
  skip_to_clause();
  while (!nodes_.is_full()) {
    NodeList part{add_here(NodeKind::kBlock)};
    if (word() == Word::kExcept) {
      except_head(part);
    } else if (!take(Word::kElse) && !take(Word::kFinally)) {
      break;
    }
    block_into(part);
    nodes_.append(node, part.parent);
    skip_to_clause();
  }
  return node.parent;
}

// except:, except T:, except T as e:, except (T, U), e:
void PythonParser::except_head(NodeList& block) {
  const NodeId declared = add_here(NodeKind::kDeclare);
  advance();
  take(op("*"));
  nodes_.append(block, declared);
  if (at_line_end() || is_op(op(":"))) return;
  const Token& first = *token_;
  const NodeId types = expression();
  const NodeKind kind_of_types = nodes_.at(types).kind;
  if (kind_of_types == NodeKind::kName || kind_of_types == NodeKind::kMember) {
    nodes_.at(declared).type = nodes_.symbol(text_.substr(first.begin, last_end_ - first.begin));
  } else {
    nodes_.append(block, types);
  }
  if (take(Word::kAs) || take(op(","))) {
    if (is_name()) {
      nodes_.at(declared).name = nodes_.symbol(text_of(*token_));
      advance();
    } else {
      nodes_.append(block, target());
    }
  }
  nodes_.stretch(block.parent, last_end_);
}

// with a as b, c: with (a as b, c as d):
NodeId PythonParser::with_statement() {
  NodeList node{add_here(NodeKind::kBlock)};
  advance();
  const bool is_in_brackets = has_items_in_brackets();
  if (is_in_brackets) advance();
  do {
    if (is_in_brackets && is_op(op(")"))) break;
    const NodeId value = expression();
    if (take(Word::kAs)) {
      NodeList assigned = nodes_.wrap(NodeKind::kAssign, target(), last_end_);
      nodes_.start_at(assigned.parent, nodes_.begin_of(value));
      nodes_.at(assigned.parent).op = op("=");
      nodes_.append(assigned, value);
      nodes_.append(node, assigned.parent);
    } else {
      nodes_.append(node, value);
    }
  } while (take(op(",")) && !nodes_.is_full());
  if (is_in_brackets) end_brackets(op(")"));
  nodes_.append(node, block());
  return node.parent;
}

// True if the brackets here hold all of what `with` opens.
bool PythonParser::has_items_in_brackets() const {
  if (!is_op(op("("))) return false;
  const Token* const behind = behind_brackets(token_);
  if (!is_op(*behind, op(":"))) return false;
  return std::any_of(token_, behind,
                     [](const Token& token) { return word_of(token) == Word::kAs; });
}

// `match` is a name like any other unless lines that begin with `case` stand behind it.
bool PythonParser::is_match() const {
  const Token* at = token_;
  while (at->kind != TokenKind::kEnd && at->kind != TokenKind::kNewLine && !is_op(*at, op(";")))
    ++at;
  if (at->kind != TokenKind::kNewLine || !is_op(at[-1], op(":"))) return false;
  return at[1].kind == TokenKind::kIndent && word_of(at[2]) == Word::kCase;
}

NodeId PythonParser::match_statement() {
  NodeList node{add_here(NodeKind::kSwitch)};
  advance();
  nodes_.append(node, expressions());
  while (!at_line_end() && !is_op(op(":"))) skip_token();
  take(op(":"));
  if (kind() == TokenKind::kNewLine) advance();
  if (kind() != TokenKind::kIndent) return node.parent;
  if (is_too_deep()) {
    too_deep_block();
    return node.parent;
  }
  const Deeper deeper(*this);
  advance();
  while (word() == Word::kCase && !nodes_.is_full()) {
    nodes_.append(node, case_block());
    skip_to_clause();
  }
  NodeList rest{nodes_.add(NodeKind::kBlock, begin(), begin())};
  statements(rest);
  if (rest.last != kNoNode) nodes_.append(node, rest.parent);
  if (kind() == TokenKind::kDedent) advance();
  return node.parent;
}

// case pattern if guard:
NodeId PythonParser::case_block() {
  NodeList block{add_here(NodeKind::kBlock)};
  advance();
  const bool was_in_pattern = in_pattern_;
  in_pattern_ = true;
  nodes_.append(block, expressions());
  in_pattern_ = was_in_pattern;
  if (take(Word::kIf)) nodes_.append(block, expression());
  block_into(block);
  return block.parent;
}

NodeId PythonParser::class_statement() {
  NodeList node{add_here(NodeKind::kClass)};
  advance();
  if (is_name()) {
    nodes_.at(node.parent).name = nodes_.symbol(text_of(*token_));
    advance();
  }
  if (is_op(op("["))) pass_balanced();
  bases(node);
  block_into(node);
  return node.parent;
}

// Names first; whatever else stands there is evaluated before the members.
void PythonParser::bases(NodeList& node) {
  if (!take(op("("))) return;
  std::vector<NodeId> others;
  std::uint32_t count = 0;
  while (!at_line_end() && !is_op(op(")")) && !nodes_.is_full()) {
    const NodeId base = base_name();
    if (base != kNoNode) {
      nodes_.append(node, base);
      ++count;
    } else {
      others.push_back(argument());
    }
    if (!take(op(","))) break;
  }
  end_brackets(op(")"));
  nodes_.at(node.parent).op = count;
  for (const NodeId other : others) nodes_.append(node, other);
}

// kNoNode, and no token passed, if there is more here than a name with dots.
NodeId PythonParser::base_name() {
  if (!is_name()) return kNoNode;
  const Token* last = token_;
  while (is_op(last[1], op(".")) && last[2].kind == TokenKind::kName) last += 2;
  if (!is_op(last[1], op(",")) && !is_op(last[1], op(")"))) return kNoNode;
  const std::uint32_t from = begin();
  const std::uint32_t to = last->begin + last->length;
  const NodeId node = nodes_.add_named(NodeKind::kName, text_.substr(from, to - from), from, to);
  while (token_ <= last) advance();
  return node;
}

// def f(a, *b, c=1, **d) -> T:
NodeId PythonParser::function() {
  NodeList node{add_here(NodeKind::kFunction)};
  advance();
  if (is_name()) {
    nodes_.at(node.parent).name = nodes_.symbol(text_of(*token_));
    advance();
  }
  if (is_op(op("["))) pass_balanced();
  if (take(op("("))) parameters(node, op(")"));
  if (take(op("->"))) nodes_.at(node.parent).type = annotation();
  nodes_.append(node, block());
  return node.parent;
}

void PythonParser::parameters(NodeList& node, std::uint32_t closing) {
  while (!at_line_end() && !is_op(closing) && !nodes_.is_full()) {
    nodes_.append(node, parameter(closing));
    while (!at_line_end() && !is_op(op(",")) && !is_op(closing)) skip_token();
    if (!take(op(","))) break;
  }
  if (closing == op(")")) take(closing);
}

// kNoNode if no name is here, as in (a, *, b).
NodeId PythonParser::parameter(std::uint32_t closing) {
  const std::uint32_t from = begin();
  const std::uint32_t star = is_op(op("*")) || is_op(op("**")) ? token_->op : 0;
  if (star != 0 || is_op(op("/"))) advance();
  NodeList node;
  if (is_op(op("("))) {  // def f((a, b)) of Python 2
    pass_balanced();
    node.parent = nodes_.add(NodeKind::kParameter, from, last_end_);
  } else if (is_name()) {
    node.parent = nodes_.add_named(NodeKind::kParameter, text_of(*token_), from, end());
    advance();
  } else {
    return kNoNode;
  }
  nodes_.at(node.parent).op = star;
  if (closing == op(")") && take(op(":"))) nodes_.at(node.parent).type = annotation();
  if (take(op("="))) nodes_.append(node, expression());
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

// A type as it is written; none if that is long.
Symbol PythonParser::annotation() {
  constexpr std::uint32_t kBytesMax = 128;
  const std::uint32_t from = begin();
  while (!at_line_end() && !is_op(op(",")) && !is_op(op("=")) && !is_op(op(")")) &&
         !is_op(op(":"))) {
    if (is_op(op("[")) || is_op(op("(")) || is_op(op("{"))) {
      pass_balanced();
    } else {
      advance();
    }
  }
  if (last_end_ <= from || last_end_ - from > kBytesMax) return kNoSymbol;
  return nodes_.symbol(text_.substr(from, last_end_ - from));
}

void PythonParser::pass_balanced() {
  std::size_t level = 0;
  for (; !at_line_end(); advance()) {
    if (is_op(op("(")) || is_op(op("[")) || is_op(op("{"))) ++level;
    if ((is_op(op(")")) || is_op(op("]")) || is_op(op("}"))) && --level == 0) {
      advance();
      return;
    }
  }
}

void PythonParser::decorator(NodeList& list) {
  advance();
  nodes_.append(list, expression());
}

}  // namespace pugmark::script

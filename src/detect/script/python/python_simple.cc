#include <algorithm>

#include "detect/script/python/python_parser.h"

// Statements that hold no others.
namespace pugmark::script {
namespace {

bool is_compound_assignment(std::uint32_t sign) {
  switch (sign) {  // table of signs
    case op("+="):
    case op("-="):
    case op("*="):
    case op("/="):
    case op("//="):
    case op("%="):
    case op("@="):
    case op("&="):
    case op("|="):
    case op("^="):
    case op(">>="):
    case op("<<="):
    case op("**="):
      return true;
    default:
      return false;
  }
}

}  // namespace

void PythonParser::expression_statement(NodeList& list) {
  const NodeId first = expressions();
  if (is_op(op("="))) {
    assignments(list, first);
  } else if (is_op(op(":"))) {
    nodes_.append(list, annotated(first));
  } else if (kind() == TokenKind::kOperator && is_compound_assignment(token_->op)) {
    NodeList node = nodes_.wrap(NodeKind::kAssign, first, last_end_);
    nodes_.at(node.parent).op = token_->op;
    advance();
    nodes_.append(node, expressions());
    nodes_.append(list, node.parent);
  } else {
    nodes_.append(list, first);
  }
}

// a = b = c is a = (b = c). A long row of them is cut into several, so that no tree becomes deep.
void PythonParser::assignments(NodeList& list, NodeId first) {
  advance();
  const NodeId second = expressions();
  if (!is_op(op("="))) {
    NodeList node = nodes_.wrap(NodeKind::kAssign, first, last_end_);
    nodes_.at(node.parent).op = op("=");
    nodes_.append(node, second);
    nodes_.append(list, node.parent);
    return;
  }
  std::vector<NodeId> parts{first, second};
  while (take(op("=")) && !nodes_.is_full()) parts.push_back(expressions());
  NodeId value = parts.back();
  for (std::size_t i = parts.size() - 1; i-- > 0;) {
    if (nodes_.is_high(value)) {
      ++outcome_.too_deep_count;
      nodes_.append(list, value);
      value = nodes_.add(NodeKind::kEmpty, nodes_.end_of(parts[i]), nodes_.end_of(parts[i]));
    }
    NodeList node = nodes_.wrap(NodeKind::kAssign, parts[i], last_end_);
    nodes_.at(node.parent).op = op("=");
    nodes_.append(node, value);
    value = node.parent;
  }
  nodes_.append(list, value);
}

// x: T = v
NodeId PythonParser::annotated(NodeId target) {
  advance();
  const Symbol type = annotation();
  if (nodes_.at(target).kind == NodeKind::kName) {
    NodeList declared{target};
    nodes_.at(target).kind = NodeKind::kDeclare;
    nodes_.at(target).type = type;
    if (take(op("="))) nodes_.append(declared, expressions());
    nodes_.stretch(target, last_end_);
    return target;
  }
  if (!take(op("="))) return target;
  NodeList node = nodes_.wrap(NodeKind::kAssign, target, last_end_);
  nodes_.at(node.parent).op = op("=");
  nodes_.append(node, expressions());
  return node.parent;
}

// True if the name is not used as a variable.
bool PythonParser::is_print() const {
  const Token& next = ahead(1);
  if (next.kind != TokenKind::kOperator) return true;
  switch (next.op) {
    case op("("):
    case op("["):
    case op("{"):
    case op("`"):
    case op(">>"):
    case op("-"):
    case op("+"):
    case op("~"):
    case op(";"):
      return true;
    default:
      return false;
  }
}

// Where the bracket at `from` is closed, and what stands behind that.
const Token* PythonParser::behind_brackets(const Token* from) const {
  std::size_t level = 0;
  for (const Token* at = from; at->kind != TokenKind::kEnd && at->kind != TokenKind::kNewLine;
       ++at) {
    if (at->kind != TokenKind::kOperator) continue;
    if (at->op == op("(") || at->op == op("[") || at->op == op("{")) ++level;
    if ((at->op == op(")") || at->op == op("]") || at->op == op("}")) && --level == 0)
      return at + 1;
  }
  return from;
}

// print a, b; print >>f, a; print(a); print(a, file=f)
void PythonParser::print_statement(NodeList& list) {
  const Token& name = *token_;
  NodeList node{add_here(NodeKind::kEcho)};
  bool is_elsewhere = false;
  const bool is_function = is_op(ahead(1), op("(")) && [this] {
    const Token& behind = *behind_brackets(token_ + 1);
    return behind.kind != TokenKind::kName &&
           (behind.kind != TokenKind::kOperator || behind.op == op(";"));
  }();
  advance();
  if (is_function) {
    advance();
    while (!at_line_end() && !is_op(op(")")) && !nodes_.is_full()) {
      const bool is_file = is_name() && text_of(*token_) == "file" && is_op(ahead(1), op("="));
      is_elsewhere = is_elsewhere || is_file;
      nodes_.append(node, argument());
      if (!take(op(","))) break;
    }
    end_brackets(op(")"));
  } else {
    is_elsewhere = take(op(">>"));
    while (!at_statement_end() && !nodes_.is_full()) {
      nodes_.append(node, expression());
      if (!take(op(","))) break;
    }
  }
  nodes_.stretch(node.parent, last_end_);
  if (is_elsewhere && node.parent != kNoNode) {
    nodes_.at(node.parent).kind = NodeKind::kCall;
    nodes_.prepend(node.parent, nodes_.add_named(NodeKind::kName, text_of(name), name.begin,
                                                 name.begin + name.length));
  }
  nodes_.append(list, node.parent);
}

// exec code in globals, locals. With brackets it is a call like any other.
void PythonParser::exec_statement(NodeList& list) {
  const Token& next = ahead(1);
  const bool is_statement = next.kind == TokenKind::kName || next.kind == TokenKind::kText ||
                            next.kind == TokenKind::kTemplate || is_op(next, op("`"));
  if (!is_statement) {
    expression_statement(list);
    return;
  }
  NodeList node = nodes_.wrap(NodeKind::kCall, name_operand(), last_end_);
  nodes_.append(node, bitwise_expression());
  if (take(Word::kIn)) {
    do {
      nodes_.append(node, expression());
    } while (take(op(",")) && !nodes_.is_full());
  }
  nodes_.append(list, node.parent);
}

void PythonParser::return_statement(NodeList& list) {
  NodeList node{add_here(NodeKind::kReturn)};
  advance();
  if (!at_statement_end()) nodes_.append(node, expressions());
  nodes_.append(list, node.parent);
}

// raise a, raise a from b, raise a, b, c
void PythonParser::raise_statement(NodeList& list) {
  NodeList node{add_here(NodeKind::kReturn)};
  advance();
  if (!at_statement_end()) {
    NodeId value = expressions();
    if (take(Word::kFrom)) {
      NodeList both = nodes_.wrap(NodeKind::kArray, value, last_end_);
      nodes_.append(both, expression());
      value = both.parent;
    }
    nodes_.append(node, value);
  }
  nodes_.append(list, node.parent);
}

void PythonParser::delete_statement(NodeList& list) {
  NodeList node{add_here(NodeKind::kUnary)};
  nodes_.at(node.parent).op = op("del");
  advance();
  nodes_.append(node, expressions());
  nodes_.append(list, node.parent);
}

void PythonParser::assert_statement(NodeList& list) {
  NodeList node = nodes_.wrap(NodeKind::kCall, name_operand(), last_end_);
  do {
    nodes_.append(node, expression());
  } while (take(op(",")) && !nodes_.is_full());
  nodes_.append(list, node.parent);
}

// global a, b; nonlocal says nothing of what a variable holds.
void PythonParser::global_statement(NodeList& list) {
  const bool is_global = word() == Word::kGlobal;
  NodeList node;
  if (is_global) node.parent = add_here(NodeKind::kGlobal);
  do {
    advance();
    if (!is_name()) break;
    if (is_global)
      nodes_.append(node, nodes_.add_named(NodeKind::kVariable, text_of(*token_), begin(), end()));
    advance();
  } while (is_op(op(",")) && !nodes_.is_full());
  nodes_.append(list, node.parent);
}

// a.b.c, .a, ..
std::string PythonParser::dotted_path() {
  std::string path;
  while (is_name() || is_op(op(".")) || is_op(op("..."))) {
    if (word() == Word::kImport || word() == Word::kAs) break;
    path += text_of(*token_);
    const bool was_name = is_name();
    advance();
    if (was_name && !is_op(op("."))) break;
  }
  return path;
}

// import a.b, c as d
void PythonParser::import_statement(NodeList& list) {
  do {
    const std::uint32_t from = begin();
    advance();
    const std::string path = dotted_path();
    const NodeId node = nodes_.add_named(NodeKind::kImport, path, from, last_end_);
    if (take(Word::kAs) && is_name()) {
      nodes_.at(node).type = nodes_.symbol(text_of(*token_));
      advance();
    }
    nodes_.stretch(node, last_end_);
    nodes_.append(list, node);
  } while (is_op(op(",")) && !nodes_.is_full());
}

// from a.b import c, d as e; from . import (f, g); from h import *
void PythonParser::from_statement(NodeList& list) {
  const std::uint32_t from = begin();
  advance();
  std::string path = dotted_path();
  if (!path.empty() && path.back() != '.') path += '.';
  if (!take(Word::kImport)) return;
  const bool is_in_brackets = take(op("("));
  std::uint32_t name_from = from;
  while ((is_name() || is_op(op("*"))) && !nodes_.is_full()) {
    const std::string_view name = text_of(*token_);
    advance();
    const NodeId node =
        nodes_.add_named(NodeKind::kImport, path + std::string(name), name_from, last_end_);
    nodes_.at(node).type = name == "*" ? kNoSymbol : nodes_.symbol(name);
    if (take(Word::kAs) && is_name()) {
      nodes_.at(node).type = nodes_.symbol(text_of(*token_));
      advance();
    }
    nodes_.stretch(node, last_end_);
    nodes_.append(list, node);
    if (!take(op(","))) break;
    name_from = begin();
  }
  if (is_in_brackets) end_brackets(op(")"));
}

}  // namespace pugmark::script

#include <algorithm>

#include "detect/script/python/python_parser.h"

// How values are joined, and what may stand behind one.
namespace pugmark::script {
namespace {

// From the loosest to the tightest.
enum Precedence : unsigned {
  kNoOperator,
  kOr,
  kAnd,
  kNot,
  kComparison,
  kBitOr,
  kBitXor,
  kBitAnd,
  kShift,
  kSum,
  kProduct,
  kSign,
};

unsigned precedence_of(std::uint32_t sign) {
  switch (sign) {  // table of signs
    case op("<"):
    case op(">"):
    case op("<="):
    case op(">="):
    case op("=="):
    case op("!="):
    case op("<>"):
      return kComparison;
    case op("|"):
      return kBitOr;
    case op("^"):
      return kBitXor;
    case op("&"):
      return kBitAnd;
    case op("<<"):
    case op(">>"):
      return kShift;
    case op("+"):
    case op("-"):
      return kSum;
    case op("*"):
    case op("/"):
    case op("//"):
    case op("%"):
    case op("@"):
      return kProduct;
    default:
      return kNoOperator;
  }
}

}  // namespace

unsigned PythonParser::precedence_here(std::uint32_t& op_here, unsigned& tokens_count) const {
  tokens_count = 1;
  if (kind() == TokenKind::kOperator) {
    op_here = token_->op;
    return precedence_of(op_here);
  }
  switch (word()) {
    case Word::kOr:
      op_here = op("or");
      return kOr;
    case Word::kAnd:
      op_here = op("and");
      return kAnd;
    case Word::kIn:
      op_here = op("in");
      return kComparison;
    case Word::kIs:
      tokens_count = word_of(ahead(1)) == Word::kNot ? 2 : 1;
      op_here = tokens_count == 2 ? op("!is") : op("is");
      return kComparison;
    case Word::kNot:
      if (word_of(ahead(1)) != Word::kIn) return kNoOperator;
      tokens_count = 2;
      op_here = op("!in");
      return kComparison;
    default:
      return kNoOperator;
  }
}

// One, or several with commas between, which are a tuple.
NodeId PythonParser::expressions() {
  const NodeId first = expression();
  if (!is_op(op(","))) return first;
  NodeList tuple = nodes_.wrap(NodeKind::kArray, first, last_end_);
  while (take(op(",")) && begins_expression() && !nodes_.is_full())
    nodes_.append(tuple, expression());
  nodes_.stretch(tuple.parent, last_end_);
  return tuple.parent;
}

bool PythonParser::begins_expression() const {
  if (at_statement_end()) return false;
  if (kind() != TokenKind::kOperator) return true;
  switch (token_->op) {
    case op("("):
    case op("["):
    case op("{"):
    case op("`"):
    case op("-"):
    case op("+"):
    case op("~"):
    case op("*"):
    case op("**"):
    case op("..."):
      return true;
    default:
      return false;
  }
}

// What a loop gives values to.
NodeId PythonParser::targets() {
  const NodeId first = target();
  if (!is_op(op(","))) return first;
  NodeList tuple = nodes_.wrap(NodeKind::kArray, first, last_end_);
  while (take(op(",")) && word() != Word::kIn && !nodes_.is_full()) nodes_.append(tuple, target());
  return tuple.parent;
}

NodeId PythonParser::target() {
  if (!is_op(op("*"))) return postfix(operand());
  NodeList spread{add_here(NodeKind::kSpread)};
  advance();
  nodes_.append(spread, postfix(operand()));
  return spread.parent;
}

// With what only brackets, lines and arguments may hold: *a, **a, a := b, yield a.
NodeId PythonParser::expression() {
  if (word() == Word::kYield) return yield();
  if (is_op(op("*")) || is_op(op("**"))) {
    NodeList spread{add_here(NodeKind::kSpread)};
    if (is_op(op("**"))) nodes_.at(spread.parent).op = op("**");
    advance();
    nodes_.append(spread, conditional());
    return spread.parent;
  }
  const NodeId value = in_pattern_ ? bitwise_expression() : conditional();
  if (in_pattern_ && word() == Word::kAs && ahead(1).kind == TokenKind::kName) {
    NodeList named{nodes_.add(NodeKind::kAssign, nodes_.begin_of(value), last_end_)};
    nodes_.at(named.parent).op = op("=");
    advance();
    nodes_.append(named, name_operand());
    nodes_.append(named, value);
    return named.parent;
  }
  if (!is_op(op(":="))) return value;
  NodeList assigned = nodes_.wrap(NodeKind::kAssign, value, last_end_);
  nodes_.at(assigned.parent).op = op("=");
  advance();
  nodes_.append(assigned, conditional());
  return assigned.parent;
}

// a if b else c
NodeId PythonParser::conditional() {
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  if (word() == Word::kLambda) return lambda();
  const NodeId value = binary(kOr);
  if (word() != Word::kIf) return value;
  advance();
  NodeList node = nodes_.wrap(NodeKind::kConditional, binary(kOr), last_end_);
  nodes_.start_at(node.parent, nodes_.begin_of(value));
  nodes_.append(node, value);
  nodes_.append(node, take(Word::kElse) ? conditional() : add_empty());
  return node.parent;
}

// What neither a comparison nor a condition is part of.
NodeId PythonParser::bitwise_expression() {
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  return binary(kBitOr);
}

NodeId PythonParser::collection() {
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  return word() == Word::kLambda ? lambda() : binary(kOr);
}

NodeId PythonParser::lambda() {
  NodeList node{add_here(NodeKind::kFunction)};
  advance();
  parameters(node, op(":"));
  take(op(":"));
  NodeList body{nodes_.add(NodeKind::kBlock, begin(), begin())};
  NodeList result{nodes_.add(NodeKind::kReturn, begin(), begin())};
  nodes_.append(result, conditional());
  nodes_.append(body, result.parent);
  nodes_.append(node, body.parent);
  return node.parent;
}

// yield, yield a, yield from a
NodeId PythonParser::yield() {
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  NodeList node{add_here(NodeKind::kReturn)};
  advance();
  take(Word::kFrom);
  if (begins_expression()) nodes_.append(node, expressions());
  return node.parent;
}

// All operands of a chain of one operator become children of one node.
NodeId PythonParser::binary(unsigned precedence_min) {
  NodeId left = unary();
  NodeList chain;
  for (;;) {
    std::uint32_t op_here = 0;
    unsigned tokens_count = 0;
    const unsigned precedence = precedence_here(op_here, tokens_count);
    if (precedence == kNoOperator || precedence < precedence_min) return left;
    if (chain.parent != kNoNode && nodes_.is_high(left)) {
      // Operators taking turns would make the tree too deep: this operand joins those before it.
      ++outcome_.too_deep_count;
    } else {
      chain = nodes_.wrap(NodeKind::kBinary, left, last_end_);
      nodes_.at(chain.parent).op = op_here;
      left = chain.parent;
    }
    std::uint32_t op_next = 0;
    do {
      for (unsigned i = 0; i < tokens_count; ++i) advance();
      nodes_.append(chain, binary(precedence + 1));
    } while (!nodes_.is_full() && precedence_here(op_next, tokens_count) == precedence &&
             op_next == op_here);
  }
}

NodeId PythonParser::unary() {
  const bool is_not = word() == Word::kNot;
  if (word() == Word::kAwait && ahead(1).kind != TokenKind::kOperator) advance();
  if (!is_not && !is_op(op("-")) && !is_op(op("+")) && !is_op(op("~"))) return power();
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  NodeList node{add_here(NodeKind::kUnary)};
  nodes_.at(node.parent).op = is_not ? op("not") : token_->op;
  advance();
  nodes_.append(node, is_not ? binary(kComparison) : unary());
  return node.parent;
}

// a ** b binds tighter than a sign before a, not than one before b.
NodeId PythonParser::power() {
  const NodeId base = postfix(operand());
  if (!is_op(op("**"))) return base;
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  NodeList node = nodes_.wrap(NodeKind::kBinary, base, last_end_);
  nodes_.at(node.parent).op = op("**");
  advance();
  nodes_.append(node, unary());
  return node.parent;
}

NodeId PythonParser::postfix(NodeId value) {
  if (value != kNoNode && nodes_.at(value).kind == NodeKind::kEmpty) return value;
  while (kind() == TokenKind::kOperator && !nodes_.is_full()) {
    if (is_op(op(".")) && ahead(1).kind == TokenKind::kName) {
      value = member(value);
    } else if (is_op(op("("))) {
      value = call(value);
    } else if (is_op(op("["))) {
      value = index(value);
    } else {
      break;
    }
  }
  return value;
}

NodeId PythonParser::member(NodeId object) {
  advance();
  const std::string_view name = text_of(*token_);
  advance();
  if (nodes_.is_high(object)) {
    ++outcome_.too_deep_count;
    return object;
  }
  const NodeId node = nodes_.wrap(NodeKind::kMember, object, last_end_).parent;
  nodes_.at(node).name = nodes_.symbol(name);
  return node;
}

NodeId PythonParser::call(NodeId callee) {
  if (nodes_.is_high(callee)) {
    ++outcome_.too_deep_count;
    pass_balanced();
    return callee;
  }
  NodeList node = nodes_.wrap(NodeKind::kCall, callee, last_end_);
  advance();
  while (!at_line_end() && !is_op(op(")")) && !nodes_.is_full()) {
    nodes_.append(node, argument());
    if (!take(op(","))) break;
  }
  end_brackets(op(")"));
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

NodeId PythonParser::argument() {
  if (is_name() && is_op(ahead(1), op("="))) {
    NodeList pair{nodes_.add(NodeKind::kPair, begin(), begin())};
    nodes_.append(pair, name_operand());
    advance();
    nodes_.append(pair, expression());
    return pair.parent;
  }
  const NodeId value = expression();
  return word() == Word::kFor || word() == Word::kAsync ? comprehension(value) : value;
}

// Passes over what is not understood, and the closing bracket.
void PythonParser::end_brackets(std::uint32_t closing) {
  while (!at_line_end() && !is_op(op(")")) && !is_op(op("]")) && !is_op(op("}"))) skip_token();
  take(closing);
}

NodeId PythonParser::index(NodeId object) {
  if (nodes_.is_high(object)) {
    ++outcome_.too_deep_count;
    pass_balanced();
    return object;
  }
  NodeList node = nodes_.wrap(NodeKind::kIndex, object, last_end_);
  advance();
  NodeId at = subscript();
  if (is_op(op(","))) {
    NodeList tuple = nodes_.wrap(NodeKind::kArray, at, last_end_);
    while (take(op(",")) && !is_op(op("]")) && !at_line_end() && !nodes_.is_full())
      nodes_.append(tuple, subscript());
    at = tuple.parent;
  }
  nodes_.append(node, at);
  end_brackets(op("]"));
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

// a, or a:b:c
NodeId PythonParser::subscript() {
  const NodeId first = is_op(op(":")) || is_op(op("]")) ? add_empty() : expression();
  if (!is_op(op(":"))) return first;
  const std::uint32_t from = nodes_.begin_of(first);
  NodeList slice = nodes_.wrap(NodeKind::kCall,
                               nodes_.add_named(NodeKind::kName, "slice", from, from), last_end_);
  nodes_.append(slice, first);
  for (int part = 0; part < 2 && take(op(":")); ++part) {
    const bool is_left_out = is_op(op(":")) || is_op(op("]")) || is_op(op(","));
    nodes_.append(slice, is_left_out ? add_empty() : expression());
  }
  return slice.parent;
}

}  // namespace pugmark::script

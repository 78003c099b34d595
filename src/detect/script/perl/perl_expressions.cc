#include <algorithm>

#include "detect/script/perl/perl_parser.h"

// How values are joined, and what may stand behind one.
namespace pugmark::script {
namespace {

// From the loosest to the tightest.
enum Precedence : unsigned {
  kNoOperator,
  kLowOr,
  kLowAnd,
  kLowNot,
  kRange,
  kOr,
  kAnd,
  kBitOr,
  kBitAnd,
  kEquality,
  kComparison,
  kShift,
  kSum,
  kProduct,
  kBinding,
};

unsigned precedence_of(std::uint32_t sign) {
  switch (sign) {  // table of signs
    case op(".."):
    case op("..."):
      return kRange;
    case op("||"):
    case op("//"):
      return kOr;
    case op("&&"):
      return kAnd;
    case op("|"):
    case op("^"):
      return kBitOr;
    case op("&"):
      return kBitAnd;
    case op("=="):
    case op("!="):
    case op("<=>"):
    case op("~~"):
      return kEquality;
    case op("<"):
    case op(">"):
    case op("<="):
    case op(">="):
      return kComparison;
    case op("<<"):
    case op(">>"):
      return kShift;
    case op("+"):
    case op("-"):
    case op("."):
      return kSum;
    case op("*"):
    case op("/"):
    case op("%"):
      return kProduct;
    case op("=~"):
    case op("!~"):
      return kBinding;
    default:
      return kNoOperator;
  }
}

bool is_assignment(std::uint32_t sign) {
  switch (sign) {  // table of signs
    case op("="):
    case op("+="):
    case op("-="):
    case op("*="):
    case op("/="):
    case op(".="):
    case op("%="):
    case op("x="):
    case op("&="):
    case op("|="):
    case op("^="):
    case op("**="):
    case op("||="):
    case op("&&="):
    case op("//="):
    case op("<<="):
    case op(">>="):
      return true;
    default:
      return false;
  }
}

}  // namespace

unsigned PerlParser::precedence_here(std::uint32_t& op_here) const {
  if (kind() == TokenKind::kOperator) {
    op_here = token_->op;
    return precedence_of(op_here);
  }
  switch (word()) {
    case Word::kX:
      op_here = op("x");
      return kProduct;
    case Word::kEquality:
      op_here = op(text_of(*token_));
      return kEquality;
    case Word::kComparison:
      op_here = op(text_of(*token_));
      return kComparison;
    default:
      return kNoOperator;
  }
}

NodeId PerlParser::expression() {
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  return low_expression(kLowOr);
}

// a or b, a and b, not a
NodeId PerlParser::low_expression(unsigned precedence_min) {
  NodeId left = kNoNode;
  if (word() == Word::kNot) {
    if (is_too_deep()) return too_deep();
    const Deeper deeper(*this);
    advance();
    left = negated(low_expression(kLowNot));
  } else {
    left = comma_list();
  }
  NodeList chain;
  for (;;) {
    const bool is_and = word() == Word::kAnd;
    if (!is_and && word() != Word::kOr && word() != Word::kXor) return left;
    const unsigned precedence = is_and ? kLowAnd : kLowOr;
    if (precedence < precedence_min) return left;
    const std::uint32_t op_here = is_and ? op("&&") : word() == Word::kXor ? op("xor") : op("||");
    const bool joins =
        chain.parent != kNoNode && (nodes_.at(chain.parent).op == op_here || nodes_.is_high(left));
    if (joins && nodes_.at(chain.parent).op != op_here) ++outcome_.too_deep_count;
    if (!joins) {
      chain = nodes_.wrap(NodeKind::kBinary, left, last_end_);
      nodes_.at(chain.parent).op = op_here;
      left = chain.parent;
    }
    advance();
    nodes_.append(chain, low_expression(precedence + 1));
  }
}

// a, b => c: several are a kArray.
NodeId PerlParser::comma_list() {
  const NodeId first = list_element();
  if (!is_op(op(",")) && !is_op(op("=>"))) return first;
  NodeList list = nodes_.wrap(NodeKind::kArray, first, last_end_);
  while ((take(op(",")) || take(op("=>"))) && !nodes_.is_full()) {
    if (begins_value()) nodes_.append(list, list_element());
  }
  return list.parent;
}

// a, or a => b
NodeId PerlParser::list_element() {
  const NodeId key = assignment();
  if (!is_op(op("=>"))) return key;
  advance();
  NodeList pair = nodes_.wrap(NodeKind::kPair, key, last_end_);
  if (begins_value()) nodes_.append(pair, assignment());
  return pair.parent;
}

bool PerlParser::begins_value(const Token& token) {
  if (token.kind == TokenKind::kEnd || token.kind == TokenKind::kMarkup) return false;
  if (token.kind == TokenKind::kOperator) {
    switch (token.op) {
      case op("("):
      case op("["):
      case op("{"):
      case op("-"):
      case op("+"):
      case op("!"):
      case op("~"):
      case op("\\"):
      case op("$"):
      case op("@"):
      case op("%"):
      case op("&"):
      case op("*"):
      case op("$#"):
      case op("++"):
      case op("--"):
        return true;
      default:  // a file test
        return (token.op & 0xFFU) == '-' && token.length == 2 && token.op != op("->") &&
               token.op != op("-=");
    }
  }
  switch (word_of(token)) {
    case Word::kAnd:
    case Word::kOr:
    case Word::kXor:
    case Word::kIf:
    case Word::kUnless:
    case Word::kWhile:
    case Word::kUntil:
    case Word::kFor:
    case Word::kX:
    case Word::kEquality:
    case Word::kComparison:
      return false;
    default:
      return true;
  }
}

// a = b = c is a = (b = c)
NodeId PerlParser::assignment() {
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  const NodeId target = conditional();
  if (kind() != TokenKind::kOperator || !is_assignment(token_->op)) return target;
  if (nodes_.at(target).kind == NodeKind::kDeclare && is_op(op("="))) {
    NodeList declared{target};
    advance();
    nodes_.append(declared, assignment());
    return target;
  }
  NodeList node = nodes_.wrap(NodeKind::kAssign, target, last_end_);
  nodes_.at(node.parent).op = token_->op;
  advance();
  nodes_.append(node, assignment());
  return node.parent;
}

// a ? b : c
NodeId PerlParser::conditional() {
  const NodeId condition = binary(kRange);
  if (!is_op(op("?"))) return condition;
  NodeList node = nodes_.wrap(NodeKind::kConditional, condition, last_end_);
  advance();
  nodes_.append(node, assignment());
  nodes_.append(node, take(op(":")) ? assignment() : add_empty());
  return node.parent;
}

// All operands of a chain of one operator become children of one node.
NodeId PerlParser::binary(unsigned precedence_min) {
  NodeId left = unary();
  NodeList chain;
  for (;;) {
    std::uint32_t op_here = 0;
    const unsigned precedence = precedence_here(op_here);
    if (precedence == kNoOperator || precedence < precedence_min || nodes_.is_full()) return left;
    const bool is_default = op_here == op("//");
    if (chain.parent != kNoNode && nodes_.is_high(left)) {
      // Operators taking turns would make the tree too deep: this operand joins those before it.
      ++outcome_.too_deep_count;
    } else {
      const NodeKind kind_here = op_here == op(".") ? NodeKind::kInterpolated
                                 : is_default       ? NodeKind::kConditional
                                                    : NodeKind::kBinary;
      chain = nodes_.wrap(kind_here, left, last_end_);
      if (kind_here != NodeKind::kInterpolated)
        nodes_.at(chain.parent).op = is_default ? op("??") : op_here;
      if (is_default) nodes_.append(chain, add_empty());
      left = chain.parent;
    }
    std::uint32_t op_next = 0;
    do {
      advance();
      nodes_.append(chain, binary(precedence + 1));
    } while (!is_default && !nodes_.is_full() && precedence_here(op_next) == precedence &&
             op_next == op_here);
  }
}

// What a named unary operator takes: all that binds tighter than a comparison.
NodeId PerlParser::shift_operand() { return binary(kShift); }

NodeId PerlParser::unary() {
  std::uint32_t op_here = 0;
  if (kind() == TokenKind::kOperator) {
    switch (token_->op) {
      case op("!"):
      case op("~"):
      case op("\\"):
      case op("-"):
      case op("+"):
      case op("++"):
      case op("--"):
        op_here = token_->op;
        break;
      default:
        if ((token_->op & 0xFFU) == '-' && token_->length == 2 && begins_value())
          op_here = token_->op;
    }
  }
  if (op_here == 0) return increment();
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  NodeList node{add_here(NodeKind::kUnary)};
  nodes_.at(node.parent).op = op_here;
  advance();
  if (begins_value()) nodes_.append(node, unary());
  return node.parent;
}

// a++, a ** b
NodeId PerlParser::increment() {
  NodeId value = postfix(operand());
  if (is_op(op("++")) || is_op(op("--"))) {
    const std::uint32_t op_here = token_->op;
    advance();
    value = nodes_.wrap(NodeKind::kUnary, value, last_end_).parent;
    nodes_.at(value).op = op_here;
  }
  if (!is_op(op("**"))) return value;
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  NodeList node = nodes_.wrap(NodeKind::kBinary, value, last_end_);
  nodes_.at(node.parent).op = op("**");
  advance();
  nodes_.append(node, unary());
  return node.parent;
}

NodeId PerlParser::postfix(NodeId value) {
  if (value != kNoNode && nodes_.at(value).kind == NodeKind::kEmpty) return value;
  while (kind() == TokenKind::kOperator && !nodes_.is_full()) {
    if (nodes_.is_high(value) && (is_op(op("->")) || is_op(op("[")) || is_op(op("(")))) {
      ++outcome_.too_deep_count;
      too_deep();
      return value;
    }
    const NodeKind kind_here = nodes_.at(value).kind;
    const bool has_elements = kind_here == NodeKind::kVariable || kind_here == NodeKind::kIndex ||
                              kind_here == NodeKind::kUnary || kind_here == NodeKind::kCall;
    if (is_op(op("->"))) {
      value = arrow(value);
    } else if (is_op(op("[")) && (has_elements || kind_here == NodeKind::kArray)) {
      value = element(value, op("]"));
    } else if (is_op(op("{")) && has_elements && kind_here != NodeKind::kCall) {
      value = element(value, op("}"));
    } else if (is_op(op("(")) && (kind_here == NodeKind::kIndex || kind_here == NodeKind::kCall)) {
      value = call_of_value(value);
    } else {
      break;
    }
  }
  return value;
}

// ->[0], ->{a}, ->(b), ->name(c), ->$name(c), ->@*
NodeId PerlParser::arrow(NodeId value) {
  advance();
  if (is_op(op("["))) return element(value, op("]"));
  if (is_op(op("{"))) return element(value, op("}"));
  if (is_op(op("("))) return call_of_value(value);
  if (is_name() || kind() == TokenKind::kVariable || is_op(op("$"))) return method(value);
  if (kind() == TokenKind::kOperator &&
      (is_op(op("@")) || is_op(op("%")) || (token_->length >= 2 && (token_->op & 0xFFU) != '-'))) {
    const std::uint32_t sigil = token_->op & 0xFFU;
    advance();
    const NodeId node = nodes_.wrap(NodeKind::kUnary, value, last_end_).parent;
    nodes_.at(node).op = sigil;
    return node;
  }
  return value;
}

NodeId PerlParser::method(NodeId object) {
  NodeId callee = kNoNode;
  if (is_name()) {
    callee = nodes_.wrap(NodeKind::kMember, object, end()).parent;
    nodes_.at(callee).name = nodes_.symbol(text_of(*token_));
    advance();
  } else {
    NodeList dynamic = nodes_.wrap(NodeKind::kDynamicMember, object, end());
    nodes_.append(dynamic, sigil_operand());
    callee = dynamic.parent;
  }
  if (is_op(op("("))) return call_of_value(callee);
  return nodes_.wrap(NodeKind::kCall, callee, last_end_).parent;
}

NodeId PerlParser::call_of_value(NodeId callee) {
  NodeList node = nodes_.wrap(NodeKind::kCall, callee, last_end_);
  advance();
  list_until(node, op(")"));
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

// [a], {a}, {name}
NodeId PerlParser::element(NodeId value, std::uint32_t closing) {
  NodeList node = nodes_.wrap(NodeKind::kIndex, value, last_end_);
  advance();
  const bool is_key = is_name() && is_op(ahead(1), op("}")) && closing == op("}");
  if (is_key) {
    nodes_.append(node, nodes_.add_constant(NodeKind::kText, text_of(*token_), begin(), end()));
    advance();
  } else if (is_op(closing)) {
    nodes_.append(node, add_empty());
  } else {
    nodes_.append(node, expression());
  }
  while (!at_statement_end() && !is_op(closing)) skip_token();
  take(closing);
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

// Up to and with the closing bracket, with nothing for commas that follow each other.
void PerlParser::list_until(NodeList& list, std::uint32_t closing) {
  while (!nodes_.is_full() && !is_end()) {
    if (take(op(",")) || take(op("=>"))) continue;
    if (is_op(closing) || !begins_value()) break;
    const Token* const before = token_;
    nodes_.append(list, low_element());
    if (token_ == before) break;
  }
  while (!at_statement_end() && !is_op(closing) && !is_op(op(")")) && !is_op(op("]"))) skip_token();
  take(closing);
}

// An element of a list in brackets: there `or` and `and` may stand, too.
NodeId PerlParser::low_element() {
  const NodeId value = list_element();
  if (word() != Word::kAnd && word() != Word::kOr && word() != Word::kXor) return value;
  NodeList node = nodes_.wrap(NodeKind::kBinary, value, last_end_);
  nodes_.at(node.parent).op = word() == Word::kAnd ? op("&&") : op("||");
  while ((word() == Word::kAnd || word() == Word::kOr || word() == Word::kXor) &&
         !nodes_.is_full()) {
    advance();
    nodes_.append(node, list_element());
  }
  return node.parent;
}

}  // namespace pugmark::script

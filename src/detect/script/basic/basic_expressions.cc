#include <algorithm>

#include "detect/script/basic/basic_parser.h"

// How values are joined, and what may stand behind one.
namespace pugmark::script {
namespace {

// From the loosest to the tightest.
enum Precedence : unsigned {
  kNoOperator,
  kImp,
  kEqv,
  kXor,
  kOr,
  kAnd,
  kNot,
  kComparison,
  kShift,
  kConcatenation,
  kSum,
  kModulus,
  kWholeQuotient,
  kProduct,
  kSign,
  kPower,
  kTightest,
};

struct Operator {
  unsigned precedence = kNoOperator;
  std::uint32_t op = 0;
};

Operator operator_of_word(BasicWord word) {
  switch (word) {  // table of words
    case BasicWord::kImp:
      return {kImp, op("Imp")};
    case BasicWord::kEqv:
      return {kEqv, op("Eqv")};
    case BasicWord::kXor:
      return {kXor, op("Xor")};
    case BasicWord::kOr:
      return {kOr, op("Or")};
    case BasicWord::kOrElse:
      return {kOr, op("||")};
    case BasicWord::kAnd:
      return {kAnd, op("And")};
    case BasicWord::kAndAlso:
      return {kAnd, op("&&")};
    case BasicWord::kIs:
      return {kComparison, op("Is")};
    case BasicWord::kIsNot:
      return {kComparison, op("IsNo")};
    case BasicWord::kLike:
      return {kComparison, op("Like")};
    case BasicWord::kMod:
      return {kModulus, op("Mod")};
    default:
      return {};
  }
}

Operator operator_of_sign(std::uint32_t sign) {
  switch (sign) {  // table of signs
    case op("="):
    case op("<"):
    case op(">"):
    case op("<>"):
    case op("<="):
    case op(">="):
      return {kComparison, sign};
    case op("=<"):
      return {kComparison, op("<=")};
    case op("=>"):
      return {kComparison, op(">=")};
    case op("><"):
      return {kComparison, op("<>")};
    case op("<<"):
    case op(">>"):
      return {kShift, sign};
    case op("&"):
      return {kConcatenation, sign};
    case op("+"):
    case op("-"):
      return {kSum, sign};
    case op("\\"):
      return {kWholeQuotient, sign};
    case op("*"):
    case op("/"):
      return {kProduct, sign};
    case op("^"):
      return {kPower, sign};
    default:
      return {};
  }
}

}  // namespace

unsigned BasicParser::precedence_here(std::uint32_t& op) const {
  Operator found;
  if (kind() == TokenKind::kOperator) {
    found = operator_of_sign(token_->op);
  } else if (kind() == TokenKind::kName && token_->op != 0) {
    found = operator_of_word(word());
  }
  op = found.op;
  return found.precedence;
}

NodeId BasicParser::expression() {
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  return binary(kImp);
}

NodeId BasicParser::binary(unsigned precedence_min) {
  return binary_behind(unary(), precedence_min);
}

// What stands behind `left` and binds at least so tightly. All operands of a chain of one operator
// become children of one node.
NodeId BasicParser::binary_behind(NodeId left, unsigned precedence_min) {
  NodeList chain;
  for (;;) {
    std::uint32_t op_here = 0;
    const unsigned precedence = precedence_here(op_here);
    if (precedence == kNoOperator || precedence < precedence_min) return left;
    if (chain.parent != kNoNode && nodes_.is_high(left)) {
      // Operators taking turns would make the tree too deep: this operand joins those before it.
      ++outcome_.too_deep_count;
    } else {
      const bool joins = op_here == op("&");
      chain = nodes_.wrap(joins ? NodeKind::kInterpolated : NodeKind::kBinary, left, last_end_);
      if (!joins) nodes_.at(chain.parent).op = op_here;
      left = chain.parent;
    }
    std::uint32_t op_next = 0;
    do {
      advance();
      if (is_net()) skip_line_breaks();
      nodes_.append(chain, binary(precedence + 1));
    } while (!nodes_.is_full() && precedence_here(op_next) == precedence && op_next == op_here);
  }
}

NodeId BasicParser::unary() {
  std::uint32_t op_here = 0;
  unsigned precedence = kSign;
  if (is_op(op("-")) || is_op(op("+"))) {
    op_here = token_->op;
  } else if (word() == Word::kNot) {
    op_here = op("Not");
    precedence = kComparison;
  } else if (word() == Word::kAddressOf) {
    op_here = op("Addr");
    precedence = kTightest;
  } else {
    return primary();
  }
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  const NodeId node = nodes_.add(NodeKind::kUnary, begin(), begin() + token_->length);
  nodes_.at(node).op = op_here;
  advance();
  if (is_net()) skip_line_breaks();
  NodeList list{node};
  nodes_.append(list, binary(precedence));
  return node;
}

NodeId BasicParser::primary() { return postfix(operand()); }

NodeId BasicParser::postfix(NodeId value) {
  bool is_done = nodes_.at(value).kind == NodeKind::kEmpty && value != kNoNode;
  while (!is_done) value = postfix_step(value, is_done);
  return value;
}

NodeId BasicParser::postfix_step(NodeId value, bool& is_done) {
  if (kind() != TokenKind::kOperator) {
    is_done = true;
    return value;
  }
  switch (token_->op) {
    case op("."):
    case op("?."):
      return member(value);
    case op("!"):
      if (ahead(1).kind == TokenKind::kName) return bang(value);
      break;
    case op("?"):
      if (is_net() && is_op(ahead(1), op("("))) {
        advance();
        return value;
      }
      break;
    case op("("):
      return call(value);
    default:
      break;
  }
  is_done = true;
  return value;
}

// .name, ?.name; the attribute .@name and the children .<name> of XML count as members.
NodeId BasicParser::member(NodeId object) {
  advance();
  const bool is_element = take(op("<"));
  if (!is_element) take(op("@"));
  if (!is_name()) return object;
  const std::string_view name = name_of(*token_);
  advance();
  if (is_element) take(op(">"));
  if (nodes_.is_high(object)) {
    ++outcome_.too_deep_count;
    return object;
  }
  const NodeId node = nodes_.wrap(NodeKind::kMember, object, last_end_).parent;
  nodes_.at(node).name = nodes_.symbol(name);
  return node;
}

// obj!name stands for obj("name").
NodeId BasicParser::bang(NodeId object) {
  advance();
  const Token& name = *token_;
  advance();
  if (nodes_.is_high(object)) {
    ++outcome_.too_deep_count;
    return object;
  }
  NodeList list = nodes_.wrap(NodeKind::kIndex, object, last_end_);
  nodes_.append(list, nodes_.add_constant(NodeKind::kText, name_of(name), name.begin,
                                          name.begin + name.length));
  return list.parent;
}

NodeId BasicParser::call(NodeId callee) {
  if (word_of(ahead(1)) == Word::kOf) {
    pass_balanced();
    return callee;
  }
  if (nodes_.is_high(callee)) {
    ++outcome_.too_deep_count;
    pass_balanced();
    return callee;
  }
  NodeList list = nodes_.wrap(NodeKind::kCall, callee, last_end_);
  advance();
  arguments(list, op(")"));
  nodes_.stretch(list.parent, last_end_);
  return list.parent;
}

// Up to and with the closing bracket. Those left out become kEmpty.
void BasicParser::arguments(NodeList& list, std::uint32_t closing) {
  if (take(closing)) return;
  while (!nodes_.is_full()) {
    if (is_op(op(",")) || is_op(closing)) {
      nodes_.append(list, nodes_.add(NodeKind::kEmpty, begin(), begin()));
    } else {
      nodes_.append(list, argument());
    }
    while (!at_line_end() && !is_op(op(",")) && !is_op(closing)) {
      if (is_op(op(")")) || is_op(op("}"))) return;
      skip_token();
    }
    if (take(closing) || !take(op(","))) return;
  }
}

NodeId BasicParser::argument() {
  if (word() == Word::kByVal || word() == Word::kByRef) advance();
  if (is_name() && is_op(ahead(1), op(":="))) {
    NodeList pair{nodes_.add(NodeKind::kPair, begin(), begin())};
    nodes_.append(pair, name_operand());
    advance();
    nodes_.append(pair, expression());
    return pair.parent;
  }
  const NodeId value = expression();
  if (word() != Word::kTo) return value;
  NodeList range = nodes_.wrap(NodeKind::kBinary, value, last_end_);
  nodes_.at(range.parent).op = op("To");
  advance();
  nodes_.append(range, expression());
  return range.parent;
}

NodeId BasicParser::with_object() { return nodes_.add(NodeKind::kWith, begin(), begin()); }

}  // namespace pugmark::script

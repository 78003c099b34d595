#include <algorithm>
#include <array>

#include "detect/script/php/php_characters.h"
#include "detect/script/php/php_parser.h"
#include "detect/script/php/php_scopes.h"

namespace pugmark::script::php {
namespace {

// How tightly operators bind, in PHP 8.
enum Precedence : int {
  kNoOperator = 0,
  kOr,
  kXor,
  kAnd,
  kAssign,
  kTernary,
  kCoalesce,
  kLogicalOr,
  kLogicalAnd,
  kBitOr,
  kBitXor,
  kBitAnd,
  kEquality,
  kComparison,
  kPipe,
  kConcat,
  kShift,
  kSum,
  kProduct,
  kInstanceOf,
  kPower,  // operands of the signs, casts, "@" and "~" hold no weaker one
};

Precedence precedence_of(std::uint32_t op_code) {
  switch (op_code) {
    case op("?"):
      return kTernary;
    case op("??"):
      return kCoalesce;
    case op("||"):
      return kLogicalOr;
    case op("&&"):
      return kLogicalAnd;
    case op("|"):
      return kBitOr;
    case op("^"):
      return kBitXor;
    case op("&"):
      return kBitAnd;
    case op("=="):
    case op("!="):
    case op("<>"):
    case op("==="):
    case op("!=="):
    case op("<=>"):
      return kEquality;
    case op("<"):
    case op(">"):
    case op("<="):
    case op(">="):
      return kComparison;
    case op("|>"):
      return kPipe;
    case op("."):
      return kConcat;
    case op("<<"):
    case op(">>"):
      return kShift;
    case op("+"):
    case op("-"):
      return kSum;
    case op("*"):
    case op("/"):
    case op("%"):
      return kProduct;
    case op("**"):
      return kPower;
    default:
      return kNoOperator;
  }
}

Precedence precedence_of(Keyword keyword, std::uint32_t& op_code) {
  switch (keyword) {
    case Keyword::kAnd:
      op_code = op("&&");
      return kAnd;
    case Keyword::kXor:
      op_code = op("xor");
      return kXor;
    case Keyword::kOr:
      op_code = op("||");
      return kOr;
    case Keyword::kInstanceOf:
      op_code = op("instanceof");
      return kInstanceOf;
    default:
      return kNoOperator;
  }
}

bool is_assignment(std::uint32_t op_code) {
  switch (op_code) {
    case op("="):
    case op("+="):
    case op("-="):
    case op("*="):
    case op("/="):
    case op(".="):
    case op("%="):
    case op("&="):
    case op("|="):
    case op("^="):
    case op("<<="):
    case op(">>="):
    case op("**="):
    case op("?\?="):
      return true;
    default:
      return false;
  }
}

bool is_assignable(NodeKind kind) {
  switch (kind) {
    case NodeKind::kVariable:
    case NodeKind::kDynamicVariable:
    case NodeKind::kMember:
    case NodeKind::kDynamicMember:
    case NodeKind::kIndex:
    case NodeKind::kArray:
      return true;
    default:
      return false;
  }
}

// The type a cast is to, by its shortest name; empty if the word is none.
std::string_view cast_type(std::string_view word) {
  struct Cast {
    std::string_view word;
    std::string_view type;
  };
  static constexpr std::array<Cast, 13> kCasts = {{{"int", "int"},
                                                   {"integer", "int"},
                                                   {"bool", "bool"},
                                                   {"boolean", "bool"},
                                                   {"float", "float"},
                                                   {"double", "float"},
                                                   {"real", "float"},
                                                   {"string", "string"},
                                                   {"binary", "string"},
                                                   {"array", "array"},
                                                   {"object", "object"},
                                                   {"unset", "unset"},
                                                   {"void", "void"}}};
  for (const Cast& cast : kCasts)
    if (word.size() == cast.word.size() && has_word_at(word, 0, cast.word)) return cast.type;
  return {};
}

}  // namespace

NodeId Parser::expression(int precedence) {
  const Depth depth(*this);
  if (depth.is_too_deep()) return too_deep_expression();
  const std::uint32_t begin = here();
  return infix(prefix(), begin, precedence);
}

NodeId Parser::infix(NodeId left, std::uint32_t begin, int precedence) {
  while (true) {
    std::uint32_t op_code = token().op;
    Precedence found = kNoOperator;
    if (is_kind(TokenKind::kOperator)) found = precedence_of(op_code);
    if (is_kind(TokenKind::kName)) found = precedence_of(keyword(), op_code);
    if (found == kNoOperator || found < precedence) return left;
    advance();
    left = infix_one(cut(left), begin, op_code, found);
  }
}

// `left` and the operator have been passed.
NodeId Parser::infix_one(NodeId left, std::uint32_t begin, std::uint32_t op_code, int precedence) {
  switch (op_code) {
    case op("."):
      return concatenation(left, begin);
    case op("?"):
      return ternary(left, begin);
    case op("??"): {
      const NodeId nothing = empty();
      const NodeId other = expression(kCoalesce);
      const NodeId id = node_of(NodeKind::kConditional, begin, {left, nothing, other});
      set_op(id, op_code);
      return id;
    }
    case op("|>"): {
      const NodeId callee = expression(kPipe + 1);
      return node_of(NodeKind::kCall, begin, {callee, left});
    }
    default:
      break;
  }
  const bool is_class = op_code == op("instanceof");
  const int next = precedence == kPower ? kPower : precedence + 1;
  const NodeId right = is_class ? class_reference() : expression(next);
  const NodeId id = node_of(NodeKind::kBinary, begin, {left, right});
  set_op(id, op_code);
  return id;
}

NodeId Parser::concatenation(NodeId left, std::uint32_t begin) {
  List list{node(NodeKind::kInterpolated, begin)};
  append(list, left);
  do {
    append(list, expression(kConcat + 1));
  } while (accept(op(".")));
  return finish(list.parent);
}

NodeId Parser::ternary(NodeId condition, std::uint32_t begin) {
  const NodeId yes = is_op(op(":")) ? empty() : expression();
  expect(op(":"));
  const NodeId no = expression(kTernary + 1);
  return node_of(NodeKind::kConditional, begin, {condition, yes, no});
}

NodeId Parser::prefix() {
  switch (token().kind) {
    case TokenKind::kName:
      return prefix_keyword();
    case TokenKind::kOperator:
      return prefix_operator();
    default:
      return operand();
  }
}

NodeId Parser::prefix_operator() {
  const std::uint32_t op_code = token().op;
  switch (op_code) {
    case op("!"):
      return unary(op_code, kInstanceOf);
    case op("-"):
    case op("+"):
    case op("~"):
    case op("++"):
    case op("--"):
    case op("&"):
      return unary(op_code, kPower);
    case op("@"):
      advance();
      return expression(kPower);
    case op("("):
      return is_cast() ? cast() : operand();
    default:
      return operand();
  }
}

NodeId Parser::unary(std::uint32_t op_code, int precedence) {
  const std::uint32_t begin = here();
  advance();
  const NodeId inner = expression(precedence);
  const NodeId id = node_of(NodeKind::kUnary, begin, {inner});
  set_op(id, op_code);
  return id;
}

bool Parser::is_cast() const {
  const Token& word = cursor_.ahead(1);
  return word.kind == TokenKind::kName && cursor_.has_ahead(2, op(")")) &&
         !cast_type(cursor_.text(word)).empty();
}

NodeId Parser::cast() {
  const std::uint32_t begin = here();
  advance();
  const std::string_view type = cast_type(token_text());
  advance();
  advance();
  const NodeId inner = expression(kPower);
  const NodeId id = node_of(NodeKind::kCast, begin, {inner});
  set_name(id, type);
  return id;
}

NodeId Parser::prefix_keyword() {
  const std::uint32_t begin = here();
  const Keyword word = keyword();
  switch (word) {
    case Keyword::kInclude:
    case Keyword::kIncludeOnce:
    case Keyword::kRequire:
    case Keyword::kRequireOnce: {
      advance();
      const NodeId path = expression();
      const NodeId id = node_of(NodeKind::kInclude, begin, {path});
      set_name(id, to_string(word));
      return id;
    }
    case Keyword::kPrint: {
      advance();
      const NodeId value = expression(kAssign);
      return node_of(NodeKind::kEcho, begin, {value});
    }
    case Keyword::kClone:
      advance();
      return expression(kPower);
    case Keyword::kThrow: {
      advance();
      const NodeId thrown = expression();
      const NodeId id = node_of(NodeKind::kReturn, begin, {thrown});
      set_op(id, op("throw"));
      return id;
    }
    case Keyword::kYield:
      return yield();
    default:
      return operand();
  }
}

NodeId Parser::yield() {
  List list{node(NodeKind::kReturn, here())};
  set_op(list.parent, op("yield"));
  advance();
  const bool is_from =
      is_kind(TokenKind::kName) && token_text().size() == 4 && has_word_at(token_text(), 0, "from");
  if (is_from) advance();
  if (!ends_list() && !is_op(op(","))) {
    const std::uint32_t begin = here();
    NodeId value = expression(kAssign);
    if (accept(op("=>"))) {
      const NodeId key = value;
      value = expression(kAssign);
      value = node_of(NodeKind::kPair, begin, {key, value});
    }
    append(list, value);
  }
  return finish(list.parent);
}

NodeId Parser::operand() {
  const std::uint32_t begin = here();
  const NodeId left = postfix(primary(), begin, true);
  if (!is_kind(TokenKind::kOperator) || !is_assignment(token().op)) return left;
  if (!is_assignable(kind(left))) return left;
  const std::uint32_t op_code = token().op;
  advance();
  const NodeId value = expression(kAssign);
  const NodeId id = node_of(NodeKind::kAssign, begin, {cut(left), value});
  set_op(id, op_code);
  return id;
}

}  // namespace pugmark::script::php

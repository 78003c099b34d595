#include "detect/script/php/php_parser.h"
#include "detect/script/php/php_scopes.h"

namespace pugmark::script::php {
namespace {

// Words that end or divide statements, and so begin no operand.
bool is_reserved(Keyword keyword) {
  switch (keyword) {
    case Keyword::kAs:
    case Keyword::kCase:
    case Keyword::kCatch:
    case Keyword::kElse:
    case Keyword::kElseIf:
    case Keyword::kEndDeclare:
    case Keyword::kEndFor:
    case Keyword::kEndForEach:
    case Keyword::kEndIf:
    case Keyword::kEndSwitch:
    case Keyword::kEndWhile:
    case Keyword::kExtends:
    case Keyword::kFinally:
    case Keyword::kImplements:
    case Keyword::kPrivate:
    case Keyword::kProtected:
    case Keyword::kPublic:
      return true;
    default:
      return false;
  }
}

bool is_place(NodeKind kind) {
  return kind == NodeKind::kVariable || kind == NodeKind::kDynamicVariable ||
         kind == NodeKind::kIndex || kind == NodeKind::kMember || kind == NodeKind::kDynamicMember;
}

}  // namespace

NodeId Parser::primary() {
  switch (token().kind) {
    case TokenKind::kVariable:
      return take_name(NodeKind::kVariable);
    case TokenKind::kText:
      return text_constant();
    case TokenKind::kTemplate:
      return template_string(NodeKind::kInterpolated);
    case TokenKind::kCommand:
      return template_string(NodeKind::kCommand);
    case TokenKind::kNumber:
      return number();
    case TokenKind::kName:
      return primary_name();
    case TokenKind::kOperator:
      break;
    default:
      return empty();
  }
  if (is_op(op("("))) return parenthesised();
  if (is_op(op("["))) return array(op("]"));
  return is_op(op("$")) ? dollar() : empty();
}

NodeId Parser::primary_name() {
  const std::uint32_t begin = here();
  const bool has_arguments = cursor_.has_ahead(1, op("("));
  const bool is_function = has_arguments || cursor_.has_ahead(1, op("&"));
  switch (keyword()) {
    case Keyword::kArray:
    case Keyword::kList:
      if (!has_arguments) break;
      advance();
      return array(op(")"));
    case Keyword::kDie:
    case Keyword::kEmpty:
    case Keyword::kEval:
    case Keyword::kExit:
    case Keyword::kIsset:
    case Keyword::kUnset:
      return construct();
    case Keyword::kFn:
      if (!is_function) break;
      advance();
      return arrow_function(begin);
    case Keyword::kFunction:
      advance();
      return function(begin);
    case Keyword::kMatch:
      if (has_arguments) return match();
      break;
    case Keyword::kNew:
      return new_object();
    case Keyword::kStatic: {
      const Keyword next = cursor_.keyword_ahead(1);
      if (next != Keyword::kFn && next != Keyword::kFunction) break;
      advance();
      advance();
      return next == Keyword::kFn ? arrow_function(begin) : function(begin);
    }
    default:
      if (is_reserved(keyword())) return empty();
      break;
  }
  return take_name(NodeKind::kName);
}

// eval(...), exit and the like: a call in any case.
NodeId Parser::construct() {
  const std::uint32_t begin = here();
  const Keyword word = keyword();
  const NodeId callee = take_name(NodeKind::kName);
  set_name(callee, to_string(word));
  return is_op(op("(")) ? call(callee, begin) : node_of(NodeKind::kCall, begin, {callee});
}

NodeId Parser::number() {
  const NodeId id = node(NodeKind::kNumber, here());
  tree_.set_text(id, token_text());
  advance();
  return finish(id);
}

NodeId Parser::parenthesised() {
  advance();
  const NodeId inner = expression();
  close_bracket(op(")"));
  return inner;
}

// $$x, ${expr}, $$$x: `begin` of each is its own "$".
NodeId Parser::dollar() {
  const std::uint32_t begin = here();
  std::uint32_t count = 0;
  for (; is_op(op("$")); ++count) advance();
  NodeId name = kNoNode;
  if (is_kind(TokenKind::kVariable)) {
    name = take_name(NodeKind::kVariable);
  } else if (accept(op("{"))) {
    name = expression();
    close_bracket(op("}"));
  } else {
    ++outcome_.skipped_tokens;
    return empty();
  }
  for (; count > 0; --count) name = node_of(NodeKind::kDynamicVariable, begin, {cut(name)});
  return name;
}

NodeId Parser::array(std::uint32_t closing) {
  List list{node(NodeKind::kArray, here())};
  advance();
  items(list, closing, &Parser::element);
  return finish(list.parent);
}

NodeId Parser::element() {
  const std::uint32_t begin = here();
  if (is_op(op(","))) return empty();
  if (accept(op("..."))) {
    const NodeId inner = expression();
    return node_of(NodeKind::kSpread, begin, {inner});
  }
  const NodeId key = expression();
  if (!accept(op("=>"))) return key;
  const NodeId value = expression();
  return node_of(NodeKind::kPair, begin, {key, value});
}

NodeId Parser::postfix(NodeId left, std::uint32_t begin, bool with_calls) {
  if (kind(left) == NodeKind::kEmpty) return left;
  while (is_postfix(left, with_calls)) left = postfix_one(cut(left), begin, with_calls);
  return left;
}

bool Parser::is_postfix(NodeId left, bool with_calls) const {
  if (!is_kind(TokenKind::kOperator)) return false;
  switch (token().op) {
    case op("["):
    case op("->"):
    case op("?->"):
    case op("::"):
      return true;
    case op("("):
      return with_calls && kind(left) != NodeKind::kNumber;
    case op("{"):
      return is_place(kind(left)) || kind(left) == NodeKind::kText;
    case op("++"):
    case op("--"):
      return with_calls && is_place(kind(left));
    default:
      return false;
  }
}

NodeId Parser::postfix_one(NodeId left, std::uint32_t begin, bool with_calls) {
  const std::uint32_t op_code = token().op;
  switch (op_code) {
    case op("["):
    case op("{"):
      return index(left, begin);
    case op("->"):
    case op("?->"):
      return property(left, begin);
    case op("::"):
      return class_member(left, begin, with_calls);
    case op("("):
      return call(left, begin);
    default:
      break;
  }
  advance();
  const NodeId id = node_of(NodeKind::kUnary, begin, {left});
  set_op(id, op_code);
  return id;
}

NodeId Parser::index(NodeId object, std::uint32_t begin) {
  const std::uint32_t closing = is_op(op("[")) ? op("]") : op("}");
  advance();
  const NodeId inner = is_op(closing) ? empty() : expression();
  close_bracket(closing);
  return node_of(NodeKind::kIndex, begin, {object, inner});
}

NodeId Parser::property(NodeId object, std::uint32_t begin) {
  advance();
  if (!is_kind(TokenKind::kName)) return dynamic_member(object, begin);
  List list{node(NodeKind::kMember, begin)};
  set_name(list.parent, token_text());
  append(list, object);
  advance();
  return finish(list.parent);
}

NodeId Parser::class_member(NodeId object, std::uint32_t begin, bool with_calls) {
  advance();
  const bool is_called = with_calls && cursor_.has_ahead(1, op("("));
  if (is_kind(TokenKind::kVariable) && !is_called) {
    List list{node(NodeKind::kMember, begin)};
    set_name(list.parent, name_here());
    set_op(list.parent, op("::$"));
    append(list, object);
    advance();
    return finish(list.parent);
  }
  if (is_kind(TokenKind::kName)) {
    List list{node(NodeKind::kMember, begin)};
    set_name(list.parent, token_text());
    set_op(list.parent, op("::"));
    append(list, object);
    advance();
    return finish(list.parent);
  }
  accept(op("$"));  // A::$$b: the name is in $b
  return dynamic_member(object, begin);
}

NodeId Parser::dynamic_member(NodeId object, std::uint32_t begin) {
  NodeId name = kNoNode;
  if (is_kind(TokenKind::kVariable)) {
    name = take_name(NodeKind::kVariable);
  } else if (accept(op("{"))) {
    name = expression();
    close_bracket(op("}"));
  } else if (is_op(op("$"))) {
    name = dollar();
  } else {
    ++outcome_.skipped_tokens;
    name = empty();
  }
  return node_of(NodeKind::kDynamicMember, begin, {object, name});
}

NodeId Parser::call(NodeId callee, std::uint32_t begin) {
  advance();
  if (is_op(op("...")) && cursor_.has_ahead(1, op(")"))) {
    advance();
    advance();
    return callable(callee);
  }
  List list{node(NodeKind::kCall, begin)};
  append(list, callee);
  items(list, op(")"), &Parser::argument);
  return finish(list.parent);
}

// f(...): what a call of it would call.
NodeId Parser::callable(NodeId callee) {
  if (kind(callee) != NodeKind::kName) return callee;
  const Node& name = tree_.at(callee);
  const NodeId id = node_at(NodeKind::kText, name.begin, name.begin + name.length);
  if (id != kNoNode) tree_.set_text(id, tree_.symbols().name(tree_.at(callee).name));
  return id;
}

NodeId Parser::argument() {
  const std::uint32_t begin = here();
  if (is_op(op(","))) return empty();
  if (accept(op("..."))) {
    const NodeId inner = expression();
    return node_of(NodeKind::kSpread, begin, {inner});
  }
  if (!is_kind(TokenKind::kName) || !cursor_.has_ahead(1, op(":"))) return expression();
  const NodeId name = take_name(NodeKind::kName);
  advance();
  const NodeId value = expression();
  return node_of(NodeKind::kPair, begin, {name, value});
}

NodeId Parser::new_object() {
  const std::uint32_t begin = here();
  advance();
  List list{node(NodeKind::kNew, begin)};
  const std::uint32_t class_begin = here();
  bool is_anonymous = is_keyword(Keyword::kClass);
  if (is_keyword(Keyword::kReadonly) && cursor_.keyword_ahead(1) == Keyword::kClass) {
    advance();
    is_anonymous = true;
  }
  if (is_anonymous) {
    advance();
    return anonymous_class(list.parent, class_begin);
  }
  append(list, class_reference());
  if (accept(op("("))) items(list, op(")"), &Parser::argument);
  return finish(list.parent);
}

// The arguments stand before the class's body in the text, and behind the class in the tree.
NodeId Parser::anonymous_class(NodeId created, std::uint32_t begin) {
  List arguments{node(NodeKind::kArray, begin)};
  if (accept(op("("))) items(arguments, op(")"), &Parser::argument);
  List members{node(NodeKind::kClass, begin)};
  class_behind_name(members);
  finish(members.parent);
  List list{created};
  append(list, members.parent);
  if (arguments.parent == kNoNode) return finish(created);
  for (NodeId child = tree_.at(arguments.parent).first_child; child != kNoNode;) {
    const NodeId next = tree_.at(child).next;
    append(list, child);
    child = next;
  }
  tree_.at(arguments.parent).first_child = kNoNode;
  return finish(created);
}

// The class of new and instanceof: what may be called is not called here.
NodeId Parser::class_reference() {
  const std::uint32_t begin = here();
  const bool is_name = is_kind(TokenKind::kName);
  if (is_name && is_reserved(keyword())) return empty();
  const NodeId name = is_name ? take_name(NodeKind::kName) : primary();
  return postfix(name, begin, false);
}

// match (...) {...}, or a function of that name from before PHP 8.
NodeId Parser::match() {
  const std::uint32_t begin = here();
  const NodeId callee = take_name(NodeKind::kName);
  const NodeId called = call(callee, begin);
  if (kind(called) != NodeKind::kCall || !accept(op("{"))) return called;
  List list{node(NodeKind::kSwitch, begin)};
  set_op(list.parent, op("match"));
  const NodeId value = tree_.child(called, 1);
  if (value != kNoNode) {
    tree_.at(callee).next = kNoNode;
    tree_.at(value).next = kNoNode;
  }
  append(list, value != kNoNode ? value : empty());
  items(list, op("}"), &Parser::match_arm);
  return finish(list.parent);
}

NodeId Parser::match_arm() {
  List list{node(NodeKind::kBlock, here())};
  if (is_op(op(","))) return list.parent;
  if (is_keyword(Keyword::kDefault)) {
    advance();
    accept(op(","));
  } else {
    do {
      if (is_op(op("=>"))) break;
      append(list, expression());
    } while (accept(op(",")));
  }
  expect(op("=>"));
  append(list, expression());
  return finish(list.parent);
}

NodeId Parser::arrow_function(std::uint32_t begin) {
  List list{node(NodeKind::kFunction, begin)};
  set_op(list.parent, op("=>"));
  accept(op("&"));
  signature(list);
  expect(op("=>"));
  List block{node(NodeKind::kBlock, here())};
  {
    const Statements statements(*this, block);
    const std::uint32_t value_begin = here();
    const NodeId value = expression(0);
    append(block, node_of(NodeKind::kReturn, value_begin, {value}));
  }
  append(list, finish(block.parent));
  return finish(list.parent);
}

}  // namespace pugmark::script::php

#include <algorithm>
#include <string>

#include "detect/script/basic/basic_parser.h"

// Variables, functions, properties, classes, and what stands around them.
namespace pugmark::script {

// True if a name follows, so that the word is none itself.
bool BasicParser::names_something() const {
  const Token& next = ahead(1);
  return next.kind == TokenKind::kName && word_of(next) != Word::kAs && word_of(next) != Word::kIn;
}

bool BasicParser::is_modifier() const {
  switch (word()) {  // table of words
    case Word::kAsync:
    case Word::kConst:
    case Word::kCustom:
    case Word::kDefault:
    case Word::kDim:
    case Word::kFriend:
    case Word::kIterator:
    case Word::kMustInherit:
    case Word::kMustOverride:
    case Word::kNarrowing:
    case Word::kNotInheritable:
    case Word::kNotOverridable:
    case Word::kOverloads:
    case Word::kOverridable:
    case Word::kOverrides:
    case Word::kPartial:
    case Word::kPrivate:
    case Word::kProtected:
    case Word::kPublic:
    case Word::kReadOnly:
    case Word::kShadows:
    case Word::kShared:
    case Word::kStatic:
    case Word::kWidening:
    case Word::kWithEvents:
    case Word::kWriteOnly:
      return names_something();
    default:
      return false;
  }
}

bool BasicParser::is_declaration() const {
  switch (word()) {  // table of words
    case Word::kClass:
    case Word::kDeclare:
    case Word::kDelegate:
    case Word::kEnum:
    case Word::kEvent:
    case Word::kFunction:
    case Word::kInterface:
    case Word::kModule:
    case Word::kNamespace:
    case Word::kProperty:
    case Word::kStructure:
    case Word::kSub:
      return names_something();
    case Word::kOperator:
      return names_something() || ahead(1).kind == TokenKind::kOperator;
    default:
      return is_modifier();
  }
}

void BasicParser::declaration(NodeList& list) {
  bool has_body = !in_interface_;
  bool is_custom = false;
  bool is_variable = false;
  while (is_modifier() && !is_variable) {
    if (word() == Word::kMustOverride) has_body = false;
    is_custom = is_custom || word() == Word::kCustom;
    is_variable = word() == Word::kDim || word() == Word::kConst;
    advance();
  }
  if (!is_variable && is_declaration()) {
    if (is_too_deep()) {
      too_deep_block(list);
    } else if (word() == Word::kEvent) {
      event(list, is_custom);
    } else if (!member_declaration(list, has_body)) {
      declarators(list);
    }
    return;
  }
  declarators(list);
}

bool BasicParser::member_declaration(NodeList& list, bool has_body) {
  switch (word()) {
    case Word::kSub:
    case Word::kFunction:
    case Word::kOperator:
      nodes_.append(list, function(has_body));
      return true;
    case Word::kProperty:
      if (is_net() && !is_script_property()) {
        net_property(list, has_body);
      } else {
        nodes_.append(list, script_property());
      }
      return true;
    case Word::kClass:
    case Word::kModule:
    case Word::kStructure:
    case Word::kInterface:
    case Word::kEnum:
      nodes_.append(list, class_statement());
      return true;
    case Word::kNamespace:
      nodes_.append(list, namespace_statement());
      return true;
    case Word::kDeclare:
      nodes_.append(list, declare_statement());
      return true;
    case Word::kDelegate:
      nodes_.append(list, delegate_statement());
      return true;
    default:
      return false;
  }
}

// a, b(10) As T, c As New T(x), d = y. In Visual Basic the type of `b` is that of `a`.
void BasicParser::declarators(NodeList& list) {
  std::size_t untyped = 0;
  NodeId first_untyped = kNoNode;
  do {
    const NodeId node = declarator(list);
    if (node == kNoNode) return;
    nodes_.append(list, node);
    if (nodes_.at(node).type == kNoSymbol) {
      if (untyped++ == 0) first_untyped = node;
      continue;
    }
    for (NodeId id = first_untyped; is_net() && id != kNoNode && id != node;
         id = nodes_.at(id).next)
      if (nodes_.at(id).kind == NodeKind::kDeclare) nodes_.at(id).type = nodes_.at(node).type;
    first_untyped = kNoNode;
    untyped = 0;
  } while (take(op(",")) && !nodes_.is_full());
}

// kNoNode if no name is here.
NodeId BasicParser::declarator(NodeList& list) {
  if (!is_name()) return kNoNode;
  NodeList node{
      nodes_.add_named(NodeKind::kDeclare, name_of(*token_), begin(), begin() + token_->length)};
  advance();
  take(op("?"));
  const bool is_array = is_op(op("("));
  while (is_op(op("("))) array_bounds(list);
  as_clause(node);
  Symbol& type = nodes_.at(node.parent).type;
  if (is_array) type = array_of(type);
  if (take(op("="))) {
    if (is_net()) skip_line_breaks();
    nodes_.append(node, expression());
  }
  if (is_net()) skip_member_clauses();
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

// The sizes of an array are values that somebody may have hidden something in.
void BasicParser::array_bounds(NodeList& list) {
  advance();
  while (!at_line_end() && !is_op(op(")")) && !nodes_.is_full()) {
    const Token* const before = token_;
    if (kind() == TokenKind::kNumber && (is_op(ahead(1), op(")")) || is_op(ahead(1), op(",")))) {
      advance();
    } else if (!is_op(op(","))) {
      nodes_.append(list, argument());
    }
    if (!take(op(",")) && token_ == before) skip_token();
  }
  take(op(")"));
}

// As T, As New T(x)
void BasicParser::as_clause(NodeList& declared) {
  if (!take(Word::kAs)) return;
  if (is_op(op("<"))) pass_attribute();
  if (word() != Word::kNew) {
    nodes_.at(declared.parent).type = type_name(true);
    return;
  }
  const Token* const new_token = token_;
  advance();
  nodes_.at(declared.parent).type = type_name(false);
  const Token* const behind = token_;
  token_ = new_token;
  nodes_.append(declared, new_operand());
  if (token_ < behind) token_ = behind;
}

NodeId BasicParser::function(bool has_body) {
  const std::uint32_t from = begin();
  const Closer closer = word() == Word::kSub        ? Closer::kSub
                        : word() == Word::kFunction ? Closer::kFunction
                                                    : Closer::kOperator;
  advance();
  const std::string_view name = word() == Word::kNew ? class_name_ : name_of(*token_);
  NodeList node{nodes_.add_named(NodeKind::kFunction, name, from, last_end_)};
  if (!at_line_end()) advance();
  signature(node);
  if (has_body) {
    function_body(node, closer);
  } else {
    nodes_.append(node, empty_block());
  }
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

// (Of T)(parameters) As T Handles x Implements y
void BasicParser::signature(NodeList& node) {
  skip_generic_arguments();
  parameters(node);
  if (take(Word::kAs)) {
    if (is_op(op("<"))) pass_attribute();
    nodes_.at(node.parent).type = type_name(true);
  }
  if (is_net()) skip_member_clauses();
}

void BasicParser::skip_member_clauses() {
  if (word() == Word::kHandles || word() == Word::kImplements) pass_statement();
}

void BasicParser::skip_generic_arguments() {
  while (is_op(op("(")) && word_of(ahead(1)) == Word::kOf) pass_balanced();
}

void BasicParser::function_body(NodeList& node, Closer closer) {
  const bool was_in_interface = in_interface_;
  in_interface_ = false;
  nodes_.append(node, block_until(closer));
  close(closer);
  in_interface_ = was_in_interface;
}

void BasicParser::parameters(NodeList& node) {
  if (!take(op("("))) return;
  while (!at_line_end() && !is_op(op(")")) && !nodes_.is_full()) {
    nodes_.append(node, parameter());
    while (!at_line_end() && !is_op(op(",")) && !is_op(op(")"))) {
      if (is_op(op("("))) {
        pass_balanced();
      } else {
        skip_token();
      }
    }
    if (!take(op(","))) break;
  }
  take(op(")"));
}

// Optional ByRef x As T = v; kNoNode if no name is here.
NodeId BasicParser::parameter() {
  const std::uint32_t from = begin();
  if (is_op(op("<"))) pass_attribute();
  bool is_reference = false;
  while ((word() == Word::kOptional || word() == Word::kByVal || word() == Word::kByRef ||
          word() == Word::kParamArray) &&
         ahead(1).kind == TokenKind::kName) {
    is_reference = is_reference || word() == Word::kByRef;
    advance();
  }
  if (!is_name()) return kNoNode;
  NodeList node{
      nodes_.add_named(NodeKind::kParameter, name_of(*token_), from, begin() + token_->length)};
  if (is_reference) nodes_.at(node.parent).op = op("&");
  advance();
  take(op("?"));
  const bool is_array = is_op(op("("));
  while (is_op(op("("))) pass_balanced();
  if (take(Word::kAs)) {
    const Symbol type = type_name(true);
    nodes_.at(node.parent).type = is_array ? array_of(type) : type;
  }
  if (take(op("="))) nodes_.append(node, expression());
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

// Property Get x, as in VBScript. Old code has it where Visual Basic is expected, too.
bool BasicParser::is_script_property() const {
  const Word kind_of_access = word_of(ahead(1));
  return (kind_of_access == Word::kGet || kind_of_access == Word::kLet ||
          kind_of_access == Word::kSet) &&
         ahead(2).kind == TokenKind::kName && word_of(ahead(2)) != Word::kAs;
}

// Property Get|Let|Set x(a)
NodeId BasicParser::script_property() {
  advance();
  const bool is_get = word() == Word::kGet;
  if (is_get || word() == Word::kLet || word() == Word::kSet) advance();
  const std::string_view name = name_of(*token_);
  return accessor(is_get ? "get_" : "set_", name, Closer::kProperty);
}

// From the word before its parameters on: Get, Set(x), or the name of all.
NodeId BasicParser::accessor(std::string_view prefix, std::string_view name, Closer closer) {
  std::string full_name(prefix);
  full_name += name;
  NodeList node{nodes_.add_named(NodeKind::kFunction, full_name, begin(), begin())};
  if (is_name()) advance();
  signature(node);
  function_body(node, closer);
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

// Property X As T = v, with or without accessors.
void BasicParser::net_property(NodeList& list, bool has_body) {
  const std::uint32_t from = begin();
  advance();
  const std::string_view name = name_of(*token_);
  NodeList node{nodes_.add_named(NodeKind::kDeclare, name, from, from)};
  if (is_name()) advance();
  while (is_op(op("("))) pass_balanced();
  as_clause(node);
  if (take(op("="))) nodes_.append(node, expression());
  skip_member_clauses();
  nodes_.stretch(node.parent, last_end_);
  nodes_.append(list, node.parent);
  if (has_body && at_accessor()) accessors(list, name);
}

// True if the next line begins with Get or Set.
bool BasicParser::at_accessor() const {
  constexpr std::size_t kModifiersMax = 4;
  if (kind() != TokenKind::kNewLine) return false;
  std::size_t at = 1;
  for (; at <= kModifiersMax; ++at) {
    const Word modifier = word_of(ahead(at));
    if (modifier != Word::kPrivate && modifier != Word::kProtected && modifier != Word::kFriend &&
        modifier != Word::kPublic && modifier != Word::kIterator)
      break;
  }
  return word_of(ahead(at)) == Word::kGet || word_of(ahead(at)) == Word::kSet;
}

void BasicParser::accessors(NodeList& list, std::string_view name) {
  {
    const Open open(*this, Closer::kProperty);
    while (!is_end() && !nodes_.is_full()) {
      while (kind() == TokenKind::kNewLine || is_op(op(":"))) advance();
      while (is_modifier() && (word_of(ahead(1)) == Word::kGet || word_of(ahead(1)) == Word::kSet))
        advance();
      if (word() == Word::kGet) {
        nodes_.append(list, accessor("get_", name, Closer::kGet));
      } else if (word() == Word::kSet) {
        nodes_.append(list, accessor("set_", name, Closer::kSet));
      } else {
        break;
      }
    }
  }
  close(Closer::kProperty);
}

// Event X(a), Event X As T; Custom Event X As T with three blocks.
void BasicParser::event(NodeList& list, bool is_custom) {
  const std::uint32_t from = begin();
  advance();
  const std::string_view name = name_of(*token_);
  NodeList node{nodes_.add_named(NodeKind::kDeclare, name, from, from)};
  advance();
  if (is_op(op("("))) pass_balanced();
  as_clause(node);
  skip_member_clauses();
  nodes_.stretch(node.parent, last_end_);
  nodes_.append(list, node.parent);
  if (!is_custom) return;
  {
    const Open open(*this, Closer::kEvent);
    while (!is_end() && !nodes_.is_full()) {
      skip_line_breaks();
      if (word() == Word::kAddHandler) {
        nodes_.append(list, accessor("add_", name, Closer::kAddHandler));
      } else if (word() == Word::kRemoveHandler) {
        nodes_.append(list, accessor("remove_", name, Closer::kRemoveHandler));
      } else if (word() == Word::kRaiseEvent) {
        nodes_.append(list, accessor("raise_", name, Closer::kRaiseEvent));
      } else {
        break;
      }
    }
  }
  close(Closer::kEvent);
}

// Delegate Sub X(a)
NodeId BasicParser::delegate_statement() {
  const std::uint32_t from = begin();
  advance();
  if (word() == Word::kSub || word() == Word::kFunction) advance();
  const NodeId node = nodes_.add_named(NodeKind::kDeclare, name_of(*token_), from, last_end_);
  nodes_.at(node).type = nodes_.symbol("Delegate");
  pass_statement();
  nodes_.stretch(node, last_end_);
  return node;
}

// Declare Function x Lib "y" (a) As T
NodeId BasicParser::declare_statement() {
  const std::uint32_t from = begin();
  advance();
  while (is_name() && word_of(ahead(1)) != Word::kLib) advance();
  NodeList node{nodes_.add_named(NodeKind::kDeclare, name_of(*token_), from, last_end_)};
  for (; !at_line_end() && !is_op(op("(")); advance()) {
    if (kind() != TokenKind::kText || node.last != kNoNode) continue;
    nodes_.append(node, nodes_.add_constant(NodeKind::kText, text_value(*token_), begin(),
                                            begin() + token_->length));
  }
  pass_statement();
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

NodeId BasicParser::class_statement() {
  const bool is_enum = word() == Word::kEnum;
  const std::string_view class_name_outside = class_name_;
  const bool was_in_interface = in_interface_;
  in_interface_ = word() == Word::kInterface;
  const std::uint32_t from = begin();
  advance();
  class_name_ = name_of(*token_);
  NodeList node{nodes_.add_named(NodeKind::kClass, class_name_, from, begin())};
  advance();
  skip_generic_arguments();
  if (is_enum && take(Word::kAs)) nodes_.at(node.parent).type = type_name(false);
  {
    const Open open(*this, Closer::kClass);
    if (is_enum) {
      end_statement();
      enum_members(node);
    } else {
      bases(node);
      statements(node);
    }
  }
  close(Closer::kClass);
  class_name_ = class_name_outside;
  in_interface_ = was_in_interface;
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

void BasicParser::bases(NodeList& node) {
  std::uint32_t count = 0;
  for (;;) {
    while (kind() == TokenKind::kNewLine || is_op(op(":"))) advance();
    if (word() != Word::kInherits && word() != Word::kImplements) break;
    do {
      advance();
      const std::uint32_t from = begin();
      const Symbol name = type_name(false);
      if (name == kNoSymbol) break;
      const NodeId base = nodes_.add(NodeKind::kName, from, last_end_);
      nodes_.at(base).name = name;
      nodes_.append(node, base);
      ++count;
    } while (is_op(op(",")) && !nodes_.is_full());
    end_statement();
  }
  nodes_.at(node.parent).op = count;
}

void BasicParser::enum_members(NodeList& node) {
  while (!is_end() && !nodes_.is_full()) {
    if (kind() == TokenKind::kNewLine || is_op(op(":"))) {
      advance();
    } else if (is_op(op("<"))) {
      pass_attribute();
    } else if (is_name() && closer_here() == Closer::kNone) {
      nodes_.append(node, declarator(node));
      end_statement();
    } else {
      return;
    }
  }
}

NodeId BasicParser::namespace_statement() {
  const std::uint32_t from = begin();
  advance();
  type_name(false);
  end_statement();
  const NodeId block = block_until(Closer::kNamespace);
  close(Closer::kNamespace);
  nodes_.start_at(block, from);
  return block;
}

// <A(x), Assembly: B> before a declaration.
void BasicParser::attributes(NodeList& list) {
  while (take(op("<")) && !nodes_.is_full()) {
    do {
      nodes_.append(list, attribute());
    } while (take(op(",")) && !nodes_.is_full());
    while (!at_line_end() && !is_op(op(">"))) skip_token();
    take(op(">"));
  }
}

NodeId BasicParser::attribute() {
  if (is_name() && is_op(ahead(1), op(":"))) {
    advance();
    advance();
  }
  const std::uint32_t from = begin();
  NodeList node{nodes_.add(NodeKind::kNew, from, from)};
  nodes_.append(node, type_expression());
  if (take(op("("))) arguments(node, op(")"));
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

// One that stands on a parameter or a type.
void BasicParser::pass_attribute() {
  while (!at_line_end() && !is_op(op(">"))) {
    if (is_op(op("("))) {
      pass_balanced();
    } else {
      advance();
    }
  }
  take(op(">"));
}

// A type as it is written, without what it is generic over and that it is an array.
Symbol BasicParser::type_name(bool takes_brackets) {
  if (is_op(op("("))) {  // a tuple
    pass_balanced();
    return nodes_.symbol("ValueTuple");
  }
  if (!is_name() || at_statement_end()) return kNoSymbol;
  const Symbol name = nodes_.symbol(dotted_name());
  skip_generic_arguments();
  take(op("?"));
  Symbol type = name;
  while (takes_brackets && is_op(op("(")) &&
         (is_op(ahead(1), op(")")) || is_op(ahead(1), op(",")))) {
    pass_balanced();
    type = array_of(name);
  }
  return type;
}

Symbol BasicParser::array_of(Symbol type) {
  if (type == kNoSymbol) return type;
  return nodes_.symbol(std::string(nodes_.tree().symbols().name(type)) + "[]");
}

std::string_view BasicParser::dotted_name() {
  const Token* const first = token_;
  std::uint32_t end = begin() + token_->length;
  advance();
  while (is_op(op(".")) && ahead(1).kind == TokenKind::kName) {
    advance();
    end = begin() + token_->length;
    advance();
  }
  const std::string_view name = text_.substr(first->begin, end - first->begin);
  return plain_name(name);
}

}  // namespace pugmark::script

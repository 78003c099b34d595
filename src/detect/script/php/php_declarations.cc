#include "detect/script/php/php_characters.h"
#include "detect/script/php/php_parser.h"
#include "detect/script/php/php_scopes.h"

namespace pugmark::script::php {

// "function" has been passed: a name if there is one, parameters, body.
NodeId Parser::function(std::uint32_t begin) {
  List list{node(NodeKind::kFunction, begin)};
  accept(op("&"));
  if (is_kind(TokenKind::kName)) {
    set_name(list.parent, name_here());
    advance();
  }
  const std::size_t first_promoted = promoted_.size();
  signature(list);
  append(list, function_body(first_promoted));
  promoted_.resize(first_promoted);
  return finish(list.parent);
}

// Parameters, what a closure takes in, and the type of what is returned.
void Parser::signature(List& list) {
  expect(op("("));
  items(list, op(")"), &Parser::parameter);
  if (accept(Keyword::kUse)) {
    expect(op("("));
    items(list, op(")"), &Parser::captured);
  }
  if (accept(op(":"))) type();
}

// {...}, or nothing if the method is abstract.
NodeId Parser::function_body(std::size_t first_promoted) {
  std::uint32_t begin = here();
  if (promoted_.size() > first_promoted && promoted_[first_promoted] != kNoNode)
    begin = tree_.at(promoted_[first_promoted]).begin;
  List list{node(NodeKind::kBlock, begin)};
  for (std::size_t i = first_promoted; i < promoted_.size(); ++i) append(list, promoted_[i]);
  const bool has_body = accept(op("{"));
  if (has_body) statements(list, &Parser::is_brace_over);
  if (has_body) {
    expect(op("}"));
  } else {
    accept(op(";"));
  }
  return finish(list.parent);
}

// public, private(set), readonly, var, ...: true if there was one.
bool Parser::pass_modifiers(bool& is_static) {
  bool is_any = false;
  while (true) {
    switch (keyword()) {
      case Keyword::kStatic:
        is_static = true;
        break;
      case Keyword::kAbstract:
      case Keyword::kFinal:
      case Keyword::kPrivate:
      case Keyword::kProtected:
      case Keyword::kPublic:
      case Keyword::kReadonly:
      case Keyword::kVar:
        break;
      default:
        return is_any;
    }
    is_any = true;
    advance();
    if (is_op(op("(")) && cursor_.has_ahead(2, op(")"))) pass_brackets();
  }
}

NodeId Parser::parameter() {
  List list{node(NodeKind::kParameter, here())};
  bool is_static = false;
  const bool is_promoted = pass_modifiers(is_static);
  set_type(list.parent, type());
  if (accept(op("&"))) set_op(list.parent, op("&"));
  accept(op("..."));
  if (is_kind(TokenKind::kVariable)) {
    set_name(list.parent, name_here());
    advance();
  } else {
    ++outcome_.skipped_tokens;
  }
  if (accept(op("="))) append(list, expression());
  if (is_op(op("{"))) pass_brackets();  // accessors of a property
  finish(list.parent);
  if (is_promoted) promote(list.parent);
  return list.parent;
}

// The assignment that a parameter which is a property too stands for.
void Parser::promote(NodeId parameter) {
  if (parameter == kNoNode) return;
  const Node from = tree_.at(parameter);
  const std::size_t end = std::size_t{from.begin} + from.length;
  const NodeId self = node_at(NodeKind::kVariable, from.begin, end);
  set_name(self, "this");
  List member{node_at(NodeKind::kMember, from.begin, end)};
  append(member, self);
  const NodeId value = node_at(NodeKind::kVariable, from.begin, end);
  List assignment{node_at(NodeKind::kAssign, from.begin, end)};
  if (assignment.parent == kNoNode) return;
  tree_.at(member.parent).name = from.name;
  tree_.at(value).name = from.name;
  set_op(assignment.parent, op("="));
  append(assignment, member.parent);
  append(assignment, value);
  promoted_.push_back(assignment.parent);
}

NodeId Parser::captured() {
  const NodeId id = node(NodeKind::kParameter, here());
  set_type(id, tree_.symbols().of("use"));
  if (accept(op("&"))) set_op(id, op("&"));
  if (is_kind(TokenKind::kVariable)) {
    set_name(id, name_here());
    advance();
  } else {
    ++outcome_.skipped_tokens;
  }
  return finish(id);
}

// A type as it is written, or none: ?int, A|B, (A&B)|null.
Symbol Parser::type() {
  const std::uint32_t begin = here();
  std::uint32_t open = 0;
  bool is_any = false;
  while (true) {
    if (is_op(op("?")) || is_op(op("("))) {
      if (is_op(op("("))) ++open;
      is_any = true;
      advance();
      continue;
    }
    if (!is_kind(TokenKind::kName)) break;
    is_any = true;
    advance();
    for (; open > 0 && is_op(op(")")); --open) advance();
    // "&" may also stand before a parameter that is a reference.
    const bool is_both = is_op(op("&")) && cursor_.ahead(1).kind == TokenKind::kName;
    if (!is_op(op("|")) && !is_both) break;
    advance();
  }
  if (!is_any) return kNoSymbol;
  const std::uint32_t end = cursor_.previous_end();
  return tree_.symbols().of(text_.substr(begin, end - begin));
}

// "class", "interface", "trait" or "enum" is here, its modifiers have been passed.
NodeId Parser::class_declaration(std::uint32_t begin) {
  List list{node(NodeKind::kClass, begin)};
  advance();
  if (is_kind(TokenKind::kName)) {
    set_name(list.parent, name_here());
    advance();
  }
  if (accept(op(":"))) type();
  class_behind_name(list);
  return finish(list.parent);
}

void Parser::class_behind_name(List& list) {
  bases(list);
  if (!accept(op("{"))) {
    ++outcome_.skipped_tokens;
    return;
  }
  const Statements statements(*this, list);
  while (!is_op(op("}")) && !is_end()) {
    const std::uint64_t steps = cursor_.steps();
    member(list);
    if (cursor_.steps() == steps) skip_token();
  }
  expect(op("}"));
}

void Parser::bases(List& list) {
  std::uint32_t count = 0;
  while (accept(Keyword::kExtends) || accept(Keyword::kImplements)) {
    do {
      if (!is_kind(TokenKind::kName)) break;
      append(list, take_name(NodeKind::kName));
      ++count;
    } while (accept(op(",")));
  }
  set_op(list.parent, count);
}

void Parser::member(List& list) {
  const Depth depth(*this);
  if (depth.is_too_deep()) {
    too_deep_statement();
    return;
  }
  if (is_kind(TokenKind::kMarkup) || is_op(kCodeEnds) || is_op(op(";"))) {
    advance();
    return;
  }
  const std::uint32_t begin = here();
  if (is_keyword(Keyword::kUse)) {
    trait_use(list);
    return;
  }
  if (is_keyword(Keyword::kCase)) {
    enum_case(list, begin);
    return;
  }
  bool is_static = false;
  pass_modifiers(is_static);
  member_behind_modifiers(list, begin, is_static);
}

void Parser::member_behind_modifiers(List& list, std::uint32_t begin, bool is_static) {
  if (accept(Keyword::kFunction)) {
    append(list, function(begin));
    return;
  }
  if (accept(Keyword::kConst)) {
    constants(list, begin);
    return;
  }
  const Symbol declared_type = type();
  if (is_kind(TokenKind::kVariable)) {
    properties(list, begin, declared_type, is_static);
  } else if (cursor_.previous_end() > begin) {
    ++outcome_.skipped_tokens;  // modifiers or a type, and then nothing they could be of
  }
}

void Parser::enum_case(List& list, std::uint32_t begin) {
  advance();
  const NodeId id = node(NodeKind::kDeclare, begin);
  if (is_kind(TokenKind::kName)) {
    set_name(id, name_here());
    advance();
  }
  append(list, declared(id));
  end_statement();
}

void Parser::trait_use(List& list) {
  advance();
  while (is_kind(TokenKind::kName)) {
    append(list, take_name(NodeKind::kImport));
    if (!accept(op(","))) break;
  }
  if (is_op(op("{"))) {
    pass_brackets();  // which method of which trait, under which name
  } else {
    end_statement();
  }
}

// [type] A = 1, B = 2; "const" has been passed.
void Parser::constants(List& list, std::uint32_t begin) {
  const Token& next = cursor_.ahead(1);
  Symbol declared_type = kNoSymbol;
  if (next.kind != TokenKind::kOperator || next.op != op("=")) declared_type = type();
  do {
    const NodeId id = node(NodeKind::kDeclare, begin);
    set_type(id, declared_type);
    if (is_kind(TokenKind::kName)) {
      set_name(id, name_here());
      advance();
    }
    append(list, declared(id));
    begin = here();
  } while (accept(op(",")));
  end_statement();
}

void Parser::properties(List& list, std::uint32_t begin, Symbol declared_type, bool is_static) {
  while (is_kind(TokenKind::kVariable)) {
    const std::string_view name = name_here();
    const NodeId id = node(NodeKind::kDeclare, begin);
    set_name(id, name);
    set_type(id, declared_type);
    if (is_static) set_op(id, op("::$"));
    advance();
    append(list, declared(id));
    if (is_op(op("{"))) {
      accessors(list, name);
      return;
    }
    begin = here();
    if (!accept(op(","))) break;
  }
  end_statement();
}

// { get => ...; set($value) {...} }
void Parser::accessors(List& list, std::string_view property) {
  advance();
  while (!is_op(op("}")) && !is_end()) {
    const std::uint64_t steps = cursor_.steps();
    accessor(list, property);
    if (cursor_.steps() == steps) skip_token();
  }
  expect(op("}"));
}

void Parser::accessor(List& list, std::string_view property) {
  List accessor{node(NodeKind::kFunction, here())};
  bool is_static = false;
  pass_modifiers(is_static);
  accept(op("&"));
  if (!is_kind(TokenKind::kName)) return;
  scratch_ = has_word_at(token_text(), 0, "set") ? "set_" : "get_";
  scratch_ += property;
  set_name(accessor.parent, scratch_);
  advance();
  if (accept(op("("))) items(accessor, op(")"), &Parser::parameter);
  if (accept(op("=>"))) {
    List block{node(NodeKind::kBlock, here())};
    const std::uint32_t begin = here();
    const NodeId value = expression();
    append(block, node_of(NodeKind::kReturn, begin, {value}));
    append(accessor, finish(block.parent));
    end_statement();
  } else {
    append(accessor, function_body(promoted_.size()));
  }
  append(list, finish(accessor.parent));
}

NodeId Parser::declared(NodeId declaration) {
  List list{declaration};
  if (accept(op("="))) append(list, expression());
  return finish(declaration);
}

}  // namespace pugmark::script::php

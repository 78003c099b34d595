#include "detect/script/braces/literals.h"
#include "detect/script/braces/parser.h"

namespace pugmark::script::braces {

// Passes over modifiers and what is written like them. A word that may be a name is one unless
// something is declared behind it.
bool Parser::skip_modifiers(Place place) {
  const std::uint32_t before = at_;
  for (;;) {
    if (is_typed()) go(skip_annotations(at_));
    const Word word = current().word;
    const Item& next = item(at_ + 1);
    const bool is_name_next = next.kind == ItemKind::kName && !is_operator_word(at_ + 1);
    const std::uint32_t after = item(at_ + 2).op;
    bool is_one = false;
    if (is_modifier(word) || word == Word::kConst || word == Word::kExport) {
      is_one = is_typed() || (is_name_next && word != Word::kConst);
    } else if (is_soft_modifier(word)) {
      is_one = is_name_next && after != op("=") && after != op(";") && after != op(",");
    } else if (word == Word::kSynchronized || word == Word::kUnsafe || word == Word::kFixed ||
               word == Word::kRef) {
      is_one = is_name_next;
    } else if (word == Word::kNew || (word == Word::kDefault && !is_sharp())) {
      is_one = place == Place::kClass && is_typed() && is_name_next && after != op("(");
    } else if (is_java() && is_name() && is_op(at_ + 1, op("-")) &&
               item(at_ + 2).word == Word::kSealed) {  // non-sealed
      go(at_ + 2);
      is_one = true;
    }
    if (!is_one) return at_ != before;
    take();
  }
}

// What declares something; false if nothing does, with modifiers passed over.
bool Parser::declaration(List& out, Place place) {
  skip_modifiers(place);
  if (is(op("{"))) {  // static { }
    append(out, body());
    return true;
  }
  if (class_statement(out) || namespace_statement(out)) return true;
  const Item& next = item(at_ + 1);
  const std::uint32_t from = at_;
  switch (current().word) {
    case Word::kVar:
    case Word::kLet:
    case Word::kConst:
      if (is_typed() || (next.kind != ItemKind::kName && next.match == kNoItem)) break;
      untyped_variables(out);
      end_statement();
      return true;
    case Word::kFunction:
      append(out, js_function());
      return true;
    case Word::kDelegate:
      if (next.kind != ItemKind::kName) return false;
      go(scan_type(at_ + 1) == kNoItem ? at_ + 1 : scan_type(at_ + 1));
      skip_clauses();
      end_statement();
      return true;
    case Word::kEvent:
      if (next.kind == ItemKind::kName) take();
      break;
    case Word::kImplicit:
    case Word::kExplicit:
      if (next.word != Word::kOperator) break;
      take();
      operator_member(out, kNoSymbol, from);
      return true;
    case Word::kAwait:
    case Word::kNew:
    case Word::kStackalloc:
    case Word::kThrow:
    case Word::kTypeof:
      return false;
    case Word::kFrom:
      if (is_query()) return false;
      break;
    default:
      break;
  }
  if (is_js() && place == Place::kClass) return js_member(out);
  return is_typed() && typed_declaration(out, place);
}

bool Parser::typed_declaration(List& out, Place place) {
  if (is_java() && is(op("<"))) {  // <T> of a method
    const std::uint32_t behind = scan_type_arguments(at_);
    if (behind != kNoItem) go(behind);
  }
  if (constructor(out, place)) return true;
  if (is_sharp() && is(Word::kVar) && is_op(at_ + 1, op("("))) {  // var (a, b) = ...
    const std::uint32_t closing = item(at_ + 1).match;
    if (closing != kNoItem && is_op(closing + 1, op("="))) take();
    return false;
  }
  std::uint32_t end = 0;
  if (!declares_at(at_, end)) return false;
  typed_member(out, at_, end);
  return true;
}

// "T name" and what follows it.
void Parser::typed_member(List& out, std::uint32_t type_from, std::uint32_t type_end) {
  const Symbol type = type_symbol(type_from, type_end);
  go(type_end);
  if (is(Word::kOperator) && item(at_ + 1).op != op("=")) {
    return operator_member(out, type, type_from);
  }
  std::uint32_t behind = scan_dotted(at_);  // IName.Member: only the member counts
  while (is_sharp() && is_op(behind, op("<"))) {
    const std::uint32_t closed = scan_type_arguments(behind);
    if (closed == kNoItem || !is_op(closed, op(".")) || !is_name(closed + 1)) break;
    behind = scan_dotted(closed + 1);
  }
  const std::uint32_t name_item = behind - 1;
  if (item(name_item).word == Word::kThis && is_op(behind, op("["))) {
    go(behind);
    return indexer(out, type, type_from);
  }
  const Symbol name = symbol(items_[name_item]);
  const std::uint32_t generic = is_op(behind, op("<")) ? scan_type_arguments(behind) : kNoItem;
  if (generic != kNoItem && is_op(generic, op("("))) behind = generic;
  if (is_op(behind, op("("))) {
    go(behind);
    append(out, function_rest(type_from, name, type));
  } else if (is_sharp() && (is_op(behind, op("{")) || is_op(behind, op("=>")))) {
    go(behind);
    property(out, type, name, type_from, nullptr);
  } else {
    go(name_item);
    variables(out, type);
    end_statement();
  }
}

Symbol Parser::array_of(Symbol type) {
  if (type == kNoSymbol) return type;
  scratch_ = tree_.symbols().name(type);
  scratch_ += "[]";
  return tree_.symbols().of(scratch_);
}

// a = 1, b[], c: at_ stands at the first name.
void Parser::variables(List& out, Symbol type) {
  for (;;) {
    const std::uint32_t from = at_;
    if (is_name()) take();
    List made = start(NodeKind::kDeclare, from);
    set_name(made.parent, symbol(items_[from]));
    set_type(made.parent, type);
    if (is(op("[")) && current().match != kNoItem) set_type(made.parent, array_of(type));
    while (is(op("[")) && current().match != kNoItem) go(current().match + 1);
    if (accept(op("="))) append(made, initialiser());
    append(out, finish(made));
    if (!is(op(",")) || !is_name(at_ + 1)) return;
    take();
  }
}

// var a = 1, b : T = 2, {c, d} = e
void Parser::untyped_variables(List& out) {
  do {
    take();  // the word or the comma
    const std::uint32_t from = at_;
    const bool is_plain =
        is_name() && !(is_cf() && (is_op(at_ + 1, op(".")) || is_op(at_ + 1, op("["))));
    if (!is_plain) {
      append(out, assignment());
      continue;
    }
    take();
    List made = start(NodeKind::kDeclare, from);
    set_name(made.parent, symbol(items_[from]));
    if (is_js() && is(op(":"))) set_type(made.parent, js_type());
    if (accept(op("="))) append(made, assignment());
    append(out, finish(made));
  } while (is(op(",")) && at_ + 1 < items_.size());
}

// ": Type" of JScript.NET.
Symbol Parser::js_type() {
  const std::uint32_t end = scan_type(at_ + 1);
  take();
  if (end == kNoItem) return kNoSymbol;
  const Symbol type = type_symbol(at_, end);
  go(end);
  return type;
}

// ---- Properties ----

// At "{" or "=>". `brackets` is the item that opens an indexer's parameters.
void Parser::property(List& out, Symbol type, Symbol name, std::uint32_t from,
                      const std::uint32_t* brackets) {
  if (is(op("=>"))) {
    List made = start(NodeKind::kFunction, from);
    set_name(made.parent, accessor_name("get_", name));
    set_type(made.parent, type);
    if (brackets) names_in_brackets(made, *brackets, NodeKind::kParameter);
    function_body(made);
    append(out, finish(made));
    return;
  }
  const std::uint32_t closing = closing_of(at_);
  take();
  bool is_automatic = false;
  while (at_ < closing && !is_border() && !is(op("}"))) {
    const std::uint32_t before = at_;
    if (!accessor(out, type, name, brackets)) is_automatic = true;
    if (at_ == before) skip();
  }
  accept(op("}"));
  if (!is_automatic && !is(op("="))) return;
  List made = start(NodeKind::kDeclare, from);
  set_name(made.parent, name);
  set_type(made.parent, type);
  if (accept(op("="))) {
    append(made, initialiser());
    end_statement();
  }
  append(out, finish(made));
}

// get, set, init, add or remove; false if it has no body.
bool Parser::accessor(List& out, Symbol type, Symbol name, const std::uint32_t* brackets) {
  skip_modifiers(Place::kCode);
  const std::uint32_t from = at_;
  std::string_view prefix;
  if (is(Word::kGet)) {
    prefix = "get_";
  } else if (is(Word::kSet) || is(Word::kInit)) {
    prefix = "set_";
  } else if (is(Word::kAdd)) {
    prefix = "add_";
  } else if (is(Word::kRemove)) {
    prefix = "remove_";
  } else {
    return true;
  }
  take();
  if (accept(op(";"))) return false;
  List made = start(NodeKind::kFunction, from);
  set_name(made.parent, accessor_name(prefix, name));
  if (brackets) names_in_brackets(made, *brackets, NodeKind::kParameter);
  if (prefix == "get_") {
    set_type(made.parent, type);
  } else {
    const NodeId value = add(NodeKind::kParameter, from);
    set_name(value, tree_.symbols().of("value"));
    set_type(value, type);
    append(made, value);
  }
  function_body(made);
  append(out, finish(made));
  return true;
}

Symbol Parser::accessor_name(std::string_view prefix, Symbol name) {
  if (prefix.empty()) return name;
  const std::string made = std::string(prefix) += tree_.symbols().name(name);
  return tree_.symbols().of(made);
}

// The names alone, as nodes of `kind`: each accessor of an indexer has parameters of its own, and
// nothing is parsed twice.
void Parser::names_in_brackets(List& list, std::uint32_t brackets, NodeKind kind) {
  const std::uint32_t closing = closing_of(brackets);
  for (std::uint32_t i = brackets + 1; i < closing; ++i) {
    if (items_[i].match != kNoItem) {
      i = items_[i].match;
    } else if (is_name(i) && (is_op(i + 1, op(",")) || i + 1 == closing || is_op(i + 1, op("=")))) {
      const NodeId made = add(kind, i);
      set_name(made, symbol(items_[i]));
      set_range(made, items_[i].begin, items_[i].end);
      append(list, made);
    }
  }
}

// T this[...] { }: at_ stands at the bracket.
void Parser::indexer(List& out, Symbol type, std::uint32_t from) {
  const std::uint32_t brackets = at_;
  const std::uint32_t closing = items_[at_].match;
  go(closing == kNoItem ? at_ + 1 : closing + 1);
  if (closing == kNoItem || (!is(op("{")) && !is(op("=>")))) return;
  property(out, type, tree_.symbols().of("Item"), from, &brackets);
}

// ---- Functions ----

// Name(...) { of a class, ~Name(...) {, and Name { of a record in Java.
bool Parser::constructor(List& out, Place place) {
  const std::uint32_t from = at_;
  const std::uint32_t name = is(op("~")) ? at_ + 1 : at_;
  if (!is_name(name)) return false;
  if (is_java() && place == Place::kClass && is_op(name + 1, op("{"))) {
    List made = start(NodeKind::kFunction, from);
    set_name(made.parent, symbol(items_[name]));
    go(name + 1);
    append(made, body());
    append(out, finish(made));
    return true;
  }
  if (!is_op(name + 1, op("(")) || item(name + 1).match == kNoItem) return false;
  const std::uint32_t behind = item(name + 1).match + 1;
  const bool is_one = is_op(behind, op("{")) ||
                      (place == Place::kClass && (is_op(behind, op(":")) || is_arrow(behind) ||
                                                  item(behind).word == Word::kThrows));
  if (!is_one) return false;
  Symbol symbol_of_name = symbol(items_[name]);
  if (name != from) symbol_of_name = accessor_name("~", symbol_of_name);
  go(name + 1);
  append(out, function_rest(from, symbol_of_name, kNoSymbol));
  return true;
}

// At the word operator: "operator +", "operator T".
void Parser::operator_member(List& out, Symbol type, std::uint32_t from) {
  scratch_ = "operator";
  take();
  while (!is_border() && !is(op("(")) && !is(op(";")) && !is(op("{"))) {
    scratch_ += ' ';
    scratch_ += written(current());
    take();
  }
  if (is(op("(")) && is_op(at_ + 1, op(")")) && is_op(at_ + 2, op("("))) go(at_ + 2);
  const Symbol name = tree_.symbols().of(scratch_);
  if (is(op("("))) append(out, function_rest(from, name, type));
}

// From "(" on.
NodeId Parser::function_rest(std::uint32_t from, Symbol name, Symbol type) {
  List made = start(NodeKind::kFunction, from);
  set_name(made.parent, name);
  set_type(made.parent, type);
  parameters(made);
  if (is_js() && is(op(":"))) set_type(made.parent, js_type());
  if (is_sharp() && is(op(":")) && is_op(at_ + 2, op("("))) {  // : base(...)
    take();
    const std::uint32_t call_from = take();
    const NodeId callee = named(NodeKind::kName, call_from, symbol(items_[call_from]));
    const NodeId called = call(callee, call_from);
    List body = start(NodeKind::kBlock, call_from);
    append(body, called);
    if (accept(op("=>"))) {
      append(body, assignment());
      end_statement();
    } else if (accept(op("{"))) {
      const Inside inside(*this);
      statements(body, Place::kCode);
      accept(op("}"));
    }
    append(made, finish(body));
    return finish(made);
  }
  skip_clauses();
  function_body(made);
  return finish(made);
}

// "{ }", "=> value;" or ";".
void Parser::function_body(List& function) {
  if (is(op("{"))) {
    append(function, block());
  } else if (accept(op("=>"))) {
    append(function, lambda_body());
    end_statement();
  } else {
    append(function, add(NodeKind::kBlock, at_));
    end_statement();
  }
}

// throws T, where T : U, default value of an annotation, attributes of cfscript: up to the body.
void Parser::skip_clauses() {
  if (is_js()) return;
  while (!is_border() && !is(op("{")) && !is(op("}")) && !is(op(";")) && !is(op("=>"))) {
    if (!is_name() && !is(op(",")) && !is(op(":")) && !is(op("(")) && !is(op("[")) &&
        !is(op("<")) && !is(op(">")) && !is(op(".")) && !is(op("=")) && !is(op("]")) &&
        !is(op(">>")) && !is(op("?")) && !is(op("@")) && current().kind != ItemKind::kText &&
        current().kind != ItemKind::kNumber)
      return;
    pass();
  }
}

// At "function" of JScript or cfscript: also "function get x()", "function a.b()".
NodeId Parser::js_function() {
  const std::uint32_t from = take();
  accept(op("*"));
  std::string_view prefix;
  if (is_js() && (is(Word::kGet) || is(Word::kSet)) && is_name(at_ + 1)) {
    prefix = is(Word::kGet) ? "get_" : "set_";
    take();
  }
  Symbol name = kNoSymbol;
  if (is_name()) {
    const std::uint32_t behind = scan_dotted(at_);
    const Symbol last = symbol(items_[behind - 1]);
    name = accessor_name(prefix, last);
    go(behind);
  }
  if (is(op("("))) return function_rest(from, name, kNoSymbol);
  List made = start(NodeKind::kFunction, from);
  set_name(made.parent, name);
  append(made, is(op("{")) ? block() : add(NodeKind::kBlock, at_));
  return finish(made);
}

// ---- Parameters ----

void Parser::parameters(List& function) {
  const Inside inside(*this);
  const std::uint32_t closing = closing_of(at_);
  const bool is_closed = closing + 1 < items_.size();
  take();
  while (at_ < closing && !is_border() && !is(op(";"))) {
    const std::uint32_t before = at_;
    if (accept(op(","))) continue;
    append(function, parameter());
    // Whatever else is written there.
    while (at_ < closing && !is_border() && !is(op(",")) && !is(op(";"))) pass();
    if (at_ == before) skip();
  }
  if (is_closed) go(closing);
  accept(op(")"));
}

NodeId Parser::parameter() {
  List made = start(NodeKind::kParameter, at_);
  if (is_js()) {
    js_parameter(made.parent);
  } else if (is_cf()) {
    cf_parameter(made.parent);
  } else {
    typed_parameter(made.parent);
  }
  if (accept(op("="))) append(made, assignment());
  return finish(made);
}

void Parser::typed_parameter(NodeId made) {
  for (;;) {
    go(skip_annotations(at_));
    const Word word = current().word;
    const bool is_by_reference = word == Word::kRef || word == Word::kOut;
    const bool is_one = is_by_reference || word == Word::kFinal || word == Word::kThis ||
                        word == Word::kParams || word == Word::kIn || word == Word::kReadonly ||
                        word == Word::kScoped;
    if (!is_one || (!is_name(at_ + 1) && !is_op(at_ + 1, op("(")) && !is_op(at_ + 1, op("@"))))
      break;
    if (is_by_reference) set_op(made, op("&"));
    take();
  }
  std::uint32_t end = 0;
  if (declares_at(at_, end)) {
    set_type(made, type_symbol(at_, end));
    go(end);
  }
  if (!is_name()) return;
  set_name(made, symbol(current()));
  take();
  while (is(op("[")) && is_op(at_ + 1, op("]"))) go(at_ + 2);
}

void Parser::js_parameter(NodeId made) {
  if (accept(op("..."))) set_op(made, op("..."));
  while (is_name() && is_name(at_ + 1)) take();  // modifiers of JScript.NET
  if (is_name()) {
    set_name(made, symbol(current()));
    take();
  } else if (current().match != kNoItem) {  // {a, b}
    go(current().match + 1);
  }
  if (is(op(":"))) set_type(made, js_type());
}

// required type name = value hint="..."
void Parser::cf_parameter(NodeId made) {
  if (is(Word::kRequired) && is_name(at_ + 1)) take();
  std::uint32_t end = 0;
  if (declares_at(at_, end)) {
    set_type(made, type_symbol(at_, end));
    go(end);
  }
  if (!is_name()) return;
  set_name(made, symbol(current()));
  take();
}

}  // namespace pugmark::script::braces

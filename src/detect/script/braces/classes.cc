#include "detect/script/braces/parser.h"

namespace pugmark::script::braces {

// class, struct, interface, enum, record and @interface; false if none begins here.
bool Parser::class_statement(List& out) {
  if (is_java() && is(op("@")) && item(at_ + 1).word == Word::kInterface) take();
  const bool is_named = is_name(at_ + 1) && !is_operator_word(at_ + 1);
  const std::uint32_t after = item(at_ + 2).op;
  switch (current().word) {
    case Word::kClass:
    case Word::kStruct:
      if (!is_named && !is_op(at_ + 1, op("{"))) return false;
      break;
    case Word::kEnum:
    case Word::kInterface:
      if (!is_named || is_cf() || (is_js() && after != op("{") && !is_name(at_ + 2))) return false;
      break;
    case Word::kRecord:
      if (!is_named) return false;
      if (item(at_ + 1).word == Word::kClass || item(at_ + 1).word == Word::kStruct) break;
      if (after != op("(") && after != op("{") && after != op(":") && after != op("<") &&
          item(at_ + 2).word != Word::kImplements)
        return false;
      break;
    default:
      return false;
  }
  append(out, class_node());
  accept(op(";"));
  return true;
}

NodeId Parser::class_node() {
  List made = start(NodeKind::kClass, at_);
  const bool is_enum = is(Word::kEnum);
  const bool is_record = is(Word::kRecord);
  take();
  if (is_record && (is(Word::kClass) || is(Word::kStruct))) take();
  Symbol name = kNoSymbol;
  if (is_name() && !is(Word::kExtends)) {
    name = symbol(current());
    set_name(made.parent, name);
    take();
  }
  if (is(op("<"))) {
    const std::uint32_t behind = scan_type_arguments(at_);
    if (behind != kNoItem) go(behind);
  }
  const std::uint32_t parts = is(op("(")) ? at_ : kNoItem;
  if (parts != kNoItem) pass();
  std::uint32_t count = 0;
  bases(made, count);
  set_op(made.parent, count);
  if (parts != kNoItem) names_in_brackets(made, parts, NodeKind::kDeclare);
  class_members(made, is_enum, name);
  return finish(made);
}

// ": A, B(c)", "extends A implements B" and clauses that name no base, up to the members.
void Parser::bases(List& list, std::uint32_t& count) {
  bool is_base = false;
  while (!is_border() && !is(op("{")) && !is(op("}")) && !is(op(";"))) {
    if (is(Word::kWhere) || is(Word::kPermits)) {
      is_base = false;
      take();
    } else if (is(Word::kExtends) || is(Word::kImplements) || (is(op(":")) && count == 0)) {
      is_base = true;
      take();
    } else if (is_base && is_name()) {
      const std::uint32_t end = scan_type(at_);
      const std::uint32_t behind = end == kNoItem ? at_ + 1 : end;
      append(list, named_type(at_, behind, type_symbol(at_, behind)));
      ++count;
      go(behind);
    } else {
      pass();
    }
  }
}

void Parser::class_members(List& list, bool is_enum, Symbol type) {
  if (!accept(op("{"))) return;
  const Inside inside(*this);
  if (is_enum) enum_constants(list, type);
  statements(list, Place::kClass);
  accept(op("}"));
}

// NAME, NAME = value, NAME(arguments) { members }: up to ";" or "}".
void Parser::enum_constants(List& list, Symbol type) {
  while (!is_border() && !is(op("}"))) {
    if (accept(op(";"))) return;
    if (accept(op(","))) continue;
    if (is_typed()) go(skip_annotations(at_));
    if (!is_name()) return;
    const std::uint32_t from = take();
    List made = start(NodeKind::kDeclare, from);
    set_name(made.parent, symbol(items_[from]));
    set_type(made.parent, type);
    if (accept(op("="))) {
      append(made, assignment());
    } else if (is(op("(")) || is(op("{"))) {
      List created = start(NodeKind::kNew, from);
      const NodeId of = add(NodeKind::kName, from);
      set_name(of, type);
      append(created, of);
      if (is(op("("))) arguments(created);
      if (is(op("{"))) {
        List body = start(NodeKind::kClass, at_);
        class_members(body, false, kNoSymbol);
        append(created, finish(body));
      }
      append(made, finish(created));
    }
    append(list, finish(made));
    if (!is(op(",")) && !is(op(";")) && !is(op("}"))) return;
  }
}

// namespace a.b { }, namespace a.b;, package a.b { } of JScript.NET, package a.b; of Java: what is
// in it stands beside it.
bool Parser::namespace_statement(List& out) {
  if (!is(Word::kNamespace) && !is(Word::kPackage)) return false;
  if (!is_name(at_ + 1)) return false;
  go(scan_dotted(at_ + 1));
  if (accept(op("{"))) {
    statements(out, Place::kClass);
    accept(op("}"));
  } else {
    end_statement();
  }
  return true;
}

// name() { }, get name() { }, name = value; of a class in JScript.
bool Parser::js_member(List& out) {
  const std::uint32_t from = at_;
  if (is(Word::kAsync) && is_op(at_ + 1, op("*"))) take();
  accept(op("*"));
  std::string_view prefix;
  if ((is(Word::kGet) || is(Word::kSet)) && (is_name(at_ + 1) || is_op(at_ + 1, op("[")))) {
    prefix = is(Word::kGet) ? "get_" : "set_";
    take();
  }
  const bool is_computed = is(op("[")) && current().match != kNoItem;
  const bool is_text = current().kind == ItemKind::kText;
  if (!is_name() && !is_computed && !is_text) return false;
  const Symbol name = is_name() ? symbol(current()) : kNoSymbol;
  const std::uint32_t behind = is_computed ? current().match + 1 : at_ + 1;
  if (is_op(behind, op("("))) {
    go(behind);
    append(out, function_rest(from, accessor_name(prefix, name), kNoSymbol));
    return true;
  }
  if (!is_op(behind, op("=")) && !is_op(behind, op(";")) && !is_op(behind, op(":"))) return false;
  go(behind);
  List made = start(NodeKind::kDeclare, from);
  set_name(made.parent, name);
  if (is(op(":"))) set_type(made.parent, js_type());
  if (accept(op("="))) append(made, assignment());
  append(out, finish(made));
  end_statement();
  return true;
}

}  // namespace pugmark::script::braces

// What cfscript has and no other language.
#include <string>

#include "base/text.h"
#include "detect/script/braces/parser.h"

namespace pugmark::script::braces {
namespace {

constexpr std::uint32_t kFunctionHeadItemsMax = 16;

}  // namespace

bool Parser::cf_statement(List& out) {
  const Item& next = item(at_ + 1);
  if ((is(Word::kComponent) || is(Word::kInterface)) &&
      (next.op == op("{") || (next.kind == ItemKind::kName && next.word != Word::kContains))) {
    cf_component(out);
    return true;
  }
  if (is(Word::kInclude) && (next.kind == ItemKind::kText || next.kind == ItemKind::kTemplate)) {
    List made = start(NodeKind::kInclude, at_);
    set_name(made.parent, tree_.symbols().of("include"));
    take();
    append(made, expression());
    append(out, finish(made));
    end_statement();
    return true;
  }
  if (is_cf_function()) {
    while (!is(Word::kFunction)) take();
    append(out, js_function());
    return true;
  }
  if (is_cf_tag()) {
    cf_tag(out);
    return true;
  }
  if (is(Word::kParam) && next.kind == ItemKind::kName) {  // param type name = value
    std::uint32_t end = 0;
    take();
    if (declares_at(at_, end)) go(end);
    append(out, expression());
    end_statement();
    return true;
  }
  return false;
}

// Modifiers and a type, then "function".
bool Parser::is_cf_function() const {
  for (std::uint32_t i = at_; i < at_ + kFunctionHeadItemsMax; ++i) {
    if (item(i).word == Word::kFunction) return i > at_ && is_name(i - 1);
    if (!is_name(i) && !is_op(i, op(".")) && !is_op(i, op("[")) && !is_op(i, op("]"))) return false;
  }
  return false;
}

// "http url=x method=y;", "lock name=x { }", "transaction { }", "cfhttp(url=x) { }".
bool Parser::is_cf_tag() const {
  if (!is_name() || is(Word::kVar) || is_operator_word(at_ + 1)) return false;
  switch (current().word) {
    case Word::kIf:
    case Word::kElse:
    case Word::kElseIf:
    case Word::kFor:
    case Word::kWhile:
    case Word::kDo:
    case Word::kTry:
    case Word::kCatch:
    case Word::kFinally:
    case Word::kSwitch:
    case Word::kCase:
    case Word::kDefault:
    case Word::kReturn:
    case Word::kFunction:
    case Word::kNew:
    case Word::kNot:
      return false;
    default:
      break;
  }
  const std::uint32_t next = item(at_ + 1).op;
  if (next == op("{")) return true;
  if (is_name(at_ + 1)) return is_op(at_ + 2, op("="));
  const std::string_view name = written(current());
  return next == op("(") && name.size() > 2 && equal_ascii_nocase(name.substr(0, 2), "cf") &&
         item(at_ + 1).match != kNoItem && (is_name(at_ + 2) || is_op(at_ + 2, op(")")));
}

void Parser::cf_tag(List& out) {
  const std::uint32_t from = at_;
  List made = start(NodeKind::kDirective, from);
  std::string name = ascii_lower(written(current()));
  if (!name.starts_with("cf")) name.insert(0, "cf");
  set_name(made.parent, tree_.symbols().of(name));
  take();
  if (is(op("("))) {
    const std::uint32_t closing = current().match;
    take();
    cf_attributes(made, closing);
    skip_to(closing);
    accept(op(")"));
  } else {
    cf_attributes(made, static_cast<std::uint32_t>(items_.size() - 1));
  }
  if (is(op("{"))) append(made, body());
  append(out, finish(made));
  end_statement();
}

// name=value, with or without commas, up to the item `end` or what is no such pair.
void Parser::cf_attributes(List& list, std::uint32_t end) {
  while (at_ < end && !is_border()) {
    if (accept(op(","))) continue;
    const bool is_collection = is_name() && is_op(at_ + 1, op(":"));
    if (!is_name() || (!is_op(at_ + 1, op("=")) && !is_collection)) return;
    List pair = start(NodeKind::kPair, at_);
    append(pair, text_of_name());
    take();
    append(pair, assignment());
    append(list, finish(pair));
  }
}

// component extends="a.b" { }
void Parser::cf_component(List& out) {
  List made = start(NodeKind::kClass, at_);
  take();
  std::uint32_t count = 0;
  while (!is_border() && !is(op("{")) && !is(op("}")) && !is(op(";"))) {
    const bool is_base = is_name() && is_op(at_ + 1, op("=")) &&
                         item(at_ + 2).kind == ItemKind::kText &&
                         equal_ascii_nocase(written(current()), "extends");
    if (is_base) {
      go(at_ + 2);
      const std::uint32_t from = at_;
      const NodeId base = constant(NodeKind::kText);
      const NodeId of = named(NodeKind::kName, from,
                              base == kNoNode ? kNoSymbol : tree_.symbols().of(tree_.text(base)));
      append(made, of);
      ++count;
    } else {
      pass();
    }
  }
  set_op(made.parent, count);
  class_members(made, false, kNoSymbol);
  append(out, finish(made));
}

}  // namespace pugmark::script::braces

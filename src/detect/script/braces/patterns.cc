// Patterns of C# and Java, switch as an expression, and queries (LINQ).
#include "detect/script/braces/parser.h"

namespace pugmark::script::braces {
namespace {

// How tightly the operators of a constant bind, see binary(): next to "is" as tightly as shifts, in
// the label of a case as "|".
constexpr int kBindingNextToIs = 10;
constexpr int kBindingInCase = 4;

}  // namespace

NodeId Parser::pattern() {
  if (depth_ >= bounds_.depth_max) return too_deep();
  const Deeper deeper(depth_);
  const std::uint32_t from = at_;
  const NodeId first = single_pattern();
  if (!is_sharp() || (!is(Word::kAnd) && !is(Word::kOr))) return first;
  List made = start(NodeKind::kBinary, from);
  set_op(made.parent, is(Word::kAnd) ? op("&&") : op("||"));
  append(made, first);
  while (is_sharp() && (is(Word::kAnd) || is(Word::kOr))) {
    take();
    append(made, single_pattern());
  }
  return finish(made);
}

NodeId Parser::single_pattern() {
  const std::uint32_t from = at_;
  std::uint32_t negations = 0;
  while (is_sharp() && is(Word::kNot) && !is_op(at_ + 1, op(")")) && !is_op(at_ + 1, op("=>"))) {
    ++negations;
    take();
  }
  if (negations > 0) {  // twice means nothing
    List made = start(NodeKind::kUnary, from);
    set_op(made.parent, op("!"));
    append(made, positive_pattern());
    return finish(made);
  }
  return positive_pattern();
}

NodeId Parser::positive_pattern() {
  const std::uint32_t from = at_;
  const std::uint32_t packed = current().op;
  const int binding = here_.arrow_is_no_lambda ? kBindingInCase : kBindingNextToIs;
  if (packed == op("<") || packed == op(">") || packed == op("<=") || packed == op(">=")) {
    List made = start(NodeKind::kUnary, from);
    set_op(made.parent, packed);
    take();
    append(made, binary(binding));
    return finish(made);
  }
  NodeId of = kNoNode;
  std::uint32_t end = 0;
  Symbol type = kNoSymbol;
  if (is_typed() && (is(op("{")) || is(op("[")) || (is(op("(")) && !is_cast(end)))) {
    of = nested_patterns();
  } else {
    accept(Word::kFinal);
    end = is_typed() ? scan_type(at_) : kNoItem;
    while (end != kNoItem && is_op(end - 1, op("?"))) --end;  // "x is T ? a : b"
    const bool is_declared = end != kNoItem && is_name(end) && !is_operator_word(end);
    const bool has_parts = end != kNoItem && (is_op(end, op("{")) || is_op(end, op("(")));
    if (!is_name() || (!is_declared && !has_parts && !is_name_alone(end))) return binary(binding);
    type = type_symbol(at_, end);
    if (!is_declared) of = type_node(at_, end);
    go(end);
  }
  if (is_typed() && (is(op("{")) || is(op("("))) && type != kNoSymbol) {
    List made = start(NodeKind::kCall, from);
    append(made, of);
    append(made, nested_patterns());
    of = finish(made);
    if (is_sharp() && is(op("{"))) nested_patterns();
  }
  if (!is_name() || is_operator_word(at_) || is_border() || is(Word::kWhen)) return of;
  List declared = start(NodeKind::kDeclare, from);
  set_type(declared.parent, type);
  set_name(declared.parent, symbol(current()));
  take();
  append(declared, of);
  return finish(declared);
}

// True if a name, which ends before `end`, is a whole pattern: no operator makes it part of a
// value.
bool Parser::is_name_alone(std::uint32_t end) const {
  if (end == kNoItem) return false;
  switch (item(end).op) {
    case op("+"):
    case op("-"):
    case op("*"):
    case op("/"):
    case op("%"):
    case op("<<"):
    case op(">>"):
    case op("["):
    case op("."):
      return false;
    case op("|"):
    case op("&"):
    case op("^"):
      return !here_.arrow_is_no_lambda;
    default:
      return true;
  }
}

// At a bracket: the patterns in it. "Name: pattern" is a kPair.
NodeId Parser::nested_patterns() {
  const Inside inside(*this);
  const std::uint32_t closing = closing_of(at_);
  List made = start(NodeKind::kArray, at_);
  take();
  while (at_ < closing && !is_border()) {
    const std::uint32_t before = at_;
    if (accept(op(",")) || accept(op(".."))) continue;
    if (is(op(";")) && closing + 1 == items_.size()) break;
    const std::uint32_t behind = is_name() ? scan_dotted(at_) : at_;
    if (is_op(behind, op(":"))) {
      List pair = start(NodeKind::kPair, at_);
      append(pair, named_type(at_, behind, type_symbol(at_, behind)));
      go(behind + 1);
      append(pair, pattern());
      append(made, finish(pair));
    } else {
      append(made, pattern());
    }
    if (at_ == before) skip();
  }
  go(closing + 1 < items_.size() ? closing + 1 : at_);
  return finish(made);
}

// ---- switch as an expression

// value switch { pattern when condition => result, ... }: at_ stands at the word.
NodeId Parser::switch_expression(NodeId value, std::uint32_t from) {
  if (depth_ >= bounds_.depth_max) return too_deep();
  const Deeper deeper(depth_);
  take();
  const std::uint32_t closing = closing_of(at_);
  take();
  std::vector<Arm> arms;
  while (at_ < closing && !is_border()) {
    const std::uint32_t before = at_;
    if (accept(op(","))) continue;
    if (is(op(";")) && closing + 1 == items_.size()) break;
    Arm arm;
    arm.condition = arm_condition(arms.empty() ? value : empty());
    if (accept(op("=>"))) {
      const Inside inside(*this);
      arm.value = assignment();
    }
    arms.push_back(arm);
    if (at_ == before) skip();
  }
  accept(op("}"));
  return arms.empty() ? value : choice(arms, from);
}

// switch (value) { case pattern -> result; case pattern -> { yield result; } ... } of Java.
NodeId Parser::java_switch_expression() {
  if (depth_ >= bounds_.depth_max) return too_deep();
  const Deeper deeper(depth_);
  const Inside inside(*this);
  const std::uint32_t from = take();
  const NodeId value = condition();
  if (!accept(op("{"))) return value;
  std::vector<Arm> arms;
  while (!is(op("}")) && !is_border()) {
    const std::uint32_t before = at_;
    if (accept(Word::kCase) || accept(Word::kDefault)) {
      Arm arm;
      arm.condition = arm_condition(arms.empty() ? value : empty());
      arm.value = java_arm_value();
      arms.push_back(arm);
    }
    if (at_ == before) skip();
  }
  accept(op("}"));
  return arms.empty() ? value : choice(arms, from);
}

// Behind a label: what yields a value in statements is a function, called at once.
NodeId Parser::java_arm_value() {
  const std::uint32_t from = at_;
  if (accept(op("->")) && !is(op("{"))) {
    const NodeId value = is(Word::kThrow) ? unary() : assignment();
    accept(op(";"));
    return value;
  }
  List called = start(NodeKind::kCall, from);
  List function = start(NodeKind::kFunction, from);
  if (is(op("{"))) {
    append(function, block());
  } else {
    accept(op(":"));
    List yielding = start(NodeKind::kBlock, from);
    case_statements(yielding);
    append(function, finish(yielding));
  }
  append(called, finish(function));
  return finish(called);
}

// "value is pattern", and what "when" adds. `value` is kEmpty but in the first arm: it is evaluated
// once.
NodeId Parser::arm_condition(NodeId value) {
  const Inside inside(*this);
  here_.arrow_is_no_lambda = true;
  const std::uint32_t from = at_;
  List tested = start(NodeKind::kBinary, from);
  set_op(tested.parent, op("is"));
  append(tested, value);
  while (!is_border() && !is(op("=>")) && !is(op("->")) && !is(op(":")) && !is(op("}"))) {
    const std::uint32_t before = at_;
    if ((is_java() && accept(op(","))) || accept(Word::kDefault)) continue;
    if (is(Word::kWhen)) break;
    append(tested, pattern());
    if (at_ == before || is_sharp()) break;
  }
  finish(tested);
  if (!accept(Word::kWhen)) return tested.parent;
  List both = start(NodeKind::kBinary, from);
  set_op(both.parent, op("&&"));
  append(both, tested.parent);
  append(both, assignment());
  return finish(both);
}

// One arm's value or that of the arms behind it. So many arms that the tree would become too high
// are put side by side.
NodeId Parser::choice(const std::vector<Arm>& arms, std::uint32_t from) {
  NodeId rest = kNoNode;
  List flat;
  for (auto arm = arms.rbegin(); arm != arms.rend(); ++arm) {
    if (flat.parent == kNoNode && height(rest) > 2 * bounds_.depth_max) {
      ++outcome_.too_deep_count;
      flat = start(NodeKind::kArray, from);
      append(flat, rest);
    }
    if (flat.parent != kNoNode) {
      append(flat, arm->condition);
      append(flat, arm->value);
      continue;
    }
    List made = start(NodeKind::kConditional, from);
    append(made, arm->condition);
    append(made, arm->value == kNoNode ? empty() : arm->value);
    append(made, rest == kNoNode ? empty() : rest);
    rest = finish(made);
  }
  return flat.parent == kNoNode ? rest : finish(flat);
}

// ---- Queries ----

bool Parser::is_query() const {
  if (!is_name(at_ + 1)) return false;
  std::uint32_t end = 0;
  if (item(at_ + 2).word == Word::kIn) return true;
  return declares_at(at_ + 1, end) && item(end + 1).word == Word::kIn;
}

// Behind from, join or let: "x in y", "x = y", bound by an assignment.
void Parser::query_binding(List& list) {
  std::uint32_t end = 0;
  if (item(at_ + 1).word != Word::kIn && declares_at(at_, end)) go(end);
  if (!is_name()) return;
  List assigned = start(NodeKind::kAssign, at_);
  set_op(assigned.parent, op("="));
  append(assigned, named(NodeKind::kName, at_, symbol(current())));
  take();
  if (!accept(Word::kIn)) accept(op("="));
  append(assigned, assignment());
  append(list, finish(assigned));
}

NodeId Parser::query() {
  if (depth_ >= bounds_.depth_max) return too_deep();
  const Deeper deeper(depth_);
  List made = start(NodeKind::kArray, at_);
  for (;;) {
    switch (current().word) {
      case Word::kFrom:
      case Word::kJoin:
      case Word::kLet:
        take();
        query_binding(made);
        break;
      case Word::kWhere:
      case Word::kOrderBy:
      case Word::kSelect:
      case Word::kGroup:
      case Word::kBy:
      case Word::kOn:
      case Word::kEquals:
        take();
        append(made, assignment());
        while (accept(op(",")))  // of orderby
          append(made, assignment());
        break;
      case Word::kAscending:
      case Word::kDescending:
        take();
        if (accept(op(","))) append(made, assignment());
        break;
      case Word::kInto:
        go(at_ + (is_name(at_ + 1) ? 2 : 1));
        break;
      default:
        return finish(made);
    }
  }
}

}  // namespace pugmark::script::braces

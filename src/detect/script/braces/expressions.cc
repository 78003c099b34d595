#include <array>

#include "detect/script/braces/parser.h"

namespace pugmark::script::braces {
namespace {

// How tightly operators bind, loosest first. ?? and ?: bind less than any of them.
enum Binding : int {
  kNoBinding = 0,
  kImplies,  // cfscript: IMP, EQV, XOR
  kOr,
  kAnd,
  kBitOr,
  kBitXor,
  kBitAnd,
  kEquality,
  kComparison,
  kJoining,  // & of cfscript
  kShift,
  kSum,
  kProduct,
  kRange,
  kPower,
};

bool is_assignment(std::uint32_t packed) {
  switch (packed) {
    case op("="):
    case op("+="):
    case op("-="):
    case op("*="):
    case op("/="):
    case op("%="):
    case op("&="):
    case op("|="):
    case op("^="):
    case op("<<="):
    case op(">>="):
    case op(">>>="):
    case op("**="):
    case op("?\?="):
    case op("&&="):
    case op("||="):
      return true;
    default:
      return false;
  }
}

int binding_of_operator(std::uint32_t packed, bool is_cf) {
  switch (packed) {
    case op("||"):
      return kOr;
    case op("&&"):
      return kAnd;
    case op("|"):
      return kBitOr;
    case op("^"):
      return is_cf ? kPower : kBitXor;
    case op("&"):
      return is_cf ? kJoining : kBitAnd;
    case op("=="):
    case op("!="):
    case op("==="):
    case op("!=="):
    case op("<>"):
      return kEquality;
    case op("<"):
    case op(">"):
    case op("<="):
    case op(">="):
      return kComparison;
    case op("<<"):
    case op(">>"):
    case op(">>>"):
      return kShift;
    case op("+"):
    case op("-"):
      return kSum;
    case op("*"):
    case op("/"):
    case op("%"):
      return kProduct;
    case op("\\"):
      return is_cf ? kProduct : kNoBinding;
    case op(".."):
      return kRange;
    case op("**"):
      return kPower;
    default:
      return kNoBinding;
  }
}

struct Operator {
  int binding = kNoBinding;
  std::uint32_t op = 0;
  std::uint32_t items = 1;  // "does not contain" is three
  bool is_test = false;     // its right operand is a type or a pattern
};

// The same for the words of cfscript.
Operator cf_operator_at(const Item* first, std::size_t count) {
  const auto next_is = [&](std::size_t number, Word word) {
    return number < count && first[number].word == word;
  };
  switch (first->word) {
    case Word::kEq:
      return {kEquality, op("=="), 1};
    case Word::kNeq:
      return {kEquality, op("!="), 1};
    case Word::kNot:
      return next_is(1, Word::kEq) ? Operator{kEquality, op("!="), 2} : Operator{};
    case Word::kGt:
      return {kComparison, op(">"), 1};
    case Word::kGte:
      return {kComparison, op(">="), 1};
    case Word::kLt:
      return {kComparison, op("<"), 1};
    case Word::kLte:
      return {kComparison, op("<="), 1};
    case Word::kGreater:  // "greater than", "greater than or equal to"
    case Word::kLess: {
      const bool or_equal = next_is(2, Word::kOr);
      const bool is_less = first->word == Word::kLess;
      const std::uint32_t packed =
          or_equal ? (is_less ? op("<=") : op(">=")) : (is_less ? op("<") : op(">"));
      return {kComparison, packed, or_equal ? 5U : 2U};
    }
    case Word::kContains:
      return {kComparison, op("contains"), 1};
    case Word::kDoes:
      return {kComparison, op("does"), 3};
    case Word::kMod:
      return {kProduct, op("%"), 1};
    case Word::kAnd:
      return {kAnd, op("&&"), 1};
    case Word::kOr:
      return {kOr, op("||"), 1};
    case Word::kXor:
      return {kImplies, op("xor"), 1};
    case Word::kEqv:
      return {kImplies, op("eqv"), 1};
    case Word::kImp:
      return {kImplies, op("imp"), 1};
    default:
      return {};
  }
}

// The operator at `first`, behind which there are count - 1 items.
Operator operator_at(const Item* first, std::size_t count, bool in_is_no_operator) {
  const Item& item = *first;
  const bool is_cf = item.language == Language::kCfScript || item.language == Language::kCfml;
  const auto next_is = [&](std::size_t number, Word word) {
    return number < count && first[number].word == word;
  };
  if (item.kind == ItemKind::kOperator) return {binding_of_operator(item.op, is_cf), item.op, 1};
  switch (item.word) {
    case Word::kInstanceof:
      return {kComparison, op("instanceof"), 1, item.language != Language::kJScript};
    case Word::kIn:
      if (in_is_no_operator || item.language == Language::kCSharp || is_cf) return {};
      return {kComparison, op("in"), 1};
    case Word::kAs:
      return {kComparison, op("as"), 1, true};
    case Word::kIs:
      if (!is_cf) return {kComparison, op("is"), 1, true};
      if (next_is(1, Word::kNot)) return {kEquality, op("!="), 2};
      return {kEquality, op("=="), 1};
    default:
      break;
  }
  return is_cf ? cf_operator_at(first, count) : Operator{};
}

}  // namespace

NodeId Parser::expression() {
  const std::uint32_t from = at_;
  const NodeId first = assignment();
  if (!is_js() || !is(op(","))) return first;
  List all = start(NodeKind::kBinary, from);
  set_op(all.parent, op(","));
  append(all, first);
  while (accept(op(","))) append(all, assignment());
  return finish(all);
}

NodeId Parser::assignment() {
  if (depth_ >= bounds_.depth_max) return too_deep();
  const Deeper deeper(depth_);
  const std::uint32_t from = at_;
  const NodeId target = conditional();
  const std::uint32_t packed = current().op;
  if (!is_assignment(packed)) return target;
  take();
  List made = start(NodeKind::kAssign, from);
  set_op(made.parent, packed);
  append(made, target);
  append(made, initialiser());
  return finish(made);
}

NodeId Parser::conditional() {
  const std::uint32_t from = at_;
  const NodeId condition = binary(kImplies);
  const std::uint32_t packed = current().op;
  if (packed != op("?") && packed != op("??") && packed != op("?:")) return condition;
  take();
  List made = start(NodeKind::kConditional, from);
  append(made, condition);
  if (packed == op("?")) {
    append(made, assignment());
    if (accept(op(":"))) {
      append(made, assignment());
    } else {
      append(made, empty());
    }
  } else {
    set_op(made.parent, op("??"));
    append(made, empty());
    append(made, assignment());
  }
  return finish(made);
}

// Operators that bind at least as tightly as `binding`, by a stack of those whose right operand is
// still being read; each binds more tightly than the one below. Operands of one operator go into
// one node; where a chain of several would make the tree too high, they do too.
NodeId Parser::binary(int binding) {
  struct Pending {
    List left;
    std::uint32_t op = 0;
    std::uint32_t from = 0;
    int binding = kNoBinding;
  };
  std::array<Pending, kPower + 1> pending;
  std::size_t count = 0;
  List left;
  std::uint32_t from = at_;
  std::uint32_t left_op = 0;  // of what was made here
  left.parent = unary();
  for (;;) {
    const Operator found = operator_at(&current(), items_.size() - at_, here_.in_is_no_operator);
    for (; count > 0 && found.binding <= pending[count - 1].binding; --count, --depth_) {
      const Pending& last = pending[count - 1];
      List made = last.left;
      append(made, left.parent);
      finish(made);
      left = made;
      left_op = last.op;
      from = last.from;
    }
    if (found.binding == kNoBinding || found.binding < binding) return left.parent;
    if (found.is_test) {
      // In a chain that makes the tree too high, what was tested stands for the test.
      const NodeId value = left.parent;
      const bool is_high = height(value) > 2 * bounds_.depth_max;
      const NodeId test = tested(is_high ? kNoNode : value, from);
      if (is_high) ++outcome_.too_deep_count;
      left = {is_high ? value : test, kNoNode};
      left_op = 0;
      continue;
    }
    go(at_ + found.items);
    if (found.op != left_op && (left_op == 0 || height(left.parent) <= bounds_.depth_max)) {
      List made = start(NodeKind::kBinary, from);
      set_op(made.parent, found.op);
      append(made, left.parent);
      left = made;
    } else if (found.op != left_op) {
      ++outcome_.too_deep_count;
    }
    pending[count++] = {left, found.op, from, found.binding};
    ++depth_;
    from = at_;
    left = {unary(), kNoNode};
    left_op = 0;
  }
}

// value is T, value as T, value instanceof T: at_ stands at the word.
NodeId Parser::tested(NodeId value, std::uint32_t from) {
  const Word word = current().word;
  take();
  if (word == Word::kAs) {
    const std::uint32_t end = scan_type(at_);
    List cast = start(NodeKind::kCast, from);
    if (end != kNoItem) {
      // "x as T ? a : b" asks; the type has no "?".
      const bool asks = is_op(end - 1, op("?")) && !is_op(end, op(")")) && !is_op(end, op(";")) &&
                        !is_op(end, op(","));
      const std::uint32_t type_end = asks ? end - 1 : end;
      set_name(cast.parent, type_symbol(at_, type_end));
      go(type_end);
    }
    append(cast, value);
    return finish(cast);
  }
  accept(Word::kFinal);
  std::uint32_t end = 0;
  const bool declares = declares_at(at_, end) && !is_op(end - 1, op("?"));  // "x is T ? a : b"
  if (declares && !is(Word::kNot) && !is(op("("))) {
    List declared = start(NodeKind::kDeclare, from);
    set_type(declared.parent, type_symbol(at_, end));
    set_name(declared.parent, symbol(items_[end]));
    go(end + 1);
    append(declared, value);
    return finish(declared);
  }
  List made = start(NodeKind::kBinary, from);
  set_op(made.parent, word == Word::kIs ? op("is") : op("instanceof"));
  append(made, value);
  append(made, pattern());
  return finish(made);
}

NodeId Parser::unary() {
  const std::uint32_t from = at_;
  const std::uint32_t packed = current().op;
  switch (packed) {
    case op("!"):
    case op("~"):
    case op("-"):
    case op("+"):
    case op("++"):
    case op("--"):
    case op("&"):
    case op("*"):
    case op("^"):
    case op("..."):
    case op(".."):
      break;
    default:
      if (current().word != Word::kNone) return word_unary();
      return postfix(primary(), from);
  }
  if (depth_ >= bounds_.depth_max) return too_deep();
  const Deeper deeper(depth_);
  take();
  const bool is_spread = packed == op("...") || packed == op("..");
  List made = start(is_spread ? NodeKind::kSpread : NodeKind::kUnary, from);
  if (!is_spread) set_op(made.parent, packed);
  append(made, unary());
  return finish(made);
}

// Words in front of a value.
NodeId Parser::word_unary() {
  const std::uint32_t from = at_;
  const Word word = current().word;
  std::uint32_t packed = 0;
  const bool is_js_typeof = word == Word::kTypeof && is_js();
  const bool is_not = word == Word::kNot && is_cf();
  if (word == Word::kVoid || word == Word::kDelete || is_js_typeof || word == Word::kThrow ||
      is_not) {
    packed = is_not ? op("!") : op(written(current()));
  } else if (word == Word::kAwait || (word == Word::kYield && is_js())) {
    const Item& next = ahead(1);
    if (next.kind != ItemKind::kName && next.op != op("(") && next.op != op("["))
      return postfix(primary(), from);  // a variable of that name
  } else if (word == Word::kRef || word == Word::kOut || (word == Word::kIn && is_sharp())) {
    if (is_name(at_ + 1) || is_op(at_ + 1, op("(")) || is_op(at_ + 1, op("*")))
      return argument_by_reference();
    return postfix(primary(), from);
  } else {
    return postfix(primary(), from);
  }
  if (depth_ >= bounds_.depth_max) return too_deep();
  const Deeper deeper(depth_);
  take();
  if (packed == 0) return unary();
  List made = start(NodeKind::kUnary, from);
  set_op(made.parent, packed);
  append(made, is_not ? binary(kEquality) : unary());
  return finish(made);
}

// out x, ref x, out var x, out T x
NodeId Parser::argument_by_reference() {
  if (depth_ >= bounds_.depth_max) return too_deep();
  const Deeper deeper(depth_);
  const std::uint32_t from = at_;
  List made = start(NodeKind::kUnary, from);
  set_op(made.parent, op(written(current())));
  take();
  std::uint32_t end = 0;
  append(made, declares_at(at_, end) ? declared(end) : unary());
  return finish(made);
}

// "T name" without a value, the name being the item `name`.
NodeId Parser::declared(std::uint32_t name) {
  const std::uint32_t from = at_;
  go(name + 1);
  const NodeId made = named(NodeKind::kDeclare, from, symbol(items_[name]));
  set_type(made, type_symbol(from, name));
  return made;
}

// ---- What follows a value ----

// Calls, members, indexes. A chain that would make the tree too high is cut into pieces, which
// count as if they were added.
NodeId Parser::postfix(NodeId object, std::uint32_t from) {
  List sum;
  for (;;) {
    if (height(object) > 2 * bounds_.depth_max) {
      ++outcome_.too_deep_count;
      if (sum.parent == kNoNode) {
        sum = start(NodeKind::kBinary, from);
        set_op(sum.parent, op("+"));
      }
      append(sum, object);
      object = empty();
    }
    if (!link(object, from)) break;
  }
  if (sum.parent == kNoNode) return object;
  append(sum, object);
  return finish(sum);
}

// One further link; false if there is none.
bool Parser::link(NodeId& object, std::uint32_t from) {  // a switch
  std::uint32_t behind = 0;
  switch (current().op) {
    case op("("):
      object = call(object, from);
      return true;
    case op("["):
      object = index(object, from);
      return true;
    case op("?"):  // a?[0] of C#
      if (!is_sharp() || !is_op(at_ + 1, op("[")) || ahead(1).begin != current().end) return false;
      take();
      object = index(object, from);
      return true;
    case op("->"):
      if (is_java()) return false;
      [[fallthrough]];
    case op("."):
    case op("?."):
    case op("::"):
      if (is(op("::")) && is_cf() && !is_name(at_ + 1)) return false;
      take();
      object = member(object, from);
      return true;
    case op("@"):  // of OGNL: a static member
      if (!is_java() || !is_name(at_ + 1)) return false;
      take();
      object = member(object, from);
      return true;
    case op("<"):
      if (!is_typed() || !are_type_arguments(behind)) return false;
      go(behind);
      return true;
    case op("!"):  // of C#: it is not null
      if (!is_sharp()) return false;
      take();
      return true;
    case op("++"):
    case op("--"): {
      if (is_js() && is_on_new_line()) return false;
      List made = start(NodeKind::kUnary, from);
      set_op(made.parent, current().op);
      take();
      append(made, object);
      object = finish(made);
      return true;
    }
    default:
      break;
  }
  if (current().kind == ItemKind::kTemplate && is_js() && (current().op & kTemplateBegins) != 0) {
    List made = start(NodeKind::kCall, from);
    append(made, object);
    append(made, template_string());
    object = finish(made);
    return true;
  }
  if (is(Word::kSwitch) && is_sharp() && is_op(at_ + 1, op("{"))) {
    object = switch_expression(object, from);
    return true;
  }
  if (is(Word::kWith) && is_sharp() && is_op(at_ + 1, op("{"))) {
    List made = start(NodeKind::kNew, from);
    take();
    append(made, object);
    object_initialiser(made);
    object = finish(made);
    return true;
  }
  return false;
}

NodeId Parser::call(NodeId callee, std::uint32_t from) {
  List made = start(NodeKind::kCall, from);
  append(made, callee);
  arguments(made);
  return finish(made);
}

NodeId Parser::index(NodeId object, std::uint32_t from) {
  const std::uint32_t closing = closing_of(at_);
  List made = start(NodeKind::kIndex, from);
  append(made, object);
  take();
  if (at_ < closing) {
    values(made, closing);
  } else {
    append(made, empty());
  }
  accept(op("]"));
  return finish(made);
}

// The name behind ".", "->" or "::": at_ stands behind that.
NodeId Parser::member(NodeId object, std::uint32_t from) {
  std::uint32_t behind = 0;
  if (is_js() && is(op("("))) return call(object, from);  // a?.(b)
  if (is(op("["))) return index(object, from);            // a?.[b]
  if (is_java() && is(op("<"))) {                         // a.<T>b()
    behind = scan_type_arguments(at_);
    if (behind != kNoItem) go(behind);
  }
  if (is_java() && is(Word::kNew) && is_name(at_ + 1)) {  // outer.new Inner(), but not A::new
    List joined = start(NodeKind::kBinary, from);
    set_op(joined.parent, op(","));
    append(joined, object);
    append(joined, creation());
    return finish(joined);
  }
  List made = start(NodeKind::kMember, from);
  if (is_name()) {
    set_name(made.parent, symbol(current()));
    take();
  } else if (is(op("*")) || is(op("@"))) {
    take();
  }
  append(made, object);
  return finish(made);
}

// At "(": all arguments, and the closing parenthesis.
void Parser::arguments(List& list) {
  const std::uint32_t closing = closing_of(at_);
  take();
  values(list, closing);
  accept(op(")"));
}

// Values with commas between them, up to the item `closing`. What cannot be understood among them
// is passed over. `may_declare`: "T name" may stand among them.
void Parser::values(List& list, std::uint32_t closing, bool may_declare) {
  const Inside inside(*this);
  const bool is_unclosed = closing + 1 == items_.size();
  std::uint32_t type_end = 0;
  while (at_ < closing && !is_border()) {
    if (is_unclosed && (is(op(";")) || is(op("}")))) return;
    if (is(op(","))) {  // f(,x)
      append(list, empty());
      take();
      continue;
    }
    const std::uint32_t before = at_;
    const NodeId value =
        may_declare && declares_at(at_, type_end) ? declared(type_end) : argument();
    if (at_ == before) {
      skip();
    } else {
      append(list, value);
    }
    if (is(op(",")) && at_ < closing) take();
    if (tree_.is_full()) go(closing);
  }
}

NodeId Parser::argument() {
  // Named ones: "name: value" of C# is the value; of cfscript, like "name = value", an assignment.
  if (is_sharp() && is_name() && is_op(at_ + 1, op(":"))) go(at_ + 2);
  if (is_cf() && is_name() && is_op(at_ + 1, op(":"))) {
    List assigned = start(NodeKind::kAssign, at_);
    set_op(assigned.parent, op("="));
    append(assigned, named(NodeKind::kName, at_, symbol(current())));
    go(at_ + 2);
    append(assigned, assignment());
    return finish(assigned);
  }
  return initialiser();
}

NodeId Parser::initialiser() {
  if (is_typed() && is(op("{"))) return elements_in_braces();
  return assignment();
}

}  // namespace pugmark::script::braces

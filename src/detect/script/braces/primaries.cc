#include "detect/script/braces/literals.h"
#include "detect/script/braces/parser.h"

namespace pugmark::script::braces {
namespace {

// Words at which a new statement begins, so that no value does, in whatever state the code is.
bool begins_statement(Word word) {
  return (word >= Word::kIf && word <= Word::kFinally && word != Word::kSwitch &&
          word != Word::kDefault && word != Word::kThrow);
}

}  // namespace

// The item that closes the bracket `opening`; the last of all if none does.
std::uint32_t Parser::closing_of(std::uint32_t opening) const {
  const std::uint32_t match = items_[opening].match;
  return match != kNoItem ? match : static_cast<std::uint32_t>(items_.size() - 1);
}

// kEmpty, and nothing is taken, where no value begins.
NodeId Parser::primary() {
  switch (current().kind) {
    case ItemKind::kName:
      return name_primary();
    case ItemKind::kText:
    case ItemKind::kCharacter:
      return constant(NodeKind::kText);
    case ItemKind::kNumber:
      return constant(NodeKind::kNumber);
    case ItemKind::kRegex:
      return constant(NodeKind::kRegex);
    case ItemKind::kTemplate:
      return (current().op & kTemplateBegins) != 0 ? template_string() : empty();
    case ItemKind::kOperator:
      break;
    default:
      return empty();
  }
  if (is(op("("))) return parenthesised();
  if (is_java() && (is(op("#")) || is(op("@"))) && is_name(at_ + 1)) {  // OGNL: #a, @a.B@c()
    take();
    return name_primary();
  }
  if (is(op("[")) && !is_java()) return array();
  if (is(op("{")) && !is_typed()) return object_literal();
  return empty();
}

NodeId Parser::constant(NodeKind kind) {
  const Item& item = current();
  const NodeId id = add(kind, at_);
  if (kind == NodeKind::kText) {
    tree_.set_text(id, literal_text(written(item), item.language, tree_));
    if (item.kind == ItemKind::kCharacter) set_type(id, tree_.symbols().of("char"));
  } else {
    tree_.set_text(id, number_text(written(item), item.language, tree_));
  }
  take();
  if (is_sharp() && is_name() && current().begin == item.end) take();  // "text"u8
  return finish(id);
}

NodeId Parser::name_primary() {
  const std::uint32_t from = at_;
  if (is_lambda()) return lambda();
  const Word word = current().word;
  const std::uint32_t next = item(at_ + 1).op;
  switch (word) {
    case Word::kNew:
    case Word::kStackalloc:
      return creation();
    case Word::kFunction:
      return js_function();
    case Word::kClass:
      if (is_js()) return class_node();
      break;
    case Word::kDelegate:
      if (next == op("(") || next == op("{")) return delegate();
      break;
    case Word::kTypeof:
    case Word::kSizeof:
    case Word::kDefault:
      if (next == op("(") && is_sharp()) return type_in_parentheses();
      break;
    case Word::kSwitch:
      if (next == op("(") && is_java()) return java_switch_expression();
      break;
    case Word::kFrom:
      if (is_query()) return query();
      break;
    case Word::kAsync:
    case Word::kStatic:
      if (is_name(at_ + 1) || (next == op("(") && item(at_ + 1).match != kNoItem &&
                               is_arrow(item(at_ + 1).match + 1))) {
        take();
        return primary_after_modifier();
      }
      break;
    default:
      if (begins_statement(word)) return empty();
  }
  if (is_sharp() && next == op("::") && is_name(at_ + 2)) go(at_ + 2);  // global::Name
  take();
  return named(NodeKind::kName, from, symbol(items_[at_ - 1]));
}

// Behind async or static: at most one more such word, or a lambda, a function, a delegate.
NodeId Parser::primary_after_modifier() {
  if (is(Word::kAsync) || is(Word::kStatic)) take();
  if (is_lambda()) return lambda();
  if (is(Word::kFunction)) return js_function();
  if (is(Word::kDelegate)) return delegate();
  const std::uint32_t from = at_;
  if (!is_name()) return empty();
  take();
  return named(NodeKind::kName, from, symbol(items_[from]));
}

// At "(": a lambda, a cast, a value, or several (a tuple).
NodeId Parser::parenthesised() {
  if (is_lambda()) return lambda();
  const std::uint32_t from = at_;
  std::uint32_t type_end = 0;
  if (is_cast(type_end)) {
    if (depth_ >= bounds_.depth_max) return too_deep();
    const Deeper deeper(depth_);
    List cast = start(NodeKind::kCast, from);
    set_name(cast.parent, type_symbol(from + 1, type_end));
    go(type_end + 1);
    append(cast, unary());
    return finish(cast);
  }
  const std::uint32_t closing = closing_of(at_);
  take();
  NodeId value = kNoNode;
  if (is_js()) {
    const Inside inside(*this);
    value = expression();
  } else {
    List all = start(NodeKind::kArray, from);
    // (int a, string b) = c
    const bool is_target = is_op(closing + 1, op("=")) || item(closing + 1).word == Word::kIn;
    values(all, closing, is_sharp() && is_target);
    finish(all);
    const NodeId first = all.parent == kNoNode ? kNoNode : tree_.at(all.parent).first_child;
    value = first != kNoNode && first == all.last ? first : all.parent;
  }
  if (items_[from].match != kNoItem) skip_to(closing);
  accept(op(")"));
  return value;
}

// A string with code inside; one without any is a kText.
NodeId Parser::template_string() {
  const Inside inside(*this);
  const std::uint32_t from = at_;
  List made = start(NodeKind::kInterpolated, from);
  bool has_code = false;
  for (;;) {
    const Item& piece = current();
    const bool is_last = (piece.op & kTemplateEnds) != 0;
    const std::string_view text = template_text(written(piece), piece.op, piece.language, tree_);
    if (!text.empty() || (is_last && !has_code)) {
      const NodeId id = add(NodeKind::kText, at_);
      tree_.set_text(id, text);
      take();
      append(made, finish(id));
    } else {
      take();
    }
    if (is_last) break;
    has_code = true;
    const std::uint32_t closing = piece.match;
    append(made, expression());
    if (closing == kNoItem) break;
    if (is(op(",")) && at_ < closing) go(closing);  // how wide it is to be
    skip_to(closing);
    if (at_ != closing) break;  // a block in it was not closed
  }
  if (!has_code) return made.last;
  return finish(made);
}

NodeId Parser::array() {
  const std::uint32_t closing = closing_of(at_);
  List made = start(NodeKind::kArray, at_);
  take();
  if (!is_cf()) {
    values(made, closing);
  } else {
    const Inside inside(*this);
    while (at_ < closing && !is_border()) {  // also [a: 1] and [:], which are structs in order
      const std::uint32_t before = at_;
      if (accept(op(",")) || accept(op(":"))) continue;
      append(made, is_op(at_ + 1, op(":")) ? object_entry() : assignment());
      if (at_ == before) skip();
    }
  }
  accept(op("]"));
  return finish(made);
}

// ---- Objects in braces ----

// { a, b } where a type is known: an array, and what C# makes of a class without a name.
NodeId Parser::elements_in_braces() {
  if (depth_ >= bounds_.depth_max) return too_deep();
  const Deeper deeper(depth_);
  const Inside inside(*this);
  const std::uint32_t closing = closing_of(at_);
  List made = start(NodeKind::kArray, at_);
  take();
  while (at_ < closing && !is_border()) {
    const std::uint32_t before = at_;
    if (accept(op(","))) continue;
    if (is(op(";")) && closing + 1 == items_.size()) break;
    append(made, initialiser_element());
    if (at_ == before) skip();
  }
  accept(op("}"));
  return finish(made);
}

// value, {values}, name = value, [key] = value
NodeId Parser::initialiser_element() {
  const std::uint32_t from = at_;
  if (is_sharp() && is_name() && is_op(at_ + 1, op("="))) {
    List pair = start(NodeKind::kPair, from);
    append(pair, text_of_name());
    take();
    append(pair, initialiser());
    return finish(pair);
  }
  if (is_sharp() && is(op("[")) && current().match != kNoItem &&
      is_op(current().match + 1, op("="))) {
    const std::uint32_t closing = current().match;
    List pair = start(NodeKind::kPair, from);
    take();
    append(pair, assignment());
    skip_to(closing);
    go(closing + 2);
    append(pair, initialiser());
    return finish(pair);
  }
  return initialiser();
}

NodeId Parser::object_literal() {
  if (depth_ >= bounds_.depth_max) return too_deep();
  const Deeper deeper(depth_);
  const Inside inside(*this);
  const std::uint32_t closing = closing_of(at_);
  List made = start(NodeKind::kArray, at_);
  take();
  while (at_ < closing && !is_border()) {
    const std::uint32_t before = at_;
    if (accept(op(","))) continue;
    if (is(op(";")) && closing + 1 == items_.size()) break;
    append(made, object_entry());
    if (at_ == before) skip();
  }
  accept(op("}"));
  return finish(made);
}

// key: value, key = value (cfscript), key, key() {}, get key() {}, ...values
NodeId Parser::object_entry() {
  const std::uint32_t from = at_;
  if (is(op("..."))) return assignment();
  std::string_view prefix;
  accept(op("*"));
  const auto is_key_behind = [&] {
    const Item& next = ahead(1);
    return next.kind == ItemKind::kName || next.kind == ItemKind::kText ||
           next.kind == ItemKind::kNumber || next.op == op("[") || next.op == op("*");
  };
  if (is_js() && is_key_behind() && (is(Word::kGet) || is(Word::kSet) || is(Word::kAsync))) {
    prefix = is(Word::kGet) ? "get_" : (is(Word::kSet) ? "set_" : "");
    take();
    accept(op("*"));
  }
  List pair = start(NodeKind::kPair, from);
  const std::uint32_t key = at_;
  Symbol name = kNoSymbol;
  if (is_name()) {
    name = symbol(current());
    append(pair, text_of_name());
    while (is_cf() && is(op(".")) && is_name(at_ + 1)) {  // a.b: 1
      go(at_ + 2);
      tree_.set_text(pair.last,
                     text_.substr(items_[key].begin, items_[at_ - 1].end - items_[key].begin));
    }
  } else if (is(op("["))) {
    const std::uint32_t closing = closing_of(at_);
    take();
    append(pair, assignment());
    if (closing + 1 < items_.size()) skip_to(closing);
    accept(op("]"));
  } else {
    append(pair, primary());
  }
  if (accept(op(":")) || (is_cf() && accept(op("=")))) {
    append(pair, assignment());
  } else if (is(op("("))) {
    append(pair, function_rest(from, accessor_name(prefix, name), kNoSymbol));
  } else if (name != kNoSymbol) {
    List value{named(NodeKind::kName, key, name), kNoNode};
    if (accept(op("="))) {
      List assigned = start(NodeKind::kAssign, key);
      set_op(assigned.parent, op("="));
      append(assigned, value.parent);
      append(assigned, assignment());
      value.parent = finish(assigned);
    }
    append(pair, value.parent);
  }
  return finish(pair);
}

// ---- new ----

NodeId Parser::creation() {
  if (depth_ >= bounds_.depth_max) return too_deep();
  const Deeper deeper(depth_);
  const std::uint32_t from = take();
  if (is_typed()) return typed_creation(from);
  List made = start(NodeKind::kNew, from);
  const std::uint32_t class_from = at_;
  NodeId of = primary();
  while (is(op(".")) || is(op("[")) || (is_cf() && is(op(":")) && is_name(at_ + 1))) {
    if (height(of) > bounds_.depth_max) {
      ++outcome_.too_deep_count;
      break;
    }
    if (is(op("["))) {
      of = index(of, class_from);
    } else {
      take();
      of = member(of, class_from);
    }
  }
  append(made, of);
  if (is(op("("))) arguments(made);
  return finish(made);
}

// Behind new in C# and Java.
NodeId Parser::typed_creation(std::uint32_t from) {
  go(is_java() ? skip_annotations(at_) : at_);
  if (is_java() && is(op("<"))) {
    const std::uint32_t behind = scan_type_arguments(at_);
    if (behind != kNoItem) go(behind);
  }
  const std::uint32_t type_from = at_;
  if (is(op("{"))) return elements_in_braces();
  if (is(op("["))) return created_array(from, at_, at_);
  List made = start(NodeKind::kNew, from);
  if (is_name()) {
    std::uint32_t end = at_;
    do {
      end = scan_dotted(is_op(end, op(".")) ? end + 1 : end);
      const std::uint32_t behind = is_op(end, op("<")) ? scan_type_arguments(end) : kNoItem;
      if (behind != kNoItem) end = behind;
    } while (is_op(end, op(".")) && is_name(end + 1));
    go(end);
    const bool has_suffix = is(op("?")) || is(op("*"));
    if (is(op("[")) || (has_suffix && is_op(at_ + 1, op("[")))) {
      if (has_suffix) take();
      return created_array(from, type_from, end);
    }
    append(made, type_node(type_from, end));
  } else {
    append(made, empty());
  }
  if (is(op("("))) arguments(made);
  if (is(op("{")) && is_sharp()) object_initialiser(made);
  if (is(op("{")) && is_java()) {  // a class without a name
    List body = start(NodeKind::kClass, at_);
    class_members(body, false, kNoSymbol);
    append(made, finish(body));
  }
  return finish(made);
}

// At the first "[" of an array's lengths; type_from == type_end if no type is written.
NodeId Parser::created_array(std::uint32_t from, std::uint32_t type_from, std::uint32_t type_end) {
  List sized;
  const Symbol element = type_from == type_end ? kNoSymbol : type_symbol(type_from, type_end);
  while (is(op("["))) {
    const std::uint32_t closing = closing_of(at_);
    std::uint32_t next = at_ + 1;
    while (is_op(next, op(","))) ++next;
    if (next == closing) {  // [] and [,]
      go(closing + 1);
      continue;
    }
    if (sized.parent == kNoNode) {
      sized = start(NodeKind::kIndex, type_from);
      append(sized, named_type(type_from, type_end, element));
    }
    take();
    values(sized, closing);
    accept(op("]"));
  }
  if (is(op("{"))) {
    const NodeId elements = elements_in_braces();
    if (elements == kNoNode) return elements;
    set_type(elements, array_of(element));
    tree_.at(elements).begin = item(from).begin;
    return finish(elements);
  }
  List made = start(NodeKind::kNew, from);
  append(made, sized.parent == kNoNode ? named_type(type_from, type_end, element) : finish(sized));
  return finish(made);
}

NodeId Parser::named_type(std::uint32_t from, std::uint32_t end, Symbol type) {
  const NodeId id = add(NodeKind::kName, from);
  set_name(id, type);
  if (end > from) set_range(id, item(from).begin, item(end - 1).end);
  return id;
}

// { Name = value, ... } or { elements } behind new T(...) of C#.
void Parser::object_initialiser(List& made) {
  const Inside inside(*this);
  const std::uint32_t closing = closing_of(at_);
  const std::uint32_t from = take();
  List elements;
  while (at_ < closing && !is_border()) {
    const std::uint32_t before = at_;
    if (accept(op(","))) continue;
    if (is(op(";")) && closing + 1 == items_.size()) break;
    if (is_name() && is_op(at_ + 1, op("="))) {
      List assigned = start(NodeKind::kAssign, at_);
      set_op(assigned.parent, op("="));
      append(assigned, named(NodeKind::kName, at_, symbol(current())));
      go(at_ + 2);
      append(assigned, initialiser());
      append(made, finish(assigned));
    } else {
      if (elements.parent == kNoNode) elements = start(NodeKind::kArray, from);
      const bool is_entry = is(op("{"));
      const NodeId element = initialiser_element();
      if (is_entry && element != kNoNode && tree_.children_count(element) == 2)
        tree_.at(element).kind = NodeKind::kPair;  // of a dictionary
      append(elements, element);
    }
    if (at_ == before) skip();
  }
  accept(op("}"));
  append(made, finish(elements.parent));
}

// typeof(T), sizeof(T), default(T): a call with the type as its argument.
NodeId Parser::type_in_parentheses() {
  const std::uint32_t from = at_;
  take();
  const NodeId callee = named(NodeKind::kName, from, symbol(items_[from]));
  const std::uint32_t closing = current().match;
  const std::uint32_t end = scan_type(at_ + 1);
  if (closing == kNoItem || end != closing) return callee;
  List made = start(NodeKind::kCall, from);
  append(made, callee);
  append(made, named_type(at_ + 1, end, type_symbol(at_ + 1, end)));
  go(closing + 1);
  return finish(made);
}

// ---- Lambdas ----

bool Parser::is_arrow(std::uint32_t number) const {
  return is_op(number, item(number).language == Language::kJava ? op("->") : op("=>"));
}

bool Parser::is_lambda() const {
  if (here_.arrow_is_no_lambda) return false;
  if (is_name()) return is_arrow(at_ + 1);
  return current().match != kNoItem && is_arrow(current().match + 1);
}

NodeId Parser::lambda() {
  const std::uint32_t from = at_;
  List made = start(NodeKind::kFunction, from);
  if (is_name()) {
    take();
    append(made, named(NodeKind::kParameter, from, symbol(items_[from])));
  } else {
    parameters(made);
  }
  if (is_arrow(at_)) take();
  append(made, lambda_body());
  return finish(made);
}

NodeId Parser::lambda_body() {
  if (is(op("{"))) return block();
  const std::uint32_t from = at_;
  List made = start(NodeKind::kBlock, from);
  List returned = start(NodeKind::kReturn, from);
  append(returned, assignment());
  append(made, finish(returned));
  return finish(made);
}

// delegate (T x) { } and delegate { } as values.
NodeId Parser::delegate() {
  List made = start(NodeKind::kFunction, at_);
  take();
  if (is(op("("))) parameters(made);
  append(made, is(op("{")) ? block() : empty());
  return finish(made);
}

}  // namespace pugmark::script::braces

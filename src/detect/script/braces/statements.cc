#include "detect/script/braces/parser.h"

namespace pugmark::script::braces {

void Parser::statement(List& out, Place place) {
  if (tree_.is_full()) return stop();
  if (depth_ >= bounds_.depth_max) {
    ++outcome_.too_deep_count;
    append(out, empty());
    return skip_deep_statement();
  }
  const Deeper deeper(depth_);
  switch (current().kind) {
    case ItemKind::kMarkup:
      return append(out, markup());
    case ItemKind::kExpressionBegins:
      return echo_region(out);
    case ItemKind::kExpressionEnds:
    case ItemKind::kEnd:
    case ItemKind::kCut:
      return;
    default:
      break;
  }
  if (accept(op(";"))) return;
  if (is(op("{"))) return append(out, block());
  if (is_typed()) go(skip_annotations(at_));
  if (labels()) return;
  if (is_cf() && cf_statement(out)) return;
  if (keyword_statement(out)) return;
  if (declaration(out, place)) return;
  expression_statement(out);
}

bool Parser::keyword_statement(List& out) {  // a switch
  const std::uint32_t next = item(at_ + 1).op;
  switch (current().word) {
    case Word::kIf:
      return if_statement(out), true;
    case Word::kWhile:
      return while_statement(out), true;
    case Word::kDo:
      return do_statement(out), true;
    case Word::kFor:
    case Word::kForEach:
      return for_statement(out), true;
    case Word::kSwitch:
      if (next != op("(")) return false;
      append(out, postfix_of_switch());
      end_statement();
      return true;
    case Word::kTry:
      return try_statement(out), true;
    case Word::kBreak:
    case Word::kContinue:
    case Word::kGoto:
      return jump_statement(out), true;
    case Word::kReturn:
    case Word::kThrow:
    case Word::kRethrow:
      return return_statement(out), true;
    case Word::kYield:
      if (is_js() || next == op("=") || next == op(".") || next == op("(")) return false;
      return return_statement(out), true;
    case Word::kWith:
      if (!is_js() || next != op("(")) return false;
      return with_statement(out), true;
    case Word::kUsing:
    case Word::kImport:
      if (current().word == Word::kUsing && next == op("(")) return guarded_statement(out), true;
      return using_or_import(out);
    case Word::kLock:
    case Word::kFixed:
    case Word::kSynchronized:
      if (next != op("(")) return false;
      return guarded_statement(out), true;
    case Word::kUnsafe:
    case Word::kChecked:
    case Word::kUnchecked:
      if (next != op("{")) return false;
      return guarded_statement(out), true;
    case Word::kAwait: {
      const Word following = item(at_ + 1).word;
      if (following != Word::kForEach && following != Word::kUsing) return false;
      take();
      return keyword_statement(out);
    }
    case Word::kAssert:
      take();
      append(out, expression());
      if (accept(op(":"))) append(out, expression());
      end_statement();
      return true;
    case Word::kDebugger:
      take();
      end_statement();
      return true;
    default:
      // "global using A;" of C#
      if (!is_sharp() || item(at_ + 1).word != Word::kUsing || written(current()) != "global")
        return false;
      take();
      return using_or_import(out);
  }
}

// "name:", any number of them. A statement may follow, but need not.
bool Parser::labels() {
  const std::uint32_t before = at_;
  while (is_name() && is_op(at_ + 1, op(":")) && !is(Word::kCase) && !is(Word::kDefault))
    go(at_ + 2);
  return at_ != before;
}

void Parser::statements(List& out, Place place) {
  while (!is(op("}")) && current().kind != ItemKind::kEnd && current().kind != ItemKind::kCut) {
    const std::uint32_t before = at_;
    statement(out, place);
    if (at_ == before) skip();
  }
}

// At "{". One that is never closed goes on to the end.
NodeId Parser::block(Place place) {
  const Inside inside(*this);
  List made = start(NodeKind::kBlock, at_);
  take();
  statements(made, place);
  accept(op("}"));
  return finish(made);
}

NodeId Parser::body() {
  if (is(op("{")) && depth_ < bounds_.depth_max) {
    const Deeper deeper(depth_);
    return block();
  }
  List made = start(NodeKind::kBlock, at_);
  if (!is(op("}")) && current().kind != ItemKind::kEnd) statement(made, Place::kCode);
  return finish(made);
}

NodeId Parser::condition() {
  if (!is(op("("))) return expression();
  const Inside inside(*this);
  const std::uint32_t opening = at_;
  take();
  const NodeId value = expression();
  if (items_[opening].match != kNoItem) skip_to(items_[opening].match);
  accept(op(")"));
  return value;
}

void Parser::end_statement() { accept(op(";")); }

void Parser::expression_statement(List& out) {
  const std::uint32_t before = at_;
  const NodeId value = expression();
  if (at_ == before) return;
  append(out, value);
  end_statement();
}

// if, else if, ... in a loop: there may be thousands. What lies deeper than the tree may be is put
// side by side in a block.
void Parser::if_statement(List& out) {
  std::vector<List> chain;
  NodeId otherwise = kNoNode;
  for (;;) {
    List made = start(NodeKind::kIf, at_);
    take();
    append(made, condition());
    append(made, body());
    finish(made);
    chain.push_back(made);
    if (accept(Word::kElse)) {
      if (is(Word::kIf)) continue;
      otherwise = body();
    } else if (is(Word::kElseIf)) {
      continue;
    }
    break;
  }
  if (chain.size() > bounds_.depth_max) {
    List flat = start(NodeKind::kBlock, at_);
    for (std::size_t i = bounds_.depth_max; i < chain.size(); ++i) append(flat, chain[i].parent);
    append(flat, otherwise);
    otherwise = finish(flat);
    ++outcome_.too_deep_count;
    chain.resize(bounds_.depth_max);
  }
  for (; !chain.empty(); chain.pop_back()) {
    append(chain.back(), otherwise);
    otherwise = finish(chain.back());
  }
  append(out, otherwise);
}

void Parser::while_statement(List& out) {
  List made = start(NodeKind::kLoop, at_);
  take();
  append(made, add(NodeKind::kBlock, at_));
  append(made, condition());
  append(made, add(NodeKind::kBlock, at_));
  append(made, body());
  append(out, finish(made));
}

void Parser::do_statement(List& out) {
  List made = start(NodeKind::kLoop, at_);
  take();
  append(made, add(NodeKind::kBlock, at_));
  const NodeId repeated = body();
  append(made, accept(Word::kWhile) ? condition() : empty());
  append(made, add(NodeKind::kBlock, at_));
  append(made, repeated);
  end_statement();
  append(out, finish(made));
}

// ---- for ----

void Parser::for_statement(List& out) {
  const std::uint32_t from = take();
  // for await (...), for each (...)
  if (is(Word::kAwait) || (is_js() && is_name() && is_op(at_ + 1, op("(")))) take();
  if (!is(op("("))) return;
  if (for_each(out, from)) return;
  const std::uint32_t closing = closing_of(at_);
  const bool is_closed = items_[at_].match != kNoItem;
  List made = start(NodeKind::kLoop, from);
  take();
  append(made, for_part(closing));
  NodeId asked = is(op(";")) || at_ >= closing ? empty() : expression();
  append(made, asked);
  accept(op(";"));
  append(made, for_part(closing));
  if (is_closed) skip_to(closing);
  accept(op(")"));
  append(made, body());
  append(out, finish(made));
}

// What runs first or after each round: declarations or values, up to ";" or the item `end`.
NodeId Parser::for_part(std::uint32_t end) {
  const Inside inside(*this);
  here_.in_is_no_operator = true;
  List made = start(NodeKind::kBlock, at_);
  while (at_ < end && !is_border() && !is(op(";")) && !is(op("}"))) {
    const std::uint32_t before = at_;
    std::uint32_t type_end = 0;
    if (accept(op(","))) continue;
    if (is_typed()) go(skip_annotations(at_));
    if (is(Word::kFinal) || is(Word::kRef)) take();
    if (is_typed() && declares_at(at_, type_end) && !is(Word::kAwait)) {
      const Symbol type = type_symbol(at_, type_end);
      go(type_end);
      variables(made, type);
    } else if (!is_typed() && (is(Word::kVar) || is(Word::kLet) || is(Word::kConst))) {
      untyped_variables(made);
    } else {
      append(made, expression());
    }
    if (at_ == before) skip();
  }
  accept(op(";"));
  return finish(made);
}

// At "(": "T x in y", "T x : y", "var x of y", "x in y". False, and nothing is taken, if it is
// none.
bool Parser::for_each(List& out, std::uint32_t from) {
  const std::uint32_t closing = items_[at_].match;
  std::uint32_t target = is_typed() ? skip_annotations(at_ + 1) : at_ + 1;
  while (item(target).word == Word::kFinal || item(target).word == Word::kRef ||
         item(target).word == Word::kReadonly)
    ++target;
  target = is_typed() ? skip_annotations(target) : target;
  const Word word = item(target).word;
  std::uint32_t end = 0;         // the word or colon
  std::uint32_t name = kNoItem;  // what is declared
  const bool has_word = word == Word::kVar || word == Word::kLet || word == Word::kConst;
  const auto is_opening = [&](std::uint32_t i) { return item(i).match != kNoItem; };
  if (has_word && is_opening(target + 1)) {
    end = item(++target).match + 1;  // var (a, b)
  } else if (is_typed() && declares_at(target, end)) {
    name = end++;
  } else if (has_word) {
    name = target + 1;
    end = scan_dotted(name);
    if (is_js() && is_op(end, op(":"))) end = scan_type(end + 1);
  } else if (is_name(target)) {
    end = scan_dotted(target);
  } else if (is_opening(target)) {
    end = item(target).match + 1;
  }
  const Item& between = item(end);
  const bool is_each = between.word == Word::kIn || between.word == Word::kOf ||
                       (between.op == op(":") && is_java());
  if (closing == kNoItem || end == 0 || end >= closing || !is_each) return false;
  List made = start(NodeKind::kForEach, from);
  NodeId variable = kNoNode;
  go(name == kNoItem ? target : name);
  if (name != kNoItem) {
    take();
    variable = named(NodeKind::kDeclare, name, symbol(items_[name]));
    if (is_typed()) set_type(variable, type_symbol(target, name));
  } else {
    here_.in_is_no_operator = true;
    variable = postfix(primary(), at_);
    here_.in_is_no_operator = false;
  }
  go(end + 1);
  const NodeId collection = expression();
  append(made, collection);
  append(made, variable);
  skip_to(closing);
  accept(op(")"));
  append(made, body());
  append(out, finish(made));
  return true;
}

// ---- switch ----

NodeId Parser::postfix_of_switch() {
  const std::uint32_t from = at_;
  const NodeId made = switch_node();
  return is(op(".")) ? postfix(made, from) : made;
}

NodeId Parser::switch_node() {
  if (depth_ >= bounds_.depth_max) return too_deep();
  const Deeper deeper(depth_);
  List made = start(NodeKind::kSwitch, at_);
  take();
  append(made, condition());
  if (!accept(op("{"))) return finish(made);
  const Inside inside(*this);
  while (!is(op("}")) && current().kind != ItemKind::kEnd && current().kind != ItemKind::kCut) {
    const std::uint32_t before = at_;
    if (tree_.is_full()) {
      stop();
    } else if (is(Word::kCase) || is(Word::kDefault)) {
      append(made, switch_case());
    } else {  // markup between "{" and the first case
      append(made, body());
    }
    if (at_ == before) skip();
  }
  accept(op("}"));
  return finish(made);
}

// From one case to the next.
NodeId Parser::switch_case() {
  List made = start(NodeKind::kBlock, at_);
  const bool is_default = is(Word::kDefault);
  take();
  {
    const Inside inside(*this);
    here_.arrow_is_no_lambda = true;
    while (!is_default && !is_border() && !is(op(":")) && !is(op("->")) && !is(op("}"))) {
      const std::uint32_t before = at_;
      if (accept(op(",")) || accept(Word::kDefault)) continue;
      if (accept(Word::kWhen)) {
        append(made, assignment());
      } else {
        append(made, is_typed() ? pattern() : expression());
      }
      if (at_ == before) break;
    }
  }
  if (accept(op("->"))) {
    statement(made, Place::kCode);
    return finish(made);
  }
  if (!accept(op(":"))) accept(op(";"));  // JScript takes both
  case_statements(made);
  return finish(made);
}

// Up to the next label.
void Parser::case_statements(List& list) {
  while (!is(Word::kCase) && !(is(Word::kDefault) && is_op(at_ + 1, op(":"))) && !is(op("}")) &&
         current().kind != ItemKind::kEnd && current().kind != ItemKind::kCut) {
    const std::uint32_t before = at_;
    statement(list, Place::kCode);
    if (at_ == before) skip();
  }
}

// ---- try, using and the like ----

void Parser::try_statement(List& out) {
  List made = start(NodeKind::kTry, at_);
  take();
  if (is_java() && is(op("("))) {  // with resources
    List tried = start(NodeKind::kBlock, at_);
    resources(tried);
    append(tried, body());
    append(made, finish(tried));
  } else {
    append(made, body());
  }
  while (is(Word::kCatch)) append(made, catch_block());
  if (accept(Word::kFinally)) append(made, body());
  append(out, finish(made));
}

// In parentheses: declarations or values, with semicolons between them.
void Parser::resources(List& list) {
  const std::uint32_t closing = items_[at_].match;
  take();
  while (closing != kNoItem && at_ < closing) {
    const std::uint32_t before = at_;
    append(list, for_part(closing));
    if (at_ == before) skip();
  }
  accept(op(")"));
}

NodeId Parser::catch_block() {
  List made = start(NodeKind::kBlock, at_);
  take();
  if (is(op("("))) {
    const std::uint32_t closing = closing_of(at_);
    std::uint32_t type = at_ + 1;
    if (is_typed()) type = skip_annotations(type);
    if (item(type).word == Word::kFinal) ++type;
    std::uint32_t end = is_js() ? type : scan_type(type);
    if (end == kNoItem) end = type + (is_cf() && item(type).kind == ItemKind::kText ? 1 : 0);
    while (is_java() && is_op(end, op("|")) && scan_type(end + 1) != kNoItem)
      end = scan_type(end + 1);
    const NodeId caught = add(NodeKind::kDeclare, type);
    if (is_name(end)) {
      set_name(caught, symbol(item(end)));
      if (end > type) set_type(caught, type_symbol(type, end));
    } else if (is_name(type)) {  // of C# a type alone, of the others a name
      if (is_sharp()) set_type(caught, type_symbol(type, end));
      if (!is_typed()) set_name(caught, symbol(item(type)));
    }
    go(closing + 1 < items_.size() ? closing : at_ + 1);
    append(made, finish(caught));
    accept(op(")"));
  } else {
    append(made, add(NodeKind::kDeclare, at_));
  }
  if (accept(Word::kWhen)) append(made, condition());
  if (accept(op("{"))) {
    const Inside inside(*this);
    statements(made, Place::kCode);
    accept(op("}"));
  }
  return finish(made);
}

// using (x) ..., lock (x) ..., fixed (T* p = x) ..., synchronized (x) ..., checked ...
void Parser::guarded_statement(List& out) {
  List made = start(NodeKind::kBlock, at_);
  take();
  if (is(op("("))) resources(made);
  append(made, body());
  append(out, finish(made));
}

void Parser::with_statement(List& out) {
  List made = start(NodeKind::kWith, at_);
  take();
  append(made, condition());
  append(made, body());
  append(out, finish(made));
}

// ---- Jumps ----

// break, continue, goto; which loop a label names is not told.
void Parser::jump_statement(List& out) {
  const bool is_goto = is(Word::kGoto);
  const NodeId made =
      is_goto ? kNoNode : add(is(Word::kBreak) ? NodeKind::kBreak : NodeKind::kContinue, at_);
  take();
  append(out, finish(made));
  if (is_goto) {
    while (!is_border() && !is(op(";")) && !is(op("}"))) pass();
  } else if (is_name() && !is_on_new_line()) {
    take();
  }
  end_statement();
}

// return, throw, yield return
void Parser::return_statement(List& out) {
  List made = start(NodeKind::kReturn, at_);
  const bool is_yield = is(Word::kYield);
  take();
  if (is_yield && is_sharp() && (is(Word::kReturn) || is(Word::kBreak))) take();
  const bool ends_here = is_border() || is(op(";")) || is(op("}")) || (is_js() && is_on_new_line());
  if (!ends_here) append(made, expression());
  end_statement();
  append(out, finish(made));
}

// ---- What is no statement of its own ----

// using A.B; using static A.B; using X = A.B; import a.b.*; and "using T x = ...", which declares.
bool Parser::using_or_import(List& out) {
  const std::uint32_t from = at_;
  if (is(Word::kUsing)) {
    std::uint32_t type_end = 0;
    if (item(at_ + 1).word != Word::kStatic && declares_at(at_ + 1, type_end)) {
      take();
      return false;
    }
  }
  take();
  if (is(Word::kStatic) || is(Word::kUnsafe)) take();
  if (is_js() && !is_name()) return false;  // import "x", import {a} from, import(x)
  Symbol alias = kNoSymbol;
  if (is_sharp() && is_name() && is_op(at_ + 1, op("="))) {
    alias = symbol(current());
    go(at_ + 2);
  }
  const std::uint32_t name_from = at_;
  std::uint32_t end = is_name() ? scan_dotted(at_) : at_;
  if (is_op(end, op(".")) && is_op(end + 1, op("*"))) end += 2;
  if (is_sharp() && scan_type(at_) != kNoItem) end = scan_type(at_);
  const Symbol name = name_from == end ? kNoSymbol : type_symbol(name_from, end);
  go(end);
  const NodeId made = named(NodeKind::kImport, from, name);
  set_type(made, alias);
  append(out, made);
  end_statement();
  return true;
}

// <%= values %>
void Parser::echo_region(List& out) {
  const std::uint32_t closing = closing_of(at_);
  const std::uint32_t from = at_;
  take();
  List made = start(NodeKind::kEcho, from);
  while (at_ < closing && !is_border()) {
    const std::uint32_t before = at_;
    // Of EL "prefix:function(value)" the function counts.
    if (accept(op(";")) || accept(op(",")) || (is_java() && accept(op(":")))) continue;
    const NodeId value = expression();
    if (at_ == before) {
      skip();
    } else {
      append(made, value);
    }
  }
  finish(made);
  if (current().kind == ItemKind::kExpressionEnds) take();
  append(out, made.parent);
}

}  // namespace pugmark::script::braces

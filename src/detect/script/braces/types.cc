// What looks like a type, found by looking ahead.
#include <algorithm>

#include "detect/script/braces/literals.h"
#include "detect/script/braces/parser.h"

namespace pugmark::script::braces {
namespace {

// More items than any list of type arguments that people write; what is longer is a comparison.
constexpr std::uint32_t kTypeArgumentItemsMax = 96;

bool is_primitive_name(std::string_view name) {
  constexpr std::string_view kNames[] = {"int",    "byte",   "char",    "string",  "object",
                                         "long",   "short",  "bool",    "boolean", "float",
                                         "uint",   "double", "decimal", "sbyte",   "ulong",
                                         "ushort", "void",   "nint",    "nuint"};
  for (const std::string_view known : kNames)
    if (known == name) return true;
  return false;
}

// How many lists of type arguments an operator closes.
std::uint32_t closed_by(std::uint32_t packed) {
  if (packed == op(">")) return 1;
  if (packed == op(">>")) return 2;
  return packed == op(">>>") ? 3 : 0;
}

// Names of types that nothing but a cast would put in parentheses alone: "(String)".
bool is_capital(std::string_view name) { return name[0] >= 'A' && name[0] <= 'Z'; }

}  // namespace

bool Parser::is_primitive(std::uint32_t number) const {
  return is_name(number) && is_primitive_name(written(item(number)));
}

// True for a word that can stand between two values, so that it cannot be the name of something
// declared.
bool Parser::is_operator_word(std::uint32_t number) const {
  switch (item(number).word) {
    case Word::kIs:
    case Word::kAs:
    case Word::kIn:
    case Word::kInstanceof:
    case Word::kSwitch:
      return true;
    case Word::kWith:
      return is_op(number + 1, op("{"));
    case Word::kWhen:
    case Word::kAnd:
    case Word::kOr:
      return item(number).language == Language::kCSharp && !is_op(number + 1, op("=")) &&
             !is_op(number + 1, op(",")) && !is_op(number + 1, op(")")) &&
             !is_op(number + 1, op(";"));
    default:
      return false;
  }
}

// "@Name", "@Name(...)" of Java, "[Name(...)]" of C#, any number of them.
std::uint32_t Parser::skip_annotations(std::uint32_t from) const {
  for (;;) {
    const Item& first = item(from);
    if (first.op == op("@") && first.language == Language::kJava && is_name(from + 1) &&
        item(from + 1).word != Word::kInterface) {
      from = scan_dotted(from + 1);
      if (is_op(from, op("(")) && item(from).match != kNoItem) from = item(from).match + 1;
    } else if (first.op == op("[") && first.language == Language::kCSharp &&
               first.match != kNoItem) {
      from = first.match + 1;
    } else {
      return from;
    }
  }
}

std::uint32_t Parser::scan_dotted(std::uint32_t from) const {
  while ((is_op(from + 1, op(".")) || is_op(from + 1, op("::"))) && is_name(from + 2)) from += 2;
  return from + 1;
}

std::uint32_t Parser::scan_type_suffixes(std::uint32_t from) const {
  for (;;) {
    if (is_op(from, op("["))) {
      std::uint32_t next = from + 1;
      while (is_op(next, op(","))) ++next;
      if (!is_op(next, op("]"))) return from;
      from = next + 1;
    } else if (item(from).language == Language::kCSharp &&
               (is_op(from, op("?")) || is_op(from, op("*")))) {
      ++from;
    } else if (is_op(from, op("...")) && item(from).language == Language::kJava) {
      ++from;
    } else {
      return from;
    }
  }
}

std::uint32_t Parser::scan_type(std::uint32_t from) const {
  if (item(from).language == Language::kJava) from = skip_annotations(from);
  if (is_op(from, op("(")) && item(from).language == Language::kCSharp) {  // a tuple
    if (item(from).match == kNoItem || is_op(from + 1, op(")"))) return kNoItem;
    return scan_type_suffixes(item(from).match + 1);
  }
  if (!is_name(from)) return kNoItem;
  from = scan_dotted(from);
  while (is_op(from, op("<"))) {
    const std::uint32_t behind = scan_type_arguments(from);
    if (behind == kNoItem) return kNoItem;
    from = behind;
    if (!is_op(from, op(".")) || !is_name(from + 1)) break;
    from = scan_dotted(from + 1);
  }
  return scan_type_suffixes(from);
}

// From "<" to the ">" that closes it, over at most kTypeArgumentItemsMax items of what types are
// made of.
std::uint32_t Parser::scan_type_arguments(std::uint32_t from) const {
  std::uint32_t depth = 0;
  for (std::uint32_t i = from; i < from + kTypeArgumentItemsMax; ++i) {
    const Item& one = item(i);
    const std::uint32_t closed = closed_by(one.op);
    switch (one.op) {
      case op("<"):
        ++depth;
        break;
      case op(">"):
      case op(">>"):
      case op(">>>"):
      case op("<>"):
      case op(","):
      case op("."):
      case op("?"):
      case op("*"):
      case op("&"):
      case op("["):
      case op("]"):
      case op("::"):
      case op("@"):
        break;
      case op("("):
      case op(")"):
        if (one.language != Language::kCSharp) return kNoItem;
        break;
      default:
        if (one.kind != ItemKind::kName || is_operator_word(i)) return kNoItem;
    }
    if (closed > depth) return kNoItem;
    depth -= closed;
    if (depth == 0) return i + 1;
  }
  return kNoItem;
}

// At "<" behind a name in an expression: type arguments, if what follows them could not follow a
// comparison (the rule of C#).
bool Parser::are_type_arguments(std::uint32_t& behind) const {
  behind = scan_type_arguments(at_);
  if (behind == kNoItem) return false;
  if (is_java()) return is_op(behind, op("::")) || is_op(behind, op("."));
  switch (item(behind).op) {
    case op("("):
    case op(")"):
    case op("]"):
    case op("}"):
    case op(":"):
    case op(";"):
    case op(","):
    case op("."):
    case op("?."):
    case op("?"):
    case op("=="):
    case op("!="):
    case op("|"):
    case op("^"):
    case op("&&"):
    case op("||"):
    case op("["):
    case op("{"):
      return true;
    default:
      return item(behind).kind == ItemKind::kEnd;
  }
}

// The type as one name: see the head of the class.
Symbol Parser::type_symbol(std::uint32_t from, std::uint32_t end) {
  if (is_java()) from = skip_annotations(from);
  if (item(from).word == Word::kVar && from + 1 == end) return kNoSymbol;
  if (from + 1 == end) return symbol(item(from));
  std::string made;
  std::string clean;
  std::uint32_t depth = 0;
  for (std::uint32_t i = from; i < end; ++i) {
    const Item& one = items_[i];
    if (one.op == op("<")) ++depth;
    const std::uint32_t closed = closed_by(one.op);
    const bool is_inside = depth > 0;
    depth -= std::min(closed, depth);
    if (is_inside || one.op == op("?")) continue;
    if (one.op == op("::")) {  // global::A.B is A.B
      if (made == "global") made.clear();
      if (!made.empty()) made += '.';
    } else if (one.op == op("...")) {
      made += "[]";
    } else if (one.op == kOddSpelling) {
      made += clean_name(written(one), one.language, clean);
    } else if (one.kind == ItemKind::kOperator) {  // it may be written in escapes
      for (std::uint32_t rest = one.op; rest != 0; rest >>= 8U)
        made += static_cast<char>(rest & 0xFFU);
    } else {
      made += written(one);
    }
  }
  return tree_.symbols().of(made);
}

// The type as the class of a kNew: names and members.
NodeId Parser::type_node(std::uint32_t from, std::uint32_t end) {
  const std::uint32_t after = at_;
  at_ = from;
  if (!is_name()) {
    const NodeId whole = named(NodeKind::kName, from, type_symbol(from, end));
    at_ = after;
    return whole;
  }
  if (is_name(at_ + 2) && is_op(at_ + 1, op("::"))) go(at_ + 2);
  take();
  NodeId node = named(NodeKind::kName, at_ - 1, symbol(items_[at_ - 1]));
  std::uint32_t depth = 0;
  while (at_ < end) {
    if (is(op("<"))) {
      ++depth;
    } else if (closed_by(current().op) > 0) {
      depth -= std::min(closed_by(current().op), depth);
    } else if (depth == 0 && (is(op(".")) || is(op("::")))) {
      if (height(node) >= bounds_.depth_max) {
        ++outcome_.too_deep_count;
        break;
      }
      take();
      node = member(node, from);
      continue;
    }
    take();
  }
  at_ = after;
  return node;
}

// True if a type stands at `from`, and behind it the name of what it declares.
bool Parser::declares_at(std::uint32_t from, std::uint32_t& type_end) const {
  type_end = scan_type(from);
  return type_end != kNoItem && is_name(type_end) && !is_operator_word(type_end);
}

// ---- Casts ----

bool Parser::operand_follows_cast(std::uint32_t number, bool is_sure) const {
  const Item& next = item(number);
  switch (next.kind) {
    case ItemKind::kName:
      return !is_operator_word(number);
    case ItemKind::kText:
    case ItemKind::kNumber:
    case ItemKind::kCharacter:
      return true;
    case ItemKind::kTemplate:
      return (next.op & kTemplateBegins) != 0;
    case ItemKind::kOperator:
      break;
    default:
      return false;
  }
  switch (next.op) {
    case op("("):
    case op("!"):
    case op("~"):
      return true;
    case op("-"):
    case op("+"):
    case op("--"):
    case op("++"):
    case op("*"):
    case op("&"):
      return is_sure;
    default:
      return false;
  }
}

// At "(": whether it holds a type, and a value follows. type_end is the item behind the type, so
// the closing parenthesis.
bool Parser::is_cast(std::uint32_t& type_end) const {
  if (!is_typed()) return false;
  const std::uint32_t closing = current().match;
  if (closing == kNoItem || is_op(at_ + 1, op("("))) return false;
  type_end = scan_type(at_ + 1);
  while (type_end != kNoItem && is_java() && is_op(type_end, op("&")))
    type_end = scan_type(type_end + 1);
  if (type_end != closing) return false;
  const std::uint32_t before = closing - 1;
  const bool is_array_or_generic = !is_name(before);
  const bool is_sure = is_primitive(before) || (is_array_or_generic && !is_op(before, op("*")));
  const bool is_named_call = is_sharp() && is_op(closing + 1, op("(")) && !is_sure &&
                             is_name(before) && !is_capital(written(item(before)));
  return !is_named_call && operand_follows_cast(closing + 1, is_sure);
}

}  // namespace pugmark::script::braces

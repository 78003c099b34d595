#include <algorithm>
#include <string>

#include "detect/script/python/python_parser.h"
#include "detect/script/python/python_text.h"
#include "detect/script/python/python_tokens.h"

// What a value begins with: constants, names, and what stands in brackets.
namespace pugmark::script {
namespace {

constexpr std::uint32_t kHolesDepthMax = 8;  // texts with code in texts with code in ...

}  // namespace

// kEmpty, and no token passed, if no value begins here.
NodeId PythonParser::operand() {
  switch (kind()) {
    case TokenKind::kText:
    case TokenKind::kTemplate:
      return texts();
    case TokenKind::kNumber: {
      const NodeId node = nodes_.add_constant(NodeKind::kNumber, text_of(*token_), begin(), end());
      advance();
      return node;
    }
    case TokenKind::kName:
      return is_value_word() ? name_operand() : add_empty();
    case TokenKind::kOperator:
      if (is_op(op("("))) return parentheses();
      if (is_op(op("["))) return list_display();
      if (is_op(op("{"))) return dict_display();
      if (is_op(op("`"))) return back_ticks();
      if (is_op(op("..."))) return name_operand();
      break;
    default:
      break;
  }
  return add_empty();
}

// False for words that cannot be names: an expression ends before them.
bool PythonParser::is_value_word() const {
  switch (word()) {
    case Word::kNone:
    case Word::kAsync:
    case Word::kAwait:
    case Word::kCase:
    case Word::kExec:
    case Word::kMatch:
    case Word::kNonlocal:
    case Word::kPrint:
    case Word::kType:
      return true;
    default:
      return false;
  }
}

NodeId PythonParser::name_operand() {
  const NodeId node = nodes_.add_named(NodeKind::kName, text_of(*token_), begin(), end());
  advance();
  return node;
}

// (), (a), (a, b), (a for b in c)
NodeId PythonParser::parentheses() {
  const std::uint32_t from = begin();
  advance();
  if (is_op(op(")"))) {
    advance();
    return nodes_.add(NodeKind::kArray, from, last_end_);
  }
  const NodeId first = argument();
  if (!is_op(op(","))) {
    end_brackets(op(")"));
    return first;
  }
  NodeList tuple = nodes_.wrap(NodeKind::kArray, first, last_end_);
  nodes_.start_at(tuple.parent, from);
  while (take(op(",")) && !is_op(op(")")) && !at_line_end() && !nodes_.is_full())
    nodes_.append(tuple, argument());
  end_brackets(op(")"));
  nodes_.stretch(tuple.parent, last_end_);
  return tuple.parent;
}

// [a, b], [a for b in c]
NodeId PythonParser::list_display() {
  NodeList list{add_here(NodeKind::kArray)};
  advance();
  bool is_first = true;
  while (!at_line_end() && !is_op(op("]")) && !nodes_.is_full()) {
    const NodeId element = expression();
    if (is_first && (word() == Word::kFor || word() == Word::kAsync)) {
      comprehension_into(list, element, true);
      break;
    }
    nodes_.append(list, element);
    is_first = false;
    if (!take(op(","))) break;
  }
  end_brackets(op("]"));
  nodes_.stretch(list.parent, last_end_);
  return list.parent;
}

// {a: b, **c}, {a, b}, {a: b for c in d}
NodeId PythonParser::dict_display() {
  NodeList list{add_here(NodeKind::kArray)};
  advance();
  bool is_first = true;
  while (!at_line_end() && !is_op(op("}")) && !nodes_.is_full()) {
    const NodeId entry = dict_entry();
    if (is_first && (word() == Word::kFor || word() == Word::kAsync)) {
      comprehension_into(list, entry, false);
      break;
    }
    nodes_.append(list, entry);
    is_first = false;
    if (!take(op(","))) break;
  }
  end_brackets(op("}"));
  nodes_.stretch(list.parent, last_end_);
  return list.parent;
}

NodeId PythonParser::dict_entry() {
  const NodeId key = expression();
  if (!take(op(":"))) return key;
  NodeList pair = nodes_.wrap(NodeKind::kPair, key, last_end_);
  nodes_.append(pair, expression());
  return pair.parent;
}

// The rest of (a for b in c), whose element was parsed.
NodeId PythonParser::comprehension(NodeId element) {
  NodeList list{nodes_.add(NodeKind::kArray, nodes_.begin_of(element), last_end_)};
  comprehension_into(list, element, false);
  return list.parent;
}

// `takes_tuple`: in a list, Python 2 needs no brackets around several values to go through.
void PythonParser::comprehension_into(NodeList& list, NodeId element, bool takes_tuple) {
  while (!nodes_.is_full()) {
    take(Word::kAsync);
    if (word() == Word::kFor) {
      NodeList each{add_here(NodeKind::kForEach)};
      advance();
      const NodeId what = targets();
      NodeId values = take(Word::kIn) ? collection() : add_empty();
      if (takes_tuple && is_op(op(","))) {
        NodeList tuple = nodes_.wrap(NodeKind::kArray, values, last_end_);
        while (take(op(",")) && !nodes_.is_full()) nodes_.append(tuple, collection());
        values = tuple.parent;
      }
      nodes_.append(each, values);
      nodes_.append(each, what);
      nodes_.append(each, nodes_.add(NodeKind::kBlock, last_end_, last_end_));
      nodes_.append(list, each.parent);
    } else if (take(Word::kIf)) {
      nodes_.append(list, collection());
    } else {
      break;
    }
  }
  nodes_.append(list, element);
}

// `x` stands for repr(x) in Python 2.
NodeId PythonParser::back_ticks() {
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  const std::uint32_t from = begin();
  NodeList node =
      nodes_.wrap(NodeKind::kCall, nodes_.add_named(NodeKind::kName, "repr", from, end()), end());
  advance();
  nodes_.append(node, expressions());
  while (!at_statement_end() && !is_op(op("`"))) skip_token();
  take(op("`"));
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

// "a" 'b' f"c": what stands side by side is joined.
NodeId PythonParser::texts() {
  const NodeId first = text();
  if (kind() != TokenKind::kText && kind() != TokenKind::kTemplate) return first;
  NodeList joined = nodes_.wrap(NodeKind::kInterpolated, first, last_end_);
  while ((kind() == TokenKind::kText || kind() == TokenKind::kTemplate) && !nodes_.is_full())
    nodes_.append(joined, text());
  return joined.parent;
}

NodeId PythonParser::text() {
  const Token& token = *token_;
  const PythonText parts = take_apart_python_text(text_, token);
  const std::uint32_t token_end = end();
  if (parts.is_formatted && holes_depth_ < kHolesDepthMax) {
    NodeList node{add_here(NodeKind::kInterpolated)};
    advance();
    formatted(node, parts);
    return node.parent;
  }
  if (parts.is_formatted) ++outcome_.too_deep_count;
  const NodeId node = nodes_.add_constant(NodeKind::kText,
                                          text_value(parts.content_begin, parts.content_end, parts),
                                          token.begin, token_end);
  advance();
  return node;
}

std::string_view PythonParser::text_value(std::uint32_t from, std::uint32_t to,
                                          const PythonText& parts) {
  const std::string_view written = text_.substr(from, to - from);
  const bool has_escapes = !parts.is_raw && written.find('\\') != std::string_view::npos;
  const bool has_braces =
      parts.is_formatted && written.find_first_of("{}") != std::string_view::npos;
  if (!has_escapes && !has_braces) return written;
  return nodes_.tree().keep(
      unescaped_python(written, parts.is_raw, parts.is_bytes, parts.is_formatted));
}

// The pieces and holes of an f-string.
void PythonParser::formatted(NodeList& node, const PythonText& parts) {
  std::uint32_t from = parts.content_begin;
  std::uint32_t at = from;
  while (at < parts.content_end && !nodes_.is_full()) {
    const char c = text_[at];
    const bool is_doubled = at + 1 < parts.content_end && text_[at + 1] == c;
    if (c == '\\') {
      at = behind_python_backslash(text_, at, parts.content_end, true);
    } else if (c == '{' && !is_doubled) {
      piece(node, from, at, parts);
      at = from = hole(node, at + 1, parts.content_end);
    } else {
      at += c == '{' ? 2U : 1U;
    }
  }
  piece(node, from, parts.content_end, parts);
}

void PythonParser::piece(NodeList& node, std::uint32_t from, std::uint32_t to,
                         const PythonText& parts) {
  if (from >= to) return;
  nodes_.append(node, nodes_.add_constant(NodeKind::kText, text_value(from, to, parts), from, to));
}

// The value of the hole from here on, and those of holes in its format. Gives the place behind.
std::uint32_t PythonParser::hole(NodeList& node, std::uint32_t from, std::uint32_t to) {
  const PythonHole hole_here = python_hole(text_, from, to);
  const std::uint32_t behind = std::min(hole_here.end + 1, to);
  if (holes_depth_ >= kHolesDepthMax) {
    ++outcome_.too_deep_count;
    return behind;
  }
  ++holes_depth_;
  if (from < hole_here.value_end) {
    std::vector<Token> tokens;
    tokenise_python_expression(text_, from, hole_here.value_end, bounds_.tokens_max, tokens);
    const Elsewhere elsewhere(*this, tokens);
    nodes_.append(node, expressions());
  }
  for (std::uint32_t at = hole_here.value_end; at < hole_here.end && !nodes_.is_full();) {
    if (text_[at] == '{') {
      at = hole(node, at + 1, hole_here.end);
    } else {
      ++at;
    }
  }
  --holes_depth_;
  return behind;
}

}  // namespace pugmark::script

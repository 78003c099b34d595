#include <algorithm>
#include <string>

#include "detect/script/basic/basic_parser.h"
#include "detect/script/basic/basic_tokens.h"

// What a value begins with: constants, names, and the words that make values.
namespace pugmark::script {
namespace {

constexpr std::uint32_t kHolesDepthMax = 8;  // texts with code in texts with code in ...

bool is_basic_space(char c) { return c == ' ' || c == '\t'; }

// Halves the doubled ones among `doubled` in a text.
std::string halved(std::string_view text, std::string_view doubled) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (i + 1 < text.size() && text[i + 1] == text[i] &&
        doubled.find(text[i]) != std::string_view::npos)
      ++i;
  }
  return out;
}

bool has_doubled(std::string_view text, std::string_view doubled) {
  return text.find_first_of(doubled) != std::string_view::npos;
}

}  // namespace

// kEmpty, and no token passed, if no value begins here.
NodeId BasicParser::operand() {
  const std::uint32_t end = begin() + token_->length;
  switch (kind()) {
    case TokenKind::kText:
      return text_operand();
    case TokenKind::kTemplate:
      return interpolated();
    case TokenKind::kNumber: {
      const NodeId node = nodes_.add_constant(NodeKind::kNumber, text_of(*token_), begin(), end);
      advance();
      return node;
    }
    case TokenKind::kName:
      return token_->op == 0 ? name_operand() : word_operand();
    case TokenKind::kOperator:
      if (is_op(op("("))) return parentheses();
      if (is_op(op("{"))) return braces();
      if (is_op(op(".")) && ahead(1).kind == TokenKind::kName) return member(with_object());
      if (is_op(op("!")) && ahead(1).kind == TokenKind::kName) return bang(with_object());
      break;
    default:
      break;
  }
  return nodes_.add(NodeKind::kEmpty, begin(), begin());
}

NodeId BasicParser::word_operand() {
  const bool is_called = is_op(ahead(1), op("("));
  switch (word()) {
    case Word::kIf:
    case Word::kIif:
      if (is_called) return conditional();
      break;
    case Word::kCast:
      if (is_called) return cast_call();
      break;
    case Word::kCType:
    case Word::kDirectCast:
    case Word::kTryCast:
      if (is_called) return typed_cast();
      break;
    case Word::kGetType:
      if (is_called) return get_type();
      break;
    case Word::kNew:
      return new_operand();
    case Word::kTypeOf:
      return type_of();
    case Word::kFunction:
    case Word::kSub:
      if (is_net() && is_called) return lambda();
      return nodes_.add(NodeKind::kEmpty, begin(), begin());
    case Word::kAsync:
    case Word::kIterator:
      if (word_of(ahead(1)) != Word::kFunction && word_of(ahead(1)) != Word::kSub) break;
      advance();
      return lambda();
    case Word::kAwait:
      if (ahead(1).kind != TokenKind::kName && !is_called) break;
      if (is_too_deep()) return too_deep();
      advance();
      {
        const Deeper deeper(*this);
        return primary();
      }
    case Word::kFrom:
    case Word::kAggregate:
      if (ahead(1).kind != TokenKind::kName) break;
      if (word_of(ahead(2)) == Word::kIn || word_of(ahead(2)) == Word::kAs) return query();
      break;
    default:
      break;
  }
  if (ends_basic_expression(word()) || word() == Word::kIf)
    return nodes_.add(NodeKind::kEmpty, begin(), begin());
  return name_operand();
}

NodeId BasicParser::name_operand() {
  const NodeId node =
      nodes_.add_named(NodeKind::kName, name_of(*token_), begin(), begin() + token_->length);
  advance();
  return node;
}

NodeId BasicParser::text_operand() {
  const NodeId node =
      nodes_.add_constant(NodeKind::kText, text_value(*token_), begin(), begin() + token_->length);
  advance();
  return node;
}

// Without quotes, and with doubled quotes halved.
std::string_view BasicParser::text_value(const Token& token) {
  std::string_view text = text_of(token);
  const std::size_t quote_bytes = text.front() == '"' ? 1 : 3;
  text.remove_prefix(std::min(quote_bytes, text.size()));
  if (text.size() >= 2 && (text.back() == 'c' || text.back() == 'C') &&
      text[text.size() - 2] == '"')
    text.remove_suffix(1);
  if (!text.empty() && text.back() == '"') {
    text.remove_suffix(1);
  } else if (text.ends_with("\xE2\x80\x9C") || text.ends_with("\xE2\x80\x9D")) {
    text.remove_suffix(3);
  }
  return has_doubled(text, "\"") ? nodes_.tree().keep(halved(text, "\"")) : text;
}

// The value between; several are a tuple.
NodeId BasicParser::parentheses() {
  const std::uint32_t from = begin();
  if (is_too_deep()) return too_deep();
  advance();
  const NodeId value = expression();
  if (is_op(op(",")) && is_net()) {
    NodeList tuple{nodes_.add(NodeKind::kArray, from, last_end_)};
    nodes_.append(tuple, value);
    advance();
    arguments(tuple, op(")"));
    nodes_.stretch(tuple.parent, last_end_);
    return tuple.parent;
  }
  while (!at_statement_end() && !is_op(op(")")) && !is_op(op(",")) && !is_op(op("}"))) skip_token();
  take(op(")"));
  return value;
}

NodeId BasicParser::braces() {
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  NodeList list{nodes_.add(NodeKind::kArray, begin(), begin() + token_->length)};
  advance();
  arguments(list, op("}"));
  nodes_.stretch(list.parent, last_end_);
  return list.parent;
}

// If(a, b, c), If(a, b), IIf(a, b, c); with any other number of values it is a call.
NodeId BasicParser::conditional() {
  const Token& name = *token_;
  NodeList list{nodes_.add(NodeKind::kConditional, begin(), begin() + token_->length)};
  const NodeId node = list.parent;
  advance();
  advance();
  arguments(list, op(")"));
  nodes_.stretch(node, last_end_);
  if (node == kNoNode) return node;
  const std::size_t count = nodes_.tree().children_count(node);
  if (count == 2 && word_of(name) == Word::kIf) {
    const NodeId first = nodes_.at(node).first_child;
    const NodeId empty = nodes_.add(NodeKind::kEmpty, nodes_.end_of(first), nodes_.end_of(first));
    nodes_.at(node).op = op("??");
    nodes_.insert_behind(first, empty);
  } else if (count != 3) {
    make_call(node, name);
  }
  return node;
}

// Of a node whose children are only arguments.
void BasicParser::make_call(NodeId node, const Token& name) {
  nodes_.at(node).kind = NodeKind::kCall;
  nodes_.at(node).name = kNoSymbol;
  nodes_.prepend(
      node, nodes_.add_named(NodeKind::kName, name_of(name), name.begin, name.begin + name.length));
}

// CInt(x)
NodeId BasicParser::cast_call() {
  const Token& name = *token_;
  NodeList list{nodes_.add(NodeKind::kCast, begin(), begin() + token_->length)};
  const NodeId node = list.parent;
  nodes_.at(node).name = nodes_.symbol(basic_cast_type(text_of(name)));
  advance();
  advance();
  arguments(list, op(")"));
  nodes_.stretch(node, last_end_);
  if (node != kNoNode && nodes_.tree().children_count(node) != 1) make_call(node, name);
  return node;
}

// CType(x, T)
NodeId BasicParser::typed_cast() {
  NodeList list{nodes_.add(NodeKind::kCast, begin(), begin() + token_->length)};
  advance();
  advance();
  nodes_.append(list, expression());
  if (take(op(","))) nodes_.at(list.parent).name = type_name(true);
  while (!at_statement_end() && !is_op(op(")"))) skip_token();
  take(op(")"));
  nodes_.stretch(list.parent, last_end_);
  return list.parent;
}

NodeId BasicParser::get_type() {
  NodeList list = nodes_.wrap(NodeKind::kCall, name_operand(), last_end_);
  advance();
  nodes_.append(list, type_expression());
  while (!at_statement_end() && !is_op(op(")"))) {
    if (is_op(op("("))) {
      pass_balanced();
    } else {
      skip_token();
    }
  }
  take(op(")"));
  nodes_.stretch(list.parent, last_end_);
  return list.parent;
}

// The name of a type as a value, without what it is generic over.
NodeId BasicParser::type_expression() {
  if (!is_name() || word() == Word::kWith) return nodes_.add(NodeKind::kEmpty, begin(), begin());
  NodeId node = name_operand();
  for (;;) {
    skip_generic_arguments();
    if (!is_op(op(".")) || ahead(1).kind != TokenKind::kName) return node;
    node = member(node);
  }
}

// New T(a) With {.B = c}, New T() {a, b}, New T() From {a, b}
NodeId BasicParser::new_operand() {
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  NodeList list{nodes_.add(NodeKind::kNew, begin(), begin() + token_->length)};
  advance();
  const NodeId type = type_expression();
  nodes_.append(list, type);
  take(op("?"));
  while (is_op(op("("))) {
    advance();
    arguments(list, op(")"));
  }
  if (is_op(op("{")) && is_net()) {
    new_array(list, type);
  } else {
    object_initialiser(list);
  }
  nodes_.stretch(list.parent, last_end_);
  return list.parent;
}

// New T() {a, b} is an array as {a, b} is one; New T(n) {} creates one of a size, and has T(n) as
// an index for its class.
void BasicParser::new_array(NodeList& node, NodeId type) {
  const NodeId elements = braces();
  if (node.parent == kNoNode || elements == kNoNode) return;
  const std::string element(text_.substr(nodes_.begin_of(type), nodes_.at(type).length));
  const bool has_sizes = nodes_.at(type).next != kNoNode;
  const bool has_elements = nodes_.at(elements).first_child != kNoNode;
  if (has_sizes && (!has_elements || !has_only_numbers_behind(type))) {
    const NodeId sized =
        nodes_.add(NodeKind::kIndex, nodes_.begin_of(type), nodes_.end_of(node.last));
    nodes_.move_children(node.parent, sized);
    node.last = kNoNode;
    nodes_.append(node, sized);
    if (has_elements) nodes_.append(node, elements);
    return;
  }
  Node& array = nodes_.at(node.parent);
  array.kind = NodeKind::kArray;
  array.type = nodes_.symbol(element + "[]");
  nodes_.move_children(elements, node.parent);
}

void BasicParser::object_initialiser(NodeList& node) {
  if (!is_net()) return;
  if (word() == Word::kFrom && is_op(ahead(1), op("{"))) {
    advance();
    nodes_.append(node, braces());
  }
  if (word() != Word::kWith || !is_op(ahead(1), op("{"))) return;
  advance();
  advance();
  while (!at_line_end() && !is_op(op("}")) && !nodes_.is_full()) {
    if (is_name() && !is_op(ahead(1), op("="))) advance();  // Key
    take(op("."));
    if (is_name() && is_op(ahead(1), op("="))) {
      const NodeId target = name_operand();
      nodes_.append(node, assignment(target));
    } else {
      nodes_.append(node, expression());
    }
    while (!at_line_end() && !is_op(op(",")) && !is_op(op("}"))) skip_token();
    if (!take(op(","))) break;
  }
  take(op("}"));
}

// TypeOf x Is T
NodeId BasicParser::type_of() {
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  advance();
  const NodeId value = primary();
  if (word() != Word::kIs && word() != Word::kIsNot) return value;
  NodeList list = nodes_.wrap(NodeKind::kBinary, value, last_end_);
  nodes_.at(list.parent).op = word() == Word::kIs ? op("Is") : op("IsNo");
  advance();
  nodes_.append(list, type_expression());
  return list.parent;
}

// Function(x) x + 1; Sub(x) f(x); and both with a block.
NodeId BasicParser::lambda() {
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  const Closer closer = word() == Word::kSub ? Closer::kSub : Closer::kFunction;
  NodeList node{nodes_.add(NodeKind::kFunction, begin(), begin() + token_->length)};
  advance();
  parameters(node);
  if (take(Word::kAs)) nodes_.at(node.parent).type = type_name(true);
  const bool was_in_line = in_line_lambda_;
  if (kind() == TokenKind::kNewLine) {
    in_line_lambda_ = false;
    function_body(node, closer);
  } else {
    in_line_lambda_ = true;
    NodeList block{nodes_.add(NodeKind::kBlock, begin(), begin())};
    if (closer == Closer::kSub) {
      statement(block);
    } else {
      nodes_.append(block, nodes_.wrap(NodeKind::kReturn, expression(), last_end_).parent);
    }
    nodes_.append(node, block.parent);
  }
  in_line_lambda_ = was_in_line;
  return node.parent;
}

// From x In y Where z Select w
NodeId BasicParser::query() {
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  NodeList list{nodes_.add(NodeKind::kArray, begin(), begin() + token_->length)};
  advance();
  query_sources(list);
  while (at_query_word() && !nodes_.is_full()) query_clause(list);
  nodes_.stretch(list.parent, last_end_);
  return list.parent;
}

void BasicParser::query_sources(NodeList& list) {
  do {
    const std::uint32_t from = begin();
    if (!is_name()) return;
    const NodeId target = loop_variable();
    if (!take(Word::kIn)) {
      nodes_.append(list, target);
      return;
    }
    NodeList each{nodes_.add(NodeKind::kForEach, from, last_end_)};
    nodes_.append(each, expression());
    nodes_.append(each, target);
    nodes_.append(each, empty_block());
    nodes_.append(list, each.parent);
  } while (take(op(",")));
}

// A query goes on over the end of the line if the next one begins like this.
bool BasicParser::at_query_word() const {
  const std::size_t from = kind() == TokenKind::kNewLine ? 1 : 0;
  const Token& next = ahead(from);
  const Token& behind = ahead(from + 1);
  switch (word_of(next)) {
    case Word::kSelect:
      return word_of(behind) != Word::kCase;
    case Word::kAggregate:
    case Word::kDistinct:
    case Word::kFrom:
    case Word::kGroup:
    case Word::kJoin:
    case Word::kLet:
    case Word::kOrder:
    case Word::kSkip:
    case Word::kTake:
    case Word::kWhere:
      return !is_op(behind, op("=")) && !is_op(behind, op("."));
    case Word::kAscending:
    case Word::kBy:
    case Word::kDescending:
    case Word::kEquals:
    case Word::kInto:
    case Word::kOn:
      return from == 0 || !is_op(behind, op("="));
    default:
      return false;
  }
}

void BasicParser::query_clause(NodeList& list) {
  skip_line_breaks();
  const Word clause = word();
  advance();
  if (word() == Word::kJoin && clause == Word::kGroup) advance();
  if (word() == Word::kBy || word() == Word::kWhile) advance();
  if (clause == Word::kFrom || clause == Word::kJoin || clause == Word::kAggregate ||
      (clause == Word::kGroup && word_of(ahead(1)) == Word::kIn)) {
    query_sources(list);
    return;
  }
  if (clause == Word::kAscending || clause == Word::kDescending || clause == Word::kDistinct) {
    if (!take(op(","))) return;
  }
  do {
    if (is_name() && is_op(ahead(1), op("="))) {
      const NodeId target = name_operand();
      nodes_.append(list, assignment(target));
    } else {
      nodes_.append(list, expression());
    }
  } while (take(op(",")) && !nodes_.is_full());
}

// $"text{code}text"
NodeId BasicParser::interpolated() {
  const Token& token = *token_;
  const std::uint32_t end = token.begin + token.length;
  if (holes_depth_ >= kHolesDepthMax) {
    ++outcome_.too_deep_count;
    const NodeId text = nodes_.add_constant(NodeKind::kText, text_of(token), token.begin, end);
    advance();
    return text;
  }
  NodeList node{nodes_.add(NodeKind::kInterpolated, token.begin, end)};
  const std::uint32_t text_end = end - token.begin > 2 && text_[end - 1] == '"' ? end - 1 : end;
  std::uint32_t from = token.begin + 2;
  std::uint32_t at = from;
  while (at < text_end) {
    const bool is_doubled = at + 1 < text_end && text_[at + 1] == text_[at];
    if (text_[at] != '{' || is_doubled) {
      at += is_doubled && (text_[at] == '{' || text_[at] == '"') ? 2U : 1U;
      continue;
    }
    piece(node, from, at);
    const std::uint32_t hole_end = end_of_basic_hole(text_, at + 1, text_end);
    hole(node, at + 1, hole_end);
    at = from = std::min(hole_end + 1, text_end);
  }
  piece(node, from, text_end);
  advance();
  return node.parent;
}

void BasicParser::piece(NodeList& node, std::uint32_t from, std::uint32_t to) {
  if (from >= to) return;
  std::string_view text = text_.substr(from, to - from);
  if (has_doubled(text, "\"{}")) text = nodes_.tree().keep(halved(text, "\"{}"));
  nodes_.append(node, nodes_.add_constant(NodeKind::kText, text, from, to));
}

// The value in text_[from, to); what tells how to format it is left out.
void BasicParser::hole(NodeList& node, std::uint32_t from, std::uint32_t to) {
  while (from < to && is_basic_space(text_[from])) ++from;
  std::vector<Token> tokens;
  tokenise_basic_range(text_, from, to, nodes_.language(), bounds_.tokens_max, tokens);
  tokens.push_back({TokenKind::kEnd, 0, to, 0});
  const Elsewhere elsewhere(*this, tokens);
  ++holes_depth_;
  nodes_.append(node, expression());
  --holes_depth_;
}

}  // namespace pugmark::script

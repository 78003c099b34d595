#include <algorithm>

#include "detect/script/perl/perl_parser.h"

// What a value begins with: constants, variables, names, and the words that make values.
namespace pugmark::script {
namespace {

// STDERR, LOG: names of files are written so, those of functions are not.
bool is_file_name(std::string_view name) {
  return std::none_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace

// kEmpty, and no token passed, if no value begins here.
NodeId PerlParser::operand() {
  switch (kind()) {
    case TokenKind::kText:
    case TokenKind::kTemplate:
    case TokenKind::kCommand:
    case TokenKind::kRegex:
      return quote();
    case TokenKind::kNumber: {
      const NodeId node = nodes_.add_constant(NodeKind::kNumber, text_of(*token_), begin(), end());
      advance();
      return node;
    }
    case TokenKind::kVariable:
      return sigil_operand();
    case TokenKind::kName:
      return token_->op == 0 ? name_operand() : word_operand();
    case TokenKind::kOperator:
      switch (token_->op) {
        case op("("):
          return parentheses();
        case op("["):
          return array(op("]"));
        case op("{"):
          return array(op("}"));
        case op("$"):
        case op("@"):
        case op("%"):
        case op("&"):
        case op("*"):
        case op("$#"):
          return sigil_operand();
        default:
          return add_empty();
      }
    default:
      return add_empty();
  }
}

NodeId PerlParser::variable(const Token& token) {
  std::string_view name = text_of(token);
  const char sigil = name.front();
  const bool is_last = name.size() > 2 && name[0] == '$' && name[1] == '#';
  name.remove_prefix(is_last ? 2 : 1);
  if (name.size() > 2 && name.front() == '{') {
    name = name.substr(1, name.size() - 2);
    while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
  }
  const std::uint32_t token_end = token.begin + token.length;
  const NodeKind kind_here = sigil == '&' || sigil == '*' ? NodeKind::kName : NodeKind::kVariable;
  const NodeId node = nodes_.add_named(kind_here, name, token.begin, token_end);
  if (sigil == '@' || sigil == '%') nodes_.at(node).op = static_cast<unsigned char>(sigil);
  if (!is_last) return node;
  const NodeId count = nodes_.wrap(NodeKind::kUnary, node, token_end).parent;
  nodes_.at(count).op = op("$#");
  return count;
}

// A variable, or what a sigil makes of a value that refers to something: @$x, %{f()}, &$x(a).
NodeId PerlParser::sigil_operand() {
  const Token& token = *token_;
  if (kind() == TokenKind::kVariable) {
    advance();
    const NodeId node = variable(token);
    if (text_[token.begin] == '*' && is_op(op("{"))) return element(node, op("}"));
    if (text_[token.begin] != '&') return node;
    if (is_op(op("("))) return call_of_value(node);
    return nodes_.wrap(NodeKind::kCall, node, last_end_).parent;
  }
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  advance();
  NodeId inner = kNoNode;
  if (is_op(op("{"))) {
    inner = value_of(block());
  } else if (kind() == TokenKind::kVariable || kind() == TokenKind::kOperator) {
    inner = begins_value() ? sigil_operand() : add_empty();
  } else {
    inner = add_empty();
  }
  if (token.op == op("&") && is_op(op("("))) return call_of_value(inner);
  // ${$x}[0] is an element of what $x refers to, as $x->[0] is.
  if (token.op == op("$") && (is_op(op("[")) || is_op(op("{"))))
    return element(inner, is_op(op("[")) ? op("]") : op("}"));
  NodeList node{nodes_.add(NodeKind::kUnary, token.begin, last_end_)};
  nodes_.at(node.parent).op = token.op;
  nodes_.append(node, inner);
  return node.parent;
}

NodeId PerlParser::plain_name() {
  const NodeId node = nodes_.add_named(NodeKind::kName, text_of(*token_), begin(), end());
  advance();
  return node;
}

// A name nobody knows: a key, a class, a function with or without brackets, a constant.
NodeId PerlParser::name_operand() {
  if (is_op(ahead(1), op("=>"))) {
    const NodeId node = nodes_.add_constant(NodeKind::kText, text_of(*token_), begin(), end());
    advance();
    return node;
  }
  if (is_op(ahead(1), op("("))) return call_of_value(plain_name());
  const Token& next = ahead(1);
  if (is_op(next, op("{"))) return mapping();  // first { a } b
  const bool has_arguments =
      next.kind == TokenKind::kOperator
          ? is_op(next, op("\\")) || is_op(next, op("@")) || is_op(next, op("$"))
          : begins_value(next);
  return has_arguments ? named_call(false) : plain_name();
}

// (), (a), (a, b)
NodeId PerlParser::parentheses() {
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  const std::uint32_t from = begin();
  advance();
  NodeList list{nodes_.add(NodeKind::kArray, from, last_end_)};
  list_until(list, op(")"));
  nodes_.stretch(list.parent, last_end_);
  const NodeId only = nodes_.at(list.parent).first_child;
  const bool is_one = only != kNoNode && only == list.last && !is_op(op("[")) &&
                      nodes_.at(only).kind != NodeKind::kPair &&
                      nodes_.at(only).kind != NodeKind::kDeclare;
  return is_one ? only : list.parent;
}

// [a, b], {a => b}
NodeId PerlParser::array(std::uint32_t closing) {
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  NodeList list{add_here(NodeKind::kArray)};
  advance();
  list_until(list, closing);
  nodes_.stretch(list.parent, last_end_);
  return list.parent;
}

// my $x, my ($x, $y). What is ours was there before, and keeps what it holds.
NodeId PerlParser::declaration() {
  const std::uint32_t from = begin();
  if (text_of(*token_) == "our") {
    advance();
    return postfix(operand());
  }
  advance();
  if (is_name() && ahead(1).kind == TokenKind::kVariable) advance();  // my Dog $spot
  if (kind() == TokenKind::kVariable) return declared(from);
  if (!take(op("("))) return add_empty();
  NodeList list{nodes_.add(NodeKind::kArray, from, last_end_)};
  while (!at_statement_end() && !is_op(op(")")) && !nodes_.is_full()) {
    if (kind() == TokenKind::kVariable) {
      nodes_.append(list, declared(begin()));
    } else if (is_name()) {
      nodes_.append(list, plain_name());  // undef
    }
    while (!at_statement_end() && !is_op(op(",")) && !is_op(op(")"))) skip_token();
    if (!take(op(","))) break;
  }
  take(op(")"));
  pass_attribute();
  nodes_.stretch(list.parent, last_end_);
  return list.parent;
}

// my $x :shared
void PerlParser::pass_attribute() {
  if (!is_op(op(":")) || ahead(1).kind != TokenKind::kName) return;
  if (text_of(ahead(1)) != "shared") return;
  advance();
  advance();
}

NodeId PerlParser::declared(std::uint32_t from) {
  const std::string_view text = text_of(*token_);
  const NodeId node = nodes_.add_named(NodeKind::kDeclare, text.substr(1), from, end());
  if (text.front() == '@' || text.front() == '%')
    nodes_.at(node).op = static_cast<unsigned char>(text.front());
  advance();
  pass_attribute();
  return node;
}

// <F>, <$f>, <>, <*.c>
NodeId PerlParser::angle() {
  const Token& token = *token_;
  std::string_view inside = text_of(token);
  inside.remove_prefix(1);
  if (!inside.empty() && inside.back() == '>') inside.remove_suffix(1);
  const std::uint32_t from = token.begin + 1;
  const auto to = from + static_cast<std::uint32_t>(inside.size());
  const bool is_variable = !inside.empty() && inside.front() == '$';
  const std::string_view name = inside.substr(is_variable ? 1 : 0);
  const bool is_file = std::all_of(name.begin(), name.end(),
                                   [](char c) { return is_perl_name_char(c) || c == ':'; });
  NodeList node = nodes_.wrap(
      NodeKind::kCall,
      nodes_.add_named(NodeKind::kName, is_file ? "readline" : "glob", token.begin, from), end());
  if (!is_file) {
    NodeList pattern{nodes_.add(NodeKind::kInterpolated, from, to)};
    pieces(pattern, from, to);
    nodes_.append(node, pattern.parent);
  } else if (!name.empty()) {
    nodes_.append(node, nodes_.add_named(is_variable ? NodeKind::kVariable : NodeKind::kName, name,
                                         from, to));
  }
  advance();
  return node.parent;
}

NodeId PerlParser::word_operand() {
  switch (word()) {
    case Word::kMy:
      return declaration();
    case Word::kLocal: {
      if (is_too_deep()) return too_deep();
      const Deeper deeper(*this);
      advance();
      return postfix(operand());
    }
    case Word::kSub:
      if (is_too_deep()) return too_deep();
      return function(false);
    case Word::kEval:
      return eval_operand();
    case Word::kDo:
      return do_operand();
    case Word::kRequire:
      return require_operand();
    case Word::kPrint:
      return print_operand();
    case Word::kMapping:
      return mapping();
    case Word::kNew:
      return created();
    case Word::kUnaryOperator:
      return named_call(true);
    case Word::kListOperator:
      return named_call(false);
    case Word::kReturn:
      return return_operand();
    case Word::kNot:
      if (is_too_deep()) return too_deep();
      advance();
      return negated(assignment());
    case Word::kLoopControl:
      return loop_control();
    case Word::kNoArguments: {
      const NodeId node = nodes_.wrap(NodeKind::kCall, plain_name(), last_end_).parent;
      if (is_op(op("(")) && is_op(ahead(1), op(")"))) {
        advance();
        advance();
      }
      return node;
    }
    default:
      if (!begins_value()) return add_empty();
      return name_operand();
  }
}

// last, next LABEL, which say nothing of how many loops they leave; goto &f is a call.
NodeId PerlParser::loop_control() {
  const Token& next = ahead(1);
  const bool has_value = next.kind == TokenKind::kVariable || is_op(next, op("&")) ||
                         is_op(next, op("\\")) || is_op(next, op("$"));
  if (has_value) return named_call(false);
  const std::string_view name = text_of(*token_);
  const std::uint32_t from = begin();
  advance();
  if (is_name() && (token_->op == 0 || word() == Word::kBegin)) advance();
  const NodeKind kind_here = name == "last"   ? NodeKind::kBreak
                             : name == "next" ? NodeKind::kContinue
                                              : NodeKind::kEmpty;
  return nodes_.add(kind_here, from, last_end_);
}

// eval { a }, eval a
NodeId PerlParser::eval_operand() {
  if (!is_op(ahead(1), op("{"))) return named_call(true);
  NodeList node{add_here(NodeKind::kTry)};
  advance();
  nodes_.append(node, block());
  return node.parent;
}

// do { a }, do "file"
NodeId PerlParser::do_operand() {
  if (is_op(ahead(1), op("{"))) {
    advance();
    return block();
  }
  return require_operand();
}

// require F::G, require "file"
NodeId PerlParser::require_operand() {
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  const Token& token = *token_;
  const NodeId node = add_here(NodeKind::kImport);
  advance();
  if (is_name() && token_->op == 0 && !is_op(ahead(1), op("("))) {
    nodes_.at(node).name = nodes_.symbol(text_of(*token_));
    advance();
    nodes_.stretch(node, last_end_);
    return node;
  }
  nodes_.at(node).kind = NodeKind::kInclude;
  nodes_.at(node).name = nodes_.symbol(text_of(token));
  NodeList list{node};
  nodes_.append(list, begins_value() ? unary() : add_empty());
  return node;
}

// True if the word here is followed by what to print to.
bool PerlParser::has_file_handle() const {
  const Token& handle = *token_;
  const Token& next = ahead(1);
  if (is_op(op("{"))) return true;
  const bool is_bare = handle.kind == TokenKind::kName && handle.op == 0 && next.op != op("(") &&
                       next.op != op("->") && next.op != op("::");
  const bool is_scalar = handle.kind == TokenKind::kVariable && text_[handle.begin] == '$';
  if (!is_bare && !is_scalar) return false;
  if (next.kind != TokenKind::kOperator) {
    if (next.kind == TokenKind::kEnd) return is_bare && is_file_name(text_of(handle));
    return begins_value(next) && next.kind != TokenKind::kRegex;
  }
  switch (next.op) {
    case op(";"):
    case op("}"):
      return is_bare && is_file_name(text_of(handle));
    case op("$"):
    case op("@"):
    case op("\\"):
      return true;
    case op("("):
      return is_scalar;
    case op("&"):
      return ahead(2).begin == next.begin + next.length;
    default:
      return false;
  }
}

// print a, print F a, print {$f} a, and all of it in brackets.
NodeId PerlParser::print_operand() {
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  const Token& word_token = *token_;
  NodeList node{add_here(NodeKind::kEcho)};
  advance();
  const bool is_in_brackets = take(op("("));
  NodeId handle = kNoNode;
  if (has_file_handle()) {
    handle = is_op(op("{"))                   ? value_of(block())
             : kind() == TokenKind::kVariable ? sigil_operand()
                                              : plain_name();
  }
  const bool is_client = handle == kNoNode || (nodes_.at(handle).kind == NodeKind::kName &&
                                               nodes_.at(handle).name == nodes_.symbol("STDOUT"));
  if (!is_client) {
    nodes_.at(node.parent).kind = NodeKind::kCall;
    nodes_.append(node, nodes_.add_named(NodeKind::kName, text_of(word_token), word_token.begin,
                                         word_token.begin + word_token.length));
    nodes_.append(node, handle);
  }
  if (is_in_brackets) {
    list_until(node, op(")"));
  } else {
    arguments(node);
  }
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

// What stands behind a list operator: all up to `or`, `and`, a modifier or a bracket.
void PerlParser::arguments(NodeList& node) {
  while (begins_value() && !nodes_.is_full()) {
    const Token* const before = token_;
    nodes_.append(node, list_element());
    bool has_comma = false;
    while (take(op(",")) || take(op("=>"))) has_comma = true;
    if (!has_comma || token_ == before) break;
  }
}

// map { a } b, grep(a, b), sort f b
NodeId PerlParser::mapping() {
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  NodeList node = nodes_.wrap(NodeKind::kCall, plain_name(), last_end_);
  const bool is_in_brackets = take(op("("));
  if (is_op(op("{"))) {
    NodeList function{nodes_.add(NodeKind::kFunction, begin(), begin())};
    nodes_.append(function, block());
    nodes_.append(node, function.parent);
    take(op(","));
  } else if (begins_with_comparer()) {
    nodes_.append(node, is_name() ? plain_name() : sigil_operand());
  }
  if (is_in_brackets) {
    list_until(node, op(")"));
  } else {
    arguments(node);
  }
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

// sort f @a, sort f keys %a, sort $f @a
bool PerlParser::begins_with_comparer() const {
  const Token& next = ahead(1);
  if (kind() != TokenKind::kVariable && (!is_name() || token_->op != 0)) return false;
  return next.kind == TokenKind::kVariable || is_op(next, op("@")) ||
         (next.kind == TokenKind::kName && !is_op(ahead(2), op("=>")) &&
          (word_of(next) == Word::kUnaryOperator || word_of(next) == Word::kMapping ||
           word_of(next) == Word::kListOperator || word_of(next) == Word::kNone));
}

// new F(a)
NodeId PerlParser::created() {
  if (ahead(1).kind != TokenKind::kName || word_of(ahead(1)) != Word::kNone) return name_operand();
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  NodeList node{add_here(NodeKind::kNew)};
  advance();
  nodes_.append(node, plain_name());
  if (take(op("("))) {
    list_until(node, op(")"));
  } else {
    arguments(node);
  }
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

// f(a, b), f a, b; a unary operator takes one value, or none.
NodeId PerlParser::named_call(bool is_unary) {
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  const std::string_view name = text_of(*token_);
  NodeList node = nodes_.wrap(NodeKind::kCall, plain_name(), last_end_);
  if (take(op("("))) {
    list_until(node, op(")"));
  } else if (!is_unary) {
    if (is_op(op("{")) && (name == "exec" || name == "system")) {  // exec { $file } @arguments
      nodes_.append(node, block());
    }
    arguments(node);
  } else if (begins_argument()) {
    nodes_.append(node, shift_operand());
  }
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

// Behind a word that needs no argument a sign joins, unless what it belongs to touches it.
bool PerlParser::begins_argument() const {
  if (!begins_value() || is_op(op("{"))) return false;
  const bool is_sign =
      is_op(op("-")) || is_op(op("+")) || is_op(op("*")) || is_op(op("%")) || is_op(op("&"));
  return !is_sign || ahead(1).begin == end();
}

NodeId PerlParser::return_operand() {
  if (is_too_deep()) return too_deep();
  const Deeper deeper(*this);
  NodeList node{add_here(NodeKind::kReturn)};
  advance();
  if (begins_value()) nodes_.append(node, comma_list());
  return node.parent;
}

}  // namespace pugmark::script

#include <algorithm>
#include <string>

#include "detect/script/perl/perl_parser.h"

// Statements, and what they hold.
namespace pugmark::script {
namespace {

// So much of the text, and so much more, is searched in vain for brackets in strings.
constexpr std::size_t kSearchesOfText = 4;
constexpr std::size_t kSearchBytesMore = 65'536;

}  // namespace

PerlParser::PerlParser(std::span<const Token> tokens, std::span<const Region> regions,
                       std::uint16_t source, const ParseBounds& bounds, Tree& tree)
    : TokenParser(tokens, source, bounds, tree),
      regions_(regions),
      search_budget_bytes_(kSearchesOfText * text_.size() + kSearchBytesMore) {
  nodes_.set_language(Language::kPerl);
}

ParseOutcome PerlParser::parse() {
  NodeList root{nodes_.add(NodeKind::kBlock, 0, static_cast<std::uint32_t>(text_.size()))};
  if (token_ == tokens_end_) return finished(root.parent);
  while (!is_end() && !nodes_.is_full()) {
    statements(root);
    if (is_op(op("}"))) skip_token();
  }
  return finished(root.parent);
}

bool PerlParser::take(Word word_wanted) {
  if (word() != word_wanted) return false;
  advance();
  return true;
}

bool PerlParser::at_statement_end() const {
  return is_end() || is_op(op(";")) || is_op(op("}")) || kind() == TokenKind::kMarkup;
}

// Passes over what is not understood. Brackets hold no end of a statement.
void PerlParser::end_statement() {
  while (!at_statement_end()) {
    if (is_op(op("{"))) {
      ++outcome_.skipped_tokens;
      pass_braces();
    } else {
      skip_token();
    }
  }
  take(op(";"));
}

// From a '{' to behind the '}' that closes it.
void PerlParser::pass_braces() {
  std::size_t level = 0;
  for (; !is_end(); advance()) {
    if (is_op(op("{"))) ++level;
    if (is_op(op("}")) && --level == 0) {
      advance();
      return;
    }
  }
}

// Passes over the expression here, up to where the bracket around it closes or the statement ends.
NodeId PerlParser::too_deep() {
  ++outcome_.too_deep_count;
  const std::uint32_t from = begin();
  std::size_t level = 0;
  for (; !is_end() && kind() != TokenKind::kMarkup; advance()) {
    if (is_op(op("(")) || is_op(op("[")) || is_op(op("{"))) {
      ++level;
    } else if (is_op(op(")")) || is_op(op("]")) || is_op(op("}"))) {
      if (level == 0) break;
      --level;
    } else if (level == 0 && (is_op(op(",")) || is_op(op(";")))) {
      break;
    }
  }
  return nodes_.add(NodeKind::kEmpty, from, std::max(from, last_end_));
}

void PerlParser::find_region() {
  if (texts_depth_ > 0) {  // what a text holds is no expression of the page
    in_expression_region_ = false;
    return;
  }
  while (region_at_ < regions_.size() &&
         regions_[region_at_].begin + regions_[region_at_].length <= begin())
    ++region_at_;
  in_expression_region_ = region_at_ < regions_.size() &&
                          regions_[region_at_].kind == Region::Kind::kExpression &&
                          begin() >= regions_[region_at_].begin;
}

void PerlParser::statements(NodeList& list) {
  while (!is_end() && !is_op(op("}")) && !nodes_.is_full()) {
    if (take(op(";"))) continue;
    if (kind() == TokenKind::kMarkup) {
      markup(list);
      continue;
    }
    find_region();
    const Token* const before = token_;
    if (in_expression_region_) {
      NodeList echo{nodes_.add(NodeKind::kEcho, begin(), begin())};
      nodes_.append(echo, expression());
      nodes_.append(list, echo.parent);
      end_statement();
    } else {
      statement(list);
    }
    if (token_ == before) skip_token();
  }
}

void PerlParser::markup(NodeList& list) {
  NodeList node{add_here(NodeKind::kEcho)};
  nodes_.append(node, nodes_.add_constant(NodeKind::kText, text_of(*token_), begin(), end()));
  nodes_.append(list, node.parent);
  advance();
}

void PerlParser::statement(NodeList& list) {
  if (is_name() && is_op(ahead(1), op(":")) && token_->op == 0) {  // a label
    advance();
    advance();
    if (at_statement_end()) return;
  }
  if (is_op(op("{"))) {
    nodes_.append(list, block());
    if (take(Word::kContinue)) nodes_.append(list, block());
    return;
  }
  if (block_statement(list)) return;
  word_statement(list);
}

bool PerlParser::block_statement(NodeList& list) {
  switch (word()) {
    case Word::kIf:
    case Word::kUnless:
      nodes_.append(list, if_statement());
      return true;
    case Word::kWhile:
    case Word::kUntil:
      nodes_.append(list, while_statement());
      return true;
    case Word::kFor:
      nodes_.append(list, for_statement());
      return true;
    case Word::kSub:
      if (ahead(1).kind != TokenKind::kName) return false;
      nodes_.append(list, function(true));
      return true;
    case Word::kBegin:
      if (!is_op(ahead(1), op("{"))) return false;
      advance();
      nodes_.append(list, block());
      return true;
    case Word::kTry:
      if (!is_op(ahead(1), op("{"))) return false;
      nodes_.append(list, try_statement());
      return true;
    case Word::kGiven:
    case Word::kWhen:
      if (!is_op(ahead(1), op("("))) return false;
      nodes_.append(list, given_statement());
      return true;
    case Word::kDefault:
      if (!is_op(ahead(1), op("{"))) return false;
      advance();
      nodes_.append(list, block());
      return true;
    case Word::kPackage:
      package_statement(list);
      return true;
    default:
      return false;
  }
}

void PerlParser::word_statement(NodeList& list) {
  if (word() == Word::kUse) {
    use_statement(list);
  } else {
    expression_statement(list);
  }
  end_statement();
}

NodeId PerlParser::block() {
  NodeList node{add_here(NodeKind::kBlock)};
  if (!is_op(op("{"))) return node.parent;
  if (is_too_deep()) {
    ++outcome_.too_deep_count;
    pass_braces();
    nodes_.append(node, nodes_.add(NodeKind::kEmpty, last_end_, last_end_));
    return node.parent;
  }
  const Deeper deeper(*this);
  advance();
  statements(node);
  take(op("}"));
  nodes_.stretch(node.parent, last_end_);
  return node.parent;
}

// A block with one value in it, where it stands for that.
NodeId PerlParser::value_of(NodeId block) {
  const NodeId only = nodes_.at(block).first_child;
  return block != kNoNode && only != kNoNode && nodes_.at(only).next == kNoNode ? only : block;
}

NodeId PerlParser::negated(NodeId value) {
  const NodeId node = nodes_.wrap(NodeKind::kUnary, value, last_end_).parent;
  nodes_.at(node).op = op("!");
  return node;
}

// (a)
NodeId PerlParser::condition(bool is_negated) {
  while (!at_statement_end() && !is_op(op("(")) && !is_op(op("{"))) skip_token();
  if (!take(op("("))) return add_empty();
  NodeId value = is_op(op(")")) ? add_empty() : expression();
  while (!at_statement_end() && !is_op(op(")"))) skip_token();
  take(op(")"));
  return is_negated ? negated(value) : value;
}

NodeId PerlParser::if_statement() {
  const std::size_t clauses_before = clauses_.size();
  do {
    NodeList node{add_here(NodeKind::kIf)};
    const bool is_negated = word() == Word::kUnless;
    advance();
    nodes_.append(node, condition(is_negated));
    nodes_.append(node, block());
    clauses_.push_back(node);
  } while (word() == Word::kElsif && !nodes_.is_full());
  if (take(Word::kElse)) {
    const NodeId otherwise = block();  // which may make the list of clauses longer, and move it
    nodes_.append(clauses_.back(), otherwise);
  }
  return join_clauses(clauses_before);
}

NodeId PerlParser::loop_node(std::uint32_t from, NodeId first, NodeId condition, NodeId after,
                             NodeId body) {
  NodeList node{nodes_.add(NodeKind::kLoop, from, from)};
  const auto part = [this](NodeId statement) {
    NodeList block{nodes_.add(NodeKind::kBlock, last_end_, last_end_)};
    if (statement == kNoNode) return block.parent;
    nodes_.start_at(block.parent, nodes_.begin_of(statement));
    nodes_.append(block, statement);
    return block.parent;
  };
  nodes_.append(node, part(first));
  nodes_.append(node, condition);
  nodes_.append(node, part(after));
  nodes_.append(node, body);
  return node.parent;
}

NodeId PerlParser::while_statement() {
  const std::uint32_t from = begin();
  const bool is_negated = word() == Word::kUntil;
  advance();
  const NodeId until = condition(is_negated);
  const NodeId body = block();
  const NodeId after = take(Word::kContinue) ? block() : kNoNode;
  return loop_node(from, kNoNode, until, after, body);
}

// for my $x (list) {}, for (list) {}, for (a; b; c) {}
NodeId PerlParser::for_statement() {
  const std::uint32_t from = begin();
  advance();
  NodeId target = kNoNode;
  if (word() == Word::kMy) {
    target = declaration();
  } else if (kind() == TokenKind::kVariable) {
    target = variable(*token_);
    advance();
  }
  if (!is_op(op("("))) {
    while (!at_statement_end() && !is_op(op("{")) && !is_op(op("("))) skip_token();
  }
  const std::uint32_t list_begin = begin();
  const bool has_list = take(op("("));
  const NodeId first = !has_list || is_op(op(")")) || is_op(op(";")) ? kNoNode : expression();
  if (target == kNoNode && is_op(op(";"))) return for_rest(first, from);
  while (has_list && !at_statement_end() && !is_op(op(")"))) skip_token();
  take(op(")"));
  NodeList node{nodes_.add(NodeKind::kForEach, from, last_end_)};
  nodes_.append(node, first != kNoNode ? first
                                       : nodes_.add(NodeKind::kArray, list_begin,
                                                    std::max(list_begin, last_end_)));
  if (target == kNoNode) target = nodes_.add(NodeKind::kVariable, last_end_, last_end_);
  if (nodes_.at(target).name == kNoSymbol && nodes_.at(target).kind == NodeKind::kVariable)
    nodes_.at(target).name = nodes_.symbol("_");
  nodes_.append(node, target);
  nodes_.append(node, block());
  if (take(Word::kContinue)) nodes_.append(node, block());
  return node.parent;
}

// ; b; c) {}
NodeId PerlParser::for_rest(NodeId first, std::uint32_t from) {
  advance();
  const NodeId condition = is_op(op(";")) ? add_empty() : expression();
  take(op(";"));
  const NodeId after = is_op(op(")")) ? kNoNode : expression();
  while (!at_statement_end() && !is_op(op(")"))) skip_token();
  take(op(")"));
  return loop_node(from, first, condition, after, block());
}

// given (a) { when (b) { } default { } }: each `when` is an if.
NodeId PerlParser::given_statement() {
  const bool is_given = word() == Word::kGiven;
  NodeList node{add_here(is_given ? NodeKind::kBlock : NodeKind::kIf)};
  advance();
  nodes_.append(node, condition(false));
  nodes_.append(node, block());
  return node.parent;
}

NodeId PerlParser::try_statement() {
  NodeList node{add_here(NodeKind::kTry)};
  advance();
  nodes_.append(node, block());
  while ((word() == Word::kCatch || word() == Word::kFinally) && !nodes_.is_full()) {
    NodeList part{add_here(NodeKind::kBlock)};
    const bool is_catch = word() == Word::kCatch;
    advance();
    if (is_catch) {
      const NodeId declared = nodes_.add(NodeKind::kDeclare, last_end_, last_end_);
      if (take(op("(")) && kind() == TokenKind::kVariable) {
        nodes_.at(declared).name = nodes_.symbol(text_of(*token_).substr(1));
        advance();
      }
      take(op(")"));
      nodes_.append(part, declared);
    }
    nodes_.append(part, block());
    nodes_.append(node, part.parent);
  }
  take(op(";"));
  return node.parent;
}

void PerlParser::package_statement(NodeList& list) {
  advance();
  while (is_name() || kind() == TokenKind::kNumber) advance();
  if (is_op(op("{"))) {
    nodes_.append(list, block());
  } else {
    end_statement();
  }
}

// use F a, b; use 5.010; use constant A => 1; no F;
void PerlParser::use_statement(NodeList& list) {
  const std::uint32_t from = begin();
  advance();
  if (!is_name()) {  // a version
    while (kind() == TokenKind::kNumber) advance();
    return;
  }
  const std::string_view name = text_of(*token_);
  advance();
  if (kind() == TokenKind::kNumber && !is_op(ahead(1), op(","))) advance();
  if (name == "constant") {
    constants(list);
    return;
  }
  NodeList node{nodes_.add_named(NodeKind::kImport, name, from, last_end_)};
  if (!at_statement_end()) nodes_.append(node, expression());
  nodes_.append(list, node.parent);
}

// A => 1; { A => 1, B => 2 }
void PerlParser::constants(NodeList& list) {
  const bool is_several = take(op("{"));
  while (!at_statement_end() && !nodes_.is_full()) {
    const NodeId name = assignment();
    const bool has_name = nodes_.at(name).kind == NodeKind::kText;
    if (!has_name || !(take(op("=>")) || take(op(",")))) {
      nodes_.append(list, name);
      break;
    }
    const std::string_view written = nodes_.tree().text(name);
    NodeList node =
        nodes_.wrap(NodeKind::kDeclare, is_several ? assignment() : comma_list(), last_end_);
    nodes_.start_at(node.parent, nodes_.begin_of(name));
    nodes_.at(node.parent).name = nodes_.symbol(written);
    nodes_.append(list, node.parent);
    if (!is_several || !take(op(","))) break;
  }
  if (is_several) take(op("}"));
}

// sub f($a, $b = 1) { }; without a name it is a value.
NodeId PerlParser::function(bool is_named) {
  NodeList node{add_here(NodeKind::kFunction)};
  advance();
  if (is_named) {
    nodes_.at(node.parent).name = nodes_.symbol(text_of(*token_));
    advance();
  }
  if (is_op(op("("))) parameters(node);
  while (take(op(":"))) {  // attributes
    if (is_name()) advance();
    if (is_op(op("("))) {
      while (!at_statement_end() && !is_op(op(")"))) advance();
      take(op(")"));
    }
  }
  if (is_op(op("{"))) {
    nodes_.append(node, block());
  } else {
    nodes_.append(node, nodes_.add(NodeKind::kBlock, last_end_, last_end_));
    if (is_named) end_statement();
  }
  return node.parent;
}

void PerlParser::parameters(NodeList& node) {
  advance();
  while (!at_statement_end() && !is_op(op(")")) && !nodes_.is_full()) {
    if (kind() == TokenKind::kVariable) {
      const Token& name = *token_;
      NodeList parameter{
          nodes_.add_named(NodeKind::kParameter, text_of(name).substr(1), begin(), end())};
      advance();
      if (take(op("=")) || take(op("//=")) || take(op("||="))) {
        if (!is_op(op(",")) && !is_op(op(")"))) nodes_.append(parameter, assignment());
      }
      nodes_.append(node, parameter.parent);
    }
    while (!at_statement_end() && !is_op(op(",")) && !is_op(op(")"))) skip_token();
    if (!take(op(","))) break;
  }
  take(op(")"));
}

void PerlParser::expression_statement(NodeList& list) {
  NodeId value = expression();
  if (value != kNoNode && nodes_.at(value).kind == NodeKind::kName)  // f;
    value = nodes_.wrap(NodeKind::kCall, value, last_end_).parent;
  nodes_.append(list, modified(value));
}

// a if b; a for b. More than one at once is not Perl, but costs nothing.
NodeId PerlParser::modified(NodeId statement) {
  for (;;) {
    switch (word()) {
      case Word::kIf:
      case Word::kUnless:
      case Word::kWhile:
      case Word::kUntil:
      case Word::kFor:
      case Word::kWhen:
        if (nodes_.is_high(statement)) return statement;
        statement = modified_once(statement);
        break;
      default:
        return statement;
    }
  }
}

NodeId PerlParser::block_of(NodeId statement) {
  if (nodes_.at(statement).kind == NodeKind::kBlock && statement != kNoNode) return statement;
  return nodes_.wrap(NodeKind::kBlock, statement, nodes_.end_of(statement)).parent;
}

NodeId PerlParser::modified_once(NodeId statement) {
  const Word modifier = word();
  const std::uint32_t from = nodes_.begin_of(statement);
  advance();
  NodeId value = expression();
  if (modifier == Word::kUnless || modifier == Word::kUntil) value = negated(value);
  if (modifier == Word::kWhile || modifier == Word::kUntil)
    return loop_node(from, kNoNode, value, kNoNode, block_of(statement));
  const bool is_each = modifier == Word::kFor;
  NodeList node{nodes_.add(is_each ? NodeKind::kForEach : NodeKind::kIf, from, from)};
  nodes_.append(node, value);
  if (is_each)
    nodes_.append(node, nodes_.add_named(NodeKind::kVariable, "_", last_end_, last_end_));
  nodes_.append(node, block_of(statement));
  return node.parent;
}

ParseOutcome parse_perl(std::span<const Token> tokens, std::span<const Region> regions,
                        std::uint16_t source, const ParseBounds& bounds, Tree& tree) {
  return PerlParser(tokens, regions, source, bounds, tree).parse();
}

}  // namespace pugmark::script

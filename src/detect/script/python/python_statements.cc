#include <algorithm>

#include "detect/script/python/python_parser.h"

// Lists of statements, and which one begins here.
namespace pugmark::script {

PythonParser::PythonParser(std::span<const Token> tokens, std::span<const Region> regions,
                           std::uint16_t source, const ParseBounds& bounds, Tree& tree)
    : TokenParser(tokens, source, bounds, tree), regions_(regions) {
  nodes_.set_language(Language::kPython);
}

ParseOutcome PythonParser::parse() {
  NodeList root{nodes_.add(NodeKind::kBlock, 0, static_cast<std::uint32_t>(text_.size()))};
  if (token_ == tokens_end_) return finished(root.parent);
  while (!is_end() && !nodes_.is_full()) {
    statements(root);
    if (kind() == TokenKind::kDedent) advance();
  }
  return finished(root.parent);
}

bool PythonParser::take(Word word_wanted) {
  if (word() != word_wanted) return false;
  advance();
  return true;
}

bool PythonParser::at_line_end() const {
  switch (kind()) {
    case TokenKind::kNewLine:
    case TokenKind::kMarkup:
    case TokenKind::kIndent:
    case TokenKind::kDedent:
    case TokenKind::kEnd:
      return true;
    default:
      return false;
  }
}

void PythonParser::end_statement() {
  while (!at_statement_end()) skip_token();
  if (kind() == TokenKind::kNewLine || is_op(op(";"))) advance();
}

void PythonParser::find_region() {
  while (region_at_ < regions_.size() &&
         regions_[region_at_].begin + regions_[region_at_].length <= begin())
    ++region_at_;
  in_expression_region_ = region_at_ < regions_.size() &&
                          regions_[region_at_].kind == Region::Kind::kExpression &&
                          begin() >= regions_[region_at_].begin;
}

// Passes over the expression here, up to where the bracket around it closes or the statement ends.
NodeId PythonParser::too_deep() {
  ++outcome_.too_deep_count;
  const std::uint32_t from = begin();
  std::size_t level = 0;
  for (; !at_line_end(); advance()) {
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

// Passes over a block of lines.
void PythonParser::too_deep_block() {
  ++outcome_.too_deep_count;
  std::size_t level = 0;
  for (; !is_end(); advance()) {
    if (kind() == TokenKind::kIndent) ++level;
    if (kind() == TokenKind::kDedent && --level == 0) break;
  }
  advance();
}

// Up to the end of the block. An indentation that nothing asks for opens none.
void PythonParser::statements(NodeList& list) {
  std::size_t needless = 0;
  while (!is_end() && !nodes_.is_full()) {
    if (kind() == TokenKind::kNewLine || is_op(op(";"))) {
      advance();
    } else if (kind() == TokenKind::kIndent) {
      ++needless;
      advance();
    } else if (kind() == TokenKind::kDedent) {
      if (needless == 0) return;
      --needless;
      advance();
    } else if (kind() == TokenKind::kMarkup) {
      markup(list);
    } else {
      statement_or_region(list);
    }
  }
}

void PythonParser::statement_or_region(NodeList& list) {
  find_region();
  const Token* const before = token_;
  if (in_expression_region_) {
    NodeList echo{nodes_.add(NodeKind::kEcho, begin(), begin())};
    nodes_.append(echo, expressions());
    nodes_.append(list, echo.parent);
    end_statement();
  } else {
    statement(list);
  }
  if (token_ == before) skip_token();
}

void PythonParser::statement(NodeList& list) {
  if (word() == Word::kAsync && ahead(1).kind == TokenKind::kName) advance();
  switch (word()) {
    case Word::kIf:
      nodes_.append(list, if_statement());
      return;
    case Word::kWhile:
      while_statement(list);
      return;
    case Word::kFor:
      for_statement(list);
      return;
    case Word::kTry:
      nodes_.append(list, try_statement());
      return;
    case Word::kWith:
      nodes_.append(list, with_statement());
      return;
    case Word::kClass:
      nodes_.append(list, class_statement());
      return;
    case Word::kDef:
      nodes_.append(list, function());
      return;
    case Word::kMatch:
      if (!is_match()) break;
      nodes_.append(list, match_statement());
      return;
    default:
      break;
  }
  if (is_op(op("@"))) {
    decorator(list);
  } else {
    statement_of_word(list);
  }
  end_statement();
}

void PythonParser::statement_of_word(NodeList& list) {
  switch (word()) {
    case Word::kPass:
      advance();
      return;
    case Word::kBreak:
    case Word::kContinue:
      nodes_.append(list,
                    add_here(word() == Word::kBreak ? NodeKind::kBreak : NodeKind::kContinue));
      advance();
      return;
    case Word::kPrint:
      if (!is_print()) break;
      print_statement(list);
      return;
    case Word::kExec:
      exec_statement(list);
      return;
    case Word::kReturn:
      return_statement(list);
      return;
    case Word::kRaise:
      raise_statement(list);
      return;
    case Word::kDel:
      delete_statement(list);
      return;
    case Word::kAssert:
      assert_statement(list);
      return;
    case Word::kGlobal:
    case Word::kNonlocal:
      global_statement(list);
      return;
    case Word::kImport:
      import_statement(list);
      return;
    case Word::kFrom:
      from_statement(list);
      return;
    case Word::kType:
      if (ahead(1).kind == TokenKind::kName && word_of(ahead(1)) == Word::kNone) advance();
      break;
    default:
      break;
  }
  expression_statement(list);
}

NodeId PythonParser::block() {
  NodeList block{nodes_.add(NodeKind::kBlock, begin(), begin())};
  block_into(block);
  return block.parent;
}

// What stands behind a ':': lines of their own, or the rest of this one.
void PythonParser::block_into(NodeList& block) {
  while (!at_line_end() && !is_op(op(":"))) skip_token();
  take(op(":"));
  if (kind() == TokenKind::kNewLine) {
    advance();
    lines(block);
    return;
  }
  if (is_too_deep()) {
    nodes_.append(block, too_deep());
    return;
  }
  const Deeper deeper(*this);
  while (!at_line_end() && !nodes_.is_full()) {
    const Token* const before = token_;
    statement(block);
    if (token_ == before) skip_token();
    if (last_kind_ == TokenKind::kNewLine || last_kind_ == TokenKind::kDedent) break;
  }
}

// What is indented further than the line before. Between there may be markup.
void PythonParser::lines(NodeList& block) {
  while (kind() == TokenKind::kMarkup || kind() == TokenKind::kNewLine) {
    if (kind() == TokenKind::kMarkup) {
      markup(block);
    } else {
      advance();
    }
  }
  if (kind() != TokenKind::kIndent) return;
  if (is_too_deep()) {
    nodes_.append(block, add_empty());
    too_deep_block();
    return;
  }
  const Deeper deeper(*this);
  advance();
  statements(block);
  if (kind() == TokenKind::kDedent) advance();
}

void PythonParser::markup(NodeList& list) {
  NodeList node{add_here(NodeKind::kEcho)};
  nodes_.append(node, nodes_.add_constant(NodeKind::kText, text_of(*token_), begin(), end()));
  nodes_.append(list, node.parent);
  advance();
}

ParseOutcome parse_python(std::span<const Token> tokens, std::span<const Region> regions,
                          std::uint16_t source, const ParseBounds& bounds, Tree& tree) {
  return PythonParser(tokens, regions, source, bounds, tree).parse();
}

}  // namespace pugmark::script

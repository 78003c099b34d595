#include "detect/script/basic/basic_parser.h"

#include <algorithm>

namespace pugmark::script {

BasicParser::BasicParser(std::span<const Token> tokens, std::span<const Region> regions,
                         std::uint16_t source, const ParseBounds& bounds, Tree& tree)
    : TokenParser(tokens, source, bounds, tree), regions_(regions) {
  nodes_.set_language(Language::kVbScript);
}

ParseOutcome BasicParser::parse() {
  NodeList root{nodes_.add(NodeKind::kBlock, 0, static_cast<std::uint32_t>(text_.size()))};
  if (token_ == tokens_end_) return finished(root.parent);
  find_region();
  while (!is_end() && !nodes_.is_full()) statements(root);
  return finished(root.parent);
}

bool BasicParser::take(Word word_wanted) {
  if (word() != word_wanted) return false;
  advance();
  return true;
}

bool BasicParser::at_line_end() const {
  return kind() == TokenKind::kNewLine || kind() == TokenKind::kMarkup || is_end();
}

bool BasicParser::at_statement_end() const {
  if (at_line_end() || is_op(op(":"))) return true;
  if (in_line_lambda_ && (is_op(op(")")) || is_op(op(",")) || is_op(op("}")))) return true;
  switch (word()) {
    case Word::kElse:
    case Word::kElseIf:
    case Word::kEnd:
    case Word::kEndIf:
    case Word::kLoop:
    case Word::kNext:
    case Word::kWend:
      return true;
    default:
      return false;
  }
}

void BasicParser::skip_to_statement_end() {
  while (!at_line_end() && !is_op(op(":"))) skip_token();
}

void BasicParser::pass_statement() {
  while (!at_line_end() && !is_op(op(":"))) advance();
}

void BasicParser::skip_line_breaks() {
  while (kind() == TokenKind::kNewLine) advance();
}

void BasicParser::pass_balanced() {
  std::size_t level = 0;
  while (!at_line_end()) {
    if (is_op(op("(")) || is_op(op("{"))) {
      ++level;
    } else if (is_op(op(")")) || is_op(op("}"))) {
      --level;
    }
    advance();
    if (level == 0) return;
  }
}

NodeId BasicParser::too_deep() {
  ++outcome_.too_deep_count;
  const std::uint32_t from = begin();
  std::size_t level = 0;
  for (; !at_line_end(); advance()) {
    if (is_op(op("(")) || is_op(op("{"))) {
      ++level;
    } else if (is_op(op(")")) || is_op(op("}"))) {
      if (level == 0) break;
      --level;
    } else if (level == 0 && is_op(op(","))) {
      break;
    }
  }
  return nodes_.add(NodeKind::kEmpty, from, std::max(from, last_end_));
}

// Without the brackets and type characters that are no part of it.
std::string_view BasicParser::plain_name(std::string_view name) {
  if (name.size() >= 2 && name.front() == '[') return name.substr(1, name.size() - 2);
  if (name.size() >= 2 && (name.back() == '$' || name.back() == '%')) name.remove_suffix(1);
  return name;
}

ParseOutcome parse_basic(std::span<const Token> tokens, std::span<const Region> regions,
                         std::uint16_t source, const ParseBounds& bounds, Tree& tree) {
  return BasicParser(tokens, regions, source, bounds, tree).parse();
}

}  // namespace pugmark::script

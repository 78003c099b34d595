#include <algorithm>
#include <string>

#include "detect/script/perl/perl_parser.h"
#include "detect/script/perl/perl_text.h"
#include "detect/script/perl/perl_tokens.h"

// Texts of all kinds, and the code in them.
namespace pugmark::script {
namespace {

constexpr std::uint32_t kTextsDepthMax = 8;  // texts with code in texts with code in ...

}  // namespace

NodeId PerlParser::quote() {
  const Token& token = *token_;
  if (kind() == TokenKind::kText && token.op == op("<")) return angle();
  if (text_.substr(token.begin, 2) == "<<") return heredoc();
  const PerlQuote quote = perl_quote_at(text_, token.begin, token.begin + token.length);
  NodeId node = kNoNode;
  switch (quote.kind) {
    case PerlQuoteKind::kInterpolated:
      node = template_of(NodeKind::kInterpolated, quote.first_begin, quote.first_end, token);
      break;
    case PerlQuoteKind::kCommand:
      node = template_of(NodeKind::kCommand, quote.first_begin, quote.first_end, token);
      break;
    case PerlQuoteKind::kWords:
      node = words(quote);
      break;
    case PerlQuoteKind::kSubstitution:
      node = substitution(quote);
      break;
    case PerlQuoteKind::kTransliteration:
      node = transliteration(quote);
      break;
    case PerlQuoteKind::kMatch:
    case PerlQuoteKind::kRegex:
      node = nodes_.add_constant(NodeKind::kRegex, text_of(token), begin(), end());
      break;
    default: {
      const std::string_view written =
          text_.substr(quote.first_begin, quote.first_end - quote.first_begin);
      const bool has_escapes = written.find('\\') != std::string_view::npos;
      node = nodes_.add_constant(
          NodeKind::kText,
          has_escapes ? nodes_.tree().keep(unescaped_perl_plain(written, quote.delimiter))
                      : written,
          begin(), end());
    }
  }
  advance();
  return node;
}

NodeId PerlParser::heredoc() {
  const Token& token = *token_;
  const auto text_end = static_cast<std::uint32_t>(text_.size());
  const PerlHeredoc mark = perl_heredoc_at(text_, token.begin, token.begin + token.length);
  const std::uint32_t from = token.op == 0 ? token.begin + token.length : token.op;
  const std::uint32_t to =
      token.op == 0 ? from : perl_heredoc_body(text_, from, text_end, mark).end;
  NodeId node = kNoNode;
  if (mark.is_plain) {
    node = nodes_.add_constant(NodeKind::kText, text_.substr(from, to - from), begin(), to);
  } else {
    node = template_of(NodeKind::kInterpolated, from, to, token);
  }
  advance();
  return node;
}

// A text with variables in it; a kText if there are none and it is no command.
NodeId PerlParser::template_of(NodeKind kind, std::uint32_t from, std::uint32_t to,
                               const Token& token) {
  const std::string_view written = text_.substr(from, to - from);
  const std::uint32_t node_end = std::max(token.begin + token.length, to);
  const bool is_constant = written.find_first_of("$@") == std::string_view::npos;
  if (kind == NodeKind::kInterpolated && is_constant) {
    const bool has_escapes = written.find('\\') != std::string_view::npos;
    return nodes_.add_constant(NodeKind::kText,
                               has_escapes ? nodes_.tree().keep(unescaped_perl(written)) : written,
                               token.begin, node_end);
  }
  NodeList node{nodes_.add(kind, token.begin, node_end)};
  pieces(node, from, to);
  return node.parent;
}

// Texts and the variables between them, with their elements.
void PerlParser::pieces(NodeList& node, std::uint32_t from, std::uint32_t to) {
  std::uint32_t at = from;
  while (at < to && !nodes_.is_full()) {
    const char c = text_[at];
    if (c == '\\') {
      at += 2;
      continue;
    }
    const std::uint32_t variable_end =
        c == '$' || c == '@' ? end_of_perl_variable(text_, at, to, search_budget_bytes_) : at;
    if (variable_end == at) {
      ++at;
      continue;
    }
    piece(node, from, at);
    nodes_.append(node, code(at, variable_end));
    at = from = variable_end;
  }
  piece(node, from, to);
}

void PerlParser::piece(NodeList& node, std::uint32_t from, std::uint32_t to) {
  if (from >= to) return;
  const std::string_view written = text_.substr(from, to - from);
  const bool has_escapes = written.find('\\') != std::string_view::npos;
  nodes_.append(
      node, nodes_.add_constant(NodeKind::kText,
                                has_escapes ? nodes_.tree().keep(unescaped_perl(written)) : written,
                                from, to));
}

// The value of the code in text_[from, to).
NodeId PerlParser::code(std::uint32_t from, std::uint32_t to) {
  if (texts_depth_ >= kTextsDepthMax || is_too_deep()) {
    ++outcome_.too_deep_count;
    return nodes_.add(NodeKind::kEmpty, from, to);
  }
  const Deeper deeper(*this);
  std::vector<Token> tokens;
  tokenise_perl_expression(text_, from, to, bounds_.tokens_max, tokens);
  const Elsewhere elsewhere(*this, tokens);
  ++texts_depth_;
  NodeList block{nodes_.add(NodeKind::kBlock, from, to)};
  statements(block);
  --texts_depth_;
  return value_of(block.parent);
}

// qw(a b)
NodeId PerlParser::words(const PerlQuote& quote) {
  NodeList list{add_here(NodeKind::kArray)};
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  std::uint32_t at = quote.first_begin;
  while (at < quote.first_end && !nodes_.is_full()) {
    while (at < quote.first_end && is_space(text_[at])) ++at;
    const std::uint32_t word_begin = at;
    while (at < quote.first_end && !is_space(text_[at])) ++at;
    if (at > word_begin)
      nodes_.append(list,
                    nodes_.add_constant(NodeKind::kText, text_.substr(word_begin, at - word_begin),
                                        word_begin, at));
  }
  return list.parent;
}

// s/pattern/replacement/flags
NodeId PerlParser::substitution(const PerlQuote& quote) {
  const std::uint32_t from = begin();
  NodeList node =
      nodes_.wrap(NodeKind::kCall, nodes_.add_named(NodeKind::kName, "s", from, from + 1), end());
  const auto part = [this](std::uint32_t begin, std::uint32_t end) {
    return nodes_.add_constant(NodeKind::kText, text_.substr(begin, end - begin), begin, end);
  };
  nodes_.append(node, part(quote.first_begin, quote.first_end));
  const std::string_view flags = text_.substr(quote.flags_begin, quote.end - quote.flags_begin);
  if (flags.find('e') != std::string_view::npos) {
    nodes_.append(node, code(quote.second_begin, quote.second_end));
  } else if (quote.delimiter == '\'') {
    nodes_.append(node, part(quote.second_begin, quote.second_end));
  } else {
    NodeList replacement{nodes_.add(NodeKind::kInterpolated, quote.second_begin, quote.second_end)};
    pieces(replacement, quote.second_begin, quote.second_end);
    nodes_.append(node, replacement.parent);
  }
  nodes_.append(node, part(quote.flags_begin, quote.end));
  return node.parent;
}

// tr/from/to/flags
NodeId PerlParser::transliteration(const PerlQuote& quote) {
  const std::uint32_t from = begin();
  NodeList node =
      nodes_.wrap(NodeKind::kCall, nodes_.add_named(NodeKind::kName, "tr", from, from + 1), end());
  const auto part = [&](std::uint32_t begin, std::uint32_t end) {
    nodes_.append(
        node, nodes_.add_constant(NodeKind::kText, text_.substr(begin, end - begin), begin, end));
  };
  part(quote.first_begin, quote.first_end);
  part(quote.second_begin, quote.second_end);
  part(quote.flags_begin, quote.end);
  return node.parent;
}

}  // namespace pugmark::script

#include "detect/engine/pattern_match.h"

#include <cstring>

#include "base/text.h"

namespace pugmark::engine {
namespace {

using sigma::PatternShape;
using sigma::Token;
using sigma::TokenKind;

bool contains(std::string_view text, std::string_view literal) {
  // memmem of glibc is several times faster here than string_view::find.
  return memmem(text.data(), text.size(), literal.data(), literal.size()) != nullptr;
}

// Matches literals and question marks at `at`; the place behind them, or npos.
std::size_t match_run(std::string_view text, std::size_t at, std::span<const Token> run) {
  for (const Token& token : run) {
    if (token.kind == TokenKind::kLiteral) {
      if (text.substr(at, token.literal.size()) != token.literal) return std::string_view::npos;
      at += token.literal.size();
    } else {
      if (at >= text.size()) return std::string_view::npos;
      next_code_point(text, at);
    }
  }
  return at;
}

// The leftmost match of a run at or behind `at`; the place behind it, or npos.
std::size_t find_run(std::string_view text, std::size_t at, std::span<const Token> run) {
  if (run.empty()) return at;
  while (at <= text.size()) {
    if (run.front().kind == TokenKind::kLiteral) {
      at = text.find(run.front().literal, at);
      if (at == std::string_view::npos) return at;
    }
    const std::size_t end = match_run(text, at, run);
    if (end != std::string_view::npos) return end;
    if (at == text.size()) break;
    next_code_point(text, at);
  }
  return std::string_view::npos;
}

// The last run must end where the text ends: try every place that leaves enough room.
bool ends_with_run(std::string_view text, std::size_t at, std::span<const Token> run) {
  if (run.empty()) return true;
  if (run.size() == 1 && run.front().kind == TokenKind::kLiteral)
    return text.size() - at >= run.front().literal.size() && text.ends_with(run.front().literal);
  for (;;) {
    if (match_run(text, at, run) == text.size()) return true;
    if (at >= text.size()) return false;
    next_code_point(text, at);
  }
}

}  // namespace

bool matches_tokens(std::string_view text, std::span<const Token> tokens) {
  std::size_t at = 0;
  bool anchored = true;
  std::size_t first = 0;
  for (std::size_t i = 0; i <= tokens.size(); ++i) {
    if (i < tokens.size() && tokens[i].kind != TokenKind::kAnyMany) continue;
    const auto run = tokens.subspan(first, i - first);
    const bool is_last = i == tokens.size();
    if (is_last) {
      if (anchored) return match_run(text, at, run) == text.size();
      return ends_with_run(text, at, run);
    }
    at = anchored ? match_run(text, at, run) : find_run(text, at, run);
    if (at == std::string_view::npos) return false;
    anchored = false;
    first = i + 1;
  }
  return at == text.size();
}

bool matches_shape(std::string_view text, PatternShape shape, std::string_view literal) {
  switch (shape) {
    case PatternShape::kEmpty:
      return text.empty();
    case PatternShape::kPresent:
      return true;
    case PatternShape::kEquals:
      return text == literal;
    case PatternShape::kStarts:
      return text.starts_with(literal);
    case PatternShape::kEnds:
      return text.ends_with(literal);
    case PatternShape::kContains:
      return contains(text, literal);
    case PatternShape::kGeneral:
      break;
  }
  return false;
}

}  // namespace pugmark::engine

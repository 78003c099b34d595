#include "detect/sigma/pattern.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace pugmark::sigma {
namespace {

void append_literal(std::vector<Token>& tokens, std::string_view text) {
  if (text.empty()) return;
  if (tokens.empty() || tokens.back().kind != TokenKind::kLiteral) {
    tokens.push_back({TokenKind::kLiteral, {}});
  }
  tokens.back().literal.append(text);
}

bool is_special(char c) { return c == '*' || c == '?' || c == '\\'; }

// True if nothing is left for normalised() to do: no two neighbours of one kind, no wildcards side
// by side. Nearly all patterns are like that.
bool is_normal(const std::vector<Token>& tokens) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const bool literal = tokens[i].kind == TokenKind::kLiteral;
    if (literal && tokens[i].literal.empty()) return false;
    if (i > 0 && literal == (tokens[i - 1].kind == TokenKind::kLiteral)) return false;
  }
  return true;
}

// Joins neighbouring literals and stars, and writes question marks before the star of their run.
std::vector<Token> normalised(std::vector<Token> tokens) {
  if (is_normal(tokens)) return tokens;
  std::vector<Token> result;
  result.reserve(tokens.size());
  bool pending_star = false;
  for (Token& token : tokens) {
    if (token.kind == TokenKind::kAnyMany) {
      pending_star = true;
      continue;
    }
    if (token.kind == TokenKind::kAnyOne) {
      result.push_back({TokenKind::kAnyOne, {}});
      continue;
    }
    if (token.literal.empty()) continue;
    if (std::exchange(pending_star, false)) result.push_back({TokenKind::kAnyMany, {}});
    if (!result.empty() && result.back().kind == TokenKind::kLiteral) {
      result.back().literal += token.literal;
    } else {
      result.push_back(std::move(token));
    }
  }
  if (pending_star) result.push_back({TokenKind::kAnyMany, {}});
  return result;
}

PatternShape shape_of(const std::vector<Token>& tokens) {
  if (tokens.empty()) return PatternShape::kEmpty;
  const auto is = [&tokens](std::size_t at, TokenKind kind) { return tokens[at].kind == kind; };
  if (tokens.size() == 1) {
    if (is(0, TokenKind::kLiteral)) return PatternShape::kEquals;
    return is(0, TokenKind::kAnyMany) ? PatternShape::kPresent : PatternShape::kGeneral;
  }
  if (tokens.size() == 2) {
    if (is(0, TokenKind::kLiteral) && is(1, TokenKind::kAnyMany)) return PatternShape::kStarts;
    if (is(0, TokenKind::kAnyMany) && is(1, TokenKind::kLiteral)) return PatternShape::kEnds;
  }
  if (tokens.size() == 3 && is(0, TokenKind::kAnyMany) && is(1, TokenKind::kLiteral) &&
      is(2, TokenKind::kAnyMany)) {
    return PatternShape::kContains;
  }
  return PatternShape::kGeneral;
}

// One character of a flattened pattern.
struct Element {
  TokenKind kind = TokenKind::kLiteral;
  char32_t code_point = 0;
};

// All states of the pattern at once: after each character of the text, `alive[i]` says that the
// elements before i can have consumed exactly what was read. Text length times pattern length.
bool general_matches(const Pattern& pattern, const std::u32string& text) {
  std::vector<Element> elements;
  for (const Token& token : pattern.tokens) {
    if (token.kind != TokenKind::kLiteral) elements.push_back({token.kind, 0});
    for (const char32_t c : code_points(token.literal, pattern.cased)) {
      elements.push_back({TokenKind::kLiteral, c});
    }
  }
  std::vector<bool> alive(elements.size() + 1, false);
  alive[0] = true;
  const auto skip_stars = [&elements](std::vector<bool>& states) {
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if (states[i] && elements[i].kind == TokenKind::kAnyMany) states[i + 1] = true;
    }
  };
  skip_stars(alive);
  for (const char32_t c : text) {
    std::vector<bool> next(elements.size() + 1, false);
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if (!alive[i]) continue;
      if (elements[i].kind == TokenKind::kAnyMany) {
        next[i] = true;
      } else if (elements[i].kind == TokenKind::kAnyOne || elements[i].code_point == c) {
        next[i + 1] = true;
      }
    }
    skip_stars(next);
    alive = std::move(next);
  }
  return alive[elements.size()];
}

}  // namespace

std::vector<Token> parse_tokens(std::string_view text) {
  std::vector<Token> tokens;
  tokens.reserve(3);  // room for the wildcards of `contains`
  std::size_t run_start = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\\' && at + 1 < text.size() && is_special(text[at + 1])) {
      append_literal(tokens, text.substr(run_start, at - run_start));
      run_start = ++at;  // the escaped character begins the next run
    } else if (c == '*' || c == '?') {
      append_literal(tokens, text.substr(run_start, at - run_start));
      tokens.push_back({c == '*' ? TokenKind::kAnyMany : TokenKind::kAnyOne, {}});
      run_start = at + 1;
    }
  }
  append_literal(tokens, text.substr(run_start));
  return tokens;
}

void prepend(std::vector<Token>& tokens, Token token) {
  tokens.push_back(std::move(token));
  std::rotate(tokens.begin(), tokens.end() - 1, tokens.end());
}

void open_start(std::vector<Token>& tokens) {
  if (!tokens.empty() && tokens.front().kind == TokenKind::kAnyMany) return;
  prepend(tokens, Token{TokenKind::kAnyMany, {}});
}

void open_end(std::vector<Token>& tokens) {
  if (!tokens.empty() && tokens.back().kind == TokenKind::kAnyMany) return;
  tokens.push_back({TokenKind::kAnyMany, {}});
}

Pattern make_pattern(std::vector<Token> tokens, bool cased, bool encoded) {
  Pattern pattern;
  pattern.cased = cased;
  pattern.encoded = encoded;
  pattern.tokens = normalised(std::move(tokens));
  pattern.shape = shape_of(pattern.tokens);
  return pattern;
}

const std::string& Pattern::literal() const {
  static const std::string kNone;
  switch (shape) {
    case PatternShape::kEquals:
    case PatternShape::kStarts:
      return tokens[0].literal;
    case PatternShape::kEnds:
    case PatternShape::kContains:
      return tokens[1].literal;
    case PatternShape::kEmpty:
    case PatternShape::kPresent:
    case PatternShape::kGeneral:
      return kNone;
  }
  return kNone;
}

std::u32string code_points(std::string_view text, bool cased) {
  std::u32string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    result.push_back(cased ? c : fold_case(c));
  }
  return result;
}

bool literal_matches(PatternShape shape, const std::u32string& text,
                     const std::u32string& literal) {
  switch (shape) {
    case PatternShape::kEquals:
      return text == literal;
    case PatternShape::kStarts:
      return text.starts_with(literal);
    case PatternShape::kEnds:
      return text.ends_with(literal);
    case PatternShape::kContains:
      return text.find(literal) != std::u32string::npos;
    case PatternShape::kEmpty:
    case PatternShape::kPresent:
    case PatternShape::kGeneral:
      return false;
  }
  return false;
}

bool matches(const Pattern& pattern, std::string_view text) {
  if (pattern.shape == PatternShape::kEmpty) return text.empty();
  if (pattern.shape == PatternShape::kPresent) return true;
  const std::u32string characters = code_points(text, pattern.cased);
  if (pattern.shape == PatternShape::kGeneral) return general_matches(pattern, characters);
  return literal_matches(pattern.shape, characters, code_points(pattern.literal(), pattern.cased));
}

}  // namespace pugmark::sigma

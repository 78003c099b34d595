#include "detect/script/python/python_tokens.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include "detect/script/parse.h"
#include "detect/script/python/python_words.h"

namespace pugmark::script {
namespace {

constexpr std::uint32_t kTabColumns = 8;
constexpr std::uint32_t kPrefixBytesMax = 2;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_name_char(char c) { return is_letter(c) || is_digit(c); }
bool is_line_break(char c) { return c == '\n' || c == '\r'; }
bool is_quote(char c) { return c == '"' || c == '\''; }

// r, b, u, f, t and their pairs, in any case.
bool is_text_prefix(std::string_view name) {
  if (name.empty() || name.size() > kPrefixBytesMax) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return std::string_view("rRbBuUfFtT").find(c) != std::string_view::npos;
  });
}

bool is_formatted_prefix(std::string_view name) {
  return name.find_first_of("fFtT") != std::string_view::npos;
}

std::uint32_t quote_bytes_at(std::string_view text, std::uint32_t at, std::uint32_t end) {
  return end - at >= 3 && text[at + 1] == text[at] && text[at + 2] == text[at] ? 3 : 1;
}

class Lexer {
 public:
  Lexer(std::string_view text, std::uint32_t tokens_max, std::vector<Token>& tokens)
      : text_(text), tokens_max_(tokens_max), tokens_(tokens) {}

  // Statements, in lines. Gives where it ended.
  std::uint32_t code(std::uint32_t begin, std::uint32_t end) {
    at_ = begin;
    end_ = end;
    columns_.clear();
    brackets_ = 0;
    is_line_start_ = true;
    while (at_ < end_) {
      if (is_full()) return at_;
      if (is_line_start_) {
        indentation();
      } else {
        step();
      }
    }
    for (; columns_.size() > 1 && !is_full(); columns_.pop_back()) push(TokenKind::kDedent, 0, 0);
    return end_;
  }

  void expression(std::uint32_t begin, std::uint32_t end) {
    at_ = begin;
    end_ = end;
    brackets_ = 1;
    while (at_ < end_ && !is_full()) step();
  }

 private:
  bool is_full() const { return tokens_.size() >= tokens_max_; }
  char peek(std::uint32_t ahead) const { return end_ - at_ > ahead ? text_[at_ + ahead] : '\0'; }
  bool starts_with(std::string_view what) const {
    return end_ - at_ >= what.size() && text_.substr(at_, what.size()) == what;
  }

  // Leaves the place where it is if there is no room: that is where the tokens end.
  void push(TokenKind kind, std::uint32_t op, std::uint32_t length) {
    if (is_full()) return;
    tokens_.push_back({kind, op, at_, length});
    at_ += length;
  }

  std::uint32_t line_break_bytes() const { return text_[at_] == '\r' && peek(1) == '\n' ? 2U : 1U; }

  void skip_line() {
    while (at_ < end_ && !is_line_break(text_[at_])) ++at_;
  }

  // At the begin of a line outside of brackets: blank lines and comments are none, others may open
  // or close blocks.
  void indentation() {
    const std::uint32_t begin = at_;
    const std::uint32_t column = blanks();
    if (at_ >= end_) return;
    if (is_line_break(text_[at_])) {
      at_ += line_break_bytes();
    } else if (text_[at_] == '#') {
      skip_line();
    } else {
      is_line_start_ = false;
      blocks(column, begin);
    }
  }

  // Passes over them; the column behind them.
  std::uint32_t blanks() {
    std::uint32_t column = 0;
    for (; at_ < end_; ++at_) {
      const char c = text_[at_];
      if (c == ' ') {
        ++column;
      } else if (c == '\t') {
        column = (column / kTabColumns + 1) * kTabColumns;
      } else if (c == '\f') {
        column = 0;
      } else if (c != '\0' && !starts_with("\xEF\xBB\xBF")) {
        break;
      } else if (c != '\0') {
        at_ += 2;
      }
    }
    return column;
  }

  void blocks(std::uint32_t column, std::uint32_t line_begin) {
    if (columns_.empty()) {
      columns_.push_back(column);  // what all is indented by is no block
    } else if (column > columns_.back()) {
      columns_.push_back(column);
      // The blanks are the token: it has a length of its own.
      tokens_.push_back({TokenKind::kIndent, 0, line_begin, at_ - line_begin});
    } else {
      while (columns_.size() > 1 && column < columns_.back() &&
             column <= columns_[columns_.size() - 2] && !is_full()) {
        columns_.pop_back();
        push(TokenKind::kDedent, 0, 0);
      }
      columns_.back() = std::min(columns_.back(), column);
    }
  }

  void step() {
    const char c = text_[at_];
    if (is_letter(c)) {
      name();
    } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      number();
    } else if (is_quote(c)) {
      text(0);
    } else if (is_line_break(c)) {
      line_break();
    } else if (c == ' ' || c == '\t' || c == '\f' || c == '\0') {
      ++at_;
    } else if (c == '#') {
      skip_line();
    } else if (c == '\\' && is_line_break(peek(1))) {
      ++at_;
      at_ += line_break_bytes();
    } else {
      operators();
    }
  }

  void line_break() {
    const std::uint32_t length = line_break_bytes();
    if (brackets_ > 0) {
      at_ += length;
      is_in_bracket_line_start_ = true;
      return;
    }
    push(TokenKind::kNewLine, 0, length);
    is_line_start_ = true;
  }

  void name() {
    std::uint32_t at = at_ + 1;
    while (at < end_ && is_name_char(text_[at])) ++at;
    const std::string_view name = text_.substr(at_, at - at_);
    if (at < end_ && is_quote(text_[at]) && is_text_prefix(name)) {
      text(static_cast<std::uint32_t>(name.size()));
      return;
    }
    const PythonWord word = python_word(name);
    if (is_in_bracket_line_start_ && begins_python_statement(word)) close_brackets();
    is_in_bracket_line_start_ = false;
    push(TokenKind::kName, static_cast<std::uint32_t>(word), at - at_);
  }

  // A line inside of brackets begins with a word that only begins statements: a bracket before was
  // never closed. Those who read such text know of nothing better than to go on here.
  void close_brackets() {
    if (columns_.empty()) return;  // an expression
    std::uint32_t begin = at_;
    while (begin > 0 && !is_line_break(text_[begin - 1])) --begin;
    if (!tokens_.empty() && tokens_.back().begin + tokens_.back().length > begin - 1) return;
    brackets_ = 0;
    const std::uint32_t name_at = at_;
    at_ = begin - 1;
    push(TokenKind::kNewLine, 0, 1);
    const std::uint32_t column = blanks();
    at_ = name_at;
    if (!is_full()) blocks(column, begin);
  }

  void number() {
    is_in_bracket_line_start_ = false;
    std::uint32_t at = at_;
    const char radix = text_[at] == '0' ? static_cast<char>(peek(1) | ' ') : '\0';
    if (radix == 'x' || radix == 'o' || radix == 'b') {
      at += 2;
      while (at < end_ && is_name_char(text_[at])) ++at;
    } else {
      const auto digits = [&] {
        while (at < end_ && (is_digit(text_[at]) || text_[at] == '_')) ++at;
      };
      digits();
      if (at < end_ && text_[at] == '.') {
        ++at;
        digits();
      }
      if (at < end_ && (text_[at] == 'e' || text_[at] == 'E')) {
        const bool has_sign = at + 1 < end_ && (text_[at + 1] == '+' || text_[at + 1] == '-');
        const std::uint32_t exponent = at + (has_sign ? 2 : 1);
        if (exponent < end_ && is_digit(text_[exponent])) {
          at = exponent;
          digits();
        }
      }
      if (at < end_ && std::string_view("jJlL").find(text_[at]) != std::string_view::npos) ++at;
    }
    push(TokenKind::kNumber, 0, at - at_);
  }

  // A string whose quotes begin behind `prefix_bytes`.
  void text(std::uint32_t prefix_bytes) {
    is_in_bracket_line_start_ = false;
    const std::string_view prefix = text_.substr(at_, prefix_bytes);
    const bool is_formatted = is_formatted_prefix(prefix);
    const std::uint32_t quote_at = at_ + prefix_bytes;
    const char quote = text_[quote_at];
    const std::uint32_t quote_bytes = quote_bytes_at(text_, quote_at, end_);
    std::uint32_t at = quote_at + quote_bytes;
    while (at < end_) {
      const char c = text_[at];
      if (c == '\\') {
        at = behind_python_backslash(text_, at, end_, is_formatted);
      } else if (c == quote && (quote_bytes == 1 || quote_bytes_at(text_, at, end_) == 3)) {
        at += quote_bytes;
        break;
      } else if (quote_bytes == 1 && is_line_break(c)) {
        break;
      } else if (c == '{' && is_formatted && at + 1 < end_ && text_[at + 1] == '{') {
        at += 2;
      } else if (c == '{' && is_formatted) {
        at = python_hole(text_, at + 1, hole_limit(at + 1, quote_bytes == 1)).end;
      } else {
        ++at;
      }
    }
    push(is_formatted ? TokenKind::kTemplate : TokenKind::kText, static_cast<unsigned char>(quote),
         std::min(at, end_) - at_);
  }

  // A hole in a string of one line ends with the line.
  std::uint32_t hole_limit(std::uint32_t at, bool is_of_line) {
    if (!is_of_line) return end_;
    if (at >= line_from_ && at <= line_end_) return line_end_;
    line_from_ = at;
    while (at < end_ && !is_line_break(text_[at])) ++at;
    line_end_ = at;
    return at;
  }

  void operators() {
    is_in_bracket_line_start_ = false;
    const char c = text_[at_];
    if (c == '(' || c == '[' || c == '{') {
      ++brackets_;
    } else if ((c == ')' || c == ']' || c == '}') && brackets_ > 0) {
      --brackets_;
    }
    const std::uint32_t length = operator_bytes(c, peek(1), peek(2));
    push(TokenKind::kOperator, op(text_.substr(at_, length)), length);
  }

  // Of the longest operator that begins with these.
  static std::uint32_t operator_bytes(char first, char second, char third) {
    switch (first) {
      case '*':
      case '/':
      case '<':
      case '>':
        if (second == first) return third == '=' ? 3 : 2;
        return second == '=' || (first == '<' && second == '>') ? 2 : 1;
      case '-':
        return second == '=' || second == '>' ? 2 : 1;
      case '.':
        return second == '.' && third == '.' ? 3 : 1;
      case '+':
      case '%':
      case '&':
      case '|':
      case '^':
      case '@':
      case '=':
      case '!':
      case ':':
        return second == '=' ? 2 : 1;
      default:
        return 1;
    }
  }

  std::string_view text_;
  std::uint32_t tokens_max_;
  std::vector<Token>& tokens_;
  std::uint32_t at_ = 0;
  std::uint32_t end_ = 0;
  std::vector<std::uint32_t> columns_;  // of the blocks that are open
  std::uint32_t brackets_ = 0;
  bool is_line_start_ = false;
  bool is_in_bracket_line_start_ = false;
  std::uint32_t line_from_ = 1;
  std::uint32_t line_end_ = 0;
};

}  // namespace

PythonText take_apart_python_text(std::string_view text, const Token& token) {
  PythonText parts;
  const std::uint32_t end = token.begin + token.length;
  std::uint32_t at = token.begin;
  for (; at < end && !is_quote(text[at]); ++at) {
    const char c = static_cast<char>(text[at] | ' ');
    parts.is_raw = parts.is_raw || c == 'r';
    parts.is_bytes = parts.is_bytes || c == 'b';
    parts.is_formatted = parts.is_formatted || c == 'f' || c == 't';
  }
  if (at == end) return parts;
  const char quote = text[at];
  const std::uint32_t quote_bytes = quote_bytes_at(text, at, end);
  parts.content_begin = at + quote_bytes;
  parts.content_end = end;
  if (end - parts.content_begin >= quote_bytes &&
      std::all_of(text.begin() + (end - quote_bytes), text.begin() + end,
                  [quote](char c) { return c == quote; }))
    parts.content_end = end - quote_bytes;
  return parts;
}

std::uint32_t behind_python_backslash(std::string_view text, std::uint32_t at, std::uint32_t end,
                                      bool is_formatted) {
  const char next = at + 1 < end ? text[at + 1] : '\0';
  if (is_formatted && (next == '{' || next == '}')) return at + 1;
  if (is_formatted && next == 'N' && at + 2 < end && text[at + 2] == '{') return at + 3;
  if (next == '\r' && at + 2 < end && text[at + 2] == '\n') return at + 3;
  return std::min(at + 2, end);
}

PythonHole python_hole(std::string_view text, std::uint32_t at, std::uint32_t end) {
  std::uint32_t depth = 0;
  std::uint32_t value_end = end;
  char quote = '\0';
  for (; at < end; ++at) {
    const char c = text[at];
    const bool is_format = value_end != end;  // quotes are none there
    if (quote != '\0') {
      if (c == '\\') ++at;
      if (c == quote) quote = '\0';
    } else if (is_quote(c) && !is_format) {
      quote = c;
    } else if (c == ':' && depth == 0 && !is_format) {
      value_end = at;
    } else if (c == '{' || c == '(' || c == '[') {
      ++depth;
    } else if (c == '}' && depth == 0) {
      return {is_format ? value_end : at, at};
    } else if ((c == '}' || c == ')' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return {value_end, end};
}

void tokenise_python_expression(std::string_view text, std::uint32_t begin, std::uint32_t end,
                                std::uint32_t tokens_max, std::vector<Token>& tokens) {
  Lexer(text, tokens_max, tokens).expression(begin, end);
  tokens.push_back({TokenKind::kEnd, 0, end, 0});
}

void tokenise_python(std::string_view text, std::span<const Region> regions,
                     std::uint32_t tokens_max, std::vector<Token>& tokens) {
  tokens.clear();
  Lexer lexer(text, tokens_max, tokens);
  auto stopped_at = static_cast<std::uint32_t>(text.size());
  std::uint32_t end_before = 0;
  for (const Region& region : regions) {
    if (region.length == 0 || region.kind == Region::Kind::kDirective) continue;
    const bool is_markup = region.kind == Region::Kind::kMarkup;
    if (!is_markup && region.language != Language::kPython) continue;
    const std::uint32_t end = region.begin + region.length;
    if (tokens.size() >= tokens_max) {
      stopped_at = region.begin;
      break;
    }
    if (is_markup) {
      tokens.push_back({TokenKind::kMarkup, 0, region.begin, region.length});
    } else {
      // What ends code ends the statement.
      if (!tokens.empty() && tokens.back().kind != TokenKind::kMarkup &&
          tokens.back().kind != TokenKind::kNewLine && region.begin > end_before)
        tokens.push_back({TokenKind::kNewLine, 0, end_before, region.begin - end_before});
      const std::uint32_t reached = lexer.code(region.begin, end);
      if (reached < end) {
        stopped_at = reached;
        break;
      }
    }
    end_before = end;
  }
  tokens.push_back({TokenKind::kEnd, 0, stopped_at, 0});
}

}  // namespace pugmark::script

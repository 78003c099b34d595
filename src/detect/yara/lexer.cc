#include "detect/yara/lexer.h"

#include <algorithm>

namespace pugmark::yara {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_in_hex_string(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
         std::string_view(" \t\r\n-|?[]()").find(c) != std::string_view::npos;
}

// Bytes of the comment that begins here, without the end of its line; 0 if none does.
std::size_t comment_size(std::string_view text) {
  if (text.starts_with("//")) return std::min(text.find('\n'), text.size());
  if (!text.starts_with("/*")) return 0;
  const std::size_t end = text.find("*/", 2);
  return end == std::string_view::npos ? text.size() : end + 2;
}

std::size_t word_size(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_word) -
                                  text.begin());
}

}  // namespace

Lexer::Lexer(std::string_view text) : text_(text) {
  if (text_.starts_with("\xEF\xBB\xBF")) next_.at = 3;  // libyara would reject the first rule
}

void Lexer::rewind(Position position) {
  next_ = position;
  last_ = position;
}

void Lexer::skip_blanks_and_comments() {
  while (next_.at < text_.size()) {
    const char c = text_[next_.at];
    std::size_t size = 1;
    if (c == '/') size = comment_size(text_.substr(next_.at));
    if (size == 0 || (c != '/' && c != ' ' && c != '\t' && c != '\r' && c != '\n')) return;
    take(TokenKind::kOther, size);
  }
}

// Bytes of a string or a regular expression, to its closing quote or else to the end of its line.
std::size_t Lexer::quoted_size(char quote) const {
  for (std::size_t at = next_.at + 1; at < text_.size(); ++at) {
    if (text_[at] == '\n') return at - next_.at;
    if (text_[at] == quote) return at + 1 - next_.at;
    if (text_[at] == '\\' && at + 1 < text_.size() && text_[at + 1] != '\n') ++at;
  }
  return text_.size() - next_.at;
}

// Bytes of the hexadecimal string that begins at a brace; 0 if none does.
std::size_t Lexer::hex_size() const {
  std::size_t at = next_.at + 1;
  while (at < text_.size() && text_[at] != '}') {
    const std::size_t comment = comment_size(text_.substr(at));
    if (comment == 0 && !is_in_hex_string(text_[at])) return 0;
    at += std::max<std::size_t>(comment, 1);
  }
  return at < text_.size() ? at + 1 - next_.at : 0;
}

Token Lexer::take(TokenKind kind, std::size_t size) {
  const Token token{kind, text_.substr(next_.at, size), next_.line};
  next_.line += static_cast<std::uint32_t>(std::count(token.text.begin(), token.text.end(), '\n'));
  next_.at += token.text.size();
  return token;
}

Token Lexer::next(bool is_body) {
  skip_blanks_and_comments();
  last_ = next_;
  if (next_.at == text_.size()) return {TokenKind::kEnd, text_.substr(next_.at), next_.line};
  const std::string_view rest = text_.substr(next_.at);
  const char c = rest.front();
  if (is_word(c)) return take(TokenKind::kName, word_size(rest));
  if (c == '"') return take(TokenKind::kText, quoted_size('"'));
  if (c == '/') return take(TokenKind::kRegex, quoted_size('/'));
  if (c == '$' || c == '#' || c == '@' || (c == '!' && !rest.starts_with("!=")))
    return take(TokenKind::kString, 1 + word_size(rest.substr(1)));
  if (c == '{' && is_body) {
    if (const std::size_t size = hex_size(); size > 0) return take(TokenKind::kHex, size);
  }
  return take(TokenKind::kOther, 1);
}

}  // namespace pugmark::yara

// The tokens of PHP: see tokenise_php() in parse.h. A qualified name ("A\b", "\system") is one
// kName; a heredoc's `op` is op("<<<"), a string's its quote, and "b" before either belongs to it.

#include <array>

#include "detect/script/parse.h"
#include "detect/script/php/php_characters.h"
#include "detect/script/php/php_literals.h"

namespace pugmark::script {
namespace {

using namespace php;  // the characters and literals of this folder

// The tokens of one region. `text` ends where the region does.
class RegionTokens {
 public:
  RegionTokens(std::string_view text, std::uint32_t tokens_max, std::vector<Token>& tokens)
      : text_(text), nested_(text), tokens_max_(tokens_max), tokens_(tokens) {}

  // Where the first token begins that was one too many; the text's size if there was none.
  std::size_t run(std::size_t at);

 private:
  std::size_t skip_between(std::size_t at) const;
  std::size_t add(TokenKind kind, std::size_t begin, std::size_t end, std::uint32_t op = 0);
  std::size_t add_token(std::size_t at);
  std::size_t add_name(std::size_t at);
  std::size_t add_number(std::size_t at);
  std::size_t add_quoted(std::size_t begin, std::size_t at);
  std::size_t add_heredoc(std::size_t begin, const HeredocMark& mark);
  std::size_t add_operator(std::size_t at);

  std::string_view text_;
  NestedScanner nested_;
  std::size_t tokens_max_;
  std::vector<Token>& tokens_;
};

std::size_t RegionTokens::run(std::size_t at) {
  for (at = skip_between(at); at < text_.size(); at = skip_between(at)) {
    if (tokens_.size() >= tokens_max_) return at;
    at = add_token(at);
  }
  return text_.size();
}

// Passes over blanks, comments and attributes.
std::size_t RegionTokens::skip_between(std::size_t at) const {
  while (at < text_.size()) {
    const char c = text_[at];
    if (is_of(c, kBlank)) {
      ++at;
    } else if (c == '#') {
      const std::size_t end = end_of_attribute(text_, at);
      at = end != 0 ? end : end_of_line(text_, at);
    } else if (c == '/' && byte_at(text_, at + 1) == '/') {
      at = end_of_line(text_, at);
    } else if (c == '/' && byte_at(text_, at + 1) == '*') {
      at = end_of_block_comment(text_, at);
    } else {
      return at;
    }
  }
  return at;
}

std::size_t RegionTokens::add(TokenKind kind, std::size_t begin, std::size_t end,
                              std::uint32_t op) {
  tokens_.push_back(
      {kind, op, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end - begin)});
  return end;
}

std::size_t RegionTokens::add_token(std::size_t at) {
  const char c = text_[at];
  if (is_of(c, kNameStart)) return add_name(at);
  if (is_of(c, kDigit)) return add_number(at);
  switch (c) {
    case '$':
      if (!is_of(byte_at(text_, at + 1), kNameStart)) return add_operator(at);
      return add(TokenKind::kVariable, at, skip_class(text_, at + 1, kNamePart));
    case '\'':
    case '"':
    case '`':
      return add_quoted(at, at);
    case '\\':
      return is_of(byte_at(text_, at + 1), kNameStart) ? add_name(at) : add_operator(at);
    case '.':
      return is_of(byte_at(text_, at + 1), kDigit) ? add_number(at) : add_operator(at);
    case '<': {
      const HeredocMark mark = heredoc_mark(text_, at);
      return mark.label.empty() ? add_operator(at) : add_heredoc(at, mark);
    }
    default:
      return add_operator(at);
  }
}

std::size_t RegionTokens::add_name(std::size_t at) {
  std::size_t end = skip_class(text_, at, kNamePart);
  if (end == at + 1 && lower_ascii(text_[at]) == 'b') {
    const char after = byte_at(text_, end);
    if (after == '\'' || after == '"') return add_quoted(at, end);
    const HeredocMark mark = heredoc_mark(text_, end);
    if (!mark.label.empty()) return add_heredoc(at, mark);
  }
  while (byte_at(text_, end) == '\\' && is_of(byte_at(text_, end + 1), kNameStart))
    end = skip_class(text_, end + 1, kNamePart);
  return add(TokenKind::kName, at, end);
}

std::size_t RegionTokens::add_quoted(std::size_t begin, std::size_t at) {
  const char quote = text_[at];
  const std::uint32_t op = static_cast<unsigned char>(quote);
  if (quote == '\'') return add(TokenKind::kText, begin, end_of_single_quoted(text_, at), op);
  const std::size_t end = nested_.end_of_quoted(at);
  if (quote == '`') return add(TokenKind::kCommand, begin, end, op);
  return add(nested_.has_code() ? TokenKind::kTemplate : TokenKind::kText, begin, end, op);
}

std::size_t RegionTokens::add_heredoc(std::size_t begin, const HeredocMark& mark) {
  if (mark.is_raw) return add(TokenKind::kText, begin, end_of_nowdoc(text_, mark).end, op("<<<"));
  const std::size_t end = nested_.end_of_heredoc(mark).end;
  return add(nested_.has_code() ? TokenKind::kTemplate : TokenKind::kText, begin, end, op("<<<"));
}

std::size_t skip_digits(std::string_view text, std::size_t at, std::uint8_t character_class) {
  while (is_of(byte_at(text, at), character_class) ||
         (byte_at(text, at) == '_' && is_of(byte_at(text, at + 1), character_class)))
    ++at;
  return at;
}

std::size_t RegionTokens::add_number(std::size_t at) {
  const char mark = lower_ascii(byte_at(text_, at + 1));
  if (text_[at] == '0' && (mark == 'x' || mark == 'b' || mark == 'o')) {
    const std::uint8_t digits = mark == 'x' ? kHexDigit : kDigit;
    if (is_of(byte_at(text_, at + 2), digits))
      return add(TokenKind::kNumber, at, skip_digits(text_, at + 2, digits));
  }
  std::size_t end = skip_digits(text_, at, kDigit);
  // Of "1..." the points are an operator; of "1." PHP takes the point as well.
  if (byte_at(text_, end) == '.' && text_.substr(end, 3) != "...")
    end = skip_digits(text_, end + 1, kDigit);
  if (lower_ascii(byte_at(text_, end)) == 'e') {
    const char sign = byte_at(text_, end + 1);
    const std::size_t digits = end + (sign == '+' || sign == '-' ? 2U : 1U);
    if (is_of(byte_at(text_, digits), kDigit)) end = skip_digits(text_, digits, kDigit);
  }
  return add(TokenKind::kNumber, at, end);
}

// Bytes that an operator of more than one byte may begin with.
constexpr std::array<bool, 128> kMayBeLong = [] {
  std::array<bool, 128> may{};
  for (const char c : {'=', '!', '<', '>', '.', '+', '-', '*', '/', '%', '&', '|', '^', '?', ':'})
    may[static_cast<unsigned char>(c)] = true;
  return may;
}();

// Bytes of the longest operator that begins with these.
std::size_t operator_bytes(char a, char b, char c) {
  const std::uint32_t three = op(std::string_view(std::array{a, b, c}.data(), 3));
  switch (three) {
    case op("==="):
    case op("!=="):
    case op("<=>"):
    case op("**="):
    case op("..."):
    case op("<<="):
    case op(">>="):
    case op("?\?="):
    case op("?->"):
      return 3;
    default:
      break;
  }
  switch (three & 0xFFFFU) {
    case op("=="):
    case op("=>"):
    case op("!="):
    case op("<>"):
    case op("<="):
    case op(">="):
    case op("<<"):
    case op(">>"):
    case op("++"):
    case op("--"):
    case op("->"):
    case op("::"):
    case op("&&"):
    case op("||"):
    case op("|>"):
    case op("??"):
    case op("**"):
    case op("+="):
    case op("-="):
    case op("*="):
    case op("/="):
    case op(".="):
    case op("%="):
    case op("&="):
    case op("|="):
    case op("^="):
    case op("?>"):
      return 2;
    default:
      return 1;
  }
}

std::size_t RegionTokens::add_operator(std::size_t at) {
  const auto c = static_cast<unsigned char>(text_[at]);
  std::size_t length = 1;
  if (c < kMayBeLong.size() && kMayBeLong[c])
    length = operator_bytes(text_[at], byte_at(text_, at + 1), byte_at(text_, at + 2));
  // A byte of zero behind the end may not lengthen an operator, and none has one in it.
  return add(TokenKind::kOperator, at, at + length, op(text_.substr(at, length)));
}

}  // namespace

void tokenise_php(std::string_view text, std::span<const Region> regions, std::uint32_t tokens_max,
                  std::vector<Token>& tokens) {
  tokens.clear();
  std::size_t end = text.size();
  for (const Region& region : regions) {
    if (region.kind == Region::Kind::kMarkup && region.length > 0) {
      if (tokens.size() < tokens_max) {
        tokens.push_back({TokenKind::kMarkup, 0, region.begin, region.length});
        continue;
      }
      end = region.begin;
      break;
    }
    if (region.kind == Region::Kind::kDirective) continue;
    const std::string_view code = text.substr(0, std::size_t{region.begin} + region.length);
    const std::size_t stopped = RegionTokens(code, tokens_max, tokens).run(region.begin);
    if (stopped < code.size()) {
      end = stopped;
      break;
    }
  }
  tokens.push_back({TokenKind::kEnd, 0, static_cast<std::uint32_t>(end), 0});
}

}  // namespace pugmark::script

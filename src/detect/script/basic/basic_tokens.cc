#include "detect/script/basic/basic_tokens.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>

#include "detect/script/basic/basic_keywords.h"
#include "detect/script/parse.h"

namespace pugmark::script {
namespace {

using Word = BasicWord;

enum class Class : std::uint8_t { kOther, kBlank, kLine, kLetter, kDigit, kQuote, kComment, kHigh };

constexpr std::array<Class, 256> make_classes() {
  std::array<Class, 256> classes{};
  for (unsigned c = 'a'; c <= 'z'; ++c) classes[c] = classes[c - 'a' + 'A'] = Class::kLetter;
  for (unsigned c = '0'; c <= '9'; ++c) classes[c] = Class::kDigit;
  for (unsigned c = 0x80; c <= 0xFF; ++c) classes[c] = Class::kHigh;
  for (const unsigned c : {0x00U, 0x09U, 0x0BU, 0x0CU, 0x1AU, 0x20U}) classes[c] = Class::kBlank;
  classes['\n'] = classes['\r'] = Class::kLine;
  classes['_'] = Class::kLetter;
  classes['"'] = Class::kQuote;
  classes['\''] = Class::kComment;
  return classes;
}
constexpr std::array<Class, 256> kClasses = make_classes();

Class class_of(char c) { return kClasses[static_cast<unsigned char>(c)]; }
bool is_name_class(Class c) {
  return c == Class::kLetter || c == Class::kDigit || c == Class::kHigh;
}
bool is_name_char(char c) { return is_name_class(class_of(c)); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool is_hex_digit(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }

constexpr std::uint32_t kDateBytesMax = 64;

// UTF-8 of characters that Visual Basic takes for quotes and blanks.
constexpr std::string_view kLeftQuote = "\xE2\x80\x9C";
constexpr std::string_view kRightQuote = "\xE2\x80\x9D";
constexpr std::string_view kLeftApostrophe = "\xE2\x80\x98";
constexpr std::string_view kRightApostrophe = "\xE2\x80\x99";
constexpr std::array<std::string_view, 3> kWideBlanks = {"\xEF\xBB\xBF", "\xC2\xA0",
                                                         "\xE3\x80\x80"};

class Lexer {
 public:
  Lexer(std::string_view text, std::uint32_t begin, std::uint32_t end, Language language,
        std::uint32_t tokens_max, std::vector<Token>& tokens)
      : text_(text),
        begin_(begin),
        end_(end),
        language_(language),
        tokens_max_(tokens_max),
        tokens_(tokens),
        tokens_before_(tokens.size()) {}

  std::uint32_t run() {
    at_ = begin_;
    while (at_ < end_) {
      if (tokens_.size() >= tokens_max_) return at_;
      step();
    }
    return end_;
  }

 private:
  bool is_net() const { return language_ == Language::kVisualBasic; }
  char peek(std::uint32_t ahead) const { return end_ - at_ > ahead ? text_[at_ + ahead] : '\0'; }
  bool starts_with(std::string_view what) const {
    return text_.substr(at_, std::min<std::size_t>(what.size(), end_ - at_)) == what;
  }
  bool has_token() const { return tokens_.size() > tokens_before_; }
  bool is_line_start() const { return !has_token() || tokens_.back().kind == TokenKind::kNewLine; }
  bool is_behind_dot() const {
    return has_token() && tokens_.back().kind == TokenKind::kOperator &&
           (tokens_.back().op == op(".") || tokens_.back().op == op("?.") ||
            tokens_.back().op == op("!"));
  }

  void push(TokenKind kind, std::uint32_t op, std::uint32_t length) {
    tokens_.push_back({kind, op, at_, length});
    at_ += length;
  }

  void step() {
    switch (class_of(text_[at_])) {
      case Class::kBlank:
        ++at_;
        break;
      case Class::kLine:
        line_break();
        break;
      case Class::kLetter:
        if (text_[at_] != '_' || !continues_line()) name();
        break;
      case Class::kDigit:
        number();
        break;
      case Class::kQuote:
        text(1);
        break;
      case Class::kComment:
        skip_line();
        break;
      case Class::kHigh:
        high();
        break;
      case Class::kOther:
        other();
        break;
    }
  }

  std::uint32_t line_end() const {
    const void* const found = std::memchr(text_.data() + at_, '\n', end_ - at_);
    const auto end =
        found == nullptr
            ? end_
            : static_cast<std::uint32_t>(static_cast<const char*>(found) - text_.data());
    const void* const other = std::memchr(text_.data() + at_, '\r', end - at_);
    return other == nullptr
               ? end
               : static_cast<std::uint32_t>(static_cast<const char*>(other) - text_.data());
  }

  void skip_line() { at_ = line_end(); }

  std::uint32_t line_break_bytes() const { return text_[at_] == '\r' && peek(1) == '\n' ? 2U : 1U; }

  void line_break() {
    const std::uint32_t length = line_break_bytes();
    if (is_line_start() || (is_net() && continues_behind())) {
      at_ += length;
    } else {
      push(TokenKind::kNewLine, 0, length);
    }
  }

  // In Visual Basic a statement goes on behind these, whatever the line.
  bool continues_behind() const {
    const Token& last = tokens_.back();
    if (last.kind != TokenKind::kOperator) return false;
    switch (last.op) {
      case op(","):
      case op("("):
      case op("{"):
      case op("&"):
      case op("+"):
      case op("-"):
      case op("*"):
      case op("/"):
      case op("\\"):
      case op("^"):
      case op("="):
      case op("<"):
      case op("<="):
      case op(">="):
      case op("<>"):
      case op("<<"):
      case op(">>"):
      case op("+="):
      case op("-="):
      case op("*="):
      case op("/="):
      case op("\\="):
      case op("^="):
      case op("&="):
      case op("<<="):
      case op(">>="):
      case op(":="):
      case op("."):
      case op("?."):
        return true;
      default:
        return false;
    }
  }

  // At a '_': passes over it and the line's end if that is all there is (but for a comment), and in
  // VBScript over empty lines behind it.
  bool continues_line() {
    std::uint32_t at = at_ + 1;
    while (at < end_ && class_of(text_[at]) == Class::kBlank) ++at;
    if (at < end_ && text_[at] == '\'') {
      at_ = at;
      at = line_end();
    } else if (at < end_ && class_of(text_[at]) != Class::kLine) {
      return false;
    }
    at_ = at;
    if (at_ < end_) at_ += line_break_bytes();
    while (!is_net() && at_ < end_ &&
           (class_of(text_[at_]) == Class::kBlank || class_of(text_[at_]) == Class::kLine))
      ++at_;
    return true;
  }

  void name() {
    std::uint32_t at = at_ + 1;
    while (at < end_ && is_name_char(text_[at])) ++at;
    const BasicWord word = basic_word(text_.substr(at_, at - at_), language_);
    if (word == Word::kRem && !is_behind_dot()) {
      skip_line();
      return;
    }
    // A type character. '%' is nothing else in either language, '$' neither.
    if (at < end_ && (text_[at] == '$' || text_[at] == '%')) {
      ++at;
      push(TokenKind::kName, 0, at - at_);
    } else {
      push(TokenKind::kName, static_cast<std::uint32_t>(word), at - at_);
    }
  }

  std::uint32_t digits_from(std::uint32_t at) const {
    while (at < end_ && (is_digit(text_[at]) || (is_net() && text_[at] == '_'))) ++at;
    return at;
  }

  // The end of a number whose digits end at `at`, with the letters that give its type.
  std::uint32_t type_letters_from(std::uint32_t at) const {
    const char c = at < end_ ? text_[at] : '\0';
    if (c == '\0') return at;
    if (c == '%' || c == '!' || c == '@' || c == '#')
      return at + 1 < end_ && is_name_char(text_[at + 1]) ? at : at + 1;
    if (!is_net()) return at;
    std::uint32_t end = at;
    while (end < end_ && end - at < 3 && is_name_char(text_[end])) ++end;
    constexpr std::array<std::string_view, 9> kTypes = {"s", "i",  "l",  "d", "f",
                                                        "r", "us", "ui", "ul"};
    for (const std::string_view type : kTypes) {
      if (type.size() != end - at || lower(c) != type[0]) continue;
      if (type.size() == 1 || lower(text_[at + 1]) == type[1]) return end;
    }
    return at;
  }

  void number() {
    std::uint32_t at = digits_from(at_);
    if (at < end_ && text_[at] == '.' && at + 1 < end_ && is_digit(text_[at + 1]))
      at = digits_from(at + 1);
    if (at < end_ && lower(text_[at]) == 'e') {
      std::uint32_t exponent = at + 1;
      if (exponent < end_ && (text_[exponent] == '+' || text_[exponent] == '-')) ++exponent;
      if (exponent < end_ && is_digit(text_[exponent])) at = digits_from(exponent);
    }
    push(TokenKind::kNumber, 0, type_letters_from(std::max(at, at_ + 1)) - at_);
  }

  // Behind the text whose opening quote, `quote_bytes` long, stands at at_.
  void text(std::uint32_t quote_bytes) {
    std::uint32_t at = at_ + quote_bytes;
    for (;;) {
      const std::uint32_t quote = next_quote(at);
      if (quote == end_ || (!is_net() && has_line_break(at, quote))) {
        const std::uint32_t begin = at_;
        at_ = at;
        at = line_end();
        at_ = begin;
        break;
      }
      at = quote + quote_bytes_at(quote);
      if (const std::uint32_t second = quote_bytes_at(at); second != 0) {
        at += second;
      } else {
        if (is_net() && at < end_ && lower(text_[at]) == 'c' &&
            (at + 1 == end_ || !is_name_char(text_[at + 1])))
          ++at;
        break;
      }
    }
    push(TokenKind::kText, op("\""), at - at_);
  }

  bool has_line_break(std::uint32_t from, std::uint32_t to) const {
    const char* const begin = text_.data() + from;
    return std::memchr(begin, '\n', to - from) != nullptr ||
           std::memchr(begin, '\r', to - from) != nullptr;
  }

  std::uint32_t quote_bytes_at(std::uint32_t at) const {
    if (at >= end_) return 0;
    if (text_[at] == '"') return 1;
    if (!is_net() || end_ - at < 3) return 0;
    const std::string_view three = text_.substr(at, 3);
    return three == kLeftQuote || three == kRightQuote ? 3 : 0;
  }

  // The next quote, or end_. Each stretch is searched once, whatever the number of unclosed texts:
  // what is found is remembered.
  std::uint32_t next_quote(std::uint32_t from) {
    if (from >= quote_from_ && from <= quote_at_) return quote_at_;
    std::uint32_t at = from;
    if (is_net()) {
      while (at < end_ && quote_bytes_at(at) == 0) ++at;
    } else {
      const void* const found = std::memchr(text_.data() + at, '"', end_ - at);
      at = found == nullptr
               ? end_
               : static_cast<std::uint32_t>(static_cast<const char*>(found) - text_.data());
    }
    quote_from_ = from;
    quote_at_ = at;
    return at;
  }

  // $"...{code}..."
  void interpolated() {
    std::uint32_t at = at_ + 2;
    while (at < end_) {
      const char c = text_[at];
      if (c == '\n' || c == '\r') break;
      if (c == '{' && at + 1 < end_ && text_[at + 1] == '{') {
        at += 2;
      } else if (c == '{') {
        at = end_of_basic_hole(text_, at + 1, end_);
      } else if (c == '"') {
        ++at;
        if (at >= end_ || text_[at] != '"') break;
        ++at;
      } else {
        ++at;
      }
    }
    push(TokenKind::kTemplate, op("$\""), at - at_);
  }

  void high() {
    for (const std::string_view blank : kWideBlanks) {
      if (!starts_with(blank)) continue;
      at_ += static_cast<std::uint32_t>(blank.size());
      return;
    }
    if (is_net() && (starts_with(kLeftApostrophe) || starts_with(kRightApostrophe))) {
      skip_line();
    } else if (is_net() && quote_bytes_at(at_) != 0) {
      text(quote_bytes_at(at_));
    } else {
      name();
    }
  }

  void other() {
    switch (text_[at_]) {
      case '[':
        bracketed();
        break;
      case '#':
        hash();
        break;
      case '&':
        if (!radix_number()) operators();
        break;
      case '.':
        if (is_digit(peek(1)) && !is_behind_operand()) {
          number_behind_dot();
        } else {
          operators();
        }
        break;
      case '$':
        if (is_net() && peek(1) == '"') {
          interpolated();
        } else {
          operators();
        }
        break;
      case '<':
        if (is_line_start() && starts_with("<!--")) {
          skip_line();
        } else {
          operators();
        }
        break;
      case '-':
        if (is_line_start() && starts_with("-->")) {
          skip_line();
        } else {
          operators();
        }
        break;
      default:
        operators();
    }
  }

  void number_behind_dot() {
    std::uint32_t at = digits_from(at_ + 1);
    if (at < end_ && lower(text_[at]) == 'e') {
      std::uint32_t exponent = at + 1;
      if (exponent < end_ && (text_[exponent] == '+' || text_[exponent] == '-')) ++exponent;
      if (exponent < end_ && is_digit(text_[exponent])) at = digits_from(exponent);
    }
    push(TokenKind::kNumber, 0, type_letters_from(at) - at_);
  }

  // True if the last token ends at this very byte and may be a value.
  bool is_behind_operand() const {
    if (!has_token()) return false;
    const Token& last = tokens_.back();
    if (last.begin + last.length != at_) return false;
    return last.kind != TokenKind::kNewLine &&
           (last.kind != TokenKind::kOperator || last.op == op(")"));
  }

  void bracketed() {
    if (at_ >= no_bracket_from_ && at_ < no_bracket_to_) {
      operators();
      return;
    }
    std::uint32_t at = at_ + 1;
    while (at < end_ && text_[at] != ']' && class_of(text_[at]) != Class::kLine) ++at;
    if (at < end_ && text_[at] == ']') {
      push(TokenKind::kName, 0, at + 1 - at_);
    } else {
      no_bracket_from_ = at_;
      no_bracket_to_ = at;
      operators();
    }
  }

  // A date, a line for the compiler, or nothing known.
  void hash() {
    if (is_net() && is_line_start()) {
      std::uint32_t ahead = 1;
      while (peek(ahead) == ' ' || peek(ahead) == '\t') ++ahead;
      if (class_of(peek(ahead)) == Class::kLetter) {
        skip_line();
        return;
      }
    }
    std::uint32_t ahead = 1;
    const auto in_date = [](char c) {
      return is_digit(c) || class_of(c) == Class::kLetter || c == '/' || c == ':' || c == '-' ||
             c == ' ' || c == ',' || c == '.';
    };
    while (ahead < kDateBytesMax && in_date(peek(ahead))) ++ahead;
    if (ahead > 1 && peek(ahead) == '#') {
      push(TokenKind::kNumber, op("#"), ahead + 1);
    } else {
      operators();
    }
  }

  // &H1F, &O17 and (Visual Basic) &B101, told from the operator & before a name.
  bool radix_number() {
    const char radix = lower(peek(1));
    if (radix != 'h' && radix != 'o' && !(radix == 'b' && is_net())) return false;
    if (is_operand_before_radix()) return false;
    const auto is_digit_of = [this, radix](char c) {
      if (is_net() && c == '_') return true;
      if (radix == 'h') return is_hex_digit(c);
      return c >= '0' && c <= (radix == 'o' ? '7' : '1');
    };
    std::uint32_t at = at_ + 2;
    while (at < end_ && is_digit_of(text_[at])) ++at;
    if (at == at_ + 2) return false;
    if (at < end_ && text_[at] == '&') {
      // The sign of a Long, unless something is joined to the number.
      const char next = at + 1 < end_ ? text_[at + 1] : '\n';
      if (next != '"' && next != '(' && next != '&' && !is_name_char(next)) ++at;
    } else {
      at = type_letters_from(at);
    }
    if (at < end_ && is_name_char(text_[at])) return false;
    push(TokenKind::kNumber, 0, at - at_);
    return true;
  }

  // A number cannot follow a value: then & joins. A name may be that of a procedure, with the
  // number as its argument, if there is a blank between.
  bool is_operand_before_radix() const {
    if (!has_token()) return false;
    const Token& last = tokens_.back();
    const bool is_touching = last.begin + last.length == at_;
    switch (last.kind) {
      case TokenKind::kText:
      case TokenKind::kTemplate:
      case TokenKind::kNumber:
        return true;
      case TokenKind::kOperator:
        return last.op == op(")") || last.op == op("}");
      case TokenKind::kName:
        return is_touching && (last.op == 0 || !ends_basic_expression(static_cast<Word>(last.op)));
      default:
        return false;
    }
  }

  void operators() {
    static constexpr std::array<std::string_view, 3> kBoth = {"<>", "<=", ">="};
    static constexpr std::array<std::string_view, 3> kScriptOnly = {"=<", "=>", "><"};
    static constexpr std::array<std::string_view, 14> kNetOnly = {
        "<<=", ">>=", "<<", ">>", "+=", "-=", "*=", "/=", "\\=", "^=", "&=", ":=", "?.", "?("};
    const char c = text_[at_];
    std::uint32_t length = 1;
    if (c != '(' && c != ')' && c != ',' && c != '.') {
      const auto longest = [&](std::span<const std::string_view> list) {
        for (const std::string_view text : list)
          if (length == 1 && starts_with(text)) length = static_cast<std::uint32_t>(text.size());
      };
      if (is_net()) longest(kNetOnly);
      longest(kBoth);
      if (!is_net()) longest(kScriptOnly);
      if (starts_with("?(")) length = 1;
    }
    if (is_net() && (c == ')' || c == '}') && has_token() &&
        tokens_.back().kind == TokenKind::kNewLine)
      tokens_.pop_back();
    push(TokenKind::kOperator, op(text_.substr(at_, length)), length);
  }

  std::string_view text_;
  std::uint32_t begin_;
  std::uint32_t end_;
  Language language_;
  std::uint32_t tokens_max_;
  std::vector<Token>& tokens_;
  std::size_t tokens_before_;
  std::uint32_t at_ = 0;
  std::uint32_t quote_from_ = UINT32_MAX;
  std::uint32_t quote_at_ = 0;
  // Between these there is no ']' in the line.
  std::uint32_t no_bracket_from_ = 0;
  std::uint32_t no_bracket_to_ = 0;
};

bool is_basic(const Region& region) {
  return region.language == Language::kVbScript || region.language == Language::kVisualBasic;
}

}  // namespace

std::uint32_t tokenise_basic_range(std::string_view text, std::uint32_t begin, std::uint32_t end,
                                   Language language, std::uint32_t tokens_max,
                                   std::vector<Token>& tokens) {
  return Lexer(text, begin, end, language, tokens_max, tokens).run();
}

std::uint32_t end_of_basic_hole(std::string_view text, std::uint32_t at, std::uint32_t end) {
  std::uint32_t depth = 0;
  bool in_text = false;
  for (; at < end; ++at) {
    const char c = text[at];
    if (c == '\n' || c == '\r') return at;
    if (c == '"') {
      in_text = !in_text;
    } else if (in_text) {
      continue;
    } else if (c == '{' || c == '(') {
      ++depth;
    } else if (c == ')' || c == '}') {
      if (depth == 0 && c == '}') return at;
      if (depth > 0) --depth;
    }
  }
  return end;
}

void tokenise_basic(std::string_view text, std::span<const Region> regions,
                    std::uint32_t tokens_max, std::vector<Token>& tokens) {
  tokens.clear();
  std::uint32_t end_before = 0;
  auto stopped_at = static_cast<std::uint32_t>(text.size());
  for (const Region& region : regions) {
    if (region.length == 0 || region.kind == Region::Kind::kDirective) continue;
    if (region.kind != Region::Kind::kMarkup && !is_basic(region)) continue;
    const std::uint32_t end = region.begin + region.length;
    if (tokens.size() >= tokens_max) {
      stopped_at = region.begin;
      break;
    }
    if (region.kind == Region::Kind::kMarkup) {
      tokens.push_back({TokenKind::kMarkup, 0, region.begin, region.length});
    } else {
      // What ends code ends the statement: "%>" stands for a new line.
      if (!tokens.empty() && tokens.back().kind != TokenKind::kMarkup &&
          tokens.back().kind != TokenKind::kNewLine && region.begin > end_before)
        tokens.push_back({TokenKind::kNewLine, 0, end_before, region.begin - end_before});
      const std::uint32_t reached =
          tokenise_basic_range(text, region.begin, end, region.language, tokens_max, tokens);
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

#include "detect/script/perl/perl_tokens.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "detect/script/parse.h"
#include "detect/script/perl/perl_quotes.h"
#include "detect/script/perl/perl_words.h"

namespace pugmark::script {
namespace {

using Word = PerlWord;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v' || c == '\0' ||
         c == '\x1a';
}

// What may come next.
enum class Next : std::uint8_t {
  kValue,
  kOperator,
  kEither,  // behind a name nobody knows
};

// What stands between braces.
enum class Brace : std::uint8_t {
  kBlock,
  kValueBlock,  // of do, eval and functions without a name: it has a value
  kElement,     // of an array or of a hash, or all of one
};

bool is_quote_word(Word word) {
  switch (word) {
    case Word::kQuote:
    case Word::kQuoteInterpolated:
    case Word::kQuoteCommand:
    case Word::kQuoteRegex:
    case Word::kQuoteWords:
    case Word::kMatch:
    case Word::kSubstitute:
    case Word::kTransliterate:
      return true;
    default:
      return false;
  }
}

TokenKind token_kind_of(const PerlQuote& quote) {
  switch (quote.kind) {
    case PerlQuoteKind::kInterpolated:
      return TokenKind::kTemplate;
    case PerlQuoteKind::kCommand:
      return TokenKind::kCommand;
    case PerlQuoteKind::kMatch:
    case PerlQuoteKind::kRegex:
    case PerlQuoteKind::kSubstitution:
    case PerlQuoteKind::kTransliteration:
      return TokenKind::kRegex;
    default:
      return TokenKind::kText;
  }
}

class Lexer {
 public:
  Lexer(std::string_view text, std::uint32_t tokens_max, std::vector<Token>& tokens)
      : text_(text), tokens_max_(tokens_max), tokens_(tokens) {}

  std::uint32_t run(std::uint32_t begin, std::uint32_t end) {
    at_ = begin;
    end_ = end;
    first_token_ = tokens_.size();
    next_ = Next::kValue;
    is_line_start_ = true;
    is_done_ = false;
    waiting_.clear();
    while (at_ < end_ && !is_done_) {
      if (tokens_.size() >= tokens_max_) return at_;
      step();
    }
    return end_;
  }

 private:
  char peek(std::uint32_t ahead) const { return end_ - at_ > ahead ? text_[at_ + ahead] : '\0'; }
  bool starts_with(std::string_view what) const {
    return end_ - at_ >= what.size() && text_.substr(at_, what.size()) == what;
  }
  bool has_token() const { return tokens_.size() > first_token_; }
  bool is_behind(std::uint32_t op) const {
    return has_token() && tokens_.back().kind == TokenKind::kOperator && tokens_.back().op == op;
  }
  Word word_behind(std::size_t count) const {
    if (tokens_.size() < first_token_ + count) return Word::kNone;
    const Token& token = tokens_[tokens_.size() - count];
    return token.kind == TokenKind::kName ? static_cast<Word>(token.op) : Word::kNone;
  }

  void push(TokenKind kind, std::uint32_t op, std::uint32_t length, Next next) {
    tokens_.push_back({kind, op, at_, length});
    at_ += length;
    next_ = next;
    is_line_start_ = false;
  }

  void step() {
    const char c = text_[at_];
    if (c == '\n') {
      ++at_;
      is_line_start_ = true;
      if (!waiting_.empty()) heredoc_bodies();
    } else if (is_blank(c)) {
      ++at_;
    } else if (c == '\xEF' && starts_with("\xEF\xBB\xBF")) {
      at_ += 3;
    } else if (c == '#') {
      while (at_ < end_ && text_[at_] != '\n') ++at_;
    } else if (c == '=' && is_line_start_ && is_perl_name_start(peek(1))) {
      documentation();
    } else if (is_perl_name_start(c) || (c == ':' && starts_with("::") &&
                                         next_ != Next::kOperator && is_perl_name_start(peek(2)))) {
      name();
    } else if (is_digit(c) || (c == '.' && is_digit(peek(1)) && next_ != Next::kOperator)) {
      number();
    } else {
      sign(c);
    }
  }

  void sign(char c) {
    switch (c) {
      case '$':
        dollar();
        break;
      case '@':
        if (!behind_arrow(c)) sigil(true);
        break;
      case '%':
      case '&':
      case '*':
        if (!behind_arrow(c)) sigil(may_be_value());
        break;
      case '"':
      case '\'':
      case '`':
        quote();
        break;
      case '/':
        if (may_be_value() && (next_ == Next::kValue || peek(1) != '/')) {
          quote();
        } else {
          operators();
        }
        break;
      case '<':
        if (!angle()) operators();
        break;
      case '-':
        if (!file_test()) operators();
        break;
      case '{':
        open_brace();
        break;
      case '}':
        close_brace();
        break;
      case '(':
        if (!prototype()) operators();
        break;
      default:
        operators();
    }
  }

  // True where a sign that means two things begins a value: behind a name that takes arguments
  // there is a blank before it and none behind it.
  bool may_be_value() const {
    if (next_ != Next::kEither) return next_ == Next::kValue;
    return at_ > 0 && is_blank(text_[at_ - 1]) && !is_blank(peek(1)) && peek(1) != '=';
  }

  void documentation() {
    const std::size_t found = text_.substr(0, end_).find("\n=cut", at_);
    if (found == std::string_view::npos) {
      at_ = end_;
      return;
    }
    at_ = static_cast<std::uint32_t>(found) + 1;
    while (at_ < end_ && text_[at_] != '\n') ++at_;
  }

  std::uint32_t name_end(std::uint32_t at) const {
    for (;;) {
      while (at < end_ && is_perl_name_char(text_[at])) ++at;
      const bool goes_on = end_ - at >= 2 && text_[at] == ':' && text_[at + 1] == ':' &&
                           (end_ - at == 2 || text_[at + 2] != ':');
      if (!goes_on) return at;
      at += 2;
    }
  }

  // Of a variable, where ' may stand for ::, too.
  std::uint32_t variable_end(std::uint32_t at) const {
    at = name_end(at);
    while (end_ - at > 2 && text_[at] == '\'' && is_perl_name_start(text_[at + 1]))
      at = name_end(at + 1);
    return at;
  }

  std::uint32_t behind_blanks(std::uint32_t at) const {
    while (at < end_ && is_blank(text_[at])) ++at;
    return at;
  }

  void name() {
    const std::uint32_t begin = at_;
    std::uint32_t end = name_end(at_);
    std::string_view text = text_.substr(begin, end - begin);
    if (next_ == Next::kOperator && repetition(text)) return;
    if (version(end)) return;
    Word word = perl_word(text);
    const bool is_plain = word != Word::kNone && is_plain_name(end);
    if (is_plain) word = Word::kNone;
    if (word == Word::kEndOfCode) {
      is_done_ = true;
      return;
    }
    if (is_quote_word(word) && quote()) return;
    if (is_quote_word(word)) word = Word::kNone;
    if (next_ == Next::kValue &&
        (word == Word::kX || word == Word::kEquality || word == Word::kComparison))
      word = Word::kNone;
    if (word == Word::kFormat && format(end)) return;
    const bool is_method = is_behind(op("->"));
    const Next next = is_method || is_plain       ? Next::kOperator
                      : precedes_perl_value(word) ? Next::kValue
                      : word == Word::kNone || word == Word::kUnaryOperator || word == Word::kNew
                          ? Next::kEither
                          : Next::kOperator;
    push(TokenKind::kName, static_cast<std::uint32_t>(word), end - begin, next);
  }

  // v5.10.1
  bool version(std::uint32_t end) {
    if (text_[at_] != 'v' || end - at_ < 2 || end_ - end < 2 || text_[end] != '.') return false;
    if (!std::all_of(text_.begin() + at_ + 1, text_.begin() + end, is_digit)) return false;
    while (end_ - end >= 2 && text_[end] == '.' && is_digit(text_[end + 1]))
      end = digits_end(end + 1);
    push(TokenKind::kNumber, 0, end - at_, Next::kOperator);
    return true;
  }

  // Where a word has no meaning of its own: word =>, {word}, ->word, sub word, -word.
  bool is_plain_name(std::uint32_t end) const {
    if (is_behind(op("->")) || word_behind(1) == Word::kSub) return true;
    const std::uint32_t behind = behind_blanks(end);
    if (behind + 1 < end_ && text_[behind] == '=' && text_[behind + 1] == '>') return true;
    return behind < end_ && text_[behind] == '}' && is_behind(op("{")) && !braces_.empty() &&
           braces_.back() == Brace::kElement;
  }

  // x, x= and x3 behind a value.
  bool repetition(std::string_view name) {
    if (name.front() != 'x') return false;
    if (name.size() == 1 && peek(1) == '=' && peek(2) != '=' && peek(2) != '~' && peek(2) != '>') {
      push(TokenKind::kOperator, op("x="), 2, Next::kValue);
      return true;
    }
    if (name.size() > 1 && !std::all_of(name.begin() + 1, name.end(), is_digit)) return false;
    push(TokenKind::kName, static_cast<std::uint32_t>(Word::kX), 1, Next::kValue);
    return true;
  }

  // format NAME =, up to a line with a dot alone.
  bool format(std::uint32_t name_behind) {
    std::uint32_t at = behind_blanks(name_behind);
    at = behind_blanks(name_end(at));
    if (at >= end_ || text_[at] != '=') return false;
    ++at;
    while (at < end_ && (text_[at] == ' ' || text_[at] == '\t' || text_[at] == '\r')) ++at;
    if (at >= end_ || text_[at] != '\n') return false;
    const std::size_t found = text_.substr(0, end_).find("\n.", at);
    at_ = found == std::string_view::npos ? end_ : static_cast<std::uint32_t>(found) + 2;
    return true;
  }

  void number() {
    std::uint32_t at = at_;
    const auto digits = [&] {
      while (at < end_ && (is_digit(text_[at]) || text_[at] == '_')) ++at;
    };
    const char radix = text_[at] == '0' ? static_cast<char>(peek(1) | ' ') : '\0';
    if (radix == 'x' || radix == 'b') {
      at += 2;
      while (at < end_ && is_perl_name_char(text_[at])) ++at;
    } else {
      digits();
      if (at < end_ && text_[at] == '.' && (at + 1 >= end_ || text_[at + 1] != '.')) {
        ++at;
        digits();
        while (at + 1 < end_ && text_[at] == '.' && is_digit(text_[at + 1])) {  // 5.10.1
          ++at;
          digits();
        }
      }
      if (at < end_ && (text_[at] == 'e' || text_[at] == 'E')) {
        const bool has_sign = at + 1 < end_ && (text_[at + 1] == '+' || text_[at + 1] == '-');
        const std::uint32_t exponent = at + (has_sign ? 2U : 1U);
        if (exponent < end_ && is_digit(text_[exponent])) {
          at = exponent;
          digits();
        }
      }
    }
    push(TokenKind::kNumber, 0, at - at_, Next::kOperator);
  }

  // ---- Variables

  // ->@*, ->$#*, ->@[ ]: all, or some, of what is referred to.
  bool behind_arrow(char c) {
    if (!is_behind(op("->"))) return false;
    if (c == '$' && starts_with("$#*")) {
      push(TokenKind::kOperator, op("$#*"), 3, Next::kOperator);
    } else if (peek(1) == '*') {
      push(TokenKind::kOperator, op(text_.substr(at_, 2)), 2, Next::kOperator);
    } else if ((c == '@' || c == '%') && (peek(1) == '[' || peek(1) == '{')) {
      push(TokenKind::kOperator, op(text_.substr(at_, 1)), 1, Next::kOperator);
    } else {
      return false;
    }
    return true;
  }

  // {name}, {^NAME} behind a sigil: the position behind it; 0 if that is not what is here.
  std::uint32_t behind_braced_name(std::uint32_t at) const {
    at = behind_blanks(at + 1);
    if (at < end_ && text_[at] == '^') ++at;
    const std::uint32_t begin = at;
    at = name_end(at);
    if (at == begin) return 0;
    at = behind_blanks(at);
    return at < end_ && text_[at] == '}' ? at + 1 : 0;
  }

  void dollar() {
    if (behind_arrow('$')) return;
    const bool is_last = peek(1) == '#';  // $#x
    const std::uint32_t sigil_bytes = is_last ? 2 : 1;
    const char next = peek(sigil_bytes);
    if (is_perl_name_char(next) || (next == ':' && peek(sigil_bytes + 1) == ':' &&
                                    is_perl_name_start(peek(sigil_bytes + 2)))) {
      variable(is_digit(next) ? digits_end(at_ + sigil_bytes) : variable_end(at_ + sigil_bytes));
    } else if (next == ':' && peek(sigil_bytes + 1) == ':') {
      variable(at_ + sigil_bytes + 2);
    } else if (next == '{') {
      const std::uint32_t behind = behind_braced_name(at_ + sigil_bytes);
      if (behind != 0) {
        variable(behind);
      } else {
        push(TokenKind::kOperator, is_last ? op("$#") : op("$"), sigil_bytes, Next::kValue);
      }
    } else if (next == '$' &&
               (is_perl_name_start(peek(sigil_bytes + 1)) || peek(sigil_bytes + 1) == '{' ||
                peek(sigil_bytes + 1) == '$' || peek(sigil_bytes + 1) == ':')) {
      push(TokenKind::kOperator, is_last ? op("$#") : op("$"), sigil_bytes, Next::kValue);
    } else if (next == '^' && peek(2) >= 'A' && peek(2) <= 'Z') {
      variable(at_ + 3);
    } else if (next != '\0' && !is_blank(next) && !is_last) {
      variable(at_ + 2);
    } else {
      push(TokenKind::kOperator, op("$"), 1, Next::kValue);
    }
  }

  std::uint32_t digits_end(std::uint32_t at) const {
    while (at < end_ && is_digit(text_[at])) ++at;
    return at;
  }

  // Behind `print $x` a heredoc or another value may stand: then $x is what to print to.
  void variable(std::uint32_t end) {
    const bool may_be_file = text_[at_] == '$' && word_behind(1) == Word::kPrint;
    push(TokenKind::kVariable, static_cast<unsigned char>(text_[at_]), end - at_,
         may_be_file ? Next::kEither : Next::kOperator);
  }

  // @x, %x, &x, *x and what stands in braces or has another sigil behind one.
  void sigil(bool may_be_sigil) {
    const char c = text_[at_];
    const char next = peek(1);
    const bool is_special = (c == '@' && (next == '-' || next == '+')) ||
                            (c == '%' && (next == '+' || next == '-' || next == '!') &&
                             next_ == Next::kValue && !is_perl_name_char(peek(2)));
    if (!may_be_sigil) {
      operators();
    } else if (is_perl_name_char(next) || (next == ':' && peek(2) == ':')) {
      variable(variable_end(at_ + 1));
    } else if (next == '{' && behind_braced_name(at_ + 1) != 0 && c != '&') {
      variable(behind_braced_name(at_ + 1));
    } else if (next == '{' || next == '$') {
      push(TokenKind::kOperator, op(text_.substr(at_, 1)), 1, Next::kValue);
    } else if (is_special) {
      variable(at_ + 2);
    } else {
      operators();
    }
  }

  // ---- Quotes

  // False for the words of quotes where they are names: y = 1, (s, m)
  bool has_delimiter(std::uint32_t word_end) const {
    const std::uint32_t behind = behind_blanks(word_end);
    const char c = behind < end_ ? text_[behind] : '\0';
    if (c == '\0' || c == '}' || c == ']' || c == ')' || c == '>') return false;
    const bool is_bound = is_behind(op("=~")) || is_behind(op("!~"));
    if (behind > word_end)
      return c != '=' && c != ',' && c != ';' && c != ')' && !is_perl_name_char(c);
    if (is_bound) return true;
    const bool begins_statement = !has_token() || is_behind(op(";")) || is_behind(op("{")) ||
                                  (is_behind(op("}")) && next_ == Next::kValue);
    if (c == ',') return begins_statement;
    return c != ';' && c != ')' && (c != '=' || text_.substr(behind, 2) != "=>");
  }

  // False if what looks like a quote is none.
  bool quote() {
    const bool is_word = is_perl_name_start(text_[at_]);
    if (is_word) {
      if (!has_delimiter(name_end(at_))) return false;
    }
    const PerlQuote quote = perl_quote_at(text_, at_, end_);
    if (quote.kind == PerlQuoteKind::kNone || quote.end <= at_) return false;
    push(token_kind_of(quote), static_cast<unsigned char>(text_[at_]), quote.end - at_,
         Next::kOperator);
    return true;
  }

  // <<HEREDOC, <FILE>, <$file>, <*.c>
  bool angle() {
    if (peek(1) == '<') return heredoc();
    if (next_ == Next::kOperator) return false;
    std::uint32_t at = at_ + 1;
    if (at < end_ && text_[at] == '$') ++at;
    at = name_end(at);
    const bool is_file = at < end_ && text_[at] == '>';
    if (!is_file && next_ == Next::kValue) {
      constexpr std::uint32_t kPatternBytesMax = 256;
      at = at_ + 1;
      while (at < end_ && at - at_ < kPatternBytesMax && text_[at] != '>' && text_[at] != '\n' &&
             text_[at] != ';' && text_[at] != '<')
        ++at;
    }
    if (at >= end_ || text_[at] != '>') return false;
    push(TokenKind::kText, op("<"), at + 1 - at_, Next::kOperator);
    return true;
  }

  bool heredoc() {
    if (next_ == Next::kOperator) return false;
    const PerlHeredoc heredoc = perl_heredoc_at(text_, at_, end_);
    if (!heredoc.is_heredoc) return false;
    if (next_ == Next::kEither && !is_closed_heredoc(heredoc)) return false;
    waiting_.push_back(tokens_.size());
    push(heredoc.is_plain ? TokenKind::kText : TokenKind::kTemplate, 0, heredoc.mark_end - at_,
         Next::kOperator);
    return true;
  }

  // Behind a name it may be a shift: then no line ends it. What is searched in vain is bounded.
  bool is_closed_heredoc(const PerlHeredoc& heredoc) {
    if (searched_in_vain_ > 4 * std::size_t{end_}) return false;
    const bool is_closed = perl_heredoc_body(text_, heredoc.mark_end, end_, heredoc).is_closed;
    if (!is_closed) searched_in_vain_ += end_ - at_;
    return is_closed;
  }

  // At the begin of the line behind the marks.
  void heredoc_bodies() {
    for (const std::size_t number : waiting_) {
      Token& mark = tokens_[number];
      const PerlHeredoc heredoc = perl_heredoc_at(text_, mark.begin, end_);
      mark.op = at_;
      at_ = perl_heredoc_body(text_, at_, end_, heredoc).behind;
    }
    waiting_.clear();
  }

  // -e $file
  bool file_test() {
    const char letter = peek(1);
    const bool is_test =
        next_ == Next::kValue && !is_perl_name_char(peek(2)) &&
        std::string_view("rwxoRWXOezsfdlpSbctugkTBAMC").find(letter) != std::string_view::npos;
    if (!is_test || letter == '\0') return false;
    const std::uint32_t behind = behind_blanks(at_ + 2);
    const char c = behind < end_ ? text_[behind] : '\0';
    if (c == ',' || c == '}' || (c == '=' && behind + 1 < end_ && text_[behind + 1] == '>'))
      return false;
    push(TokenKind::kOperator, op(text_.substr(at_, 2)), 2, Next::kValue);
    return true;
  }

  // ---- Brackets

  void open_brace() {
    braces_.push_back(brace_here());
    push(TokenKind::kOperator, op("{"), 1, Next::kValue);
  }

  Brace brace_here() const {
    if (!has_token()) return Brace::kBlock;
    const Token& last = tokens_.back();
    switch (last.kind) {
      case TokenKind::kVariable:
        return Brace::kElement;
      case TokenKind::kName:
        switch (static_cast<Word>(last.op)) {
          case Word::kReturn:
            return Brace::kElement;
          case Word::kDo:
          case Word::kEval:
          case Word::kSub:
            return Brace::kValueBlock;
          default:
            return Brace::kBlock;
        }
      case TokenKind::kOperator: {
        const bool is_block = last.op == op(";") || last.op == op("{") || last.op == op(")") ||
                              (last.op == op("}") && next_ == Next::kValue) ||
                              (last.op == op(":") && is_behind_label_);
        return is_block ? Brace::kBlock : Brace::kElement;
      }
      default:
        return Brace::kBlock;
    }
  }

  // Behind a block another statement comes, or the list it works on; behind others an operator.
  void close_brace() {
    const Brace brace = braces_.empty() ? Brace::kBlock : braces_.back();
    if (!braces_.empty()) braces_.pop_back();
    push(TokenKind::kOperator, op("}"), 1, brace == Brace::kBlock ? Next::kValue : Next::kOperator);
  }

  // sub f($$;@): signs that are no variables.
  bool prototype() {
    if (word_behind(1) != Word::kSub && word_behind(2) != Word::kSub) return false;
    if (tokens_.back().kind != TokenKind::kName) return false;
    std::uint32_t at = at_ + 1;
    while (at < end_ &&
           std::string_view("$@%&*;\\[]_+ \t\n").find(text_[at]) != std::string_view::npos)
      ++at;
    if (at >= end_ || text_[at] != ')') return false;
    at_ = at + 1;
    return true;
  }

  void operators() {
    const char c = text_[at_];
    const std::uint32_t length = operator_bytes(c, peek(1), peek(2));
    const std::uint32_t packed = op(text_.substr(at_, length));
    Next next = Next::kValue;
    if (c == ')' || c == ']') next = Next::kOperator;
    if (packed == op("++") || packed == op("--")) next = next_;
    is_behind_label_ = c == ':' && has_token() && tokens_.back().kind == TokenKind::kName;
    push(TokenKind::kOperator, packed, length, next);
  }

  // Of the longest operator that begins with these.
  static std::uint32_t operator_bytes(char first, char second, char third) {
    switch (first) {
      case '*':
      case '|':
      case '&':
      case '/':
      case '>':
        if (second == first) return third == '=' ? 3 : 2;
        return second == '=' ? 2 : 1;
      case '<':
        if (second == '=' && third == '>') return 3;
        if (second == first) return third == '=' ? 3 : 2;
        return second == '=' ? 2 : 1;
      case '.':
        if (second == '.') return third == '.' ? 3 : 2;
        return second == '=' ? 2 : 1;
      case '+':
        return second == '=' || second == '+' ? 2 : 1;
      case '-':
        return second == '=' || second == '-' || second == '>' ? 2 : 1;
      case '=':
        return second == '=' || second == '~' || second == '>' ? 2 : 1;
      case '!':
        return second == '=' || second == '~' ? 2 : 1;
      case '%':
      case '^':
        return second == '=' ? 2 : 1;
      case '~':
        return second == '~' ? 2 : 1;
      case ':':
        return second == ':' ? 2 : 1;
      default:
        return 1;
    }
  }

  std::string_view text_;
  std::uint32_t tokens_max_;
  std::vector<Token>& tokens_;
  std::size_t first_token_ = 0;  // of this region
  std::uint32_t at_ = 0;
  std::uint32_t end_ = 0;
  Next next_ = Next::kValue;
  bool is_line_start_ = true;
  bool is_done_ = false;
  bool is_behind_label_ = false;      // the last ':' stands behind a name
  std::vector<Brace> braces_;         // those that are open
  std::vector<std::size_t> waiting_;  // heredocs whose bodies are still to come
  std::size_t searched_in_vain_ = 0;
};

}  // namespace

void tokenise_perl_expression(std::string_view text, std::uint32_t begin, std::uint32_t end,
                              std::uint32_t tokens_max, std::vector<Token>& tokens) {
  Lexer(text, tokens_max, tokens).run(begin, end);
  tokens.push_back({TokenKind::kEnd, 0, end, 0});
}

void tokenise_perl(std::string_view text, std::span<const Region> regions, std::uint32_t tokens_max,
                   std::vector<Token>& tokens) {
  tokens.clear();
  Lexer lexer(text, tokens_max, tokens);
  auto stopped_at = static_cast<std::uint32_t>(text.size());
  for (const Region& region : regions) {
    if (region.length == 0 || region.kind == Region::Kind::kDirective) continue;
    const bool is_markup = region.kind == Region::Kind::kMarkup;
    if (!is_markup && region.language != Language::kPerl) continue;
    if (tokens.size() >= tokens_max) {
      stopped_at = region.begin;
      break;
    }
    if (is_markup) {
      tokens.push_back({TokenKind::kMarkup, 0, region.begin, region.length});
      continue;
    }
    const std::uint32_t reached = lexer.run(region.begin, region.begin + region.length);
    if (reached < region.begin + region.length) {
      stopped_at = reached;
      break;
    }
  }
  tokens.push_back({TokenKind::kEnd, 0, stopped_at, 0});
}

}  // namespace pugmark::script

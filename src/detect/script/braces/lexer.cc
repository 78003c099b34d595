#include "detect/script/braces/lexer.h"

#include <algorithm>

#include "base/text.h"
#include "detect/script/parse.h"

namespace pugmark::script {
namespace braces {
namespace {

bool is_members(const Region& region) { return region.kind == Region::Kind::kMembers; }

bool is_code(const Region& region) {
  return region.kind != Region::Kind::kMarkup && region.kind != Region::Kind::kDirective &&
         is_read_here(region.language);
}

// Control characters that Java allows in names and leaves out of them.
bool is_ignored_by_java(unsigned char c) {
  return c <= 0x08 || (c >= 0x0E && c <= 0x1B) || c == 0x7F;
}

// A name of the conditional compilation that JScript had: what stands behind @.
bool is_conditional_word(std::string_view name) {
  constexpr std::string_view kWords[] = {"cc_on", "if", "elif", "else", "end", "set"};
  return std::find(std::begin(kWords), std::end(kWords), name) != std::end(kWords);
}

}  // namespace

bool is_read_here(Language language) {
  return language == Language::kCSharp || language == Language::kJava ||
         language == Language::kJScript || language == Language::kCfScript ||
         language == Language::kCfml;
}

void Lexer::run() {
  tokens_.clear();
  for (std::size_t i = 0; i < regions_.size() && !is_full(); ++i) {
    const Region& of = regions_[i];
    const bool is_commented = comment_region_ != kNoRegion && i < comment_region_ &&
                              is_members(of) == comment_is_of_members_;
    if (is_commented || of.length == 0) continue;
    if (of.kind == Region::Kind::kMarkup) {
      tokens_.push_back({TokenKind::kMarkup, 0, of.begin, of.length});
    } else if (is_code(of)) {
      region(i);
    }
  }
  const bool is_whole = !is_full();
  const auto size = static_cast<std::uint32_t>(source_.size());
  const std::uint32_t end =
      is_whole || tokens_.empty() ? size : tokens_.back().begin + tokens_.back().length;
  tokens_.push_back({TokenKind::kEnd, 0, is_whole ? size : end, 0});
}

void Lexer::region(std::size_t number) {
  const Region& of = regions_[number];
  std::uint32_t begin = of.begin;
  const std::uint32_t end = of.begin + of.length;
  if (number == comment_region_) {
    begin = comment_end_;
    comment_region_ = kNoRegion;
  }
  language_ = of.language;
  classes_ = &byte_classes(language_);
  region_first_ = tokens_.size();
  is_in_comment_ = false;
  no_regex_until_ = no_character_until_ = no_format_until_ = no_attribute_text_until_ = 0;
  if (!templates_.empty()) {  // a string ends with its region at the latest
    templates_.clear();
    open_.clear();
    braces_count_ = 0;
  }
  if (is_java() && has_java_escapes(source_.substr(begin, end - begin))) {
    java_with_escapes(begin, end);
  } else {
    text_ = source_;
    at_ = begin_ = begin;
    end_ = end;
    code();
  }
  if (is_in_comment_) find_comment_end(number);
}

void Lexer::java_with_escapes(std::uint32_t begin, std::uint32_t end) {
  unescaped_.clear();
  places_.clear();
  append_java_unescaped(source_.substr(begin, end - begin), unescaped_, &places_);
  text_ = unescaped_;
  at_ = begin_ = 0;
  end_ = unescaped_.size();
  code();
  for (std::size_t i = region_first_; i < tokens_.size(); ++i) {
    Token& token = tokens_[i];
    const std::uint32_t from = places_[token.begin];
    const std::uint32_t to = places_[token.begin + token.length];
    if (token.kind == TokenKind::kName && to - from != token.length) token.op |= kOddSpelling;
    token.begin = begin + from;
    token.length = to - from;
  }
}

// A comment may begin in one piece of code and end in another: the markup between them is in it.
// One that never ends is no comment for any server; it is taken to end with its region, so that it
// can hide nothing.
void Lexer::find_comment_end(std::size_t after_region) {
  const bool of_members = is_members(regions_[after_region]);
  if (no_comment_ends_[of_members ? 1 : 0]) return;
  for (std::size_t i = after_region + 1; i < regions_.size(); ++i) {
    const Region& of = regions_[i];
    if (!is_code(of) || is_members(of) != of_members) continue;
    const std::size_t found = source_.substr(of.begin, of.length).find("*/");
    if (found == source_.npos) continue;
    comment_region_ = i;
    comment_end_ = of.begin + static_cast<std::uint32_t>(found) + 2;
    comment_is_of_members_ = of_members;
    return;
  }
  no_comment_ends_[of_members ? 1 : 0] = true;
}

void Lexer::code() {
  while (at_ < end_ && !is_full()) {
    switch (classes_->of[static_cast<unsigned char>(text_[at_])]) {
      case ByteClass::kBlank:
        ++at_;
        break;
      case ByteClass::kLetter:
        name();
        break;
      case ByteClass::kDigit:
        number();
        break;
      case ByteClass::kQuote:
        quote();
        break;
      case ByteClass::kSlash:
        slash();
        break;
      case ByteClass::kHigh:
        high();
        break;
      case ByteClass::kOther:
        operators();
        break;
    }
  }
}

void Lexer::emit(TokenKind kind, std::uint32_t op, std::size_t begin, std::size_t end) {
  tokens_.push_back(
      {kind, op, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end - begin)});
}

std::size_t Lexer::run_length(std::size_t place, char c, std::size_t most) const {
  std::size_t length = 0;
  while (length < most && place + length < end_ && text_[place + length] == c) ++length;
  return length;
}

// ---- Names ----

void Lexer::high() {
  const std::size_t begin = at_;
  std::size_t next = at_;
  const char32_t code_point = next_code_point(text_.substr(0, end_), next);
  if (is_wide_blank(code_point) || is_format_character(code_point)) {
    at_ = next;
  } else {
    odd_name(begin);
  }
}

void Lexer::name() {
  const std::size_t begin = at_;
  while (at_ < end_ && classes_->in_name[static_cast<unsigned char>(text_[at_])]) ++at_;
  const auto next = static_cast<unsigned char>(at(at_));
  if (next >= 0x80 || next == '\\' || (is_java() && at_ < end_ && is_ignored_by_java(next))) {
    odd_name(begin);
  } else {
    finish_name(begin, false);
  }
}

// Goes on with a name that has more in it than letters and digits of ASCII.
void Lexer::odd_name(std::size_t begin) {
  bool is_odd = false;
  while (at_ < end_) {
    if (classes_->in_name[static_cast<unsigned char>(text_[at_])]) {
      ++at_;
    } else if (!skip_odd_character(is_odd)) {
      break;
    }
  }
  finish_name(begin, is_odd);
}

bool Lexer::skip_odd_character(bool& is_odd) {
  const auto c = static_cast<unsigned char>(text_[at_]);
  if (c >= 0x80) {
    std::size_t next = at_;
    const char32_t code_point = next_code_point(text_.substr(0, end_), next);
    if (is_wide_blank(code_point)) return false;
    is_odd = is_odd || is_format_character(code_point);
    at_ = next;
    return true;
  }
  if (is_java() && is_ignored_by_java(c)) {
    is_odd = true;
    ++at_;
    return true;
  }
  if (c != '\\' || (!is_sharp() && !is_js())) return false;
  std::size_t next = at_ + 2;
  char32_t code_point = 0;
  const std::string_view text = text_.substr(0, end_);
  bool is_escape = false;
  if (at(at_ + 1) == 'u' && is_js() && at(next) == '{') {
    is_escape = read_hex(text, ++next, 1, 6, code_point) && at(next++) == '}';
  } else if (at(at_ + 1) == 'u') {
    is_escape = read_hex(text, next, 4, 4, code_point);
  } else if (at(at_ + 1) == 'U' && is_sharp()) {
    is_escape = read_hex(text, next, 8, 8, code_point);
  }
  if (!is_escape) return false;
  is_odd = true;
  at_ = next;
  return true;
}

void Lexer::finish_name(std::size_t begin, bool is_odd) {
  const std::string_view name = text_.substr(begin, at_ - begin);
  // An escape makes a name of what would be a word; Java's are resolved before words are looked
  // for.
  const Word word = is_odd ? Word::kNone : word_of(name, language_);
  emit(TokenKind::kName, static_cast<std::uint32_t>(word) | (is_odd ? kOddSpelling : 0), begin,
       at_);
}

// ---- Comments, and what else is passed over ----

void Lexer::slash() {
  const char next = at(at_ + 1);
  if (next == '/') {
    if (is_js() && at(at_ + 2) == '@') {
      at_ += 2;
      if (skip_conditional_compilation()) return;
    }
    skip_line();
  } else if (next == '*') {
    block_comment();
  } else if (!is_js() || !regex_may_begin() || !regex()) {
    operators();
  }
}

void Lexer::block_comment() {
  if (is_js() && at(at_ + 2) == '@') {
    const std::size_t begin = at_;
    at_ += 2;
    if (skip_conditional_compilation()) return;
    at_ = begin;
  }
  const std::size_t found = text_.substr(0, end_).find("*/", at_ + 2);
  is_in_comment_ = found == text_.npos;
  at_ = is_in_comment_ ? end_ : found + 2;
}

// C# and JScript know more line ends than \n and \r, and a comment ends with any of them.
void Lexer::skip_line() {
  while (at_ < end_) {
    const char c = text_[at_];
    if (c == '\n' || c == '\r') return;
    if (c == '\xE2' && !is_java() && at(at_ + 1) == '\x80' &&
        (at(at_ + 2) == '\xA8' || at(at_ + 2) == '\xA9'))
      return;
    if (c == '\xC2' && is_sharp() && at(at_ + 1) == '\x85') return;
    ++at_;
  }
}

bool Lexer::is_first_on_line() const {
  std::size_t before = at_;
  while (before > begin_ && (text_[before - 1] == ' ' || text_[before - 1] == '\t')) --before;
  if (before == begin_ + 3 && text_.substr(begin_, 3) == "\xEF\xBB\xBF") return true;
  return before == begin_ || text_[before - 1] == '\n' || text_[before - 1] == '\r';
}

// At "@": "@cc_on", "@if" and so on are passed over, so that what they enclose is code.
bool Lexer::skip_conditional_compilation() {
  std::size_t next = at_ + 1;
  while (next < end_ && classes_->in_name[static_cast<unsigned char>(text_[next])]) ++next;
  const std::string_view word = text_.substr(at_ + 1, next - at_ - 1);
  if (!is_conditional_word(word)) return false;
  at_ = next;
  if (word == "if" || word == "elif") skip_condition();
  return true;
}

// "(...)" behind "@if": every branch is read. A condition that is long is no condition.
void Lexer::skip_condition() {
  constexpr std::size_t kConditionBytesMax = 200;
  std::size_t next = at_;
  while (at(next) == ' ' || at(next) == '\t') ++next;
  if (at(next) != '(') return;
  std::size_t depth = 0;
  for (const std::size_t last = next + kConditionBytesMax; next < last && next < end_; ++next) {
    if (text_[next] == '(') ++depth;
    if (text_[next] == ')' && --depth == 0) {
      at_ = next + 1;
      return;
    }
  }
}

bool Lexer::skip_marks() {
  const char c = text_[at_];
  if (is_sharp() && c == '#' && is_first_on_line()) {  // every branch of #if is read
    skip_line();
    return true;
  }
  if (is_js() && c == '@') {
    if (at(at_ + 1) == '*' && at(at_ + 2) == '/') {
      at_ += 3;
      return true;
    }
    return skip_conditional_compilation();
  }
  if (is_js() && ((c == '<' && text_.substr(at_, std::min<std::size_t>(4, end_ - at_)) == "<!--") ||
                  (c == '-' && at(at_ + 1) == '-' && at(at_ + 2) == '>' && is_first_on_line()))) {
    skip_line();
    return true;
  }
  if (is_cf() && c == '#') {  // outside of a string it means nothing
    ++at_;
    return true;
  }
  if (is_cf() && c == '<' && at(at_ + 1) == '!' && at(at_ + 2) == '-' && at(at_ + 3) == '-' &&
      at(at_ + 4) == '-') {
    const std::size_t found = text_.substr(0, end_).find("--->", at_ + 5);
    at_ = found == text_.npos ? end_ : found + 4;
    return true;
  }
  return false;
}

// ---- Operators ----

void Lexer::open_bracket(char c) {
  const Token* const before = previous();
  if (c == '(') {
    const Word word = before ? braces::word_of(*before) : Word::kNone;
    const bool is_condition =
        word == Word::kIf || word == Word::kWhile || word == Word::kFor || word == Word::kWith;
    open_.push_back(is_condition ? Open::kCondition : Open::kParenthesis);
  } else if (c == '[') {
    open_.push_back(Open::kBracket);
  } else {
    bool is_block = before == nullptr || before->kind == TokenKind::kMarkup;
    if (before && before->kind == TokenKind::kName) {
      const Word word = braces::word_of(*before);
      is_block = word != Word::kReturn && word != Word::kTypeof && word != Word::kIn;
    } else if (before && before->kind == TokenKind::kOperator) {
      const std::uint32_t o = before->op;
      is_block = o == op(")") || o == op(";") || o == op("{") || o == op("}") || o == op("=>") ||
                 (o == op(":") && (open_.empty() || open_.back() == Open::kBlock));
    }
    open_.push_back(is_block ? Open::kBlock : Open::kObject);
    ++braces_count_;
  }
}

// A bracket of the wrong kind closes what it can: a brace all that is open inside the last brace,
// others only what is no brace.
void Lexer::close_bracket(char c) {
  statement_may_follow_ = false;
  if (open_.empty() || (c == '}' && braces_count_ == 0)) return;
  const auto is_brace = [](Open open) { return open >= Open::kBlock; };
  if (c == '}') {
    while (!is_brace(open_.back())) open_.pop_back();
    if (open_.back() == Open::kCode) return;  // only # ends it
    --braces_count_;
  } else if (is_brace(open_.back())) {
    return;
  }
  statement_may_follow_ = open_.back() == Open::kBlock || open_.back() == Open::kCondition;
  open_.pop_back();
}

void Lexer::operators() {
  const char c = text_[at_];
  if (!templates_.empty() && end_code_of_template(c)) return;
  if (skip_marks()) return;
  if (c == '.' && at(at_ + 1) >= '0' && at(at_ + 1) <= '9') {
    number();
    return;
  }
  if (is_java() && c == '\\' && attribute_text()) return;
  if (is_sharp() && (c == '@' || c == '$') && sharp_prefix()) return;
  if ((c == '\\' && (is_sharp() || is_js())) || ((c == '@' || c == '#') && is_js())) {
    const std::size_t begin = at_;
    if (c != '\\') ++at_;
    odd_name(begin);
    if (tokens_.back().length > 0 && at_ > begin + (c != '\\' ? 1 : 0)) return;
    tokens_.pop_back();  // no name after all
    at_ = begin;
  }
  const std::size_t length = std::min(operator_length(), end_ - at_);
  if (length == 1) {
    if (c == '(' || c == '[' || c == '{') open_bracket(c);
    if (c == ')' || c == ']' || c == '}') close_bracket(c);
  }
  emit(TokenKind::kOperator, op(text_.substr(at_, length)), at_, at_ + length);
  at_ += length;
}

std::size_t Lexer::operator_length() const {
  const char c = text_[at_];
  const char second = at(at_ + 1);
  const char third = at(at_ + 2);
  const auto with_equals = [&](std::size_t length) {
    return at(at_ + length) == '=' ? length + 1 : length;
  };
  switch (c) {
    case '+':
    case '-':
      if (second == '>' && c == '-') return is_java() || is_sharp() ? 2 : 1;
      return second == c ? 2 : with_equals(1);
    case '*':
      return with_equals(second == '*' && is_js() ? 2 : 1);
    case '/':
    case '%':
    case '^':
      return with_equals(1);
    case '=':
      if (second == '>') return 2;
      return second == '=' && third == '=' ? 3 : with_equals(1);
    case '!':
      return second == '=' && third == '=' ? 3 : with_equals(1);
    case '<':
      if (second == '>' && is_cf()) return 2;
      return with_equals(second == '<' ? 2 : 1);
    case '>':
      return with_equals(second == '>' ? (third == '>' ? 3 : 2) : 1);
    case '&':
    case '|':
      return with_equals(second == c ? 2 : 1);
    case '?':
      if (second == '?') return with_equals(2);
      if (second == '.' && !(third >= '0' && third <= '9')) return is_java() ? 1 : 2;
      return second == ':' && is_cf() ? 2 : 1;
    case '.':
      if (second == '.') return third == '.' ? 3 : (is_sharp() ? 2 : 1);
      return 1;
    case ':':
      return second == ':' && !is_js() ? 2 : 1;
    default:
      return 1;
  }
}

}  // namespace braces

void tokenise_braces(std::string_view text, std::span<const Region> regions,
                     std::uint32_t tokens_max, std::vector<Token>& tokens) {
  braces::Lexer(text, regions, tokens_max, tokens).run();
}

}  // namespace pugmark::script

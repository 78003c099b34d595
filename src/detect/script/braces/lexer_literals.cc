// Numbers, strings, characters, regular expressions, and strings with code inside.
#include <algorithm>
#include <cstdint>

#include "detect/script/braces/lexer.h"

namespace pugmark::script::braces {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_line_end(char c) { return c == '\n' || c == '\r'; }

}  // namespace

void Lexer::number() {
  const std::size_t begin = at_;
  const bool is_hex = text_[begin] == '0' && (at(begin + 1) | 0x20) == 'x';
  bool has_point = false;
  for (; at_ < end_; ++at_) {
    const char c = text_[at_];
    const char next = at(at_ + 1);
    if (classes_->in_name[static_cast<unsigned char>(c)]) continue;
    if (c == '.' && !has_point && !is_hex) {
      // A point belongs to the number unless a member or a range follows.
      const bool is_suffix = is_java() && (next == 'f' || next == 'd' || next == 'F' ||
                                           next == 'D' || next == 'e' || next == 'E');
      const bool is_member = classes_->of[static_cast<unsigned char>(next)] == ByteClass::kLetter ||
                             (next == '.' && !is_js()) || (is_sharp() && !is_digit(next));
      if (is_member && !is_suffix) break;
      has_point = true;
      continue;
    }
    const char before = at_ > begin ? static_cast<char>(text_[at_ - 1] | 0x20) : '\0';
    if ((c != '+' && c != '-') || before != (is_hex ? 'p' : 'e')) break;
  }
  emit(TokenKind::kNumber, 0, begin, at_);
}

void Lexer::quote() {
  const char c = text_[at_];
  if (is_cf() && c != '`') {
    begin_template(at_, {c, true, false, 1, 1});
  } else if (is_js()) {
    if (c == '`') {
      begin_template(at_, {c, false, false, 1, 1});
    } else {
      quoted(at_, c);
    }
  } else if (c == '"') {
    const std::size_t quotes = run_length(at_, '"', is_java() ? 3 : end_ - at_);
    if (quotes >= 3) {
      raw(at_, quotes);
    } else {
      quoted(at_, c);
    }
  } else if (c == '\'' && !is_cf()) {
    character();
  } else {
    operators();
  }
}

// A string that ends with its line at the latest.
void Lexer::quoted(std::size_t begin, char quote) {
  std::size_t next = begin + 1;
  for (; next < end_; ++next) {
    const char c = text_[next];
    if (c == quote) {
      ++next;
      break;
    }
    if (is_line_end(c)) break;
    if (c == '\\') {
      ++next;
      if (at(next) == '\r' && at(next + 1) == '\n') ++next;
    }
  }
  at_ = std::min(next, end_);
  emit(TokenKind::kText, static_cast<std::uint32_t>(quote), begin, at_);
}

// @"...": only a doubled quote is special. begin stands at the @.
void Lexer::verbatim(std::size_t begin) {
  std::size_t next = begin + 2;
  while (next < end_) {
    const std::size_t found = text_.find('"', next);
    next = found == text_.npos ? end_ : std::min(found + 1, end_);
    if (at(next) != '"') break;
    ++next;
  }
  at_ = next;
  emit(TokenKind::kText, op("\""), begin, at_);
}

// """...""" with as many quotes as it began with; in Java a quote may be escaped.
void Lexer::raw(std::size_t begin, std::size_t quotes) {
  std::size_t next = begin + quotes;
  while (next < end_) {
    if (text_[next] == '"') {
      const std::size_t run = run_length(next, '"', is_java() ? quotes : end_ - next);
      next += run;
      if (run >= quotes) break;
    } else {
      next += text_[next] == '\\' && is_java() ? 2U : 1U;
    }
  }
  at_ = std::min(next, end_);
  emit(TokenKind::kText, op("\""), begin, at_);
}

// In an attribute of a JSP tag, whose quotes are taken, strings are written \"...\". True if one
// stands here, and ends on its line.
bool Lexer::attribute_text() {
  const char quote = at(at_ + 1);
  if ((quote != '"' && quote != '\'') || at_ < no_attribute_text_until_) return false;
  std::size_t next = at_ + 2;
  for (; next < end_ && !is_line_end(text_[next]); ++next) {
    if (text_[next] != '\\') continue;
    ++next;
    if (at(next) == quote) {
      const std::size_t begin = at_;
      at_ = next + 1;
      emit(TokenKind::kText, static_cast<std::uint32_t>(quote), begin, at_);
      return true;
    }
    if (at(next) == '\\' && at(next + 1) == '\\') next += 2;  // \\\" is a quote in it
  }
  no_attribute_text_until_ = next;
  return false;
}

void Lexer::character() {
  const std::size_t begin = at_;
  std::size_t next = begin + 1;
  if (begin >= no_character_until_) {
    while (next < end_ && text_[next] != '\'' && !is_line_end(text_[next]))
      next += text_[next] == '\\' ? 2U : 1U;
    if (next < end_ && text_[next] == '\'') {
      at_ = next + 1;
      emit(TokenKind::kCharacter, op("'"), begin, at_);
      return;
    }
    no_character_until_ = next;
  }
  ++at_;
  emit(TokenKind::kOperator, op("'"), begin, at_);
}

// ---- Regular expressions ----

bool Lexer::regex_may_begin() const {
  const Token* const before = previous();
  if (before == nullptr) return true;
  switch (before->kind) {
    case TokenKind::kName:
      switch (braces::word_of(*before)) {
        case Word::kReturn:
        case Word::kTypeof:
        case Word::kInstanceof:
        case Word::kIn:
        case Word::kNew:
        case Word::kDelete:
        case Word::kVoid:
        case Word::kThrow:
        case Word::kCase:
        case Word::kDo:
        case Word::kElse:
          return true;
        default:
          return false;
      }
    case TokenKind::kTemplate:
      return (before->op & kTemplateEnds) == 0;
    case TokenKind::kOperator:
      if (before->op == op(")") || before->op == op("}")) return statement_may_follow_;
      return before->op != op("]") && before->op != op("++") && before->op != op("--");
    default:
      return false;
  }
}

bool Lexer::regex() {
  if (at_ < no_regex_until_) return false;
  bool is_in_class = false;
  std::size_t next = at_ + 1;
  for (; next < end_ && !is_line_end(text_[next]); ++next) {
    const char c = text_[next];
    if (c == '\\') {
      ++next;
    } else if (c == '[') {
      is_in_class = true;
    } else if (c == ']') {
      is_in_class = false;
    } else if (c == '/' && !is_in_class) {
      const std::size_t begin = at_;
      at_ = next + 1;
      while (at_ < end_ && classes_->in_name[static_cast<unsigned char>(text_[at_])]) ++at_;
      emit(TokenKind::kRegex, 0, begin, at_);
      return true;
    }
  }
  no_regex_until_ = next;
  return false;
}

// ---- Strings with code inside ----

// At @ or $: true if a string or a name begins with it.
bool Lexer::sharp_prefix() {
  const std::size_t begin = at_;
  const std::size_t dollars = run_length(begin, '$', 200);
  const std::size_t after = begin + dollars;
  if (dollars == 0) {
    if (at(begin + 1) == '"') {
      verbatim(begin);
      return true;
    }
    if (at(begin + 1) == '$' && at(begin + 2) == '"') {
      at_ = begin + 2;
      begin_template(begin, {'"', true, false, 1, 1});
      return true;
    }
    const ByteClass next = classes_->of[static_cast<unsigned char>(at(begin + 1))];
    if (next != ByteClass::kLetter && next != ByteClass::kHigh && at(begin + 1) != '\\')
      return false;
    ++at_;
    odd_name(begin);
    tokens_.back().op = kOddSpelling;  // @if is a name
    return true;
  }
  if (at(after) == '@' && at(after + 1) == '"') {
    at_ = after + 1;
    begin_template(begin, {'"', true, false, 1, 1});
    return true;
  }
  if (at(after) != '"') return false;
  const std::size_t quotes = run_length(after, '"', 200);
  at_ = after;
  if (quotes >= 3) {
    begin_template(begin, {'"', false, true, static_cast<std::uint8_t>(dollars),
                           static_cast<std::uint8_t>(quotes)});
  } else {
    begin_template(begin, {'"', false, false, 1, 1});
  }
  return true;
}

// at_ stands at the first quote, the token begins at `begin`.
void Lexer::begin_template(std::size_t begin, const Template& made) {
  at_ += made.quotes;
  template_text(begin, made, true);
}

void Lexer::template_text(std::size_t begin, const Template& made, bool is_first) {
  bool begins_code = false;
  while (at_ < end_ && !template_stops(made, begins_code)) {
  }
  template_piece(begin, made, is_first, !begins_code);
  if (!begins_code) return;
  templates_.push_back(made);
  open_.push_back(Open::kCode);
  ++braces_count_;
}

void Lexer::template_piece(std::size_t begin, const Template& made, bool is_first, bool is_last) {
  const auto quote = static_cast<std::uint32_t>(made.quote);
  if (is_cf() && is_first && is_last) {
    emit(TokenKind::kText, quote, begin, at_);
    return;
  }
  std::uint32_t marks = quote | static_cast<std::uint32_t>(made.braces) << kTemplateBracesShift |
                        static_cast<std::uint32_t>(made.quotes) << kTemplateQuotesShift;
  if (is_first) marks |= kTemplateBegins;
  if (is_last) marks |= kTemplateEnds;
  if (made.is_verbatim) marks |= kTemplateVerbatim;
  if (made.is_raw) marks |= kTemplateRaw;
  emit(TokenKind::kTemplate, marks, begin, at_);
}

// One step through the text of a template: true if it ends here, behind the quote or behind what
// begins code.
bool Lexer::template_stops(const Template& made, bool& begins_code) {
  const char c = text_[at_];
  const bool is_doubled = at(at_ + 1) == c;
  if (c == made.quote) {
    const std::size_t run = made.is_raw ? run_length(at_, c, end_ - at_) : 1;
    const bool is_escaped = made.is_verbatim && is_doubled;
    at_ += is_escaped ? 2 : run;
    return !is_escaped && run >= made.quotes;
  }
  if (c == '\\' && !made.is_raw && !made.is_verbatim) {
    at_ = std::min(at_ + 2, end_);
    return false;
  }
  std::size_t length = 1;
  if (is_js()) {
    begins_code = c == '$' && at(at_ + 1) == '{';
    length = begins_code ? 2 : 1;
  } else if (is_cf()) {
    begins_code = c == '#' && !is_doubled;
    length = c == '#' && is_doubled ? 2 : 1;
  } else if (c == '{') {
    length = made.is_raw ? run_length(at_, c, end_ - at_) : (is_doubled ? 2 : 1);
    begins_code = made.is_raw ? length >= made.braces : !is_doubled;
  } else if (is_line_end(c) && !made.is_raw && !made.is_verbatim) {
    return true;  // of $"...": it is not closed
  }
  at_ += length;
  return begins_code;
}

// True if `c`, outside of brackets, ends the code inside a template: its text goes on.
bool Lexer::end_code_of_template(char c) {
  if (c == '}' && !is_cf()) {
    while (open_.back() < Open::kBlock) open_.pop_back();
    if (open_.back() != Open::kCode) return false;
  } else if (open_.back() != Open::kCode || c != (is_cf() ? '#' : ':') || is_js() || is_java()) {
    return false;
  }
  const Template made = templates_.back();
  const std::size_t begin = at_;
  if (c == ':') {  // a format: up to the brace
    if (at(begin + 1) == ':' || begin < no_format_until_) return false;
    std::size_t brace = begin;
    while (brace < end_ && text_[brace] != '}' && text_[brace] != made.quote &&
           !is_line_end(text_[brace]))
      ++brace;
    if (at(brace) != '}') {
      no_format_until_ = brace;
      return false;
    }
    at_ = brace;
  }
  at_ += is_cf() ? 1 : run_length(at_, '}', made.braces);
  open_.pop_back();
  --braces_count_;
  templates_.pop_back();
  template_text(begin, made, false);
  return true;
}

}  // namespace pugmark::script::braces

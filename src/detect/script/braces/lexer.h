#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detect/script/braces/characters.h"
#include "detect/script/braces/words.h"
#include "detect/script/language.h"
#include "detect/script/token.h"

namespace pugmark::script::braces {

// What Token::op holds beyond its contract. Of kName: the Word in the low half, and whether the
// name must be cleaned (clean_name()). Of kTemplate, which is one token for each stretch of text
// between two pieces of code, the code's tokens standing between them: the quote in the lowest
// byte, then these marks, then how many braces begin code (C#) and how many quotes end the text.
inline constexpr std::uint32_t kOddSpelling = 1U << 16U;
inline constexpr std::uint32_t kTemplateBegins = 1U << 8U;
inline constexpr std::uint32_t kTemplateEnds = 1U << 9U;
inline constexpr std::uint32_t kTemplateVerbatim = 1U << 10U;  // "" is a quote
inline constexpr std::uint32_t kTemplateRaw = 1U << 11U;       // nothing is escaped
inline constexpr std::uint32_t kTemplateBracesShift = 16;
inline constexpr std::uint32_t kTemplateQuotesShift = 24;

constexpr Word word_of(const Token& token) {
  return token.kind == TokenKind::kName ? static_cast<Word>(token.op & 0xFFFFU) : Word::kNone;
}

// True for the languages that are read here. CFML's expressions are read as cfscript.
bool is_read_here(Language language);

// Reads the regions one by one. tokenise_braces() is the door.
class Lexer {
 public:
  Lexer(std::string_view text, std::span<const Region> regions, std::uint32_t tokens_max,
        std::vector<Token>& tokens)
      : source_(text), regions_(regions), tokens_max_(tokens_max), tokens_(tokens) {}

  void run();

 private:
  // What a bracket that is still open is.
  enum class Open : std::uint8_t {
    kParenthesis,
    kCondition,  // of if, while, for, with: a statement may follow
    kBracket,
    kBlock,
    kObject,
    kCode,  // inside a template
  };
  struct Template {
    char quote = 0;
    bool is_verbatim = false;
    bool is_raw = false;
    std::uint8_t braces = 1;
    std::uint8_t quotes = 1;
  };

  // ---- Regions (lexer.cc)
  void region(std::size_t number);
  void java_with_escapes(std::uint32_t begin, std::uint32_t end);
  void code();
  bool is_full() const { return tokens_.size() >= tokens_max_; }
  void find_comment_end(std::size_t after_region);

  // ---- Tokens that are no literals (lexer.cc)
  void high();
  void name();
  void odd_name(std::size_t begin);
  bool skip_odd_character(bool& is_odd);
  void finish_name(std::size_t begin, bool is_odd);
  void slash();
  void block_comment();
  void skip_line();
  void operators();
  bool skip_marks();  // of one language: directives of C#, conditional compilation of JScript
  bool skip_conditional_compilation();
  void skip_condition();
  bool is_first_on_line() const;
  void open_bracket(char c);
  void close_bracket(char c);
  std::size_t operator_length() const;

  // ---- Literals (lexer_literals.cc)
  void number();
  void quote();
  void quoted(std::size_t begin, char quote);
  void verbatim(std::size_t begin);
  void raw(std::size_t begin, std::size_t quotes);
  bool attribute_text();
  void character();
  bool regex();
  bool regex_may_begin() const;
  bool sharp_prefix();  // @"", $"", $@"", @$"", $"""
  void begin_template(std::size_t begin, const Template& made);
  void template_text(std::size_t begin, const Template& made, bool is_first);
  void template_piece(std::size_t begin, const Template& made, bool is_first, bool is_last);
  bool template_stops(const Template& made, bool& begins_code);
  bool end_code_of_template(char c);

  char at(std::size_t place) const { return place < end_ ? text_[place] : '\0'; }
  bool is_java() const { return language_ == Language::kJava; }
  bool is_sharp() const { return language_ == Language::kCSharp; }
  bool is_js() const { return language_ == Language::kJScript; }
  bool is_cf() const { return !is_java() && !is_sharp() && !is_js(); }
  // The token before, if it stands in the same region.
  const Token* previous() const {
    return tokens_.size() > region_first_ ? &tokens_.back() : nullptr;
  }
  void emit(TokenKind kind, std::uint32_t op, std::size_t begin, std::size_t end);
  std::size_t run_length(std::size_t place, char c, std::size_t most) const;

  std::string_view source_;
  std::span<const Region> regions_;
  std::uint32_t tokens_max_;
  std::vector<Token>& tokens_;

  // The region being read: text_[at_, end_), of the source or, with escapes of Java, of unescaped_.
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  Language language_ = Language::kCSharp;
  const ByteClasses* classes_ = nullptr;
  std::size_t region_first_ = 0;  // its first token
  std::string unescaped_;
  std::vector<std::uint32_t> places_;

  std::vector<Open> open_;
  std::vector<Template> templates_;    // that have code open: as many as there are kCode in open_
  std::size_t braces_count_ = 0;       // kBlock, kObject and kCode in open_
  bool statement_may_follow_ = false;  // the bracket closed last
  // Up to where a search failed, so that none is made twice: for the end of a regular expression,
  // of a character, of a format, of a string in an attribute.
  std::size_t no_regex_until_ = 0;
  std::size_t no_character_until_ = 0;
  std::size_t no_format_until_ = 0;
  std::size_t no_attribute_text_until_ = 0;

  // A comment that goes on behind markup, as far as text position comment_end_ of a later region.
  static constexpr std::size_t kNoRegion = static_cast<std::size_t>(-1);
  std::size_t comment_region_ = kNoRegion;
  std::uint32_t comment_end_ = 0;
  bool comment_is_of_members_ = false;
  bool is_in_comment_ = false;    // the region ended inside one
  bool no_comment_ends_[2] = {};  // none found any more: in code, in members
};

}  // namespace pugmark::script::braces

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pugmark::script::php {

// Where PHP's strings, heredocs and comments end. All of these look no further than the end of the
// text they are given, which is where something that is never closed ends. Linear.

// After the closing quote of '...', which begins at `at`.
std::size_t end_of_single_quoted(std::string_view text, std::size_t at);

// The end of the line at `at`, its line break not included.
std::size_t end_of_line(std::string_view text, std::size_t at);

// After the end of the comment that begins at `at` with "/*".
std::size_t end_of_block_comment(std::string_view text, std::size_t at);

// After the closing bracket of the attribute #[...] that begins at `at`; 0 if it is none but, as it
// was before PHP 8, a comment. An attribute begins with a name and closes its brackets within
// kAttributeBytesMax, nested no deeper than kAttributeDepthMax.
inline constexpr std::size_t kAttributeBytesMax = 4096;
inline constexpr std::size_t kAttributeDepthMax = 32;
std::size_t end_of_attribute(std::string_view text, std::size_t at);

// The opening mark of a heredoc or nowdoc: <<<X, <<<"X", <<<'X', and the line break after it.
struct HeredocMark {
  std::string_view label;  // empty: it is none
  bool is_raw = false;     // nowdoc
  std::size_t body = 0;    // where its first line begins
};
HeredocMark heredoc_mark(std::string_view text, std::size_t at);

// The last line of a heredoc, as far as it belongs to it: blanks and the label.
struct HeredocEnd {
  std::size_t line = 0;  // where the line begins; text.size() if the heredoc is never closed
  std::size_t end = 0;   // after the label
};
// Looks at one line: true if the line that begins at `at` closes a heredoc with this label.
bool closes_heredoc(std::string_view text, std::size_t at, std::string_view label, HeredocEnd& end);
HeredocEnd end_of_nowdoc(std::string_view text, const HeredocMark& mark);

// Strings with code in them, which has strings in it, which have code in them. What is nested
// deeper than kDepthMax counts as text of the string it stands in. One thread.
class NestedScanner {
 public:
  static constexpr std::size_t kDepthMax = 32;

  explicit NestedScanner(std::string_view text) : text_(text) {}

  // After the closing quote of "..." or `...`, which begins at `at`.
  std::size_t end_of_quoted(std::size_t at);
  HeredocEnd end_of_heredoc(const HeredocMark& mark);
  // After the closing brace of the code that begins at `at`, which is that of the opening brace.
  std::size_t end_of_braces(std::size_t at);

  bool has_code() const { return has_code_; }  // the string asked for last has code in it

 private:
  struct Level {
    char kind = '{';  // '{' code, '<' heredoc, or the quote of a string
    std::string_view label;
  };
  std::size_t run(std::size_t at, const Level& first);
  std::size_t step_in_code(std::size_t at);
  std::size_t step_in_text(std::size_t at, const Level& level);
  bool push(const Level& level);

  std::string_view text_;
  std::array<Level, kDepthMax> levels_;
  std::size_t depth_ = 0;
  HeredocEnd heredoc_end_;
  bool has_code_ = false;
};

}  // namespace pugmark::script::php

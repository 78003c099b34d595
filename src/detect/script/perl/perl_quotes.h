#pragma once

#include <cstdint>
#include <string_view>

namespace pugmark::script {

// What a quote-like piece of Perl is.
enum class PerlQuoteKind : std::uint8_t {
  kNone,
  kPlain,           // '', q()
  kInterpolated,    // "", qq()
  kCommand,         // ``, qx()
  kWords,           // qw()
  kMatch,           // //, m()
  kRegex,           // qr()
  kSubstitution,    // s()()
  kTransliteration  // tr()(), y()()
};

// Where its parts stand in the text.
struct PerlQuote {
  PerlQuoteKind kind = PerlQuoteKind::kNone;
  char delimiter = '\0';  // the opening one; between '' nothing is interpolated
  std::uint32_t first_begin = 0;
  std::uint32_t first_end = 0;
  std::uint32_t second_begin = 0;  // of kSubstitution and kTransliteration
  std::uint32_t second_end = 0;
  std::uint32_t flags_begin = 0;
  std::uint32_t end = 0;  // behind all of it
};

// The quote that begins at text[at] with its word or its delimiter. What is not closed goes on to
// `end`. kNone if there is none.
PerlQuote perl_quote_at(std::string_view text, std::uint32_t at, std::uint32_t end);

// The mark of a heredoc: <<"A", <<'A', <<A, <<~A.
struct PerlHeredoc {
  bool is_heredoc = false;
  bool is_plain = false;     // nothing in it is interpolated
  bool is_indented = false;  // and its end may be so, too
  std::string_view name;
  std::uint32_t mark_end = 0;
};
PerlHeredoc perl_heredoc_at(std::string_view text, std::uint32_t at, std::uint32_t end);

// The body of a heredoc, which begins at `from`.
struct PerlHeredocBody {
  std::uint32_t end = 0;     // of its last line
  std::uint32_t behind = 0;  // the line that ends it
  bool is_closed = false;
};
PerlHeredocBody perl_heredoc_body(std::string_view text, std::uint32_t from, std::uint32_t end,
                                  const PerlHeredoc& heredoc);

// The position of the delimiter that closes the one at text[at], or `end`.
std::uint32_t closing_perl_delimiter(std::string_view text, std::uint32_t at, std::uint32_t end);

bool is_perl_name_start(char c);
bool is_perl_name_char(char c);

}  // namespace pugmark::script

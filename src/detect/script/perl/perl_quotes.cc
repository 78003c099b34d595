#include "detect/script/perl/perl_quotes.h"

#include <algorithm>

namespace pugmark::script {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

char closing_of(char opening) {
  switch (opening) {
    case '(':
      return ')';
    case '[':
      return ']';
    case '{':
      return '}';
    case '<':
      return '>';
    default:
      return opening;
  }
}

PerlQuoteKind kind_of_word(std::string_view word) {
  if (word == "q") return PerlQuoteKind::kPlain;
  if (word == "qq") return PerlQuoteKind::kInterpolated;
  if (word == "qx") return PerlQuoteKind::kCommand;
  if (word == "qw") return PerlQuoteKind::kWords;
  if (word == "m") return PerlQuoteKind::kMatch;
  if (word == "qr") return PerlQuoteKind::kRegex;
  if (word == "s") return PerlQuoteKind::kSubstitution;
  if (word == "tr" || word == "y") return PerlQuoteKind::kTransliteration;
  return PerlQuoteKind::kNone;
}

PerlQuoteKind kind_of_delimiter(char c) {
  switch (c) {
    case '\'':
      return PerlQuoteKind::kPlain;
    case '"':
      return PerlQuoteKind::kInterpolated;
    case '`':
      return PerlQuoteKind::kCommand;
    case '/':
      return PerlQuoteKind::kMatch;
    default:
      return PerlQuoteKind::kNone;
  }
}

std::uint32_t behind_blanks(std::string_view text, std::uint32_t at, std::uint32_t end) {
  while (at < end && is_blank(text[at])) ++at;
  return at;
}

// Blanks and comments may stand between the two parts of s{}{}.
std::uint32_t behind_comments(std::string_view text, std::uint32_t at, std::uint32_t end) {
  at = behind_blanks(text, at, end);
  while (at < end && text[at] == '#') {
    while (at < end && text[at] != '\n') ++at;
    at = behind_blanks(text, at, end);
  }
  return at;
}

void second_part(std::string_view text, std::uint32_t end, PerlQuote& quote) {
  std::uint32_t at = quote.first_end;
  if (at < end && closing_of(quote.delimiter) != quote.delimiter) {
    at = behind_comments(text, at + 1, end);
    if (at >= end) {
      quote.second_begin = quote.second_end = quote.end = end;
      return;
    }
  }
  quote.second_begin = std::min(at + 1, end);
  quote.second_end = at < end ? closing_perl_delimiter(text, at, end) : end;
  quote.end = std::min(quote.second_end + 1, end);
}

}  // namespace

bool is_perl_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_perl_name_char(char c) { return is_perl_name_start(c) || (c >= '0' && c <= '9'); }

std::uint32_t closing_perl_delimiter(std::string_view text, std::uint32_t at, std::uint32_t end) {
  const char opening = text[at];
  const char closing = closing_of(opening);
  std::size_t level = 0;
  for (++at; at < end; ++at) {
    const char c = text[at];
    if (c == '\\' && opening != '\\') {
      ++at;
    } else if (c == closing) {
      if (level == 0) return at;
      --level;
    } else if (c == opening) {
      ++level;
    }
  }
  return end;
}

PerlQuote perl_quote_at(std::string_view text, std::uint32_t at, std::uint32_t end) {
  PerlQuote quote;
  const std::uint32_t begin = at;
  while (at < end && is_perl_name_char(text[at])) ++at;
  if (at > begin) {
    quote.kind = kind_of_word(text.substr(begin, at - begin));
    const std::uint32_t behind = behind_blanks(text, at, end);
    if (behind > at && behind < end && text[behind] == '#') return {};
    at = behind;
  } else if (at < end) {
    quote.kind = kind_of_delimiter(text[at]);
  }
  if (quote.kind == PerlQuoteKind::kNone || at >= end) return {};
  quote.delimiter = text[at];
  quote.first_begin = at + 1;
  quote.first_end = closing_perl_delimiter(text, at, end);
  quote.end = std::min(quote.first_end + 1, end);
  const bool is_pair =
      quote.kind == PerlQuoteKind::kSubstitution || quote.kind == PerlQuoteKind::kTransliteration;
  if (is_pair) second_part(text, end, quote);
  quote.flags_begin = quote.end;
  if (is_pair || quote.kind == PerlQuoteKind::kMatch || quote.kind == PerlQuoteKind::kRegex) {
    while (quote.end < end && text[quote.end] >= 'a' && text[quote.end] <= 'z') ++quote.end;
  }
  return quote;
}

PerlHeredoc perl_heredoc_at(std::string_view text, std::uint32_t at, std::uint32_t end) {
  PerlHeredoc heredoc;
  if (text.substr(at, std::min<std::size_t>(2, end - at)) != "<<") return heredoc;
  at += 2;
  if (at < end && text[at] == '~') {
    heredoc.is_indented = true;
    ++at;
  }
  std::uint32_t name_at = at;
  while (name_at < end && (text[name_at] == ' ' || text[name_at] == '\t')) ++name_at;
  if (name_at < end && (text[name_at] == '"' || text[name_at] == '\'' || text[name_at] == '`')) {
    const char quote = text[name_at];
    heredoc.is_plain = quote == '\'';
    std::uint32_t name_end = name_at + 1;
    while (name_end < end && text[name_end] != quote && text[name_end] != '\n') ++name_end;
    if (name_end >= end || text[name_end] != quote) return heredoc;
    heredoc.name = text.substr(name_at + 1, name_end - name_at - 1);
    heredoc.mark_end = name_end + 1;
  } else {
    std::uint32_t name_end = at;
    while (name_end < end && is_perl_name_char(text[name_end])) ++name_end;
    if (name_end == at || !is_perl_name_start(text[at])) return heredoc;
    heredoc.name = text.substr(at, name_end - at);
    heredoc.mark_end = name_end;
  }
  heredoc.is_heredoc = true;
  return heredoc;
}

PerlHeredocBody perl_heredoc_body(std::string_view text, std::uint32_t from, std::uint32_t end,
                                  const PerlHeredoc& heredoc) {
  std::uint32_t at = from;
  while (at < end) {
    const std::size_t found = text.substr(0, end).find('\n', at);
    const auto line_end = static_cast<std::uint32_t>(std::min<std::size_t>(found, end));
    std::string_view line = text.substr(at, line_end - at);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (heredoc.is_indented)
      line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line == heredoc.name) return {at, std::min(line_end + 1, end), true};
    at = line_end + 1;
  }
  return {end, end, false};
}

}  // namespace pugmark::script

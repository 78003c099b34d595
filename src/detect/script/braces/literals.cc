#include "detect/script/braces/literals.h"

#include <algorithm>
#include <cstddef>

#include "base/text.h"
#include "detect/script/braces/characters.h"
#include "detect/script/braces/lexer.h"

namespace pugmark::script::braces {
namespace {

// The character that a backslash and one letter stand for; 0xFFFF if none does.
char32_t simple_escape(char c, Language language) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'v':
      return language == Language::kJava ? 0xFFFF : '\v';
    case 'a':
      return language == Language::kCSharp ? '\a' : 0xFFFF;
    case 'e':
      return language == Language::kCSharp ? 0x1B : 0xFFFF;
    case 's':
      return language == Language::kJava ? ' ' : 0xFFFF;
    default:
      return 0xFFFF;
  }
}

// Up to three octal digits, the first at `at`. C# knows \0 alone.
char32_t read_octal(std::string_view text, std::size_t& at, Language language) {
  const std::size_t most = language == Language::kCSharp || text[at] > '3' ? 2 : 3;
  const std::size_t digits = language == Language::kCSharp ? 1 : most;
  char32_t value = 0;
  for (std::size_t i = 0; i < digits && at < text.size() && text[at] >= '0' && text[at] <= '7'; ++i)
    value = value * 8 + static_cast<char32_t>(text[at++] - '0');
  return value;
}

bool read_code_point(std::string_view text, std::size_t& at, Language language, char32_t& unit) {
  const char c = text[at];
  std::size_t next = at + 1;
  bool is_read = false;
  if (c == 'u' && language == Language::kJScript && next < text.size() && text[next] == '{') {
    is_read = read_hex(text, ++next, 1, 6, unit) && next < text.size() && text[next++] == '}';
  } else if (c == 'u') {
    is_read = read_hex(text, next, 4, 4, unit);
  } else if (c == 'U' && language == Language::kCSharp) {
    is_read = read_hex(text, next, 8, 8, unit);
  } else if (c == 'x' && language == Language::kCSharp) {
    is_read = read_hex(text, next, 1, 4, unit);
  } else if (c == 'x' && language == Language::kJScript) {
    is_read = read_hex(text, next, 2, 2, unit);
  }
  if (is_read) at = next;
  return is_read;
}

// Two halves of a surrogate pair, each an escape of its own, are one character.
void join_surrogates(std::string_view text, std::size_t& at, Language language, char32_t& unit) {
  if (unit < 0xD800 || unit > 0xDBFF || at + 1 >= text.size() || text[at] != '\\') return;
  std::size_t next = at + 1;
  char32_t low = 0;
  if (!read_code_point(text, next, language, low) || low < 0xDC00 || low > 0xDFFF) return;
  unit = 0x10000 + ((unit - 0xD800) << 10U) + (low - 0xDC00);
  at = next;
}

// One escape sequence, whose backslash stands at text[at]; there is more text behind it.
void append_escape(std::string_view text, std::size_t& at, Language language, std::string& out) {
  const char c = text[++at];
  char32_t unit = 0;
  if (c >= '0' && c <= '7') {
    append_utf8(read_octal(text, at, language), out);
  } else if (c == '\r' || c == '\n') {  // the line goes on
    ++at;
    if (c == '\r' && at < text.size() && text[at] == '\n') ++at;
  } else if (read_code_point(text, at, language, unit)) {
    join_surrogates(text, at, language, unit);
    append_utf8(unit, out);
  } else {
    unit = simple_escape(c, language);
    ++at;
    if (unit == 0xFFFF) {
      out += c;
    } else {
      append_utf8(unit, out);
    }
  }
}

std::string_view unescaped(std::string_view body, Language language, Tree& tree) {
  std::size_t at = body.find('\\');
  if (at == body.npos) return body;
  std::string out;
  out.reserve(body.size());
  std::size_t copied = 0;
  while (at != body.npos && at + 1 < body.size()) {
    out.append(body, copied, at - copied);
    append_escape(body, at, language, out);
    copied = at;
    at = body.find('\\', at);
  }
  out.append(body, copied);
  return tree.keep(out);
}

// `body` with each doubled `mark` taken as one.
std::string_view undoubled(std::string_view body, std::string_view marks, Tree& tree) {
  if (body.find_first_of(marks) == body.npos) return body;
  std::string out;
  out.reserve(body.size());
  for (std::size_t at = 0; at < body.size(); ++at) {
    out += body[at];
    const bool is_mark = marks.find(body[at]) != marks.npos;
    if (is_mark && at + 1 < body.size() && body[at + 1] == body[at]) ++at;
  }
  return tree.keep(out);
}

// ---- Strings between three quotes or more ----

std::size_t indentation_of(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  return first == line.npos ? line.size() : first;
}

// The lines of such a string without the line end behind the opening quotes and, in C#, before the
// closing ones, and without what all lines are indented by.
std::string_view unindented(std::string_view body, Language language, Tree& tree) {
  const std::size_t first_end = body.find('\n');
  if (first_end == body.npos) return body;
  body.remove_prefix(first_end + 1);
  std::size_t indentation = body.size();
  for (std::size_t at = 0; at <= body.size();) {
    const std::size_t end = std::min(body.find('\n', at), body.size());
    const std::string_view line = body.substr(at, end - at);
    const bool is_last = end == body.size();
    const std::size_t of_line = indentation_of(line);
    if (is_last || of_line < line.size()) indentation = std::min(indentation, of_line);
    at = end + 1;
  }
  std::string out;
  out.reserve(body.size());
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t end = std::min(body.find('\n', at), body.size());
    const std::string_view line = body.substr(at, end - at);
    out += line.substr(std::min(indentation, line.size()));
    if (end < body.size()) out += '\n';
    at = end + 1;
  }
  if (language == Language::kCSharp && out.ends_with('\n')) out.pop_back();
  return tree.keep(out);
}

std::string_view without_quotes(std::string_view written, std::size_t quotes, char quote) {
  std::string_view body = written.substr(std::min(quotes, written.size()));
  for (std::size_t i = 0; i < quotes && body.ends_with(quote); ++i) body.remove_suffix(1);
  return body;
}

std::size_t run_of(std::string_view text, char c) {
  return std::min(text.find_first_not_of(c), text.size());
}

std::string_view raw_text(std::string_view written, std::size_t quotes, Language language,
                          Tree& tree) {
  const std::string_view body = unindented(without_quotes(written, quotes, '"'), language, tree);
  return language == Language::kJava ? unescaped(body, language, tree) : body;
}

// A string that was not closed may end in an escaped quote, which closes nothing.
bool is_closed(std::string_view written, char quote) {
  if (written.size() < 2 || !written.ends_with(quote)) return false;
  std::size_t backslashes = 0;
  while (backslashes + 2 < written.size() && written[written.size() - 2 - backslashes] == '\\')
    ++backslashes;
  return backslashes % 2 == 0;
}

}  // namespace

std::string_view clean_name(std::string_view written, Language language, std::string& scratch) {
  std::string resolved;
  if (language == Language::kJava && has_java_escapes(written)) {
    append_java_unescaped(written, resolved, nullptr);
    written = resolved;
  }
  scratch.clear();
  std::size_t at = language == Language::kCSharp && written.starts_with('@') ? 1 : 0;
  while (at < written.size()) {
    char32_t code_point = 0;
    std::size_t next = at + 1;
    const bool is_escape = written[at] == '\\' && next < written.size() &&
                           language != Language::kJava &&
                           read_code_point(written, next, language, code_point);
    if (is_escape) {
      at = next;
    } else {
      code_point = next_code_point(written, at);
    }
    const bool is_control = code_point < ' ' || code_point == 0x7F;
    if (!is_control && !is_format_character(code_point)) append_utf8(code_point, scratch);
  }
  return scratch;
}

std::string_view number_text(std::string_view written, Language language, Tree& tree) {
  if (language != Language::kJava || !has_java_escapes(written)) return written;
  std::string resolved;
  append_java_unescaped(written, resolved, nullptr);
  return tree.keep(resolved);
}

std::string_view literal_text(std::string_view written, Language language, Tree& tree) {
  written = number_text(written, language, tree);
  if (written.empty()) return written;
  if (written[0] == '\\' && written.size() > 3) {  // in an attribute: escaped once more
    return unescaped(unescaped(written.substr(2, written.size() - 4), language, tree), language,
                     tree);
  }
  if (written[0] == '@') {
    const std::string_view body = without_quotes(written.substr(1), 1, '"');
    return undoubled(body, "\"", tree);
  }
  const char quote = written[0];
  if (language == Language::kCfScript || language == Language::kCfml) {
    const std::string_view body = without_quotes(written, 1, quote);
    return undoubled(body, quote == '"' ? "\"#" : "'#", tree);
  }
  const std::size_t quotes = quote == '"' ? run_of(written, quote) : 1;
  if (quotes >= 3 && language != Language::kJScript)
    return raw_text(written, language == Language::kJava ? 3 : quotes, language, tree);
  std::string_view body = written.substr(1);
  if (is_closed(written, quote)) body.remove_suffix(1);
  return unescaped(body, language, tree);
}

std::string_view template_text(std::string_view written, std::uint32_t marks, Language language,
                               Tree& tree) {
  const auto quote = static_cast<char>(marks & 0xFFU);
  const bool is_raw = (marks & kTemplateRaw) != 0;
  const std::size_t quotes = marks >> kTemplateQuotesShift & 0xFFU;
  const std::size_t braces = marks >> kTemplateBracesShift & 0xFFU;
  const bool is_cf = language == Language::kCfScript || language == Language::kCfml;
  std::string_view body = written;
  if ((marks & kTemplateBegins) != 0) {
    body.remove_prefix(std::min(run_of(body, quote) == 0 ? body.find(quote) : 0, body.size()));
    body.remove_prefix(std::min(quotes, body.size()));
  } else if (is_cf) {
    body.remove_prefix(1);
  } else {  // a format goes before the brace
    body.remove_prefix(std::min(body.find('}'), body.size()));
    body.remove_prefix(std::min(run_of(body, '}'), std::min(braces, body.size())));
  }
  if ((marks & kTemplateEnds) != 0) {
    for (std::size_t i = 0; i < quotes && body.ends_with(quote); ++i) body.remove_suffix(1);
  } else {
    const std::size_t length = language == Language::kJScript ? 2 : (is_cf ? 1 : braces);
    body.remove_suffix(std::min(length, body.size()));
  }
  if (is_cf) return undoubled(body, quote == '"' ? "\"#" : "'#", tree);
  if (is_raw) return body;
  if (language == Language::kCSharp) {
    body = undoubled(body, (marks & kTemplateVerbatim) != 0 ? "{}\"" : "{}", tree);
    if ((marks & kTemplateVerbatim) != 0) return body;
  }
  return unescaped(body, language, tree);
}

}  // namespace pugmark::script::braces

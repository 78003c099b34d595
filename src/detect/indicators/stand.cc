#include "detect/indicators/stand.h"

#include "base/text.h"

namespace pugmark::indicators {
namespace {

// A star stands for so much at most (but in user agents, where it is tried once a text): a text
// made for it must not cost its square.
constexpr std::size_t kStarBytesMax = 1'024;

// What a star never passes over: a path ends there, or another one begins.
bool may_pass(Kind kind, char c) {
  if (kind == Kind::kUserAgent) return true;
  if (kind == Kind::kUrl) return c != ' ' && c != '"' && c != '\'' && c != '\n';
  return c != '\\' && c != '"' && c != '\n' && c != '|' && c != '<' && c != '>';
}

bool continues_name(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] == '.') ++at;
  return at < text.size() && is_of_name(text[at]);
}

bool may_begin(const Indicator& indicator, std::string_view text, std::size_t at) {
  if (at == 0 || indicator.value.front() == '\\' || indicator.value.front() == '*') return true;
  const char before = text[at - 1];
  if (!is_of_name(before) && before != '.') return true;
  // "%2F" in front of a name that somebody encoded.
  return at >= 3 && text[at - 3] == '%' && is_hex_digit(text[at - 2]) && is_hex_digit(before);
}

bool may_end(const Indicator& indicator, std::string_view text, std::size_t at) {
  const char last = indicator.value.back();
  if (at >= text.size() || last == '*' || last == '\\' || last == '/') return true;
  if (indicator.kind == Kind::kUrl && (text[at] == '%' || text[at] == '~')) return false;
  return !continues_name(text, at);
}

// A text of UTF-8 has characters of several bytes: a question mark is one of them.
std::size_t behind_character(std::string_view text, std::size_t at) {
  next_code_point(text, at);
  return at;
}

// Compares from `at` on. What a star passed over need only ever be the last star's business: each
// star stops at the first place where what follows it fits, and any later place would have to pass
// over more of the same characters.
template <typename End>
bool glob_at(const Indicator& indicator, std::string_view text, std::size_t at, const End& is_end) {
  const std::string_view pattern = indicator.value;
  const bool has_single = indicator.kind != Kind::kUrl && indicator.kind != Kind::kUserAgent;
  std::size_t in_pattern = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_at = 0;
  std::size_t passed_to = 0;
  for (;;) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = in_pattern++;
      passed_to = star_at = at;
      continue;
    }
    if (in_pattern == pattern.size() && is_end(at)) return true;
    if (in_pattern < pattern.size() && at < text.size()) {
      if (has_single && pattern[in_pattern] == '?' && may_pass(indicator.kind, text[at])) {
        at = behind_character(text, at);
        ++in_pattern;
        continue;
      }
      if (pattern[in_pattern] == text[at]) {
        ++at;
        ++in_pattern;
        continue;
      }
    }
    const bool is_far = indicator.kind != Kind::kUserAgent && passed_to - star_at >= kStarBytesMax;
    if (star == std::string_view::npos || is_far || passed_to >= text.size() ||
        !may_pass(indicator.kind, text[passed_to]))
      return false;
    at = ++passed_to;
    in_pattern = star + 1;
  }
}

}  // namespace

bool stands_at(const Indicator& indicator, std::string_view text, std::size_t at) {
  if (!may_begin(indicator, text, at)) return false;
  if (!indicator.has_wildcards) {
    return text.substr(at).starts_with(indicator.value) &&
           may_end(indicator, text, at + indicator.value.size());
  }
  return glob_at(indicator, text, at,
                 [&](std::size_t end) { return may_end(indicator, text, end); });
}

bool is_whole(const Indicator& indicator, std::string_view text) {
  return glob_at(indicator, text, 0, [&](std::size_t end) { return end == text.size(); });
}

bool needs_backslashes(std::string_view text) {
  return text.find('/') != std::string_view::npos || text.find("\\\\") != std::string_view::npos;
}

std::string with_backslashes(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (const char c : text) {
    const char one = c == '/' ? '\\' : c;
    if (one != '\\' || plain.empty() || plain.back() != '\\') plain += one;
  }
  return plain;
}

}  // namespace pugmark::indicators

#include "detect/script/page/code_style.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.h"
#include "detect/script/page/tags.h"

namespace pugmark::script {
namespace {

enum class Style : std::uint8_t { kVbScript, kJScript, kCSharp, kVisualBasic, kJava };

struct Word {
  std::string_view text;
  Style style;
  unsigned weight;
};

// Case matters: in Java and C# it does, and Basic's words are asked for in lower case. Sorted by
// the first letter in lower case.
constexpr std::array<Word, 61> kWords = {{
    {"ActiveXObject", Style::kJScript, 9},
    {"Assembly", Style::kCSharp, 5},
    {"boolean", Style::kJava, 4},
    {"byte", Style::kCSharp, 1},
    {"ByVal", Style::kVisualBasic, 3},
    {"chr", Style::kVbScript, 2},
    {"Convert", Style::kCSharp, 3},
    {"CreateInstance", Style::kCSharp, 5},
    {"createobject", Style::kVbScript, 5},
    {"dim", Style::kVbScript, 4},
    {"elseif", Style::kVbScript, 2},
    {"eof", Style::kVbScript, 3},
    {"equals", Style::kJava, 4},
    {"equalsIgnoreCase", Style::kJava, 9},
    {"eval", Style::kVbScript, 2},
    {"EventArgs", Style::kCSharp, 6},
    {"execute", Style::kVbScript, 4},
    {"executeglobal", Style::kVbScript, 9},
    {"foreach", Style::kCSharp, 3},
    {"FromBase64String", Style::kCSharp, 6},
    {"function", Style::kJScript, 2},
    {"getAttribute", Style::kJava, 5},
    {"getBytes", Style::kJava, 5},
    {"getContextPath", Style::kJava, 9},
    {"getInputStream", Style::kJava, 9},
    {"getOutputStream", Style::kJava, 9},
    {"getParameter", Style::kJava, 9},
    {"getRealPath", Style::kJava, 9},
    {"getRuntime", Style::kJava, 9},
    {"getSession", Style::kJava, 9},
    {"getWriter", Style::kJava, 9},
    {"Handles", Style::kVisualBasic, 5},
    {"HttpContext", Style::kCSharp, 6},
    {"HttpServletRequest", Style::kJava, 9},
    {"IHttpHandler", Style::kCSharp, 9},
    {"Imports", Style::kVisualBasic, 6},
    {"Inherits", Style::kVisualBasic, 4},
    {"java", Style::kJava, 4},
    {"javax", Style::kJava, 9},
    {"movenext", Style::kVbScript, 4},
    {"namespace", Style::kCSharp, 4},
    {"option", Style::kVbScript, 1},
    {"Page_Load", Style::kCSharp, 9},
    {"pageContext", Style::kJava, 9},
    {"println", Style::kJava, 6},
    {"ProcessStartInfo", Style::kCSharp, 9},
    {"Runtime", Style::kJava, 4},
    {"set", Style::kVbScript, 2},
    {"setAttribute", Style::kJava, 5},
    {"String", Style::kJava, 3},
    {"string", Style::kCSharp, 2},
    {"sub", Style::kVbScript, 2},
    {"System", Style::kCSharp, 4},
    {"then", Style::kVbScript, 3},
    {"throws", Style::kJava, 5},
    {"ToString", Style::kCSharp, 4},
    {"unsafe", Style::kCSharp, 6},
    {"using", Style::kCSharp, 2},
    {"var", Style::kJScript, 2},
    {"wend", Style::kVbScript, 4},
    {"wscript", Style::kVbScript, 3},
}};

// Where in kWords those of each letter begin, and where they end.
constexpr std::array<std::size_t, 27> kFirstOfLetter = [] {
  std::array<std::size_t, 27> first = {};
  for (std::size_t letter = 0; letter <= 26; ++letter) {
    for (const Word& word : kWords)
      first[letter] += static_cast<std::size_t>((word.text[0] | 0x20) - 'a') < letter ? 1U : 0U;
  }
  return first;
}();

void add(Style style, unsigned weight, CodeStyle& out) {
  switch (style) {
    case Style::kVbScript:
      out.vbscript += weight;
      break;
    case Style::kJScript:
      out.jscript += weight;
      break;
    case Style::kCSharp:
      out.csharp += weight;
      break;
    case Style::kVisualBasic:
      out.visual_basic += weight;
      break;
    case Style::kJava:
      out.java += weight;
      break;
  }
}

void add_word(std::string_view word, CodeStyle& out) {
  constexpr std::size_t kLongest = 20;
  if (word.size() < 3 || word.size() > kLongest) return;
  std::array<char, kLongest> lower = {};
  std::transform(word.begin(), word.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const std::string_view folded(lower.data(), word.size());
  const auto letter = static_cast<std::size_t>(lower[0] - 'a');
  for (std::size_t i = kFirstOfLetter[letter]; i < kFirstOfLetter[letter + 1]; ++i) {
    const Word& known = kWords[i];
    if (known.text.size() != word.size()) continue;
    const std::string_view seen = known.style == Style::kVbScript ? folded : word;
    if (known.text == seen) add(known.style, known.weight, out);
  }
}

bool ends_statement(std::string_view code, std::size_t at) {
  const std::size_t behind = code.find_first_not_of(" \t", at + 1);
  return behind == std::string_view::npos || code[behind] == '\r' || code[behind] == '\n' ||
         code[behind] == '}';
}

// "request" and "Request" tell more than most words: Java's has a small letter and a method, that
// of .NET takes brackets, that of classic ASP parentheses.
void add_request(std::string_view code, std::size_t begin, std::size_t end, CodeStyle& out) {
  const bool is_small = code[begin] == 'r';
  const char next = end < code.size() ? code[end] : '\0';
  if (next == '[') out.csharp += 6;
  if (next == '(') out.vbscript += 4;
  if (next != '.') return;
  if (is_small && has_word_at(code, end + 1, "get")) out.java += 5;
  if (has_word_at(code, end + 1, "item[") || has_word_at(code, end + 1, "form[") ||
      has_word_at(code, end + 1, "querystring["))
    out.csharp += 6;
  if (has_word_at(code, end + 1, "form(") || has_word_at(code, end + 1, "querystring(") ||
      has_word_at(code, end + 1, "servervariables("))
    out.vbscript += 4;
}

}  // namespace

void add_style(std::string_view code, CodeStyle& style) {
  const auto is_word = [](char c) { return is_letter(c) || c == '_' || (c >= '0' && c <= '9'); };
  std::size_t at = 0;
  while (at < code.size()) {
    if (is_letter(code[at])) {
      const std::size_t begin = at;
      while (at < code.size() && is_word(code[at])) ++at;
      const std::string_view word = code.substr(begin, at - begin);
      add_word(word, style);
      if (word.size() == 7 && has_word_at(word, 0, "request")) add_request(code, begin, at, style);
      continue;
    }
    if (code[at] == ';' && ends_statement(code, at)) ++style.statements;
    if (code[at] == '\'' && at > 0 && code[at - 1] == '\n') style.vbscript += 3;
    ++at;
  }
}

}  // namespace pugmark::script

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

// Case matters: in Java and C# it does, and Basic's words are asked for in lower case.
constexpr std::array<Word, 61> kWords = {{
    {"HttpServletRequest", Style::kJava, 9},
    {"Runtime", Style::kJava, 4},
    {"String", Style::kJava, 3},
    {"boolean", Style::kJava, 4},
    {"equals", Style::kJava, 4},
    {"equalsIgnoreCase", Style::kJava, 9},
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
    {"java", Style::kJava, 4},
    {"javax", Style::kJava, 9},
    {"pageContext", Style::kJava, 9},
    {"println", Style::kJava, 6},
    {"setAttribute", Style::kJava, 5},
    {"throws", Style::kJava, 5},
    {"Assembly", Style::kCSharp, 5},
    {"CreateInstance", Style::kCSharp, 5},
    {"Convert", Style::kCSharp, 3},
    {"EventArgs", Style::kCSharp, 6},
    {"FromBase64String", Style::kCSharp, 6},
    {"HttpContext", Style::kCSharp, 6},
    {"IHttpHandler", Style::kCSharp, 9},
    {"Page_Load", Style::kCSharp, 9},
    {"ProcessStartInfo", Style::kCSharp, 9},
    {"System", Style::kCSharp, 4},
    {"ToString", Style::kCSharp, 4},
    {"byte", Style::kCSharp, 1},
    {"foreach", Style::kCSharp, 3},
    {"namespace", Style::kCSharp, 4},
    {"string", Style::kCSharp, 2},
    {"unsafe", Style::kCSharp, 6},
    {"using", Style::kCSharp, 2},
    {"ByVal", Style::kVisualBasic, 3},
    {"Handles", Style::kVisualBasic, 5},
    {"Imports", Style::kVisualBasic, 6},
    {"Inherits", Style::kVisualBasic, 4},
    {"ActiveXObject", Style::kJScript, 9},
    {"function", Style::kJScript, 2},
    {"var", Style::kJScript, 2},
    {"chr", Style::kVbScript, 2},
    {"createobject", Style::kVbScript, 5},
    {"dim", Style::kVbScript, 4},
    {"elseif", Style::kVbScript, 2},
    {"eof", Style::kVbScript, 3},
    {"eval", Style::kVbScript, 2},
    {"execute", Style::kVbScript, 4},
    {"executeglobal", Style::kVbScript, 9},
    {"movenext", Style::kVbScript, 4},
    {"option", Style::kVbScript, 1},
    {"set", Style::kVbScript, 2},
    {"sub", Style::kVbScript, 2},
    {"then", Style::kVbScript, 3},
    {"wend", Style::kVbScript, 4},
    {"wscript", Style::kVbScript, 3},
}};

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
  for (const Word& known : kWords) {
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

#include "detect/script/page/page_marks.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/text.h"
#include "detect/script/page/asp_marks.h"
#include "detect/script/page/code_pages.h"
#include "detect/script/page/code_style.h"
#include "detect/script/page/tags.h"

namespace pugmark::script {
namespace {

constexpr std::size_t kStyleBytesMax = 16'384;  // of code looked at to tell its language
constexpr std::size_t kFirstLineBytesMax = 256;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view other) { return equal_ascii_nocase(word, other); });
}

// A mark of two or three characters stands in a picture by chance; code behind it does not.
bool is_followed_by_text(std::string_view text, std::size_t at) {
  constexpr std::size_t kSeenBytes = 24;
  const std::string_view seen = text.substr(std::min(at, text.size()), kSeenBytes);
  return std::none_of(seen.begin(), seen.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && !is_blank(c)) || c == '\0' || c == '\x7F';
  });
}

PageKind kind_of_first_line(std::string_view text) {
  if (!text.starts_with("#!")) return PageKind::kNone;
  std::string_view line = text.substr(0, kFirstLineBytesMax);
  line = line.substr(0, line.find('\n'));
  if (line.find("perl") != kNoPlace) return PageKind::kPerl;
  if (line.find("python") != kNoPlace) return PageKind::kPython;
  return line.find("php") != kNoPlace ? PageKind::kPhp : PageKind::kNone;
}

bool is_php_mark(std::string_view text, std::size_t at) {
  if (has_word_at(text, at + 2, "php"))
    return at + 5 >= text.size() || is_blank(text[at + 5]) || text[at + 5] == '/';
  const char next = at + 2 < text.size() ? text[at + 2] : '\0';
  return (next == '=' || (is_blank(next) && next != '\0')) && is_followed_by_text(text, at + 2);
}

// Only tags that no other language has, and each with its end.
bool is_coldfusion_mark(std::string_view text, std::size_t at) {
  constexpr std::array<std::string_view, 26> kTags = {
      "abort",     "application", "argument", "break",    "component", "content",  "cookie",
      "directory", "dump",        "else",     "execute",  "file",      "function", "header",
      "http",      "if",          "include",  "location", "loop",      "module",   "output",
      "param",     "query",       "script",   "set",      "setting"};
  if (!has_word_at(text, at + 1, "cf")) return false;
  return std::any_of(kTags.begin(), kTags.end(), [&](std::string_view tag) {
    const std::size_t end = at + 3 + tag.size();
    return has_word_at(text, at + 3, tag) && end < text.size() && !is_name_character(text[end]);
  });
}

class MarkSearch {
 public:
  explicit MarkSearch(std::string_view text) : text_(text), code_ends_(text, "%>") {}

  PageKind kind() {
    std::size_t at = text_.find('<');
    while (at != kNoPlace) {
      const std::size_t next = look_at(at);
      if (next == kNoPlace) return certain_;
      at = text_.find('<', next);
    }
    return kind_of_style();
  }

 private:
  // Returns where to go on, or kNoPlace if the kind is certain.
  std::size_t look_at(std::size_t at) {
    switch (at + 1 < text_.size() ? text_[at + 1] : '\0') {
      case '?':
        return is_php_mark(text_, at) ? decide(PageKind::kPhp) : at + 2;
      case '%':
        return look_at_code(at);
      case 's':
      case 'S':
        return look_at_script(at);
      case 'j':
      case 'J':
        return text_.substr(at, 5) == "<jsp:" ? decide(PageKind::kJsp) : at + 2;
      case 'c':
      case 'C':
        return is_coldfusion_mark(text_, at) ? decide(PageKind::kColdFusion) : at + 2;
      case 'a':
        return has_word_at(text_, at, "<asp:") ? decide(PageKind::kAspNet) : at + 2;
      default:
        return at + 1;
    }
  }

  // Code that was seen before is more than a mark: it may be a string of that code.
  std::size_t decide(PageKind kind) {
    const PageKind before = kind_of_style();
    certain_ = before == PageKind::kNone ? kind : before;
    return kNoPlace;
  }

  std::size_t look_at_code(std::size_t at) {
    if (!is_followed_by_text(text_, at + 2)) return at + 2;
    const std::size_t end = std::min(code_ends_.next(at + 2), text_.size());
    if (text_.substr(at, 4) == "<%--") return behind_code(at, end);
    const CodeMark mark = code_mark_at(text_, at);
    if (mark.kind == CodeMark::Kind::kDirective) {
      std::uint64_t left_out = 0;
      const PageTag tag = directive(text_, at, mark.begin, end, left_out);
      const PageKind kind = kind_of_directive(tag);
      return kind == PageKind::kNone ? at + std::max(tag.length, 2U) : decide(kind);
    }
    const char c = text_.substr(at + 2, 1).empty() ? '\0' : text_[at + 2];
    if (c == '!' && is_letter_follows(at + 3)) return decide(PageKind::kJsp);
    if ((c == '#' || c == '$') && end < text_.size()) return decide(PageKind::kAspNet);
    if (style_bytes_ >= kStyleBytesMax) return behind_code(at, end);
    const std::string_view code =
        text_.substr(at + 2, std::min(end - (at + 2), kStyleBytesMax - style_bytes_));
    const unsigned before = style_.all();
    add_style(code, style_);
    style_bytes_ += code.size();
    // What looks like no code may hold that of another language.
    return style_.all() == before ? at + 2 : behind_code(at, end);
  }

  // Marks inside code are strings of it; without an end nobody knows.
  std::size_t behind_code(std::size_t at, std::size_t end) const {
    return end == text_.size() ? at + 2 : end;
  }

  bool is_letter_follows(std::size_t at) const {
    const std::size_t next = skip_blanks(text_, at);
    return next < text_.size() && (is_letter(text_[next]) || text_[next] == '/');
  }

  PageKind kind_of_directive(const PageTag& tag) const {
    if (is_one_of(tag.name, {"Control", "Master", "WebHandler", "WebService", "Application",
                             "Assembly", "Import", "Register", "Implements", "ServiceHost",
                             "OutputCache", "Reference", "MasterType", "PreviousPageType"}))
      return PageKind::kAspNet;
    if (is_one_of(tag.name, {"taglib", "include", "tag", "attribute", "variable"}))
      return PageKind::kJsp;
    if (tag.name.empty()) return kind_of_nameless_directive(tag);
    return is_named(tag, "page") ? kind_of_page_directive(tag) : PageKind::kNone;
  }

  // <%@ page %> is one of JSP, <%@ Page %> one of ASP.NET; both take either case.
  static PageKind kind_of_page_directive(const PageTag& tag) {
    const auto language = attribute(tag.attributes, "language");
    if (language) {
      if (equal_ascii_nocase(trimmed(*language), "java")) return PageKind::kJsp;
      if (language_of(*language, PageKind::kAspNet)) return PageKind::kAspNet;
    }
    for (const auto& [name, value] : tag.attributes) {
      if (is_one_of(name, {"import", "pageEncoding", "isELIgnored", "session", "errorPage",
                           "isErrorPage", "autoFlush", "extends", "info", "isThreadSafe"}))
        return PageKind::kJsp;
      if (is_one_of(name, {"Inherits", "CodeBehind", "CodeFile", "Src", "AutoEventWireup",
                           "ValidateRequest", "MasterPageFile", "Debug", "Title", "Trace"}))
        return PageKind::kAspNet;
    }
    return tag.name.starts_with('P') ? PageKind::kAspNet : PageKind::kJsp;
  }

  // <%@ LANGUAGE="x" %> is one of classic ASP, if the language is one of its own.
  PageKind kind_of_nameless_directive(const PageTag& tag) const {
    const auto language = attribute(tag.attributes, "language");
    if (language) {
      const auto known = language_of(*language, PageKind::kNone);
      if (known == Language::kJava) return PageKind::kJsp;
      if (known == Language::kCSharp || known == Language::kVisualBasic) return PageKind::kAspNet;
      if (known == Language::kJScript && is_of_net(text_.substr(tag.begin, kStyleBytesMax)))
        return PageKind::kAspNet;
      return known ? PageKind::kAsp : PageKind::kNone;
    }
    const bool is_asp =
        attribute(tag.attributes, "codepage") || attribute(tag.attributes, "enablesessionstate") ||
        attribute(tag.attributes, "transaction") || attribute(tag.attributes, "lcid");
    return is_asp ? PageKind::kAsp : PageKind::kNone;
  }

  static bool is_of_net(std::string_view code) {
    CodeStyle style;
    add_style(code, style);
    return style.aspnet() > style.jscript;
  }

  // <script runat="server">: a language of .NET, or its ways, make it a page of ASP.NET.
  std::size_t look_at_script(std::size_t at) {
    if (!has_word_at(text_, at + 1, "script")) return at + 2;
    TagReader reader(text_.substr(at, kScriptTagBytesMax));
    PageTag tag;
    std::uint64_t left_out = 0;
    if (!reader.read(0, tag, left_out)) return at + 2;
    const auto language = attribute(tag.attributes, "language");
    const auto known = language ? language_of(*language, PageKind::kNone) : std::nullopt;
    if (known == Language::kPhp) return decide(PageKind::kPhp);
    if (!runs_at_server(tag.attributes)) return at + tag.length;
    if (!language || known == Language::kCSharp || known == Language::kVisualBasic)
      return decide(PageKind::kAspNet);
    const std::size_t begin = at + tag.length;
    const std::size_t end = script_end(text_, begin).begin;
    const bool is_net = is_of_net(text_.substr(begin, std::min(end - begin, kStyleBytesMax)));
    return decide(is_net ? PageKind::kAspNet : PageKind::kAsp);
  }

  PageKind kind_of_style() const {
    const unsigned java = style_.java;
    const unsigned net = style_.aspnet();
    const unsigned asp = style_.asp();
    if (java > asp && java > net) return PageKind::kJsp;
    if (style_.statements == 0 || asp >= net) return asp > 0 ? PageKind::kAsp : PageKind::kNone;
    return net > 0 ? PageKind::kAspNet : PageKind::kNone;
  }

  static constexpr std::size_t kScriptTagBytesMax = 4096;

  std::string_view text_;
  Finder code_ends_;
  CodeStyle style_;
  std::size_t style_bytes_ = 0;
  PageKind certain_ = PageKind::kNone;
};

}  // namespace

PageKind kind_of_marks(std::string_view text) {
  const PageKind first_line = kind_of_first_line(text);
  if (first_line != PageKind::kNone) return first_line;
  if (begins_in_ebcdic(text)) return PageKind::kJsp;
  return MarkSearch(text).kind();
}

}  // namespace pugmark::script

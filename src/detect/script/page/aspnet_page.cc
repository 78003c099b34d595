// ASP.NET: pages, controls, master pages; handlers and services, which are all code.
#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "detect/script/page/asp_marks.h"
#include "detect/script/page/code_style.h"
#include "detect/script/page/page_builder.h"
#include "detect/script/page/pages.h"
#include "detect/script/page/tags.h"

namespace pugmark::script {
namespace {

constexpr std::size_t kStyleBytesMax = 65'536;  // of code looked at to tell its language

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view other) { return equal_ascii_nocase(word, other); });
}

class AspNetPage {
 public:
  AspNetPage(std::string_view path, std::string_view text, Page& page)
      : text_(text),
        builder_(text, PageKind::kAspNet, page),
        tags_(text),
        code_ends_(text, "%>"),
        hidden_ends_(text, "--%>"),
        comment_ends_(text, "-->"),
        is_all_code_(is_one_of(extension_of(path), {"ashx", "asmx", "svc", "soap"})) {}

  void read() {
    const std::size_t behind_directives = read_first_directives();
    std::size_t at = text_.find('<', behind_directives);
    if (is_all_code_ && behind_directives > 0) {
      builder_.add_code(Region::Kind::kMembers, {behind_directives, text_.size()},
                        {behind_directives, text_.size()});
      at = kNoPlace;
    }
    while (at != kNoPlace) at = text_.find('<', read_mark(at));
    builder_.finish(language_ ? *language_ : guessed_language());
  }

 private:
  // Handlers have nothing but directives before their code.
  std::size_t read_first_directives() {
    std::size_t at = 0;
    while (true) {
      const std::size_t begin = skip_blanks(text_, at);
      if (text_.substr(begin, 4) == "<%--" && hidden_ends_.next(begin + 4) != kNoPlace) {
        at = read_code(begin);
        continue;
      }
      if (text_.substr(begin, 2) != "<%") return at;
      if (code_mark_at(text_, begin).kind != CodeMark::Kind::kDirective) return at;
      at = read_code(begin);
    }
  }

  // Returns where to go on.
  std::size_t read_mark(std::size_t at) {
    const char next = at + 1 < text_.size() ? text_[at + 1] : '\0';
    if (next == '%') return read_code(at);
    if (next == '/' || is_letter(next)) return read_tag(at);
    if (next != '!' || !read_include(text_, at, comment_ends_, tag_, left_out())) return at + 1;
    builder_.add_tag(tag_);
    builder_.note_code();
    return at + tag_.length;
  }

  std::size_t read_code(std::size_t at) {
    if (text_.substr(at, 4) == "<%--") {
      const std::size_t end = hidden_ends_.next(at + 4);
      if (end != kNoPlace) {
        builder_.leave_out({at, end + 4});
        return end + 4;
      }
    }
    const std::size_t inner_end = std::min(code_ends_.next(at + 2), text_.size());
    const Span outer{at, std::min(inner_end + 2, text_.size())};
    const CodeMark mark = code_mark_at(text_, at);
    const char c = at + 2 < text_.size() ? text_[at + 2] : '\0';
    if (mark.kind == CodeMark::Kind::kDirective)
      return read_directive(directive(text_, at, mark.begin, inner_end, left_out()));
    if (c == '$') {
      add_builder_expression(at, inner_end, outer);
    } else if (c == '#' || c == ':') {
      const std::size_t begin = at + (text_.substr(at + 3, 1) == ":" ? 4 : 3);
      builder_.add_code(Region::Kind::kExpression, {std::min(begin, inner_end), inner_end}, outer);
    } else {
      builder_.add_code(mark.kind == CodeMark::Kind::kExpression ? Region::Kind::kExpression
                                                                 : Region::Kind::kCode,
                        {std::min(mark.begin, inner_end), inner_end}, outer);
    }
    return outer.end;
  }

  // <%$ AppSettings: key %>, as a tag named "$" with one attribute.
  void add_builder_expression(std::size_t at, std::size_t inner_end, Span outer) {
    PageTag tag;
    tag.name = text_.substr(at + 2, 1);
    const std::string_view inner = text_.substr(at + 3, inner_end - std::min(at + 3, inner_end));
    const std::size_t colon = inner.find(':');
    if (colon != kNoPlace) {
      tag.attributes.emplace_back(trimmed(inner.substr(0, colon)),
                                  trimmed(inner.substr(colon + 1)));
    }
    tag.begin = static_cast<std::uint32_t>(outer.begin);
    tag.length = static_cast<std::uint32_t>(outer.end - outer.begin);
    builder_.add_tag(tag);
  }

  std::size_t read_directive(const PageTag& tag) {
    if (is_one_of(tag.name, {"WebHandler", "WebService", "ServiceHost"})) is_all_code_ = true;
    const bool may_say_language =
        is_one_of(tag.name, {"", "Page", "Control", "Master", "Application", "WebHandler",
                             "WebService", "ServiceHost"});
    const auto language = attribute(tag.attributes, "language");
    if (language && may_say_language && !language_)
      language_ = language_of(*language, PageKind::kAspNet);
    builder_.add_tag(tag);
    return std::size_t{tag.begin} + tag.length;
  }

  std::size_t read_tag(std::size_t at) {
    if (!tags_.read(at, tag_, left_out())) return at + 1;
    const std::size_t behind_name =
        static_cast<std::size_t>(tag_.name.data() - text_.data()) + tag_.name.size();
    const bool is_control = tag_.name.find(':') != kNoPlace;
    const bool runs = runs_at_server(tag_.attributes);
    if (!runs && !is_control) return behind_name;
    builder_.add_tag(tag_);
    if (!runs || tag_.is_closing || !is_named(tag_, "script")) return behind_name;
    const std::size_t begin = at + tag_.length;
    if (text_[begin - 2] == '/') return begin;
    const Span end = script_end(text_, begin);
    const auto language = attribute(tag_.attributes, "language");
    builder_.add_code(Region::Kind::kMembers, {begin, end.begin}, {begin, end.end},
                      language ? language_of(*language, PageKind::kAspNet) : std::nullopt);
    return end.end;
  }

  // Visual Basic, as the server has it, unless it is obviously not.
  Language guessed_language() const {
    CodeStyle style;
    std::size_t bytes = 0;
    std::size_t braces = 0;
    for (const std::string_view code : builder_.code_without_language()) {
      if (bytes >= kStyleBytesMax) break;
      const std::string_view seen = code.substr(0, kStyleBytesMax - bytes);
      bytes += seen.size();
      add_style(seen, style);
      braces += static_cast<std::size_t>(std::count(seen.begin(), seen.end(), '{'));
    }
    const bool is_csharp =
        style.statements + 2 * braces > (style.vbscript + style.visual_basic) / 3;
    return is_csharp ? Language::kCSharp : Language::kVisualBasic;
  }

  std::uint64_t& left_out() { return builder_.page().left_out_count; }

  std::string_view text_;
  PageBuilder builder_;
  TagReader tags_;
  Finder code_ends_;
  Finder hidden_ends_;
  Finder comment_ends_;
  PageTag tag_;
  std::optional<Language> language_;
  bool is_all_code_ = false;
};

}  // namespace

void take_apart_aspnet(std::string_view path, std::string_view text, Page& page) {
  AspNetPage(path, text, page).read();
  convert_encoded_code(text, page);
}

}  // namespace pugmark::script

// Classic ASP: code ends at the first "%>", whatever the strings in it say; scripts of the server
// run also where a comment of HTML is around them.
#include <algorithm>
#include <optional>
#include <string_view>

#include "detect/script/page/asp_marks.h"
#include "detect/script/page/page_builder.h"
#include "detect/script/page/pages.h"
#include "detect/script/page/tags.h"

namespace pugmark::script {
namespace {

class AspPage {
 public:
  AspPage(std::string_view text, Page& page)
      : text_(text),
        builder_(text, PageKind::kAsp, page),
        tags_(text),
        code_ends_(text, "%>"),
        comment_ends_(text, "-->") {}

  void read() {
    std::size_t at = text_.find('<');
    while (at != kNoPlace) at = text_.find('<', read_mark(at));
    builder_.finish(language_.value_or(Language::kVbScript));
  }

 private:
  // Returns where to go on.
  std::size_t read_mark(std::size_t at) {
    const char next = at + 1 < text_.size() ? text_[at + 1] : '\0';
    if (next == '%') return read_code(at);
    if (next == 's' || next == 'S' || next == 'o' || next == 'O') return read_tag(at);
    if (next != '!' || !read_include(text_, at, comment_ends_, tag_, left_out())) return at + 1;
    builder_.add_tag(tag_);
    builder_.note_code();
    return at + tag_.length;
  }

  std::size_t read_code(std::size_t at) {
    const CodeMark mark = code_mark_at(text_, at);
    const std::size_t inner_end = std::min(code_ends_.next(at + 2), text_.size());
    const Span outer{at, std::min(inner_end + 2, text_.size())};
    const Span inner{std::min(mark.begin, inner_end), inner_end};
    if (mark.kind == CodeMark::Kind::kDirective) {
      const PageTag tag = directive(text_, at, mark.begin, inner_end, left_out());
      const auto language = attribute(tag.attributes, "language");
      if (language && !language_) language_ = language_of(*language, PageKind::kAsp);
      builder_.add_tag(tag);
      return at + tag.length;
    }
    const bool is_expression = mark.kind == CodeMark::Kind::kExpression;
    builder_.add_code(is_expression ? Region::Kind::kExpression : Region::Kind::kCode, inner,
                      outer);
    return outer.end;
  }

  std::size_t read_tag(std::size_t at) {
    if (!has_word_at(text_, at + 1, "script") && !has_word_at(text_, at + 1, "object"))
      return at + 1;
    if (!tags_.read(at, tag_, left_out())) return at + 1;
    if (!runs_at_server(tag_.attributes)) return at + 1;
    builder_.add_tag(tag_);
    builder_.note_code();
    const std::size_t begin = at + tag_.length;
    if (!is_named(tag_, "script") || text_[begin - 2] == '/') return begin;
    const Span end = script_end(text_, begin);
    const auto language = attribute(tag_.attributes, "language");
    builder_.add_code(Region::Kind::kCode, {begin, end.begin}, {begin, end.end},
                      language ? language_of(*language, PageKind::kAsp) : std::nullopt);
    return end.end;
  }

  std::uint64_t& left_out() { return builder_.page().left_out_count; }

  std::string_view text_;
  PageBuilder builder_;
  TagReader tags_;
  Finder code_ends_;
  Finder comment_ends_;
  PageTag tag_;
  std::optional<Language> language_;
};

}  // namespace

void take_apart_asp(std::string_view text, Page& page) {
  AspPage(text, page).read();
  convert_encoded_code(text, page);
}

}  // namespace pugmark::script

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/script/page.h"

namespace pugmark::script {

// From `begin` up to `end`.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Writes down what is found in a page, in order: what is between is filled in.
class PageBuilder {
 public:
  PageBuilder(std::string_view text, PageKind kind, Page& page);

  // Code that stands in `inner`; with its marks it reaches over `outer`. Without a language it is
  // that of the page. Nothing is added for blanks.
  void add_code(Region::Kind kind, Span inner, Span outer,
                std::optional<Language> language = std::nullopt);
  void add_converted(std::string text, Region::Kind kind, Language language, Span from);
  // The place of what was converted: no code that stands there.
  void mark_converted(Span outer);
  // Code in the tag's attributes may follow.
  void add_tag(const PageTag& tag);
  // Neither code nor sent: a comment of the server.
  void leave_out(Span outer);
  // The marks of what begins no region of its own, but is executed.
  void note_code() { page_.has_code = true; }

  Page& page() { return page_; }
  std::vector<std::string_view> code_without_language() const;
  // Fills up to the end of the text, and gives `language` to code that has none.
  void finish(Language language);

 private:
  void fill_to(std::size_t at);
  void add_region(Region::Kind kind, std::size_t begin, std::size_t end);

  std::string_view text_;
  Page& page_;
  std::size_t filled_to_ = 0;
  std::size_t tag_end_ = 0;  // of the last tag: up to there it is kDirective
  std::vector<std::size_t> without_language_;
};

}  // namespace pugmark::script

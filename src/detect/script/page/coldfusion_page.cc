// ColdFusion: its tags are its language. What <cfset>, <cfif> and their like hold is also given as
// code, and so is what stands between '#' where it is sent.
#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "detect/script/page/asp_marks.h"
#include "detect/script/page/page_builder.h"
#include "detect/script/page/pages.h"
#include "detect/script/page/tags.h"

namespace pugmark::script {
namespace {

constexpr std::size_t kExpressionBytesMax = 4096;  // between two '#'
constexpr std::size_t kVainBytesMax = 256;
// What the server's own encryption leaves of a template.
constexpr std::string_view kEncrypted = "Allaire Cold Fusion Template";

// Tags that hold an expression where others have attributes.
std::optional<Region::Kind> expression_tag(std::string_view name) {
  constexpr std::array<std::string_view, 3> kValues = {"cfif", "cfelseif", "cfreturn"};
  if (equal_ascii_nocase(name, "cfset")) return Region::Kind::kCode;
  for (const std::string_view value : kValues)
    if (equal_ascii_nocase(name, value)) return Region::Kind::kExpression;
  return std::nullopt;
}

// Tags whose attributes say what is done. cfscript knows them as statements that are written alike.
bool acts(std::string_view name) {
  constexpr std::array<std::string_view, 21> kActing = {
      "cfargument", "cfcontent",  "cfdirectory",     "cfexecute",  "cffile",
      "cfftp",      "cffunction", "cfhttp",          "cfhttpparam", "cfinclude",
      "cfinvoke",   "cfloop",     "cfmail",          "cfmodule",   "cfobject",    "cfparam",
      "cfquery",    "cfregistry", "cfschedule",      "cfstoredproc", "cfzip"};
  return std::any_of(kActing.begin(), kActing.end(), [&](std::string_view acting) {
    return equal_ascii_nocase(name, acting);
  });
}

// Tags inside which "#expression#" is replaced in the text.
bool sends_expressions(std::string_view name) {
  return equal_ascii_nocase(name, "cfoutput") || equal_ascii_nocase(name, "cfquery") ||
         equal_ascii_nocase(name, "cfmail");
}

class ColdFusionPage {
 public:
  ColdFusionPage(std::string_view text, Page& page)
      : text_(text),
        builder_(text, PageKind::kColdFusion, page),
        less_(text, "<"),
        hashes_(text, "#"),
        greater_(text, ">") {}

  void read() {
    std::size_t at = 0;
    if (text_.starts_with(kEncrypted)) at = note_encrypted();
    if (is_script_alone()) {
      builder_.add_code(Region::Kind::kCode, {0, text_.size()}, {0, text_.size()},
                        Language::kCfScript);
      at = text_.size();
    }
    while (at < text_.size()) {
      const std::size_t less = less_.next(at);
      const std::size_t hash = sending_depth_ > 0 ? hashes_.next(at) : kNoPlace;
      const std::size_t next = std::min(less, hash);
      if (next == kNoPlace) break;
      at = next == less ? read_mark(next) : read_expression(next);
    }
    builder_.finish(Language::kCfml);
  }

 private:
  std::size_t note_encrypted() {
    PageTag tag;
    tag.name = text_.substr(0, kEncrypted.size());
    tag.length = static_cast<std::uint32_t>(text_.size());
    builder_.add_tag(tag);
    builder_.note_code();
    return text_.size();
  }

  // A component may be written in script from its first word on.
  bool is_script_alone() const {
    std::size_t at = skip_blanks(text_, 0);
    while (text_.substr(at, 2) == "/*" || text_.substr(at, 2) == "//") {
      const bool is_long = text_[at + 1] == '*';
      const std::size_t end = text_.find(is_long ? "*/" : "\n", at + 2);
      if (end == kNoPlace) return false;
      at = skip_blanks(text_, end + (is_long ? 2 : 1));
    }
    return has_word_at(text_, at, "component") || has_word_at(text_, at, "interface") ||
           has_word_at(text_, at, "import ") || has_word_at(text_, at, "abstract component");
  }

  // Returns where to go on.
  std::size_t read_mark(std::size_t at) {
    if (text_.substr(at, 5) == "<!---") return read_comment(at);
    const bool is_closing = text_.substr(at + 1, 1) == "/";
    const std::size_t name = at + (is_closing ? 2 : 1);
    if (!has_word_at(text_, name, "cf")) return at + 1;
    PageTag tag;
    tag.is_closing = is_closing;
    std::size_t name_end = name;
    while (name_end < text_.size() && is_name_character(text_[name_end])) ++name_end;
    tag.name = text_.substr(name, name_end - name);
    const std::size_t end = end_of_tag(name_end);
    tag.begin = static_cast<std::uint32_t>(at);
    tag.length = static_cast<std::uint32_t>(std::min(end + 1, text_.size()) - at);
    return read_tag(tag, {name_end, end});
  }

  std::size_t read_tag(PageTag& tag, Span inner) {
    const std::size_t behind = std::size_t{tag.begin} + tag.length;
    std::string_view content = text_.substr(inner.begin, inner.end - inner.begin);
    const bool is_empty = content.ends_with('/');
    if (is_empty) content.remove_suffix(1);
    const auto kind = expression_tag(tag.name);
    if (kind) {
      tag.attributes.emplace_back(std::string_view(), trimmed(content));
    } else {
      read_attributes(content, tag.attributes, builder_.page().left_out_count);
    }
    builder_.add_tag(tag);
    builder_.note_code();
    if (kind && !tag.is_closing) {
      const Span code{inner.begin, inner.begin + content.size()};
      builder_.add_code(*kind, code, code, Language::kCfScript);
    }
    if (acts(tag.name) && !tag.is_closing) {
      const auto name = static_cast<std::size_t>(tag.name.data() - text_.data());
      const Span code{name, inner.begin + content.size()};
      builder_.add_code(Region::Kind::kCode, code, code, Language::kCfScript);
    }
    if (sends_expressions(tag.name) && !is_empty) {
      if (!tag.is_closing) ++sending_depth_;
      if (tag.is_closing && sending_depth_ > 0) --sending_depth_;
    }
    if (is_named(tag, "cfscript") && !tag.is_closing) return read_script(behind);
    return behind;
  }

  std::size_t read_script(std::size_t begin) {
    std::size_t end = text_.find("</", begin);
    while (end != kNoPlace && !has_word_at(text_, end + 2, "cfscript"))
      end = text_.find("</", end + 2);
    end = std::min(end, text_.size());
    builder_.add_code(Region::Kind::kCode, {begin, end}, {begin, end}, Language::kCfScript);
    return end;
  }

  // Comments may stand inside one another.
  std::size_t read_comment(std::size_t at) {
    std::size_t depth = 0;
    std::size_t i = at;
    while (i < text_.size()) {
      if (text_.substr(i, 5) == "<!---") {
        ++depth;
        i += 5;
      } else if (text_.substr(i, 4) == "--->") {
        --depth;
        i += 4;
        if (depth == 0) break;
      } else {
        i = std::min(text_.find_first_of("<-", i + 1), text_.size());
      }
    }
    builder_.leave_out({at, i});
    return i;
  }

  // Where its '>' stands: not in a string. A tag with a string that does not end has the next one;
  // from then on all have.
  std::size_t end_of_tag(std::size_t from) {
    const std::size_t next = std::min(greater_.next(from), text_.size());
    const bool is_plain = text_.substr(from, next - from).find_first_of("\"'") == kNoPlace;
    if (are_strings_open_ || is_plain) return next;
    char quote = '\0';
    for (std::size_t at = from; at < text_.size(); ++at) {
      const char c = text_[at];
      if (quote != '\0') {
        if (c == quote) quote = '\0';
        if (c == '#') at = behind_nested_expression(at);
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '>') {
        return at;
      }
    }
    are_strings_open_ = true;
    return next;
  }

  // An expression inside a string may hold strings with the same quotes. Returns its last '#'.
  std::size_t behind_nested_expression(std::size_t at) const {
    constexpr std::size_t kNestedBytesMax = 256;
    const std::string_view rest = text_.substr(at + 1, kNestedBytesMax);
    const std::size_t end = rest.find_first_of("#\n<>");
    return end == kNoPlace || rest[end] != '#' ? at : at + 1 + end;
  }

  std::size_t read_expression(std::size_t at) {
    if (text_.substr(at, 2) == "##") return at + 2;
    if (at < no_expression_before_) return at + 1;
    const std::string_view in = text_.substr(0, std::min(text_.size(), at + kExpressionBytesMax));
    char quote = '\0';
    for (std::size_t i = at + 1; i < in.size(); ++i) {
      const char c = in[i];
      if (quote != '\0') {
        if (c == quote) quote = '\0';
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '#') {
        builder_.add_code(Region::Kind::kExpression, {at + 1, i}, {at, i + 1}, Language::kCfScript);
        return i + 1;
      } else if (c == '<' || c == '>' || c == ';') {
        return at + 1;  // a colour, an anchor
      }
    }
    if (in.size() - at > kVainBytesMax) no_expression_before_ = in.size();
    return at + 1;
  }

  std::string_view text_;
  PageBuilder builder_;
  Finder less_;
  Finder hashes_;
  Finder greater_;
  std::size_t sending_depth_ = 0;
  std::size_t no_expression_before_ = 0;
  bool are_strings_open_ = false;
};

}  // namespace

void take_apart_coldfusion(std::string_view text, Page& page) { ColdFusionPage(text, page).read(); }

}  // namespace pugmark::script

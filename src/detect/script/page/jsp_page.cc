// JSP in both of its forms, and expression language in what they send.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "detect/script/page/asp_marks.h"
#include "detect/script/page/code_pages.h"
#include "detect/script/page/jsp_elements.h"
#include "detect/script/page/page_builder.h"
#include "detect/script/page/pages.h"
#include "detect/script/page/tags.h"

namespace pugmark::script {
namespace {

constexpr std::string_view kNamespace = "http://java.sun.com/JSP/Page";
constexpr std::size_t kExpressionBytesMax = 16'384;  // of ${...}
// An expression without an end is not looked for again inside what was read, if that was long.
constexpr std::size_t kVainBytesMax = 256;
constexpr std::size_t kEntityGrowthMax = 1'048'576;  // bytes that a page's entities may add to it
constexpr std::size_t kPrefixesMax = 16;

std::string_view prefix_of(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == kNoPlace ? std::string_view() : name.substr(0, colon);
}

std::string_view local_name(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == kNoPlace ? name : name.substr(colon + 1);
}

std::optional<Region::Kind> code_element(std::string_view local) {
  if (local == "scriptlet") return Region::Kind::kCode;
  if (local == "declaration") return Region::Kind::kMembers;
  if (local == "expression") return Region::Kind::kExpression;
  return std::nullopt;
}

class JspPage {
 public:
  JspPage(std::string_view text, bool is_xml, Page& page)
      : text_(text),
        is_xml_(is_xml),
        builder_(text, PageKind::kJsp, page),
        tags_(text, true),
        less_(text, "<"),
        dollars_(text, "${"),
        hashes_(text, "#{"),
        code_ends_(text, "%>"),
        hidden_ends_(text, "--%>"),
        comment_ends_(text, "-->") {
    if (is_xml_) entities_ = declared_entities(text, entity_values_, growth_left_);
  }

  void read() {
    std::size_t at = 0;
    while (at < text_.size()) {
      const std::size_t less = less_.next(at);
      const std::size_t expression =
          is_el_ignored_ ? kNoPlace : std::min(dollars_.next(at), hashes_.next(at));
      const std::size_t next = std::min(less, expression);
      if (next == kNoPlace) break;
      at = next == less ? read_mark(next) : read_expression(next);
    }
    builder_.finish(Language::kJava);
  }

 private:
  // Returns where to go on.
  std::size_t read_mark(std::size_t at) {
    const char next = at + 1 < text_.size() ? text_[at + 1] : '\0';
    if (next == '%') return read_code(at);
    if (next == '/' || is_letter(next) || next == '_') return read_tag(at);
    if (is_xml_ && text_.substr(at, 4) == "<!--") {
      const std::size_t end = comment_ends_.next(at + 4);
      const std::size_t behind = end == kNoPlace ? text_.size() : end + 3;
      builder_.leave_out({at, behind});
      return behind;
    }
    return at + 1;
  }

  std::size_t read_code(std::size_t at) {
    if (text_.substr(at, 4) == "<%--") {
      const std::size_t end = hidden_ends_.next(at + 4);
      const std::size_t behind = end == kNoPlace ? text_.size() : end + 4;
      builder_.leave_out({at, behind});
      return behind;
    }
    const std::size_t inner_end = std::min(code_ends_.next(at + 2), text_.size());
    const Span outer{at, std::min(inner_end + 2, text_.size())};
    const char mark = at + 2 < text_.size() ? text_[at + 2] : '\0';
    const std::size_t begin = std::min(at + (mark == '!' || mark == '=' ? 3 : 2), inner_end);
    if (mark == '@') return read_directive(directive(text_, at, at + 3, inner_end, left_out()));
    if (mark == '!') {
      builder_.add_code(Region::Kind::kMembers, {begin, inner_end}, outer);
    } else {
      builder_.add_code(mark == '=' ? Region::Kind::kExpression : Region::Kind::kCode,
                        {begin, inner_end}, outer);
    }
    return outer.end;
  }

  std::size_t read_directive(const PageTag& tag) {
    const auto is_ignored = attribute(tag.attributes, "isELIgnored");
    if (is_named(tag, "page") && is_ignored && equal_ascii_nocase(*is_ignored, "true"))
      is_el_ignored_ = true;
    if (is_named(tag, "include")) builder_.note_code();
    builder_.add_tag(tag);
    return std::size_t{tag.begin} + tag.length;
  }

  bool is_jsp(std::string_view name) const {
    const std::string_view prefix = prefix_of(name);
    return prefix == "jsp" ||
           std::find(prefixes_.begin(), prefixes_.end(), prefix) != prefixes_.end();
  }

  // xmlns:x="http://java.sun.com/JSP/Page" makes <x:scriptlet> what <jsp:scriptlet> is.
  void note_prefixes() {
    for (const auto& [name, value] : tag_.attributes) {
      if (!name.starts_with("xmlns") || prefixes_.size() >= kPrefixesMax) continue;
      std::size_t growth = 0;
      if (without_entities(value, entities_, growth) == kNamespace)
        prefixes_.push_back(name.size() > 6 ? name.substr(6) : std::string_view());
    }
  }

  std::size_t read_tag(std::size_t at) {
    std::size_t end = at + 1;
    while (end < text_.size() && text_[end] != ':' && is_name_character(text_[end])) ++end;
    const bool has_prefix = end < text_.size() && (text_[end] == ':' || text_[at + 1] == '/');
    if (!has_prefix && !is_xml_) return at + 1;
    if (!tags_.read(at, tag_, left_out())) return at + 1;
    const std::size_t behind_name =
        static_cast<std::size_t>(tag_.name.data() - text_.data()) + tag_.name.size();
    note_prefixes();
    const bool is_of_jsp = is_jsp(tag_.name);
    const auto kind = is_of_jsp ? code_element(local_name(tag_.name)) : std::nullopt;
    if (kind && !tag_.is_closing) return read_element(*kind, at);
    if (prefix_of(tag_.name).empty() && !is_of_jsp) return behind_name;
    builder_.add_tag(tag_);
    if (is_of_jsp && local_name(tag_.name) == "include") builder_.note_code();
    add_code_of_attributes(is_of_jsp);
    return behind_name;
  }

  void add_code_of_attributes(bool is_of_jsp) {
    for (const auto& [name, value] : tag_.attributes) {
      // The form that expressions in attributes have in XML.
      if (value.size() > 2 && value.starts_with("%=") && value.ends_with('%'))
        add_text_code(Region::Kind::kExpression, value.substr(2, value.size() - 3), value);
      if (is_of_jsp && leaves_its_string(value)) add_string_code(value);
    }
  }

  // Servers make a string of Java from an attribute; an escaped quote before '+' ended that string
  // in some, and what follows ran.
  static bool leaves_its_string(std::string_view value) {
    const std::size_t quote = value.find("\\\"");
    const std::size_t plus = quote == kNoPlace ? quote : skip_blanks(value, quote + 2);
    return plus < value.size() && value[plus] == '+';
  }

  void add_string_code(std::string_view value) {
    std::string code = "\"";
    for (std::size_t at = 0; at < value.size(); ++at) {
      const bool is_escape = value[at] == '\\' && at + 1 < value.size() && value[at + 1] == '"';
      code += value[is_escape ? ++at : at];
    }
    code += '"';
    builder_.add_converted(std::move(code), Region::Kind::kExpression, Language::kJava,
                           span_of(value));
    builder_.mark_converted(span_of(value));
  }

  std::size_t read_element(Region::Kind kind, std::size_t at) {
    const std::size_t begin = at + tag_.length;
    if (text_[begin - 2] == '/') {
      builder_.leave_out({at, begin});
      return begin;
    }
    const ElementBody body = element_body(text_, begin, tag_.name, is_xml_);
    const std::string_view inner =
        text_.substr(body.inner.begin, body.inner.end - body.inner.begin);
    builder_.leave_out({at, begin});
    add_text_code(kind, inner, inner);
    builder_.leave_out({begin, body.end});
    return body.end;
  }

  // Code that XML stands around: `inner` of `outer`, both of the text.
  void add_text_code(Region::Kind kind, std::string_view inner, std::string_view outer) {
    std::string_view plain;
    if (is_plain_xml_text(inner, plain)) {
      builder_.add_code(kind, span_of(plain), span_of(outer));
      return;
    }
    builder_.add_converted(xml_text(inner, entities_, growth_left_), kind, Language::kJava,
                           span_of(inner));
    builder_.mark_converted(span_of(outer));
  }

  Span span_of(std::string_view part) const {
    const auto begin = static_cast<std::size_t>(part.data() - text_.data());
    return {begin, begin + part.size()};
  }

  // ${...} or #{...}, in which quotes and braces count. "\${" is text.
  std::size_t read_expression(std::size_t at) {
    if (at < no_expression_before_ || (at > 0 && text_[at - 1] == '\\')) return at + 2;
    const std::string_view in = text_.substr(0, std::min(text_.size(), at + kExpressionBytesMax));
    std::size_t depth = 0;
    char quote = '\0';
    for (std::size_t i = at + 2; i < in.size(); ++i) {
      const char c = in[i];
      if (quote != '\0') {
        if (c == '\\') ++i;
        if (c == quote) quote = '\0';
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '{') {
        ++depth;
      } else if (c == '}' && depth-- == 0) {
        add_expression({at + 2, i}, {at, i + 1});
        return i + 1;
      }
    }
    if (in.size() - at > kVainBytesMax) no_expression_before_ = in.size();
    return at + 2;
  }

  void add_expression(Span inner, Span outer) {
    const std::string_view code = text_.substr(inner.begin, inner.end - inner.begin);
    if (!is_xml_ || code.find('&') == kNoPlace) {
      builder_.add_code(Region::Kind::kExpression, inner, outer);
    } else {
      add_text_code(Region::Kind::kExpression, code,
                    text_.substr(outer.begin, outer.end - outer.begin));
    }
  }

  std::uint64_t& left_out() { return builder_.page().left_out_count; }

  std::string_view text_;
  bool is_xml_ = false;
  PageBuilder builder_;
  TagReader tags_;
  Finder less_;
  Finder dollars_;
  Finder hashes_;
  Finder code_ends_;
  Finder hidden_ends_;
  Finder comment_ends_;
  PageTag tag_;
  std::vector<std::string_view> prefixes_;
  std::size_t growth_left_ = kEntityGrowthMax;
  std::vector<std::string> entity_values_;
  Entities entities_;
  std::size_t no_expression_before_ = 0;
  bool is_el_ignored_ = false;
};

bool is_xml_document(std::string_view path, std::string_view text) {
  const std::string_view extension = extension_of(path);
  if (equal_ascii_nocase(extension, "jspx") || equal_ascii_nocase(extension, "tagx")) return true;
  // <jsp:root>, by any prefix, makes a .jsp one.
  const std::size_t root = text.find(":root");
  return root != kNoPlace && text.find(kNamespace, root) != kNoPlace;
}

// The code page of EBCDIC that the page says it is written in: in its XML declaration, its
// directive, or by what it begins with.
std::optional<Ebcdic> declared_ebcdic(std::string_view text, const Page& page) {
  if (text.starts_with("<?xml")) {
    Attributes attributes;
    std::uint64_t left_out = 0;
    read_attributes(text.substr(5, std::min(text.find("?>"), text.size()) - 5), attributes,
                    left_out);
    const auto encoding = attribute(attributes, "encoding");
    if (encoding && ebcdic_named(*encoding)) return ebcdic_named(*encoding);
  }
  for (const PageTag& tag : page.tags) {
    const auto encoding = attribute(tag.attributes, "pageEncoding");
    if (encoding && ebcdic_named(*encoding)) return ebcdic_named(*encoding);
    const auto type = attribute(tag.attributes, "contentType");
    const std::size_t charset = type ? ascii_lower(*type).find("charset=") : kNoPlace;
    if (charset != kNoPlace && ebcdic_named(type->substr(charset + 8)))
      return ebcdic_named(type->substr(charset + 8));
  }
  return begins_in_ebcdic(text) ? std::optional(Ebcdic::k037) : std::nullopt;
}

// Code of the converted page is a text of its own; its places are those of the page itself, since
// every byte is one byte.
void add_converted_page(std::string_view path, std::string_view text, Ebcdic code_page,
                        Page& page) {
  const auto converted = std::make_shared<const std::string>(from_ebcdic(text, code_page));
  Page inner;
  JspPage(*converted, is_xml_document(path, *converted), inner).read();
  for (const Region& region : inner.regions) {
    if (region.kind == Region::Kind::kMarkup || region.kind == Region::Kind::kDirective) continue;
    page.converted.push_back({converted->substr(region.begin, region.length), region.kind,
                              region.language, region.begin, region.length});
  }
  for (Page::Converted& part : inner.converted) page.converted.push_back(std::move(part));
  std::stable_sort(page.converted.begin(), page.converted.end(),
                   [](const auto& a, const auto& b) { return a.begin < b.begin; });
  page.tags.insert(page.tags.end(), inner.tags.begin(), inner.tags.end());
  std::stable_sort(page.tags.begin(), page.tags.end(),
                   [](const PageTag& a, const PageTag& b) { return a.begin < b.begin; });
  page.left_out_count += inner.left_out_count;
  page.has_code = page.has_code || inner.has_code;
  page.kept.push_back(converted);
}

}  // namespace

void take_apart_jsp(std::string_view path, std::string_view text, Page& page) {
  JspPage(text, is_xml_document(path, text), page).read();
  const auto code_page = declared_ebcdic(text, page);
  if (code_page) add_converted_page(path, text, *code_page, page);
}

}  // namespace pugmark::script

#include "detect/script/page/asp_marks.h"

#include <algorithm>

#include "base/text.h"
#include "detect/script/page/tags.h"

namespace pugmark::script {

CodeMark code_mark_at(std::string_view text, std::size_t at) {
  const std::size_t mark = skip_blanks(text, at + 2);
  const char c = mark < text.size() ? text[mark] : '\0';
  if (c == '@') return {CodeMark::Kind::kDirective, mark + 1};
  if (c == '=') return {CodeMark::Kind::kExpression, mark + 1};
  return {CodeMark::Kind::kCode, at + 2};
}

PageTag directive(std::string_view text, std::size_t at, std::size_t inner, std::size_t end,
                  std::uint64_t& left_out_count) {
  inner = std::min(inner, end);
  const std::size_t nested = text.substr(0, end).find("<%", inner);
  const std::size_t outer_end = nested == kNoPlace ? std::min(end + 2, text.size()) : nested;
  if (nested != kNoPlace) {
    const std::size_t closed = text.substr(inner, nested - inner).find('>');
    end = closed == kNoPlace ? nested : inner + closed;
  }
  PageTag tag;
  tag.begin = static_cast<std::uint32_t>(at);
  tag.length = static_cast<std::uint32_t>(outer_end - at);
  read_attributes(text.substr(inner, end - inner), tag.attributes, left_out_count);
  // The first word, if it has no value, is the name.
  if (!tag.attributes.empty() && tag.attributes.front().second.data() == nullptr) {
    tag.name = tag.attributes.front().first;
    tag.attributes.erase(tag.attributes.begin());
  }
  return tag;
}

bool read_include(std::string_view text, std::size_t at, Finder& comment_ends, PageTag& tag,
                  std::uint64_t& left_out_count) {
  if (text.substr(at, 4) != "<!--") return false;
  const std::size_t name = skip_blanks(text, at + 4);
  if (!has_word_at(text, name, "#include")) return false;
  const std::size_t end = comment_ends.next(name);
  if (end == kNoPlace) return false;
  constexpr std::size_t kNameBytes = 8;
  tag = {};
  tag.name = text.substr(name, kNameBytes);
  const std::size_t inner = name + kNameBytes;
  read_attributes(text.substr(inner, end - inner), tag.attributes, left_out_count);
  tag.begin = static_cast<std::uint32_t>(at);
  tag.length = static_cast<std::uint32_t>(end + 3 - at);
  return true;
}

Span script_end(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find("</", from); at != kNoPlace; at = text.find("</", at + 2)) {
    if (!has_word_at(text, at + 2, "script")) continue;
    const std::size_t end = text.find('>', at);
    return {at, end == kNoPlace ? text.size() : end + 1};
  }
  return {text.size(), text.size()};
}

bool is_named(const PageTag& tag, std::string_view name) {
  return equal_ascii_nocase(tag.name, name);
}

}  // namespace pugmark::script

#include "detect/script/page/jsp_elements.h"

#include <algorithm>

namespace pugmark::script {
namespace {

constexpr std::string_view kData = "<![CDATA[";
constexpr std::string_view kDataEnd = "]]>";
constexpr std::string_view kComment = "<!--";
constexpr std::string_view kCommentEnd = "-->";
constexpr std::size_t kEntitiesMax = 256;

bool starts_at(std::string_view text, std::size_t at, std::string_view what) {
  return text.substr(at, what.size()) == what;
}

std::size_t behind(std::string_view text, std::size_t from, std::string_view mark) {
  const std::size_t at = text.find(mark, from);
  return at == kNoPlace ? text.size() : at + mark.size();
}

bool is_end_tag(std::string_view text, std::size_t at, std::string_view name) {
  if (!starts_at(text, at, "</") || !starts_at(text, at + 2, name)) return false;
  const std::size_t end = skip_blanks(text, at + 2 + name.size());
  return end < text.size() && text[end] == '>';
}

}  // namespace

ElementBody element_body(std::string_view text, std::size_t from, std::string_view name,
                         bool is_xml) {
  std::size_t at = text.find('<', from);
  while (at != kNoPlace) {
    if (is_end_tag(text, at, name)) return {{from, at}, behind(text, at, ">")};
    std::size_t next = at + 1;
    if (starts_at(text, at, kData)) next = behind(text, at, kDataEnd);
    if (is_xml && starts_at(text, at, kComment)) next = behind(text, at, kCommentEnd);
    at = text.find('<', next);
  }
  return {{from, text.size()}, text.size()};
}

bool is_plain_xml_text(std::string_view body, std::string_view& plain) {
  plain = body;
  if (body.find('&') == kNoPlace && body.find("<!") == kNoPlace) return true;
  const std::string_view inner = trimmed(body);
  if (!inner.starts_with(kData) || behind(inner, 0, kDataEnd) != inner.size()) return false;
  const std::size_t end_bytes = inner.ends_with(kDataEnd) ? kDataEnd.size() : 0;
  plain = inner.substr(kData.size(), inner.size() - kData.size() - end_bytes);
  return true;
}

std::string xml_text(std::string_view body, const Entities& entities, std::size_t& growth_left) {
  std::string out;
  std::size_t at = 0;
  while (at < body.size()) {
    const std::size_t data = std::min(body.find(kData, at), body.size());
    const std::size_t comment = std::min(body.find(kComment, at), body.size());
    const std::size_t next = std::min(data, comment);
    out += without_entities(body.substr(at, next - at), entities, growth_left);
    if (next == body.size()) break;
    const bool is_data = next == data;
    at = behind(body, next, is_data ? kDataEnd : kCommentEnd);
    if (!is_data) continue;
    std::string_view inner = body.substr(next + kData.size(), at - next - kData.size());
    if (inner.ends_with(kDataEnd)) inner.remove_suffix(kDataEnd.size());
    out += inner;
  }
  return out;
}

Entities declared_entities(std::string_view text, std::vector<std::string>& kept,
                           std::size_t& growth_left) {
  Entities entities;
  const std::size_t begin = text.find("<!DOCTYPE");
  if (begin == kNoPlace) return entities;
  kept.reserve(kEntitiesMax);  // views of them must stay
  std::size_t at = text.find("<!ENTITY", begin);
  while (at != kNoPlace && entities.size() < kEntitiesMax) {
    const std::size_t name = skip_blanks(text, at + 8);
    std::size_t end = name;
    while (end < text.size() && is_name_character(text[end])) ++end;
    const std::size_t quote = skip_blanks(text, end);
    if (quote < text.size() && (text[quote] == '"' || text[quote] == '\'') && end > name) {
      const std::size_t close = std::min(text.find(text[quote], quote + 1), text.size());
      const std::string_view value = text.substr(quote + 1, close - quote - 1);
      kept.push_back(without_entities(value, entities, growth_left));
      entities.emplace_back(text.substr(name, end - name), kept.back());
      end = close;
    }
    at = text.find("<!ENTITY", end);
  }
  return entities;
}

}  // namespace pugmark::script

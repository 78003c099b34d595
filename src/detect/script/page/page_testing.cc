#include "detect/script/page/page_testing.h"

#include <algorithm>

#include "base/text.h"
#include "detect/script/page/tags.h"

namespace pugmark::script {
namespace {

std::string_view name(Region::Kind kind) {
  switch (kind) {
    case Region::Kind::kCode:
      return "code";
    case Region::Kind::kExpression:
      return "expression";
    case Region::Kind::kMembers:
      return "members";
    case Region::Kind::kMarkup:
      return "markup";
    case Region::Kind::kDirective:
      return "directive";
  }
  return "";
}

bool is_code(Region::Kind kind) {
  return kind != Region::Kind::kMarkup && kind != Region::Kind::kDirective;
}

std::string line(Region::Kind kind, Language language, std::string_view text) {
  std::string out(name(kind));
  if (is_code(kind)) out += " " + std::string(to_string(language));
  return out + ": " + escaped(text) + "\n";
}

bool is_view_of(std::string_view part, std::string_view text) {
  return part.data() == nullptr ||
         (part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size());
}

bool is_known(std::string_view part, const Page& page, std::string_view text) {
  return is_view_of(part, text) ||
         std::any_of(page.kept.begin(), page.kept.end(),
                     [&](const auto& kept) { return is_view_of(part, *kept); });
}

std::string broken_promise_of_tags(const Page& page, std::string_view text) {
  std::size_t at = 0;
  if (page.tags.size() > 2 * Page::kTagsMax) return "more tags than may be";
  for (const PageTag& tag : page.tags) {
    if (tag.begin < at) return "tags are not in order";
    if (std::size_t{tag.begin} + tag.length > text.size()) return "a tag leaves the text";
    if (tag.attributes.size() > Page::kTagAttributesMax) return "more attributes than may be";
    bool are_views = is_known(tag.name, page, text);
    for (const auto& [key, value] : tag.attributes)
      are_views = are_views && is_known(key, page, text) && is_known(value, page, text);
    if (!are_views) return "a tag views nothing";
    at = tag.begin;
  }
  return "";
}

}  // namespace

std::string dump(const Page& page, std::string_view text) {
  std::string out(page.has_code ? to_string(page.language) : std::string_view("no code"));
  out += "\n";
  for (const Region& region : page.regions) {
    const std::string_view part = text.substr(region.begin, region.length);
    if (region.kind != Region::Kind::kMarkup || !is_blank(part))
      out += line(region.kind, region.language, part);
  }
  for (const PageTag& tag : page.tags) {
    out += "tag " + std::string(tag.is_closing ? "/" : "") + escaped(tag.name);
    for (const auto& [key, value] : tag.attributes)
      out += " " + escaped(key) + "=[" + escaped(value) + "]";
    out += "\n";
  }
  for (const Page::Converted& part : page.converted)
    out += std::to_string(part.begin) + " " + line(part.kind, part.language, part.text);
  return out;
}

std::string dump_of(PageKind kind, std::string_view path, std::string_view text) {
  Page page;
  take_apart(kind, path, text, page);
  const std::string broken = broken_promise(page, text);
  return broken.empty() ? dump(page, text) : broken;
}

std::string broken_promise(const Page& page, std::string_view text) {
  std::size_t at = 0;
  bool has_code = !page.converted.empty();
  for (const Region& region : page.regions) {
    if (region.begin < at) return "regions are not in order";
    if (region.length == 0) return "an empty region";
    at = std::size_t{region.begin} + region.length;
    if (at > text.size()) return "a region leaves the text";
    has_code = has_code || is_code(region.kind);
  }
  if (has_code && !page.has_code) return "code is not told of";
  at = 0;
  for (const Page::Converted& part : page.converted) {
    if (part.begin < at) return "converted parts are not in order";
    if (std::size_t{part.begin} + part.length > text.size()) return "a converted part leaves it";
    at = part.begin;
  }
  return broken_promise_of_tags(page, text);
}

}  // namespace pugmark::script

#include "detect/script/page/page_builder.h"

#include <algorithm>
#include <array>
#include <utility>

#include "detect/script/page/tags.h"

namespace pugmark::script {

PageBuilder::PageBuilder(std::string_view text, PageKind kind, Page& page)
    : text_(text), page_(page) {
  page_.kind = kind;
}

void PageBuilder::add_region(Region::Kind kind, std::size_t begin, std::size_t end) {
  if (begin >= end) return;
  page_.regions.push_back({kind, page_.language, static_cast<std::uint32_t>(begin),
                           static_cast<std::uint32_t>(end - begin)});
}

void PageBuilder::fill_to(std::size_t at) {
  if (at <= filled_to_) return;
  const std::size_t in_tag = std::clamp(tag_end_, filled_to_, at);
  add_region(Region::Kind::kDirective, filled_to_, in_tag);
  add_region(Region::Kind::kMarkup, in_tag, at);
  filled_to_ = at;
}

void PageBuilder::add_code(Region::Kind kind, Span inner, Span outer,
                           std::optional<Language> language) {
  if (outer.begin < filled_to_) return;  // part of what was found already
  fill_to(outer.begin);
  filled_to_ = std::max(filled_to_, outer.end);
  if (is_blank(text_.substr(inner.begin, inner.end - inner.begin))) return;
  page_.has_code = true;
  if (!language) without_language_.push_back(page_.regions.size());
  add_region(kind, inner.begin, inner.end);
  if (language) page_.regions.back().language = *language;
}

void PageBuilder::add_converted(std::string text, Region::Kind kind, Language language, Span from) {
  if (is_blank(text)) return;
  page_.has_code = true;
  page_.converted.push_back({std::move(text), kind, language,
                             static_cast<std::uint32_t>(from.begin),
                             static_cast<std::uint32_t>(from.end - from.begin)});
}

void PageBuilder::mark_converted(Span outer) {
  if (outer.begin < filled_to_) return;
  fill_to(outer.begin);
  add_region(Region::Kind::kDirective, outer.begin, outer.end);
  filled_to_ = outer.end;
}

void PageBuilder::add_tag(const PageTag& tag) {
  fill_to(tag.begin);
  tag_end_ = std::max(tag_end_, std::size_t{tag.begin} + tag.length);
  if (page_.tags.size() >= Page::kTagsMax) {
    ++page_.left_out_count;
    return;
  }
  page_.tags.push_back(tag);
}

void PageBuilder::leave_out(Span outer) {
  fill_to(outer.begin);
  filled_to_ = std::max(filled_to_, outer.end);
}

std::vector<std::string_view> PageBuilder::code_without_language() const {
  std::vector<std::string_view> code;
  for (const std::size_t index : without_language_) {
    const Region& region = page_.regions[index];
    code.push_back(text_.substr(region.begin, region.length));
  }
  return code;
}

void PageBuilder::finish(Language language) {
  fill_to(text_.size());
  for (const std::size_t index : without_language_) page_.regions[index].language = language;
  std::array<std::size_t, 16> bytes = {};
  for (const Region& region : page_.regions) {
    if (region.kind != Region::Kind::kMarkup && region.kind != Region::Kind::kDirective)
      bytes.at(static_cast<std::size_t>(region.language)) += region.length;
  }
  for (const Page::Converted& converted : page_.converted)
    bytes.at(static_cast<std::size_t>(converted.language)) += converted.text.size();
  const auto most = std::max_element(bytes.begin(), bytes.end());
  page_.language = *most == 0 ? language : static_cast<Language>(most - bytes.begin());
}

}  // namespace pugmark::script

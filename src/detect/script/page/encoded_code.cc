// Code of ASP that is not written as it is read.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "detect/script/page/code_pages.h"
#include "detect/script/page/pages.h"
#include "detect/script/page/tags.h"

namespace pugmark::script {
namespace {

constexpr std::string_view kMark = "#@~^";
constexpr std::string_view kEndMark = "^#~@";

bool is_code(const Region& region) {
  return region.kind != Region::Kind::kMarkup && region.kind != Region::Kind::kDirective;
}

// <%@ codepage=65000 %>
bool is_utf7(const Page& page) {
  return std::any_of(page.tags.begin(), page.tags.end(), [](const PageTag& tag) {
    const auto code_page = attribute(tag.attributes, "codepage");
    return code_page && trimmed(*code_page) == "65000";
  });
}

void add_part(const Region& whole, std::size_t begin, std::size_t end, Region::Kind kind,
              std::vector<Region>& out) {
  if (begin == end) return;
  out.push_back({kind, whole.language, static_cast<std::uint32_t>(begin),
                 static_cast<std::uint32_t>(end - begin)});
}

// Pieces made by the script encoder are taken out of the region.
void divide(std::string_view text, const Region& region, std::vector<Region>& regions,
            std::vector<Page::Converted>& converted) {
  const std::string_view in_region = text.substr(0, region.begin + region.length);
  std::size_t at = region.begin;
  while (at < in_region.size()) {
    const std::size_t mark = in_region.find(kMark, at);
    const std::size_t end =
        mark == std::string_view::npos ? mark : in_region.find(kEndMark, mark + kMark.size());
    if (end == std::string_view::npos) break;
    const std::size_t behind = end + kEndMark.size();
    std::string plain = decode_script_encoder(in_region.substr(mark, behind - mark));
    const bool is_piece = !plain.empty();
    add_part(region, at, is_piece ? mark : behind, region.kind, regions);
    if (is_piece) {
      add_part(region, mark, behind, Region::Kind::kDirective, regions);
      converted.push_back({std::move(plain), region.kind, region.language,
                           static_cast<std::uint32_t>(mark),
                           static_cast<std::uint32_t>(behind - mark)});
    }
    at = behind;
  }
  add_part(region, at, in_region.size(), region.kind, regions);
}

void divide_all(std::string_view text, Page& page) {
  std::vector<Region> regions;
  regions.reserve(page.regions.size() + 2);
  for (const Region& region : page.regions) {
    if (is_code(region)) {
      divide(text, region, regions, page.converted);
    } else {
      regions.push_back(region);
    }
  }
  page.regions = std::move(regions);
}

void convert_utf7(std::string_view text, Page& page) {
  for (Region& region : page.regions) {
    const std::string_view code = text.substr(region.begin, region.length);
    if (!is_code(region) || code.find('+') == std::string_view::npos) continue;
    page.converted.push_back(
        {from_utf7(code), region.kind, region.language, region.begin, region.length});
    region.kind = Region::Kind::kDirective;
  }
}

}  // namespace

void convert_encoded_code(std::string_view text, Page& page) {
  if (is_utf7(page)) convert_utf7(text, page);
  if (text.find(kMark) != std::string_view::npos) divide_all(text, page);
  std::stable_sort(page.converted.begin(), page.converted.end(),
                   [](const auto& a, const auto& b) { return a.begin < b.begin; });
}

}  // namespace pugmark::script

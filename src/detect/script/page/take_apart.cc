#include <cstdint>
#include <limits>
#include <string_view>

#include "detect/script/page.h"
#include "detect/script/page/page_builder.h"
#include "detect/script/page/pages.h"

namespace pugmark::script {
namespace {

void take_apart_php(std::string_view text, Page& page) {
  page.language = Language::kPhp;
  find_php_regions(text, false, page.regions);
  for (const Region& region : page.regions)
    page.has_code = page.has_code || region.kind != Region::Kind::kMarkup;
}

// Nothing but code.
void take_apart_program(PageKind kind, Language language, std::string_view text, Page& page) {
  PageBuilder builder(text, kind, page);
  builder.add_code(Region::Kind::kCode, {0, text.size()}, {0, text.size()}, language);
  builder.finish(language);
}

void take_apart_none(std::string_view text, Page& page) {
  PageBuilder(text, PageKind::kNone, page).finish(Language::kPhp);
}

void clear(PageKind kind, Page& page) {
  page.kind = kind;
  page.language = Language::kPhp;
  page.regions.clear();
  page.tags.clear();
  page.converted.clear();
  page.kept.clear();
  page.has_code = false;
  page.left_out_count = 0;
}

}  // namespace

void take_apart(PageKind kind, std::string_view path, std::string_view text, Page& page) {
  clear(kind, page);
  // Places are numbers of 32 bits; files that long are given in windows.
  text = text.substr(0, std::numeric_limits<std::uint32_t>::max());
  switch (kind) {
    case PageKind::kNone:
      take_apart_none(text, page);
      break;
    case PageKind::kPhp:
      take_apart_php(text, page);
      break;
    case PageKind::kAsp:
      take_apart_asp(text, page);
      break;
    case PageKind::kAspNet:
      take_apart_aspnet(path, text, page);
      break;
    case PageKind::kJsp:
      take_apart_jsp(path, text, page);
      break;
    case PageKind::kColdFusion:
      take_apart_coldfusion(text, page);
      break;
    case PageKind::kPerl:
      take_apart_program(kind, Language::kPerl, text, page);
      break;
    case PageKind::kPython:
      take_apart_program(kind, Language::kPython, text, page);
      break;
  }
}

}  // namespace pugmark::script

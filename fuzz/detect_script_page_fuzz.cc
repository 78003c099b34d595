// Any text as a page of any kind. Promised: regions are in order, inside the text, never empty and
// do not overlap; tags and what was converted stand in the text; what a tag shows is of the text;
// code is told of; taking apart again says the same; what stands between "<%" and "%>" in classic
// ASP is a region of code, by a reader of ten lines.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "detect/script/page.h"
#include "detect/script/page/page_testing.h"
#include "detect/script/page/tags.h"

using namespace pugmark;
using namespace pugmark::script;

namespace {

constexpr PageKind kKinds[] = {PageKind::kNone,   PageKind::kPhp,   PageKind::kAsp,
                               PageKind::kAspNet, PageKind::kJsp,   PageKind::kColdFusion,
                               PageKind::kPerl,   PageKind::kPython};

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

void check_page(PageKind kind, std::string_view path, std::string_view text) {
  Page page;
  take_apart(kind, path, text, page);
  require(page.kind == kind, "the kind is the one asked for");
  const std::string broken = broken_promise(page, text);
  require(broken.empty(), broken.c_str());
  const std::string before = dump(page, text);
  take_apart(PageKind::kAsp, "y.asp", "<% other %><!--#include file=\"z\"-->", page);
  take_apart(kind, path, text, page);
  require(dump(page, text) == before, "taking apart again says the same");
}

bool is_code_at(const Page& page, std::size_t at) {
  for (const Region& region : page.regions) {
    if (at < region.begin || at >= std::size_t{region.begin} + region.length) continue;
    return region.kind != Region::Kind::kMarkup;
  }
  return false;
}

// Where nothing but "<%" can begin code: no scripts, objects and comments.
void check_plain_asp(std::string_view text) {
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1))
    if (text.substr(at, 2) != "<%") return;
  Page page;
  take_apart(PageKind::kAsp, "x.asp", text, page);
  std::size_t at = text.find("<%");
  while (at != std::string_view::npos) {
    const std::size_t begin = skip_blanks(text, at + 2);
    const std::size_t end = std::min(text.find("%>", at + 2), text.size());
    if (begin < end && text[begin] == '@') return;  // directives may end early
    const bool has_mark = begin < end && text[begin] == '=';
    const std::size_t first = skip_blanks(text, begin + (has_mark ? 1 : 0));
    require(first >= end || is_code_at(page, first), "code is found");
    at = text.find("<%", end);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  // Bytes may be viewed as std::byte.
  const std::string_view text = as_text({reinterpret_cast<const std::byte*>(data), size_bytes});
  for (const PageKind kind : kKinds) check_page(kind, "x.txt", text);
  check_page(PageKind::kAspNet, "x.ashx", text);
  check_page(PageKind::kJsp, "x.jspx", text);
  check_plain_asp(text);
  const PageKind marked = kind_of("x.txt", text);
  require(kind_of("x.txt", text) == marked, "marks say the same twice");
  require(kind_of("x.aspx.", text) == PageKind::kAspNet, "the name comes first");
  const PageKind php = kind_of("x.php.", text);
  require(php == PageKind::kPhp || php == marked, "PHP by its name is PHP, or what its marks say");
  const std::string path(text.substr(0, 64));
  (void)kind_of(path, text);
  const std::string plain = decode_script_encoder(text);
  require(plain.size() <= text.size(), "decoding makes nothing longer");
  return 0;
}

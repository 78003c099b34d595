#include "detect/files/language.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "detect/script/language.h"

namespace pugmark::files {
namespace {

using script::PageKind;

PageKind page_kind_of(std::string_view extension) {
  using Entry = std::pair<std::string_view, PageKind>;
  static constexpr auto kExtensions = std::to_array<Entry>({
      {"php", PageKind::kPhp},        {"php3", PageKind::kPhp},
      {"php4", PageKind::kPhp},       {"php5", PageKind::kPhp},
      {"php7", PageKind::kPhp},       {"php8", PageKind::kPhp},
      {"phps", PageKind::kPhp},       {"pht", PageKind::kPhp},
      {"phtm", PageKind::kPhp},       {"phtml", PageKind::kPhp},
      {"phar", PageKind::kPhp},       {"asp", PageKind::kAsp},
      {"asa", PageKind::kAsp},        {"cer", PageKind::kAsp},
      {"cdx", PageKind::kAsp},        {"htr", PageKind::kAsp},
      {"aspx", PageKind::kAspNet},    {"ashx", PageKind::kAspNet},
      {"asmx", PageKind::kAspNet},    {"ascx", PageKind::kAspNet},
      {"asax", PageKind::kAspNet},    {"master", PageKind::kAspNet},
      {"cshtml", PageKind::kAspNet},  {"vbhtml", PageKind::kAspNet},
      {"svc", PageKind::kAspNet},     {"jsp", PageKind::kJsp},
      {"jspx", PageKind::kJsp},       {"jspf", PageKind::kJsp},
      {"jspa", PageKind::kJsp},       {"jsw", PageKind::kJsp},
      {"jsv", PageKind::kJsp},        {"jtml", PageKind::kJsp},
      {"tag", PageKind::kJsp},        {"tagx", PageKind::kJsp},
      {"cfm", PageKind::kColdFusion}, {"cfml", PageKind::kColdFusion},
      {"cfc", PageKind::kColdFusion}, {"pl", PageKind::kPerl},
      {"pm", PageKind::kPerl},        {"cgi", PageKind::kPerl},
      {"fcgi", PageKind::kPerl},      {"py", PageKind::kPython},
      {"pyw", PageKind::kPython},
  });
  const auto found = std::find_if(kExtensions.begin(), kExtensions.end(),
                                  [&](const Entry& entry) { return entry.first == extension; });
  return found == kExtensions.end() ? PageKind::kNone : found->second;
}

}  // namespace

std::string_view language_of(FileNature nature, std::string_view path) {
  switch (nature.kind) {
    case FileKind::kExecutable:
      return "executable";
    case FileKind::kDocument:
      return "document";
    case FileKind::kUnknown:
    case FileKind::kImage:
      return "";
    case FileKind::kScript:
    case FileKind::kText:
    case FileKind::kPage:
      break;
  }
  const PageKind page = page_kind_of(extension_of(path));
  return page == PageKind::kNone ? "text" : to_string(page);
}

}  // namespace pugmark::files

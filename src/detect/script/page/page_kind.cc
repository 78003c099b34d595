// What a server would take a file for: by its name, or else by what its text says of itself.
#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "detect/script/page/asp_marks.h"
#include "detect/script/page/code_style.h"
#include "detect/script/page/page_marks.h"
#include "detect/script/page/pages.h"
#include "detect/script/page/tags.h"

namespace pugmark::script {
namespace {

struct NamedKind {
  std::string_view extension;
  PageKind kind;
};

// Extensions that servers run by default or are often told to run.
constexpr std::array<NamedKind, 48> kExtensions = {{
    {"php", PageKind::kPhp},         {"php3", PageKind::kPhp},       {"php4", PageKind::kPhp},
    {"php5", PageKind::kPhp},        {"php6", PageKind::kPhp},       {"php7", PageKind::kPhp},
    {"php8", PageKind::kPhp},        {"phtml", PageKind::kPhp},      {"phtm", PageKind::kPhp},
    {"pht", PageKind::kPhp},         {"phps", PageKind::kPhp},       {"phar", PageKind::kPhp},
    {"asp", PageKind::kAsp},         {"asa", PageKind::kAsp},        {"cer", PageKind::kAsp},
    {"cdx", PageKind::kAsp},         {"aspx", PageKind::kAspNet},    {"ascx", PageKind::kAspNet},
    {"master", PageKind::kAspNet},   {"asax", PageKind::kAspNet},    {"ashx", PageKind::kAspNet},
    {"asmx", PageKind::kAspNet},     {"svc", PageKind::kAspNet},     {"soap", PageKind::kAspNet},
    {"skin", PageKind::kAspNet},     {"jsp", PageKind::kJsp},        {"jspx", PageKind::kJsp},
    {"jspf", PageKind::kJsp},        {"jspa", PageKind::kJsp},       {"jsw", PageKind::kJsp},
    {"jsv", PageKind::kJsp},         {"jhtml", PageKind::kJsp},      {"tag", PageKind::kJsp},
    {"tagx", PageKind::kJsp},        {"tagf", PageKind::kJsp},       {"cfm", PageKind::kColdFusion},
    {"cfml", PageKind::kColdFusion}, {"cfc", PageKind::kColdFusion}, {"cfr", PageKind::kColdFusion},
    {"dbm", PageKind::kColdFusion},  {"pl", PageKind::kPerl},        {"pm", PageKind::kPerl},
    {"plx", PageKind::kPerl},        {"perl", PageKind::kPerl},      {"py", PageKind::kPython},
    {"pyw", PageKind::kPython},      {"wsgi", PageKind::kPython},    {"psp", PageKind::kPython},
}};

PageKind kind_of_extension(std::string_view extension) {
  for (const NamedKind& known : kExtensions)
    if (equal_ascii_nocase(known.extension, extension)) return known.kind;
  return PageKind::kNone;
}

std::string_view last_part(std::string_view path) {
  const std::size_t slash = path.find_last_of("/\\");
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// What Windows makes of a name: no stream, no dots and blanks at its end.
std::string_view name_for_windows(std::string_view path) {
  std::string_view name = last_part(path);
  name = name.substr(0, name.find(':', 1));
  while (!name.empty() && (name.back() == '.' || is_blank(name.back()))) name.remove_suffix(1);
  return name;
}

// "x.asp;.jpg" for IIS 6; "x.php.jpg" for Apache, which takes the last extension that has a
// handler; a folder "x.asp" for IIS 6 again.
PageKind kind_of_evasive_name(std::string_view path) {
  std::string_view name = name_for_windows(path);
  for (std::size_t dot = name.rfind('.'); dot != std::string_view::npos; dot = name.rfind('.')) {
    const std::string_view extension = name.substr(dot + 1);
    const std::size_t end = extension.find_first_of(";%");
    const PageKind kind = kind_of_extension(extension.substr(0, end));
    const bool is_taken = kind == PageKind::kPhp || end != std::string_view::npos;
    if (kind != PageKind::kNone && is_taken) return kind;
    name = name.substr(0, dot);
  }
  std::string_view folder = path.substr(0, path.size() - last_part(path).size());
  while (!folder.empty()) {
    folder.remove_suffix(1);  // the slash
    const std::string_view part = last_part(folder);
    if (part.size() > 4 && has_word_at(part, part.size() - 4, ".asp")) return PageKind::kAsp;
    folder = folder.substr(0, folder.size() - part.size());
  }
  return PageKind::kNone;
}

// Whether there may be PHP in it: between asp_tags, too, which its collections then tell.
bool has_php(std::string_view text) {
  if (text.find("<?") != std::string_view::npos || text.find("$_") != std::string_view::npos)
    return true;
  // <script language="php">
  constexpr std::size_t kTagBytesMax = 60;
  for (std::size_t at = text.find("cript"); at != std::string_view::npos;
       at = text.find("cript", at + 1)) {
    const std::string tag = ascii_lower(text.substr(at, kTagBytesMax));
    if (tag.substr(0, tag.find('>')).find("php") != std::string::npos) return true;
  }
  return false;
}

}  // namespace

std::string_view extension_of(std::string_view path) {
  const std::string_view name = name_for_windows(path);
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
}

bool is_page_name(std::string_view path) {
  const PageKind kind = kind_of_extension(extension_of(path));
  return kind != PageKind::kNone && kind != PageKind::kPerl && kind != PageKind::kPython;
}

PageKind kind_of(std::string_view path, std::string_view text) {
  const std::string_view extension = extension_of(path);
  const PageKind named = kind_of_extension(extension);
  if (named == PageKind::kPhp && !has_php(text)) {
    const PageKind marked = kind_of_marks(text);
    if (marked != PageKind::kNone) return marked;
  }
  if (named != PageKind::kNone) return named;
  const PageKind evasive = kind_of_evasive_name(path);
  if (evasive != PageKind::kNone) return evasive;
  const PageKind marked = kind_of_marks(text);
  if (marked != PageKind::kNone) return marked;
  const bool is_cgi = equal_ascii_nocase(extension, "cgi") || equal_ascii_nocase(extension, "fcgi");
  return is_cgi && !text.starts_with("#!") ? PageKind::kPerl : PageKind::kNone;
}

}  // namespace pugmark::script

#include "detect/indicators/indicator.h"

#include <fmt/format.h>

namespace pugmark::indicators {

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::kSha256:
      return "sha256";
    case Kind::kSha1:
      return "sha1";
    case Kind::kMd5:
      return "md5";
    case Kind::kAddress:
      return "address";
    case Kind::kNetwork:
      return "network";
    case Kind::kDomain:
      return "domain";
    case Kind::kUrl:
      return "URL";
    case Kind::kPath:
      return "path";
    case Kind::kFileName:
      return "file name";
    case Kind::kUserAgent:
      return "user agent";
  }
  return "";
}

std::string Indicator::where() const { return line != 0 ? fmt::format("line {}", line) : place; }

std::string said_of(const Indicator& indicator) {
  std::string said = fmt::format("{}: {}", indicator.where(), indicator.written);
  if (!indicator.about.empty()) said += fmt::format(" ({})", indicator.about);
  return said;
}

}  // namespace pugmark::indicators

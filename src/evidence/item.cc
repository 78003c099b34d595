#include "evidence/item.h"

#include <algorithm>

namespace pugmark {
namespace {

constexpr std::array<std::string_view, 6> kSources = {"",    "file system", "tar",
                                                      "zip", "7z",          "archive"};

}  // namespace

std::string_view to_string(FileAttributes::Source source) {
  return kSources[static_cast<std::size_t>(source)];
}

std::optional<FileAttributes::Source> attributes_source_from_string(std::string_view text) {
  const auto found = std::find(kSources.begin(), kSources.end(), text);
  if (found == kSources.end()) return std::nullopt;
  return static_cast<FileAttributes::Source>(found - kSources.begin());
}

std::string_view path_without_number(std::string_view item_path) {
  const std::size_t digits = item_path.find_last_not_of("0123456789");
  if (digits == std::string_view::npos || item_path[digits] != '#') return item_path;
  const std::string_view number = item_path.substr(digits + 1);
  const bool is_given = !number.empty() && number.front() != '0' && number != "1";
  const std::string_view path = item_path.substr(0, digits);
  return is_given && path.find("!/") != std::string_view::npos && !path.ends_with('/') ? path
                                                                                       : item_path;
}

}  // namespace pugmark

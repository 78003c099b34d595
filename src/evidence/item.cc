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

}  // namespace pugmark

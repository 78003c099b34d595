#include "detect/indicators/file_match.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/text.h"
#include "detect/indicators/stand.h"

namespace pugmark::indicators {

FileMatcher::FileMatcher(std::span<const List> lists) {
  for (const List& list : lists) {
    Names paths{&list, {}, nullptr};
    Names file_names{&list, {}, nullptr};
    for (const Indicator& indicator : list.indicators) {
      const FileMatch match{&list, &indicator};
      switch (indicator.kind) {
        case Kind::kSha256:
          sha256_.emplace(indicator.value, match);
          break;
        case Kind::kSha1:
          sha1_.emplace(indicator.value, match);
          break;
        case Kind::kMd5:
          md5_.emplace(indicator.value, match);
          break;
        case Kind::kPath:
          paths.indicators.push_back(&indicator);
          break;
        case Kind::kFileName:
          file_names.indicators.push_back(&indicator);
          break;
        default:
          break;
      }
    }
    const auto add = [](Names names, Kind kind, std::vector<Names>& to) {
      if (names.indicators.empty()) return;
      std::vector<Indicator> copies;
      for (const Indicator* indicator : names.indicators) copies.push_back(*indicator);
      names.set = std::make_unique<const IndicatorSet>(kind, std::move(copies));
      to.push_back(std::move(names));
    };
    add(std::move(paths), Kind::kPath, paths_);
    add(std::move(file_names), Kind::kFileName, file_names_);
  }
}

void FileMatcher::add_by_digest(const ByDigest& table, std::string_view digest,
                                std::vector<FileMatch>& matches) {
  if (digest.empty() || table.empty()) return;
  const std::string lower = ascii_lower(digest);
  const auto [first, last] = table.equal_range(lower);
  for (auto at = first; at != last; ++at) matches.push_back(at->second);
}

void FileMatcher::add_by_name(const Names& names, const std::string& path,
                              std::vector<FileMatch>& matches) {
  std::vector<std::uint32_t> ids;
  names.set->find(path, names.indicators.size(), ids);
  for (const std::uint32_t id : ids) matches.push_back({names.list, names.indicators[id]});
}

std::vector<FileMatch> FileMatcher::match(const FileFacts& file) const {
  std::vector<FileMatch> matches;
  add_by_digest(sha256_, file.sha256, matches);
  add_by_digest(sha1_, file.sha1, matches);
  add_by_digest(md5_, file.md5, matches);
  const std::string path = with_backslashes(folded(file.path));
  for (const Names& names : paths_) add_by_name(names, path, matches);
  const std::string name = path.substr(path.rfind('\\') + 1);  // npos + 1 is 0
  for (const Names& names : file_names_) {
    std::vector<FileMatch> standing;
    add_by_name(names, name, standing);
    // Standing in the name is not enough: it is the name.
    for (const FileMatch& match : standing) {
      const Indicator& indicator = *match.indicator;
      if (indicator.has_wildcards ? is_whole(indicator, name) : indicator.value == name)
        matches.push_back(match);
    }
  }
  std::stable_sort(matches.begin(), matches.end(), [&](const FileMatch& a, const FileMatch& b) {
    // Lists and their indicators stand in arrays.
    return std::tie(a.list, a.indicator) < std::tie(b.list, b.indicator);
  });
  return matches;
}

}  // namespace pugmark::indicators

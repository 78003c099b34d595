#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "detect/indicators/list.h"
#include "detect/indicators/set.h"

namespace pugmark::indicators {

// What is known of one file of the evidence. Digests are hexadecimal, in any case; "" if unknown.
struct FileFacts {
  std::string_view path;  // as the evidence names it, archives and members included
  std::string_view sha256;
  std::string_view sha1;
  std::string_view md5;
};

struct FileMatch {
  const List* list = nullptr;
  const Indicator* indicator = nullptr;  // of kind SHA-256, SHA-1, MD5, path or file name
};

// Holds files against lists. A path of a list may stand below any folder of the evidence
// (image/C/inetpub/wwwroot/...), slashes and case do not count; a folder of a list means everything
// in it. A file name is the last part of the path. Immutable; thread-safe.
class FileMatcher {
 public:
  // The lists outlive the matcher.
  explicit FileMatcher(std::span<const List> lists);

  // Everything the lists say of the file, in the order of lists and their indicators.
  std::vector<FileMatch> match(const FileFacts& file) const;

 private:
  using ByDigest = std::unordered_multimap<std::string_view, FileMatch>;
  struct Names {
    const List* list = nullptr;
    std::vector<const Indicator*> indicators;  // beside those of the set
    std::unique_ptr<const IndicatorSet> set;
  };

  static void add_by_digest(const ByDigest& table, std::string_view digest,
                            std::vector<FileMatch>& matches);
  static void add_by_name(const Names& names, const std::string& path,
                          std::vector<FileMatch>& matches);

  ByDigest sha256_;
  ByDigest sha1_;
  ByDigest md5_;
  std::vector<Names> paths_;
  std::vector<Names> file_names_;
};

}  // namespace pugmark::indicators

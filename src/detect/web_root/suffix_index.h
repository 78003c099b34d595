#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/web_root/server_path.h"

namespace pugmark::web_root {

// Finds paths by what they end with: what an address of a site says of where a file lies.
class SuffixIndex {
 public:
  void add(const ServerPath& path, std::size_t entry) {
    paths_.emplace_back(reversed(path), entry);
    is_sorted_ = false;
  }

  // The first path, by its parts from the last, that ends with all parts of `end` and begins with
  // those of `server`.
  std::optional<std::size_t> find(const ServerPath& end, const std::string& server) {
    if (!is_sorted_) std::sort(paths_.begin(), paths_.end());
    is_sorted_ = true;
    const std::string prefix = reversed(end);
    const std::string begin = reversed(ServerPath(server));
    auto found = std::lower_bound(
        paths_.begin(), paths_.end(), prefix,
        [](const Path& path, const std::string& sought) { return path.first < sought; });
    for (; found != paths_.end() && found->first.starts_with(prefix); ++found) {
      const std::string& path = found->first;
      const bool is_whole =
          begin.size() == path.size() || begin.empty() ||
          (path.size() > begin.size() && path[path.size() - begin.size() - 1] == '/');
      if (path.ends_with(begin) && is_whole) return found->second;
    }
    return std::nullopt;
  }

 private:
  using Path = std::pair<std::string, std::size_t>;

  static std::string reversed(const ServerPath& path) {
    std::string text;
    for (std::size_t i = path.parts().size(); i > 0; --i) text += path.parts()[i - 1] + '/';
    return text;
  }

  std::vector<Path> paths_;
  bool is_sorted_ = false;
};

}  // namespace pugmark::web_root

#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "detect/yara/rules.h"
#include "detect/yara/source.h"

namespace pugmark::yara {

// A rule file, read and taken apart.
struct SourceFile {
  std::string path;       // to open it by
  std::string shown;      // as messages name it
  std::string real_path;  // without links
  std::string text;
  std::vector<Statement> statements;
  bool is_handed_over = false;  // a rule file of its own, not only included by one
  bool is_readable = true;
};

// The rule files of the paths handed over, and what they include. Files are read once.
class SourceFiles {
 public:
  SourceFiles(std::span<const std::filesystem::path> paths, const std::string& own_folder,
              const Limits& limits);

  // Those handed over: files as they are, folders with every `.yar` and `.yara` file below them;
  // the program's own first, then in order of their paths.
  const std::vector<SourceFile*>& handed_over() const { return handed_over_; }

  // The file that `from` includes as `written`, if it is one of those handed over or below a folder
  // handed over. Null, and the reason in `why`, if not.
  SourceFile* included(const SourceFile& from, std::string_view written, std::string& why);

  std::vector<RejectedRule>& rejected() { return rejected_; }
  const std::vector<std::string>& empty_folders() const { return empty_folders_; }

 private:
  void list(const std::filesystem::path& path);
  void list_folder(const std::filesystem::path& folder, std::uint64_t depth);
  SourceFile& add(const std::string& path, const std::string& real_path);
  void read(SourceFile& file);
  std::string shown_path(const std::string& path) const;
  void reject(const std::string& path, std::string what, std::string hint);
  bool is_within_roots(const std::string& real_path) const;

  const Limits& limits_;
  std::string own_folder_;
  std::vector<std::string> roots_;  // what was handed over, without links
  std::deque<SourceFile> files_;    // that never move
  std::map<std::string, SourceFile*> by_real_path_;
  std::vector<SourceFile*> handed_over_;
  std::vector<RejectedRule> rejected_;
  std::vector<std::string> empty_folders_;
};

}  // namespace pugmark::yara

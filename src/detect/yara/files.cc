#include "detect/yara/files.h"

#include <algorithm>
#include <fmt/format.h>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "detect/sigma/read_file.h"

namespace pugmark::yara {
namespace {

namespace fs = std::filesystem;

bool is_rule_name(const fs::path& path) {
  const std::string extension = ascii_lower(path.extension().string());
  return extension == ".yar" || extension == ".yara";
}

// Without links; as it is if that cannot be found out.
std::string real_path_of(const fs::path& path) {
  std::error_code code;
  const fs::path real = fs::canonical(path, code);
  return code ? path.string() : real.string();
}

bool is_below(const std::string& folder, const std::string& file) {
  if (folder.empty() || !file.starts_with(folder)) return false;
  return folder.ends_with('/') || file.substr(folder.size()).starts_with('/');
}

}  // namespace

SourceFiles::SourceFiles(std::span<const fs::path> paths, const std::string& own_folder,
                         const Limits& limits)
    : limits_(limits), own_folder_(own_folder) {
  for (const fs::path& path : paths) roots_.push_back(real_path_of(path));
  for (const fs::path& path : paths) {
    const std::size_t before = files_.size() + rejected_.size();
    list(path);
    std::error_code ignored;
    if (files_.size() + rejected_.size() == before && fs::is_directory(path, ignored))
      empty_folders_.push_back(path.string());
  }
  // What becomes of rules with one name must not depend on the order of options.
  std::stable_sort(handed_over_.begin(), handed_over_.end(),
                   [&](const SourceFile* a, const SourceFile* b) {
                     const bool a_is_own = is_below(own_folder_, a->path);
                     const bool b_is_own = is_below(own_folder_, b->path);
                     return a_is_own != b_is_own ? a_is_own : a->path < b->path;
                   });
  for (SourceFile* file : handed_over_) read(*file);
}

void SourceFiles::list(const fs::path& path) {
  std::error_code ignored;  // what cannot be examined is opened, and fails there with its reason
  if (fs::is_directory(path, ignored)) {
    list_folder(path, 0);
    return;
  }
  const std::string real_path = real_path_of(path);
  if (by_real_path_.contains(real_path)) return;
  handed_over_.push_back(&add(path.string(), real_path));
  handed_over_.back()->is_handed_over = true;
}

void SourceFiles::list_folder(const fs::path& folder, std::uint64_t depth) {
  if (depth > limits_.folder_depth) {
    reject(folder.string(),
           fmt::format("More than {} folders inside folders (limit folder-depth).",
                       limits_.folder_depth),
           "Name the folder itself.");
    return;
  }
  std::error_code code;
  std::vector<fs::directory_entry> below;
  fs::directory_iterator at(folder, code);
  for (; !code && at != fs::directory_iterator(); at.increment(code)) below.push_back(*at);
  if (code) {
    reject(folder.string(), fmt::format("The folder cannot be read: {}.", code.message()),
           "Check its permissions.");
  }
  std::sort(below.begin(), below.end());
  for (const fs::directory_entry& entry : below) {
    std::error_code ignored;  // a broken link cannot be read either, which is told then
    if (!entry.is_directory(ignored)) {
      if (is_rule_name(entry.path())) list(entry.path());
    } else if (entry.is_symlink(ignored)) {
      reject(entry.path().string(), "A link to a folder is not followed.",
             "Name its target with -y to have it read.");
    } else {
      list_folder(entry.path(), depth + 1);
    }
  }
}

SourceFile& SourceFiles::add(const std::string& path, const std::string& real_path) {
  SourceFile& file = files_.emplace_back();
  file.path = path;
  file.shown = shown_path(path);
  file.real_path = real_path;
  by_real_path_.emplace(real_path, &file);
  return file;
}

void SourceFiles::read(SourceFile& file) {
  const auto failure = sigma::read_whole(file.path, limits_.rule_file_bytes, file.text);
  file.is_readable = !failure && file.text.size() <= limits_.rule_file_bytes;
  if (failure) {
    reject(file.path, fmt::format("The file cannot be read: {}.", failure.reason()),
           "Check that it exists and its permissions.");
  } else if (!file.is_readable) {
    reject(file.path,
           fmt::format("The file has more than {} bytes (limit rule-file-bytes).",
                       limits_.rule_file_bytes),
           "Split it.");
  } else {
    file.statements = split_source(file.text);
  }
}

std::string SourceFiles::shown_path(const std::string& path) const {
  if (!is_below(own_folder_, path)) return path;
  return "rules/yara/" + path.substr(own_folder_.size() + (own_folder_.ends_with('/') ? 0 : 1));
}

void SourceFiles::reject(const std::string& path, std::string what, std::string hint) {
  RejectedRule rejected;
  rejected.file = shown_path(path);
  rejected.what = std::move(what);
  rejected.hint = std::move(hint);
  rejected_.push_back(std::move(rejected));
}

bool SourceFiles::is_within_roots(const std::string& real_path) const {
  return std::any_of(roots_.begin(), roots_.end(), [&](const std::string& root) {
    return root == real_path || is_below(root, real_path);
  });
}

SourceFile* SourceFiles::included(const SourceFile& from, std::string_view written,
                                  std::string& why) {
  const fs::path path = fs::path(from.path).parent_path() / fs::path(written);
  const std::string real_path = real_path_of(path);
  if (const auto known = by_real_path_.find(real_path); known != by_real_path_.end()) {
    if (!known->second->is_readable) why = "cannot be read";
    return known->second->is_readable ? known->second : nullptr;
  }
  // Said before it is looked whether there is such a file.
  if (!is_within_roots(fs::path(real_path).lexically_normal().string())) {
    why = "leads out of the files and folders handed over";
    return nullptr;
  }
  std::error_code code;
  if (!fs::is_regular_file(real_path, code)) {
    why = "is no file";
    return nullptr;
  }
  SourceFile& file = add(path.lexically_normal().string(), real_path);
  read(file);
  if (!file.is_readable) why = "cannot be read";
  return file.is_readable ? &file : nullptr;
}

}  // namespace pugmark::yara

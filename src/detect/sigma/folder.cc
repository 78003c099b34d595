#include "detect/sigma/folder.h"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>
#include <string>
#include <system_error>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/threads.h"
#include "detect/sigma/read_file.h"

namespace pugmark::sigma {
namespace {

RejectedRule unreadable(const std::string& path, std::string what, std::string hint) {
  RejectedRule rejected;
  rejected.file = path;
  rejected.kind = "file";
  rejected.what = std::move(what);
  rejected.hint = std::move(hint);
  return rejected;
}

bool is_rule_name(const std::filesystem::path& path) {
  const std::string extension = ascii_lower(path.extension().string());
  return extension == ".yml" || extension == ".yaml";
}

struct RuleFile {
  std::string path;
  std::string real_path;  // without links; "" if that cannot be found out
};

std::string real_path_of(const std::string& path) {
  std::error_code code;
  const auto real = std::filesystem::canonical(path, code);
  return code ? std::string() : real.string();
}

// Of a file in a folder; asking about each costs more than reading it.
std::string real_path_of(const std::filesystem::directory_entry& entry,
                         const std::string& real_folder) {
  std::error_code ignored;  // then it is asked about
  if (real_folder.empty() || entry.is_symlink(ignored)) return real_path_of(entry.path().string());
  return (std::filesystem::path(real_folder) / entry.path().filename()).string();
}

// The rule files below a folder, in any order. A folder that cannot be read does not hide others.
void list_folder(const std::filesystem::path& folder, const std::string& real_folder,
                 std::vector<RuleFile>& files, std::vector<RejectedRule>& rejected) {
  std::error_code code;
  std::vector<std::filesystem::directory_entry> below;
  std::filesystem::directory_iterator at(folder, code);
  for (; !code && at != std::filesystem::directory_iterator(); at.increment(code))
    below.push_back(*at);
  if (code) {
    rejected.push_back(unreadable(folder.string(),
                                  fmt::format("The folder cannot be read: {}.", code.message()),
                                  "Check its permissions."));
  }
  std::sort(below.begin(), below.end());
  for (const std::filesystem::directory_entry& entry : below) {
    std::error_code ignored;  // a broken link is listed and then cannot be read, which is reported
    const std::string path = entry.path().string();
    if (!entry.is_directory(ignored)) {
      if (is_rule_name(entry.path())) files.push_back({path, real_path_of(entry, real_folder)});
    } else if (entry.is_symlink(ignored)) {
      rejected.push_back(unreadable(path, "A link to a folder is not followed.",
                                    "Name its target with -r to have it read."));
    } else {
      list_folder(entry.path(), real_path_of(entry, real_folder), files, rejected);
    }
  }
}

// The rule files below a folder, sorted, or the path itself.
void list_files(const std::filesystem::path& path, std::vector<RuleFile>& files,
                std::vector<RejectedRule>& rejected) {
  std::error_code ignored;  // what cannot be examined is opened, and fails there with its reason
  const std::string real_path = real_path_of(path.string());
  if (std::filesystem::is_directory(path, ignored)) {
    std::vector<RuleFile> found;
    list_folder(path, real_path, found, rejected);
    std::sort(found.begin(), found.end(),
              [](const RuleFile& a, const RuleFile& b) { return a.path < b.path; });
    files.insert(files.end(), found.begin(), found.end());
  } else {
    files.push_back({path.string(), real_path});
  }
}

bool is_below(const std::string& folder, const std::string& file) {
  if (folder.empty() || !file.starts_with(folder)) return false;
  return folder.ends_with('/') || file.substr(folder.size()).starts_with('/');
}

std::string shown_path(const std::string& file, const std::string& own_folder) {
  if (!is_below(own_folder, file)) return file;
  return "rules/" + file.substr(own_folder.size() + (own_folder.ends_with('/') ? 0 : 1));
}

ParsedFile read_and_parse(const std::string& file, const std::string& shown,
                          const ParseOptions& options) {
  std::string text;
  const ReadFailure failure = read_whole(file, options.limits.rule_file_bytes, text);
  if (!failure) return parse_rule_file(shown, text, options);
  ParsedFile parsed;
  parsed.rejected.push_back(
      unreadable(shown, fmt::format("The file cannot be read: {}.", failure.reason()),
                 "Check that it exists and its permissions."));
  return parsed;
}

// A folder given twice, or one inside another: each file is read once, under its first name.
void keep_first_of_each(std::vector<RuleFile>& files) {
  std::unordered_set<std::string> known;
  std::vector<RuleFile> kept;
  kept.reserve(files.size());
  for (RuleFile& file : files) {
    if (file.real_path.empty() || known.insert(file.real_path).second)
      kept.push_back(std::move(file));
  }
  files = std::move(kept);
}

}  // namespace

std::vector<std::string> rule_files(std::span<const std::filesystem::path> paths) {
  std::vector<RuleFile> files;
  std::vector<RejectedRule> rejected;  // load_rules() reports what cannot be listed
  for (const std::filesystem::path& path : paths) list_files(path, files, rejected);
  std::vector<std::string> names;
  names.reserve(files.size());
  for (RuleFile& file : files) names.push_back(std::move(file.path));
  return names;
}

RuleSet load_rules(std::span<const std::filesystem::path> paths, const ParseOptions& options,
                   std::size_t threads_count, const std::string& own_folder) {
  std::vector<ParsedFile> parsed(1);
  std::vector<RuleFile> files;
  std::vector<std::string> empty_folders;
  for (const std::filesystem::path& path : paths) {
    const std::size_t before = files.size() + parsed[0].rejected.size();
    list_files(path, files, parsed[0].rejected);
    if (files.size() + parsed[0].rejected.size() == before) empty_folders.push_back(path.string());
  }
  // Of rules with one id the first counts: which that is, must not depend on the order of options.
  std::stable_sort(files.begin(), files.end(), [&](const RuleFile& a, const RuleFile& b) {
    const bool a_is_own = is_below(own_folder, a.path);
    const bool b_is_own = is_below(own_folder, b.path);
    return a_is_own != b_is_own ? a_is_own : a.path < b.path;
  });
  keep_first_of_each(files);
  parsed.resize(files.size() + 1);
  // Each file has its place in the result; who parses it does not matter.
  std::atomic<std::size_t> next = 0;
  const auto work = [&](unsigned) {
    for (std::size_t i = next++; i < files.size(); i = next++) {
      parsed[i + 1] = read_and_parse(files[i].path, shown_path(files[i].path, own_folder), options);
    }
  };
  run_on_threads(static_cast<unsigned>(std::min(threads_count, files.size())), work);
  RuleSet rules = link(std::move(parsed), options.limits, options.excluded_filters);
  rules.empty_folders = std::move(empty_folders);
  return rules;
}

}  // namespace pugmark::sigma

#include "detect/sigma/folder.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <set>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

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

// One byte more than the limit is read, so that parse_yaml() sees and says that it is exceeded.
int read_whole(const std::string& path, std::uint64_t limit_bytes, std::string& text) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return errno;
  struct stat status {};
  std::size_t capacity = 0;
  if (::fstat(file, &status) == 0 && status.st_size > 0) {
    capacity = static_cast<std::size_t>(status.st_size);
  }
  capacity = std::min<std::size_t>(std::max<std::size_t>(capacity, 4'096), limit_bytes + 1);
  int failure = 0;
  std::size_t size = 0;
  text.resize(capacity + 1);
  while (size <= limit_bytes) {
    if (size == text.size()) text.resize(std::min<std::size_t>(size * 2, limit_bytes + 1));
    const ssize_t count = ::read(file, text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) failure = errno;
    if (count <= 0) break;
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  ::close(file);
  return failure;
}

bool is_rule_name(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".yml" || extension == ".yaml";
}

// The rule files below a folder, or the path itself.
void list_files(const std::filesystem::path& path, std::vector<std::string>& files,
                std::vector<RejectedRule>& rejected) {
  std::error_code code;
  if (!std::filesystem::is_directory(path, code)) {
    files.push_back(path.string());
    return;
  }
  std::vector<std::string> found;
  std::filesystem::recursive_directory_iterator at(path, code);
  for (; !code && at != std::filesystem::recursive_directory_iterator(); at.increment(code)) {
    std::error_code ignored;  // a broken link is listed and then cannot be read, which is reported
    if (is_rule_name(at->path()) && !at->is_directory(ignored))
      found.push_back(at->path().string());
  }
  if (code) {
    rejected.push_back(unreadable(path.string(),
                                  fmt::format("The folder cannot be read: {}.", code.message()),
                                  "Check its permissions."));
  }
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
}

ParsedFile read_and_parse(const std::string& file, const ParseOptions& options) {
  std::string text;
  const int failure = read_whole(file, options.limits.rule_file_bytes, text);
  if (failure == 0) return parse_rule_file(file, text, options);
  const std::string reason = std::generic_category().message(failure);
  ParsedFile parsed;
  parsed.rejected.push_back(unreadable(file, fmt::format("The file cannot be read: {}.", reason),
                                       "Check that it exists and its permissions."));
  return parsed;
}

// A folder given twice, or one inside another: each file is read once, under its first name.
void keep_first_of_each(std::vector<std::string>& files) {
  std::set<std::string> known;
  std::erase_if(files, [&](const std::string& file) {
    std::error_code code;
    const auto real = std::filesystem::canonical(file, code);
    return !code && !known.insert(real.string()).second;
  });
}

}  // namespace

RuleSet load_rules(std::span<const std::filesystem::path> paths, const ParseOptions& options,
                   std::size_t threads_count) {
  std::vector<ParsedFile> parsed(1);
  std::vector<std::string> files;
  for (const std::filesystem::path& path : paths) list_files(path, files, parsed[0].rejected);
  keep_first_of_each(files);
  parsed.resize(files.size() + 1);
  // Each file has its place in the result; who parses it does not matter.
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < files.size(); i = next++) {
      parsed[i + 1] = read_and_parse(files[i], options);
    }
  };
  std::vector<std::thread> helpers;
  for (std::size_t i = 1; i < std::min(threads_count, files.size()); ++i)
    helpers.emplace_back(work);
  work();
  for (std::thread& helper : helpers) helper.join();
  return link(std::move(parsed), options.limits);
}

}  // namespace pugmark::sigma

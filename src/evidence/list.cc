#include <fcntl.h>
#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "evidence/cursor.h"

namespace pugmark {
namespace {

std::string error_text(int error_number) { return std::generic_category().message(error_number); }

// One path met while walking, read or not. Two paths are the same thing if device, inode and the
// reason why it cannot be read are the same.
struct Found {
  std::string path;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::string type;  // of what is not read; empty for a file to be read
  GapKind kind = GapKind::kUnreadable;
  std::string what;
  std::uint64_t size_bytes = 0;
  bool follow_link = false;
};

std::string_view special_type(mode_t mode) {
  if (S_ISLNK(mode)) return "link";
  if (S_ISFIFO(mode)) return "pipe";
  if (S_ISSOCK(mode)) return "socket";
  return "device";
}

std::string_view type_of(mode_t mode) {
  if (S_ISDIR(mode)) return "folder";
  return S_ISREG(mode) ? "file" : special_type(mode);
}

std::string trimmed(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::string joined(const std::string& folder, std::string_view name) {
  std::string path = folder;
  if (path.empty() || path.back() != '/') path += '/';
  return path.append(name);
}

class Walk {
 public:
  explicit Walk(const Limits& limits) : limits_(limits) {}

  // A path of the command line.
  Status add_named(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) {
      if (full_) {
        note_full(path, status);
        return {};
      }
      struct stat link {};
      const bool is_link = ::lstat(path.c_str(), &link) == 0 && S_ISLNK(link.st_mode);
      add(path, status, is_link, 0);
      return {};
    }
    const int error_number = errno;
    if (error_number == ENOENT || error_number == ENOTDIR || error_number == ELOOP ||
        error_number == ENAMETOOLONG) {
      return Error{ErrorCode::kNotFound,
                   fmt::format("There is no \"{}\": {}.", path, error_text(error_number)),
                   "Check the spelling; nothing was read."};
    }
    note(path, {}, "file", GapKind::kUnreadable,
         fmt::format("The path cannot be examined: {}.", error_text(error_number)));
    return {};
  }

  std::vector<Found> take() && { return std::move(found_); }

 private:
  void add(const std::string& path, const struct stat& status, bool follow_link,
           std::uint64_t depth) {
    if (S_ISDIR(status.st_mode)) {
      add_folder(path, status, follow_link, depth);
    } else if (!S_ISREG(status.st_mode)) {
      add_special(path, status);
    } else if (::faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) != 0) {
      note(path, status, "file", GapKind::kUnreadable,
           fmt::format("The file cannot be opened: {}.", error_text(errno)));
    } else {
      Found found;
      found.path = path;
      found.device = status.st_dev;
      found.inode = status.st_ino;
      found.size_bytes = static_cast<std::uint64_t>(status.st_size);
      found.follow_link = follow_link;
      keep(std::move(found));
    }
  }

  void add_special(const std::string& path, const struct stat& status) {
    const std::string_view type = special_type(status.st_mode);
    note(path, status, type, GapKind::kUnsupported,
         type == "link"
             ? "A symbolic link inside a folder is not followed; name its target to have it read."
             : fmt::format("A {} is not opened; hand over a copy of what it gives.", type));
  }

  void add_folder(const std::string& path, const struct stat& status, bool follow_link,
                  std::uint64_t depth) {
    if (depth > limits_.folder_depth) {
      note(path, status, "folder", GapKind::kLimit,
           fmt::format("The limit folder-depth ({}) was reached: this folder and what is below it "
                       "were not read.",
                       limits_.folder_depth));
      return;
    }
    int error_number = 0;
    const std::vector<std::string> names = names_in(path, follow_link, error_number);
    if (error_number != 0) {
      note(path, status, "folder", GapKind::kUnreadable,
           fmt::format("The folder cannot be read{}: {}.", names.empty() ? "" : " to its end",
                       error_text(error_number)));
    }
    for (const std::string& name : names) {
      if (full_) {
        note_full(path, status);
        return;
      }
      const std::string below = joined(path, name);
      struct stat child {};
      if (::lstat(below.c_str(), &child) == 0) {
        add(below, child, false, depth + 1);
      } else {
        note(below, {}, "file", GapKind::kUnreadable,
             fmt::format("The path cannot be examined: {}.", error_text(errno)));
      }
    }
  }

  // Sorted, so that a limit cuts at the same place in every run. The folder is closed before going
  // deeper: depth costs memory, not descriptors.
  static std::vector<std::string> names_in(const std::string& path, bool follow_link,
                                           int& error_number) {
    const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (follow_link ? 0 : O_NOFOLLOW);
    int descriptor = ::open(path.c_str(), flags | O_NOATIME);
    if (descriptor < 0 && errno == EPERM) descriptor = ::open(path.c_str(), flags);
    DIR* folder = descriptor >= 0 ? ::fdopendir(descriptor) : nullptr;
    if (folder == nullptr) {
      error_number = errno;
      if (descriptor >= 0) ::close(descriptor);
      return {};
    }
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(folder)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
      errno = 0;
    }
    error_number = errno;
    ::closedir(folder);
    std::sort(names.begin(), names.end());
    return names;
  }

  void note(const std::string& path, const struct stat& status, std::string_view type, GapKind kind,
            std::string what) {
    Found found;
    found.path = path;
    found.device = status.st_dev;
    found.inode = status.st_ino;
    found.type = type;
    found.kind = kind;
    found.what = std::move(what);
    found.size_bytes = S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
    keep(std::move(found));
  }

  void note_full(const std::string& path, const struct stat& status) {
    Found found;
    found.path = path;
    found.device = status.st_dev;
    found.inode = status.st_ino;
    found.type = type_of(status.st_mode);
    found.kind = GapKind::kLimit;
    found.what = fmt::format("The limit items ({}) was reached: {}.", limits_.items,
                             S_ISDIR(status.st_mode) ? "not everything here was read"
                                                     : "this " + found.type + " was not read");
    if (S_ISREG(status.st_mode)) found.size_bytes = static_cast<std::uint64_t>(status.st_size);
    found_.push_back(std::move(found));
  }

  void keep(Found found) {
    found_.push_back(std::move(found));
    full_ = found_.size() >= limits_.items;
  }

  const Limits& limits_;
  std::vector<Found> found_;
  bool full_ = limits_.items == 0;
};

// A named file for which there was no place in the list.
bool is_unlisted(const Found& found) {
  return found.type == "file" && found.kind == GapKind::kLimit;
}

using FileIds = std::set<std::pair<std::uint64_t, std::uint64_t>>;  // device and inode

// Of the files that are read, if any was left out: it may be one of them under another name.
FileIds read_beside_unlisted(const std::vector<Found>& all) {
  FileIds read;
  if (std::none_of(all.begin(), all.end(), is_unlisted)) return read;
  for (const Found& found : all)
    if (found.type.empty()) read.insert({found.device, found.inode});
  return read;
}

// Leaves each thing once, under the path that sorts first.
std::vector<Found> sorted_once(std::vector<Found> all) {
  const auto key = [](const Found& found) {
    return std::tie(found.path, found.type, found.what);
  };
  std::sort(all.begin(), all.end(),
            [&](const Found& a, const Found& b) { return key(a) < key(b); });
  const auto read = read_beside_unlisted(all);
  std::set<std::tuple<std::uint64_t, std::uint64_t, std::string, std::string>> seen;
  std::vector<Found> once;
  once.reserve(all.size());
  for (Found& found : all) {
    if (is_unlisted(found) && read.contains({found.device, found.inode})) continue;
    // Without an inode (it could not be examined) the path itself tells things apart.
    const bool is_known = found.inode != 0;
    const bool is_new = seen.insert({found.device, found.inode, found.what,
                                     is_known ? std::string() : found.path})
                            .second;
    if (is_new) once.push_back(std::move(found));
  }
  return once;
}

bool is_at(const std::string& path, const struct stat& status) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && found.st_dev == status.st_dev &&
         found.st_ino == status.st_ino;
}

}  // namespace

ItemId ItemIds::next() { return ItemId{next_.fetch_add(1, std::memory_order_relaxed)}; }

Result<Listing> list_evidence(std::span<const std::string> paths, const Limits& limits,
                              ItemIds& ids) {
  std::vector<std::string> named;
  for (const std::string& path : paths) named.push_back(trimmed(path));
  std::sort(named.begin(), named.end());
  named.erase(std::unique(named.begin(), named.end()), named.end());

  Walk walk(limits);
  for (const std::string& path : named) {
    if (Status status = walk.add_named(path); !status.ok()) return std::move(status).error();
  }
  Listing listing;
  for (Found& found : sorted_once(std::move(walk).take())) {
    if (found.type.empty()) {
      listing.files.push_back({std::move(found.path), found.size_bytes, found.follow_link});
      continue;
    }
    Item item;
    item.id = ids.next();
    item.path = std::move(found.path);
    item.type = std::move(found.type);
    item.size_bytes = found.size_bytes;
    item.unread_bytes = found.size_bytes;
    Gap gap;
    gap.where.item = item.id;
    gap.kind = found.kind;
    gap.what = std::move(found.what);
    listing.unread_items.push_back(std::move(item));
    listing.gaps.push_back(std::move(gap));
  }
  return listing;
}

bool is_listed(const Listing& listing, const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return false;
  return std::any_of(listing.files.begin(), listing.files.end(),
                     [&](const EvidenceFile& file) { return is_at(file.path, status); }) ||
         std::any_of(listing.unread_items.begin(), listing.unread_items.end(),
                     [&](const Item& item) { return is_at(item.path, status); });
}

}  // namespace pugmark

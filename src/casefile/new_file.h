#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pugmark {

// A file or folder that exists, known by device and inode, so by every name that leads to it. What
// was read to make a file must not be replaced by it.
class ExistingFile {
 public:
  // Links are followed. Nothing if there is no such file, or if it cannot be asked about.
  static std::optional<ExistingFile> at(const std::string& path);
  bool is_at(const std::string& path) const;

 private:
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
};

// A file that appears whole or not at all: it grows as `.NAME.partial-XXXXXXXXXXXX` in the folder
// of its final name and gets that name only in commit(). Whoever dies before leaves the final name
// alone. Destruction without commit() removes the temporary file. One thread; movable.
class NewFile {
 public:
  // kInvalidInput if `path` exists and `force` is false, or is anything but a regular file (a
  // folder, a device: those are never replaced); kNotFound if its folder does not exist; kIo if
  // nothing can be made there.
  static Result<NewFile> create(const std::string& path, bool force);
  ~NewFile();
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&& other) noexcept;

  const std::string& path() const { return path_; }
  const std::string& temporary_path() const { return temporary_path_; }

  // Appends bytes. kIo on a full disk or a failing device.
  Status write(std::string_view bytes);

  // Writes everything to the disk (fsync), gives the file its final name and writes the folder to
  // the disk. kInvalidInput if a file of that name appeared meanwhile and `force` was not given.
  Status commit();

 private:
  NewFile() = default;
  void discard();

  std::string path_;
  std::string temporary_path_;  // "" when there is nothing to remove
  int descriptor_ = -1;
  bool force_ = false;
};

}  // namespace pugmark

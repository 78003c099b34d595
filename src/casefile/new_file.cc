#include "casefile/new_file.h"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace pugmark {
namespace {

std::string reason(int error_number) { return std::strerror(error_number); }

Error exists_error(const std::string& path) {
  return {ErrorCode::kInvalidInput,
          fmt::format("{}: exists already, and nothing is overwritten", path),
          "Choose another name, or add --force to replace it."};
}

Error write_error(const std::string& path, int error_number) {
  const bool full = error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
  return {ErrorCode::kIo, fmt::format("{}: cannot be written, {}", path, reason(error_number)),
          full ? "Free some space or write to another disk. Nothing was left behind."
               : "Nothing was left behind."};
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// What stands at the final name must be nothing, or a regular file that may be replaced: renaming
// over a device such as /dev/null would destroy it.
Status check_target(const std::string& path, bool force) {
  if (path.empty() || path.back() == '/') {
    return Error{ErrorCode::kInvalidInput, fmt::format("\"{}\": not the name of a file", path),
                 "Give the name of the file to write."};
  }
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) return {};
  if (S_ISDIR(found.st_mode)) {
    return Error{ErrorCode::kInvalidInput,
                 fmt::format("{}: is a folder, a file name is needed", path),
                 "Give the name of the file to write, for instance NAME.case in that folder."};
  }
  if (!S_ISREG(found.st_mode)) {
    return Error{ErrorCode::kInvalidInput,
                 fmt::format("{}: is not a regular file and is never replaced", path),
                 "Choose another name."};
  }
  if (!force) return exists_error(path);
  return {};
}

std::string random_suffix() {
  std::uint64_t number = 0;
  // Only to keep two runs apart: O_EXCL refuses a name in use, so weak numbers would do no harm.
  if (getrandom(&number, sizeof number, 0) != sizeof number) {
    number = static_cast<std::uint64_t>(getpid());
  }
  return fmt::format("{:012x}", number & 0xFFFFFFFFFFFFULL);
}

int rename_new(const std::string& from, const std::string& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // File systems without RENAME_NOREPLACE (some network ones): a hard link never replaces either.
  if (link(from.c_str(), to.c_str()) != 0) return errno;
  unlink(from.c_str());
  return 0;
}

void sync_folder(const std::string& path) {
  // The name is on the disk only when its folder is. Folders that cannot be opened or synced
  // (some network file systems) are no reason to call the file lost.
  const int folder = open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  fsync(folder);
  close(folder);
}

}  // namespace

std::optional<ExistingFile> ExistingFile::at(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) return std::nullopt;
  ExistingFile file;
  file.device_ = found.st_dev;
  file.inode_ = found.st_ino;
  return file;
}

bool ExistingFile::is_at(const std::string& path) const {
  const std::optional<ExistingFile> other = at(path);
  return other && other->device_ == device_ && other->inode_ == inode_;
}

Result<NewFile> NewFile::create(const std::string& path, bool force) {
  if (const Status target = check_target(path, force); !target.ok()) return target.error();
  const std::string folder = folder_of(path);
  const std::size_t slash = path.rfind('/');
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);

  NewFile file;
  file.path_ = path;
  file.force_ = force;
  std::string prefix = folder == "/" ? "/" : folder + "/";
  if (slash == std::string::npos) prefix.clear();
  // A name may be as long as the file system allows; the temporary one must still fit.
  const std::string short_name = name.substr(0, 200);
  for (int attempt = 0; attempt < 16 && file.descriptor_ < 0; ++attempt) {
    file.temporary_path_ = fmt::format("{}.{}.partial-{}", prefix, short_name, random_suffix());
    file.descriptor_ =
        open(file.temporary_path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file.descriptor_ < 0 && errno != EEXIST) break;
  }
  if (file.descriptor_ >= 0) return file;
  const int error_number = errno;
  file.temporary_path_.clear();
  struct stat found {};
  if (stat(folder.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) {
    return Error{ErrorCode::kNotFound,
                 fmt::format("{}: the folder {} does not exist", path, folder),
                 "Make the folder first, or write elsewhere."};
  }
  return Error{ErrorCode::kIo,
               fmt::format("{}: cannot write in {}, {}", path, folder, reason(error_number)),
               "Write to a folder where you may make files."};
}

NewFile::~NewFile() { discard(); }

NewFile::NewFile(NewFile&& other) noexcept { *this = std::move(other); }

NewFile& NewFile::operator=(NewFile&& other) noexcept {
  if (this == &other) return *this;
  discard();
  path_ = std::move(other.path_);
  temporary_path_ = std::exchange(other.temporary_path_, {});
  descriptor_ = std::exchange(other.descriptor_, -1);
  force_ = other.force_;
  return *this;
}

void NewFile::discard() {
  if (descriptor_ >= 0) close(descriptor_);
  descriptor_ = -1;
  if (!temporary_path_.empty()) unlink(temporary_path_.c_str());
  temporary_path_.clear();
}

Status NewFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return write_error(path_, written < 0 ? errno : EIO);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status NewFile::commit() {
  if (fsync(descriptor_) != 0) return write_error(path_, errno);
  if (force_) {
    // Something may have taken the name since create(): look again before replacing it.
    if (Status target = check_target(path_, true); !target.ok()) return target;
    if (rename(temporary_path_.c_str(), path_.c_str()) != 0) return write_error(path_, errno);
  } else if (const int error_number = rename_new(temporary_path_, path_); error_number != 0) {
    return error_number == EEXIST ? exists_error(path_) : write_error(path_, error_number);
  }
  temporary_path_.clear();
  close(std::exchange(descriptor_, -1));
  sync_folder(path_);
  return {};
}

}  // namespace pugmark

#include "base/temporary_file.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace pugmark {
namespace {

constexpr const char* kDefaultFolder = "/tmp";

std::string temporary_folder() {
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : kDefaultFolder;
}

// O_TMPFILE never gives the file a name; where the file system cannot do that, it is unlinked at
// once.
int open_unlinked(const std::string& folder) {
  const int descriptor = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
  if (descriptor >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return descriptor;
  std::string name = folder + "/pugmark-XXXXXX";
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

}  // namespace

TemporaryFile::~TemporaryFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept
    : otherwise_(other.otherwise_),
      descriptor_(std::exchange(other.descriptor_, -1)),
      folder_(std::move(other.folder_)) {}

TemporaryFile& TemporaryFile::operator=(TemporaryFile&& other) noexcept {
  std::swap(otherwise_, other.otherwise_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(folder_, other.folder_);
  return *this;
}

Status TemporaryFile::open() {
  folder_ = temporary_folder();
  descriptor_ = open_unlinked(folder_);
  const bool is_no_folder = descriptor_ < 0 && (errno == ENOENT || errno == ENOTDIR);
  if (is_no_folder && otherwise_ == Otherwise::kDefaultFolder) {
    folder_ = kDefaultFolder;
    descriptor_ = open_unlinked(folder_);
  }
  return descriptor_ < 0 ? Status(failure("made", errno)) : Status();
}

Error TemporaryFile::failure(const char* what, int error_number) const {
  const bool is_full = error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
  return {ErrorCode::kIo,
          fmt::format("A temporary file in {} cannot be {}: {}.",
                      folder_.empty() ? temporary_folder() : folder_, what,
                      std::generic_category().message(error_number)),
          is_full ? "Set TMPDIR to a folder with more room."
                  : "Set TMPDIR to a folder on a sound disk that may be written to."};
}

Status TemporaryFile::write_at(std::uint64_t offset_bytes, Bytes bytes, std::size_t& written) {
  written = 0;
  if (descriptor_ < 0) {
    if (auto status = open(); !status) return status;
  }
  while (written < bytes.size()) {
    const ssize_t put = ::pwrite(descriptor_, bytes.data() + written, bytes.size() - written,
                                 static_cast<off_t>(offset_bytes + written));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return failure("written", put < 0 ? errno : ENOSPC);
    written += static_cast<std::size_t>(put);
  }
  return {};
}

Status TemporaryFile::read_at(std::uint64_t offset_bytes, std::span<std::byte> into,
                              std::size_t& got) const {
  got = 0;
  if (descriptor_ < 0 && !into.empty()) return failure("read", ENODATA);
  while (got < into.size()) {
    const ssize_t part = ::pread(descriptor_, into.data() + got, into.size() - got,
                                 static_cast<off_t>(offset_bytes + got));
    if (part < 0 && errno == EINTR) continue;
    if (part <= 0) return failure("read", part < 0 ? errno : EIO);
    got += static_cast<std::size_t>(part);
  }
  return {};
}

}  // namespace pugmark

#include "evidence/unpack/file_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace pugmark::unpack {
namespace {

std::string error_text(int error_number) { return std::generic_category().message(error_number); }

// O_NONBLOCK: a pipe put in the place of a file after the listing must not block us for ever.
int open_read_only(const EvidenceFile& file) {
  int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  if (!file.follow_link) flags |= O_NOFOLLOW;
  // Only the owner and root may leave the access time alone; everybody else opens it as usual.
  const int descriptor = ::open(file.path.c_str(), flags | O_NOATIME);
  return descriptor >= 0 || errno != EPERM ? descriptor : ::open(file.path.c_str(), flags);
}

Error open_error(const EvidenceFile& file, int error_number) {
  const bool is_gone = error_number == ENOENT || error_number == ENOTDIR;
  Error error;
  error.code = is_gone ? ErrorCode::kNotFound : ErrorCode::kIo;
  error.message = fmt::format("Cannot open {}: {}.", file.path, error_text(error_number));
  error.hint = is_gone ? "Check the path; the file may have been moved since it was listed."
                       : "Run as a user who may read the file, or hand over a copy.";
  return error;
}

std::int64_t nanoseconds(std::int64_t seconds, std::uint32_t nanosecond) {
  constexpr std::int64_t kNsPerSecond = 1'000'000'000;
  std::int64_t ns = 0;
  const bool is_lost = __builtin_mul_overflow(seconds, kNsPerSecond, &ns) ||
                       __builtin_add_overflow(ns, std::int64_t{nanosecond}, &ns);
  return is_lost ? FileAttributes::kNoTime : ns;
}

FileAttributes attributes_of(int descriptor, const struct stat& status) {
  FileAttributes attributes;
  attributes.source = FileAttributes::Source::kFileSystem;
  attributes.precision = TimePrecision::kNanosecond;
  attributes.modified_ns =
      nanoseconds(status.st_mtim.tv_sec, static_cast<std::uint32_t>(status.st_mtim.tv_nsec));
  attributes.changed_ns =
      nanoseconds(status.st_ctim.tv_sec, static_cast<std::uint32_t>(status.st_ctim.tv_nsec));
  attributes.owner_id = status.st_uid;
  attributes.mode = static_cast<std::uint16_t>(status.st_mode & 07777U);
  // Only some file systems, those of Windows among them, remember when a file was made.
  struct statx more {};
  if (::statx(descriptor, "", AT_EMPTY_PATH, STATX_BTIME, &more) == 0 &&
      (more.stx_mask & STATX_BTIME) != 0)
    attributes.created_ns = nanoseconds(more.stx_btime.tv_sec, more.stx_btime.tv_nsec);
  return attributes;
}

}  // namespace

Result<FileSource> FileSource::open(const EvidenceFile& file) {
  const int descriptor = open_read_only(file);
  if (descriptor < 0) return open_error(file, errno);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) {
    const int error_number = errno;
    ::close(descriptor);
    return open_error(file, error_number);
  }
  if (!S_ISREG(status.st_mode)) {
    ::close(descriptor);
    return Error{ErrorCode::kUnsupported, fmt::format("{} is not a regular file.", file.path),
                 "Hand over a copy of what it contains."};
  }
  // Advice only: without it the reading is slower, not wrong.
  (void)::posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
  return FileSource(descriptor, static_cast<std::uint64_t>(status.st_size), status.st_mtim,
                    attributes_of(descriptor, status));
}

FileSource::~FileSource() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

FileSource::FileSource(FileSource&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      size_bytes_(other.size_bytes_),
      modified_(other.modified_),
      attributes_(std::move(other.attributes_)) {}

FileSource& FileSource::operator=(FileSource&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(size_bytes_, other.size_bytes_);
  std::swap(modified_, other.modified_);
  std::swap(attributes_, other.attributes_);
  return *this;
}

FileSource::Outcome FileSource::read_at(std::uint64_t offset_bytes,
                                        std::span<std::byte> into) const {
  Outcome outcome;
  if (offset_bytes >= size_bytes_) return outcome;
  const std::uint64_t left = size_bytes_ - offset_bytes;
  into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, into.size())));
  while (outcome.bytes < into.size()) {
    const ssize_t got = ::pread(descriptor_, into.data() + outcome.bytes,
                                into.size() - outcome.bytes,
                                static_cast<off_t>(offset_bytes + outcome.bytes));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) outcome.error_number = errno;
    if (got <= 0) break;
    outcome.bytes += static_cast<std::size_t>(got);
  }
  return outcome;
}

std::optional<FileChange> FileSource::change(std::uint64_t read_bytes) const {
  struct stat now {};
  if (::fstat(descriptor_, &now) != 0) {
    return FileChange{GapKind::kUnreadable, read_bytes,
                      fmt::format("Whether the file changed while it was read cannot be told: {}.",
                                  error_text(errno))};
  }
  const auto size_now = static_cast<std::uint64_t>(now.st_size);
  if (size_now < size_bytes_ || read_bytes < size_bytes_) {
    return FileChange{GapKind::kTruncated, std::min(read_bytes, size_now),
                      fmt::format("The file had {} bytes when it was opened and {} when it was "
                                  "read to its end; {} were read.",
                                  size_bytes_, size_now, read_bytes)};
  }
  // Some file systems say 0 or too little: one more byte shows it.
  std::array<std::byte, 1> probe{};
  const ssize_t got = ::pread(descriptor_, probe.data(), 1, static_cast<off_t>(size_bytes_));
  if (size_now > size_bytes_ || got > 0) {
    return FileChange{GapKind::kChanged, size_bytes_,
                      fmt::format("The file had {} bytes when it was opened and has more now "
                                  "({}); only the first {} were read.",
                                  size_bytes_, size_now, size_bytes_)};
  }
  if (got < 0) {
    return FileChange{GapKind::kUnreadable, size_bytes_,
                      fmt::format("Reading at the end of the file failed: {}.", error_text(errno))};
  }
  if (now.st_mtim.tv_sec != modified_.tv_sec || now.st_mtim.tv_nsec != modified_.tv_nsec) {
    return FileChange{GapKind::kChanged, 0,
                      "The file was written to while it was read; its parts may not belong to the "
                      "same moment."};
  }
  return std::nullopt;
}

}  // namespace pugmark::unpack

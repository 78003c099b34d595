#include "evidence/unpack/spool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace pugmark::unpack {
namespace {

std::string temporary_folder() {
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/tmp";
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

Spool::~Spool() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Spool::Spool(Spool&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      file_bytes_(std::exchange(other.file_bytes_, 0)),
      memory_(std::move(other.memory_)) {}

Spool& Spool::operator=(Spool&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(file_bytes_, other.file_bytes_);
  std::swap(memory_, other.memory_);
  return *this;
}

void Spool::clear() { *this = Spool(); }

Status Spool::append(Bytes bytes) {
  memory_.insert(memory_.end(), bytes.begin(), bytes.end());
  return memory_.size() > kMemoryBytes ? move_to_file() : Status();
}

Status Spool::move_to_file() {
  const std::string folder = temporary_folder();
  if (descriptor_ < 0) descriptor_ = open_unlinked(folder);
  std::size_t written = 0;
  int error_number = descriptor_ < 0 ? errno : 0;
  while (error_number == 0 && written < memory_.size()) {
    const ssize_t put = ::pwrite(descriptor_, memory_.data() + written, memory_.size() - written,
                                 static_cast<off_t>(file_bytes_ + written));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) error_number = put < 0 ? errno : ENOSPC;
    if (put > 0) written += static_cast<std::size_t>(put);
  }
  file_bytes_ += written;
  memory_.erase(memory_.begin(), memory_.begin() + static_cast<std::ptrdiff_t>(written));
  if (error_number == 0) return {};
  return Error{ErrorCode::kIo,
               fmt::format("A temporary file in {} cannot be written: {}.", folder,
                           std::generic_category().message(error_number)),
               "Set TMPDIR to a folder with more room."};
}

std::size_t Spool::read_at(std::uint64_t offset_bytes, std::span<std::byte> into) const {
  std::size_t done = 0;
  while (done < into.size() && offset_bytes + done < file_bytes_) {
    const std::uint64_t at = offset_bytes + done;
    const auto want = static_cast<std::size_t>(
        std::min<std::uint64_t>(into.size() - done, file_bytes_ - at));
    const ssize_t got = ::pread(descriptor_, into.data() + done, want, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return done;
    done += static_cast<std::size_t>(got);
  }
  const std::uint64_t at = offset_bytes + done;
  if (done < into.size() && at >= file_bytes_ && at - file_bytes_ < memory_.size()) {
    const auto from = static_cast<std::size_t>(at - file_bytes_);
    const std::size_t take = std::min(into.size() - done, memory_.size() - from);
    std::memcpy(into.data() + done, memory_.data() + from, take);
    done += take;
  }
  return done;
}

}  // namespace pugmark::unpack

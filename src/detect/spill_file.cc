#include "detect/spill_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>

namespace pugmark {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} << 10U;

Error failure(std::string_view what) {
  return {ErrorCode::kIo,
          fmt::format("The temporary file for findings cannot be {}: {}.", what,
                      std::strerror(errno)),
          "Make room in the folder named by TMPDIR, or name another one."};
}

}  // namespace

SpillFile::~SpillFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::uint64_t> SpillFile::append(std::string_view bytes) {
  const std::uint64_t at = size_bytes_;
  buffer_ += bytes;
  size_bytes_ += bytes.size();
  if (buffer_.size() >= kBufferBytes) {
    if (auto status = flush(); !status) return std::move(status).error();
  }
  return at;
}

Status SpillFile::read(std::uint64_t offset_bytes, std::uint64_t length_bytes, std::string& into) {
  if (auto status = flush(); !status) return status;
  into.resize(length_bytes);
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t got = ::pread(descriptor_, into.data() + done, into.size() - done,
                                static_cast<off_t>(offset_bytes + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return failure("read");
    done += static_cast<std::size_t>(got);
  }
  return {};
}

Status SpillFile::open() {
  std::error_code ignored;
  auto folder = std::filesystem::temp_directory_path(ignored);
  if (folder.empty()) folder = "/tmp";
  descriptor_ = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor_ < 0) {  // a file system without O_TMPFILE
    std::string name = (folder / "pugmark-XXXXXX").string();
    descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor_ >= 0) ::unlink(name.c_str());
  }
  if (descriptor_ < 0) return failure("written");
  return {};
}

Status SpillFile::flush() {
  if (buffer_.empty()) return {};
  if (descriptor_ < 0) {
    if (auto status = open(); !status) return status;
  }
  std::size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t put = ::write(descriptor_, buffer_.data() + done, buffer_.size() - done);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return failure("written");
    done += static_cast<std::size_t>(put);
  }
  buffer_.clear();
  return {};
}

}  // namespace pugmark

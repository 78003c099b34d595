#include "detect/sigma/read_file.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace pugmark::sigma {

std::string ReadFailure::reason() const {
  return error_number == ENOTSUP ? "it is no regular file"
                                 : std::generic_category().message(error_number);
}

ReadFailure read_whole(const std::string& path, std::uint64_t limit_bytes, std::string& text) {
  // Without O_NONBLOCK a pipe that nobody writes to would stop the program for ever.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0) return {errno};
  struct stat status {};
  int failure = ::fstat(file, &status) != 0 ? errno : 0;
  if (failure == 0 && S_ISDIR(status.st_mode)) failure = EISDIR;
  if (failure == 0 && !S_ISREG(status.st_mode)) failure = ENOTSUP;
  if (failure != 0) {
    ::close(file);
    return {failure};
  }
  limit_bytes = std::min(limit_bytes, UINT64_MAX - 1);  // so that one more is a number
  const std::size_t capacity = std::min<std::size_t>(
      std::max<std::size_t>(static_cast<std::size_t>(status.st_size), 4'096), limit_bytes + 1);
  std::size_t size = 0;
  text.resize(capacity + 1);
  while (size <= limit_bytes) {
    if (size == text.size()) text.resize(std::min<std::size_t>(size * 2, limit_bytes + 1));
    const ssize_t count = ::read(file, text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) failure = errno;
    if (count <= 0) break;
    const bool is_end = static_cast<std::size_t>(count) < text.size() - size;  // of a regular file
    size += static_cast<std::size_t>(count);
    if (is_end) break;
  }
  text.resize(size);
  ::close(file);
  return {failure};
}

}  // namespace pugmark::sigma

#pragma once

#include <cstdint>
#include <string>

namespace pugmark::sigma {

// Why a file could not be read; false if it was.
struct ReadFailure {
  int error_number = 0;  // ENOTSUP: it is no regular file

  explicit operator bool() const { return error_number != 0; }
  std::string reason() const;  // in words, for the end of a sentence
};

// Reads a file that rules or their placeholders stand in. Waits for nobody: pipes and devices are
// refused. Of a file that is larger than the limit one byte more than the limit is read, so that
// parse_yaml() sees and says that it is exceeded.
ReadFailure read_whole(const std::string& path, std::uint64_t limit_bytes, std::string& text);

}  // namespace pugmark::sigma

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/temporary_file.h"

namespace pugmark {

// A temporary file that only grows, made when there is something to put into it. One thread at a
// time.
class SpillFile {
 public:
  // Where in the file the bytes now are. kIo: they cannot be written.
  Result<std::uint64_t> append(std::string_view bytes);

  // Makes `into` bytes appended before. kIo: they cannot be read.
  Status read(std::uint64_t offset_bytes, std::uint64_t length_bytes, std::string& into);

  std::uint64_t size_bytes() const { return size_bytes_; }

 private:
  Status flush();

  TemporaryFile file_{TemporaryFile::Otherwise::kDefaultFolder};
  std::uint64_t size_bytes_ = 0;
  std::string buffer_;  // not yet in the file
};

}  // namespace pugmark

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace pugmark {

// A file without a name in the folder that TMPDIR names (or /tmp): the system deletes it however we
// end. Errors (kIo) name the folder and say what to do. Movable; one thread at a time.
class TemporaryFile {
 public:
  // What to do if TMPDIR names no folder.
  enum class Otherwise : std::uint8_t {
    kFail,
    kDefaultFolder,  // /tmp: for what is not worth losing a hunt for
  };

  explicit TemporaryFile(Otherwise otherwise = Otherwise::kFail) : otherwise_(otherwise) {}
  ~TemporaryFile();
  TemporaryFile(TemporaryFile&& other) noexcept;
  TemporaryFile& operator=(TemporaryFile&& other) noexcept;

  // Nothing is made on disk before the first byte is written.
  bool is_open() const { return descriptor_ >= 0; }

  // Writes at `offset_bytes`, and makes the file if there is none. `written` tells how many bytes
  // are in the file, also if the rest are not.
  Status write_at(std::uint64_t offset_bytes, Bytes bytes, std::size_t& written);

  // Fills `into`; `got` tells how far, also if it fails. kIo also where the file ends,
  // and before the first byte is written.
  Status read_at(std::uint64_t offset_bytes, std::span<std::byte> into, std::size_t& got) const;

 private:
  Status open();
  Error failure(const char* what, int error_number) const;

  Otherwise otherwise_;
  int descriptor_ = -1;
  std::string folder_;
};

}  // namespace pugmark

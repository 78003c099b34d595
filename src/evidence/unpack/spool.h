#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/temporary_file.h"

namespace pugmark::unpack {

// Bytes kept aside so that they can be read again in any order: in memory while they are few, then
// in a temporary file. Movable; one thread at a time.
class Spool {
 public:
  static constexpr std::size_t kMemoryBytes = std::size_t{1} << 20U;

  Spool() = default;
  Spool(Spool&& other) noexcept;
  Spool& operator=(Spool&& other) noexcept;

  // Adds at the end. kIo if there is no temporary file or the disk is full; what was appended
  // before remains readable, and so do the bytes of this call: they are kept in memory.
  Status append(Bytes bytes);

  // Fills `into` from `offset_bytes` unless the end comes first. 0 also if the disk fails.
  std::size_t read_at(std::uint64_t offset_bytes, std::span<std::byte> into) const;

  std::uint64_t size_bytes() const { return file_bytes_ + memory_.size(); }

  // Forgets everything and gives the memory or the disk back.
  void clear();

 private:
  Status move_to_file();

  TemporaryFile file_;
  std::uint64_t file_bytes_ = 0;   // the front, in the file
  std::vector<std::byte> memory_;  // the rest
};

}  // namespace pugmark::unpack

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pugmark::unpack {

// Where an unpacker gets its packed bytes from. A source that fails ends early: whoever implements
// it records the gap. One thread at a time.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // The next bytes in order, at most into.size() and at least one; 0 at the end.
  virtual std::size_t read(std::span<std::byte> into) = 0;

  // True if the bytes can be read in any order with read_at().
  virtual bool can_seek() const = 0;

  // Bytes from `offset_bytes`, at most into.size(); 0 at and behind the end. Only if can_seek().
  virtual std::size_t read_at(std::uint64_t offset_bytes, std::span<std::byte> into) = 0;

  // Only if can_seek().
  virtual std::uint64_t size_bytes() const = 0;

 protected:
  ByteSource() = default;
  ByteSource(const ByteSource&) = default;
  ByteSource& operator=(const ByteSource&) = default;
};

}  // namespace pugmark::unpack

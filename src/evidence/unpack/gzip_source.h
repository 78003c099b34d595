#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "evidence/gap.h"
#include "evidence/unpack/byte_source.h"

namespace pugmark::unpack {

// What a gzip file (RFC 1952) unpacks to, one member behind the other: every byte in front of the
// place where it breaks off, and each member held against its checksum and length. The filter of
// libarchive keeps up to 64 KiB back where the file is cut, and checks nothing. Not movable; one
// thread at a time.
class GzipSource final : public ByteSource {
 public:
  // `packed` must outlive the source and stand at its beginning.
  explicit GzipSource(ByteSource& packed);
  ~GzipSource() override;

  std::size_t read(std::span<std::byte> into) override;
  bool can_seek() const override { return false; }
  std::size_t read_at(std::uint64_t offset_bytes, std::span<std::byte> into) override;
  std::uint64_t size_bytes() const override;

  // Why it gives no more bytes although it is not over; empty if it is not broken.
  const std::string& failure() const { return failure_; }
  GapKind failure_kind() const { return failure_kind_; }

  // What is wrong with bytes that were all given: the first checksum or length that denies them.
  const std::string& denial() const { return denial_; }

  std::uint64_t given_bytes() const { return given_bytes_; }

  // Packed bytes that were needed so far.
  std::uint64_t used_bytes() const;

 private:
  struct Inflater;

  bool refill();
  std::optional<std::uint8_t> next_byte();
  bool skip_bytes(std::size_t count);
  bool skip_text();
  bool check_header();
  bool begin_member();
  void end_member();
  void fail_cut();
  void deny(std::string what);

  ByteSource& packed_;
  std::unique_ptr<Inflater> inflater_;
  bool in_member_ = false;
  bool over_ = false;
  std::string failure_;
  GapKind failure_kind_ = GapKind::kDamaged;
  std::string denial_;
  std::uint64_t given_bytes_ = 0;
};

}  // namespace pugmark::unpack

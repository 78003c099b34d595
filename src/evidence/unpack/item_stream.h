#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/digest.h"
#include "base/result.h"
#include "evidence/item.h"
#include "evidence/unpack/byte_source.h"
#include "evidence/unpack/spool.h"

namespace pugmark::unpack {

// The bytes of one item on their way from its origin (the file, or a member of an archive) to
// whoever reads it. Each byte is taken from the origin once, hashed once, in order. As long as
// keeping is on it can start again from the first byte: an item that only looks like an archive is
// then read as what it is. One thread at a time.
class ItemStream final : public ByteSource {
 public:
  // `origin` must outlive the stream.
  explicit ItemStream(ByteSource& origin) : origin_(origin) {}

  // The first bytes, at most head.size(), copied into `head` without moving. Only before read().
  Bytes peek(std::span<std::byte> head);

  // Fills `into` unless the item ends; bytes not kept go straight from the origin into it.
  std::size_t read(std::span<std::byte> into) override;

  // Reads on until the end, so that the digest is of all bytes.
  void drain();

  // Puts every byte aside so that can_seek() becomes true. False, with the reason in `problem` if
  // the disk is the reason, if there are more than `limit_bytes`: then read() still gives them all.
  bool keep_all(std::uint64_t limit_bytes, Status& problem);

  // Starts again from the first byte. False if they are no longer kept.
  bool rewind();

  // Gives back what is kept and not yet read again; no rewind() from here on.
  void stop_keeping() { keeping_ = false; }

  bool can_seek() const override { return origin_.can_seek() || kept_all_; }
  std::size_t read_at(std::uint64_t offset_bytes, std::span<std::byte> into) override;
  std::uint64_t size_bytes() const override;

  // Bytes taken from the origin so far: the size of the item at its end.
  std::uint64_t taken_bytes() const { return taken_bytes_; }

  // Behind the last byte taken that is not zero.
  std::uint64_t content_end_bytes() const { return content_end_bytes_; }

  // Of all bytes taken. Once only.
  Sha256 finish_digest() { return hash_.finish(); }

  // From here on other digests are made, too. `read`: all bytes that read() gave so far.
  void add_weak_digests(bool md5, bool sha1, Bytes read);
  void drop_weak_digests();
  // Of all bytes taken; null if none was asked for. Once only.
  std::shared_ptr<const WeakDigests> finish_weak_digests();

 private:
  std::size_t take(std::span<std::byte> into);
  void keep(Bytes bytes);

  ByteSource& origin_;
  void update_weak(Bytes bytes);

  Sha256Stream hash_;
  std::optional<WeakDigestStream> md5_;
  std::optional<WeakDigestStream> sha1_;
  Spool spool_;                          // the first bytes, while they are kept
  std::uint64_t taken_bytes_ = 0;
  std::uint64_t read_bytes_ = 0;         // handed out since the beginning or rewind()
  std::uint64_t content_end_bytes_ = 0;
  bool keeping_ = true;
  bool kept_all_ = false;
};

}  // namespace pugmark::unpack

#include "evidence/unpack/item_stream.h"

#include <algorithm>
#include <vector>

namespace pugmark::unpack {
namespace {

constexpr std::size_t kDrainBytes = std::size_t{256} << 10U;

}  // namespace

// Reads from the origin and hashes.
std::size_t ItemStream::take(std::span<std::byte> into) {
  const std::size_t got =
      origin_.can_seek() ? origin_.read_at(taken_bytes_, into) : origin_.read(into);
  const Bytes bytes = into.first(got);
  hash_.update(bytes);
  update_weak(bytes);
  for (std::size_t i = got; i > 0; --i) {
    if (bytes[i - 1] == std::byte{0}) continue;
    content_end_bytes_ = taken_bytes_ + i;
    break;
  }
  taken_bytes_ += got;
  return got;
}

void ItemStream::update_weak(Bytes bytes) {
  if (md5_) md5_->update(bytes);
  if (sha1_) sha1_->update(bytes);
}

void ItemStream::add_weak_digests(bool md5, bool sha1, Bytes read) {
  if (md5) md5_.emplace(WeakDigestStream::Kind::kMd5);
  if (sha1) sha1_.emplace(WeakDigestStream::Kind::kSha1);
  if (read.size() == taken_bytes_) return update_weak(read);
  // It only looked like an archive: more was taken than read, and is kept.
  std::vector<std::byte> scratch(kDrainBytes);
  for (std::uint64_t at = 0; at < taken_bytes_;) {
    const std::size_t got = spool_.read_at(at, scratch);
    if (got == 0) break;  // the disk lost it: the item cannot be read to its end either
    update_weak(Bytes(scratch).first(got));
    at += got;
  }
}

void ItemStream::drop_weak_digests() {
  md5_.reset();
  sha1_.reset();
}

std::shared_ptr<const WeakDigests> ItemStream::finish_weak_digests() {
  if (!md5_ && !sha1_) return nullptr;
  auto digests = std::make_shared<WeakDigests>();
  const auto take = [](std::optional<WeakDigestStream>& stream, auto& into) {
    if (!stream) return;
    const std::vector<std::byte> bytes = stream->finish();
    if (bytes.size() == into.emplace().size()) {
      std::copy(bytes.begin(), bytes.end(), into->begin());
    } else {
      into.reset();
    }
  };
  take(md5_, digests->md5);
  take(sha1_, digests->sha1);
  return digests;
}

// Keeps bytes for rewind() while they fit into the memory of the spool.
void ItemStream::keep(Bytes bytes) {
  if (origin_.can_seek() || !keeping_) return;
  if (spool_.size_bytes() + bytes.size() > Spool::kMemoryBytes) {
    keeping_ = false;
  } else {
    keeping_ = spool_.append(bytes).ok();
  }
}

Bytes ItemStream::peek(std::span<std::byte> head) {
  if (origin_.can_seek()) return head.first(origin_.read_at(0, head));
  if (taken_bytes_ == 0) {
    const std::size_t got = take(head);
    keep(head.first(got));
  }
  return head.first(spool_.read_at(0, head));
}

std::size_t ItemStream::read(std::span<std::byte> into) {
  std::size_t done = 0;
  if (read_bytes_ < spool_.size_bytes()) {
    done = spool_.read_at(read_bytes_, into);
    read_bytes_ += done;
    // The disk lost what it was given: the rest cannot follow without a hole.
    if (done < into.size() && read_bytes_ < spool_.size_bytes()) return done;
  }
  if (!keeping_ && !kept_all_ && read_bytes_ >= spool_.size_bytes()) spool_.clear();
  while (done < into.size() && !kept_all_) {
    const std::span<std::byte> rest = into.subspan(done);
    const std::size_t got = take(rest);
    if (got == 0) break;
    keep(rest.first(got));
    read_bytes_ += got;
    done += got;
  }
  return done;
}

void ItemStream::drain() {
  if (kept_all_) return;
  std::vector<std::byte> scratch(kDrainBytes);
  while (read(scratch) == scratch.size()) {
  }
}

bool ItemStream::keep_all(std::uint64_t limit_bytes, Status& problem) {
  std::vector<std::byte> scratch(kDrainBytes);
  for (;;) {
    const std::size_t got = take(scratch);
    problem = spool_.append(Bytes(scratch).first(got));
    if (!problem.ok() || taken_bytes_ > limit_bytes) break;
    if (got < scratch.size()) {
      kept_all_ = true;
      return true;
    }
  }
  keeping_ = false;
  return false;
}

bool ItemStream::rewind() {
  if (origin_.can_seek()) {
    hash_ = Sha256Stream();
    if (md5_) md5_.emplace(WeakDigestStream::Kind::kMd5);
    if (sha1_) sha1_.emplace(WeakDigestStream::Kind::kSha1);
    taken_bytes_ = 0;
    content_end_bytes_ = 0;
    read_bytes_ = 0;
    return true;
  }
  // Everything taken so far must still be there.
  if (spool_.size_bytes() < taken_bytes_) return false;
  read_bytes_ = 0;
  return true;
}

std::size_t ItemStream::read_at(std::uint64_t offset_bytes, std::span<std::byte> into) {
  return origin_.can_seek() ? origin_.read_at(offset_bytes, into)
                            : spool_.read_at(offset_bytes, into);
}

std::uint64_t ItemStream::size_bytes() const {
  return origin_.can_seek() ? origin_.size_bytes() : spool_.size_bytes();
}

}  // namespace pugmark::unpack

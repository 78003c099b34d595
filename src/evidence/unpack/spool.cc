#include "evidence/unpack/spool.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace pugmark::unpack {

Spool::Spool(Spool&& other) noexcept
    : file_(std::move(other.file_)),
      file_bytes_(std::exchange(other.file_bytes_, 0)),
      memory_(std::move(other.memory_)) {}

Spool& Spool::operator=(Spool&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(file_bytes_, other.file_bytes_);
  std::swap(memory_, other.memory_);
  return *this;
}

void Spool::clear() { *this = Spool(); }

Status Spool::append(Bytes bytes) {
  memory_.insert(memory_.end(), bytes.begin(), bytes.end());
  return memory_.size() > kMemoryBytes ? move_to_file() : Status();
}

Status Spool::move_to_file() {
  std::size_t written = 0;
  Status status = file_.write_at(file_bytes_, memory_, written);
  file_bytes_ += written;
  memory_.erase(memory_.begin(), memory_.begin() + static_cast<std::ptrdiff_t>(written));
  return status;
}

std::size_t Spool::read_at(std::uint64_t offset_bytes, std::span<std::byte> into) const {
  std::size_t done = 0;
  if (offset_bytes < file_bytes_) {
    const auto in_file =
        static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), file_bytes_ - offset_bytes));
    if (!file_.read_at(offset_bytes, into.first(in_file), done)) return done;
  }
  const std::uint64_t at = offset_bytes + done;
  if (done < into.size() && at >= file_bytes_ && at - file_bytes_ < memory_.size()) {
    const auto from = static_cast<std::size_t>(at - file_bytes_);
    const std::size_t take = std::min(into.size() - done, memory_.size() - from);
    std::memcpy(into.data() + done, memory_.data() + from, take);
    done += take;
  }
  return done;
}

}  // namespace pugmark::unpack

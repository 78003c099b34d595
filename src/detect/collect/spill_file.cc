#include "detect/collect/spill_file.h"

#include <span>
#include <utility>

#include "base/bytes.h"

namespace pugmark {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} << 10U;

}  // namespace

Result<std::uint64_t> SpillFile::append(std::string_view bytes) {
  const std::uint64_t at = size_bytes_;
  buffer_ += bytes;
  size_bytes_ += bytes.size();
  if (buffer_.size() >= kBufferBytes) {
    if (auto status = flush(); !status) return std::move(status).error();
  }
  return at;
}

Status SpillFile::read(std::uint64_t offset_bytes, std::uint64_t length_bytes, std::string& into) {
  if (auto status = flush(); !status) return status;
  into.resize(length_bytes);
  std::size_t got = 0;
  return file_.read_at(offset_bytes, std::as_writable_bytes(std::span(into)), got);
}

Status SpillFile::flush() {
  if (buffer_.empty()) return {};
  std::size_t written = 0;
  const std::uint64_t at = size_bytes_ - buffer_.size();
  if (auto status = file_.write_at(at, as_bytes(buffer_), written); !status) return status;
  buffer_.clear();
  return {};
}

}  // namespace pugmark

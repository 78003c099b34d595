#include "evidence/unpack/frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace pugmark::unpack {
namespace {

// The decoder reports packed bytes only after it gave their unpacked ones, a block of 256 KiB late.
constexpr std::uint64_t kPackedLagBytes = 512;

// Logs that Windows preallocated are zeros nearly to their end: they exceed any ratio without being
// bombs, and what unpacks in a second does no harm.
std::uint64_t allowed_by_ratio(std::uint64_t packed_bytes, const Limits& limits) {
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(packed_bytes, limits.archive_ratio, &bytes))
    return std::numeric_limits<std::uint64_t>::max();
  return std::max(bytes, limits.archive_free_bytes);
}

}  // namespace

std::uint64_t Frame::allowance_bytes(const Limits& limits) const {
  const std::uint64_t allowed =
      std::min(limits.archive_bytes, allowed_by_ratio(packed_bytes(), limits));
  return allowed - std::min(allowed, unpacked_bytes);
}

std::uint64_t Frame::member_allowance_bytes(const Limits& limits) const {
  if (form.outer != Packing::kZip) return std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t now = reader->packed_position_bytes();
  const std::uint64_t packed = now - std::min(now, member_packed_begin) + kPackedLagBytes;
  const std::uint64_t allowed = allowed_by_ratio(packed, limits);
  return allowed - std::min(allowed, member_bytes);
}

std::string Frame::unique_name(std::string_view stored) {
  const std::string path = member_path(stored);
  if (names.emplace(path, 1).second) return path;
  for (;;) {
    std::string numbered = fmt::format("{}#{}", path, ++names[path]);
    if (names.emplace(numbered, 1).second) return numbered;
  }
}

}  // namespace pugmark::unpack

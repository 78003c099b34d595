#include "evidence/unpack/zip_directory.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace pugmark::unpack {
namespace {

constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kCommentBytesMax = 65'535;
constexpr std::size_t kEntryBytes = 46;
constexpr std::size_t kLocalBytes = 30;
constexpr std::uint64_t kDescriptorBytesMax = 24;
constexpr std::uint32_t kIn64BitForm = 0xFFFFFFFF;
constexpr std::string_view kEndMagic{"PK\5\6", 4};
constexpr std::string_view kEntryMagic{"PK\1\2", 4};

bool begins_with(Bytes bytes, std::string_view magic) { return as_text(bytes).starts_with(magic); }

struct Directory {
  std::uint64_t begin = 0;   // of its entries
  std::uint64_t end = 0;     // where the record of its end stands
  std::uint64_t behind = 0;  // the first byte behind that record and its comment
};

// The record of the end is the last one whose comment ends in the file.
std::optional<Directory> find_directory(ByteSource& zip) {
  const std::uint64_t size = zip.size_bytes();
  const std::uint64_t tail_bytes = std::min<std::uint64_t>(size, kEndBytes + kCommentBytesMax);
  std::vector<std::byte> tail(static_cast<std::size_t>(tail_bytes));
  if (zip.read_at(size - tail_bytes, tail) != tail.size() || tail.size() < kEndBytes)
    return std::nullopt;
  for (std::size_t at = tail.size() - kEndBytes + 1; at-- > 0;) {
    const Bytes end = Bytes(tail).subspan(at);
    if (!begins_with(end, kEndMagic)) continue;
    const std::size_t record_bytes = kEndBytes + load_le<std::uint16_t>(end.data() + 20);
    if (record_bytes > end.size()) continue;
    const auto directory_bytes = load_le<std::uint32_t>(end.data() + 12);
    const auto offset = load_le<std::uint32_t>(end.data() + 16);
    const std::uint64_t end_at = size - tail_bytes + at;
    if (offset == kIn64BitForm || std::uint64_t{offset} + directory_bytes != end_at)
      return std::nullopt;
    return Directory{offset, end_at, end_at + record_bytes};
  }
  return std::nullopt;
}

// From the header of a member to the end of its packed bytes, by the entry of the directory.
std::optional<Stretch> member_stretch(ByteSource& zip, const std::byte* entry) {
  const auto packed_bytes = load_le<std::uint32_t>(entry + 20);
  const auto offset = load_le<std::uint32_t>(entry + 42);
  std::array<std::byte, kLocalBytes> local{};
  if (packed_bytes == kIn64BitForm || offset == kIn64BitForm ||
      zip.read_at(offset, local) != local.size())
    return std::nullopt;
  return Stretch{offset, std::uint64_t{kLocalBytes} + load_le<std::uint16_t>(&local[26]) +
                             load_le<std::uint16_t>(&local[28]) + packed_bytes};
}

// False if an entry cannot be understood: then nothing can be said of the whole.
bool read_members(ByteSource& zip, const Directory& directory, std::vector<Stretch>& members) {
  std::array<std::byte, kEntryBytes> entry{};
  std::uint64_t at = directory.begin;
  while (at + kEntryBytes <= directory.end) {
    if (zip.read_at(at, entry) != entry.size() || !begins_with(entry, kEntryMagic)) return false;
    const auto member = member_stretch(zip, entry.data());
    if (!member) return false;
    members.push_back(*member);
    at += kEntryBytes + load_le<std::uint16_t>(&entry[28]) + load_le<std::uint16_t>(&entry[30]) +
          load_le<std::uint16_t>(&entry[32]);
  }
  return at == directory.end;
}

}  // namespace

std::vector<Stretch> unclaimed_stretches(ByteSource& zip, std::uint64_t content_end_bytes,
                                         std::size_t stretches_max) {
  const auto directory = find_directory(zip);
  std::vector<Stretch> members;
  if (!directory || !read_members(zip, *directory, members)) return {};
  std::sort(members.begin(), members.end(), [](const Stretch& a, const Stretch& b) {
    return a.offset_bytes < b.offset_bytes;
  });
  members.push_back({directory->begin, 0});
  std::vector<Stretch> unclaimed;
  std::uint64_t claimed_to = 0;
  for (const Stretch& member : members) {
    if (member.offset_bytes > claimed_to + kDescriptorBytesMax && unclaimed.size() < stretches_max)
      unclaimed.push_back({claimed_to, member.offset_bytes - claimed_to});
    claimed_to = std::max(claimed_to, member.offset_bytes + member.length_bytes);
  }
  if (content_end_bytes > directory->behind)
    unclaimed.push_back({directory->behind, content_end_bytes - directory->behind});
  return unclaimed;
}

}  // namespace pugmark::unpack

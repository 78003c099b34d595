#include "evidence/unpack/zip_times.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "evidence/unpack/zip_records.h"

namespace pugmark::unpack {
namespace {

// Extra fields (APPNOTE.TXT 4.5 and those of Info-ZIP): times of NTFS, times of Unix, owner.
constexpr std::uint16_t kNtfs = 0x000A;
constexpr std::uint16_t kUnixTimes = 0x5455;
constexpr std::uint16_t kUnixOwner = 0x7875;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

// The first field of that id; empty if there is none.
Bytes field_of(Bytes extra, std::uint16_t id) {
  while (extra.size() >= 4) {
    const auto found = load_le<std::uint16_t>(extra.data());
    const std::size_t bytes = load_le<std::uint16_t>(extra.data() + 2);
    if (bytes > extra.size() - 4) return {};
    if (found == id) return extra.subspan(4, bytes);
    extra = extra.subspan(4 + bytes);
  }
  return {};
}

std::int64_t time_of_filetime(const std::byte* at) {
  const auto filetime = load_le<std::uint64_t>(at);
  const auto time = filetime == 0 ? std::nullopt : time_from_filetime(filetime);
  return time ? time->ns_since_1970 : FileAttributes::kNoTime;
}

// 4 bytes of nothing, then attribute 1 of 24 bytes: modified, accessed, created.
bool take_ntfs(Bytes field, FileAttributes& attributes) {
  constexpr std::size_t kBytes = 32;
  if (field.size() < kBytes || load_le<std::uint16_t>(field.data() + 4) != 1) return false;
  attributes.modified_ns = time_of_filetime(field.data() + 8);
  attributes.accessed_ns = time_of_filetime(field.data() + 16);
  attributes.created_ns = time_of_filetime(field.data() + 24);
  attributes.precision = TimePrecision::kHundredNanoseconds;
  return true;
}

// A byte that says which of modified, accessed and created follow. The directory has the first one
// only, whatever that byte says.
bool take_unix_times(Bytes field, FileAttributes& attributes) {
  if (field.size() < 5) return false;
  const auto flags = std::to_integer<unsigned>(field[0]);
  std::size_t at = 1;
  std::int64_t* const times[] = {&attributes.modified_ns, &attributes.accessed_ns,
                                 &attributes.created_ns};
  for (unsigned i = 0; i < 3 && at + 4 <= field.size(); ++i) {
    if ((flags >> i & 1U) == 0) continue;
    *times[i] = load_le<std::int32_t>(field.data() + at) * kNsPerSecond;
    at += 4;
  }
  attributes.precision = TimePrecision::kSecond;
  return at > 1;
}

// Version 1, then the size of the user's id and the id, then those of the group.
void take_owner(Bytes field, FileAttributes& attributes) {
  if (field.size() < 6 || field[0] != std::byte{1} || field[1] != std::byte{4}) return;
  attributes.owner_id = load_le<std::uint32_t>(field.data() + 2);
}

// The extra fields in front of the bytes of a member that is named so.
std::vector<std::byte> local_extra(ByteSource& source, std::uint64_t at, std::string_view name) {
  std::array<std::byte, zip::kLocalBytes> local{};
  if (!zip::read_all(source, at, local) || !zip::begins_with(local, zip::kLocalMagic)) return {};
  if (load_le<std::uint16_t>(&local[26]) != name.size()) return {};
  std::vector<std::byte> extra(load_le<std::uint16_t>(&local[28]));
  if (!zip::read_all(source, at + zip::kLocalBytes + name.size(), extra)) return {};
  return extra;
}

}  // namespace

std::vector<ZipPlace> zip_places(ByteSource& source, std::uint64_t members_max) {
  const auto end = zip::find_end(source);
  const auto shift = end ? zip::find_shift(source, *end) : std::nullopt;
  if (!shift) return {};
  std::vector<ZipPlace> places;
  std::uint64_t at = end->stated_begin + *shift;
  const std::uint64_t stated_end = at + end->stated_bytes;
  zip::Entry entry;
  while (at + zip::kEntryBytes <= stated_end && zip::read_entry(source, at, entry)) {
    std::uint64_t packed_bytes = load_le<std::uint32_t>(&entry.fixed[20]);
    std::uint64_t unpacked_bytes = load_le<std::uint32_t>(&entry.fixed[24]);
    std::uint64_t offset = load_le<std::uint32_t>(&entry.fixed[42]);
    const bool is_read =
        zip::take_64_bit_numbers(entry.extra(), {&unpacked_bytes, &packed_bytes, &offset});
    if (places.size() >= members_max) return {};
    // Where a member with damaged extra fields begins is not known; the others have their times.
    if (is_read && offset <= UINT64_MAX - *shift) places.push_back({offset + *shift, at});
    at += zip::kEntryBytes + entry.rest.size();
  }
  const auto is_before = [](const ZipPlace& a, const ZipPlace& b) {
    return a.local_at < b.local_at;
  };
  std::stable_sort(places.begin(), places.end(), is_before);
  const auto is_same = [](const ZipPlace& a, const ZipPlace& b) {
    return a.local_at == b.local_at;
  };
  places.erase(std::unique(places.begin(), places.end(), is_same), places.end());
  return places;
}

FileAttributes zip_attributes(ByteSource& source, const ZipPlace& place, std::string_view name) {
  FileAttributes attributes;
  zip::Entry entry;
  if (!zip::read_entry(source, place.entry_at, entry) || entry.name() != name) return attributes;
  const std::vector<std::byte> local = local_extra(source, place.local_at, name);
  const bool has_times = take_ntfs(field_of(entry.extra(), kNtfs), attributes) ||
                         take_ntfs(field_of(local, kNtfs), attributes) ||
                         take_unix_times(field_of(local, kUnixTimes), attributes) ||
                         take_unix_times(field_of(entry.extra(), kUnixTimes), attributes);
  take_owner(field_of(local, kUnixOwner), attributes);
  if (has_times || attributes.owner_id != FileAttributes::kNoOwner)
    attributes.source = FileAttributes::Source::kZip;
  return attributes;
}

}  // namespace pugmark::unpack

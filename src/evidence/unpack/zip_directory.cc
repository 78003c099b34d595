#include "evidence/unpack/zip_directory.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "base/bytes.h"
#include "base/shorten.h"
#include "evidence/unpack/zip_records.h"

namespace pugmark::unpack {
namespace {

constexpr std::uint64_t kDescriptorBytesMax = 24;
constexpr std::size_t kNameBytesShown = 256;
constexpr std::string_view kSignatureMagic{"PK\5\5", 4};

using zip::begins_with;
using zip::Entry;
using zip::find_end;
using zip::find_shift;
using zip::kEntryBytes;
using zip::kLocalBytes;
using zip::kLocalMagic;
using zip::read_all;
using zip::read_entry;
using zip::take_64_bit_numbers;

// Takes over what the entry says of its member. False if that cannot be understood.
bool add_member(ByteSource& zip, const Entry& entry, std::uint64_t shift, std::size_t renamed_max,
                ZipDirectory& directory) {
  std::uint64_t packed_bytes = load_le<std::uint32_t>(&entry.fixed[20]);
  std::uint64_t unpacked_bytes = load_le<std::uint32_t>(&entry.fixed[24]);
  std::uint64_t offset = load_le<std::uint32_t>(&entry.fixed[42]);
  if (!take_64_bit_numbers(entry.extra(), {&unpacked_bytes, &packed_bytes, &offset})) return false;
  std::array<std::byte, kLocalBytes> local{};
  const std::uint64_t size = zip.size_bytes();
  if (offset > size - shift || !read_all(zip, offset + shift, local) ||
      !begins_with(local, kLocalMagic) || packed_bytes > size)
    return false;
  const std::uint64_t at = offset + shift;
  const std::size_t name_bytes = load_le<std::uint16_t>(&local[26]);
  directory.claimed.push_back({at, std::uint64_t{kLocalBytes} + name_bytes +
                                       load_le<std::uint16_t>(&local[28]) + packed_bytes});
  std::vector<std::byte> name(name_bytes);
  if (!read_all(zip, at + kLocalBytes, name)) return false;
  if (as_text(name) == entry.name()) return true;
  ++directory.renamed_count;
  if (directory.renamed.size() >= renamed_max) return true;
  RenamedMember renamed{at, std::string(entry.name()), std::string(as_text(name))};
  shorten(renamed.name, kNameBytesShown);
  shorten(renamed.local_name, kNameBytesShown);
  directory.renamed.push_back(std::move(renamed));
  return true;
}

// The length of the signature that may stand behind the entries; 0 without one.
std::uint64_t signature_bytes(ByteSource& zip, std::uint64_t at) {
  std::array<std::byte, 6> head{};
  if (!read_all(zip, at, head) || !begins_with(head, kSignatureMagic)) return 0;
  return head.size() + load_le<std::uint16_t>(&head[4]);
}

bool stands_before(const Stretch& a, const Stretch& b) { return a.offset_bytes < b.offset_bytes; }

}  // namespace

std::optional<std::uint64_t> end_of_zip_directory(ByteSource& zip) {
  const auto end = find_end(zip);
  if (!end) return std::nullopt;
  return end->records.back().offset_bytes + end->records.back().length_bytes;
}

std::optional<ZipDirectory> read_zip_directory(ByteSource& zip, std::uint64_t members_max,
                                               std::size_t renamed_max) {
  const auto end = find_end(zip);
  const auto shift = end ? find_shift(zip, *end) : std::nullopt;
  if (!shift) return std::nullopt;
  ZipDirectory directory;
  const std::uint64_t begin = end->stated_begin + *shift;
  const std::uint64_t stated_end = begin + end->stated_bytes;
  std::uint64_t at = begin;
  Entry entry;
  while (at + kEntryBytes <= stated_end && read_entry(zip, at, entry)) {
    if (directory.claimed.size() >= members_max ||
        !add_member(zip, entry, *shift, renamed_max, directory))
      return std::nullopt;
    at += kEntryBytes + entry.rest.size();
  }
  if (at < stated_end) at += signature_bytes(zip, at);
  if (at != stated_end) return std::nullopt;
  auto& claimed = directory.claimed;
  std::sort(claimed.begin(), claimed.end(), stands_before);
  for (std::size_t i = 0; i < claimed.size(); ++i) {
    if (i == 0 || claimed[i].offset_bytes != claimed[i - 1].offset_bytes) ++directory.members_count;
  }
  claimed.push_back({begin, end->stated_bytes});
  claimed.insert(claimed.end(), end->records.begin(), end->records.end());
  std::sort(claimed.begin(), claimed.end(), stands_before);
  return directory;
}

std::vector<Stretch> unclaimed_stretches(const ZipDirectory& directory,
                                         std::uint64_t content_end_bytes) {
  std::vector<Stretch> unclaimed;
  std::uint64_t claimed_to = 0;
  for (const Stretch& one : directory.claimed) {
    if (one.offset_bytes > claimed_to + kDescriptorBytesMax)
      unclaimed.push_back({claimed_to, one.offset_bytes - claimed_to});
    claimed_to = std::max(claimed_to, one.offset_bytes + one.length_bytes);
  }
  if (content_end_bytes > claimed_to)
    unclaimed.push_back({claimed_to, content_end_bytes - claimed_to});
  return unclaimed;
}

}  // namespace pugmark::unpack

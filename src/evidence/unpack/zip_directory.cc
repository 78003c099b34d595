#include "evidence/unpack/zip_directory.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "base/bytes.h"
#include "base/shorten.h"

namespace pugmark::unpack {
namespace {

constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kCommentBytesMax = 65'535;
constexpr std::size_t kLocatorBytes = 20;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kEntryBytes = 46;
constexpr std::size_t kLocalBytes = 30;
constexpr std::uint64_t kDescriptorBytesMax = 24;
constexpr std::size_t kNameBytesShown = 256;
constexpr std::uint32_t kIn64BitForm = 0xFFFFFFFF;
constexpr std::uint16_t kExtra64BitForm = 1;
constexpr std::string_view kEndMagic{"PK\5\6", 4};
constexpr std::string_view kLocatorMagic{"PK\6\7", 4};
constexpr std::string_view kEnd64Magic{"PK\6\6", 4};
constexpr std::string_view kEntryMagic{"PK\1\2", 4};
constexpr std::string_view kLocalMagic{"PK\3\4", 4};
constexpr std::string_view kSignatureMagic{"PK\5\5", 4};

bool begins_with(Bytes bytes, std::string_view magic) { return as_text(bytes).starts_with(magic); }

// Reads all of `into`; false if the zip ends before.
bool read_all(ByteSource& zip, std::uint64_t offset_bytes, std::span<std::byte> into) {
  return zip.read_at(offset_bytes, into) == into.size();
}

bool stands_at(ByteSource& zip, std::uint64_t offset_bytes, std::string_view magic) {
  std::array<std::byte, 4> bytes{};
  return read_all(zip, offset_bytes, bytes) && begins_with(bytes, magic);
}

// What the records at the end of a zip say.
struct End {
  std::uint64_t at = 0;             // where the first of them stands
  std::vector<Stretch> records;     // by offset; the last one with its comment
  std::uint64_t stated_begin = 0;   // of the directory
  std::uint64_t stated_bytes = 0;   // likewise
};

// The 64 bit form stands in front of the other; what that one says is void.
void take_64_bit_form(ByteSource& zip, End& end) {
  std::array<std::byte, kLocatorBytes> locator{};
  if (end.at < kLocatorBytes + kEnd64Bytes ||
      !read_all(zip, end.at - kLocatorBytes, locator) || !begins_with(locator, kLocatorMagic))
    return;
  // Bytes in front of the zip shift it; then it is where it nearly always is.
  std::array<std::byte, kEnd64Bytes> record{};
  for (const std::uint64_t at : {load_le<std::uint64_t>(&locator[8]),
                                 end.at - kLocatorBytes - kEnd64Bytes}) {
    if (at >= end.at || !read_all(zip, at, record) || !begins_with(record, kEnd64Magic)) continue;
    end.records.insert(end.records.begin(),
                       {{at, kEnd64Bytes}, {end.at - kLocatorBytes, kLocatorBytes}});
    end.at = at;
    end.stated_bytes = load_le<std::uint64_t>(&record[40]);
    end.stated_begin = load_le<std::uint64_t>(&record[48]);
    return;
  }
}

// The record of the end is the last one whose comment ends in the file. Behind it nothing may look
// like another one: unpackers that do not look at the comment would take that.
std::optional<End> find_end(ByteSource& zip) {
  const std::uint64_t size = zip.size_bytes();
  const std::uint64_t tail_bytes = std::min<std::uint64_t>(size, kEndBytes + kCommentBytesMax);
  std::vector<std::byte> tail(static_cast<std::size_t>(tail_bytes));
  if (!read_all(zip, size - tail_bytes, tail) || tail.size() < kEndBytes) return std::nullopt;
  for (std::size_t at = tail.size() - kEndBytes + 1; at-- > 0;) {
    const Bytes record = Bytes(tail).subspan(at);
    if (!begins_with(record, kEndMagic)) continue;
    const std::size_t record_bytes = kEndBytes + load_le<std::uint16_t>(record.data() + 20);
    if (record_bytes > record.size()) return std::nullopt;
    End end;
    end.at = size - tail_bytes + at;
    end.records.push_back({end.at, record_bytes});
    end.stated_bytes = load_le<std::uint32_t>(record.data() + 12);
    end.stated_begin = load_le<std::uint32_t>(record.data() + 16);
    take_64_bit_form(zip, end);
    return end;
  }
  return std::nullopt;
}

// The bytes in front of the zip, by which all its offsets are too small; nothing if the directory
// is not where the record of the end says, with or without them.
std::optional<std::uint64_t> find_shift(ByteSource& zip, const End& end) {
  if (end.stated_bytes == 0 && end.stated_begin == end.at) return 0;  // a zip without members
  if (end.stated_bytes > end.at) return std::nullopt;
  const std::uint64_t begin = end.at - end.stated_bytes;
  if (begin >= end.stated_begin && stands_at(zip, begin, kEntryMagic))
    return begin - end.stated_begin;
  const bool is_inside = end.stated_begin <= begin;
  return is_inside && stands_at(zip, end.stated_begin, kEntryMagic)
             ? std::optional<std::uint64_t>(0)
             : std::nullopt;
}

// One entry of the directory, with the parts of any length behind it.
struct Entry {
  std::array<std::byte, kEntryBytes> fixed{};
  std::vector<std::byte> rest;  // name, extra fields, comment
  std::string_view name() const {
    return as_text(rest).substr(0, load_le<std::uint16_t>(&fixed[28]));
  }
  Bytes extra() const {
    return Bytes(rest).subspan(name().size(), load_le<std::uint16_t>(&fixed[30]));
  }
};

bool read_entry(ByteSource& zip, std::uint64_t at, Entry& entry) {
  if (!read_all(zip, at, entry.fixed) || !begins_with(entry.fixed, kEntryMagic)) return false;
  entry.rest.resize(std::size_t{load_le<std::uint16_t>(&entry.fixed[28])} +
                    load_le<std::uint16_t>(&entry.fixed[30]) +
                    load_le<std::uint16_t>(&entry.fixed[32]));
  return read_all(zip, at + kEntryBytes, entry.rest);
}

// Replaces those of `numbers` that are in the 64 bit form, which stand in this order in an extra
// field. False if one is missing there.
bool take_64_bit_numbers(Bytes extra, std::initializer_list<std::uint64_t*> numbers) {
  const auto is_void = [](const std::uint64_t* number) { return *number == kIn64BitForm; };
  if (std::none_of(numbers.begin(), numbers.end(), is_void)) return true;
  while (extra.size() >= 4) {
    const auto id = load_le<std::uint16_t>(extra.data());
    const std::size_t bytes = load_le<std::uint16_t>(extra.data() + 2);
    if (bytes > extra.size() - 4) return false;
    Bytes field = extra.subspan(4, bytes);
    extra = extra.subspan(4 + bytes);
    if (id != kExtra64BitForm) continue;
    for (std::uint64_t* const number : numbers) {
      if (!is_void(number)) continue;
      if (field.size() < sizeof *number) return false;
      *number = load_le<std::uint64_t>(field.data());
      field = field.subspan(sizeof *number);
    }
    return true;
  }
  return false;
}

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

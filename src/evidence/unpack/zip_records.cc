#include "evidence/unpack/zip_records.h"

#include <algorithm>

namespace pugmark::unpack::zip {
namespace {

constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kCommentBytesMax = 65'535;
constexpr std::size_t kLocatorBytes = 20;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::uint32_t kIn64BitForm = 0xFFFFFFFF;
constexpr std::uint16_t kExtra64BitForm = 1;
constexpr std::string_view kEndMagic{"PK\5\6", 4};
constexpr std::string_view kLocatorMagic{"PK\6\7", 4};
constexpr std::string_view kEnd64Magic{"PK\6\6", 4};
constexpr std::string_view kEntryMagic{"PK\1\2", 4};

bool stands_at(ByteSource& zip, std::uint64_t offset_bytes, std::string_view magic) {
  std::array<std::byte, 4> bytes{};
  return read_all(zip, offset_bytes, bytes) && begins_with(bytes, magic);
}

// The 64 bit form stands in front of the other; what that one says is void.
void take_64_bit_form(ByteSource& zip, End& end) {
  std::array<std::byte, kLocatorBytes> locator{};
  if (end.at < kLocatorBytes + kEnd64Bytes || !read_all(zip, end.at - kLocatorBytes, locator) ||
      !begins_with(locator, kLocatorMagic))
    return;
  // Bytes in front of the zip shift it; then it is where it nearly always is.
  std::array<std::byte, kEnd64Bytes> record{};
  for (const std::uint64_t at :
       {load_le<std::uint64_t>(&locator[8]), end.at - kLocatorBytes - kEnd64Bytes}) {
    if (at >= end.at || !read_all(zip, at, record) || !begins_with(record, kEnd64Magic)) continue;
    end.records.insert(end.records.begin(),
                       {{at, kEnd64Bytes}, {end.at - kLocatorBytes, kLocatorBytes}});
    end.at = at;
    end.stated_bytes = load_le<std::uint64_t>(&record[40]);
    end.stated_begin = load_le<std::uint64_t>(&record[48]);
    return;
  }
}

}  // namespace

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

bool read_entry(ByteSource& zip, std::uint64_t at, Entry& entry) {
  if (!read_all(zip, at, entry.fixed) || !begins_with(entry.fixed, kEntryMagic)) return false;
  entry.rest.resize(std::size_t{load_le<std::uint16_t>(&entry.fixed[28])} +
                    load_le<std::uint16_t>(&entry.fixed[30]) +
                    load_le<std::uint16_t>(&entry.fixed[32]));
  return read_all(zip, at + kEntryBytes, entry.rest);
}

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

}  // namespace pugmark::unpack::zip

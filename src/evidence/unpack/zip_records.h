#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "evidence/unpack/byte_source.h"
#include "evidence/unpack/zip_directory.h"

// The records of a zip (APPNOTE.TXT 4.3), for whoever reads its directory. Private to this folder.
namespace pugmark::unpack::zip {

inline constexpr std::size_t kEntryBytes = 46;
inline constexpr std::size_t kLocalBytes = 30;
inline constexpr std::string_view kLocalMagic{"PK\3\4", 4};

inline bool begins_with(Bytes bytes, std::string_view magic) {
  return as_text(bytes).starts_with(magic);
}

// Reads all of `into`; false if the zip ends before.
inline bool read_all(ByteSource& zip, std::uint64_t offset_bytes, std::span<std::byte> into) {
  return zip.read_at(offset_bytes, into) == into.size();
}

// What the records at the end of a zip say.
struct End {
  std::uint64_t at = 0;            // where the first of them stands
  std::vector<Stretch> records;    // by offset; the last one with its comment
  std::uint64_t stated_begin = 0;  // of the directory
  std::uint64_t stated_bytes = 0;  // likewise
};

// The record of the end is the last one whose comment ends in the file. Behind it nothing may look
// like another one: unpackers that do not look at the comment would take that.
std::optional<End> find_end(ByteSource& zip);

// The bytes in front of the zip, by which all its offsets are too small; nothing if the directory
// is not where the record of the end says, with or without them.
std::optional<std::uint64_t> find_shift(ByteSource& zip, const End& end);

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
bool read_entry(ByteSource& zip, std::uint64_t at, Entry& entry);

// Replaces those of `numbers` that are in the 64 bit form, which stand in this order in an extra
// field. False if one is missing there.
bool take_64_bit_numbers(Bytes extra, std::initializer_list<std::uint64_t*> numbers);

}  // namespace pugmark::unpack::zip

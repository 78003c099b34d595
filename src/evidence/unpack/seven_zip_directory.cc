#include "evidence/unpack/seven_zip_directory.h"

#include <fmt/format.h>
#include <lzma.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "evidence/unpack/seven_zip_cursor.h"
#include "evidence/unpack/seven_zip_streams.h"

namespace pugmark::unpack {
namespace {

namespace id = seven_zip_id;
namespace method = seven_zip_method;

constexpr std::size_t kStartBytes = 32;
constexpr std::size_t kPackedBlockBytes = std::size_t{64} << 10U;
// No system has longer targets: Linux takes 4 KiB, Windows 64 KiB with all it keeps of a link.
constexpr std::uint64_t kLinkBytesMax = std::uint64_t{64} << 10U;
// What decoders leave of a stream whose end they did not ask for.
constexpr std::uint64_t kPackedRestBytesMax = 64;

// Bytes as liblzma names them.
const std::uint8_t* as_lzma(const std::byte* bytes) {
  // unsigned char may look at any object.
  return reinterpret_cast<const std::uint8_t*>(bytes);
}
std::uint8_t* as_lzma(std::byte* bytes) {
  // unsigned char may look at any object.
  return reinterpret_cast<std::uint8_t*>(bytes);
}

std::uint32_t checksum_of(Bytes bytes) {
  return ::lzma_crc32(as_lzma(bytes.data()), bytes.size(), 0);
}

// Reads all of `into`; false if the archive ends before.
bool read_all(ByteSource& archive, std::uint64_t offset_bytes, std::span<std::byte> into) {
  return archive.read_at(offset_bytes, into) == into.size();
}

Refusal damaged(std::string why) { return {GapKind::kDamaged, std::move(why)}; }

Refusal wrong_checksum(std::string_view of, std::uint32_t found, std::uint32_t stated) {
  return damaged(fmt::format("{} has the checksum {:#010x} and not {:#010x} as stated", of, found,
                             stated));
}

// Nothing if a directory of so many bytes may be taken into memory.
std::optional<Refusal> check_size(std::uint64_t bytes, std::string_view what,
                                  const Limits& limits) {
  if (bytes <= limits.archive_directory_bytes) return std::nullopt;
  return Refusal{GapKind::kLimit,
                 fmt::format("the limit archive-directory-bytes ({}) was reached: {} has {} bytes",
                             limits.archive_directory_bytes, what, bytes)};
}

// Where the start header says that the directory is.
struct Start {
  std::uint64_t packed_end_bytes = 0;  // from the end of the start header; there it begins
  std::uint64_t directory_bytes = 0;
  std::uint32_t checksum = 0;
};

std::optional<Refusal> read_start(ByteSource& archive, Start& start) {
  std::array<std::byte, kStartBytes> bytes{};
  if (!read_all(archive, 0, bytes))
    return Refusal{GapKind::kTruncated, "it ends inside its start header"};
  const auto stated = load_le<std::uint32_t>(&bytes[8]);
  const std::uint32_t found = checksum_of(Bytes(bytes).subspan(12));
  if (found != stated) return wrong_checksum("its start header", found, stated);
  start.packed_end_bytes = load_le<std::uint64_t>(&bytes[12]);
  start.directory_bytes = load_le<std::uint64_t>(&bytes[20]);
  start.checksum = load_le<std::uint32_t>(&bytes[28]);
  return std::nullopt;
}

std::optional<Refusal> read_stored(ByteSource& archive, const Start& start, const Limits& limits,
                                   std::vector<std::byte>& directory) {
  if (auto refusal = check_size(start.directory_bytes, "its directory", limits)) return refusal;
  const std::uint64_t behind_start = archive.size_bytes() - kStartBytes;
  if (start.packed_end_bytes > behind_start ||
      start.directory_bytes > behind_start - start.packed_end_bytes) {
    return Refusal{GapKind::kTruncated,
                   fmt::format("its directory of {} bytes begins {} bytes behind its start header, "
                               "where only {} bytes follow", start.directory_bytes,
                               start.packed_end_bytes, behind_start)};
  }
  directory.resize(static_cast<std::size_t>(start.directory_bytes));
  if (!read_all(archive, kStartBytes + start.packed_end_bytes, directory))
    return Refusal{GapKind::kTruncated, "its directory cannot be read to its end"};
  const std::uint32_t found = checksum_of(directory);
  if (found != start.checksum) return wrong_checksum("its directory", found, start.checksum);
  return std::nullopt;
}

// The one coder of a packed directory.
class DirectoryDecoder {
 public:
  // False if there is no such coder.
  bool open(const SevenZipFolder& folder) {
    std::array<lzma_filter, 2> filters{};
    filters[0].id = folder.first_method == method::kLzma ? LZMA_FILTER_LZMA1 : LZMA_FILTER_LZMA2;
    filters[1].id = LZMA_VLI_UNKNOWN;
    const Bytes properties = folder.first_properties;
    if (::lzma_properties_decode(filters.data(), nullptr, as_lzma(properties.data()),
                                 properties.size()) != LZMA_OK)
      return false;
    const std::unique_ptr<lzma_options_lzma, void (*)(void*)> options(
        static_cast<lzma_options_lzma*>(filters[0].options), std::free);
    // Nothing farther back than its beginning is ever looked for.
    const std::uint64_t needed_bytes =
        std::max<std::uint64_t>(folder.unpacked_bytes, LZMA_DICT_SIZE_MIN);
    if (options->dict_size > needed_bytes)
      options->dict_size = static_cast<std::uint32_t>(needed_bytes);
    return ::lzma_raw_decoder(&stream_, filters.data()) == LZMA_OK;
  }

  DirectoryDecoder() = default;
  ~DirectoryDecoder() { ::lzma_end(&stream_); }
  DirectoryDecoder(const DirectoryDecoder&) = delete;
  DirectoryDecoder& operator=(const DirectoryDecoder&) = delete;

  void give_room(std::span<std::byte> into) {
    stream_.next_out = as_lzma(into.data());
    stream_.avail_out = into.size();
  }

  // False if nothing further can be decoded.
  bool decode(Bytes packed) {
    stream_.next_in = as_lzma(packed.data());
    stream_.avail_in = packed.size();
    lzma_ret result = LZMA_OK;
    while (result == LZMA_OK && stream_.avail_in > 0 && stream_.avail_out > 0)
      result = ::lzma_code(&stream_, LZMA_RUN);
    used_bytes_ += packed.size() - stream_.avail_in;
    return result == LZMA_OK;
  }

  std::uint64_t used_bytes() const { return used_bytes_; }
  std::uint64_t room_bytes() const { return stream_.avail_out; }

 private:
  lzma_stream stream_ = LZMA_STREAM_INIT;
  std::uint64_t used_bytes_ = 0;
};

std::optional<Refusal> unpack(ByteSource& archive, const SevenZipFolder& folder,
                              std::uint64_t packed_begin_bytes, std::uint64_t packed_bytes,
                              std::span<std::byte> into) {
  DirectoryDecoder decoder;
  if (!decoder.open(folder)) return damaged("its directory is packed in a way that does not exist");
  decoder.give_room(into);
  std::vector<std::byte> block(kPackedBlockBytes);
  std::uint64_t taken_bytes = 0;
  bool goes_on = true;
  while (goes_on && taken_bytes < packed_bytes && decoder.room_bytes() > 0) {
    const std::uint64_t step =
        std::min<std::uint64_t>(block.size(), packed_bytes - taken_bytes);
    const std::span<std::byte> piece = std::span(block).first(static_cast<std::size_t>(step));
    if (!read_all(archive, packed_begin_bytes + taken_bytes, piece))
      return Refusal{GapKind::kTruncated, "its packed directory cannot be read to its end"};
    taken_bytes += step;
    goes_on = decoder.decode(piece);
  }
  if (decoder.room_bytes() > 0) {
    return damaged(fmt::format("its directory was unpacked to byte {} of {} and no further",
                               into.size() - decoder.room_bytes(), into.size()));
  }
  if (packed_bytes - decoder.used_bytes() > kPackedRestBytesMax) {
    return damaged(fmt::format("its directory of {} bytes is packed in {}, of which only {} are "
                               "needed", into.size(), packed_bytes, decoder.used_bytes()));
  }
  return std::nullopt;
}

std::optional<Refusal> unpack_folder(ByteSource& archive, const SevenZipStreams& streams,
                                     const Limits& limits, std::vector<std::byte>& directory) {
  const SevenZipFolder& folder = streams.folders[0];
  const std::uint64_t packed_begin_bytes = kStartBytes + streams.packed_begin_bytes;
  const std::uint64_t packed_bytes = streams.packed_bytes[0];
  const std::uint64_t method = folder.first_method;
  const bool is_known =
      method == method::kCopy || method == method::kLzma || method == method::kLzma2;
  if (folder.coders_count != 1 || folder.packed_count != 1 || folder.outs_count != 1 || !is_known) {
    return Refusal{GapKind::kUnsupported,
                   fmt::format("its directory is packed by {} coders, the first of them {:#x}",
                               folder.coders_count, method)};
  }
  for (const auto& [bytes, what] :
       {std::pair{folder.unpacked_bytes, "its directory"},
        std::pair{packed_bytes, "its packed directory"}}) {
    if (auto refusal = check_size(bytes, what, limits)) return refusal;
  }
  std::vector<std::byte> unpacked(static_cast<std::size_t>(folder.unpacked_bytes));
  std::optional<Refusal> refusal;
  if (method != method::kCopy) {
    refusal = unpack(archive, folder, packed_begin_bytes, packed_bytes, unpacked);
  } else if (packed_bytes != unpacked.size() ||
             !read_all(archive, packed_begin_bytes, unpacked)) {
    refusal = damaged(fmt::format("its directory of {} bytes is stored in {}", unpacked.size(),
                                  packed_bytes));
  }
  if (refusal) return refusal;
  const std::uint32_t found = checksum_of(unpacked);
  if (folder.has_checksum && found != folder.checksum)
    return wrong_checksum("its unpacked directory", found, folder.checksum);
  directory = std::move(unpacked);
  return std::nullopt;
}

// Replaces the record of a packed directory by the directory. Empty if it is encrypted.
std::optional<Refusal> replace_packed(ByteSource& archive, const Start& start,
                                      const Limits& limits, std::vector<std::byte>& directory) {
  SevenZipCursor record(directory, "the record of its packed directory");
  record.expect(id::kEncodedHeader, "its begin");
  const SevenZipStreams streams = read_seven_zip_streams(record, start.packed_end_bytes, limits);
  if (record.left_bytes() > 0)
    record.refuse(GapKind::kDamaged, fmt::format("{} bytes too many", record.left_bytes()));
  if (record.ok() && streams.folders.size() != 1)
    record.refuse(GapKind::kUnsupported, fmt::format("{} folders", streams.folders.size()));
  if (!record.ok()) return record.refusal();
  if (!streams.folders[0].encrypted) return unpack_folder(archive, streams, limits, directory);
  directory.clear();
  return std::nullopt;
}

// What the directory says of members that matters here.
struct Files {
  std::uint64_t count = 0;
  std::optional<std::vector<bool>> empty;  // of each, if it has no content
  std::uint64_t empty_count = 0;
  Bytes attributes;                        // four bytes for each, or none at all
  bool has_names = false;
};

void refuse_elsewhere(SevenZipCursor& cursor, std::string_view what) {
  if (cursor.byte() != 0)
    cursor.refuse(GapKind::kUnsupported, fmt::format("{} that are kept elsewhere", what));
}

void read_names(SevenZipCursor& cursor, std::uint64_t size_bytes, Files& files) {
  if (files.has_names) cursor.refuse(GapKind::kDamaged, "names for the second time");
  files.has_names = true;
  refuse_elsewhere(cursor, "names");
  const Bytes names = cursor.take(size_bytes - std::min<std::uint64_t>(size_bytes, 1));
  std::uint64_t names_count = 0;
  bool ended = true;
  for (std::size_t i = 0; i + 1 < names.size(); i += 2) {
    ended = names[i] == std::byte{0} && names[i + 1] == std::byte{0};
    names_count += ended ? 1 : 0;
  }
  if (names_count != files.count || !ended || names.size() % 2 != 0)
    cursor.refuse(GapKind::kDamaged,
                  fmt::format("{} whole names of {} members", names_count, files.count));
}

void read_times(SevenZipCursor& cursor, const Files& files) {
  std::uint64_t times_count = files.count;
  if (cursor.byte() == 0) {
    const std::vector<bool> defined = cursor.bits(files.count);
    times_count = static_cast<std::uint64_t>(std::count(defined.begin(), defined.end(), true));
  }
  refuse_elsewhere(cursor, "times");
  cursor.take(times_count * sizeof(std::uint64_t));
}

// libarchive looks for the bits that say which members have attributes one byte too late.
void read_attributes(SevenZipCursor& cursor, Files& files) {
  if (!files.attributes.empty()) cursor.refuse(GapKind::kDamaged, "attributes for the second time");
  if (cursor.byte() == 0)
    cursor.refuse(GapKind::kUnsupported, "attributes of some members and not of the others");
  refuse_elsewhere(cursor, "attributes");
  files.attributes = cursor.take(files.count * sizeof(std::uint32_t));
}

void read_empty(SevenZipCursor& cursor, Files& files) {
  if (files.empty)
    cursor.refuse(GapKind::kDamaged, "for the second time the members without content");
  files.empty = cursor.bits(files.count);
  files.empty_count =
      static_cast<std::uint64_t>(std::count(files.empty->begin(), files.empty->end(), true));
}

void read_property(SevenZipCursor& cursor, std::uint8_t type, Files& files) {
  const std::uint64_t size_bytes = cursor.number();
  const std::uint64_t begin = cursor.position_bytes();
  switch (type) {
    case id::kEmptyStream: read_empty(cursor, files); break;
    case id::kEmptyFile:
    case id::kAnti: cursor.bits(files.empty_count); break;
    case id::kCreated:
    case id::kAccessed:
    case id::kModified: read_times(cursor, files); break;
    case id::kName: read_names(cursor, size_bytes, files); break;
    case id::kAttributes: read_attributes(cursor, files); break;
    default: cursor.take(size_bytes);
  }
  // libarchive does not ask where a property ends: it would go on elsewhere.
  if (cursor.position_bytes() - begin != size_bytes)
    cursor.refuse(GapKind::kDamaged, fmt::format("a property {:#04x} that states {} bytes and "
                                                 "takes {}", type, size_bytes,
                                                 cursor.position_bytes() - begin));
}

Files read_files(SevenZipCursor& cursor, const Limits& limits) {
  Files files;
  files.count = cursor.count("archive-entries", limits.archive_entries, "members");
  while (cursor.ok()) {
    const std::uint8_t type = cursor.byte();
    if (type == id::kEnd) break;
    read_property(cursor, type, files);
  }
  return files;
}

// The target of a symbolic link is its content, and is unpacked with its header.
std::optional<Refusal> check_links(const Files& files, const SevenZipStreams& streams) {
  constexpr std::uint32_t kKindOfFile = 0170000;
  constexpr std::uint32_t kLink = 0120000;
  std::size_t content_index = 0;
  for (std::size_t i = 0; i < files.count; ++i) {
    if (files.empty && (*files.empty)[i]) continue;
    if (content_index >= streams.members_bytes.size()) {
      return damaged(fmt::format("its directory has content of {} members, and more that should "
                                 "have some", content_index));
    }
    const std::uint64_t bytes = streams.members_bytes[content_index++];
    if (files.attributes.empty() || bytes <= kLinkBytesMax) continue;
    const std::uint32_t mode = load_le<std::uint32_t>(&files.attributes[4 * i]) >> 16U;
    if ((mode & kKindOfFile) != kLink) continue;
    return damaged(fmt::format("member {} is a symbolic link with a target of {} bytes, and no "
                               "system takes more than {}", i + 1, bytes, kLinkBytesMax));
  }
  return std::nullopt;
}

std::optional<Refusal> check_directory(Bytes directory, const Start& start, const Limits& limits) {
  SevenZipCursor cursor(directory, "its directory");
  cursor.expect(id::kHeader, "its begin");
  std::uint8_t next = cursor.byte();
  if (next == id::kArchiveProperties || next == id::kAdditionalStreams)
    cursor.refuse(GapKind::kUnsupported,
                  next == id::kArchiveProperties ? "properties of the archive"
                                                 : "streams for its own use");
  SevenZipStreams streams;
  if (next == id::kMainStreams) {
    streams = read_seven_zip_streams(cursor, start.packed_end_bytes, limits);
    next = cursor.byte();
  }
  Files files;
  if (next == id::kFiles) {
    files = read_files(cursor, limits);
    next = cursor.byte();
  }
  if (next != id::kEnd || cursor.left_bytes() > 0)
    cursor.refuse(GapKind::kDamaged, fmt::format("{:#04x} instead of its end", next));
  return cursor.ok() ? check_links(files, streams) : cursor.refusal();
}

}  // namespace

std::optional<Refusal> refusal_of_seven_zip(ByteSource& archive, const Limits& limits) {
  Start start;
  if (auto refusal = read_start(archive, start)) return refusal;
  if (start.directory_bytes == 0) return std::nullopt;  // it has no members
  std::vector<std::byte> directory;
  if (auto refusal = read_stored(archive, start, limits, directory)) return refusal;
  if (directory[0] == std::byte{id::kEncodedHeader}) {
    if (auto refusal = replace_packed(archive, start, limits, directory)) return refusal;
    if (directory.empty()) return std::nullopt;
  }
  return check_directory(directory, start, limits);
}

}  // namespace pugmark::unpack

#include "evidence/unpack/seven_zip_streams.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace pugmark::unpack {
namespace {

namespace id = seven_zip_id;
namespace method = seven_zip_method;

// libarchive takes up to four coders. None of them has more streams than BCJ2, which has four.
constexpr std::uint64_t kCodersMax = 4;
constexpr std::uint64_t kCoderStreamsMax = 4;
constexpr std::uint64_t kMethodBytesMax = 8;
constexpr std::uint64_t kBytesMax = std::numeric_limits<std::int64_t>::max();
// LZMA gives at most 273 bytes for a match, which costs a third of a bit at least: 7,045 to 1.
constexpr std::uint64_t kLzmaRatioMax = 8'192;

struct Coder {
  std::uint64_t method = 0;
  std::uint64_t ins_count = 1;
  std::uint64_t outs_count = 1;
  Bytes properties;
};

struct Pair {
  std::uint64_t in = 0;
  std::uint64_t out = 0;
};

// What a folder is made of: kept only until it is known what of it matters.
struct Parts {
  std::vector<Coder> coders;
  std::vector<Pair> pairs;
  std::uint64_t ins_count = 0;
  std::uint64_t outs_count = 0;
};

std::uint64_t lzma2_dictionary_bytes(std::uint8_t property) {
  if (property >= 40) return std::numeric_limits<std::uint32_t>::max();
  return std::uint64_t{2U | (property & 1U)} << (property / 2U + 11U);
}

// Of properties of another length no decoder can be made.
std::uint64_t dictionary_bytes(const Coder& coder) {
  if (coder.method == method::kLzma && coder.properties.size() == 5)
    return load_le<std::uint32_t>(coder.properties.data() + 1);
  if (coder.method == method::kLzma2 && coder.properties.size() == 1)
    return lzma2_dictionary_bytes(std::to_integer<std::uint8_t>(coder.properties[0]));
  return 0;
}

std::uint64_t model_bytes(const Coder& coder) {
  const bool is_model = coder.method == method::kPpmd && coder.properties.size() >= 5;
  return is_model ? load_le<std::uint32_t>(coder.properties.data() + 1) : 0;
}

Coder read_coder(SevenZipCursor& cursor) {
  Coder coder;
  const unsigned flags = cursor.byte();
  const unsigned method_bytes = flags & 0x0FU;
  if ((flags & 0xC0U) != 0 || method_bytes > kMethodBytesMax)
    cursor.refuse(GapKind::kUnsupported, fmt::format("a coder of the unknown form {:#04x}", flags));
  for (const std::byte part : cursor.take(method_bytes))
    coder.method = coder.method << 8U | std::to_integer<std::uint64_t>(part);
  if ((flags & 0x10U) != 0) {
    coder.ins_count = cursor.number();
    coder.outs_count = cursor.number();
  }
  if (coder.ins_count > kCoderStreamsMax || coder.outs_count > kCoderStreamsMax)
    cursor.refuse(GapKind::kUnsupported, fmt::format("a coder of {} and {} streams",
                                                     coder.ins_count, coder.outs_count));
  if ((flags & 0x20U) != 0) coder.properties = cursor.take(cursor.number());
  return coder;
}

Parts read_parts(SevenZipCursor& cursor) {
  Parts parts;
  const std::uint64_t coders_count = cursor.number();
  if (cursor.ok() && (coders_count == 0 || coders_count > kCodersMax))
    cursor.refuse(GapKind::kUnsupported, fmt::format("a folder of {} coders", coders_count));
  for (std::uint64_t i = 0; i < coders_count && cursor.ok(); ++i) {
    parts.coders.push_back(read_coder(cursor));
    parts.ins_count += parts.coders.back().ins_count;
    parts.outs_count += parts.coders.back().outs_count;
  }
  if (cursor.ok() && (parts.outs_count == 0 || parts.ins_count < parts.outs_count)) {
    cursor.refuse(GapKind::kDamaged, fmt::format("a folder of {} and {} streams", parts.ins_count,
                                                 parts.outs_count));
  }
  for (std::uint64_t i = 1; i < parts.outs_count && cursor.ok(); ++i) {
    const std::uint64_t in = cursor.number();
    const std::uint64_t out = cursor.number();
    if (in >= parts.ins_count || out >= parts.outs_count)
      cursor.refuse(GapKind::kDamaged, fmt::format("streams {} and {} bound, which are not there",
                                                   in, out));
    parts.pairs.push_back({in, out});
  }
  return parts;
}

// The last stream that goes into no other coder: so libarchive looks for what a folder gives.
std::uint64_t last_out(const Parts& parts) {
  for (std::uint64_t out = parts.outs_count; out-- > 0;) {
    const auto goes_on = [&](const Pair& pair) { return pair.out == out; };
    if (std::none_of(parts.pairs.begin(), parts.pairs.end(), goes_on)) return out;
  }
  return 0;
}

// BCJ2 puts together a main stream, decoded as it goes, and others that libarchive decodes whole.
// Those that come out of another coder, as bits.
std::uint16_t held_outs(const Parts& parts) {
  constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t main_in = 0;
  std::uint64_t main_out = kNone;
  const std::vector<Coder>& coders = parts.coders;
  for (std::size_t i = 0; i < coders.size() && coders[i].method != method::kBcj2; ++i)
    main_in += coders[i].ins_count;
  for (const Pair& pair : parts.pairs) {
    if (pair.in == main_in) main_out = pair.out;
  }
  // In this form libarchive goes by the order of the coders and not by how they are bound.
  if (coders.size() == 4 && coders[3].method == method::kBcj2 && !parts.pairs.empty() &&
      parts.pairs[0].in == 5)
    main_out = 2;
  std::uint16_t held = 0;
  for (std::uint64_t out = 0; out < parts.outs_count; ++out) {
    if (out != main_out && out != last_out(parts))
      held = static_cast<std::uint16_t>(held | 1U << out);
  }
  return held;
}

SevenZipFolder read_folder(SevenZipCursor& cursor) {
  SevenZipFolder folder;
  const Parts parts = read_parts(cursor);
  if (!cursor.ok()) return folder;
  const std::uint64_t packed_count = parts.ins_count - parts.pairs.size();
  for (std::uint64_t i = 0; packed_count > 1 && i < packed_count; ++i) {
    if (cursor.number() >= parts.ins_count)
      cursor.refuse(GapKind::kDamaged, "a packed stream for a coder that is not there");
  }
  folder.first_method = parts.coders[0].method;
  folder.first_properties = parts.coders[0].properties;
  folder.coders_count = static_cast<std::uint8_t>(parts.coders.size());
  folder.packed_count = static_cast<std::uint8_t>(packed_count);
  folder.outs_count = static_cast<std::uint8_t>(parts.outs_count);
  folder.last_out = static_cast<std::uint8_t>(last_out(parts));
  for (const Coder& coder : parts.coders) {
    folder.dictionary_bytes = std::max(folder.dictionary_bytes, dictionary_bytes(coder));
    folder.model_bytes = std::max(folder.model_bytes, model_bytes(coder));
    folder.has_bcj2 = folder.has_bcj2 || coder.method == method::kBcj2;
    folder.encrypted = folder.encrypted || coder.method == method::kAes;
  }
  if (folder.has_bcj2) folder.held_outs = held_outs(parts);
  return folder;
}

// One flag for all or one for each, and the checksums of those that have one. Hands each of these
// to `take` with its number.
template <typename Take>
void read_checksums(SevenZipCursor& cursor, std::uint64_t count, Take take) {
  std::vector<bool> defined;
  const bool all = cursor.byte() != 0;
  if (!all) defined = cursor.bits(count);
  for (std::uint64_t i = 0; i < count && cursor.ok(); ++i) {
    if (all || defined[static_cast<std::size_t>(i)]) take(i, cursor.checksum());
  }
}

// The end of what is said of `what`, behind checksums that are not needed here, if there are any.
void read_end(SevenZipCursor& cursor, std::uint8_t next, std::uint64_t checksums_count,
              std::string_view what) {
  if (next == id::kChecksum) {
    read_checksums(cursor, checksums_count, [](std::uint64_t, std::uint32_t) {});
    next = cursor.byte();
  }
  if (next != id::kEnd)
    cursor.refuse(GapKind::kDamaged,
                  fmt::format("{:#04x} instead of the end of what is said of {}", next, what));
}

void read_packed_sizes(SevenZipCursor& cursor, std::uint64_t packed_end_bytes,
                       const Limits& limits, SevenZipStreams& streams) {
  streams.packed_begin_bytes = cursor.number();
  const std::uint64_t count =
      cursor.count("archive-entries", limits.archive_entries, "packed streams");
  cursor.expect(id::kSize, "the sizes of packed streams");
  std::uint64_t left_bytes = packed_end_bytes;
  left_bytes -= std::min(left_bytes, streams.packed_begin_bytes);
  for (std::uint64_t i = 0; i < count && cursor.ok(); ++i) {
    streams.packed_bytes.push_back(cursor.number());
    if (streams.packed_bytes.back() > left_bytes ||
        streams.packed_begin_bytes > packed_end_bytes)
      cursor.refuse(GapKind::kDamaged, fmt::format("a packed stream {} that ends behind the place "
                                                   "where the directory begins", i));
    left_bytes -= std::min(left_bytes, streams.packed_bytes.back());
  }
  read_end(cursor, cursor.byte(), count, "packed streams");
}

void read_unpacked_sizes(SevenZipCursor& cursor, SevenZipFolder& folder) {
  for (std::uint8_t out = 0; out < folder.outs_count && cursor.ok(); ++out) {
    const std::uint64_t bytes = cursor.number();
    if (bytes > kBytesMax)
      cursor.refuse(GapKind::kDamaged, fmt::format("a folder of {} bytes", bytes));
    if (out == folder.last_out) folder.unpacked_bytes = bytes;
    const bool is_held = (folder.held_outs >> out & 1U) != 0;
    if (is_held) folder.held_bytes += std::min(bytes, kBytesMax - folder.held_bytes);
  }
}

void read_folders(SevenZipCursor& cursor, const Limits& limits, SevenZipStreams& streams) {
  cursor.expect(id::kFolder, "folders");
  const std::uint64_t count = cursor.count("archive-entries", limits.archive_entries, "folders");
  if (cursor.byte() != 0)
    cursor.refuse(GapKind::kUnsupported, "folders that are kept elsewhere");
  for (std::uint64_t i = 0; i < count && cursor.ok(); ++i)
    streams.folders.push_back(read_folder(cursor));
  cursor.expect(id::kUnpackSize, "the sizes of folders");
  for (SevenZipFolder& folder : streams.folders) read_unpacked_sizes(cursor, folder);
  std::uint8_t next = cursor.byte();
  if (next == id::kChecksum) {
    read_checksums(cursor, count, [&](std::uint64_t i, std::uint32_t checksum) {
      streams.folders[static_cast<std::size_t>(i)].has_checksum = true;
      streams.folders[static_cast<std::size_t>(i)].checksum = checksum;
    });
    next = cursor.byte();
  }
  if (next != id::kEnd)
    cursor.refuse(GapKind::kDamaged,
                  fmt::format("{:#04x} instead of the end of what is said of folders", next));
}

// How many members are in each folder. Returns the byte behind.
std::uint8_t read_members_counts(SevenZipCursor& cursor, const Limits& limits,
                                 SevenZipStreams& streams) {
  const std::uint8_t next = cursor.byte();
  if (next != id::kStreamsCount) return next;
  std::uint64_t all_count = 0;
  for (SevenZipFolder& folder : streams.folders) {
    folder.members_count =
        cursor.count("archive-entries", limits.archive_entries, "members with content");
    all_count += folder.members_count;
    if (all_count <= limits.archive_entries) continue;
    cursor.refuse_at_limit("archive-entries", limits.archive_entries,
                           fmt::format("{} or more members with content", all_count));
    return 0;
  }
  return cursor.byte();
}

// Of the members of a folder all sizes but the last are given; that one is the rest.
void take_members_sizes(SevenZipCursor& cursor, const SevenZipFolder& folder, bool given,
                        SevenZipStreams& streams) {
  if (folder.members_count == 0) return;
  if (!given && folder.members_count > 1)
    cursor.refuse(GapKind::kDamaged, "no sizes of the members of a folder");
  std::uint64_t left_bytes = folder.unpacked_bytes;
  for (std::uint64_t i = 1; i < folder.members_count && cursor.ok(); ++i) {
    const std::uint64_t bytes = cursor.number();
    if (bytes > left_bytes)
      cursor.refuse(GapKind::kDamaged, "a member that is larger than its folder");
    streams.members_bytes.push_back(bytes);
    left_bytes -= std::min(left_bytes, bytes);
  }
  streams.members_bytes.push_back(left_bytes);
}

void read_members(SevenZipCursor& cursor, const Limits& limits, SevenZipStreams& streams) {
  std::uint8_t next = read_members_counts(cursor, limits, streams);
  const bool given = next == id::kSize;
  std::uint64_t checksums_count = 0;
  for (const SevenZipFolder& folder : streams.folders) {
    if (!cursor.ok()) return;
    take_members_sizes(cursor, folder, given, streams);
    if (folder.members_count != 1 || !folder.has_checksum) checksums_count += folder.members_count;
  }
  if (given) next = cursor.byte();
  read_end(cursor, next, checksums_count, "members with content");
}

// An LZMA decoder keeps what came out, up to its dictionary. How much that is depends on what goes
// in alone: libarchive decodes packed streams to their end, whatever size is given for them.
std::uint64_t window_bytes(const SevenZipFolder& folder, std::uint64_t packed_bytes) {
  if (packed_bytes >= folder.dictionary_bytes / kLzmaRatioMax) return folder.dictionary_bytes;
  return packed_bytes * kLzmaRatioMax;
}

void check_windows(SevenZipCursor& cursor, const Limits& limits, const SevenZipStreams& streams) {
  const std::uint64_t most = limits.archive_window_bytes;
  const auto refuse = [&](std::uint64_t bytes, std::size_t number, std::string_view what) {
    if (bytes > most)
      cursor.refuse_at_limit("archive-window-bytes", most,
                             fmt::format("a folder {} with {} of {} bytes", number, what, bytes));
  };
  std::size_t packed_index = 0;
  for (std::size_t i = 0; i < streams.folders.size() && cursor.ok(); ++i) {
    const SevenZipFolder& folder = streams.folders[i];
    if (folder.packed_count > streams.packed_bytes.size() - packed_index) {
      cursor.refuse(GapKind::kDamaged, fmt::format("too few packed streams for folder {}", i));
      return;
    }
    std::uint64_t packed_bytes = 0;
    for (std::uint8_t k = 0; k < folder.packed_count; ++k)
      packed_bytes += streams.packed_bytes[packed_index + k];
    refuse(window_bytes(folder, packed_bytes), i, "a dictionary");
    refuse(folder.model_bytes, i, "a PPMd model");
    if (folder.has_bcj2) {
      const std::uint64_t main_bytes = streams.packed_bytes[packed_index];
      refuse(folder.held_bytes + (packed_bytes - main_bytes), i, "parts of BCJ2");
    }
    packed_index += folder.packed_count;
  }
}

}  // namespace

SevenZipStreams read_seven_zip_streams(SevenZipCursor& cursor, std::uint64_t packed_end_bytes,
                                       const Limits& limits) {
  SevenZipStreams streams;
  std::uint8_t next = cursor.byte();
  if (next == id::kPackInfo) {
    read_packed_sizes(cursor, packed_end_bytes, limits, streams);
    next = cursor.byte();
  }
  if (next == id::kUnpackInfo) {
    read_folders(cursor, limits, streams);
    next = cursor.byte();
  }
  if (next == id::kSubStreams) {
    read_members(cursor, limits, streams);
    next = cursor.byte();
  } else {
    for (const SevenZipFolder& folder : streams.folders)
      streams.members_bytes.push_back(folder.unpacked_bytes);
  }
  if (next != id::kEnd)
    cursor.refuse(GapKind::kDamaged,
                  fmt::format("{:#04x} instead of the end of what is said of streams", next));
  if (cursor.ok()) check_windows(cursor, limits, streams);
  return streams;
}

}  // namespace pugmark::unpack

#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "evidence/unpack/seven_zip_cursor.h"

namespace pugmark::unpack {

// Names of parts of the directory (7zFormat.txt, "Property IDs").
namespace seven_zip_id {
inline constexpr std::uint8_t kEnd = 0x00;
inline constexpr std::uint8_t kHeader = 0x01;
inline constexpr std::uint8_t kArchiveProperties = 0x02;
inline constexpr std::uint8_t kAdditionalStreams = 0x03;
inline constexpr std::uint8_t kMainStreams = 0x04;
inline constexpr std::uint8_t kFiles = 0x05;
inline constexpr std::uint8_t kPackInfo = 0x06;
inline constexpr std::uint8_t kUnpackInfo = 0x07;
inline constexpr std::uint8_t kSubStreams = 0x08;
inline constexpr std::uint8_t kSize = 0x09;
inline constexpr std::uint8_t kChecksum = 0x0A;
inline constexpr std::uint8_t kFolder = 0x0B;
inline constexpr std::uint8_t kUnpackSize = 0x0C;
inline constexpr std::uint8_t kStreamsCount = 0x0D;
inline constexpr std::uint8_t kEmptyStream = 0x0E;
inline constexpr std::uint8_t kEmptyFile = 0x0F;
inline constexpr std::uint8_t kAnti = 0x10;
inline constexpr std::uint8_t kName = 0x11;
inline constexpr std::uint8_t kCreated = 0x12;
inline constexpr std::uint8_t kAccessed = 0x13;
inline constexpr std::uint8_t kModified = 0x14;
inline constexpr std::uint8_t kAttributes = 0x15;
inline constexpr std::uint8_t kEncodedHeader = 0x17;
}  // namespace seven_zip_id

// Numbers of codecs, of as many bytes as the directory likes.
namespace seven_zip_method {
inline constexpr std::uint64_t kCopy = 0x00;
inline constexpr std::uint64_t kLzma2 = 0x21;
inline constexpr std::uint64_t kLzma = 0x030101;
inline constexpr std::uint64_t kPpmd = 0x030401;
inline constexpr std::uint64_t kBcj2 = 0x0303011B;
inline constexpr std::uint64_t kAes = 0x06F10701;
}  // namespace seven_zip_method

// One chain of decoders, and what goes in and comes out of it.
struct SevenZipFolder {
  std::uint64_t first_method = 0;      // of its first coder
  Bytes first_properties;              // likewise; part of the directory
  std::uint8_t coders_count = 0;
  std::uint8_t packed_count = 0;       // packed streams that go in
  std::uint8_t outs_count = 0;         // streams that come out of its coders
  std::uint8_t last_out = 0;           // the one of them that goes into no other coder
  std::uint16_t held_outs = 0;         // a bit for each that is kept whole, for BCJ2
  bool has_bcj2 = false;
  bool encrypted = false;
  bool has_checksum = false;
  std::uint32_t checksum = 0;
  std::uint64_t dictionary_bytes = 0;  // the largest of LZMA and LZMA2
  std::uint64_t model_bytes = 0;       // the largest of PPMd
  std::uint64_t held_bytes = 0;        // what has to be kept whole
  std::uint64_t unpacked_bytes = 0;
  std::uint64_t members_count = 1;     // with content, all of them in `unpacked_bytes`
};

struct SevenZipStreams {
  std::uint64_t packed_begin_bytes = 0;  // from the end of the start header
  std::vector<std::uint64_t> packed_bytes;
  std::vector<SevenZipFolder> folders;
  std::vector<std::uint64_t> members_bytes;  // of members with content, in their order
};

// Reads the part that describes streams, behind its first byte. `packed_end_bytes` is where the
// packed streams have to end. The cursor says if it is refused: damage, more than
// `archive-entries`, or a decoder that keeps more than `archive-window-bytes`.
SevenZipStreams read_seven_zip_streams(SevenZipCursor& cursor, std::uint64_t packed_end_bytes,
                                       const Limits& limits);

}  // namespace pugmark::unpack

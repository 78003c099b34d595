#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace pugmark::unpack {

// What an item is packed as. Only formats that begin with something no log begins with.
enum class Packing : std::uint8_t {
  kNone,
  // Archives
  kZip,
  kSevenZip,
  kTar,
  kCpio,
  kAr,
  kCab,
  kRar,
  kRar5,
  // One compressed stream
  kGzip,
  kBzip2,
  kXz,
  kZstd,
  kLz4,
};

// Enough bytes for recognise().
inline constexpr std::size_t kHeadBytes = 512;

// Decides by the first bytes of an item (APPNOTE.TXT 4.3.7 and 4.3.16; 7zFormat.txt; POSIX pax and
// the checksum of V7 tar; cpio "newc" and "odc" with their whole header in digits; RFC 1952; xz
// file format 1.1.0; RFC 8878; LZ4 frame format 1.6; [MS-CAB] 2.1; RAR technote).
Packing recognise(Bytes head);

// "zip", "7z", "tar", "gzip", ...: the type of the item.
std::string_view type_name(Packing packing);

// One compressed stream: what comes out is one member, or a tar or cpio archive.
bool is_stream(Packing packing);

// True if libarchive reads it out of order.
bool needs_seek(Packing packing);

// The name of the one member of a compressed file: the last part of `path` without the suffix of
// its compression, "x.evtx.gz" -> "x.evtx", "x.tgz" -> "x.tar". A name without such a suffix is
// kept.
std::string unpacked_name(std::string_view path, Packing packing);

// A member's stored name as it is shown behind "!/". Backslashes become '/', since Windows writes
// both; a '!' before '/' or at the end is doubled, so that "!/" always separates archive and
// member. "..", drive letters and leading slashes stay as they are: nothing is ever written to
// disk.
std::string member_path(std::string_view stored);

}  // namespace pugmark::unpack

#include "evidence/unpack/format.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace pugmark::unpack {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kTarBlockBytes = 512;

bool are_digits(std::string_view text, char highest) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= std::min(highest, '9')) ||
           (highest == 'f' && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')));
  });
}

// The header is all digits: six of magic and thirteen numbers of eight hexadecimal ones, or eleven
// of six or eleven octal ones. Text that merely begins with 070701 is a log.
bool is_cpio(std::string_view head) {
  if (head.starts_with("070701") || head.starts_with("070702"))
    return head.size() >= 110 && are_digits(head.substr(0, 110), 'f');
  return head.starts_with("070707") && head.size() >= 76 && are_digits(head.substr(0, 76), '7');
}

// A number of a tar header: octal digits between blanks and a terminator.
bool is_octal_field(std::string_view field) {
  const std::size_t begin = field.find_first_not_of(' ');
  if (begin == std::string_view::npos || field[begin] == '\0') return true;
  const std::size_t end = std::min(field.find_first_of(" \0"sv, begin), field.size());
  return end > begin && are_digits(field.substr(begin, end - begin), '7');
}

// POSIX "ustar", and V7 by its checksum: the sum of the header's bytes with the checksum itself
// taken as blanks. Old writers summed signed characters.
bool is_tar(std::string_view head) {
  if (head.size() < kTarBlockBytes || head[0] == '\0') return false;
  const std::string_view checksum = head.substr(148, 8);
  if (!is_octal_field(checksum) || checksum.find_first_of("01234567") == std::string_view::npos)
    return false;
  std::int64_t stated = 0;
  for (const char c : checksum) {
    if (c >= '0' && c <= '7') stated = stated * 8 + (c - '0');
  }
  std::int64_t sum = 0;
  std::int64_t signed_sum = 0;
  for (std::size_t i = 0; i < kTarBlockBytes; ++i) {
    const char c = i >= 148 && i < 156 ? ' ' : head[i];
    sum += static_cast<unsigned char>(c);
    signed_sum += static_cast<signed char>(c);
  }
  return stated == sum || stated == signed_sum;
}

bool is_gzip(std::string_view head) {
  // Deflate is the only method; the upper three flags are reserved. What was cut behind that, even
  // inside the header, was gzip all the same.
  return head.starts_with("\x1f\x8b\x08"sv) &&
         (head.size() == 3 || (static_cast<unsigned char>(head[3]) & 0xE0U) == 0);
}

bool is_bzip2(std::string_view head) {
  if (head.size() < 14 || !head.starts_with("BZh") || head[3] < '1' || head[3] > '9') return false;
  const std::string_view block = head.substr(4, 6);
  return block == "1AY&SY"sv || block == "\x17\x72\x45\x38\x50\x90"sv;
}

bool is_zstd(std::string_view head) {
  if (head.size() < 9) return false;
  if (head.starts_with("\x28\xb5\x2f\xfd"sv)) return true;
  // Skippable frames, which parallel compressors put first; a frame must follow somewhere.
  return (static_cast<unsigned char>(head[0]) & 0xF0U) == 0x50 &&
         head.substr(1).starts_with("\x2a\x4d\x18"sv);
}

}  // namespace

Packing recognise(Bytes bytes) {
  const std::string_view head = as_text(bytes);
  if (head.size() >= 22 && (head.starts_with("PK\x03\x04"sv) || head.starts_with("PK\x05\x06"sv) ||
                            head.starts_with("PK\x07\x08PK\x03\x04"sv)))
    return Packing::kZip;
  if (head.size() >= 32 && head.starts_with("7z\xbc\xaf\x27\x1c"sv)) return Packing::kSevenZip;
  if (is_gzip(head)) return Packing::kGzip;
  if (is_bzip2(head)) return Packing::kBzip2;
  if (head.size() >= 32 && head.starts_with("\xfd\x37zXZ\0"sv)) return Packing::kXz;
  if (is_zstd(head)) return Packing::kZstd;
  if (head.size() >= 11 && head.starts_with("\x04\x22\x4d\x18"sv)) return Packing::kLz4;
  if (head.size() >= 20 && head.starts_with("Rar!\x1a\x07\x01\0"sv)) return Packing::kRar5;
  if (head.size() >= 20 && head.starts_with("Rar!\x1a\x07\0"sv)) return Packing::kRar;
  if (head.size() >= 36 && head.starts_with("MSCF\0\0\0\0"sv)) return Packing::kCab;
  if (head.starts_with("!<arch>\n")) return Packing::kAr;
  if (is_tar(head)) return Packing::kTar;
  if (is_cpio(head)) return Packing::kCpio;
  return Packing::kNone;
}

std::string_view type_name(Packing packing) {
  switch (packing) {
    case Packing::kNone: return "unknown";
    case Packing::kZip: return "zip";
    case Packing::kSevenZip: return "7z";
    case Packing::kTar: return "tar";
    case Packing::kCpio: return "cpio";
    case Packing::kAr: return "ar";
    case Packing::kCab: return "cab";
    case Packing::kRar:
    case Packing::kRar5: return "rar";
    case Packing::kGzip: return "gzip";
    case Packing::kBzip2: return "bzip2";
    case Packing::kXz: return "xz";
    case Packing::kZstd: return "zstd";
    case Packing::kLz4: return "lz4";
  }
  return "unknown";
}

bool is_stream(Packing packing) { return packing >= Packing::kGzip; }

bool needs_seek(Packing packing) {
  return packing == Packing::kZip || packing == Packing::kSevenZip;
}

std::string unpacked_name(std::string_view path, Packing packing) {
  struct Suffix {
    Packing packing;
    std::string_view packed, unpacked;
  };
  constexpr std::array<Suffix, 12> kSuffixes = {{{Packing::kGzip, ".gz", ""},
                                                 {Packing::kGzip, ".tgz", ".tar"},
                                                 {Packing::kBzip2, ".bz2", ""},
                                                 {Packing::kBzip2, ".tbz2", ".tar"},
                                                 {Packing::kBzip2, ".tbz", ".tar"},
                                                 {Packing::kXz, ".xz", ""},
                                                 {Packing::kXz, ".txz", ".tar"},
                                                 {Packing::kZstd, ".zst", ""},
                                                 {Packing::kZstd, ".zstd", ""},
                                                 {Packing::kZstd, ".tzst", ".tar"},
                                                 {Packing::kLz4, ".lz4", ""},
                                                 {Packing::kGzip, ".gzip", ""}}};
  const std::string_view name = path.substr(path.find_last_of('/') + 1);
  for (const Suffix& suffix : kSuffixes) {
    if (suffix.packing != packing || name.size() <= suffix.packed.size()) continue;
    const std::string_view front = name.substr(0, name.size() - suffix.packed.size());
    if (equal_ascii_nocase(name.substr(front.size()), suffix.packed))
      return member_path(std::string(front).append(suffix.unpacked));
  }
  return std::string(name);
}

std::string member_path(std::string_view stored) {
  std::string path;
  path.reserve(stored.size());
  std::size_t marks = 0;  // '!' in a row just before here
  for (const char c : stored) {
    const char shown = c == '\\' ? '/' : c;
    if (shown == '/') path.append(marks, '!');
    marks = shown == '!' ? marks + 1 : 0;
    path += shown;
  }
  path.append(marks, '!');
  return path;
}

}  // namespace pugmark::unpack

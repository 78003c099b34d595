#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "evidence/unpack/byte_source.h"

namespace pugmark::unpack {

struct Stretch {
  std::uint64_t offset_bytes = 0;
  std::uint64_t length_bytes = 0;
};

// A member that the directory calls otherwise than the header in front of its bytes.
struct RenamedMember {
  std::uint64_t offset_bytes = 0;  // of that header
  std::string name;                // by the directory; shortened if it is long
  std::string local_name;          // by the header, likewise
};

// What the directory at the end of a zip says of the zip's bytes (APPNOTE.TXT 4.3 and, for the
// 64 bit form, 4.5.3).
struct ZipDirectory {
  // Members from their headers to their last packed bytes, the directory itself and the records
  // that end it; by offset.
  std::vector<Stretch> claimed;
  std::uint64_t members_count = 0;  // that stand in different places
  std::vector<RenamedMember> renamed;
  std::uint64_t renamed_count = 0;  // those beyond `renamed_max` included
};

// Where a directory ends in `zip`, without a look at what it lists: the first byte behind it. Or
// nothing if it has none.
std::optional<std::uint64_t> end_of_zip_directory(ByteSource& zip);

// Reads all of it; nothing if it is missing or broken, or lists more than `members_max`. Bytes in
// front of the zip are no hindrance: self-extracting programs have them. Of renamed members at
// most `renamed_max`. `zip` can seek.
std::optional<ZipDirectory> read_zip_directory(ByteSource& zip, std::uint64_t members_max,
                                               std::size_t renamed_max);

// The stretches of a zip that its directory does not account for: whoever reads by the directory
// never sees what stands there. Behind `content_end_bytes` is only padding. Nothing is said of
// stretches as short as the optional record behind a member.
std::vector<Stretch> unclaimed_stretches(const ZipDirectory& directory,
                                         std::uint64_t content_end_bytes);

}  // namespace pugmark::unpack

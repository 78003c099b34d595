#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "evidence/item.h"
#include "evidence/unpack/byte_source.h"

namespace pugmark::unpack {

// Where a zip says something of a member: in front of its bytes, and in the directory.
struct ZipPlace {
  std::uint64_t local_at = 0;
  std::uint64_t entry_at = 0;
};

// Of all members of the directory at the end, in the order of their bytes, those in one place once:
// the order in which they are read. Empty if the directory is missing or broken, or lists more than
// `members_max`. `source` can seek.
std::vector<ZipPlace> zip_places(ByteSource& source, std::uint64_t members_max);

// What the extra fields of a member say, those of NTFS before those of Unix. The times that every
// member has are those of a clock of no known zone: they say nothing. Nothing either if the member
// there is not named so.
FileAttributes zip_attributes(ByteSource& source, const ZipPlace& place, std::string_view name);

}  // namespace pugmark::unpack

#pragma once

#include <cstdint>
#include <vector>

#include "evidence/unpack/byte_source.h"

namespace pugmark::unpack {

struct Stretch {
  std::uint64_t offset_bytes = 0;
  std::uint64_t length_bytes = 0;
};

// The stretches of a zip that neither its directory nor a member in it accounts for (APPNOTE.TXT
// 4.3): whoever reads by the directory never sees what stands there. `zip` can seek; behind
// `content_end_bytes` it is only padding. Nothing is said of a zip whose directory is missing,
// broken or in the 64 bit form, nor of stretches that are as short as the optional record behind a
// member. At most `stretches_max`, and one behind the end of the directory.
std::vector<Stretch> unclaimed_stretches(ByteSource& zip, std::uint64_t content_end_bytes,
                                         std::size_t stretches_max);

}  // namespace pugmark::unpack

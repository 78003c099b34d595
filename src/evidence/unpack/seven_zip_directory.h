#pragma once

#include <optional>
#include <string>

#include "base/limits.h"
#include "evidence/gap.h"
#include "evidence/unpack/byte_source.h"

namespace pugmark::unpack {

// Why an archive must not be given to the unpacker.
struct Refusal {
  GapKind kind = GapKind::kDamaged;
  std::string why;  // the reason alone, to stand in a sentence
};

// Reads the directory of a 7z (7zFormat.txt) for what its unpacker would do before a byte of it is
// delivered: libarchive unpacks a packed directory to any size, makes room for as many members as
// it names, reads the target of a symbolic link however long it is, and takes a dictionary of any
// size. What goes beyond the limits, is damaged, or could be read there otherwise than here is
// refused. Nothing of the members themselves is read. An encrypted directory is not refused: the
// unpacker looks no further either, and says so. Memory: some times `archive-directory-bytes` and
// `archive-entries`. `archive` can seek and begins with the archive.
std::optional<Refusal> refusal_of_seven_zip(ByteSource& archive, const Limits& limits);

}  // namespace pugmark::unpack

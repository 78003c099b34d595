#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "detect/collect/spill_file.h"
#include "detect/files/file_check.h"
#include "evidence/item.h"

namespace pugmark::files {

// What one worker knows of files. Of each piece it looked at it remembers 32 bytes; what was said
// of it waits in an unlinked temporary file, so memory does not grow with what is found. One thread
// at a time.
class ExaminedStore {
 public:
  struct Piece {
    ItemId item{};
    FileNature nature;
    FileVerdict verdict = FileVerdict::kClean;
    std::uint32_t file = 0;          // which temporary file the report is in
    std::uint32_t report_bytes = 0;  // 0: nothing was said
    std::uint64_t report_at = 0;
    std::uint64_t offset_bytes = 0;  // of the piece in its item
  };
  static_assert(sizeof(Piece) == 32, "millions of files may be handed over");

  ExaminedStore();

  // kIo: the temporary file cannot be written.
  Status add(ItemId item, std::uint64_t offset_bytes, FileNature nature, const FileReport& report);

  // Takes over everything of `other`.
  void merge(ExaminedStore&& other);

  const std::vector<Piece>& pieces() const { return pieces_; }
  std::vector<Piece> take_pieces() { return std::move(pieces_); }

  // kIo, kDamaged: temporary file.
  Result<FileReport> read(const Piece& piece);

 private:
  std::vector<Piece> pieces_;
  std::vector<std::unique_ptr<SpillFile>> spills_;  // the first is written to, the rest taken over
};

}  // namespace pugmark::files

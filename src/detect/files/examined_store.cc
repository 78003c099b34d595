#include "detect/files/examined_store.h"

#include <iterator>
#include <string>
#include <utility>

#include "detect/files/file_report.h"

namespace pugmark::files {

ExaminedStore::ExaminedStore() { spills_.push_back(std::make_unique<SpillFile>()); }

Status ExaminedStore::add(ItemId item, std::uint64_t offset_bytes, FileNature nature,
                          const FileReport& report) {
  Piece piece;
  piece.item = item;
  piece.nature = nature;
  piece.verdict = report.verdict;
  piece.offset_bytes = offset_bytes;
  if (!report.is_empty()) {
    const std::string bytes = pack_report(report);
    auto at = spills_.front()->append(bytes);
    if (!at) return std::move(at).error();
    piece.report_at = at.value();
    piece.report_bytes = static_cast<std::uint32_t>(bytes.size());
  }
  pieces_.push_back(piece);
  return {};
}

void ExaminedStore::merge(ExaminedStore&& other) {
  const auto first_file = static_cast<std::uint32_t>(spills_.size());
  std::move(other.spills_.begin(), other.spills_.end(), std::back_inserter(spills_));
  pieces_.reserve(pieces_.size() + other.pieces_.size());
  for (Piece piece : other.pieces_) {
    piece.file += first_file;
    pieces_.push_back(piece);
  }
  other = ExaminedStore();
}

Result<FileReport> ExaminedStore::read(const Piece& piece) {
  FileReport report;
  if (piece.report_bytes == 0) return report;
  std::string bytes;
  if (auto status = spills_[piece.file]->read(piece.report_at, piece.report_bytes, bytes); !status)
    return std::move(status).error();
  if (auto status = unpack_report(bytes, report); !status) return std::move(status).error();
  return report;
}

}  // namespace pugmark::files

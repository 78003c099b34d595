#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "detect/collect/finding_store.h"
#include "detect/files/examined_store.h"
#include "detect/results.h"

namespace pugmark::files {

// Everything the workers say of files, by file: what is said of one in the light of all others is
// added here, before its findings are made. One thread.
class ExaminedFiles {
 public:
  // An examined file, compactly: there may be a million.
  struct Entry {
    std::uint32_t item = 0;  // index into Gathered::items
    FileNature nature;
    FileVerdict verdict = FileVerdict::kClean;
    std::uint32_t first_piece = 0;
    std::uint32_t pieces_count = 0;
    // What its name and kind say it is executed as (ExaminedFile::language).
    std::string_view language;
  };

  // `items` are those of Gathered, by path, with their index. All but the store outlive this.
  ExaminedFiles(ExaminedStore store, const std::vector<FileRule>& rules,
                const std::vector<ScannedItem>& items,
                const std::unordered_map<ItemId, std::uint32_t>& item_index, const Limits& limits);

  // By path. An item that could not be read to its end may be among them.
  std::span<const Entry> entries() const { return entries_; }
  const ScannedItem& item_of(const Entry& entry) const { return items_[entry.item]; }

  // Everything said of a file so far. kIo, kDamaged: temporary file.
  Result<FileReport> report(std::size_t entry);

  // Says more of a file. kIo: temporary file.
  Status add(std::size_t entry, FileReport report);

  // Makes findings of all hits of rules. `first_rule` is the number of the first file rule.
  Status keep_findings(std::uint32_t first_rule, FindingStore& store);

  FileVerdict worst() const;

  // Calls `each` for every file: malicious ones first, then suspicious, then clean ones; by path.
  Status for_each(const std::function<Status(const ExaminedFile&)>& each);

 private:
  Status keep_hit(const Entry& entry, const FileReport& report, const RuleHit& hit,
                  std::uint32_t first_rule, FindingStore& store) const;
  ExaminedFile file_of(const Entry& entry, FileReport&& report) const;

  ExaminedStore store_;
  std::vector<ExaminedStore::Piece> pieces_;  // by item and offset
  std::vector<Entry> entries_;
  std::map<std::size_t, std::vector<ExaminedStore::Piece>> added_;  // by entry
  const std::vector<FileRule>& rules_;
  const std::vector<ScannedItem>& items_;
  const Limits& limits_;
};

}  // namespace pugmark::files

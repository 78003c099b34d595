#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/result.h"
#include "evidence/gap.h"
#include "evidence/item.h"

namespace pugmark {

// One regular file among the things handed over: the unit that a cursor walks. Archives are one
// EvidenceFile, whatever they contain.
struct EvidenceFile {
  std::string path;            // as handed over, joined with '/' below folders
  std::uint64_t size_bytes = 0;
};

struct Listing {
  std::vector<EvidenceFile> files;  // sorted by path, each file once (by device and inode)
  std::vector<Item> unread_items;   // named or found but not to be opened; their gaps below
  std::vector<Gap> gaps;            // Gap::where.item refers to unread_items
};

// Where ids of items come from; shared by all cursors of a run. Thread-safe.
class ItemIds {
 public:
  ItemId next();

 private:
  std::atomic<std::uint32_t> next_{0};
};

// Lists the regular files at and below `paths`, in an order that does not depend on the order of
// `paths`. Symbolic links named by the user are followed; links found inside folders are not (they
// are reported as gaps), nor are devices and pipes opened. A path that does not exist is an Error
// (kNotFound); an unreadable folder is a Gap and the listing goes on. The evidence itself is never
// written to.
Result<Listing> list_evidence(std::span<const std::string> paths, const Limits& limits,
                              ItemIds& ids);

// Walks all items of one EvidenceFile in order: the file itself, or every member of an archive,
// nested archives included ("a.zip!/b.tar.gz!/c.evtx"). Archives are known by content (zip, 7z,
// tar, gzip, bzip2, xz, zstd and what else libarchive reads, but never formats that could be
// mistaken for logs, such as mtree or raw text) and unpacked while reading; only a member that must
// be seekable to be read (a nested zip or 7z) is copied to an unlinked temporary file.
// Files are opened read-only and read by pread: a file that shrinks or fails while being read is a
// Gap, never a signal. Every limit of base/limits.h about archives holds, bombs included.
// One thread at a time; movable.
class ItemCursor {
 public:
  // Opens the file. kIo or kNotFound if it cannot be opened.
  static Result<ItemCursor> open(const EvidenceFile& file, const Limits& limits, ItemIds& ids);
  ~ItemCursor();
  ItemCursor(ItemCursor&&) noexcept;
  ItemCursor& operator=(ItemCursor&&) noexcept;

  // Goes to the next item; the rest of the current one is read first so that its digest is whole.
  // False at the end. Archives themselves are items too (type "zip", ...), delivered before their
  // members with no bytes to read; their digest is in finished_items() at the end.
  bool next_item();

  // The current item; path and id are valid from next_item() on, size and digest when it is over.
  const Item& item() const;

  // True if the current item is an archive whose members follow: read() gives nothing.
  bool is_container() const;

  // Reads the next bytes of the current item, at most into.size(), in order, and hashes them on the
  // way. Returns how many; fewer than asked only at the end of the item, 0 at or after the end.
  // Failure while reading is a Gap in take_gaps() and ends the item.
  std::size_t read(std::span<std::byte> into);

  // Gaps met since the last call.
  std::vector<Gap> take_gaps();

  // Items completed since the last call, digests and sizes final. Call again after next_item()
  // returned false for the outermost archives.
  std::vector<Item> take_finished_items();

  // Bytes of the EvidenceFile consumed so far, for progress. May be called from any thread.
  std::uint64_t consumed_bytes() const;

 private:
  class State;
  explicit ItemCursor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace pugmark

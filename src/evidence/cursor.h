#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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
// EvidenceFile, whatever they contain. Paths are bytes, not necessarily UTF-8: escape them to show.
struct EvidenceFile {
  std::string path;            // as handed over, joined with '/' below folders
  std::uint64_t size_bytes = 0;
  bool follow_link = false;    // the user named a symbolic link: it may be followed
};

struct Listing {
  std::vector<EvidenceFile> files;  // sorted by path bytewise, each file once (by device and inode)
  // What was named or found and cannot be opened, sorted by path; type "folder", "file", "link",
  // "pipe", "socket" or "device". Each has a Gap below.
  std::vector<Item> unread_items;
  std::vector<Gap> gaps;            // Gap::where.item refers to unread_items
};

// Where ids of items come from; shared by all cursors of a run. Thread-safe.
class ItemIds {
 public:
  explicit ItemIds(std::uint32_t first = 0) : next_(first) {}
  ItemId next();

  // How many were given out, those below `first` included.
  std::uint32_t count() const { return next_.load(std::memory_order_relaxed); }

  // An item was refused because of Limits::items. Which one it was depends on who took the ids
  // before it, so on the order of reading.
  void note_refusal() { refused_.store(true, std::memory_order_relaxed); }
  bool refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint32_t> next_;
  std::atomic<bool> refused_{false};
};

// Lists the regular files at and below `paths`, in an order that does not depend on the order of
// `paths`. A path is kept as it was handed over ("./a" stays "./a") but for slashes at its end. A
// file reached by several paths (named twice, or by hard links) is listed once, under the path that
// sorts first. Symbolic links named by the user are followed; links found inside folders are not
// (they are reported as gaps), nor are devices and pipes opened. A path that does not exist is an
// Error (kNotFound) and nothing is listed; an unreadable file or folder is a Gap and the listing
// goes on, as it does at the limits `folder-depth` and `items`. The evidence itself is never
// written to; access times stay as they are where the system allows it.
Result<Listing> list_evidence(std::span<const std::string> paths, const Limits& limits,
                              ItemIds& ids);

// True if `path` is one of the files listed, by whatever name: it must not be written over.
bool is_listed(const Listing& listing, const std::string& path);

// Walks all items of one EvidenceFile in order: the file itself, or every member of an archive,
// nested archives included ("a.zip!/b.tar.gz!/c.evtx"; docs/formats/locators.md has the scheme).
// Archives are recognised by content: zip, 7z, tar, cpio, ar, cab, rar, and gzip, bzip2, xz, zstd,
// lz4 around a tar, a cpio or a single file, which is then one member named without the suffix.
// Formats that could be mistaken for logs, such as mtree or raw text, never. What begins like an
// archive and cannot be opened as one is a Gap, and is delivered as the plain item it is. Members
// are unpacked while reading; only a member that must be seekable to be read (a nested zip or 7z)
// is kept aside, in memory up to 1 MiB and then in an unlinked temporary file in TMPDIR. Stored
// names are only ever shown: "../", drive letters and leading slashes stay visible and reach no
// file system. A second member of the same name gets "#2" behind it. Links, devices and encrypted
// members are gaps; a hard link to a member that was delivered is not. An encrypted member is a
// finished item of type "encrypted" that is never current. Files are opened read-only and read by
// pread: a file that shrinks or fails while being read is a Gap, never a signal; bytes written
// behind the end that a file had when it was opened are not read. Every limit of base/limits.h
// about archives holds, bombs included: for an archive and everything nested in it, the unpacked
// bytes stay below `archive-ratio` times its packed bytes (once they exceed `archive-free-bytes`)
// and below `archive-bytes`, the members below `archive-entries`; a zip member also keeps to
// `archive-ratio` by itself. A 7z is unpacked only if its directory keeps to the limits and to the
// format (unpack/seven_zip_directory.h). What was cut short has no digest and a Gap that names the
// limit. Bytes of a zip that no member of its directory claims are a Gap, too. One thread at a
// time; movable.
class ItemCursor {
 public:
  // Opens the file and takes its id. kNotFound or kIo if it cannot be opened, kUnsupported if it is
  // no regular file. `limits` is copied; `ids` and `stop` must
  // outlive the cursor.
  // Once `*stop` is true nothing more is read from the file, as if it ended there.
  static Result<ItemCursor> open(const EvidenceFile& file, const Limits& limits, ItemIds& ids,
                                 const std::atomic<bool>* stop = nullptr);
  ~ItemCursor();
  ItemCursor(ItemCursor&&) noexcept;
  ItemCursor& operator=(ItemCursor&&) noexcept;

  // Goes to the next item; the rest of the current one is read first so that its digest is whole.
  // False at the end. Archives themselves are items too (type "zip", "tar.gz", ...), delivered
  // before their members with no bytes to read; their digest is in take_finished_items() after
  // their last member. An archive read out of order (zip, 7z) is hashed by a pass of its own over
  // the same open file before its first member is delivered; any other is hashed while it is
  // unpacked.
  bool next_item();

  // The current item; path, id and attributes are valid from next_item() on, size and digests when
  // it is over.
  // The type of an item that is no archive is "unknown": readers decide it. Empty after the end.
  const Item& item() const;

  // True if the current item is an archive whose members follow: read() gives nothing.
  bool is_container() const;

  // Reads the next bytes of the current item, at most into.size(), in order, and hashes them on the
  // way. Returns how many; fewer than asked only at the end of the item, 0 at or after the end.
  // Failure while reading is a Gap in take_gaps() and ends the item.
  std::size_t read(std::span<std::byte> into);

  // How many bytes the current item is said to have: by the file system, or by the archive, which
  // may lie. Nothing of an archive that does not say.
  std::optional<std::uint64_t> stated_size_bytes() const;

  // Makes MD5 and SHA-1 of the current item, too: nobody needs them of logs, and they cost as much
  // as SHA-256. `read_so_far`: all that read() gave of it.
  void add_weak_digests(bool md5, bool sha1, Bytes read_so_far);

  // The same for all archives, which are read before anybody sees them as an item. Before the first
  // next_item().
  void add_weak_digests_of_archives(bool md5, bool sha1);

  // Gaps met since the last call. Of one item at most `gaps-per-item` and one that counts the rest.
  std::vector<Gap> take_gaps();

  // Items completed since the last call, digests and sizes final; an item is completed by the next
  // next_item(), archives after their members. Call again after next_item() returned false. For
  // archives read_bytes is what was unpacked of their own bytes, unread_bytes the rest.
  std::vector<Item> take_finished_items();

  // Bytes of the EvidenceFile consumed so far, for progress: never falls, and is its size at the
  // end. Of an archive read out of order hashing counts for one half. May be called from any
  // thread.
  std::uint64_t consumed_bytes() const;

 private:
  class State;
  explicit ItemCursor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace pugmark

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/limits.h"
#include "events/event.h"
#include "events/shape.h"
#include "evidence/item.h"

namespace pugmark {

// What a decoder must know from earlier bytes of the same item (the `#Fields:` line in force, ...).
// Immutable, shared by the blocks it holds for.
class BlockContext {
 public:
  virtual ~BlockContext() = default;
};

// Whole records cut from an item.
struct Block {
  Bytes bytes;  // valid while decode() runs; at least kBlockPadding more bytes may be read
  std::uint64_t offset_bytes = 0;   // of bytes[0] in the item
  ItemId item{};
  bool is_last = false;             // the item ends with this block
  std::shared_ptr<const BlockContext> context;
};

// Readable (meaningless) bytes after every block, so that vector loads may run past the end.
inline constexpr std::size_t kBlockPadding = 64;

// The result of cutting: how many bytes of what was shown form whole records.
struct Cut {
  std::size_t block_bytes = 0;      // 0: nothing whole yet, show more
  std::shared_ptr<const BlockContext> context;
};

// Per-thread memory of a decoder (caches of shapes, buffers). Made by Reader::new_scratch(), usable
// for every item read by the same class of reader, one thread at a time. Two readers of different
// classes may share a type() but never a scratch.
class DecodeScratch {
 public:
  virtual ~DecodeScratch() = default;
};

// Reads one item of one format. Two halves:
// cut() is the sequential half: called in order, by one thread at a time, with the item's bytes as
// they arrive; it must be cheap (it runs under the item's lock).
// decode() is the parallel half: const, called by any number of threads at once, each with a
// scratch and batch of its own, in any order of blocks.
// So the bytes of a huge file are hashed and cut in order while its records are decoded everywhere.
class Reader {
 public:
  virtual ~Reader() = default;

  // "evtx", "w3c", ...: Item::type.
  virtual std::string_view type() const = 0;

  // True if the item is no log: its blocks are pieces of a file, which are examined as they are and
  // have no events, and their context is a FileContext (events/file_kind.h).
  virtual bool is_file() const { return false; }

  // `available`: all bytes of the item not yet cut, from `offset_bytes`. `at_end`: no more will
  // come; then everything must be cut (block_bytes == available.size()), damage included; of a file
  // that is no log some, and it is called again while anything is left. With at_end false, may
  // return 0 only if available.size() < max_pending_bytes(): a record that long is cut anywhere and
  // becomes a gap.
  virtual Cut cut(Bytes available, std::uint64_t offset_bytes, bool at_end) = 0;

  virtual std::unique_ptr<DecodeScratch> new_scratch() const = 0;

  // Fills `batch` (cleared by the caller) with the block's events, gaps and clock samples. Every
  // byte of the block is either inside an event's locator, or structure of the format (counted in
  // understood_bytes), or inside a gap, or unread.
  virtual void decode(const Block& block, DecodeScratch& scratch, EventBatch& batch) const = 0;

  virtual std::size_t max_pending_bytes() const = 0;
};

struct ReaderOptions {
  const Limits* limits = nullptr;   // outlives the reader
  ShapeTable* shapes = nullptr;     // outlives the reader
  bool carve = false;               // also read slack and unused space; such events are `recovered`
  const std::atomic<bool>* stop = nullptr;  // once true, nothing more is read; outlives the reader
  // Held while a large block is read and decoded (BlockBuffer); nullptr: not. Outlives all readers.
  std::mutex* large_block_turn = nullptr;
  // Of files that are no logs, and of archives: make these digests, too (Item::weak_digests).
  bool md5 = false;
  bool sha1 = false;
};

// Recognises the log format by content and makes its reader, or nothing if it is no log that any
// reader knows.
// `head`: the first bytes of the item (64 KiB, or all of it if shorter). `path` only serves to name
// a log more exactly (which site, which protocol), never to decide what it is.
std::unique_ptr<Reader> make_reader(Bytes head, std::string_view path,
                                    const ReaderOptions& options);

}  // namespace pugmark

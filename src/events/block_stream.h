#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "events/reader.h"
#include "evidence/cursor.h"

namespace pugmark {

// The memory one worker reads into, reused from block to block, and what stands in it.
struct BlockBuffer {
  // A record takes six times its size while it is decoded and judged, a hostile one thirty times.
  // So of blocks larger than this there is one at a time, whatever the number of workers: next()
  // waits for the turn of whoever is to have one, and release() gives it back, as soon as nothing
  // is left of what the block took.
  static constexpr std::size_t kLargeBytes = std::size_t{512} << 10U;
  bool is_large() const { return memory.size() > kLargeBytes + kBlockPadding; }
  void release() {
    memory = std::vector<std::byte>();  // {} would keep it
    turn = {};
  }

  std::vector<std::byte> memory;          // grows to the largest block met, if that is not large
  Block block;                            // views `memory`
  std::shared_ptr<const Reader> reader;  // decodes the block; never null after next() returned true
  const std::string* item_path = nullptr;  // of the block; lives as long as the stream
  std::unique_lock<std::mutex> turn;       // of large blocks
};

// All blocks of all items of one EvidenceFile, in order. Reading, hashing and cutting happen in
// here, one thread at a time under a lock; decoding happens outside, on as many threads as like:
// that is how one huge file is hashed in order and still decoded everywhere. Thread-safe.
class BlockStream {
 public:
  // kIo or kNotFound if the file cannot be opened. `options` are copied; what they point to
  // outlives the stream.
  static Result<std::unique_ptr<BlockStream>> open(const EvidenceFile& file, ItemIds& ids,
                                                   const ReaderOptions& options);
  ~BlockStream();

  // Reads the next block into `buffer`, which was released if it was large. False when the file is
  // exhausted (for every caller). Items that are no logs come in pieces, too: Reader::is_file().
  bool next(BlockBuffer& buffer);

  // After next() returned false: everything the file turned out to contain, and what could not be
  // read of it. Digest, size and type of items are known; their events are counted by whoever
  // decodes. Once.
  std::vector<Item> take_items();
  std::vector<Gap> take_gaps();

  // Bytes of the file consumed so far. Any thread, any time.
  std::uint64_t consumed_bytes() const;

 private:
  class State;
  explicit BlockStream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace pugmark

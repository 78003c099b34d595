#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "events/event.h"
#include "events/evtx/record.h"
#include "evidence/gap.h"
#include "evidence/item.h"

namespace pugmark::evtx {

// What is known of a chunk's place before its bytes are looked at.
struct ChunkPlace {
  std::uint64_t offset_bytes = 0;  // of the chunk in its item
  ItemId item{};
  bool expected = true;            // the file header counts it, or there is no file header to ask
  bool carve = false;
};

// A chunk that was read, for the next one: when Windows begins a chunk, what it does not yet use of
// it still holds the bytes of the chunk before.
struct ReadChunk {
  Bytes bytes;
  std::vector<std::size_t> record_offsets;  // of all records read, carved ones and copies too
};

// Reads one chunk: `bytes` are its 65,536 bytes, fewer only where the item ends. Adds events, gaps
// and understood bytes to `batch`. The rules for damage: docs/formats/evtx.md section 9.
class ChunkDecoder {
 public:
  // `before`: the chunk before this one; empty if there is none, or if nothing is carved.
  ChunkDecoder(Bytes bytes, const ChunkPlace& place, const ReadChunk& before,
               RecordDecoder& records, EventBatch& batch)
      : bytes_(bytes), place_(place), before_(before), records_(records), batch_(batch) {}

  void run();

  // After run(): what the next chunk needs to know of this one.
  ReadChunk take_read_chunk() { return {bytes_, std::move(record_offsets_)}; }

 private:
  void read_header();
  void check_records_checksum(std::size_t free_offset);
  void walk();
  bool goes_on_behind_end(std::size_t at) const;
  std::size_t read_record(std::size_t at, std::size_t size);
  std::size_t skip_damage(std::size_t at);
  void carve(std::size_t from);
  void add_carved(const RecordBytes& record, Event event);
  bool is_copy(const RecordBytes& record) const;
  bool is_sound(std::size_t at, RecordBytes& record) const;
  bool has_only_wrong_copy(std::size_t at) const;
  std::size_t find_sound(std::size_t from, std::size_t end) const;
  void report_limits();
  void report_limit(const LimitReached& reached, const char* limit, const char* consequence);
  void gap(std::size_t at, std::size_t length, GapKind kind, std::string what);

  Bytes bytes_;
  ChunkPlace place_;
  const ReadChunk& before_;
  RecordDecoder& records_;
  EventBatch& batch_;
  bool header_sound_ = false;
  std::size_t end_ = 0;          // of the records, by the header if it is sound
  bool records_missing_ = false; // the header speaks of records behind the end of the item
  std::size_t walked_to_ = 0;
  bool any_record_ = false;
  std::uint64_t last_record_id_ = 0;
  std::vector<std::size_t> record_offsets_;  // where records were read
};

}  // namespace pugmark::evtx

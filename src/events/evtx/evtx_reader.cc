#include "events/evtx/evtx_reader.h"

#include <algorithm>
#include <cassert>
#include <fmt/format.h>
#include <libdeflate.h>
#include <optional>
#include <utility>
#include <vector>

#include "events/evtx/chunk.h"
#include "events/evtx/format.h"
#include "events/evtx/record.h"

namespace pugmark::evtx {
namespace {

constexpr std::size_t kChunksPerBlock = 4;  // 256 KiB: stays in the second-level cache
constexpr std::size_t kHeaderUsedBytes = 128;
constexpr std::size_t kChunkCountAt = 42;
constexpr std::size_t kChecksumAt = 124;
constexpr std::size_t kCheckedBytes = 120;

struct FileFacts {
  std::uint64_t first_chunk_offset = 0;
  bool header_sound = false;
  std::size_t chunks_count = 0;  // by the header; the format has 16 bits for it
};

struct EvtxContext : BlockContext {
  FileFacts file;
  // To carve: the whole chunk before the block, with padding behind; empty if there is none.
  std::vector<std::byte> chunk_before;
};

struct EvtxScratch : DecodeScratch {
  EvtxScratch(const Limits& limits, ShapeTable& shapes) : records(limits, shapes) {}
  RecordDecoder records;
  EventBatch known;  // what the chunk before a block says: the block before has delivered it
};

bool starts_with(Bytes bytes, std::size_t at, std::string_view magic) {
  return at <= bytes.size() && as_text(bytes.subspan(at)).starts_with(magic);
}

bool is_sound_header(Bytes head) {
  return head.size() >= kHeaderUsedBytes && starts_with(head, 0, kFileMagic) &&
         load_le<std::uint32_t>(head.data() + kChecksumAt) ==
             libdeflate_crc32(0, head.data(), kCheckedBytes);
}

class EvtxReader : public Reader {
 public:
  explicit EvtxReader(const ReaderOptions& options) : options_(options) {
    assert(options.limits != nullptr && options.shapes != nullptr);
  }

  std::string_view type() const override { return "evtx"; }
  std::size_t max_pending_bytes() const override { return kChunkBytes; }

  std::unique_ptr<DecodeScratch> new_scratch() const override {
    return std::make_unique<EvtxScratch>(*options_.limits, *options_.shapes);
  }

  Cut cut(Bytes available, std::uint64_t offset_bytes, bool at_end) override {
    if (!file_) {
      if (available.size() < kFileHeaderBytes && !at_end) return {};
      file_ = facts_of(available);
    }
    if (at_end) return {available.size(), next_context()};
    if (offset_bytes < file_->first_chunk_offset) return {kFileHeaderBytes, next_context()};
    const std::size_t chunks = std::min(available.size() / kChunkBytes, kChunksPerBlock);
    if (chunks == 0) return {};
    const Cut result{chunks * kChunkBytes, next_context()};
    if (options_.carve) keep_last_chunk(available.first(result.block_bytes));
    return result;
  }

  void decode(const Block& block, DecodeScratch& scratch, EventBatch& batch) const override {
    const auto& context = static_cast<const EvtxContext&>(*block.context);
    const FileFacts& file = context.file;
    auto& own = static_cast<EvtxScratch&>(scratch);
    std::size_t at = 0;
    if (block.offset_bytes < file.first_chunk_offset) {
      at = std::min(kFileHeaderBytes, block.bytes.size());
      decode_header(block, file, batch);
    }
    ReadChunk before = read_again(context, block, own);
    while (at < block.bytes.size()) {
      const std::size_t size = std::min(kChunkBytes, block.bytes.size() - at);
      const ChunkPlace place = place_of(file, block.offset_bytes + at, block.item);
      ChunkDecoder chunk(block.bytes.subspan(at, size), place, before, own.records, batch);
      chunk.run();
      if (options_.carve) before = chunk.take_read_chunk();
      at += size;
    }
    if (block.is_last) check_chunk_count(block, file, batch);
  }

 private:
  static FileFacts facts_of(Bytes head) {
    FileFacts file;
    // Anything that is no chunk is taken as a file header, damaged or not: is_evtx() said yes.
    file.first_chunk_offset = starts_with(head, 0, kChunkMagic) ? 0 : kFileHeaderBytes;
    file.header_sound = is_sound_header(head);
    if (file.header_sound) file.chunks_count = load_le<std::uint16_t>(head.data() + kChunkCountAt);
    return file;
  }

  std::shared_ptr<const EvtxContext> next_context() {
    auto context = std::make_shared<EvtxContext>();
    context->file = *file_;
    context->chunk_before = std::exchange(chunk_before_, {});
    return context;
  }

  void keep_last_chunk(Bytes block) {
    const Bytes chunk = block.last(kChunkBytes);
    chunk_before_.reserve(kChunkBytes + kBlockPadding);
    chunk_before_.assign(chunk.begin(), chunk.end());
    chunk_before_.resize(kChunkBytes + kBlockPadding);
  }

  ChunkPlace place_of(const FileFacts& file, std::uint64_t offset, ItemId item) const {
    const std::uint64_t index = (offset - file.first_chunk_offset) / kChunkBytes;
    return {offset, item, !file.header_sound || index < file.chunks_count, options_.carve};
  }

  // The chunk before the block. Another thread may be reading it right now; what it says depends on
  // its bytes alone.
  ReadChunk read_again(const EvtxContext& context, const Block& block, EvtxScratch& scratch) const {
    if (context.chunk_before.empty()) return {};
    scratch.known.clear();
    const ReadChunk none;
    ChunkDecoder chunk(Bytes(context.chunk_before).first(kChunkBytes),
                       place_of(context.file, block.offset_bytes - kChunkBytes, block.item), none,
                       scratch.records, scratch.known);
    chunk.run();
    return chunk.take_read_chunk();
  }

  static void decode_header(const Block& block, const FileFacts& file, EventBatch& batch) {
    const std::size_t size = std::min(kFileHeaderBytes, block.bytes.size());
    if (block.bytes.size() < kFileHeaderBytes) {
      batch.gaps().push_back({{block.offset_bytes, block.item, static_cast<std::uint32_t>(size)},
                              GapKind::kTruncated,
                              "The item ends inside the file header of an event log."});
    } else if (!file.header_sound) {
      batch.gaps().push_back({{block.offset_bytes, block.item, kHeaderUsedBytes},
                              GapKind::kDamaged,
                              "The file header of an event log has a wrong signature or checksum; "
                              "its chunks were read without it."});
      batch.understood_bytes += size - kHeaderUsedBytes;
    } else {
      batch.understood_bytes += size;
    }
  }

  static void check_chunk_count(const Block& block, const FileFacts& file, EventBatch& batch) {
    const std::uint64_t end = block.offset_bytes + block.bytes.size();
    const std::uint64_t first = file.first_chunk_offset;
    const std::uint64_t present = end > first ? (end - first + kChunkBytes - 1) / kChunkBytes : 0;
    if (!file.header_sound || file.chunks_count <= present) return;
    batch.gaps().push_back(
        {{end, block.item, 0},
         GapKind::kTruncated,
         fmt::format("The file header counts {} chunks of 65,536 bytes; the item ends after {}.",
                     file.chunks_count, present)});
  }

  ReaderOptions options_;
  std::optional<FileFacts> file_;
  std::vector<std::byte> chunk_before_;  // of what is cut next; see EvtxContext
};

}  // namespace

bool is_evtx(Bytes head) {
  return starts_with(head, 0, kFileMagic) || starts_with(head, 0, kChunkMagic) ||
         starts_with(head, kFileHeaderBytes, kChunkMagic);
}

std::unique_ptr<Reader> make_evtx_reader(const ReaderOptions& options) {
  return std::make_unique<EvtxReader>(options);
}

}  // namespace pugmark::evtx

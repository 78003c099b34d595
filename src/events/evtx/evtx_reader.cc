#include "events/evtx/evtx_reader.h"

#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>
#include <cassert>

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

struct FileContext : BlockContext {
  std::uint64_t first_chunk_offset = 0;
  bool header_sound = false;
  std::size_t chunks_count = 0;  // by the header; the format has 16 bits for it
};

struct EvtxScratch : DecodeScratch {
  EvtxScratch(const Limits& limits, ShapeTable& shapes) : records(limits, shapes) {}
  RecordDecoder records;
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
    if (context_ == nullptr) {
      if (available.size() < kFileHeaderBytes && !at_end) return {};
      context_ = make_context(available);
    }
    if (at_end) return {available.size(), context_};
    if (offset_bytes < context_->first_chunk_offset) return {kFileHeaderBytes, context_};
    const std::size_t chunks = std::min(available.size() / kChunkBytes, kChunksPerBlock);
    return {chunks * kChunkBytes, context_};
  }

  void decode(const Block& block, DecodeScratch& scratch, EventBatch& batch) const override {
    const auto& context = static_cast<const FileContext&>(*block.context);
    RecordDecoder& records = static_cast<EvtxScratch&>(scratch).records;
    std::size_t at = 0;
    if (block.offset_bytes < context.first_chunk_offset) {
      at = std::min(kFileHeaderBytes, block.bytes.size());
      decode_header(block, context, batch);
    }
    while (at < block.bytes.size()) {
      const std::uint64_t offset = block.offset_bytes + at;
      const std::uint64_t index = (offset - context.first_chunk_offset) / kChunkBytes;
      const ChunkPlace place{offset, block.item,
                             !context.header_sound || index < context.chunks_count,
                             options_.carve};
      const std::size_t size = std::min(kChunkBytes, block.bytes.size() - at);
      ChunkDecoder(block.bytes.subspan(at, size), place, records, batch).run();
      at += size;
    }
    if (block.is_last) check_chunk_count(block, context, batch);
  }

 private:
  static std::shared_ptr<const FileContext> make_context(Bytes head) {
    auto context = std::make_shared<FileContext>();
    // Anything that is no chunk is taken as a file header, damaged or not: is_evtx() said yes.
    context->first_chunk_offset = starts_with(head, 0, kChunkMagic) ? 0 : kFileHeaderBytes;
    context->header_sound = is_sound_header(head);
    if (context->header_sound)
      context->chunks_count = load_le<std::uint16_t>(head.data() + kChunkCountAt);
    return context;
  }

  static void decode_header(const Block& block, const FileContext& context, EventBatch& batch) {
    const std::size_t size = std::min(kFileHeaderBytes, block.bytes.size());
    if (block.bytes.size() < kFileHeaderBytes) {
      batch.gaps().push_back({{block.offset_bytes, block.item, static_cast<std::uint32_t>(size)},
                              GapKind::kTruncated,
                              "The item ends inside the file header of an event log."});
    } else if (!context.header_sound) {
      batch.gaps().push_back({{block.offset_bytes, block.item, kHeaderUsedBytes},
                              GapKind::kDamaged,
                              "The file header of an event log has a wrong signature or checksum; "
                              "its chunks were read without it."});
      batch.understood_bytes += size - kHeaderUsedBytes;
    } else {
      batch.understood_bytes += size;
    }
  }

  static void check_chunk_count(const Block& block, const FileContext& context,
                                EventBatch& batch) {
    const std::uint64_t end = block.offset_bytes + block.bytes.size();
    const std::uint64_t first = context.first_chunk_offset;
    const std::uint64_t present = end > first ? (end - first + kChunkBytes - 1) / kChunkBytes : 0;
    if (!context.header_sound || context.chunks_count <= present) return;
    batch.gaps().push_back(
        {{end, block.item, 0},
         GapKind::kTruncated,
         fmt::format("The file header counts {} chunks of 65,536 bytes; the item ends after {}.",
                     context.chunks_count, present)});
  }

  ReaderOptions options_;
  std::shared_ptr<const FileContext> context_;
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

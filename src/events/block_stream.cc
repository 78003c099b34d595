#include "events/block_stream.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <fmt/format.h>
#include <iterator>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "events/file/file_reader.h"
#include "events/file_kind.h"

namespace pugmark {
namespace {

// Large enough that taking the lock costs nothing, small enough to stay in the second-level cache
// between hashing and decoding.
constexpr std::size_t kReadBytes = std::size_t{256} << 10U;
constexpr std::size_t kHeadBytes = std::size_t{64} << 10U;

// PowerShell writes logs it exports so. The readers take UTF-8, and an offset must mean a byte of
// the item: so it is said instead of converted. Scripts and pages are examined as they are, and
// what is named as below never was a log.
bool may_be_utf16_log(Bytes head, const FileNature& nature, std::string_view path) {
  static constexpr auto kNoLogs = std::to_array<std::string_view>(
      {"wer", "reg", "inf", "ini", "mof", "mfl", "manifest", "rc", "sql", "sln", "rptproj"});
  if (nature.kind != FileKind::kText || head.size() < 4) return false;
  const auto mark = load_le<std::uint16_t>(head.data());
  if (mark != 0xFEFF && mark != 0xFFFE) return false;
  return std::find(kNoLogs.begin(), kNoLogs.end(), extension_of(path)) == kNoLogs.end();
}

}  // namespace

class BlockStream::State {
 public:
  State(ItemCursor cursor, const ReaderOptions& options)
      : cursor_(std::move(cursor)), options_(options) {
    cursor_.add_weak_digests_of_archives(options_.md5, options_.sha1);
  }

  bool next(BlockBuffer& buffer) {
    // Whoever has this stream may be waiting for the turn.
    assert(!buffer.turn.owns_lock() && "release() comes before next()");
    const std::lock_guard lock(mutex_);
    while (!exhausted_) {
      if (reader_ == nullptr && !begin_item(buffer)) continue;
      if (cut_block(buffer)) return true;
      end_item();
    }
    return false;
  }

  std::vector<Item> take_items() {
    const std::lock_guard lock(mutex_);
    std::vector<Item> items = cursor_.take_finished_items();
    for (Item& item : items) {
      if (const auto type = types_.find(item.id); type != types_.end()) item.type = type->second;
    }
    return items;
  }

  std::vector<Gap> take_gaps() {
    const std::lock_guard lock(mutex_);
    std::vector<Gap> gaps = cursor_.take_gaps();
    gaps.insert(gaps.end(), std::make_move_iterator(gaps_.begin()),
                std::make_move_iterator(gaps_.end()));
    gaps_.clear();
    return gaps;
  }

  // Not under the lock: it is read by the progress bar while a worker holds it.
  std::uint64_t consumed_bytes() const { return cursor_.consumed_bytes(); }

 private:
  // Goes to the next item and finds its reader. True if there are blocks to cut.
  bool begin_item(BlockBuffer& buffer) {
    if (!cursor_.next_item()) {
      exhausted_ = true;
      return false;
    }
    if (cursor_.is_container()) return false;
    pending_.clear();
    offset_bytes_ = 0;
    at_end_ = false;
    buffer.memory.resize(std::max(buffer.memory.size(), kReadBytes + kBlockPadding));
    const std::span<std::byte> head(buffer.memory.data(), kHeadBytes);
    const std::size_t head_bytes = cursor_.read(head);
    at_end_ = head_bytes < head.size();
    pending_.assign(head.begin(), head.begin() + static_cast<std::ptrdiff_t>(head_bytes));
    const ItemId id = cursor_.item().id;
    if (head_bytes == 0) {
      types_[id] = "empty";
      return false;
    }
    options_.shapes->begin_item();
    reader_ = make_reader(pending_, cursor_.item().path, options_);
    if (reader_ != nullptr && has_script_name(cursor_.item().path)) {
      note_named_as_script(id);
      reader_.reset();
    }
    if (reader_ == nullptr) {
      const FileNature nature = nature_of(pending_, cursor_.item().path);
      reader_ = file::make_file_reader(
          std::make_shared<FileContext>(nature, cursor_.stated_size_bytes(),
                                        cursor_.item().attributes),
          options_);
      cursor_.add_weak_digests(options_.md5, options_.sha1, pending_);
      if (may_be_utf16_log(pending_, nature, cursor_.item().path)) note_utf16(id);
    }
    types_.try_emplace(id, reader_->type());
    paths_.emplace(id, cursor_.item().path);
    return true;
  }

  // Whoever puts a few lines of a log in front of a script would have it passed over.
  void note_named_as_script(ItemId id) {
    gaps_.push_back({{0, id, 0},
                     GapKind::kUnsupported,
                     fmt::format("This is named as a script (.{}) and its lines look like a log "
                                 "({}): it was examined as a file, and no events were read from "
                                 "it. If it is a log, hand over a copy named .log",
                                 escaped(extension_of(cursor_.item().path)), reader_->type())});
  }

  void note_utf16(ItemId id) {
    types_[id] = "utf-16";
    utf16_gap_ = {{0, id, 0},
                  GapKind::kUnsupported,
                  "This is text in UTF-16, which no reader of logs takes. If it is a log, "
                  "convert it and hand over the copy: iconv -f UTF-16 -t UTF-8"};
  }

  // Only here it is known how long the item is.
  void end_item() {
    if (utf16_gap_) {
      utf16_gap_->where.length_bytes =
          static_cast<std::uint32_t>(std::min<std::uint64_t>(offset_bytes_, UINT32_MAX));
      gaps_.push_back(*std::exchange(utf16_gap_, std::nullopt));
    }
    reader_.reset();
    pending_.clear();
  }

  // Fills `buffer` with what is pending and what can be read, and cuts whole records off its front.
  // False if nothing is left of the item.
  bool cut_block(BlockBuffer& buffer) {
    std::size_t filled = pending_.size();
    std::size_t wanted = std::max(kReadBytes, filled + kReadBytes / 2);
    for (;;) {
      reserve(buffer, wanted);
      if (!pending_.empty()) {
        std::memcpy(buffer.memory.data(), pending_.data(), pending_.size());
        pending_.clear();
      }
      if (!at_end_) filled += read_up_to(buffer, filled, wanted);
      if (filled == 0) return false;
      const Bytes available(buffer.memory.data(), filled);
      const Cut cut = reader_->cut(available, offset_bytes_, at_end_);
      if (cut.block_bytes > 0 || at_end_) return hand_out(buffer, filled, cut);
      wanted = filled + kReadBytes;
    }
  }

  std::size_t read_up_to(BlockBuffer& buffer, std::size_t filled, std::size_t wanted) {
    const std::span<std::byte> rest(buffer.memory.data() + filled, wanted - filled);
    const std::size_t got = cursor_.read(rest);
    at_end_ = got < rest.size();
    return got;
  }

  void reserve(BlockBuffer& buffer, std::size_t bytes) {
    if (bytes > BlockBuffer::kLargeBytes && options_.large_block_turn != nullptr &&
        !buffer.turn.owns_lock())
      buffer.turn = std::unique_lock(*options_.large_block_turn);
    if (buffer.memory.size() < bytes + kBlockPadding) buffer.memory.resize(bytes + kBlockPadding);
  }

  bool hand_out(BlockBuffer& buffer, std::size_t filled, const Cut& cut) {
    const std::size_t block_bytes = cut.block_bytes;
    assert((!at_end_ || block_bytes == filled || (reader_->is_file() && block_bytes > 0)) &&
           "Reader::cut() leaves nothing at the end");
    pending_.assign(buffer.memory.begin() + static_cast<std::ptrdiff_t>(block_bytes),
                    buffer.memory.begin() + static_cast<std::ptrdiff_t>(filled));
    // What follows a block is readable but must mean nothing: not the bytes of the next block.
    std::memset(buffer.memory.data() + block_bytes, 0,
                std::min(kBlockPadding, buffer.memory.size() - block_bytes));
    buffer.block = {Bytes(buffer.memory.data(), block_bytes), offset_bytes_, cursor_.item().id,
                    at_end_ && pending_.empty(), cut.context};
    buffer.reader = reader_;
    buffer.item_path = &paths_.at(cursor_.item().id);
    offset_bytes_ += block_bytes;
    return true;
  }

  mutable std::mutex mutex_;
  ItemCursor cursor_;
  ReaderOptions options_;
  std::shared_ptr<Reader> reader_;      // of the current item
  std::vector<std::byte> pending_;      // read, hashed, not yet cut
  std::uint64_t offset_bytes_ = 0;      // of the first pending byte
  bool at_end_ = false;                 // the cursor has no more bytes of this item
  bool exhausted_ = false;
  std::optional<Gap> utf16_gap_;        // of the current item
  std::vector<Gap> gaps_;               // of items without a reader
  std::unordered_map<ItemId, std::string> types_;
  std::unordered_map<ItemId, std::string> paths_;  // nodes do not move: handed out by address
};

BlockStream::BlockStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
BlockStream::~BlockStream() = default;

Result<std::unique_ptr<BlockStream>> BlockStream::open(const EvidenceFile& file, ItemIds& ids,
                                                       const ReaderOptions& options) {
  auto cursor = ItemCursor::open(file, *options.limits, ids, options.stop);
  if (!cursor) return std::move(cursor).error();
  auto state = std::make_unique<State>(std::move(cursor).value(), options);
  return std::unique_ptr<BlockStream>(new BlockStream(std::move(state)));
}

bool BlockStream::next(BlockBuffer& buffer) { return state_->next(buffer); }
std::vector<Item> BlockStream::take_items() { return state_->take_items(); }
std::vector<Gap> BlockStream::take_gaps() { return state_->take_gaps(); }
std::uint64_t BlockStream::consumed_bytes() const { return state_->consumed_bytes(); }

}  // namespace pugmark

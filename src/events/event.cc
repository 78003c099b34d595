#include "events/event.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace pugmark {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} << 10U;

}  // namespace

std::byte* Arena::allocate(std::size_t size_bytes) {
  size_bytes = (size_bytes + 7) & ~std::size_t{7};
  while (piece_ < pieces_.size() && pieces_[piece_].size_bytes - used_ < size_bytes) {
    ++piece_;
    used_ = 0;
  }
  if (piece_ == pieces_.size()) {
    const std::size_t wanted = std::max(size_bytes, kPieceBytes);
    pieces_.push_back({std::unique_ptr<std::byte[]>(new std::byte[wanted]), wanted});
    used_ = 0;
  }
  std::byte* at = pieces_[piece_].bytes.get() + used_;
  used_ += size_bytes;
  return at;
}

Value* Arena::allocate_values(std::size_t count) {
  std::byte* at = allocate(count * sizeof(Value));
  for (std::size_t i = 0; i < count; ++i) ::new (at + i * sizeof(Value)) Value{};
  // The storage holds Values since the line above.
  return std::launder(reinterpret_cast<Value*>(at));
}

std::string_view Arena::copy(std::string_view text) {
  std::byte* at = allocate(text.size());
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  return as_text({at, text.size()});
}

// Pieces that one hostile record made huge are given back; ordinary ones are kept.
void Arena::reset() {
  std::erase_if(pieces_, [](const Piece& piece) { return piece.size_bytes > 16 * kPieceBytes; });
  piece_ = 0;
  used_ = 0;
}

void EventBatch::clear() {
  events_.clear();
  gaps_.clear();
  clock_samples_.clear();
  arena_.reset();
  understood_bytes = 0;
}

}  // namespace pugmark

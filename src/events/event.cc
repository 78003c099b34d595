#include "events/event.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <new>
#include <tuple>
#include <utility>

namespace pugmark {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} << 10U;

std::string_view meaning_of(Recurrence kind) {
  switch (kind) {
    case Recurrence::kUnreadableTime:
      return "have a time that cannot be read and count as undated";
    case Recurrence::kContradiction:
      return "contradict themselves about channel, event id, computer or time (rules see every "
             "value)";
    case Recurrence::kLongName:
      return "have names longer than the limit name-bytes (they are shown shortened; rules see all "
             "of them)";
    case Recurrence::kNoRules:
      return "are JSON, but no Windows events: coverage counts them, no rule sees them";
  }
  return "";
}

}  // namespace

void join_recurring(RecurringGap more, std::vector<RecurringGap>& known) {
  const auto found = std::find_if(known.begin(), known.end(),
                                  [&](const RecurringGap& one) { return one.kind == more.kind; });
  if (found == known.end()) {
    known.push_back(std::move(more));
    return;
  }
  const std::uint64_t events_count = found->events_count + more.events_count;
  const auto place = [](const RecurringGap& one) {
    return std::tie(one.first.where.offset_bytes, one.first.what);
  };
  if (place(more) < place(*found)) *found = std::move(more);
  found->events_count = events_count;
}

Gap gap_of(const RecurringGap& recurring) {
  Gap gap = recurring.first;
  gap.what = fmt::format("Events that {}: {}. Of the first, {}.", meaning_of(recurring.kind),
                         recurring.events_count, recurring.first.what);
  return gap;
}

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
  recurring_gaps_.clear();
  clock_samples_.clear();
  arena_.reset();
  understood_bytes = 0;
  copies_count = 0;
}

}  // namespace pugmark

#include "detect/engine/memo.h"

#include <algorithm>
#include <cassert>

#define XXH_INLINE_ALL  // most values are short: the call would cost as much as the hash
#include <xxhash.h>

namespace pugmark::engine {

ValueMemo::ValueMemo(std::uint64_t seed) : seed_(seed), slots_(kSlots, 0) {
  entries_.resize(kEntriesMax + kReserve);
}

std::uint64_t ValueMemo::hash_of(std::uint32_t field, ValueType type, std::string_view key) const {
  const std::uint64_t seed =
      seed_ ^ (static_cast<std::uint64_t>(field) << 8U | static_cast<std::uint64_t>(type));
  return XXH3_64bits_withSeed(key.data(), key.size(), seed);
}

MemoEntry* ValueMemo::candidate(std::uint64_t hash) {
  for (std::size_t at = hash % kSlots; slots_[at] != 0; at = (at + 1) % kSlots) {
    if ((slots_[at] & ~kNumberMask) == tag_of(hash))
      return &entries_[(slots_[at] & kNumberMask) - 1];
  }
  return nullptr;
}

MemoEntry* ValueMemo::find(std::uint64_t hash, std::uint32_t field, ValueType type,
                           std::string_view key) {
  for (std::size_t at = hash % kSlots; slots_[at] != 0; at = (at + 1) % kSlots) {
    if ((slots_[at] & ~kNumberMask) != tag_of(hash)) continue;
    MemoEntry& entry = entries_[(slots_[at] & kNumberMask) - 1];
    if (entry.is_of(field, type, key)) return &entry;
  }
  return nullptr;
}

MemoEntry* ValueMemo::add(std::uint64_t hash, std::uint32_t field, ValueType type,
                          std::string_view key) {
  assert(entries_count_ < entries_.size());
  std::size_t at = hash % kSlots;
  while (slots_[at] != 0) at = (at + 1) % kSlots;
  MemoEntry& entry = entries_[entries_count_];
  slots_[at] = tag_of(hash) | static_cast<std::uint32_t>(++entries_count_);
  entry.field = field;
  entry.type = type;
  entry.key = arena_.copy(key);
  entry.readings = {};
  entry.searched = false;
  entry.candidates = {};
  entry.answers.clear();
  bytes_ += key.size();
  return &entry;
}

void ValueMemo::clear() {
  std::fill(slots_.begin(), slots_.end(), 0U);
  ++generation_;
  entries_count_ = 0;
  bytes_ = 0;
  arena_.reset();
}

}  // namespace pugmark::engine

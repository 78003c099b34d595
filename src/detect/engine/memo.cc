#include "detect/engine/memo.h"

#include <algorithm>
#include <cassert>
#include <xxhash.h>

namespace pugmark::engine {

ValueMemo::ValueMemo(std::uint64_t seed) : seed_(seed), slots_(kSlots, 0) {
  entries_.resize(kEntriesMax + kReserve);
}

MemoEntry* ValueMemo::find(std::uint32_t field, ValueType type, std::string_view key,
                           std::uint64_t& hash) {
  const std::uint64_t seed =
      seed_ ^ (static_cast<std::uint64_t>(field) << 8U | static_cast<std::uint64_t>(type));
  hash = XXH3_64bits_withSeed(key.data(), key.size(), seed);
  for (std::size_t at = hash % kSlots;; at = (at + 1) % kSlots) {
    if (slots_[at] == 0) return nullptr;
    MemoEntry& entry = entries_[slots_[at] - 1];
    if (entry.hash == hash && entry.is_of(field, type, key)) return &entry;
  }
}

MemoEntry* ValueMemo::add(std::uint32_t field, ValueType type, std::string_view key,
                          std::uint64_t hash) {
  assert(entries_count_ < entries_.size());
  std::size_t at = hash % kSlots;
  while (slots_[at] != 0) at = (at + 1) % kSlots;
  MemoEntry& entry = entries_[entries_count_];
  slots_[at] = static_cast<std::uint32_t>(++entries_count_);
  entry.hash = hash;
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

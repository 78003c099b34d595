#include "detect/engine/key_table.h"

#include <algorithm>
#include <bit>

namespace pugmark::engine {
namespace {

// Enough bits that about one question of thirty-two finds a bit of another key's; few enough that
// a table stays in the first cache.
constexpr unsigned kBitsPerEntryLog2 = 5;
constexpr unsigned kBitsLog2Min = 8;
constexpr unsigned kBitsLog2Max = 16;

}  // namespace

KeyTable::KeyTable(const std::vector<std::pair<std::uint64_t, std::uint32_t>>& entries) {
  if (entries.empty()) return;
  const auto entries_log2 = static_cast<unsigned>(std::bit_width(entries.size()));
  const unsigned bits_log2 =
      std::clamp(entries_log2 + kBitsPerEntryLog2, kBitsLog2Min, kBitsLog2Max);
  const unsigned places_log2 = std::min(entries_log2, bits_log2);
  hash_shift_ = 64 - bits_log2;
  place_shift_ = bits_log2 - places_log2;
  bits_.resize(std::size_t{1} << (bits_log2 - 6), 0);
  first_.resize((std::size_t{1} << places_log2) + 1, 0);
  for (const auto& [key, number] : entries) {
    const std::uint64_t hash = hash_of(key);
    bits_[hash >> 6U] |= std::uint64_t{1} << (hash & 63U);
    ++first_[(hash >> place_shift_) + 1];
  }
  for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
  entries_.resize(entries.size());
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  for (const auto& [key, number] : entries)
    entries_[next[hash_of(key) >> place_shift_]++] = {key, number};
}

}  // namespace pugmark::engine

#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace pugmark::engine {

// A read-only table from 64-bit keys to numbers, several for a key if need be. Asking for a key
// that is not there, which is what nearly all questions do, costs a multiplication and one bit.
// Immutable after construction; thread-safe.
class KeyTable {
 public:
  KeyTable() = default;
  explicit KeyTable(const std::vector<std::pair<std::uint64_t, std::uint32_t>>& entries);

  bool empty() const { return entries_.empty(); }

  // False: the key is not there. True: it may be. Not to be asked of an empty table.
  bool may_hold(std::uint64_t key) const {
    const std::uint64_t hash = hash_of(key);
    return (bits_[hash >> 6U] >> (hash & 63U) & 1U) != 0;
  }

  // Calls `each` with every number of the key.
  template <class Each>
  void visit(std::uint64_t key, Each&& each) const {
    const std::uint64_t place = hash_of(key) >> place_shift_;
    for (std::uint32_t i = first_[place]; i < first_[place + 1]; ++i) {
      if (entries_[i].key == key) each(entries_[i].number);
    }
  }

 private:
  struct Entry {
    std::uint64_t key;
    std::uint32_t number;
  };

  std::uint64_t hash_of(std::uint64_t key) const {
    return (key * 0x9E3779B97F4A7C15U) >> hash_shift_;  // 2^64 / golden ratio
  }

  unsigned hash_shift_ = 63;  // leaves the bits that number a bit of bits_
  unsigned place_shift_ = 0;  // of those, leaves the bits that number a place in first_
  std::vector<std::uint64_t> bits_;
  std::vector<std::uint32_t> first_;  // per place, and one behind the last: where its entries begin
  std::vector<Entry> entries_;        // by place, and in the order given within one
};

}  // namespace pugmark::engine

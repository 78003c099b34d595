#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pugmark::script {

// The words of a language, found by a name's bytes without comparing texts. At most 16 bytes each.
// With `ignores_case` the words are given in lower case and made of letters alone.
template <typename Value, std::size_t kCount, bool kIgnoresCase>
class WordTable {
 public:
  struct Entry {
    std::string_view word;
    Value value;
  };

  consteval explicit WordTable(const std::array<Entry, kCount>& entries) {
    for (const Entry& entry : entries) {
      const Key key = key_of(entry.word);
      std::size_t at = slot_of(key);
      while (slots_[at].is_used) at = (at + 1) % kSlots;
      slots_[at] = {key, entry.value, true};
    }
  }

  // Null if the name is none of the words.
  constexpr const Value* find(std::string_view name) const {
    if (name.size() > kWordBytesMax) return nullptr;
    const Key key = key_of(name);
    for (std::size_t at = slot_of(key); slots_[at].is_used; at = (at + 1) % kSlots)
      if (slots_[at].key == key) return &slots_[at].value;
    return nullptr;
  }

 private:
  static constexpr std::size_t kWordBytesMax = 16;
  static constexpr std::size_t kSlots = std::bit_ceil(kCount * 4);
  static constexpr unsigned kShift = 64U - std::countr_zero(kSlots);
  static constexpr std::uint64_t kLowerCaseBits = 0x2020202020202020U;

  struct Key {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    constexpr bool operator==(const Key&) const = default;
  };
  struct Slot {
    Key key;
    Value value{};
    bool is_used = false;
  };

  static constexpr std::uint64_t first_bytes(std::size_t count) {
    return count >= 8 ? UINT64_MAX : (std::uint64_t{1} << (8 * count)) - 1;
  }

  // The bytes as two numbers. No other characters of names fold onto lower-case letters but
  // capital ones.
  static constexpr Key key_of(std::string_view name) {
    Key key;
    for (std::size_t i = 0; i < name.size(); ++i) {
      const auto byte = static_cast<std::uint64_t>(static_cast<unsigned char>(name[i]));
      (i < 8 ? key.low : key.high) |= byte << (8 * (i % 8));
    }
    if constexpr (kIgnoresCase) {
      key.low |= kLowerCaseBits & first_bytes(name.size());
      if (name.size() > 8) key.high |= kLowerCaseBits & first_bytes(name.size() - 8);
    }
    return key;
  }

  static constexpr std::size_t slot_of(const Key& key) {
    const std::uint64_t mixed = (key.low ^ std::rotl(key.high, 29)) * 0x9E3779B97F4A7C15U;
    return static_cast<std::size_t>(mixed >> kShift);
  }

  std::array<Slot, kSlots> slots_{};
};

}  // namespace pugmark::script

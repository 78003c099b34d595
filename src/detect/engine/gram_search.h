#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/engine/key_table.h"

namespace pugmark::engine {

// How a search compares bytes: as they are.
struct ExactBytes {
  static constexpr std::uint32_t kMask = 0;  // set in every byte of a gram before it is looked up
  static bool can_be_in_gram(char) { return true; }
  // Whether `needle` stands in `text` at `begin`, which may lie outside.
  static bool stands_at(std::string_view text, std::ptrdiff_t begin, std::string_view needle) {
    return begin >= 0 && text.substr(static_cast<std::size_t>(begin)).starts_with(needle);
  }
};

// Which of many strings stand in a text. Each is found by grams of it, that is, by `GramBytes`
// bytes in a row: those that the fewest other strings have. A place of the text costs one question
// to a table of bits, whatever the number of strings; those whose gram stands there are compared.
// With a Stride of 2 only every second place is asked about, and each string is known by two grams,
// one behind the other: wherever it stands, one of them begins at an even place.
// Immutable after construction; thread-safe. (The idea is that of q-gram filters: Navarro and
// Raffinot, Flexible Pattern Matching in Strings, 2002.)
template <std::size_t GramBytes, std::size_t Stride, class Compare = ExactBytes>
class GramSearch {
 public:
  static_assert(GramBytes >= 2 && GramBytes <= 4 && (Stride == 1 || Stride == 2));

  GramSearch() = default;
  // The strings must outlive the search and not move; can_search() holds for each.
  explicit GramSearch(const std::vector<std::string_view>& needles) : needles_(needles) {
    if (needles_.empty()) return;
    const Counts counts = count_grams();
    std::vector<std::pair<std::uint64_t, std::uint32_t>> entries;
    for (std::uint32_t i = 0; i < needles_.size(); ++i) {
      const std::size_t first = rarest_grams(needles_[i], counts);
      for (std::size_t place = first; place < first + Stride; ++place) {
        entries.emplace_back(gram_at(needles_[i].data() + place), places_.size());
        places_.push_back({i, static_cast<std::uint32_t>(place)});
      }
    }
    fill_bits(entries);
    table_ = KeyTable(entries);
  }

  // Whether a string has the grams it takes.
  static bool can_search(std::string_view needle) {
    for (std::size_t at = 0; at + kSpanBytes <= needle.size(); ++at) {
      if (is_clean(needle.substr(at, kSpanBytes))) return true;
    }
    return false;
  }

  bool empty() const { return needles_.empty(); }

  // Calls `found` with the index of each string, once or twice for each place where it stands.
  template <class Found>
  void scan(std::string_view text, Found&& found) const {
    scan_from(0, text, found);
  }

  // The same for places from `at` on, a multiple of Stride.
  template <class Found>
  void scan_from(std::size_t at, std::string_view text, Found&& found) const {
    if (needles_.empty() || text.size() < GramBytes) return;
    const Filter filter = this->filter();
    const std::size_t last = text.size() - GramBytes;
    for (; at <= last; at += Stride) {
      const std::uint32_t gram = gram_at(text.data() + at);
      if (filter.may_hold(gram)) [[unlikely]]
        compare(text, at, gram, found);
    }
  }

  // Scans for what both hold in one pass, which costs less than two: the bytes are loaded once.
  // Both must hold something, and `other` have grams that are not longer.
  template <std::size_t OtherBytes, class Found, class OtherFound>
  void scan_with(const GramSearch<OtherBytes, Stride, Compare>& other, std::string_view text,
                 Found&& found, OtherFound&& other_found) const {
    static_assert(OtherBytes <= GramBytes);
    const Filter filter = this->filter();
    const auto other_filter = other.filter();
    std::size_t at = 0;
    for (; at + GramBytes <= text.size(); at += Stride) {
      const std::uint32_t gram = gram_at(text.data() + at);
      const std::uint32_t other_gram = other.shortened(gram);
      if (filter.may_hold(gram) || other_filter.may_hold(other_gram)) [[unlikely]] {
        if (filter.may_hold(gram)) compare(text, at, gram, found);
        if (other_filter.may_hold(other_gram)) other.compare(text, at, other_gram, other_found);
      }
    }
    other.scan_from(at, text, other_found);
  }

 private:
  template <std::size_t, std::size_t, class>
  friend class GramSearch;

  // What the loops ask, kept in registers.
  struct Filter {
    const std::uint32_t* bits;
    unsigned shift;

    bool may_hold(std::uint32_t gram) const {
      const std::uint32_t hash = hash_of(gram, shift);
      return (bits[hash >> 5U] >> (hash & 31U) & 1U) != 0;
    }
  };
  Filter filter() const { return {bits_.data(), shift_}; }

  // The gram of this search at the place of a longer one.
  static std::uint32_t shortened(std::uint32_t gram) { return gram & kGramBits; }

  // How many strings have a gram, or another of the same hash: it is only about what is rare.
  struct Counts {
    std::vector<std::uint32_t> of_hash;
    unsigned shift = 0;

    std::uint32_t& of(std::uint32_t gram) { return of_hash[hash_of(gram, shift)]; }
    std::uint32_t of(std::uint32_t gram) const { return of_hash[hash_of(gram, shift)]; }
  };
  struct Place {
    std::uint32_t needle;
    std::uint32_t offset_bytes;  // of the gram in it
  };

  static constexpr std::size_t kSpanBytes = GramBytes + Stride - 1;
  static constexpr std::uint32_t kGramBits = 0xFFFFFFFFU >> (32 - 8 * GramBytes);
  // Enough bits that few places of ordinary text find one set by chance; few enough that the table
  // stays in the first cache.
  static constexpr unsigned kBitsLog2Min = 8;
  static constexpr unsigned kBitsLog2Max = 16;
  static constexpr unsigned kBitsPerGramLog2 = 6;
  static constexpr unsigned kCountsLog2Min = 4;
  static constexpr unsigned kCountsLog2Max = 16;

  static std::uint32_t gram_at(const char* at) {
    std::uint32_t gram = 0;
    std::memcpy(&gram, at, GramBytes);
    return gram | (Compare::kMask & kGramBits);
  }

  static std::uint32_t hash_of(std::uint32_t gram, unsigned shift) {
    return gram * 0x9E3779B1U >> shift;  // 2^32 / golden ratio
  }

  static bool is_clean(std::string_view bytes) {
    return std::all_of(bytes.begin(), bytes.end(), &Compare::can_be_in_gram);
  }

  Counts count_grams() const {
    std::size_t grams_count = 0;
    for (const std::string_view needle : needles_) grams_count += needle.size();
    const unsigned log2 = std::clamp(static_cast<unsigned>(std::bit_width(grams_count)) + 1,
                                     kCountsLog2Min, kCountsLog2Max);
    Counts counts{std::vector<std::uint32_t>(std::size_t{1} << log2, 0), 32 - log2};
    for (const std::string_view needle : needles_) {
      for (std::size_t at = 0; at + GramBytes <= needle.size(); ++at)
        ++counts.of(gram_at(needle.data() + at));
    }
    return counts;
  }

  // What stands in many rules stands in many logs: take what the fewest strings have, and of
  // several the last (paths begin alike).
  static std::size_t rarest_grams(std::string_view needle, const Counts& counts) {
    std::size_t best = 0;
    std::uint32_t best_count = UINT32_MAX;
    for (std::size_t at = 0; at + kSpanBytes <= needle.size(); ++at) {
      if (!is_clean(needle.substr(at, kSpanBytes))) continue;
      std::uint32_t count = 0;
      for (std::size_t i = 0; i < Stride; ++i) count += counts.of(gram_at(needle.data() + at + i));
      if (count > best_count) continue;
      best = at;
      best_count = count;
    }
    return best;
  }

  void fill_bits(const std::vector<std::pair<std::uint64_t, std::uint32_t>>& entries) {
    const unsigned wanted =
        static_cast<unsigned>(std::bit_width(entries.size())) + kBitsPerGramLog2;
    const unsigned bits_log2 = std::clamp(wanted, kBitsLog2Min, kBitsLog2Max);
    shift_ = 32 - bits_log2;
    bits_.resize(std::size_t{1} << (bits_log2 - 5), 0);
    for (const auto& [gram, place] : entries) {
      const std::uint32_t hash = hash_of(static_cast<std::uint32_t>(gram), shift_);
      bits_[hash >> 5U] |= 1U << (hash & 31U);
    }
  }

  // Kept out of the loop, which is nothing but questions nearly always.
  template <class Found>
  [[gnu::noinline]] void compare(std::string_view text, std::size_t at, std::uint32_t gram,
                                 Found& found) const {
    table_.visit(gram, [&](std::uint32_t i) {
      const Place place = places_[i];
      const std::ptrdiff_t begin =
          static_cast<std::ptrdiff_t>(at) - static_cast<std::ptrdiff_t>(place.offset_bytes);
      if (Compare::stands_at(text, begin, needles_[place.needle])) found(place.needle);
    });
  }

  std::vector<std::string_view> needles_;
  std::vector<Place> places_;
  std::vector<std::uint32_t> bits_;  // one is set for the hash of each gram
  unsigned shift_ = 0;
  KeyTable table_;  // gram -> places_
};

}  // namespace pugmark::engine

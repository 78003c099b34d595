#include "detect/engine/fragment_filter.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <immintrin.h>

#include "base/processor.h"

namespace pugmark::engine {
namespace {

constexpr std::size_t kVectorPlaces = 32;
// What is read for one vector: the last place's fragment reaches behind it.
constexpr std::size_t kVectorBytes = kVectorPlaces + kFragmentBytesMax - 1;

}  // namespace

FragmentFilter::FragmentFilter(const std::vector<std::string_view>& strings,
                               const std::vector<Fragment>& fragments) {
  for (std::size_t i = 0; i < fragments.size(); ++i) {
    const Fragment& fragment = fragments[i];
    const auto bit = static_cast<std::uint8_t>(1U << (fragment.group % 8));
    for (std::size_t place = 0; place < kFragmentBytesMax; ++place) {
      Table& groups = tables_[place][fragment.group / 8];
      if (place < fragment.size_bytes) {
        const char c = strings[i][fragment.offset_bytes + place];
        groups[static_cast<unsigned char>(c) & 15U] |= bit;
      } else {
        for (std::uint8_t& half : groups) half |= bit;
      }
    }
  }
}

bool FragmentFilter::is_available() { return has_avx2(); }

FragmentFilter::Found FragmentFilter::find_reference(std::string_view text, std::size_t from,
                                                     Places& places) const {
  Found found;
  const std::size_t end = std::min(text.size(), from + kStepPlaces);
  const auto allowed = [&](std::size_t at, std::size_t table) {
    unsigned groups = 0xFF;
    for (std::size_t place = 0; place < kFragmentBytesMax; ++place) {
      const char c = at + place < text.size() ? text[at + place] : '\0';
      const auto byte = static_cast<unsigned char>(c);
      groups &= byte < 0x80 ? tables_[place][table][byte & 15U] : 0U;
    }
    return groups;
  };
  for (std::size_t at = from; at < end; ++at) {
    found.is_ascii = found.is_ascii && static_cast<unsigned char>(text[at]) < 0x80;
    found.has_percent = found.has_percent || text[at] == '%';
    unsigned groups = 0;
    for (std::size_t table = 0; table < kTables; ++table) groups |= allowed(at, table);
    if (groups != 0) places[found.places_count++] = static_cast<std::uint32_t>(at);
  }
  return found;
}

__attribute__((target("avx2,bmi,bmi2"))) FragmentFilter::Found FragmentFilter::find(
    std::string_view text, std::size_t from, Places& places) const {
  // The intrinsics want pointers to vectors, here and below; the loads need no alignment.
  __m256i tables[kFragmentBytesMax][kTables];  // most of them stay in registers
#pragma GCC unroll 8
  for (std::size_t place = 0; place < kFragmentBytesMax; ++place) {
#pragma GCC unroll 8
    for (std::size_t table = 0; table < kTables; ++table) {
      const void* const groups = tables_[place][table].data();
      const __m128i half = _mm_loadu_si128(static_cast<const __m128i*>(groups));
      tables[place][table] = _mm256_broadcastsi128_si256(half);
    }
  }
  const std::size_t end = std::min(text.size(), from + kStepPlaces);
  const __m256i percent = _mm256_set1_epi8('%');
  __m256i all = _mm256_setzero_si256();
  __m256i percents = _mm256_setzero_si256();
  std::uint32_t* out = places.data();
  std::array<char, kVectorBytes> padded;
  for (std::size_t at = from; at < end; at += kVectorPlaces) {
    const char* bytes = text.data() + at;
    if (text.size() - at < kVectorBytes) {
      padded.fill(0);
      std::memcpy(padded.data(), bytes, text.size() - at);
      bytes = padded.data();
    }
    const auto load = [bytes](std::size_t place) __attribute__((target("avx2"))) {
      const void* const first = bytes + place;
      return _mm256_loadu_si256(static_cast<const __m256i*>(first));
    };
    const __m256i own = load(0);
    all = _mm256_or_si256(all, own);
    percents = _mm256_or_si256(percents, _mm256_cmpeq_epi8(own, percent));
    __m256i some = _mm256_setzero_si256();  // the groups that may begin at each place
#pragma GCC unroll 8
    for (std::size_t table = 0; table < kTables; ++table) {
      __m256i groups = _mm256_set1_epi8(-1);
#pragma GCC unroll 8
      for (std::size_t place = 0; place < kFragmentBytesMax; ++place)
        groups = _mm256_and_si256(groups, _mm256_shuffle_epi8(tables[place][table], load(place)));
      some = _mm256_or_si256(some, groups);
    }
    const __m256i none = _mm256_cmpeq_epi8(some, _mm256_setzero_si256());
    std::uint32_t bits = ~static_cast<std::uint32_t>(_mm256_movemask_epi8(none));
    if (end - at < kVectorPlaces) bits &= (1U << (end - at)) - 1;
    for (; bits != 0; bits &= bits - 1)
      *out++ = static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(std::countr_zero(bits));
  }
  return {static_cast<std::size_t>(out - places.data()), _mm256_movemask_epi8(all) == 0,
          _mm256_movemask_epi8(percents) != 0};
}

}  // namespace pugmark::engine

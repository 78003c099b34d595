#include "events/text/scan.h"

#include <bit>
#include <cstring>
#include <emmintrin.h>
#include <immintrin.h>

#include "base/processor.h"

namespace pugmark::text {
namespace {

// The last vector of a text reaches behind its end: bits from there on are cut off.
std::uint64_t keep_below(std::size_t length) {
  return length >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << length) - 1;
}

__m128i load(const char* at) {
  // An unaligned load of 16 bytes; the intrinsic wants this type.
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

std::uint64_t bits_of(__m128i mask) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(mask)));
}

std::uint64_t equal_bits(const char* at, char wanted) {
  const __m128i value = _mm_set1_epi8(wanted);
  return bits_of(_mm_cmpeq_epi8(load(at), value)) |
         bits_of(_mm_cmpeq_epi8(load(at + 16), value)) << 16U |
         bits_of(_mm_cmpeq_epi8(load(at + 32), value)) << 32U |
         bits_of(_mm_cmpeq_epi8(load(at + 48), value)) << 48U;
}

std::uint64_t high_bits(const char* at) {
  return bits_of(load(at)) | bits_of(load(at + 16)) << 16U | bits_of(load(at + 32)) << 32U |
         bits_of(load(at + 48)) << 48U;
}

std::uint64_t separator_bits(__m128i v) {
  const __m128i found = _mm_or_si128(
      _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8(' ')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\n'))),
      _mm_cmpeq_epi8(v, _mm_setzero_si128()));
  return bits_of(found);
}

std::uint32_t* write_offsets(std::uint64_t bits, std::size_t base, std::uint32_t* out) {
  while (bits != 0) {
    *out++ = static_cast<std::uint32_t>(base + static_cast<std::size_t>(std::countr_zero(bits)));
    bits &= bits - 1;
  }
  return out;
}

Separators find_separators_sse2(std::string_view text, std::uint32_t* offsets) {
  std::uint32_t* out = offsets;
  std::uint64_t high = 0;
  for (std::size_t at = 0; at < text.size(); at += 64) {
    const char* const p = text.data() + at;
    const std::uint64_t keep = keep_below(text.size() - at);
    const std::uint64_t bits = separator_bits(load(p)) | separator_bits(load(p + 16)) << 16U |
                               separator_bits(load(p + 32)) << 32U |
                               separator_bits(load(p + 48)) << 48U;
    high |= high_bits(p) & keep;
    out = write_offsets(bits & keep, at, out);
  }
  return {static_cast<std::size_t>(out - offsets), high == 0};
}

__attribute__((target("avx2,bmi,bmi2"))) Separators find_separators_avx2(std::string_view text,
                                                                         std::uint32_t* offsets) {
  std::uint32_t* out = offsets;
  std::uint64_t high = 0;
  const __m256i blank = _mm256_set1_epi8(' ');
  const __m256i feed = _mm256_set1_epi8('\n');
  const __m256i nul = _mm256_setzero_si256();
  for (std::size_t at = 0; at < text.size(); at += 64) {
    const std::uint64_t keep = keep_below(text.size() - at);
    std::uint64_t bits = 0;
    std::uint64_t high_here = 0;
    for (unsigned half = 0; half < 2; ++half) {
      const char* const p = text.data() + at + std::size_t{32} * half;
      // An unaligned load of 32 bytes; the intrinsic wants this type.
      const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
      const __m256i found =
          _mm256_or_si256(_mm256_or_si256(_mm256_cmpeq_epi8(v, blank), _mm256_cmpeq_epi8(v, feed)),
                          _mm256_cmpeq_epi8(v, nul));
      const auto low32 = [](__m256i mask) __attribute__((target("avx2"))) {
        return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_epi8(mask)));
      };
      bits |= low32(found) << (32U * half);
      high_here |= low32(v) << (32U * half);
    }
    high |= high_here & keep;
    bits &= keep;
    while (bits != 0) {
      *out++ = static_cast<std::uint32_t>(at + static_cast<std::size_t>(std::countr_zero(bits)));
      bits &= bits - 1;
    }
  }
  return {static_cast<std::size_t>(out - offsets), high == 0};
}

}  // namespace

Separators find_separators(std::string_view text, std::uint32_t* offsets) {
  static const bool is_wide = has_avx2();
  return is_wide ? find_separators_avx2(text, offsets) : find_separators_sse2(text, offsets);
}

std::size_t find_marked_line(std::string_view text, std::size_t from) {
  constexpr char kMark = static_cast<char>(0xEF);
  for (std::size_t at = from == 0 ? 1 : from; at < text.size(); at += 64) {
    const char* const p = text.data() + at;
    const std::uint64_t marks = equal_bits(p, '#') | equal_bits(p, kMark);
    if (marks == 0) continue;
    const std::uint64_t starts = equal_bits(p - 1, '\n') | equal_bits(p - 1, '\0');
    const std::uint64_t bits = marks & starts & keep_below(text.size() - at);
    if (bits != 0) return at + static_cast<std::size_t>(std::countr_zero(bits));
  }
  return std::string_view::npos;
}

LineEnd find_line_end_and_quotes(std::string_view text, std::size_t from) {
  LineEnd result{text.size(), 0};
  for (std::size_t at = from; at < text.size(); at += 64) {
    const char* const p = text.data() + at;
    const std::uint64_t keep = keep_below(text.size() - at);
    const std::uint64_t feeds = equal_bits(p, '\n') & keep;
    std::uint64_t quotes = equal_bits(p, '"') & keep;
    if (feeds != 0) quotes &= keep_below(static_cast<std::size_t>(std::countr_zero(feeds)));
    result.quotes += static_cast<std::size_t>(std::popcount(quotes));
    if (feeds != 0) {
      result.end = at + static_cast<std::size_t>(std::countr_zero(feeds));
      break;
    }
  }
  return result;
}

std::size_t find_last_line_feed(std::string_view text) {
  if (text.empty()) return std::string_view::npos;
  const void* found = ::memrchr(text.data(), '\n', text.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

}  // namespace pugmark::text

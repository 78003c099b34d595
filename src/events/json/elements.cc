#include "events/json/elements.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <emmintrin.h>
#include <string>

#include "events/reader.h"
#include "events/text/fields.h"

namespace pugmark::json {
namespace {

constexpr std::size_t kNowhere = std::string_view::npos;

std::uint64_t equal_bits(const char* at, char wanted) {
  const __m128i value = _mm_set1_epi8(wanted);
  std::uint64_t bits = 0;
  for (unsigned i = 0; i < 4; ++i) {
    // An unaligned load of 16 bytes; the intrinsic wants this type.
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + std::size_t{16} * i));
    const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(v, value)));
    bits |= static_cast<std::uint64_t>(mask) << (16U * i);
  }
  return bits;
}

// Every bit becomes the parity of itself and the bits below: ones between two quotes.
std::uint64_t prefix_xor(std::uint64_t bits) {
  for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

// Walks an object 64 bytes at a time; what is inside of strings is masked out.
class ObjectScanner {
 public:
  // `at` is the opening brace. Returns the position behind the closing one, kNowhere if the text
  // ends before, or sets damaged_at() to a line feed inside a string.
  std::size_t find_end(std::string_view text, std::size_t at) {
    for (; at < text.size(); at += 64) {
      const char* const p = text.data() + at;
      const std::size_t left = text.size() - at;
      std::uint64_t keep = left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
      const std::uint64_t quotes = equal_bits(p, '"') & ~escaped_bits(equal_bits(p, '\\'));
      const std::uint64_t strings = prefix_xor(quotes) ^ in_string_;
      in_string_ = (strings >> 63U) != 0 ? ~std::uint64_t{0} : 0;
      const std::uint64_t broken = equal_bits(p, '\n') & strings & keep;
      if (broken != 0) keep &= (broken & (~broken + 1)) - 1;
      const std::uint64_t opening = equal_bits(p, '{') & ~strings & keep;
      const std::uint64_t closing = equal_bits(p, '}') & ~strings & keep;
      if (const std::size_t end = count_braces(opening, closing); end != kNowhere) return at + end;
      if (broken != 0) {
        damaged_at_ = at + static_cast<std::size_t>(std::countr_zero(broken));
        return kNowhere;
      }
    }
    return kNowhere;
  }

  std::size_t damaged_at() const { return damaged_at_; }

 private:
  // The characters behind an odd number of backslashes.
  std::uint64_t escaped_bits(std::uint64_t backslashes) {
    std::uint64_t escaped = carried_escape_;
    backslashes &= ~carried_escape_;
    carried_escape_ = 0;
    while (backslashes != 0) {
      const int at = std::countr_zero(backslashes);
      if (at == 63) {
        carried_escape_ = 1;
        break;
      }
      escaped |= std::uint64_t{2} << at;
      backslashes &= ~(std::uint64_t{3} << at);
    }
    return escaped;
  }

  std::size_t count_braces(std::uint64_t opening, std::uint64_t closing) {
    const auto closing_count = static_cast<std::size_t>(std::popcount(closing));
    if (closing_count < depth_) {
      depth_ += static_cast<std::size_t>(std::popcount(opening));
      depth_ -= closing_count;
      return kNowhere;
    }
    for (std::uint64_t both = opening | closing; both != 0; both &= both - 1) {
      const std::uint64_t lowest = both & (~both + 1);
      if ((opening & lowest) != 0) {
        ++depth_;
      } else if (--depth_ == 0) {
        return static_cast<std::size_t>(std::countr_zero(lowest)) + 1;
      }
    }
    return kNowhere;
  }

  std::size_t depth_ = 0;
  std::uint64_t in_string_ = 0;
  std::uint64_t carried_escape_ = 0;
  std::size_t damaged_at_ = kNowhere;
};

bool is_structure(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == '[' || c == ']';
}

}  // namespace

std::size_t indentation_at(std::string_view text, std::size_t at,
                           std::size_t first_line_indentation) {
  std::size_t begin = at;
  while (begin > 0 && text[begin - 1] != '\n') --begin;
  if (begin == 0 && first_line_indentation != kNowhere) return first_line_indentation;
  std::size_t count = 0;
  while (begin + count < at && (text[begin + count] == ' ' || text[begin + count] == '\t')) ++count;
  return count;
}

std::size_t find_element_line(std::string_view text, std::size_t from, std::size_t indentation) {
  for (std::size_t feed = text.find('\n', from); feed != kNowhere;
       feed = text.find('\n', feed + 1)) {
    std::size_t at = feed + 1;
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
    if (at < text.size() && text[at] == '{' && at - feed - 1 <= indentation) return at;
  }
  return kNowhere;
}

Element next_element(std::string_view text, std::size_t from, bool at_end,
                     std::size_t first_line_indentation) {
  std::size_t begin = from;
  for (;;) {
    while (begin < text.size() && is_structure(text[begin])) ++begin;
    // Files put together keep the byte order marks of their parts.
    if (!text.substr(begin).starts_with(text::kByteOrderMark)) break;
    begin += text::kByteOrderMark.size();
  }
  if (begin == text.size()) return {ElementState::kNone, begin, begin};
  std::size_t damaged_at = begin;
  bool cut_off = false;
  if (text[begin] == '{') {
    ObjectScanner scanner;
    const std::size_t end = scanner.find_end(text, begin);
    if (end != kNowhere) return {ElementState::kComplete, begin, end};
    damaged_at = scanner.damaged_at();
    if (damaged_at == kNowhere) {
      if (!at_end) return {ElementState::kIncomplete, begin, text.size()};
      damaged_at = begin;  // whole ones may stand behind a damaged one
      cut_off = true;
    }
  }
  const std::size_t indentation = indentation_at(text, begin, first_line_indentation);
  const std::size_t next = find_element_line(text, damaged_at, indentation);
  if (next != kNowhere) return {ElementState::kDamaged, begin, next, cut_off};
  const ElementState state = at_end ? ElementState::kDamaged : ElementState::kIncomplete;
  return {state, begin, text.size(), cut_off};
}

Framing detect_framing(std::string_view head) {
  const std::size_t begin = head.find_first_not_of(" \t\r\n");
  if (begin == kNowhere || head[begin] != '{') return Framing::kElements;
  // The scanner reads behind the text; the head has nothing behind it.
  const std::size_t line_end = head.find('\n', begin);
  std::string line(head.substr(begin, line_end == kNowhere ? kNowhere : line_end - begin));
  const std::size_t size = line.size();
  line.append(kBlockPadding, ' ');
  const Element first = next_element(std::string_view(line).substr(0, size), 0, true);
  // A single object without a line feed is a line as well.
  if (first.state != ElementState::kComplete) return Framing::kElements;
  const std::size_t rest = line.find_first_not_of(" \t\r,", first.end);
  return rest == kNowhere ? Framing::kLines : Framing::kElements;
}

}  // namespace pugmark::json

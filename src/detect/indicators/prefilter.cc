#include "detect/indicators/prefilter.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/text.h"
#include "detect/indicators/stand.h"
#include "detect/sigma/cidr.h"

namespace pugmark::indicators {
namespace {

constexpr int kBitsMin = 14;  // of the logarithms of tables
constexpr int kBitsMax = 23;
constexpr std::size_t kBitsPerHash = 64;
constexpr std::size_t kMiddles = 65'536;
constexpr std::size_t kWindowBytes = 4;                 // on either side of an anchor
constexpr std::uint64_t kFold = 0x2020202020202020;     // both cases of a letter made the same
constexpr std::uint64_t kForeign = 0x8080808080808080;  // no ASCII: folding may make anything of it

// Texts of one byte a unit.
struct Narrow {
  static constexpr std::size_t kUnitBytes = 1;
  const char* data;
  std::size_t size;
  std::uint32_t operator[](std::size_t at) const { return static_cast<unsigned char>(data[at]); }
  std::uint32_t four_at(std::size_t at) const {
    std::uint32_t four = 0;
    std::memcpy(&four, data + at, sizeof four);
    return four;
  }
};

// UTF-16LE, at any address.
struct Wide {
  static constexpr std::size_t kUnitBytes = 2;
  const char* data;
  std::size_t size;
  std::uint32_t operator[](std::size_t at) const {
    return static_cast<unsigned char>(data[2 * at]) |
           std::uint32_t{static_cast<unsigned char>(data[2 * at + 1])} << 8U;
  }
  // A unit that is no ASCII becomes a byte that is none.
  std::uint32_t four_at(std::size_t at) const {
    std::uint64_t units = 0;
    std::memcpy(&units, data + 2 * at, sizeof units);
    if ((units & 0xFF80FF80FF80FF80) != 0) return 0x80808080;
    units |= units >> 8U;
    return static_cast<std::uint32_t>((units & 0xFFFF) | (units >> 16U & 0xFFFF0000));
  }
};

template <typename Text>
bool is_digit_at(const Text& text, std::size_t at) {
  return at < text.size && text[at] >= '0' && text[at] <= '9';
}
// Without branches: nobody can guess which units of a text are digits.
unsigned is_hex_unit(std::uint32_t unit) {
  const auto is_number = static_cast<unsigned>(unit - '0' < 10);
  const auto is_letter = static_cast<unsigned>((unit | 0x20) - 'a' < 6);
  return is_number | is_letter;
}
template <typename Text>
bool is_hex_at(const Text& text, std::size_t at) {
  // In front of the text the index has wrapped.
  return at < text.size && is_hex_unit(text[at]) != 0;
}
template <typename Text>
bool is_at(const Text& text, std::size_t at, char c) {
  return at < text.size && text[at] == static_cast<unsigned char>(c);
}

// The four units at `at`; beyond the ends of the text stand zeros.
template <typename Text>
std::uint32_t four_around(const Text& text, std::size_t at) {
  if (at < text.size && text.size - at >= kWindowBytes) return text.four_at(at);
  std::uint32_t four = 0;
  for (std::size_t i = 0; i < kWindowBytes; ++i) {
    if (at + i < text.size) four |= std::min(text[at + i], 0x80U) << (8 * i);
  }
  return four;
}

// The eight units around an anchor, those in front of it in the lower half.
template <typename Text>
std::uint64_t around(const Text& text, std::size_t at) {
  return four_around(text, at - kWindowBytes) | std::uint64_t{four_around(text, at + 1)} << 32U;
}

std::uint64_t mixed(std::uint64_t bytes, std::uint64_t number) {
  return (bytes + number) * 0x9E3779B97F4A7C15;
}

std::size_t middle_of(std::uint64_t bytes) {
  return static_cast<std::uint32_t>((bytes >> 24U & 0xFFFFFF) * 0x9E3779B1U) >> 16U;
}

std::uint64_t hash_of_address(std::uint32_t address) { return mixed(address, 0); }

// Of the first eight digits, in either case.
template <typename Text>
std::uint64_t hash_of_digits(const Text& text, std::size_t at) {
  return mixed((text.four_at(at) | std::uint64_t{text.four_at(at + 4)} << 32U) | kFold, 0);
}

// Of the bytes around a dot: digits on both sides, the next dot not far, and none in front of the
// digits: it is the first of an address or of a version.
// Without branches: which dots are of addresses, nobody can guess.
inline bool may_begin_address(std::uint64_t bytes) {
  const auto byte = [&](unsigned i) { return static_cast<std::uint8_t>(bytes >> (8 * i)); };
  const auto is_number = [&](unsigned i) {
    return static_cast<unsigned>(static_cast<std::uint8_t>(byte(i) - '0') < 10);
  };
  const auto is_dot = [&](unsigned i) { return static_cast<unsigned>(byte(i) == '.'); };
  const unsigned has_dot_before =
      is_dot(2) | (is_number(2) & (is_dot(1) | (is_number(1) & is_dot(0))));
  return (is_number(3) & is_number(4) & (is_dot(5) | is_dot(6) | is_dot(7)) &
          (has_dot_before ^ 1U)) != 0;
}

// Cases, and what is written for a blank, made the same.
std::uint32_t loose(std::uint32_t unit) {
  return unit == '+' || unit == '?' ? ' ' : unit >= 'A' && unit <= 'Z' ? unit + 32 : unit;
}

// The hash of a user agent: of its length and of bytes from places in which agents differ.
// `is_foreign` is set if one of these is no ASCII.
template <typename Text>
std::uint64_t hash_of_agent(const Text& text, std::size_t begin, std::size_t end,
                            bool& is_foreign) {
  constexpr std::size_t kPart = 8;
  const std::size_t size = end - begin;
  std::uint64_t hash = size;
  const auto take = [&](std::size_t from) {
    std::uint64_t part = 0;
    for (std::size_t i = from; i < std::min(from + kPart, end); ++i) {
      const std::uint32_t unit = text[i];
      is_foreign = is_foreign || unit >= 0x80;
      part = part << 8U | loose(unit & 0xFFU);
    }
    hash = mixed(hash ^ hash >> 29U, part);
  };
  take(begin + size / 4);
  take(begin + size / 2);
  take(size > kPart ? end - kPart : begin);
  return hash;
}

// Whether the colon at `at` may be one of an IPv6 address: those have two in a row, or many. Times
// have two and no more.
template <typename Text>
bool may_be_v6(const Text& text, std::size_t at) {
  constexpr std::size_t kLongest = 45;
  std::size_t begin = at;
  while (at - begin < kLongest && (is_hex_at(text, begin - 1) || is_at(text, begin - 1, ':')))
    --begin;
  std::size_t colons = 0;
  for (std::size_t i = begin; i - begin < 2 * kLongest && i < text.size; ++i) {
    if (text[i] == ':' && is_at(text, i + 1, ':')) return true;
    if (text[i] == ':') ++colons;
    if (text[i] != ':' && !is_hex_at(text, i)) break;
  }
  return colons >= 5;
}

// What is not of the size its type has is shown in hexadecimal. True if it may be.
bool may_be_shown_in_hex(const Value& value) {
  const std::string_view bytes = value.bytes();
  if (value.type == ValueType::kGuid || value.type == ValueType::kSystemTime)
    return bytes.size() != 16;
  if (value.type == ValueType::kSid) {
    const bool is_well_formed =
        bytes.size() >= 8 && bytes[0] == 1 &&
        bytes.size() == 8 + 4 * std::size_t{static_cast<unsigned char>(bytes[1])};
    return !is_well_formed;
  }
  return true;
}

// Wherever the whole stands, its longest part without wildcards does.
std::string_view longest_part(const Indicator& indicator) {
  if (!indicator.has_wildcards) return indicator.value;
  const bool has_single = indicator.kind != Kind::kUrl && indicator.kind != Kind::kUserAgent;
  std::string_view rest = indicator.value;
  std::string_view longest;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of(has_single ? "*?" : "*"), rest.size());
    if (end > longest.size()) longest = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return longest;
}

#if defined(__SSE2__)
// A bit for each of sixteen units that is `mark`.
std::uint64_t places_of(const Narrow& text, std::size_t at, char mark) {
  // may be unaligned
  const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data + at));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8(mark))));
}
std::uint64_t places_of(const Wide& text, std::size_t at, char mark) {
  // likewise
  const auto* const begin = reinterpret_cast<const __m128i*>(text.data + 2 * at);
  const __m128i wanted = _mm_set1_epi16(mark);
  const __m128i first = _mm_cmpeq_epi16(_mm_loadu_si128(begin), wanted);
  const __m128i second = _mm_cmpeq_epi16(_mm_loadu_si128(begin + 1), wanted);
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(first, second)));
}
#endif

// A bit for each of at most 64 units behind `at` that is one of the marks.
template <typename Text>
std::uint64_t places_of(const Text& text, std::size_t at, std::span<const char> marks) {
  std::uint64_t places = 0;
  const std::size_t end = std::min<std::size_t>(text.size - at, 64);
  std::size_t i = 0;
#if defined(__SSE2__)
  for (; i + 16 <= end; i += 16) {
    for (const char mark : marks) places |= places_of(text, at + i, mark) << i;
  }
  // The last units once more, in one step instead of up to fifteen.
  if (i < end && end >= 16) {
    for (const char mark : marks) places |= places_of(text, at + end - 16, mark) << (end - 16);
    return places;
  }
#endif
  for (; i < end; ++i) {
    for (const char mark : marks) {
      if (text[at + i] == static_cast<unsigned char>(mark)) places |= std::uint64_t{1} << i;
    }
  }
  return places;
}

#if defined(__SSE2__)
// A bit for each of sixteen bytes that is a digit.
std::uint64_t digits_of(const char* bytes) {
  // may be unaligned
  const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  const __m128i from_zero = _mm_add_epi8(block, _mm_set1_epi8(static_cast<char>(0x80 - '0')));
  return static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_cmplt_epi8(from_zero, _mm_set1_epi8(-128 + 10))));
}

// Leaves out of the dots among 64 bytes those between digits that are not the first of an address:
// logs are full of addresses and versions. What lies beyond the 64 counts for what it may be.
std::uint64_t without_inner_dots(const Narrow& text, std::size_t at, std::uint64_t dots) {
  if (text.size - at < 64) return dots;
  std::uint64_t digits = 0;
  for (unsigned i = 0; i < 64; i += 16) digits |= digits_of(text.data + at + i) << i;
  const std::uint64_t inner = dots & digits << 1U & digits >> 1U;
  const std::uint64_t has_next = dots >> 2U | dots >> 3U | dots >> 4U | std::uint64_t{0xF} << 60U;
  const std::uint64_t has_dot_before =
      dots << 2U | (digits << 2U & (dots << 3U | (digits << 3U & dots << 4U)));
  return dots & ~(inner & (~has_next | has_dot_before));
}
#endif

// Calls `look` with the index of every unit that is one of the marks, in order. Many units at a
// time: how many marks are among them is what the processor guesses wrong.
template <typename Text, typename Look>
void each_mark(const Text& text, std::span<const char> marks, const Look& look) {
  for (std::size_t at = 0; at < text.size; at += 64) {
    for (std::uint64_t places = places_of(text, at, marks); places != 0; places &= places - 1)
      look(at + static_cast<std::size_t>(std::countr_zero(places)));
  }
}

// The same for dots, without some of those between digits that begin no address.
template <typename Text, typename Look>
void each_outer_dot(const Text& text, const Look& look) {
  constexpr std::array<char, 1> kDot{'.'};
  for (std::size_t at = 0; at < text.size; at += 64) {
    std::uint64_t places = places_of(text, at, kDot);
#if defined(__SSE2__)
    if constexpr (Text::kUnitBytes == 1) places = without_inner_dots(text, at, places);
#endif
    for (; places != 0; places &= places - 1)
      look(at + static_cast<std::size_t>(std::countr_zero(places)));
  }
}

// Whether a row of 32 digits and more may lead over `at`, of which at least half lies on one side.
template <typename Text>
bool may_be_in_long_row(const Text& text, std::size_t at) {
  const auto are_hex = [&](std::size_t a, std::size_t b, std::size_t c) {
    return (is_hex_unit(text[a]) & is_hex_unit(text[b]) & is_hex_unit(text[c])) != 0;
  };
  return is_hex_unit(text[at]) && (are_hex(at - 5, at - 10, at - 15) ||
                                   (at + 15 < text.size && are_hex(at + 5, at + 10, at + 15)));
}

}  // namespace

void Prefilter::Hashes::build() {
  std::sort(hashes_.begin(), hashes_.end());
  hashes_.erase(std::unique(hashes_.begin(), hashes_.end()), hashes_.end());
  const int wanted = static_cast<int>(std::bit_width(kBitsPerHash * hashes_.size()));
  const int bits = std::clamp(wanted, kBitsMin, kBitsMax);
  shift_ = static_cast<unsigned>(64 - bits);
  bits_.resize((std::size_t{1} << bits) / 64);
  for (const std::uint64_t hash : hashes_) {
    const std::uint64_t bit = hash >> shift_;
    bits_[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
}

bool Prefilter::Hashes::is_member(std::uint64_t hash) const {
  return std::binary_search(hashes_.begin(), hashes_.end(), hash);
}

Prefilter::Prefilter(Sets sets) : sets_(std::move(sets)), middles_(kMiddles / 64) {
  for (std::uint32_t id = 0; id < sets_.size(); ++id) add(*sets_[id], id);
  for (Hashes* hashes :
       {&domains_.hashes, &dots_.hashes, &slashes_.hashes, &v4_, &agents_, &hash_beginnings_})
    hashes->build();
  if (!domains_.empty() || !dots_.empty() || has_v4_) marks_.push_back('.');
  if (has_v6_) marks_.push_back(':');
  if (!slashes_.empty()) marks_.insert(marks_.end(), {'/', '\\'});
  line_marks_ = marks_;
  if (!agents_.empty()) line_marks_.push_back(' ');
}

void Prefilter::add(const IndicatorSet& set, std::uint32_t id) {
  for (const Indicator& indicator : set.indicators()) {
    switch (set.kind()) {
      case Kind::kSha256:
      case Kind::kSha1:
      case Kind::kMd5:
        add_hash(indicator.value);
        break;
      case Kind::kAddress:
      case Kind::kNetwork:
        add_address(indicator);
        break;
      case Kind::kDomain:
        add_literal(indicator.value, true, id);
        break;
      case Kind::kUserAgent:
        if (!indicator.has_wildcards && is_ascii(indicator.value)) {
          add_agent(indicator.value);
        } else {
          add_literal(longest_part(indicator), false, id);
        }
        break;
      case Kind::kUrl:
      case Kind::kPath:
      case Kind::kFileName:
        add_literal(longest_part(indicator), false, id);
        break;
    }
  }
}

void Prefilter::add_hash(std::string_view value) {
  hash_digits_[value.size()] = true;
  shortest_hash_digits_ =
      shortest_hash_digits_ == 0 ? value.size() : std::min(shortest_hash_digits_, value.size());
  hash_beginnings_.add(hash_of_digits(Narrow{value.data(), value.size()}, 0));
}

void Prefilter::add_agent(std::string_view value) {
  shortest_agent_ = std::min(shortest_agent_, value.size());
  if (value.size() > kLongestAgent) has_long_agents_ = true;
  agent_bytes_[std::min(value.size(), kLongestAgent)] = true;
  bool is_foreign = false;
  agents_.add(hash_of_agent(Narrow{value.data(), value.size()}, 0, value.size(), is_foreign));
}

void Prefilter::add_address(const Indicator& indicator) {
  bool host_bits = false;
  const auto network = sigma::parse_network(indicator.value, host_bits);
  if (!network) return;
  if (!network->v4) {
    has_v6_ = true;
    return;
  }
  has_v4_ = true;
  std::uint32_t address = 0;
  for (std::size_t i = 0; i < 4; ++i) address = address << 8U | network->address[i];
  if (network->prefix_bits == 32) {
    v4_.add(hash_of_address(address));
    return;
  }
  v4_networks_.resize(65'536);
  const std::uint32_t first = address >> 16U;
  const std::uint32_t count = network->prefix_bits >= 16 ? 1 : 1U << (16U - network->prefix_bits);
  for (std::uint32_t i = 0; i < count; ++i) v4_networks_[first + i] = true;
}

void Prefilter::add_literal(std::string_view literal, bool is_token, std::uint32_t id) {
  if (add_anchor(literal, false, is_token ? domains_ : dots_)) return;
  if (!is_token && add_anchor(literal, true, slashes_)) return;
  without_anchor_.push_back({std::string(literal), engine::Anchor::kAnywhere, id});
}

// Takes the anchor with most of its surroundings, of equal ones the last. What may be written in
// several ways (slashes, one or two of them, and blanks) is in no window, and what is no ASCII
// needs none: look_at_dot() takes such places for found.
bool Prefilter::add_anchor(std::string_view literal, bool by_slash, Anchors& anchors) {
  const auto is_slash = [&](std::size_t at) { return literal[at] == '\\' || literal[at] == '/'; };
  const auto is_fixed = [&](std::size_t at) {
    return !is_slash(at) && literal[at] != '+' && literal[at] != '?' && literal[at] != ' ';
  };
  std::size_t best_at = 0;
  std::size_t best_before = 0;
  std::size_t best_behind = 0;
  for (std::size_t i = 0; i < literal.size(); ++i) {
    if (by_slash ? !is_slash(i) : literal[i] != '.') continue;
    std::size_t before = 0;
    while (before < kWindowBytes && before < i && is_fixed(i - before - 1)) ++before;
    std::size_t behind = 0;
    while (behind < kWindowBytes && i + behind + 1 < literal.size() && is_fixed(i + behind + 1))
      ++behind;
    if (before == 3) before = 2;  // few different windows: each is asked about at every anchor
    if (by_slash && behind >= before) before = 0;
    if (by_slash && behind < before) behind = 0;
    if (before + behind < best_before + best_behind) continue;
    best_at = i;
    best_before = before;
    best_behind = behind;
  }
  if (best_before + best_behind < 2) return false;
  const std::uint64_t before_mask =
      best_before == 0 ? 0 : 0xFFFFFFFFU << (8 * (kWindowBytes - best_before)) & 0xFFFFFFFFU;
  const std::uint64_t behind_mask = (std::uint64_t{1} << (8 * best_behind)) - 1;
  const Window window{before_mask | behind_mask << 32U, 8 * best_before + best_behind};
  const bool is_known = std::any_of(anchors.windows.begin(), anchors.windows.end(),
                                    [&](const Window& known) { return known.mask == window.mask; });
  if (!is_known) anchors.windows.push_back(window);
  const std::uint64_t bytes = around(Narrow{literal.data(), literal.size()}, best_at) | kFold;
  if (best_before == 0 || best_behind < 2) has_small_window_ = true;
  const auto may_be_digit = [&](std::size_t bytes_known, std::size_t place) {
    return bytes_known == 0 || (literal[place] >= '0' && literal[place] <= '9');
  };
  if (!by_slash && may_be_digit(best_before, best_at - 1) && may_be_digit(best_behind, best_at + 1))
    has_inner_dots_ = true;
  const std::uint64_t middle = middle_of(bytes);
  middles_[middle / 64] |= std::uint64_t{1} << (middle % 64);
  anchors.hashes.add(mixed(bytes & window.mask, window.number));
  return true;
}

bool Prefilter::Anchors::has(std::uint64_t folded_bytes) const {
  return std::any_of(windows.begin(), windows.end(), [&](const Window& window) {
    return hashes.has(mixed(folded_bytes & window.mask, window.number));
  });
}

bool Prefilter::may_be_anchor(std::uint64_t folded_bytes) const {
  const std::size_t middle = middle_of(folded_bytes);
  return has_small_window_ || (middles_[middle / 64] >> (middle % 64) & 1U) != 0;
}

// The dot at `at` is the first of an address that is looked for, or so it seems.
template <typename Text>
bool Prefilter::may_be_address(const Text& text, std::size_t at) const {
  std::size_t begin = at - 1;
  while (at - begin < 3 && is_digit_at(text, begin - 1)) --begin;
  std::uint32_t address = 0;
  for (int i = 0; i < 4; ++i) {
    if (i > 0 && (begin >= text.size || text[begin++] != '.')) return false;
    std::uint32_t octet = 0;
    std::size_t digits = 0;
    for (; digits < 4 && is_digit_at(text, begin); ++digits)
      octet = 10 * octet + text[begin++] - '0';
    if (digits == 0 || digits > 3 || octet > 255) return false;
    address = address << 8U | octet;
  }
  return v4_.has(hash_of_address(address)) ||
         (!v4_networks_.empty() && v4_networks_[address >> 16U]);
}

template <typename Text>
void Prefilter::look_at_dot(const Text& text, std::size_t at, Answer& answer) const {
  const std::uint64_t bytes = around(text, at);
  if ((bytes & kForeign) != 0 || may_be_anchor(bytes | kFold) ||
      (has_v4_ && may_begin_address(bytes)))
    look_closer(text, at, bytes, answer);
}

template <typename Text>
void Prefilter::look_closer(const Text& text, std::size_t at, std::uint64_t bytes,
                            Answer& answer) const {
  if ((bytes & kForeign) != 0) {
    answer.tokens = answer.literals = true;
    return;
  }
  const std::uint64_t folded = bytes | kFold;
  if (may_be_anchor(folded)) {
    if (domains_.has(folded)) answer.tokens = true;
    if (dots_.has(folded)) answer.literals = true;
  }
  if (has_v4_ && !answer.tokens && may_begin_address(bytes))
    answer.tokens = may_be_address(text, at);
}

// Whether a row of as many digits as a hash has, and with the first digits of one, stands there.
template <typename Text>
bool Prefilter::may_hold_hash(const Text& text) const {
  for (std::size_t at = shortest_hash_digits_ - 1; at < text.size; at += shortest_hash_digits_) {
    if (!may_be_in_long_row(text, at)) continue;
    std::size_t begin = at;
    while (is_hex_at(text, begin - 1)) --begin;
    std::size_t end = at + 1;
    while (is_hex_at(text, end)) ++end;
    const std::size_t digits = end - begin;
    if (digits < hash_digits_.size() && hash_digits_[digits] &&
        hash_beginnings_.has(hash_of_digits(text, begin)))
      return true;
    while (at + shortest_hash_digits_ < end) at += shortest_hash_digits_;
  }
  return false;
}

// Whether what stands between two places is a user agent, or folds to one.
template <typename Text>
bool Prefilter::may_be_agent(const Text& text, std::size_t begin, std::size_t end) const {
  const std::size_t size = end - begin;
  if (size > kLongestAgent) return has_long_agents_;
  if (!agent_bytes_[size]) return false;
  bool is_foreign = false;
  const std::uint64_t hash = hash_of_agent(text, begin, end, is_foreign);
  return is_foreign || agents_.has(hash);
}

// `token`: where the text behind the last blank begins.
template <typename Text>
void Prefilter::look_at_mark(const Text& text, std::size_t at, std::size_t& token,
                             Answer& answer) const {
  switch (text[at]) {
    case '.':
      look_at_dot(text, at, answer);
      break;
    case ':':
      answer.tokens = answer.tokens || may_be_v6(text, at);
      break;
    case ' ':
      answer.agents = answer.agents || may_be_agent(text, token, at);
      token = at + 1;
      break;
    default: {
      const std::uint64_t bytes = around(text, at);
      answer.literals = answer.literals || (bytes & kForeign) != 0 || slashes_.has(bytes | kFold);
    }
  }
}

template <typename Text>
void Prefilter::scan(const Text& text, std::span<const char> marks, Answer& answer) const {
  std::size_t token = 0;
  if (marks.size() == 1 && marks.front() == '.') {
    // As most lists need, with the mark known to the compiler.
    constexpr std::array<char, 1> kDot{'.'};
    const auto look = [&](std::size_t at) { look_at_dot(text, at, answer); };
    if (has_inner_dots_) {
      each_mark(text, kDot, look);
    } else {
      each_outer_dot(text, look);
    }
  } else {
    each_mark(text, marks, [&](std::size_t at) { look_at_mark(text, at, token, answer); });
  }
  if (!marks.empty() && marks.back() == ' ' && !answer.agents)
    answer.agents = may_be_agent(text, token, text.size);
  if (shortest_hash_digits_ != 0 && !answer.tokens) answer.tokens = may_hold_hash(text);
}

Prefilter::Answer Prefilter::may_stand_in_line(std::string_view line, bool with_agents) const {
  Answer answer;
  const Narrow text{line.data(), line.size()};
  scan(text, with_agents ? line_marks_ : marks_, answer);
  if (!agents_.empty() && !answer.agents) answer.agents = may_be_agent(text, 0, text.size);
  return answer;
}

bool Prefilter::may_be_agent_of_length(std::string_view text) const {
  return may_be_agent(Narrow{text.data(), text.size()}, 0, text.size());
}

template <typename Text>
void Prefilter::may_hold_units(const Text& text, Answer& answer) const {
  scan(text, marks_, answer);
  if (!agents_.empty() && !answer.agents) answer.agents = may_be_agent(text, 0, text.size);
}

Prefilter::Answer Prefilter::may_hold_text(const Value& value) const {
  Answer answer;
  if (!value.present() || value.type == ValueType::kNull) return answer;
  if (value.is_list()) return {true, true, true};
  answer.literals = !without_anchor_.empty();
  const std::string_view bytes = value.bytes();
  switch (value.type) {
    case ValueType::kUtf8:
    case ValueType::kAnsi:
      // Characters of several bytes may fold to one: the length says nothing then.
      if (!agents_.empty() && bytes.size() > shortest_agent_ && !is_ascii(bytes))
        answer.agents = true;
      may_hold_units(Narrow{bytes.data(), bytes.size()}, answer);
      break;
    case ValueType::kUtf16:
      may_hold_units(Wide{bytes.data(), bytes.size() / 2}, answer);
      break;
    case ValueType::kNumberText:
    case ValueType::kBoolText:
      break;
    default:
      answer.tokens = shortest_hash_digits_ != 0 && 2 * bytes.size() < hash_digits_.size() &&
                      hash_digits_[2 * bytes.size()] && may_be_shown_in_hex(value);
  }
  return answer;
}

}  // namespace pugmark::indicators

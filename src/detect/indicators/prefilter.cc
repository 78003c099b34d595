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

constexpr std::size_t kAddressBits = 20;
constexpr std::size_t kAgentBits = 18;
constexpr std::size_t kHashDigitBits = 16;
constexpr unsigned kAnchorBitsMin = 16;
constexpr unsigned kAnchorBitsMax = 22;
constexpr unsigned kBitsPerAnchor = 16;
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
template <typename Text>
bool is_hex_at(const Text& text, std::size_t at) {
  if (at >= text.size) return false;  // in front of the text too: the index has wrapped
  const std::uint32_t unit = text[at];
  const std::uint32_t lower = unit | 0x20;
  return (unit >= '0' && unit <= '9') || (lower >= 'a' && lower <= 'f');
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

bool has_bit(const std::vector<std::uint64_t>& bits, std::size_t at) {
  return (bits[at / 64] >> (at % 64) & 1U) != 0;
}
void set_bit(std::vector<std::uint64_t>& bits, std::size_t at) {
  bits[at / 64] |= std::uint64_t{1} << (at % 64);
}

std::size_t hash_of_address(std::uint32_t address) {
  return (address * 0x9E3779B1U) >> (32 - kAddressBits);
}

template <typename Text>
std::size_t hash_of_digits(const Text& text, std::size_t at) {
  return mixed((text.four_at(at) | kFold) & 0xFFFFFFFF, 0) >> (64 - kHashDigitBits);
}

// Cases, and what is written for a blank, made the same.
std::uint32_t loose(std::uint32_t unit) {
  return unit == '+' || unit == '?' ? ' ' : unit >= 'A' && unit <= 'Z' ? unit + 32 : unit;
}

// The hash of a user agent: of its length and of bytes from places in which agents differ.
// `is_foreign` is set if one of these is no ASCII.
template <typename Text>
std::size_t hash_of_agent(const Text& text, std::size_t begin, std::size_t end, bool& is_foreign) {
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
  return hash >> (64 - kAgentBits);
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
std::uint32_t places_of(const Narrow& text, std::size_t at, char mark) {
  const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data + at));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8(mark))));
}
std::uint32_t places_of(const Wide& text, std::size_t at, char mark) {
  const auto* const begin = reinterpret_cast<const __m128i*>(text.data + 2 * at);
  const __m128i wanted = _mm_set1_epi16(mark);
  const __m128i first = _mm_cmpeq_epi16(_mm_loadu_si128(begin), wanted);
  const __m128i second = _mm_cmpeq_epi16(_mm_loadu_si128(begin + 1), wanted);
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(first, second)));
}
#endif

// Calls `look` with the index of every unit that is one of the marks, in order.
template <typename Text, typename Look>
void each_mark(const Text& text, std::span<const char> marks, const Look& look) {
  std::size_t at = 0;
#if defined(__SSE2__)
  constexpr std::size_t kUnits = 16;
  for (; at + kUnits <= text.size; at += kUnits) {
    std::uint32_t places = 0;
    for (const char mark : marks) places |= places_of(text, at, mark);
    for (; places != 0; places &= places - 1)
      look(at + static_cast<std::size_t>(std::countr_zero(places)));
  }
#endif
  for (; at < text.size; ++at) {
    for (const char mark : marks) {
      if (text[at] == static_cast<unsigned char>(mark)) look(at);
    }
  }
}

}  // namespace

Prefilter::Prefilter(Sets sets) : sets_(std::move(sets)) {
  for (std::uint32_t id = 0; id < sets_.size(); ++id) add(*sets_[id], id);
  for (Anchors* anchors : {&domains_, &dots_, &slashes_}) build(*anchors);
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
  hashes_.resize((std::size_t{1} << kHashDigitBits) / 64);
  hash_digits_[value.size()] = true;
  shortest_hash_digits_ =
      shortest_hash_digits_ == 0 ? value.size() : std::min(shortest_hash_digits_, value.size());
  set_bit(hashes_, hash_of_digits(Narrow{value.data(), value.size()}, 0));
}

void Prefilter::add_agent(std::string_view value) {
  agents_.resize((std::size_t{1} << kAgentBits) / 64);
  shortest_agent_ = std::min(shortest_agent_, value.size());
  if (value.size() > kLongestAgent) has_long_agents_ = true;
  agent_bytes_[std::min(value.size(), kLongestAgent)] = true;
  bool is_foreign = false;
  set_bit(agents_, hash_of_agent(Narrow{value.data(), value.size()}, 0, value.size(), is_foreign));
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
    v4_.resize((std::size_t{1} << kAddressBits) / 64);
    set_bit(v4_, hash_of_address(address));
    return;
  }
  v4_networks_.resize(65'536 / 64);
  const std::uint32_t first = address >> 16U;
  const std::uint32_t count = network->prefix_bits >= 16 ? 1 : 1U << (16U - network->prefix_bits);
  for (std::uint32_t i = 0; i < count; ++i) set_bit(v4_networks_, first + i);
}

void Prefilter::add_literal(std::string_view literal, bool is_token, std::uint32_t id) {
  if (add_anchor(literal, false, is_token ? domains_ : dots_)) return;
  if (!is_token && add_anchor(literal, true, slashes_)) return;
  without_anchor_.push_back({std::string(literal), engine::Anchor::kAnywhere, id});
}

// Takes the anchor with most of its surroundings, of equal ones the last. What may be written in
// several ways (slashes, one or two of them, and blanks) is in no window, and what is no ASCII
// needs none: stands_at_anchor() takes such places for found.
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
  anchors.hashes.push_back(mixed(bytes & window.mask, window.number));
  return true;
}

void Prefilter::build(Anchors& anchors) {
  const auto wanted = static_cast<unsigned>(std::bit_width(kBitsPerAnchor * anchors.hashes.size()));
  const unsigned bits = std::clamp(wanted, kAnchorBitsMin, kAnchorBitsMax);
  anchors.shift = 64 - bits;
  anchors.bits.resize((std::size_t{1} << bits) / 64);
  for (const std::uint64_t hash : anchors.hashes) set_bit(anchors.bits, hash >> anchors.shift);
  anchors.hashes = {};
}

template <typename Text>
bool Prefilter::stands_at_anchor(const Anchors& anchors, const Text& text, std::size_t at) {
  const std::uint64_t bytes = around(text, at);
  if ((bytes & kForeign) != 0) return true;
  const std::uint64_t folded = bytes | kFold;
  return std::any_of(anchors.windows.begin(), anchors.windows.end(), [&](const Window& window) {
    return has_bit(anchors.bits, mixed(folded & window.mask, window.number) >> anchors.shift);
  });
}

// The dot at `at` is the first of an address that is looked for, or so it seems.
template <typename Text>
bool Prefilter::may_be_address(const Text& text, std::size_t at) const {
  if (!is_digit_at(text, at - 1) || !is_digit_at(text, at + 1)) return false;
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
  return (!v4_.empty() && has_bit(v4_, hash_of_address(address))) ||
         (!v4_networks_.empty() && has_bit(v4_networks_, address >> 16U));
}

template <typename Text>
void Prefilter::look_at_dot(const Text& text, std::size_t at, Answer& answer) const {
  if (!domains_.empty() && !answer.tokens) answer.tokens = stands_at_anchor(domains_, text, at);
  if (has_v4_ && !answer.tokens) answer.tokens = may_be_address(text, at);
  if (!dots_.empty() && !answer.others) answer.others = stands_at_anchor(dots_, text, at);
}

// Whether a row of as many digits as a hash has, and with the first digits of one, stands there.
template <typename Text>
bool Prefilter::may_hold_hash(const Text& text) const {
  for (std::size_t at = shortest_hash_digits_ - 1; at < text.size; at += shortest_hash_digits_) {
    if (!is_hex_at(text, at)) continue;
    std::size_t begin = at;
    while (is_hex_at(text, begin - 1)) --begin;
    std::size_t end = at + 1;
    while (is_hex_at(text, end)) ++end;
    const std::size_t digits = end - begin;
    if (digits < hash_digits_.size() && hash_digits_[digits] &&
        has_bit(hashes_, hash_of_digits(text, begin)))
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
  const std::size_t hash = hash_of_agent(text, begin, end, is_foreign);
  return is_foreign || has_bit(agents_, hash);
}

template <typename Text>
void Prefilter::scan(const Text& text, bool is_line, Answer& answer) const {
  std::size_t token = 0;  // where the text behind the last blank begins
  const auto look = [&](std::size_t at) {
    switch (text[at]) {
      case '.':
        look_at_dot(text, at, answer);
        break;
      case ':':
        answer.tokens = answer.tokens || may_be_v6(text, at);
        break;
      case ' ':
        answer.others = answer.others || may_be_agent(text, token, at);
        token = at + 1;
        break;
      default:
        answer.others = answer.others || stands_at_anchor(slashes_, text, at);
    }
  };
  each_mark(text, is_line ? line_marks_ : marks_, look);
  if (!agents_.empty() && !answer.others)
    answer.others = may_be_agent(text, token, text.size) || may_be_agent(text, 0, text.size);
  if (shortest_hash_digits_ != 0 && !answer.tokens) answer.tokens = may_hold_hash(text);
}

Prefilter::Answer Prefilter::may_stand_in_line(std::string_view line) const {
  Answer answer;
  scan(Narrow{line.data(), line.size()}, true, answer);
  return answer;
}

Prefilter::Answer Prefilter::may_hold_text(const Value& value) const {
  Answer answer;
  if (!value.present() || value.type == ValueType::kNull) return answer;
  if (value.is_list()) return {true, true};
  answer.others = !without_anchor_.empty();
  const std::string_view bytes = value.bytes();
  switch (value.type) {
    case ValueType::kUtf8:
    case ValueType::kAnsi:
      // Characters of several bytes may fold to one: the length says nothing then.
      if (!agents_.empty() && bytes.size() > shortest_agent_ && !is_ascii(bytes))
        answer.others = true;
      scan(Narrow{bytes.data(), bytes.size()}, false, answer);
      break;
    case ValueType::kUtf16:
      scan(Wide{bytes.data(), bytes.size() / 2}, false, answer);
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

#include "detect/indicators/prefilter.h"

#include <algorithm>
#include <bit>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/text.h"
#include "detect/indicators/stand.h"
#include "detect/sigma/cidr.h"

namespace pugmark::indicators {
namespace {

constexpr std::uint32_t kOutside = 0;            // beyond an end of the text
constexpr std::uint32_t kForeign = 0xFFFF'FFFF;  // no ASCII: folding may make anything of it
constexpr std::size_t kAddressBits = 20;

// Both cases of a letter, both slashes, and what stands for a blank, made the same.
constexpr std::array<std::uint8_t, 128> loose_table() {
  std::array<std::uint8_t, 128> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const char c = static_cast<char>(i);
    const char loose = c >= 'A' && c <= 'Z'   ? static_cast<char>(c + ('a' - 'A'))
                       : c == '+' || c == '?' ? ' '
                       : c == '/'             ? '\\'
                                              : c;
    table[i] = static_cast<std::uint8_t>(loose);
  }
  return table;
}
constexpr std::array<std::uint8_t, 128> kLoose = loose_table();

// Texts of one byte a unit.
struct Narrow {
  static constexpr std::size_t kUnitBytes = 1;
  const char* data;
  std::size_t size;
  std::uint32_t operator[](std::size_t at) const { return static_cast<unsigned char>(data[at]); }
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
};

template <typename Text>
std::uint32_t loose_at(const Text& text, std::size_t at) {
  if (at >= text.size) return kOutside;  // in front of the text too: the index has wrapped
  const std::uint32_t unit = text[at];
  return unit < kLoose.size() ? kLoose[unit] : kForeign;
}
template <typename Text>
bool is_digit_at(const Text& text, std::size_t at) {
  return at < text.size && text[at] >= '0' && text[at] <= '9';
}
template <typename Text>
bool is_hex_at(const Text& text, std::size_t at) {
  const std::uint32_t unit = loose_at(text, at);
  return (unit >= '0' && unit <= '9') || (unit >= 'a' && unit <= 'f');
}

// Whether the colon at `at` may be one of an IPv6 address: those have two in a row, or many. Times
// have two and no more.
template <typename Text>
bool may_be_v6(const Text& text, std::size_t at) {
  constexpr std::size_t kLongest = 45;
  std::size_t begin = at;
  while (at - begin < kLongest && (is_hex_at(text, begin - 1) || loose_at(text, begin - 1) == ':'))
    --begin;
  std::size_t colons = 0;
  for (std::size_t i = begin; i - begin < kLongest && i < text.size; ++i) {
    if (text[i] == ':' && loose_at(text, i + 1) == ':') return true;
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

std::uint32_t mixed(std::uint32_t window, std::uint32_t a, std::uint32_t b, std::uint32_t c,
                    std::uint32_t d) {
  const std::uint32_t bytes = a | b << 8U | c << 16U | d << 24U;
  return (bytes * 0x9E3779B1U + window * 0x85EBCA6BU) >> 16U;
}

template <typename Bits>
bool has_bit(const Bits& bits, std::size_t at) {
  return (bits[at / 64] >> (at % 64) & 1U) != 0;
}
template <typename Bits>
void set_bit(Bits& bits, std::size_t at) {
  bits[at / 64] |= std::uint64_t{1} << (at % 64);
}

std::size_t hash_of_address(std::uint32_t address) {
  return (address * 0x9E3779B1U) >> (32 - kAddressBits);
}

std::uint32_t hash_step(std::uint32_t hash, std::uint32_t byte) {
  return (hash ^ byte) * 0x01000193U;  // FNV-1a
}
std::size_t agent_bit(std::uint32_t hash) { return (hash ^ hash >> 16U) & 0xFFFFU; }

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

// Calls `look` with the index of every unit that is one of the marks.
template <typename Text, typename Look>
void each_mark(const Text& text, std::span<const char> marks, const Look& look) {
  std::size_t at = 0;
#if defined(__SSE2__)
  constexpr std::size_t kUnits = 16 / Text::kUnitBytes;
  for (; at + kUnits <= text.size; at += kUnits) {
    const __m128i block =
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data + at * Text::kUnitBytes));
    __m128i found = _mm_setzero_si128();
    for (const char mark : marks) {
      if constexpr (Text::kUnitBytes == 1) {
        found = _mm_or_si128(found, _mm_cmpeq_epi8(block, _mm_set1_epi8(mark)));
      } else {
        found = _mm_or_si128(found, _mm_cmpeq_epi16(block, _mm_set1_epi16(mark)));
      }
    }
    auto bits = static_cast<std::uint32_t>(_mm_movemask_epi8(found));
    if constexpr (Text::kUnitBytes == 2) bits &= 0x5555U;
    for (; bits != 0; bits &= bits - 1)
      look(at + static_cast<std::size_t>(std::countr_zero(bits)) / Text::kUnitBytes);
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
  if (domains_ != nullptr || dots_ != nullptr || has_v4_) marks_.push_back('.');
  if (has_v6_) marks_.push_back(':');
  if (slashes_ != nullptr) marks_.insert(marks_.end(), {'/', '\\'});
  line_marks_ = marks_;
  if (agents_ != nullptr) line_marks_.push_back(' ');
}

void Prefilter::add(const IndicatorSet& set, std::uint32_t id) {
  for (const Indicator& indicator : set.indicators()) {
    const std::string& value = indicator.value;
    switch (set.kind()) {
      case Kind::kSha256:
      case Kind::kSha1:
      case Kind::kMd5:
        add_hash(value);
        break;
      case Kind::kAddress:
      case Kind::kNetwork:
        add_address(indicator);
        break;
      case Kind::kDomain:
        add_literal(value, true, id);
        break;
      case Kind::kUserAgent:
        if (!indicator.has_wildcards && is_ascii(value)) {
          add_agent(value);
          break;
        }
        [[fallthrough]];
      case Kind::kUrl:
      case Kind::kPath:
      case Kind::kFileName:
        add_literal(longest_part(indicator), false, id);
        break;
    }
  }
}

void Prefilter::add_hash(std::string_view value) {
  if (hashes_ == nullptr) hashes_ = std::make_unique<Bits>();
  hash_digits_[value.size()] = true;
  shortest_hash_digits_ =
      shortest_hash_digits_ == 0 ? value.size() : std::min(shortest_hash_digits_, value.size());
  const Narrow text{value.data(), value.size()};
  set_bit(*hashes_, mixed(0, text[0], text[1], text[2], text[3]));
}

void Prefilter::add_agent(std::string_view value) {
  if (agents_ == nullptr) agents_ = std::make_unique<Bits>();
  shortest_agent_ = std::min(shortest_agent_, value.size());
  if (value.size() > kLongestAgent) has_long_agents_ = true;
  agent_bytes_[std::min(value.size(), kLongestAgent)] = true;
  const Narrow text{value.data(), value.size()};
  std::uint32_t hash = 0;
  for (std::size_t i = 0; i < text.size; ++i) hash = hash_step(hash, loose_at(text, i));
  set_bit(*agents_, agent_bit(hash));
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
    if (v4_.empty()) v4_.resize((std::size_t{1} << kAddressBits) / 64);
    set_bit(v4_, hash_of_address(address));
    return;
  }
  if (v4_networks_.empty()) v4_networks_.resize(65'536 / 64);
  const std::uint32_t first = address >> 16U;
  const std::uint32_t count = network->prefix_bits >= 16 ? 1 : 1U << (16U - network->prefix_bits);
  for (std::uint32_t i = 0; i < count; ++i) set_bit(v4_networks_, first + i);
}

void Prefilter::add_literal(std::string_view literal, bool is_token, std::uint32_t id) {
  Chosen chosen;
  std::unique_ptr<Anchors>* anchors = is_token ? &domains_ : &dots_;
  if (!choose(literal, '.', chosen)) {
    anchors = &slashes_;
    if (!choose(literal, '\\', chosen)) {
      without_anchor_.push_back({std::string(literal), engine::Anchor::kAnywhere, id});
      return;
    }
  }
  if (*anchors == nullptr) *anchors = std::make_unique<Anchors>();
  (*anchors)->has[chosen.window] = true;
  set_bit((*anchors)->bits, chosen.hash);
}

// The first anchor in the literal with most of its surroundings. Where they are no ASCII nothing
// need be noted: look_at() takes such places for found. Several slashes in a row count as one where
// paths are compared, so no window reaches beyond one.
bool Prefilter::choose(std::string_view literal, char anchor, Chosen& chosen) const {
  const auto is_slash = [&](std::size_t at) { return literal[at] == '\\' || literal[at] == '/'; };
  bool found = false;
  for (std::size_t i = 0; i < literal.size(); ++i) {
    if (anchor == '.' ? literal[i] != '.' : !is_slash(i)) continue;
    std::size_t behind = 0;
    while (behind < 2 && i + behind + 1 < literal.size() && !is_slash(i + behind + 1)) ++behind;
    std::size_t before = std::min<std::size_t>(i, 2);
    if (before > 0 && is_slash(i - 1)) before = 0;
    if (before > 1 && anchor != '.' && is_slash(i - 2)) before = 1;
    const bool is_slash_anchor = anchor != '.';
    const Window window = is_slash_anchor              ? (behind == 2   ? kBehind
                                                          : before == 2 ? kInFront
                                                                        : kWindowsCount)
                          : before == 2 && behind == 2 ? kBoth
                          : before == 1 && behind == 2 ? kOneAndTwo
                          : before == 2 && behind == 1 ? kTwoAndOne
                          : behind == 2                ? kBehind
                          : before == 2                ? kInFront
                                                       : kWindowsCount;
    if (window == kWindowsCount || (found && window >= chosen.window)) continue;
    found = true;
    const Narrow text{literal.data(), literal.size()};
    chosen.window = window;
    chosen.hash = hash_of(window, loose_at(text, i - 2), loose_at(text, i - 1),
                          loose_at(text, i + 1), loose_at(text, i + 2));
  }
  return found;
}

std::uint32_t Prefilter::hash_of(Window window, std::uint32_t a, std::uint32_t b, std::uint32_t c,
                                 std::uint32_t d) {
  const bool has_two = window == kBoth || window == kTwoAndOne || window == kInFront;
  const bool has_next = window != kInFront;
  return mixed(window, has_two ? a : 0, has_two || window == kOneAndTwo ? b : 0, has_next ? c : 0,
               has_next && window != kTwoAndOne ? d : 0);
}

template <typename Text>
bool Prefilter::stands_at_anchor(const Anchors& anchors, const Text& text, std::size_t at) {
  const std::uint32_t a = loose_at(text, at - 2);
  const std::uint32_t b = loose_at(text, at - 1);
  const std::uint32_t c = loose_at(text, at + 1);
  const std::uint32_t d = loose_at(text, at + 2);
  if ((a | b | c | d) == kForeign) return true;
  for (const Window window : {kBoth, kOneAndTwo, kTwoAndOne, kBehind, kInFront}) {
    if (anchors.has[window] && has_bit(anchors.bits, hash_of(window, a, b, c, d))) return true;
  }
  return false;
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
  if (domains_ != nullptr && !answer.tokens) answer.tokens = stands_at_anchor(*domains_, text, at);
  if (has_v4_ && !answer.tokens) answer.tokens = may_be_address(text, at);
  if (dots_ != nullptr && !answer.others) answer.others = stands_at_anchor(*dots_, text, at);
}

// Whether a row of as many digits as a hash has, and with the first digits of one, stands there.
template <typename Text>
bool Prefilter::may_hold_hash(const Text& text) const {
  for (std::size_t at = shortest_hash_digits_ - 1; at < text.size; at += shortest_hash_digits_) {
    if (!is_hex_at(text, at)) continue;
    std::size_t begin = at;
    while (begin > 0 && is_hex_at(text, begin - 1)) --begin;
    std::size_t end = at + 1;
    while (is_hex_at(text, end)) ++end;
    const std::size_t digits = end - begin;
    if (digits < hash_digits_.size() && hash_digits_[digits] &&
        has_bit(*hashes_, mixed(0, loose_at(text, begin), loose_at(text, begin + 1),
                                loose_at(text, begin + 2), loose_at(text, begin + 3))))
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
  std::uint32_t hash = 0;
  for (std::size_t i = begin; i < end; ++i) {
    const std::uint32_t byte = loose_at(text, i);
    if (byte == kForeign) return true;
    hash = hash_step(hash, byte);
  }
  return has_bit(*agents_, agent_bit(hash));
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
        answer.others = answer.others || stands_at_anchor(*slashes_, text, at);
    }
  };
  each_mark(text, is_line ? line_marks_ : marks_, look);
  if (agents_ != nullptr && !answer.others)
    answer.others = may_be_agent(text, token, text.size) || may_be_agent(text, 0, text.size);
  if (shortest_hash_digits_ != 0 && !answer.tokens) answer.tokens = may_hold_hash(text);
}

Prefilter::Answer Prefilter::may_stand_in_line(std::string_view line) const {
  Answer answer;
  scan(Narrow{line.data(), line.size()}, true, answer);
  return answer;
}

Prefilter::Answer Prefilter::may_hold(const Value& value) const {
  Answer answer;
  if (!value.present() || value.type == ValueType::kNull) return answer;
  if (value.is_list()) return {true, true};
  answer.others = !without_anchor_.empty();
  const std::string_view bytes = value.bytes();
  switch (value.type) {
    case ValueType::kUtf8:
    case ValueType::kAnsi:
      // Characters of several bytes may fold to one: the length says nothing then.
      if (agents_ != nullptr && bytes.size() > shortest_agent_ && !is_ascii(bytes))
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

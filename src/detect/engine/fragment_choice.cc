#include "detect/engine/fragment_choice.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

namespace pugmark::engine {
namespace {

// More strings fill the groups until nearly every place looks like one; and the time to choose
// grows with them.
constexpr std::size_t kStringsMax = 1'000;
constexpr std::size_t kOffsetsMax = 64;  // looked at per string

// Above this many places in one that look like a fragment, asking for grams is faster.
constexpr double kExpectedMax = 0.1;

// About how often a byte stands in the lines of web servers. Only the order of magnitude matters,
// and only for speed.
constexpr double weight_of(unsigned char byte) {
  constexpr std::string_view kOften = "etaoinsrhldcum0123456789";
  constexpr std::string_view kBetweenWords = "-./_=&:,;%+ ";
  const auto c = static_cast<char>(byte);
  if (byte < 0x20 || byte >= 0x7F || (c >= 'A' && c <= 'Z')) return 0;
  if (kOften.find(c) != std::string_view::npos) return 8;
  if (kBetweenWords.find(c) != std::string_view::npos) return 6;
  return c >= 'a' && c <= 'z' ? 4 : 0.5;
}

constexpr std::uint16_t kAnyHalf = 0xFFFF;

// How likely the low half of a byte is one of a set (one bit each), by the set's upper and lower
// eight.
class Likelihoods {
 public:
  Likelihoods() {
    std::array<double, 16> halves{};
    for (unsigned byte = 0; byte < 128; ++byte)
      halves[byte & 15U] += weight_of(static_cast<unsigned char>(byte));
    const double sum = std::accumulate(halves.begin(), halves.end(), 0.0);
    for (unsigned set = 1; set < 256; ++set) {
      const auto first = static_cast<std::size_t>(std::countr_zero(set));
      lower_[set] = lower_[set & (set - 1)] + halves[first] / sum;
      upper_[set] = upper_[set & (set - 1)] + halves[first + 8] / sum;
    }
  }
  double of(std::uint16_t set) const { return lower_[set & 0xFFU] + upper_[set >> 8U]; }

 private:
  std::array<double, 256> lower_{};
  std::array<double, 256> upper_{};
};

class Chooser {
 public:
  Chooser(const std::vector<std::string_view>& strings, bool (*may_stand_in)(char))
      : strings_(strings), may_stand_in_(may_stand_in) {}

  std::optional<std::vector<Fragment>> choose() {
    std::vector<Fragment> fragments(strings_.size());
    for (const std::uint32_t i : by_choice()) {
      const std::vector<Fragment> possible = fragments_of(strings_[i]);
      if (possible.empty()) return std::nullopt;
      fragments[i] = cheapest(strings_[i], possible);
      add(strings_[i], fragments[i]);
    }
    double expected = 0;
    for (const Group& group : groups_) expected += group.expected;
    if (expected > kExpectedMax) return std::nullopt;
    return fragments;
  }

 private:
  struct Group {
    std::array<std::uint16_t, kFragmentBytesMax> places{};  // the low halves that stand there
    double expected = 0;  // how likely a place of a text looks like one of its fragments
  };

  // Those with little to choose from first: the others can be put beside them.
  std::vector<std::uint32_t> by_choice() const {
    std::vector<std::uint32_t> order(strings_.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return strings_[a].size() < strings_[b].size();
    });
    return order;
  }

  // The longest there are.
  std::vector<Fragment> fragments_of(std::string_view string) const {
    std::vector<Fragment> fragments;
    std::uint32_t run = 0;  // bytes up to here that may stand in a fragment
    std::uint32_t longest = kFragmentBytesMin;
    for (std::uint32_t at = 0; at < string.size() && fragments.size() < kOffsetsMax; ++at) {
      run = may_stand_in_(string[at]) ? run + 1 : 0;
      const std::uint32_t size = std::min<std::uint32_t>(run, kFragmentBytesMax);
      if (size < longest) continue;
      if (size > longest) fragments.clear();
      longest = size;
      fragments.push_back({at + 1 - size, size, 0});
    }
    return fragments;
  }

  static std::uint16_t place_with(const Group& group, std::string_view string,
                                  const Fragment& fragment, std::uint32_t i) {
    if (i >= fragment.size_bytes) return kAnyHalf;
    const auto byte = static_cast<unsigned char>(string[fragment.offset_bytes + i]);
    return static_cast<std::uint16_t>(group.places[i] | 1U << (byte & 15U));
  }

  double expected_with(const Group& group, std::string_view string,
                       const Fragment& fragment) const {
    double expected = 1;
    for (std::uint32_t i = 0; i < kFragmentBytesMax; ++i)
      expected *= likelihoods_.of(place_with(group, string, fragment, i));
    return expected;
  }

  Fragment cheapest(std::string_view string, const std::vector<Fragment>& possible) const {
    Fragment best = possible.front();
    double least = std::numeric_limits<double>::max();
    for (Fragment fragment : possible) {
      for (fragment.group = 0; fragment.group < groups_.size(); ++fragment.group) {
        const Group& group = groups_[fragment.group];
        const double more = expected_with(group, string, fragment) - group.expected;
        if (more >= least) continue;
        least = more;
        best = fragment;
      }
    }
    return best;
  }

  void add(std::string_view string, const Fragment& fragment) {
    Group& group = groups_[fragment.group];
    group.expected = expected_with(group, string, fragment);
    for (std::uint32_t i = 0; i < kFragmentBytesMax; ++i)
      group.places[i] = place_with(group, string, fragment, i);
  }

  const std::vector<std::string_view>& strings_;
  bool (*may_stand_in_)(char);
  Likelihoods likelihoods_;
  std::array<Group, kFragmentGroups> groups_;
};

}  // namespace

std::optional<std::vector<Fragment>> choose_fragments(const std::vector<std::string_view>& strings,
                                                      bool (*may_stand_in)(char)) {
  if (strings.size() > kStringsMax) return std::nullopt;
  return Chooser(strings, may_stand_in).choose();
}

}  // namespace pugmark::engine

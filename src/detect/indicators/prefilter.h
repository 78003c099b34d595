#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detect/engine/literal_index.h"
#include "detect/indicators/set.h"
#include "events/value.h"

namespace pugmark::indicators {

// Says of nearly every text, in a pass over its bytes, that no indicator of any set stands in it.
// It may take a text for one that holds some; it never leaves one out. The cost does not grow with
// the number of indicators. Immutable after construction; thread-safe.
class Prefilter {
 public:
  using Sets = std::vector<std::shared_ptr<const IndicatorSet>>;

  // Which sets may find something: those that look for what stands by itself between any other
  // bytes (hashes, addresses, networks, domains), and the others.
  struct Answer {
    bool tokens = false;
    bool others = false;
    bool any() const { return tokens || others; }
  };

  explicit Prefilter(Sets sets);

  const Sets& sets() const { return sets_; }

  // Of a value as it stands in an event, and as it is rendered.
  Answer may_hold(const Value& value) const;

  // Of a line of a log, UTF-8: also of all its values, with each '+' read as a blank, and with
  // neighbours joined by '?'. Not of what it says percent-decoded, and not of indicators in
  // without_anchor().
  Answer may_stand_in_line(std::string_view line) const;

  // What has no byte to be known by: a file name without a dot. Any value may hold them. Ids are
  // indexes of sets.
  const std::vector<engine::Literal>& without_anchor() const { return without_anchor_; }

 private:
  // Bytes around an anchor, as far as they belong to the indicator.
  enum Window : std::uint8_t { kBoth, kOneAndTwo, kTwoAndOne, kBehind, kInFront, kWindowsCount };
  static constexpr std::size_t kHashBits = 16;
  static constexpr std::size_t kLongestAgent = 1'024;
  using Bits = std::array<std::uint64_t, (std::size_t{1} << kHashBits) / 64>;

  // Anchors of one character.
  struct Anchors {
    std::array<bool, kWindowsCount> has{};
    Bits bits{};
  };
  struct Chosen {
    Window window = kBoth;
    std::uint32_t hash = 0;
  };

  void add(const IndicatorSet& set, std::uint32_t id);
  void add_hash(std::string_view value);
  void add_agent(std::string_view value);
  void add_literal(std::string_view literal, bool is_token, std::uint32_t id);
  bool choose(std::string_view literal, char anchor, Chosen& chosen) const;
  void add_address(const Indicator& indicator);
  static std::uint32_t hash_of(Window window, std::uint32_t a, std::uint32_t b, std::uint32_t c,
                               std::uint32_t d);

  template <typename Text>
  void scan(const Text& text, bool is_line, Answer& answer) const;
  template <typename Text>
  void look_at_dot(const Text& text, std::size_t at, Answer& answer) const;
  template <typename Text>
  static bool stands_at_anchor(const Anchors& anchors, const Text& text, std::size_t at);
  template <typename Text>
  bool may_be_address(const Text& text, std::size_t at) const;
  template <typename Text>
  bool may_hold_hash(const Text& text) const;
  template <typename Text>
  bool may_be_agent(const Text& text, std::size_t begin, std::size_t end) const;

  Sets sets_;
  std::vector<char> marks_;       // the anchors
  std::vector<char> line_marks_;  // and what parts the values of a line
  bool has_v4_ = false;
  bool has_v6_ = false;
  std::vector<std::uint64_t> v4_;           // a bit per hash of an address
  std::vector<std::uint64_t> v4_networks_;  // a bit per first half of an address; empty: none
  std::size_t shortest_hash_digits_ = 0;    // 0: none
  std::array<bool, 65> hash_digits_{};      // by their number
  std::unique_ptr<Bits> hashes_;            // by their first four digits
  std::unique_ptr<Anchors> domains_;        // dots of domains
  std::unique_ptr<Anchors> dots_;           // dots of everything else
  std::unique_ptr<Anchors> slashes_;
  std::array<bool, kLongestAgent + 1> agent_bytes_{};  // by their length
  std::size_t shortest_agent_ = SIZE_MAX;
  bool has_long_agents_ = false;
  std::unique_ptr<Bits> agents_;  // by the hash of the whole
  std::vector<engine::Literal> without_anchor_;
};

}  // namespace pugmark::indicators

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "detect/engine/literal_index.h"
#include "detect/indicators/set.h"
#include "events/value.h"

namespace pugmark::indicators {

// Says of nearly every text, in a pass over its bytes, that no indicator of any set stands in it.
// It may take a text for one that holds some; it never leaves one out. The cost hardly grows with
// the number of indicators: each is known by the bytes around one of its dots, or by a slash, its
// length, its first digits (docs/adr/0022). Immutable after construction; thread-safe.
class Prefilter {
 public:
  using Sets = std::vector<std::shared_ptr<const IndicatorSet>>;

  // Which sets may find something: those of is_token() kinds, and the others.
  struct Answer {
    bool tokens = false;
    bool others = false;
    bool any() const { return tokens || others; }
  };

  explicit Prefilter(Sets sets);

  const Sets& sets() const { return sets_; }

  // Of a value as it stands in an event, and as it is rendered.
  Answer may_hold(const Value& value) const {
    // Most values are numbers and times.
    return value.type >= ValueType::kInt8 && value.type <= ValueType::kBool && value.size <= 8 &&
                   without_anchor_.empty()
               ? Answer{}
               : may_hold_text(value);
  }

  // Of a line of a log, ASCII: also of all its values, with each '+' read as a blank, and with
  // neighbours joined by '?'. Not of what it says percent-decoded, and not of indicators in
  // without_anchor().
  Answer may_stand_in_line(std::string_view line) const;

  // What has no bytes to be known by: a file name without a dot. Any value may hold them. Ids are
  // indexes of sets.
  const std::vector<engine::Literal>& without_anchor() const { return without_anchor_; }

 private:
  // How many bytes in front of an anchor and behind it belong to an indicator.
  struct Window {
    std::uint64_t mask = 0;  // of the eight bytes around an anchor
    std::uint64_t number = 0;
  };
  // Indicators known by what stands around one character.
  struct Anchors {
    std::vector<Window> windows;        // those in use
    std::vector<std::uint64_t> hashes;  // while they are put together
    std::vector<std::uint64_t> bits;
    unsigned shift = 0;
    bool empty() const { return windows.empty(); }
  };
  static constexpr std::size_t kLongestAgent = 1'024;

  void add(const IndicatorSet& set, std::uint32_t id);
  void add_hash(std::string_view value);
  void add_agent(std::string_view value);
  void add_literal(std::string_view literal, bool is_token, std::uint32_t id);
  static bool add_anchor(std::string_view literal, bool by_slash, Anchors& anchors);
  void add_address(const Indicator& indicator);
  static void build(Anchors& anchors);

  Answer may_hold_text(const Value& value) const;
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
  std::vector<std::uint64_t> hashes_;       // by their first four digits
  Anchors domains_;                         // dots of domains
  Anchors dots_;                            // dots of everything else
  Anchors slashes_;
  std::size_t shortest_agent_ = SIZE_MAX;
  bool has_long_agents_ = false;
  std::array<bool, kLongestAgent + 1> agent_bytes_{};  // by their length
  std::vector<std::uint64_t> agents_;  // by the hash of some of their bytes; empty: none
  std::vector<engine::Literal> without_anchor_;
};

}  // namespace pugmark::indicators

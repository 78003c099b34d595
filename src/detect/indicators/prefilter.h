#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "detect/engine/literal_index.h"
#include "detect/indicators/set.h"
#include "events/value.h"

namespace pugmark::indicators {

// Says of nearly every text, in a pass over its bytes, that no indicator of any set stands in it.
// It may take a text for one that holds some; it never leaves one out. The cost hardly grows with
// the number of indicators: each is known by the bytes around one of its dots, or by a slash, its
// length, its first digits (docs/adr/0024). Immutable after construction; thread-safe.
class Prefilter {
 public:
  using Sets = std::vector<std::shared_ptr<const IndicatorSet>>;

  // Which sets may find something.
  struct Answer {
    bool tokens = false;    // those of is_token() kinds
    bool literals = false;  // URLs, paths, file names, user agents with wildcards
    bool agents = false;    // user agents without
    bool any() const { return tokens || literals || agents; }
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
  // without_anchor(). `with_agents`: otherwise user agents are asked about value by value.
  Answer may_stand_in_line(std::string_view line, bool with_agents) const;

  // Whether the whole text, ASCII and with '+' read as a blank, may be a user agent.
  bool may_be_agent(std::string_view text) const {
    return text.size() <= kLongestAgent ? agent_bytes_[text.size()] && may_be_agent_of_length(text)
                                        : has_long_agents_;
  }
  bool has_agents() const { return !agents_.empty(); }
  // Nothing shorter is one. Of what is no ASCII that says nothing.
  std::size_t shortest_agent() const { return shortest_agent_; }

  // What has no bytes to be known by: a file name without a dot. Any value may hold them. Ids are
  // indexes of sets.
  const std::vector<engine::Literal>& without_anchor() const { return without_anchor_; }

 private:
  // How many bytes in front of an anchor and behind it belong to an indicator.
  struct Window {
    std::uint64_t mask = 0;  // of the eight bytes around an anchor
    std::uint64_t number = 0;
  };
  // A set of numbers that says no quickly.
  class Hashes {
   public:
    void add(std::uint64_t hash) { hashes_.push_back(hash); }
    void build();
    bool empty() const { return hashes_.empty(); }
    bool has(std::uint64_t hash) const {
      const std::uint64_t bit = hash >> shift_;
      return (bits_[bit / 64] >> (bit % 64) & 1U) != 0 && is_member(hash);
    }

   private:
    bool is_member(std::uint64_t hash) const;

    std::vector<std::uint64_t> hashes_;  // sorted
    std::vector<std::uint64_t> bits_;    // by their first bits
    unsigned shift_ = 0;
  };
  // Indicators known by what stands around one character.
  struct Anchors {
    std::vector<Window> windows;  // those in use
    Hashes hashes;
    bool empty() const { return windows.empty(); }
    bool has(std::uint64_t folded_bytes) const;
  };
  static constexpr std::size_t kLongestAgent = 1'024;

  void add(const IndicatorSet& set, std::uint32_t id);
  void add_hash(std::string_view value);
  void add_agent(std::string_view value);
  void add_literal(std::string_view literal, bool is_token, std::uint32_t id);
  bool add_anchor(std::string_view literal, bool by_slash, Anchors& anchors);
  void add_address(const Indicator& indicator);

  bool may_be_anchor(std::uint64_t folded_bytes) const;
  bool may_be_agent_of_length(std::string_view text) const;
  Answer may_hold_text(const Value& value) const;
  template <typename Text>
  void scan(const Text& text, std::span<const char> marks, Answer& answer) const;
  template <typename Text>
  void may_hold_units(const Text& text, Answer& answer) const;
  template <typename Text>
  void look_at_dot(const Text& text, std::size_t at, Answer& answer) const;
  template <typename Text>
  void look_closer(const Text& text, std::size_t at, std::uint64_t bytes, Answer& answer) const;
  template <typename Text>
  void look_at_mark(const Text& text, std::size_t at, std::size_t& token, Answer& answer) const;
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
  Hashes v4_;
  std::vector<bool> v4_networks_;         // by the first half of an address; empty: none
  std::size_t shortest_hash_digits_ = 0;  // 0: none
  std::array<bool, 65> hash_digits_{};    // by their number
  Hashes hash_beginnings_;                // of the first eight digits
  // Of all three below, of the byte in front of the anchor and the two behind it: says no to nearly
  // every place at once, if no window is smaller.
  std::vector<std::uint64_t> middles_;
  bool has_small_window_ = false;
  bool has_inner_dots_ = false;  // some anchor may stand between digits
  Anchors domains_;  // dots of domains
  Anchors dots_;     // dots of everything else
  Anchors slashes_;
  std::size_t shortest_agent_ = SIZE_MAX;
  bool has_long_agents_ = false;
  std::array<bool, kLongestAgent + 1> agent_bytes_{};  // by their length
  Hashes agents_;                                      // of some of their bytes
  std::vector<engine::Literal> without_anchor_;
};

}  // namespace pugmark::indicators

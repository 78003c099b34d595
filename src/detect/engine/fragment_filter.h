#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "detect/engine/fragment_choice.h"

namespace pugmark::engine {

// Which places of a text look as if one of many fragments began there: none where one does is left
// out. The low half of each byte is looked up in tables of sixteen entries, which one instruction
// does for 32 places at a time; a fragment may begin where all bytes allow some group. Both cases
// of a letter have the same low half. (The idea is that of Hyperscan's Teddy: Wang and others, NSDI
// 2019.) Only for texts of ASCII: other bytes are taken for none of any fragment.
// Immutable after construction; thread-safe.
class FragmentFilter {
 public:
  // find() looks at this many places of a text at a time.
  static constexpr std::size_t kStepPlaces = 1'024;
  using Places = std::array<std::uint32_t, kStepPlaces>;

  struct Found {
    std::size_t places_count = 0;
    bool is_ascii = true;      // all bytes looked at are
    bool has_percent = false;  // one of them is '%'
  };

  FragmentFilter() = default;
  // One fragment for each string.
  FragmentFilter(const std::vector<std::string_view>& strings,
                 const std::vector<Fragment>& fragments);

  // Whether this machine has what find() takes: AVX2 and the bit instructions of its time.
  static bool is_available();

  // Writes to `places` the places from `from` on, kStepPlaces at most, ascending.
  Found find(std::string_view text, std::size_t from, Places& places) const;

  // The slow twin, for any machine.
  Found find_reference(std::string_view text, std::size_t from, Places& places) const;

 private:
  static constexpr std::size_t kHalves = 16;
  static constexpr std::size_t kTables = kFragmentGroups / 8;
  using Table = std::array<std::uint8_t, kHalves>;  // the groups half a byte allows, one bit each

  // By place in the fragment, and by group / 8.
  std::array<std::array<Table, kTables>, kFragmentBytesMax> tables_{};
};

}  // namespace pugmark::engine

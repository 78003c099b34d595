#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace pugmark::engine {

inline constexpr std::size_t kFragmentBytesMin = 3;
inline constexpr std::size_t kFragmentBytesMax = 5;
inline constexpr std::size_t kFragmentGroups = 24;

// A few bytes in a row by which a string is known, and the group of alike fragments it is put in.
struct Fragment {
  std::uint32_t offset_bytes = 0;  // in the string
  std::uint32_t size_bytes = 0;
  std::uint32_t group = 0;
};

// Chooses for each string a fragment and a group so that few places of the text of a log look as if
// a fragment of a group began there, when of each byte only the low half is looked at, and by
// itself (FragmentFilter). Nothing if that cannot be: too many strings, or too short ones.
// `may_stand_in` says which bytes a fragment may be made of; all of them are ASCII.
std::optional<std::vector<Fragment>> choose_fragments(const std::vector<std::string_view>& strings,
                                                      bool (*may_stand_in)(char));

}  // namespace pugmark::engine

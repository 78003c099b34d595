#pragma once

#include <compare>
#include <cstdint>

namespace pugmark {

// One file, or one member of an archive, of what was handed over. Numbers are given out while
// reading and mean nothing outside one run: results are ordered by item path, never by this.
enum class ItemId : std::uint32_t {};

// Where something is written in the evidence. Together with the item's SHA-256 it is enough for a
// stranger to look: `length_bytes` bytes from `offset_bytes` of the (unpacked) item.
struct Locator {
  std::uint64_t offset_bytes = 0;
  ItemId item{};
  std::uint32_t length_bytes = 0;

  friend auto operator<=>(const Locator&, const Locator&) = default;
};

}  // namespace pugmark

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/digest.h"
#include "evidence/locator.h"

namespace pugmark {

// What is known of one item after it was read. Owns its data.
struct Item {
  ItemId id{};
  std::string path;                // as handed over; members of archives after "!/"
  std::uint64_t size_bytes = 0;    // unpacked, as delivered; of what was not opened, as stated
  std::optional<Sha256> sha256;    // of all its bytes; absent if it could not be read to the end
  std::string type;                // by content: "evtx", "w3c", "zip", "unknown", ...
  std::uint64_t events_count = 0;
  std::uint64_t read_bytes = 0;    // understood by a reader
  std::uint64_t unread_bytes = 0;  // the rest: damage, slack, tails, unknown types
};

}  // namespace pugmark

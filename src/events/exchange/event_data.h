#pragma once

#include <string_view>
#include <vector>

#include "events/event.h"
#include "events/value.h"

namespace pugmark::exchange {

struct DataItem {
  std::string_view key;  // "CMD" of "S:CMD=...": the letter of the type is left out
  Value value;
};

// The second layer of ECP logs: "S:TIME=210;S:SID=...;'S:CMD=...''...'';...';...". Items are parted
// by semicolons. An item in single quotes holds what it likes, quotes in it doubled (resolved into
// the arena); any other item ends at a semicolon that is followed by the beginning of an item or by
// nothing, because values contain semicolons too. What is no item is passed over: it stays readable
// in EventData. At most `items_max` items; false if there were more.
bool split_event_data(std::string_view text, std::size_t items_max, Arena& arena,
                      std::vector<DataItem>& items);

}  // namespace pugmark::exchange

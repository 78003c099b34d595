#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "events/event.h"
#include "events/json/layout.h"
#include "events/json/walk.h"

namespace pugmark::json {

// What an object wraps that is no Windows event but holds some: {"Events": [{...}, ...]}. An
// element that wraps events in its turn stands as a whole.
struct Wrapped {
  std::vector<ListElement> elements;
  bool lacks_lists = false;     // there may be more, in arrays that were not seen
  bool lacks_elements = false;  // there are more behind them
  bool lacks_depth = false;     // there may be more, deeper than was looked
};

// Objects that wrap events may stand in one another to this depth.
inline constexpr std::size_t kWrappersMax = 4;

// Nothing if the object, which `walker` walked just now, wraps no events; then `walker` holds it as
// before. `mark`: what `arena` had given out before that walk.
std::optional<Wrapped> find_wrapped(std::string_view object, Walker& walker, LayoutCache& layouts,
                                    Arena& arena, const Arena::Mark& mark);

// Makes elements that were found in a text read as Windows-1252, which is longer, say where they
// stand in the text as it is written. They follow one another.
void place_as_written(std::string_view written, std::vector<ListElement>& elements);

}  // namespace pugmark::json

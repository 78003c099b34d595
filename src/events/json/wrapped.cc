#include "events/json/wrapped.h"

#include <string>

#include "base/text.h"

namespace pugmark::json {

std::optional<Wrapped> find_wrapped(std::string_view object, Walker& walker, LayoutCache& layouts,
                                    Arena& arena, const Arena::Mark& mark) {
  const Layout* layout = &layouts.find(walker.signature());
  Wrapped wrapped;
  // The fields of many events are more than one event may have, so that arrays behind them were
  // not seen.
  const bool is_outlined = walker.too_many_fields() && !layout->is_windows;
  if (is_outlined) {
    arena.set_back(mark);
    walker.walk_outline(object, arena);
    wrapped.lacks_lists = walker.too_many_fields();
    layout = &layouts.find(walker.signature());
  }
  if (!layout->event_lists.empty() &&
      walker.find_elements(object, layout->event_lists, wrapped.elements)) {
    wrapped.lacks_elements = walker.too_many_elements();
    wrapped.lacks_depth = walker.too_deep();
    return wrapped;
  }
  if (is_outlined) {
    arena.set_back(mark);
    walker.walk(object, arena);
  }
  return std::nullopt;
}

void place_as_written(std::string_view written, std::vector<ListElement>& elements) {
  std::size_t at = 0;
  std::size_t converted_at = 0;
  std::string character;
  const auto go_to = [&](std::size_t converted) {
    for (; converted_at < converted; ++at) {
      character.clear();
      append_windows1252(written.substr(at, 1), character);
      converted_at += character.size();
    }
    return at;
  };
  for (ListElement& element : elements) {
    const std::size_t end = element.begin + element.length;
    element.begin = go_to(element.begin);
    element.length = go_to(end) - element.begin;
  }
}

}  // namespace pugmark::json

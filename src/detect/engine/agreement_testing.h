#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "detect/engine/engine.h"
#include "detect/engine/matcher.h"
#include "detect/sigma/reference.h"
#include "events/event.h"
#include "events/shape.h"

// Compares the engine with the reference evaluator. Not part of the product.
namespace pugmark::engine {

struct Agreement {
  std::uint64_t events_count = 0;
  std::uint64_t judged_count = 0;  // pairs of event and rule the reference evaluator looked at
  std::uint64_t matches_count = 0;
  std::string difference;  // the first, as a sentence; empty if they agree
};

// Lets both judge one event by every rule. `raw_line` as for Matcher::match(); `path` names the
// event in a difference. A matcher that is kept from event to event remembers their values.
void compare_event(const Event& event, std::string_view raw_line, std::string_view path,
                   Engine& engine, Matcher& matcher, Agreement& agreement);

// Reads an item (the bytes of a file) and lets both judge every event by every rule.
Agreement compare_on_item(Bytes item, std::string_view path, Engine& engine, ShapeTable& shapes,
                          const Limits& limits);

// Whether the matcher says that the rule is true of an event made of names and values, without any
// routing: for cases written down as such.
bool matches_alone(const sigma::Rule& rule, const sigma::NamedEvent& event);

}  // namespace pugmark::engine

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "detect/sigma/logsource.h"
#include "detect/sigma/reference.h"
#include "events/event.h"
#include "events/shape.h"

namespace pugmark {

// A route's renames: the field a rule speaks of, and the event's fields that stand for it.
using Renames = std::span<const sigma::FieldRename>;

// The event as the reference evaluator reads it: every field by name with all its texts and their
// readings (docs/adr on readings), renames applied. `raw_line` is "" for sources without lines.
// Plain code on purpose: what the engine's matcher knows in its own way is compared with this.
sigma::NamedEvent named_event(const Event& event, std::string_view raw_line, Renames renames);

// The one text that stands for a field of the rule's name where values of several events are
// compared: renames applied, as rewritten if the route rewrites it, a list as one text. Nothing if
// the event lacks it, it is null, or `name` is "" (an alias without a field).
std::optional<std::string> field_text(const Event& event, std::string_view name, Renames renames);

}  // namespace pugmark

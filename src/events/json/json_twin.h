#pragma once

#include <string_view>

#include "base/limits.h"
#include "events/text/plain_testing.h"

namespace pugmark::json {

// The slow twin of the JSON reader: finds the objects character by character, parses them with
// nlohmann-json into a tree and walks it. Same events and, for damaged objects, the same gaps. For
// tests and fuzzers; nesting deeper than Limits::nesting_depth is not looked at.
text::PlainLog read_slowly(std::string_view log, const Limits& limits);

}  // namespace pugmark::json

#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"
#include "events/text/fields.h"

namespace pugmark::json {

// The time that a value of a JSON event, a text or a number, stands for. Beside what parse_time()
// reads: a blank before the zone, " UTC" or " GMT", an offset of hours alone, ISO 8601 without
// separators, .NET's /Date(ms)/ and /Date(ms+hhmm)/, and seconds, milliseconds, microseconds or
// nanoseconds since 1970 with 10, 13, 16 or 19 digits (docs/formats/json.md).
std::optional<ParsedTime> read_time(std::string_view text, text::DayParser& days);

}  // namespace pugmark::json

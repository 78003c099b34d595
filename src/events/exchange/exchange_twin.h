#pragma once

#include <string_view>

#include "base/limits.h"
#include "events/text/plain_testing.h"

namespace pugmark::exchange {

// The slow twin of the Exchange reader: reads a whole log character by character with ordinary
// strings. Same events; no gaps. For tests and fuzzers.
text::PlainLog read_slowly(std::string_view log, std::string_view path, const Limits& limits);

}  // namespace pugmark::exchange

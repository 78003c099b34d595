#pragma once

#include <string_view>

#include "base/limits.h"
#include "events/text/plain_testing.h"

namespace pugmark::w3c {

// The slow twin of the W3C reader: reads a whole log line by line with ordinary strings. Same
// events; of the gaps only those of rows that do not fit. For tests and fuzzers.
text::PlainLog read_slowly(std::string_view log, std::string_view path, const Limits& limits);

}  // namespace pugmark::w3c

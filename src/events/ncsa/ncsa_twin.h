#pragma once

#include <string_view>

#include "events/text/plain_testing.h"

namespace pugmark::ncsa {

// The slow twin of the NCSA reader: takes lines apart with ordinary strings. Same events; no gaps.
// For tests and fuzzers.
text::PlainLog read_slowly(std::string_view log);

}  // namespace pugmark::ncsa

#pragma once

#include "cli/console.h"
#include "cli/parse.h"

namespace pugmark {

// `pugmark hunt`. Returns the exit code.
int run_hunt(const ParsedLine& line, Console& console);

}  // namespace pugmark

#pragma once

#include <string>
#include <vector>

namespace pugmark {

// The whole program: parses `words` (without the program's name), runs the command, reports
// failures on standard error. Returns the exit code (console.h, and EXIT STATUS in the man page).
// Call once, from the main thread: it settles signals and standard streams for the process.
int run_cli(const std::vector<std::string>& words);

}  // namespace pugmark

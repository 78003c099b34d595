#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "detect/sigma/parse.h"

namespace pugmark::sigma {

// Reads, parses and links every rule file of the paths: files as they are, folders with all `.yml`
// and `.yaml` files below them, in order of their paths. What cannot be read is in
// RuleSet::rejected, never missing. Paths in messages are as handed over. The result does not
// depend on the number of threads.
RuleSet load_rules(std::span<const std::filesystem::path> paths, const ParseOptions& options,
                   std::size_t threads_count = 1);

}  // namespace pugmark::sigma

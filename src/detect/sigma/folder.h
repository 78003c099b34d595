#pragma once

#include <filesystem>
#include <span>

#include "detect/sigma/parse.h"

namespace pugmark::sigma {

// Reads, parses and links every rule file of the paths: files as they are, folders with all `.yml`
// and `.yaml` files below them, in order of their paths. What cannot be read is in
// RuleSet::rejected, never missing. Paths in messages are as handed over. Uses one thread.
RuleSet load_rules(std::span<const std::filesystem::path> paths, const ParseOptions& options);

}  // namespace pugmark::sigma

#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "detect/sigma/parse.h"

namespace pugmark::sigma {

// Reads, parses and links every rule file of the paths: files as they are, folders with all `.yml`
// and `.yaml` files below them; the program's own first, then in order of their paths. What cannot
// be read is in RuleSet::rejected, never missing. Documents and messages name files as handed over,
// but for those below `own_folder`, one of the paths: they are `rules/...` wherever it lies. The
// result does not depend on the order of the paths nor on the number of threads.
RuleSet load_rules(std::span<const std::filesystem::path> paths, const ParseOptions& options,
                   std::size_t threads_count = 1, const std::string& own_folder = "");

// The files that load_rules() opens for the paths, as it names them before links are resolved.
std::vector<std::string> rule_files(std::span<const std::filesystem::path> paths);

}  // namespace pugmark::sigma

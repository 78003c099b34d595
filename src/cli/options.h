#pragma once

#include <string>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "cli/console.h"
#include "cli/parse.h"
#include "report/report.h"

namespace pugmark {

// The filter options of show and export.
Result<Filter> filter_of(const ParsedLine& line);

// --threads; 0 for all cores.
Result<unsigned> threads_of(const ParsedLine& line);

// --limit NAME=VALUE, applied to the defaults.
Result<Limits> limits_of(const ParsedLine& line);

// A LEVEL option, if given.
std::optional<Level> level_of(const ParsedLine& line, const std::string& flag);

// Says of folders given for rules that none came from them.
void note_empty_folders(const std::vector<std::string>& folders,
                        const std::vector<std::string>& yara_folders, const Console& console);

// The folder of the program's own rules: PUGMARK_RULES, or beside the program. "" if there is none.
std::string default_rules_folder();

}  // namespace pugmark

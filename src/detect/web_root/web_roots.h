#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "detect/files/examined_files.h"
#include "detect/files/file_check.h"
#include "detect/web_root/rules.h"

// What only several files of a web server show together.
namespace pugmark::web_root {

// For each rule how many files there were that it could have said something of; nothing if it
// judges every file.
using FilesForRules = std::array<std::optional<std::uint64_t>, kRulesCount>;

// Adds to the files what they show together. `first_rule`: where rules_of_web_roots() stand in
// `file_rules`. Linear in the number of files, and independent of who examined which. kIo,
// kDamaged: temporary file.
Result<FilesForRules> judge_web_roots(const std::vector<files::FileRule>& file_rules,
                                      std::uint32_t first_rule, files::ExaminedFiles& files);

}  // namespace pugmark::web_root

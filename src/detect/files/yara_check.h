#pragma once

#include <memory>
#include <vector>

#include "base/limits.h"
#include "detect/files/file_check.h"
#include "detect/yara/rules.h"

// Known families, found by YARA rules: what detect/yara finds, as this program says it.
namespace pugmark::files {

// One for each of rules.rules(), in their order; before any is disabled. Rules that are sure of
// what they find (level high and above) say that a file was planted.
std::vector<FileRule> file_rules_of(const yara::Rules& rules);

// Tries all rules; those that are disabled in `file_rules`, or not there, say nothing. A file is
// malicious by a rule of level high or above, and suspicious by any other. All outlive the check.
std::unique_ptr<FileCheck> make_yara_check(const yara::Rules& rules,
                                           const std::vector<FileRule>& file_rules,
                                           const Limits& limits);

}  // namespace pugmark::files

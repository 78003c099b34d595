#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "detect/files/file_check.h"

namespace pugmark::script {
class Model;
}

// The program's own analysis of server scripts, as a check of files: what detect/script finds, in
// the words of reports. What a request says and where it ends up is the reason.
namespace pugmark::files {

// The rules by which scripts are judged, in the order of their findings' numbers; every file of
// evidence that is a script is judged by all of them.
std::vector<FileRule> rules_of_scripts();

// `first_rule`: where rules_of_scripts() stand in `file_rules`, those that are disabled say
// nothing. `model`: nullptr if there is none; the flows alone decide then. All outlive the check.
std::unique_ptr<FileCheck> make_script_check(const std::vector<FileRule>& file_rules,
                                             std::uint32_t first_rule,
                                             const script::Model* model);

}  // namespace pugmark::files

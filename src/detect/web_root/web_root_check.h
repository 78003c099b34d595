#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/limits.h"
#include "detect/files/file_check.h"

// What files of a web server say by themselves, as a check of files: configuration, compiled pages,
// dumps, requests and crash reports. What only several of them show is in web_roots.h.
namespace pugmark::web_root {

// `first_rule`: where rules_of_web_roots() stand in `file_rules`. All outlive the check.
std::unique_ptr<files::FileCheck> make_web_root_check(
    const std::vector<files::FileRule>& file_rules, std::uint32_t first_rule, const Limits& limits);

}  // namespace pugmark::web_root

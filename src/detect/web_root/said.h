#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detect/files/file_check.h"
#include "detect/web_root/rules.h"

namespace pugmark::web_root {

// A sign: what it is in words, and the text as it stands in the file.
inline FileStep sign(std::string what, std::string_view text, std::uint64_t offset_bytes,
                     std::uint64_t length_bytes) {
  return {FileStep::Role::kSign,
          std::move(what),
          std::string(text),
          offset_bytes,
          files::length32(length_bytes),
          0};
}

// Puts what is found into the report of one file: the rule's match, the steps and the verdict.
class Said {
 public:
  // `first_rule`: where rules_of_web_roots() stand in `file_rules`; those that are disabled say
  // nothing. All outlive this.
  Said(const std::vector<files::FileRule>& file_rules, std::uint32_t first_rule,
       files::FileReport& report)
      : file_rules_(file_rules), first_rule_(first_rule), report_(report) {}

  // The place of the match is that of the first step. A rule that matches a file several times has
  // one match with all the steps.
  void say(Rule rule, std::vector<FileStep> steps);

  files::FileReport& report() { return report_; }

 private:
  const std::vector<files::FileRule>& file_rules_;
  std::uint32_t first_rule_;
  files::FileReport& report_;
};

}  // namespace pugmark::web_root

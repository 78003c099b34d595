#include "detect/files/examiner.h"

#include <algorithm>
#include <cassert>
#include <fmt/format.h>
#include <stdexcept>
#include <utility>

#include "detect/files/file_report.h"
#include "detect/files/script_check.h"
#include "detect/files/yara_check.h"
#include "detect/ruleset.h"
#include "detect/web_root/web_root_check.h"

namespace pugmark::files {

Checks make_checks(const Ruleset& rules, const Limits& limits) {
  Checks checks;
  // What the own analysis says bears on what rules of others are worth: it comes first.
  if (const auto first = rules.first_script_rule())
    checks.push_back(make_script_check(rules.file_rules(), *first, rules.script_model()));
  if (rules.yara().compiled() != nullptr)
    checks.push_back(make_yara_check(rules.yara(), rules.file_rules(), limits));
  if (const auto first = rules.first_web_root_rule())
    checks.push_back(web_root::make_web_root_check(rules.file_rules(), *first, limits));
  return checks;
}

Status Examiner::examine(const Block& block, const std::string& item_path,
                         const std::atomic<bool>& stop) {
  const auto* const context = dynamic_cast<const FileContext*>(block.context.get());
  assert(context != nullptr && "a reader of files gives its blocks a FileContext");
  FileView file;
  file.path = path_without_number(item_path);
  file.bytes = block.bytes;
  file.offset_bytes = block.offset_bytes;
  file.is_whole = block.offset_bytes == 0 && block.is_last;
  file.size_bytes = block.offset_bytes + block.bytes.size();
  if (!file.is_whole)
    file.size_bytes = std::max(file.size_bytes, context->stated_size_bytes().value_or(0));
  file.nature = context->nature();
  file.attributes = &context->attributes();
  const bool may_be_anything =
      file.nature.kind == FileKind::kUnknown || file.nature.kind == FileKind::kText;
  if (may_be_anything && !file.is_whole) return {};
  FileReport report;
  for (const auto& check : checks_) {
    try {
      if (auto status = check->look(file, stop, report); !status) return status;
    } catch (const std::logic_error& error) {
      // One hostile file must not cost the case: what we got wrong with it stands there instead.
      add_gap(file, GapKind::kUnsupported,
              fmt::format("A check of this file ended with an error of the program ({}): what it "
                          "did not see yet is not known. Please report it.",
                          error.what()),
              report);
    }
  }
  hits_count_ += report.hits.size();
  for (Gap& gap : report.gaps) {
    gap.where.item = block.item;
    gaps_.push_back(std::move(gap));
  }
  keep_to_limits(limits_, report);
  return store_.add(block.item, block.offset_bytes, file.nature, report);
}

void Examiner::release_memory() {
  for (const auto& check : checks_) check->release_memory();
}

}  // namespace pugmark::files

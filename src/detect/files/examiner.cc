#include "detect/files/examiner.h"

#include <cassert>

#include "detect/files/file_report.h"
#include "detect/ruleset.h"

namespace pugmark::files {

Checks make_checks(const Ruleset& /*rules*/, const Limits& /*limits*/) { return {}; }

Status Examiner::examine(const Block& block, const std::string& item_path) {
  const auto* const context = dynamic_cast<const FileContext*>(block.context.get());
  assert(context != nullptr && "a reader of files gives its blocks a FileContext");
  FileView file;
  file.path = item_path;
  file.bytes = block.bytes;
  file.offset_bytes = block.offset_bytes;
  file.is_whole = block.offset_bytes == 0 && block.is_last;
  file.nature = context->nature();
  if (file.nature.kind == FileKind::kUnknown && !file.is_whole) return {};
  FileReport report;
  for (const auto& check : checks_) {
    if (auto status = check->look(file, report); !status) return status;
  }
  hits_count_ += report.hits.size();
  keep_to_limits(limits_, report);
  return store_.add(block.item, block.offset_bytes, file.nature, report);
}

void Examiner::release_memory() {
  for (const auto& check : checks_) check->release_memory();
}

}  // namespace pugmark::files

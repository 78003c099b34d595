#include "report/member_mark.h"

namespace pugmark {

Result<std::optional<std::size_t>> member_mark(const CaseReader& reader, const std::string& path) {
  for (std::size_t mark = path.find("!/"); mark != std::string::npos;
       mark = path.find("!/", mark + 1)) {
    const Result<CaseItem> archive = reader.item(path.substr(0, mark));
    if (archive.ok()) return std::optional(mark);
    if (archive.error().code != ErrorCode::kNotFound) return archive.error();
  }
  return std::optional<std::size_t>();
}

}  // namespace pugmark

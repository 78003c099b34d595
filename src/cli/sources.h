#pragma once

#include <string>

#include "base/result.h"
#include "casefile/casefile.h"

namespace pugmark {

// kInvalidInput if a file written to `path` would replace the case it is made from, evidence that
// the case was made from (what was handed over, and the files that hold its items), or a rule file
// that stands in its ledger. All are known by device and inode, under the paths in the case, which
// may be relative to the folder the hunt was started in. Evidence that has moved is known by its
// SHA-256; the program's own rules are looked for where they are installed now. kDamaged, kIo: the
// case cannot be read.
Status check_replaces_no_source(const CaseReader& reader, const std::string& case_path,
                                const std::string& path);

}  // namespace pugmark

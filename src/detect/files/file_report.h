#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "detect/files/file_check.h"

namespace pugmark::files {

// Makes what a check said fit for keeping: texts of steps and hits are cut to the limit
// comparison-bytes, reasons stand in order, the heaviest first, and what is beyond the limits
// file-steps and comparisons-per-finding is only counted. Once for each report.
void keep_to_limits(const Limits& limits, FileReport& report);

// Puts what was said of the pieces of one file together, which stand in order of their offsets; to
// each keep_to_limits() was done. The result keeps to the same limits.
FileReport join_reports(std::vector<FileReport> reports, const Limits& limits);

// As bytes, for the temporary file that reports wait in.
std::string pack_report(const FileReport& report);
// kDamaged: the bytes are not what was made here.
Status unpack_report(std::string_view bytes, FileReport& report);

}  // namespace pugmark::files

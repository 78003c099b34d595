#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "detect/examined_file.h"
#include "detect/finding.h"
#include "detect/ledger.h"
#include "events/file_kind.h"
#include "evidence/gap.h"

// Where checks of files that are no logs are plugged in: a FileCheck for each worker, and a line in
// make_checks() (examiner.cc). What needs the digest of a whole file is no FileCheck: list_check.h.
namespace pugmark::files {

// A rule about files: its line of the ledger, and what a match of it proves.
struct FileRule {
  LedgerEntry entry;
  Verdict verdict = Verdict::kNone;
};

// A file while it is looked at: all of it, or a piece of a large one.
struct FileView {
  std::string_view path;           // Item::path, without a number behind the name
  Bytes bytes;                     // valid during the call; kBlockPadding more may be read
  std::uint64_t offset_bytes = 0;  // of bytes[0] in the file
  bool is_whole = true;            // `bytes` are all of the file
  std::uint64_t size_bytes = 0;    // of the file; of a piece what is stated, at least its own end
  FileNature nature;
  const FileAttributes* attributes = nullptr;  // never null during the call
};

// A rule that matches. Its place is that of the first thing it found.
struct RuleHit {
  std::uint32_t rule = 0;  // index into Ruleset::file_rules()
  std::uint64_t offset_bytes = 0;
  std::uint32_t length_bytes = 0;
  std::vector<Because> because;
  std::uint64_t unlisted_count = 0;  // comparisons beyond Limits::comparisons_per_finding
};

// Steps that belong together, in order: the flow from a source to a sink, or a sign by itself.
struct Reason {
  std::uint32_t weight = 0;  // the heaviest are listed first
  std::vector<FileStep> steps;
};

// What a file says that means something only beside other files. Kept for whoever settles results
// (ExaminedFiles::report()); nobody else sees it.
struct FileFact {
  std::uint32_t kind = 0;  // its meaning is that of the check that notes it
  std::string name;
  std::string value;
  std::uint64_t offset_bytes = 0;
  std::uint32_t length_bytes = 0;
};

// What the program's own analysis of a script says to a rule of somebody else that matches it.
enum class Bearing : std::uint8_t {
  kNone,     // nothing: it is no script, or there is no model to tell
  kAgainst,  // it is so little like backdoors that the rule alone proves nothing
  kNeither,
  kAgrees,
};

// What is said of a file, or of a piece of it. What nobody says anything about is clean.
struct FileReport {
  FileVerdict verdict = FileVerdict::kClean;
  BackdoorKind kind = BackdoorKind::kNone;
  std::optional<double> score;
  std::string key;
  std::string language;  // "" if its name and its kind say it
  std::vector<Reason> reasons;
  std::uint64_t unlisted_steps_count = 0;
  std::vector<RuleHit> hits;
  std::vector<FileFact> facts;
  Bearing bearing = Bearing::kNone;  // for checks that come later; not kept with the rest
  // What was not looked at, and why; their item is filled in. Not kept with the rest.
  std::vector<Gap> gaps;

  bool is_empty() const {
    return verdict == FileVerdict::kClean && kind == BackdoorKind::kNone && !score && key.empty() &&
           language.empty() && reasons.empty() && hits.empty() && facts.empty();
  }
};

// Looks at files. One per worker: not thread-safe, and free to keep memory from file to file.
class FileCheck {
 public:
  virtual ~FileCheck() = default;

  // Adds to `report` what it has to say of `file`; what others said is there already. The same for
  // the same file whatever was looked at before. An Error ends the hunt. If `stop` becomes true the
  // rest may be left out: what was found is worth nothing then.
  virtual Status look(const FileView& file, const std::atomic<bool>& stop, FileReport& report) = 0;

  // Lets go of the memory that a large file took.
  virtual void release_memory() {}
};

// Lengths in locators are of 32 bits.
inline std::uint32_t length32(std::uint64_t bytes) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, UINT32_MAX));
}

// Notes in `report` that something was not done with the bytes of `file`.
inline void add_gap(const FileView& file, GapKind kind, std::string what, FileReport& report) {
  Gap& gap = report.gaps.emplace_back();
  gap.where.offset_bytes = file.offset_bytes;
  gap.where.length_bytes = length32(file.bytes.size());
  gap.kind = kind;
  gap.what = std::move(what);
}

// Raises `report` to the verdict; never lowers it.
inline void raise(FileVerdict verdict, FileReport& report) {
  if (report.verdict < verdict) report.verdict = verdict;
}

}  // namespace pugmark::files

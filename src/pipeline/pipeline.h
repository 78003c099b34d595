#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "detect/finding.h"

namespace pugmark {

// Everything a hunt is told. Defaults are those of the command line.
struct HuntRequest {
  std::vector<std::string> evidence;    // files, folders, archives
  std::vector<std::string> rule_paths;  // files or folders added by -r
  std::vector<std::string> yara_paths;  // files or folders added by -y
  // the program's own rules (folder); empty with --no-default-rules
  std::string default_rules;
  std::vector<std::string> indicator_files;  // lists of indicators
  std::string placeholders_file;  // values for %name% in rules, or ""
  std::string case_path;
  bool force = false;
  bool carve = false;
  unsigned threads_count = 0;               // 0: all cores
  std::optional<Level> level_min;           // rules below it are disabled
  std::vector<std::string> excluded_rules;  // ids
  Limits limits;
};

// What a hunt is doing right now; written by worker threads, read by whoever draws the bar.
struct HuntProgress {
  std::atomic<std::uint64_t> bytes_total{0};
  std::atomic<std::uint64_t> bytes_done{0};
  std::atomic<std::uint64_t> events_count{0};
  std::atomic<std::uint64_t> findings_count{0};
  // a string literal: "reading rules", "reading evidence", "writing the case", ...
  std::atomic<const char*> stage{"starting"};
  std::atomic<bool> cancel{false};  // set by a signal handler: the hunt stops and leaves no case
};

// What came out, for the exit code; everything else is read from the case.
struct HuntOutcome {
  std::uint64_t gaps_count = 0;  // > 0: exit code 3
  std::uint64_t rejected_rules_count = 0;
  std::uint64_t rejected_indicators_count = 0;  // entries of lists, as far as they are listed
  std::vector<std::string> empty_rule_folders;  // given, and no rule file is in them
  std::vector<std::string> empty_yara_folders;
  // Highest level found; a malicious file counts as high, a suspicious one as medium.
  std::optional<Level> worst;
};

// The whole program on one page: evidence in, case out. See docs/ARCHITECTURE.md.
// Errors: kInvalidInput (no rule usable, case exists), kNotFound (evidence), kIo (case cannot be
// written), kLimit. Damage in the evidence is never an Error. Blocks; uses threads of its own.
Result<HuntOutcome> hunt(const HuntRequest& request, HuntProgress& progress);

}  // namespace pugmark

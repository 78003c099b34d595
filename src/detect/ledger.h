#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detect/finding.h"

namespace pugmark {

// How a rule that was handed over ended.
enum class RuleState : std::uint8_t {
  kRan,  // its log source was there, its condition could have come true, every event was judged
  // its log source or a field it needs was not in the evidence, or of a correlation no event had
  // what it asks for: silence means nothing
  kNotObservable,
  kRejected,  // cannot be read; `why` has file, line, found and expected
  // below --level and needed by no correlation, named by --exclude-rule, or of the same id as a
  // rule read before it; never because of its status: deprecated rules run
  kDisabled,
};
std::string_view to_string(RuleState state);  // "ran", "not-observable", "rejected", "disabled"

// One line of the ledger: every rule document handed over has exactly one. Nothing is dropped.
struct LedgerEntry {
  std::string rule_id;  // the rule's id; "" if it was rejected before an id could be read
  std::string rule_title;
  // "rule", "correlation", "filter", "yara", "analysis"; "indicators": those of one kind of one
  // list; "indicator": an entry of a list, which is rejected
  std::string kind;
  Level level = Level::kMedium;
  std::string status;
  std::string author;      // shown with every match: the Detection Rule License asks for it
  std::string file;        // as handed over
  std::uint32_t line = 0;  // of the document in the file, from 1
  std::string log_source;  // "windows/process_creation/", as written
  RuleState state = RuleState::kRan;
  std::string why;                   // in words; "" for kRan unless there is something to say
  std::uint64_t events_count = 0;    // events of its log source that were judged; of YARA files
  std::uint64_t findings_count = 0;  // including those beyond the cap
  std::uint64_t kept_count = 0;      // findings in the case
  std::vector<std::string> techniques;
  std::vector<std::string> tags;
  std::vector<std::string> references;
  std::string text;  // the document as read, for `explain`; only of rules with findings
};

}  // namespace pugmark

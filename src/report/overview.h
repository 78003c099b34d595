#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "casefile/casefile.h"

// The figures of a case's summary, gathered in one pass over each table. Private to this room.
namespace pugmark {

// The findings of one rule.
struct RuleGroup {
  std::string rule_id;
  std::string rule_title;
  Level level = Level::kMedium;
  Verdict verdict = Verdict::kNone;
  std::uint64_t kept_count = 0;
  std::uint64_t findings_count = 0;  // those only counted included
  std::set<std::string> computers;   // Limits::computers bounds it
  std::string first_id;              // of the first finding in time
  TimeUtc first;
  TimeUtc last;
  TimePrecision precision = TimePrecision::kUnknown;  // kUnknown: none of them has a time
};

struct GapGroup {
  GapKind kind = GapKind::kDamaged;
  std::uint64_t gaps_count = 0;
  std::uint64_t bytes = 0;
  std::string first_item;
  std::uint64_t items_count = 0;
};

struct WhyGroup {
  std::string why;
  std::uint64_t rules_count = 0;
  bool are_of_files = true;  // all of them speak of files that are no logs
  std::string first_place;   // of rejected rules, "FILE:LINE"
};

// What came of one list of indicators.
struct ListGroup {
  std::string file;
  std::uint64_t rules_count = 0;
  std::uint64_t idle_count = 0;  // of the rules: could not see, or are disabled
  std::uint64_t findings_count = 0;
  std::uint64_t rejected_count = 0;  // entries that cannot be looked for, as far as they are named
};

inline constexpr std::size_t kUnknownKept = 3;
inline constexpr std::size_t kFilesKept = 10;

struct Overview {
  CaseFacts facts;
  std::uint64_t items_count = 0;
  std::uint64_t handed_over_bytes = 0;  // of files; members of archives not counted again
  std::uint64_t events_count = 0;
  std::uint64_t unread_bytes = 0;  // not understood, unused space not counted
  std::uint64_t unread_items_count = 0;
  std::uint64_t unused_bytes = 0;          // of event logs: where no record stands
  std::uint64_t unknown_items_count = 0;   // no reader knows their content
  std::vector<std::string> unknown_items;  // paths of the first kUnknownKept
  std::uint64_t duplicate_items_count = 0;
  std::uint64_t gaps_count = 0;      // by the items' own count: listed and not listed
  std::uint64_t findings_count = 0;  // by the ledger: kept and not kept
  std::uint64_t kept_count = 0;
  std::array<std::uint64_t, 5> levels{};  // kept findings by Level
  std::array<std::uint64_t, 4> states{};  // rules by RuleState
  std::set<std::string> computers;        // named, with findings
  std::optional<TimeUtc> first;           // of any event
  std::optional<TimeUtc> last;
  std::vector<RuleGroup> groups;  // worst first: level, then first time, then id
  // Files that are no logs, by FileVerdict, and the first kFilesKept that are not clean.
  std::array<std::uint64_t, 3> files_by_verdict{};
  std::vector<ExaminedFile> worst_files;
  std::vector<GapGroup> gaps;      // most first
  std::vector<WhyGroup> blind;     // why rules could not see; most first, those of files last
  std::vector<WhyGroup> disabled;  // why rules were disabled; most first
  std::vector<WhyGroup> rejected;  // why rules were rejected; most first
  std::vector<ListGroup> lists;    // in stored order
  std::uint64_t copies_count = 0;  // carved records that are copies of others, and no events
  // Matches that are no findings since correlations stand on their rules, and of how many rules.
  std::uint64_t silenced_matches_count = 0;
  std::uint64_t silenced_rules_count = 0;
  // In stored order. Of their lists only the longest hole: there may be many thousands.
  std::vector<Coverage> coverage;
};

Result<Overview> overview_of(const CaseReader& reader);

}  // namespace pugmark

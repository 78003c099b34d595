#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "casefile/casefile.h"
#include "detect/finding.h"
#include "report/output.h"
#include "report/table.h"

namespace pugmark {

// What `show` can be asked for. Some are filled by parts of the program that are yet to come; they
// answer honestly that the case has none.
enum class What : std::uint8_t {
  kSummary,
  kFindings,
  kTimeline,
  kTracks,
  kCoverage,
  kRules,
  kGaps,
  kVerdict,
  kStatements,
  kAccounts,
  kItems,
  kFiles
};
std::span<const std::string_view> what_names();  // in the order of the enumeration
std::optional<What> what_from_string(std::string_view text);

// Which rows to show; an empty member lets everything through.
struct Filter {
  std::optional<Level> level_min;
  std::string rule;               // id or its beginning, or part of the title in any case
  std::string computer;           // in any case
  std::string item;               // part of the path
  std::optional<FileVerdict> verdict_min;
  std::optional<TimeUtc> from;    // inclusive; what has no time does not pass either bound
  std::optional<TimeUtc> before;  // exclusive
  std::uint64_t limit = 0;        // rows at most; 0: all
};
bool passes(const Filter& filter, const Finding& finding);
bool asks_for_time(const Filter& filter);
// It does not pass for want of a time alone: it may belong to the interval that is looked at.
bool lacks_time(const Filter& filter, const Finding& finding);
// Of a filter, only what it says about the rule. So that a word of a title is not taken for an id,
// the beginning of an id counts from 8 characters on.
bool passes_rule_filter(const Filter& filter, const std::string& rule_id,
                        const std::string& rule_title);

struct ShowOptions {
  std::string case_path;  // for the suggestions of what to type next
  Filter filter;
  bool jsonl = false;  // one JSON object a line, else for people
  Look look;
};

// What the output itself does not say, in sentences for the user; empty if it is whole.
using Notes = std::vector<std::string>;

// Writes one view of a case; what was left out stands at its end, for JSON lines in `notes`. The
// result is the first failure of case or output (kDamaged, kIo), or kInvalidInput for a filter that
// does not apply to `what`. Same case and options, same bytes.
Status show(const CaseReader& reader, What what, const ShowOptions& options, Output& out,
            Notes& notes);

// The ledger of rules without a case: for `rules check|list`. With only_problems, rules that would
// run are counted but not listed.
struct LedgerOptions {
  bool jsonl = false;
  bool only_problems = false;
  Look look;
};
void show_ledger(std::span<const LedgerEntry> ledger, const LedgerOptions& options, Output& out);

struct ExplainOptions {
  std::string case_path;
  std::string evidence_folder;  // where the evidence is now; "" for the paths as handed over
  Look look;
};

// Explains one finding (id, or a prefix of at least 4 digits) or, if no finding has that id, one
// rule (id, or a prefix of at least 8 characters that only one id has): the rule, why it matched or
// could not see, the event, and the bytes re-read from the evidence. kNotFound if the case has
// neither.
Status explain(const CaseReader& reader, const std::string& id, const ExplainOptions& options,
               Output& out);

enum class ExportFormat : std::uint8_t { kTimesketch, kHayabusa, kOcsf, kNavigator, kCsv };
std::span<const std::string_view> export_format_names();  // in the order of the enumeration
std::optional<ExportFormat> export_format_from_string(std::string_view text);

// Writes the findings that pass the filter in another program's format, streaming. `notes`: what
// was left out.
Status export_case(const CaseReader& reader, ExportFormat format, const Filter& filter, Output& out,
                   Notes& notes);

}  // namespace pugmark

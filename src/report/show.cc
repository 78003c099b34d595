#include "report/show.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/text.h"
#include "report/words.h"

namespace pugmark {
namespace {

constexpr std::array<std::string_view, 12> kNames = {
    "summary", "findings", "timeline",   "tracks",   "coverage", "rules",
    "gaps",    "verdict",  "statements", "accounts", "items",    "files"};

// Which filters each view understands; asking for another one is a mistake worth an answer, because
// a filter that is silently ignored shows too much and looks like a result.
struct Applies {
  bool level = false;
  bool rule = false;
  bool computer = false;
  bool time = false;
  bool item = false;
  bool limit = true;
  bool verdict = false;
};

Applies filters_of(What what) {
  switch (what) {
    case What::kFindings:
    case What::kTimeline:
      return {true, true, true, true, true, true};
    case What::kRules:
      return {true, true, false, false, false, true};
    case What::kCoverage:
      return {false, false, true, false, false, true};
    case What::kGaps:
    case What::kItems:
      return {false, false, false, false, true, true};
    case What::kFiles:
      return {false, false, false, false, true, true, true};
    default:
      return {false, false, false, false, false, false};
  }
}

Status check_filters(What what, const Filter& filter) {
  const Applies applies = filters_of(what);
  std::string_view wrong;
  if (filter.level_min && !applies.level) wrong = "--level";
  if (!filter.rule.empty() && !applies.rule) wrong = "--rule";
  if (!filter.computer.empty() && !applies.computer) wrong = "--computer";
  if ((filter.from || filter.before) && !applies.time) wrong = "--from and --to";
  if (!filter.item.empty() && !applies.item) wrong = "--item";
  if (filter.verdict_min && !applies.verdict) wrong = "--verdict";
  if (filter.limit != 0 && !applies.limit) wrong = "--limit";
  if (wrong.empty()) return {};
  return Error{
      ErrorCode::kInvalidInput,
      fmt::format("{}: does not apply to {}", wrong, kNames[static_cast<std::size_t>(what)]),
      wrong == "--verdict" ? "Leave it out, or show files." : "Leave it out, or show findings."};
}

// Views whose makers are not part of this version: nothing is invented, and nothing is a failure.
void show_none(What what, const ShowOptions& options, Output& out) {
  if (options.jsonl) return;
  std::string_view why;
  switch (what) {
    case What::kTracks:
      why = "no tracks: findings were not grouped by the hands at work";
      break;
    case What::kVerdict:
      why = "no verdict: who may be responsible was not weighed";
      break;
    case What::kStatements:
      why = "no statements: no account was read for who says what";
      break;
    default:
      why = "no accounts: no report about the breach was added to it";
      break;
  }
  out.line(wrapped(fmt::format("This case has {}.", why), options.look.width_columns, 0));
}

}  // namespace

std::span<const std::string_view> what_names() { return kNames; }

std::optional<What> what_from_string(std::string_view text) {
  const auto found = std::find(kNames.begin(), kNames.end(), text);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<What>(found - kNames.begin());
}

std::string clock_words(std::int64_t time_shift_s, const std::string& clock) {
  if (time_shift_s == 0) return clock;
  return fmt::format("read as {}{}{}", shift_words(time_shift_s), clock.empty() ? "" : ": ", clock);
}

std::string short_clock(const Coverage& coverage) {
  if (coverage.time_shift_s != 0) return shift_words(coverage.time_shift_s);
  if (coverage.shifted_items_count != 0) return "some corrected";
  return coverage.clock.empty() ? "" : "as written";
}

void ClockNotes::add(const Coverage& coverage) {
  if (!coverage.clock.empty())
    ++sources_by_words_[clock_words(coverage.time_shift_s, coverage.clock)];
}

void ClockNotes::print(const Look& look, std::size_t indent_columns, Output& out) const {
  for (const auto& [words, count] : sources_by_words_) {
    const std::string text =
        fmt::format("clock of {}: {}", counted(count, "source"), escaped(words));
    out.line(std::string(indent_columns, ' ') + wrapped(text, look.width_columns, indent_columns));
  }
}

Status show(const CaseReader& reader, What what, const ShowOptions& options, Output& out,
            Notes& notes) {
  if (Status filters = check_filters(what, options.filter); !filters.ok()) return filters;
  Status shown;
  switch (what) {
    case What::kSummary:
      shown = show_summary(reader, options, out);
      break;
    case What::kFindings:
      shown = show_findings(reader, options, out, notes);
      break;
    case What::kTimeline:
      shown = show_timeline(reader, options, out, notes);
      break;
    case What::kCoverage:
      shown = show_coverage(reader, options, out);
      break;
    case What::kRules:
      shown = show_rules(reader, options, out);
      break;
    case What::kGaps:
      shown = show_gaps(reader, options, out);
      break;
    case What::kItems:
      shown = show_items(reader, options, out);
      break;
    case What::kFiles:
      shown = show_files(reader, options, out);
      break;
    case What::kTracks:
    case What::kVerdict:
    case What::kStatements:
    case What::kAccounts:
      show_none(what, options, out);
      break;
  }
  const Status written = out.flush();
  return shown.ok() ? written : shown;
}

}  // namespace pugmark

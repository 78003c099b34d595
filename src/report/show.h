#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "report/report.h"

// The views of `show`, one function each. Private to this room.
namespace pugmark {

// Where computers are told apart, their column is no narrower: a Windows computer's own name has up
// to 15 characters (NetBIOS), and one more says that the rest was cut.
inline constexpr std::size_t kComputerColumns = 16;

Status show_summary(const CaseReader& reader, const ShowOptions& options, Output& out);
Status show_findings(const CaseReader& reader, const ShowOptions& options, Output& out,
                     Notes& notes);
Status show_timeline(const CaseReader& reader, const ShowOptions& options, Output& out,
                     Notes& notes);
Status show_coverage(const CaseReader& reader, const ShowOptions& options, Output& out);
Status show_rules(const CaseReader& reader, const ShowOptions& options, Output& out);
Status show_gaps(const CaseReader& reader, const ShowOptions& options, Output& out);
Status show_items(const CaseReader& reader, const ShowOptions& options, Output& out);
Status show_files(const CaseReader& reader, const ShowOptions& options, Output& out);

// "12 files examined: 1 malicious, 2 suspicious".
std::string file_counts_words(std::uint64_t total, std::uint64_t malicious,
                              std::uint64_t suspicious);

// The line of a finding in `show CASE findings --jsonl`, keys as in docs/formats/case.md.
std::string finding_json(const Finding& finding);

// The line of a rule in `show CASE rules --jsonl`.
std::string rule_json(const LedgerEntry& entry);

// The best report of how an item or source's clock was treated: "" if nothing was done.
std::string clock_words(std::int64_t time_shift_s, const std::string& clock);

// The same of a source in a word or two, for a column: "5 h later", "as written", or "" if nothing
// is known of its clock.
std::string short_clock(const Coverage& coverage);

// What is to be said of the clocks of sources. All sources of one item share its clock: each
// sentence is printed once, with the number of the sources it is true of.
class ClockNotes {
 public:
  void add(const Coverage& coverage);
  void print(const Look& look, std::size_t indent_columns, Output& out) const;

 private:
  std::map<std::string, std::size_t> sources_by_words_;
};

// Counts rows against Filter::limit: false when enough were shown.
class RowLimit {
 public:
  explicit RowLimit(std::uint64_t limit) : limit_(limit) {}
  bool take() { return limit_ == 0 || taken_++ < limit_; }

 private:
  std::uint64_t limit_;
  std::uint64_t taken_ = 0;
};

}  // namespace pugmark

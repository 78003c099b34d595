#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "detect/coverage.h"
#include "detect/examined_file.h"
#include "detect/finding.h"
#include "detect/ledger.h"
#include "detect/ruleset.h"
#include "detect/scanner.h"
#include "evidence/gap.h"
#include "evidence/item.h"

namespace pugmark {

// An item with what the workers say about it.
struct ScannedItem {
  Item item;  // events_count, read_bytes and unread_bytes filled in
  std::string duplicate_of;
  std::int64_t time_shift_s = 0;
  std::string clock;  // in words; "" if there is nothing to say
  std::uint64_t gaps_count = 0;
};

// Everything the workers found, put together: clocks corrected, correlations judged, findings in
// order, coverage and ledger made up. The same for any number of workers. One thread.
class Results {
 public:
  // `items`: everything the evidence turned out to contain. kIo, kDamaged: temporary file.
  static Result<Results> settle(const Ruleset& rules, std::vector<Scanner> scanners,
                                std::vector<Item> items, std::vector<Gap> gaps,
                                const Limits& limits);
  ~Results();
  Results(Results&&) noexcept;

  const std::vector<ScannedItem>& items() const;  // by path
  // By item path and offset, then those of the run. Gap::where.item is an index into items(), or
  // kWholeRun.
  static constexpr ItemId kWholeRun{UINT32_MAX};
  const std::vector<Gap>& gaps() const;
  std::uint64_t gaps_count() const;                // those beyond Limits::gaps_per_item included
  const std::vector<LedgerEntry>& ledger() const;  // by file, line
  std::uint64_t findings_count() const;            // kept
  std::uint64_t matches_count() const;             // all, those beyond the caps included
  std::uint64_t events_count() const;
  std::uint64_t files_count() const;  // that are no logs and were examined
  FileVerdict worst_file() const;     // of all of them
  // Carved records that are copies of others, and no events.
  std::uint64_t copies_count() const;
  // Matches of rules that correlations keep from being findings, and how many rules have such.
  std::uint64_t silenced_matches_count() const;
  std::uint64_t silenced_rules_count() const;

  // Coverage of every log source, by (computer, kind, source).
  Status for_each_coverage(const std::function<Status(const Coverage&)>& each) const;

  // Calls `each` for every file that was examined: malicious ones first, then suspicious, then
  // clean ones, by path. kIo, kDamaged: temporary file.
  Status for_each_file(const std::function<Status(const ExaminedFile&)>& each);

  // Calls `each` for every kept finding by (time, item, offset, rule id); undated ones last.
  // `ahead`: a second thread reads the next ones from the temporary file meanwhile.
  Status for_each_finding(bool ahead, const std::function<Status(const Finding&)>& each);

 private:
  class State;
  explicit Results(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace pugmark

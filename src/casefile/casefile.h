#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "detect/coverage.h"
#include "detect/examined_file.h"
#include "detect/finding.h"
#include "detect/ledger.h"
#include "evidence/gap.h"
#include "evidence/item.h"

namespace pugmark {

// A gap as stored: the item by its path.
struct CaseGap {
  std::string item;  // "" if it is the whole hunt's
  std::uint64_t offset_bytes = 0;
  std::uint64_t length_bytes = 0;
  GapKind kind = GapKind::kDamaged;
  std::string what;
};

// An item as stored.
struct CaseItem {
  Item item;
  std::string duplicate_of;  // path of the first item with the same bytes, or ""
  std::string clock;         // what is known of its clock, in words
  std::int64_t time_shift_s = 0;
  std::uint64_t gaps_count = 0;
};

// Facts about the run itself: program version, rule set hash, options that change results, evidence
// paths, limits, and machine-independent totals. Nothing that differs between two runs over the
// same evidence (no clock, no host, no thread count): the case must come out the same to the
// byte.
using CaseFacts = std::map<std::string, std::string>;

// Writes a case: one SQLite file. It grows beside its final name under a temporary one and gets the
// final name only in finish(), so a run that dies leaves nothing that looks complete.
// One thread; destruction without finish() removes the temporary file.
class CaseWriter {
 public:
  // kInvalidInput if `path` exists and `force` is false; kIo if the folder cannot be written to.
  static Result<CaseWriter> create(const std::string& path, bool force);
  ~CaseWriter();
  CaseWriter(CaseWriter&&) noexcept;
  CaseWriter& operator=(CaseWriter&&) noexcept;

  // Rows are stored in the order of the calls, which is the order of `show`.
  Status add_fact(const std::string& name, const std::string& value);
  Status add_item(const CaseItem& item);
  Status add_gap(const CaseGap& gap);
  Status add_rule(const LedgerEntry& entry);
  Status add_coverage(const Coverage& coverage);
  Status add_file(const ExaminedFile& file);
  // Very long texts of the event are cut and say so (docs/formats/case.md).
  Status add_finding(const Finding& finding);

  // Builds the indexes, writes everything to disk (fsync) and gives the file its final name.
  // kIo on a full disk or a file that appeared meanwhile (without force).
  Status finish();

 private:
  class State;
  explicit CaseWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Reads a case read-only. A case may come from a rival: nothing in it is trusted; structure and
// limits are checked (docs/formats/case.md), every value of every row when it is read (kDamaged).
// Rows come in stored order. Times come back with the digits of their precision; a finding, event
// or coverage without a time has precision kUnknown. One thread.
class CaseReader {
 public:
  // kNotFound, kIo, kDamaged (not SQLite, not a case, failed integrity), kUnsupported
  // (newer format).
  static Result<CaseReader> open(const std::string& path);
  // The same for the program that wrote the case a moment ago: without the check of every row's
  // place in the file, which takes a twentieth of a hunt. Every value is checked all the same.
  static Result<CaseReader> open_just_written(const std::string& path);
  ~CaseReader();
  CaseReader(CaseReader&&) noexcept;
  CaseReader& operator=(CaseReader&&) noexcept;

  Result<CaseFacts> facts() const;
  // Each calls `each` once per row; `each` returns false to stop.
  Status items(const std::function<bool(const CaseItem&)>& each) const;
  Status gaps(const std::function<bool(const CaseGap&)>& each) const;
  Status rules(const std::function<bool(const LedgerEntry&)>& each) const;
  Status coverage(const std::function<bool(const Coverage&)>& each) const;
  Status files(const std::function<bool(const ExaminedFile&)>& each) const;
  // The same without `steps`: faster, for counting.
  Status file_heads(const std::function<bool(const ExaminedFile&)>& each) const;
  Status findings(const std::function<bool(const Finding&)>& each) const;
  // The same without `because`, `related` and `fields`: several times faster, for counting.
  Status finding_heads(const std::function<bool(const Finding&)>& each) const;
  // kNotFound if there is no such id (a prefix of at least 4 digits is enough); kInvalidInput if
  // several findings begin with it.
  Result<Finding> finding(const std::string& id) const;
  // The first rule of that id, or else the one whose id begins so, if at least kRuleIdBeginsMin
  // characters are given. kNotFound if there is none; kInvalidInput if rules of several ids begin
  // so.
  Result<LedgerEntry> rule(const std::string& rule_id) const;
  static constexpr std::size_t kRuleIdBeginsMin = 8;  // characters: the first group of a UUID
  // The item of exactly this path. kNotFound if there is none.
  Result<CaseItem> item(const std::string& path) const;

 private:
  class State;
  explicit CaseReader(std::unique_ptr<State> state);
  static Result<CaseReader> open(const std::string& path, bool is_just_written);
  std::unique_ptr<State> state_;
};

}  // namespace pugmark

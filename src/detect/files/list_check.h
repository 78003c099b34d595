#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "detect/files/file_check.h"
#include "detect/indicators/file_match.h"
#include "detect/indicators/list.h"
#include "evidence/item.h"

namespace pugmark::files {

// Holds files of the evidence against lists of indicators. Not a FileCheck: a digest is known when
// a file was read to its end, and a list of digests speaks of files that nothing else looks at.
// Immutable once its rules are in use; thread-safe.
class ListCheck {
 public:
  // Of the lists it keeps what can be said of a file.
  explicit ListCheck(std::vector<indicators::List> lists);

  // Of each list at most three: for its digests, for those that it doubts itself, and for its paths
  // and names.
  std::span<const FileRule> rules() const { return rules_; }

  // Whether any of these digests can match. `rules` are those of rules(), as they stand in the
  // ledger: what is disabled asks for nothing.
  bool wants_md5(std::span<const FileRule> rules) const;
  bool wants_sha1(std::span<const FileRule> rules) const;

  // What the lists say of an item. `first_rule`: where `rules` stand in Ruleset::file_rules(). Of a
  // log only the digest counts: what it is called, its collector chose.
  FileReport report_on(const Item& item, bool is_log, std::span<const FileRule> rules,
                       std::uint32_t first_rule) const;

 private:
  // What a match rests on.
  enum class Ground : std::uint8_t { kDigest, kDoubtedDigest, kName };
  static constexpr std::size_t kGroundsCount = 3;
  using Rules = std::array<std::optional<std::uint32_t>, kGroundsCount>;  // indexes into rules_

  static Ground ground_of(const indicators::Indicator& indicator);
  void add_rule(const indicators::List& list, Ground ground,
                std::span<const indicators::Indicator* const> entries);
  void add_match(const Item& item, const indicators::FileMatch& match, std::uint32_t rule,
                 std::uint32_t first_rule, FileReport& report) const;
  bool wants(indicators::Kind kind, std::span<const FileRule> rules) const;

  std::vector<indicators::List> lists_;
  indicators::FileMatcher matcher_;  // refers to lists_
  std::vector<Rules> rules_of_list_;
  std::vector<FileRule> rules_;
};

}  // namespace pugmark::files

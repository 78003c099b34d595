#pragma once

namespace pugmark::fact {

// Names of facts (CaseFacts) that more than one room reads. Whoever writes a case may add others;
// all of them are shown. Values are text; numbers in decimal, lists one entry a line.
inline constexpr char kVersion[] = "version";           // of the program, "0.1.0"
inline constexpr char kEvidence[] = "evidence";         // paths as handed over, sorted, one a line
inline constexpr char kRulesSha256[] = "rules_sha256";  // over all rule documents
inline constexpr char kLimitsChanged[] = "limits_changed";  // as changed_limits() writes them
inline constexpr char kCopiesCount[] = "copies_count";  // carved records that are copies of others
// Matches that are no findings because correlations stand on their rules, and of how many rules.
inline constexpr char kSilencedRulesCount[] = "silenced_rules_count";
inline constexpr char kSilencedMatchesCount[] = "silenced_matches_count";

}  // namespace pugmark::fact

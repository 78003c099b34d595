#pragma once

namespace pugmark::fact {

// Names of facts (CaseFacts) that more than one room reads. Whoever writes a case may add others;
// all of them are shown. Values are text; numbers in decimal, lists one entry a line.
inline constexpr char kProgramVersion[] = "program-version";  // "0.1.0"
inline constexpr char kEvidence[] = "evidence";               // paths as handed over, sorted, one a line
inline constexpr char kRulesCount[] = "rules-count";          // documents handed over
inline constexpr char kRulesSha256[] = "rules-sha256";        // over all rule files, in order of path
inline constexpr char kLevelMin[] = "level-min";              // --level, or absent
inline constexpr char kCarve[] = "carve";                     // "yes" or absent
inline constexpr char kFindingsNotKept[] = "findings-not-kept";  // counted beyond the caps

}  // namespace pugmark::fact

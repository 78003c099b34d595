#pragma once

#include <cstdint>
#include <string_view>

#include "casefile/casefile.h"
#include "casefile/sqlite/database.h"

namespace pugmark::sqlite {

// Each reads the columns of one row of its table (schema.cc) from the first on. What is out of
// range makes the row wrong (Row::ok) and the value meaningless.
CaseItem read_item(Row& row);
CaseGap read_gap(Row& row);
LedgerEntry read_rule(Row& row);
Coverage read_coverage(Row& row);

// Columns of `files`: what every file has, and what takes long to read.
inline constexpr std::string_view kFileHead =
    "number, path, size_bytes, sha256, md5, sha1, language, encoding, verdict, kind, score, key,"
    " modified, changed, created, accessed, attributes_from, owner_id, owner, mode, unlisted_steps,"
    " rules";
inline constexpr std::string_view kFileParts = ", steps";
ExaminedFile read_file_head(Row& row);  // kFileHead
ExaminedFile read_file(Row& row);       // kFileHead and kFileParts

// Columns of the tables of findings, joined as m (match), r (rule), e (event) and s (source): what
// every finding has, and what takes long to read. kFindingFrom joins them so that a number which
// leads nowhere gives NULLs, which read_finding() takes for a wrong row, and hides no finding.
inline constexpr std::string_view kFindingHead =
    "m.number, m.id, r.rule_id, r.rule_title, r.level, r.status, r.verdict, e.time, e.time_shift_s,"
    " s.item, e.offset_bytes, e.length_bytes, e.record_id, s.channel, s.event_id, s.provider,"
    " s.computer, e.recovered, r.techniques, r.tags";
inline constexpr std::string_view kFindingParts = ", e.fields, m.because";
inline constexpr std::string_view kFindingFrom =
    " FROM finding_matches AS m LEFT JOIN finding_rules AS r ON r.number = m.rule"
    " LEFT JOIN finding_events AS e ON e.number = m.event"
    " LEFT JOIN finding_sources AS s ON s.number = e.source";

struct NumberedFinding {
  std::int64_t number = 0;
  Finding finding;
};
NumberedFinding read_finding_head(Row& row);  // kFindingHead
NumberedFinding read_finding(Row& row);       // kFindingHead and kFindingParts

// Begins behind the columns `finding` and `position`.
RelatedEvent read_related(Row& row);

}  // namespace pugmark::sqlite

#pragma once

#include <cstdint>

#include "casefile/casefile.h"
#include "casefile/sqlite/database.h"

namespace pugmark::sqlite {

// Each reads the columns of one row of its table (schema.cc) from the first on. What is out of
// range makes the row wrong (Row::ok) and the value meaningless.
CaseItem read_item(Row& row);
CaseGap read_gap(Row& row);
LedgerEntry read_rule(Row& row);
Coverage read_coverage(Row& row);

// A row of `findings`, without what stands in the tables that refer to it by `number`.
struct NumberedFinding {
  std::int64_t number = 0;
  Finding finding;
};
NumberedFinding read_finding(Row& row);

// The tables that refer to findings: statements with one parameter, the number of the finding.
struct FindingParts {
  Statement because;
  Statement related;
  Statement fields;
};
// Both begin behind the columns `finding` and `position`.
Because read_because(Row& row);
RelatedEvent read_related(Row& row);

}  // namespace pugmark::sqlite

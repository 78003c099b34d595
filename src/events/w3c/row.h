#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "events/text/fields.h"
#include "events/w3c/layout.h"

namespace pugmark::w3c {

// The words of one row, laid on the columns of its layout.
struct AlignedRow {
  std::vector<std::string_view> columns;  // data() == nullptr: not known
  bool whole = false;                     // every column is known
};

// Lays a row on its columns. Blanks count as one however many there are. A row with more words than
// columns has blanks in its query: it is read from the left up to the query and from the right for
// the rest, if the port and the numbers then stand where they belong. Otherwise only what is
// certain is filled in, and the query holds all the text in doubt, so that nothing can hide in it.
// `words` is scratch memory.
void align_row(std::string_view line, const Layout& layout, std::vector<std::string_view>& words,
               AlignedRow& row);

struct RowTime {
  TimeUtc time;
  TimePrecision precision = TimePrecision::kUnknown;
};

// The time of a row from its date (or `days`, if the layout has no date column) and time.
RowTime row_time(std::string_view date, std::string_view time,
                 const std::optional<std::int64_t>& days, text::DayParser& parser);

}  // namespace pugmark::w3c

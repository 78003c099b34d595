#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detect/coverage.h"
#include "detect/finding.h"

namespace pugmark {

std::string grouped(std::uint64_t number);  // "1,234,567"
std::string counted(std::uint64_t number, std::string_view one, std::string_view many = {});
// "1 rule", "2,000 rules"
std::string bytes_words(std::uint64_t bytes);  // "512 bytes", "31.0 MB" (powers of ten)

// Of a finding, RFC 3339 UTC with the digits of its source, "" if it has none.
std::string time_text(const Finding& finding);
// As the source wrote it, before the clock was corrected.
std::string source_time_text(const Finding& finding);
// "2021-03-14 06:40:10", for tables; "no time" if there is none.
std::string table_time(TimeUtc time, TimePrecision precision);
std::string day_of(TimeUtc time);  // "2021-03-14"

// "5 h later", "-" signs spelled out, for a clock correction.
std::string shift_words(std::int64_t shift_s);
// Length of an interval in the unit that fits: "46 s", "13.9 days".
std::string span_text(TimeUtc from, TimeUtc to);
std::int64_t span_ns(TimeUtc from, TimeUtc to);  // saturates instead of overflowing

// "product windows, service security" of the ledger's "windows//security"; safe to show.
std::string log_source_words(std::string_view log_source);

// "attempted: somebody tried; that it worked is not shown"; "" for Verdict::kNone.
std::string verdict_words(Verdict verdict);

// "field: value; field: value" of what matched, each once; safe to show.
std::string because_words(const Finding& finding);

std::string joined(const std::vector<std::string>& texts, std::string_view between);

// Of a gap: the path of its item, safe to show, or words where it has none.
std::string gap_place(std::string_view item);

// Words wrapped to lines of at most `width` columns (0: one line), each behind `indent` blanks but
// the first.
std::string wrapped(std::string_view text, std::size_t width_columns, std::size_t indent_columns);

// A word of a command line, quoted for sh when it needs to be.
std::string shell_word(std::string_view text);

}  // namespace pugmark

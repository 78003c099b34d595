#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace pugmark {

struct TimeInterval {
  TimeUtc from;
  TimeUtc to;
};

// What one log source of one computer covers: the first thing to know before "nothing was found"
// may be said. Times are corrected UTC.
struct Coverage {
  std::string computer;  // "" if the source does not say
  std::string source;    // Shape::channel
  std::string kind;      // to_string(SourceKind)
  TimeUtc first;
  TimeUtc last;
  TimePrecision precision = TimePrecision::kSecond;
  std::uint64_t events_count = 0;
  std::uint64_t undated_count = 0;    // events without a readable time
  std::uint64_t recovered_count = 0;  // carved
  // see the rule in coverage_meter.h; at most 100, longest first, then by time
  std::vector<TimeInterval> holes;
  std::uint64_t holes_count = 0;
  // Record ids skipped between the smallest and the largest, at most 2^63-1. At least so many:
  // where items repeat records (copies of a log taken at different times), what is missing in all
  // of them may be hidden by what is there twice.
  std::uint64_t missing_records_count = 0;
  // What was added to the times; 0 also if it is not the same in all items: `clock` then says in
  // how many.
  std::int64_t time_shift_s = 0;
  std::uint64_t shifted_items_count = 0;  // those whose times were corrected, by whatever
  // What is known of the clock, and why it was corrected or not, in words; "" if no item has a
  // second clock.
  std::string clock;
  std::vector<std::string> items;  // paths, sorted; at most 100
  std::uint64_t items_count = 0;
  // That rules which ran could have shown in the kinds of event this source had.
  std::vector<std::string> techniques;
};

}  // namespace pugmark

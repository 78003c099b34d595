#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "detect/sigma/rule.h"

// Correlations: from the events that single rules matched to groups of events within a span of time
// (specification, "Sigma Correlation Rules"). Cost n log n in the number of hits, whatever windows
// hold, times the number of rules squared for temporal_ordered. Thread-safe.
//
// Windows slide over event time and include both ends: a window holds the hits of one group with
// t <= time <= t + timespan, for the time t of each hit. Windows that lie wholly inside another one
// are not looked at; otherwise "fewer than five" would be true at the end of every burst. Windows
// that satisfy the condition and overlap are one result.
//
// In order (temporal_ordered) are two hits if the times differ, or if one source wrote both: then
// ordinals tell. Of equal times in two sources nobody can say which was first.
namespace pugmark::sigma {

// One event that a referred rule matched, or the result of a referred correlation.
struct CorrelationHit {
  std::uint32_t rule = 0;     // index into Correlation::rules
  std::int64_t time_ns = 0;   // UTC, corrected
  std::uint64_t ordinal = 0;  // of the event in all evidence: equal for two rules on one event,
                              // rising in the order in which one source wrote its records; those
                              // of one source stand together
  std::vector<std::optional<std::string>> values;  // of fields_to_read(), in that order
  std::uint64_t source = 0;  // who wrote the record: a log of one computer, in one item
};

struct CorrelationResult {
  std::vector<std::string> group;  // values of Correlation::group_by, spelt as in the first hit
  std::int64_t first_time_ns = 0;
  std::int64_t last_time_ns = 0;
  double measure = 0;  // count, sum, ... of the first window that satisfies the condition
  std::vector<std::uint32_t> hits;  // indices into the hits handed over, by (time, ordinal, rule)
};

// The fields to read from an event that rule number `rule` of the correlation matched: first the
// group (aliases resolved), then the counted values. "" stands for an alias without a field for
// this rule: such events take no part.
std::vector<std::string> fields_to_read(const Correlation& correlation, std::uint32_t rule);

// The value whose lack keeps a hit from taking part, as an index into its values: it is not there,
// or no number where one is needed. Nothing if the hit takes part.
std::optional<std::size_t> missing_value(const Correlation& correlation, const CorrelationHit& hit);

// Hits in any order. A hit that lacks a group value takes no part; nor, in the types that count
// values, one that lacks a value, or a number where numbers are needed. Values are compared by
// Unicode simple case folding. Results are ordered by (first time, group).
std::vector<CorrelationResult> correlate(const Correlation& correlation,
                                         std::span<const CorrelationHit> hits);

// The hit that a result of `inner` is for `outer`, which refers to it as rule number `rule`. Its
// time is that of the last event; it has the fields that `inner` groups by and no others.
CorrelationHit hit_of_result(const Correlation& outer, std::uint32_t rule, const Correlation& inner,
                             const CorrelationResult& result,
                             std::span<const CorrelationHit> inner_hits);

// One way to satisfy the extended condition of a temporal_ordered correlation.
struct OrderedAlternative {
  std::vector<std::uint32_t> sequence;  // rules that occur in this order
  std::vector<std::uint32_t> absent;    // rules that do not occur in the window
};

// The condition as alternatives; names are ordered as written. Nothing if there are more than 64,
// or one has no sequence.
std::optional<std::vector<OrderedAlternative>> ordered_alternatives(const Expression& extended);

}  // namespace pugmark::sigma

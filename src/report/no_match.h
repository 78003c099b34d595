#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"

// What is said when a filter let nothing through: an empty list would look like a clean server.
// Private to this room.
namespace pugmark {

// "--level high --rule shell": the options that make the filter, safe to show; "" if there is none.
// The number of rows is no filter.
std::string filter_words(const Filter& filter);

// "None of 12 gaps passes --item x.", or "" if the list itself is empty or nothing was filtered.
std::string none_passes(std::uint64_t total, std::string_view one, std::string_view many,
                        const Filter& filter);

// "6 findings without a time are not shown: ...", or "" of none.
std::string without_time_words(std::uint64_t count);

// For lists of findings, a sentence each: how many there are, and of every filter that no finding
// passes even alone what the case has instead. Empty if nothing was filtered or found.
Result<std::vector<std::string>> no_finding_passes(const CaseReader& reader, const Filter& filter,
                                                   const std::string& case_path);

// "Its computers: a, b and 3 more."; safe to show, "" of no names.
std::string names_of(std::string_view what, const std::set<std::string>& names);

}  // namespace pugmark

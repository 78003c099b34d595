#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pugmark {

// Every bound the program puts on evidence, rules and its own output. An intruder wrote part of
// what we read, so each of these will be met by somebody: reaching one is a recorded Gap that names
// the limit, and the run goes on. `hunt --limit NAME=VALUE` sets one by the name in limit_names().
struct Limits {
  // Archives
  std::uint64_t archive_ratio = 1'000;                   // unpacked : packed bytes of one stream
  std::uint64_t archive_free_bytes = 256ULL << 20;       // unpacked before the ratio counts
  std::uint64_t archive_bytes = 1ULL << 40;              // unpacked, of one archive with nested
  std::uint64_t archive_entries = 1'000'000;             // members of one archive, nested included
  std::uint64_t archive_depth = 8;                       // archive in archive
  std::uint64_t archive_directory_bytes = 64ULL << 20;   // of a 7z, stored or unpacked
  std::uint64_t archive_window_bytes = 256ULL << 20;     // kept by one decoder of a 7z
  std::uint64_t path_bytes = 1'024;                      // name of a member; more is not kept
  std::uint64_t seekable_member_bytes = 16ULL << 30;     // unpacked to an unlinked temporary file
  std::uint64_t folder_depth = 128;
  std::uint64_t items = 5'000'000;                       // files and members of one run
  // Events
  std::uint64_t line_bytes = 1ULL << 20;                 // one record of a text log
  std::uint64_t record_bytes = 16ULL << 20;              // one EVTX record or JSON document
  std::uint64_t nesting_depth = 64;                      // BinXML elements, JSON values
  std::uint64_t fields_per_event = 4'096;
  std::uint64_t wrapped_events = 1'000'000;              // of one JSON object
  std::uint64_t values_per_field = 4'096;
  std::uint64_t field_names = 262'144;                   // distinct names in one run; long ones
                                                         // count for several
  std::uint64_t shapes = 65'536;                         // distinct kinds of event in one run
  std::uint64_t shape_fields = 4'194'304;                // fields of all these kinds together
  // Names of computers, logs, providers and fields, and the values correlations stand on: longer
  // ones are shortened where they are kept (base/shorten.h). Windows has none above 255 characters.
  std::uint64_t name_bytes = 256;
  // One chunk of an event log: 64 KiB of forged offsets could ask for gigabytes otherwise. Each is
  // far above what the largest ordinary chunk needs (measured: below a twentieth).
  std::uint64_t chunk_template_bytes = 1ULL << 20;       // definitions compiled
  std::uint64_t chunk_plan_nodes = 262'144;              // elements and values laid out
  std::uint64_t chunk_values = 1'048'576;                // slots, list elements
  std::uint64_t chunk_text_bytes = 16ULL << 20;          // text put together from parts
  std::uint64_t chunk_carved_bytes = 1ULL << 20;         // tried as records in unused space
  // Files that are no logs
  std::uint64_t file_window_bytes = 4ULL << 20;          // examined at once
  std::uint64_t file_steps = 100;                        // of the reasons for one file, listed
  // Rules
  std::uint64_t rule_file_bytes = 8ULL << 20;            // as read; its texts, aliases expanded
  std::uint64_t rule_nesting_depth = 32;
  std::uint64_t rule_predicates = 65'536;                // after expansion, of one rule
  std::uint64_t rule_expanded_bytes = 128ULL << 20;      // comparisons and conditions of one file
  std::uint64_t rule_filters = 1'000;                    // filter documents of one run
  std::uint64_t yaml_nodes = 1'000'000;                  // of one file, aliases expanded
  // YARA rules. Matches that a condition counts are kept while a window is searched: 72 bytes each.
  std::uint64_t yara_states = 200'000;                   // of the automaton for all strings
  std::uint64_t yara_seconds = 60;                       // for one window
  std::uint64_t yara_string_matches = 50'000;            // of one string in one window
  std::uint64_t yara_matches = 100;                      // of one rule in one window, listed
  // Lists of indicators
  std::uint64_t indicator_file_bytes = 256ULL << 20;     // of one list
  std::uint64_t indicator_line_bytes = 64ULL << 10;      // of one line, or row of a CSV file
  std::uint64_t indicators = 1'000'000;                  // of one list
  std::uint64_t indicator_rejects = 100;                 // of one list; beyond it only counted
  // Output
  std::uint64_t findings_per_rule_and_computer = 1'000;  // beyond it they are only counted
  std::uint64_t comparisons_per_finding = 100;           // listed; beyond it they are only counted
  std::uint64_t comparison_bytes = 1'024;                // of a text that is no whole field
  std::uint64_t findings = 1'000'000;                    // kept in one case
  std::uint64_t computers = 10'000;                      // distinct names told apart
  std::uint64_t log_sources = 50'000;                    // told apart, in every item but for one
  std::uint64_t correlation_hits = 250'000;  // events remembered for correlations; those with long
                                             // values count for several
  std::uint64_t gaps_per_item = 1'000;                   // beyond it they are only counted
  std::uint64_t coverage_days = 1'500'000;               // with events, of all logs in all items
};

struct LimitName {
  std::string_view name;     // lower-case-with-hyphens
  std::uint64_t Limits::*member;
  std::string_view meaning;  // one sentence with the unit
  std::uint64_t most = UINT64_MAX;  // above it the stack or a library would not hold
};

// All limits in the order of the struct: for options, documents and messages.
std::span<const LimitName> limit_names();

// Those that differ from the defaults, "archive-depth=12 items=100", in the order of the struct.
std::string changed_limits(const Limits& limits);

// What changed_limits() wrote. Nothing if the text is not of that form.
std::optional<Limits> limits_from(std::string_view changes);

}  // namespace pugmark

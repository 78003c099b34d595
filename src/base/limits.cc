#include "base/limits.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>

namespace pugmark {

std::span<const LimitName> limit_names() {
  // One table of all limits.
  static constexpr auto kNames = std::to_array<LimitName>({
      {"archive-ratio", &Limits::archive_ratio, "Unpacked to packed bytes of one stream."},
      {"archive-free-bytes", &Limits::archive_free_bytes,
       "Unpacked bytes of one stream that archive-ratio does not look at."},
      {"archive-bytes", &Limits::archive_bytes, "Unpacked bytes of one archive, nested included."},
      {"archive-entries", &Limits::archive_entries,
       "Members of one archive, nested included; long names count for several."},
      {"archive-depth", &Limits::archive_depth, "Archives inside archives."},
      {"archive-directory-bytes", &Limits::archive_directory_bytes,
       "Bytes of the directory of one 7z archive, unpacked."},
      {"archive-window-bytes", &Limits::archive_window_bytes,
       "Bytes of the dictionary, the model or the parts that one decoder of a 7z archive keeps."},
      {"path-bytes", &Limits::path_bytes, "Bytes kept of the name of an archive member."},
      {"seekable-member-bytes", &Limits::seekable_member_bytes,
       "Bytes of an archive member copied to an unlinked temporary file."},
      {"folder-depth", &Limits::folder_depth, "Folders inside folders.", 1'000},
      {"items", &Limits::items, "Files and archive members of one run."},
      {"line-bytes", &Limits::line_bytes, "Bytes of one record of a text log."},
      {"record-bytes", &Limits::record_bytes, "Bytes of one EVTX record or JSON document."},
      {"nesting-depth", &Limits::nesting_depth, "Elements or values inside one another.", 1'000},
      {"fields-per-event", &Limits::fields_per_event,
       "Fields of one event; those with long names count for several."},
      {"wrapped-events", &Limits::wrapped_events, "Events that one JSON object wraps."},
      {"values-per-field", &Limits::values_per_field, "Values of one field of one event."},
      {"field-names", &Limits::field_names, "Distinct field names of one run."},
      {"shapes", &Limits::shapes, "Distinct kinds of event of one run."},
      {"shape-fields", &Limits::shape_fields, "Fields of all kinds of event of one run."},
      {"name-bytes", &Limits::name_bytes,
       "Bytes kept of a name (computer, log, field) and of a value correlations stand on."},
      {"chunk-template-bytes", &Limits::chunk_template_bytes,
       "Bytes of template definitions of one EVTX chunk."},
      {"chunk-plan-nodes", &Limits::chunk_plan_nodes,
       "Elements and values laid out for one EVTX chunk."},
      {"chunk-values", &Limits::chunk_values, "Values of the events of one EVTX chunk."},
      {"chunk-text-bytes", &Limits::chunk_text_bytes,
       "Bytes of text put together from parts for one EVTX chunk."},
      {"chunk-carved-bytes", &Limits::chunk_carved_bytes,
       "Bytes tried as records in the unused space of one EVTX chunk."},
      {"file-window-bytes", &Limits::file_window_bytes,
       "Bytes of a file that is no log examined at once; larger ones are examined in pieces.",
       1'000'000'000},
      {"file-steps", &Limits::file_steps,
       "Reasons for what is said of one file that is no log listed; the rest are counted."},
      {"rule-file-bytes", &Limits::rule_file_bytes,
       "Bytes of one rule file, and of its texts with aliases expanded."},
      {"rule-nesting-depth", &Limits::rule_nesting_depth, "Nesting of a rule file or condition.",
       1'000},
      {"rule-predicates", &Limits::rule_predicates, "Comparisons of one rule, expanded."},
      {"rule-expanded-bytes", &Limits::rule_expanded_bytes,
       "Bytes that the comparisons and conditions of one rule file take, expanded."},
      {"rule-filters", &Limits::rule_filters, "Filter documents of one run."},
      {"yaml-nodes", &Limits::yaml_nodes, "Nodes of one rule file, aliases expanded."},
      {"yara-states", &Limits::yara_states,
       "States of the automaton that searches for the strings of all YARA rules."},
      {"yara-seconds", &Limits::yara_seconds, "Seconds that YARA rules may take for one window.",
       1'000'000},
      {"yara-string-matches", &Limits::yara_string_matches,
       "Matches of one YARA string in one window that a condition can count.", 1'000'000},
      {"yara-matches", &Limits::yara_matches,
       "Places of one YARA rule's strings in one window listed; the rest are counted."},
      {"indicator-file-bytes", &Limits::indicator_file_bytes, "Bytes of one list of indicators."},
      {"indicator-line-bytes", &Limits::indicator_line_bytes,
       "Bytes of one line of a list of indicators, or of one row of a CSV file."},
      {"indicators", &Limits::indicators, "Indicators of one list."},
      {"indicator-rejects", &Limits::indicator_rejects,
       "Entries of one list that cannot be looked for and are named; the rest are counted."},
      {"findings-per-rule-and-computer", &Limits::findings_per_rule_and_computer,
       "Findings of one rule on one computer kept in full; the rest are counted."},
      {"comparisons-per-finding", &Limits::comparisons_per_finding,
       "Comparisons that came out true listed with one finding; the rest are counted."},
      {"comparison-bytes", &Limits::comparison_bytes,
       "Bytes kept of a text a comparison came out true for, unless it is a whole field."},
      {"findings", &Limits::findings, "Findings of one case kept in full; the rest are counted."},
      {"computers", &Limits::computers,
       "Distinct computer names told apart when findings are kept."},
      {"log-sources", &Limits::log_sources,
       "Logs told apart in coverage: those of every item, but for one of each."},
      {"correlation-hits", &Limits::correlation_hits,
       "Events remembered for correlation rules; long ones count for several."},
      {"gaps-per-item", &Limits::gaps_per_item, "Gaps of one item listed; the rest are counted."},
      {"coverage-days", &Limits::coverage_days,
       "Days with events of all logs in all items remembered, to find holes."},
  });
  return kNames;
}

std::string changed_limits(const Limits& limits) {
  std::string text;
  for (const LimitName& limit : limit_names()) {
    const std::uint64_t value = limits.*limit.member;
    if (value == Limits{}.*limit.member) continue;
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", limit.name, value);
  }
  return text;
}

std::optional<Limits> limits_from(std::string_view changes) {
  Limits limits;
  while (!changes.empty()) {
    const std::string_view change = changes.substr(0, changes.find(' '));
    changes.remove_prefix(std::min(change.size() + 1, changes.size()));
    const std::string_view name = change.substr(0, change.find('='));
    const auto limit = std::find_if(limit_names().begin(), limit_names().end(),
                                    [&](const LimitName& one) { return one.name == name; });
    if (limit == limit_names().end() || name.size() == change.size()) return std::nullopt;
    const std::string_view number = change.substr(name.size() + 1);
    const char* const end = number.data() + number.size();
    const auto [stop, error] = std::from_chars(number.data(), end, limits.*limit->member);
    if (error != std::errc() || stop != end) return std::nullopt;
  }
  return limits;
}

}  // namespace pugmark

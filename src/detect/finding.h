#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "detect/verdict.h"
#include "evidence/locator.h"

namespace pugmark {

// Sigma's levels, in rising order. A rule without a level counts as kMedium in order and filters,
// and says so in the ledger.
enum class Level : std::uint8_t { kInformational, kLow, kMedium, kHigh, kCritical };
std::string_view to_string(Level level);                        // "informational", "low", ...
std::optional<Level> level_from_string(std::string_view text);  // exact lower-case names only
std::span<const std::string_view> level_names();                // in rising order

// One comparison that came out true, and the text it was true for.
struct Because {
  std::string field;    // as named in the event; "" for a keyword
  std::string value;    // the text that matched, rendered as in value.h; "" if is_whole_field
  std::string pattern;  // as the rule writes it, modifiers included: "endswith: .aspx"
  // of the value in the item, if it stands there as bytes
  std::optional<std::uint64_t> offset_bytes;
  // how the text was read if not as it stands: "stem?query", "decoded once", "plus as blank",
  // "joined", ""
  std::string reading;
  // The text is the whole value of the first of Finding::fields with that name: many comparisons
  // may be true for one long text. See text_of().
  bool is_whole_field = false;
};

// Of a longer text of an event a finding keeps only this much, with a remark in place of the rest:
// one line of a log may have Limits::line_bytes.
inline constexpr std::size_t kFindingTextBytesMax = std::size_t{128} << 10U;

// `text` if it has at most `most_bytes`; else its beginning, never cut inside a character of UTF-8,
// and the remark.
std::string cut_text(std::string_view text, std::size_t most_bytes);

// An event that took part in a correlation.
struct RelatedEvent {
  std::string rule_id;
  std::string item;
  std::uint64_t offset_bytes = 0;
  std::uint32_t length_bytes = 0;
  TimeUtc time;
  TimePrecision precision = TimePrecision::kUnknown;
};

// What one rule says about one record (or, for a correlation, about several: then the locator is
// that of the last of them). Owns everything it says; safe to keep for ever.
struct Finding {
  std::string id;  // 16 hexadecimal digits; the same in every run over the same bytes and rules
  std::string rule_id;
  std::string rule_title;
  Level level = Level::kMedium;
  std::string status;  // the rule's: "stable", "test", "experimental", ...
  Verdict verdict = Verdict::kNone;  // the rule's
  TimeUtc time;        // UTC, clock correction applied
  TimePrecision precision = TimePrecision::kUnknown;
  std::int64_t time_shift_s = 0;  // what was added to the source's own time; 0 if nothing
  std::string item;               // Item::path
  std::uint64_t offset_bytes = 0;
  std::uint32_t length_bytes = 0;
  std::uint64_t record_id = 0;  // 0: the source numbers nothing
  std::string channel;          // Shape::channel
  std::uint32_t event_id = 0;   // 0: the source has none
  std::string provider;
  std::string computer;                 // "" if the source does not say
  bool recovered = false;               // carved from slack or unused space
  std::vector<std::string> techniques;  // "T1505.003", from the rule's tags
  std::vector<std::string> tags;        // all tags of the rule
  std::vector<Because> because;
  std::vector<RelatedEvent> related;                        // correlations only, in order of time
  std::vector<std::pair<std::string, std::string>> fields;  // the event, rendered, in its own order
};

// The text that one of the finding's comparisons is true for. Lives as long as they do.
std::string_view text_of(const Because& because, const Finding& finding);

}  // namespace pugmark

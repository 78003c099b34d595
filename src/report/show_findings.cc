#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "report/json.h"
#include "report/no_match.h"
#include "report/show.h"
#include "report/words.h"

namespace pugmark {
namespace {

std::string because_json(const Because& because, const Finding& finding) {
  JsonObject object;
  object.text_or_null("field", because.field).text("value", text_of(because, finding));
  object.text("pattern", because.pattern);
  if (because.offset_bytes) {
    object.number("offset", *because.offset_bytes);
  } else {
    object.null("offset");
  }
  object.text_or_null("reading", because.reading);
  return object.str();
}

std::string related_json(const RelatedEvent& related) {
  JsonObject object;
  object.text("rule_id", related.rule_id);
  object.text_or_null("time", format_time(related.time, related.precision));
  object.text("item", related.item).number("offset", related.offset_bytes);
  object.number("length", related.length_bytes);
  return object.str();
}

std::string related_list(const std::vector<RelatedEvent>& related) {
  std::vector<std::string> parts;
  for (const RelatedEvent& one : related) parts.push_back(related_json(one));
  return json_list(parts);
}

// `time`, and where a clock was corrected by how much and what the source says.
void add_time(JsonObject& object, const Finding& finding) {
  object.text_or_null("time", time_text(finding));
  if (finding.time_shift_s == 0) return;
  object.signed_number("time_shift_s", finding.time_shift_s);
  object.text_or_null("time_source", source_time_text(finding));
}

struct Counts {
  std::uint64_t shown = 0;
  std::uint64_t without_time = 0;  // left out for that alone
};

// What an empty table means.
Status nothing_found(const CaseReader& reader, const ShowOptions& options, Output& out) {
  const Result<std::vector<std::string>> sentences =
      no_finding_passes(reader, options.filter, options.case_path);
  if (!sentences.ok()) return sentences.error();
  for (const std::string& sentence : sentences.value())
    out.line(wrapped(sentence, options.look.width_columns, 0));
  if (!sentences.value().empty()) return {};
  out.line("No finding to show. What the rules could not see: pugmark show " +
           escaped(shell_word(options.case_path)) + " rules");
  return {};
}

// What is to be said below a table. The result of reading the table comes first.
Status end_of_table(const CaseReader& reader, const ShowOptions& options, const Counts& counts,
                    const Status& read, Output& out) {
  if (!read.ok()) return read;
  if (counts.shown == 0) {
    if (Status said = nothing_found(reader, options, out); !said.ok()) return said;
  }
  const std::string sentence = without_time_words(counts.without_time);
  if (!sentence.empty()) out.line(wrapped(sentence, options.look.width_columns, 0));
  return {};
}

// The same for JSON lines, which have no place for sentences.
Status end_of_lines(const Counts& counts, Status read, Notes& notes) {
  const std::string sentence = without_time_words(counts.without_time);
  if (read.ok() && !sentence.empty()) notes.push_back(sentence);
  return read;
}

// Calls `each` for the findings that pass, up to the limit. Those without a time stand behind all
// others: where they are counted, reading goes on beyond the limit.
template <class Each>
Status each_passing(const CaseReader& reader, const ShowOptions& options, bool heads,
                    const Output& out, Counts& counts, const Each& each) {
  RowLimit limit(options.filter.limit);
  const auto one = [&](const Finding& finding) {
    if (lacks_time(options.filter, finding)) ++counts.without_time;
    if (!passes(options.filter, finding)) return true;
    if (!limit.take()) return asks_for_time(options.filter);
    ++counts.shown;
    each(finding);
    return !out.failed();
  };
  return heads ? reader.finding_heads(one) : reader.findings(one);
}

// The title of the rule says most: it keeps three tenths of the terminal.
std::size_t title_columns(const Look& look) {
  return std::max<std::size_t>(20, look.width_columns * 3 / 10);
}

std::string timeline_json(const Finding& finding) {
  JsonObject object;
  add_time(object, finding);
  object.text("level", to_string(finding.level));
  object.text_or_null("verdict", to_string(finding.verdict));
  object.list("techniques", finding.techniques);
  object.text_or_null("computer", finding.computer).text("rule_id", finding.rule_id);
  object.text("rule_title", finding.rule_title).text("item", finding.item);
  object.number("offset", finding.offset_bytes).text("id", finding.id);
  object.null("track").null("phase");
  return object.str();
}

// Where it stands, for people: the item and the offset of the first byte.
std::string place(const Finding& finding) {
  return fmt::format("{}+{}", escaped(finding.item), finding.offset_bytes);
}

// Whole ids where there is room for them; on a narrow terminal the first digits, which are enough.
std::string shown_id(const Finding& finding, const Look& look) {
  const bool narrow = look.width_columns != 0 && look.width_columns < 120;
  return escaped(narrow ? finding.id.substr(0, 8) : finding.id);
}

}  // namespace

std::string finding_json(const Finding& finding) {
  JsonObject object;
  object.text("id", finding.id).text("rule_id", finding.rule_id);
  object.text("rule_title", finding.rule_title).text("level", to_string(finding.level));
  object.text_or_null("status", finding.status);
  add_time(object, finding);
  object.text("item", finding.item).number("offset", finding.offset_bytes);
  object.number("length", finding.length_bytes).number_or_null("record_id", finding.record_id);
  object.text_or_null("channel", finding.channel).number_or_null("event_id", finding.event_id);
  object.text_or_null("computer", finding.computer).list("techniques", finding.techniques);
  object.list("tags", finding.tags).text_or_null("verdict", to_string(finding.verdict));
  std::vector<std::string> because;
  for (const Because& one : finding.because) because.push_back(because_json(one, finding));
  object.raw("because", json_list(because));
  object.null("track").null("phase");
  if (finding.recovered) object.flag("recovered", true);
  if (!finding.related.empty()) object.raw("related", related_list(finding.related));
  return object.str();
}

Status show_findings(const CaseReader& reader, const ShowOptions& options, Output& out,
                     Notes& notes) {
  Counts counts;
  if (options.jsonl) {
    Status read = each_passing(reader, options, false, out, counts,
                               [&](const Finding& finding) { out.line(finding_json(finding)); });
    return end_of_lines(counts, std::move(read), notes);
  }
  // What matched may be very long: piped it must have nothing behind it.
  Table table({{"TIME (UTC)"},
               {"LEVEL"},
               {"VERDICT"},
               {"COMPUTER", 8, false, false, 1},
               {"RULE", title_columns(options.look)},
               {"ID"},
               {"WHERE", 24, false, true, 3},
               {"MATCHED", 24, false, false, 2}},
              options.look, out);
  const Status status =
      each_passing(reader, options, false, out, counts, [&](const Finding& finding) {
        table.row({{table_time(finding.time, finding.precision), {}},
                   {std::string(short_name(finding.level)), style_of(finding.level)},
                   {std::string(to_string(finding.verdict)), {}},
                   {escaped(finding.computer), {}},
                   {escaped(finding.rule_title), {}},
                   {shown_id(finding, options.look), kDim},
                   {place(finding), {}},
                   {because_words(finding), {}}});
      });
  table.finish();
  return end_of_table(reader, options, counts, status, out);
}

Status show_timeline(const CaseReader& reader, const ShowOptions& options, Output& out,
                     Notes& notes) {
  Counts counts;
  if (options.jsonl) {
    Status read = each_passing(reader, options, true, out, counts,
                               [&](const Finding& finding) { out.line(timeline_json(finding)); });
    return end_of_lines(counts, std::move(read), notes);
  }
  Table table({{"TIME (UTC)"},
               {"LEVEL"},
               {"VERDICT"},
               {"TECHNIQUES", 9, false, false, 1},
               {"COMPUTER", 8, false, false, 2},
               {"RULE", title_columns(options.look)},
               {"ID"}},
              options.look, out);
  const Status status =
      each_passing(reader, options, true, out, counts, [&](const Finding& finding) {
        table.row({{table_time(finding.time, finding.precision), {}},
                   {std::string(short_name(finding.level)), style_of(finding.level)},
                   {std::string(to_string(finding.verdict)), {}},
                   {escaped(joined(finding.techniques, " ")), {}},
                   {escaped(finding.computer), {}},
                   {escaped(finding.rule_title), {}},
                   {shown_id(finding, options.look), kDim}});
      });
  table.finish();
  return end_of_table(reader, options, counts, status, out);
}

}  // namespace pugmark

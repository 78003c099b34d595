#include <array>
#include <fmt/format.h>
#include <set>

#include "base/text.h"
#include "report/json.h"
#include "report/no_match.h"
#include "report/show.h"
#include "report/words.h"

namespace pugmark {
namespace {

// Where a rule stands; those that are built in stand nowhere.
std::string place_of(const LedgerEntry& entry) {
  return entry.line == 0 ? escaped(entry.file)
                         : fmt::format("{}:{}", escaped(entry.file), entry.line);
}

std::string coverage_json(const Coverage& coverage) {
  std::vector<std::string> holes;
  for (const TimeInterval& hole : coverage.holes) {
    JsonObject object;
    object.text("from", format_time(hole.from, coverage.precision));
    holes.push_back(object.text("to", format_time(hole.to, coverage.precision)).str());
  }
  JsonObject object;
  object.text_or_null("computer", coverage.computer).text("source", coverage.source);
  object.text("kind", coverage.kind);
  object.text_or_null("first", format_time(coverage.first, coverage.precision));
  object.text_or_null("last", format_time(coverage.last, coverage.precision));
  object.number("events", coverage.events_count).number("undated", coverage.undated_count);
  object.number("recovered", coverage.recovered_count).number("holes_count", coverage.holes_count);
  object.raw("holes", json_list(holes)).number("missing_records", coverage.missing_records_count);
  object.signed_number("time_shift_s", coverage.time_shift_s);
  object.number("shifted_items", coverage.shifted_items_count);
  object.text_or_null("clock", coverage.clock);
  object.list("techniques", coverage.techniques).number("items_count", coverage.items_count);
  return object.list("items", coverage.items).str();
}

std::string item_json(const CaseItem& item) {
  JsonObject object;
  object.text("path", item.item.path).number("size", item.item.size_bytes);
  object.text_or_null("sha256", item.item.sha256 ? to_hex(*item.item.sha256) : "");
  object.text("type", item.item.type).number("events", item.item.events_count);
  object.number("read", item.item.read_bytes).number("unread", item.item.unread_bytes);
  object.number("gaps", item.gaps_count).text_or_null("duplicate_of", item.duplicate_of);
  object.signed_number("time_shift_s", item.time_shift_s).text_or_null("clock", item.clock);
  return object.str();
}

std::string gap_json(const CaseGap& gap) {
  JsonObject object;
  object.text_or_null("item", gap.item)
      .number("offset", gap.offset_bytes)
      .number("length", gap.length_bytes);
  return object.text("kind", to_string(gap.kind)).text("what", gap.what).str();
}

Cell state_cell(RuleState state) {
  const bool fine = state == RuleState::kRan;
  return {std::string(to_string(state)), fine ? std::string_view() : kWarning};
}

// What level a rejected rule has nobody knows: no level may hide it.
bool has_level(const LedgerEntry& entry) { return entry.state != RuleState::kRejected; }

bool passes_rule(const Filter& filter, const LedgerEntry& entry) {
  if (filter.level_min && has_level(entry) && entry.level < *filter.level_min) return false;
  return passes_rule_filter(filter, entry.rule_id, entry.rule_title);
}

Cell level_cell(const LedgerEntry& entry) {
  if (!has_level(entry)) return {"-", {}};
  return {std::string(short_name(entry.level)), style_of(entry.level)};
}

// What an empty table means, if a filter emptied it.
void filtered_out(std::uint64_t total, std::string_view one, std::string_view many,
                  const ShowOptions& options, Output& out) {
  const std::string sentence = none_passes(total, one, many, options.filter);
  if (!sentence.empty()) out.line(wrapped(sentence, options.look.width_columns, 0));
}

// On a terminal the first 8 characters, which are enough for `explain` and --rule.
std::string shown_rule_id(const LedgerEntry& entry, const Look& look) {
  const bool whole = look.width_columns == 0 || !is_valid_utf8(entry.rule_id);
  return escaped(whole ? entry.rule_id : entry.rule_id.substr(0, CaseReader::kRuleIdBeginsMin));
}

std::vector<Column> rule_columns() {
  return {{"STATE"},
          {"LEVEL"},
          {"FINDINGS", 0, true, false, 1},
          {"RULE", 20},
          {"ID", 0, false, false, 3},
          {"FILE", 16, false, true, 2},
          {"WHY", 20, false, false, 0, true}};
}

std::vector<Cell> rule_cells(const LedgerEntry& entry, const Look& look) {
  const std::string title = entry.rule_title.empty() ? entry.file : entry.rule_title;
  return {state_cell(entry.state),
          level_cell(entry),
          {grouped(entry.findings_count), {}},
          {escaped(title), {}},
          {shown_rule_id(entry, look), kDim},
          {place_of(entry), {}},
          {escaped(entry.why), {}}};
}

// No gap is not yet "everything was understood": what no reader knows is no gap, because nothing
// says that it should be a log. Unused space of event logs is no loss.
Status no_gap(const CaseReader& reader, const ShowOptions& options, std::uint64_t total,
              Output& out) {
  std::uint64_t bytes = 0;
  std::uint64_t items_count = 0;
  const Status status = reader.items([&](const CaseItem& item) {
    const bool passes = item.item.path.find(options.filter.item) != std::string::npos;
    if (!passes || item.item.unread_bytes == 0 || item.item.type == "evtx") return true;
    bytes += item.item.unread_bytes;
    ++items_count;
    return true;
  });
  if (!status.ok()) return status;
  const std::string filtered = none_passes(total, "gap", "gaps", options.filter);
  std::string text = filtered.empty() ? "No gap to show." : filtered;
  if (items_count != 0) {
    text += fmt::format(" {} of {} were not understood all the same: pugmark show {} items",
                        bytes_words(bytes), counted(items_count, "item"),
                        escaped(shell_word(options.case_path)));
  }
  out.line(wrapped(text, options.look.width_columns, 0));
  return {};
}

}  // namespace

std::string rule_json(const LedgerEntry& entry) {
  JsonObject object;
  object.text_or_null("rule_id", entry.rule_id).text_or_null("rule_title", entry.rule_title);
  object.text("kind", entry.kind);
  object.text_or_null("level", has_level(entry) ? to_string(entry.level) : "");
  object.text_or_null("status", entry.status).text("state", to_string(entry.state));
  object.text_or_null("why", entry.why).text("file", entry.file).number("line", entry.line);
  object.text_or_null("log_source", entry.log_source).text_or_null("author", entry.author);
  object.number("events", entry.events_count).number("findings", entry.findings_count);
  object.number("kept", entry.kept_count).list("techniques", entry.techniques);
  return object.list("tags", entry.tags).list("references", entry.references).str();
}

Status show_coverage(const CaseReader& reader, const ShowOptions& options, Output& out) {
  RowLimit limit(options.filter.limit);
  const bool narrow = options.look.width_columns != 0 && options.look.width_columns < 110;
  const auto moment = [narrow](TimeUtc time, TimePrecision precision) {
    return narrow ? day_of(time) : table_time(time, precision);
  };
  // What is said of clocks stands below the table too, and a span follows from first and last.
  Table table({{"COMPUTER", kComputerColumns},
               {"SOURCE", 16, false, true},
               {"FIRST (UTC)"},
               {"LAST (UTC)"},
               {"SPAN", 0, true, false, 2},
               {"EVENTS", 0, true},
               {"HOLES", 0, true, false, 1},
               {"MISSING", 0, true, false, 3},
               {"TECHNIQUES", 0, true, false, 5},
               {"CLOCK", 0, false, false, 4}},
              options.look, out);
  std::uint64_t total = 0;
  std::uint64_t shown = 0;
  std::set<std::string> computers;
  ClockNotes clocks;
  const Status status = reader.coverage([&](const Coverage& coverage) {
    ++total;
    if (!options.filter.computer.empty() &&
        folded(coverage.computer) != folded(options.filter.computer)) {
      if (!coverage.computer.empty()) computers.insert(coverage.computer);
      return true;
    }
    if (!limit.take()) return false;
    ++shown;
    if (options.jsonl) {
      out.line(coverage_json(coverage));
      return !out.failed();
    }
    const bool dated = coverage.precision != TimePrecision::kUnknown;
    const bool holes = coverage.holes_count != 0;
    table.row({{escaped(coverage.computer), {}},
               {escaped(coverage.source), {}},
               {dated ? moment(coverage.first, coverage.precision) : "", {}},
               {dated ? moment(coverage.last, coverage.precision) : "no time", {}},
               {dated ? span_text(coverage.first, coverage.last) : "", {}},
               {grouped(coverage.events_count), {}},
               {holes ? grouped(coverage.holes_count) : "", kWarning},
               {coverage.missing_records_count != 0 ? grouped(coverage.missing_records_count) : "",
                kWarning},
               {grouped(coverage.techniques.size()), {}},
               {short_clock(coverage),
                coverage.shifted_items_count != 0 ? kWarning : std::string_view()}});
    clocks.add(coverage);
    return !out.failed();
  });
  table.finish();
  if (!options.jsonl) clocks.print(options.look, 0, out);
  if (!status.ok() || shown != 0 || options.jsonl) return status;
  filtered_out(total, "source", "sources", options, out);
  if (!computers.empty())
    out.line(wrapped(names_of("Computers", computers), options.look.width_columns, 0));
  return status;
}

Status show_rules(const CaseReader& reader, const ShowOptions& options, Output& out) {
  RowLimit limit(options.filter.limit);
  Table table(rule_columns(), options.look, out);
  std::uint64_t total = 0;
  std::uint64_t shown = 0;
  const Status status = reader.rules([&](const LedgerEntry& entry) {
    ++total;
    if (!passes_rule(options.filter, entry)) return true;
    if (!limit.take()) return false;
    ++shown;
    if (options.jsonl) {
      out.line(rule_json(entry));
    } else {
      table.row(rule_cells(entry, options.look));
    }
    return !out.failed();
  });
  table.finish();
  if (status.ok() && shown == 0 && !options.jsonl)
    filtered_out(total, "rule", "rules", options, out);
  return status;
}

void show_ledger(std::span<const LedgerEntry> ledger, const LedgerOptions& options, Output& out) {
  std::array<std::uint64_t, 4> counts{};
  Table table({{"STATE"},
               {"LEVEL"},
               {"KIND", 0, false, false, 3},
               {"RULE", 20},
               {"ID", 0, false, false, 3},
               {"FILE", 16, false, true, 2},
               {"WHY", 20, false, false, 0, true}},
              options.look, out);
  for (const LedgerEntry& entry : ledger) {
    ++counts[static_cast<std::size_t>(entry.state)];
    if (options.only_problems && entry.state == RuleState::kRan) continue;
    if (options.jsonl) {
      out.line(rule_json(entry));
      continue;
    }
    std::vector<Cell> cells = rule_cells(entry, options.look);
    cells[2] = {escaped(entry.kind), {}};
    if (entry.state == RuleState::kRan) cells[0].text = "loads";
    table.row(std::move(cells));
  }
  table.finish();
  if (options.jsonl) return;
  out.line(fmt::format("{}: {} would load, {} rejected, {} disabled.",
                       counted(ledger.size(), "rule document"), grouped(counts[0] + counts[1]),
                       grouped(counts[2]), grouped(counts[3])));
}

Status show_gaps(const CaseReader& reader, const ShowOptions& options, Output& out) {
  RowLimit limit(options.filter.limit);
  std::uint64_t total = 0;
  std::uint64_t shown = 0;
  Table table({{"KIND"},
               {"ITEM", 20, false, true},
               {"OFFSET", 0, true, false, 1},
               {"LENGTH", 0, true, false, 2},
               {"WHAT", 20, false, false, 0, true}},
              options.look, out);
  const Status status = reader.gaps([&](const CaseGap& gap) {
    ++total;
    if (gap.item.find(options.filter.item) == std::string::npos) return true;
    if (!limit.take()) return false;
    ++shown;
    if (options.jsonl) {
      out.line(gap_json(gap));
    } else {
      table.row({{std::string(to_string(gap.kind)), kWarning},
                 {gap_place(gap.item), {}},
                 {grouped(gap.offset_bytes), {}},
                 {grouped(gap.length_bytes), {}},
                 {escaped(gap.what), {}}});
    }
    return !out.failed();
  });
  table.finish();
  if (!status.ok() || shown != 0 || options.jsonl) return status;
  return no_gap(reader, options, total, out);
}

Status show_items(const CaseReader& reader, const ShowOptions& options, Output& out) {
  RowLimit limit(options.filter.limit);
  Table table({{"PATH", 20, false, true},
               {"TYPE"},
               {"BYTES", 0, true},
               {"EVENTS", 0, true},
               {"NOT READ", 0, true, false, 1},
               {"GAPS", 0, true},
               {"SHA-256", 12, false, false, 2}},
              options.look, out);
  std::uint64_t total = 0;
  std::uint64_t shown = 0;
  const Status status = reader.items([&](const CaseItem& item) {
    ++total;
    if (item.item.path.find(options.filter.item) == std::string::npos) return true;
    if (!limit.take()) return false;
    ++shown;
    if (options.jsonl) {
      out.line(item_json(item));
    } else {
      table.row({{escaped(item.item.path), {}},
                 {escaped(item.item.type), {}},
                 {grouped(item.item.size_bytes), {}},
                 {grouped(item.item.events_count), {}},
                 {item.item.unread_bytes != 0 ? grouped(item.item.unread_bytes) : "", kWarning},
                 {item.gaps_count != 0 ? grouped(item.gaps_count) : "", kWarning},
                 {item.item.sha256 ? to_hex(*item.item.sha256) : "none", kDim}});
    }
    return !out.failed();
  });
  table.finish();
  if (status.ok() && shown == 0 && !options.jsonl)
    filtered_out(total, "item", "items", options, out);
  return status;
}

}  // namespace pugmark

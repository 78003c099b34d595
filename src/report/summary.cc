#include <algorithm>
#include <map>
#include <fmt/format.h>

#include "base/text.h"
#include "casefile/facts.h"
#include "report/json.h"
#include "report/overview.h"
#include "report/show.h"
#include "report/words.h"

namespace pugmark {
namespace {

// Rows of each part on the one screen; the last line of a part says how to see the rest.
constexpr std::size_t kRulesShown = 10;
constexpr std::size_t kSourcesShown = 8;
constexpr std::size_t kReasonsShown = 4;
constexpr std::size_t kRejectedShown = 3;
constexpr std::size_t kDisabledShown = 3;
constexpr std::size_t kListsShown = 5;
constexpr std::size_t kIndent = 10;  // of everything behind a heading
constexpr std::size_t kTableIndent = 2;

// To the minute: the summary is for seeing when, the findings are for seeing exactly when.
std::string minute_of(TimeUtc time, TimePrecision precision) {
  const std::string text = table_time(time, precision);
  return precision == TimePrecision::kUnknown ? text : text.substr(0, 16);
}

// The last of several: the day only if it is another one.
std::string last_minute(const RuleGroup& group) {
  if (group.kept_count < 2) return {};
  const std::string first = minute_of(group.first, group.precision);
  const std::string last = minute_of(group.last, group.precision);
  return first.substr(0, 10) == last.substr(0, 10) && last.size() > 11 ? last.substr(11) : last;
}

std::string rejected_words(const WhyGroup& group) {
  if (group.rules_count == 1)
    return fmt::format("1 rule rejected: {}: {}", escaped(group.first_place), escaped(group.why));
  return fmt::format("{} rejected: {} (first: {})", counted(group.rules_count, "rule"),
                     escaped(group.why), escaped(group.first_place));
}

// A rule's id, or its title if the id is a UUID: those of lists are, and say nothing to people.
std::string name_of(const std::string& id, const Overview& all) {
  constexpr std::size_t kUuidSize = 36;
  const auto found = std::find_if(all.groups.begin(), all.groups.end(),
                                  [&](const RuleGroup& group) { return group.rule_id == id; });
  const bool is_uuid = id.size() == kUuidSize && std::count(id.begin(), id.end(), '-') == 4;
  return escaped(is_uuid && found != all.groups.end() ? found->rule_title : id);
}

// What a file is; where no check says, by which rule it is known.
std::string kind_or_rule(const ExaminedFile& file, const Overview& all) {
  if (file.kind != BackdoorKind::kNone || file.rules.empty())
    return std::string(to_string(file.kind));
  const std::string more =
      file.rules.size() == 1 ? "" : fmt::format(" and {} more", file.rules.size() - 1);
  return name_of(file.rules.front(), all) + more;
}

// The summary for people: one object so that the look and the output need not be handed round.
class SummaryPage {
 public:
  SummaryPage(const Overview& all, const ShowOptions& options, Output& out)
      : all_(all), options_(options), look_(options.look), out_(out) {}

  void print() {
    read();
    not_read();
    files();
    findings();
    coverage();
    rules();
    next();
  }

 private:
  void heading(std::string_view name, std::string_view text) {
    const std::string padded = fmt::format("{:<{}}", name, kIndent);
    out_.line(styled(padded, kBold, look_) + wrapped(text, look_.width_columns, kIndent));
  }
  void more(std::size_t total, std::size_t shown, std::string_view what) {
    if (total <= shown) return;
    out_.line(
        styled(fmt::format("{:{}}{} more: {}", "", kIndent, grouped(total - shown), command(what)),
               kDim, look_));
  }
  void indented(std::string_view text, std::size_t indent_columns) {
    out_.line(std::string(indent_columns, ' ') +
              wrapped(text, look_.width_columns, indent_columns));
  }
  std::string command(std::string_view what) const {
    return fmt::format("pugmark show {} {}", escaped(shell_word(options_.case_path)), what);
  }
  void read();
  void not_read();
  std::string gaps_words() const;
  void not_understood();
  void unused_space();
  void files();
  void findings();
  void coverage();
  void rules();
  void silenced();
  void lists();
  void next();

  const Overview& all_;
  const ShowOptions& options_;
  const Look& look_;
  Output& out_;
};

void SummaryPage::read() {
  std::string text =
      fmt::format("{}, {}, {}", counted(all_.items_count, "item"),
                  bytes_words(all_.handed_over_bytes), counted(all_.events_count, "event"));
  if (all_.first && all_.last) {
    text += ", " + day_of(*all_.first);
    if (day_of(*all_.first) != day_of(*all_.last)) text += " to " + day_of(*all_.last);
    text += fmt::format(" UTC ({})", format_duration(span_ns(*all_.first, *all_.last)));
  }
  heading("READ", text);
  if (all_.duplicate_items_count != 0) {
    const bool is_one = all_.duplicate_items_count == 1;
    indented(fmt::format("{} the same bytes as another: {} findings stand here once more, "
                         "coverage and correlations count once",
                         counted(all_.duplicate_items_count, "item has", "items have"),
                         is_one ? "its" : "their"),
             kIndent);
  }
}

// An item beyond the limit gaps-per-item has more gaps than the case lists.
std::string SummaryPage::gaps_words() const {
  std::uint64_t listed_count = 0;
  for (const GapGroup& group : all_.gaps) listed_count += group.gaps_count;
  if (listed_count >= all_.gaps_count) return counted(all_.gaps_count, "gap");
  return fmt::format("{} gaps or more ({} listed)", grouped(all_.gaps_count),
                     grouped(listed_count));
}

void SummaryPage::not_read() {
  if (all_.gaps_count == 0 && all_.unread_bytes == 0 && all_.unknown_items_count == 0) {
    heading("NOT READ", all_.unused_bytes == 0 ? "nothing: every byte was understood"
                                               : "nothing: every record was understood");
    unused_space();
    return;
  }
  std::vector<std::string> parts;
  if (all_.gaps_count != 0) parts.push_back(gaps_words());
  if (all_.unread_bytes != 0) {
    parts.push_back(fmt::format("{} of {} not understood", bytes_words(all_.unread_bytes),
                                counted(all_.unread_items_count, "item")));
  }
  if (all_.unknown_items_count != 0)
    parts.push_back(fmt::format("{} of unknown kind", counted(all_.unknown_items_count, "item")));
  heading("NOT READ", joined(parts, ", "));
  Table table({{"GAP"}, {"COUNT", 0, true}, {"BYTES", 0, true}, {"IN", 20, false, true}}, look_,
              out_, kTableIndent);
  for (const GapGroup& group : all_.gaps) {
    std::string where = gap_place(group.first_item);
    if (group.items_count > 1) where += fmt::format(" and {} more", grouped(group.items_count - 1));
    table.row({{std::string(to_string(group.kind)), kWarning},
               {grouped(group.gaps_count), {}},
               {group.bytes != 0 ? grouped(group.bytes) : "", {}},
               {where, {}}});
  }
  table.finish();
  if (!all_.gaps.empty()) {
    out_.line(styled(fmt::format("{:{}}each of them: {}", "", kIndent, command("gaps")), kDim,
                     look_));
  }
  not_understood();
  unused_space();
}

// What nobody says should be a log is no gap: it stands with the items.
void SummaryPage::not_understood() {
  if (all_.unread_bytes == 0 && all_.unknown_items_count == 0) return;
  if (!all_.unknown_items.empty()) {
    std::vector<std::string> paths;
    for (const std::string& path : all_.unknown_items) paths.push_back(escaped(path));
    std::string text = "of unknown kind: " + joined(paths, ", ");
    if (all_.unknown_items_count > paths.size())
      text += fmt::format(" and {} more", grouped(all_.unknown_items_count - paths.size()));
    indented(text, kIndent);
  }
  out_.line(
      styled(fmt::format("{:{}}not understood, item by item: {}", "", kIndent, command("items")),
             kDim, look_));
}

void SummaryPage::unused_space() {
  if (all_.unused_bytes == 0) return;
  const auto carve = all_.facts.find("carve");
  const bool searched = carve != all_.facts.end() && carve->second == "yes";
  indented(fmt::format("{} of event logs are unused space, {}", bytes_words(all_.unused_bytes),
                       searched ? "searched for old records"
                                : "not searched for old records (hunt --carve)"),
           kIndent);
  if (all_.copies_count == 0) return;
  const bool is_one = all_.copies_count == 1;
  indented(fmt::format("{} there {} of one read elsewhere and {} not count again",
                       counted(all_.copies_count, "record"), is_one ? "is a copy" : "are copies",
                       is_one ? "does" : "do"),
           kIndent);
}

void SummaryPage::files() {
  const auto& [clean, suspicious, malicious] = all_.files_by_verdict;
  const std::uint64_t total = clean + suspicious + malicious;
  if (total == 0) return;
  out_.line();
  heading("FILES", file_counts_words(total, malicious, suspicious));
  Table table({{"VERDICT"}, {"KIND OR RULE", 8}, {"KEY", 0, false, false, 1},
               {"PATH", 20, false, true}},
              look_, out_, kTableIndent);
  for (const ExaminedFile& file : all_.worst_files) {
    table.row({{std::string(to_string(file.verdict)), style_of(file.verdict)},
               {kind_or_rule(file, all_), {}},
               {escaped(file.key), {}},
               {escaped(file.path), {}}});
  }
  table.finish();
  if (suspicious + malicious == 0) return;
  out_.line(styled(fmt::format("{:{}}why, file by file: {}", "", kIndent, command("files")), kDim,
                   look_));
}

void SummaryPage::findings() {
  out_.line();
  if (all_.kept_count == 0) {
    heading("FINDINGS",
            "none. That says only what the rules below could see in the sources below.");
    return;
  }
  std::string text = fmt::format("{} by {}", grouped(all_.findings_count),
                                 counted(all_.groups.size(), "rule"));
  if (!all_.computers.empty())  // web logs name none
    text += " on " + counted(all_.computers.size(), "computer");
  if (all_.findings_count > all_.kept_count) {
    text += fmt::format("; {} of them only counted (--limit findings-per-rule-and-computer)",
                        grouped(all_.findings_count - all_.kept_count));
  }
  heading("FINDINGS", text);
  Table table({{"LEVEL"},
               {"COUNT", 0, true},
               {"VERDICT"},
               {"FIRST (UTC)"},
               {"LAST", 0, false, false, 2},
               {"COMPUTER", 10, false, false, 1},
               {"RULE", 32, false, false, 0, true}},
              look_, out_, kTableIndent);
  for (std::size_t i = 0; i < std::min(all_.groups.size(), kRulesShown); ++i) {
    const RuleGroup& group = all_.groups[i];
    const std::string computers =
        group.computers.empty()       ? ""
        : group.computers.size() == 1 ? escaped(*group.computers.begin())
                                    : fmt::format("{} computers", grouped(group.computers.size()));
    table.row({{std::string(short_name(group.level)), style_of(group.level)},
               {grouped(group.findings_count), {}},
               {std::string(to_string(group.verdict)), {}},
               {minute_of(group.first, group.precision), {}},
               {last_minute(group), {}},
               {computers, {}},
               {escaped(group.rule_title), {}}});
  }
  table.finish();
  more(all_.groups.size(), kRulesShown, "findings");
}

void SummaryPage::coverage() {
  out_.line();
  if (all_.coverage.empty()) {
    heading("COVERAGE", "no log source: nothing can be said about what happened");
    return;
  }
  heading("COVERAGE", counted(all_.coverage.size(), "source"));
  std::vector<const Coverage*> sources;
  for (const Coverage& coverage : all_.coverage) sources.push_back(&coverage);
  std::stable_sort(sources.begin(), sources.end(), [](const Coverage* a, const Coverage* b) {
    return a->events_count > b->events_count;
  });
  Table table({{"COMPUTER", kComputerColumns},
               {"SOURCE", 10, false, true},
               {"FIRST DAY"},
               {"LAST DAY"},
               {"SPAN", 0, true, false, 2},
               {"EVENTS", 0, true},
               {"HOLES", 0, false, false, 1}},
              look_, out_, kTableIndent);
  for (std::size_t i = 0; i < std::min(sources.size(), kSourcesShown); ++i) {
    const Coverage& coverage = *sources[i];
    const bool dated = coverage.precision != TimePrecision::kUnknown;
    std::string holes;
    if (!coverage.holes.empty()) {
      const TimeInterval& longest = coverage.holes.front();
      holes = fmt::format("{} ({})", grouped(coverage.holes_count),
                          format_duration(span_ns(longest.from, longest.to)));
    }
    table.row({{escaped(coverage.computer), {}},
               {escaped(coverage.source), {}},
               {dated ? day_of(coverage.first) : "no time", {}},
               {dated ? day_of(coverage.last) : "", {}},
               {dated ? span_text(coverage.first, coverage.last) : "", {}},
               {grouped(coverage.events_count), {}},
               {holes, kWarning}});
  }
  table.finish();
  more(sources.size(), kSourcesShown, "coverage");
  ClockNotes clocks;
  for (const Coverage* source : sources)
    if (source->shifted_items_count != 0) clocks.add(*source);
  clocks.print(look_, kIndent, out_);
}

void SummaryPage::rules() {
  const auto count = [&](RuleState state) { return all_.states[static_cast<std::size_t>(state)]; };
  out_.line();
  heading("RULES",
          fmt::format("{} ran, {} could not see, {} rejected, {} disabled",
                      grouped(count(RuleState::kRan)), grouped(count(RuleState::kNotObservable)),
                      grouped(count(RuleState::kRejected)), grouped(count(RuleState::kDisabled))));
  for (std::size_t i = 0; i < std::min(all_.blind.size(), kReasonsShown); ++i) {
    indented(fmt::format("{} could not see: {}", counted(all_.blind[i].rules_count, "rule"),
                         escaped(all_.blind[i].why)),
             kIndent);
  }
  for (std::size_t i = 0; i < std::min(all_.rejected.size(), kRejectedShown); ++i)
    indented(rejected_words(all_.rejected[i]), kIndent);
  for (std::size_t i = 0; i < std::min(all_.disabled.size(), kDisabledShown); ++i) {
    indented(fmt::format("{} disabled: {}", counted(all_.disabled[i].rules_count, "rule"),
                         escaped(all_.disabled[i].why)),
             kIndent);
  }
  silenced();
  lists();
  const bool names_rejected =
      all_.rejected.size() <= kRejectedShown &&
      std::all_of(all_.rejected.begin(), all_.rejected.end(),
                  [](const WhyGroup& group) { return group.rules_count == 1; });
  const bool all_said = names_rejected && all_.blind.size() <= kReasonsShown &&
                        all_.disabled.size() <= kDisabledShown;
  if (!all_said) {
    out_.line(styled(fmt::format("{:{}}all of them, and why: {}", "", kIndent, command("rules")),
                     kDim, look_));
  }
}

// Whoever hands over a list asks whether any of it was found.
void SummaryPage::lists() {
  for (std::size_t i = 0; i < std::min(all_.lists.size(), kListsShown); ++i) {
    const ListGroup& list = all_.lists[i];
    std::string text =
        fmt::format("list {}: {}", escaped(list.file),
                    list.findings_count == 0 ? "nothing of it was found"
                                             : counted(list.findings_count, "finding"));
    if (list.idle_count > 0)
      text += fmt::format("; {} of {} could not see or {} disabled", grouped(list.idle_count),
                          counted(list.rules_count, "rule"), list.idle_count == 1 ? "was" : "were");
    if (list.rejected_count > 0)
      text += fmt::format("; {} of it cannot be looked for",
                          counted(list.rejected_count, "entry", "entries"));
    indented(text, kIndent);
  }
  if (all_.lists.size() > kListsShown)
    indented(fmt::format("{} more lists", grouped(all_.lists.size() - kListsShown)), kIndent);
}

// They are no findings and count for no exit code: that they are there must be seen.
void SummaryPage::silenced() {
  if (all_.silenced_matches_count == 0) return;
  const bool is_one = all_.silenced_matches_count == 1;
  indented(fmt::format("{}: {} of {} own, a correlation stands on {}",
                       counted(all_.silenced_rules_count, "rule"),
                       counted(all_.silenced_matches_count, "match is no finding",
                               "matches are no findings"),
                       is_one ? "its" : "their", is_one ? "it" : "them"),
           kIndent);
}

void SummaryPage::next() {
  out_.line();
  std::string text = command("rules");
  if (!all_.groups.empty()) {
    text = fmt::format("pugmark explain {} {}", escaped(shell_word(options_.case_path)),
                       escaped(all_.groups.front().first_id));
  }
  out_.line(styled(fmt::format("{:<{}}", "NEXT", kIndent), kBold, look_) + text);
}

std::string group_json(const RuleGroup& group) {
  JsonObject object;
  object.text("rule_id", group.rule_id).text("rule_title", group.rule_title);
  object.text("level", to_string(group.level));
  object.text_or_null("verdict", to_string(group.verdict)).number("findings", group.findings_count);
  object.number("kept", group.kept_count);
  object.list("computers", {group.computers.begin(), group.computers.end()});
  object.text_or_null("first", format_time(group.first, group.precision));
  object.text_or_null("last", format_time(group.last, group.precision));
  return object.text("first_id", group.first_id).str();
}

std::string overview_json(const Overview& all) {
  std::vector<std::string> groups;
  for (const RuleGroup& group : all.groups) groups.push_back(group_json(group));
  JsonObject gaps;
  for (const GapGroup& group : all.gaps) gaps.number(to_string(group.kind), group.gaps_count);
  JsonObject levels;
  for (std::size_t i = all.levels.size(); i-- > 0;)
    levels.number(to_string(static_cast<Level>(i)), all.levels[i]);
  JsonObject states;
  for (std::size_t i = 0; i < all.states.size(); ++i)
    states.number(to_string(static_cast<RuleState>(i)), all.states[i]);
  JsonObject facts;
  for (const auto& [name, value] : all.facts) facts.text(name, value);
  const auto time = [](const std::optional<TimeUtc>& moment) {
    return moment ? format_time(*moment, TimePrecision::kSecond) : std::string();
  };
  JsonObject object;
  object.number("items", all.items_count).number("bytes", all.handed_over_bytes);
  object.number("events", all.events_count).text_or_null("first", time(all.first));
  object.text_or_null("last", time(all.last)).number("unread_bytes", all.unread_bytes);
  object.number("unused_bytes", all.unused_bytes);
  object.number("unknown_items", all.unknown_items_count);
  object.number("duplicate_items", all.duplicate_items_count).number("gaps", all.gaps_count);
  object.raw("gaps_by_kind", gaps.str()).number("findings", all.findings_count);
  JsonObject files;
  for (std::size_t i = all.files_by_verdict.size(); i-- > 0;)
    files.number(to_string(static_cast<FileVerdict>(i)), all.files_by_verdict[i]);
  object.raw("files", files.str());
  object.number("kept", all.kept_count).raw("kept_by_level", levels.str());
  object.raw("rules", states.str()).number("sources", all.coverage.size());
  return object.raw("findings_by_rule", json_list(groups)).raw("facts", facts.str()).str();
}

}  // namespace

Status show_summary(const CaseReader& reader, const ShowOptions& options, Output& out) {
  const Result<Overview> all = overview_of(reader);
  if (!all.ok()) return all.error();
  if (options.jsonl) {
    out.line(overview_json(all.value()));
  } else {
    SummaryPage(all.value(), options, out).print();
  }
  return {};
}

}  // namespace pugmark

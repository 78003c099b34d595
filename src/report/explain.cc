#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "report/evidence_bytes.h"
#include "report/member_mark.h"
#include "report/report.h"
#include "report/show.h"
#include "report/words.h"

namespace pugmark {
namespace {

constexpr std::size_t kIndent = 12;           // of what stands behind a label
constexpr std::size_t kWholeDumpBytes = 512;  // records up to this size are shown whole
constexpr std::size_t kPartDumpBytes = 128;   // of longer ones, and around each match
constexpr std::size_t kRunsShown = 60;

// What is said by the log source of rules that look at files.
bool is_about_files(const LedgerEntry& entry) {
  return entry.kind == "yara" || entry.kind == "analysis" || entry.log_source == "every file";
}

// Of the program's own rules that stand in no file: what one means; "" of any other.
std::string_view meaning_of(const LedgerEntry& entry) {
  if (entry.kind != "analysis") return {};
  if (entry.log_source == "file/script")
    return "Part of the program: it reads a script as its server does, follows what a request "
           "brings to what is done with it, and has a trained model weigh the rest.";
  return "Part of the program: it compares what lies around the pages of IIS and Exchange "
         "(configuration, names, places, times) with what belongs there.";
}

class Explanation {
 public:
  Explanation(const CaseReader& reader, const ExplainOptions& options, Output& out)
      : reader_(reader), options_(options), look_(options.look), out_(out) {}

  Status finding(const Finding& finding);
  void rule(const LedgerEntry& entry);

 private:
  void title(std::string_view text, Level level) {
    out_.line(styled(escaped(text), kBold, look_) + "  " +
              styled(to_string(level), style_of(level), look_));
  }
  void label(std::string_view name, std::string_view text) {
    if (text.empty()) return;
    out_.line(styled(fmt::format("{:<{}}", name, kIndent), kDim, look_) +
              wrapped(text, look_.width_columns, kIndent));
  }
  void heading(std::string_view text) {
    out_.line();
    out_.line(styled(text, kBold, look_));
  }
  void source_line(const Finding& finding);
  void rule_line(const LedgerEntry& entry);
  void time_line(const Finding& finding, const CaseItem* item, bool is_file);
  void because(const Finding& finding);
  void event(const Finding& finding);
  void related(const Finding& finding);
  void rule_text(const LedgerEntry& entry);
  Status bytes(const Finding& finding, const CaseItem* item, const CaseFacts& facts);
  void dump(const Finding& finding, const ReadAgain& again);
  void decoded(const Finding& finding, const ReadAgain& again);

  const CaseReader& reader_;
  const ExplainOptions& options_;
  const Look& look_;
  Output& out_;
};

void Explanation::rule_line(const LedgerEntry& entry) {
  label("rule", escaped(entry.rule_id));
  label("author", escaped(entry.author));
  label("file", entry.line == 0 ? escaped(entry.file)
                                : fmt::format("{}:{}", escaped(entry.file), entry.line));
  label("status", escaped(entry.status));
  label("log source", log_source_words(entry.log_source));
  for (const std::string& reference : entry.references) label("see", escaped(reference));
}

void Explanation::time_line(const Finding& finding, const CaseItem* item, bool is_file) {
  const std::string time = time_text(finding);
  const std::string_view none =
      is_file ? "none: a file does not say when; times of its own are in `show CASE files`"
              : "none: the record has no readable time";
  label("time", time.empty() ? none : time);
  if (finding.time_shift_s == 0) return;
  label("", fmt::format(
                "the source says {}, {}", source_time_text(finding),
                escaped(clock_words(finding.time_shift_s, item == nullptr ? "" : item->clock))));
}

void Explanation::source_line(const Finding& finding) {
  label("where", fmt::format("{}, {} from byte {}{}", escaped(finding.item),
                             counted(finding.length_bytes, "byte"), grouped(finding.offset_bytes),
                             finding.recovered ? ", recovered from space not in use" : ""));
  label("computer", escaped(finding.computer));
  std::string source = escaped(finding.channel);
  if (!finding.provider.empty()) source += fmt::format(", {}", escaped(finding.provider));
  if (finding.event_id != 0) source += fmt::format(", event {}", finding.event_id);
  if (finding.record_id != 0) source += fmt::format(", record {}", finding.record_id);
  label("source", source);
  label("techniques", escaped(joined(finding.techniques, " ")));
  label("tags", escaped(joined(finding.tags, " ")));
}

void Explanation::because(const Finding& finding) {
  heading("Why it matched");
  if (finding.because.empty())
    out_.line("  nothing has to stand in it: the rule only denies, or speaks of the whole");
  const auto same_text = [](const Because& a, const Because& b) {
    return a.field == b.field && a.value == b.value && a.is_whole_field == b.is_whole_field &&
           a.reading == b.reading && a.offset_bytes == b.offset_bytes;
  };
  for (std::size_t i = 0; i < finding.because.size(); ++i) {
    const Because& one = finding.because[i];
    if (i == 0 || !same_text(finding.because[i - 1], one)) {
      const std::string name = one.field.empty() ? "anywhere in the event" : escaped(one.field);
      out_.line("  " + styled(name, kBold, look_));
      out_.line("    value    " + wrapped(escaped(text_of(one, finding)), look_.width_columns, 13));
      if (!one.reading.empty()) out_.line("    read as  " + escaped(one.reading));
      if (one.offset_bytes) out_.line("    at byte  " + grouped(*one.offset_bytes));
    }
    // A statement in words was compared with nothing.
    if (one.pattern.empty()) continue;
    out_.line("    pattern  " + wrapped(escaped(one.pattern), look_.width_columns, 13));
  }
}

void Explanation::event(const Finding& finding) {
  if (finding.fields.empty()) return;
  heading(finding.channel.empty() && finding.computer.empty() && finding.record_id == 0 &&
                  finding.precision == TimePrecision::kUnknown
              ? "What is known of it"
              : "The event");
  std::size_t width = 0;
  for (const auto& [name, value] : finding.fields)
    width = std::max(width, std::min<std::size_t>(columns_of(escaped(name)), 28));
  for (const auto& [name, value] : finding.fields) {
    const std::string shown = escaped(name);
    const std::string space(width - std::min(width, columns_of(shown)), ' ');
    out_.line("  " + shown + space + "  " +
              wrapped(escaped(value), look_.width_columns, width + 4));
  }
}

void Explanation::related(const Finding& finding) {
  if (finding.related.empty()) return;
  heading("The events it was put together from");
  for (const RelatedEvent& one : finding.related) {
    const std::string time = format_time(one.time, one.precision);
    out_.line(fmt::format("  {}  {}+{}, {}, rule {}", time.empty() ? "no time" : time,
                          escaped(one.item), one.offset_bytes, counted(one.length_bytes, "byte"),
                          escaped(one.rule_id)));
  }
}

void Explanation::rule_text(const LedgerEntry& entry) {
  if (const std::string_view meaning = meaning_of(entry); !meaning.empty()) {
    heading("The rule");
    out_.line("  " + wrapped(meaning, look_.width_columns, 2));
    return;
  }
  if (entry.text.empty()) return;
  heading("The rule");
  std::string_view rest = entry.text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    out_.line("  " + escaped(line));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void Explanation::dump(const Finding& finding, const ReadAgain& again) {
  const std::string_view bytes = again.bytes;
  const auto part = [&](std::size_t begin, std::size_t length) {
    out_.write(hex_dump(bytes.substr(begin, length), finding.offset_bytes + begin));
  };
  if (bytes.size() <= kWholeDumpBytes) {
    part(0, bytes.size());
    return;
  }
  part(0, kPartDumpBytes);
  std::size_t shown_to = kPartDumpBytes;
  for (const Because& one : finding.because) {
    if (!one.offset_bytes || *one.offset_bytes < finding.offset_bytes) continue;
    const std::uint64_t begin = *one.offset_bytes - finding.offset_bytes;
    if (begin + 16 > bytes.size() || begin + 16 <= shown_to) continue;
    const std::size_t from = std::max<std::size_t>(shown_to, begin & ~std::size_t{15});
    if (from > shown_to) out_.line("...");
    part(from, kPartDumpBytes);
    shown_to = std::min(bytes.size(), from + kPartDumpBytes);
  }
  if (shown_to < again.length_bytes)
    out_.line(fmt::format("... {} in all", counted(again.length_bytes, "byte")));
}

void Explanation::decoded(const Finding& finding, const ReadAgain& again) {
  if (is_valid_utf8(again.bytes) && again.bytes.find('\0') == std::string::npos) {
    heading("The same as text (UTF-8)");
    out_.line(wrapped(escaped(again.bytes), look_.width_columns, 0));
    return;
  }
  const std::vector<TextRun> runs = utf16_runs(again.bytes, 4, kRunsShown);
  if (runs.empty()) return;
  heading("Runs of text in it (UTF-16)");
  out_.line(styled(wrapped("As they lie: values that stand side by side run together, and the "
                           "length in front of one may look like a character of it.",
                           look_.width_columns, 0),
                   kDim, look_));
  for (const TextRun& run : runs) {
    out_.line(fmt::format("{:08x}  {}", finding.offset_bytes + run.offset_bytes,
                          wrapped(escaped(run.text), look_.width_columns, 10)));
  }
  if (runs.size() == kRunsShown) out_.line("... and perhaps more");
}

Status Explanation::bytes(const Finding& finding, const CaseItem* item, const CaseFacts& facts) {
  heading("The bytes");
  if (item == nullptr) {
    out_.line("The case does not list the item, so there is nothing to compare the evidence with.");
    return {};
  }
  const Result<std::optional<std::size_t>> mark = member_mark(reader_, finding.item);
  if (!mark.ok()) return mark.error();
  const std::size_t file_end = mark.value().value_or(finding.item.size());
  const ItemPath path{finding.item.substr(0, file_end), finding.item.substr(file_end)};
  const ReadAgain again =
      read_again(finding, *item, path, options_.evidence_folder, granted_limits(facts));
  if (again.verified) {
    out_.line(wrapped(
        fmt::format("read again from {}; the whole item still has the SHA-256 it had: {}. What "
                    "stands above is what the case says of them.",
                    escaped(again.path), to_hex(*item->item.sha256)),
        look_.width_columns, 0));
  } else {
    out_.line(styled(wrapped(escaped(again.trouble), look_.width_columns, 0), kWarning, look_));
    if (again.path.empty())
      out_.line(wrapped("Say where it is now: --evidence FOLDER", look_.width_columns, 0));
  }
  if (again.bytes.empty()) return {};
  dump(finding, again);
  for (const ReadAgain::Part& part : again.parts) {
    if (part.bytes.empty()) continue;
    out_.line("...");
    out_.write(hex_dump(part.bytes, part.offset_bytes));
  }
  decoded(finding, again);
  return {};
}

Status Explanation::finding(const Finding& finding) {
  Result<CaseItem> item = reader_.item(finding.item);
  if (!item.ok() && item.error().code != ErrorCode::kNotFound) return item.error();
  Result<LedgerEntry> entry = reader_.rule(finding.rule_id);
  if (!entry.ok() && entry.error().code != ErrorCode::kNotFound) return entry.error();
  const Result<CaseFacts> facts = reader_.facts();
  if (!facts.ok()) return facts.error();
  const CaseItem* known_item = item.ok() ? &item.value() : nullptr;

  title(finding.rule_title, finding.level);
  label("finding", escaped(finding.id));
  label("verdict", verdict_words(finding.verdict));
  time_line(finding, known_item, entry.ok() && is_about_files(entry.value()));
  source_line(finding);
  if (entry.ok()) {
    rule_line(entry.value());
  } else {
    label("rule", escaped(finding.rule_id));
  }
  because(finding);
  related(finding);
  event(finding);
  if (entry.ok()) rule_text(entry.value());
  return bytes(finding, known_item, facts.value());
}

void Explanation::rule(const LedgerEntry& entry) {
  const std::string& name = entry.rule_title.empty() ? entry.file : entry.rule_title;
  if (entry.state == RuleState::kRejected) {
    out_.line(styled(escaped(name), kBold, look_));  // nobody knows its level
  } else {
    title(name, entry.level);
  }
  rule_line(entry);
  label("techniques", escaped(joined(entry.techniques, " ")));
  label("tags", escaped(joined(entry.tags, " ")));
  label("state", to_string(entry.state));
  label("why", escaped(entry.why));
  label("judged", counted(entry.events_count, is_about_files(entry) ? "file" : "event"));
  std::string found = counted(entry.findings_count, "finding");
  if (entry.findings_count > entry.kept_count)
    found += fmt::format(", {} kept in full and the rest counted", grouped(entry.kept_count));
  label("found", found);
  if (entry.kept_count != 0) {
    label("list", fmt::format("pugmark show {} findings --rule {}",
                              escaped(shell_word(options_.case_path)), escaped(entry.rule_id)));
  }
  rule_text(entry);
  if (entry.text.empty() && meaning_of(entry).empty())
    out_.line("The case keeps the text of rules with findings only; read the file.");
}

}  // namespace

Status explain(const CaseReader& reader, const std::string& id, const ExplainOptions& options,
               Output& out) {
  Explanation explanation(reader, options, out);
  Result<Finding> finding = reader.finding(id);
  if (finding.ok()) {
    if (Status status = explanation.finding(finding.value()); !status.ok()) return status;
    return out.flush();
  }
  if (finding.error().code != ErrorCode::kNotFound) return finding.error();
  Result<LedgerEntry> entry = reader.rule(id);
  if (entry.ok()) {
    explanation.rule(entry.value());
    return out.flush();
  }
  if (entry.error().code != ErrorCode::kNotFound) return entry.error();
  return Error{
      ErrorCode::kNotFound,
      fmt::format("{}: has no finding and no rule \"{}\"", options.case_path, id),
      "Ids stand in `pugmark show CASE findings` and `pugmark show CASE rules`; of a finding's id "
      "the first 4 digits or more are enough, of a rule's the first 8."};
}

}  // namespace pugmark

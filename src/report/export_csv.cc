#include <fmt/format.h>

#include "base/text.h"
#include "detect/attack_tag.h"
#include "report/exporters.h"
#include "report/words.h"

namespace pugmark {
namespace {

std::string number_or_empty(std::uint64_t number) {
  return number == 0 ? std::string() : fmt::format("{}", number);
}

// "name: value ¦ name: value", the way Hayabusa's CSV joins fields.
std::string details_of(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += " \xc2\xa6 ";
    out += name + ": " + value;
  }
  return out;
}

class CsvExporter : public Exporter {
 public:
  std::string begin() override {
    return csv_line({"id", "rule_id", "rule_title", "level", "status", "verdict", "time",
                     "time_shift_s", "item", "offset", "length", "record_id", "channel",
                     "event_id", "computer", "techniques", "tags", "because", "fields"});
  }
  std::string row(const Finding& finding) override {
    std::vector<std::pair<std::string, std::string>> because;
    for (const Because& one : finding.because)
      because.emplace_back(one.field, text_of(one, finding));
    return csv_line({finding.id, finding.rule_id, finding.rule_title,
                     std::string(to_string(finding.level)), finding.status,
                     std::string(to_string(finding.verdict)), time_text(finding),
                     finding.time_shift_s == 0 ? "" : fmt::format("{}", finding.time_shift_s),
                     finding.item, fmt::format("{}", finding.offset_bytes),
                     fmt::format("{}", finding.length_bytes), number_or_empty(finding.record_id),
                     finding.channel, number_or_empty(finding.event_id), finding.computer,
                     joined(finding.techniques, " "), joined(finding.tags, " "),
                     details_of(because), details_of(finding.fields)});
  }
};

// Sigma writes tactics as words with hyphens; Hayabusa's columns part tactics, techniques with
// groups and software, and the rest.
struct SplitTags {
  std::vector<std::string> tactics;
  std::vector<std::string> attack;
  std::vector<std::string> others;
};

SplitTags split_tags(const std::vector<std::string>& tags) {
  SplitTags out;
  for (const std::string& tag : tags) {
    if (!ascii_lower(tag).starts_with("attack.")) {
      out.others.push_back(tag);
    } else if (std::string id = attack_id_of(tag); !id.empty()) {
      out.attack.push_back(std::move(id));
    } else {
      out.tactics.push_back(tag.substr(7));
    }
  }
  return out;
}

// The profile "verbose": peers that read Hayabusa's CSV go by these column names.
class HayabusaExporter : public Exporter {
 public:
  explicit HayabusaExporter(const ExportContext& context) : context_(context) {}
  std::string begin() override {
    return csv_line({"Timestamp", "RuleTitle", "Level", "Computer", "Channel", "EventID",
                     "MitreTactics", "MitreTags", "OtherTags", "RecordID", "Details",
                     "ExtraFieldInfo", "RuleFile", "RuleID", "EvtxFile"});
  }
  std::string row(const Finding& finding) override {
    constexpr std::string_view kSeparator = " \xc2\xa6 ";
    const SplitTags tags = split_tags(finding.tags);
    const auto rule = context_.rules.find(finding.rule_id);
    std::vector<std::pair<std::string, std::string>> details;
    if (finding.verdict != Verdict::kNone)
      details.emplace_back("Verdict", to_string(finding.verdict));
    for (const Because& one : finding.because)
      details.emplace_back(one.field.empty() ? "Keyword" : one.field, text_of(one, finding));
    return csv_line({timestamp(finding), finding.rule_title, std::string(short_name(finding.level)),
                     finding.computer, finding.channel, number_or_empty(finding.event_id),
                     joined(tags.tactics, kSeparator), joined(tags.attack, kSeparator),
                     joined(tags.others, kSeparator), number_or_empty(finding.record_id),
                     details_of(details), details_of(finding.fields),
                     rule == context_.rules.end() ? "" : rule->second.file, finding.rule_id,
                     finding.item});
  }

 private:
  // "2021-03-14 06:40:10.965 +00:00": always milliseconds, which is what its readers parse.
  static std::string timestamp(const Finding& finding) {
    if (finding.precision == TimePrecision::kUnknown) return {};
    std::string text = format_time(finding.time, TimePrecision::kMillisecond);
    text[10] = ' ';
    text.pop_back();
    return text + " +00:00";
  }
  const ExportContext& context_;
};

// Spreadsheets drop them in front of a formula.
bool is_blank(char32_t c) {
  constexpr std::u32string_view kBlanks = U" \u00A0\u1680\u202F\u205F\u3000";
  return kBlanks.find(c) != std::u32string_view::npos || (c >= 0x2000 && c <= 0x200A);
}

// The full-width forms are taken for the narrow ones where such are typed.
bool begins_formula(std::string_view text) {
  constexpr std::u32string_view kMarks = U"=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20";
  std::size_t at = 0;
  while (at < text.size()) {
    const char32_t c = next_code_point(text, at);
    if (!is_blank(c)) return kMarks.find(c) != std::u32string_view::npos;
  }
  return false;
}

}  // namespace

std::string csv_cell(std::string_view text) {
  std::string safe = escaped(text);
  if (begins_formula(text)) safe.insert(0, 1, '\'');
  if (safe.find_first_of(",\"\n\r") == std::string::npos) return safe;
  std::string out = "\"";
  for (const char c : safe) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i != 0) line += ',';
    line += csv_cell(cells[i]);
  }
  return line + "\r\n";
}

std::unique_ptr<Exporter> make_csv_exporter(const ExportContext&) {
  return std::make_unique<CsvExporter>();
}

std::unique_ptr<Exporter> make_hayabusa_exporter(const ExportContext& context) {
  return std::make_unique<HayabusaExporter>(context);
}

}  // namespace pugmark

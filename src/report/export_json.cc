#include <array>
#include <fmt/format.h>
#include <map>

#include "report/exporters.h"
#include "report/json.h"
#include "report/words.h"

namespace pugmark {
namespace {

std::string because_text(const Finding& finding) {
  std::string out;
  for (const Because& because : finding.because) {
    if (!out.empty()) out += " | ";
    if (!because.field.empty()) out += because.field + ": ";
    out += text_of(because, finding);
  }
  return out;
}

// Timesketch, "Import from JSON or CSV": `message`, `datetime` and `timestamp_desc` are asked for,
// `timestamp` is in microseconds, `tag` is a list. Few field names, the same for every kind of
// event, because an index has a limit on them.
class TimesketchExporter : public Exporter {
 public:
  explicit TimesketchExporter(const ExportContext& context) : context_(context) {}
  bool needs_time() const override { return true; }
  std::string row(const Finding& finding) override {
    std::string datetime = time_text(finding);
    datetime.pop_back();
    std::string message = finding.rule_title;
    if (const std::string because = because_text(finding); !because.empty())
      message += ": " + because;
    std::vector<std::string> tags = {"pugmark", std::string(to_string(finding.level))};
    if (finding.verdict != Verdict::kNone) tags.emplace_back(to_string(finding.verdict));
    tags.insert(tags.end(), finding.techniques.begin(), finding.techniques.end());
    std::string fields;
    for (const auto& [name, value] : finding.fields) {
      if (!fields.empty()) fields += " | ";
      fields += name + ": " + value;
    }
    std::int64_t microseconds = finding.time.ns_since_1970 / 1000;
    if (finding.time.ns_since_1970 % 1000 < 0) --microseconds;
    JsonObject object;
    object.text("message", message).text("datetime", datetime + "+00:00");
    object.text("timestamp_desc", description(finding)).signed_number("timestamp", microseconds);
    object.list("tag", tags)
        .text("rule_id", finding.rule_id)
        .text("rule_title", finding.rule_title);
    object.text("level", to_string(finding.level));
    object.text("verdict", to_string(finding.verdict)).text("computer", finding.computer);
    object.text("channel", finding.channel).number("event_id", finding.event_id);
    object.number("record_id", finding.record_id).text("item", finding.item);
    object.number("offset", finding.offset_bytes).number("length", finding.length_bytes);
    object.text("fields", fields).signed_number("time_shift_s", finding.time_shift_s);
    return object.text("finding_id", finding.id).str() + "\n";
  }

 private:
  // Which of an event's times this is.
  std::string_view description(const Finding& finding) const {
    const auto found = context_.item_types.find(finding.item);
    // Not `"" : found->second`: that would be a temporary string, gone at the semicolon.
    const std::string_view type =
        found == context_.item_types.end() ? std::string_view() : found->second;
    if (type == "evtx") return "EVTX TimeCreated";
    if (type == "w3c" || type == "ncsa") return "Web request logged";
    return finding.event_id != 0 ? "Windows event logged" : "Log record written";
  }
  const ExportContext& context_;
};

// OCSF 1.1, Detection Finding (class 2004, category 2, activity 1 "Create"). `time` is that of the
// event; what the class has no attribute for stands under `unmapped`, so nothing is dropped.
class OcsfExporter : public Exporter {
 public:
  explicit OcsfExporter(const ExportContext& context) : context_(context) {}
  bool needs_time() const override { return true; }  // the class requires it
  std::string row(const Finding& finding) override {
    JsonObject object;
    object.number("class_uid", 2004).text("class_name", "Detection Finding");
    object.number("category_uid", 2).text("category_name", "Findings");
    object.number("activity_id", 1).number("type_uid", 200'401);
    object.number("severity_id", static_cast<std::uint64_t>(finding.level) + 1);
    object.text("severity", kSeverities[static_cast<std::size_t>(finding.level)]);
    object.number("status_id", 1);
    std::int64_t milliseconds = finding.time.ns_since_1970 / 1'000'000;
    if (finding.time.ns_since_1970 % 1'000'000 < 0) --milliseconds;
    object.signed_number("time", milliseconds);
    object.text("message", finding.rule_title).raw("metadata", metadata(finding));
    object.raw("finding_info", finding_info(finding));
    if (!finding.computer.empty()) object.raw("device", device(finding));
    object.raw("evidences", json_list({evidence(finding)}));
    return object.raw("unmapped", unmapped(finding)).str() + "\n";
  }

 private:
  static constexpr std::array<std::string_view, 5> kSeverities = {"Informational", "Low", "Medium",
                                                                  "High", "Critical"};
  std::string metadata(const Finding& finding) const {
    JsonObject product;
    product.text("name", "Pugmark").text("vendor_name", "Pugmark");
    if (!context_.program_version.empty()) product.text("version", context_.program_version);
    JsonObject object;
    object.text("version", "1.1.0").text("uid", finding.id).raw("product", product.str());
    return object.str();
  }
  static std::string finding_info(const Finding& finding) {
    JsonObject analytic;
    analytic.number("type_id", 1).text("type", "Rule").text("uid", finding.rule_id);
    analytic.text("name", finding.rule_title);
    std::vector<std::string> attacks;
    for (const std::string& technique : finding.techniques) {
      JsonObject attack;
      attacks.push_back(attack.raw("technique", JsonObject().text("uid", technique).str()).str());
    }
    JsonObject object;
    object.text("uid", finding.id)
        .text("title", finding.rule_title)
        .raw("analytic", analytic.str());
    return object.raw("attacks", json_list(attacks)).str();
  }
  static std::string device(const Finding& finding) {
    return JsonObject().text("hostname", finding.computer).number("type_id", 0).str();
  }
  static std::string evidence(const Finding& finding) {
    JsonObject data;
    for (const auto& [name, value] : finding.fields) data.text(name, value);
    return JsonObject().raw("data", data.str()).str();
  }
  static std::string unmapped(const Finding& finding) {
    std::vector<std::string> because;
    for (const Because& one : finding.because) {
      JsonObject object;
      object.text("field", one.field).text("value", text_of(one, finding));
      object.text("pattern", one.pattern);
      if (one.offset_bytes) object.number("offset", *one.offset_bytes);
      because.push_back(object.text("reading", one.reading).str());
    }
    std::vector<std::string> related;
    for (const RelatedEvent& one : finding.related) {
      JsonObject object;
      object.text("rule_id", one.rule_id).text("item", one.item).number("offset", one.offset_bytes);
      object.number("length", one.length_bytes);
      related.push_back(object.text_or_null("time", format_time(one.time, one.precision)).str());
    }
    JsonObject object;
    object.text_or_null("time", time_text(finding))
        .signed_number("time_shift_s", finding.time_shift_s);
    object.text("rule_status", finding.status);
    object.text_or_null("verdict", to_string(finding.verdict)).text("item", finding.item);
    object.number("offset", finding.offset_bytes).number("length", finding.length_bytes);
    object.number_or_null("record_id", finding.record_id).text("channel", finding.channel);
    object.number_or_null("event_id", finding.event_id).text("provider", finding.provider);
    object.flag("recovered", finding.recovered).list("tags", finding.tags);
    return object.raw("because", json_list(because)).raw("related", json_list(related)).str();
  }
  const ExportContext& context_;
};

// ATT&CK Navigator layer, format 4.5: one technique a line, its score the number of findings.
class NavigatorExporter : public Exporter {
 public:
  static std::string titled(const Finding& finding) {
    if (finding.verdict == Verdict::kNone) return finding.rule_title;
    return fmt::format("{}, {}", finding.rule_title, to_string(finding.verdict));
  }
  std::string row(const Finding& finding) override {
    for (const std::string& technique : finding.techniques) {
      Technique& all = techniques_[technique];
      ++all.findings_count;
      all.worst = std::max(all.worst, finding.level);
      ++all.rules[titled(finding)];
    }
    return {};
  }
  std::string end() override {
    std::uint64_t score_max = 1;
    std::string lines;
    for (const auto& [id, technique] : techniques_) {
      score_max = std::max(score_max, technique.findings_count);
      std::vector<std::string> rules;
      for (const auto& [title, count] : technique.rules)
        rules.push_back(fmt::format("{} ({})", title, count));
      JsonObject object;
      object.text("techniqueID", id).number("score", technique.findings_count);
      object.text("comment",
                  fmt::format("{}, worst {}: {}", counted(technique.findings_count, "finding"),
                              to_string(technique.worst), joined(rules, "; ")));
      object.flag("enabled", true);
      if (!lines.empty()) lines += ",\n";
      lines += object.str();
    }
    JsonObject gradient;
    gradient.list("colors", {"#ffe0b0", "#d62728"})
        .number("minValue", 0)
        .number("maxValue", score_max);
    JsonObject versions;
    versions.text("navigator", "4.9.0").text("layer", "4.5");  // the format asks for both
    JsonObject layer;
    layer.text("name", "Pugmark findings").raw("versions", versions.str());
    layer.text("domain", "enterprise-attack");
    layer.text("description",
               "Techniques of the rules that matched; the score is the number of findings.");
    layer.raw("gradient", gradient.str()).raw("techniques", "[\n" + lines + "\n]");
    return layer.str() + "\n";
  }

 private:
  struct Technique {
    std::uint64_t findings_count = 0;
    Level worst = Level::kInformational;
    std::map<std::string, std::uint64_t> rules;
  };
  std::map<std::string, Technique> techniques_;
};

}  // namespace

std::unique_ptr<Exporter> make_timesketch_exporter(const ExportContext& context) {
  return std::make_unique<TimesketchExporter>(context);
}

std::unique_ptr<Exporter> make_ocsf_exporter(const ExportContext& context) {
  return std::make_unique<OcsfExporter>(context);
}

std::unique_ptr<Exporter> make_navigator_exporter(const ExportContext&) {
  return std::make_unique<NavigatorExporter>();
}

std::unique_ptr<Exporter> make_exporter(ExportFormat format, const ExportContext& context) {
  switch (format) {
    case ExportFormat::kTimesketch:
      return make_timesketch_exporter(context);
    case ExportFormat::kHayabusa:
      return make_hayabusa_exporter(context);
    case ExportFormat::kOcsf:
      return make_ocsf_exporter(context);
    case ExportFormat::kNavigator:
      return make_navigator_exporter(context);
    case ExportFormat::kCsv:
      break;
  }
  return make_csv_exporter(context);
}

}  // namespace pugmark

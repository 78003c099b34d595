#include "detect/files/script_check.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>

#include "detect/script/analyser.h"
#include "detect/script/flow/strength.h"

namespace pugmark::files {
namespace {

// What a flow must be worth by itself for the file to be called so (script::strength_of()), where
// no model was trained for its kind of page.
constexpr int kMaliciousStrength = 80;
constexpr int kSuspiciousStrength = 50;
constexpr int kMayRunStrength = 40;  // of a path to what runs code or commands

struct ScriptRule {
  BackdoorKind kind;
  std::string_view id;
  std::string_view title;
  Level level;
};

// One for each thing a planted script lets its operator do, and three for what is less than sure.
constexpr std::array<ScriptRule, 10> kRules = {{
    {BackdoorKind::kExecution, "script-executes-request",
     "Script runs code or commands that a request brings", Level::kCritical},
    {BackdoorKind::kUploader, "script-writes-request", "Script writes files that a request brings",
     Level::kHigh},
    {BackdoorKind::kFileManager, "script-manages-files",
     "Script lists, reads and changes files that a request names", Level::kHigh},
    {BackdoorKind::kSqlBrowser, "script-queries-request",
     "Script sends a database what a request says", Level::kHigh},
    {BackdoorKind::kTunnel, "script-connects-request",
     "Script passes on connections to where a request says", Level::kHigh},
    {BackdoorKind::kDumper, "script-dumps-secrets",
     "Script sends secrets of the server to whoever asks", Level::kHigh},
    {BackdoorKind::kCredentialForm, "script-keeps-credentials",
     "Script keeps what people type into its form", Level::kHigh},
    {BackdoorKind::kNone, "script-may-be-backdoor", "Script may do what a request says",
     Level::kMedium},
    {BackdoorKind::kNone, "script-in-other-file",
     "Server code stands in a file that is no script by its name", Level::kMedium},
    {BackdoorKind::kNone, "script-like-backdoors", "Script is built like known backdoors",
     Level::kHigh},
}};
constexpr std::uint32_t kScoreWeight = 99;  // behind the flows, before what rules say
constexpr std::uint32_t kMayBeRule = 7;
constexpr std::uint32_t kOtherFileRule = 8;
constexpr std::uint32_t kLikeBackdoorsRule = 9;

std::uint32_t rule_for(BackdoorKind kind) {
  for (std::uint32_t i = 0; i < kMayBeRule; ++i) {
    if (kRules[i].kind == kind) return i;
  }
  return kMayBeRule;
}

script::AnalysisBounds bounds_with(const script::Model* model) {
  script::AnalysisBounds bounds;
  bounds.model = model;
  return bounds;
}

class ScriptCheck final : public FileCheck {
 public:
  ScriptCheck(const std::vector<FileRule>& file_rules, std::uint32_t first_rule,
              const script::Model* model)
      : file_rules_(file_rules),
        first_rule_(first_rule),
        model_(model),
        analyser_(bounds_with(model)) {}

  Status look(const FileView& file, const std::atomic<bool>& stop, FileReport& report) override {
    script::Analysis analysis = analyse(file, stop);
    if (analysis.page == script::PageKind::kNone) return {};
    if (file.offset_bytes > 0)
      add_gap(
          file, GapKind::kLimit,
          "The limit file-window-bytes was reached: this part of the script was read by itself, "
          "and nothing was followed from one part into another.",
          report);
    report.language = script::to_string(analysis.page);
    for (std::string& cut : analysis.cuts) add_gap(file, GapKind::kLimit, std::move(cut), report);
    if (!analysis.has_code) return {};
    const int strength = strength_of(analysis);
    report.score = analysis.score;
    report.bearing = bearing_of(analysis, strength);
    FileVerdict verdict = verdict_of(analysis, strength);
    const bool is_hidden =
        file.nature.kind == FileKind::kImage || file.nature.kind == FileKind::kDocument;
    if (is_hidden) verdict = std::max(verdict, FileVerdict::kSuspicious);
    if (verdict == FileVerdict::kClean) return {};
    raise(verdict, report);
    report.kind = analysis.kind;
    report.key = analysis.key;
    report.unlisted_steps_count += analysis.unlisted_flows_count;
    add_reasons(file, analysis.steps, static_cast<std::uint32_t>(strength), report);
    add_score(file, analysis, report);
    add_hit(file, rule_of(verdict, strength, is_hidden, analysis.kind), analysis, report);
    return {};
  }

  void release_memory() override { analyser_ = script::Analyser(bounds_with(model_)); }

 private:
  static int strength_of(const script::Analysis& analysis) {
    return analysis.flows.empty() ? 0 : script::strength_of(analysis.flows.front());
  }

  // A later part of a large script may begin inside of code: it is read both ways, and the one that
  // says more counts.
  script::Analysis analyse(const FileView& file, const std::atomic<bool>& stop) {
    script::Analysis outside = analyser_.analyse(file.bytes, file.path, &stop);
    const std::string_view mark = mark_of(outside.page);
    if (file.offset_bytes == 0 || mark.empty()) return outside;
    std::string text(mark);
    text += as_text(file.bytes);
    script::Analysis inside = analyser_.analyse(as_bytes(text), file.path, &stop);
    if (outside.has_code && strength_of(outside) >= strength_of(inside)) return outside;
    for (std::vector<FileStep>* const steps : {&inside.steps, &inside.telling_tokens}) {
      for (FileStep& step : *steps)
        step.offset_bytes -= std::min<std::uint64_t>(step.offset_bytes, mark.size());
    }
    return inside;
  }

  // What begins code in such a page; "" where all is code, or tags are.
  static std::string_view mark_of(script::PageKind page) {
    switch (page) {
      case script::PageKind::kPhp:
        return "<?php ";
      case script::PageKind::kAsp:
      case script::PageKind::kAspNet:
      case script::PageKind::kJsp:
        return "<% ";
      default:
        return "";
    }
  }

  // Code that a request brings is never run by honest pages. For the rest the model weighs all of
  // it together: honest control panels run commands, too.
  FileVerdict verdict_of(const script::Analysis& analysis, int strength) const {
    if (!analysis.score) {
      if (strength >= kMaliciousStrength) return FileVerdict::kMalicious;
      return strength >= kSuspiciousStrength ? FileVerdict::kSuspicious : FileVerdict::kClean;
    }
    const script::Model::Thresholds thresholds = model_->thresholds(analysis.page);
    const bool is_strong = strength >= kMaliciousStrength;
    const bool runs_code = is_strong && analysis.flows.front().sink == script::SinkKind::kEvaluate;
    const bool is_suspicious = *analysis.score >= thresholds.suspicious;
    if (*analysis.score >= thresholds.malicious || runs_code) return FileVerdict::kMalicious;
    return is_strong || is_suspicious || may_run(analysis) ? FileVerdict::kSuspicious
                                                           : FileVerdict::kClean;
  }

  // Whether something of the request is run, though on ways that are not wholly known: somebody has
  // to look at that, whatever the rest of the page is like.
  static bool may_run(const script::Analysis& analysis) {
    return std::any_of(analysis.flows.begin(), analysis.flows.end(), [](const script::Flow& flow) {
      const bool runs =
          flow.sink == script::SinkKind::kEvaluate || flow.sink == script::SinkKind::kCommand ||
          flow.sink == script::SinkKind::kCall || flow.sink == script::SinkKind::kDeserialise;
      return runs && script::strength_of(flow) >= kMayRunStrength;
    });
  }

  Bearing bearing_of(const script::Analysis& analysis, int strength) const {
    // Who finds a strong path does not speak against a rule, whatever the score.
    if (strength >= kMaliciousStrength) return Bearing::kAgrees;
    if (!analysis.score) return strength >= kSuspiciousStrength ? Bearing::kAgrees : Bearing::kNone;
    const script::Model::Thresholds thresholds = model_->thresholds(analysis.page);
    if (*analysis.score >= thresholds.agreeing) return Bearing::kAgrees;
    return *analysis.score < thresholds.against ? Bearing::kAgainst : Bearing::kNeither;
  }

  static std::uint32_t rule_of(FileVerdict verdict, int strength, bool is_hidden,
                               BackdoorKind kind) {
    if (is_hidden && strength < kSuspiciousStrength) return kOtherFileRule;
    if (verdict != FileVerdict::kMalicious) return kMayBeRule;
    const std::uint32_t rule = rule_for(kind);
    return rule == kMayBeRule || strength < kSuspiciousStrength ? kLikeBackdoorsRule : rule;
  }

  // What the model says, and where that stands which adds most to it.
  void add_score(const FileView& file, const script::Analysis& analysis, FileReport& report) const {
    if (!analysis.score) return;
    const script::Model::Thresholds thresholds = model_->thresholds(analysis.page);
    Reason& reason = report.reasons.emplace_back();
    reason.weight = kScoreWeight;
    reason.steps.push_back(
        {FileStep::Role::kSign,
         fmt::format("the trained model scores it {:.4f}: suspicious from {:.4f}, malicious from "
                     "{:.4f}",
                     *analysis.score, thresholds.suspicious, thresholds.malicious),
         "", file.offset_bytes, length32(file.bytes.size()), 0});
    for (FileStep step : analysis.telling_tokens) {
      step.offset_bytes += file.offset_bytes;
      reason.steps.push_back(std::move(step));
    }
  }

  // One reason for each flow: they end with their sinks.
  static void add_reasons(const FileView& file, std::span<const FileStep> steps,
                          std::uint32_t weight, FileReport& report) {
    Reason reason;
    for (const FileStep& step : steps) {
      FileStep& added = reason.steps.emplace_back(step);
      added.offset_bytes += file.offset_bytes;
      if (step.role != FileStep::Role::kSink) continue;
      reason.weight = 100 + weight;
      report.reasons.push_back(std::move(reason));
      reason = {};
      weight = weight > 0 ? weight - 1 : 0;
    }
  }

  void add_hit(const FileView& file, std::uint32_t number, const script::Analysis& analysis,
               FileReport& report) const {
    const std::uint32_t rule = first_rule_ + number;
    if (file_rules_[rule].entry.state != RuleState::kRan) return;
    RuleHit& hit = report.hits.emplace_back();
    hit.rule = rule;
    hit.offset_bytes = file.offset_bytes;
    hit.length_bytes = length32(file.bytes.size());
    bool has_place = false;
    for (const FileStep& step : analysis.steps) {
      const std::uint64_t offset = file.offset_bytes + step.offset_bytes;
      hit.because.push_back(
          {std::string(to_string(step.role)), step.text, step.what, offset, "", false});
      if (step.role != FileStep::Role::kSink || has_place) continue;
      // Its place is that of the strongest sink.
      has_place = true;
      hit.offset_bytes = offset;
      hit.length_bytes = step.length_bytes;
      break;
    }
  }

  const std::vector<FileRule>& file_rules_;
  std::uint32_t first_rule_;
  const script::Model* model_;
  script::Analyser analyser_;
};

}  // namespace

std::vector<FileRule> rules_of_scripts() {
  std::vector<FileRule> rules;
  for (const ScriptRule& row : kRules) {
    FileRule& rule = rules.emplace_back();
    rule.entry.rule_id = row.id;
    rule.entry.rule_title = row.title;
    rule.entry.kind = "analysis";
    rule.entry.level = row.level;
    rule.entry.status = "stable";
    rule.entry.author = "The Pugmark authors";
    rule.entry.file = "built in";
    rule.entry.log_source = "file/script";
    rule.entry.techniques = {"T1505.003"};
    rule.entry.tags = {"attack.persistence", "attack.t1505.003"};
    rule.verdict = row.kind == BackdoorKind::kNone ? Verdict::kNone : Verdict::kPlanted;
  }
  return rules;
}

std::unique_ptr<FileCheck> make_script_check(const std::vector<FileRule>& file_rules,
                                             std::uint32_t first_rule, const script::Model* model) {
  return std::make_unique<ScriptCheck>(file_rules, first_rule, model);
}

}  // namespace pugmark::files

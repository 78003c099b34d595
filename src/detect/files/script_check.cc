#include "detect/files/script_check.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>

#include "detect/files/script_verdict.h"
#include "detect/script/analyser.h"
#include "detect/script/flow/strength.h"

namespace pugmark::files {
namespace {

struct Row {
  ScriptRule rule;
  std::string_view id;
  std::string_view title;
  Level level;
  Verdict verdict;
};

// One for each thing a planted script lets its operator do, and four for what no path proves.
constexpr std::array<Row, kScriptRulesCount> kRows = {{
    {ScriptRule::kExecutesRequest, "script-executes-request",
     "Script runs code or commands that a request brings", Level::kCritical, Verdict::kPlanted},
    {ScriptRule::kWritesRequest, "script-writes-request",
     "Script writes files that a request brings", Level::kHigh, Verdict::kPlanted},
    {ScriptRule::kManagesFiles, "script-manages-files",
     "Script lists, reads and changes files that a request names", Level::kHigh, Verdict::kPlanted},
    {ScriptRule::kQueriesRequest, "script-queries-request",
     "Script sends a database what a request says", Level::kHigh, Verdict::kPlanted},
    {ScriptRule::kConnectsRequest, "script-connects-request",
     "Script passes on connections to where a request says", Level::kHigh, Verdict::kPlanted},
    {ScriptRule::kDumpsSecrets, "script-dumps-secrets",
     "Script sends secrets of the server to whoever asks", Level::kHigh, Verdict::kPlanted},
    {ScriptRule::kKeepsCredentials, "script-keeps-credentials",
     "Script keeps what people type into its form", Level::kHigh, Verdict::kPlanted},
    {ScriptRule::kMayBeBackdoor, "script-may-be-backdoor", "Script may do what a request says",
     Level::kMedium, Verdict::kNone},
    {ScriptRule::kInOtherFile, "script-in-other-file",
     "Server code stands in a file that is no script by its name", Level::kMedium, Verdict::kNone},
    {ScriptRule::kLikeBackdoors, "script-like-backdoors", "Script is built like known backdoors",
     Level::kHigh, Verdict::kNone},
    {ScriptRule::kResemblesBackdoors, "script-resembles-backdoors",
     "Script resembles known backdoors", Level::kMedium, Verdict::kNone},
}};
static_assert([] {
  for (std::uint32_t i = 0; i < kScriptRulesCount; ++i) {
    if (kRows[i].rule != static_cast<ScriptRule>(i)) return false;
  }
  return true;
}());

constexpr std::uint32_t kScoreWeight = 99;  // behind the flows, before what rules say
// In front of all: the limit file-steps never leaves out that something was left out.
constexpr std::uint32_t kUnlistedWeight = UINT32_MAX;

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
    const ScriptSigns signs = signs_of(file, analysis);
    const ScriptVerdict verdict = verdict_of(signs);
    report.score = analysis.score;
    report.bearing = verdict.bearing;
    if (verdict.verdict == FileVerdict::kClean) return {};
    raise(verdict.verdict, report);
    report.kind = analysis.kind;
    report.key = analysis.key;
    if (analysis.unlisted_flows_count > 0) add_unlisted(analysis.unlisted_flows_count, report);
    add_reasons(file, analysis.steps, static_cast<std::uint32_t>(signs.strength), report);
    const Reason score = score_of(file, analysis, signs);
    if (!score.steps.empty()) report.reasons.push_back(score);
    add_hit(file, verdict.rule, analysis, score, report);
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
    const std::string mark = encoded(mark_of(outside.page), file.nature.encoding);
    if (file.offset_bytes == 0 || mark.empty()) return outside;
    std::string text = mark;
    text += as_text(file.bytes);
    script::Analysis inside = analyser_.analyse(as_bytes(text), file.path, &stop);
    if (outside.has_code && strength_of(outside) >= strength_of(inside)) return outside;
    for (std::vector<FileStep>* const steps : {&inside.steps, &inside.telling_tokens}) {
      for (FileStep& step : *steps)
        step.offset_bytes -= std::min<std::uint64_t>(step.offset_bytes, mark.size());
    }
    return inside;
  }

  // As the file writes it: ASCII in one byte a character, or in two.
  static std::string encoded(std::string_view ascii, TextEncoding encoding) {
    const bool is_little = encoding == TextEncoding::kUtf16Le;
    if (!is_little && encoding != TextEncoding::kUtf16Be) return std::string(ascii);
    std::string wide;
    for (const char c : ascii) {
      if (!is_little) wide += '\0';
      wide += c;
      if (is_little) wide += '\0';
    }
    return wide;
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

  static bool runs(script::SinkKind sink) {
    return sink == script::SinkKind::kEvaluate || sink == script::SinkKind::kCommand ||
           sink == script::SinkKind::kCall || sink == script::SinkKind::kDeserialise;
  }

  ScriptSigns signs_of(const FileView& file, const script::Analysis& analysis) const {
    ScriptSigns signs;
    signs.strength = strength_of(analysis);
    if (!analysis.flows.empty()) signs.sink = analysis.flows.front().sink;
    for (const script::Flow& flow : analysis.flows) {
      if (runs(flow.sink))
        signs.running_strength = std::max(signs.running_strength, script::strength_of(flow));
    }
    signs.kind = analysis.kind;
    signs.is_hidden =
        file.nature.kind == FileKind::kImage || file.nature.kind == FileKind::kDocument;
    signs.score = analysis.score;
    if (analysis.score) signs.thresholds = model_->thresholds(analysis.page);
    return signs;
  }

  // What the model says, and where that stands which adds most to it; no steps without a model.
  static Reason score_of(const FileView& file, const script::Analysis& analysis,
                         const ScriptSigns& signs) {
    Reason reason;
    reason.weight = kScoreWeight;
    if (!analysis.score) return reason;
    reason.steps.push_back(
        {FileStep::Role::kSign,
         fmt::format("the trained model scores it {:.4f}: suspicious from {:.4f}, malicious from "
                     "{:.4f}",
                     *analysis.score, signs.thresholds.suspicious, signs.thresholds.malicious),
         "", file.offset_bytes, length32(file.bytes.size()), 0});
    for (FileStep step : analysis.telling_tokens) {
      step.offset_bytes += file.offset_bytes;
      reason.steps.push_back(std::move(step));
    }
    return reason;
  }

  // Paths are no steps: FileReport::unlisted_steps_count is of what the limit file-steps cut off.
  static void add_unlisted(std::uint64_t count, FileReport& report) {
    FileStep step;
    step.what = fmt::format("{} more {} than told here {} found, and only counted", count,
                            count == 1 ? "path" : "paths", count == 1 ? "was" : "were");
    report.reasons.push_back({kUnlistedWeight, {std::move(step)}});
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

  // A statement in words was compared with nothing, and stands nowhere.
  static void add_because(const FileStep& step, RuleHit& hit) {
    Because& because = hit.because.emplace_back();
    because.field = to_string(step.role);
    because.value = step.text.empty() ? step.what : step.text;
    if (step.text.empty()) return;
    because.pattern = step.what;
    because.offset_bytes = step.offset_bytes;
  }

  // A finding rests on the strongest path, or on the score where its rule is about that.
  void add_hit(const FileView& file, ScriptRule number, const script::Analysis& analysis,
               const Reason& score, FileReport& report) const {
    const std::uint32_t rule = first_rule_ + static_cast<std::uint32_t>(number);
    if (file_rules_[rule].entry.state != RuleState::kRan) return;
    RuleHit& hit = report.hits.emplace_back();
    hit.rule = rule;
    hit.offset_bytes = file.offset_bytes;
    hit.length_bytes = length32(file.bytes.size());
    if (rests_on_score(number)) {
      for (const FileStep& step : score.steps) add_because(step, hit);
      if (!hit.because.empty()) return;
    }
    if (number == ScriptRule::kInOtherFile) {
      FileStep step;
      step.what = fmt::format("a server would execute {} in it", script::to_string(analysis.page));
      add_because(step, hit);
    }
    for (FileStep step : analysis.steps) {
      step.offset_bytes += file.offset_bytes;
      add_because(step, hit);
      if (step.role != FileStep::Role::kSink) continue;
      // Its place is that of the strongest sink.
      hit.offset_bytes = step.offset_bytes;
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
  for (const Row& row : kRows) {
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
    rule.verdict = row.verdict;
  }
  return rules;
}

std::unique_ptr<FileCheck> make_script_check(const std::vector<FileRule>& file_rules,
                                             std::uint32_t first_rule, const script::Model* model) {
  return std::make_unique<ScriptCheck>(file_rules, first_rule, model);
}

}  // namespace pugmark::files

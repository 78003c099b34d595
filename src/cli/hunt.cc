#include "cli/hunt.h"

#include <array>
#include <atomic>
#include <csignal>
#include <fmt/format.h>
#include <optional>
#include <utility>

#include "casefile/casefile.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "pipeline/pipeline.h"
#include "report/report.h"
#include "report/words.h"

namespace pugmark {
namespace {

// What the signal handler may touch: the flag of the hunt that is running, and which signal came.
std::atomic<std::atomic<bool>*> cancel_flag{nullptr};
std::atomic<int> signal_seen{0};
static_assert(std::atomic<std::atomic<bool>*>::is_always_lock_free &&
                  std::atomic<int>::is_always_lock_free,
              "a signal handler must not take locks");

void on_signal(int number) {
  signal_seen = number;
  if (std::atomic<bool>* flag = cancel_flag) *flag = true;
  std::signal(number, SIG_DFL);  // the second time it means at once
}

// While it lives, SIGINT, SIGTERM and SIGHUP ask the hunt to stop. Whoever started the program with
// one of them ignored (nohup, a shell's background job) keeps it ignored.
class CancelOnSignal {
 public:
  explicit CancelOnSignal(std::atomic<bool>& cancel) {
    cancel_flag = &cancel;
    for (auto& [number, before] : handlers_) {
      before = std::signal(number, on_signal);
      if (before == SIG_IGN) std::signal(number, SIG_IGN);
    }
  }
  // From here on nobody reads the flag: a signal has to act by itself again.
  ~CancelOnSignal() {
    for (const auto& [number, before] : handlers_) std::signal(number, before);
    cancel_flag = nullptr;
  }
  CancelOnSignal(const CancelOnSignal&) = delete;
  CancelOnSignal& operator=(const CancelOnSignal&) = delete;

 private:
  using Handler = void (*)(int);
  std::array<std::pair<int, Handler>, 3> handlers_{
      {{SIGINT, SIG_DFL}, {SIGTERM, SIG_DFL}, {SIGHUP, SIG_DFL}}};
};

Status add_default_rules(const ParsedLine& line, const Console& console, HuntRequest& request) {
  if (line.has("no-default-rules")) {
    if (!request.rule_paths.empty() || !request.yara_paths.empty() ||
        !request.indicator_files.empty())
      return {};
    return Error{ErrorCode::kInvalidInput, "hunt: --no-default-rules leaves no rules at all",
                 "Name a folder of rules with -r, of YARA rules with -y, or a list of indicators "
                 "with --iocs."};
  }
  const std::string folder = default_rules_folder();
  if (!folder.empty()) {
    request.default_rules = folder;
    return {};
  }
  if (request.rule_paths.empty() && request.yara_paths.empty()) {
    return Error{ErrorCode::kNotFound, "hunt: the program's own rules are not installed beside it",
                 "Name their folder in PUGMARK_RULES, or rules of yours with -r."};
  }
  console.note(
      "the program's own rules are not installed beside it: only those given by -r and -y are "
      "used.");
  return {};
}

Result<HuntRequest> request_of(const ParsedLine& line, const Console& console) {
  HuntRequest request;
  request.evidence = line.arguments.at("EVIDENCE");
  request.case_path = line.flag("output");
  if (request.case_path.empty()) {
    return Error{ErrorCode::kInvalidInput, "hunt: the case to write is not named",
                 "Add -o NAME.case."};
  }
  request.rule_paths = line.all("rules");
  request.yara_paths = line.all("yara");
  request.indicator_files = line.all("iocs");
  if (Status rules = add_default_rules(line, console, request); !rules.ok()) return rules.error();
  request.placeholders_file = line.flag("placeholders");
  request.force = line.has("force");
  request.carve = line.has("carve");
  request.level_min = level_of(line, "level");
  request.excluded_rules = line.all("exclude-rule");
  const Result<unsigned> threads = threads_of(line);
  if (!threads.ok()) return threads.error();
  request.threads_count = threads.value();
  const Result<Limits> limits = limits_of(line);
  if (!limits.ok()) return limits.error();
  request.limits = limits.value();
  return request;
}

Result<HuntOutcome> hunt_with_progress(const HuntRequest& request, const Console& console) {
  HuntProgress progress;
  const CancelOnSignal cancel(progress.cancel);
  std::optional<ProgressBar> bar;
  if (console.may_draw()) bar.emplace(progress);
  Result<HuntOutcome> outcome = hunt(request, progress);
  if (outcome.ok() || !progress.cancel) return outcome;
  return Error{
      ErrorCode::kIo,
      fmt::format("hunt: interrupted by SIG{}", sigabbrev_np(signal_seen)),
      "No case was written."};
}

Status print_summary(const HuntRequest& request, Console& console) {
  const Result<CaseReader> reader = CaseReader::open_just_written(request.case_path);
  if (!reader.ok()) return reader.error();
  Notes notes;
  Status shown = show(reader.value(), What::kSummary,
                      {request.case_path, {}, false, console.look()}, console.out(), notes);
  for (const std::string& note : notes) console.note(note);
  return shown;
}

}  // namespace

int run_hunt(const ParsedLine& line, Console& console) {
  const Result<HuntRequest> request = request_of(line, console);
  if (!request.ok()) return Console::fail(request.error());
  const Result<HuntOutcome> outcome = hunt_with_progress(request.value(), console);
  if (!outcome.ok()) return Console::fail(outcome.error());
  const HuntOutcome& done = outcome.value();
  const std::string shown_case = shell_word(request.value().case_path);

  if (Status printed = print_summary(request.value(), console);
      !printed.ok() && !console.out().failed())
    return Console::fail(printed.error());
  note_empty_folders(done.empty_rule_folders, done.empty_yara_folders, console);
  if (done.rejected_rules_count != 0) {
    console.note(fmt::format("{} could not be used: pugmark show {} rules",
                             counted(done.rejected_rules_count, "rule"), shown_case));
  }
  if (done.rejected_indicators_count != 0) {
    console.note(fmt::format(
        "{} of the lists of indicators cannot be looked for: pugmark show {} rules",
        done.rejected_indicators_count == 1
            ? std::string("1 entry")
            : fmt::format("{} entries", done.rejected_indicators_count),
        shown_case));
  }
  if (done.gaps_count != 0) {
    console.note(fmt::format("{}: some of the evidence could not be read. pugmark show {} gaps",
                             counted(done.gaps_count, "gap"), shown_case));
  }
  const std::optional<Level> fail_on = level_of(line, "fail-on");
  if (fail_on && done.worst && *done.worst >= *fail_on) return kExitFound;
  return done.gaps_count != 0 ? kExitGaps : kExitDone;
}

}  // namespace pugmark

#include "pipeline/pipeline.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "casefile/casefile.h"
#include "casefile/facts.h"
#include "casefile/new_file.h"
#include "detect/results.h"
#include "detect/ruleset.h"
#include "pipeline/workers.h"

namespace pugmark {
namespace {

// "" if the program has none of its own.
std::string own_yara_folder(const std::string& default_rules) {
  if (default_rules.empty()) return {};
  std::error_code failed;
  const std::string folder = default_rules + "/yara";
  return std::filesystem::is_directory(folder, failed) ? folder : std::string();
}

// The model that the program's own analysis of scripts was given; "" if there is none.
std::string own_script_model(const std::string& default_rules) {
  if (default_rules.empty()) return {};
  std::error_code failed;
  const std::string file = default_rules + "/scripts.model";
  return std::filesystem::is_regular_file(file, failed) ? file : std::string();
}

Result<std::unique_ptr<Ruleset>> load_rules(const HuntRequest& request) {
  RulesetOptions options;
  if (!request.default_rules.empty()) options.paths.push_back(request.default_rules);
  options.own_folder = request.default_rules;
  options.paths.insert(options.paths.end(), request.rule_paths.begin(), request.rule_paths.end());
  options.own_yara_folder = own_yara_folder(request.default_rules);
  if (!options.own_yara_folder.empty()) options.yara_paths.push_back(options.own_yara_folder);
  options.yara_paths.insert(options.yara_paths.end(), request.yara_paths.begin(),
                            request.yara_paths.end());
  options.script_model_file = own_script_model(request.default_rules);
  options.indicator_files = request.indicator_files;
  options.placeholders_file = request.placeholders_file;
  options.level_min = request.level_min;
  options.excluded_ids = request.excluded_rules;
  options.threads_count = threads_count_of(request);
  options.limits = request.limits;
  return Ruleset::load(options);
}

Error never_replaced(const std::string& path, std::string_view what) {
  return {ErrorCode::kInvalidInput, fmt::format("{}: is {} and is never replaced", path, what),
          "Write the case elsewhere."};
}

// The case must not take the place of anything it is made from.
Status check_case_path(const HuntRequest& request, const Listing& listing) {
  if (is_listed(listing, request.case_path))
    return never_replaced(request.case_path, "among the evidence");
  const std::optional<ExistingFile> file = ExistingFile::at(request.case_path);
  if (!file) return {};
  if (!request.placeholders_file.empty() && file->is_at(request.placeholders_file))
    return never_replaced(request.case_path, "the placeholders file");
  const auto is_list = [&](const std::string& list) { return file->is_at(list); };
  if (std::any_of(request.indicator_files.begin(), request.indicator_files.end(), is_list))
    return never_replaced(request.case_path, "a list of indicators");
  std::vector<std::string> paths = request.rule_paths;
  if (!request.default_rules.empty()) paths.push_back(request.default_rules);
  std::vector<std::string> rules = rule_files(paths);
  const std::vector<std::string> yara_rules = yara_rule_files(request.yara_paths);
  rules.insert(rules.end(), yara_rules.begin(), yara_rules.end());
  const auto is_here = [&](const std::string& rule) { return file->is_at(rule); };
  if (std::any_of(rules.begin(), rules.end(), is_here))
    return never_replaced(request.case_path, "among the rules");
  return {};
}

// Nothing that differs between two runs over the same evidence with the same rules: no clock, no
// host name, no number of threads.
Status write_facts(const HuntRequest& request, const Ruleset& rules, const Results& results,
                   CaseWriter& writer) {
  std::vector<std::string> evidence = request.evidence;
  std::sort(evidence.begin(), evidence.end());
  std::string paths;
  for (const std::string& path : evidence) paths += (paths.empty() ? "" : "\n") + path;
  const std::pair<const char*, std::string> facts[] = {
      {"program", "pugmark"},
      {fact::kVersion, PUGMARK_VERSION},
      {fact::kEvidence, paths},
      {fact::kRulesSha256, to_hex(rules.digest())},
      {"carve", request.carve ? "yes" : "no"},
      {"level_min", request.level_min ? std::string(to_string(*request.level_min)) : ""},
      {fact::kLimitsChanged, changed_limits(request.limits)},
      {"items_count", std::to_string(results.items().size())},
      {"events_count", std::to_string(results.events_count())},
      {"files_count", std::to_string(results.files_count())},
      {"findings_count", std::to_string(results.findings_count())},
      {"matches_count", std::to_string(results.matches_count())},
      {fact::kCopiesCount, std::to_string(results.copies_count())},
      {fact::kSilencedRulesCount, std::to_string(results.silenced_rules_count())},
      {fact::kSilencedMatchesCount, std::to_string(results.silenced_matches_count())},
      {"gaps_count", std::to_string(results.gaps_count())},
  };
  for (const auto& [name, value] : facts) {
    if (auto status = writer.add_fact(name, value); !status) return status;
  }
  return {};
}

// Writing takes long too: whoever asks to stop must not wait for it. The case is then not there.
Status check_goes_on(const HuntProgress& progress) {
  if (progress.cancel)
    return Error{ErrorCode::kIo, "The hunt was cancelled.", "No case was written."};
  return {};
}

Status write_items(const Results& results, CaseWriter& writer) {
  for (const ScannedItem& scanned : results.items()) {
    const CaseItem item{scanned.item, scanned.duplicate_of, scanned.clock, scanned.time_shift_s,
                        scanned.gaps_count};
    if (auto status = writer.add_item(item); !status) return status;
  }
  for (const Gap& gap : results.gaps()) {
    std::string path;  // stays empty where the gap is the whole hunt's
    if (gap.where.item != Results::kWholeRun)
      path = results.items()[static_cast<std::size_t>(gap.where.item)].item.path;
    const CaseGap stored{path, gap.where.offset_bytes, gap.where.length_bytes, gap.kind, gap.what};
    if (auto status = writer.add_gap(stored); !status) return status;
  }
  return {};
}

Status write_case(const HuntRequest& request, const Ruleset& rules, Results& results,
                  const HuntProgress& progress, CaseWriter& writer) {
  if (auto status = write_facts(request, rules, results, writer); !status) return status;
  if (auto status = write_items(results, writer); !status) return status;
  for (const LedgerEntry& entry : results.ledger()) {
    if (auto status = writer.add_rule(entry); !status) return status;
  }
  const auto add_coverage = [&](const Coverage& coverage) {
    if (auto status = check_goes_on(progress); !status) return status;
    return writer.add_coverage(coverage);
  };
  if (auto status = results.for_each_coverage(add_coverage); !status) return status;
  const auto add_file = [&](const ExaminedFile& file) {
    if (auto status = check_goes_on(progress); !status) return status;
    return writer.add_file(file);
  };
  if (auto status = results.for_each_file(add_file); !status) return status;
  const auto add = [&](const Finding& finding) {
    if (auto status = check_goes_on(progress); !status) return status;
    return writer.add_finding(finding);
  };
  const bool ahead = threads_count_of(request) > 1;
  if (auto status = results.for_each_finding(ahead, add); !status) return status;
  if (auto status = check_goes_on(progress); !status) return status;
  return writer.finish();
}

// A planted file is as bad as the rules of level high say of one; what is only odd about one is not
// yet a finding.
std::optional<Level> level_of(FileVerdict verdict) {
  if (verdict == FileVerdict::kMalicious) return Level::kHigh;
  if (verdict == FileVerdict::kSuspicious) return Level::kMedium;
  return std::nullopt;
}

HuntOutcome outcome_of(const Results& results) {
  HuntOutcome outcome;
  outcome.gaps_count = results.gaps_count();
  for (const LedgerEntry& entry : results.ledger()) {
    if (entry.state == RuleState::kRejected)
      ++(entry.kind == "indicator" ? outcome.rejected_indicators_count
                                   : outcome.rejected_rules_count);
    if (entry.findings_count > 0)
      outcome.worst = std::max(outcome.worst, std::optional(entry.level));
  }
  outcome.worst = std::max(outcome.worst, level_of(results.worst_file()));
  return outcome;
}

// Evidence in, case out. Each step is a room.
Result<HuntOutcome> hunt_in_steps(const HuntRequest& request, HuntProgress& progress) {
  ItemIds ids;
  auto listing = list_evidence(request.evidence, request.limits, ids);
  if (!listing) return std::move(listing).error();

  if (auto status = check_case_path(request, listing.value()); !status)
    return std::move(status).error();
  auto writer = CaseWriter::create(request.case_path, request.force);
  if (!writer) return std::move(writer).error();

  progress.stage = "reading rules";
  auto rules = load_rules(request);
  if (!rules) return std::move(rules).error();
  if (auto status = check_goes_on(progress); !status) return std::move(status).error();

  progress.stage = "reading evidence";
  auto scanned = scan_evidence(listing.value(), ids, *rules.value(), request, progress);
  if (!scanned) return std::move(scanned).error();

  progress.stage = "putting findings in order";
  auto results = Results::settle(*rules.value(), std::move(scanned.value().scanners),
                                 std::move(scanned.value().items), std::move(scanned.value().gaps),
                                 request.limits);
  if (!results) return std::move(results).error();
  if (auto status = check_goes_on(progress); !status) return std::move(status).error();

  progress.stage = "writing the case";
  if (auto status = write_case(request, *rules.value(), results.value(), progress, writer.value());
      !status)
    return std::move(status).error();
  HuntOutcome outcome = outcome_of(results.value());
  outcome.empty_rule_folders = rules.value()->empty_folders();
  outcome.empty_yara_folders = rules.value()->empty_yara_folders();
  return outcome;
}

}  // namespace

Result<HuntOutcome> hunt(const HuntRequest& request, HuntProgress& progress) {
  try {
    return hunt_in_steps(request, progress);
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::kIo, "There is not enough memory for this hunt; no case was written.",
                 "Give it more, or fewer --threads."};
  }
}

}  // namespace pugmark

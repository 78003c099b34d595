#include "cli/cli.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <system_error>

#include "base/text.h"
#include "casefile/casefile.h"
#include "casefile/new_file.h"
#include "cli/console.h"
#include "cli/help.h"
#include "cli/hunt.h"
#include "cli/options.h"
#include "cli/parse.h"
#include "cli/sources.h"
#include "detect/ruleset.h"
#include "report/report.h"

namespace pugmark {
namespace {

Status run_show(const ParsedLine& line, Console& console) {
  const std::string path = line.argument("CASE");
  const std::string word = line.argument("WHAT");
  const What what = what_from_string(word.empty() ? "summary" : word).value_or(What::kSummary);
  const Result<Filter> filter = filter_of(line);
  if (!filter.ok()) return filter.error();
  const Result<CaseReader> reader = CaseReader::open(path);
  if (!reader.ok()) return reader.error();
  Notes notes;
  Status shown =
      show(reader.value(), what, {path, filter.value(), line.has("jsonl"), console.look()},
           console.out(), notes);
  for (const std::string& note : notes) console.note(note);
  return shown;
}

Status run_explain(const ParsedLine& line, Console& console) {
  const std::string path = line.argument("CASE");
  const Result<CaseReader> reader = CaseReader::open(path);
  if (!reader.ok()) return reader.error();
  return explain(reader.value(), line.argument("ID"), {path, line.flag("evidence"), console.look()},
                 console.out());
}

Status export_to_file(const CaseReader& reader, ExportFormat format, const Filter& filter,
                      const ParsedLine& line, Notes& notes) {
  const std::string path = line.flag("output");
  if (Status kept = check_replaces_no_source(reader, line.argument("CASE"), path); !kept.ok())
    return kept;
  Result<NewFile> file = NewFile::create(path, line.has("force"));
  if (!file.ok()) return file.error();
  Output out([&](std::string_view text) { return file.value().write(text); });
  if (Status written = export_case(reader, format, filter, out, notes); !written.ok())
    return written;
  return file.value().commit();
}

Status run_export(const ParsedLine& line, Console& console) {
  const std::optional<ExportFormat> format = export_format_from_string(line.flag("to"));
  if (!format) {
    return Error{ErrorCode::kInvalidInput, "export: the format is not named",
                 fmt::format("Add --to with one of {}.", fmt::join(export_format_names(), ", "))};
  }
  const Result<Filter> filter = filter_of(line);
  if (!filter.ok()) return filter.error();
  const Result<CaseReader> reader = CaseReader::open(line.argument("CASE"));
  if (!reader.ok()) return reader.error();
  Notes notes;
  const std::string file = line.flag("output");
  const Status written =
      file.empty() || file == "-"
          ? export_case(reader.value(), *format, filter.value(), console.out(), notes)
          : export_to_file(reader.value(), *format, filter.value(), line, notes);
  if (!written.ok()) return written;
  if (*format == ExportFormat::kTimesketch && !file.empty() && !file.ends_with(".jsonl"))
    notes.push_back("Timesketch takes JSON lines only from files whose name ends in .jsonl.");
  for (const std::string& note : notes) console.note(note);
  return {};
}

bool is_yara_file(const std::string& path) {
  const std::string lower = ascii_lower(path);
  return lower.ends_with(".yar") || lower.ends_with(".yara");
}

// A folder may hold rules of both kinds, and one of neither is looked at for Sigma rules.
void add_rules(const std::string& path, RulesetOptions& options) {
  std::error_code failed;
  if (!std::filesystem::is_directory(path, failed)) {
    (is_yara_file(path) ? options.yara_paths : options.paths).push_back(path);
    return;
  }
  const bool has_yara = !yara_rule_files({path}).empty();
  if (has_yara) options.yara_paths.push_back(path);
  if (!has_yara || !rule_files({path}).empty()) options.paths.push_back(path);
}

// `rules check` exits with 2 if a rule would be rejected; `exit_code` says so.
Status run_rules(const ParsedLine& line, Console& console, int& exit_code) {
  RulesetOptions options;
  if (line.arguments.contains("DIR")) {
    for (const std::string& path : line.arguments.at("DIR")) add_rules(path, options);
  }
  options.placeholders_file = line.flag("placeholders");
  options.rejected_suffice = true;
  const bool is_own = options.paths.empty() && options.yara_paths.empty();
  options.analyses_scripts = is_own;
  const std::string own = is_own ? default_rules_folder() : "";
  if (!own.empty()) add_rules(own, options);
  if (is_own && own.empty()) {
    return Error{ErrorCode::kNotFound,
                 fmt::format("{}: the program's own rules are not installed beside it",
                             line.command->name),
                 "Name a folder of rules."};
  }
  const Result<std::unique_ptr<Ruleset>> rules = Ruleset::load(options);
  if (!rules.ok()) return rules.error();
  note_empty_folders(rules.value()->empty_folders(), rules.value()->empty_yara_folders(), console);
  const std::vector<LedgerEntry> ledger = rules.value()->ledger();
  const bool check = line.command->name == "rules check";
  show_ledger(ledger, {line.has("jsonl"), check, console.look()}, console.out());
  const bool rejected = std::any_of(ledger.begin(), ledger.end(), [](const LedgerEntry& entry) {
    return entry.state == RuleState::kRejected;
  });
  if (check && rejected) exit_code = kExitUsage;
  return console.out().flush();
}

void print_completions(const ParsedLine& line, Output& out) {
  const std::string shell = line.argument("SHELL");
  if (shell == "bash") out.write(completions_bash());
  if (shell == "zsh") out.write(completions_zsh());
  if (shell == "fish") out.write(completions_fish());
}

std::string help_for(const ParsedLine& line) {
  if (!line.group.empty()) return help_of_group(line.group);
  return line.command == nullptr ? help_of_all() : help_of(*line.command);
}

int run_command(const ParsedLine& line, Console& console) {
  const std::string_view name = line.command->name;
  if (const Result<unsigned> threads = threads_of(line); !threads.ok())
    return Console::fail(threads.error());
  if (name == "hunt") return run_hunt(line, console);
  int exit_code = kExitDone;
  Status status;
  if (name == "show") status = run_show(line, console);
  if (name == "explain") status = run_explain(line, console);
  if (name == "export") status = run_export(line, console);
  if (name.starts_with("rules ")) status = run_rules(line, console, exit_code);
  if (name == "completions") print_completions(line, console.out());
  if (name == "man") console.out().write(man_page(PUGMARK_VERSION));
  if (name == "version") console.out().line("pugmark " PUGMARK_VERSION);
  // Failures of standard output are told once, by Console::finish().
  if (!status.ok() && !console.out().failed()) return Console::fail(status.error());
  return exit_code;
}

}  // namespace

int run_cli(const std::vector<std::string>& words) {
  Console::prepare_process();
  const Result<ParsedLine> line = parse_line(words);
  if (!line.ok()) return Console::fail(line.error());
  Console console(line.value());
  if (line.value().help) {
    console.out().write(help_for(line.value()));
    return console.finish(kExitDone);
  }
  return console.finish(run_command(line.value(), console));
}

}  // namespace pugmark

#include "cli/flags.h"

#include <array>

#include "detect/finding.h"
#include "report/report.h"

namespace pugmark {
namespace {

constexpr std::array<std::string_view, 3> kColours = {"auto", "always", "never"};
constexpr std::array<std::string_view, 3> kShells = {"bash", "zsh", "fish"};
constexpr std::array<std::string_view, 3> kFileVerdicts = {"clean", "suspicious", "malicious"};

const Argument kCaseArgument = {"CASE", true, false, "The case, as written by hunt -o.", {}, true};
Flag jsonl_flag(std::string_view paragraph) {
  return {"jsonl", 0, "", false, "One JSON object a line instead of a table.", paragraph};
}
constexpr std::string_view kJsonlOfRules =
    "Keys are always present, null where they do not apply. Control, bidirectional and invisible "
    "characters are written as \\uXXXX.";
constexpr std::string_view kJsonlOfCase =
    "Keys are always present, null where they do not apply, but for these of findings and the "
    "timeline: time_shift_s and time_source stand only where a clock was corrected, recovered only "
    "where it is true, related only in findings of correlations. Control, bidirectional and "
    "invisible characters are written as \\uXXXX.";
const Flag kForce = {
    "force",
    'f',
    "",
    false,
    "Replace the file if it exists.",
    "Only a regular file is ever replaced, and only when the new one is complete. Evidence, rules "
    "in use and the case itself never are."};

std::vector<Flag> filter_flags() {
  return {
      {"level", 0, "LEVEL", false, "Only findings (or rules) of this level and above.",
       "Rejected rules pass, because nobody knows their level.", level_names()},
      {"rule", 0, "RULE", false, "Only rules with this id, or with this text in their title.",
       "Of an id the first 8 characters or more are enough."},
      {"computer", 0, "NAME", false, "Only this computer, in any case.", ""},
      {"from", 0, "TIME", false, "Only from this time on, RFC 3339 or a day, UTC.",
       "Findings without a time do not pass --from and --to; how many there are is said."},
      {"to", 0, "TIME", false, "Only up to this time, included; a day means all of it.", ""},
      {"item", 0, "TEXT", false, "Only items with this text in their path.", ""},
      {"verdict", 0, "VERDICT", false, "Only files of this verdict and worse.",
       "Without it a table of files leaves out those that are clean, and counts them.",
       kFileVerdicts},
      {"limit", 'n', "N", false, "At most N rows.", ""},
  };
}

Command hunt_command() {
  return {
      "hunt",
      "Read evidence, apply rules, write a case.",
      "Reads files, folders and archives (zip, 7z, tar, gzip, bzip2, xz, zstd, nested) and "
      "recognises logs by content: EVTX, JSON, IIS and other web logs, Exchange logs. Every "
      "Sigma or YARA rule handed over ends in the ledger as ran, not-observable, rejected or "
      "disabled. Files that are no logs are examined (show CASE files). "
      "What should be there and is not, or cannot be read, is a gap (show CASE gaps); how much of "
      "each item was not understood, and which items are of a kind that no reader knows, stands "
      "with the items (show CASE items). The evidence is never changed. The case appears under its "
      "name only when it is complete, and never takes the place of evidence or rules.",
      "pugmark hunt /mnt/evidence -r sigma/rules -o incident.case",
      {{"EVIDENCE", true, true, "Files, folders and archives.", {}, true}},
      {
          {"output",
           'o',
           "CASE",
           false,
           "The case to write, one SQLite file. Must be given.",
           "",
           {},
           true},
          {"rules",
           'r',
           "DIR",
           true,
           "A folder or file of Sigma rules; may be repeated.",
           "They are added to the program's own rules.",
           {},
           true},
          {"yara",
           'y',
           "DIR",
           true,
           "A folder or file of YARA rules for files that are no logs; may be repeated.",
           "They are added to the program's own. Of a folder every .yar and .yara file below it; "
           "rules may ask for filename, filepath, extension, filetype and owner.",
           {},
           true},
          {"no-default-rules", 0, "", false, "Leave out the program's own rules.", ""},
          {"iocs", 0, "FILE", true,
           "A list of indicators to look for; may be repeated.",
           "Hashes, addresses, networks, domains, URLs, paths, file names and user agents, as "
           "plain text, CSV, STIX 2 or MISP, searched in every value of every event. Every file "
           "is held against the hashes, paths and file names.",
           {}, true},
          {"level", 0, "LEVEL", false, "Disable rules below this level.",
           "They stand in the ledger as disabled.", level_names()},
          {"exclude-rule", 0, "ID", true,
           "Disable the rule or filter with this id; may be repeated.", ""},
          {"placeholders",
           0,
           "FILE",
           false,
           "Values for %name% in rules: a YAML map.",
           "",
           {},
           true},
          {"carve", 0, "", false, "Also read slack and unused space of EVTX files.",
           "Such events are marked as recovered."},
          {"limit", 0, "NAME=VALUE", true,
           "Change a limit; may be repeated. See LIMITS in the man page.", ""},
          {"fail-on", 0, "LEVEL", false,
           "Exit with 1 if something of this level or above was found.", "", level_names()},
          kForce,
      }};
}

Command show_command() {
  Command command = {
      "show",
      "Show what a case says, as a table or as JSON lines.",
      "WHAT is summary (the default), findings, timeline, tracks, coverage, rules, gaps, "
      "verdict, statements, accounts, items or files (those that are no logs, the worst first, "
      "with the reasons). On a terminal columns are cut to its width and "
      "reasons go on in the next line, and a last line names columns there was no room for; "
      "otherwise nothing is cut. Findings are in order of time, "
      "item, offset and rule.",
      "pugmark show incident.case findings --level high --jsonl",
      {kCaseArgument,
       {"WHAT", false, false, "What to show; the summary if left out.", what_names(), false}},
      {jsonl_flag(kJsonlOfCase)}};
  for (const Flag& flag : filter_flags()) command.flags.push_back(flag);
  return command;
}

Command export_command() {
  Command command = {
      "export",
      "Write the findings of a case in another program's format.",
      "timesketch: JSON lines that import without a mapping (the file's name should end in "
      ".jsonl). hayabusa: the CSV of its profile \"verbose\". ocsf: Detection Finding, class "
      "2004, one JSON object a line. navigator: an ATT&CK Navigator layer. csv: one line a "
      "finding, with cells that a spreadsheet would take for a formula made harmless by an "
      "apostrophe.",
      "pugmark export incident.case --to timesketch -o incident.jsonl",
      {kCaseArgument},
      {{"to", 0, "FORMAT", false, "timesketch, hayabusa, ocsf, navigator or csv. Must be given.",
        "", export_format_names()},
       {"output",
        'o',
        "FILE",
        false,
        "The file to write; standard output if left out.",
        "",
        {},
        true},
       kForce}};
  for (const Flag& flag : filter_flags()) {
    if (flag.name == "to" || flag.name == "from") continue;  // --to names the format here
    if (flag.name == "verdict") continue;                    // what is exported are findings
    command.flags.push_back(flag);
  }
  command.foreign_flags.push_back(
      {"from", "export has no filter by time, its --to names the format",
       "To see a span of time: pugmark show CASE findings --from TIME --to TIME."});
  return command;
}

Command rules_command(bool check) {
  return {check ? "rules check" : "rules list",
          check ? "Say which rules would not load, and why."
                : "List every rule and what would become of it.",
          check ? "Exits with 2 if a rule would be rejected." : "",
          check ? "pugmark rules check my-rules" : "pugmark rules list sigma/rules --jsonl",
          {{"DIR",
            false,
            true,
            "Folders or files of Sigma or YARA rules; without any, the program's own rules.",
            {},
            true}},
          {jsonl_flag(kJsonlOfRules),
           {"placeholders",
            0,
            "FILE",
            false,
            "Values for %name% in rules: a YAML map.",
            "",
            {},
            true}}};
}

std::vector<Command> make_commands() {
  return {
      hunt_command(),
      show_command(),
      {"explain",
       "Explain one finding or rule: the rule, why it matched, the bytes.",
       "For a finding: the rule, which fields matched which patterns, the event, and the bytes "
       "read again from the evidence, if it is reachable and still has the SHA-256 it had when "
       "it was hunted; the limits of the hunt hold again, up to eight times the default. For a "
       "rule: what became of it, and why.",
       "pugmark explain incident.case 3f9a --evidence /mnt/evidence",
       {kCaseArgument,
        {"ID",
         true,
         false,
         "Id of a finding (4 digits or more of it are enough) or of a rule (8 or more).",
         {},
         false}},
       {{"evidence",
         0,
         "DIR",
         false,
         "Where the evidence is now.",
         "Without it the evidence is looked for under the path it was handed over with.",
         {},
         true}}},
      export_command(),
      rules_command(true),
      rules_command(false),
      {"completions",
       "Print completions for a shell.",
       "",
       "pugmark completions bash > ~/.local/share/bash-completion/completions/pugmark",
       {{"SHELL", true, false, "bash, zsh or fish.", kShells, false}},
       {},
       true},
      {"man", "Print the man page (roff).", "", "pugmark man | man -l -", {}, {}, true},
      {"version", "Print the version.", "", "pugmark version", {}, {}, true},
  };
}

}  // namespace

std::span<const Command> commands() {
  static const std::vector<Command> kCommands = make_commands();
  return kCommands;
}

const Command* find_command(std::string_view name) {
  for (const Command& command : commands())
    if (command.name == name) return &command;
  return nullptr;
}

std::span<const Flag> common_flags() {
  static const std::vector<Flag> kFlags = {
      {"threads", 0, "N", false, "Threads to use; 0, the default, means all cores.",
       "The result is the same for any number."},
      {"color", 0, "WHEN", false, "Colours: auto (the default), always or never.",
       "auto means on a terminal, unless NO_COLOR is set or TERM is dumb.", kColours},
      {"quiet", 'q', "", false, "Nothing on standard error but errors.", ""},
      {"help", 'h', "", false, "Help for the command.", ""},
  };
  return kFlags;
}

std::vector<Flag> offered_flags(const Command& command) {
  std::vector<Flag> flags = command.flags;
  for (const Flag& flag : common_flags())
    if (flag.name != "threads" || !command.reads_nothing) flags.push_back(flag);
  return flags;
}

std::span<const ExitCode> exit_codes() {
  static constexpr auto kCodes = std::to_array<ExitCode>({
      {0, "Done. Findings alone are no failure."},
      {1,
       "Something was found of the level given by --fail-on, or above. Where 3 applies too, 1 is "
       "returned."},
      {2,
       "Usage: an option or argument is wrong, a file named does not exist or would be "
       "overwritten, or no rule could be read. hunt goes on if some rules are rejected, files that "
       "are no rules among them; rules check returns 2."},
      {3,
       "Evidence is damaged, unreadable or over a limit; the case was written and lists every "
       "gap."},
      {4,
       "Failed: the case or the output could not be written or read, the placeholders file could "
       "not be read, or the run was interrupted."},
  });
  return kCodes;
}

std::span<const EnvironmentVariable> environment_variables() {
  static constexpr auto kVariables = std::to_array<EnvironmentVariable>({
      {"PUGMARK_RULES", "Folder of the program's own rules, if not the one it was installed with."},
      {"NO_COLOR", "If set and not empty, no colours unless --color always is given."},
      {"COLUMNS", "Width of tables on a terminal that does not say its own."},
  });
  return kVariables;
}

}  // namespace pugmark

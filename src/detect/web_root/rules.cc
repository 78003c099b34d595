#include "detect/web_root/rules.h"

#include <array>
#include <string_view>

namespace pugmark::web_root {
namespace {

struct Row {
  std::string_view id;
  std::string_view title;
  Level level;
  Verdict verdict;
  FileVerdict file_verdict;
  std::string_view technique;  // lower-case, as in tags
  std::string_view tactic;
  std::string_view reference;
  const char* absence;
};

constexpr std::string_view kExchangePost =
    "Microsoft, HAFNIUM targeting Exchange Servers with 0-day exploits, 2 March 2021";
constexpr std::string_view kModulesPost = "Microsoft, IIS Modules Overview";
constexpr std::string_view kAgentsPost = "Microsoft, Transport agents in Exchange Server";
constexpr std::string_view kHandlersPost = "Microsoft, IIS configuration reference: handlers";
constexpr std::string_view kCompilationPost =
    "Microsoft, Understanding ASP.NET Dynamic Compilation";

constexpr const char* kNoServerConfiguration = "The evidence has no applicationHost.config.";
constexpr const char* kNoConfiguration =
    "The evidence has neither an applicationHost.config nor a web.config.";
constexpr const char* kNoCompiled = "The evidence has no .compiled file of ASP.NET.";
constexpr const char* kNoWebFolder = "The evidence has no file of a web folder of Exchange or IIS.";

constexpr std::array<Row, kRulesCount> kRows = {{
    {"iis-hidden-virtual-directory", "Virtual directory of IIS leads to a folder made to be hidden",
     Level::kCritical, Verdict::kPlanted, FileVerdict::kMalicious, "t1505.003", "persistence",
     kExchangePost, kNoServerConfiguration},
    {"iis-virtual-directory-outside",
     "Virtual directory of IIS leads to a folder that no site lies in", Level::kHigh,
     Verdict::kNone, FileVerdict::kSuspicious, "t1505.003", "persistence", kExchangePost,
     kNoServerConfiguration},
    {"iis-native-module-foreign", "IIS loads a module from where none of Microsoft's lies",
     Level::kHigh, Verdict::kNone, FileVerdict::kSuspicious, "t1505.004", "persistence",
     kModulesPost, kNoServerConfiguration},
    {"iis-script-engine-for-extension",
     "Configuration has a script engine execute files of an extension that is no script's",
     Level::kHigh, Verdict::kPlanted, FileVerdict::kSuspicious, "t1505.004", "persistence",
     kHandlersPost, kNoConfiguration},
    {"iis-executable-folder", "Configuration makes a folder for uploads or pictures executable",
     Level::kMedium, Verdict::kNone, FileVerdict::kSuspicious, "t1505.003", "persistence",
     kHandlersPost, "The evidence has no web.config."},
    {"iis-search-engines-only", "Configuration sends search engines somewhere else", Level::kMedium,
     Verdict::kNone, FileVerdict::kSuspicious, "t1505.004", "persistence",
     "Microsoft, URL Rewrite Module configuration reference", kNoConfiguration},
    {"exchange-foreign-module", "Exchange's web.config has a module or handler of somebody else",
     Level::kMedium, Verdict::kNone, FileVerdict::kSuspicious, "t1505.004", "persistence",
     kModulesPost, "The evidence has no web.config of Exchange."},
    {"exchange-foreign-transport-agent",
     "Transport agent of Exchange is loaded from where it does not belong", Level::kHigh,
     Verdict::kNone, FileVerdict::kSuspicious, "t1505.002", "persistence", kAgentsPost,
     "The evidence has no agents.config."},
    {"exchange-directory-dump-with-script",
     "Dump of a virtual directory of Exchange with script text in its address", Level::kCritical,
     Verdict::kPlanted, FileVerdict::kMalicious, "t1505.003", "persistence", kExchangePost, ""},
    {"exchange-certificate-request-with-script", "Certificate request with script text in it",
     Level::kCritical, Verdict::kPlanted, FileVerdict::kMalicious, "t1505.003", "persistence",
     kExchangePost, ""},
    {"exchange-worker-crash", "Crash report of a worker process of Exchange", Level::kLow,
     Verdict::kNone, FileVerdict::kClean, "t1190", "initial-access",
     "Microsoft, Windows Error Reporting", "The evidence has no Report.wer."},
    {"iis-module-added", "IIS got a module or handler that is not Microsoft's between two copies",
     Level::kMedium, Verdict::kNone, FileVerdict::kSuspicious, "t1505.004", "persistence",
     "Microsoft, IIS configuration reference: configHistory",
     "The evidence has no two copies of applicationHost.config."},
    {"page-compiled-foreign", "Page that does not belong there was compiled, so executed",
     Level::kHigh, Verdict::kUsed, FileVerdict::kSuspicious, "t1505.003", "persistence",
     kCompilationPost, kNoCompiled},
    {"page-compiled-source-gone", "Page was compiled, so executed, and its source is gone",
     Level::kMedium, Verdict::kNone, FileVerdict::kSuspicious, "t1505.003", "persistence",
     kCompilationPost, kNoCompiled},
    {"script-where-none-belongs", "Script in a web folder in which none belongs", Level::kHigh,
     Verdict::kPlanted, FileVerdict::kSuspicious, "t1505.003", "persistence", kExchangePost,
     kNoWebFolder},
    {"script-of-unknown-name", "Script among pages of Exchange whose name is not of Exchange",
     Level::kMedium, Verdict::kNone, FileVerdict::kSuspicious, "t1505.003", "persistence",
     kExchangePost, kNoWebFolder},
    {"file-where-none-belongs", "File in a web folder that is empty by itself", Level::kLow,
     Verdict::kNone, FileVerdict::kSuspicious, "t1074.001", "collection", kExchangePost,
     kNoWebFolder},
    {"name-of-known-shell", "File has the name and place of a web shell of March 2021",
     Level::kHigh, Verdict::kNone, FileVerdict::kSuspicious, "t1505.003", "persistence",
     kExchangePost, kNoWebFolder},
    {"script-odd-one-out", "Script differs from all its neighbours in several ways", Level::kMedium,
     Verdict::kNone, FileVerdict::kSuspicious, "t1505.003", "persistence", "", ""},
    {"file-times-contradict", "Times of a script or program speak of a changed time",
     Level::kMedium, Verdict::kNone, FileVerdict::kSuspicious, "t1070.006", "defense-evasion",
     "Microsoft, File Times", ""},
}};

const Row& row_of(Rule rule) { return kRows.at(static_cast<std::uint32_t>(rule)); }

std::string upper_technique(std::string_view technique) {
  std::string upper(technique);
  upper[0] = 'T';
  return upper;
}

}  // namespace

std::vector<files::FileRule> rules_of_web_roots() {
  std::vector<files::FileRule> rules;
  for (const Row& row : kRows) {
    files::FileRule& rule = rules.emplace_back();
    rule.entry.rule_id = row.id;
    rule.entry.rule_title = row.title;
    rule.entry.kind = "analysis";
    rule.entry.level = row.level;
    rule.entry.status = "stable";
    rule.entry.author = "The Pugmark authors";
    rule.entry.file = "built in";
    rule.entry.log_source = "file/web_root";
    rule.entry.techniques = {upper_technique(row.technique)};
    rule.entry.tags = {"attack." + std::string(row.tactic), "attack." + std::string(row.technique)};
    if (!row.reference.empty()) rule.entry.references = {std::string(row.reference)};
    rule.verdict = row.verdict;
  }
  return rules;
}

FileVerdict file_verdict_of(Rule rule) { return row_of(rule).file_verdict; }

std::uint32_t weight_of(Rule rule) {
  return 10 + 10 * static_cast<std::uint32_t>(row_of(rule).level);
}

const char* absence_of(Rule rule) { return row_of(rule).absence; }

}  // namespace pugmark::web_root

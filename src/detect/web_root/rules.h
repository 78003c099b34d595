#pragma once

#include <cstdint>
#include <vector>

#include "detect/files/file_check.h"

// What the program itself knows of web roots of IIS and Exchange: the rules that its findings
// about them bear. docs/adr/0025-web-root.md says how they were chosen.
namespace pugmark::web_root {

// In the order of their findings' numbers.
enum class Rule : std::uint32_t {
  // One file says it by itself
  kHiddenVirtualDirectory,
  kVirtualDirectoryOutside,
  kNativeModule,
  kScriptEngineForExtension,
  kExecutableFolder,
  kSearchEnginesOnly,
  kForeignTypeInExchange,
  kTransportAgent,
  kDirectoryDump,
  kCertificateRequest,
  kCrashOfExchange,
  // Several files together
  kModuleAdded,
  kCompiledForeignPage,
  kCompiledSourceGone,
  kScriptWhereNoneBelongs,
  kScriptOfUnknownName,
  kFileWhereNoneBelongs,
  kNameOfKnownShell,
  kOddOneOut,
  kFileTimes,
};
constexpr std::uint32_t kRulesCount = 20;

// One line of the ledger for each, in that order.
std::vector<files::FileRule> rules_of_web_roots();

// What a file is called that matches the rule. kClean: the finding stands, the file is not blamed.
FileVerdict file_verdict_of(Rule rule);

// Weight of the reasons in a report: below the flow of a script, above a string of YARA.
std::uint32_t weight_of(Rule rule);

// In words what evidence a rule needs that judges only some files: "no applicationHost.config";
// "" if any file may match.
const char* absence_of(Rule rule);

}  // namespace pugmark::web_root

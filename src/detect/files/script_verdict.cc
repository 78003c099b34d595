#include "detect/files/script_verdict.h"

#include <algorithm>

namespace pugmark::files {
namespace {

// What a path must be worth by itself for the file to be called so, where no model was trained for
// its kind of page.
constexpr int kMaliciousStrength = 80;
constexpr int kSuspiciousStrength = 50;
// Something of the request is run, though on ways that are not wholly known: somebody has to look
// at that, whatever the rest of the page is like.
constexpr int kMayRunStrength = 40;

ScriptRule rule_for(BackdoorKind kind) {
  switch (kind) {
    case BackdoorKind::kExecution:
      return ScriptRule::kExecutesRequest;
    case BackdoorKind::kUploader:
      return ScriptRule::kWritesRequest;
    case BackdoorKind::kFileManager:
      return ScriptRule::kManagesFiles;
    case BackdoorKind::kSqlBrowser:
      return ScriptRule::kQueriesRequest;
    case BackdoorKind::kTunnel:
      return ScriptRule::kConnectsRequest;
    case BackdoorKind::kDumper:
      return ScriptRule::kDumpsSecrets;
    case BackdoorKind::kCredentialForm:
      return ScriptRule::kKeepsCredentials;
    case BackdoorKind::kNone:
      break;
  }
  return ScriptRule::kLikeBackdoors;
}

// Code that a request brings is never run by honest pages. For the rest the model weighs all of it
// together: honest control panels run commands, too.
FileVerdict verdict_by_code(const ScriptSigns& signs) {
  const bool may_run = signs.running_strength >= kMayRunStrength;
  if (!signs.score) {
    if (signs.strength >= kMaliciousStrength) return FileVerdict::kMalicious;
    return signs.strength >= kSuspiciousStrength || may_run ? FileVerdict::kSuspicious
                                                            : FileVerdict::kClean;
  }
  const bool is_strong = signs.strength >= kMaliciousStrength;
  const bool runs_code = is_strong && signs.sink == script::SinkKind::kEvaluate;
  if (*signs.score >= signs.thresholds.malicious || runs_code) return FileVerdict::kMalicious;
  const bool is_suspicious = *signs.score >= signs.thresholds.suspicious;
  return is_strong || is_suspicious || may_run ? FileVerdict::kSuspicious : FileVerdict::kClean;
}

Bearing bearing_of(const ScriptSigns& signs) {
  // Who finds a strong path does not speak against a rule, whatever the score.
  if (signs.strength >= kMaliciousStrength) return Bearing::kAgrees;
  if (!signs.score)
    return signs.strength >= kSuspiciousStrength ? Bearing::kAgrees : Bearing::kNone;
  if (*signs.score >= signs.thresholds.agreeing) return Bearing::kAgrees;
  return *signs.score < signs.thresholds.against ? Bearing::kAgainst : Bearing::kNeither;
}

// Where no path is worth anything by itself no title may claim one.
ScriptRule rule_of(const ScriptSigns& signs, FileVerdict verdict) {
  const bool has_path =
      signs.strength >= kSuspiciousStrength || signs.running_strength >= kMayRunStrength;
  if (signs.is_hidden && !has_path) return ScriptRule::kInOtherFile;
  if (verdict != FileVerdict::kMalicious)
    return has_path ? ScriptRule::kMayBeBackdoor : ScriptRule::kResemblesBackdoors;
  return has_path ? rule_for(signs.kind) : ScriptRule::kLikeBackdoors;
}

}  // namespace

ScriptVerdict verdict_of(const ScriptSigns& signs) {
  ScriptVerdict result;
  result.bearing = bearing_of(signs);
  result.verdict = verdict_by_code(signs);
  if (signs.is_hidden) result.verdict = std::max(result.verdict, FileVerdict::kSuspicious);
  result.rule = rule_of(signs, result.verdict);
  return result;
}

}  // namespace pugmark::files

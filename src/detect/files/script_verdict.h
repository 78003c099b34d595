#pragma once

#include <cstdint>
#include <optional>

#include "detect/examined_file.h"
#include "detect/files/file_check.h"
#include "detect/script/flow/effects.h"
#include "detect/script/model/model.h"

// How verdicts on scripts come about: from paths and score to verdict, rule and bearing. Apart from
// the reading of scripts, so that every combination can be tried. docs/adr/0026-script-model.md
// says why it is so.
namespace pugmark::files {

// The rules by which scripts are judged, in the order of rules_of_scripts().
enum class ScriptRule : std::uint32_t {
  kExecutesRequest,
  kWritesRequest,
  kManagesFiles,
  kQueriesRequest,
  kConnectsRequest,
  kDumpsSecrets,
  kKeepsCredentials,
  kMayBeBackdoor,
  kInOtherFile,
  // No path is worth anything by itself, the score is.
  kLikeBackdoors,
  kResemblesBackdoors,
};
constexpr std::uint32_t kScriptRulesCount = 11;

// What is known of a script that has code.
struct ScriptSigns {
  int strength = 0;  // of its strongest path: script::strength_of(); 0 if there is none
  script::SinkKind sink = script::SinkKind::kNone;  // of that path
  int running_strength = 0;  // of its strongest path to what runs code or commands
  BackdoorKind kind = BackdoorKind::kNone;          // what its paths would make it
  bool is_hidden = false;                           // it stands in an image or a document
  std::optional<double> score;                      // of the model, if there is one
  script::Model::Thresholds thresholds;             // what scores mean
};

struct ScriptVerdict {
  FileVerdict verdict = FileVerdict::kClean;
  Bearing bearing = Bearing::kNone;
  ScriptRule rule = ScriptRule::kMayBeBackdoor;  // means nothing if it is clean
};

ScriptVerdict verdict_of(const ScriptSigns& signs);

// Whether findings of the rule rest on the score alone.
constexpr bool rests_on_score(ScriptRule rule) {
  return rule == ScriptRule::kLikeBackdoors || rule == ScriptRule::kResemblesBackdoors;
}

}  // namespace pugmark::files

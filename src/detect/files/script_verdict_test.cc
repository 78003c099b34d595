#include "detect/files/script_verdict.h"

#include <gtest/gtest.h>
#include <optional>
#include <ostream>
#include <vector>

namespace pugmark::files {
namespace {

using script::SinkKind;

struct Case {
  std::optional<double> score;
  int strength;
  SinkKind sink;
  BackdoorKind kind;
  bool is_hidden;
  FileVerdict verdict;
  ScriptRule rule;  // of a clean one nobody asks
  Bearing bearing;
};

std::ostream& operator<<(std::ostream& out, const Case& one) {
  out << "score " << (one.score ? *one.score : -1) << ", strength " << one.strength << ", "
      << script::to_string(one.sink) << (one.is_hidden ? ", hidden" : "");
  return out;
}

void expect_all(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    ScriptSigns signs;
    signs.strength = one.strength;
    signs.sink = one.sink;
    signs.kind = one.kind;
    signs.is_hidden = one.is_hidden;
    signs.score = one.score;
    if (one.score) signs.thresholds = {0.9, 0.6, 0.5, 0.1};
    const ScriptVerdict result = verdict_of(signs);
    EXPECT_EQ(result.verdict, one.verdict) << one;
    EXPECT_EQ(result.bearing, one.bearing) << one;
    if (one.verdict != FileVerdict::kClean) {
      EXPECT_EQ(result.rule, one.rule) << one;
    }
  }
}

using enum BackdoorKind;
using enum ScriptRule;
constexpr auto kClean = FileVerdict::kClean;
constexpr auto kSuspicious = FileVerdict::kSuspicious;
constexpr auto kMalicious = FileVerdict::kMalicious;
constexpr auto kRuns = SinkKind::kEvaluate;
constexpr auto kCommand = SinkKind::kCommand;
constexpr auto kWrites = SinkKind::kWriteFile;
constexpr auto kNoSink = SinkKind::kNone;
constexpr auto kNoKind = BackdoorKind::kNone;

// Kinds of pages that no model was trained for: 80 and 50 decide.
TEST(ScriptVerdict, IsThatOfThePathsWithoutAModel) {
  expect_all({
      // table: score, strength, sink, kind, hidden; verdict, rule, bearing
      {{}, 0, kNoSink, kNoKind, false, kClean, kMayBeBackdoor, Bearing::kNone},
      {{}, 49, kWrites, kUploader, false, kClean, kMayBeBackdoor, Bearing::kNone},
      {{}, 50, kWrites, kUploader, false, kSuspicious, kMayBeBackdoor, Bearing::kAgrees},
      {{}, 79, kCommand, kExecution, false, kSuspicious, kMayBeBackdoor, Bearing::kAgrees},
      {{}, 80, kCommand, kExecution, false, kMalicious, kExecutesRequest, Bearing::kAgrees},
      {{}, 81, kWrites, kNoKind, false, kMalicious, kLikeBackdoors, Bearing::kAgrees},
      {{}, 0, kNoSink, kNoKind, true, kSuspicious, kInOtherFile, Bearing::kNone},
      {{}, 49, kWrites, kUploader, true, kSuspicious, kInOtherFile, Bearing::kNone},
      {{}, 50, kWrites, kUploader, true, kSuspicious, kMayBeBackdoor, Bearing::kAgrees},
      {{}, 100, kRuns, kExecution, true, kMalicious, kExecutesRequest, Bearing::kAgrees},
  });
}

// 0.9 is malicious, 0.6 suspicious, 0.5 agrees with rules of others, below 0.1 speaks against them.
TEST(ScriptVerdict, WeighsTheScoreAndThePaths) {
  expect_all({
      // table: score, strength, sink, kind, hidden; verdict, rule, bearing
      {0.09, 0, kNoSink, kNoKind, false, kClean, kMayBeBackdoor, Bearing::kAgainst},
      {0.1, 0, kNoSink, kNoKind, false, kClean, kMayBeBackdoor, Bearing::kNeither},
      {0.5, 0, kNoSink, kNoKind, false, kClean, kMayBeBackdoor, Bearing::kAgrees},
      // No path that is worth anything: the title names none.
      {0.6, 0, kNoSink, kNoKind, false, kSuspicious, kResemblesBackdoors, Bearing::kAgrees},
      {0.6, 49, kWrites, kUploader, false, kSuspicious, kResemblesBackdoors, Bearing::kAgrees},
      {0.89, 49, kWrites, kUploader, false, kSuspicious, kResemblesBackdoors, Bearing::kAgrees},
      {0.9, 0, kNoSink, kNoKind, false, kMalicious, kLikeBackdoors, Bearing::kAgrees},
      {0.9, 49, kWrites, kUploader, false, kMalicious, kLikeBackdoors, Bearing::kAgrees},
      // A path says nothing by itself below 80, but the score may bear it out.
      {0.05, 79, kWrites, kUploader, false, kClean, kMayBeBackdoor, Bearing::kAgainst},
      {0.3, 79, kWrites, kUploader, false, kClean, kMayBeBackdoor, Bearing::kNeither},
      {0.6, 50, kWrites, kUploader, false, kSuspicious, kMayBeBackdoor, Bearing::kAgrees},
      {0.9, 50, kWrites, kUploader, false, kMalicious, kWritesRequest, Bearing::kAgrees},
      {0.9, 50, kWrites, kNoKind, false, kMalicious, kLikeBackdoors, Bearing::kAgrees},
      // A strong one is suspicious whatever the score, and never speaks against a rule.
      {0.01, 80, kCommand, kExecution, false, kSuspicious, kMayBeBackdoor, Bearing::kAgrees},
      {0.9, 80, kCommand, kExecution, false, kMalicious, kExecutesRequest, Bearing::kAgrees},
      // What is evaluated is malicious if it is strong.
      {0.01, 80, kRuns, kExecution, false, kMalicious, kExecutesRequest, Bearing::kAgrees},
      {0.01, 79, kRuns, kExecution, false, kClean, kMayBeBackdoor, Bearing::kAgainst},
  });
}

TEST(ScriptVerdict, BlamesCodeInImagesForBeingThere) {
  expect_all({
      // table: score, strength, sink, kind, hidden; verdict, rule, bearing
      {0.01, 0, kNoSink, kNoKind, true, kSuspicious, kInOtherFile, Bearing::kAgainst},
      {0.6, 0, kNoSink, kNoKind, true, kSuspicious, kInOtherFile, Bearing::kAgrees},
      {0.9, 0, kNoSink, kNoKind, true, kMalicious, kInOtherFile, Bearing::kAgrees},
      {0.01, 60, kWrites, kUploader, true, kSuspicious, kMayBeBackdoor, Bearing::kAgainst},
      {0.9, 60, kWrites, kUploader, true, kMalicious, kWritesRequest, Bearing::kAgrees},
      {0.01, 100, kRuns, kExecution, true, kMalicious, kExecutesRequest, Bearing::kAgrees},
  });
}

TEST(ScriptVerdict, HasARuleForEachKind) {
  expect_all({
      // table: score, strength, sink, kind, hidden; verdict, rule, bearing
      {0.9, 60, kWrites, kFileManager, false, kMalicious, kManagesFiles, Bearing::kAgrees},
      {0.9, 60, kWrites, kSqlBrowser, false, kMalicious, kQueriesRequest, Bearing::kAgrees},
      {0.9, 60, kWrites, kTunnel, false, kMalicious, kConnectsRequest, Bearing::kAgrees},
      {0.9, 60, kWrites, kDumper, false, kMalicious, kDumpsSecrets, Bearing::kAgrees},
      {0.9, 60, kWrites, kCredentialForm, false, kMalicious, kKeepsCredentials, Bearing::kAgrees},
  });
}

// What may be run is looked at by somebody, however harmless the page is like.
TEST(ScriptVerdict, IsNeverCleanWhereSomethingOfTheRequestMayRun) {
  ScriptSigns signs;
  signs.strength = 55;
  signs.sink = SinkKind::kUpload;
  signs.kind = kExecution;
  signs.thresholds = {0.9, 0.6, 0.5, 0.1};
  for (const std::optional<double> score : {std::optional<double>(), std::optional(0.01)}) {
    signs.score = score;
    signs.running_strength = 40;
    EXPECT_EQ(verdict_of(signs).verdict, kSuspicious);
    EXPECT_EQ(verdict_of(signs).rule, kMayBeBackdoor);
  }
  signs.running_strength = 39;
  EXPECT_EQ(verdict_of(signs).verdict, kClean);
}

}  // namespace
}  // namespace pugmark::files

#include "detect/files/yara_check.h"

#include <gtest/gtest.h>
#include <string>

#include "base/folder_testing.h"
#include "detect/ruleset.h"

namespace pugmark::files {
namespace {

constexpr char kRules[] = R"(
rule inert_sure : webshell {
  meta: description = "Sure" score = 80
  strings: $a = "inert_run(" $b = "inert_request("
  condition: all of them
}
rule inert_odd {
  meta: score = 40
  strings: $a = "odd"
  condition: $a
}
rule WEBSHELL_ASP_Generic {
  meta: description = "Noisy" score = 80
  strings: $a = "noisy"
  condition: $a
}
rule inert_empty { condition: filesize == 3 and owner == "www-data" and extension == ".php" }
)";

class YaraCheck : public ::testing::Test {
 protected:
  void load(RulesetOptions options = {}) {
    options.analyses_scripts = false;
    options.yara_paths = {folder_.write("a.yar", kRules)};
    auto rules = Ruleset::load(options);
    ASSERT_TRUE(rules) << rules.error().message;
    rules_ = std::move(rules).value();
    check_ = make_yara_check(rules_->yara(), rules_->file_rules(), limits_);
  }

  FileReport look(const std::string& bytes, std::uint64_t offset_bytes = 0, bool is_whole = true,
                  Bearing bearing = Bearing::kNone) {
    const std::string padded = bytes + std::string(kBlockPadding, '\0');
    FileAttributes attributes;
    attributes.owner_name = std::make_shared<const std::string>("www-data");
    FileView file;
    file.path = "a.zip!/x.php";
    file.bytes = as_bytes(padded).first(bytes.size());
    file.offset_bytes = offset_bytes;
    file.is_whole = is_whole;
    file.size_bytes = offset_bytes + bytes.size();
    file.attributes = &attributes;
    FileReport report;
    report.bearing = bearing;
    const std::atomic<bool> stop = false;
    EXPECT_TRUE(check_->look(file, stop, report));
    return report;
  }

  testing::TemporaryFolder folder_;
  Limits limits_;
  std::unique_ptr<Ruleset> rules_;
  std::unique_ptr<FileCheck> check_;
};

TEST_F(YaraCheck, SaysOnceOfAFileThatItsPartsAreLookedAtByThemselves) {
  load();
  EXPECT_TRUE(look("inert").gaps.empty());
  const FileReport first = look("inert_request(", 0, false);
  ASSERT_EQ(first.gaps.size(), 1U);
  EXPECT_EQ(first.gaps[0].kind, GapKind::kLimit);
  EXPECT_NE(first.gaps[0].what.find("file-window-bytes"), std::string::npos);
  EXPECT_TRUE(look("inert_run(", 1'000, false).gaps.empty());
}

TEST_F(YaraCheck, ASureRuleMakesAFileMalicious) {
  load();
  const FileReport report = look("1234 inert_request( inert_run( inert_run(", 1'000, false);
  EXPECT_EQ(report.verdict, FileVerdict::kMalicious);
  ASSERT_EQ(report.hits.size(), 1U);
  const RuleHit& hit = report.hits[0];
  EXPECT_EQ(rules_->file_rules()[hit.rule].entry.rule_id, "inert_sure");
  EXPECT_EQ(rules_->file_rules()[hit.rule].verdict, Verdict::kPlanted);
  EXPECT_EQ(rules_->file_rules()[hit.rule].entry.techniques, std::vector<std::string>{"T1505.003"});
  EXPECT_EQ(hit.offset_bytes, 1'005U) << "the first in the file, whichever string it is";
  EXPECT_EQ(hit.length_bytes, 14U);
  ASSERT_GE(hit.because.size(), 2U);
  EXPECT_EQ(hit.because[0].field, "$a");
  EXPECT_EQ(hit.because[0].value, "inert_run(");
  EXPECT_EQ(hit.because[0].pattern, "\"inert_run(\"");
  EXPECT_EQ(hit.because[0].offset_bytes, 1'020U);
  ASSERT_EQ(report.reasons.size(), 1U);
  ASSERT_EQ(report.reasons[0].steps.size(), 3U);
  EXPECT_EQ(report.reasons[0].steps[0].what, "matches the YARA rule Sure");
  EXPECT_EQ(report.reasons[0].steps[2].what, "its string $b");
}

// What the own analysis of the script says bears on what a match is worth.
TEST_F(YaraCheck, DoubtedRulesProveNothingAlone) {
  load();
  const std::string sure = "inert_run(inert_request(1))";
  EXPECT_EQ(look(sure, 0, true, Bearing::kNeither).verdict, FileVerdict::kMalicious);
  const FileReport against = look(sure, 0, true, Bearing::kAgainst);
  EXPECT_EQ(against.verdict, FileVerdict::kSuspicious);
  EXPECT_EQ(against.hits.size(), 1U);
  EXPECT_EQ(against.reasons[0].steps[0].what,
            "matches the YARA rule Sure; the own analysis of the script speaks against it");
  const FileReport noisy = look("noisy");
  EXPECT_EQ(noisy.verdict, FileVerdict::kSuspicious);
  EXPECT_EQ(noisy.hits.size(), 1U);
  EXPECT_EQ(
      noisy.reasons[0].steps[0].what,
      "matches the YARA rule Noisy, which is often wrong; the own analysis of the script does "
      "not bear it out");
  EXPECT_EQ(look("noisy", 0, true, Bearing::kNeither).verdict, FileVerdict::kSuspicious);
  EXPECT_EQ(look("noisy", 0, true, Bearing::kAgrees).verdict, FileVerdict::kMalicious);
}

TEST_F(YaraCheck, OthersMakeItSuspicious) {
  load();
  const FileReport report = look("an odd one");
  EXPECT_EQ(report.verdict, FileVerdict::kSuspicious);
  EXPECT_EQ(rules_->file_rules()[report.hits.at(0).rule].verdict, Verdict::kNone);
  EXPECT_TRUE(rules_->file_rules()[report.hits[0].rule].entry.techniques.empty());
  EXPECT_TRUE(look("nothing").is_empty());
}

TEST_F(YaraCheck, WideTextIsShownWithoutItsZeros) {
  const std::string wide("x\0o\0d\0d\0", 8);
  const std::string path =
      folder_.write("w.yar", "rule w { strings: $a = \"odd\" wide condition: $a }");
  RulesetOptions options;
  options.yara_paths = {path};
  rules_ = std::move(Ruleset::load(options)).value();
  check_ = make_yara_check(rules_->yara(), rules_->file_rules(), limits_);
  const FileReport report = look(wide);
  ASSERT_EQ(report.hits.size(), 1U);
  EXPECT_EQ(report.hits[0].because.at(0).value, "odd");
  EXPECT_EQ(report.hits[0].because[0].reading, "utf-16le");
  EXPECT_EQ(report.hits[0].length_bytes, 6U);
}

TEST_F(YaraCheck, ARuleWithoutStringsSpeaksOfTheWholeFile) {
  load();
  const FileReport report = look("abc");
  ASSERT_EQ(report.hits.size(), 1U);
  EXPECT_EQ(report.hits[0].offset_bytes, 0U);
  EXPECT_EQ(report.hits[0].length_bytes, 3U);
  EXPECT_TRUE(report.hits[0].because.empty());
}

TEST_F(YaraCheck, DisabledRulesSayNothing) {
  RulesetOptions options;
  options.level_min = Level::kHigh;
  options.excluded_ids = {"inert_empty"};
  load(options);
  EXPECT_TRUE(look("an odd one").is_empty());
  EXPECT_TRUE(look("abc").is_empty());
  EXPECT_FALSE(look("inert_request( inert_run(").is_empty());
  std::vector<std::string> whys;
  for (const LedgerEntry& entry : rules_->ledger()) whys.push_back(entry.why);
  EXPECT_EQ(whys, (std::vector<std::string>{"", "Its level is below high.",
                                            "Its level is below high.", "Excluded by its id."}));
}

TEST_F(YaraCheck, RulesChangeTheDigestAndUnknownIdsAreRefused) {
  load();
  const Sha256 digest = rules_->digest();
  folder_.write("b.yar", "rule another { condition: false }");
  RulesetOptions options;
  options.yara_paths = {folder_.file("a.yar"), folder_.file("b.yar")};
  EXPECT_NE(std::move(Ruleset::load(options)).value()->digest(), digest);
  options.excluded_ids = {"nobody"};
  EXPECT_EQ(Ruleset::load(options).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(yara_rule_files({folder_.path()}).size(), 2U);
}

}  // namespace
}  // namespace pugmark::files

#include "detect/files/script_check.h"

#include <cmath>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <string>

#include "base/digest.h"
#include "detect/ruleset.h"
#include "detect/script/model/features.h"
#include "detect/script/model/model.h"
#include "detect/script/model/token_profile.h"

namespace pugmark::files {
namespace {

// Listing a folder that a request names is no sink that could be planted, and a reason all the
// same.
constexpr std::string_view kListing =
    "$d = $_GET['d'];\nopendir($d); unlink($d); $f = fopen($d, 'w');"
    "fwrite($f, $_GET['t']);\n";

// Gives every PHP page the same score, and each run of tokens weighs something.
script::Model model_that_says(double score) {
  std::string names;
  for (const std::string& name : script::feature_names()) names += name + '\n';
  auto model = script::Model::parse(fmt::format(
      "pugmark-script-model 1\nfeatures {}\nlist 0\ntrained php on 1 bad and 1 benign files\n"
      "page php\nthresholds 0.9 0.6 0.5 0.1\ngrams 0.5 -1\nweights {}\nbias {}\ntree\nleaf 0\n",
      to_hex(sha256(as_bytes(names))).substr(0, 16),
      std::string(script::TokenProfile::kBucketsCount, 'Q'), std::log(score / (1 - score))));
  EXPECT_TRUE(model) << model.error().message;
  return std::move(model).value();
}

FileReport look(std::string_view text, std::string_view path, std::uint64_t offset_bytes = 0,
                const script::Model* model = nullptr, FileKind kind = FileKind::kScript,
                TextEncoding encoding = TextEncoding::kAscii) {
  const std::vector<FileRule> rules = rules_of_scripts();
  const auto check = make_script_check(rules, 0, model);
  const std::string padded = std::string(text) + std::string(kBlockPadding, '\0');
  FileAttributes attributes;
  FileView file;
  file.path = path;
  file.bytes = as_bytes(padded).first(text.size());
  file.offset_bytes = offset_bytes;
  file.is_whole = offset_bytes == 0;
  file.size_bytes = offset_bytes + text.size();
  file.attributes = &attributes;
  file.nature.kind = kind;
  file.nature.encoding = encoding;
  FileReport report;
  const std::atomic<bool> stop = false;
  EXPECT_TRUE(check->look(file, stop, report));
  return report;
}

TEST(ScriptCheck, TellsPathsOfAScript) {
  const FileReport report = look("<?php " + std::string(kListing), "x.php");
  EXPECT_EQ(report.verdict, FileVerdict::kSuspicious);
  EXPECT_EQ(report.kind, BackdoorKind::kFileManager);
  ASSERT_EQ(report.hits.size(), 1U);
  EXPECT_EQ(rules_of_scripts()[report.hits[0].rule].entry.rule_id, "script-may-be-backdoor");
  EXPECT_TRUE(report.gaps.empty());
  EXPECT_FALSE(report.score.has_value());
  EXPECT_EQ(look("<?php echo 1;", "x.php").verdict, FileVerdict::kClean);
  EXPECT_EQ(look("<?php echo 1;", "x.php").language, "php");
}

TEST(ScriptCheck, ReadsLaterPartsInTheEncodingOfTheFile) {
  for (const bool is_little : {true, false}) {
    std::string wide;
    for (const char c : kListing) {
      if (!is_little) wide += '\0';
      wide += c;
      if (is_little) wide += '\0';
    }
    const FileReport report = look(wide, "x.php", 1'000, nullptr, FileKind::kScript,
                                   is_little ? TextEncoding::kUtf16Le : TextEncoding::kUtf16Be);
    EXPECT_EQ(report.verdict, FileVerdict::kSuspicious) << is_little;
    ASSERT_FALSE(report.reasons.empty());
    const FileStep& source = report.reasons[0].steps[0];
    EXPECT_EQ(source.text, "$_GET['d']");
    EXPECT_EQ(source.offset_bytes, 1'000 + 2 * std::string_view(kListing).find("$_GET['d']"));
    EXPECT_EQ(source.length_bytes, 20U);
  }
}

// A part of a large script begins anywhere.
TEST(ScriptCheck, ReadsLaterPartsAsCodeToo) {
  const FileReport report = look(kListing, "x.php", 1'000);
  EXPECT_EQ(report.verdict, FileVerdict::kSuspicious);
  ASSERT_FALSE(report.reasons.empty());
  EXPECT_EQ(report.reasons[0].steps[0].offset_bytes, 1'000 + kListing.find("$_GET"));
  ASSERT_EQ(report.gaps.size(), 1U);
  EXPECT_EQ(report.gaps[0].kind, GapKind::kLimit);
  // One that begins outside of code is read as that.
  const FileReport outside = look("<p>isn't</p><?php " + std::string(kListing), "x.php", 1'000);
  EXPECT_EQ(outside.verdict, FileVerdict::kSuspicious);
  EXPECT_EQ(look(kListing, "x.php").verdict, FileVerdict::kClean);
}

// "rule: because; because", where it stands; "" if there is no finding.
std::string finding_of(const FileReport& report) {
  if (report.hits.empty()) return "";
  EXPECT_EQ(report.hits.size(), 1U);
  std::string text = rules_of_scripts()[report.hits[0].rule].entry.rule_id + ':';
  for (const Because& because : report.hits[0].because) {
    text += fmt::format(" {} {}", because.field, because.value);
    if (!because.pattern.empty()) text += fmt::format(" ({})", because.pattern);
    if (because.offset_bytes) text += fmt::format(" @{}", *because.offset_bytes);
    text += ';';
  }
  return text;
}

TEST(ScriptCheck, SaysWhatAScoreAloneRestsOn) {
  const std::string text = "<?php $a = trim($b) . 'c'; echo $a;";
  const auto with = [&](double score) {
    const script::Model model = model_that_says(score);
    return look(text, "x.php", 0, &model);
  };
  EXPECT_EQ(with(0.05).verdict, FileVerdict::kClean);
  EXPECT_EQ(with(0.05).bearing, Bearing::kAgainst);
  EXPECT_EQ(finding_of(with(0.05)), "");
  const FileReport suspicious = with(0.7);
  EXPECT_EQ(suspicious.verdict, FileVerdict::kSuspicious);
  const std::string found = finding_of(suspicious);
  EXPECT_TRUE(
      found.starts_with("script-resembles-backdoors: sign the trained model scores it "
                        "0.7000: suspicious from 0.6000, malicious from 0.9000; sign "))
      << found;
  // The telling tokens, each at its place.
  ASSERT_EQ(suspicious.hits[0].because.size(), 4U);
  for (std::size_t i = 1; i < 4; ++i) {
    const Because& because = suspicious.hits[0].because[i];
    EXPECT_EQ(because.pattern, "most telling tokens");
    EXPECT_EQ(text.substr(because.offset_bytes.value_or(0), because.value.size()), because.value);
  }
  const FileReport malicious = with(0.95);
  EXPECT_EQ(malicious.verdict, FileVerdict::kMalicious);
  EXPECT_TRUE(
      finding_of(malicious).starts_with("script-like-backdoors: sign the trained model "
                                        "scores it 0.9500"));
  EXPECT_EQ(malicious.hits[0].length_bytes, text.size()) << "it speaks of the whole";
}

TEST(ScriptCheck, KeepsToThePathWhereThereIsOne) {
  const script::Model model = model_that_says(0.7);
  const std::string text = "<?php " + std::string(kListing);
  const FileReport report = look(text, "x.php", 0, &model);
  const std::string found = finding_of(report);
  EXPECT_TRUE(found.starts_with("script-may-be-backdoor: source $_GET['")) << found;
  EXPECT_EQ(found.find("trained model"), std::string::npos) << found;
  // The file has both, the path first.
  ASSERT_GE(report.reasons.size(), 2U);
  EXPECT_EQ(report.reasons.front().steps.back().role, FileStep::Role::kSink);
  EXPECT_EQ(report.reasons.back().steps.front().what.substr(0, 17), "the trained model");
}

TEST(ScriptCheck, SaysWhatIsWrongWithCodeInAnImage) {
  EXPECT_EQ(finding_of(look("GIF89a<?php echo 1;", "x.php", 0, nullptr, FileKind::kImage)),
            "script-in-other-file: sign a server would execute php in it;");
}

// Eight paths are told. How many more there are is said, and they are no steps.
TEST(ScriptCheck, CountsPathsApartFromSteps) {
  std::string text = "<?php ";
  for (int i = 0; i < 8; ++i) text += fmt::format("unlink($_GET['a{}']);", i);
  const std::string extra = "fwrite(fopen($_GET['f'], 'w'), $_GET['t']);";
  const auto sinks_of = [](const FileReport& report) {
    std::size_t count = 0;
    for (const Reason& reason : report.reasons)
      for (const FileStep& step : reason.steps) count += step.role == FileStep::Role::kSink ? 1 : 0;
    return count;
  };
  const FileReport many = look(text + extra + "unlink($_GET['b']);", "x.php");
  EXPECT_EQ(sinks_of(many), 8U);
  EXPECT_EQ(many.unlisted_steps_count, 0U);
  ASSERT_FALSE(many.reasons.empty());
  EXPECT_EQ(many.reasons[0].steps[0].what.substr(1),
            " more paths than told here were found, and "
            "only counted");
  // In front, so that the limit file-steps leaves it.
  for (const Reason& reason : many.reasons) EXPECT_LE(reason.weight, many.reasons[0].weight);
  const FileReport few = look("<?php " + extra, "x.php");
  EXPECT_EQ(few.reasons[0].steps[0].role, FileStep::Role::kSource);
}

}  // namespace
}  // namespace pugmark::files

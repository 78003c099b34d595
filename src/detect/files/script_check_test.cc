#include "detect/files/script_check.h"

#include <gtest/gtest.h>
#include <string>

#include "detect/ruleset.h"

namespace pugmark::files {
namespace {

// Listing a folder that a request names is no sink that could be planted, and a reason all the
// same.
constexpr std::string_view kListing =
    "$d = $_GET['d'];\nopendir($d); unlink($d); $f = fopen($d, 'w');"
    "fwrite($f, $_GET['t']);\n";

FileReport look(std::string_view text, std::string_view path, std::uint64_t offset_bytes = 0) {
  const std::vector<FileRule> rules = rules_of_scripts();
  const auto check = make_script_check(rules, 0, nullptr);
  const std::string padded = std::string(text) + std::string(kBlockPadding, '\0');
  FileAttributes attributes;
  FileView file;
  file.path = path;
  file.bytes = as_bytes(padded).first(text.size());
  file.offset_bytes = offset_bytes;
  file.is_whole = offset_bytes == 0;
  file.size_bytes = offset_bytes + text.size();
  file.attributes = &attributes;
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

}  // namespace
}  // namespace pugmark::files

#include "detect/files/list_check.h"

#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "base/limits.h"
#include "detect/indicators/rules.h"

namespace pugmark::files {
namespace {

const std::string kMd5 = "0123456789abcdef0123456789abcdef";
const std::string kSha1 = "0123456789abcdef0123456789abcdef01234567";
const std::string kSha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

template <std::size_t kSize>
std::array<std::byte, kSize> made_digest() {
  std::array<std::byte, kSize> bytes{};
  for (std::size_t i = 0; i < kSize; ++i) {
    const std::size_t high = 2 * i % 16;
    bytes[i] = static_cast<std::byte>(16 * high + high + 1);
  }
  return bytes;
}

Item made_item(const std::string& path) {
  Item item;
  item.path = path;
  item.size_bytes = 5;
  item.sha256 = made_digest<32>();
  auto weak = std::make_shared<WeakDigests>();
  weak->md5 = made_digest<16>();
  weak->sha1 = made_digest<20>();
  item.weak_digests = std::move(weak);
  return item;
}

ListCheck check_of(const std::string& file, const std::string& text) {
  return ListCheck({indicators::parse_list(file, text, Limits{})});
}

std::string words(const ListCheck& check, const Item& item, bool is_log = false) {
  const FileReport report = check.report_on(item, is_log, check.rules(), 10);
  std::string text(to_string(report.verdict));
  for (const RuleHit& hit : report.hits) {
    text += "; rule " + std::to_string(hit.rule) + ":";
    for (const Because& one : hit.because) text += " " + one.field + "=" + one.value;
  }
  return text;
}

TEST(ListCheck, ADigestMakesAFileMaliciousAndANameSuspicious) {
  const ListCheck check = check_of("a", kMd5 + "\n" + kSha1 + "\n" + kSha256 + "\nx.exe\n");
  ASSERT_EQ(check.rules().size(), 2U);
  EXPECT_EQ(check.rules()[0].entry.level, Level::kHigh);
  EXPECT_EQ(check.rules()[0].verdict, Verdict::kPlanted);
  EXPECT_EQ(check.rules()[1].entry.level, Level::kMedium);
  EXPECT_EQ(check.rules()[1].verdict, Verdict::kNone);
  const std::string digests = "rule 10: MD5=" + kMd5 + " SHA1=" + kSha1 + " SHA256=" + kSha256;
  EXPECT_EQ(words(check, made_item("f")), "malicious; " + digests);
  EXPECT_EQ(words(check, made_item("a/x.exe")),
            "malicious; " + digests + "; rule 11: Path=a/x.exe");
  Item other = made_item("a/X.EXE");
  other.sha256.reset();
  other.weak_digests.reset();
  EXPECT_EQ(words(check, other), "suspicious; rule 11: Path=a/X.EXE");
  other.path = "a/y.exe";
  EXPECT_EQ(words(check, other), "clean");
}

// Its collector chose what a log is called.
TEST(ListCheck, OfALogOnlyTheDigestCounts) {
  const ListCheck check = check_of("a", "x.exe\n" + kSha256 + "\n");
  EXPECT_EQ(words(check, made_item("a/x.exe"), true), "malicious; rule 10: SHA256=" + kSha256);
}

TEST(ListCheck, WhatAListDoubtsItselfIsSuspicious) {
  const std::string rows = "type,value,to_ids\nmd5," + kMd5 + ",0\n";
  const ListCheck doubted = check_of("a.csv", rows);
  ASSERT_EQ(doubted.rules().size(), 1U);
  EXPECT_EQ(doubted.rules()[0].entry.level, Level::kMedium);
  EXPECT_EQ(doubted.rules()[0].entry.rule_title, "File on the list a.csv, which doubts it itself");
  EXPECT_EQ(words(doubted, made_item("f")), "suspicious; rule 10: MD5=" + kMd5);
  const ListCheck both = check_of("a.csv", rows + "md5," + kMd5 + ",1\n");
  EXPECT_EQ(words(both, made_item("f")), "malicious; rule 10: MD5=" + kMd5);
}

TEST(ListCheck, AsksForNoDigestsThatNoRuleInUseNeeds) {
  const ListCheck check = check_of("a", kMd5 + "\n");
  EXPECT_TRUE(check.wants_md5(check.rules()));
  EXPECT_FALSE(check.wants_sha1(check.rules()));
  std::vector<FileRule> disabled(check.rules().begin(), check.rules().end());
  disabled[0].entry.state = RuleState::kDisabled;
  EXPECT_FALSE(check.wants_md5(disabled));
  EXPECT_TRUE(check.report_on(made_item("f"), false, disabled, 0).is_empty());
}

TEST(ListCheck, AListWithNothingAboutFilesHasNoRules) {
  EXPECT_TRUE(check_of("a", "192.0.2.1\nbad.example.org\n").rules().empty());
}

// What a rule is called follows from what it looks for.
TEST(ListCheck, TheIdOfARuleFollowsFromItsValues) {
  const ListCheck one = check_of("a", kMd5 + "\n" + kSha1 + "\n");
  const ListCheck other = check_of("b", kSha1 + "\n" + kMd5 + "\n");
  const ListCheck more = check_of("a", kMd5 + "\n");
  EXPECT_EQ(one.rules()[0].entry.rule_id, other.rules()[0].entry.rule_id);
  EXPECT_NE(one.rules()[0].entry.rule_id, more.rules()[0].entry.rule_id);
}

// The same entries are looked for in events, by other rules.
TEST(ListCheck, ItsRulesHaveOtherIdsThanThoseForEvents) {
  const std::vector<indicators::List> lists = {
      indicators::parse_list("a", kMd5 + "\nx.exe\n", Limits{})};
  sigma::RuleSet of_events;
  indicators::add_to_rules(lists, of_events);
  const ListCheck check(lists);
  ASSERT_EQ(of_events.rules.size(), 2U);
  ASSERT_EQ(check.rules().size(), 2U);
  for (const sigma::Rule& of_event : of_events.rules) {
    for (const FileRule& rule : check.rules()) EXPECT_NE(rule.entry.rule_id, of_event.id);
  }
}

}  // namespace
}  // namespace pugmark::files

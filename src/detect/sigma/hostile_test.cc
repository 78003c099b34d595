// Short rule files that stand for more memory or time than a machine has: each must end at a limit
// that the rejection names.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/sigma/conformance_testing.h"
#include "detect/sigma/parse.h"

namespace pugmark::sigma {
namespace {

RuleSet read(std::string_view text, const Limits& limits = {}) {
  std::vector<ParsedFile> files;
  files.push_back(parse_rule_file("r.yml", text, {limits, {{"many", {"aa", "bb", "cc"}}}, {}}));
  return link(std::move(files), limits);
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (; times > 0; --times) all += text;
  return all;
}

void expect_limit(std::string_view text, std::string_view limit, const Limits& limits = {}) {
  const RuleSet set = read(text, limits);
  ASSERT_FALSE(set.rejected.empty()) << text.substr(0, 200);
  for (const RejectedRule& rejected : set.rejected)
    EXPECT_NE(rejected.what.find("(limit " + std::string(limit) + ")"), std::string::npos)
        << rejected.message();
}

// Under a limit that is a tenth of the usual one, so that the tests are quick.
void expect_limit_of_value(const std::string& item, std::string_view limit) {
  Limits limits;
  limits.rule_expanded_bytes = 12'000'000;
  expect_limit(rule_around("sel: {" + item + "}", "sel"), limit, limits);
}

TEST(SigmaHostile, LongValuesTimesManyDashes) {
  // 15,625 variants of 100 kB.
  expect_limit_of_value("F|windash: '" + std::string(100'000, 'x') + repeated(" -a", 6) + "'",
                        "rule-expanded-bytes");
}

TEST(SigmaHostile, EncodingsOfEncodings) {
  expect_limit_of_value("F" + repeated("|base64offset", 40) + ": abc", "rule-expanded-bytes");
  expect_limit_of_value("F" + repeated("|base64", 100) + ": abc", "rule-expanded-bytes");
  expect_limit_of_value("F" + repeated("|utf16", 60) + ": abc", "rule-expanded-bytes");
}

TEST(SigmaHostile, PlaceholdersOfLongTexts) {
  expect_limit_of_value(
      "F|expand: '" + repeated("%many%", 10) + std::string(100'000, 'x') + "'",
      "rule-expanded-bytes");
}

TEST(SigmaHostile, WildcardsWithoutEnd) {
  expect_limit_of_value("F: '" + repeated("?*", 2'000'000) + "'", "rule-expanded-bytes");
}

TEST(SigmaHostile, ExpressionsThatCompileToALot) {
  std::string list;
  for (int i = 0; i < 200; ++i)
    list += (i > 0 ? ", 'a" : "'a") + std::to_string(i) + "[^b]{999}c{999}'";
  expect_limit_of_value("F|re: [" + list + "]", "rule-expanded-bytes");
}

TEST(SigmaHostile, ExpressionsTooLargeToCompileArePaidForToo) {
  const std::string one = rule_around(
      "sel: {F|re: '" + repeated("[^b]{999}", 60) + "'}", "sel");
  std::string text = one;
  for (int i = 0; i < 40; ++i) text += "---\n" + one;
  const RuleSet set = read(text);
  ASSERT_EQ(set.rejected.size(), 41U);
  EXPECT_NE(set.rejected.front().what.find("cannot be used"), std::string::npos);
  EXPECT_NE(set.rejected.back().what.find("(limit rule-expanded-bytes)"), std::string::npos);
}

TEST(SigmaHostile, ConditionsThatRepeatALargeIdentifier) {
  std::string values, conditions;
  for (int i = 0; i < 20'000; ++i) values += (i > 0 ? ", v" : "v") + std::to_string(i);
  for (int i = 0; i < 1'000; ++i) conditions += i > 0 ? ", sel" : "sel";
  expect_limit("title: t\nlogsource: {product: windows}\ndetection: {sel: {F: [" + values +
                   "]}, condition: [" + conditions + "]}\n",
               "rule-expanded-bytes");
}

TEST(SigmaHostile, NamePatternsOverManyIdentifiers) {
  std::string identifiers;
  for (int i = 0; i < 20'000; ++i) identifiers += "a" + std::to_string(i) + ": {F: 1}\n";
  const std::string condition = repeated("1 of a1 or ", 20'000) + "a1";
  expect_limit(rule_around(identifiers, condition), "rule-expanded-bytes");
}

TEST(SigmaHostile, TemplatesLaidOverManyDocuments) {
  std::string text = "action: global\ntitle: t\nlogsource: {product: windows}\ndescription: " +
                     std::string(1'000'000, 'x') + "\ndetection: {condition: s}\n";
  for (int i = 0; i < 1'000; ++i) text += "---\ndetection: {s: {F: 1}}\n";
  const RuleSet set = read(text);
  EXPECT_GT(set.rules.size(), 10U);
  ASSERT_GT(set.rejected.size(), 500U);
  EXPECT_EQ(set.rules.size() + set.rejected.size(), 1'000U);
  EXPECT_NE(set.rejected.front().what.find("(limit rule-expanded-bytes)"), std::string::npos);
}

TEST(SigmaHostile, AliasesOfALongText) {
  std::string text = "a: &a " + std::string(100'000, 'x') + "\nb: [*a";
  expect_limit(text + repeated(", *a", 10'000) + "]\n", "rule-file-bytes");
}

TEST(SigmaHostile, ManyFiltersOnManyRules) {
  std::string rules, filter_values;
  for (int i = 0; i < 1'000; ++i) rules += rule_around("sel: {A: 1}", "sel") + "---\n";
  for (int i = 0; i < 2'000; ++i) filter_values += (i > 0 ? ", v" : "v") + std::to_string(i);
  const std::string filter =
      "title: f\nlogsource: {product: windows}\n"
      "filter: {rules: any, s: {F: [" + filter_values + "]}, condition: not s}\n";
  const RuleSet set = read(rules + filter);
  EXPECT_EQ(set.rules.size(), 1'000U);
  EXPECT_TRUE(set.filters.empty());
  ASSERT_EQ(set.rejected.size(), 1U);
  EXPECT_NE(set.rejected[0].what.find("(limit rule-expanded-bytes)"), std::string::npos);
  EXPECT_EQ(set.rejected[0].kind, "filter");
  for (const Rule& rule : set.rules) ASSERT_EQ(rule.predicates.size(), 1U);
}

TEST(SigmaHostile, OneFilterTooMany) {
  Limits limits;
  limits.rule_filters = 2;
  std::string text = rule_around("sel: {A: 1}", "sel");
  for (int i = 0; i < 3; ++i)
    text += "---\ntitle: f\nlogsource: {product: windows}\n"
            "filter: {rules: any, s: {B: 1}, condition: not s}\n";
  const RuleSet set = read(text, limits);
  ASSERT_EQ(set.rejected.size(), 1U);
  EXPECT_NE(set.rejected[0].what.find("(limit rule-filters)"), std::string::npos);
  EXPECT_EQ(set.rejected[0].line, 16U);
  EXPECT_EQ(set.filters.size(), 2U);
  EXPECT_EQ(set.rules[0].applied_filters.size(), 2U);
}

TEST(SigmaHostile, CorrelationsOfVeryManyNames) {
  std::string condition = "r0", fields = "f0";
  for (int i = 1; i < 50'000; ++i) condition += " or r" + std::to_string(i);
  for (int i = 1; i < 1'000; ++i) fields += ", f" + std::to_string(i);
  const RuleSet names = read("title: c\ncorrelation: {type: temporal, timespan: 1s, condition: " +
                             condition + "}\n");
  ASSERT_EQ(names.rejected.size(), 1U);
  EXPECT_EQ(names.rejected[0].what, "The correlation lists more than 64 rules.");
  const RuleSet groups = read("title: c\ncorrelation: {type: temporal, rules: [a], timespan: 1s, "
                              "group-by: [" + fields + "]}\n");
  ASSERT_EQ(groups.rejected.size(), 1U);
  EXPECT_NE(groups.rejected[0].what.find("1000 fields under 'group-by'"), std::string::npos);
}

// Each refers to the next, so that they must be taken from the last to the first.
TEST(SigmaHostile, LongChainsOfCorrelations) {
  constexpr std::size_t kCount = 20'000;
  std::string text = "name: c" + std::to_string(kCount) + "\n" + rule_around("sel: {A: 1}", "sel");
  for (std::size_t i = 0; i < kCount; ++i) {
    text += "---\ntitle: c\nname: c" + std::to_string(i) +
            "\ncorrelation: {type: event_count, timespan: 1s, condition: {gte: 1}, rules: [c" +
            std::to_string(i + 1) + "]}\n";
  }
  const RuleSet set = read(text);
  EXPECT_TRUE(set.rejected.empty());
  ASSERT_EQ(set.correlations.size(), kCount);
  EXPECT_EQ(set.correlations.front().name, "c" + std::to_string(kCount - 1));
  EXPECT_EQ(set.correlations.back().name, "c0");
}

TEST(SigmaHostile, WildcardsInTheSamePlacesOfTheSameLiterals) {
  // 2^14 patterns that differ in nothing but the kind of each wildcard.
  std::string values;
  for (unsigned bits = 0; bits < (1U << 14U); ++bits) {
    values += bits > 0 ? ", 'a" : "'a";
    for (unsigned i = 0; i < 14; ++i) values += (bits >> i & 1U) != 0 ? "?a" : "*a";
    values += "'";
  }
  const RuleSet set = read(rule_around("sel: {F: [" + values + "]}", "sel"));
  ASSERT_EQ(set.rules.size(), 1U);
  EXPECT_EQ(set.rules[0].predicates.size(), std::size_t{1} << 14U);
}

}  // namespace
}  // namespace pugmark::sigma

// Rule files that stand for more memory or time than a machine has, or that are known to end or to
// mislead libyara: each ends at a rejection that says why, and the rules beside it run.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "base/folder_testing.h"
#include "detect/yara/rules.h"
#include "detect/yara/scanner.h"

namespace pugmark::yara {
namespace {

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (; times > 0; --times) all += text;
  return all;
}

std::unique_ptr<Rules> load(const std::string& text, const Limits& limits = {}) {
  const pugmark::testing::TemporaryFolder folder;
  folder.write("a.yar", text + "\nrule last { strings: $a = \"last\" condition: $a }");
  RulesOptions options;
  options.paths.emplace_back(folder.path());
  options.limits = limits;
  auto rules = Rules::load(options);
  EXPECT_TRUE(rules.ok());
  return std::move(rules).value();
}

// Why the first rule is rejected. The last one runs and finds something.
std::string rejection(const std::string& text, const Limits& limits = {}) {
  const auto rules = load(text, limits);
  EXPECT_EQ(rules->rules().size(), 1U);
  Scanner scanner(*rules, limits);
  EXPECT_EQ(scanner.scan(whole_file(as_bytes("the last")), {}, nullptr).matches.size(), 1U);
  return rules->rejected().empty() ? "" : rules->rejected().front().what;
}

std::string many_strings(std::size_t count, std::string_view modifiers) {
  std::string text = "rule many { strings:\n";
  for (std::size_t i = 0; i < count; ++i)
    text +=
        fmt::format("$s{} = \"{:08x}\" {}\n", i, i * 2'654'435'761U % 4'294'967'296U, modifiers);
  return text + "condition: any of them }";
}

TEST(YaraHostile, TooManyStrings) {
  EXPECT_EQ(rejection(many_strings(10'001, "")),
            "libyara: too many strings in rule \"many\" (limit: 10000).");
  const std::string_view limit =
      "With it the file has too many strings, in all spellings (limit yara-states).";
  EXPECT_EQ(rejection(many_strings(100'000, "nocase")), limit);
  EXPECT_EQ(rejection(many_strings(2'000, "xor")), limit);
  // Not by the rule of thumb but by what libyara makes of them.
  Limits limits;
  limits.yara_states = 10'000;
  const auto rules = load(many_strings(9'000, ""), limits);
  EXPECT_EQ(rules->rules().size(), 0U);
  ASSERT_EQ(rules->rejected().size(), 2U);
  EXPECT_NE(rules->rejected()[0].what.find("(limit yara-states)"), std::string::npos);
}

TEST(YaraHostile, DeepNesting) {
  const std::size_t deep = 100'000;
  EXPECT_NE(
      rejection("rule a { condition: " + repeated("(", deep) + "true" + repeated(")", deep) + " }"),
      "");
  EXPECT_NE(rejection("rule a { condition: " + repeated("not ", deep) + "true }"), "");
  // libyara takes this one.
  EXPECT_EQ(load("rule a { strings: $a = /" + repeated("(", 4'000) + "a" + repeated(")", 4'000) +
                 "/ condition: $a }")
                ->rules()
                .size(),
            2U);
  EXPECT_NE(rejection("rule a { strings: $a = { " + repeated("(41|", 5'000) + " } condition: $a }"),
            "");
  EXPECT_NE(rejection(repeated("{ ", deep)), "");
  EXPECT_NE(rejection("rule a { strings: $a = " + repeated("{ ", deep) + " condition: $a }"), "");
}

TEST(YaraHostile, LongWords) {
  EXPECT_NE(rejection("rule " + std::string(5'000, 'a') + " { condition: true }"), "");
  EXPECT_NE(
      rejection("rule a { strings: $a = \"" + std::string(100'000, 'a') + "\" condition: $a }"),
      "");
  EXPECT_NE(rejection("rule a { strings: $a = /" + std::string(100'000, 'a') + "/ condition: $a }"),
            "");
}

TEST(YaraHostile, StringsThatEndLibyara) {
  EXPECT_EQ(rejection("rule a { strings: $a = { 31 [-] [8-] [-] 30 } condition: $a }"),
            "Two jumps stand side by side in a hexadecimal string. Make them one.");
}

TEST(YaraHostile, RegularExpressionsThatStandForLargeOnes) {
  for (const char* bomb :
       {"((a{1,1000}){1,1000}){1,1000}b", "(abc{1,1000}){1,1000}", "a.*.*.*.*.*b",
        "(a|b|c|d|e|f|g|h){30000}", "([a-z]{1,30000}){1,30000}"}) {
    Limits limits;
    limits.yara_seconds = 5;
    const auto rules =
        load(fmt::format("rule a {{ strings: $a = /{}/ condition: $a }}", bomb), limits);
    Scanner scanner(*rules, limits);
    const std::string text = "last " + std::string(3'000, 'a') + "bcd";
    const Scan& scan = scanner.scan(whole_file(as_bytes(text)), {}, nullptr);
    EXPECT_EQ(scan.end, Scan::End::kComplete) << bomb;
    EXPECT_FALSE(scan.matches.empty()) << bomb;
  }
}

TEST(YaraHostile, ManyBrokenRules) {
  // What libyara names all at once, what it names one by one, and what depends on it.
  std::string text = "rule r { condition: nothing }\n";
  for (int i = 0; i < 3'000; ++i)
    text += fmt::format("rule r{0} {{ condition: r{1} or r }}\n", i + 1, i);
  EXPECT_EQ(load(text)->rejected().size(), 3'001U);
  text.clear();
  for (int i = 0; i < 300; ++i)
    text += fmt::format("rule r{} {{ strings: $a = \"x\n condition: $a }}\n", i);
  EXPECT_EQ(load(text)->rejected().size(), 300U);
}

TEST(YaraHostile, RulesRejectedOneByOneHaveALimit) {
  std::string text;
  for (int i = 0; i < 300; ++i)
    text += fmt::format("rule r{} {{ strings: $a = \"x\n condition: $a }}\n", i);
  Limits limits;
  limits.rule_expanded_bytes = 100'000;
  const auto rules = load(text, limits);
  EXPECT_EQ(rules->rules().size(), 0U);
  EXPECT_EQ(rules->rejected().size(), 301U);
  EXPECT_NE(rules->rejected().back().what.find("(limit rule-expanded-bytes)"), std::string::npos);
}

}  // namespace
}  // namespace pugmark::yara

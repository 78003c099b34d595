#include "detect/yara/source.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace pugmark::yara {
namespace {

using Kind = Statement::Kind;

// "r:name" for each rule, "i:", "+:" and "?:" for imports, includes and the rest.
std::vector<std::string> outline(std::string_view text) {
  std::vector<std::string> lines;
  for (const Statement& statement : split_source(text)) {
    const char kind = "i+r?"[static_cast<std::size_t>(statement.kind)];
    lines.push_back(std::string(1, kind) + (statement.fault.empty() ? ":" : "!") +
                    std::string(statement.kind == Kind::kOther ? statement.text : statement.name));
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(YaraSource, IsTakenApart) {
  const std::string_view text =
      "// rule no { }\n"
      "import \"math\"\n"
      "/* rule no\n { } */ include \"other.yar\"\n"
      "private global rule one : tag other { condition: true }\n"
      "rule two{strings:$a=\"rule x { }\" $b=/rule }[/\\/]\"/ $c={ 41 [2] /* } */ 42 }\n"
      "condition: any of them }rule three { condition: false }";
  EXPECT_EQ(outline(text), (Lines{"i:math", "+:other.yar", "r:one", "r:two", "r:three"}));
  const std::vector<Statement> statements = split_source(text);
  EXPECT_EQ(statements[0].line, 2U);
  EXPECT_EQ(statements[1].line, 4U);
  EXPECT_TRUE(statements[2].is_private && statements[2].is_global);
  EXPECT_EQ(statements[2].text, "private global rule one : tag other { condition: true }");
  EXPECT_FALSE(statements[3].is_private || statements[3].is_global);
  EXPECT_EQ(statements[3].line, 6U);
  EXPECT_EQ(statements[4].line, 7U);
}

TEST(YaraSource, ARuleThatDoesNotEndTakesNoOtherWithIt) {
  const std::string_view end = "\nrule after { condition: true }";
  const auto behind = [&](std::string_view broken) {
    return outline(std::string(broken) + std::string(end));
  };
  EXPECT_EQ(behind("rule a { condition: true"), (Lines{"r!a", "r:after"}));
  EXPECT_EQ(behind("rule a { strings: $a = { 41 42 condition: $a }"), (Lines{"r:a", "r:after"}));
  EXPECT_EQ(behind("rule a { strings: $a = \"not closed }"), (Lines{"r!a", "r:after"}));
  EXPECT_EQ(behind("rule a { strings: $a = /not closed }"), (Lines{"r!a", "r:after"}));
  EXPECT_EQ(behind("rule a"), (Lines{"r!a", "r:after"}));
  EXPECT_EQ(behind("rule"), (Lines{"r!", "r:after"}));
  EXPECT_EQ(behind("rule a { condition: true } }"), (Lines{"r:a", "?:}", "r:after"}));
  EXPECT_EQ(behind("hello \"world\""), (Lines{"?:hello \"world\"", "r:after"}));
  EXPECT_EQ(behind("import math"), (Lines{"?:import", "?:math", "r:after"}));
  EXPECT_EQ(outline("rule a { condition: true import \"math\" rule b {condition: true}"),
            (Lines{"r!a", "i:math", "r:b"}));
  EXPECT_EQ(outline("rule a {"), (Lines{"r!a"}));
  EXPECT_EQ(outline("private"), (Lines{"?:private"}));
  EXPECT_EQ(outline("/* rule a { condition: true }"), Lines{});
  EXPECT_EQ(outline(""), Lines{});
}

TEST(YaraSource, ModifiersBelongToTheRuleBehindThemOnItsLine) {
  const auto next = [](std::string_view text) { return split_source(text).at(1); };
  EXPECT_TRUE(next("rule a { condition: x\nprivate rule b { condition: true }").is_private);
  // The word may be the last of a string of the rule that does not end. Were it taken for the
  // next rule's, that rule would never be a finding.
  const Statement rule = next("rule a { strings: $a = \"x\" private\nrule b { condition: true }");
  EXPECT_FALSE(rule.is_private);
  EXPECT_EQ(rule.name, "b");
}

TEST(YaraSource, StringsOfARule) {
  const std::vector<Statement> statements = split_source(
      "rule a { meta: x = \"$no = 1\" strings:\n $one = \"a\\\"=b\" nocase wide // ascii\n"
      "$ = { 41\n42 } $re = /a=b/i fullword condition: $one or #re > 1 }");
  ASSERT_EQ(statements.size(), 1U);
  const auto& strings = statements[0].strings;
  ASSERT_EQ(strings.size(), 3U);
  EXPECT_EQ(strings[0].name, "$one");
  EXPECT_EQ(strings[0].text, "\"a\\\"=b\" nocase wide");
  EXPECT_EQ(strings[1].name, "$");
  EXPECT_EQ(strings[1].text, "{ 41\n42 }");
  EXPECT_EQ(strings[2].name, "$re");
  EXPECT_EQ(strings[2].text, "/a=b/i fullword");
}

TEST(YaraSource, ConditionsThatAskWhereAnyOfASetStands) {
  const auto asks = [](std::string_view condition) {
    return split_source("rule r { strings: $a = \"at in #\" condition: " + std::string(condition) +
                        " }")
        .at(0)
        .asks_where_of_set;
  };
  for (const char* condition :
       {"any of ($a*) in (0..9)", "any of them at 0", "all of them in (1..2)",
        "2 of ($a, $b)\n/* x */ in (filesize-9..filesize)"})
    EXPECT_TRUE(asks(condition)) << condition;
  for (const char* condition :
       {"$a", "any of them", "#a > 2", "$a in (0..9)", "$a at 0", "for any of them : ( $ at 0 )",
        "for any i in (1..3) : ( i == 2 )", "($a or $b) and filename contains \"at in\""})
    EXPECT_FALSE(asks(condition)) << condition;
}

TEST(YaraSource, ReferencesAndModules) {
  const Statement rule = split_source(
                             "rule r { condition: other and 2 of (set*) and math.min(1, 2) == 1 "
                             "and for any i in (1..3) : ( i == 2 ) }")
                             .at(0);
  ASSERT_EQ(rule.modules, std::vector<std::string_view>{"math"});
  bool has_other = false;
  bool has_set = false;
  for (const Reference& reference : rule.references) {
    has_other |= reference.name == "other" && !reference.is_prefix;
    has_set |= reference.name == "set" && reference.is_prefix;
  }
  EXPECT_TRUE(has_other && has_set);
}

TEST(YaraSource, WhatWouldEndTheProgramIsAFault) {
  const auto fault = [](std::string_view hex) {
    return split_source("rule r { strings: $a = " + std::string(hex) + " condition: $a }")
        .at(0)
        .fault;
  };
  EXPECT_NE(fault("{ 31 [-] [8-] 30 }"), "");
  EXPECT_NE(fault("{ 31 [1] /* x */ [1] 30 }"), "");
  EXPECT_NE(fault("{ 31 [1] // x\n [1] 30 }"), "");
  EXPECT_EQ(fault("{ 31 [1] 32 [8-] 30 }"), "");
  EXPECT_NE(split_source(std::string_view("rule a { condition: \0 true }", 28)).at(0).fault, "");
}

}  // namespace
}  // namespace pugmark::yara

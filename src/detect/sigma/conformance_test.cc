#include <gtest/gtest.h>

#include "detect/sigma/conformance_testing.h"
#include "detect/sigma/parse.h"

namespace pugmark::sigma {
namespace {

TEST(SigmaConformance, TableHas127Cases) { EXPECT_EQ(conformance_cases().size(), 127U); }

TEST(SigmaConformance, ReferenceEvaluatorAgreesWithTheTable) {
  for (const ConformanceCase& one : conformance_cases()) {
    SCOPED_TRACE("case " + one.name + " (" + one.topic + ")\n" + one.rule_text);
    const ParsedFile file = parse_rule_file("case.yml", one.rule_text, ParseOptions{});
    if (one.expected == Expected::kRejected) {
      EXPECT_TRUE(file.rules.empty());
      ASSERT_EQ(file.rejected.size(), 1U);
      EXPECT_GT(file.rejected[0].line, 4U) << "the fault lies in the detection";
      EXPECT_FALSE(file.rejected[0].what.empty());
      EXPECT_FALSE(file.rejected[0].hint.empty());
      continue;
    }
    for (const RejectedRule& rejected : file.rejected) ADD_FAILURE() << rejected.message();
    ASSERT_EQ(file.rules.size(), 1U);
    const bool matched = evaluate(file.rules[0], one.event);
    EXPECT_EQ(matched, one.expected == Expected::kMatch);
    EXPECT_TRUE(matched || explain(file.rules[0], one.event).empty());
  }
}

TEST(SigmaConformance, DoubtfulScalarsAreReported) {
  const std::string text = rule_around("sel: {F: yes}", "sel");
  const ParsedFile file = parse_rule_file("case.yml", text, ParseOptions{});
  ASSERT_EQ(file.rules.size(), 1U);
  EXPECT_EQ(file.rules[0].warnings.size(), 1U);
}

}  // namespace
}  // namespace pugmark::sigma

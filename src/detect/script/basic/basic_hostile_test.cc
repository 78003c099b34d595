// Text that is made to cost much: it costs a bounded share, and leaves a tree anybody can walk.
#include <array>
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "detect/script/parse_testing.h"

namespace pugmark::script {
namespace {

using testing::broken_promise;
using testing::kRepetitions;
using testing::parse_into;
using testing::Parsed;
using testing::repeated;
using testing::Repetition;
using testing::trouble_with;

constexpr std::array kTexts = {
    // table of texts
    Repetition{"x = ", "("},
    Repetition{"x = ", "["},
    Repetition{"x = ", "{"},
    Repetition{"x = ", "a("},
    Repetition{"x = ", "\""},
    Repetition{"x = ", "\"a\n"},
    Repetition{"x = ", "#"},
    Repetition{"x = ", "- "},
    Repetition{"x = ", "Not "},
    Repetition{"x = ", "New "},
    Repetition{"x = ", "TypeOf "},
    Repetition{"x = ", "Await "},
    Repetition{"x = ", "If("},
    Repetition{"x = ", "CType("},
    Repetition{"x = ", "f(Sub() "},
    Repetition{"x = ", "Function()\n"},
    Repetition{"x = ", "From a In "},
    Repetition{"x = ", "$\"{"},
    Repetition{"x = a", " + b - c"},
    Repetition{"x = a", " = b And c"},
    Repetition{"x = a", ".b"},
    Repetition{"x = a", "!b"},
    Repetition{"x = a", "(1)"},
    Repetition{"f ", "(a).b "},
    Repetition{"f ", "a, "},
    Repetition{"Dim a", ", a(b("},
    Repetition{"Dim a As ", "New X("},
    Repetition{"Sub f(", "a = "},
    Repetition{"If a Then\n", "ElseIf b Then\n"},
    Repetition{"", "If a Then\n"},
    Repetition{"", "If a Then "},
    Repetition{"", "For i = 1 To 2\n"},
    Repetition{"", "Select Case a\nCase 1\n"},
    Repetition{"", "Public Sub a\n"},
    Repetition{"", "Class a\n"},
    Repetition{"", "Property a\nGet\n"},
    Repetition{"", "Custom Event a\nAddHandler\n"},
    Repetition{"", "Namespace a\n"},
    Repetition{"", "Next a, b\n"},
    Repetition{"", "<a("},
    Repetition{"", "1 "},
};

TEST(BasicHostile, CostsNoMoreThanItsLength) {
  for (const Language language : {Language::kVbScript, Language::kVisualBasic})
    for (const Repetition& text : kTexts)
      EXPECT_EQ(trouble_with(tokenise_basic, parse_basic, language, text), "");
}

TEST(BasicHostile, AllOperandsOfLongChainsAreThere) {
  for (const std::string_view sign : {"&", "+"}) {
    Parsed parsed;
    parsed.text = "x = a" + repeated(std::string(sign) + "b", kRepetitions);
    parse_into(tokenise_basic, parse_basic, Language::kVbScript, {}, parsed);
    EXPECT_EQ(broken_promise(parsed, {}), "");
    const NodeId value = parsed.tree.child(parsed.tree.child(parsed.outcome.root, 0), 1);
    EXPECT_EQ(parsed.tree.children_count(value), kRepetitions + 1);
    EXPECT_EQ(parsed.outcome.too_deep_count, 0U);
  }
}

// Where operators take turns the tree would be as deep as the chain is long: it is cut, and told.
TEST(BasicHostile, DepthIsToldAndKeepsTheOperands) {
  Parsed parsed;
  parsed.text = "x = a" + repeated("+b-c", kRepetitions);
  parse_into(tokenise_basic, parse_basic, Language::kVbScript, {}, parsed);
  EXPECT_GT(parsed.outcome.too_deep_count, 0U);
  EXPECT_GT(parsed.tree.size(), 2 * kRepetitions);
}

TEST(BasicHostile, BoundsAreTold) {
  Parsed parsed;
  parsed.text = repeated("f a\n", 100);
  ParseBounds bounds;
  bounds.tokens_max = 30;
  parse_into(tokenise_basic, parse_basic, Language::kVbScript, bounds, parsed);
  EXPECT_EQ(broken_promise(parsed, bounds), "");
  EXPECT_EQ(parsed.tokens.size(), 31U);
  EXPECT_EQ(parsed.outcome.end, 40U);
}

TEST(BasicHostile, AFullTreeIsTold) {
  Parsed parsed;
  parsed.text = repeated("f a\n", 100);
  parsed.tree = Tree(10);
  parse_into(tokenise_basic, parse_basic, Language::kVbScript, {}, parsed);
  EXPECT_EQ(parsed.tree.size(), 10U);
  EXPECT_EQ(parsed.outcome.end, 12U);
}

}  // namespace
}  // namespace pugmark::script

// Text that is made to cost much: it costs a bounded share, and leaves a tree anybody can walk.
#include <array>
#include <chrono>
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "detect/script/parse_testing.h"

namespace pugmark::script {
namespace {

using testing::broken_promise;
using testing::parse_into;
using testing::Parsed;
using testing::repeated;

constexpr std::size_t kTimes = 50'000;
constexpr std::chrono::seconds kLongest{10};  // a quadratic parser takes minutes

constexpr std::array kLanguages = {Language::kCSharp, Language::kJava, Language::kJScript,
                                   Language::kCfScript};

struct Repetition {
  std::string_view before;
  std::string_view piece;
};

constexpr std::array kRepetitions = {
    // Brackets, blocks and expressions that nest
    Repetition{"x = ", "("},
    Repetition{"x = ", "["},
    Repetition{"x = ", "{"},
    Repetition{"", "{"},
    Repetition{"x = ", "([{"},
    Repetition{"x = ", "{a: "},
    Repetition{"x = ", "a("},
    Repetition{"x = ", "a||b&&c|d^e&f==g<h<<i+j*("},
    Repetition{"x = ", "new A("},
    Repetition{"x = ", "new "},
    Repetition{"x = ", "new A(){{"},
    Repetition{"x = ", "!"},
    Repetition{"x = ", "- "},
    Repetition{"x = ", "(int)"},
    Repetition{"x = ", "await "},
    Repetition{"x = ", "throw "},
    Repetition{"x = ", "a ? b : "},
    Repetition{"x = ", "a ?\? "},
    Repetition{"", "a = "},
    Repetition{"x = ", "a => "},
    Repetition{"x = ", "a -> "},
    Repetition{"x = ", "() => {"},
    Repetition{"x = ", "function () {"},
    Repetition{"x = ", "delegate {"},
    Repetition{"x = ", "from a in "},
    Repetition{"x = a is ", "not "},
    Repetition{"x = a is ", "{A: "},
    Repetition{"x = a is ", "("},
    Repetition{"x = a", " switch {_ => "},
    Repetition{"f(", "out "},
    Repetition{"int[] a = ", "{"},
    Repetition{"", "if (a) "},
    Repetition{"", "do "},
    Repetition{"", "for ("},
    Repetition{"", "for (a in "},
    Repetition{"", "switch (a) { case 1: "},
    Repetition{"", "try {"},
    Repetition{"", "using ("},
    Repetition{"", "class A {"},
    Repetition{"", "namespace A {"},
    Repetition{"", "enum A {B {"},
    Repetition{"", "int A {get {"},
    Repetition{"", "int this[int a = () => {"},
    Repetition{"", "void f(int a = "},
    Repetition{"", "lock name=\"a\" {"},
    // Chains
    Repetition{"x = a", "+b-c"},
    Repetition{"x = a", ".a"},
    Repetition{"x = a", "()"},
    Repetition{"x = a", "[0]"},
    Repetition{"x = a", ".a(\"b\")"},
    Repetition{"x = a", " as A"},
    Repetition{"x = a", " is A b"},
    Repetition{"x = a", " switch {_ => 1}"},
    Repetition{"x = a", "**b"},
    Repetition{"x = new a", ".a"},
    Repetition{"if (a) b(); ", "else if (a) b(); "},
    Repetition{"try { } ", "catch (e) { } "},
    Repetition{"switch (a) {", "case 1: "},
    Repetition{"enum A {", "B, "},
    // What looks like more than it is
    Repetition{"x = a", "<a"},
    Repetition{"", "a<"},
    Repetition{"x = ", "a<b>("},
    Repetition{"", "a.b<c>."},
    Repetition{"x = a", "?["},
    Repetition{"", "@A("},
    Repetition{"", "[A"},
    Repetition{"", "a: "},
    Repetition{"", "({["},
    Repetition{"((((", "}]"},
    Repetition{"", ")"},
    Repetition{"", "}"},
    Repetition{"x = ", ","},
    Repetition{"x = ", "async "},
    Repetition{"", "@interface A {"},
    // Tokens
    Repetition{"x = ", "\""},
    Repetition{"x = ", "'"},
    Repetition{"x = ", "'\\"},
    Repetition{"x = ", "\\\""},
    Repetition{"x = ", "`${"},
    Repetition{"x = ", "$\"{"},
    Repetition{"x = $\"{", ":"},
    Repetition{"x = ", "\"#"},
    Repetition{"x = ", "/["},
    Repetition{"x = ", "/a\n"},
    Repetition{"", "/*"},
    Repetition{"", "\\u0061"},
    Repetition{"\\", "u"},
    Repetition{"", "#"},
    Repetition{"", "@if("},
};

TEST(BracesHostile, CostsNoMoreThanItsLength) {
  for (const Language language : kLanguages) {
    for (const Repetition& repetition : kRepetitions) {
      SCOPED_TRACE(std::string(to_string(language)) + ": " + std::string(repetition.piece));
      Parsed parsed;
      parsed.text = std::string(repetition.before) + repeated(repetition.piece, kTimes);
      const ParseBounds bounds;
      const auto start = std::chrono::steady_clock::now();
      parse_into(tokenise_braces, parse_braces, language, bounds, parsed);
      EXPECT_LT(std::chrono::steady_clock::now() - start, kLongest);
      EXPECT_EQ(broken_promise(parsed, bounds), "");
    }
  }
}

// Comments and code that go on behind markup are looked for once.
TEST(BracesHostile, RegionsCostNoMoreThanTheirLength) {
  for (const std::string_view piece : {"<% /* %>a", "<% { %>a", "<%= ( %>a", "<%= `${ %>"}) {
    SCOPED_TRACE(piece);
    Parsed parsed;
    parsed.text = repeated(piece, kTimes);
    parsed.regions = testing::regions_of(parsed.text, Language::kJScript);
    const auto start = std::chrono::steady_clock::now();
    parse_into(tokenise_braces, parse_braces, Language::kJScript, {}, parsed);
    EXPECT_LT(std::chrono::steady_clock::now() - start, kLongest);
    EXPECT_EQ(broken_promise(parsed, {}), "");
  }
}

TEST(BracesHostile, AllOperandsOfLongChainsAreThere) {
  for (const Language language : kLanguages) {
    Parsed parsed;
    parsed.text = "x = a" + repeated("+b", kTimes);
    parse_into(tokenise_braces, parse_braces, language, {}, parsed);
    EXPECT_EQ(broken_promise(parsed, {}), "");
    const NodeId value = parsed.tree.child(parsed.tree.child(parsed.outcome.root, 0), 1);
    EXPECT_EQ(parsed.tree.children_count(value), kTimes + 1);
    EXPECT_EQ(parsed.outcome.too_deep_count, 0U);
  }
}

// A tree as deep as these chains are long would be no use: it is cut, and told, and nothing is
// lost.
TEST(BracesHostile, DepthIsToldAndKeepsTheOperands) {
  for (const std::string_view piece : {"+b-c", ".a(b)", " else if (b) c();"}) {
    SCOPED_TRACE(piece);
    Parsed parsed;
    parsed.text = (piece.front() == ' ' ? "if (b) c();" : "x = a") + repeated(piece, kTimes);
    parse_into(tokenise_braces, parse_braces, Language::kJava, {}, parsed);
    EXPECT_GT(parsed.outcome.too_deep_count, 0U);
    EXPECT_EQ(parsed.outcome.skipped_tokens, 0U);
    EXPECT_GT(parsed.tree.size(), 2 * kTimes);
  }
}

TEST(BracesHostile, BoundsAreTold) {
  Parsed parsed;
  parsed.text = repeated("f(a)\n", 100);
  ParseBounds bounds;
  bounds.tokens_max = 40;
  parse_into(tokenise_braces, parse_braces, Language::kJScript, bounds, parsed);
  EXPECT_EQ(broken_promise(parsed, bounds), "");
  EXPECT_EQ(parsed.tokens.size(), 41U);
  EXPECT_EQ(parsed.outcome.end, 49U);
}

TEST(BracesHostile, AFullTreeIsTold) {
  Parsed parsed;
  parsed.text = repeated("f(a)\n", 100);
  parsed.tree = Tree(10);
  parse_into(tokenise_braces, parse_braces, Language::kJScript, {}, parsed);
  EXPECT_EQ(parsed.tree.size(), 10U);
  EXPECT_EQ(parsed.outcome.end, 20U);
}

TEST(BracesHostile, BracketsInsideTheDepthAreRead) {
  Parsed parsed;
  parsed.text = "x = " + repeated("(", 300) + "a" + repeated(")", 300) + ";";
  parse_into(tokenise_braces, parse_braces, Language::kJava, {}, parsed);
  EXPECT_EQ(parsed.outcome.too_deep_count, 0U);
  EXPECT_EQ(parsed.outcome.skipped_tokens, 0U);
}

}  // namespace
}  // namespace pugmark::script

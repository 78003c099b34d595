// Texts made to exhaust whoever reads them.
#include <chrono>
#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "detect/script/page.h"
#include "detect/script/parse.h"
#include "detect/script/php/php_testing.h"

namespace pugmark::script::php {
namespace {

constexpr std::size_t kTimes = 200'000;

std::string times(std::string_view piece, std::size_t count) {
  std::string text;
  text.reserve(piece.size() * count);
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

struct Read {
  ParseOutcome outcome;
  std::string broken;
  std::size_t nodes = 0;
};

Read read(std::string_view code, const ParseBounds& bounds = {},
          std::size_t nodes_max = 10'000'000) {
  std::vector<Region> regions;
  find_php_regions(code, true, regions);
  std::vector<Token> tokens;
  tokenise_php(code, regions, bounds.tokens_max, tokens);
  Tree tree(nodes_max);
  Source source;
  source.text = code;
  Read read;
  read.outcome = parse_php(tokens, regions, tree.add_source(source), bounds, tree);
  read.broken = broken_promise_of_tree(code, tree, read.outcome.root, bounds.depth_max);
  read.nodes = tree.size();
  return read;
}

class PhpBounds : public testing::TestWithParam<std::string_view> {};

// Quadratic time would be minutes, recursion a crash.
TEST_P(PhpBounds, NestingCostsNeitherStackNorTime) {
  const auto start = std::chrono::steady_clock::now();
  const Read found = read(times(GetParam(), kTimes));
  EXPECT_EQ(found.broken, "");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

INSTANTIATE_TEST_SUITE_P(
    Pieces, PhpBounds,
    testing::Values("(", "[", "{", "([{", "(}", "f(;", "!", "-", "(int)", "$", "$a=", "$a?",
                    "$a?$b:", "$a??", "1+", "2**", "a|>", "$a->b()", "->b", "[0]", "::a", "()",
                    "f(", "new ", "new class{function a(){", "function(){", "fn()=>", "class a{",
                    "match(a){a=>", "if(a)", "if(a){", "if(a):", "if(a){}else ", "do ",
                    "foreach(a as b)", "switch(a){case 1:", "try{}catch(a){", "a:", "a: goto a; ",
                    "use a\\{", "function a($a=function b(", "?", "|", "&", "print ", "yield ",
                    "include ", "<<<A\n", "\"{$a[", "\"${", "#[a(\n", "#[a,\n", "?><?php ", "?><? ",
                    "?><?a", "?><script language=", "/*", "'\\", "?><%"));

TEST(PhpBounds, ConcatenationsOfAnyLengthAreOneNodeDeep) {
  const Read found = read("$a=" + times("'x'.", kTimes) + "'y';");
  EXPECT_EQ(found.broken, "");
  EXPECT_EQ(found.outcome.too_deep_count, 0U);
  EXPECT_EQ(found.outcome.skipped_tokens, 0U);
}

TEST(PhpBounds, BranchesOfAnyNumberAreAllKept) {
  const Read found = read("if($a){}" + times("elseif($b){c();}", kTimes));
  EXPECT_EQ(found.broken, "");
  EXPECT_EQ(found.outcome.skipped_tokens, 0U);
  EXPECT_GT(found.outcome.too_deep_count, 0U);
  EXPECT_GE(found.nodes, kTimes * 5);
}

TEST(PhpBounds, WhatIsCutOffALongChainStaysAStatement) {
  const Read found = read("$a" + times("->b(c())", 2000) + ";");
  EXPECT_EQ(found.broken, "");
  EXPECT_EQ(found.outcome.skipped_tokens, 0U);
  EXPECT_GT(found.outcome.too_deep_count, 0U);
  EXPECT_GE(found.nodes, 2000U * 4);
}

TEST(PhpBounds, WhatIsDeeperThanTheMostIsEmptyAndCounted) {
  ParseBounds bounds;
  bounds.depth_max = 10;
  const Read found = read(times("f(", 20) + times(")", 20) + ";$a;", bounds);
  EXPECT_EQ(found.broken, "");
  EXPECT_EQ(found.outcome.too_deep_count, 1U);
  EXPECT_EQ(found.outcome.skipped_tokens, 0U);
}

TEST(PhpBounds, AFullTreeEndsTheParsingAndSaysWhere) {
  const std::string code = times("f($a);", 1000);
  const Read found = read(code, {}, 100);
  EXPECT_EQ(found.broken, "");
  EXPECT_EQ(found.nodes, 100U);
  EXPECT_GT(found.outcome.end, 100U);
  EXPECT_LT(found.outcome.end, 300U);
}

TEST(PhpBounds, TokensBeyondTheMostEndTheParsingAndItSaysWhere) {
  ParseBounds bounds;
  bounds.tokens_max = 10;
  const Read found = read("f($a);f($a);f($a);", bounds);
  EXPECT_EQ(found.outcome.end, 12U);
}

TEST(PhpBounds, ATreeThatIsFullAlreadyHasNoRoot) {
  EXPECT_EQ(read("a();", {}, 0).outcome.root, kNoNode);
}

}  // namespace
}  // namespace pugmark::script::php

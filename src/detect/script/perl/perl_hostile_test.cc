// Text that is made to cost much: it costs a bounded share, and leaves a tree anybody can walk.
#include <array>
#include <gtest/gtest.h>
#include <string>

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
    Repetition{"$x = ", "("},
    Repetition{"$x = ", "["},
    Repetition{"$x = ", "{"},
    Repetition{"", "{"},
    Repetition{"$x = ", "a("},
    Repetition{"$x = ", "$a{"},
    Repetition{"$x = ", "! "},
    Repetition{"$x = ", "\\"},
    Repetition{"$x = ", "not "},
    Repetition{"$x = ", "$"},
    Repetition{"$x = ", "@{"},
    Repetition{"$x = ", "-e "},
    Repetition{"$x = ", "\""},
    Repetition{"$x = \"", "$x["},
    Repetition{"$x = \"", "@{[ "},
    Repetition{"$x = \"", "${"},
    Repetition{"$x = ", "\"@{[\""},
    Repetition{"$x = $a", " + $b - $c"},
    Repetition{"$x = $a", "->b"},
    Repetition{"$x = $a", "[1]"},
    Repetition{"$x = ", "$a ? $b : "},
    Repetition{"$x = ", "1 or not "},
    Repetition{"", "$a = "},
    Repetition{"", "if ($a) { "},
    Repetition{"if (1) { }", "elsif (1) { }"},
    Repetition{"", "if ($a) { } else { "},
    Repetition{"", "for my $x ("},
    Repetition{"", "sub a { "},
    Repetition{"$x = ", "sub { "},
    Repetition{"", "eval "},
    Repetition{"", "local "},
    Repetition{"", "print "},
    Repetition{"", "map { "},
    Repetition{"", "foo "},
    Repetition{"", "new A "},
    Repetition{"f(", "<<A, "},
    Repetition{"", "foo <<A;\n"},
    Repetition{"", "s{a}{s{b}{"},
    Repetition{"", "a if b "},
    Repetition{"", "\n=cut\n"},
};

TEST(PerlHostile, CostsNoMoreThanItsLength) {
  for (const Repetition& text : kTexts)
    EXPECT_EQ(trouble_with(tokenise_perl, parse_perl, Language::kPerl, text), "");
}

TEST(PerlHostile, AllOperandsOfALongChainAreThere) {
  Parsed parsed;
  parsed.text = "$x = $a" + repeated(".$b", kRepetitions);
  parse_into(tokenise_perl, parse_perl, Language::kPerl, {}, parsed);
  const NodeId value = parsed.tree.child(parsed.tree.child(parsed.outcome.root, 0), 1);
  EXPECT_EQ(parsed.tree.children_count(value), kRepetitions + 1);
}

TEST(PerlHostile, DepthIsTold) {
  Parsed parsed;
  parsed.text = repeated("if ($a) { ", 2'000) + "b();" + repeated("}", 2'000) + "c();";
  parse_into(tokenise_perl, parse_perl, Language::kPerl, {}, parsed);
  EXPECT_EQ(broken_promise(parsed, {}), "");
  EXPECT_GT(parsed.outcome.too_deep_count, 0U);
  EXPECT_EQ(parsed.outcome.skipped_tokens, 0U);
  EXPECT_EQ(parsed.tree.children_count(parsed.outcome.root), 2U);
}

TEST(PerlHostile, BoundsAreTold) {
  Parsed parsed;
  parsed.text = repeated("f(1);\n", 100);
  ParseBounds bounds;
  bounds.tokens_max = 30;
  parse_into(tokenise_perl, parse_perl, Language::kPerl, bounds, parsed);
  EXPECT_EQ(broken_promise(parsed, bounds), "");
  EXPECT_EQ(parsed.tokens.size(), 31U);
  EXPECT_EQ(parsed.outcome.end, 35U);
}

}  // namespace
}  // namespace pugmark::script

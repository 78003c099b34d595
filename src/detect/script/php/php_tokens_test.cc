#include <algorithm>
#include <gtest/gtest.h>

#include "detect/script/page.h"
#include "detect/script/php/php_testing.h"

namespace pugmark::script::php {
namespace {

TEST(PhpTokens, NamesAndVariables) {
  EXPECT_EQ(dump_tokens("\\A\\b $c $\xE4\xF6 \xFF\x80(1)"),
            "name \\A\\b|variable $c|variable $\xE4\xF6|name \xFF\x80|operator (|number 1|"
            "operator )|end ");
  EXPECT_EQ(dump_tokens("use A\\{B}"),
            "name use|name A|operator \\|operator {|name B|operator }|end ");
}

TEST(PhpTokens, Numbers) {
  EXPECT_EQ(dump_tokens("0x1F 0b10 0o17 1_000 1.5e-3 .5 1. 1...$a 1e"),
            "number 0x1F|number 0b10|number 0o17|number 1_000|number 1.5e-3|number .5|number 1.|"
            "number 1|operator ...|variable $a|number 1|name e|end ");
}

TEST(PhpTokens, TheLongestOperatorWins) {
  EXPECT_EQ(dump_tokens("$a<=>$b?->c**=1?\?=2===3|>d"),
            "variable $a|operator <=>|variable $b|operator ?->|name c|operator **=|number 1|"
            "operator ?\?=|number 2|operator ===|number 3|operator |>|name d|end ");
}

TEST(PhpTokens, StringsWithAndWithoutCode) {
  EXPECT_EQ(dump_tokens("'a$b' \"a\\$b {c} $\" \"a$b\" \"{$a[\"x\"]}\" \"${a}\" `c` b'd' B\"$e\""),
            "text 'a$b'|text \"a\\$b {c} $\"|template \"a$b\"|template \"{$a[\"x\"]}\"|"
            "template \"${a}\"|command `c`|text b'd'|template B\"$e\"|end ");
}

TEST(PhpTokens, Heredocs) {
  EXPECT_EQ(dump_tokens("<<<A\nA;"), "text <<<A\nA|operator ;|end ");
  EXPECT_EQ(dump_tokens("<<<'A'\n$b\n  A.1"), "text <<<'A'\n$b\n  A|number .1|end ");
  EXPECT_EQ(dump_tokens("<<<\"A\"\n$b AA\nAB\n\tA)"),
            "template <<<\"A\"\n$b AA\nAB\n\tA|operator )|end ");
  EXPECT_EQ(dump_tokens("1<<<2"), "number 1|operator <<|operator <|number 2|end ");
}

TEST(PhpTokens, CommentsAndAttributesAreLeftOut) {
  EXPECT_EQ(dump_tokens("a// b\nc# d\ne/* f */g#[H(']')]\ni#[j\nk"),
            "name a|name c|name e|name g|name i|name k|end ");
}

TEST(PhpTokens, WhatIsNeverClosedGoesOnToTheEnd) {
  EXPECT_EQ(dump_tokens("'a;"), "text 'a;|end ");
  EXPECT_EQ(dump_tokens("\"a;"), "text \"a;|end ");
  EXPECT_EQ(dump_tokens("a /* b"), "name a|end ");
  EXPECT_EQ(dump_tokens("<<<A\nb"), "text <<<A\nb|end ");
}

TEST(PhpTokens, MoreThanTheMostAreNotTaken) {
  const std::string_view text = "a b c d";
  const Region region{Region::Kind::kCode, Language::kPhp, 0, 7};
  std::vector<Token> tokens;
  tokenise_php(text, {&region, 1}, 2, tokens);
  ASSERT_EQ(tokens.size(), 3U);
  EXPECT_EQ(tokens.back().kind, TokenKind::kEnd);
  EXPECT_EQ(tokens.back().begin, 4U);
}

}  // namespace
}  // namespace pugmark::script::php

#include "detect/script/model/token_profile.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "detect/script/page.h"
#include "detect/script/parse.h"

namespace pugmark::script {
namespace {

TokenProfile profile_of(std::string_view code, bool stands_in_file = true) {
  const std::string text = "<?php " + std::string(code);
  std::vector<Region> regions;
  find_php_regions(text, false, regions);
  std::vector<Token> tokens;
  tokenise_php(text, regions, 2'000'000, tokens);
  TokenProfile profile;
  profile.clear(Family::kPhp);
  profile.add(text, tokens, stands_in_file);
  return profile;
}

std::vector<std::uint16_t> buckets_of(std::string_view code) { return profile_of(code).buckets(); }

TEST(TokenProfile, SeesNoDifferenceInWhatAScriptCallsItsOwn) {
  EXPECT_EQ(buckets_of("$a = helper($b, 'one', 12);"),
            buckets_of("$secret = kitchen($cook, 'two', 7);"));
  EXPECT_EQ(buckets_of("$a = 'https://example.org/a';"),
            buckets_of("$b = 'https://example.org/b';"));
}

TEST(TokenProfile, TellsNamesOfTheLanguageApart) {
  EXPECT_NE(buckets_of("$a = strlen($b);"), buckets_of("$a = strrev($b);"));
  EXPECT_NE(buckets_of("$a = strlen($b);"), buckets_of("$a = helper($b);"));
  EXPECT_EQ(buckets_of("$a = strlen($b);"), buckets_of("$a = StrLen($b);"));
  EXPECT_NE(buckets_of("$a = $_GET;"), buckets_of("$a = $b;"));
}

TEST(TokenProfile, TellsTextsApartByLengthAndMakeUp) {
  const auto text = [](const std::string& inner) { return buckets_of("$a = '" + inner + "';"); };
  EXPECT_NE(text("a"), text("abcdefgh"));
  EXPECT_NE(text("some words here"), text("somewordshere12"));
  EXPECT_NE(text(std::string(40, 'a')), text(std::string(39, 'a') + "~"));
  EXPECT_EQ(text(std::string(40, 'a')), text(std::string(40, '7')));  // hexadecimal digits both
}

TEST(TokenProfile, CountsRunsOfUpToFourTokens) {
  // In front of the first token stand beginnings (^), so four runs end at each of the first four,
  // all new but for those of one token met before: $ ^$ ^^$ ^^^$; ; $; ^$; ^^$;; ;$ $;$ ^$;$;
  // ;$; $;$;. At the fifth only ;$;$ is new, and nothing from the sixth on.
  const auto runs_of = [](std::string_view code) { return profile_of(code).buckets().size(); };
  EXPECT_EQ(runs_of(""), 0U);
  EXPECT_EQ(runs_of("$a"), 4U);
  EXPECT_EQ(runs_of("$a;"), 8U);
  EXPECT_EQ(runs_of("$a;$a"), 11U);
  EXPECT_EQ(runs_of("$a;$a;"), 13U);
  EXPECT_EQ(runs_of("$a;$a;$a"), 14U);
  EXPECT_EQ(runs_of("$a; $a; $a; $a; $a; $a;"), 14U);
  EXPECT_EQ(profile_of("$a; $a; $a; $a; $a; $a;").counts().tokens, 12U);
}

TEST(TokenProfile, SaysWhereTheFirstRunOfABucketStands) {
  const TokenProfile profile = profile_of("$a; $a;");
  ASSERT_EQ(profile.places().size(), profile.buckets().size());
  // The first bucket is that of the first token alone.
  EXPECT_EQ(profile.places().front().begin, 6U);
  EXPECT_EQ(profile.places().front().length, 2U);
  for (const TokenProfile::Place& place : profile.places())
    EXPECT_LE(place.begin + place.length, 13U);
  const TokenProfile unpacked = profile_of("$a; $a;", false);
  for (const TokenProfile::Place& place : unpacked.places()) EXPECT_EQ(place.length, 0U);
}

TEST(TokenProfile, CountsWhatTokensAre) {
  const TokenProfile::Counts counts =
      profile_of("$a = @strlen('\\x41\\101 b') . $b . helper(7); $c = '" + std::string(80, 'Q') +
                 "'; ?> markup <?php ")
          .counts();
  EXPECT_EQ(counts.known_names, 1U);
  EXPECT_EQ(counts.own_names, 1U);
  EXPECT_EQ(counts.variables, 3U);
  EXPECT_EQ(counts.texts, 2U);
  EXPECT_EQ(counts.longest_text, 80U);
  EXPECT_EQ(counts.encoded_texts, 1U);
  EXPECT_EQ(counts.encoded_bytes, 80U);
  EXPECT_EQ(counts.escapes, 2U);
  EXPECT_EQ(counts.silenced, 1U);
  EXPECT_EQ(counts.joins, 2U);
  EXPECT_EQ(counts.numbers, 1U);
  EXPECT_EQ(counts.markup, 1U);
}

TEST(TokenProfile, LooksAtSoManyTokens) {
  std::string many;
  for (std::size_t i = 0; i < TokenProfile::kTokensMax; ++i) many += "$a;";
  const TokenProfile profile = profile_of(many + " eval($_POST['k']);");
  EXPECT_EQ(profile.counts().known_names, 0U);
  EXPECT_EQ(profile.buckets().size(), profile_of("$a;$a;$a;$a;$a;$a;").buckets().size());
}

}  // namespace
}  // namespace pugmark::script

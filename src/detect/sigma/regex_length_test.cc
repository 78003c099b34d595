#include "detect/sigma/regex_length.h"

#include <gtest/gtest.h>
#include <random>
#include <re2/re2.h>
#include <string>
#include <utility>

namespace pugmark::sigma {
namespace {

TEST(RegexLength, CountsWhatMustBeThere) {
  const std::pair<const char*, std::size_t> kCases[] = {
      {"", 0},
      {"abc", 3},
      {"ab*c+d?", 2},
      {".{1000,}", 1'000},
      {"a{2,3}b{4}", 6},
      {"a{x}", 4},
      {"(ab|c)d", 2},
      {"(?i)(?:ab){3}", 6},
      {"(?P<name>ab)|c", 1},
      {"^\\\\[a-z]{3}\\.exe$", 8},
      {"[]a]b[^]]", 3},
      {"[[:alpha:]_][\\]x]", 2},
      {"\\x41\\x{42}\\pL\\p{Greek}", 4},
      {"\\b\\Aab\\z", 2},
      {"a+?b*?c{2}?", 3},
      {"\xc3\xa9*a", 1},
      {"\\Qa.b\\E", 0},
      {"\\123", 1},
  };
  for (const auto& [expression, expected] : kCases) {
    ASSERT_TRUE(re2::RE2(expression, re2::RE2::Quiet).ok()) << expression;
    EXPECT_EQ(shortest_match_bytes(expression), expected) << expression;
  }
}

// A number that is too large would hide matches.
TEST(RegexLength, IsNeverMoreThanAMatchHas) {
  std::mt19937 random(20210303);
  const char* const kPieces[] = {"a",     "b",     ".",    "[ab]",     "[^a]", "(",
                                 ")",     "|",     "*",    "+",        "?",    "{2}",
                                 "{1,}",  "{0,2}", "^",    "$",        "\\b",  "\\w",
                                 "(?i)",  "(?:",   "\\.",  "{",        "}",    "\xc3\xa9",
                                 "\\x61", "[]b]",  "\\pL", "\xc5\xbf", "s",    "[[:alpha:]]"};
  const char* const kTexts[] = {"a", "b", "s", "S", ".", "{", "}", "\xc3\xa9", "\xc5\xbf", "A"};
  std::size_t matched = 0;
  for (int round = 0; round < 30'000; ++round) {
    std::string expression;
    for (std::size_t i = 1 + random() % 7; i > 0; --i)
      expression += kPieces[random() % std::size(kPieces)];
    const re2::RE2 compiled(expression, re2::RE2::Quiet);
    if (!compiled.ok()) continue;
    const std::size_t shortest = shortest_match_bytes(expression);
    for (int i = 0; i < 8; ++i) {
      std::string text;
      for (std::size_t k = random() % 6; k > 0; --k) text += kTexts[random() % std::size(kTexts)];
      if (!re2::RE2::PartialMatch(text, compiled)) continue;
      ++matched;
      ASSERT_GE(text.size(), shortest) << expression << " in " << text;
    }
  }
  EXPECT_GT(matched, 10'000U);
}

TEST(RegexLength, KnowsExpressionsThatAskForLengthOnly) {
  for (const char* const expression : {".{1000,}", ".{1,}", ".{0,}"})
    EXPECT_TRUE(asks_for_length_only(expression)) << expression;
  for (const char* const expression :
       {".{1000}", ".{,}", ".{1,2}", "(?s).{3,}", "a.{3,}", ".{3,}a", ".{3,}.{3,}", "\\.{3,}", ".{",
        ",}", ""})
    EXPECT_FALSE(asks_for_length_only(expression)) << expression;
}

TEST(RegexLength, ALineOfThatLengthIsWhatRe2WouldFind) {
  std::mt19937 random(20210304);
  std::size_t found = 0;
  std::size_t unsaid = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::size_t length = random() % 6;
    std::string text;
    for (std::size_t k = random() % 12; k > 0; --k)
      text += random() % 30 == 0 ? "\xc3\xa9" : std::string(1, "\n\ra\0"[random() % 4]);
    const auto known = has_line_of(text, length);
    const re2::RE2 compiled(".{" + std::to_string(length) + ",}");
    if (known) {
      ASSERT_EQ(*known, re2::RE2::PartialMatch(text, compiled)) << length << " in " << text;
    }
    found += known.value_or(false) ? 1U : 0U;
    unsaid += known ? 0U : 1U;
  }
  EXPECT_GT(found, 5'000U);
  EXPECT_GT(unsaid, 1'000U);
}

}  // namespace
}  // namespace pugmark::sigma

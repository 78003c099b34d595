#include "base/shorten.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace pugmark {
namespace {

TEST(Shorten, LeavesWhatFits) {
  std::string text(100, 'a');
  EXPECT_FALSE(shorten(text, 100));
  EXPECT_EQ(text, std::string(100, 'a'));
}

TEST(Shorten, KeepsTheBeginningAndTellsTextsApart) {
  std::string one(30'000, 'a');
  std::string other = one;
  other.back() = 'b';
  EXPECT_TRUE(shorten(one, 100));
  EXPECT_TRUE(shorten(other, 100));
  EXPECT_NE(one, other);
  EXPECT_LE(one.size(), 100U);
  EXPECT_LT(one.capacity(), 1'000U);  // what is kept takes no more memory than it shows
  EXPECT_TRUE(one.starts_with("aaaa"));
  // head -c 30000 /dev/zero | tr '\0' a | sha256sum
  EXPECT_TRUE(one.ends_with("... [30000 bytes, sha256 72d6b9e03a5ff2fb44a3bc3a0e5988da]")) << one;
}

TEST(Shorten, CutsNoCharacterInTwo) {
  for (std::size_t shift = 0; shift < 4; ++shift) {
    std::string text(shift, 'a');
    for (int i = 0; i < 100; ++i) text += "\xF0\x9F\x90\xBE";
    shorten(text, 101);
    EXPECT_TRUE(is_valid_utf8(text)) << text;
    EXPECT_LE(text.size(), 101U);
  }
}

TEST(Shorten, KeepsEqualWhatCaseFoldingMakesEqual) {
  std::string one;
  std::string other;
  for (int i = 0; i < 200; ++i) {
    one += "aB\xC3\x84\xE1\xBA\x9E";    // A with dots, capital sharp s
    other += "Ab\xC3\xA4\xC3\x9F";       // the same in small letters, in fewer bytes
  }
  ASSERT_EQ(folded(one), folded(other));
  for (const std::size_t most : {100U, 300U, 1'200U, 1'399U, 1'400U, 2'000U}) {
    std::string a = one;
    std::string b = other;
    EXPECT_EQ(shorten_folded(a, most), shorten_folded(b, most)) << most;
    EXPECT_EQ(folded(a), folded(b)) << most;
    EXPECT_TRUE(is_valid_utf8(a)) << a;
    std::string different = other + "x";
    if (shorten_folded(different, most)) {
      EXPECT_NE(folded(different), folded(b)) << most;
      EXPECT_LE(different.size(), std::max<std::size_t>(most, kShortenedBytesMin));
    }
  }
}

TEST(Shorten, HasALeastLength) {
  std::string text(1'000, 'a');
  EXPECT_TRUE(shorten(text, 1));
  EXPECT_LE(text.size(), kShortenedBytesMin);
}

}  // namespace
}  // namespace pugmark

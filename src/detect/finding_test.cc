#include "detect/finding.h"

#include <gtest/gtest.h>

namespace pugmark {
namespace {

TEST(CutText, SaysHowLongTheTextIsAndCutsNoCharacter) {
  EXPECT_EQ(cut_text("abc", 3), "abc");
  EXPECT_EQ(cut_text("abcd", 3), "abc [cut here by pugmark: 4 bytes in all, see the evidence]");
  EXPECT_EQ(cut_text("ab\xc3\xa9", 3),
            "ab [cut here by pugmark: 4 bytes in all, see the evidence]");
  EXPECT_TRUE(cut_text("\xa9\xa9\xa9\xa9\xa9", 3).starts_with(" [cut"));
  EXPECT_TRUE(cut_text("ab", 0).starts_with(" [cut"));
}

TEST(TextOf, IsThatOfTheFirstFieldOfTheName) {
  Finding finding;
  finding.fields = {{"a", "1"}, {"b", "2"}, {"b", "3"}};
  Because because;
  because.field = "b";
  because.value = "part";
  EXPECT_EQ(text_of(because, finding), "part");
  because.is_whole_field = true;
  EXPECT_EQ(text_of(because, finding), "2");
  because.field = "c";
  EXPECT_EQ(text_of(because, finding), "");
}

}  // namespace
}  // namespace pugmark

#include "detect/script/page/finder.h"

#include <chrono>
#include <gtest/gtest.h>
#include <random>
#include <string>

namespace pugmark::script {
namespace {

// Whatever places are asked for, the answer is that of a plain search.
TEST(Finder, AgreesWithAPlainSearch) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    std::string text;
    const std::size_t size = random() % 300;
    const std::size_t rarity = 1 + random() % 60;
    for (std::size_t i = 0; i < size; ++i)
      text += random() % rarity == 0 ? '%' : "a>%"[random() % 3];
    for (const std::string_view needle : {"%", "%>", "--%>"}) {
      Finder finder(text, needle);
      for (int i = 0; i < 300; ++i) {
        const std::size_t from = random() % (size + 4);
        ASSERT_EQ(finder.next(from), text.find(needle, from)) << text << " from " << from;
      }
    }
  }
}

TEST(Finder, StepsBackCostNoSearch) {
  const std::string text(1 << 20U, 'a');
  Finder finder(text, "%>");
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t at = 300; at < text.size(); at += 50) {
    ASSERT_EQ(finder.next(at), kNoPlace);
    ASSERT_EQ(finder.next(at - 200), kNoPlace);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

}  // namespace
}  // namespace pugmark::script

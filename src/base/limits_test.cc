#include "base/limits.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace pugmark {
namespace {

TEST(Limits, EveryMemberHasANameOfItsOwn) {
  std::set<std::string_view> names;
  Limits limits;
  for (const LimitName& limit : limit_names()) {
    EXPECT_TRUE(names.insert(limit.name).second) << limit.name;
    EXPECT_EQ(limit.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos);
    EXPECT_TRUE(limit.meaning.ends_with('.')) << limit.name;
    EXPECT_GT(limits.*limit.member, 0U) << limit.name;
    limits.*limit.member = 0;
  }
  // The struct holds nothing but limits: as many as it has numbers, none named twice.
  EXPECT_EQ(names.size(), sizeof(Limits) / sizeof(std::uint64_t));
  for (const LimitName& limit : limit_names()) EXPECT_EQ(limits.*limit.member, 0U) << limit.name;
}

TEST(Limits, InTheOrderOfTheStruct) {
  const Limits limits;
  const std::uint64_t* before = nullptr;
  for (const LimitName& limit : limit_names()) {
    const std::uint64_t* here = &(limits.*limit.member);
    if (before != nullptr) {
      EXPECT_EQ(here, before + 1) << limit.name;
    }
    before = here;
  }
}

}  // namespace
}  // namespace pugmark

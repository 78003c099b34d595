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

TEST(Limits, ThoseChangedAreWrittenAndReadBack) {
  EXPECT_EQ(changed_limits({}), "");
  Limits limits;
  limits.items = 0;
  limits.archive_depth = UINT64_MAX;
  EXPECT_EQ(changed_limits(limits), "archive-depth=18446744073709551615 items=0");
  for (const LimitName& limit : limit_names()) limits.*limit.member += 17;
  const std::optional<Limits> read = limits_from(changed_limits(limits));
  ASSERT_TRUE(read);
  for (const LimitName& limit : limit_names())
    EXPECT_EQ((*read).*limit.member, limits.*limit.member) << limit.name;
  for (const char* text : {"items", "items=", "items=x", "items=1x", "items=-1", "lines=1", "=",
                           "items=1,folder-depth=2", "items=18446744073709551616", " items=1"})
    EXPECT_FALSE(limits_from(text)) << text;
}

}  // namespace
}  // namespace pugmark

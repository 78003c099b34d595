#include "detect/script/flow/effects.h"

#include <gtest/gtest.h>
#include <set>
#include <string_view>

#include "base/text.h"

namespace pugmark::script {
namespace {

constexpr Family kFamilies[] = {Family::kPhp,  Family::kAsp,  Family::kDotNet, Family::kJava,
                                Family::kCfml, Family::kPerl, Family::kPython};

// Of two rows with one name the second would say nothing.
TEST(Effects, AreNamedOnce) {
  for (const Family family : kFamilies) {
    std::set<std::string_view> names;
    for (const Effect& effect : effects_of(family)) {
      EXPECT_TRUE(names.insert(effect.name).second)
          << "family " << static_cast<int>(family) << ": " << effect.name;
    }
  }
}

// They are looked up in lower case, and what belongs to a type by the canonical name of that type.
// (A name without a dot may be one of a function, which need not be canonical.)
TEST(Effects, CanBeFound) {
  for (const Family family : kFamilies) {
    for (const Effect& effect : effects_of(family)) {
      EXPECT_EQ(ascii_lower(effect.name), effect.name);
      const std::size_t dot = effect.name.rfind('.');
      if (dot == std::string_view::npos) {
        continue;
      }
      const std::string_view type = effect.name.substr(0, dot);
      EXPECT_EQ(canonical_type(type), type) << effect.name;
    }
  }
}

}  // namespace
}  // namespace pugmark::script

#include "detect/attack_tag.h"

#include <gtest/gtest.h>

#include <vector>

#include "detect/collect/describe.h"

namespace pugmark {
namespace {

TEST(AttackTag, IsReadInAnyCase) {
  EXPECT_EQ(attack_id_of("attack.t1505.003"), "T1505.003");
  EXPECT_EQ(attack_id_of("ATTACK.T1505.003"), "T1505.003");
  EXPECT_EQ(attack_id_of("attack.G0125"), "G0125");
  EXPECT_EQ(attack_id_of("attack.s0002"), "S0002");
  for (const char* other : {"", "attack.", "attack.t", "attack.initial-access", "attack.ta0001",
                            "attack.x1505", "cve.2021-26855", "t1505"})
    EXPECT_EQ(attack_id_of(other), "") << other;
}

TEST(AttackTag, TechniquesAreListedOnceInWhateverCase) {
  const std::vector<std::string> tags = {"attack.T1505.003", "attack.persistence", "attack.g0125",
                                         "attack.t1505.003", "Attack.t1190"};
  EXPECT_EQ(techniques_of(tags), (std::vector<std::string>{"T1505.003", "T1190"}));
}

}  // namespace
}  // namespace pugmark

// The seed from which the fuzzer of cases starts must be a case, or it never gets behind the door.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "casefile/sample_testing.h"

namespace pugmark {
namespace {

TEST(CaseSeeds, AreOfTodaysFormat) {
  const std::string seed =
      std::string(PUGMARK_SOURCE_DIR) + "/fuzz/seeds/casefile_open/whole.case";
  if (std::getenv("PUGMARK_UPDATE_SEEDS") != nullptr) testing_sample::write_sample(seed, true);
  const Result<CaseReader> reader = CaseReader::open(seed);
  ASSERT_TRUE(reader.ok()) << reader.error().message << " See fuzz/make_case_seeds.py.";
  std::size_t findings_count = 0;
  const Status read = reader.value().findings([&](const Finding&) {
    ++findings_count;
    return true;
  });
  EXPECT_TRUE(read.ok());
  EXPECT_EQ(findings_count, 3U);
}

}  // namespace
}  // namespace pugmark

#include "events/clock.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace pugmark {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::vector<ClockSample> samples(std::size_t count, std::int64_t offset_s) {
  std::vector<ClockSample> made;
  for (std::size_t i = 0; i < count; ++i) {
    made.push_back({offset_s * kSecond + static_cast<std::int64_t>(i % 7) * 400'000'000});
  }
  return made;
}

ClockJudgement judge(const std::vector<ClockSample>& all) {
  ClockSummary summary;
  summary.add(all);
  return judge_clock(summary);
}

TEST(Clock, SeesATimeZone) {
  const auto judgement = judge(samples(100, -18'000));
  EXPECT_TRUE(judgement.is_shifted);
  EXPECT_EQ(judgement.shift_s, 18'000);
  EXPECT_EQ(judgement.reason.find("In 100 of 100 events"), 0U);
  EXPECT_EQ(judge(samples(100, 20'700)).shift_s, -20'700);  // Nepal: 5 h 45 min
}

TEST(Clock, LeavesARightClockAlone) {
  const auto judgement = judge(samples(100, 0));
  EXPECT_FALSE(judgement.is_shifted);
  EXPECT_EQ(judgement.shift_s, 0);
  EXPECT_NE(judgement.reason.find("agrees"), std::string::npos);
}

TEST(Clock, NeedsEnoughSamples) {
  EXPECT_FALSE(judge(samples(kClockSamplesMin - 1, -18'000)).is_shifted);
  EXPECT_TRUE(judge(samples(kClockSamplesMin, -18'000)).is_shifted);
  EXPECT_FALSE(judge({}).is_shifted);
}

// Whoever shows the reason says the shift beside it, in words of their own.
TEST(Clock, GivesTheReasonAndNotTheShiftAgain) {
  const auto judgement = judge(samples(100, -18'000));
  EXPECT_EQ(judgement.shift_s, 18'000);
  EXPECT_TRUE(judgement.reason.ends_with("they are local time labelled as UTC."))
      << judgement.reason;
}

TEST(Clock, DoesNotCorrectWhatIsNotConstant) {
  auto mixed = samples(100, -18'000);
  const auto summer = samples(100, -14'400);
  mixed.insert(mixed.end(), summer.begin(), summer.end());
  EXPECT_FALSE(judge(mixed).is_shifted);
  EXPECT_FALSE(judge(samples(100, -18'000 + 450)).is_shifted);  // no time zone
  auto extreme = samples(20, -18'000);
  extreme.push_back({INT64_MIN});
  extreme.push_back({INT64_MAX});
  EXPECT_FALSE(judge(extreme).is_shifted);
}

TEST(Clock, OneStrayInAHundredDoesNotMatter) {
  auto mixed = samples(198, -18'000);
  mixed.push_back({0});
  mixed.push_back({77 * kSecond});
  EXPECT_TRUE(judge(mixed).is_shifted);
  mixed.push_back({77 * kSecond});
  EXPECT_FALSE(judge(mixed).is_shifted);
}

TEST(Clock, IsTheSameInAnyOrderAndAnyParts) {
  auto mixed = samples(500, -18'000);
  mixed.push_back({3 * kSecond});
  const auto whole = judge(mixed);
  std::mt19937 random(5);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(mixed.begin(), mixed.end(), random);
    ClockSummary parts[3];
    for (std::size_t i = 0; i < mixed.size(); ++i) parts[random() % 3].add(mixed[i]);
    parts[2].merge(parts[0]);
    parts[2].merge(parts[1]);
    const auto judgement = judge_clock(parts[2]);
    EXPECT_EQ(judgement.shift_s, whole.shift_s);
    EXPECT_EQ(judgement.reason, whole.reason);
  }
}

}  // namespace
}  // namespace pugmark

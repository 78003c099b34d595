#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>

namespace pugmark {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Error{ErrorCode::kInvalidInput, "odd", "give an even number"};
  return number / 2;
}

Status check(int number) {
  if (number < 0) return Error{ErrorCode::kLimit, "negative", ""};
  return {};
}

TEST(Result, ValueOrError) {
  const Result<int> good = half(8);
  ASSERT_TRUE(good.ok());
  EXPECT_TRUE(static_cast<bool>(good));
  EXPECT_EQ(good.value(), 4);
  const Result<int> bad = half(7);
  ASSERT_FALSE(bad.ok());
  EXPECT_FALSE(static_cast<bool>(bad));
  EXPECT_EQ(bad.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(bad.error().message, "odd");
  EXPECT_EQ(bad.error().hint, "give an even number");
}

TEST(Result, OwnsWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
  ASSERT_TRUE(result.ok());
  *result.value() = 6;
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 6);
  Result<std::unique_ptr<int>> failed = Error{ErrorCode::kIo, std::string(100, 'm'), ""};
  const Error error = std::move(failed).error();
  EXPECT_EQ(error.message, std::string(100, 'm'));
}

TEST(Status, SuccessOrError) {
  EXPECT_TRUE(check(1).ok());
  const Status bad = check(-1);
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().code, ErrorCode::kLimit);
}

TEST(ErrorCode, EveryKindHasItsOwnName) {
  std::set<std::string> names;
  for (const ErrorCode code : {ErrorCode::kInvalidInput, ErrorCode::kNotFound,
                               ErrorCode::kUnsupported, ErrorCode::kDamaged, ErrorCode::kLimit,
                               ErrorCode::kIo}) {
    EXPECT_STRNE(to_string(code), "unknown");
    names.insert(to_string(code));
  }
  EXPECT_EQ(names.size(), 6U);
}

#ifndef NDEBUG
TEST(ResultDeathTest, AskingForTheWrongSideStops) {
  EXPECT_DEATH((void)half(7).value(), "");
  EXPECT_DEATH((void)half(8).error(), "");
}
#endif

}  // namespace
}  // namespace pugmark

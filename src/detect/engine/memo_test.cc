#include "detect/engine/memo.h"

#include <gtest/gtest.h>
#include <map>
#include <random>
#include <string>

namespace pugmark::engine {
namespace {

TEST(ValueMemo, TellsFieldTypeAndBytesApart) {
  ValueMemo memo(1);
  const std::uint64_t hash = memo.hash_of(3, ValueType::kUtf8, "a");
  MemoEntry* const entry = memo.add(hash, 3, ValueType::kUtf8, "a");
  EXPECT_EQ(memo.find(hash, 3, ValueType::kUtf8, "a"), entry);
  EXPECT_EQ(memo.candidate(hash), entry);
  // Whoever finds another text with this hash must not be taken for the first.
  EXPECT_EQ(memo.find(hash, 3, ValueType::kUtf8, "b"), nullptr);
  EXPECT_EQ(memo.find(hash, 4, ValueType::kUtf8, "a"), nullptr);
  EXPECT_EQ(memo.find(hash, 3, ValueType::kAnsi, "a"), nullptr);
  EXPECT_FALSE(memo.candidate(hash)->is_of(3, ValueType::kUtf8, "b"));
}

// Made-up hashes that share places and tags, at the end of the table too: each value must still be
// found, and the candidate of a hash be nothing or of that hash.
TEST(ValueMemo, FindsEveryValueAmongColliding) {
  ValueMemo memo(1);
  std::mt19937_64 random(20210305);
  std::map<std::string, std::pair<std::uint64_t, MemoEntry*>> added;
  for (int i = 0; i < 2'000; ++i) {
    const std::uint64_t place = 0xFFF0 + random() % 0x20;  // the table has 2^16 places
    const std::uint64_t hash = (random() % 4) << 60U | (place & 0xFFFFU);
    const std::string key = std::to_string(i);
    ASSERT_EQ(memo.find(hash, 0, ValueType::kUtf8, key), nullptr);
    added[key] = {hash, memo.add(hash, 0, ValueType::kUtf8, key)};
  }
  for (const auto& [key, known] : added) {
    EXPECT_EQ(memo.find(known.first, 0, ValueType::kUtf8, key), known.second);
    ASSERT_NE(memo.candidate(known.first), nullptr);
    const std::string candidate(memo.candidate(known.first)->key);
    EXPECT_EQ(added.at(candidate).first >> 60U, known.first >> 60U);
  }
}

TEST(ValueMemo, ForgetsEverythingWhenItHasTooMuch) {
  ValueMemo memo(1);
  const std::uint64_t hash = memo.hash_of(0, ValueType::kUtf8, "a");
  memo.add(hash, 0, ValueType::kUtf8, "a");
  memo.begin_event();
  ASSERT_NE(memo.find(hash, 0, ValueType::kUtf8, "a"), nullptr);
  const std::uint64_t generation = memo.generation();
  memo.note_bytes(std::size_t{1} << 30U);
  memo.begin_event();
  EXPECT_EQ(memo.find(hash, 0, ValueType::kUtf8, "a"), nullptr);
  EXPECT_EQ(memo.candidate(hash), nullptr);
  EXPECT_NE(memo.generation(), generation);
}

TEST(Answers, SayByHowMuchTheyGrow) {
  Answers answers;
  std::size_t bytes = 0;
  for (std::uint32_t predicate = 0; predicate < 1'000; ++predicate)
    bytes += answers.add(predicate, predicate % 3 == 0);
  EXPECT_GE(bytes, 1'000 * sizeof(std::uint32_t));
  for (std::uint32_t predicate = 0; predicate < 1'000; ++predicate)
    EXPECT_EQ(answers.of(predicate), predicate % 3 == 0 ? 1 : 0);
  EXPECT_EQ(answers.of(1'000), -1);
}

}  // namespace
}  // namespace pugmark::engine

#include "detect/collect/hit_store.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <optional>
#include <random>
#include <thread>
#include <tuple>

#include "base/limits.h"

namespace pugmark {
namespace {

const std::string kPaths[] = {"a.evtx", "b.evtx"};

void add(HitStore& store, const RememberedHit& hit) {
  if (store.count(hit)) store.keep(hit);
}

using Key = std::tuple<std::uint32_t, std::int64_t, std::string, std::uint64_t>;

std::vector<Key> kept(HitStore& store) {
  std::vector<Key> keys;
  for (const RememberedHit& hit : store.take())
    keys.emplace_back(hit.correlation, hit.hit.time_ns, *hit.item_path, hit.offset_bytes);
  std::sort(keys.begin(), keys.end());
  return keys;
}

// A noisy correlation and two quiet ones, in any order and from two threads.
TEST(HitStore, OrderAndThreadsDoNotMatterAndNoiseTakesNoRoom) {
  std::mt19937 random(9);
  std::vector<RememberedHit> hits;
  for (std::uint64_t i = 0; i < 3'000; ++i) {
    RememberedHit hit;
    hit.correlation = i % 50 == 0 ? 1 : i % 50 == 1 ? 2 : 0;
    hit.hit.time_ns = static_cast<std::int64_t>(random() % 500);
    hit.item_path = &kPaths[random() % 2];
    hit.offset_bytes = i;
    hits.push_back(hit);
  }
  for (const std::uint64_t limit : {10'000ULL, 1'000ULL, 100ULL, 2ULL, 0ULL}) {
    HitStore one(3, limit);
    HitStore shared(3, limit);
    for (const RememberedHit& hit : hits) add(one, hit);
    std::vector<RememberedHit> shuffled = hits;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    const auto quarter = shuffled.begin() + static_cast<std::ptrdiff_t>(shuffled.size() / 4);
    std::thread other([&] {
      std::for_each(shuffled.begin(), quarter, [&](const auto& hit) { add(shared, hit); });
    });
    std::for_each(quarter, shuffled.end(), [&](const RememberedHit& hit) { add(shared, hit); });
    other.join();
    ASSERT_EQ(one.counts().size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(one.counts()[i].total, shared.counts()[i].total);
      EXPECT_EQ(one.counts()[i].kept, shared.counts()[i].kept);
    }
    if (limit >= 1'000) {
      EXPECT_EQ(one.counts()[1].kept, one.counts()[1].total);
    }
    const std::vector<Key> left = kept(one);
    EXPECT_EQ(left, kept(shared)) << limit;
    EXPECT_LE(left.size(), std::max<std::uint64_t>(limit, 3));
  }
}

// 400 MB is what a hunt may take with all public rules, which need 80 of them; groups are told
// apart by a copy of the values.
TEST(HitStore, TheDefaultLimitFitsTheMemoryOfAHunt) {
  constexpr std::uint64_t kValues = 2;
  constexpr std::uint64_t kAllocationBytes = 16;
  const std::uint64_t texts_bytes = kValues * (Limits{}.name_bytes + kAllocationBytes);
  const std::uint64_t hit_bytes =
      sizeof(RememberedHit) + kValues * sizeof(std::optional<std::string>) + texts_bytes;
  EXPECT_LE(Limits{}.correlation_hits * (hit_bytes + texts_bytes), 360'000'000U);
}

}  // namespace
}  // namespace pugmark

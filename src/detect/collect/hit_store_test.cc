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
    if (random() % 8 == 0)  // counts for several
      hit.hit.values.emplace_back(std::string(HitStore::kOrdinaryBytes * (random() % 60), 'x'));
    hits.push_back(hit);
  }
  for (const std::uint64_t limit : {30'000ULL, 10'000ULL, 3'000ULL, 100ULL, 2ULL, 0ULL}) {
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
    if (limit >= 3'000) {
      EXPECT_EQ(one.counts()[1].kept, one.counts()[1].total);
    }
    const std::vector<Key> left = kept(one);
    EXPECT_EQ(left, kept(shared)) << limit;
    EXPECT_LE(left.size(), std::max<std::uint64_t>(limit, 3));
  }
}

// A light event behind a heavy one that found no room is not kept in its stead.
TEST(HitStore, LongValuesCountForSeveralEvents) {
  RememberedHit light;
  light.item_path = &kPaths[0];
  light.hit.values.emplace_back("short");
  RememberedHit heavy = light;
  heavy.hit.values.emplace_back(std::string(4 * HitStore::kOrdinaryBytes, 'x'));
  EXPECT_EQ(HitStore::weight_of(light), 1U);
  EXPECT_EQ(HitStore::weight_of(heavy), 5U);
  for (const bool backwards : {false, true}) {
    HitStore store(1, 4);
    for (std::uint64_t i = 0; i < 6; ++i) {
      const std::uint64_t place = backwards ? 5 - i : i;
      RememberedHit hit = place == 2 ? heavy : light;
      hit.offset_bytes = place;
      add(store, hit);
    }
    EXPECT_EQ(store.counts()[0].total, 6U);
    const std::vector<Key> left = kept(store);
    ASSERT_EQ(left.size(), 2U);
    EXPECT_EQ(std::get<3>(left[1]), 1U);
  }
}

// 400 MB is what a hunt may take with all public rules, which need 80 of them; groups are told
// apart by a copy of the values.
TEST(HitStore, TheDefaultLimitFitsTheMemoryOfAHunt) {
  const std::uint64_t hit_bytes = sizeof(RememberedHit) + 2 * HitStore::kOrdinaryBytes;
  EXPECT_LE(Limits{}.correlation_hits * hit_bytes, 320'000'000U);
}

}  // namespace
}  // namespace pugmark

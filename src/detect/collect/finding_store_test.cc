#include "detect/collect/finding_store.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <tuple>

namespace pugmark {
namespace {

// Stands for the details of one match: tells it from all others.
std::string sample(const FindingStore::Place& place) {
  return std::to_string(place.time_ns) + *place.item_path + std::to_string(place.offset_bytes);
}

using Key = std::tuple<std::uint32_t, std::int64_t, std::string, std::uint64_t>;

std::vector<Key> kept(FindingStore& store) {
  std::vector<Key> keys;
  for (const auto& entry : store.entries()) {
    std::string details;
    EXPECT_TRUE(store.read(entry, details).ok());
    EXPECT_EQ(details, sample(entry.place));
    keys.emplace_back(entry.rule, entry.place.time_ns, *entry.place.item_path,
                      entry.place.offset_bytes);
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

void add(FindingStore& store, std::uint32_t rule, std::string_view computer,
         const FindingStore::Place& place) {
  if (!store.count(rule, computer, place)) return;
  ASSERT_TRUE(store.keep(rule, computer, place, sample(place)).ok());
}

struct Hit {
  std::uint32_t rule;
  std::string computer;
  FindingStore::Place place;
};

const std::vector<std::string> kPaths = {"a.evtx", "b.evtx", "c.evtx"};

std::vector<Hit> some_hits(std::mt19937& random) {
  std::vector<Hit> hits;
  for (std::uint64_t i = 0; i < 4'000; ++i) {
    // Names of computers come later the earlier they sort, which is what hurts most.
    const std::uint64_t computer = 99 - i / 50 + random() % 3;
    hits.push_back({static_cast<std::uint32_t>(random() % 3),
                    "mx" + std::to_string(computer),
                    {static_cast<std::int64_t>(random() % 300), &kPaths[random() % 3], i}});
  }
  return hits;
}

void fill(FindingStore& store, const std::vector<Hit>& hits) {
  for (const Hit& hit : hits) add(store, hit.rule, hit.computer, hit.place);
}

void expect_same(FindingStore& a, FindingStore& b) {
  EXPECT_EQ(kept(a), kept(b));
  EXPECT_EQ(a.cap(), b.cap());
  EXPECT_EQ(a.computers_merged(), b.computers_merged());
  const auto left = a.counts();
  const auto right = b.counts();
  ASSERT_EQ(left.size(), right.size());
  for (const auto& [rule, count] : left) {
    EXPECT_EQ(count.total, right.at(rule).total);
    EXPECT_EQ(count.kept, right.at(rule).kept);
  }
}

// Whoever sees which events in which order, the same findings are kept.
TEST(FindingStore, TheChoiceDoesNotDependOnOrderOrSplit) {
  std::mt19937 random(3);
  const std::vector<Hit> sorted = some_hits(random);
  std::vector<Hit> shuffled = sorted;
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  for (const std::uint64_t computers : {10'000ULL, 60ULL, 7ULL, 1ULL, 0ULL}) {
    for (const std::uint64_t findings : {1'000'000ULL, 2'000ULL, 500ULL, 100ULL, 0ULL}) {
      SCOPED_TRACE(std::to_string(computers) + " computers, " + std::to_string(findings));
      Limits limits;
      limits.findings_per_rule_and_computer = 40;
      limits.findings = findings;
      limits.computers = computers;
      FindingStore one(limits), backwards(limits), first(limits), second(limits);
      fill(one, sorted);
      fill(backwards, {sorted.rbegin(), sorted.rend()});
      expect_same(one, backwards);
      for (std::size_t i = 0; i < shuffled.size(); ++i) {
        const Hit& hit = shuffled[i];
        add(i % 4 == 0 ? first : second, hit.rule, hit.computer, hit.place);
      }
      ASSERT_TRUE(first.merge(std::move(second)).ok());
      expect_same(one, first);
    }
  }
}

TEST(FindingStore, KeepsAsManyAsTheLimitAllows) {
  std::mt19937 random(3);
  const std::vector<Hit> hits = some_hits(random);
  Limits limits;
  limits.findings_per_rule_and_computer = 40;
  limits.findings = 500;
  FindingStore store(limits);
  fill(store, hits);
  EXPECT_LE(store.kept_count(), 500U);
  EXPECT_GE(store.kept_count(), 250U);
  EXPECT_FALSE(store.computers_merged());
  std::uint64_t total = 0;
  for (const auto& [rule, count] : store.counts()) total += count.total;
  EXPECT_EQ(total, hits.size());
}

}  // namespace
}  // namespace pugmark

#include "detect/finding_store.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <tuple>

namespace pugmark {
namespace {

Finding sample(std::int64_t time_ns, std::uint64_t offset_bytes) {
  Finding finding;
  finding.rule_id = "r";
  finding.time = {time_ns};
  finding.offset_bytes = offset_bytes;
  finding.because = {{"Image", "C:\\x.exe", "endswith: \\x.exe", 17, ""},
                     {"", "k", "k", {}, "joined"}};
  finding.related = {{"base", "a.evtx", 1, 2, {3}, TimePrecision::kMillisecond}};
  finding.fields = {{"EventID", "1"}, {"Image", std::string("\0\n", 2)}};
  finding.tags = {"attack.t1190"};
  finding.recovered = true;
  finding.verdict = Verdict::kPlanted;
  return finding;
}

TEST(FindingStore, EncodingKeepsEverything) {
  const Finding before = sample(-5, 77);
  const auto after = decode_finding(encode_finding(before));
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(encode_finding(after.value()), encode_finding(before));
  EXPECT_EQ(after.value().fields, before.fields);
  EXPECT_EQ(after.value().verdict, Verdict::kPlanted);
  EXPECT_EQ(after.value().because[0].offset_bytes, 17U);
  EXPECT_FALSE(after.value().because[1].offset_bytes);
}

TEST(FindingStore, EveryCutOfTheEncodingIsNoticed) {
  const std::string bytes = encode_finding(sample(1, 2));
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(decode_finding(bytes.substr(0, length)).ok()) << length;
}

using Key = std::tuple<std::uint32_t, std::int64_t, std::string, std::uint64_t>;

std::vector<Key> kept(FindingStore& store) {
  std::vector<Key> keys;
  for (const auto& entry : store.entries()) {
    const auto finding = store.read(entry);
    EXPECT_TRUE(finding.ok());
    EXPECT_EQ(finding.value().offset_bytes, entry.place.offset_bytes);
    keys.emplace_back(entry.rule, entry.place.time_ns, *entry.place.item_path,
                      entry.place.offset_bytes);
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

void add(FindingStore& store, std::uint32_t rule, std::string_view computer,
         const FindingStore::Place& place) {
  if (!store.count(rule, computer, place)) return;
  ASSERT_TRUE(store.keep(rule, computer, place, sample(place.time_ns, place.offset_bytes)).ok());
}

// Whoever sees which events in which order, the same findings are kept.
TEST(FindingStore, TheChoiceDoesNotDependOnOrderOrSplit) {
  const std::vector<std::string> paths = {"a.evtx", "b.evtx", "c.evtx"};
  const std::vector<std::string> computers = {"mx01", "mx02"};
  struct Hit {
    std::uint32_t rule;
    const std::string* computer;
    FindingStore::Place place;
  };
  std::mt19937 random(3);
  std::vector<Hit> hits;
  for (std::uint64_t i = 0; i < 4'000; ++i)
    hits.push_back({static_cast<std::uint32_t>(random() % 3),
                    &computers[random() % 2],
                    {static_cast<std::int64_t>(random() % 300), &paths[random() % 3], i}});
  Limits limits;
  limits.findings_per_rule_and_computer = 40;
  for (const std::uint64_t findings : {1'000'000ULL, 100ULL}) {
    limits.findings = findings;
    FindingStore one(limits);
    for (const Hit& hit : hits) add(one, hit.rule, *hit.computer, hit.place);
    std::shuffle(hits.begin(), hits.end(), random);
    FindingStore first(limits), second(limits);
    for (std::size_t i = 0; i < hits.size(); ++i)
      add(i % 4 == 0 ? first : second, hits[i].rule, *hits[i].computer, hits[i].place);
    ASSERT_TRUE(first.merge(std::move(second)).ok());
    EXPECT_EQ(kept(one), kept(first));
    EXPECT_LE(one.kept_count(), std::min<std::uint64_t>(findings, 240));
    EXPECT_GE(one.kept_count(), std::min<std::uint64_t>(findings, 240) / 2);
    std::uint64_t total = 0;
    for (const auto& [rule, count] : first.counts()) total += count.total;
    EXPECT_EQ(total, hits.size());
  }
}

}  // namespace
}  // namespace pugmark

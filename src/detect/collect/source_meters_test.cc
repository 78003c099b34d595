#include "detect/collect/source_meters.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <tuple>
#include <vector>

namespace pugmark {
namespace {

using Seen = std::tuple<std::uint32_t, std::string, std::int64_t>;  // item, computer, time

void add(SourceMeters& meters, const Seen& seen) {
  const auto& [item, computer, time_ns] = seen;
  meters.meter(ItemId{item}, {computer, SourceKind::kJson, "log"}, item)
      .add({time_ns}, TimePrecision::kSecond, 0, false);
}

using Counts = std::vector<std::tuple<std::string, std::string, std::uint32_t, std::uint64_t>>;

// By computer, log and item; the others last.
Counts counts_of(const SourceMeters& meters) {
  Counts counts;
  const auto add_counts = [&](const std::string& computer, std::string_view log,
                              const SourceMeters::Source& source) {
    for (const auto& [item, meter] : source.by_item) {
      EXPECT_TRUE(std::ranges::binary_search(source.buckets, static_cast<std::uint32_t>(item)));
      counts.emplace_back(computer, log, static_cast<std::uint32_t>(item), meter.events_count());
    }
  };
  for (const auto& [key, source] : meters.sources()) add_counts(key.computer, source.name, source);
  for (const auto& [kind, source] : meters.others())
    add_counts(std::string(SourceMeters::kOthers), SourceMeters::kOtherLogs, source);
  return counts;
}

// Whoever meets which source when, the same ones are told apart.
TEST(SourceMeters, OrderAndSplitDoNotMatter) {
  std::mt19937 random(5);
  std::vector<Seen> all;
  for (int i = 0; i < 2'000; ++i)
    all.emplace_back(random() % 3, "mx" + std::to_string(random() % 40), random() % 1'000);
  std::sort(all.begin(), all.end(),
            [](const Seen& a, const Seen& b) { return std::get<1>(a) > std::get<1>(b); });
  constexpr std::uint64_t kAll = 3 * 40 - 3;  // one of each item is free
  for (const std::uint64_t most :
       {kAll, kAll - 1, std::uint64_t{15}, std::uint64_t{2}, std::uint64_t{0}}) {
    SourceMeters falling(most), rising(most), first(most), second(most);
    for (const Seen& seen : all) add(falling, seen);
    std::for_each(all.rbegin(), all.rend(), [&](const Seen& seen) { add(rising, seen); });
    std::vector<Seen> shuffled = all;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    for (std::size_t i = 0; i < shuffled.size(); ++i) add(i % 3 == 0 ? first : second, shuffled[i]);
    first.merge(std::move(second));
    EXPECT_EQ(counts_of(falling), counts_of(rising)) << most;
    EXPECT_EQ(counts_of(falling), counts_of(first)) << most;
    EXPECT_EQ(first.has_others(), most < kAll) << most;
    // As many as fit, and no more.
    std::size_t told_apart = 0;
    for (const auto& [key, source] : first.sources()) told_apart += source.by_item.size();
    EXPECT_LE(told_apart, most + 3);
    EXPECT_GT(told_apart + 3, most) << "a computer is in three items at most";
    std::uint64_t events_count = 0;
    for (const auto& [computer, log, item, count] : counts_of(first)) events_count += count;
    EXPECT_EQ(events_count, all.size());
  }
}

// Hundreds of thousands of files of one log each are no reason to throw any together.
TEST(SourceMeters, OneSourceOfEachItemIsFree) {
  SourceMeters meters(0);
  for (std::uint32_t item = 0; item < 100; ++item) add(meters, {item, "mx", 0});
  EXPECT_FALSE(meters.has_others());
  EXPECT_FALSE(meters.is_in_vain());
  add(meters, {7, "a", 0});
  EXPECT_TRUE(meters.is_in_vain());
  ASSERT_EQ(meters.sources().size(), 1U);
  EXPECT_EQ(meters.sources().begin()->first.computer, "a");
  EXPECT_EQ(meters.others().at(SourceKind::kJson).by_item.size(), 100U);
}

// Each of many workers may be below the limit, and all together need more memory than there is.
TEST(SourceMeters, AllWorkersTogetherAreBounded) {
  const auto totals = std::make_shared<SourceMeters::Totals>(1'000, 10);
  SourceMeters first(8, totals), second(8, totals);
  for (int i = 0; i < 6; ++i) {
    EXPECT_FALSE(first.is_in_vain());
    for (SourceMeters* meters : {&first, &second}) add(*meters, {1, "mx" + std::to_string(i), 0});
  }
  add(second, {1, "mx7", 0});
  EXPECT_TRUE(first.is_in_vain());
  EXPECT_TRUE(second.is_in_vain());
  EXPECT_FALSE(first.has_others());
  add(second, {1, "mx8", 0});
  add(second, {1, "mx9", 0});
  EXPECT_FALSE(second.has_others());
  add(second, {1, "mxa", 0});
  EXPECT_TRUE(second.has_others());
  EXPECT_EQ(totals->sources_count, 5U + 8U);
}

// Windows does not tell channels by case, and neither do rules.
TEST(SourceMeters, NamesThatDifferInCaseAreOneLog) {
  const auto named = [](const std::vector<std::string>& names) {
    SourceMeters meters(5);
    for (const std::string& name : names)
      meters.meter(ItemId{1}, {"a", SourceKind::kWindowsEvent, name}, 1)
          .add({0}, TimePrecision::kSecond, 0, false);
    return meters;
  };
  for (const auto& [first, second] :
       {std::pair(named({"security", "Security"}), named({"SECURITY", "System"})),
        std::pair(named({"System", "SECURITY", "security"}), named({"Security"}))}) {
    SourceMeters meters = first;
    meters.merge(SourceMeters(second));
    ASSERT_EQ(meters.sources().size(), 2U);
    const auto& source = meters.sources().begin()->second;
    EXPECT_EQ(source.name, "SECURITY");
    EXPECT_EQ(source.by_item.at(ItemId{1}).events_count(), 3U);
  }
}

// Some meters on many days, others on few: the first give way.
TEST(SourceMeters, ThinsOutThoseWithMostDays) {
  constexpr std::int64_t kDayNs = 86'400'000'000'000;
  const auto totals = std::make_shared<SourceMeters::Totals>(100, 1'000);
  SourceMeters meters(10, totals);
  for (std::int64_t day = 0; day < 150; ++day) {
    const std::string computer = day % 15 == 0 ? "few" : "many";
    CoverageMeter& meter = meters.meter(ItemId{1}, {computer, SourceKind::kJson, "log"}, 1);
    const std::uint64_t before = meter.days_count();
    meter.add({day * kDayNs}, TimePrecision::kSecond, 0, false);
    if (meter.days_count() > before) meters.note_new_day();
    if (meters.has_too_many_days()) meters.thin_out();
  }
  EXPECT_EQ(meters.days_max(), 64U);
  EXPECT_EQ(totals->days_count, 10U);
  for (const auto& [key, source] : meters.sources())
    EXPECT_EQ(source.by_item.at(ItemId{1}).is_scattered(), key.computer == "many");
}

// More logs than days may be remembered: then none is, and nothing is left to count.
TEST(SourceMeters, ThinsOutToNothing) {
  const auto totals = std::make_shared<SourceMeters::Totals>(10, 1'000);
  SourceMeters meters(100, totals);
  for (std::uint32_t item = 0; item < 50; ++item) {
    CoverageMeter& meter = meters.meter(ItemId{item}, {"mx", SourceKind::kJson, "log"}, 1);
    const std::uint64_t before = meter.days_count();
    meter.add({0}, TimePrecision::kSecond, 0, false);
    if (meter.days_count() > before) meters.note_new_day();
    if (meters.has_too_many_days()) meters.thin_out();
  }
  EXPECT_EQ(meters.days_max(), 0U);
  EXPECT_EQ(totals->days_count, 0U);
}

TEST(SourceMeters, SaysWhenMetersMoved) {
  SourceMeters meters(0);
  add(meters, {1, "b", 0});
  const std::uint64_t before = meters.generation();
  add(meters, {1, "c", 0});
  EXPECT_NE(meters.generation(), before) << "c had to give way at once";
  const std::uint64_t between = meters.generation();
  add(meters, {1, "c", 0});
  EXPECT_EQ(meters.generation(), between) << "c joins the others, nothing moved";
  add(meters, {1, "a", 0});
  EXPECT_NE(meters.generation(), between) << "b had to give way";
  EXPECT_EQ(
      counts_of(meters),
      (Counts{{"a", "log", 1, 1},
              {std::string(SourceMeters::kOthers), std::string(SourceMeters::kOtherLogs), 1, 3}}));
}

}  // namespace
}  // namespace pugmark

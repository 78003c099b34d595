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

using Counts = std::vector<std::tuple<std::string, std::uint32_t, std::uint64_t>>;

Counts counts_of(const SourceMeters& meters) {
  Counts counts;
  for (const auto& [key, source] : meters.sources()) {
    for (const auto& [item, meter] : source.by_item) {
      EXPECT_TRUE(source.buckets.contains(static_cast<std::uint32_t>(item)));
      counts.emplace_back(key.computer, static_cast<std::uint32_t>(item), meter.events_count());
    }
  }
  return counts;
}

// Whoever meets which computer when, the same names are told apart.
TEST(SourceMeters, OrderAndSplitDoNotMatter) {
  std::mt19937 random(5);
  std::vector<Seen> all;
  for (int i = 0; i < 2'000; ++i)
    all.emplace_back(random() % 3, "mx" + std::to_string(random() % 40), random() % 1'000);
  std::sort(all.begin(), all.end(),
            [](const Seen& a, const Seen& b) { return std::get<1>(a) > std::get<1>(b); });
  for (const std::uint64_t most : {100ULL, 39ULL, 5ULL, 1ULL, 0ULL}) {
    SourceMeters falling(most), rising(most), first(most), second(most);
    for (const Seen& seen : all) add(falling, seen);
    std::for_each(all.rbegin(), all.rend(), [&](const Seen& seen) { add(rising, seen); });
    std::vector<Seen> shuffled = all;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    for (std::size_t i = 0; i < shuffled.size(); ++i) add(i % 3 == 0 ? first : second, shuffled[i]);
    first.merge(std::move(second));
    EXPECT_EQ(counts_of(falling), counts_of(rising)) << most;
    EXPECT_EQ(counts_of(falling), counts_of(first)) << most;
    EXPECT_EQ(first.computers_merged(), most < 40);
    std::uint64_t events_count = 0;
    for (const auto& [computer, item, count] : counts_of(first)) events_count += count;
    EXPECT_EQ(events_count, all.size());
  }
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
  const auto days = std::make_shared<SourceMeters::DayCount>(100);
  SourceMeters meters(10, days);
  for (std::int64_t day = 0; day < 150; ++day) {
    const std::string computer = day % 15 == 0 ? "few" : "many";
    CoverageMeter& meter = meters.meter(ItemId{1}, {computer, SourceKind::kJson, "log"}, 1);
    const std::uint64_t before = meter.days_count();
    meter.add({day * kDayNs}, TimePrecision::kSecond, 0, false);
    if (meter.days_count() > before) meters.note_new_day();
    if (meters.has_too_many_days()) meters.thin_out();
  }
  EXPECT_EQ(meters.days_max(), 64U);
  EXPECT_EQ(days->count, 10U);
  for (const auto& [key, source] : meters.sources())
    EXPECT_EQ(source.by_item.at(ItemId{1}).is_scattered(), key.computer == "many");
}

// More logs than days may be remembered: then none is, and nothing is left to count.
TEST(SourceMeters, ThinsOutToNothing) {
  const auto days = std::make_shared<SourceMeters::DayCount>(10);
  SourceMeters meters(100, days);
  for (std::uint32_t item = 0; item < 50; ++item) {
    CoverageMeter& meter = meters.meter(ItemId{item}, {"mx", SourceKind::kJson, "log"}, 1);
    const std::uint64_t before = meter.days_count();
    meter.add({0}, TimePrecision::kSecond, 0, false);
    if (meter.days_count() > before) meters.note_new_day();
    if (meters.has_too_many_days()) meters.thin_out();
  }
  EXPECT_EQ(meters.days_max(), 0U);
  EXPECT_EQ(days->count, 0U);
}

TEST(SourceMeters, SaysWhenMetersMoved) {
  SourceMeters meters(1);
  add(meters, {1, "b", 0});
  const std::uint64_t before = meters.generation();
  add(meters, {1, "c", 0});
  EXPECT_EQ(meters.generation(), before) << "c joins the others, nothing moved";
  add(meters, {1, "a", 0});
  EXPECT_NE(meters.generation(), before) << "b had to give way";
  EXPECT_EQ(counts_of(meters), (Counts{{std::string(SourceMeters::kOthers), 1, 2}, {"a", 1, 1}}));
}

}  // namespace
}  // namespace pugmark

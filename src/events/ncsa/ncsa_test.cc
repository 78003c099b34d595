#include <gtest/gtest.h>
#include <random>

#include "events/ncsa/line.h"
#include "events/ncsa/ncsa_reader.h"
#include "events/ncsa/ncsa_twin.h"
#include "events/text/plain_testing.h"

namespace pugmark {
namespace {

text::PlainLog read(std::string_view log, std::size_t step = SIZE_MAX / 2, Limits limits = {}) {
  ShapeTable shapes(limits);
  const auto reader = ncsa::make_ncsa_reader({&limits, &shapes, false});
  return text::read_plainly(*reader, log, [&](std::size_t) { return step; });
}

TEST(Ncsa, ReadsCommonCombinedAndFurtherFields) {
  const std::string log_text =
      "198.51.100.7 - - [10/Oct/2000:13:55:36 -0700] \"GET /a/b?c=d HTTP/1.0\" 200 2326\r\n"
      "2001:db8::1 - j doe [01/Mar/2021:00:00:00 +0100] \"POST /x HTTP/1.1\" 302 - \"-\" \"A \\\" "
      "B\"\n"
      "www.example.org:443 203.0.113.9 - - [01/Mar/2021:00:00:00 +0000] \"\\x16\\x03\" 400 0 "
      "\"http://example.org/\" \"-\" 12 \"x\"\n";
  const auto log = read(log_text, 17);
  ASSERT_EQ(log.events.size(), 3U);
  EXPECT_EQ(log.events[0].time, "2000-10-10T20:55:36Z");
  EXPECT_EQ(log.events[0].fields.at("cs-uri-stem"), "t:/a/b");
  EXPECT_EQ(log.events[0].fields.at("cs-uri-query"), "t:c=d");
  EXPECT_EQ(log.events[0].fields.at("cs-version"), "t:HTTP/1.0");
  EXPECT_EQ(log.events[0].fields.at("cs-username"), "null");
  EXPECT_FALSE(log.events[0].fields.contains("cs-referer"));
  EXPECT_EQ(log.events[1].time, "2021-02-28T23:00:00Z");
  EXPECT_EQ(log.events[1].fields.at("cs-username"), "t:j doe");
  EXPECT_EQ(log.events[1].fields.at("sc-bytes"), "null");
  EXPECT_EQ(log.events[1].fields.at("cs-referer"), "null");
  EXPECT_EQ(log.events[1].fields.at("cs-user-agent"), "t:A \\\" B");
  EXPECT_EQ(log.events[2].fields.at("cs-host"), "t:www.example.org:443");
  EXPECT_EQ(log.events[2].fields.at("c-ip"), "t:203.0.113.9");
  EXPECT_EQ(log.events[2].fields.at("cs-uri-stem"), "t:\\x16\\x03");
  EXPECT_EQ(log.events[2].fields.at("cs-method"), "null");
  EXPECT_EQ(log.events[2].fields.at("rest"), "t:12 \"x\"");
  EXPECT_TRUE(log.gaps.empty());
}

// With Basic authentication the client chooses the name of the user.
TEST(Ncsa, ReadsUsersWithBrackets) {
  const std::string behind = " [10/Oct/2000:13:55:36 -0700] \"GET /[x] HTTP/1.1\" 401 5\n";
  for (const std::string user :
       {"a[b", "[", "[[]", "a] [b] c", "[10/Oct/2000", "][", "x [01/Jan/2020:00:00:00 +0000]"}) {
    const auto log = read("198.51.100.7 - " + user + behind);
    ASSERT_EQ(log.events.size(), 1U) << user;
    EXPECT_EQ(log.events[0].fields.at("cs-username"), "t:" + user);
    EXPECT_EQ(log.events[0].time, "2000-10-10T20:55:36Z");
    EXPECT_TRUE(log.gaps.empty());
  }
}

TEST(Ncsa, TakesNoTimeFromTheRequest) {
  const auto log = read("198.51.100.7 - - [bad] \"GET /[10/Oct/2000:13:55:36 -0700]\" 200 5 \"\n");
  EXPECT_TRUE(log.events.empty());
  EXPECT_EQ(log.gaps.size(), 1U);
}

TEST(Ncsa, ReadsManyBracketsOnce) {
  const std::string many = "198.51.100.7 - " + std::string(4'000'000, '[');
  EXPECT_FALSE(ncsa::parse_line(many).has_value());
  const std::string whole = many + " [10/Oct/2000:13:55:36 -0700] \"GET /\" 200 5";
  ASSERT_TRUE(ncsa::parse_line(whole).has_value());
  EXPECT_EQ(ncsa::parse_line(whole)->user.size(), 4'000'000U);
}

TEST(Ncsa, ReadsTimes) {
  EXPECT_TRUE(ncsa::parse_ncsa_time("29/Feb/2020:23:59:60 +0530").has_value());
  EXPECT_FALSE(ncsa::parse_ncsa_time("30/Feb/2020:23:59:59 +0000").has_value());
  EXPECT_FALSE(ncsa::parse_ncsa_time("10/Oct/2000:13:55:36 0700").has_value());
  EXPECT_FALSE(ncsa::parse_ncsa_time("10/Okt/2000:13:55:36").has_value());
}

TEST(Ncsa, AnotherLineIsAGap) {
  const auto log =
      read("[notice] started\n198.51.100.7 - - [10/Oct/2000:13:55:36 -0700] \"\" - -\n");
  ASSERT_EQ(log.events.size(), 1U);
  ASSERT_EQ(log.gaps.size(), 1U);
  EXPECT_EQ(log.gaps[0], (text::PlainGap{0, 16, "damaged"}));
}

TEST(Ncsa, AgreesWithItsTwinOnRandomLogs) {
  std::mt19937 random(1998);
  const auto pick = [&](std::initializer_list<const char*> choices) {
    return std::string(choices.begin()[random() % choices.size()]);
  };
  std::size_t events_count = 0;
  for (int round = 0; round < 600; ++round) {
    std::string log;
    for (int i = 0; i < 10; ++i) {
      log += pick({"198.51.100.7 - -", "h 198.51.100.7 - u v", "a b c", "a b", "a - \xE9 -",
                   "a - [b", "a - b[c [", "a - [10/Oct/2000:13:55:3 \"[", "a - ]["}) +
             pick({" [10/Oct/2000:13:55:36 -0700] ", " [10/Oct/2000:13:55:36] ",
                   "[31/Feb/2000:13:55:36 +0000]", " [10/Oct/2000:13:55:36 -07:00] "}) +
             pick({"\"GET /a?b HTTP/1.1\"", "\"GET /a b\"", "\"\"", "\"x\\\" y\\", "\" \"", "-"}) +
             pick({" 200 5", " 200 -", " 20 5", " - 5x", "  404  1 "}) +
             pick({"", " \"-\" \"U\"", " \"r\" \"U\" z", " \"r", " \"r\" x", " 77"}) +
             pick({"\n", "\r\n", "\n\n", "\n"});
    }
    const auto twin = ncsa::read_slowly(log);
    events_count += twin.events.size();
    for (const std::size_t step : {1 + random() % 90, std::uint_fast32_t{1} << 20U}) {
      const auto fast = read(log, step);
      ASSERT_EQ(fast.events.size(), twin.events.size()) << log;
      for (std::size_t i = 0; i < fast.events.size(); ++i)
        ASSERT_TRUE(fast.events[i] == twin.events[i])
            << log.substr(fast.events[i].offset_bytes, 120);
    }
  }
  EXPECT_GT(events_count, 500U);
}

}  // namespace
}  // namespace pugmark

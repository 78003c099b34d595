#include <filesystem>
#include <gtest/gtest.h>
#include <random>

#include "events/text/plain_testing.h"
#include "events/text/scan.h"
#include "events/text/blocks_testing.h"
#include "events/w3c/layout.h"
#include "events/w3c/w3c_reader.h"
#include "events/w3c/w3c_twin.h"

namespace pugmark {
namespace {

constexpr std::string_view kHeader =
    "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n"
    "#Date: 2021-03-03 00:00:04\r\n"
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
    "cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken\r\n";

class Log {
 public:
  explicit Log(std::string path = "C/inetpub/logs/LogFiles/W3SVC1/u_ex210303.log",
               Limits limits = {})
      : limits_(limits), shapes_(limits_), path_(std::move(path)) {}

  text::PlainLog read(std::string_view log, std::size_t step = SIZE_MAX / 2) {
    const auto reader = w3c::make_w3c_reader(path_, {&limits_, &shapes_, false});
    return text::read_plainly(*reader, log, [&](std::size_t) { return step; });
  }
  text::PlainLog read_slowly(std::string_view log) const {
    return w3c::read_slowly(log, path_, limits_);
  }

 private:
  Limits limits_;
  ShapeTable shapes_;
  std::string path_;
};

std::string with_header(std::string_view rows) { return std::string(kHeader) + std::string(rows); }

TEST(W3c, ReadsAnOrdinaryRow) {
  const std::string row =
      "2021-03-03 06:49:42 192.0.2.10 POST /ecp/y.js &cafeReqId=0f6f7c2e; 443 - 198.51.100.7 "
      "ExchangeServicesClient/0.0.0.0 - 200 0 0 412";
  const auto log = Log().read(with_header(row + "\r\n"));
  ASSERT_EQ(log.events.size(), 1U);
  const auto& event = log.events[0];
  EXPECT_EQ(event.offset_bytes, kHeader.size());
  EXPECT_EQ(event.length_bytes, row.size());
  EXPECT_EQ(event.time, "2021-03-03T06:49:42Z");
  EXPECT_EQ(event.source, "webserver");
  EXPECT_EQ(event.channel, "W3SVC1");
  EXPECT_EQ(event.fields.at("cs-uri-stem"), "t:/ecp/y.js");
  EXPECT_EQ(event.fields.at("cs-uri-query"), "t:&cafeReqId=0f6f7c2e;");
  EXPECT_EQ(event.fields.at("cs-user-agent"), "t:ExchangeServicesClient/0.0.0.0");
  EXPECT_EQ(event.fields.at("cs-username"), "null");
  EXPECT_EQ(event.fields.at("cs-referer"), "null");
  EXPECT_EQ(event.fields.at("sc-win32-status"), "t:0");
  EXPECT_EQ(event.fields.at("c-win32-status"), "t:0");
  EXPECT_EQ(event.fields.at("time-taken"), "t:412");
  EXPECT_TRUE(log.gaps.empty());
}

TEST(W3c, KeepsTheDashBehindANull) {
  Limits limits;
  ShapeTable shapes(limits);
  const auto reader = w3c::make_w3c_reader("x.log", {&limits, &shapes, false});
  const std::string log = "#Fields: date time cs-username\n2021-03-03 00:00:00 -\n";
  text::read_in_blocks(
      *reader, log, [](std::size_t) { return std::size_t{1} << 20U; },
      [](EventBatch& batch) {
        ASSERT_EQ(batch.events().size(), 1U);
        const Value user = batch.events()[0].at(2);
        EXPECT_EQ(user.type, ValueType::kNull);
        EXPECT_EQ(user.bytes(), "-");
      });
}

TEST(W3c, TakesTheFieldsLineThatStandsAbove) {
  const auto log = Log("web.log").read(
      "#Fields: date time cs-method\n2021-03-03 00:00:00 GET\n\n# a remark\n"
      "#Fields: date time cs-uri-stem s-computername\n2021-03-03 00:00:01 /a MX01\n",
      9);
  ASSERT_EQ(log.events.size(), 2U);
  EXPECT_EQ(log.events[0].fields.at("cs-method"), "t:GET");
  EXPECT_EQ(log.events[0].computer, "");
  EXPECT_EQ(log.events[1].fields.at("cs-uri-stem"), "t:/a");
  EXPECT_EQ(log.events[1].computer, "MX01");
  EXPECT_EQ(log.events[1].channel, "W3C");
  EXPECT_TRUE(log.gaps.empty());
}

TEST(W3c, CountsDaysWhereRowsHaveNoDate) {
  const std::string rows =
      "#Date: 2021-02-27 23:00:00\n#Fields: time cs-method\n23:59:58 A\n00:00:01 B\n23:59:59 C\n"
      "00:00:02 D\n22:00:00 E\n01:00:00 F\n#Date: 2021-05-01 00:00:00\n00:00:09 G\n";
  for (const std::size_t step : {1U, 13U, 1000U}) {
    const auto log = Log().read(rows, step);
    ASSERT_EQ(log.events.size(), 7U);
    EXPECT_EQ(log.events[0].time, "2021-02-27T23:59:58Z");
    EXPECT_EQ(log.events[1].time, "2021-02-28T00:00:01Z");
    EXPECT_EQ(log.events[2].time, "2021-02-27T23:59:59Z");  // written late
    EXPECT_EQ(log.events[3].time, "2021-02-28T00:00:02Z");
    EXPECT_EQ(log.events[4].time, "2021-02-28T22:00:00Z");
    EXPECT_EQ(log.events[5].time, "2021-03-01T01:00:00Z");
    EXPECT_EQ(log.events[6].time, "2021-05-01T00:00:09Z");
  }
}

TEST(W3c, ReadsRowsWithBlanksInTheQuery) {
  const auto log =
      Log().read(with_header("2021-03-03 06:49:42 192.0.2.10 GET /a.asp id=1 or 1=1|22|x 443 - "
                             "198.51.100.7 UA - 500 0 0 1\n"
                             "2021-03-03 06:49:43 192.0.2.10 GET /powershell x=1 444  dom\\user "
                             "fe80::1%3 UA - 200 0 0 2\n"));
  ASSERT_EQ(log.events.size(), 2U);
  EXPECT_EQ(log.events[0].fields.at("cs-uri-query"), "t:id=1 or 1=1|22|x");
  EXPECT_EQ(log.events[0].fields.at("sc-status"), "t:500");
  EXPECT_EQ(log.events[1].fields.at("cs-username"), "t:dom\\user");
  EXPECT_EQ(log.events[1].fields.at("c-ip"), "t:fe80::1%3");
  EXPECT_TRUE(log.gaps.empty());
}

TEST(W3c, KeepsWhatIsCertainOfABrokenRow) {
  const auto log =
      Log().read(with_header("2021-03-03 06:49:42 192.0.2.10 GET /a.asp id=1 443 - 198.51\n"
                             "2021-03-03 06:49:43 192.0.2.10 GET /b.asp x y z 200 0 0 7\n"));
  ASSERT_EQ(log.events.size(), 2U);
  EXPECT_EQ(log.events[0].fields.at("cs-uri-stem"), "t:/a.asp");
  EXPECT_EQ(log.events[0].fields.at("cs-uri-query"), "t:id=1 443 - 198.51");
  EXPECT_FALSE(log.events[0].fields.contains("sc-status"));
  EXPECT_EQ(log.events[1].fields.at("cs-uri-query"), "t:x y z");
  EXPECT_EQ(log.events[1].fields.at("sc-status"), "t:200");
  EXPECT_EQ(log.events[1].fields.at("time-taken"), "t:7");
  ASSERT_EQ(log.gaps.size(), 2U);
  EXPECT_EQ(log.gaps[0].kind, "damaged");
  EXPECT_EQ(log.gaps[0].offset_bytes, log.events[0].offset_bytes);
}

TEST(W3c, ReportsReservedSpaceAsOneGap) {
  std::string text =
      with_header("2021-03-03 06:49:42 192.0.2.10 GET / - 80 - 198.51.100.7 U - 200 0 0 1\r\n");
  const std::size_t end = text.size();
  text.append(60'000, '\0');
  text += "#Fields: date time cs-method\n2021-03-04 00:00:00 GET\n";
  const auto log = Log().read(text, 777);
  ASSERT_EQ(log.events.size(), 2U);
  EXPECT_EQ(log.events[1].fields.size(), 3U);
  ASSERT_EQ(log.gaps.size(), 1U);
  EXPECT_EQ(log.gaps[0], (text::PlainGap{end, 60'000, "truncated"}));
}

TEST(W3c, ReadsTextThatIsNotUtf8AsWindows1252) {
  const auto log =
      Log().read(with_header("2021-03-03 06:49:42 192.0.2.10 GET /caf\xE9 na\xC3\xAFve 80 - "
                             "198.51.100.7 U - 200 0 0 1\n"));
  ASSERT_EQ(log.events.size(), 1U);
  EXPECT_EQ(log.events[0].fields.at("cs-uri-stem"), "t:/caf\xC3\xA9");
  EXPECT_EQ(log.events[0].fields.at("cs-uri-query"), "t:na\xC3\xAFve");
}

TEST(W3c, ShowsTheUriOfHttpErrLogsAsStemAndQuery) {
  const auto log = Log("httperr1.log")
                       .read(
                           "#Software: Microsoft HTTP API 2.0\n#Fields: date time c-ip c-port s-ip "
                           "s-port cs-version "
                           "cs-method cs-uri streamid sc-status s-siteid s-reason s-queuename\n"
                           "2021-03-03 00:00:01 198.51.100.7 5000 192.0.2.10 443 HTTP/1.1 GET "
                           "/a?b=c?d - 400 - URL -\n"
                           "2021-03-03 00:00:02 198.51.100.7 5000 192.0.2.10 443 - - - - - - "
                           "Timer_ConnectionIdle -\n");
  ASSERT_EQ(log.events.size(), 2U);
  EXPECT_EQ(log.events[0].channel, "HTTPERR");
  EXPECT_EQ(log.events[0].fields.at("cs-uri-stem"), "t:/a");
  EXPECT_EQ(log.events[0].fields.at("cs-uri-query"), "t:b=c?d");
  EXPECT_EQ(log.events[1].fields.at("cs-uri-query"), "null");
}

TEST(W3c, SkipsALineOverTheLimitAndGoesOn) {
  Limits limits;
  limits.line_bytes = 200;
  const std::string rows =
      "#Fields: date time cs-method\n" + std::string(1000, 'x') + "\n2021-03-03 00:00:00 GET\n";
  for (const std::size_t step : {50U, 5000U}) {
    const auto log = Log("x.log", limits).read(rows, step);
    ASSERT_EQ(log.events.size(), 1U);
    EXPECT_EQ(log.events[0].fields.at("cs-method"), "t:GET");
    ASSERT_FALSE(log.gaps.empty());
    std::uint64_t skipped = 0;
    for (const auto& gap : log.gaps) {
      EXPECT_EQ(gap.kind, "limit");
      skipped += gap.length_bytes;
    }
    EXPECT_EQ(skipped, 1000U);
  }
}

TEST(W3c, ReadsASingleColumnAndEmptyLines) {
  const auto log = Log("x.log").read("#Fields: sc-status\n\n200\r\n\r\n404\n", 19);
  ASSERT_EQ(log.events.size(), 2U);
  EXPECT_EQ(log.events[0].fields.at("sc-status"), "t:200");
  EXPECT_EQ(log.events[1].fields.at("sc-status"), "t:404");
}

TEST(W3c, RowsWithoutFieldsAreAGap) {
  const auto log = Log().read("2021-03-03 00:00:00 GET\n#Fields: date time cs-method\n");
  EXPECT_TRUE(log.events.empty());
  ASSERT_EQ(log.gaps.size(), 1U);
  EXPECT_EQ(log.gaps[0], (text::PlainGap{0, 23, "damaged"}));
}

TEST(W3c, LeavesOutValuesNobodyWants) {
  class Nobody : public ShapeListener {
    bool wants(const Shape&) override { return false; }
  };
  Limits limits;
  Nobody nobody;
  ShapeTable shapes(limits, &nobody);
  const auto reader = w3c::make_w3c_reader("x", {&limits, &shapes, false});
  const std::string rows =
      "#Fields: date time s-computername cs-method\n2021-03-03 00:00:01 MX01 GET\n";
  const auto log =
      text::read_plainly(*reader, rows, [](std::size_t) { return std::size_t{4096}; });
  ASSERT_EQ(log.events.size(), 1U);
  EXPECT_TRUE(log.events[0].fields.empty());
  EXPECT_EQ(log.events[0].time, "2021-03-03T00:00:01Z");
  EXPECT_EQ(log.events[0].computer, "MX01");
}

TEST(W3c, FindsSeparatorsLikeASimpleLoop) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    const std::size_t size = random() % 300;
    for (std::size_t i = 0; i < size; ++i) text += " \n\0a\xE9"[random() % 5];
    std::vector<std::uint32_t> expected;
    bool ascii = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == ' ' || text[i] == '\n' || text[i] == '\0')
        expected.push_back(static_cast<std::uint32_t>(i));
      ascii = ascii && static_cast<unsigned char>(text[i]) < 0x80;
    }
    std::vector<std::uint32_t> offsets(size + 1);
    text.append(kBlockPadding, ' ');
    const auto found =
        text::find_separators(std::string_view(text).substr(0, size), offsets.data());
    offsets.resize(found.count);
    EXPECT_EQ(offsets, expected);
    EXPECT_EQ(found.ascii, ascii);
  }
}

std::string random_log(std::mt19937& random) {
  const auto pick = [&](auto... choices) {
    const std::string all[] = {choices...};
    return all[random() % sizeof...(choices)];
  };
  std::string log;
  for (int i = 0; i < 60; ++i) {
    switch (random() % 12) {
      case 0:
        log += pick("#Date: 2021-03-03 00:00:00", "#Software: x", "#", "\xEF\xBB\xBF#Version: 1");
        break;
      case 1:
        log += "#Fields: " + pick("date time", "time", "date time s-ip") +
               " cs-uri-stem cs-uri-query" + pick(" s-port", "", " cs-method cs-method") +
               " cs(User-Agent) s-computername" + pick(" sc-status", " sc-status time-taken", "");
        break;
      case 2:
        log += pick("", " ", "x y", "a b c d e f g h i j k l m n o p");
        break;
      default:
        log += pick("2021-03-03 00:00:01", "00:00:07", "2021-13-03 x", "23:59:59", "00:01:02") +
               " " + pick("/a", "/\xE9", "-") + " " + pick("-", "a=b c", "q", "q  r") + " " +
               pick("443", "UA 443", "443  x") + " " + pick("UA", "-") + " " + pick("H", "-") +
               " " + pick("200", "200 5", "x", "");
    }
    log += pick("\n", "\r\n", "\n", "\n\n", std::string("\0\0", 2), "\n");
  }
  return log;
}

TEST(W3c, AgreesWithItsTwinOnRandomLogs) {
  std::mt19937 random(20210303);
  for (int round = 0; round < 400; ++round) {
    const std::string log = random_log(random);
    Log reader;
    const auto twin = reader.read_slowly(log);
    for (const std::size_t step :
         {1 + random() % 50, 1 + random() % 2000, std::uint_fast32_t{1} << 20U}) {
      const auto fast = reader.read(log, step);
      ASSERT_EQ(fast.events.size(), twin.events.size()) << log;
      for (std::size_t i = 0; i < fast.events.size(); ++i) {
        ASSERT_TRUE(fast.events[i] == twin.events[i])
            << log.substr(fast.events[i].offset_bytes, 120) << "\n"
            << fast.events[i].time << " " << twin.events[i].time;
      }
    }
  }
}

TEST(W3c, AgreesWithItsTwinOnPublicLogs) {
  const std::filesystem::path folder = text::test_data() / "weblogs";
  if (!std::filesystem::is_directory(folder))
    GTEST_SKIP() << "skipped, no data: " << folder.string();
  std::size_t events_count = 0;
  std::size_t gaps_count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string log = text::file_text(entry.path());
    ASSERT_TRUE(w3c::is_w3c(as_bytes(log))) << entry.path();
    const auto twin = Log().read_slowly(log);
    for (const std::size_t step : {11U, 100U, 100'000U}) {
      const auto fast = Log().read(log, step);
      EXPECT_TRUE(fast.events == twin.events) << entry.path();
      EXPECT_EQ(fast.gaps, twin.gaps) << entry.path();
    }
    events_count += twin.events.size();
    gaps_count += twin.gaps.size();
    for (const auto& event : twin.events) EXPECT_NE(event.time, "") << entry.path();
  }
  EXPECT_EQ(events_count, 47U);
  EXPECT_EQ(gaps_count, 0U);
}

}  // namespace
}  // namespace pugmark

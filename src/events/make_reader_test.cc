#include <gtest/gtest.h>
#include <random>
#include <string>

#include "events/reader.h"

namespace pugmark {
namespace {

std::string type_of(std::string_view head) {
  Limits limits;
  ShapeTable shapes(limits);
  const auto reader =
      make_reader(as_bytes(head), "a/W3SVC1/HttpProxy/evtx.json", {&limits, &shapes, false});
  return reader == nullptr ? "unknown" : std::string(reader->type());
}

constexpr std::string_view kAccessLine =
    "198.51.100.7 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 2\n";

std::string repeated(std::string_view line, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += line;
  return text;
}

TEST(MakeReader, RecognisesByContentAlone) {
  EXPECT_EQ(type_of("#Date: 2021-01-01\n#Fields: date time cs-method\n"), "w3c");
  EXPECT_EQ(type_of("#Software: Microsoft HTTP API 2.0\n#Fields: date time cs-uri s-reason\n"),
            "w3c");
  EXPECT_EQ(type_of("\xEF\xBB\xBF#Software: Microsoft Exchange Server\r\n#Fields: DateTime,A\r\n"),
            "exchange");
  EXPECT_EQ(type_of("DateTime,UrlStem,AnchorMailbox,RoutingHint\n"), "exchange");
  EXPECT_EQ(type_of("2021-03-03T06:00:00.125Z OABGenerator: started\n"), "exchange");
  EXPECT_EQ(type_of("{\"a\":1}\n"), "json");
  EXPECT_EQ(type_of("\xEF\xBB\xBF \n[ {\"a\": {\"b\": \"" + std::string(70'000, 'x')), "json");
  EXPECT_EQ(type_of("198.51.100.7 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 2\n"),
            "ncsa");
}

// One line that is damaged, or the front that is missing, must not hide a whole log.
TEST(MakeReader, RecognisesJsonBehindADamagedFront) {
  const std::string line = "{\"EventID\":4624,\"Channel\":\"Security\"}\n";
  EXPECT_EQ(type_of(line.substr(7) + line), "json");
  EXPECT_EQ(type_of("{\"a\":NaN}\n" + line), "json");
  EXPECT_EQ(type_of("# exported\r\n" + line.substr(0, line.size() - 1) + "\r\n"), "json");
  EXPECT_EQ(type_of(std::string(10, '\0') + line + line), "json");
  EXPECT_EQ(type_of(line.substr(7) + "{\"EventID\":4624,\"Chan\n"), "unknown");
}

TEST(MakeReader, RecognisesAccessLogsBehindADamagedFront) {
  std::string junk;
  for (int i = 0; i < 11; ++i) junk += "junk line\n";
  EXPECT_EQ(type_of(junk + repeated(kAccessLine, 200)), "ncsa");
  EXPECT_EQ(type_of(junk + repeated(kAccessLine, 4)), "ncsa");
  EXPECT_EQ(type_of(std::string(2'000, '\xFF') + "\n" + junk + repeated(kAccessLine, 100)), "ncsa");
  EXPECT_EQ(type_of(repeated("junk\n", 45) + repeated(kAccessLine, 15)), "ncsa");
}

TEST(MakeReader, RecognisesWebLogsWithoutAHeader) {
  const std::string row =
      "2021-03-02 00:00:00 192.0.2.1 GET /owa - 443 - 198.51.100.7 UA - 200 0 0\n";
  EXPECT_EQ(type_of(row.substr(30) + repeated(row, 3)), "w3c");
  EXPECT_EQ(type_of(repeated(row, 2'000)), "w3c");
  EXPECT_EQ(type_of("#Software: Microsoft Internet Information Services 8.5\n#Version: 1.0\n"),
            "w3c");
  EXPECT_EQ(type_of("#Software: Microsoft HTTP API 2.0\n"), "w3c");
  EXPECT_EQ(type_of("A note.\n#Software: Microsoft HTTP API 2.0\n"), "unknown");
  // Not requests, too few of them, and columns that are named otherwise.
  EXPECT_EQ(type_of(repeated("2021-03-02 00:00:00 INFO started /x\n", 50)), "unknown");
  EXPECT_EQ(type_of(repeated("2021-03-02 00:00:05 INFO request GET /api/v1/items took 5ms\n", 50)),
            "unknown");
  EXPECT_EQ(type_of(repeated("2021-03-02 00:00:05 info: GET /api/5 200\n", 50)), "unknown");
  EXPECT_EQ(type_of(repeated("2021-03-02 00:00:00 192.0.2.1 PUT /a.txt - 443 - 201 0 0\n", 9)),
            "w3c");
  EXPECT_EQ(type_of(repeated("2021-03-02 00:00:00 198.51.100.7 - W3SVC1 EX01 192.0.2.1 443 POST /a "
                             "- 200 0 500 300 16 HTTP/1.1\n",
                             3)),
            "w3c")
      << "the order of IIS 5";
  for (const char* other : {"INFO 443 GET /a", "192.0.2.1 70000 GET /a", "192.0.2.1 5ms GET /a",
                            "192.0.2.1 443 took /a", "192.0.2.1 443 - GET /a"})
    EXPECT_EQ(type_of(repeated("2021-03-02 00:00:05 " + std::string(other) + " 200\n", 50)),
              "unknown")
        << other;
  EXPECT_EQ(type_of(repeated("What was asked:\n", 4) + repeated(row, 3)), "unknown");
  EXPECT_EQ(type_of("#Fields: date time action protocol\n" + repeated(row, 9)), "unknown");
}

// A text that quotes some lines of an access log is none.
TEST(MakeReader, LeavesTextsWithAccessLinesAlone) {
  EXPECT_EQ(type_of(repeated("The client sent:\n", 3) + repeated(kAccessLine, 2)), "unknown");
  EXPECT_EQ(type_of(repeated("A report.\n", 46) + repeated(kAccessLine, 15)), "unknown");
  EXPECT_EQ(
      type_of(repeated("x\n", 20) + std::string(5'000, 'x') + "\n" + repeated(kAccessLine, 15)),
      "unknown");
}

TEST(MakeReader, LeavesOtherTextAlone) {
  EXPECT_EQ(type_of("#Fields: date time action protocol src-ip dst-ip\n"), "unknown");  // firewall
  EXPECT_EQ(type_of("[section]\nkey=value\n"), "unknown");
  EXPECT_EQ(type_of("{ not json }\n"), "unknown");
  EXPECT_EQ(type_of("[1,2,3]"), "unknown");
  EXPECT_EQ(type_of("Timestamp,Name,Value\n2021-01-01,a,b\n"), "unknown");
  EXPECT_EQ(type_of("<html>"), "unknown");
  EXPECT_EQ(type_of(std::string(70'000, '\0')), "unknown");
  EXPECT_EQ(type_of(""), "unknown");
}

TEST(MakeReader, SurvivesAnyBytes) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string head = round % 2 == 0 ? "" : "{\"a\":";
    const std::size_t size = random() % 400;
    for (std::size_t i = 0; i < size; ++i) head += static_cast<char>(random());
    type_of(head);
  }
}

}  // namespace
}  // namespace pugmark

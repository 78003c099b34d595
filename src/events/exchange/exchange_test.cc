#include <gtest/gtest.h>
#include <random>

#include "events/exchange/event_data.h"
#include "events/exchange/exchange_reader.h"
#include "events/exchange/exchange_twin.h"
#include "events/exchange/layout.h"
#include "events/text/plain_testing.h"

namespace pugmark {
namespace {

constexpr std::string_view kProxyPath = "V15/Logging/HttpProxy/Ecp/HttpProxy_2021030306-1.LOG";
constexpr std::string_view kProxyFields =
    "DateTime,RequestId,UrlHost,UrlStem,AuthenticatedUser,AnchorMailbox,UserAgent,ClientIpAddress,"
    "ServerHostName,HttpStatus,Method,RoutingHint,BackEndCookie,UrlQuery,GenericInfo,GenericErrors";

text::PlainLog read(std::string_view log, std::string_view path = kProxyPath,
                    std::size_t step = SIZE_MAX / 2, Limits limits = {}) {
  ShapeTable shapes(limits);
  const auto reader = exchange::make_exchange_reader(path, {&limits, &shapes, false});
  return text::read_plainly(*reader, log, [&](std::size_t) { return step; });
}

std::string proxy_log(std::string_view records) {
  return "\xEF\xBB\xBF#Software: Microsoft Exchange Server\r\n#Version: 15.01.2176.002\r\n"
         "#Log-type: HttpProxy Logs\r\n#Date: 2021-03-03T06:00:00.000Z\r\n#Fields: " +
         std::string(kProxyFields) + "\r\n" + std::string(records);
}

TEST(Exchange, ReadsHttpProxyAndShowsItAsAWebLog) {
  const std::string record =
      "2021-03-03T06:49:42.772Z,0f6f7c2e,mail.example.org,/ecp/y.js,,ServerInfo~a]@mx01:444/x?#,"
      "\"UA \"\"quoted\"\", 1\",198.51.100.7,MX01,200,POST,X-BEResource-Cookie,,,BeginRequest=x;,";
  const auto log = read(proxy_log(std::string(kProxyFields) + "\r\n" + record + "\r\n"));
  ASSERT_EQ(log.events.size(), 1U);
  const auto& event = log.events[0];
  EXPECT_EQ(event.source, "exchange-httpproxy");
  EXPECT_EQ(event.channel, "HttpProxy/Ecp");
  EXPECT_EQ(event.computer, "MX01");
  EXPECT_EQ(event.time, "2021-03-03T06:49:42.772Z");
  EXPECT_EQ(event.length_bytes, record.size());
  EXPECT_EQ(event.fields.at("UserAgent"), "t:UA \"quoted\", 1");
  EXPECT_EQ(event.fields.at("cs-user-agent"), "t:UA \"quoted\", 1");
  EXPECT_EQ(event.fields.at("cs-uri-stem"), "t:/ecp/y.js");
  EXPECT_EQ(event.fields.at("cs-uri-query"), "null");
  EXPECT_EQ(event.fields.at("cs-username"), "null");
  EXPECT_EQ(event.fields.at("c-ip"), "t:198.51.100.7");
  EXPECT_EQ(event.fields.at("sc-status"), "t:200");
  EXPECT_EQ(event.fields.at("cs-method"), "t:POST");
  EXPECT_EQ(event.fields.at("cs-host"), "t:mail.example.org");
  EXPECT_EQ(event.fields.at("AnchorMailbox"), "t:ServerInfo~a]@mx01:444/x?#");
  EXPECT_TRUE(log.gaps.empty());
}

TEST(Exchange, ReadsTheSecondLayerOfEcpLogs) {
  const std::string log_text =
      "#Fields: TimeStamp,ServerName,EventId,EventData\n"
      "2021-03-03T06:49:53.772Z,MX01,ECP.Request,\"S:TIME=210;S:SID=1;'S:CMD=Set-"
      "OabVirtualDirectory."
      "ExternalUrl=''http://example.org/\"\"x\"\";y''.Identity=''7''';S:REQID=;S:URL=/ecp/DDI/"
      "x?a=b;c&d;"
      "S:EX=;S:ACTID=9;S:ServerName=z\"\n"
      "2021-03-03T06:49:54.000Z,MX01,ECP.Request,S:CMD=Get-Mailbox.Identity='a, "
      "b';S:EX=Can't;S:CMD=x\n";
  const auto log = read(log_text, "V15/Logging/ECP/Server/ECPServer20210303-1.LOG", 31);
  ASSERT_EQ(log.events.size(), 2U);
  const auto& fields = log.events[0].fields;
  EXPECT_EQ(log.events[0].source, "exchange-ecp-server");
  EXPECT_EQ(log.events[0].channel, "ECP/Server");
  EXPECT_EQ(fields.at("CMD"),
            "t:Set-OabVirtualDirectory.ExternalUrl='http://example.org/\"x\";y'.Identity='7'");
  EXPECT_EQ(fields.at("URL"), "t:/ecp/DDI/x?a=b;c&d");
  EXPECT_EQ(fields.at("REQID"), "null");
  EXPECT_EQ(fields.at("ACTID"), "t:9");
  EXPECT_EQ(fields.at("EventData.ServerName"), "t:z");
  EXPECT_EQ(fields.at("ServerName"), "t:MX01");
  EXPECT_TRUE(fields.at("EventData").starts_with("t:S:TIME=210;"));
  EXPECT_EQ(log.events[1].fields.at("CMD"), "[t:Get-Mailbox.Identity='a, b'|t:x|]");
  EXPECT_EQ(log.events[1].fields.at("EX"), "t:Can't");
  EXPECT_TRUE(log.gaps.empty());
  EXPECT_EQ(read(log_text, "V15/Logging/ECP/Activity/a.LOG").events[0].channel, "ECP/Activity");
}

TEST(Exchange, KnowsItsLogs) {
  const auto kind = [](std::string_view type, std::vector<std::string> columns) {
    return exchange::kind_of_log(columns, type, "");
  };
  EXPECT_EQ(kind("", {"date-time", "internal-message-id", "source-context"}),
            SourceKind::kExchangeMessageTracking);
  EXPECT_EQ(kind("SMTP Receive Protocol Log",
                 {"date-time", "connector-id", "session-id", "sequence-number"}),
            SourceKind::kExchangeSmtp);
  EXPECT_EQ(kind("", {"DateTime", "ShellId", "FailFast", "ClientInfo"}),
            SourceKind::kExchangeRpsHttp);
  EXPECT_EQ(kind("", {"DateTime", "Cmdlet", "Parameters"}), SourceKind::kExchangeCmdlet);
  EXPECT_EQ(kind("EWS Logs", {"DateTime"}), SourceKind::kExchangeEws);
  EXPECT_EQ(kind("MapiHttp Logs", {"DateTime"}), SourceKind::kExchangeMapiHttp);
  EXPECT_EQ(kind("audit", {"DateTime", "Data"}), SourceKind::kExchangeAdminAudit);
  EXPECT_EQ(kind("x", {"DateTime"}), SourceKind::kExchangeOther);
  EXPECT_EQ(exchange::log_name(SourceKind::kExchangeSmtp, "SMTP Send Protocol Log", ""),
            "SmtpSend");
  EXPECT_EQ(exchange::log_name(SourceKind::kExchangeHttpProxy, "", "a\\HttpProxy\\Owa\\b.LOG"),
            "HttpProxy/Owa");
}

TEST(Exchange, ReadsRecordsWithLineFeedsInQuotes) {
  const std::string log_text =
      "#Log-type: Other\n#Fields: DateTime,A,B\n2021-03-03T00:00:00.000Z,\"one\r\ntwo\",x\n"
      "2021-03-03T00:00:01Z,y,\"\"\n";
  for (const std::size_t step : {1U, 5U, 1000U}) {
    const auto log = read(log_text, "x", step);
    ASSERT_EQ(log.events.size(), 2U);
    EXPECT_EQ(log.events[0].fields.at("A"), "t:one\r\ntwo");
    EXPECT_EQ(log.events[0].channel, "Other");
    EXPECT_EQ(log.events[1].fields.at("B"), "t:");
    EXPECT_EQ(log.events[1].time, "2021-03-03T00:00:01Z");
    EXPECT_TRUE(log.gaps.empty());
  }
}

// Whoever chooses what stands in a column must not write other records with it.
TEST(Exchange, LinesInClosedQuotesAreNoRecords) {
  const std::string head = "#Fields: DateTime,A,B\n";
  const std::string forged = "2020-01-01T00:00:00.000Z,forged,x";
  const std::string next = "2021-03-03T00:00:01.000Z,\"n,ext\",\"\"\n";
  for (const std::string& column :
       {"a\r\n" + forged, "a\n#Fields: X,Y\n" + forged, "\n" + forged + "\n" + forged + "\r\nb",
        "\n" + forged + ",\"\"q\"\",\n" + forged, "\n" + forged + "\n\"\"\n" + forged + "\"\""}) {
    for (const std::string& end : {std::string(",b\n"), ",\"c\n" + forged + "\"\r\n"}) {
      const std::string record = "2021-03-03T00:00:00.000Z,\"" + column + "\"" + end;
      for (std::size_t step : {1U, 7U, 1000U}) {
        const auto log = read(head + record + next + record + next, "x", step);
        ASSERT_EQ(log.events.size(), 4U) << record;
        EXPECT_EQ(log.events[0].fields.at("A").size(),
                  column.size() + 2 - (column.find("\"\"") == std::string::npos ? 0U : 2U));
        EXPECT_EQ(log.events[1].fields.at("A"), "t:n,ext");
        EXPECT_EQ(log.events[2].time, "2021-03-03T00:00:00.000Z");
        EXPECT_TRUE(log.gaps.empty());
      }
    }
  }
}

TEST(Exchange, ATornRecordEndsWhereTheNextBegins) {
  const std::string head = "#Fields: DateTime,A,B\n";
  const std::string torn = "2021-03-03T00:00:00.000Z,\"to";
  for (const std::string next :
       {"2021-03-03T00:00:01.000Z,\"n,ext\",b\n", "\"2021-03-03T00:00:01.000Z\",\"\",\"b\"\n",
        "2021-03-03T00:00:01.000Z,\"\"\"q\"\"\",b\n", "2021-03-03T00:00:01.000Z,,\n"}) {
    for (const std::size_t step : {1U, 7U, 1000U}) {
      const auto log = read(head + torn + "\n" + next + next, "x", step);
      ASSERT_EQ(log.events.size(), 3U) << next;
      EXPECT_EQ(log.events[0].length_bytes, torn.size());
      EXPECT_EQ(log.events[1].time, "2021-03-03T00:00:01.000Z");
      EXPECT_EQ(log.gaps.size(), 2U);
    }
  }
}

// A quote beyond the greatest length of a record closes nothing, wherever blocks end.
TEST(Exchange, QuotesCloseWithinTheLimit) {
  Limits limits;
  limits.line_bytes = 300;
  const std::string line = "2020-01-01T00:00:00.000Z,a,b\n";
  for (std::size_t filler = 200; filler < 320; ++filler) {
    const std::string record =
        "2021-03-03T00:00:00.000Z,\"\n" + line + std::string(filler, 'x') + "\"";
    const std::string log_text = "#Fields: DateTime,A,B\n" + record + ",\n" + line;
    const auto whole = read(log_text, "x", SIZE_MAX / 2, limits);
    EXPECT_EQ(whole.events.size() == 2, record.size() < limits.line_bytes) << filler;
    for (const std::size_t step : {1U, 13U})
      EXPECT_EQ(read(log_text, "x", step, limits).events, whole.events) << filler;
  }
}

TEST(Exchange, ReadsManyOpenQuotesOnce) {
  std::string torn = "#Fields: DateTime,A,B\n";
  std::string closed = torn + "2021-03-03T00:00:00.000Z,";
  for (int i = 0; i < 20'000; ++i) {
    torn += "2021-03-03T00:00:00.000Z,\"\"\"\"\"x\n";
    closed += "\"\n2021-03-03T00:00:00.000Z\",";
  }
  EXPECT_EQ(read(torn).events.size(), 20'000U);
  EXPECT_EQ(read(closed).events.size(), 1U);
}

TEST(Exchange, AStrayQuoteDoesNotSwallowWhatFollows) {
  const std::string log_text =
      "#Fields: DateTime,A,B\n2021-03-03T00:00:00.000Z,\"lost,x\n2021-03-03T00:00:01.000Z,a,b\n";
  for (const std::size_t step : {1U, 9U, 1000U}) {
    const auto log = read(log_text, "x", step);
    ASSERT_EQ(log.events.size(), 2U);
    EXPECT_EQ(log.events[0].fields.at("A"), "t:\"lost,x");
    EXPECT_EQ(log.events[1].fields.at("A"), "t:a");
    EXPECT_FALSE(log.gaps.empty());
  }
}

TEST(Exchange, ReportsRecordsThatDoNotFit) {
  const auto log = read(
      "2021-03-03T00:00:00.000Z,early\n#Fields: DateTime,A,B\n"
      "2021-03-03T00:00:00.000Z,a\n2021-03-03T00:00:00.000Z,a,b,c,d\nnonsense\n",
      "x");
  ASSERT_EQ(log.events.size(), 3U);
  EXPECT_FALSE(log.events[0].fields.contains("B"));
  EXPECT_EQ(log.events[1].fields.at("B"), "t:b,c,d");
  EXPECT_EQ(log.events[2].time, "");
  EXPECT_EQ(log.gaps.size(), 5U);
}

TEST(Exchange, SkipsARecordOverTheLimit) {
  Limits limits;
  limits.line_bytes = 300;
  const std::string log_text = "#Fields: DateTime,A\n2021-03-03T00:00:00.000Z,\"" +
                               std::string(900, 'x') + "\"\n2021-03-03T00:00:01.000Z,b\n";
  for (const std::size_t step : {100U, 10'000U}) {
    const auto log = read(log_text, "x", step, limits);
    ASSERT_EQ(log.events.size(), 1U);
    EXPECT_EQ(log.events[0].fields.at("A"), "t:b");
    std::uint64_t skipped = 0;
    for (const auto& gap : log.gaps) skipped += gap.length_bytes;
    EXPECT_EQ(skipped, 927U);
  }
}

// A header that is too long to be seen as a whole must not depend on how much of it was seen.
TEST(Exchange, SkipsAHeaderOverTheLimitWhereverBlocksEnd) {
  Limits limits;
  limits.line_bytes = 60;
  const std::string log_text =
      "#Fields: DateTime,A\n2021-03-03T00:00:00.000Z,a\n#Fields: DateTime," + std::string(60, 'B') +
      "\n2021-03-03T00:00:01.000Z,b\n";
  for (const std::size_t step : {3U, 10'000U}) {
    const auto log = read(log_text, "x", step, limits);
    ASSERT_EQ(log.events.size(), 2U);
    EXPECT_EQ(log.events[1].fields.at("A"), "t:b");
    EXPECT_FALSE(log.gaps.empty());
  }
}

TEST(Exchange, ReportsTheTailOfALastRecordOverTheLimitWithoutALineFeed) {
  Limits limits;
  limits.line_bytes = 300;
  const std::string head = "#Fields: DateTime,A\n2021-03-03T00:00:00.000Z,b\n";
  for (std::size_t length = 290; length < 1'000; length += 7) {
    const auto log = read(head + std::string(length, 'x'), "x", 100, limits);
    const bool is_over = length > limits.line_bytes;
    std::uint64_t skipped = 0;
    for (const auto& gap : log.gaps) skipped += gap.kind == "limit" ? gap.length_bytes : 0;
    EXPECT_EQ(log.events.size(), is_over ? 1U : 2U) << length;
    EXPECT_EQ(skipped, is_over ? length : 0) << length;
  }
}

TEST(Exchange, ReadsTheLinesOfTheOabGenerator) {
  const std::string log_text =
      "2021-03-03T06:00:00.125Z OABGenerator: started\r\n"
      "2021-03-03 06:00:01: Download failed and temporary file 'C:\\x' needs to be removed\r\n  "
      "more\r\n";
  ASSERT_TRUE(exchange::is_oab_generator_log(as_bytes(log_text)));
  Limits limits;
  ShapeTable shapes(limits);
  const auto reader = exchange::make_oab_generator_reader({&limits, &shapes, false});
  const auto log =
      text::read_plainly(*reader, log_text, [](std::size_t) { return std::size_t{10}; });
  ASSERT_EQ(log.events.size(), 3U);
  EXPECT_EQ(log.events[0].time, "2021-03-03T06:00:00.125Z");
  EXPECT_EQ(log.events[1].time, "2021-03-03T06:00:01Z");
  EXPECT_EQ(log.events[2].fields.at("Message"), "t:  more");
  EXPECT_EQ(log.events[2].time, "");
}

std::string random_log(std::mt19937& random) {
  static const char* const kLines[] = {
      "#Software: Microsoft Exchange Server",
      "#Log-type: HttpProxy Logs",
      "#Log-type: ECP Activity",
      "#Fields: TimeStamp,ServerName,EventId,EventData",
      "#Fields: DateTime,A,A,,UrlStem",
      "\xEF\xBB\xBF#Fields: DateTime,UrlStem,AnchorMailbox,RoutingHint,HttpStatus",
      "DateTime,A,B",
      "2021-03-03T00:00:00.000Z,a,\"b\"\"c\",,d",
      "2021-03-03T00:00:00.000Z,\"x",
      "y\",z",
      "",
      "2021-03-03T00:00:01Z,MX,E,S:A=1;S:B=x;y;'S:C=it''s;';I32:D.x=2;",
      "\xE9,\xC3\xA9,\"\"",
      "2021-03-03T00:00:01Z,MX,E,\"'S:C=\"\"q\"\"';S:=;junk;S:E=a, b\",c",
      "\"2021-03-03T00:00:00Z\",1",
      "2021-03-03T00:00:01Z,MX,E,'S:C=open;S:D=1",
      "\"a\"b,c",
      "2021-03-03T00:00:02Z,MX,E,\"S:A=open",
      "2021-03-03T00:00:03Z,in,E,S:B=quotes\"",
      "2021-03-03T00:00:04Z,in,\",\"\"\",\"",
      "2021-03-03T00:00:05Z,m\"id,\"\"\"",
      "#Date: \",x"};
  std::string log;
  for (int i = 0; i < 30; ++i)
    log += std::string(kLines[random() % std::size(kLines)]) + (random() % 3 == 0 ? "\r\n" : "\n");
  // Records are torn anywhere, and the last one has lost its end.
  for (std::size_t torn = random() % 3; torn > 0; --torn) {
    const std::size_t at = random() % log.size();
    log.erase(at, random() % 20);
  }
  return log;
}

TEST(Exchange, AgreesWithItsTwinOnRandomLogs) {
  std::mt19937 random(27065);
  std::size_t events_count = 0;
  for (int round = 0; round < 1500; ++round) {
    const std::string log = random_log(random);
    Limits limits;
    if (round % 2 != 0) limits.line_bytes = 30 + random() % 90;
    const auto twin = exchange::read_slowly(log, kProxyPath, limits);
    events_count += twin.events.size();
    for (const std::size_t step : {1 + random() % 50, std::uint_fast32_t{1} << 20U}) {
      const auto fast = read(log, kProxyPath, step, limits);
      ASSERT_EQ(fast.events.size(), twin.events.size()) << log;
      for (std::size_t i = 0; i < fast.events.size(); ++i)
        ASSERT_TRUE(fast.events[i] == twin.events[i])
            << log.substr(0, fast.events[i].offset_bytes + 90) << "\n"
            << fast.events[i].channel << " " << twin.events[i].channel << " "
            << fast.events[i].fields.size() << " " << twin.events[i].fields.size() << " "
            << fast.events[i].time << " " << twin.events[i].time;
    }
  }
  EXPECT_GT(events_count, 10'000U);
}

}  // namespace
}  // namespace pugmark

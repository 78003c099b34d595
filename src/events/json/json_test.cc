#include <cstdio>
#include <gtest/gtest.h>
#include <random>

#include "events/clock.h"
#include "events/json/elements.h"
#include "events/json/json_reader.h"
#include "events/json/json_twin.h"
#include "events/json/layout.h"
#include "events/json/walk.h"
#include "events/json/wrapped.h"
#include "events/text/blocks_testing.h"
#include "events/text/plain_testing.h"

namespace pugmark {
namespace {

text::PlainLog read(std::string_view log, std::size_t step = SIZE_MAX / 2, Limits limits = {}) {
  ShapeTable shapes(limits);
  const Bytes head = as_bytes(log.substr(0, std::size_t{64} << 10U));
  const auto reader = json::make_json_reader(head, {&limits, &shapes, false});
  return text::read_plainly(*reader, log, [&](std::size_t) { return step; });
}

TEST(Json, ReadsAFlatWindowsEvent) {
  const std::string line =
      R"({"SourceName":"Microsoft-Windows-Sysmon",)"
      R"("Channel":"Microsoft-Windows-Sysmon/Operational",)"
      R"("Hostname":"MX01.example.org","TimeCreated":"2021-03-14T01:40:13.659Z",)"
      R"("EventID":11,)"
      R"("RecordNumber":"4711","Image":"C:\\Windows\\x.exe","ok":true,"none":null,"Task":"11"})";
  const auto log = read(line + "\r\n" + line);
  ASSERT_EQ(log.events.size(), 2U);
  const auto& event = log.events[0];
  EXPECT_EQ(event.source, "windows-event");
  EXPECT_EQ(event.channel, "Microsoft-Windows-Sysmon/Operational");
  EXPECT_EQ(event.provider, "Microsoft-Windows-Sysmon");
  EXPECT_EQ(event.event_id, 11U);
  EXPECT_EQ(event.record_id, 4711U);
  EXPECT_EQ(event.computer, "MX01.example.org");
  EXPECT_EQ(event.time, "2021-03-14T01:40:13.659Z");
  EXPECT_EQ(event.fields.at("Provider_Name"), "t:Microsoft-Windows-Sysmon");
  EXPECT_EQ(event.fields.at("EventID"), "n:11");
  EXPECT_EQ(event.fields.at("Image"), "t:C:\\Windows\\x.exe");
  EXPECT_EQ(event.fields.at("ok"), "b:true");
  EXPECT_EQ(event.fields.at("none"), "null");
  EXPECT_EQ(log.events[1].offset_bytes, line.size() + 2);
  EXPECT_EQ(log.events[1].length_bytes, line.size());
}

TEST(Json, ReadsNumbersOfEventsThatAreWrittenAsFractions) {
  const auto id_of = [](const std::string& written) {
    const std::string line = R"({"Channel":"Security","EventID":)" + written + "}";
    const auto log = read(line);
    EXPECT_EQ(log.events.size(), 1U);
    const auto twin = json::read_slowly(line, Limits{});
    EXPECT_TRUE(log.events == twin.events) << written;
    return log.events.empty() ? 0 : log.events[0].event_id;
  };
  EXPECT_EQ(id_of("4688.0"), 4688U);
  EXPECT_EQ(id_of("\"4688.00\""), 4688U);
  EXPECT_EQ(id_of("4688.5"), 0U);
  EXPECT_EQ(id_of("\"4688.0.0\""), 0U);
  EXPECT_EQ(id_of("\".0\""), 0U);
}

std::string time_of(const std::string& written) {
  const std::string line = R"({"Channel":"Security","EventID":1,"TimeCreated":)" + written + "}";
  const auto log = read(line);
  const auto twin = json::read_slowly(line, Limits{});
  EXPECT_TRUE(log.events == twin.events) << written;
  return log.events.size() == 1 ? log.events[0].time : "no event";
}

TEST(Json, ReadsTimesHoweverTheyAreWritten) {
  EXPECT_EQ(time_of(R"("\/Date(1615704010965)\/")"), "2021-03-14T06:40:10.965Z");
  EXPECT_EQ(time_of(R"("/Date(1615704010965+0200)/")"), "2021-03-14T06:40:10.965Z");
  EXPECT_EQ(time_of(R"("/Date(-1000)/")"), "1969-12-31T23:59:59.000Z");
  EXPECT_EQ(time_of("1615704010"), "2021-03-14T06:40:10Z");
  EXPECT_EQ(time_of("\"1615704010\""), "2021-03-14T06:40:10Z");
  EXPECT_EQ(time_of("1615704010.965"), "2021-03-14T06:40:10.965Z");
  EXPECT_EQ(time_of("1615704010965"), "2021-03-14T06:40:10.965Z");
  EXPECT_EQ(time_of("\"1615704010965.0\""), "2021-03-14T06:40:10.965Z");
  EXPECT_EQ(time_of("1615704010965123"), "2021-03-14T06:40:10.965123Z");
  EXPECT_EQ(time_of("1615704010965123456"), "2021-03-14T06:40:10.965123456Z");
  EXPECT_EQ(time_of("\"2021-03-14 08:40:10.965 +02:00\""), "2021-03-14T06:40:10.965Z");
  EXPECT_EQ(time_of("\"2021-03-14 06:40:10.965123 UTC\""), "2021-03-14T06:40:10.965123Z");
  EXPECT_EQ(time_of("\"2021-03-14T08:40:10+02\""), "2021-03-14T06:40:10Z");
  EXPECT_EQ(time_of("\"20210314T064010.965Z\""), "2021-03-14T06:40:10.965Z");
}

TEST(Json, InventsNoTimes) {
  for (const char* const written : {"0",
                                    "20210314",
                                    "-1615704010",
                                    "1.615704010e9",
                                    "161570401096",
                                    "637513008109650000",
                                    "1615704010965.5",
                                    "9999999999999",
                                    "9999999999999999999",
                                    "\"/Date()/\"",
                                    "\"/Date(\"",
                                    "\"/Date(-62135596800000)/\"",
                                    "\"/Date(1615704010965+02)/\"",
                                    "\"3/14/2021 6:40:10 AM\"",
                                    "\"2021-03-14T06:40:10 CET\"",
                                    "\"20210314 064010\"",
                                    "\"2021-03-14T06:40:10 \"",
                                    "\"2021-02-30T06:40:10 +00:00\"",
                                    "\"yesterday\"",
                                    "true",
                                    "null",
                                    "\"\"",
                                    "[\"2021-03-14T06:40:10Z\"]"})
    EXPECT_EQ(time_of(written), "") << written;
}

std::vector<RecurringGap> recurring_gaps_of(std::string_view log, std::size_t step,
                                            Recurrence kind) {
  Limits limits;
  ShapeTable shapes(limits);
  const auto reader = json::make_json_reader(as_bytes(log), {&limits, &shapes, false});
  std::vector<RecurringGap> known;
  text::read_in_blocks(
      *reader, log, [&](std::size_t) { return step; },
      [&](EventBatch& batch) {
        EXPECT_TRUE(batch.gaps().empty());
        for (RecurringGap& gap : batch.recurring_gaps()) {
          if (gap.kind == kind) join_recurring(std::move(gap), known);
        }
      });
  return known;
}

TEST(Json, SaysOnceOfAnItemThatTimesCannotBeRead) {
  std::string log = "{\"EventID\":1}\n{\"time\":null,\"ts\":\"\"}\n";  // have none: nothing to say
  const std::size_t at = log.size();
  log += "{\"time\":\"yester\\nday\"}\n";
  for (int i = 0; i < 2000; ++i) log += "{\"ts\":12}\n";
  log += "{\"time\":\"soon\",\"ts\":1615704010}\n";  // has another
  for (const std::size_t step : {std::size_t{5}, std::size_t{1} << 20U}) {
    const auto gaps = recurring_gaps_of(log, step, Recurrence::kUnreadableTime);
    ASSERT_EQ(gaps.size(), 1U);
    const Gap gap = gap_of(gaps[0]);
    EXPECT_EQ(gap.where.offset_bytes, at);
    EXPECT_EQ(gap.where.length_bytes, 22U);
    EXPECT_EQ(gap.kind, GapKind::kDamaged);
    EXPECT_EQ(gap.what,
              "Events that have a time that cannot be read and count as undated: 2001. Of the "
              "first, time is \"yester\\nday\".");
  }
}

TEST(Json, SaysOnceOfAnItemWhatNoRuleIsFor) {
  const std::string log =
      "{\"EventID\":1,\"Channel\":\"x\"}\n{\"a\":1,\"b\":{\"c\":2},\"d\":3,\"e\":4,\"f\":5}\n"
      "{\"ts\":1615704010}\n{}\n";
  for (const std::size_t step : {std::size_t{5}, std::size_t{1} << 20U}) {
    const auto gaps = recurring_gaps_of(log, step, Recurrence::kNoRules);
    ASSERT_EQ(gaps.size(), 1U);
    const Gap gap = gap_of(gaps[0]);
    EXPECT_EQ(gap.kind, GapKind::kUnsupported);
    EXPECT_EQ(gap.where.offset_bytes, log.find("{\"a\""));
    EXPECT_EQ(gap.what,
              "Events that are JSON, but no Windows events: coverage counts them, no rule sees "
              "them: 3. Of the first, the fields are \"a\", \"b.c\", \"d\", \"e\" and others.");
  }
}

// What stands in the hits of an Elasticsearch export is read as if it stood alone.
TEST(Json, UnwrapsHitsOfElasticsearch) {
  const std::string source =
      R"({"@timestamp":"2021-03-14T06:40:10.965Z","winlog":{"channel":"Security","event_id":4688,)"
      R"("computer_name":"srv","event_data":{"NewProcessName":"C:\\whoami.exe"}}})";
  const std::string hit = R"({"_index":"winlogbeat","_id":"x","_source":)" + source + "}";
  const std::string wrapper = R"({"took":1,"hits":{"total":{"value":2},"hits":[)" + hit + ", " +
                              hit + R"(]},"_shards":{"failed":0}})";
  for (const std::string& log : {hit + "\n" + hit + "\n", wrapper, "[" + wrapper + "]"}) {
    const auto fast = read(log);
    ASSERT_EQ(fast.events.size(), 2U) << log;
    EXPECT_EQ(fast.understood_bytes, log.size());
    EXPECT_TRUE(fast.gaps.empty());
    EXPECT_TRUE(recurring_gaps_of(log, log.size(), Recurrence::kNoRules).empty());
    EXPECT_TRUE(fast.events == json::read_slowly(log, Limits{}).events) << log;
    const text::PlainEvent& event = fast.events[1];
    EXPECT_EQ(event.source, "windows-event");
    EXPECT_EQ(event.channel, "Security");
    EXPECT_EQ(event.event_id, 4688U);
    EXPECT_EQ(event.time, "2021-03-14T06:40:10.965Z");
    EXPECT_EQ(event.fields.at("NewProcessName"), "t:C:\\whoami.exe");
    EXPECT_EQ(event.fields.at("_index"), "t:winlogbeat");
    EXPECT_EQ(log.substr(event.offset_bytes, event.length_bytes), hit);
  }
  // An event that says itself what it is stays as it is written.
  const auto own = read(R"({"EventID":1,"Channel":"Security","_source":{"Channel":"System"}})");
  ASSERT_EQ(own.events.size(), 1U);
  EXPECT_EQ(own.events[0].channel, "Security");
  EXPECT_EQ(own.events[0].fields.at("_source.Channel"), "t:System");
}

TEST(Json, UnwrapsArraysOfEvents) {
  const std::string event = R"({"EventID":1,"Channel":"Security","TimeCreated":"2021-03-14"})";
  const auto expect_events = [&](const std::string& log, std::size_t count) {
    const auto fast = read(log);
    const auto twin = json::read_slowly(log, Limits{});
    EXPECT_EQ(fast.events.size(), count) << log;
    EXPECT_TRUE(fast.events == twin.events) << log;
    EXPECT_TRUE(fast.gaps == twin.gaps) << log;
    EXPECT_EQ(text::accounting_fault(fast, log), "") << log;
    const auto is_whole = [&](const text::PlainEvent& one) {
      return log.substr(one.offset_bytes, one.length_bytes) == event;
    };
    EXPECT_EQ(std::ranges::all_of(fast.events, is_whole), count > 1) << log;
    return fast;
  };
  expect_events("{\"Events\": [" + event + "," + event + "]}", 2);
  expect_events("{\n \"Records\": [\n  " + event + ",\n  " + event + "\n ],\n \"next\": null\n}",
                2);
  expect_events("{\"a\":{\"b\":[" + event + "]},\"n\":\"[{\",\"c\":[" + event + " ]}", 2);
  expect_events("{\"a\":[" + event + "]}\n{\"a\":[" + event + "," + event + "]}\n", 3);
  expect_events("{\"a\":[" + event + "],\"a\":[" + event + "]}", 2);
  // What stands among the events and is none is a gap.
  const auto mixed = expect_events("{\"a\":[" + event + ",17,\"x,]\",[{}]," + event + "]}", 2);
  EXPECT_EQ(mixed.gaps.size(), 3U);
  // Lists of what is no event stay whole.
  expect_events(R"({"parts":[{"x":1},{"x":2}]})", 1);
}

TEST(Json, ShowsOfATimeThatCannotBeReadOnlyTheBeginning) {
  const auto gaps = recurring_gaps_of(
      "{\"time\":\"" + std::string(63, 'x') + "\xC3\xA9" + std::string(5000, 'y') + "\"}\n", 9999,
      Recurrence::kUnreadableTime);
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].first.what, "time is \"" + std::string(63, 'x') + "\"... (5065 bytes)");
}

TEST(Json, ReadsWinlogbeat) {
  const auto log = read(
      R"({"@timestamp":"2021-03-03T06:49:42.772Z","event":{"code":"4625","provider":"P"},)"
      R"("message":"m",)"
      R"("host":{"name":"mx01"},"winlog":{"channel":"Security","event_id":4624,"record_id":77,)"
      R"("provider_name":"Microsoft-Windows-Security-Auditing","computer_name":"MX01.example.org",)"
      R"("event_data":{"TargetUserName":"a","EventID":"x","Threat Name":"t"},)"
      R"("user_data":{"xml_name":"E","Query":"q"}}})");
  ASSERT_EQ(log.events.size(), 1U);
  const auto& event = log.events[0];
  EXPECT_EQ(event.channel, "Security");
  EXPECT_EQ(event.event_id, 4624U);
  EXPECT_EQ(event.record_id, 77U);
  EXPECT_EQ(event.computer, "MX01.example.org");
  EXPECT_EQ(event.fields.at("TargetUserName"), "t:a");
  EXPECT_EQ(event.fields.at("EventData.EventID"), "t:x");
  EXPECT_EQ(event.fields.at("EventID"), "n:4624");
  EXPECT_EQ(event.fields.at("event.code"), "t:4625");
  EXPECT_EQ(event.fields.at("ThreatName"), "t:t");
  EXPECT_EQ(event.fields.at("Query"), "t:q");
  EXPECT_EQ(event.fields.at("Message"), "t:m");
}

TEST(Json, ReadsTheNestingOfTheXml) {
  const auto log = read(R"([
  {
    "Event": {
      "#attributes": {"xmlns": "http://schemas.example.org/event"},
      "System": {
        "Provider": {"#attributes": {"Name": "MSExchange CmdletLogs"}},
        "EventID": {"#attributes": {"Qualifiers": 16384}, "#text": 1},
        "Channel": "MSExchange Management",
        "Computer": "MX01.example.org",
        "EventRecordID": 10485,
        "TimeCreated": {"#attributes": {"SystemTime": "2021-03-14T06:40:12.987654Z"}},
        "Security": null
      },
      "EventData": {"Data": {"#text": ["Set-OabVirtualDirectory", "-Identity \"x\""]},
                    "Computer": "c"}
    }
  },
  {"Event": {"System": {"EventID": 4, "Channel": "Application",
                        "Provider_attributes": {"Name": "P"}},
             "UserData": {"Operation_Started": {"#attributes": {"xmlns": "n"}, "Query": "q"}}}}
])",
                        33);
  ASSERT_EQ(log.events.size(), 2U);
  const auto& event = log.events[0];
  EXPECT_EQ(event.provider, "MSExchange CmdletLogs");
  EXPECT_EQ(event.event_id, 1U);
  EXPECT_EQ(event.time, "2021-03-14T06:40:12.987654Z");
  EXPECT_EQ(event.fields.at("EventID_Qualifiers"), "n:16384");
  EXPECT_EQ(event.fields.at("Data"), "[t:Set-OabVirtualDirectory|t:-Identity \"x\"|]");
  EXPECT_EQ(event.fields.at("EventData.Computer"), "t:c");
  EXPECT_EQ(event.fields.at("Security"), "null");
  EXPECT_EQ(event.record_id, 10485U);
  EXPECT_EQ(log.events[1].provider, "P");
  EXPECT_EQ(log.events[1].fields.at("Query"), "t:q");
  EXPECT_TRUE(log.gaps.empty());
}

TEST(Json, FlattensOtherJson) {
  const auto log = read(R"({"a":{"b":[1,2.50,"x"],"c":[{"d":1},{"d":null,"e":[]}]},"a.b":"again",)"
                        R"("f":{},"g":-0,"":{"":1}})");
  ASSERT_EQ(log.events.size(), 1U);
  const auto& fields = log.events[0].fields;
  EXPECT_EQ(log.events[0].source, "json");
  EXPECT_EQ(fields.at("a.b"), "[n:1|n:2.50|t:x|t:again|]");
  EXPECT_EQ(fields.at("a.c.d"), "[n:1|null|]");
  EXPECT_EQ(fields.at("a.c.e"), "null");
  EXPECT_EQ(fields.at("f"), "null");
  EXPECT_EQ(fields.at("g"), "n:-0");
  EXPECT_EQ(fields.at("."), "n:1");
}

TEST(Json, KeepsBothValuesOfARepeatedKey) {
  const auto log = read(R"({"Channel":"Security","EventID":1,"x":"a","x":"b"})");
  ASSERT_EQ(log.events.size(), 1U);
  EXPECT_EQ(log.events[0].fields.at("x"), "[t:a|t:b|]");
}

// A second number must not take an event away from the rules about either.
TEST(Json, SaysWhereAnEventContradictsItself) {
  const auto judged = [](const std::string& keys) {
    const std::string line = "{" + keys + "}";
    const auto log = read(line);
    const auto twin = json::read_slowly(line, Limits{});
    EXPECT_TRUE(log.events == twin.events) << line;
    const auto gaps = recurring_gaps_of(line, 9999, Recurrence::kContradiction);
    const bool is_ambiguous = !log.events.empty() && log.events[0].is_ambiguous;
    return (is_ambiguous ? "ambiguous; " : "") + (gaps.empty() ? "" : gaps[0].first.what);
  };
  const std::string security = R"("Channel":"Security","EventID":4688)";
  EXPECT_EQ(judged(security), "");
  EXPECT_EQ(judged(security + R"(,"EventID":"4688.0","Channel":"security","EventID":null)"), "");
  EXPECT_EQ(judged(security + R"(,"EventID":9)"), R"(ambiguous; EventID is "4688", then "9")");
  EXPECT_EQ(judged(security + R"(,"EventID":"x","EventID":1,"EventID":2,"EventID":3)"),
            R"(ambiguous; EventID is "4688", then "x", then "1", then "2", then others)");
  EXPECT_EQ(judged(R"("EventID":[1,4688],"Channel":"a")"), R"(ambiguous; EventID is "1 4688")");
  EXPECT_EQ(judged(security + R"(,"Channel":"Sys")"),
            R"(ambiguous; Channel is "Security", then "Sys")");
  EXPECT_EQ(judged(security + R"(,"Computer":"a","Computer":"b")"), R"(Computer is "a", then "b")");
  EXPECT_EQ(judged(security + R"(,"time":"soon","time":1615704010)"),
            R"(time is "soon", then "1615704010")");
  EXPECT_EQ(judged(R"("a":1,"a":2,"EventID":1,"EventID":2)"), "");  // no Windows event
}

TEST(Json, TakesTheOneNumberThatIsThere) {
  const auto log = read(R"({"Channel":["Security"],"EventID":null,"EventID":[4688]})");
  ASSERT_EQ(log.events.size(), 1U);
  EXPECT_EQ(log.events[0].channel, "Security");
  EXPECT_EQ(log.events[0].event_id, 4688U);
}

TEST(Json, ResolvesEscapes) {
  EXPECT_EQ(json::unescaped(R"(a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00)"),
            "a\"\\/\b\f\n\r\t\xC3\xA9\xF0\x9F\x98\x80");
  EXPECT_EQ(json::unescaped(R"(\ud83d-\ude00-\q-\u12)"), "\xEF\xBF\xBD-\xEF\xBF\xBD-\\q-\\u12");
}

// The fast way and the plain one, with escapes at every place of a step of the fast one.
TEST(Json, ResolvesEscapesTheSameInPlace) {
  std::mt19937 random(11);
  const std::vector<std::string> pieces = {"a",       "bcdefgh",  "\\n",     "\\\\",      "\\\"",
                                           "\\u00e9", "\\ud83d",  "\\ude00", "\\q",       "\\u12",
                                           "\\",      "\xC3\xA9", " ",       "0123456789"};
  Arena arena;
  for (int round = 0; round < 20'000; ++round) {
    std::string written;
    const std::size_t pieces_count = random() % 12;
    for (std::size_t i = 0; i < pieces_count; ++i) written += pieces[random() % pieces.size()];
    const std::string padded = written + std::string(kBlockPadding, '\\');
    const std::string_view text = std::string_view(padded).substr(0, written.size());
    ASSERT_EQ(json::unescaped(text, arena), json::unescaped(text)) << written;
    if (round % 100 == 0) arena.reset();
  }
}

// A time of the wrapper's own, or one in every element, says nothing: what counts is whose events
// stand inside.
TEST(Json, UnwrapsByWhatStandsInside) {
  const std::string event =
      R"({"EventID":1,"Channel":"Security","TimeCreated":"2021-03-01T00:00:00Z"})";
  const auto count_of = [](const std::string& log) {
    const auto fast = read(log);
    EXPECT_TRUE(fast.events == json::read_slowly(log, Limits{}).events) << log;
    return fast.events.size();
  };
  EXPECT_EQ(
      count_of(R"({"timestamp":"2021-03-01T00:00:00Z","Events":[)" + event + "," + event + "]}\n"),
      2U);
  EXPECT_EQ(count_of(R"({"Operation":"x","Steps":[{"time":"2021-03-01"},{"time":"2021-03-02"}]})"
                     "\n"),
            1U);
  EXPECT_EQ(count_of(R"({"EventID":2,"Channel":"System","Events":[)" + event + "]}\n"), 1U);
}

// As lists by host, or of searches: arrays of objects with arrays of events.
TEST(Json, UnwrapsWhatIsWrappedTwice) {
  const std::string event = R"({"EventID":1,"Channel":"Security","User":"a"})";
  const auto count_of = [](const std::string& log) {
    const auto fast = read(log);
    const auto slow = json::read_slowly(log, Limits{});
    EXPECT_TRUE(fast.events == slow.events) << log;
    EXPECT_EQ(text::accounting_fault(fast, log), "");
    return static_cast<std::size_t>(std::ranges::count_if(
        fast.events, [](const auto& one) { return one.channel == "Security"; }));
  };
  const std::string host = R"({"host":"h","Events":[)" + event + "," + event + "]}";
  EXPECT_EQ(count_of(R"({"results":[)" + host + "," + host + R"(,{"host":"none"}]})" "\n"), 4U);
  EXPECT_EQ(count_of(R"({"Events":[)" + event + "," + host + "]}\n"), 3U);
  // One character that is no UTF-8, in one of them.
  const std::string damaged = R"({"EventID":1,"Channel":"Security","User":"Ren)" "\xE9" "\"}";
  const std::string beside = R"({"x":")" "\x80\x81" R"(","Events":[)";
  EXPECT_EQ(count_of(beside + damaged + "," + event + "]}\n"), 2U);
  // An end to all things.
  std::string nested = event;
  for (std::size_t i = 0; i < json::kWrappersMax; ++i) nested = R"({"a":[)" + nested + "]}";
  EXPECT_EQ(count_of(nested + "\n"), 1U);
  EXPECT_EQ(count_of(R"({"a":[)" + nested + "]}\n"), 0U);
}

// Many events have more fields than one may have: those behind them are found all the same.
TEST(Json, UnwrapsArraysBehindLargeOnes) {
  const auto events = [](std::size_t count, const std::string& channel) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      text += i == 0 ? "[" : ",";
      text += R"({"EventID":)" + std::to_string(i % 7) + R"(,"Channel":")" + channel + "\"";
      if (i % 3 == 0) text += R"(,"User":"x")";
      text += "}";
    }
    return text + "]";
  };
  Limits limits;
  limits.fields_per_event = 40;
  const auto count_of = [&](const std::string& log) {
    const auto fast = read(log, SIZE_MAX / 2, limits);
    EXPECT_TRUE(fast.events == json::read_slowly(log, limits).events);
    EXPECT_TRUE(fast.gaps.empty());
    EXPECT_EQ(text::accounting_fault(fast, log), "");
    return fast.events.size();
  };
  const std::string many = events(100, "System");
  EXPECT_EQ(count_of("{\"A\":" + many + ",\"B\":" + events(3, "Security") + "}\n"), 103U);
  EXPECT_EQ(count_of("{\"System\":{\"Events\":" + many + "},\"Security\":{\"Events\":" +
                     events(50, "Security") + "}}\n"),
            150U);
  std::string log = "{";
  for (int list = 0; list < 18; ++list) log += "\"L" + std::to_string(list) + R"(":[{"a":1}],)";
  EXPECT_EQ(count_of(log + "\"Events\":" + events(2, "Security") + "}\n"), 2U);
}

// Where even one of each kind is too much it is said that there may be more.
TEST(Json, SaysWhereArraysMayHideBehindTooManyFields) {
  Limits limits;
  limits.fields_per_event = 20;
  std::string log = R"({"A":[{"EventID":1,"Channel":"System"}],"B":[)";
  for (int i = 0; i < 30; ++i) log += (i == 0 ? "{\"b" : ",{\"b") + std::to_string(i) + "\":1}";
  log += R"(],"C":[{"EventID":2,"Channel":"Security"}]})" "\n";
  const auto fast = read(log, SIZE_MAX / 2, limits);
  ASSERT_EQ(fast.events.size(), 1U);
  EXPECT_EQ(fast.events[0].channel, "System");
  ASSERT_EQ(fast.gaps.size(), 1U);
  EXPECT_EQ(fast.gaps[0].kind, "limit");
}

TEST(Json, SaysWhereArraysMayHideTooDeep) {
  Limits limits;
  limits.nesting_depth = 5;
  const std::string event = R"({"EventID":1,"Channel":"Security"})";
  const std::string deep = R"({"d":{"d":{"d":{"Events":[)" + event + "]}}}}";
  const auto fast =
      read(R"({"Events":[)" + event + R"(],"d":)" + deep + "}\n", SIZE_MAX / 2, limits);
  EXPECT_EQ(fast.events.size(), 1U);
  ASSERT_EQ(fast.gaps.size(), 1U);
  EXPECT_EQ(fast.gaps[0].kind, "limit");
}

// One long key around many leaves, and keys that are all the beginning of one another: what is made
// of them must not be larger than they are, many times over.
TEST(Json, SpellsOutNoMoreThanItReads) {
  std::string log = "{\"" + std::string(300'000, 'k') + R"(":{"a":1)";
  for (int i = 0; i < 1'000; ++i) log += ",\"f" + std::to_string(i) + "\":1";
  const auto fast = read(log + "}}\n");
  ASSERT_EQ(fast.events.size(), 1U);
  EXPECT_LT(fast.events[0].fields.size(), 10U);
  ASSERT_EQ(fast.gaps.size(), 1U);
  EXPECT_EQ(fast.gaps[0].kind, "limit");
  log = "{\"z\":0";
  for (std::size_t i = 1; i < 1'000; ++i) log += ",\"" + std::string(i, '.') + R"(":[{"a":1}])";
  Limits limits;
  ShapeTable shapes(limits);
  const ReaderOptions options{&limits, &shapes, false};
  json::LayoutCache layouts(options);
  json::Walker walker(limits);
  Arena arena;
  log += "}";
  const std::size_t size = log.size();
  log.append(kBlockPadding, ' ');
  ASSERT_EQ(walker.walk(std::string_view(log).substr(0, size), arena), json::WalkResult::kWhole);
  EXPECT_TRUE(layouts.find(walker.signature()).event_lists.empty());
}

TEST(Json, UnwrapsNoMoreThanSoMany) {
  Limits limits;
  limits.wrapped_events = 100;
  std::string log = "{\"Events\":[";
  for (std::size_t i = 0; i < 102; ++i) log += i == 0 ? R"({"EventID":1,"Channel":"x"})" : ",{}";
  log += "]}\n";
  const auto fast = read(log, SIZE_MAX / 2, limits);
  EXPECT_EQ(fast.events.size(), 100U);
  EXPECT_EQ(text::accounting_fault(fast, log), "");
  ASSERT_EQ(fast.gaps.size(), 1U);
  EXPECT_EQ(fast.gaps[0].kind, "limit");
}

// The twin once took a text between two of its marks for a number, and a number for a key.
TEST(Json, TheTwinTellsTextsFromNumbers) {
  const auto log = json::read_slowly(
      "{\"x\":\"\x7f\",\"y\":\"\x7f"
      "1\x7f\",\"z\":1}\n{1:2}\n",
      Limits{});
  ASSERT_EQ(log.events.size(), 1U);
  EXPECT_EQ(log.events[0].fields.at("x"), "t:\x7f");
  EXPECT_EQ(log.events[0].fields.at("y"),
            "t:\x7f"
            "1\x7f");
  EXPECT_EQ(log.events[0].fields.at("z"), "n:1");
  EXPECT_EQ(log.gaps.size(), 1U);
}

TEST(Json, ADamagedLineIsAGapAndTheNextIsRead) {
  const std::string good = R"({"a":1})";
  const auto log = read(good + "\n{\"a\":tru}\n{\"a\":1\nnot json\n\n" + good + "\n{\"a\":", 5);
  ASSERT_EQ(log.events.size(), 2U);
  ASSERT_EQ(log.gaps.size(), 4U);
  EXPECT_EQ(log.gaps[0], (text::PlainGap{8, 9, "damaged"}));
}

TEST(Json, ADamagedElementDoesNotHideTheNext) {
  const std::string log_text =
      "[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": \"lost quote,\n    \"b\": [\n      {\"c\": 1}\n "
      "   ]\n"
      "  },\n  {\n    \"a\": 3\n  },\n  oops,\n  {\"a\": 4},\n  {\"a\":";
  for (const std::size_t step : {1U, 7U, 1000U}) {
    const auto log = read(log_text, step);
    ASSERT_EQ(log.events.size(), 3U);
    EXPECT_EQ(log.events[1].fields.at("a"), "n:3");
    EXPECT_EQ(log.events[2].fields.at("a"), "n:4");
    EXPECT_EQ(log.gaps.size(), 3U);
  }
}

TEST(Json, ReadsTextThatIsNotUtf8) {
  const auto log = read("{\"a\":\"caf\xE9\"}\n{\"a\":2}\n");
  ASSERT_EQ(log.events.size(), 2U);
  EXPECT_EQ(log.events[0].fields.at("a"), "t:caf\xC3\xA9");
  ASSERT_EQ(log.gaps.size(), 1U);
}

TEST(Json, HoldsItsLimits) {
  Limits limits;
  limits.record_bytes = 300;
  limits.nesting_depth = 3;
  limits.values_per_field = 2;
  limits.fields_per_event = 4;
  const std::string deep = R"({"a":{"b":{"c":[1],"d":2}},"l":[1,2,3]})";
  const std::string wide = R"({"a":1,"b":2,"c":3,"d":4,"e":5})";
  const std::string huge = "{\"a\":\"" + std::string(1000, 'x') + "\"}";
  for (const std::string& separator : {std::string("\n"), std::string(",\n{\n\"z\":1},\n")}) {
    std::string text = separator == "\n" ? "" : "[\n";
    for (const std::string& record : {deep, wide, huge, deep}) text += record + separator;
    for (const std::size_t step : {40U, 5000U}) {
      const auto log = read(text, step, limits);
      std::size_t plain_count = 0;
      for (const auto& event : log.events) {
        if (event.fields.contains("z")) continue;
        ++plain_count;
        if (event.fields.contains("a.b.c")) {
          EXPECT_EQ(event.fields.at("a.b.c"), "t:[1]");
          EXPECT_EQ(event.fields.at("l"), "[n:1|n:2|]");
        } else {
          EXPECT_EQ(event.fields.size(), 4U);
        }
      }
      EXPECT_EQ(plain_count, 3U) << separator << step;
      for (const auto& gap : log.gaps) EXPECT_EQ(gap.kind, "limit");
      EXPECT_GE(log.gaps.size(), 6U);
    }
  }
}

TEST(Json, SurvivesObjectsWithoutEnd) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "{\n";
  const auto log = read("[" + text);  // must not take a walk through the rest for each of them
  EXPECT_TRUE(log.events.empty());
  EXPECT_FALSE(log.gaps.empty());
}

std::string random_value(std::mt19937& random, int depth) {
  static const char* const kScalars[] = {"1",
                                         "-0.5e+7",
                                         "true",
                                         "null",
                                         "\"\"",
                                         "\"a\\\\b\"",
                                         "\"\\u00e9\\n\"",
                                         "\"\\ud800x\"",
                                         "\"\\q\"",
                                         "\"}{\\\"\"",
                                         "01",
                                         "tru",
                                         "\"\xE9\"",
                                         "\"x\ny\"",
                                         "1e999",
                                         "-",
                                         "\"[1]\"",
                                         "\"2021-03-03T00:00:00.5Z\"",
                                         "\"2021-03-03 00:00:00.5 +02\"",
                                         "\"20210303T000000Z\"",
                                         "\"/Date(1615704010965-0500)/\"",
                                         "1615704010.25",
                                         "1615704010965",
                                         "123456789012345678901234"};
  const auto kind = random() % (depth > 3 ? 8 : 12);
  if (kind < 8) return kScalars[random() % (random() % 8 == 0 ? std::size(kScalars) : 8)];
  const bool is_array = kind < 10;
  std::string out(1, is_array ? '[' : '{');
  const std::size_t count = random() % 4;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += random() % 40 == 0 ? "" : random() % 3 == 0 ? ",\n   " : ",";
    static const char* const kKeys[] = {"a",        "b",        "Channel", "EventID", "winlog",
                                        "channel",  "event_id", "Event",   "System",  "EventData",
                                        "x\\u0041", "",         "time",    "ts"};
    if (!is_array) out += std::string("\"") + kKeys[random() % std::size(kKeys)] + "\":";
    out += random_value(random, depth + 1);
  }
  return out + (random() % 60 == 0 ? "" : is_array ? "]" : "}");
}

TEST(Json, AgreesWithItsTwinOnRandomLogs) {
  std::mt19937 random(20210314);
  std::size_t events_count = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string log = random() % 2 == 0 ? "" : "[\n";
    for (int i = 0; i < 8; ++i) {
      std::string value = random_value(random, 0);
      if (!value.starts_with('{')) value = "{\"k\":" + value + "}";
      log += value + (random() % 4 == 0 ? "," : "") + "\n";
    }
    const auto twin = json::read_slowly(log, Limits{});
    events_count += twin.events.size();
    for (const std::size_t step : {1 + random() % 60, std::uint_fast32_t{1} << 20U}) {
      const auto fast = read(log, step);
      ASSERT_EQ(fast.events.size(), twin.events.size()) << log;
      for (std::size_t i = 0; i < fast.events.size(); ++i)
        ASSERT_TRUE(fast.events[i] == twin.events[i])
            << log.substr(fast.events[i].offset_bytes, 200);
      ASSERT_EQ(fast.gaps, twin.gaps) << log;
    }
  }
  EXPECT_GT(events_count, 3000U);
}

TEST(Json, TimesCenturiesApartAreNoSamplesOfAClock) {
  const auto event = [](const std::string& time, const std::string& utc_time) {
    return R"({"EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational", "EventTime": ")" +
           time + R"(", "UtcTime": ")" + utc_time + "\"}\n";
  };
  // The difference is more than 64 bits of nanoseconds hold, in either direction; then a real one.
  const std::string log = event("1678-01-01T00:00:00Z", "2261-12-31 23:59:59.000") +
                          event("2261-12-31T23:59:59Z", "1678-01-01 00:00:00.000") +
                          event("2021-03-14T06:40:10Z", "2021-03-14 01:40:10.000");
  Limits limits;
  ShapeTable shapes(limits);
  const auto reader = json::make_json_reader(as_bytes(log), {&limits, &shapes, false});
  std::vector<std::int64_t> differences;
  text::read_in_blocks(
      *reader, log, [&](std::size_t) { return log.size(); },
      [&](EventBatch& batch) {
        EXPECT_EQ(batch.events().size(), 3U);
        for (const ClockSample sample : batch.clock_samples())
          differences.push_back(sample.difference_ns);
      });
  EXPECT_EQ(differences, (std::vector<std::int64_t>{18'000'000'000'000}));
}

TEST(Json, AgreesWithItsTwinOnTheRecording) {
  const auto archive = text::test_data() / "proxylogon/proxylogon_ssrf_rce_poc.zip";
  if (!std::filesystem::exists(archive)) GTEST_SKIP() << "skipped, no data: " << archive.string();
  std::FILE* const pipe = ::popen(("unzip -p '" + archive.string() + "' 2>/dev/null").c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string log;
  char piece[65536];
  for (std::size_t got; (got = std::fread(piece, 1, sizeof piece, pipe)) > 0;)
    log.append(piece, got);
  if (::pclose(pipe) != 0) GTEST_SKIP() << "skipped, no unzip program";
  ASSERT_EQ(log.size(), 19'346'820U);
  Limits limits;
  ShapeTable shapes(limits);
  const auto reader = json::make_json_reader(as_bytes(log).first(65536), {&limits, &shapes, false});
  text::PlainLog fast;
  ClockSummary clock;
  std::uint64_t understood_bytes = 0;
  text::read_in_blocks(
      *reader, log, [](std::size_t) { return std::size_t{500'000}; },
      [&](EventBatch& batch) {
        for (const Event& event : batch.events()) fast.events.push_back(text::plain_event(event));
        clock.add(batch.clock_samples());
        understood_bytes += batch.understood_bytes;
        EXPECT_TRUE(batch.gaps().empty());
      });
  EXPECT_EQ(fast.events.size(), 10'487U);
  EXPECT_EQ(understood_bytes, log.size());
  const auto twin = json::read_slowly(log, limits);
  ASSERT_EQ(twin.events.size(), fast.events.size());
  for (std::size_t i = 0; i < fast.events.size(); ++i)
    ASSERT_TRUE(fast.events[i] == twin.events[i]);
  EXPECT_EQ(fast.events[3732].fields.at("Image"), "t:System");
  const ClockJudgement judgement = judge_clock(clock);
  EXPECT_TRUE(judgement.is_shifted) << judgement.reason;
  EXPECT_EQ(judgement.shift_s, 18'000) << judgement.reason;
  EXPECT_EQ(judgement.samples_count, 4679U);
}

}  // namespace
}  // namespace pugmark

#include "pipeline/pipeline.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "casefile/casefile.h"

namespace pugmark {
namespace {

class PipelineTest : public testing::Test {
 protected:
  PipelineTest() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "pugmark-pipeline-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    std::filesystem::create_directory(folder_ / "evidence");
  }
  ~PipelineTest() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / "evidence" / name, std::ios::binary) << text;
  }

  HuntRequest request() const {
    HuntRequest request;
    request.evidence = {(folder_ / "evidence").string()};
    request.default_rules = std::string(PUGMARK_SOURCE_DIR) + "/rules";
    request.case_path = (folder_ / "hunt.case").string();
    request.force = true;
    return request;
  }

  static HuntOutcome outcome_of(const HuntRequest& request) {
    HuntProgress progress;
    const auto outcome = hunt(request, progress);
    EXPECT_TRUE(outcome.ok()) << (outcome.ok() ? "" : outcome.error().message);
    return outcome.ok() ? outcome.value() : HuntOutcome{};
  }

  // The bytes of the case.
  static std::string case_of(const HuntRequest& request) {
    outcome_of(request);
    std::ostringstream bytes;
    bytes << std::ifstream(request.case_path, std::ios::binary).rdbuf();
    return bytes.str();
  }

  // What the case that was written says of the run.
  static std::string fact_of(const HuntRequest& request, const std::string& name) {
    const auto reader = CaseReader::open(request.case_path);
    const auto facts = reader.ok() ? reader.value().facts() : Result<CaseFacts>(reader.error());
    EXPECT_TRUE(facts.ok() && facts.value().contains(name)) << name;
    return facts.ok() && facts.value().contains(name) ? facts.value().at(name) : "";
  }

  static std::vector<Coverage> coverage_of(const HuntRequest& request) {
    outcome_of(request);
    std::vector<Coverage> list;
    const auto reader = CaseReader::open(request.case_path);
    if (!reader.ok()) return list;
    const Status status = reader.value().coverage([&](const Coverage& one) {
      list.push_back(one);
      return true;
    });
    EXPECT_TRUE(status.ok());
    return list;
  }

  std::filesystem::path folder_;
};

std::string repeated(const std::string& line, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += line;
  return text;
}

// One worker meets every format in turn, and both readers of Exchange logs, which share a type():
// each must get working memory of its own kind.
TEST_F(PipelineTest, ThreadsMeetEveryFormatInTurn) {
  const std::string csv =
      "#Software: Microsoft Exchange Server\r\n#Log-type: HttpProxy Logs\r\n"
      "#Fields: DateTime,UrlStem,UrlQuery,AnchorMailbox,HttpStatus,Method\r\n" +
      repeated("2021-03-03T06:49:42.000Z,/owa/,,,200,GET\r\n", 30);
  const std::string text = repeated("2021-03-03T06:49:42.000Z OABGenerator: started\r\n", 40);
  const std::string w3c = "#Fields: date time cs-method cs-uri-stem sc-status\n" +
                          repeated("2021-03-03 06:49:42 GET /owa/ 200\n", 50);
  const std::string json = repeated(
      "{\"Channel\":\"Security\",\"EventID\":4624,\"Computer\":\"mx01.example.org\"}\n", 60);
  const std::string ncsa =
      repeated("198.51.100.7 - - [10/Oct/2020:13:55:36 -0700] \"GET / HTTP/1.0\" 200 2\n", 70);
  for (const char* round : {"1", "2"}) {
    write(std::string("a_proxy") + round, csv);
    write(std::string("b_oab") + round, text);
    write(std::string("c_iis") + round, w3c);
    write(std::string("d_json") + round, json);
    write(std::string("e_ncsa") + round, ncsa);
  }
  for (const unsigned threads : {1U, 4U}) {
    HuntRequest hunted = request();
    hunted.threads_count = threads;
    const HuntOutcome outcome = outcome_of(hunted);
    EXPECT_EQ(outcome.gaps_count, 0U);
    EXPECT_EQ(fact_of(hunted, "items_count"), "10");
    EXPECT_EQ(fact_of(hunted, "events_count"), std::to_string(2 * (30 + 40 + 50 + 60 + 70)));
  }
}

// Large blocks are taken one at a time; ordinary ones go on beside them, and nobody waits for ever.
TEST_F(PipelineTest, ThreadsTakeLargeBlocksInTurn) {
  const std::string event =
      R"({"EventID":1,"Channel":"Security","Computer":"c","@timestamp":"2021-03-01T00:00:00Z")";
  const std::string large = event + R"(,"Message":")" + std::string(3 << 20U, 'x') + "\"}\n";
  for (std::size_t file = 0; file < 4; ++file) {
    std::string text;
    for (int i = 0; i < 3; ++i) {
      text += large;
      for (int small = 0; small < 2'000; ++small) text += event + "}\n";
    }
    write("log" + std::to_string(file) + ".json", text + std::string(file, '\n'));
  }
  HuntRequest request = this->request();
  request.threads_count = 1;
  const std::string alone = case_of(request);
  EXPECT_EQ(fact_of(request, "events_count"), std::to_string(4 * 3 * 2'001));
  request.threads_count = 8;
  EXPECT_EQ(case_of(request), alone);
}

// However many other gaps the item has, whichever thread read what.
TEST_F(PipelineTest, SaysOnceOfAnItemThatTimesCannotBeRead) {
  write("events.jsonl", "{\"time\":1615704010}\n" + repeated("{\n", 30) + "{\"time\":\"soon\"}\n" +
                            repeated("{\"time\":\"later\"}\n", 200'000));
  std::vector<std::string> cases;
  for (const unsigned threads : {1U, 4U}) {
    HuntRequest hunted = request();
    hunted.threads_count = threads;
    hunted.limits.gaps_per_item = 10;
    cases.push_back(case_of(hunted));
    EXPECT_EQ(outcome_of(hunted).gaps_count, 13U);
  }
  EXPECT_TRUE(cases[0] == cases[1]);
  EXPECT_NE(cases[0].find("Events that have a time that cannot be read and count as undated: "
                          "200001. Of the first, time is \"soon\"."),
            std::string::npos);
}

// Neither the names of two files nor the places of records with numbers say what came first.
TEST_F(PipelineTest, OrderOfEqualTimesIsNotInvented) {
  std::ofstream(folder_ / "rules.yml") << R"(
title: first
name: first
logsource: {product: windows, service: security}
detection: {selection: {EventID: 1}, condition: selection}
---
title: second
name: second
logsource: {product: windows, service: security}
detection: {selection: {EventID: 2}, condition: selection}
---
title: one after the other
correlation: {type: temporal_ordered, rules: [first, second], timespan: 1m}
)";
  const auto record = [](int event_id, int record_id, const std::string& fraction) {
    return "{\"Channel\":\"Security\",\"EventID\":" + std::to_string(event_id) +
           ",\"EventRecordID\":" + std::to_string(record_id) +
           ",\"TimeCreated\":\"2021-03-14T06:40:10" + fraction + "Z\"}\n";
  };
  HuntRequest hunted = request();
  hunted.default_rules.clear();
  hunted.rule_paths = {(folder_ / "rules.yml").string()};
  const auto findings_of = [&](const std::string& a, const std::string& b) {
    write("a", a);
    write("b", b);
    outcome_of(hunted);
    return fact_of(hunted, "findings_count");
  };
  const std::string none = record(9, 1, "");
  EXPECT_EQ(findings_of(record(1, 1, "") + record(2, 2, ""), none), "1");
  EXPECT_EQ(findings_of(record(2, 2, "") + record(1, 1, ""), none), "1") << "newest first";
  EXPECT_EQ(findings_of(record(1, 2, "") + record(2, 1, ""), none), "0");
  EXPECT_EQ(findings_of(record(1, 1, ""), record(2, 2, "")), "0");
  EXPECT_EQ(findings_of(record(1, 1, ""), record(2, 2, ".001")), "1");
  EXPECT_NE(case_of(hunted).find("not certain: records of different logs"), std::string::npos);
  EXPECT_EQ(findings_of(record(1, 1, ".000"), record(2, 2, ".001")), "1");
  EXPECT_EQ(case_of(hunted).find("not certain: records of different logs"), std::string::npos);
  // Without record ids a log is in the order in which it stands; two logs in one file are in none.
  const auto unnumbered = [](int event_id, const std::string& computer) {
    return "{\"Channel\":\"Security\",\"Computer\":\"" + computer +
           "\",\"EventID\":" + std::to_string(event_id) +
           ",\"TimeCreated\":\"2021-03-14T06:40:10Z\"}\n";
  };
  EXPECT_EQ(findings_of(unnumbered(1, "a") + unnumbered(2, "a"), none), "1");
  EXPECT_EQ(findings_of(unnumbered(2, "a") + unnumbered(1, "a"), none), "0");
  EXPECT_EQ(findings_of(unnumbered(1, "a") + unnumbered(2, "b"), none), "0");
}

// Each item has a clock of its own: what coverage says of a source must be true of all its items.
TEST_F(PipelineTest, CoverageSaysInHowManyItemsAClockWasCorrected) {
  const auto log_of = [](const std::string& hour, int records_count, int first_id) {
    std::string log;
    for (int i = 0; i < records_count; ++i) {
      const std::string minute = std::to_string(10 + i);
      log +=
          "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":1,\"Computer\":\"mx\","
          "\"EventRecordID\":" +
          std::to_string(first_id + i) + ",\"UtcTime\":\"2021-03-14 11:" + minute +
          ":00.000\",\"TimeCreated\":\"2021-03-14T" + hour + ":" + minute + ":00Z\"}\n";
    }
    return log;
  };
  const auto clock_of = [&](const std::vector<std::string>& logs) {
    for (std::size_t i = 0; i < logs.size(); ++i) write(std::string(1, "abc"[i]), logs[i]);
    const std::vector<Coverage> list = coverage_of(request());
    EXPECT_EQ(list.size(), 1U);
    return list.empty() ? Coverage{} : list[0];
  };
  const Coverage right = clock_of({log_of("11", 20, 1)});
  EXPECT_EQ(right.clock.find("The item's clock agrees with Sysmon's UtcTime in 20 of 20"), 0U);
  EXPECT_EQ(right.shifted_items_count, 0U);
  const Coverage mixed = clock_of({log_of("11", 20, 1), log_of("06", 20, 21)});
  EXPECT_EQ(mixed.time_shift_s, 0);
  EXPECT_EQ(mixed.shifted_items_count, 1U);
  EXPECT_NE(mixed.clock.find("In 1 of 2 items the times were left as written; of one: The "),
            std::string::npos);
  EXPECT_NE(mixed.clock.find("In 1 of 2 items 18000 s were added to all times; of one: In 20 of 20 "
                             "events the item's times are 5 h behind Sysmon's"),
            std::string::npos);
  const Coverage three = clock_of({log_of("16", 20, 1), log_of("06", 20, 21), log_of("11", 5, 41)});
  EXPECT_EQ(three.time_shift_s, 0);
  EXPECT_EQ(three.shifted_items_count, 2U);
  EXPECT_EQ(three.clock.find("In 1 of 3 items -18000 s were added"), 0U) << three.clock;
  const Coverage alike =
      clock_of({log_of("06", 20, 1), log_of("06", 30, 21), log_of("06", 40, 51)});
  EXPECT_EQ(alike.time_shift_s, 18'000);
  EXPECT_EQ(alike.shifted_items_count, 3U);
  EXPECT_EQ(alike.clock.find("The same in 3 items; of one: In 20 of 20 events"), 0U);
}

// A name that is too long is shortened where it is kept; its events must not be counted for another
// computer whose name begins alike, or is just that beginning.
TEST_F(PipelineTest, CoverageTellsComputersWithLongNamesApart) {
  const std::string alike(Limits{}.name_bytes, 'x');
  std::string log;
  int id = 0;
  for (const std::string& name : {alike + "a", alike, alike + "b", alike + "a", alike, alike + "a"})
    log += R"({"Channel":"Security","EventID":1,"Computer":")" + name + R"(","EventRecordID":)" +
           std::to_string(++id) + R"(,"TimeCreated":"2021-03-14T11:00:00Z"})" + "\n";
  write("log", log);
  std::vector<std::uint64_t> counts;
  for (const Coverage& one : coverage_of(request())) {
    EXPECT_LE(one.computer.size(), alike.size());
    EXPECT_EQ(one.events_count == 2, one.computer == alike) << one.computer;
    counts.push_back(one.events_count);
  }
  std::sort(counts.begin(), counts.end());
  EXPECT_EQ(counts, (std::vector<std::uint64_t>{1, 2, 3}));
}

// The row of all logs that are not told apart: whatever the evidence calls its own logs.
TEST_F(PipelineTest, CoverageSaysWhatIsNotToldApart) {
  std::string log;
  const auto add = [&](const std::string& computer, const std::string& channel, int record) {
    log += R"({"EventID":1,"Computer":")" + computer + R"(","Channel":")" + channel +
           R"(","EventRecordID":)" + std::to_string(record) +
           R"(,"TimeCreated":"2021-03-14T11:00:00Z"})" + "\n";
  };
  add("(other computers)", "(other logs)", 1);
  for (int record = 1; record <= 5; ++record) add("a", "System", record);
  for (int record = 1'000; record <= 1'005; ++record) add("b", "Security", record);
  write("log", log);
  HuntRequest request = this->request();
  request.limits.log_sources = 0;
  const std::vector<Coverage> rows = coverage_of(request);
  ASSERT_EQ(rows.size(), 2U);
  for (const Coverage& row : rows) {
    EXPECT_EQ(row.computer, "(other computers)");
    EXPECT_EQ(row.source, "(other logs)");
    EXPECT_EQ(row.missing_records_count, 0U) << "each log has numbers of its own";
  }
  EXPECT_EQ(rows[0].events_count, 1U);
  EXPECT_EQ(rows[1].events_count, 11U);
}

// The pieces of a line that is too long are one gap, and how many gaps there are beyond the limit
// does not depend on who found them.
TEST_F(PipelineTest, ThreadsCountThePiecesOfALongLineAlike) {
  const std::string line =
      "198.51.100.7 - - [10/Oct/2020:13:55:36 -0700] \"GET / HTTP/1.0\" 200 2\n";
  write("a", line + std::string(12'000'000, 'x') + "\n" + line);
  HuntRequest hunted = request();
  hunted.limits.line_bytes = 100'000;
  for (const std::uint64_t listed : {1'000ULL, 3ULL}) {
    hunted.limits.gaps_per_item = listed;
    hunted.threads_count = 1;
    const std::string alone = case_of(hunted);
    hunted.threads_count = 2;
    for (int round = 0; round < 5; ++round) EXPECT_TRUE(case_of(hunted) == alone) << listed;
    if (listed == 1'000) {
      EXPECT_EQ(outcome_of(hunted).gaps_count, 1U);
    }
  }
}

// Events that contradict themselves about their kind were judged: the ledger must not deny them.
TEST_F(PipelineTest, TheLedgerKnowsOfEventsThatSayTwoThings) {
  std::ofstream(folder_ / "rules.yml") << R"(title: one
logsource: {product: windows, category: process_creation}
detection: {selection: {Image|endswith: nothing.exe}, condition: selection}
)";
  write("a", R"({"Channel":"Security","EventID":9,"EventID":4688,"NewProcessName":"x.exe"})");
  HuntRequest hunted = request();
  hunted.default_rules.clear();
  hunted.rule_paths = {(folder_ / "rules.yml").string()};
  EXPECT_NE(case_of(hunted).find("but for 1 that say several things about what they are"),
            std::string::npos);
}

TEST_F(PipelineTest, TheLedgerNamesTheFiltersThatNarrowARule) {
  std::ofstream(folder_ / "rules.yml") << R"(title: one
logsource: {product: windows, service: security}
detection: {selection: {EventID: 4688}, condition: selection}
---
title: backup service
logsource: {product: windows}
filter: {rules: any, service: {User: backup}, condition: not service}
)";
  write("a", R"({"Channel":"Security","EventID":4688,"User":"backup"})");
  HuntRequest hunted = request();
  hunted.default_rules.clear();
  hunted.rule_paths = {(folder_ / "rules.yml").string()};
  const std::string words =
      "Narrowed by filter backup service (" + hunted.rule_paths[0] + ", line 5).";
  EXPECT_NE(case_of(hunted).find(words), std::string::npos);
}

// Where the program is installed is not part of the evidence.
// Not only while evidence is read: putting findings in order and writing them takes time as well.
TEST_F(PipelineTest, StopsWhileFindingsAreWritten) {
  std::ofstream(folder_ / "rules.yml") << R"(
title: all
logsource: {product: windows, service: security}
detection: {selection: {EventID: 1}, condition: selection}
)";
  write("a.jsonl", repeated("{\"Channel\":\"Security\",\"EventID\":1}\n", 100'000));
  HuntRequest hunted = request();
  hunted.default_rules.clear();
  hunted.rule_paths = {(folder_ / "rules.yml").string()};
  hunted.limits.findings_per_rule_and_computer = 1'000'000;
  HuntProgress progress;
  std::atomic<bool> over = false;
  std::thread user([&] {
    const auto is_reading = [&] {
      const std::string_view stage = progress.stage.load();
      return stage != "putting findings in order" && stage != "writing the case";
    };
    while (is_reading() && !over) std::this_thread::yield();
    progress.cancel = true;
  });
  const auto outcome = hunt(hunted, progress);
  over = true;
  user.join();
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().message, "The hunt was cancelled.");
  for (const auto& entry : std::filesystem::directory_iterator(folder_))
    EXPECT_EQ(entry.path().filename().string().find("hunt.case"), std::string::npos)
        << "neither a case nor a part of one: " << entry.path();
}

TEST_F(PipelineTest, TheFolderOfTheOwnRulesDoesNotShow) {
  write("iis",
        "#Fields: date time cs-method cs-uri-stem sc-status\n"
        "2021-03-03 06:49:42 POST /ecp/y.js 200\n");
  std::vector<std::string> cases;
  for (const char* place : {"here", "elsewhere/below/"}) {
    HuntRequest hunted = request();
    hunted.default_rules = (folder_ / place).string();
    std::filesystem::create_directories(hunted.default_rules);
    std::filesystem::copy(std::string(PUGMARK_SOURCE_DIR) + "/rules/proxylogon",
                          std::filesystem::path(hunted.default_rules) / "proxylogon");
    cases.push_back(case_of(hunted));
  }
  EXPECT_TRUE(cases[0] == cases[1]);
  EXPECT_NE(cases[0].find("rules/proxylogon/proxylogon_static_post_answered.yml"),
            std::string::npos);
  EXPECT_EQ(cases[0].find(folder_.string() + "/here"), std::string::npos);
}

}  // namespace
}  // namespace pugmark

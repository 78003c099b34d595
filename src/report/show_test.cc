#include "report/show.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "casefile/sample_testing.h"
#include "report/json.h"
#include "report/report.h"
#include "report/words.h"

namespace pugmark {
namespace {

using testing::TemporaryFolder;

class SampleCase : public ::testing::Test {
 protected:
  void SetUp() override {
    testing_sample::write_sample(folder_.file("x.case"));
    Result<CaseReader> reader = CaseReader::open(folder_.file("x.case"));
    ASSERT_TRUE(reader.ok()) << reader.error().message;
    reader_ = std::make_unique<CaseReader>(std::move(reader).value());
  }
  // The notes of the last view are in `notes_`.
  std::string shown(What what, bool jsonl, const Filter& filter = {}, Look look = {}) {
    notes_.clear();
    std::string text;
    Output out([&](std::string_view piece) {
      text += piece;
      return Status();
    });
    const Status status = show(*reader_, what, {"x.case", filter, jsonl, look}, out, notes_);
    EXPECT_TRUE(status.ok()) << status.error().message;
    return text;
  }
  std::string exported(ExportFormat format, Notes& notes) {
    std::string text;
    Output out([&](std::string_view piece) {
      text += piece;
      return Status();
    });
    const Status status = export_case(*reader_, format, {}, out, notes);
    EXPECT_TRUE(status.ok()) << status.error().message;
    return text;
  }
  TemporaryFolder folder_;
  std::unique_ptr<CaseReader> reader_;
  Notes notes_;
};

// Of a case of that path, shown as "x.case".
std::string summary_of(const std::string& path) {
  std::string text;
  const Result<CaseReader> reader = CaseReader::open(path);
  EXPECT_TRUE(reader.ok());
  if (!reader.ok()) return text;
  Output out([&](std::string_view piece) {
    text += piece;
    return Status();
  });
  Notes notes;
  EXPECT_TRUE(show(reader.value(), What::kSummary, {"x.case", {}, false, {}}, out, notes).ok());
  return text;
}

std::vector<nlohmann::ordered_json> lines_of(const std::string& text) {
  std::vector<nlohmann::ordered_json> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    out.push_back(nlohmann::ordered_json::parse(line));
  return out;
}

std::vector<std::string> keys_of(const nlohmann::ordered_json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

TEST_F(SampleCase, FindingLinesHaveTheKeysOfTheContractInOrder) {
  const auto lines = lines_of(shown(What::kFindings, true));
  ASSERT_EQ(lines.size(), 3U);
  const std::vector<std::string> contract = {
      "id",     "rule_id", "rule_title", "level",   "status",   "time",     "item",
      "offset", "length",  "record_id",  "channel", "event_id", "computer", "techniques",
      "tags",   "verdict", "because",    "track",   "phase"};
  EXPECT_EQ(keys_of(lines[1]), contract);
  EXPECT_EQ(keys_of(lines[1]["because"][0]),
            (std::vector<std::string>{"field", "value", "pattern", "offset", "reading"}));
  EXPECT_EQ(lines[1]["time"], "2021-03-14T06:40:10Z");
  EXPECT_EQ(lines[1]["because"][1]["reading"], "stem?query");
  for (const char* absent : {"record_id", "event_id", "track", "phase"})
    EXPECT_TRUE(lines[1][absent].is_null()) << absent;
  EXPECT_EQ(lines[1]["verdict"], "attempted");
  EXPECT_TRUE(lines[0]["verdict"].is_null()) << "its rule says none";
  EXPECT_TRUE(lines[0]["time"].is_null());
  EXPECT_TRUE(lines[0]["because"][0]["field"].is_null()) << "a keyword has no field";
}

// Whatever is not in the contract stands only where it says something: help and formats name these.
TEST_F(SampleCase, OnlyFourKeysOfFindingsComeAndGo) {
  Finding finding = testing_sample::plain_finding();
  const std::vector<std::string> contract = keys_of(lines_of(finding_json(finding))[0]);
  finding.time_shift_s = 3'600;
  finding.recovered = true;
  finding.related.resize(1);
  std::vector<std::string> added;
  for (const std::string& key : keys_of(lines_of(finding_json(finding))[0])) {
    if (std::find(contract.begin(), contract.end(), key) == contract.end()) added.push_back(key);
  }
  EXPECT_EQ(added,
            (std::vector<std::string>{"time_shift_s", "time_source", "recovered", "related"}));
}

TEST_F(SampleCase, ACorrectedClockShowsBesideTheTime) {
  const auto line = lines_of(shown(What::kFindings, true))[2];
  const std::vector<std::string> keys = keys_of(line);
  const auto time = std::find(keys.begin(), keys.end(), "time");
  ASSERT_NE(time, keys.end());
  EXPECT_EQ(*(time + 1), "time_shift_s");
  EXPECT_EQ(*(time + 2), "time_source");
  EXPECT_EQ(line["time"], "2021-03-14T06:41:00.1234567Z");
  EXPECT_EQ(line["time_source"], "2021-03-14T01:41:00.1234567Z");
  EXPECT_EQ(line["time_shift_s"], 18'000);
  EXPECT_EQ(line["record_id"], 18'446'744'073'709'551'615ULL);
}

// The value comes back byte for byte but for what JSON cannot hold, and nothing harmful is printed.
TEST_F(SampleCase, JsonKeepsHostileTextAndShowsNoneOfIt) {
  const std::string text = shown(What::kFindings, true);
  const auto line = lines_of(text)[2];
  std::string expected = testing_sample::kHostile;
  expected.replace(expected.size() - 1, 1, "\\xff");
  EXPECT_EQ(line["because"][1]["value"].get<std::string>(), expected);
}

// Bytes that could act on a terminal: C0 but line feed, DEL, C1, bidirectional and zero-width.
std::string harmful_in(const std::string& text) {
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r') || c == 0x7F)
      return "a control character";
  }
  for (const char* hidden : {"\xe2\x80\xae", "\xe2\x80\x8b", "\xc2\x9b", "\xff"})
    if (text.find(hidden) != std::string::npos) return "a hidden character";
  return is_valid_utf8(text) ? "" : "damaged UTF-8";
}

TEST_F(SampleCase, NoOutputContainsHarmfulCharacters) {
  for (const bool jsonl : {false, true}) {
    for (const std::string_view name : what_names()) {
      for (const std::size_t width : {std::size_t{0}, std::size_t{80}, std::size_t{140}}) {
        const std::string text = shown(*what_from_string(name), jsonl, {}, {width, false});
        EXPECT_EQ(harmful_in(text), "") << name;
        EXPECT_EQ(text.find('\r'), std::string::npos) << name;
      }
    }
  }
  for (const std::string_view name : export_format_names()) {
    Notes notes;
    EXPECT_EQ(harmful_in(exported(*export_format_from_string(name), notes)), "") << name;
  }
  for (const char* id : {"00ffeeddccbbaa02", "00a1", "f0000000-0000-4000-8000-000000000004"}) {
    std::string text;
    Output out([&](std::string_view piece) {
      text += piece;
      return Status();
    });
    ASSERT_TRUE(explain(*reader_, id, {"x.case", "", {}}, out).ok());
    EXPECT_EQ(harmful_in(text), "") << id;
  }
}

TEST_F(SampleCase, TablesFitTheTerminal) {
  for (const std::size_t width : {std::size_t{80}, std::size_t{100}, std::size_t{140}}) {
    for (const std::string_view name : what_names()) {
      std::istringstream in(shown(*what_from_string(name), false, {}, {width, false}));
      for (std::string line; std::getline(in, line);)
        EXPECT_LE(columns_of(line), width) << name << ": " << line;
    }
  }
}

TEST_F(SampleCase, ColourOnlyWhereAsked) {
  EXPECT_EQ(shown(What::kSummary, false).find('\x1b'), std::string::npos);
  EXPECT_NE(shown(What::kSummary, false, {}, {80, true}).find("\x1b[1;31mcrit"), std::string::npos);
  EXPECT_EQ(shown(What::kFindings, true, {}, {80, true}).find('\x1b'), std::string::npos);
}

TEST_F(SampleCase, ViewsOfLaterVersionsSayThatThereIsNone) {
  for (const What what : {What::kTracks, What::kVerdict, What::kStatements, What::kAccounts}) {
    EXPECT_TRUE(shown(what, false).starts_with("This case has no"));
    EXPECT_EQ(shown(what, true), "");
  }
}

TEST_F(SampleCase, FiltersLeaveOut) {
  const auto count = [&](const Filter& filter) {
    return lines_of(shown(What::kFindings, true, filter)).size();
  };
  Filter filter;
  filter.level_min = Level::kHigh;
  EXPECT_EQ(count(filter), 2U);
  filter = {};
  filter.rule = "SHELL";
  EXPECT_EQ(count(filter), 1U);
  filter.rule = "f0000000-0000-4000-8000-000000000001";
  EXPECT_EQ(count(filter), 1U);
  filter = {};
  filter.computer = "mail01.EXAMPLE.org";
  EXPECT_EQ(count(filter), 1U);
  filter = {};
  filter.item = "Sysmon";
  EXPECT_EQ(count(filter), 1U);
  filter = {};
  filter.from = testing_sample::at("2021-03-14T06:40:11Z");
  EXPECT_EQ(count(filter), 1U) << "what has no time does not pass";
  filter.from = testing_sample::at("2021-03-14T06:40:10Z");
  filter.before = testing_sample::at("2021-03-14T06:41:00Z");
  EXPECT_EQ(count(filter), 1U);
  filter = {};
  filter.limit = 2;
  EXPECT_EQ(count(filter), 2U);
}

TEST_F(SampleCase, FindingsWithoutATimeAreNotLeftOutSilently) {
  const std::string said = "1 finding without a time is not shown: --from and --to let none pass.";
  Filter filter;
  filter.before = testing_sample::at("2021-03-14T06:40:11Z");
  const auto check = [&](bool expected, const char* when) {
    for (const What what : {What::kFindings, What::kTimeline}) {
      const std::string text = shown(what, false, filter);
      EXPECT_EQ(text.ends_with("\n" + said + "\n"), expected) << when << '\n' << text;
      EXPECT_EQ(text.find("without a time") != std::string::npos, expected) << when;
      EXPECT_TRUE(notes_.empty()) << when;
      const std::string lines = shown(what, true, filter);
      EXPECT_EQ(notes_, expected ? Notes{said} : Notes{}) << when;
      EXPECT_EQ(lines.find("without a time"), std::string::npos) << when;
    }
    Notes notes;
    Output out([](std::string_view) { return Status(); });
    ASSERT_TRUE(export_case(*reader_, ExportFormat::kCsv, filter, out, notes).ok());
    EXPECT_EQ(std::find(notes.begin(), notes.end(), said) != notes.end(), expected) << when;
  };
  check(true, "beside others");
  filter.before = {};
  filter.from = testing_sample::at("2021-03-14T06:40:10Z");
  filter.limit = 1;
  check(true, "behind the limit");
  filter.limit = 0;
  filter.rule = "logons";
  check(true, "alone");
  filter.rule = "shell";
  check(false, "where another filter leaves it out");
  filter = {};
  check(false, "where nothing asks for a time");
}

TEST_F(SampleCase, AFilterThatLeavesNothingSaysWhatTheCaseHas) {
  const auto say = [&](What what, const Filter& filter) { return shown(what, false, filter); };
  Filter filter;
  filter.computer = "mail";
  for (const What what : {What::kFindings, What::kTimeline}) {
    const std::string text = say(what, filter);
    EXPECT_NE(text.find("None of 3 findings passes --computer mail.\n"), std::string::npos) << text;
    EXPECT_NE(text.find("no event of a computer of that name"), std::string::npos) << text;
    EXPECT_NE(text.find("Computers with findings: "), std::string::npos) << text;
    EXPECT_NE(text.find("MAIL01.example.org"), std::string::npos) << text;
    EXPECT_EQ(text.find("No finding to show"), std::string::npos) << text;
    EXPECT_EQ(shown(what, true, filter), "");
  }
  filter = {};
  filter.rule = "nosuch";
  std::string text = say(What::kFindings, filter);
  EXPECT_NE(text.find("None of 3 findings passes --rule nosuch."), std::string::npos) << text;
  EXPECT_NE(text.find("Web server starts a shell"), std::string::npos) << text;
  EXPECT_NE(text.find("No rule of that id or title was handed over."), std::string::npos) << text;
  filter.rule = "script BLOCK";
  text = say(What::kFindings, filter);
  EXPECT_NE(text.find("pugmark show x.case rules --rule 'script BLOCK'"), std::string::npos)
      << text;
  filter = {};
  filter.from = testing_sample::at("2030-01-01T00:00:00Z");
  text = say(What::kFindings, filter);
  EXPECT_NE(text.find("None of 3 findings passes --from."), std::string::npos) << text;
  EXPECT_NE(text.find("go from 2021-03-14 06:40:10 to 2021-03-14 06:41:00 UTC"), std::string::npos)
      << text;
  filter = {};
  filter.computer = "MAIL01.example.org";
  filter.level_min = Level::kCritical;
  filter.item = "nowhere";
  text = say(What::kFindings, filter);
  EXPECT_EQ(text,
            "None of 3 findings passes --level critical --computer MAIL01.example.org --item "
            "nowhere.\n")
      << "the computer is known";
}

TEST_F(SampleCase, OtherListsSayThatAFilterLeftNothing) {
  Filter filter;
  filter.item = "nowhere";
  EXPECT_NE(shown(What::kItems, false, filter).find("None of 4 items passes --item nowhere."),
            std::string::npos);
  EXPECT_NE(shown(What::kGaps, false, filter).find("None of 2 gaps passes --item nowhere."),
            std::string::npos);
  filter = {};
  filter.rule = "nosuch";
  EXPECT_NE(shown(What::kRules, false, filter).find("None of 6 rules passes --rule nosuch."),
            std::string::npos);
  filter = {};
  filter.computer = "MAIL01";
  const std::string text = shown(What::kCoverage, false, filter);
  EXPECT_NE(text.find("None of 3 sources passes --computer MAIL01."), std::string::npos) << text;
  EXPECT_NE(text.find("Computers: MAIL01.example.org, mail.example.org."), std::string::npos)
      << text;
  for (const What what :
       {What::kItems, What::kGaps, What::kRules, What::kCoverage, What::kFindings})
    EXPECT_EQ(shown(what, false).find("None of"), std::string::npos);
}

TEST_F(SampleCase, AnEmptyExportIsNoted) {
  std::string text;
  Output out([&](std::string_view piece) {
    text += piece;
    return Status();
  });
  Filter filter;
  filter.computer = "mail";
  for (const std::string_view name : export_format_names()) {
    Notes notes;
    ASSERT_TRUE(export_case(*reader_, *export_format_from_string(name), filter, out, notes).ok());
    ASSERT_EQ(notes.size(), 2U) << name;
    EXPECT_EQ(notes[0], "None of 3 findings passes --computer mail.");
  }
}

TEST_F(SampleCase, NoLevelHidesRejectedRulesAndNoneIsInventedForThem) {
  Filter filter;
  filter.level_min = Level::kCritical;
  const auto lines = lines_of(shown(What::kRules, true, filter));
  ASSERT_EQ(lines.size(), 2U) << "the critical one and the rejected one";
  EXPECT_EQ(lines[0]["level"], "critical");
  EXPECT_EQ(lines[1]["state"], "rejected");
  EXPECT_TRUE(lines[1]["level"].is_null());
  EXPECT_EQ(keys_of(lines[1]), keys_of(lines[0]));
  const std::string table = shown(What::kRules, false, filter);
  EXPECT_NE(table.find("rejected  -    "), std::string::npos) << table;
}

TEST_F(SampleCase, RulesAreListedWithIdsThatFindThem) {
  const std::string id = "f0000000-0000-4000-8000-000000000004";
  EXPECT_NE(shown(What::kRules, false).find(id), std::string::npos) << "whole where nothing is cut";
  const std::string narrow = shown(What::kRules, false, {}, {200, false});
  EXPECT_EQ(narrow.find(id), std::string::npos);
  EXPECT_NE(narrow.find("f0000000  "), std::string::npos) << narrow;
  Filter filter;
  filter.rule = id.substr(0, 8);
  EXPECT_EQ(lines_of(shown(What::kRules, true, filter)).size(), 5U) << "all but the one without id";
  filter.rule = id.substr(0, 7);
  EXPECT_EQ(shown(What::kRules, true, filter), "") << "too short to be meant as an id";
}

// What no reader knows is in no gap: the views of what was not read say where it is.
// Piped, the longest column has nothing behind it that it could push away.
TEST_F(SampleCase, WhatMatchedStandsLast) {
  const std::string wide = shown(What::kFindings, false);
  const std::string titles = wide.substr(0, wide.find('\n'));
  EXPECT_LT(titles.find("  ID "), titles.find("  WHERE ")) << titles;
  EXPECT_TRUE(titles.ends_with("  MATCHED")) << titles;
  EXPECT_TRUE(wide.find("evidence/iis/u_ex210314.log+4096  ") <
              wide.find("cs-uri-stem: /ecp/y.js; cs-uri-query: /ecp/y.js?a=1\n"))
      << wide;
}

// One row each of what could not be told apart by a few characters.
TEST(Coverage, KeepsComputersApartOnNarrowTerminals) {
  const TemporaryFolder folder;
  Result<CaseWriter> writer = CaseWriter::create(folder.file("x.case"), false);
  ASSERT_TRUE(writer.ok());
  for (const char* computer : {"DESKTOP-7GBM001", "DESKTOP-7GBM002.sales.example.org"}) {
    Coverage coverage = testing_sample::sample_coverage().front();
    coverage.computer = computer;
    coverage.source = "Microsoft-Windows-Sysmon/Operational";
    coverage.events_count = 1'000'000;
    coverage.missing_records_count = 1'000'000;
    coverage.clock = "its clock was right";
    ASSERT_TRUE(writer.value().add_coverage(coverage).ok());
  }
  ASSERT_TRUE(writer.value().finish().ok());
  const Result<CaseReader> reader = CaseReader::open(folder.file("x.case"));
  ASSERT_TRUE(reader.ok());
  const auto shown = [&](What what, std::size_t width_columns) {
    std::string text;
    Output out([&](std::string_view piece) {
      text += piece;
      return Status();
    });
    Notes notes;
    const ShowOptions options{"x.case", {}, false, {width_columns, false}};
    EXPECT_TRUE(show(reader.value(), what, options, out, notes).ok());
    return text;
  };
  for (const std::size_t width_columns : {80U, 100U}) {
    for (const What what : {What::kCoverage, What::kSummary}) {
      const std::string text = shown(what, width_columns);
      EXPECT_NE(text.find("DESKTOP-7GBM001  "), std::string::npos) << text;
      EXPECT_NE(text.find("DESKTOP-7GBM002"), std::string::npos) << text;
      EXPECT_NE(text.find("HOLES"), std::string::npos) << text;
    }
  }
  EXPECT_NE(shown(What::kCoverage, 80).find("width: SPAN, MISSING, TECHNIQUES, CLOCK."),
            std::string::npos)
      << shown(What::kCoverage, 80);
  EXPECT_NE(shown(What::kCoverage, 100).find("width: TECHNIQUES, CLOCK."), std::string::npos)
      << shown(What::kCoverage, 100);
}

// A folder of rules may hold hundreds of files that are none.
TEST(RejectedRules, StandTogetherByReason) {
  const TemporaryFolder folder;
  Result<CaseWriter> writer = CaseWriter::create(folder.file("x.case"), false);
  ASSERT_TRUE(writer.ok());
  LedgerEntry rejected = testing_sample::sample_rules()[4];
  const auto add = [&](const std::string& file, std::uint32_t line, const std::string& why) {
    rejected.file = file;
    rejected.line = line;
    rejected.why = why;
    ASSERT_TRUE(writer.value().add_rule(rejected).ok());
  };
  add("a/once.yml", 7, "a/once.yml:7: The condition is odd.");
  for (int i = 1; i <= 1'200; ++i) {
    const std::string file = "b/" + std::to_string(i) + "/info.yml";
    add(file, 1, file + ":1: It is no rule.");
  }
  add("c.yml", 3, "no place in front");
  ASSERT_TRUE(writer.value().finish().ok());
  const std::string text = summary_of(folder.file("x.case"));
  EXPECT_NE(text.find("1,202 rejected, 0 disabled\n"
                      "          1,200 rules rejected: It is no rule. (first: b/1/info.yml:1)\n"
                      "          1 rule rejected: a/once.yml:7: The condition is odd.\n"
                      "          1 rule rejected: c.yml:3: no place in front\n"
                      "          all of them, and why: pugmark show x.case rules\n"),
            std::string::npos)
      << text;
}

TEST(HandedOver, CountsFilesInFoldersNamedLikeArchives) {
  const TemporaryFolder folder;
  Result<CaseWriter> writer = CaseWriter::create(folder.file("x.case"), false);
  ASSERT_TRUE(writer.ok());
  CaseItem item;
  item.item.type = "w3c";
  item.item.size_bytes = 100;
  for (const char* path :
       {"a!/u_ex.log", "a!/logs.zip", "a!/logs.zip!/a!!/u_ex.log", "a!/logs.zip!/b.zip",
        "a!/logs.zip!/b.zip!/c.log", "b.zip", "b.zip!/u_ex.log", "b.zip.log"}) {
    item.item.path = path;
    ASSERT_TRUE(writer.value().add_item(item).ok());
  }
  ASSERT_TRUE(writer.value().finish().ok());
  const std::string text = summary_of(folder.file("x.case"));
  EXPECT_NE(text.find("8 items, 400 bytes, "), std::string::npos) << text;
}

TEST(NotUnderstood, StandsWithTheItems) {
  const TemporaryFolder folder;
  Result<CaseWriter> writer = CaseWriter::create(folder.file("x.case"), false);
  ASSERT_TRUE(writer.ok());
  CaseItem item;
  item.item.type = "unknown";
  item.item.size_bytes = item.item.unread_bytes = 100;
  for (const char* path : {"a.bin", "b.bin", "c.bin", "d.bin"}) {
    item.item.path = path;
    ASSERT_TRUE(writer.value().add_item(item).ok());
  }
  item.item.path = "unused.evtx";
  item.item.type = "evtx";
  ASSERT_TRUE(writer.value().add_item(item).ok());
  ASSERT_TRUE(writer.value().finish().ok());
  const Result<CaseReader> reader = CaseReader::open(folder.file("x.case"));
  ASSERT_TRUE(reader.ok());
  const auto shown = [&](What what) {
    std::string text;
    Output out([&](std::string_view piece) {
      text += piece;
      return Status();
    });
    Notes notes;
    EXPECT_TRUE(show(reader.value(), what, {"x.case", {}, false, {}}, out, notes).ok());
    return text;
  };
  EXPECT_EQ(shown(What::kGaps),
            "No gap to show. 400 bytes of 4 items were not understood all the same: pugmark show "
            "x.case items\n");
  const std::string summary = shown(What::kSummary);
  EXPECT_NE(summary.find("of unknown kind: a.bin, b.bin, c.bin and 1 more\n"), std::string::npos)
      << summary;
  EXPECT_NE(summary.find("pugmark show x.case items"), std::string::npos) << summary;
}

TEST_F(SampleCase, AFilterThatDoesNotApplyIsAMistake) {
  std::string text;
  Output out([](std::string_view) { return Status(); });
  Filter filter;
  filter.level_min = Level::kHigh;
  const Status status = show(*reader_, What::kGaps, {"x.case", filter, false, {}}, out, notes_);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kInvalidInput);
}

TEST_F(SampleCase, AFailingOutputIsReported) {
  Output out([](std::string_view) { return Status(Error{ErrorCode::kIo, "full", ""}); });
  const Status status = show(*reader_, What::kFindings, {"x.case", {}, true, {}}, out, notes_);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kIo);
}

TEST_F(SampleCase, TheLedgerNamesEveryRule) {
  const auto lines = lines_of(shown(What::kRules, true));
  ASSERT_EQ(lines.size(), testing_sample::sample_rules().size());
  EXPECT_EQ(lines[0]["state"], "ran");
  EXPECT_EQ(lines[3]["state"], "not-observable");
  EXPECT_EQ(lines[3]["why"], "no event of windows/ps_script/ in the evidence");
  EXPECT_EQ(lines[4]["state"], "rejected");
  EXPECT_TRUE(lines[4]["rule_id"].is_null());
  EXPECT_EQ(lines[5]["state"], "disabled");
}

TEST_F(SampleCase, CoverageItemsAndGapsAsJson) {
  const auto coverage = lines_of(shown(What::kCoverage, true));
  ASSERT_EQ(coverage.size(), 3U);
  EXPECT_EQ(coverage[0]["holes"][0]["from"], "2021-03-07T10:00:00Z");
  EXPECT_EQ(coverage[1]["time_shift_s"], 18'000);
  EXPECT_TRUE(coverage[2]["first"].is_null());
  EXPECT_EQ(coverage[0]["techniques"], (std::vector<std::string>{"T1190", "T1505.003"}));
  const auto items = lines_of(shown(What::kItems, true));
  ASSERT_EQ(items.size(), 4U);
  EXPECT_EQ(items[0]["sha256"], to_hex(sha256(as_bytes("log"))));
  EXPECT_EQ(items[2]["unread"], 65'536);
  EXPECT_TRUE(items[3]["sha256"].is_null());
  EXPECT_EQ(items[3]["path"], "evidence/caf\\xe9.log");
  const auto gaps = lines_of(shown(What::kGaps, true));
  ASSERT_EQ(gaps.size(), 2U);
  EXPECT_EQ(gaps[1]["kind"], "damaged");
}

TEST(JsonText, EscapesWhatCannotBeSeen) {
  const std::pair<const char*, const char*> cases[] = {{"a\"b\\c", R"("a\"b\\c")"},
                                                       {"\x1b\n\t\r", R"("\u001b\n\t\r")"},
                                                       {"caf\xc3\xa9", "\"caf\xc3\xa9\""},
                                                       {"\xe2\x80\xae", R"("\u202e")"},
                                                       {"\xef\xbb\xbf", R"("\ufeff")"},
                                                       {"\xc2\x9b", R"("\u009b")"},
                                                       {"\xff", R"("\\xff")"},
                                                       {"\xf0\x9f\x90\xbe", "\"\xf0\x9f\x90\xbe\""},
                                                       {"\xf3\xa0\x80\x81", R"("\udb40\udc01")"}};
  for (const auto& [text, json] : cases) {
    std::string out;
    append_json_text(text, out);
    EXPECT_EQ(out, json);
  }
}

TEST(Words, NumbersForPeople) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1'000), "1,000");
  EXPECT_EQ(grouped(18'446'744'073'709'551'615ULL), "18,446,744,073,709,551,615");
  EXPECT_EQ(bytes_words(1), "1 byte");
  EXPECT_EQ(bytes_words(9'999), "9,999 bytes");
  EXPECT_EQ(bytes_words(31'000'000), "31.0 MB");
  EXPECT_EQ(bytes_words(999'990'000), "1.0 GB");
  EXPECT_EQ(shift_words(18'000), "5 h later");
  EXPECT_EQ(shift_words(-90), "90 s earlier");
  EXPECT_EQ(log_source_words("windows//msexchange-management"),
            "product windows, service msexchange-management");
  EXPECT_EQ(log_source_words("/webserver/"), "category webserver");
  EXPECT_EQ(log_source_words("//"), "");
  EXPECT_EQ(log_source_words("a/\x01/c/d"), "a/\\x01/c/d") << "a forged case may hold anything";
  EXPECT_EQ(span_text({0}, {46'000'000'000}), "46 s");
  EXPECT_EQ(span_text({0}, {86'400'000'000'000 * 14}), "14 days");
  EXPECT_EQ(shell_word("a b'c"), "'a b'\\''c'");
  EXPECT_EQ(wrapped("one two three", 9, 2), "one two\n  three");
}

TEST(Table, TheLastColumnGoesOnInTheNextLine) {
  std::string text;
  Output out([&](std::string_view piece) {
    text += piece;
    return Status();
  });
  const Look narrow{20, false};
  Table table({{"A"}, {"WHY", 8, false, false, 0, true}}, narrow, out, 2);
  table.row({{"one", {}}, {"it was not in the evidence", {}}});
  table.row({{"two", {}}, {"abcdefghijklmnopqrstuvwxyz", {}}});
  table.finish();
  ASSERT_TRUE(out.flush().ok());
  EXPECT_EQ(text,
            "  A    WHY\n"
            "  one  it was not in\n"
            "       the evidence\n"
            "  two  abcdefghijklm\n"
            "       nopqrstuvwxyz\n");
}

std::string table_of(const Look& look, const std::vector<std::vector<Cell>>& rows) {
  std::string text;
  Output out([&](std::string_view piece) {
    text += piece;
    return Status();
  });
  Table table({{"A"}, {"WHAT", 8, false, false, 2}, {"WHERE", 8, false, true, 1}, {"ID"}}, look,
              out, 2);
  for (const std::vector<Cell>& cells : rows) table.row(cells);
  table.finish();
  EXPECT_TRUE(out.flush().ok());
  return text;
}

TEST(Table, IsNotPaddedToItsWidestCellWithoutATerminal) {
  const std::string wide(61, 'w');
  const std::string widest(5'000, 'w');
  EXPECT_EQ(table_of({}, {{{"one", {}}, {wide, {}}, {"a", {}}, {widest, {}}},
                          {{"two", {}}, {"x", {}}, {"b", {}}, {"2", {}}}}),
            "  A    WHAT" + std::string(58, ' ') + "WHERE  ID\n" +  //
                "  one  " + wide + "  a      " + widest + "\n" +    //
                "  two  x" + std::string(61, ' ') + "b      2\n");
}

TEST(Table, NamesTheColumnsItHadNoRoomFor) {
  const std::vector<Cell> row = {{"one", {}}, {"something", {}}, {"somewhere", {}}, {"0123", {}}};
  EXPECT_EQ(table_of({20, false}, {row}),
            "  A    ID\n"
            "  one  0123\n"
            "  Left out for want\n"
            "  of width: WHAT,\n"
            "  WHERE. Piped (|\n"
            "  less -S), the\n"
            "  table has every\n"
            "  column.\n");
  EXPECT_EQ(table_of({40, false}, {row}).find("Left out"), std::string::npos);
  EXPECT_EQ(table_of({20, false}, {}), "") << "no table, nothing left out";
}

TEST(Table, CutsAtCharactersNotBytes) {
  EXPECT_EQ(cut_end("caf\xc3\xa9s", 4), "caf\xe2\x80\xa6");
  EXPECT_EQ(cut_start("/a/b/c.log", 6),
            "\xe2\x80\xa6"
            "c.log");
  EXPECT_EQ(columns_of("\xe6\xbc\xa2\xe5\xad\x97"), 4U) << "East Asian characters are wide";
  EXPECT_EQ(cut_end("\xe6\xbc\xa2\xe5\xad\x97", 3), "\xe6\xbc\xa2\xe2\x80\xa6");
}

}  // namespace
}  // namespace pugmark

#include <nlohmann/json.hpp>

#include "casefile/sample_testing.h"
#include "report/exporters.h"

namespace pugmark {
namespace {

using testing::TemporaryFolder;

class Exported : public ::testing::Test {
 protected:
  void SetUp() override {
    testing_sample::write_sample(folder_.file("x.case"));
    Result<CaseReader> reader = CaseReader::open(folder_.file("x.case"));
    ASSERT_TRUE(reader.ok()) << reader.error().message;
    reader_ = std::make_unique<CaseReader>(std::move(reader).value());
  }
  std::string exported(ExportFormat format, const Filter& filter = {}) {
    std::string text;
    notes_.clear();
    Output out([&](std::string_view piece) {
      text += piece;
      return Status();
    });
    const Status status = export_case(*reader_, format, filter, out, notes_);
    EXPECT_TRUE(status.ok()) << status.error().message;
    return text;
  }
  static std::vector<nlohmann::json> lines_of(const std::string& text) {
    std::vector<nlohmann::json> out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) out.push_back(nlohmann::json::parse(line));
    return out;
  }
  TemporaryFolder folder_;
  std::unique_ptr<CaseReader> reader_;
  Notes notes_;
};

TEST_F(Exported, TimesketchHasWhatItsImportAsksFor) {
  const auto lines = lines_of(exported(ExportFormat::kTimesketch));
  ASSERT_EQ(lines.size(), 2U) << "the finding without a time is left out";
  ASSERT_EQ(notes_.size(), 1U) << "and that is said";
  EXPECT_EQ(lines[0]["datetime"], "2021-03-14T06:40:10+00:00");
  EXPECT_EQ(lines[0]["timestamp"], 1'615'704'010'000'000);
  EXPECT_EQ(lines[0]["timestamp_desc"], "Web request logged");
  EXPECT_EQ(lines[1]["timestamp_desc"], "EVTX TimeCreated");
  EXPECT_TRUE(lines[0]["message"].get<std::string>().starts_with("Server-side request"));
  EXPECT_EQ(lines[1]["tag"],
            (std::vector<std::string>{"pugmark", "critical", "used", "T1505.003", "T1059.003"}));
  EXPECT_EQ(lines[0].size(), lines[1].size()) << "the same field names for every kind of event";
}

TEST_F(Exported, HayabusaHasTheColumnsOfItsVerboseProfile) {
  const std::string text = exported(ExportFormat::kHayabusa);
  std::istringstream in(text);
  std::string header;
  std::string undated;
  std::string plain;
  std::getline(in, header);
  std::getline(in, undated);
  std::getline(in, plain);
  EXPECT_EQ(header,
            "Timestamp,RuleTitle,Level,Computer,Channel,EventID,MitreTactics,MitreTags,OtherTags,"
            "RecordID,"
            "Details,ExtraFieldInfo,RuleFile,RuleID,EvtxFile\r");
  EXPECT_TRUE(undated.starts_with(",\"Many failed logons, then one that worked\",med,"));
  EXPECT_EQ(
      plain,
      "2021-03-14 06:40:10.000 +00:00,Server-side request through a "
      "cookie,high,mail.example.org,W3SVC1,,"
      "initial-access,T1190,cve.2021-26855,,"
      "Verdict: attempted \xc2\xa6 cs-uri-stem: /ecp/y.js \xc2\xa6 cs-uri-query: /ecp/y.js?a=1,"
      "cs-method: POST \xc2\xa6 cs-uri-stem: /ecp/y.js \xc2\xa6 sc-status: 200,rules/web/ssrf.yml,"
      "f0000000-0000-4000-8000-000000000001,evidence/iis/u_ex210314.log\r");
}

TEST_F(Exported, OcsfTellsTheTimeOfTheEventAndDropsNothingOfIt) {
  auto lines = lines_of(exported(ExportFormat::kOcsf));
  ASSERT_EQ(lines.size(), 2U) << "the class requires a time";
  ASSERT_EQ(notes_.size(), 1U) << "and that one was left out is said";
  lines.insert(lines.begin(), nlohmann::json());  // numbered as the findings of the sample
  EXPECT_EQ(lines[1]["class_uid"], 2004);
  EXPECT_EQ(lines[1]["type_uid"], 200401);
  EXPECT_EQ(lines[1]["time"], 1'615'704'010'000);
  EXPECT_EQ(lines[1]["severity_id"], 4);
  EXPECT_EQ(lines[2]["severity_id"], 5);
  EXPECT_EQ(lines[1]["evidences"][0]["data"]["cs-method"], "POST");
  EXPECT_EQ(lines[2]["finding_info"]["attacks"][0]["technique"]["uid"], "T1505.003");
  EXPECT_EQ(lines[2]["unmapped"]["record_id"], 18'446'744'073'709'551'615ULL);
  EXPECT_EQ(lines[2]["unmapped"]["time_shift_s"], 18'000);
  EXPECT_EQ(lines[1]["unmapped"]["verdict"], "attempted");
  EXPECT_EQ(lines[2]["unmapped"]["because"].size(), 2U);
}

TEST_F(Exported, NavigatorCountsTechniques) {
  const auto layer = nlohmann::json::parse(exported(ExportFormat::kNavigator));
  EXPECT_EQ(layer["domain"], "enterprise-attack");
  EXPECT_EQ(layer["versions"]["layer"], "4.5");
  EXPECT_EQ(layer["versions"]["navigator"], "4.9.0");
  ASSERT_EQ(layer["techniques"].size(), 3U);
  EXPECT_EQ(layer["techniques"][0]["techniqueID"], "T1059.003");
  EXPECT_EQ(layer["techniques"][0]["score"], 1);
}

TEST_F(Exported, FiltersApply) {
  Filter filter;
  filter.level_min = Level::kCritical;
  EXPECT_EQ(lines_of(exported(ExportFormat::kOcsf, filter)).size(), 1U);
  filter = {};
  filter.limit = 1;
  EXPECT_EQ(lines_of(exported(ExportFormat::kOcsf, filter)).size(), 1U);
}

TEST(CsvCell, DefusesFormulasAndQuotes) {
  EXPECT_EQ(csv_cell("plain"), "plain");
  EXPECT_EQ(csv_cell("=1+1"), "'=1+1");
  EXPECT_EQ(csv_cell("+1"), "'+1");
  EXPECT_EQ(csv_cell("-1"), "'-1");
  EXPECT_EQ(csv_cell("@a"), "'@a");
  EXPECT_EQ(csv_cell("\ta"), "'\\ta");
  EXPECT_EQ(csv_cell("\ra"), "'\\ra");
  EXPECT_EQ(csv_cell("\na"), "'\\na");
  for (const std::string mark : {"=", "+", "-", "@", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"}) {
    for (const std::string blanks : {"", " ", "  ", "\u00A0", "\u1680", "\u2000", "\u200A",
                                     "\u202F", "\u205F", "\u3000", " \u00A0 "}) {
      const std::string cell = blanks + mark + "1";
      EXPECT_EQ(csv_cell(cell), "'" + cell);
    }
  }
  EXPECT_EQ(csv_cell(" "), " ");
  EXPECT_EQ(csv_cell(" a"), " a");
  EXPECT_EQ(csv_cell("\u200B=1"), "\\u{200b}=1");
  EXPECT_EQ(csv_cell("a=1"), "a=1");
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_cell("=\"a\nb\""), "\"'=\"\"a\\nb\"\"\"");
}

}  // namespace
}  // namespace pugmark

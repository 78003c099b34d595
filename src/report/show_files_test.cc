#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "casefile/sample_testing.h"
#include "report/report.h"
#include "report/show.h"

namespace pugmark {
namespace {

class ShowFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    testing_sample::write_sample(folder_.file("x.case"));
    Result<CaseReader> reader = CaseReader::open(folder_.file("x.case"));
    ASSERT_TRUE(reader.ok()) << reader.error().message;
    reader_ = std::make_unique<CaseReader>(std::move(reader).value());
  }
  void write(const std::vector<ExaminedFile>& files) {
    Result<CaseWriter> writer = CaseWriter::create(folder_.file("y.case"), true);
    ASSERT_TRUE(writer.ok());
    for (const ExaminedFile& file : files) ASSERT_TRUE(writer.value().add_file(file).ok());
    ASSERT_TRUE(writer.value().finish().ok());
    Result<CaseReader> reader = CaseReader::open(folder_.file("y.case"));
    ASSERT_TRUE(reader.ok()) << reader.error().message;
    reader_ = std::make_unique<CaseReader>(std::move(reader).value());
  }
  std::string shown(bool jsonl, const Filter& filter = {}, What what = What::kFiles,
                    Look look = {}) {
    std::string text;
    Output out([&](std::string_view piece) {
      text += piece;
      return Status();
    });
    Notes notes;
    const Status status = show(*reader_, what, {"x.case", filter, jsonl, look}, out, notes);
    EXPECT_TRUE(status.ok()) << status.error().message;
    return text;
  }
  static std::vector<nlohmann::ordered_json> lines_of(const std::string& text) {
    std::vector<nlohmann::ordered_json> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
      lines.push_back(nlohmann::ordered_json::parse(line));
    return lines;
  }

  testing::TemporaryFolder folder_;
  std::unique_ptr<CaseReader> reader_;
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(ShowFiles, JsonLinesHaveEveryKeyInOneOrder) {
  const auto lines = lines_of(shown(true));
  ASSERT_EQ(lines.size(), 3U) << "clean ones, too";
  std::string keys;
  for (const auto& [key, value] : lines[0].items()) keys += (keys.empty() ? "" : " ") + key;
  EXPECT_EQ(keys,
            "path sha256 language verdict kind score key rules steps size md5 sha1 encoding "
            "modified created accessed owner changed attributes_from mode unlisted_steps");
  for (const auto& line : lines) EXPECT_EQ(line.size(), lines[0].size());
  EXPECT_EQ(lines[0]["verdict"], "malicious");
  EXPECT_EQ(lines[0]["score"], 0.9375);
  EXPECT_EQ(lines[0]["owner"], "www-data");
  EXPECT_EQ(lines[0]["mode"], "0644");
  EXPECT_EQ(lines[0]["modified"], "2021-03-14T06:40:10Z");
  EXPECT_TRUE(lines[0]["created"].is_null());
  ASSERT_EQ(lines[0]["steps"].size(), 3U);
  const std::string last_step =
      R"json({"role":"sink","what":"run as a command","text":"inert_run(x)","offset":140,)json"
      R"json("length":64,"layer":1})json";
  EXPECT_EQ(lines[0]["steps"][2].dump(), last_step);
  EXPECT_EQ(lines[0]["unlisted_steps"], 2);
  EXPECT_EQ(lines[2]["verdict"], "clean");
  EXPECT_TRUE(lines[2]["sha256"].is_null());
  EXPECT_TRUE(lines[2]["kind"].is_null());
  EXPECT_EQ(lines[2]["owner"], "0") << "a number where no name is known";
}

TEST_F(ShowFiles, ATableHasTheWorstFirstAndCountsTheCleanOnes) {
  const std::string text = shown(false);
  EXPECT_LT(text.find("caf\\xe9.aspx"), text.find("upload.php"));
  EXPECT_TRUE(has(text, "malicious   execution        orange\\x1b[0m")) << text;
  EXPECT_TRUE(has(text, "source   byte 120       request parameter orange: Request[\"orange\"]"));
  EXPECT_TRUE(has(text, "\n    2 steps beyond the limit file-steps only counted\n")) << text;
  EXPECT_FALSE(has(text, "with --jsonl")) << "JSON lines do not have them either";
  EXPECT_TRUE(has(text, "sign                    the only page of its owner\n")) << "has no place";
  EXPECT_FALSE(has(text, "index.php"));
  EXPECT_TRUE(has(text,
                  "3 files examined: 1 malicious, 1 suspicious. 1 clean ones are not listed: "
                  "pugmark show x.case files --verdict clean\n"))
      << text;
  EXPECT_FALSE(has(text, "\x1b")) << "nothing of the evidence acts on a terminal";
}

TEST_F(ShowFiles, FiltersByVerdictAndPath) {
  Filter filter;
  filter.verdict_min = FileVerdict::kMalicious;
  EXPECT_EQ(lines_of(shown(true, filter)).size(), 1U);
  filter.verdict_min = FileVerdict::kSuspicious;
  EXPECT_EQ(lines_of(shown(true, filter)).size(), 2U);
  filter.verdict_min = FileVerdict::kClean;
  EXPECT_TRUE(has(shown(false, filter), "index.php"));
  filter.item = "index";
  EXPECT_EQ(lines_of(shown(true, filter)).size(), 1U);
  filter.item = "nowhere";
  EXPECT_TRUE(has(shown(false, filter), "None of 3 files passes --item nowhere"));
  filter = {};
  filter.limit = 1;
  EXPECT_EQ(lines_of(shown(true, filter)).size(), 1U);
  EXPECT_TRUE(has(shown(false, filter), "3 files examined")) << "all are counted";
}

TEST_F(ShowFiles, AVerdictIsAskedOfFilesOnly) {
  Filter filter;
  filter.verdict_min = FileVerdict::kMalicious;
  Output out([](std::string_view) { return Status(); });
  Notes notes;
  const Status status = show(*reader_, What::kItems, {"x.case", filter, false, {}}, out, notes);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "--verdict: does not apply to items");
  EXPECT_EQ(status.error().hint, "Leave it out, or show files.");
}

ExaminedFile file_of(std::vector<FileStep> steps, std::uint64_t unlisted_count) {
  ExaminedFile file;
  file.path = "evidence/a.php";
  file.verdict = FileVerdict::kSuspicious;
  file.steps = std::move(steps);
  file.unlisted_steps_count = unlisted_count;
  return file;
}

// What JSON lines have, and what nobody has, are two things.
TEST_F(ShowFiles, TellsStepsOfJsonLinesFromThoseOnlyCounted) {
  const auto last_line = [&](std::size_t steps_count, std::uint64_t unlisted_count) {
    std::vector<FileStep> steps;
    for (std::size_t i = 0; i < steps_count; ++i)
      steps.push_back({FileStep::Role::kStep, "passed by f", "f(1)", i, 4, 0});
    write({file_of(std::move(steps), unlisted_count)});
    std::istringstream in(shown(false));
    std::string line;
    std::string found;
    while (std::getline(in, line))
      if (line.starts_with("    ")) found = line;
    return found;
  };
  EXPECT_TRUE(has(last_line(8, 0), "passed by f"));
  EXPECT_EQ(last_line(9, 0), "    and 1 more step with --jsonl");
  EXPECT_EQ(last_line(20, 0), "    and 12 more steps with --jsonl");
  EXPECT_EQ(last_line(20, 3),
            "    and 12 more steps with --jsonl; 3 steps beyond the limit file-steps only counted");
  EXPECT_EQ(last_line(2, 1), "    1 step beyond the limit file-steps only counted");
}

TEST_F(ShowFiles, PutsSignsOfOneKindOnOneLine) {
  using enum FileStep::Role;
  const auto sign = [](std::string what, std::string text, std::uint64_t at) {
    const auto length = static_cast<std::uint32_t>(text.size());
    return FileStep{kSign, std::move(what), std::move(text), at, length, 0};
  };
  write({file_of({sign("most telling tokens", "one", 4),
                  sign("most telling tokens", "two", 5'000),
                  sign("most telling tokens", "three", 7),
                  sign("its string $a", "four", 9),
                  sign("has no place", "", 0),
                  sign("has no place", "", 0),
                  {kSource, "the request", "q", 1, 1, 0},
                  {kSource, "the request", "r", 2, 1, 0}},
                 0)});
  const std::string text = shown(false);
  EXPECT_TRUE(has(text,
                  "\n    sign     byte 4         most telling tokens: one | two (byte 5,000) "
                  "| three (byte 7)\n"))
      << text;
  EXPECT_TRUE(has(text, "its string $a: four\n")) << text;
  EXPECT_TRUE(has(text, "has no place\n    sign                    has no place\n")) << text;
  EXPECT_TRUE(has(text, "the request: q\n    source   byte 2         the request: r\n")) << text;
  EXPECT_EQ(lines_of(shown(true)).at(0)["steps"].size(), 8U) << "each keeps its place";
}

TEST_F(ShowFiles, FitsATerminal) {
  Look narrow;
  narrow.width_columns = 80;
  const std::string text = shown(false, {}, What::kFiles, narrow);
  EXPECT_FALSE(has(text, "MODIFIED"));
  EXPECT_TRUE(has(text, "evidence/www/upload.php"));
}

TEST_F(ShowFiles, TheSummaryNamesTheWorst) {
  const std::string text = shown(false, {}, What::kSummary);
  EXPECT_TRUE(has(text, "FILES     3 files examined: 1 malicious, 1 suspicious\n")) << text;
  EXPECT_TRUE(
      has(text, "malicious   execution     orange\\x1b[0m  evidence/web.tar!/aspnet_client/"))
      << text;
  EXPECT_FALSE(has(text, "index.php"));
  const auto line = lines_of(shown(true, {}, What::kSummary)).at(0);
  EXPECT_EQ(line["files"].dump(), R"({"malicious":1,"suspicious":1,"clean":1})");
}

}  // namespace
}  // namespace pugmark

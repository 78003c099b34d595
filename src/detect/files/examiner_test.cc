#include "detect/files/examiner.h"

#include <gtest/gtest.h>
#include <string>

#include "detect/files/examined_files.h"
#include "detect/files/file_report.h"

namespace pugmark::files {
namespace {

// Says of every "bad" in a file that it is there, and that rule 0 matches.
class WordCheck final : public FileCheck {
 public:
  Status look(const FileView& file, const std::atomic<bool>& /*stop*/,
              FileReport& report) override {
    const std::string_view text = as_text(file.bytes);
    if (text == "throws") static_cast<void>(text.substr(100));
    for (std::size_t at = text.find("bad"); at != std::string_view::npos;
         at = text.find("bad", at + 1)) {
      raise(FileVerdict::kMalicious, report);
      report.kind = BackdoorKind::kExecution;
      if (report.key.empty()) report.key = std::string(text.substr(at + 3, 1));
      FileStep step{FileStep::Role::kSign,  "a word", std::string(text.substr(at, 4)),
                    file.offset_bytes + at, 3,        0};
      report.reasons.push_back({1, {step}});
      if (report.hits.empty()) report.hits.push_back({0, file.offset_bytes + at, 3, {}, 0});
      report.hits[0].because.push_back({"$a", "bad", "word", file.offset_bytes + at, "", false});
    }
    return {};
  }
};

class Hunt {
 public:
  explicit Hunt(Limits limits = {}, unsigned workers_count = 1) : limits_(limits) {
    for (unsigned i = 0; i < workers_count; ++i) {
      Checks checks;
      checks.push_back(std::make_unique<WordCheck>());
      workers_.push_back(std::make_unique<Examiner>(std::move(checks), limits_));
    }
    rules_.emplace_back();
    rules_[0].entry.rule_id = "words";
    rules_[0].verdict = Verdict::kPlanted;
  }

  void add_item(std::uint32_t id, const std::string& path, std::uint64_t size_bytes) {
    ScannedItem scanned;
    scanned.item.id = ItemId{id};
    scanned.item.path = path;
    scanned.item.size_bytes = size_bytes;
    index_.emplace(ItemId{id}, static_cast<std::uint32_t>(items_.size()));
    items_.push_back(std::move(scanned));
  }

  void examine(unsigned worker, std::uint32_t id, std::string_view bytes,
               std::uint64_t offset_bytes = 0, bool is_last = true,
               FileNature nature = {FileKind::kScript, TextEncoding::kAscii}) {
    const Block block{as_bytes(bytes), offset_bytes, ItemId{id}, is_last,
                      std::make_shared<FileContext>(nature, std::nullopt, FileAttributes())};
    ASSERT_TRUE(workers_[worker]->examine(block, "not asked", stop_));
  }

  std::vector<Gap> gaps(unsigned worker) { return workers_[worker]->take_gaps(); }

  ExaminedFiles settle() {
    ExaminedStore store;
    for (auto& worker : workers_) store.merge(std::move(worker->store()));
    return {std::move(store), rules_, items_, index_, limits_};
  }

  static std::vector<ExaminedFile> list(ExaminedFiles& files) {
    std::vector<ExaminedFile> all;
    EXPECT_TRUE(files.for_each([&](const ExaminedFile& file) {
      all.push_back(file);
      return Status();
    }));
    return all;
  }

 private:
  std::atomic<bool> stop_ = false;
  Limits limits_;
  std::vector<std::unique_ptr<Examiner>> workers_;
  std::vector<FileRule> rules_;
  std::vector<ScannedItem> items_;
  std::unordered_map<ItemId, std::uint32_t> index_;
};

TEST(Examiner, GoesOnAfterAnErrorOfItsOwn) {
  Hunt hunt;
  hunt.add_item(1, "a.php", 6);
  hunt.add_item(2, "b.php", 4);
  hunt.examine(0, 1, "throws");
  hunt.examine(0, 2, "badX");
  const auto gaps = hunt.gaps(0);
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].where.item, ItemId{1});
  EXPECT_NE(gaps[0].what.find("error of the program"), std::string::npos);
  ExaminedFiles files = hunt.settle();
  EXPECT_EQ(Hunt::list(files).front().path, "b.php");
}

TEST(Examiner, ListsEveryFileTheWorstFirst) {
  Hunt hunt;
  hunt.add_item(7, "a/clean.php", 4);
  hunt.add_item(3, "b/worse.php", 9);
  hunt.add_item(5, "c/clean.txt", 5);
  hunt.examine(0, 7, "good");
  hunt.examine(0, 5, "words", 0, true, {FileKind::kText, TextEncoding::kUtf8});
  hunt.examine(0, 3, "is badX here");
  ExaminedFiles files = hunt.settle();
  const auto all = Hunt::list(files);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].path, "b/worse.php");
  EXPECT_EQ(all[0].verdict, FileVerdict::kMalicious);
  EXPECT_EQ(all[0].kind, BackdoorKind::kExecution);
  EXPECT_EQ(all[0].key, "X");
  EXPECT_EQ(all[0].language, "php");
  EXPECT_EQ(all[0].rules, std::vector<std::string>{"words"});
  ASSERT_EQ(all[0].steps.size(), 1U);
  EXPECT_EQ(all[0].steps[0].offset_bytes, 3U);
  EXPECT_EQ(all[1].path, "a/clean.php");
  EXPECT_EQ(all[1].encoding, "ascii");
  EXPECT_EQ(all[2].path, "c/clean.txt");
  EXPECT_EQ(all[2].language, "text");
  EXPECT_TRUE(all[2].steps.empty());
}

TEST(Examiner, LargeFilesOfUnknownKindAreNotListed) {
  Hunt hunt;
  hunt.add_item(1, "dump", 8);
  hunt.add_item(2, "small", 3);
  const FileNature unknown;
  hunt.examine(0, 1, "bad ", 0, false, unknown);
  hunt.examine(0, 1, "bad ", 4, true, unknown);
  hunt.examine(0, 2, "bad", 0, true, unknown);
  hunt.add_item(3, "text", 8);
  hunt.examine(0, 3, "bad ", 0, false, {FileKind::kText, TextEncoding::kAscii});
  ExaminedFiles files = hunt.settle();
  const auto all = Hunt::list(files);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].path, "small");
}

// Whoever looked at which piece, and in what order.
TEST(Examiner, PiecesOfOneFileAreOneFile) {
  const auto hunt_in_order = [](const std::vector<std::pair<unsigned, unsigned>>& order) {
    Hunt hunt({}, 2);
    hunt.add_item(1, "x.php", 12);
    const std::array<std::string_view, 3> pieces = {"..fine", "badA..", "..badB"};
    for (const auto& [worker, piece] : order)
      hunt.examine(worker, 1, pieces.at(piece), piece * 6, piece == 2);
    ExaminedFiles files = hunt.settle();
    FindingStore store({});
    EXPECT_TRUE(files.keep_findings(10, store));
    EXPECT_EQ(store.counts().at(10).total, 1U) << "one finding of a rule in a file";
    EXPECT_EQ(store.entries().at(0).place.offset_bytes, 6U) << "at the first of its places";
    return Hunt::list(files);
  };
  const auto in_order = hunt_in_order({{0, 0}, {0, 1}, {0, 2}});
  ASSERT_EQ(in_order.size(), 1U);
  EXPECT_EQ(in_order[0].key, "A");
  ASSERT_EQ(in_order[0].steps.size(), 2U);
  EXPECT_EQ(in_order[0].steps[1].offset_bytes, 14U);
  const auto other = hunt_in_order({{1, 2}, {0, 1}, {1, 0}});
  ASSERT_EQ(other.size(), 1U);
  EXPECT_EQ(other[0].key, "A");
  ASSERT_EQ(other[0].steps.size(), 2U);
  EXPECT_EQ(other[0].steps[0].offset_bytes, 6U);
}

TEST(Examiner, KeepsToTheLimits) {
  Limits limits;
  limits.file_steps = 3;
  limits.comparisons_per_finding = 2;
  Hunt hunt(limits);
  hunt.add_item(1, "x.php", 100);
  hunt.examine(0, 1, "bad bad ", 0, false);
  hunt.examine(0, 1, "bad bad bad", 8, true);
  ExaminedFiles files = hunt.settle();
  const auto all = Hunt::list(files);
  ASSERT_EQ(all.at(0).steps.size(), 3U);
  EXPECT_EQ(all[0].steps[2].offset_bytes, 8U);
  EXPECT_EQ(all[0].unlisted_steps_count, 2U);
  const FileReport report = std::move(files.report(0)).value();
  ASSERT_EQ(report.hits.size(), 1U);
  EXPECT_EQ(report.hits[0].because.size(), 2U);
  EXPECT_EQ(report.hits[0].unlisted_count, 3U);
}

TEST(Examiner, WhatAllFilesShowIsAddedToOne) {
  Hunt hunt;
  hunt.add_item(1, "a.php", 4);
  hunt.add_item(2, "b.php", 4);
  hunt.examine(0, 1, "good");
  hunt.examine(0, 2, "badX");
  ExaminedFiles files = hunt.settle();
  ASSERT_EQ(files.entries().size(), 2U);
  FileReport odd;
  raise(FileVerdict::kSuspicious, odd);
  odd.reasons.push_back(
      {5, {{FileStep::Role::kSign, "the only one of its language", "", 0, 0, 0}}});
  ASSERT_TRUE(files.add(0, odd));
  ASSERT_TRUE(files.add(1, odd));
  const auto all = Hunt::list(files);
  EXPECT_EQ(all.at(0).path, "b.php");
  EXPECT_EQ(all[0].verdict, FileVerdict::kMalicious) << "never lowered";
  ASSERT_EQ(all[0].steps.size(), 2U);
  EXPECT_EQ(all[0].steps[0].what, "the only one of its language") << "the heavier first";
  EXPECT_EQ(all.at(1).verdict, FileVerdict::kSuspicious);
}

TEST(FileReport, SurvivesTheTemporaryFile) {
  FileReport report;
  report.verdict = FileVerdict::kSuspicious;
  report.kind = BackdoorKind::kTunnel;
  report.score = 0.25;
  report.key = "k";
  report.language = "php";
  report.unlisted_steps_count = 4;
  report.reasons = {{9, {{FileStep::Role::kSink, "eval", "text", 70'000'000'000, 5, 2}}}};
  report.hits = {{3, 8, 9, {{"$a", "value", "pattern", std::nullopt, "decoded", false}}, 1}};
  FileReport back;
  ASSERT_TRUE(unpack_report(pack_report(report), back));
  EXPECT_EQ(pack_report(back), pack_report(report));
  EXPECT_EQ(back.reasons.at(0).steps.at(0).offset_bytes, 70'000'000'000U);
  EXPECT_EQ(back.hits.at(0).because.at(0).reading, "decoded");
  EXPECT_FALSE(unpack_report(pack_report(report).substr(1), back));
}

}  // namespace
}  // namespace pugmark::files

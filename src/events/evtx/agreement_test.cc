// The fast decoder and its twin on every event log of the test data.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "events/evtx/agreement_testing.h"

namespace pugmark::evtx {
namespace {

std::filesystem::path data_folder() {
  const char* chosen = std::getenv("PUGMARK_DATA");
  return chosen != nullptr ? std::filesystem::path(chosen)
                           : std::filesystem::path(PUGMARK_SOURCE_DIR) / "../shared/data";
}

std::vector<std::filesystem::path> logs_below(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, error)) {
    if (entry.path().extension() == ".evtx") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

std::string contents_of(const std::filesystem::path& path) {
  std::string item(std::filesystem::file_size(path), '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(item.data(), static_cast<std::streamsize>(item.size()));
  EXPECT_TRUE(file) << path;
  return item;
}

void expect_agreement(const std::filesystem::path& folder, std::size_t records_min) {
  const auto paths = logs_below(folder);
  if (paths.empty())
    GTEST_SKIP() << "skipped, no data: " << folder.string() << " (set PUGMARK_DATA)";
  std::size_t records = 0;
  for (const auto& path : paths) {
    const std::string item = contents_of(path);
    EXPECT_EQ(first_difference(as_bytes(item), Limits{}), "") << path;
    records += decode_whole(as_bytes(item), Limits{}).records.size();
  }
  EXPECT_GE(records, records_min);
}

TEST(EvtxAgreement, OnTheSampleLogs) { expect_agreement(data_folder() / "evtx", 22'000); }

TEST(EvtxAgreement, OnCopiesInSpaceNotInUse) {
  const auto paths = logs_below(data_folder() / "evtx");
  if (paths.empty()) GTEST_SKIP() << "skipped, no data (set PUGMARK_DATA)";
  std::uint64_t copies = 0;
  for (const auto& path : paths) {
    const std::string item = contents_of(path);
    // All of it as one block, and as blocks of few chunks.
    for (const std::size_t shown_bytes : {std::size_t{0}, std::size_t{70'000}})
      EXPECT_EQ(first_copy_difference(as_bytes(item), Limits{}, shown_bytes), "") << path;
    copies += decode_whole(as_bytes(item), Limits{}, {true}).copies_count;
  }
  EXPECT_GE(copies, 900U);
}

TEST(EvtxAgreement, OnTheRegressionLogsOfTheRules) {
  expect_agreement(data_folder() / "sigma/regression_data", 190);
}

}  // namespace
}  // namespace pugmark::evtx

// The listing of files and folders.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "evidence/cursor.h"
#include "evidence/evidence_testing.h"

namespace pugmark {
namespace {

using testing::TemporaryFolder;

// Everything a listing says, a line each, without the folder it was made in.
std::string listed(std::vector<std::string> paths, const std::string& root,
                   const Limits& limits = {}) {
  ItemIds ids;
  const auto listing = list_evidence(paths, limits, ids);
  if (!listing.ok()) return "error: " + listing.error().message;
  const auto below = [&](const std::string& path) {
    return path.starts_with(root) ? path.substr(root.size()) : path;
  };
  std::string text;
  for (const EvidenceFile& file : listing.value().files)
    text += fmt::format("{} {}\n", below(file.path), file.size_bytes);
  EXPECT_EQ(listing.value().unread_items.size(), listing.value().gaps.size());
  for (std::size_t i = 0; i < listing.value().gaps.size(); ++i) {
    const Item& item = listing.value().unread_items[i];
    const Gap& gap = listing.value().gaps[i];
    EXPECT_EQ(item.id, gap.where.item);
    text += fmt::format("{} {}: {}: {}\n", item.type, below(item.path), to_string(gap.kind),
                        gap.what);
  }
  return text;
}

TEST(ListEvidence, SortedBytewiseWhateverTheOrderOfArguments) {
  const TemporaryFolder folder;
  for (const char* name : {"b/2", "b/1", "b-c", "a", "B", "\xC3\xA4", "\xFF", "c/d/e/f"})
    folder.write(name, "x");
  const std::string root = folder.path() + "/";
  const std::string expected =
      "B 1\na 1\nb-c 1\nb/1 1\nb/2 1\nc/d/e/f 1\n\xC3\xA4 1\n\xFF 1\n";
  EXPECT_EQ(listed({folder.path()}, root), expected);
  EXPECT_EQ(listed({folder.path() + "///"}, root), expected);
  std::vector<std::string> named = {root + "b", root + "c/", root + "a", root + "B",
                                    root + "b-c", root + "\xC3\xA4", root + "\xFF"};
  std::sort(named.begin(), named.end());
  for (int i = 0; i < 20; ++i) {
    std::next_permutation(named.begin(), named.end());
    EXPECT_EQ(listed(named, root), expected);
  }
}

TEST(ListEvidence, EachFileOnceUnderItsSmallestPath) {
  const TemporaryFolder folder;
  folder.write("d/a", "x");
  std::filesystem::create_hard_link(folder.path() + "/d/a", folder.path() + "/d/A");
  const std::string root = folder.path() + "/";
  EXPECT_EQ(listed({root + "d", root + "d/a", root + "d/../d/a", root + "d"}, root),
            "d/../d/a 1\n");
  EXPECT_EQ(listed({root + "d", root + "d/a"}, root), "d/A 1\n");
  EXPECT_EQ(listed({}, root), "");
}

TEST(ListEvidence, MissingPathIsAnErrorWithAHint) {
  const TemporaryFolder folder;
  ItemIds ids;
  for (const std::string name : {"/none", "/none/below", ""}) {
    const std::vector<std::string> paths = {folder.path(),
                                            name.empty() ? "" : folder.path() + name};
    const auto listing = list_evidence(paths, {}, ids);
    ASSERT_FALSE(listing.ok()) << name;
    EXPECT_EQ(listing.error().code, ErrorCode::kNotFound);
    EXPECT_FALSE(listing.error().hint.empty());
  }
  std::filesystem::create_symlink("nowhere", folder.path() + "/dangling");
  EXPECT_TRUE(listed({folder.path() + "/dangling"}, "").starts_with("error: There is no "));
}

TEST(ListEvidence, KnowsItsFilesByEveryName) {
  const TemporaryFolder folder;
  const std::string file = folder.write("d/a", "x");
  std::filesystem::create_hard_link(file, folder.path() + "/hard");
  std::filesystem::create_symlink("d", folder.path() + "/soft");
  ItemIds ids;
  const auto listing = list_evidence(std::vector{folder.path() + "/d"}, {}, ids);
  ASSERT_TRUE(listing.ok());
  for (const char* name : {"/d/a", "/hard", "/soft/a", "/d/../d/a"})
    EXPECT_TRUE(is_listed(listing.value(), folder.path() + name)) << name;
  folder.write("other", "x");
  for (const char* name : {"/other", "/none", "/d"})
    EXPECT_FALSE(is_listed(listing.value(), folder.path() + name)) << name;
}

TEST(ListEvidence, LinksPipesAndSocketsInFoldersAreGaps) {
  const TemporaryFolder folder;
  folder.write("real", "x");
  std::filesystem::create_symlink("/etc", folder.path() + "/link");
  ASSERT_EQ(::mkfifo((folder.path() + "/pipe").c_str(), 0600), 0);
  EXPECT_EQ(listed({folder.path()}, folder.path() + "/"),
            "real 1\n"
            "link link: unsupported: A symbolic link inside a folder is not followed; name its "
            "target to have it read.\n"
            "pipe pipe: unsupported: A pipe is not opened; hand over a copy of what it gives.\n");
  EXPECT_EQ(listed({"/dev/null"}, ""),
            "device /dev/null: unsupported: A device is not opened; hand over a copy of what it "
            "gives.\n");
}

TEST(ListEvidence, NamedLinksAreFollowed) {
  const TemporaryFolder folder;
  folder.write("real/file", "xy");
  const std::string root = folder.path() + "/";
  std::filesystem::create_symlink("real", root + "to_folder");
  std::filesystem::create_symlink("real/file", root + "to_file");
  EXPECT_EQ(listed({root + "to_folder"}, root), "to_folder/file 2\n");
  const testing::Walked walked = testing::walk_all({root + "to_file"});
  EXPECT_EQ(walked.at(root + "to_file").bytes, "xy");
}

TEST(ListEvidence, UnreadableFolderAndFileAreGaps) {
  const TemporaryFolder folder;
  folder.write("closed/inside", "x");
  folder.write("closed.log", "x");
  folder.write("open.log", "x");
  const std::string root = folder.path() + "/";
  ASSERT_EQ(::chmod((root + "closed").c_str(), 0), 0);
  ASSERT_EQ(::chmod((root + "closed.log").c_str(), 0), 0);
  ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
  // Root may read everything: be nobody for the time of the listing.
  constexpr uid_t kNobody = 65534;
  const bool is_root = ::geteuid() == 0;
  if (is_root) {
    ASSERT_EQ(::seteuid(kNobody), 0);
  }
  const std::string text = listed({folder.path()}, root);
  if (is_root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  ::chmod((root + "closed").c_str(), 0700);
  EXPECT_EQ(text,
            "open.log 1\n"
            "folder closed: unreadable: The folder cannot be read: Permission denied.\n"
            "file closed.log: unreadable: The file cannot be opened: Permission denied.\n");
}

TEST(ListEvidence, FolderDepthIsLimited) {
  const TemporaryFolder folder;
  folder.write("1/2/3/4/deep", "x");
  folder.write("1/2/shallow", "x");
  Limits limits;
  limits.folder_depth = 2;
  EXPECT_EQ(listed({folder.path()}, folder.path() + "/", limits),
            "1/2/shallow 1\n"
            "folder 1/2/3: limit: The limit folder-depth (2) was reached: this folder and what is "
            "below it were not read.\n");
}

TEST(ListEvidence, ItemsAreLimitedAtTheSamePlaceInAnyOrder) {
  const TemporaryFolder folder;
  for (int i = 0; i < 9; ++i) folder.write(fmt::format("d{}/f", i), "x");
  const std::string root = folder.path() + "/";
  Limits limits;
  limits.items = 4;
  const std::string text = listed({root + "d8", root + "d3", root + "d0", root}, root, limits);
  EXPECT_EQ(text, listed({root, root + "d0", root + "d3", root + "d8"}, root, limits));
  EXPECT_NE(text.find("The limit items (4) was reached"), std::string::npos);
  EXPECT_EQ(listed({root}, root, limits).substr(0, 28), "d0/f 1\nd1/f 1\nd2/f 1\nd3/f 1\n");
}

TEST(ListEvidence, AFileBeyondTheLimitOfItemsIsStillAFile) {
  const TemporaryFolder folder;
  folder.write("f1", "x");
  folder.write("f2", "12345");
  folder.write("g/f3", "x");
  std::filesystem::create_hard_link(folder.path() + "/f1", folder.path() + "/z");
  const std::string root = folder.path() + "/";
  Limits limits;
  limits.items = 1;
  EXPECT_EQ(listed({root + "f1", root + "f2", root + "g", root + "z"}, root, limits),
            "f1 1\n"
            "file f2: limit: The limit items (1) was reached: this file was not read.\n"
            "folder g: limit: The limit items (1) was reached: not everything here was read.\n")
      << "z is f1, which was read";
  ItemIds ids;
  const std::vector<std::string> paths = {root + "f1", root + "f2"};
  const auto listing = list_evidence(paths, limits, ids);
  ASSERT_TRUE(listing.ok());
  ASSERT_EQ(listing.value().unread_items.size(), 1U);
  EXPECT_EQ(listing.value().unread_items[0].size_bytes, 5U);
  EXPECT_EQ(listing.value().unread_items[0].unread_bytes, 5U);
}

TEST(ItemIds, CountUp) {
  ItemIds ids;
  EXPECT_EQ(ids.next(), ItemId{0});
  EXPECT_EQ(ids.next(), ItemId{1});
  EXPECT_EQ(ids.count(), 2U);
}

}  // namespace
}  // namespace pugmark

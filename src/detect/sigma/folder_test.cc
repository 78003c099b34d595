#include "detect/sigma/folder.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace pugmark::sigma {
namespace {

class Folder : public testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::temp_directory_path() / ("folder_test_" + std::to_string(::getpid()));
    std::filesystem::create_directories(root_ / "rules/below");
    write("rules/b.yml");
    write("rules/a.yml");
    write("rules/below/c.yaml");
    write("rules/notes.txt");
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void write(const std::string& name) const {
    std::ofstream(root_ / name) << "title: " << name << "\nlogsource: {product: windows}\n"
                                << "detection: {one: {Image: x}, condition: one}\n";
  }

  // Paths below the root, of the rules read and then of what was not.
  std::vector<std::string> read(const std::vector<std::string>& names) const {
    std::vector<std::filesystem::path> paths;
    for (const std::string& name : names) paths.push_back(root_ / name);
    const RuleSet rules = load_rules(paths, ParseOptions{});
    std::vector<std::string> files;
    const std::size_t root_size = root_.string().size() + 1;
    for (const Rule& rule : rules.rules) files.push_back(rule.file.substr(root_size));
    for (const RejectedRule& rejected : rules.rejected)
      files.push_back("- " + rejected.file.substr(root_size));
    return files;
  }

  std::filesystem::path root_;
};

using Files = std::vector<std::string>;

TEST_F(Folder, IsReadInTheOrderOfItsPaths) {
  EXPECT_EQ(read({"rules"}), (Files{"rules/a.yml", "rules/b.yml", "rules/below/c.yaml"}));
  const Files sorted{"rules/a.yml", "rules/below/c.yaml"};
  EXPECT_EQ(read({"rules/below", "rules/a.yml"}), sorted);
  EXPECT_EQ(read({"rules/a.yml", "rules/below"}), sorted);
}

TEST_F(Folder, OfTheProgramsOwnComesFirst) {
  std::filesystem::create_directories(root_ / "z_own");
  write("z_own/d.yml");
  const std::vector<std::filesystem::path> paths{root_ / "rules/a.yml", root_ / "z_own"};
  const RuleSet rules = load_rules(paths, ParseOptions{}, 1, (root_ / "z_own").string());
  ASSERT_EQ(rules.rules.size(), 2U);
  EXPECT_EQ(rules.rules.front().file, "rules/d.yml");
}

TEST_F(Folder, WithoutAnyRuleFileIsTold) {
  std::filesystem::create_directories(root_ / "empty/below");
  write("empty/below/notes.txt");
  const auto empty = [&](const std::vector<std::filesystem::path>& paths) {
    return load_rules(paths, ParseOptions{}).empty_folders;
  };
  EXPECT_EQ(empty({root_ / "rules", root_ / "rules/below"}), Files{}) << "its files count twice";
  EXPECT_EQ(empty({root_ / "rules", root_ / "empty", root_ / "rules/notes.txt"}),
            (Files{(root_ / "empty").string()}));
  // What is told as rejected is not told twice.
  std::filesystem::create_directory_symlink(root_ / "rules", root_ / "empty/link");
  EXPECT_EQ(empty({root_ / "empty"}), Files{});
}

TEST_F(Folder, NamesOfRulesMayBeWrittenInCapitals) {
  write("rules/D.YML");
  EXPECT_EQ(read({"rules"}),
            (Files{"rules/D.YML", "rules/a.yml", "rules/b.yml", "rules/below/c.yaml"}));
}

TEST_F(Folder, EachFileIsReadOnceUnderItsFirstName) {
  EXPECT_EQ(read({"rules/below", "rules", "rules"}),
            (Files{"rules/a.yml", "rules/b.yml", "rules/below/c.yaml"}));
  EXPECT_EQ(read({"rules/a.yml", "rules/../rules"}),
            (Files{"rules/../rules/a.yml", "rules/../rules/b.yml", "rules/../rules/below/c.yaml"}));
  std::filesystem::create_symlink(root_ / "rules", root_ / "link");
  EXPECT_EQ(read({"link/below", "rules/below"}), Files{"link/below/c.yaml"});
  std::filesystem::create_symlink(root_ / "rules/a.yml", root_ / "rules/below/z.yml");
  EXPECT_EQ(read({"rules"}), (Files{"rules/a.yml", "rules/b.yml", "rules/below/c.yaml"}));
}

TEST_F(Folder, LinksThatAreNotReadAreReported) {
  std::filesystem::create_symlink(root_ / "rules", root_ / "rules/below/up");
  std::filesystem::create_symlink("gone.yml", root_ / "rules/below/broken.yml");
  EXPECT_EQ(read({"rules/below"}),
            (Files{"rules/below/c.yaml", "- rules/below/up", "- rules/below/broken.yml"}));
}

}  // namespace
}  // namespace pugmark::sigma

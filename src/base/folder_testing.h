#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <stdlib.h>  // mkdtemp, which <cstdlib> need not have
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace pugmark::testing {

// A folder that is deleted with everything below it. For tests only.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    path_ = (std::filesystem::temp_directory_path() / "pugmark-test-XXXXXX").string();
    if (::mkdtemp(path_.data()) != nullptr) return;
    ADD_FAILURE() << "cannot make a temporary folder like " << path_;
    std::abort();
  }
  ~TemporaryFolder() {
    std::error_code ignored;  // a folder that stays behind is no failure of what is tested
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const {
    return (std::filesystem::path(path_) / name).string();
  }

  // What stands in the folder itself.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
      names.push_back(entry.path().filename().string());
    return names;
  }

  // Writes a file below the folder, with the folders on the way to it. Gives its whole path.
  std::string write(std::string_view name, std::string_view content) const {
    const std::filesystem::path path = std::filesystem::path(path_) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::binary);
    out << content;
    EXPECT_TRUE(out.good()) << path;
    return path.string();
  }

 private:
  std::string path_;
};

}  // namespace pugmark::testing

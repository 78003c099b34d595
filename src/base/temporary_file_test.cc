#include "base/temporary_file.h"

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <span>
#include <string>
#include <unistd.h>
#include <utility>

namespace pugmark {
namespace {

// TMPDIR is another one while this lives.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::string& folder) {
    if (const char* before = std::getenv("TMPDIR")) before_ = before;
    ::setenv("TMPDIR", folder.c_str(), 1);
  }
  ~TemporaryFolder() {
    if (before_.empty()) ::unsetenv("TMPDIR");
    if (!before_.empty()) ::setenv("TMPDIR", before_.c_str(), 1);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

 private:
  std::string before_;
};

TEST(TemporaryFile, KeepsBytesAndNoName) {
  const std::filesystem::path place = std::filesystem::temp_directory_path() /
                                      ("pugmark-temporary-" + std::to_string(::getpid()));
  std::filesystem::create_directory(place);
  const TemporaryFolder folder(place.string());
  TemporaryFile file;
  EXPECT_FALSE(file.is_open());
  std::size_t count = 0;
  ASSERT_TRUE(file.write_at(0, as_bytes("hello world"), count).ok());
  EXPECT_EQ(count, 11U);
  EXPECT_TRUE(std::filesystem::is_empty(place));
  TemporaryFile moved = std::move(file);
  std::string back(5, ' ');
  ASSERT_TRUE(moved.read_at(6, std::as_writable_bytes(std::span(back)), count).ok());
  EXPECT_EQ(back, "world");
  EXPECT_FALSE(moved.read_at(8, std::as_writable_bytes(std::span(back)), count).ok());
  EXPECT_EQ(count, 3U);
  std::filesystem::remove(place);
}

TEST(TemporaryFile, ErrorsNameTheFolderAndWhatToDo) {
  const TemporaryFolder folder("/nowhere/at/all");
  TemporaryFile file;
  std::size_t count = 9;
  const Status status = file.write_at(0, as_bytes("x"), count);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(count, 0U);
  EXPECT_EQ(status.error().code, ErrorCode::kIo);
  EXPECT_NE(status.error().message.find("in /nowhere/at/all cannot be made: "), std::string::npos);
  EXPECT_NE(status.error().hint.find("TMPDIR"), std::string::npos);
}

TEST(TemporaryFile, HasNothingToReadBeforeSomethingIsWritten) {
  const TemporaryFolder folder("/some/folder");
  const TemporaryFile file;
  std::string into(5, ' ');
  std::size_t got = 9;
  const Status status = file.read_at(0, std::as_writable_bytes(std::span(into)), got);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(got, 0U);
  EXPECT_EQ(status.error().code, ErrorCode::kIo);
  EXPECT_EQ(status.error().message,
            "A temporary file in /some/folder cannot be read: No data available.");
}

TEST(TemporaryFile, GoesToTheDefaultFolderWhereThatIsAsked) {
  const TemporaryFolder folder("/nowhere/at/all");
  TemporaryFile file(TemporaryFile::Otherwise::kDefaultFolder);
  std::size_t count = 0;
  EXPECT_TRUE(file.write_at(0, as_bytes("x"), count).ok());
  EXPECT_EQ(count, 1U);
}

}  // namespace
}  // namespace pugmark

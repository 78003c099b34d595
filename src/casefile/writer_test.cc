#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "casefile/casefile.h"
#include "casefile/new_file.h"
#include "casefile/sample_testing.h"

namespace pugmark {
namespace {

using testing_sample::contents;
using testing::TemporaryFolder;
using testing_sample::write_file;
using testing_sample::write_sample;

TEST(CaseWriter, EqualCallsMakeEqualBytes) {
  const TemporaryFolder folder;
  write_sample(folder.file("a.case"));
  write_sample(folder.file("b.case"));
  const std::string a = contents(folder.file("a.case"));
  EXPECT_GT(a.size(), 4096U);
  EXPECT_TRUE(a == contents(folder.file("b.case")));
  EXPECT_EQ(folder.names().size(), 2U) << "no temporary or journal file may stay";
}

// An event that many rules match, and a rule that matches many events, are stored once.
TEST(CaseWriter, StoresEventsAndRulesOnce) {
  const TemporaryFolder folder;
  const auto write = [&](const char* name, std::size_t findings_count) {
    Result<CaseWriter> writer = CaseWriter::create(folder.file(name), false);
    ASSERT_TRUE(writer.ok());
    Finding finding = testing_sample::plain_finding();
    finding.fields.emplace_back("Payload", std::string(30'000, 'x'));
    for (std::size_t i = 0; i < findings_count; ++i) {
      finding.id = fmt::format("{:016x}", i);
      ASSERT_TRUE(writer.value().add_finding(finding).ok());
    }
    finding.offset_bytes += 1;  // another event with the same fields
    finding.id = "ffff000000000000";
    ASSERT_TRUE(writer.value().add_finding(finding).ok());
    ASSERT_TRUE(writer.value().finish().ok());
  };
  write("one.case", 1);
  write("many.case", 50);
  EXPECT_LT(contents(folder.file("many.case")).size(),
            contents(folder.file("one.case")).size() + 30'000);
  const Result<CaseReader> reader = CaseReader::open(folder.file("many.case"));
  ASSERT_TRUE(reader.ok());
  std::size_t seen = 0;
  const std::uint64_t offset = testing_sample::plain_finding().offset_bytes;
  const Status status = reader.value().findings([&](const Finding& finding) {
    EXPECT_EQ(finding.offset_bytes, offset + (seen == 50 ? 1 : 0));
    EXPECT_EQ(finding.fields.back().second.size(), 30'000U);
    EXPECT_EQ(finding.because.size(), 2U);
    ++seen;
    return true;
  });
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(seen, 51U);
}

TEST(CaseWriter, TheFinalNameAppearsOnlyAtTheEnd) {
  const TemporaryFolder folder;
  {
    Result<CaseWriter> writer = CaseWriter::create(folder.file("x.case"), false);
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE(writer.value().add_finding(testing_sample::plain_finding()).ok());
    ASSERT_EQ(folder.names().size(), 1U);
    EXPECT_TRUE(folder.names()[0].starts_with(".x.case.partial-")) << folder.names()[0];
  }
  EXPECT_TRUE(folder.names().empty()) << "a writer that is not finished leaves nothing";
}

TEST(CaseWriter, RefusesToOverwriteUnlessForced) {
  const TemporaryFolder folder;
  write_file(folder.file("x.case"), "precious");
  const Result<CaseWriter> refused = CaseWriter::create(folder.file("x.case"), false);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(refused.error().message.find("x.case: exists already"), std::string::npos);
  EXPECT_NE(refused.error().hint.find("--force"), std::string::npos);
  EXPECT_EQ(contents(folder.file("x.case")), "precious");
  write_sample(folder.file("x.case"), true);
  EXPECT_TRUE(CaseReader::open(folder.file("x.case")).ok());
}

TEST(CaseWriter, RefusesAFileThatAppearedMeanwhile) {
  const TemporaryFolder folder;
  Result<CaseWriter> writer = CaseWriter::create(folder.file("x.case"), false);
  ASSERT_TRUE(writer.ok());
  write_file(folder.file("x.case"), "from another run");
  const Status finished = writer.value().finish();
  ASSERT_FALSE(finished.ok());
  EXPECT_EQ(finished.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(contents(folder.file("x.case")), "from another run");
}

TEST(CaseWriter, NeverReplacesFoldersAndDevices) {
  const TemporaryFolder folder;
  for (const bool force : {false, true}) {
    for (const std::string& target :
         {folder.path(), folder.path() + "/", std::string("/dev/null")}) {
      const Result<CaseWriter> refused = CaseWriter::create(target, force);
      ASSERT_FALSE(refused.ok()) << target;
      EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput) << target;
    }
  }
  struct stat found {};
  ASSERT_EQ(stat("/dev/null", &found), 0);
  EXPECT_TRUE(S_ISCHR(found.st_mode));
}

TEST(CaseWriter, NamesAMissingFolder) {
  const TemporaryFolder folder;
  const Result<CaseWriter> refused = CaseWriter::create(folder.file("no/x.case"), false);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kNotFound);
}

// /proc refuses new files even to root, who may write in folders without permission.
TEST(CaseWriter, SaysWhenTheFolderCannotBeWritten) {
  const Result<CaseWriter> refused = CaseWriter::create("/proc/x.case", false);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kIo);
  EXPECT_NE(refused.error().message.find("/proc"), std::string::npos);
}

// A limit on the size of files stands for the full disk: the same calls fail at the same places.
TEST(CaseWriter, AFullDiskIsAnErrorAndLeavesNothing) {
  const TemporaryFolder folder;
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{20'000, 20'000};
    setrlimit(RLIMIT_FSIZE, &limit);
    Result<CaseWriter> writer = CaseWriter::create(folder.file("x.case"), false);
    Status status;
    Finding finding = testing_sample::plain_finding();
    finding.fields.emplace_back("Payload", std::string(30'000, 'x'));
    for (int i = 0; writer.ok() && status.ok() && i < 2'000; ++i)
      status = writer.value().add_finding(finding);
    if (writer.ok() && status.ok()) status = writer.value().finish();
    const bool right = !status.ok() && status.error().code == ErrorCode::kIo &&
                       status.error().message.find("x.case") != std::string::npos;
    if (!right && !status.ok()) fprintf(stderr, "%s\n", status.error().message.c_str());
    writer = Error{};  // the destructor removes the temporary file
    _exit(right ? 0 : 1);
  }
  int state = 0;
  ASSERT_EQ(waitpid(child, &state, 0), child);
  EXPECT_TRUE(WIFEXITED(state) && WEXITSTATUS(state) == 0);
  EXPECT_TRUE(folder.names().empty());
}

TEST(CaseWriter, AKilledRunLeavesNoFileOfTheFinalName) {
  const TemporaryFolder folder;
  std::array<int, 2> ready{};
  ASSERT_EQ(pipe(ready.data()), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    Result<CaseWriter> writer = CaseWriter::create(folder.file("x.case"), false);
    if (writer.ok() && writer.value().add_finding(testing_sample::plain_finding()).ok() &&
        write(ready[1], "k", 1) == 1) {
      pause();
    }
    _exit(1);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  kill(child, SIGKILL);
  int state = 0;
  ASSERT_EQ(waitpid(child, &state, 0), child);
  ASSERT_TRUE(WIFSIGNALED(state));
  close(ready[0]);
  close(ready[1]);
  for (const std::string& name : folder.names()) {
    EXPECT_TRUE(name.starts_with(".x.case.partial-")) << name;
    EXPECT_FALSE(CaseReader::open(folder.file(name)).ok()) << "must not look complete";
  }
}

TEST(NewFile, TakesNamesAsLongAsTheFileSystemAllows) {
  const TemporaryFolder folder;
  const std::string path = folder.file(std::string(255, 'n'));
  Result<NewFile> file = NewFile::create(path, false);
  ASSERT_TRUE(file.ok()) << file.error().message;
  ASSERT_TRUE(file.value().write("text").ok());
  ASSERT_TRUE(file.value().commit().ok());
  EXPECT_EQ(contents(path), "text");
}

}  // namespace
}  // namespace pugmark

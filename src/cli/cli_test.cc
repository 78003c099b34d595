#include "cli/cli.h"

#include <fcntl.h>
#include <filesystem>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "casefile/sample_testing.h"
#include "cli/help.h"
#include "cli/progress.h"
#include "report/table.h"

namespace pugmark {
namespace {

using testing_sample::contents;
using testing::TemporaryFolder;
using testing_sample::write_file;

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string error;
};

// Runs the program in a process of its own, its output in files. `redirect` may change descriptors.
Outcome run(const std::vector<std::string>& words, void (*redirect)() = nullptr) {
  const TemporaryFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    const int out = open(folder.file("out").c_str(), O_WRONLY | O_CREAT, 0600);
    const int error = open(folder.file("error").c_str(), O_WRONLY | O_CREAT, 0600);
    dup2(out, STDOUT_FILENO);
    dup2(error, STDERR_FILENO);
    close(out);
    close(error);
    if (redirect != nullptr) redirect();
    _exit(run_cli(words));
  }
  int state = 0;
  EXPECT_EQ(waitpid(child, &state, 0), child);
  Outcome outcome;
  outcome.exit_code = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
  outcome.out = contents(folder.file("out"));
  outcome.error = contents(folder.file("error"));
  return outcome;
}

class CommandLine : public ::testing::Test {
 protected:
  void SetUp() override {
    testing_sample::write_sample(case_path());
    unsetenv("NO_COLOR");
  }
  std::string case_path() const { return folder_.file("x.case"); }
  TemporaryFolder folder_;
};

TEST_F(CommandLine, RulesCheckListsRulesThatAreAllRejected) {
  const std::string rule =
      "title: X\nlogsource: {product: windows}\ndetection: {a: {b: c}, condition: a}\n";
  write_file(folder_.file("one.yml"), rule + "verdict: success\n");
  write_file(folder_.file("two.yml"), rule + "taxonomy: other\n");
  const Outcome outcome =
      run({"rules", "check", folder_.file("one.yml"), folder_.file("two.yml")});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_NE(outcome.out.find("The verdict 'success' is unknown."), std::string::npos)
      << outcome.out << outcome.error;
  EXPECT_NE(outcome.out.find("taxonomy"), std::string::npos);
  EXPECT_NE(outcome.out.find("2 rule documents: 0 would load, 2 rejected"), std::string::npos);
}

TEST_F(CommandLine, HelpAndVersionGoToStandardOutput) {
  for (const char* flag : {"--help", "-h", "help"}) {
    const Outcome help = run({flag});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_EQ(help.out, help_of_all());
    EXPECT_EQ(help.error, "");
  }
  for (const Command& command : commands()) {
    std::vector<std::string> words;
    std::istringstream in{std::string(command.name)};
    for (std::string word; in >> word;) words.push_back(word);
    words.push_back("--help");
    const Outcome help = run(words);
    EXPECT_EQ(help.exit_code, 0) << command.name;
    EXPECT_EQ(help.out, help_of(command)) << command.name;
  }
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"rules", "--help"}, {"rules", "-h"}, {"help", "rules"}}) {
    const Outcome help = run(words);
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_EQ(help.out, help_of_group("rules"));
    EXPECT_NE(help.out.find("pugmark rules check"), std::string::npos);
    EXPECT_NE(help.out.find("pugmark rules list"), std::string::npos);
  }
  EXPECT_EQ(run({"--version"}).out, "pugmark " PUGMARK_VERSION "\n");
  EXPECT_EQ(run({"version"}).out, "pugmark " PUGMARK_VERSION "\n");
}

TEST_F(CommandLine, MistakesAreUsageErrorsThatNameTheNearestWord) {
  const std::string path = case_path();
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{}, "no command given. See pugmark --help."},
      {{"shwo", path}, "shwo: no such command. Did you mean show?"},
      {{"--jsonl"}, "--jsonl: a command comes first"},
      {{"rules"}, "rules: needs check or list after it"},
      {{"rules", "chekc", "x"}, "Did you mean check?"},
      {{"show"}, "show: CASE is missing. See pugmark show --help."},
      {{"show", path, "findngs"}, "Did you mean findings?"},
      {{"show", path, "findings", "more"}, "show: \"more\" is one argument too many."},
      {{"show", path, "-j"}, "show: there is no option -j."},
      {{"show", path, "--jsonl=false"}, "show: --jsonl takes no value."},
      {{"show", path, "--level"}, "show: --level needs LEVEL after it."},
      {{"show", path, "findings", "--level", "crit"}, "Did you mean critical?"},
      {{"show", path, "findings", "--level", "med"}, "Did you mean medium?"},
      {{"show", path, "findings", "--level", "info"}, "Did you mean informational?"},
      {{"show", path, "--jsnol"}, "--jsnol: show has no such option. Did you mean --jsonl?"},
      {{"show", path, "findings", "--level", "hihg"}, "Did you mean high?"},
      {{"show", path, "findings", "--from", "soon"}, "--from: \"soon\" is no time"},
      {{"show", path, "findings", "--limit", "-3"}, "--limit: \"-3\" is no whole number"},
      {{"show", path, "findings", "--limit", "0"}, "0 rows"},
      {{"show", path, "gaps", "--level", "high"}, "--level: does not apply to gaps"},
      {{"show", path, "--threads", "many"}, "--threads: \"many\" is no whole number"},
      {{"show", path, "--color", "sometimes"}, "none of auto, always, never"},
      {{"show", folder_.file("none.case")}, "none.case: cannot be opened, No such file"},
      {{"explain", path, "beef"}, "no finding and no rule \"beef\""},
      {{"export", path}, "the format is not named"},
      {{"export", path, "--to", "timeskech"}, "Did you mean timesketch?"},
      {{"export", path, "--to", "csv", "-o", path}, "is the case itself and is never replaced"},
      {{"export", path, "--to", "csv", "-o", folder_.path()}, "is a folder"},
      {{"completions", "bsh"}, "Did you mean bash?"},
      {{"hunt"}, "hunt: EVIDENCE is missing."},
      {{"hunt", folder_.path(), "-r"}, "hunt: --rules needs DIR after it."},
      {{"hunt", folder_.path(), "--rules", "-o", "x"}, "hunt: --rules needs DIR after it."},
      {{"export", path, "--to", "csv", "-o", path, "--force"}, "is the case itself"},
      {{"hunt", folder_.path()}, "the case to write is not named"},
      {{"hunt", folder_.path(), "-o", "x", "-o", "y"}, "hunt: --output can be given only once."},
      {{"hunt", folder_.path(), "-o", folder_.file("y"), "--no-default-rules"},
       "leaves no rules at all"},
      {{"hunt", folder_.path(), "-o", folder_.file("y"), "-r", "r", "--limit", "item=1"},
       "Did you mean items?"},
      {{"hunt", folder_.path(), "-o", folder_.file("y"), "-r", "r", "--limit", "lines=1"},
       "no limit \"lines\". Did you mean line-bytes? All are in the man page under LIMITS"},
      {{"hunt", folder_.path(), "-o", folder_.file("y"), "-r", "r", "--limit", "xyz=1"},
       "no limit \"xyz\". All are in the man page"},
      {{"show", path, "findings", "--level", "foo"}, "critical. Use one of these."},
      {{"export", path, "--from", "2021"}, "export has no filter by time, its --to names"},
      {{"hunt", folder_.path(), "-o", folder_.file("y"), "-r", "r", "--limit", "items=lots"},
       "--limit: \"lots\" is no whole number"},
      {{"hunt", folder_.path(), "-o", folder_.file("y"), "-r", "r", "--limit", "items=1G"},
       "--limit: \"1G\" is no whole number"},
      {{"hunt", folder_.path(), "-o", folder_.file("y"), "-r", "r", "--limit", "items"},
       "is not NAME=VALUE"},
  };
  for (const auto& [words, expected] : cases) {
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.exit_code, 2) << expected << "\n" << outcome.error;
    EXPECT_EQ(outcome.out, "") << expected;
    EXPECT_TRUE(outcome.error.starts_with("pugmark: ")) << outcome.error;
    EXPECT_NE(outcome.error.find(expected), std::string::npos) << expected << "\n" << outcome.error;
  }
}

TEST_F(CommandLine, ShowsExplainsAndExports) {
  const Outcome summary = run({"show", case_path()});
  EXPECT_EQ(summary.exit_code, 0) << summary.error;
  EXPECT_TRUE(summary.out.starts_with("READ "));
  EXPECT_EQ(summary.error, "");
  const Outcome lines = run({"show", case_path(), "findings", "--level", "high", "--jsonl"});
  EXPECT_EQ(std::count(lines.out.begin(), lines.out.end(), '\n'), 2);
  const Outcome days = run(
      {"show", case_path(), "findings", "--from", "2021-03-14", "--to", "2021-03-14", "--jsonl"});
  EXPECT_EQ(std::count(days.out.begin(), days.out.end(), '\n'), 2)
      << "a day as --to means all of it";
  EXPECT_NE(days.error.find("1 finding without a time is not shown"), std::string::npos)
      << days.error;
  const Outcome table = run({"show", case_path(), "timeline", "--from", "2021-03-14"});
  EXPECT_NE(table.out.find("1 finding without a time is not shown"), std::string::npos);
  EXPECT_EQ(table.error, "");
  EXPECT_EQ(run({"explain", case_path(), "00ff"}).exit_code, 0);
  const std::string file = folder_.file("x.csv");
  EXPECT_EQ(run({"export", case_path(), "--to", "csv", "-o", file}).exit_code, 0);
  EXPECT_EQ(run({"export", case_path(), "--to", "csv"}).out, contents(file));
  EXPECT_EQ(run({"export", case_path(), "--to", "csv", "-o", file, "--force"}).exit_code, 0);
  const Outcome noted = run({"export", case_path(), "--to", "timesketch"});
  EXPECT_NE(noted.error.find("1 finding without a time left out"), std::string::npos)
      << noted.error;
  EXPECT_EQ(run({"export", case_path(), "--to", "timesketch", "--quiet"}).error, "");
}

TEST_F(CommandLine, ExportReplacesNoneOfTheProgramsOwnRules) {
  const std::string rules = folder_.file("own");
  std::filesystem::create_directory(rules);
  const std::string rule = rules + "/one.yml";
  write_file(rule,
             "title: X\nlogsource: {product: windows}\ndetection: {a: {b: c}, condition: a}\n");
  write_file(folder_.file("a.json"), "{\"Channel\":\"Security\",\"EventID\":1}\n");
  const std::string hunted = folder_.file("own.case");
  setenv("PUGMARK_RULES", rules.c_str(), 1);
  EXPECT_EQ(run({"hunt", folder_.file("a.json"), "-o", hunted}).exit_code, 0);
  const std::string before = contents(rule);
  const Outcome outcome = run({"export", hunted, "--to", "csv", "-o", rule, "--force"});
  unsetenv("PUGMARK_RULES");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_NE(outcome.error.find("is a rule file of this case"), std::string::npos) << outcome.error;
  EXPECT_EQ(contents(rule), before);
}

TEST_F(CommandLine, SignalsActByThemselvesAgainAfterAHunt) {
  write_file(folder_.file("one.yml"),
             "title: X\nlogsource: {product: windows}\ndetection: {a: {b: c}, condition: a}\n");
  write_file(folder_.file("a.json"), "{\"Channel\":\"Security\",\"EventID\":1}\n");
  const pid_t child = fork();
  if (child == 0) {
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    signal(SIGTERM, SIG_IGN);
    run_cli({"hunt", folder_.file("a.json"), "-o", folder_.file("signals.case"),
             "--no-default-rules", "-r", folder_.file("one.yml"), "-q"});
    const bool restored = signal(SIGINT, SIG_DFL) == SIG_DFL;
    const bool still_ignored = signal(SIGTERM, SIG_DFL) == SIG_IGN;
    _exit(restored && still_ignored && std::filesystem::exists(folder_.file("signals.case")) ? 0
                                                                                             : 1);
  }
  int state = 0;
  EXPECT_EQ(waitpid(child, &state, 0), child);
  EXPECT_TRUE(WIFEXITED(state) && WEXITSTATUS(state) == 0);
}

TEST_F(CommandLine, ThreadsAreUnderstoodEverywhereAndOfferedWhereThereIsWork) {
  for (const Command& command : commands()) {
    const bool works = help_of(command).find("--threads") != std::string::npos;
    const bool idle =
        command.name == "completions" || command.name == "man" || command.name == "version";
    EXPECT_NE(works, idle) << command.name;
  }
  EXPECT_EQ(run({"version", "--threads", "2"}).exit_code, 0);
}

TEST_F(CommandLine, ARuleIsFoundByTheBeginningOfItsId) {
  const std::string rules = folder_.file("rules.yml");
  write_file(rules,
             "title: One\nid: 01234567-0000-4000-8000-000000000001\nlogsource: {category: "
             "webserver}\ndetection: {a: {cs-method: GET}, condition: a}\n");
  write_file(folder_.file("a.log"),
             "192.0.2.7 - - [02/Mar/2021:00:00:00 +0000] \"GET / HTTP/1.1\" 200 17\n");
  const std::string made = folder_.file("made.case");
  ASSERT_EQ(
      run({"hunt", folder_.file("a.log"), "-o", made, "--no-default-rules", "-r", rules, "--quiet"})
          .exit_code,
      0);
  const Outcome whole = run({"explain", made, "01234567-0000-4000-8000-000000000001"});
  EXPECT_EQ(whole.exit_code, 0) << whole.error;
  EXPECT_EQ(run({"explain", made, "01234567"}).out, whole.out);
  EXPECT_EQ(run({"explain", made, "0123456"}).exit_code, 2);
  const Outcome findings = run({"show", made, "findings", "--rule", "01234567", "--jsonl"});
  EXPECT_EQ(std::count(findings.out.begin(), findings.out.end(), '\n'), 1);
}

TEST_F(CommandLine, ADamagedCaseFails) {
  const std::string whole = contents(case_path());
  write_file(folder_.file("cut.case"), whole.substr(0, whole.size() / 2));
  const Outcome outcome = run({"show", folder_.file("cut.case")});
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_NE(outcome.error.find("the case is damaged"), std::string::npos) << outcome.error;
}

TEST_F(CommandLine, ColoursOnlyWhenAsked) {
  EXPECT_EQ(run({"show", case_path()}).out.find('\x1b'), std::string::npos) << "not a terminal";
  EXPECT_NE(run({"show", case_path(), "--color", "always"}).out.find('\x1b'), std::string::npos);
  setenv("NO_COLOR", "1", 1);
  EXPECT_NE(run({"show", case_path(), "--color", "always"}).out.find('\x1b'), std::string::npos)
      << "what was asked for on the command line counts more";
  unsetenv("NO_COLOR");
}

TEST_F(CommandLine, AFullOrClosedStandardOutputFails) {
  const Outcome full = run({"show", case_path()}, [] {
    const int device = open("/dev/full", O_WRONLY);
    dup2(device, STDOUT_FILENO);
    close(device);
  });
  EXPECT_EQ(full.exit_code, 4);
  EXPECT_NE(full.error.find("standard output: cannot be written, No space"), std::string::npos)
      << full.error;
  const Outcome closed =
      run({"show", case_path(), "findings", "--jsonl"}, [] { close(STDOUT_FILENO); });
  EXPECT_EQ(closed.exit_code, 4);
  EXPECT_NE(closed.error.find("standard output"), std::string::npos) << closed.error;
  EXPECT_TRUE(contents(case_path()).starts_with("SQLite format 3"))
      << "nothing was written into the case";
}

TEST_F(CommandLine, AReaderThatGoesAwayIsNoFailure) {
  const Outcome outcome = run({"show", case_path(), "findings", "--jsonl"}, [] {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) _exit(99);
    close(ends[0]);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[1]);
  });
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.error, "");
}

TEST_F(CommandLine, MessagesEscapeWhatTheyQuote) {
  const Outcome outcome = run({"show", "\x1b[31mred\n\xe2\x80\xae.case"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.error.find('\x1b'), std::string::npos);
  EXPECT_NE(outcome.error.find("\\x1b[31mred\\n\\u{202e}.case"), std::string::npos)
      << outcome.error;
}

// What is committed for packagers is what the program prints.
// The help must not promise what the lines do not keep
// (SampleCase.OnlyFourKeysOfFindingsComeAndGo).
TEST(Help, NamesTheKeysThatAreNotAlwaysPresent) {
  const Command* show = find_command("show");
  ASSERT_NE(show, nullptr);
  const auto jsonl = std::find_if(show->flags.begin(), show->flags.end(),
                                  [](const Flag& flag) { return flag.name == "jsonl"; });
  ASSERT_NE(jsonl, show->flags.end());
  for (const char* key : {"time_shift_s", "time_source", "recovered", "related"})
    EXPECT_NE(jsonl->paragraph.find(key), std::string_view::npos) << key;
}

TEST(GeneratedFiles, AreInStepWithTheOptions) {
  const std::string root = PUGMARK_SOURCE_DIR;
  const std::pair<const char*, std::string> files[] = {
      {"/docs/man/pugmark.1", man_page(PUGMARK_VERSION)},
      {"/completions/pugmark.bash", completions_bash()},
      {"/completions/_pugmark", completions_zsh()},
      {"/completions/pugmark.fish", completions_fish()}};
  for (const auto& [name, text] : files) {
    EXPECT_TRUE(contents(root + name) == text)
        << name
        << " differs from what `pugmark man` or `pugmark completions` prints: write it anew";
  }
}

TEST(ProgressLine, TellsShareRateAndTimeLeft) {
  HuntProgress progress;
  progress.stage = "reading evidence";
  progress.bytes_total = 1'000'000'000;
  progress.bytes_done = 250'000'000;
  progress.events_count = 12'345;
  progress.findings_count = 1;
  const std::string line = progress_line(progress, 2'000'000'000, 200);
  EXPECT_EQ(line,
            "reading evidence [=====               ]  25%  125.0 MB/s  6 s left  12,345 events  "
            "1 finding");
  EXPECT_EQ(columns_of(progress_line(progress, 2'000'000'000, 40)), 39U);
  progress.bytes_total = 0;
  EXPECT_EQ(progress_line(progress, 0, 80), "reading evidence");
}

}  // namespace
}  // namespace pugmark

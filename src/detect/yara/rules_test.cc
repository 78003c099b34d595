#include "detect/yara/rules.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/folder_testing.h"

namespace pugmark::yara {
namespace {

class YaraRules : public ::testing::Test {
 protected:
  // Loads what is in the folder "rules", or in these.
  const Rules& load(std::vector<std::string> paths = {"rules"}, unsigned threads_count = 1) {
    RulesOptions options;
    for (const std::string& path : paths) options.paths.emplace_back(folder_.file(path));
    options.own_folder = own_.empty() ? "" : folder_.file(own_);
    options.threads_count = threads_count;
    options.limits = limits_;
    auto loaded = Rules::load(options);
    EXPECT_TRUE(loaded.ok());
    rules_ = std::move(loaded).value();
    return *rules_;
  }

  void write(const std::string& name, const std::string& text) { folder_.write(name, text); }

  // "file name" of each rule, the file below the folder.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Rule& rule : rules_->rules()) names.push_back(below(rule.file) + " " + rule.name);
    return names;
  }

  // What was rejected, without the way to the folder.
  std::vector<std::string> complaints() const {
    std::vector<std::string> lines;
    for (const RejectedRule& rejected : rules_->rejected())
      lines.push_back(below(rejected.message()));
    return lines;
  }

  std::string below(const std::string& path) const {
    const std::string root = folder_.path() + "/";
    return path.starts_with(root) ? path.substr(root.size()) : path;
  }

  pugmark::testing::TemporaryFolder folder_;
  std::string own_;
  Limits limits_;
  std::unique_ptr<Rules> rules_;
};

using Lines = std::vector<std::string>;

std::string rule(std::string_view name, std::string_view condition = "true") {
  return fmt::format("rule {} {{ condition: {} }}\n", name, condition);
}

TEST_F(YaraRules, OfFilesAndFoldersInTheOrderOfTheirPaths) {
  write("rules/b.yar", rule("b1") + rule("b2"));
  write("rules/below/a.YARA", rule("a"));
  write("rules/a.yar", rule("a"));
  write("rules/notes.txt", rule("no"));
  write("more/x", rule("x"));
  const Lines all{"more/x x", "rules/a.yar a", "rules/b.yar b1", "rules/b.yar b2",
                  "rules/below/a.YARA a"};
  load({"rules", "more/x"});
  EXPECT_EQ(names(), all);
  EXPECT_EQ(complaints(), Lines{});
  const Sha256 digest = rules_->digest();
  load({"more/x", "rules/below", "rules", "rules/a.yar"});
  EXPECT_EQ(names(), all);
  EXPECT_EQ(rules_->digest(), digest);
  write("rules/b.yar", rule("b1") + rule("b3"));
  EXPECT_NE(load({"rules", "more/x"}).digest(), digest);
}

TEST_F(YaraRules, OfTheProgramComeFirstAndAreNamedByTheirOwnFolder) {
  own_ = "z/yara";
  write("z/yara/web/own.yar", rule("own"));
  write("rules/a.yar", rule("a"));
  load({"rules", "z/yara"});
  EXPECT_EQ(names(), (Lines{"rules/yara/web/own.yar own", "rules/a.yar a"}));
}

TEST_F(YaraRules, APathThatDoesNotExistIsAnError) {
  RulesOptions options;
  options.paths.emplace_back(folder_.file("none"));
  const auto loaded = Rules::load(options);
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code, ErrorCode::kNotFound);
}

TEST_F(YaraRules, AFolderWithoutRulesIsTold) {
  write("empty/notes.txt", "");
  write("rules/a.yar", rule("a"));
  EXPECT_EQ(load({"empty", "rules"}).empty_folders(), Lines{folder_.file("empty")});
}

TEST_F(YaraRules, OnlyTheBrokenRuleIsRejected) {
  write("rules/a.yar", rule("good") + "rule bad {\n condition:\n  nonsense }\n" + rule("better") +
                           "rule worse { strings: $a = \"x\n condition: $a }\n" + rule("last") +
                           "rule unused { strings: $a = \"x\" condition: true }\n");
  load();
  EXPECT_EQ(names(), (Lines{"rules/a.yar good", "rules/a.yar better", "rules/a.yar last"}));
  EXPECT_EQ(
      complaints(),
      (Lines{"rules/a.yar:4: The rule bad is rejected. libyara: undefined identifier \"nonsense\".",
             "rules/a.yar:6: The rule worse is rejected. libyara: unterminated string.",
             "rules/a.yar:9: The rule unused is rejected. libyara: unreferenced string \"$a\"."}));
}

// libyara goes on after a mistake, but not as if it had not been: it takes the second loop for one
// inside the first.
TEST_F(YaraRules, WhatIsBlamedForTheRuleBeforeIsNotRejected) {
  write("rules/a.yar",
        "rule a { strings: $a = \"x\" condition: for any of them : ( $ at nonsense ) }\n"
        "rule b { strings: $a = \"x\" condition: for any of them : ( $ ) }\n");
  load();
  EXPECT_EQ(names(), Lines{"rules/a.yar b"});
  EXPECT_EQ(complaints(),
            Lines{"rules/a.yar:1: The rule a is rejected. libyara: undefined identifier "
                  "\"nonsense\"."});
}

TEST_F(YaraRules, WhatDependsOnARejectedRuleIsRejectedToo) {
  write("rules/a.yar",
        rule("base", "nothing") + rule("one", "base") + rule("two", "one and true") + rule("free"));
  load();
  EXPECT_EQ(names(), Lines{"rules/a.yar free"});
  EXPECT_EQ(
      complaints(),
      (Lines{"rules/a.yar:1: The rule base is rejected. libyara: undefined identifier \"nothing\".",
             "rules/a.yar:2: The rule one is rejected. It depends on the rule base, which was "
             "rejected.",
             "rules/a.yar:3: The rule two is rejected. It depends on the rule one, which was "
             "rejected."}));
}

TEST_F(YaraRules, OfOneNameInAFileTheFirstCounts) {
  write("rules/a.yar", rule("a") + rule("bad", "x") + rule("a", "false") + rule("b"));
  load();
  EXPECT_EQ(names(), (Lines{"rules/a.yar a", "rules/a.yar b"}));
  EXPECT_EQ(rules_->rules()[0].text, "rule a { condition: true }");
  ASSERT_EQ(complaints().size(), 2U);
  EXPECT_NE(complaints()[1].find("duplicated identifier \"a\""), std::string::npos);
}

TEST_F(YaraRules, OfOneNameInTwoFilesHaveIdsOfTheirOwn) {
  write("rules/a.yar", rule("same") + rule("x"));
  write("rules/b.yar", rule("same", "false"));
  load();
  ASSERT_EQ(rules_->rules().size(), 3U);
  EXPECT_EQ(rules_->rules()[0].id, "same");
  EXPECT_EQ(rules_->rules()[2].id, "same@b.yar");
  write("rules/c/b.yar", rule("same"));
  EXPECT_EQ(load().rules()[3].id, "same@" + folder_.file("rules/c/b.yar"));
}

TEST_F(YaraRules, WhatIsNoRuleIsTold) {
  write("rules/a.yar", "<html>\n</html>\n" + rule("a") + "rule open { condition: true\n");
  write("rules/b.yar", std::string("\xFF\xFE\0r\0u\0l\0e", 10));
  write("rules/c.yar", "");
  load();
  EXPECT_EQ(names(), Lines{"rules/a.yar a"});
  EXPECT_EQ(complaints(),
            (Lines{"rules/a.yar:1: Expected a rule, an import or an include. Put explanations into "
                   "comments.",
                   "rules/a.yar:4: The rule open is rejected. It does not end: there is no '}' "
                   "before the next rule.",
                   "rules/b.yar:1: Expected a rule, an import or an include. Put explanations into "
                   "comments."}));
}

TEST_F(YaraRules, FilesThatCannotBeReadAreTold) {
  write("rules/a.yar", rule("a"));
  write("rules/big.yar", std::string(101, ' '));
  std::filesystem::create_directories(folder_.file("other"));
  std::filesystem::create_symlink(folder_.file("none"), folder_.file("rules/gone.yar"));
  std::filesystem::create_directory_symlink(folder_.file("other"), folder_.file("rules/link"));
  limits_.rule_file_bytes = 100;
  load();
  EXPECT_EQ(names(), Lines{"rules/a.yar a"});
  EXPECT_EQ(complaints(),
            (Lines{"rules/big.yar: The file has more than 100 bytes (limit rule-file-bytes). Split "
                   "it.",
                   "rules/gone.yar: The file cannot be read: No such file or directory. Check that "
                   "it exists and its permissions.",
                   "rules/link: A link to a folder is not followed. Name its target with -y to "
                   "have it read."}));
}

TEST_F(YaraRules, IncludedOnesServeAndAreFindingsOnce) {
  write("rules/index.yar", "include \"./below/base.yar\"\ninclude \"a.yar\"\n");
  write("rules/a.yar", "include \"below/base.yar\"\n" + rule("a", "base"));
  write("rules/below/base.yar", rule("base") + rule("other"));
  load();
  EXPECT_EQ(names(),
            (Lines{"rules/a.yar a", "rules/below/base.yar base", "rules/below/base.yar other"}));
  EXPECT_EQ(complaints(), Lines{});
}

TEST_F(YaraRules, OfAFileThatIsOnlyIncludedBelongToTheFirstThatIncludesIt) {
  write("rules/common.inc",
        "private rule common { condition: true }\n" + rule("shown") + "rule x {");
  write("rules/a.yar", "include \"common.inc\"\n" + rule("a", "common"));
  write("rules/b.yar", "include \"common.inc\"\n" + rule("b", "shown"));
  load();
  EXPECT_EQ(names(), (Lines{"rules/common.inc common", "rules/common.inc shown", "rules/a.yar a",
                            "rules/b.yar b"}));
  EXPECT_EQ(complaints(),
            Lines{"rules/common.inc:3: The rule x is rejected. It does not end: there "
                  "is no '}' before the next rule."});
}

TEST_F(YaraRules, IncludesLeadNowhereElse) {
  write("outside.yar", rule("outside"));
  write("rules/a.yar", "include \"../outside.yar\"\n" + rule("a"));
  write("rules/b.yar", "include \"" + folder_.file("outside.yar") + "\"\n" + rule("b", "outside"));
  write("rules/c.yar",
        "include \"none.yar\"\ninclude \"/etc/passwd\"\ninclude \".\"\n" + rule("c"));
  std::filesystem::create_symlink(folder_.file("outside.yar"), folder_.file("rules/link.inc"));
  write("rules/d.yar", "include \"link.inc\"\n" + rule("d"));
  load();
  EXPECT_EQ(names(), (Lines{"rules/a.yar a", "rules/c.yar c", "rules/d.yar d"}));
  const std::string hint = " Hand over the folder that has both files.";
  const std::string out = " leads out of the files and folders handed over." + hint;
  EXPECT_EQ(complaints(),
            (Lines{"rules/a.yar:1: The include \"../outside.yar\"" + out,
                   "rules/b.yar:1: The include \"" + folder_.file("outside.yar") + "\"" + out,
                   "rules/b.yar:2: The rule b is rejected. libyara: undefined identifier "
                   "\"outside\".",
                   "rules/c.yar:1: The include \"none.yar\" is no file." + hint,
                   "rules/c.yar:2: The include \"/etc/passwd\"" + out,
                   "rules/c.yar:3: The include \".\" is no file." + hint,
                   "rules/d.yar:1: The include \"link.inc\"" + out}));
  // A file handed over by itself may be included from anywhere among those.
  load({"rules/a.yar", "outside.yar"});
  EXPECT_EQ(names(), (Lines{"outside.yar outside", "rules/a.yar a"}));
}

TEST_F(YaraRules, IncludesThatGoInCirclesEnd) {
  write("rules/a.yar", "include \"a.yar\"\ninclude \"b.yar\"\n" + rule("a"));
  write("rules/b.yar", "include \"a.yar\"\n" + rule("b", "a"));
  load();
  EXPECT_EQ(names(), (Lines{"rules/a.yar a", "rules/b.yar b"}));
  EXPECT_EQ(complaints(), Lines{});
}

TEST_F(YaraRules, IncludesInsideIncludesHaveALimit) {
  for (int i = 0; i < 40; ++i)
    write(fmt::format("rules/{}.inc", i), fmt::format("include \"{}.inc\"\n", i + 1));
  write("rules/40.inc", rule("deep"));
  write("rules/a.yar", "include \"0.inc\"\n" + rule("a"));
  load();
  EXPECT_EQ(names(), Lines{"rules/a.yar a"});
  ASSERT_EQ(complaints().size(), 1U);
  EXPECT_NE(complaints()[0].find("(limit rule-nesting-depth)"), std::string::npos);
}

TEST_F(YaraRules, SeeTheNamesOfFiles) {
  write("rules/a.yar", rule("a",
                            "filename == \"a\" or filepath contains \"b\" or extension == \"c\" "
                            "or filetype == \"d\" or owner == \"e\""));
  load();
  EXPECT_EQ(complaints(), Lines{});
}

TEST_F(YaraRules, UseModulesThatAskTheFileAlone) {
  write("rules/a.yar",
        "import \"math\"\nimport \"pe\"\nimport \"time\"\nimport \"vt\"\nimport \"hash\"\n" +
            rule("a", "math.entropy(0, filesize) > 7 or hash.md5(0, 1) == \"x\"") +
            rule("b", "pe.number_of_sections == 1") + rule("c", "time.now() > 1") +
            rule("d", "vt.x > 1") + rule("e"));
  write("rules/b.yar", rule("f", "math.min(1, 2) == 1"));
  load();
  EXPECT_EQ(names(), (Lines{"rules/a.yar a", "rules/a.yar e"}));
  EXPECT_EQ(
      complaints(),
      (Lines{
          "rules/a.yar:7: The rule b is rejected. The module pe reads executables with code that "
          "forged ones are known to lead astray.",
          "rules/a.yar:8: The rule c is rejected. The module time asks the clock of the machine "
          "it runs on, not the file.",
          "rules/a.yar:9: The rule d is rejected. The module vt is not known to libyara 4.2.3.",
          "rules/b.yar:1: The rule f is rejected. libyara: undefined identifier \"math\"."}));
}

TEST_F(YaraRules, SayWhatTheyAre) {
  write("rules/a.yar", R"(rule shell : web aspx {
  meta:
    description = "Finds a shell"
    author = "Somebody"
    reference = "https://example.org/1"
    reference2 = "https://example.org/2"
    score = 85
    mitre_attack = "T1505.003, T1190"
    is_test = true
  strings:
    $a = "one" nocase
    $ = { 41 42 }
  condition:
    all of them
})");
  const Rule& rule = load().rules()[0];
  EXPECT_EQ(rule.id, "shell");
  EXPECT_EQ(rule.title, "Finds a shell");
  EXPECT_EQ(rule.author, "Somebody");
  EXPECT_EQ(rule.level, Level::kCritical);
  EXPECT_EQ(rule.references, (Lines{"https://example.org/1", "https://example.org/2"}));
  EXPECT_EQ(rule.techniques, (Lines{"T1505.003", "T1190"}));
  EXPECT_EQ(rule.tags, (Lines{"web", "aspx"}));
  ASSERT_EQ(rule.meta.size(), 7U);
  EXPECT_EQ(rule.meta[4].second, "85");
  EXPECT_EQ(rule.meta[6].second, "true");
  ASSERT_EQ(rule.strings.size(), 2U);
  EXPECT_EQ(rule.strings[0].text, "\"one\" nocase");
  EXPECT_TRUE(rule.text.starts_with("rule shell : web aspx {") && rule.text.ends_with("them\n}"));

  const std::vector<LedgerEntry> ledger = rules_->ledger();
  ASSERT_EQ(ledger.size(), 1U);
  EXPECT_EQ(ledger[0].kind, "yara");
  EXPECT_EQ(ledger[0].rule_id, "shell");
  EXPECT_EQ(ledger[0].author, "Somebody");
  EXPECT_EQ(ledger[0].text, rule.text);
  EXPECT_EQ(ledger[0].line, 1U);
}

TEST_F(YaraRules, HaveALevelByTheirScore) {
  const auto level = [&](const std::string& name, const std::string& meta) {
    write("rules/a.yar", fmt::format("rule {} {{ meta: {} condition: true }}", name, meta));
    return load().rules()[0].level;
  };
  EXPECT_EQ(level("a", "x = 1"), Level::kHigh);
  EXPECT_EQ(level("a", "score = 80"), Level::kCritical);
  EXPECT_EQ(level("a", "score = \"79\""), Level::kHigh);
  EXPECT_EQ(level("a", "score = 60"), Level::kHigh);
  EXPECT_EQ(level("a", "score = 59"), Level::kMedium);
  EXPECT_EQ(level("a", "score = 39"), Level::kLow);
  EXPECT_EQ(level("a", "score = \"high\""), Level::kHigh);
  EXPECT_EQ(level("SUSP_a", "score = 90"), Level::kMedium);
  EXPECT_EQ(level("SUSP_a", "score = 20"), Level::kLow);
  EXPECT_EQ(level("a", "description = \"Suspicious page\""), Level::kMedium);
  EXPECT_EQ(level("WEBSHELL_ASP_Generic", "score = 75"), Level::kMedium);
  EXPECT_TRUE(rules_->rules()[0].is_noisy);
}

TEST_F(YaraRules, RejectedOnesAreInTheLedger) {
  write("rules/a.yar", rule("good") + rule("bad", "x"));
  const std::vector<LedgerEntry> ledger = load().ledger();
  ASSERT_EQ(ledger.size(), 2U);
  EXPECT_EQ(ledger[0].state, RuleState::kRan);
  EXPECT_EQ(ledger[1].state, RuleState::kRejected);
  EXPECT_EQ(ledger[1].rule_id, "bad");
  EXPECT_EQ(ledger[1].line, 2U);
  EXPECT_NE(ledger[1].why.find("undefined identifier"), std::string::npos);
}

TEST_F(YaraRules, ReadByManyThreadsAreTheSame) {
  for (int i = 0; i < 50; ++i) {
    write(fmt::format("rules/{:02}.yar", i),
          fmt::format("include \"{:02}.yar\"\n", (i + 1) % 50) + rule(fmt::format("a{}", i)) +
              rule(fmt::format("bad{}", i), "x") +
              rule(fmt::format("b{}", i), fmt::format("a{}", (i + 2) % 50)));
  }
  load({"rules"}, 1);
  const Lines one = names();
  const Lines rejected = complaints();
  EXPECT_EQ(one.size(), 100U);
  load({"rules"}, 8);
  EXPECT_EQ(names(), one);
  EXPECT_EQ(complaints(), rejected);
}

}  // namespace
}  // namespace pugmark::yara

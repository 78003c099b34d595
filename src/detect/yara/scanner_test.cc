#include "detect/yara/scanner.h"

#include <algorithm>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "base/folder_testing.h"
#include "base/threads.h"

namespace pugmark::yara {
namespace {

std::unique_ptr<Rules> load(const std::vector<std::string>& files, const Limits& limits = {}) {
  const pugmark::testing::TemporaryFolder folder;
  for (std::size_t i = 0; i < files.size(); ++i) folder.write(fmt::format("{}.yar", i), files[i]);
  RulesOptions options;
  options.paths.emplace_back(folder.path());
  options.limits = limits;
  auto rules = Rules::load(options);
  EXPECT_TRUE(rules.ok());
  for (const RejectedRule& rejected : rules.value()->rejected())
    ADD_FAILURE() << rejected.message();
  return std::move(rules).value();
}

// "rule: $a@2+3 $b@7+1" for each rule that matched, and how the scan ended if not well.
std::string shown(const Scan& scan, const Rules& rules) {
  std::string text;
  if (scan.end != Scan::End::kComplete)
    text = fmt::format("end {} {}", static_cast<int>(scan.end), scan.why);
  for (const RuleMatch& match : scan.matches) {
    const Rule& rule = rules.rules()[match.rule];
    text += fmt::format("{}{}:", text.empty() ? "" : "; ", rule.name);
    for (const StringMatch& string : match.strings) {
      text += fmt::format(" {}@{}+{}", rule.strings[string.string].name, string.offset_bytes,
                          string.length_bytes);
    }
    if (match.unlisted_count > 0) text += fmt::format(" and {}", match.unlisted_count);
  }
  for (const UnsearchedString& string : scan.unsearched) {
    const Rule& rule = rules.rules()[string.rule];
    text += fmt::format("{}{} {}", string.is_too_frequent ? " frequent " : " complex ", rule.name,
                        rule.strings[string.string].name);
  }
  return text;
}

std::string scan_once(const std::string& rules_text, std::string_view text,
                      const FileNames& names = {}, const Limits& limits = {}) {
  const auto rules = load({rules_text}, limits);
  Scanner scanner(*rules, limits);
  return shown(scanner.scan(whole_file(as_bytes(text)), names, nullptr), *rules);
}

TEST(YaraScanner, SaysWhereStringsStand) {
  EXPECT_EQ(scan_once("rule r { strings: $b = \"two\" nocase $a = \"one\" condition: any of them }",
                      "one TWO two"),
            "r: $b@4+3 $a@0+3");
  // Where a condition counts, all of them.
  EXPECT_EQ(scan_once("rule r { strings: $b = \"two\" $a = \"one\" condition: #a > 1 or $b }",
                      "one two one"),
            "r: $b@4+3 $a@0+3 $a@8+3");
  EXPECT_EQ(
      scan_once("rule r { strings: $ = \"two\" $ = /on./ condition: any of them }", "one two"),
      "r: $@4+3 $@0+3");
  EXPECT_EQ(scan_once("rule r { strings: $a = \"one\" condition: $a }", "two"), "");
  EXPECT_EQ(scan_once("rule r { condition: true }", ""), "r:");
}

TEST(YaraScanner, StringsInPartsCountAsOne) {
  // libyara takes the first apart at its long jump.
  EXPECT_EQ(
      scan_once("rule r { strings: $a = { 61 62 [0-1000] 63 64 } $b = \"x\" condition: all of "
                "them }",
                "ab" + std::string(600, '.') + "cd x"),
      "r: $a@0+604 $b@605+1");
}

TEST(YaraScanner, PrivateOnesAreNoFindings) {
  const std::string rules =
      "private rule base { strings: $a = \"one\" condition: $a }\n"
      "rule r { strings: $a = \"one\" private $b = \"two\" condition: base and $b and $a }";
  EXPECT_EQ(scan_once(rules, "one two"), "r: $b@4+3");
  EXPECT_EQ(scan_once(rules, "two"), "");
}

TEST(YaraScanner, GlobalRulesHoldForTheirFileAlone) {
  const auto rules =
      load({"global rule small { condition: filesize < 5 }\n"
            "rule a { condition: true }",
            "rule a { condition: true }\nrule b { condition: true }"});
  Scanner scanner(*rules, {});
  EXPECT_EQ(shown(scanner.scan(whole_file(as_bytes("1234")), {}, nullptr), *rules),
            "small:; a:; a:; b:");
  EXPECT_EQ(shown(scanner.scan(whole_file(as_bytes("12345")), {}, nullptr), *rules), "a:; b:");
}

TEST(YaraScanner, IncludedRulesAreFoundOnce) {
  const auto rules = load({"include \"1.yar\"\nrule a { condition: base }",
                           "rule base { strings: $a = \"one\" condition: $a }"});
  Scanner scanner(*rules, {});
  EXPECT_EQ(shown(scanner.scan(whole_file(as_bytes(" one")), {}, nullptr), *rules),
            "a:; base: $a@1+3");
}

TEST(YaraScanner, NamesAreThoseOfTheFileScanned) {
  const auto rules =
      load({"rule a { condition: filename == \"a.aspx\" and filepath == \"x/a.aspx\" "
            "and extension == \".aspx\" and filetype == \"t\" and owner == \"o\" }"});
  Scanner scanner(*rules, {});
  const FileNames names{"a.aspx", "x/a.aspx", ".aspx", "t", "o"};
  const auto scan = [&](const FileNames& all) {
    return shown(scanner.scan(whole_file(as_bytes("")), all, nullptr), *rules);
  };
  EXPECT_EQ(scan(names), "a:");
  EXPECT_EQ(scan({}), "");
  EXPECT_EQ(scan(names), "a:");
  EXPECT_EQ(scan({"b.aspx", "x/a.aspx", ".aspx", "t", "o"}), "");
  const std::string hostile = std::string("a.aspx\0x", 8) + std::string(100'000, '%');
  EXPECT_EQ(scan({hostile, hostile, hostile, hostile, hostile}), "");
}

// libyara 4.2.3 stops after the first match here, unless it is told not to.
TEST(YaraScanner, AnyOfASetInARangeIsNotTheFirstMatchOnly) {
  const std::string text = std::string(50, ' ') + "one" + std::string(50, ' ') + "one";
  EXPECT_EQ(scan_once("rule r { strings: $a1 = \"one\" $a2 = \"two\" condition: "
                      "any of ($a*) in (60..200) }",
                      text),
            "r: $a1@50+3 $a1@103+3");
}

TEST(YaraScanner, WindowsKnowWhereTheyAre) {
  const auto rules = load({"rule place { strings: $a = \"one\" condition: $a at 1002 }",
                           "rule size { condition: filesize == 5000 }",
                           "rule head { condition: uint16(0) == 0x6161 }"});
  Scanner scanner(*rules, {});
  EXPECT_EQ(shown(scanner.scan({as_bytes("aaone"), 1'000, 5'000}, {}, nullptr), *rules),
            "place: $a@2+3; size:");
  EXPECT_EQ(shown(scanner.scan({as_bytes("aaone"), 0, 5'000}, {}, nullptr), *rules),
            "size:; head:");
}

TEST(YaraScanner, PlacesAreListedUpToALimitTheFirstOfEachStringFirst) {
  Limits limits;
  limits.yara_matches = 3;
  EXPECT_EQ(scan_once("rule r { strings: $a = \"a\" $b = \"b\" condition: #a > 0 and #b > 0 }",
                      "aaaab", {}, limits),
            "r: $a@0+1 $a@1+1 $b@4+1 and 2");
}

// An ELF file of which libyara reads the entry point.
std::string executable() {
  std::string file(
      "\x7F"
      "ELF\x02\x01\x01",
      7);
  file.resize(200, '\0');
  file[16] = 2;        // e_type
  file[18] = 62;       // e_machine
  file[24] = 0x50;     // e_entry
  file[32] = 64;       // e_phoff
  file[54] = 56;       // e_phentsize
  file[56] = 1;        // e_phnum
  file[64] = 1;        // p_type
  file[96] = '\x7F';   // p_filesz
  file[104] = '\x7F';  // p_memsz
  return file;
}

TEST(YaraScanner, NothingIsLeftOfTheFileBefore) {
  const auto rules = load(
      {"rule e { condition: entrypoint >= 0 }", "rule a { strings: $a = \"one\" condition: $a }"});
  Scanner scanner(*rules, {});
  const std::string file = executable();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(shown(scanner.scan(whole_file(as_bytes(file)), {}, nullptr), *rules), "e:");
    EXPECT_EQ(shown(scanner.scan(whole_file(as_bytes("one")), {}, nullptr), *rules), "a: $a@0+3");
    EXPECT_EQ(shown(scanner.scan(whole_file(as_bytes("")), {}, nullptr), *rules), "");
  }
}

TEST(YaraScanner, WithoutRulesFindsNothing) { EXPECT_EQ(scan_once("", "one"), ""); }

TEST(YaraScanner, StopsWhenAsked) {
  const auto rules = load({"rule a { condition: true }"});
  Scanner scanner(*rules, {});
  std::atomic<bool> stop = true;
  EXPECT_EQ(shown(scanner.scan(whole_file(as_bytes("")), {}, &stop), *rules), "end 1 ");
  stop = false;
  EXPECT_EQ(shown(scanner.scan(whole_file(as_bytes("")), {}, &stop), *rules), "a:");
}

TEST(YaraScanner, EndsWhenTheTimeIsOver) {
  Limits limits;
  limits.yara_seconds = 1;
  const auto rules = load({"rule a { condition: true }",
                           "rule loop { condition: for all i in (0..2000000000) : ( for all j in "
                           "(0..2000000000) : ( i + j >= 0 ) ) }"});
  Scanner scanner(*rules, limits);
  EXPECT_EQ(shown(scanner.scan(whole_file(as_bytes("")), {}, nullptr), *rules), "end 2 ");
}

TEST(YaraScanner, SaysWhichStringIsTooFrequent) {
  const std::string rules =
      "rule r { strings: $x = \"x\" $a = \"a\" condition: #a == 10 and $x }\n"
      "rule s { strings: $x = \"xa\" condition: $x }\n"
      "rule c { strings: $c = { 61 62 [0-1000] 63 } condition: $c }\n"
      "rule z { strings: $z = \"z\" condition: #z == 0 and uint8(70000) == 7 or #z == 0 }";
  Limits limits;
  limits.yara_matches = 1;
  limits.yara_string_matches = 10;
  const auto scan = [&](const std::string& text) { return scan_once(rules, text, {}, limits); };
  EXPECT_EQ(scan(std::string(10, 'a') + "x"), "r: $x@10+1 and 10; z:");
  EXPECT_EQ(scan(std::string(11, 'a') + "xa"), "r: $x@11+1 and 10; s: $x@11+2; z: frequent r $a");
  // Of the parts of a string, too.
  std::string parts;
  for (int i = 0; i < 20; ++i) parts += "ab";
  EXPECT_EQ(scan(parts + "c"), "c: $c@0+41 and 9; z: frequent r $a frequent c $c");
  EXPECT_EQ(scan("z"), "");
}

TEST(YaraScanner, OneStringThatIsTooComplexDoesNotBlindOthers) {
  // Such a text keeps more ways through the first expression open than libyara follows.
  const std::string rules =
      "rule bomb { strings: $a = /a([ab]{1,100}){1,100}z/ $b = \"q\" condition: any of them }\n"
      "rule r { strings: $b = \"q\" condition: $b }";
  const std::string text = "q " + std::string(5'000, 'a');
  EXPECT_EQ(scan_once(rules, text), "bomb: $b@0+1; r: $b@0+1 complex bomb $a");
}

TEST(YaraScanner, ManyThreadsFindTheSame) {
  const auto rules =
      load({"import \"math\"\nrule a { strings: $a = /o[nm]e/ $b = \"two\" condition: "
            "#a > 1 or $b or math.entropy(0, filesize) > 7 }",
            "rule n { condition: filename matches /x+[0-9]/ }"});
  const auto text_of = [](int i) {
    const std::string_view word = i % 3 == 0 ? "one ome" : i % 3 == 1 ? "two" : "one";
    return std::string(static_cast<std::size_t>(i % 37), 'x') + std::string(word);
  };
  std::vector<std::string> expected;
  Scanner alone(*rules, {});
  for (int i = 0; i < 300; ++i) {
    const std::string name = fmt::format("x{}", i % 2 == 0 ? "y" : "7");
    expected.push_back(shown(
        alone.scan(whole_file(as_bytes(text_of(i))), {name, "", "", "", ""}, nullptr), *rules));
  }
  EXPECT_GT(std::count(expected.begin(), expected.end(), ""), 10);
  EXPECT_LT(std::count(expected.begin(), expected.end(), ""), 290);
  std::atomic<int> differences = 0;
  run_on_threads(8, [&](unsigned number) {
    Scanner scanner(*rules, {});
    for (int round = 0; round < 300; ++round) {
      const int i = (round + static_cast<int>(number) * 41) % 300;
      const std::string name = fmt::format("x{}", i % 2 == 0 ? "y" : "7");
      const std::string found = shown(
          scanner.scan(whole_file(as_bytes(text_of(i))), {name, "", "", "", ""}, nullptr), *rules);
      if (found != expected[static_cast<std::size_t>(i)]) ++differences;
    }
  });
  EXPECT_EQ(differences, 0);
}

}  // namespace
}  // namespace pugmark::yara

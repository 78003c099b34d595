#include "casefile/sample_testing.h"
#include "report/evidence_bytes.h"
#include "report/report.h"

namespace pugmark {
namespace {

using testing::TemporaryFolder;
using testing_sample::write_file;

// A log on disk, and a case with one finding on its second line.
class Explained : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_.file("evidence/iis"));
    write_file(log_path(), kLog);
    write_case(log_path(), kLog);
  }
  void write_case(const std::string& item_path, const std::string& bytes,
                  const std::string& limits_changed = {}, std::uint64_t offset_bytes = 11,
                  std::uint32_t length_bytes = 12) {
    Finding finding = testing_sample::plain_finding();
    finding.item = item_path;
    finding.offset_bytes = offset_bytes;
    finding.length_bytes = length_bytes;
    CaseItem item;
    item.item.path = item_path;
    item.item.size_bytes = bytes.size();
    item.item.type = "w3c";
    item.item.sha256 = sha256(as_bytes(bytes));
    Result<CaseWriter> writer = CaseWriter::create(folder_.file("x.case"), true);
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE(writer.value().add_fact("limits_changed", limits_changed).ok());
    ASSERT_TRUE(writer.value().add_item(item).ok());
    // An archive is an item, too.
    CaseItem archive;
    archive.item.path = item_path.substr(0, item_path.find(".tar!/") + 4);
    archive.item.type = "tar";
    if (archive.item.path.ends_with(".tar")) {
      ASSERT_TRUE(writer.value().add_item(archive).ok());
    }
    ASSERT_TRUE(writer.value().add_rule(testing_sample::sample_rules()[0]).ok());
    ASSERT_TRUE(writer.value().add_finding(finding).ok());
    ASSERT_TRUE(writer.value().finish().ok());
  }
  std::string explained(const std::string& id, const std::string& evidence = {}) {
    const Result<CaseReader> reader = CaseReader::open(folder_.file("x.case"));
    EXPECT_TRUE(reader.ok());
    std::string text;
    Output out([&](std::string_view piece) {
      text += piece;
      return Status();
    });
    const Status status = explain(reader.value(), id, {"x.case", evidence, {}}, out);
    EXPECT_TRUE(status.ok()) << status.error().message;
    return text;
  }
  bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }
  std::string log_path() const { return folder_.file("evidence/iis/u_ex.log"); }

  static constexpr char kLog[] = "first line\nsecond line\nthird line\n";
  TemporaryFolder folder_;
};

TEST_F(Explained, ShowsTheRuleTheReasonsAndTheBytes) {
  const std::string text = explained("00a1");
  for (const char* part :
       {"Server-side request through a cookie  high", "Sample Author", "rules/web/ssrf.yml:1",
        "2021-03-14T06:40:10Z", "endswith: .js", "at byte  4,120", "stem?query", "T1190",
        "sc-status", "title: Server-side request", "still has the SHA-256", "73 65 63 6f 6e 64",
        "second line"}) {
    EXPECT_TRUE(has(text, part)) << part << "\n" << text;
  }
}

TEST_F(Explained, SaysWhenTheEvidenceHasChanged) {
  write_file(log_path(), "first line\nSECOND line\nthird line\n");
  const std::string text = explained("00a1");
  EXPECT_TRUE(has(text, "has changed since it was hunted")) << text;
  EXPECT_TRUE(has(text, to_hex(sha256(as_bytes(kLog))))) << "names both digests";
  EXPECT_FALSE(has(text, "SECOND")) << "other bytes are not shown as the finding's";
}

// A forged case may name bytes that are not there; the item's digest is right all the same.
TEST_F(Explained, VouchesForNoBytesThatAreNotThere) {
  const std::vector<std::pair<std::uint64_t, std::uint32_t>> wrong = {
      {100'000, 12}, {11, 1'000}, {11, 0}, {INT64_MAX, 12}};
  for (const auto& [offset_bytes, length_bytes] : wrong) {
    write_case(log_path(), kLog, {}, offset_bytes, length_bytes);
    const std::string text = explained("00a1");
    EXPECT_TRUE(has(text, "no hunt wrote this finding so")) << text;
    EXPECT_FALSE(has(text, "read again from")) << text;
  }
}

TEST_F(Explained, SaysWhenTheEvidenceIsGoneAndFindsItElsewhere) {
  std::filesystem::create_directories(folder_.file("moved/iis"));
  std::filesystem::rename(log_path(), folder_.file("moved/iis/u_ex.log"));
  EXPECT_TRUE(has(explained("00a1"), "not here any more"));
  EXPECT_TRUE(has(explained("00a1"), "--evidence"));
  EXPECT_TRUE(has(explained("00a1", folder_.file("moved")), "still has the SHA-256"));
  EXPECT_TRUE(has(explained("00a1", folder_.file("moved/iis/u_ex.log")), "still has the SHA-256"));
  EXPECT_TRUE(has(explained("00a1", folder_.file("nowhere")), "is not in"));
}

std::string octal_of(std::size_t number) {
  std::string digits(11, '0');
  for (std::size_t i = digits.size(); i-- > 0; number /= 8)
    digits[i] = static_cast<char>('0' + number % 8);
  return digits;
}

// A stored (not compressed) tar of one member, by the format's own rules (POSIX ustar).
std::string tar_of(const std::string& name, const std::string& bytes) {
  std::string header(512, '\0');
  header.replace(0, name.size(), name);
  header.replace(100, 7, "0000644");
  header.replace(124, 11, octal_of(bytes.size()));
  header.replace(136, 11, "00000000000");
  header.replace(148, 8, "        ");
  header[156] = '0';
  header.replace(257, 8,
                 std::string("ustar\0"
                             "00",
                             8));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  std::string digits(6, '0');
  for (std::size_t i = 6; i-- > 0; sum /= 8) digits[i] = static_cast<char>('0' + sum % 8);
  header.replace(148, 8, digits + std::string("\0 ", 2));
  std::string out = header + bytes;
  out.resize((out.size() + 511) / 512 * 512);
  return out + std::string(1024, '\0');
}

TEST_F(Explained, ReadsMembersOfArchivesAgain) {
  const std::string archive = folder_.file("evidence/logs.tar");
  write_file(archive, tar_of("iis/u_ex.log", kLog));
  write_case(archive + "!/iis/u_ex.log", kLog);
  EXPECT_TRUE(has(explained("00a1"), "still has the SHA-256")) << explained("00a1");
  EXPECT_TRUE(has(explained("00a1"), "second line"));
  write_file(archive, tar_of("iis/other.log", kLog));
  EXPECT_TRUE(has(explained("00a1"), "has no member"));
}

TEST_F(Explained, FindsEvidenceInAFolderWhoseNameEndsLikeAnArchive) {
  std::filesystem::create_directories(folder_.file("evidence/odd!"));
  const std::string log = folder_.file("evidence/odd!/u_ex.log");
  write_file(log, kLog);
  write_case(log, kLog);
  EXPECT_TRUE(has(explained("00a1"), "still has the SHA-256"));
  std::filesystem::create_directories(folder_.file("moved"));
  std::filesystem::rename(log, folder_.file("moved/u_ex.log"));
  for (const char* now : {"moved", "moved/u_ex.log"})
    EXPECT_TRUE(has(explained("00a1", folder_.file(now)), "still has the SHA-256")) << now;
  const std::string archive = folder_.file("evidence/odd!/logs.tar");
  write_file(archive, tar_of("odd!!/u_ex.log", kLog));
  write_case(archive + "!/odd!!!!/u_ex.log", kLog);
  EXPECT_TRUE(has(explained("00a1"), "still has the SHA-256")) << explained("00a1");
  std::filesystem::rename(archive, folder_.file("moved/logs.tar"));
  for (const char* now : {"moved", "moved/logs.tar"})
    EXPECT_TRUE(has(explained("00a1", folder_.file(now)), "still has the SHA-256")) << now;
}

TEST_F(Explained, SaysThatRunsOfTextAreAsTheyLie) {
  std::string bytes(11, '\0');
  for (const char c : std::string("$words")) bytes += std::string{c, '\0'};
  write_file(log_path(), bytes);
  write_case(log_path(), bytes);
  const std::string text = explained("00a1");
  EXPECT_TRUE(has(text, "Runs of text in it (UTF-16)\nAs they lie: ")) << text;
  EXPECT_TRUE(has(text, "0000000b  $words\n")) << text;
}

TEST_F(Explained, ReadsAgainWithTheLimitsOfTheHuntAndSaysWhatALimitHid) {
  std::string packed = kLog;
  std::string member;
  for (int depth = 0; depth < 10; ++depth) {
    const std::string name = depth == 0 ? "u_ex.log" : "a" + std::to_string(depth) + ".tar";
    packed = tar_of(name, packed);
    member = "!/" + name + member;
  }
  const std::string archive = folder_.file("evidence/nested.tar");
  write_file(archive, packed);
  const auto with_limits = [&](const std::string& changed) {
    write_case(archive + member, kLog, changed);
    return explained("00a1");
  };
  EXPECT_TRUE(has(with_limits("archive-depth=12"), "still has the SHA-256")) << explained("00a1");
  for (const char* changed : {"", "archive-depth=5"}) {
    const std::string text = with_limits(changed);
    EXPECT_FALSE(has(text, "any more")) << "it is still there\n" << text;
    EXPECT_TRUE(has(text, "but not all of it could be read now: The limit archive-depth")) << text;
  }
  // Whoever forged the case gets no more than eight times the default.
  EXPECT_TRUE(has(with_limits("archive-depth=64 archive-bytes=10"),
                  "The limit archive-bytes (10) was reached"))
      << explained("00a1");
  const std::string greedy = with_limits("archive-depth=65 archive-bytes=10");
  EXPECT_TRUE(has(greedy, "The hunt ran with archive-depth=65; a case can ask here for 64 at most"))
      << greedy;
  EXPECT_TRUE(
      has(with_limits("archive-depth=many"), "The limits of the hunt cannot be read from the case"))
      << explained("00a1");
}

TEST(GrantedLimits, AreBounded) {
  const Limits defaults;
  const GrantedLimits granted =
      granted_limits({{"limits_changed", "archive-depth=64 items=18446744073709551615"}});
  EXPECT_EQ(granted.limits.archive_depth, 64U);
  EXPECT_EQ(granted.limits.items, defaults.items * kRaisedAtMost);
  EXPECT_EQ(granted.limits.archive_ratio, defaults.archive_ratio);
  EXPECT_TRUE(granted.note.starts_with("The hunt ran with items=18446744073709551615;"));
  EXPECT_EQ(granted_limits({}).note, "");
}

TEST_F(Explained, ExplainsARule) {
  const std::string text = explained("f0000000-0000-4000-8000-000000000001");
  for (const char* part : {"state       ran", "40,000 events", "1,250 findings, 1 kept in full",
                           "https://example.org/advisory", "log source  service webserver"}) {
    EXPECT_TRUE(has(text, part)) << part << "\n" << text;
  }
}

// Such a rule stands in no file, and files do not happen.
TEST_F(Explained, SaysWhatARuleOfTheProgramsOwnIs) {
  Finding finding = testing_sample::plain_finding();
  finding.item = log_path();
  finding.rule_id = "script-sample";
  finding.precision = TimePrecision::kUnknown;
  LedgerEntry entry;
  entry.rule_id = "script-sample";
  entry.rule_title = "Script that is a sample";
  entry.kind = "analysis";
  entry.file = "built in";
  entry.log_source = "file/script";
  LedgerEntry other = entry;
  other.rule_id = "web-sample";
  other.log_source = "file/web_root";
  Result<CaseWriter> writer = CaseWriter::create(folder_.file("x.case"), true);
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE(writer.value().add_rule(entry).ok());
  ASSERT_TRUE(writer.value().add_rule(other).ok());
  ASSERT_TRUE(writer.value().add_finding(finding).ok());
  ASSERT_TRUE(writer.value().finish().ok());
  for (const std::string& text : {explained("00a1"), explained("script-sample")}) {
    EXPECT_TRUE(has(text, "file        built in\n")) << text;
    EXPECT_TRUE(has(text, "The rule\n  Part of the program: it reads a script as its server does"))
        << text;
    EXPECT_FALSE(has(text, "read the file")) << text;
  }
  EXPECT_TRUE(has(explained("00a1"), "time        none: a file does not say when; ")) << "a file";
  EXPECT_FALSE(has(explained("00a1"), "record")) << explained("00a1");
  EXPECT_TRUE(has(explained("web-sample"), "Part of the program: it compares what lies around"));
}

TEST_F(Explained, RefusesAnUnknownId) {
  const Result<CaseReader> reader = CaseReader::open(folder_.file("x.case"));
  ASSERT_TRUE(reader.ok());
  Output out([](std::string_view) { return Status(); });
  const Status status = explain(reader.value(), "feed", {"x.case", "", {}}, out);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kNotFound);
}

TEST(HexDump, AddressesTheItem) {
  EXPECT_EQ(hex_dump("0123456789abcdef\x01z", 0x1000),
            "00001000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef\n"
            "00001010  01 7a                                             .z\n");
}

TEST(Utf16Runs, FindsWordsAtAnyAlignment) {
  const std::string bytes(
      "\x01"
      "c\0m\0d\0.\0e\0x\0e\0\0\0ab\0",
      20);
  const std::vector<TextRun> runs = utf16_runs(bytes, 4, 10);
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].offset_bytes, 1U);
  EXPECT_EQ(runs[0].text, "cmd.exe");
  EXPECT_TRUE(utf16_runs(bytes, 8, 10).empty());
}

}  // namespace
}  // namespace pugmark

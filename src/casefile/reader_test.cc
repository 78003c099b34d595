#include <algorithm>
#include <fmt/format.h>
#include <sqlite3.h>

#include "casefile/casefile.h"
#include "casefile/sample_testing.h"

namespace pugmark {
namespace {

using testing::TemporaryFolder;
using testing_sample::contents;
using testing_sample::write_file;
using testing_sample::write_sample;

template <class T>
std::vector<T> all(const CaseReader& reader,
                   Status (CaseReader::*read)(const std::function<bool(const T&)>&) const) {
  std::vector<T> out;
  const Status status = (reader.*read)([&](const T& row) {
    out.push_back(row);
    return true;
  });
  EXPECT_TRUE(status.ok()) << status.error().message;
  return out;
}

void expect_equal(const Finding& a, const Finding& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.rule_id, b.rule_id);
  EXPECT_EQ(a.rule_title, b.rule_title);
  EXPECT_EQ(a.level, b.level);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.verdict, b.verdict);
  EXPECT_EQ(a.precision, b.precision);
  EXPECT_EQ(a.time, b.time);
  EXPECT_EQ(a.time_shift_s, b.time_shift_s);
  EXPECT_EQ(a.item, b.item);
  EXPECT_EQ(a.offset_bytes, b.offset_bytes);
  EXPECT_EQ(a.length_bytes, b.length_bytes);
  EXPECT_EQ(a.record_id, b.record_id);
  EXPECT_EQ(a.channel, b.channel);
  EXPECT_EQ(a.event_id, b.event_id);
  EXPECT_EQ(a.provider, b.provider);
  EXPECT_EQ(a.computer, b.computer);
  EXPECT_EQ(a.recovered, b.recovered);
  EXPECT_EQ(a.techniques, b.techniques);
  EXPECT_EQ(a.tags, b.tags);
  EXPECT_EQ(a.fields, b.fields);
  ASSERT_EQ(a.because.size(), b.because.size());
  for (std::size_t i = 0; i < a.because.size(); ++i) {
    EXPECT_EQ(a.because[i].field, b.because[i].field);
    EXPECT_EQ(text_of(a.because[i], a), text_of(b.because[i], b));
    EXPECT_EQ(a.because[i].pattern, b.because[i].pattern);
    EXPECT_EQ(a.because[i].offset_bytes, b.because[i].offset_bytes);
    EXPECT_EQ(a.because[i].reading, b.because[i].reading);
  }
  ASSERT_EQ(a.related.size(), b.related.size());
  for (std::size_t i = 0; i < a.related.size(); ++i) {
    EXPECT_EQ(a.related[i].rule_id, b.related[i].rule_id);
    EXPECT_EQ(a.related[i].item, b.related[i].item);
    EXPECT_EQ(a.related[i].offset_bytes, b.related[i].offset_bytes);
    EXPECT_EQ(a.related[i].length_bytes, b.related[i].length_bytes);
    EXPECT_EQ(a.related[i].precision, b.related[i].precision);
    EXPECT_EQ(a.related[i].time, b.related[i].time);
  }
}

TEST(CaseReader, GivesBackEveryFinding) {
  const TemporaryFolder folder;
  write_sample(folder.file("x.case"));
  const Result<CaseReader> reader = CaseReader::open(folder.file("x.case"));
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  const std::vector<Finding> found = all<Finding>(reader.value(), &CaseReader::findings);
  ASSERT_EQ(found.size(), 3U);
  expect_equal(found[0], testing_sample::correlation_finding());
  expect_equal(found[1], testing_sample::plain_finding());
  expect_equal(found[2], testing_sample::windows_finding());
}

TEST(CaseReader, GivesBackItemsGapsAndFacts) {
  const TemporaryFolder folder;
  write_sample(folder.file("x.case"));
  const Result<CaseReader> reader = CaseReader::open(folder.file("x.case"));
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  EXPECT_EQ(reader.value().facts().value(), testing_sample::sample_facts());
  const auto items = all<CaseItem>(reader.value(), &CaseReader::items);
  const auto items_in = testing_sample::sample_items();
  ASSERT_EQ(items.size(), items_in.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ(items[i].item.path, items_in[i].item.path);
    EXPECT_EQ(items[i].item.size_bytes, items_in[i].item.size_bytes);
    EXPECT_EQ(items[i].item.sha256, items_in[i].item.sha256);
    EXPECT_EQ(items[i].item.type, items_in[i].item.type);
    EXPECT_EQ(items[i].item.events_count, items_in[i].item.events_count);
    EXPECT_EQ(items[i].item.read_bytes, items_in[i].item.read_bytes);
    EXPECT_EQ(items[i].item.unread_bytes, items_in[i].item.unread_bytes);
    EXPECT_EQ(items[i].duplicate_of, items_in[i].duplicate_of);
    EXPECT_EQ(items[i].clock, items_in[i].clock);
    EXPECT_EQ(items[i].time_shift_s, items_in[i].time_shift_s);
    EXPECT_EQ(items[i].gaps_count, items_in[i].gaps_count);
  }
  const auto gaps = all<CaseGap>(reader.value(), &CaseReader::gaps);
  const auto gaps_in = testing_sample::sample_gaps();
  ASSERT_EQ(gaps.size(), gaps_in.size());
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    EXPECT_EQ(gaps[i].item, gaps_in[i].item);
    EXPECT_EQ(gaps[i].offset_bytes, gaps_in[i].offset_bytes);
    EXPECT_EQ(gaps[i].length_bytes, gaps_in[i].length_bytes);
    EXPECT_EQ(gaps[i].kind, gaps_in[i].kind);
    EXPECT_EQ(gaps[i].what, gaps_in[i].what);
  }
}

TEST(CaseReader, GivesBackRulesAndCoverage) {
  const TemporaryFolder folder;
  write_sample(folder.file("x.case"));
  const Result<CaseReader> reader = CaseReader::open(folder.file("x.case"));
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  const auto rules = all<LedgerEntry>(reader.value(), &CaseReader::rules);
  const auto rules_in = testing_sample::sample_rules();
  ASSERT_EQ(rules.size(), rules_in.size());
  for (std::size_t i = 0; i < rules.size(); ++i) {
    EXPECT_EQ(rules[i].rule_id, rules_in[i].rule_id);
    EXPECT_EQ(rules[i].rule_title, rules_in[i].rule_title);
    EXPECT_EQ(rules[i].kind, rules_in[i].kind);
    EXPECT_EQ(rules[i].level, rules_in[i].level);
    EXPECT_EQ(rules[i].author, rules_in[i].author);
    EXPECT_EQ(rules[i].file, rules_in[i].file);
    EXPECT_EQ(rules[i].line, rules_in[i].line);
    EXPECT_EQ(rules[i].log_source, rules_in[i].log_source);
    EXPECT_EQ(rules[i].state, rules_in[i].state);
    EXPECT_EQ(rules[i].why, rules_in[i].why);
    EXPECT_EQ(rules[i].events_count, rules_in[i].events_count);
    EXPECT_EQ(rules[i].findings_count, rules_in[i].findings_count);
    EXPECT_EQ(rules[i].kept_count, rules_in[i].kept_count);
    EXPECT_EQ(rules[i].techniques, rules_in[i].techniques);
    EXPECT_EQ(rules[i].references, rules_in[i].references);
    EXPECT_EQ(rules[i].text, rules_in[i].text);
  }
  const auto coverage = all<Coverage>(reader.value(), &CaseReader::coverage);
  const auto coverage_in = testing_sample::sample_coverage();
  ASSERT_EQ(coverage.size(), coverage_in.size());
  for (std::size_t i = 0; i < coverage.size(); ++i) {
    EXPECT_EQ(coverage[i].computer, coverage_in[i].computer);
    EXPECT_EQ(coverage[i].source, coverage_in[i].source);
    EXPECT_EQ(coverage[i].precision, coverage_in[i].precision);
    EXPECT_EQ(coverage[i].first, coverage_in[i].first);
    EXPECT_EQ(coverage[i].last, coverage_in[i].last);
    EXPECT_EQ(coverage[i].events_count, coverage_in[i].events_count);
    EXPECT_EQ(coverage[i].holes.size(), coverage_in[i].holes.size());
    EXPECT_EQ(coverage[i].time_shift_s, coverage_in[i].time_shift_s);
    EXPECT_EQ(coverage[i].shifted_items_count, coverage_in[i].shifted_items_count);
    EXPECT_EQ(coverage[i].clock, coverage_in[i].clock);
    EXPECT_EQ(coverage[i].items, coverage_in[i].items);
    EXPECT_EQ(coverage[i].techniques, coverage_in[i].techniques);
  }
}

void expect_equal(const FileAttributes& a, const FileAttributes& b) {
  EXPECT_EQ(a.modified_ns, b.modified_ns);
  EXPECT_EQ(a.changed_ns, b.changed_ns);
  EXPECT_EQ(a.created_ns, b.created_ns);
  EXPECT_EQ(a.accessed_ns, b.accessed_ns);
  EXPECT_EQ(a.precision, b.precision);
  EXPECT_EQ(a.source, b.source);
  EXPECT_EQ(a.owner_id, b.owner_id);
  EXPECT_EQ(a.mode, b.mode);
  ASSERT_EQ(a.owner_name == nullptr, b.owner_name == nullptr);
  if (a.owner_name != nullptr) {
    EXPECT_EQ(*a.owner_name, *b.owner_name);
  }
}

TEST(CaseReader, GivesBackFiles) {
  const TemporaryFolder folder;
  write_sample(folder.file("x.case"));
  const Result<CaseReader> reader = CaseReader::open(folder.file("x.case"));
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  const auto files = all<ExaminedFile>(reader.value(), &CaseReader::files);
  const auto files_in = testing_sample::sample_files();
  ASSERT_EQ(files.size(), files_in.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(files[i].path, files_in[i].path);
    EXPECT_EQ(files[i].size_bytes, files_in[i].size_bytes);
    EXPECT_EQ(files[i].sha256, files_in[i].sha256);
    EXPECT_EQ(files[i].md5, files_in[i].md5);
    EXPECT_EQ(files[i].sha1, files_in[i].sha1);
    EXPECT_EQ(files[i].language, files_in[i].language);
    EXPECT_EQ(files[i].encoding, files_in[i].encoding);
    EXPECT_EQ(files[i].verdict, files_in[i].verdict);
    EXPECT_EQ(files[i].kind, files_in[i].kind);
    EXPECT_EQ(files[i].score, files_in[i].score);
    EXPECT_EQ(files[i].key, files_in[i].key);
    EXPECT_EQ(files[i].rules, files_in[i].rules);
    EXPECT_EQ(files[i].unlisted_steps_count, files_in[i].unlisted_steps_count);
    expect_equal(files[i].attributes, files_in[i].attributes);
    ASSERT_EQ(files[i].steps.size(), files_in[i].steps.size());
    for (std::size_t j = 0; j < files[i].steps.size(); ++j) {
      const FileStep& a = files[i].steps[j];
      const FileStep& b = files_in[i].steps[j];
      EXPECT_EQ(a.role, b.role);
      EXPECT_EQ(a.what, b.what);
      EXPECT_EQ(a.text, b.text);
      EXPECT_EQ(a.offset_bytes, b.offset_bytes);
      EXPECT_EQ(a.length_bytes, b.length_bytes);
      EXPECT_EQ(a.layer, b.layer);
    }
  }
  const auto heads = all<ExaminedFile>(reader.value(), &CaseReader::file_heads);
  ASSERT_EQ(heads.size(), files_in.size());
  EXPECT_EQ(heads[0].key, files_in[0].key);
  EXPECT_TRUE(heads[0].steps.empty());
}

TEST(CaseReader, FindsAFindingByAPrefixOfItsId) {
  const TemporaryFolder folder;
  write_sample(folder.file("x.case"));
  const Result<CaseReader> reader = CaseReader::open(folder.file("x.case"));
  ASSERT_TRUE(reader.ok());
  const Result<Finding> found = reader.value().finding("00ff");
  ASSERT_TRUE(found.ok()) << found.error().message;
  expect_equal(found.value(), testing_sample::windows_finding());
  EXPECT_EQ(reader.value().finding("00a").error().code, ErrorCode::kNotFound) << "three digits";
  EXPECT_EQ(reader.value().finding("ffff").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(reader.value().rule("nobody").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(reader.value().rule("f0000000-0000-4000-8000-000000000002").value().rule_title,
            "Web server starts a shell");
  EXPECT_EQ(reader.value().item("evidence/caf\xe9.log").value().duplicate_of, "evidence/old.log");
}

TEST(CaseReader, FindsARuleByTheBeginningOfItsIdIfOnlyOneBeginsSo) {
  const TemporaryFolder folder;
  Result<CaseWriter> writer = CaseWriter::create(folder.file("x.case"), false);
  ASSERT_TRUE(writer.ok());
  LedgerEntry entry = testing_sample::sample_rules().front();
  for (const char* id : {"aaaaaaaa-0000-1", "aaaaaaaa-0000-2", "bbbbbbbb-0000-1", "bbbbbbbb-0000-1",
                         "cccccccc", "cccccccc-0000-1", "short"}) {
    entry.rule_id = id;
    ASSERT_TRUE(writer.value().add_rule(entry).ok());
  }
  ASSERT_TRUE(writer.value().finish().ok());
  const Result<CaseReader> reader = CaseReader::open(folder.file("x.case"));
  ASSERT_TRUE(reader.ok());
  const CaseReader& rules = reader.value();
  EXPECT_EQ(rules.rule("aaaaaaaa-0000-2").value().rule_id, "aaaaaaaa-0000-2");
  EXPECT_EQ(rules.rule("aaaaaaaa").error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(rules.rule("bbbbbbbb").value().rule_id, "bbbbbbbb-0000-1") << "one id, two documents";
  EXPECT_EQ(rules.rule("cccccccc").value().rule_id, "cccccccc") << "the whole id comes first";
  EXPECT_EQ(rules.rule("bbbbbbb").error().code, ErrorCode::kNotFound) << "seven characters";
  EXPECT_EQ(rules.rule("short").value().rule_id, "short");
}

TEST(CaseReader, TooLittleMemoryIsNoDamage) {
  const TemporaryFolder folder;
  write_sample(folder.file("x.case"));
  const Result<CaseReader> reader = CaseReader::open(folder.file("x.case"));
  ASSERT_TRUE(reader.ok());
  sqlite3_hard_heap_limit64(1);
  const Result<CaseFacts> facts = reader.value().facts();
  sqlite3_hard_heap_limit64(0);
  sqlite3_soft_heap_limit64(0);  // was lowered with the other
  ASSERT_FALSE(facts.ok());
  EXPECT_EQ(facts.error().message,
            folder.file("x.case") + ": cannot be read, there is not enough memory");
  EXPECT_NE(facts.error().hint.find("more memory"), std::string::npos);
}

TEST(CaseReader, RefusesAnAmbiguousPrefix) {
  const TemporaryFolder folder;
  Result<CaseWriter> writer = CaseWriter::create(folder.file("x.case"), false);
  ASSERT_TRUE(writer.ok());
  Finding finding = testing_sample::plain_finding();
  for (const char* id : {"aaaa000000000001", "aaaa000000000002"}) {
    finding.id = id;
    ASSERT_TRUE(writer.value().add_finding(finding).ok());
  }
  ASSERT_TRUE(writer.value().finish().ok());
  const Result<CaseReader> reader = CaseReader::open(folder.file("x.case"));
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(reader.value().finding("aaaa").error().code, ErrorCode::kInvalidInput);
  EXPECT_TRUE(reader.value().finding("aaaa000000000002").ok());
}

TEST(CaseReader, TellsWhatIsNoCase) {
  const TemporaryFolder folder;
  EXPECT_EQ(CaseReader::open(folder.file("none")).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(CaseReader::open(folder.path()).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(CaseReader::open("/dev/null").error().code, ErrorCode::kInvalidInput);
  write_file(folder.file("empty"), "");
  EXPECT_EQ(CaseReader::open(folder.file("empty")).error().code, ErrorCode::kDamaged);
  write_file(folder.file("text"), std::string(5000, 'x'));
  const Result<CaseReader> text = CaseReader::open(folder.file("text"));
  EXPECT_EQ(text.error().code, ErrorCode::kDamaged);
  EXPECT_NE(text.error().message.find("no SQLite database"), std::string::npos);
}

// Every sample with one change made behind the program's back by another SQLite client.
class TamperedCase : public ::testing::TestWithParam<const char*> {};

void run_sql(const std::string& path, const char* sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  char* message = nullptr;
  EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, &message), SQLITE_OK) << message << sql;
  sqlite3_free(message);
  sqlite3_close(database);
}

// The first column of every row, as text.
std::vector<std::string> rows_of(const std::string& path, const char* sql) {
  std::vector<std::string> rows;
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  const auto add = [](void* out, int, char** columns, char**) {
    static_cast<std::vector<std::string>*>(out)->emplace_back(columns[0]);
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(database, sql, add, &rows, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  sqlite3_close(database);
  return rows;
}

Status read_everything(const CaseReader& reader) {
  if (const Result<CaseFacts> facts = reader.facts(); !facts.ok()) return facts.error();
  for (const Status& status : {reader.items([](const CaseItem&) { return true; }),
                               reader.gaps([](const CaseGap&) { return true; }),
                               reader.rules([](const LedgerEntry&) { return true; }),
                               reader.coverage([](const Coverage&) { return true; }),
                               reader.files([](const ExaminedFile&) { return true; }),
                               reader.findings([](const Finding&) { return true; })}) {
    if (!status.ok()) return status;
  }
  return {};
}

TEST_P(TamperedCase, IsDamaged) {
  const TemporaryFolder folder;
  const std::string path = folder.file("x.case");
  write_sample(path);
  run_sql(path, GetParam());
  const Result<CaseReader> reader = CaseReader::open(path);
  const Status status = reader.ok() ? read_everything(reader.value()) : Status(reader.error());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kDamaged) << status.error().message;
  EXPECT_NE(status.error().message.find("x.case"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    OneChange, TamperedCase,
    ::testing::Values(
        "CREATE TABLE extra (a)", "DROP VIEW gaps_by_kind", "DROP INDEX findings_id",
        "CREATE TRIGGER t AFTER INSERT ON gaps BEGIN SELECT 1; END",
        "DROP VIEW gaps_by_kind; CREATE VIEW gaps_by_kind AS SELECT 1",
        "UPDATE files SET verdict = 'guilty'", "UPDATE files SET kind = 'virus'",
        "UPDATE files SET score = 1.5", "UPDATE files SET score = -0.5",
        "UPDATE files SET size_bytes = -1", "UPDATE files SET md5 = printf('%032d', 'g')||''"
        ", sha1 = replace(printf('%40s', ''), ' ', 'g')",
        "UPDATE files SET modified = '2021-13-01T00:00:00Z'",
        "UPDATE files SET created = '2021-03-14T06:40:10.5Z'",
        "UPDATE files SET attributes_from = 'hearsay'", "UPDATE files SET owner_id = 4294967296",
        "UPDATE files SET mode = 65536", "UPDATE files SET unlisted_steps = -1",
        "UPDATE files SET rules = '[1]'", "UPDATE files SET steps = '[{}]'",
        "UPDATE files SET steps = replace(steps, 'source', 'origin')",
        "UPDATE files SET path = 7",
        "ALTER TABLE gaps ADD COLUMN more INTEGER", "UPDATE finding_rules SET level = 'worst'",
        "UPDATE finding_rules SET verdict = 'perhaps'", "UPDATE finding_rules SET rule_id = 7",
        "UPDATE finding_rules SET techniques = '[1]'",
        "UPDATE finding_rules SET techniques = '[\"a\"'",
        "UPDATE finding_rules SET tags = '[\"\\ud800\"]'",
        "UPDATE finding_sources SET event_id = 4294967296",
        "UPDATE finding_sources SET event_id = -1",
        "UPDATE finding_events SET time = '2021-03-14 06:40:10'",
        "UPDATE finding_events SET time = '2021-13-14T06:40:10Z'",
        "UPDATE finding_events SET offset_bytes = -1",
        "UPDATE finding_events SET length_bytes = 4294967296",
        "UPDATE finding_events SET record_id = 'many'", "UPDATE finding_events SET record_id = 1.5",
        "UPDATE finding_events SET record_id = '18446744073709551616'",
        "UPDATE finding_events SET recovered = 2",
        "UPDATE finding_events SET time_shift_s = 9223372036854775807",
        "UPDATE finding_events SET fields = '{\"a\":1}'",
        "UPDATE finding_events SET fields = '{\"a\":\"b\"'",
        // the comparisons that name a field's value find none
        "UPDATE finding_events SET fields = '{}'", "UPDATE finding_events SET source = 99",
        "UPDATE finding_matches SET event = 99", "UPDATE finding_matches SET rule = 99",
        "DELETE FROM finding_sources",
        "UPDATE finding_matches SET because = replace(because, '4120', '-5')",
        "UPDATE finding_matches SET because = replace(because, '4120', '041')",
        "UPDATE finding_matches SET because = '[{}]'", "UPDATE related SET time = 'yesterday'",
        "UPDATE gaps SET kind = 'odd'", "UPDATE items SET size_bytes = -1",
        "UPDATE items SET sha256 = replace(sha256, substr(sha256, 1, 1), 'Z')",
        "UPDATE items SET number = number + 5000000000", "UPDATE rules SET state = 'perhaps'",
        "UPDATE rules SET line = -1", "UPDATE coverage SET holes = '[\"x\"]' WHERE number = 1",
        "UPDATE coverage SET first = '2021-03-01T00:00:00.5Z' WHERE number = 1",
        "UPDATE facts SET value = 5"));

TEST(CaseReader, RefusesAnotherFormatAndAnotherProgram) {
  const TemporaryFolder folder;
  const std::string path = folder.file("x.case");
  write_sample(path);
  run_sql(path, "PRAGMA user_version = 99");
  EXPECT_EQ(CaseReader::open(path).error().code, ErrorCode::kUnsupported);
  run_sql(path, "PRAGMA application_id = 1");
  EXPECT_EQ(CaseReader::open(path).error().code, ErrorCode::kDamaged);
}

TEST(CaseReader, ATruncatedCaseIsNeverTakenForWhole) {
  const TemporaryFolder folder;
  write_sample(folder.file("x.case"));
  const std::string whole = contents(folder.file("x.case"));
  for (std::size_t size = 0; size < whole.size(); size += 512) {
    write_file(folder.file("cut.case"), whole.substr(0, size));
    const Result<CaseReader> reader = CaseReader::open(folder.file("cut.case"));
    const bool ok = reader.ok() && read_everything(reader.value()).ok();
    EXPECT_FALSE(ok) << size << " of " << whole.size() << " bytes";
  }
}

// Whoever has just written a case need not look at its structure; values are looked at all the
// same.
TEST(CaseReader, TrustsNoValueOfWhatWasJustWritten) {
  const TemporaryFolder folder;
  const std::string path = folder.file("x.case");
  write_sample(path);
  const Result<CaseReader> sound = CaseReader::open_just_written(path);
  ASSERT_TRUE(sound.ok());
  EXPECT_TRUE(read_everything(sound.value()).ok());
  run_sql(path, "UPDATE rules SET line = -1");
  const Result<CaseReader> changed = CaseReader::open_just_written(path);
  ASSERT_TRUE(changed.ok());
  EXPECT_EQ(read_everything(changed.value()).error().code, ErrorCode::kDamaged);
  run_sql(path, "CREATE TABLE more (x)");
  EXPECT_EQ(CaseReader::open_just_written(path).error().code, ErrorCode::kDamaged);
}

// A hot journal beside the case would be rolled back into it by an ordinary client.
TEST(CaseReader, LooksAtNoJournalBesideTheCase) {
  const TemporaryFolder folder;
  write_sample(folder.file("x.case"));
  write_file(folder.file("x.case-journal"), std::string(4096, '\xd9'));
  write_file(folder.file("x.case-wal"), std::string(4096, '\x37'));
  const std::string before = contents(folder.file("x.case"));
  ASSERT_TRUE(CaseReader::open(folder.file("x.case")).ok());
  EXPECT_TRUE(before == contents(folder.file("x.case")));
  EXPECT_EQ(folder.names().size(), 3U);
}

TEST(CaseReader, OpensNamesWithAnyCharacters) {
  const TemporaryFolder folder;
  for (const char* name : {"a b?mode=rw#%41.case", "caf\xc3\xa9.case", "bad\xe9.case"}) {
    write_sample(folder.file(name));
    EXPECT_TRUE(CaseReader::open(folder.file(name)).ok()) << name;
  }
}

// What a stranger sees with any client of SQLite is what this program says.
TEST(CaseReader, TheViewsSayWhatTheReaderSays) {
  const TemporaryFolder folder;
  const std::string path = folder.file("x.case");
  write_sample(path);
  const Result<CaseReader> reader = CaseReader::open(path);
  ASSERT_TRUE(reader.ok());
  std::vector<std::string> expected;
  std::int64_t number = 0;
  for (const Finding& finding : all<Finding>(reader.value(), &CaseReader::findings)) {
    ++number;
    for (const Because& one : finding.because)
      expected.push_back(fmt::format("{}|{}|{}", number, one.field, one.pattern));
    for (const auto& [name, value] : finding.fields) {
      std::string seen_value = value;
      // The byte that is not UTF-8 is a character when others read it.
      if (value == testing_sample::kHostile)
        seen_value.replace(value.size() - 1, 1, "\xee\xbf\xbf");
      expected.push_back(fmt::format("{}|{}|{}", number, name, seen_value));
    }
    expected.push_back(fmt::format("{}|{}|{}", number, finding.rule_title, finding.item));
  }
  std::vector<std::string> seen =
      rows_of(path,
              "SELECT finding || '|' || field || '|' || pattern FROM because UNION ALL"
              " SELECT finding || '|' || name || '|' || value FROM fields"
              " UNION ALL SELECT number || '|' || rule_title || '|' || item FROM findings");
  std::sort(expected.begin(), expected.end());
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(rows_of(path, "SELECT value FROM because WHERE field = 'cs-uri-stem'"),
            std::vector<std::string>{"/ecp/y.js"})
      << "stored as null: it is the whole value of the field";
  EXPECT_EQ(rows_of(path, "SELECT value FROM because WHERE field = 'cs-uri-query'"),
            std::vector<std::string>{"/ecp/y.js?a=1"});
}

// A small file in which every finding repeats one long text would keep a reader busy for ever.
TEST(CaseReader, RefusesACaseThatSaysFarMoreThanItHolds) {
  const TemporaryFolder folder;
  const std::string path = folder.file("x.case");
  write_sample(path);
  run_sql(path,
          "UPDATE finding_rules SET rule_title = replace(hex(zeroblob(400000)), '0', 'x');"
          "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)"
          " INSERT INTO finding_matches SELECT i, printf('%016x', i), 1, 1, '[]' FROM n");
  const Result<CaseReader> reader = CaseReader::open(path);
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  const Status status = reader.value().finding_heads([](const Finding&) { return true; });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kDamaged);
  EXPECT_NE(status.error().message.find("far more than its size"), std::string::npos);
}

}  // namespace
}  // namespace pugmark

#pragma once

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <vector>

#include "base/folder_testing.h"
#include "casefile/casefile.h"
#include "casefile/facts.h"

// A small made-up case that has one of everything, and helpers to test with it. For tests only.
namespace pugmark::testing_sample {

inline TimeUtc at(const char* text) { return parse_time(text)->time; }

inline std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

inline void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// What evidence may contain to fool a terminal or a spreadsheet: escape sequence, line break, tab,
// right-to-left override, zero-width space, a malformed byte, a formula.
inline const std::string kHostile =
    "=cmd|'\x1b[2J\x1b]0;owned\x07\r\n\t\xe2\x80\xae"
    "txt.exe\xe2\x80\x8b\xff";

inline Finding plain_finding() {
  Finding f;
  f.id = "00a1b2c3d4e5f601";
  f.rule_id = "f0000000-0000-4000-8000-000000000001";
  f.rule_title = "Server-side request through a cookie";
  f.level = Level::kHigh;
  f.status = "test";
  f.verdict = Verdict::kAttempted;
  f.time = at("2021-03-14T06:40:10Z");
  f.precision = TimePrecision::kSecond;
  f.item = "evidence/iis/u_ex210314.log";
  f.offset_bytes = 4096;
  f.length_bytes = 210;
  f.channel = "W3SVC1";
  f.provider = "IIS";
  f.computer = "mail.example.org";
  f.techniques = {"T1190"};
  f.tags = {"attack.initial-access", "attack.t1190", "cve.2021-26855"};
  f.because = {{"cs-uri-stem", "/ecp/y.js", "endswith: .js", 4120, ""},
               {"cs-uri-query", "/ecp/y.js?a=1", "contains: y.js", std::nullopt, "stem?query"}};
  f.fields = {{"cs-method", "POST"}, {"cs-uri-stem", "/ecp/y.js"}, {"sc-status", "200"}};
  return f;
}

inline Finding windows_finding() {
  Finding f;
  f.id = "00ffeeddccbbaa02";
  f.rule_id = "f0000000-0000-4000-8000-000000000002";
  f.rule_title = "Web server starts a shell";
  f.level = Level::kCritical;
  f.status = "stable";
  f.verdict = Verdict::kUsed;
  f.time = at("2021-03-14T06:41:00.1234567Z");
  f.precision = TimePrecision::kHundredNanoseconds;
  f.time_shift_s = 18'000;
  f.item = "evidence/logs.zip!/Sysmon.evtx";
  f.offset_bytes = 70'000;
  f.length_bytes = 1'024;
  f.record_id = 18'446'744'073'709'551'615ULL;
  f.channel = "Microsoft-Windows-Sysmon/Operational";
  f.event_id = 1;
  f.provider = "Microsoft-Windows-Sysmon";
  f.computer = "MAIL01.example.org";
  f.recovered = true;
  f.techniques = {"T1505.003", "T1059.003"};
  f.tags = {"attack.persistence", "attack.execution", "attack.t1505.003",
            "attack.t1059.003",   "attack.g0125",     "detection.emerging-threats"};
  f.because = {{"ParentImage", "C:\\Windows\\System32\\inetsrv\\w3wp.exe", "endswith: \\w3wp.exe",
                70'300, ""},
               {"CommandLine", kHostile, "contains: cmd", 70'500, ""}};
  f.fields = {{"Image", "C:\\Windows\\System32\\cmd.exe"}, {"CommandLine", kHostile}};
  return f;
}

inline Finding correlation_finding() {
  Finding f;
  f.id = "0123456789abcd03";
  f.rule_id = "f0000000-0000-4000-8000-000000000003";
  f.rule_title = "Many failed logons, then one that worked";
  f.level = Level::kMedium;
  f.item = "evidence/old.log";
  f.offset_bytes = 10;
  f.length_bytes = 20;
  f.because = {{"", "4625", "10 or more in 5m", std::nullopt, ""}};
  f.related = {{"base-rule", "evidence/old.log", 10, 20, at("2021-03-01T00:00:01.5Z"),
                TimePrecision::kMillisecond},
               {"base-rule", "evidence/caf\xe9.log", 30, 20, {}, TimePrecision::kUnknown}};
  return f;
}

inline std::vector<CaseItem> sample_items() {
  CaseItem log;
  log.item.path = "evidence/iis/u_ex210314.log";
  log.item.size_bytes = 9'000'000;
  log.item.sha256 = sha256(as_bytes("log"));
  log.item.type = "w3c";
  log.item.events_count = 40'000;
  log.item.read_bytes = 9'000'000;
  CaseItem archive;
  archive.item.path = "evidence/logs.zip";
  archive.item.size_bytes = 2'000'000;
  archive.item.sha256 = sha256(as_bytes("zip"));
  archive.item.type = "zip";
  CaseItem sysmon;
  sysmon.item.path = "evidence/logs.zip!/Sysmon.evtx";
  sysmon.item.size_bytes = 20'000'000;
  sysmon.item.sha256 = sha256(as_bytes("evtx"));
  sysmon.item.type = "evtx";
  sysmon.item.events_count = 25'000;
  sysmon.item.read_bytes = 19'934'464;
  sysmon.item.unread_bytes = 65'536;
  sysmon.clock = "Sysmon's own UtcTime stands 5 h later in 25,000 of 25,000 events";
  sysmon.time_shift_s = 18'000;
  sysmon.gaps_count = 1;
  CaseItem unreadable;
  unreadable.item.path = "evidence/caf\xe9.log";
  unreadable.item.type = "unknown";
  unreadable.duplicate_of = "evidence/old.log";
  unreadable.gaps_count = 1;
  return {log, archive, sysmon, unreadable};
}

inline std::vector<CaseGap> sample_gaps() {
  return {
      {"evidence/caf\xe9.log", 0, 0, GapKind::kUnreadable, "Permission denied; nothing was read."},
      {"evidence/logs.zip!/Sysmon.evtx", 1'708'032, 65'536, GapKind::kDamaged,
       "The chunk's checksum is 0x11223344 and 0x55667788 was expected; the chunk was skipped."}};
}

inline std::vector<LedgerEntry> sample_rules() {
  LedgerEntry ran;
  ran.rule_id = "f0000000-0000-4000-8000-000000000001";
  ran.rule_title = "Server-side request through a cookie";
  ran.kind = "rule";
  ran.level = Level::kHigh;
  ran.status = "test";
  ran.author = "Sample Author";
  ran.file = "rules/web/ssrf.yml";
  ran.line = 1;
  ran.log_source = "//webserver";
  ran.events_count = 40'000;
  ran.findings_count = 1'250;
  ran.kept_count = 1;
  ran.techniques = {"T1190"};
  ran.tags = {"attack.t1190"};
  ran.references = {"https://example.org/advisory"};
  ran.text = "title: Server-side request through a cookie\nlevel: high\n";
  LedgerEntry shell = ran;
  shell.rule_id = "f0000000-0000-4000-8000-000000000002";
  shell.rule_title = "Web server starts a shell";
  shell.level = Level::kCritical;
  shell.file = "rules/windows/shell.yml";
  shell.log_source = "windows/process_creation/";
  shell.findings_count = shell.kept_count = 1;
  shell.text = "title: Web server starts a shell\n";
  LedgerEntry correlation = ran;
  correlation.rule_id = "f0000000-0000-4000-8000-000000000003";
  correlation.rule_title = "Many failed logons, then one that worked";
  correlation.kind = "correlation";
  correlation.level = Level::kMedium;
  correlation.file = "rules/correlation/logons.yml";
  correlation.findings_count = correlation.kept_count = 1;
  LedgerEntry blind = ran;
  blind.rule_id = "f0000000-0000-4000-8000-000000000004";
  blind.rule_title = "Script block with a download";
  blind.state = RuleState::kNotObservable;
  blind.file = "rules/windows/script.yml";
  blind.log_source = "windows/ps_script/";
  blind.why = "no event of windows/ps_script/ in the evidence";
  blind.events_count = blind.findings_count = blind.kept_count = 0;
  blind.text.clear();
  LedgerEntry rejected = blind;
  rejected.rule_id.clear();
  rejected.rule_title = "bad \x1b[31m title";
  rejected.state = RuleState::kRejected;
  rejected.file = "rules/broken.yml";
  rejected.line = 7;
  rejected.why =
      "rules/broken.yml:7: the condition names \"selektion\", the rule has \"selection\"";
  LedgerEntry disabled = blind;
  disabled.rule_id = "f0000000-0000-4000-8000-000000000005";
  disabled.rule_title = "Old rule";
  disabled.state = RuleState::kDisabled;
  disabled.file = "rules/old.yml";
  disabled.why = "its status is deprecated";
  return {ran, shell, correlation, blind, rejected, disabled};
}

inline std::vector<Coverage> sample_coverage() {
  Coverage web;
  web.computer = "mail.example.org";
  web.source = "W3SVC1";
  web.kind = "web-server";
  web.first = at("2021-03-01T00:00:00Z");
  web.last = at("2021-03-14T23:59:59Z");
  web.events_count = 40'000;
  web.holes = {{at("2021-03-07T10:00:00Z"), at("2021-03-09T12:00:00Z")}};
  web.holes_count = 1;
  web.items = {"evidence/iis/u_ex210314.log"};
  web.items_count = 1;
  web.techniques = {"T1190", "T1505.003"};
  Coverage sysmon;
  sysmon.computer = "MAIL01.example.org";
  sysmon.source = "Microsoft-Windows-Sysmon/Operational";
  sysmon.kind = "windows-event";
  sysmon.first = at("2021-03-10T05:00:00Z");
  sysmon.last = at("2021-03-14T07:00:00Z");
  sysmon.precision = TimePrecision::kHundredNanoseconds;
  sysmon.events_count = 25'000;
  sysmon.recovered_count = 3;
  sysmon.missing_records_count = 120;
  sysmon.time_shift_s = 18'000;
  sysmon.shifted_items_count = 2;
  sysmon.clock = "Sysmon's own UtcTime stands 5 h later in 25,000 of 25,000 events";
  sysmon.items = {"evidence/caf\xe9.log", "evidence/logs.zip!/Sysmon.evtx"};
  sysmon.items_count = 2;
  Coverage undated;
  undated.source = "notes";
  undated.kind = "json";
  undated.precision = TimePrecision::kUnknown;
  undated.events_count = undated.undated_count = 5;
  return {web, sysmon, undated};
}

inline std::vector<ExaminedFile> sample_files() {
  ExaminedFile shell;
  shell.path = "evidence/web.tar!/aspnet_client/caf\xe9.aspx";
  shell.size_bytes = 812;
  shell.sha256 = sha256(as_bytes("shell"));
  shell.md5 = std::string(32, 'a');
  shell.sha1 = std::string(40, 'b');
  shell.language = "aspx";
  shell.encoding = "utf-8 with mark";
  shell.verdict = FileVerdict::kMalicious;
  shell.kind = BackdoorKind::kExecution;
  shell.score = 0.9375;
  shell.key = "orange\x1b[0m";
  shell.rules = {"sample_page_runs_request"};
  shell.steps = {
      {FileStep::Role::kSource, "request parameter orange", "Request[\"orange\"]", 120, 17, 0},
      {FileStep::Role::kUnpacked, "decoded from base64", kHostile, 140, 64, 0},
      {FileStep::Role::kSink, "run as a command", "inert_run(x)", 140, 64, 1}};
  shell.unlisted_steps_count = 2;
  shell.attributes.modified_ns = at("2021-03-14T06:40:10Z").ns_since_1970;
  shell.attributes.accessed_ns = at("2021-03-15T00:00:00Z").ns_since_1970;
  shell.attributes.precision = TimePrecision::kSecond;
  shell.attributes.source = FileAttributes::Source::kTar;
  shell.attributes.owner_id = 33;
  shell.attributes.owner_name = std::make_shared<const std::string>("www-data");
  shell.attributes.mode = 0644;
  ExaminedFile odd;
  odd.path = "evidence/www/upload.php";
  odd.size_bytes = 4'000;
  odd.sha256 = sha256(as_bytes("odd"));
  odd.language = "php";
  odd.encoding = "ascii";
  odd.verdict = FileVerdict::kSuspicious;
  odd.kind = BackdoorKind::kUploader;
  odd.steps = {{FileStep::Role::kSign, "the only page of its owner", "", 0, 0, 0}};
  ExaminedFile clean;
  clean.path = "evidence/www/index.php";
  clean.size_bytes = 70;
  clean.language = "php";
  clean.encoding = "utf-8";
  clean.attributes.source = FileAttributes::Source::kFileSystem;
  clean.attributes.precision = TimePrecision::kNanosecond;
  clean.attributes.modified_ns = at("2020-01-02T03:04:05.123456789Z").ns_since_1970;
  clean.attributes.owner_id = 0;
  return {shell, odd, clean};
}

inline CaseFacts sample_facts() {
  return {{fact::kVersion, "0.1.0"},
          {fact::kEvidence, "evidence"},
          {fact::kRulesSha256, to_hex(sha256(as_bytes("rules")))}};
}

// Writes the sample; a failing step fails the test that asked for it.
inline void write_sample(const std::string& path, bool force = false) {
  Result<CaseWriter> writer = CaseWriter::create(path, force);
  ASSERT_TRUE(writer.ok()) << writer.error().message;
  CaseWriter& out = writer.value();
  for (const auto& [name, value] : sample_facts()) ASSERT_TRUE(out.add_fact(name, value).ok());
  for (const CaseItem& item : sample_items()) ASSERT_TRUE(out.add_item(item).ok());
  for (const CaseGap& gap : sample_gaps()) ASSERT_TRUE(out.add_gap(gap).ok());
  for (const LedgerEntry& rule : sample_rules()) ASSERT_TRUE(out.add_rule(rule).ok());
  for (const Coverage& coverage : sample_coverage()) ASSERT_TRUE(out.add_coverage(coverage).ok());
  for (const ExaminedFile& file : sample_files()) ASSERT_TRUE(out.add_file(file).ok());
  for (const Finding& finding : {correlation_finding(), plain_finding(), windows_finding()}) {
    const Status added = out.add_finding(finding);
    ASSERT_TRUE(added.ok()) << added.error().message;
  }
  const Status finished = out.finish();
  ASSERT_TRUE(finished.ok()) << finished.error().message;
}

}  // namespace pugmark::testing_sample

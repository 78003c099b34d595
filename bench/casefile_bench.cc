// Writing and reading a case, one thread: made-up findings about process creations, each event
// found by two rules. The file is made in the temporary folder and synced to the disk once a round.
#include <benchmark/benchmark.h>
#include <filesystem>
#include <fmt/format.h>
#include <string>

#include "casefile/casefile.h"

namespace {

using namespace pugmark;

constexpr std::uint64_t kFindings = 10'000;

Finding made(std::uint64_t number) {
  const std::uint64_t event = number / 2;
  Finding f;
  f.id = fmt::format("{:016x}", number);
  f.rule_id = fmt::format("00000000-0000-4000-8000-{:012d}", number % 40);
  f.rule_title = fmt::format("Suspicious command line number {}", number % 40);
  f.status = "test";
  f.time.ns_since_1970 = 1'600'000'000'000'000'000 + static_cast<std::int64_t>(event) * 1'000'000;
  f.precision = TimePrecision::kHundredNanoseconds;
  f.item = "evidence/MX01/Microsoft-Windows-Sysmon%4Operational.evtx";
  f.offset_bytes = 4'096 + event * 1'500;
  f.length_bytes = 1'400;
  f.record_id = 1 + event;
  f.channel = "Microsoft-Windows-Sysmon/Operational";
  f.event_id = 1;
  f.provider = "Microsoft-Windows-Sysmon";
  f.computer = "MX01.example.org";
  f.techniques = {"T1059.001"};
  f.tags = {"attack.execution", "attack.t1059.001"};
  for (int i = 0; i < 18; ++i)
    f.fields.emplace_back(fmt::format("Field{}", i), fmt::format("value {} of {}", i, event));
  f.fields.emplace_back("Image", R"(C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe)");
  f.fields.emplace_back("CommandLine", fmt::format("powershell.exe -nop -w hidden -File {}.ps1 {}",
                                                   event, std::string(400, 'x')));
  f.because = {{"Image", f.fields[18].second, "endswith: \\powershell.exe", 5'000, ""},
               {"CommandLine", f.fields[19].second, "contains: hidden", 5'100, ""}};
  return f;
}

std::string path() {
  return (std::filesystem::temp_directory_path() / "pugmark-casefile-bench.case").string();
}

bool write(const std::vector<Finding>& findings) {
  Result<CaseWriter> writer = CaseWriter::create(path(), true);
  if (!writer.ok()) return false;
  for (const Finding& finding : findings) {
    if (!writer.value().add_finding(finding).ok()) return false;
  }
  return writer.value().finish().ok();
}

std::vector<Finding> all_made() {
  std::vector<Finding> findings;
  for (std::uint64_t i = 0; i < kFindings; ++i) findings.push_back(made(i));
  return findings;
}

std::uint64_t count_read() {
  const Result<CaseReader> reader = CaseReader::open(path());
  std::uint64_t count = 0;
  if (!reader.ok()) return count;
  const Status status = reader.value().findings([&](const Finding& finding) {
    const Finding expected = made(count);
    if (finding.id == expected.id && finding.because[1].value == expected.fields[19].second)
      ++count;
    return true;
  });
  return status.ok() ? count : 0;
}

void write_findings(benchmark::State& state) {
  const std::vector<Finding> findings = all_made();
  bool is_written = true;
  for (auto _ : state) is_written = is_written && write(findings);
  if (!is_written || count_read() != kFindings) state.SkipWithError("not everything was written");
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kFindings));
  state.counters["bytes_a_finding"] =
      static_cast<double>(std::filesystem::file_size(path())) / static_cast<double>(kFindings);
  std::filesystem::remove(path());
}
BENCHMARK(write_findings)->Unit(benchmark::kMillisecond);

void read_findings(benchmark::State& state) {
  const bool is_written = write(all_made());
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    const Result<CaseReader> reader = CaseReader::open(path());
    bytes = 0;
    if (!reader.ok()) break;
    const Status status = reader.value().findings([&](const Finding& finding) {
      bytes += finding.fields[19].second.size();
      return true;
    });
    if (!status.ok()) break;
  }
  if (!is_written || bytes < kFindings * 400) state.SkipWithError("not everything was read");
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kFindings));
  std::filesystem::remove(path());
}
BENCHMARK(read_findings)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();

#include "detect/files/yara_check.h"

#include <algorithm>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "detect/yara/scanner.h"

namespace pugmark::files {
namespace {

constexpr std::string_view kWebShell = "T1505.003";

bool is_of_web_shells(const yara::Rule& rule) {
  const auto says_so = [](const std::string& text) {
    return ascii_lower(text).find("webshell") != std::string::npos;
  };
  return says_so(rule.name) || std::any_of(rule.tags.begin(), rule.tags.end(), says_so);
}

// What a string found, as people read it: text of two bytes a character without its zeros.
struct Found {
  std::string text;
  std::string reading;
};
Found found_at(std::string_view bytes) {
  bool is_wide = bytes.size() >= 2 && bytes.size() % 2 == 0;
  for (std::size_t i = 0; is_wide && i < bytes.size(); i += 2)
    is_wide = bytes[i] != '\0' && bytes[i + 1] == '\0';
  if (!is_wide) return {std::string(bytes), ""};
  Found found;
  for (std::size_t i = 0; i < bytes.size(); i += 2) found.text += bytes[i];
  found.reading = "utf-16le";
  return found;
}

class YaraCheck final : public FileCheck {
 public:
  YaraCheck(const yara::Rules& rules, const std::vector<FileRule>& file_rules, const Limits& limits)
      : rules_(rules), file_rules_(file_rules), limits_(limits), scanner_(rules, limits) {}

  Status look(const FileView& file, const std::atomic<bool>& stop, FileReport& report) override {
    const std::string_view name = file.path.substr(file.path.find_last_of('/') + 1);
    const std::size_t dot = name.find_last_of('.');
    const std::string_view extension =
        dot == std::string_view::npos ? std::string_view() : name.substr(dot);
    const std::string owner = owner_of(*file.attributes);
    const yara::Scan& scan =
        scanner_.scan({file.bytes, file.offset_bytes, file.size_bytes},
                      {name, file.path, extension, to_string(file.nature.kind), owner}, &stop);
    note_end(file, scan, report);
    if (!file.is_whole && file.offset_bytes == 0) note_parts(file, report);
    for (const yara::UnsearchedString& string : scan.unsearched) note(file, string, report);
    for (const yara::RuleMatch& match : scan.matches) {
      if (runs(match.rule)) add(file, match, report);
    }
    return {};
  }

 private:
  bool runs(std::uint32_t rule) const {
    return rule < file_rules_.size() && file_rules_[rule].entry.state == RuleState::kRan;
  }

  static std::string owner_of(const FileAttributes& attributes) {
    if (attributes.owner_name != nullptr) return *attributes.owner_name;
    if (attributes.owner_id == FileAttributes::kNoOwner) return {};
    return std::to_string(attributes.owner_id);
  }

  void note_end(const FileView& file, const yara::Scan& scan, FileReport& report) const {
    if (scan.end == yara::Scan::End::kTimedOut) {
      add_gap(
          file, GapKind::kLimit,
          fmt::format("The limit yara-seconds ({}) was reached: no YARA rule was tried on these "
                      "bytes to its end.",
                      limits_.yara_seconds),
          report);
    }
    if (scan.end == yara::Scan::End::kFailed) {
      add_gap(file, GapKind::kUnsupported,
              fmt::format("No YARA rule was tried on these bytes to its end: {}.", scan.why),
              report);
    }
  }

  // Once for a file, with its first part.
  void note_parts(const FileView& file, FileReport& report) const {
    add_gap(file, GapKind::kLimit,
            fmt::format("The limit file-window-bytes ({}) was reached: YARA rules were tried on "
                        "each part of this file by itself, and miss what needs strings of several.",
                        limits_.file_window_bytes),
            report);
  }

  void note(const FileView& file, const yara::UnsearchedString& string, FileReport& report) const {
    if (!runs(string.rule)) return;
    const yara::Rule& rule = rules_.rules()[string.rule];
    const std::string_view name = rule.strings[string.string].name;
    if (string.is_too_frequent) {
      add_gap(file, GapKind::kLimit,
              fmt::format("The limit yara-string-matches ({}) was reached: the YARA rule {} looked "
                          "for its string {} in a part of these bytes only.",
                          limits_.yara_string_matches, rule.name, name),
              report);
      return;
    }
    add_gap(
        file, GapKind::kUnsupported,
        fmt::format("The YARA rule {} looked for its string {} in a part of these bytes only: it "
                    "is too complex for them.",
                    rule.name, name),
        report);
  }

  // Why a match is not taken for proof, as an addition to a sentence; "" if it is.
  static std::string_view doubt_of(const yara::Rule& rule, Bearing bearing) {
    if (rule.is_noisy && bearing != Bearing::kAgrees)
      return ", which is often wrong; the own analysis of the script does not bear it out";
    if (is_of_web_shells(rule) && bearing == Bearing::kAgainst)
      return "; the own analysis of the script speaks against it";
    return "";
  }

  void add(const FileView& file, const yara::RuleMatch& match, FileReport& report) const {
    const FileRule& rule = file_rules_[match.rule];
    const std::string_view doubt = doubt_of(rules_.rules()[match.rule], report.bearing);
    // The level of a noisy rule says what it is worth alone.
    const bool is_high = rule.entry.level >= Level::kHigh || rules_.rules()[match.rule].is_noisy;
    const bool is_sure = is_high && doubt.empty();
    raise(is_sure ? FileVerdict::kMalicious : FileVerdict::kSuspicious, report);
    RuleHit& hit = report.hits.emplace_back();
    hit.rule = match.rule;
    hit.unlisted_count = match.unlisted_count;
    Reason& reason = report.reasons.emplace_back();
    reason.weight = static_cast<std::uint32_t>(rule.entry.level);
    reason.steps.push_back({FileStep::Role::kSign,
                            fmt::format("matches the YARA rule {}{}", rule.entry.rule_title, doubt),
                            "", file.offset_bytes, 0, 0});
    std::uint64_t last_string = UINT64_MAX;
    for (const yara::StringMatch& string : match.strings) {
      const yara::RuleString& written = rules_.rules()[match.rule].strings[string.string];
      const Found found =
          found_at(as_text(file.bytes).substr(string.offset_bytes, string.length_bytes));
      const std::uint64_t offset = file.offset_bytes + string.offset_bytes;
      hit.because.push_back({written.name, found.text, written.text, offset, found.reading, false});
      if (hit.because.size() == 1 || offset < hit.offset_bytes) {
        hit.offset_bytes = offset;
        hit.length_bytes = string.length_bytes;
      }
      if (string.string == last_string) continue;
      last_string = string.string;
      reason.steps.push_back({FileStep::Role::kSign, "its string " + written.name, found.text,
                              offset, string.length_bytes, 0});
    }
    // A rule without strings speaks of the file as a whole.
    if (match.strings.empty()) {
      hit.offset_bytes = file.offset_bytes;
      hit.length_bytes = length32(file.bytes.size());
    }
  }

  const yara::Rules& rules_;
  const std::vector<FileRule>& file_rules_;
  const Limits& limits_;
  yara::Scanner scanner_;
};

}  // namespace

std::vector<FileRule> file_rules_of(const yara::Rules& rules) {
  std::vector<FileRule> all;
  const std::vector<LedgerEntry> ledger = rules.ledger();
  for (std::size_t i = 0; i < rules.rules().size(); ++i) {
    FileRule& rule = all.emplace_back();
    rule.entry = ledger[i];
    rule.verdict = rule.entry.level >= Level::kHigh ? Verdict::kPlanted : Verdict::kNone;
    std::vector<std::string>& techniques = rule.entry.techniques;
    if (is_of_web_shells(rules.rules()[i]) &&
        std::find(techniques.begin(), techniques.end(), kWebShell) == techniques.end())
      techniques.emplace_back(kWebShell);
  }
  return all;
}

std::unique_ptr<FileCheck> make_yara_check(const yara::Rules& rules,
                                           const std::vector<FileRule>& file_rules,
                                           const Limits& limits) {
  return std::make_unique<YaraCheck>(rules, file_rules, limits);
}

}  // namespace pugmark::files

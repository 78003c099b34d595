#include "report/overview.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <map>
#include <system_error>

#include "casefile/facts.h"
#include "report/member_mark.h"
#include "report/words.h"

namespace pugmark {
namespace {

// Windows sets aside more space than it uses: what is unread in an event log and in no gap is
// unused space, which is no loss. Keeps what is unread of event logs with gaps until they are seen.
using UnreadLogs = std::map<std::string, std::uint64_t>;

void add_unread(const CaseItem& item, UnreadLogs& logs, Overview& all) {
  const std::uint64_t bytes = item.item.unread_bytes;
  if (bytes == 0) return;
  if (item.item.type != "evtx") {
    all.unread_bytes += bytes;
    ++all.unread_items_count;
  } else if (item.gaps_count == 0) {
    all.unused_bytes += bytes;
  } else {
    logs[item.item.path] = bytes;
  }
}

// Members of one archive stand together: it is looked for once.
class MemberTest {
 public:
  explicit MemberTest(const CaseReader& reader) : reader_(reader) {}

  Result<bool> is_member(const std::string& path) {
    if (!archive_.empty() && path.starts_with(archive_)) return true;
    const Result<std::optional<std::size_t>> mark = member_mark(reader_, path);
    if (!mark.ok()) return mark.error();
    if (mark.value()) archive_ = path.substr(0, *mark.value() + 2);
    return mark.value().has_value();
  }

 private:
  const CaseReader& reader_;
  std::string archive_;  // with "!/" behind it
};

Status add_items(const CaseReader& reader, UnreadLogs& logs, Overview& all) {
  MemberTest test(reader);
  Status failed;
  const Status status = reader.items([&](const CaseItem& item) {
    const Result<bool> is_member = test.is_member(item.item.path);
    if (!is_member.ok()) {
      failed = is_member.error();
      return false;
    }
    ++all.items_count;
    if (!is_member.value()) all.handed_over_bytes += item.item.size_bytes;
    all.events_count += item.item.events_count;
    add_unread(item, logs, all);
    // A text may be a log as much as anything else.
    const bool is_unknown = item.item.type == "unknown" || item.item.type == "text";
    if (is_unknown && ++all.unknown_items_count <= kUnknownKept)
      all.unknown_items.push_back(item.item.path);
    if (!item.duplicate_of.empty()) ++all.duplicate_items_count;
    all.gaps_count += item.gaps_count;
    return true;
  });
  return failed.ok() ? status : failed;
}

Status add_gaps(const CaseReader& reader, UnreadLogs& logs, Overview& all) {
  std::map<GapKind, GapGroup> groups;
  std::map<GapKind, std::string> last_items;  // gaps of one item stand together
  std::uint64_t listed_count = 0;
  std::string last_log;
  const Status status = reader.gaps([&](const CaseGap& gap) {
    GapGroup& group = groups[gap.kind];
    std::string& last_item = last_items[gap.kind];
    group.kind = gap.kind;
    if (group.gaps_count == 0) group.first_item = gap.item;
    if (group.gaps_count == 0 || last_item != gap.item) ++group.items_count;
    last_item = gap.item;
    ++group.gaps_count;
    group.bytes += gap.length_bytes;
    ++listed_count;
    if (const auto log = logs.find(gap.item); log != logs.end()) {
      const std::uint64_t lost = std::min(log->second, gap.length_bytes);
      log->second -= lost;
      all.unread_bytes += lost;
      if (lost != 0 && last_log != gap.item) ++all.unread_items_count;
      if (lost != 0) last_log = gap.item;
    }
    return true;
  });
  for (const auto& [path, bytes] : logs) all.unused_bytes += bytes;
  for (auto& [kind, group] : groups) all.gaps.push_back(std::move(group));
  std::stable_sort(all.gaps.begin(), all.gaps.end(), [](const GapGroup& a, const GapGroup& b) {
    return a.gaps_count > b.gaps_count;
  });
  all.gaps_count = std::max(all.gaps_count, listed_count);
  return status;
}

Status add_findings(const CaseReader& reader, std::map<std::string, RuleGroup>& groups,
                    Overview& all) {
  return reader.finding_heads([&](const Finding& finding) {
    RuleGroup& group = groups[finding.rule_id];
    const bool dated = finding.precision != TimePrecision::kUnknown;
    if (group.kept_count++ == 0) {
      group.rule_id = finding.rule_id;
      group.rule_title = finding.rule_title;
      group.level = finding.level;
      group.verdict = finding.verdict;
      group.first_id = finding.id;
    }
    if (dated && (group.precision == TimePrecision::kUnknown || finding.time < group.first)) {
      group.first = finding.time;
      group.first_id = finding.id;
    }
    if (dated && (group.precision == TimePrecision::kUnknown || finding.time > group.last))
      group.last = finding.time;
    if (dated) group.precision = finding.precision;
    if (!finding.computer.empty()) {
      group.computers.insert(finding.computer);
      all.computers.insert(finding.computer);
    }
    ++all.levels[static_cast<std::size_t>(finding.level)];
    ++all.kept_count;
    return true;
  });
}

// They stand the worst first.
Status add_files(const CaseReader& reader, Overview& all) {
  return reader.file_heads([&](const ExaminedFile& file) {
    ++all.files_by_verdict[static_cast<std::size_t>(file.verdict)];
    if (file.verdict != FileVerdict::kClean && all.worst_files.size() < kFilesKept)
      all.worst_files.push_back(file);
    return true;
  });
}

using RulesByReason = std::map<std::string, WhyGroup>;

void count(const std::string& why, const LedgerEntry& entry, RulesByReason& rules) {
  WhyGroup& group = rules[why];
  group.why = why;
  group.are_of_files = group.are_of_files && (entry.kind == "analysis" || entry.kind == "yara");
  ++group.rules_count;
}

// A rejection begins with the place, which is another one for every rule.
void count_rejected(const LedgerEntry& entry, RulesByReason& rules) {
  // Lists of indicators in JSON have no lines: the file's name says the place inside.
  std::string place = entry.kind == "indicator" && entry.line == 0
                          ? entry.file
                          : fmt::format("{}:{}", entry.file, entry.line);
  const std::string front = place + ": ";
  const std::string why = entry.why.starts_with(front) ? entry.why.substr(front.size()) : entry.why;
  count(why, entry, rules);
  WhyGroup& group = rules[why];
  if (group.rules_count == 1) group.first_place = std::move(place);
}

void count_of_list(const LedgerEntry& entry, std::vector<ListGroup>& lists) {
  if (entry.kind != "indicators" && entry.kind != "indicator") return;
  // Entries of JSON name their place behind the file.
  const auto is_of = [&](const ListGroup& list) {
    return entry.file == list.file || entry.file.starts_with(list.file + "#");
  };
  auto list = std::find_if(lists.begin(), lists.end(), is_of);
  if (list == lists.end()) {
    list = lists.emplace(lists.end());
    list->file = entry.file;
  }
  if (entry.kind == "indicator") {
    ++list->rejected_count;
    return;
  }
  ++list->rules_count;
  list->findings_count += entry.findings_count;
  if (entry.state != RuleState::kRan) ++list->idle_count;
}

std::vector<WhyGroup> most_first(RulesByReason& rules) {
  std::vector<WhyGroup> groups;
  for (auto& [why, group] : rules) groups.push_back(std::move(group));
  std::stable_sort(groups.begin(), groups.end(), [](const WhyGroup& a, const WhyGroup& b) {
    if (a.are_of_files != b.are_of_files) return b.are_of_files;
    return a.rules_count > b.rules_count;
  });
  return groups;
}

Status add_rules(const CaseReader& reader, std::map<std::string, RuleGroup>& groups,
                 Overview& all) {
  RulesByReason blind;
  RulesByReason disabled;
  RulesByReason rejected;
  const Status status = reader.rules([&](const LedgerEntry& entry) {
    ++all.states[static_cast<std::size_t>(entry.state)];
    all.findings_count += entry.findings_count;
    count_of_list(entry, all.lists);
    if (entry.state == RuleState::kNotObservable) count(entry.why, entry, blind);
    if (entry.state == RuleState::kDisabled) count(entry.why, entry, disabled);
    if (entry.state == RuleState::kRejected) count_rejected(entry, rejected);
    if (const auto found = groups.find(entry.rule_id); found != groups.end())
      found->second.findings_count += entry.findings_count;
    return true;
  });
  all.blind = most_first(blind);
  all.disabled = most_first(disabled);
  all.rejected = most_first(rejected);
  return status;
}

std::vector<TimeInterval> longest_of(const std::vector<TimeInterval>& holes) {
  const auto longest = std::max_element(
      holes.begin(), holes.end(),
      [](const auto& a, const auto& b) { return span_ns(a.from, a.to) < span_ns(b.from, b.to); });
  return longest == holes.end() ? std::vector<TimeInterval>() : std::vector{*longest};
}

Status add_coverage(const CaseReader& reader, Overview& all) {
  return reader.coverage([&](const Coverage& coverage) {
    if (coverage.precision != TimePrecision::kUnknown) {
      all.first = all.first ? std::min(*all.first, coverage.first) : coverage.first;
      all.last = all.last ? std::max(*all.last, coverage.last) : coverage.last;
    }
    Coverage& kept = all.coverage.emplace_back(coverage);
    kept.holes = longest_of(coverage.holes);
    kept.items = std::vector<std::string>();  // {} would keep the memory
    kept.techniques = std::vector<std::string>();
    return true;
  });
}

// A case may be forged: what is no number counts for none.
std::uint64_t number_of(const CaseFacts& facts, const char* name) {
  const auto found = facts.find(name);
  if (found == facts.end()) return 0;
  const std::string& digits = found->second;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() && end == digits.data() + digits.size() ? number : 0;
}

bool is_worse(const RuleGroup& a, const RuleGroup& b) {
  if (a.level != b.level) return a.level > b.level;
  const bool a_dated = a.precision != TimePrecision::kUnknown;
  const bool b_dated = b.precision != TimePrecision::kUnknown;
  if (a_dated != b_dated) return a_dated;
  if (a_dated && a.first != b.first) return a.first < b.first;
  return a.rule_id < b.rule_id;
}

}  // namespace

Result<Overview> overview_of(const CaseReader& reader) {
  Overview all;
  Result<CaseFacts> facts = reader.facts();
  if (!facts.ok()) return facts.error();
  all.facts = std::move(facts).value();
  all.silenced_rules_count = number_of(all.facts, fact::kSilencedRulesCount);
  all.copies_count = number_of(all.facts, fact::kCopiesCount);
  all.silenced_matches_count = number_of(all.facts, fact::kSilencedMatchesCount);
  std::map<std::string, RuleGroup> groups;
  UnreadLogs logs;
  if (Status status = add_items(reader, logs, all); !status.ok()) return status.error();
  if (Status status = add_gaps(reader, logs, all); !status.ok()) return status.error();
  if (Status status = add_findings(reader, groups, all); !status.ok()) return status.error();
  if (Status status = add_files(reader, all); !status.ok()) return status.error();
  if (Status status = add_rules(reader, groups, all); !status.ok()) return status.error();
  if (Status status = add_coverage(reader, all); !status.ok()) return status.error();
  for (auto& [id, group] : groups) {
    group.findings_count = std::max(group.findings_count, group.kept_count);
    all.groups.push_back(std::move(group));
  }
  std::sort(all.groups.begin(), all.groups.end(), is_worse);
  all.findings_count = std::max(all.findings_count, all.kept_count);
  return all;
}

}  // namespace pugmark

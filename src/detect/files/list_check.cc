#include "detect/files/list_check.h"

#include <algorithm>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>

#include "detect/indicators/rules.h"

namespace pugmark::files {
namespace {

using indicators::Indicator;
using indicators::Kind;
using indicators::List;

// Whoever has the very file need not argue from what it does.
constexpr std::uint32_t kDigestWeight = 1'000;

bool is_digest(Kind kind) {
  return kind == Kind::kSha256 || kind == Kind::kSha1 || kind == Kind::kMd5;
}

bool is_of_files(Kind kind) {
  return is_digest(kind) || kind == Kind::kPath || kind == Kind::kFileName;
}

std::vector<List> with_files_only(std::vector<List> lists) {
  for (List& list : lists) {
    std::erase_if(list.indicators,
                  [](const Indicator& indicator) { return !is_of_files(indicator.kind); });
    list.indicators.shrink_to_fit();
  }
  return lists;
}

std::string_view word_of(Kind kind) {
  if (kind == Kind::kSha256) return "SHA-256";
  if (kind == Kind::kSha1) return "SHA-1";
  if (kind == Kind::kMd5) return "MD5";
  return kind == Kind::kPath ? "path" : "name";
}

// As the fields of findings about files are called.
const char* field_of(Kind kind) {
  if (kind == Kind::kSha256) return "SHA256";
  if (kind == Kind::kSha1) return "SHA1";
  return kind == Kind::kMd5 ? "MD5" : "Path";
}

// A file of that name may be another's, so it is never more than suspicious.
struct Words {
  std::string_view sort;   // in the rule's id
  std::string_view title;  // in front of the list's name
  std::string_view title_end;
  std::string_view searched;
  Level level;
  Verdict verdict;
};

Words words_of(std::size_t ground) {
  constexpr std::array<Words, 3> kWords = {
      {{"file by digest", "File on the list", "", "digests, among those of every item",
        Level::kHigh, Verdict::kPlanted},
       {"file by doubted digest", "File on the list", ", which doubts it itself",
        "digests it doubts itself, among those of every item", Level::kMedium, Verdict::kNone},
       {"file by name", "File called as one on the list", "",
        "paths and file names, against that of every item that is no log", Level::kMedium,
        Verdict::kNone}}};
  return kWords[ground];
}

FileVerdict verdict_of(Level level) {
  return level >= Level::kHigh ? FileVerdict::kMalicious : FileVerdict::kSuspicious;
}

std::string hex_or_nothing(const auto& digest) { return digest ? to_hex(*digest) : std::string(); }

}  // namespace

ListCheck::ListCheck(std::vector<List> lists)
    : lists_(with_files_only(std::move(lists))), matcher_(lists_) {
  for (const List& list : lists_) {
    std::array<std::vector<const Indicator*>, kGroundsCount> by_ground;
    for (const Indicator& indicator : list.indicators)
      by_ground[static_cast<std::size_t>(ground_of(indicator))].push_back(&indicator);
    rules_of_list_.emplace_back();
    for (std::size_t i = 0; i < kGroundsCount; ++i) {
      if (!by_ground[i].empty()) add_rule(list, static_cast<Ground>(i), by_ground[i]);
    }
  }
}

ListCheck::Ground ListCheck::ground_of(const Indicator& indicator) {
  if (!is_digest(indicator.kind)) return Ground::kName;
  return indicator.is_doubted ? Ground::kDoubtedDigest : Ground::kDigest;
}

void ListCheck::add_rule(const List& list, Ground ground,
                         std::span<const Indicator* const> entries) {
  const auto number = static_cast<std::size_t>(ground);
  const Words words = words_of(number);
  rules_of_list_.back()[number] = static_cast<std::uint32_t>(rules_.size());
  std::vector<std::string_view> values;
  values.reserve(entries.size());
  for (const Indicator* indicator : entries) values.push_back(indicator->value);
  FileRule& rule = rules_.emplace_back();
  rule.verdict = words.verdict;
  LedgerEntry& entry = rule.entry;
  entry.rule_id = indicators::rule_id_of(words.sort, std::move(values));
  entry.rule_title =
      fmt::format("{} {}{}", words.title, indicators::short_name(list), words.title_end);
  entry.kind = "indicators";
  entry.level = words.level;
  entry.author = list.author;
  entry.references = list.references;
  entry.file = list.file;
  entry.line = std::max<std::uint32_t>(1, entries.front()->line);
  entry.log_source = "every file";
  entry.text = indicators::rule_text(
      list, {entry.rule_title, entry.rule_id, to_string(entry.level),
             fmt::format("{} of the list's entries: {}", entries.size(), words.searched)});
}

bool ListCheck::wants(Kind kind, std::span<const FileRule> rules) const {
  for (std::size_t i = 0; i < lists_.size(); ++i) {
    for (const Indicator& indicator : lists_[i].indicators) {
      if (indicator.kind != kind) continue;
      const auto ground = static_cast<std::size_t>(ground_of(indicator));
      if (rules[*rules_of_list_[i][ground]].entry.state == RuleState::kRan) return true;
    }
  }
  return false;
}

bool ListCheck::wants_md5(std::span<const FileRule> rules) const {
  return wants(Kind::kMd5, rules);
}

bool ListCheck::wants_sha1(std::span<const FileRule> rules) const {
  return wants(Kind::kSha1, rules);
}

FileReport ListCheck::report_on(const Item& item, bool is_log, std::span<const FileRule> rules,
                                std::uint32_t first_rule) const {
  const std::string sha256 = hex_or_nothing(item.sha256);
  std::string sha1;
  std::string md5;
  if (item.weak_digests != nullptr) {
    sha1 = hex_or_nothing(item.weak_digests->sha1);
    md5 = hex_or_nothing(item.weak_digests->md5);
  }
  FileReport report;
  const std::string_view path = is_log ? std::string_view() : path_without_number(item.path);
  for (const indicators::FileMatch& match : matcher_.match({path, sha256, sha1, md5})) {
    const auto list = static_cast<std::size_t>(match.list - lists_.data());
    const auto ground = static_cast<std::size_t>(ground_of(*match.indicator));
    const std::uint32_t rule = *rules_of_list_[list][ground];
    if (rules[rule].entry.state == RuleState::kRan)
      add_match(item, match, rule, first_rule, report);
  }
  return report;
}

void ListCheck::add_match(const Item& item, const indicators::FileMatch& match, std::uint32_t rule,
                          std::uint32_t first_rule, FileReport& report) const {
  const Indicator& indicator = *match.indicator;
  const Level level = rules_[rule].entry.level;
  const std::string name = indicators::short_name(*match.list);
  raise(verdict_of(level), report);
  Reason& reason = report.reasons.emplace_back();
  reason.weight = level >= Level::kHigh ? kDigestWeight : static_cast<std::uint32_t>(level);
  std::string said = indicator.written;
  if (!indicator.about.empty()) said += fmt::format(" ({})", indicator.about);
  reason.steps.push_back({FileStep::Role::kSign,
                          fmt::format("its {} is on the list {}, {}", word_of(indicator.kind), name,
                                      indicator.where()),
                          std::move(said), 0, 0, 0});
  auto hit = std::find_if(report.hits.begin(), report.hits.end(),
                          [&](const RuleHit& known) { return known.rule == first_rule + rule; });
  if (hit == report.hits.end()) {
    hit = report.hits.emplace(report.hits.end());
    hit->rule = first_rule + rule;
    hit->length_bytes = length32(item.size_bytes);
  }
  hit->because.push_back({field_of(indicator.kind),
                          is_digest(indicator.kind) ? indicator.value : item.path,
                          fmt::format("{} on the list {}, {}", to_string(indicator.kind), name,
                                      indicators::said_of(indicator)),
                          std::nullopt, "", false});
}

}  // namespace pugmark::files

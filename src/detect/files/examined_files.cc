#include "detect/files/examined_files.h"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>
#include <utility>

#include "detect/collect/details.h"
#include "detect/files/file_report.h"
#include "detect/files/language.h"

namespace pugmark::files {
namespace {

using Piece = ExaminedStore::Piece;

void add_rules(const FileReport& report, const std::vector<FileRule>& rules, ExaminedFile& file) {
  for (const RuleHit& hit : report.hits) {
    const std::string& id = rules[hit.rule].entry.rule_id;
    if (std::find(file.rules.begin(), file.rules.end(), id) == file.rules.end())
      file.rules.push_back(id);
  }
}

}  // namespace

ExaminedFiles::ExaminedFiles(ExaminedStore store, const std::vector<FileRule>& rules,
                             const std::vector<ScannedItem>& items,
                             const std::unordered_map<ItemId, std::uint32_t>& item_index,
                             const Limits& limits)
    : store_(std::move(store)), rules_(rules), items_(items), limits_(limits) {
  pieces_ = store_.take_pieces();
  // From here on a piece names its item by the index.
  for (Piece& piece : pieces_) piece.item = ItemId{item_index.at(piece.item)};
  std::sort(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) {
    return std::tie(a.item, a.offset_bytes) < std::tie(b.item, b.offset_bytes);
  });
  for (std::uint32_t i = 0; i < pieces_.size(); ++i) {
    const auto item = static_cast<std::uint32_t>(pieces_[i].item);
    if (entries_.empty() || entries_.back().item != item) {
      Entry entry;
      entry.item = item;
      entry.nature = pieces_[i].nature;
      entry.first_piece = i;
      entry.language = language_of(entry.nature, items_[item].item.path);
      entries_.push_back(entry);
    }
    Entry& entry = entries_.back();
    ++entry.pieces_count;
    entry.verdict = std::max(entry.verdict, pieces_[i].verdict);
  }
}

Result<FileReport> ExaminedFiles::report(std::size_t number) {
  const Entry& entry = entries_[number];
  std::vector<FileReport> reports;
  const auto add = [&](const Piece& piece) -> Status {
    if (piece.report_bytes == 0) return {};
    auto report = store_.read(piece);
    if (!report) return std::move(report).error();
    reports.push_back(std::move(report).value());
    return {};
  };
  for (const Piece& piece : std::span(pieces_).subspan(entry.first_piece, entry.pieces_count)) {
    if (auto status = add(piece); !status) return std::move(status).error();
  }
  if (const auto more = added_.find(number); more != added_.end()) {
    for (const Piece& piece : more->second) {
      if (auto status = add(piece); !status) return std::move(status).error();
    }
  }
  return join_reports(std::move(reports), limits_);
}

Status ExaminedFiles::add(std::size_t number, FileReport report) {
  Entry& entry = entries_[number];
  keep_to_limits(limits_, report);
  if (auto status = store_.add(ItemId{entry.item}, 0, entry.nature, report); !status) return status;
  entry.verdict = std::max(entry.verdict, report.verdict);
  for (const Piece& piece : store_.take_pieces()) added_[number].push_back(piece);
  return {};
}

Status ExaminedFiles::keep_findings(std::uint32_t first_rule, FindingStore& store) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    auto said = report(i);
    if (!said) return std::move(said).error();
    for (const RuleHit& hit : said.value().hits) {
      if (auto status = keep_hit(entries_[i], said.value(), hit, first_rule, store); !status)
        return status;
    }
  }
  return {};
}

// A file has no time at which something happened: its own times are what an intruder likes.
Status ExaminedFiles::keep_hit(const Entry& entry, const FileReport& report, const RuleHit& hit,
                               std::uint32_t first_rule, FindingStore& store) const {
  const Item& item = items_[entry.item].item;
  const FindingStore::Place place{INT64_MAX, &item.path, hit.offset_bytes};
  const std::uint32_t rule = first_rule + hit.rule;
  if (!store.count(rule, "", place)) return {};
  Finding finding;
  finding.offset_bytes = hit.offset_bytes;
  finding.length_bytes = hit.length_bytes;
  finding.because = hit.because;
  if (hit.unlisted_count > 0) {
    finding.because.emplace_back().pattern =
        fmt::format("The limit comparisons-per-finding ({}) was reached: {} more were found.",
                    limits_.comparisons_per_finding, hit.unlisted_count);
  }
  const auto add_field = [&](const char* name, std::string text) {
    if (!text.empty()) finding.fields.emplace_back(name, std::move(text));
  };
  add_field("Size", std::to_string(item.size_bytes));
  add_field("SHA256", item.sha256 ? to_hex(*item.sha256) : "");
  if (item.weak_digests != nullptr) {
    add_field("SHA1", item.weak_digests->sha1 ? to_hex(*item.weak_digests->sha1) : "");
    add_field("MD5", item.weak_digests->md5 ? to_hex(*item.weak_digests->md5) : "");
  }
  add_field("Language", report.language.empty() ? std::string(entry.language) : report.language);
  add_field("Encoding", std::string(to_string(entry.nature.encoding)));
  return store.keep(rule, "", place, encode_details(finding));
}

FileVerdict ExaminedFiles::worst() const {
  FileVerdict worst = FileVerdict::kClean;
  for (const Entry& entry : entries_) worst = std::max(worst, entry.verdict);
  return worst;
}

Status ExaminedFiles::for_each(const std::function<Status(const ExaminedFile&)>& each) {
  for (const FileVerdict verdict :
       {FileVerdict::kMalicious, FileVerdict::kSuspicious, FileVerdict::kClean}) {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (entries_[i].verdict != verdict) continue;
      auto said = report(i);
      if (!said) return std::move(said).error();
      if (auto status = each(file_of(entries_[i], std::move(said).value())); !status) return status;
    }
  }
  return {};
}

ExaminedFile ExaminedFiles::file_of(const Entry& entry, FileReport&& report) const {
  const Item& item = items_[entry.item].item;
  ExaminedFile file;
  file.path = item.path;
  file.size_bytes = item.size_bytes;
  file.sha256 = item.sha256;
  file.language =
      report.language.empty() ? std::string(entry.language) : std::move(report.language);
  file.encoding = to_string(entry.nature.encoding);
  file.verdict = entry.verdict;
  file.kind = report.kind;
  file.score = report.score;
  file.key = std::move(report.key);
  add_rules(report, rules_, file);
  for (Reason& reason : report.reasons) {
    std::move(reason.steps.begin(), reason.steps.end(), std::back_inserter(file.steps));
  }
  file.unlisted_steps_count = report.unlisted_steps_count;
  file.attributes = item.attributes;
  if (item.weak_digests == nullptr) return file;
  if (item.weak_digests->md5) file.md5 = to_hex(*item.weak_digests->md5);
  if (item.weak_digests->sha1) file.sha1 = to_hex(*item.weak_digests->sha1);
  return file;
}

}  // namespace pugmark::files

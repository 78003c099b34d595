#include "detect/web_root/web_root_testing.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <fmt/format.h>
#include <memory>
#include <unordered_map>
#include <utility>

#include "base/digest.h"
#include "detect/files/examined_files.h"
#include "detect/web_root/rules.h"
#include "detect/web_root/web_root_check.h"
#include "detect/web_root/web_roots.h"

namespace pugmark::web_root {
namespace {

const std::vector<files::FileRule>& rules() {
  static const std::vector<files::FileRule> rules = rules_of_web_roots();
  return rules;
}

std::string words_of(const files::RuleHit& hit) {
  std::string words =
      fmt::format("{} @{}+{}", rules()[hit.rule].entry.rule_id, hit.offset_bytes, hit.length_bytes);
  for (const Because& because : hit.because) {
    words += because.pattern.empty() ? " | " + because.value
                                     : " | " + because.pattern + ": " + because.value;
  }
  return words;
}

constexpr std::uint64_t kNoPiece = UINT64_MAX;

// `piece_at`: where the piece begins that the bytes are, or kNoPiece.
files::FileReport look(const MadeFile& made, const Limits& limits,
                       std::uint64_t piece_at = kNoPiece) {
  const std::string padded = made.bytes + std::string(kBlockPadding, '\0');
  files::FileView file;
  file.path = made.path;
  file.bytes = as_bytes(padded).first(made.bytes.size());
  file.size_bytes = made.bytes.size();
  if (piece_at != kNoPiece) {
    file.is_whole = false;
    file.offset_bytes = piece_at;
    file.size_bytes += piece_at + 1;
  }
  file.nature = nature_of(file.bytes, made.path);
  file.attributes = &made.attributes;
  files::FileReport report;
  const std::atomic<bool> stop = false;
  const auto check = make_web_root_check(rules(), 0, limits);
  const Status status = check->look(file, stop, report);
  assert(status.ok());
  return report;
}

}  // namespace

files::FileReport look_at(const std::string& path, std::string_view bytes, const Limits& limits) {
  return look({path, std::string(bytes), {}}, limits);
}

files::FileReport look_at_piece(const std::string& path, std::string_view bytes,
                                std::uint64_t offset_bytes) {
  return look({path, std::string(bytes), {}}, {}, offset_bytes);
}

std::vector<std::string> words_of(const files::FileReport& report) {
  std::vector<std::string> all;
  for (const files::RuleHit& hit : report.hits) all.push_back(words_of(hit));
  for (const Gap& gap : report.gaps)
    all.push_back(
        fmt::format("gap {} @{}: {}", to_string(gap.kind), gap.where.offset_bytes, gap.what));
  return all;
}

std::vector<std::string> words_at(const std::string& path, std::string_view bytes) {
  return words_of(look_at(path, bytes));
}

std::vector<std::string> words_together(const std::vector<MadeFile>& made) {
  const Limits limits;
  std::vector<ScannedItem> items;
  std::unordered_map<ItemId, std::uint32_t> index;
  files::ExaminedStore store;
  std::vector<MadeFile> sorted = made;
  std::sort(sorted.begin(), sorted.end(),
            [](const MadeFile& a, const MadeFile& b) { return a.path < b.path; });
  for (const MadeFile& file : sorted) {
    const ItemId id{static_cast<std::uint32_t>(items.size())};
    index.emplace(id, static_cast<std::uint32_t>(items.size()));
    Item& item = items.emplace_back().item;
    item.id = id;
    item.path = file.path;
    item.size_bytes = file.bytes.size();
    item.sha256 = sha256(as_bytes(file.bytes));
    item.attributes = file.attributes;
    const Status status =
        store.add(id, 0, nature_of(as_bytes(file.bytes), file.path), look(file, limits));
    assert(status.ok());
  }
  files::ExaminedFiles files(std::move(store), rules(), items, index, limits);
  const auto counts = judge_web_roots(rules(), 0, files);
  assert(counts.ok());
  std::vector<std::string> all;
  for (std::size_t i = 0; i < files.entries().size(); ++i) {
    const auto report = files.report(i);
    assert(report.ok());
    for (const files::RuleHit& hit : report.value().hits)
      all.push_back(files.item_of(files.entries()[i]).item.path + ": " + words_of(hit));
  }
  return all;
}

std::string wide(std::string_view ascii) {
  std::string bytes = "\xFF\xFE";
  for (const char c : ascii) bytes += {c, '\0'};
  return bytes;
}

}  // namespace pugmark::web_root

#include "detect/indicators/rules.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/text.h"
#include "detect/indicators/set.h"

namespace pugmark::indicators {
namespace {

constexpr std::string_view kLevel = "high";
constexpr std::size_t kNameBytesMax = 100;

std::string_view word_of_kind(Kind kind) {
  switch (kind) {
    case Kind::kSha256:
      return "SHA-256";
    case Kind::kSha1:
      return "SHA-1";
    case Kind::kMd5:
      return "MD5";
    case Kind::kAddress:
      return "Address";
    case Kind::kNetwork:
      return "Address in a network";
    case Kind::kDomain:
      return "Domain";
    case Kind::kUrl:
      return "URL";
    case Kind::kPath:
      return "Path";
    case Kind::kFileName:
      return "File name";
    case Kind::kUserAgent:
      return "User agent";
  }
  return "";
}

sigma::Rule rule_of(const List& list, Kind kind, std::vector<Indicator> indicators) {
  const std::string name = short_name(list);
  std::vector<std::string_view> values;
  values.reserve(indicators.size());
  for (const Indicator& indicator : indicators) values.push_back(indicator.value);
  sigma::Rule rule;
  rule.is_list = true;
  rule.id = rule_id_of(to_string(kind), std::move(values));
  rule.title = fmt::format("{} on the list {}", word_of_kind(kind), name);
  rule.level = kLevel;
  rule.description = list.title;
  rule.author = list.author;
  rule.references = list.references;
  rule.file = list.file;
  rule.line = std::max<std::uint32_t>(1, indicators.front().line);
  rule.text = rule_text(
      list, {rule.title, rule.id, rule.level,
             fmt::format("{} of the {} indicators in the list, those of kind {}, in every value of "
                         "every event",
                         indicators.size(), list.indicators.size(), to_string(kind))});
  rule.identifiers = {{"list", 1}};
  rule.condition = "list";
  sigma::Predicate predicate;
  predicate.original = fmt::format("{} on the list {}", to_string(kind), name);
  predicate.test =
      sigma::IndicatorTest{std::make_shared<const IndicatorSet>(kind, std::move(indicators))};
  rule.predicates.push_back(std::move(predicate));
  rule.expression = sigma::Expression::leaf(0);
  return rule;
}

void add_rejected(const List& list, sigma::RuleSet& rules) {
  const auto reject = [&](std::uint32_t line, const std::string& place, std::string what,
                          std::string hint) {
    sigma::RejectedRule rejected;
    rejected.file = place.empty() ? list.file : fmt::format("{}#{}", list.file, place);
    rejected.line = line;
    rejected.kind = "indicator";
    rejected.what = std::move(what);
    rejected.hint = std::move(hint);
    rules.rejected.push_back(std::move(rejected));
  };
  for (const Rejected& one : list.rejected) reject(one.line, one.place, one.what, one.hint);
  if (list.unlisted_count == 0) return;
  reject(0, "",
         fmt::format("{} more entries cannot be looked for: the limit indicator-rejects ({}) was "
                     "reached.",
                     list.unlisted_count, list.rejected.size()),
         "Raise it to have them named: --limit indicator-rejects=N.");
}

void add_list(const List& list, sigma::RuleSet& rules) {
  std::array<std::vector<Indicator>, kKindsCount> by_kind;
  for (const Indicator& indicator : list.indicators)
    by_kind[static_cast<std::size_t>(indicator.kind)].push_back(indicator);
  bool is_first = true;
  for (std::size_t kind = 0; kind < kKindsCount; ++kind) {
    if (by_kind[kind].empty()) continue;
    sigma::Rule rule = rule_of(list, static_cast<Kind>(kind), std::move(by_kind[kind]));
    // Said once of a list.
    if (is_first) rule.warnings = list.notes;
    is_first = false;
    rules.rules.push_back(std::move(rule));
  }
  add_rejected(list, rules);
}

}  // namespace

void add_to_rules(std::span<const List> lists, sigma::RuleSet& rules) {
  for (const List& list : lists) add_list(list, rules);
}

// A title of 256 characters takes no whole path.
std::string short_name(const List& list) {
  std::string name = escaped(std::string_view(list.file).substr(list.file.rfind('/') + 1));
  if (name.size() > kNameBytesMax) {
    std::size_t end = kNameBytesMax;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
    name.resize(end);
    name += "...";
  }
  return name;
}

std::string rule_id_of(std::string_view what, std::vector<std::string_view> values) {
  std::sort(values.begin(), values.end());
  Sha256Stream stream;
  stream.update(as_bytes(what));
  for (const std::string_view value : values) {
    stream.update(as_bytes(std::string_view("\0", 1)));
    stream.update(as_bytes(value));
  }
  const std::string hex = to_hex(stream.finish());
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20, 12));
}

std::string rule_text(const List& list, const RuleText& rule) {
  std::string text = fmt::format("title: {}\nid: {}\nlevel: {}\n", rule.title, rule.id, rule.level);
  text += fmt::format("list: {}\n", list.file);
  if (!list.title.empty()) text += fmt::format("list title: {}\n", list.title);
  text += fmt::format("list format: {}\nlist sha256: {}\n", list.format, to_hex(list.sha256));
  text += fmt::format("searched: {}\n", rule.searched);
  return text;
}

}  // namespace pugmark::indicators

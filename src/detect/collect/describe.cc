#include "detect/collect/describe.h"

#include <algorithm>

#include "detect/attack_tag.h"

namespace pugmark {
namespace {

template <typename Record>
void describe(const sigma::Document& document, Record& record) {
  record.rule_id = shown_rule_id(document);
  record.rule_title = document.title;
  record.level = level_of(document);
  record.status = document.status;
  record.tags = document.tags;
  record.techniques = techniques_of(document.tags);
}

}  // namespace

std::string shown_rule_id(const sigma::Document& document) {
  if (!document.id.empty()) return document.id;
  return document.name.empty() ? document.title : document.name;
}

std::vector<std::string> techniques_of(std::span<const std::string> tags) {
  std::vector<std::string> techniques;
  for (const std::string& tag : tags) {
    std::string technique = attack_id_of(tag);
    if (!technique.starts_with('T')) continue;
    if (std::find(techniques.begin(), techniques.end(), technique) == techniques.end())
      techniques.push_back(std::move(technique));
  }
  return techniques;
}

Level level_of(const sigma::Document& document) {
  return level_from_string(document.level).value_or(Level::kMedium);
}

void describe_rule(const sigma::Document& document, Finding& finding) {
  describe(document, finding);
  finding.verdict = document.verdict;
}

void describe_rule(const files::FileRule& rule, Finding& finding) {
  finding.rule_id = rule.entry.rule_id;
  finding.rule_title = rule.entry.rule_title;
  finding.level = rule.entry.level;
  finding.status = rule.entry.status;
  finding.tags = rule.entry.tags;
  finding.techniques = rule.entry.techniques;
  finding.verdict = rule.verdict;
}

void describe_rule(const sigma::Document& document, LedgerEntry& entry) {
  describe(document, entry);
  entry.author = document.author;
  entry.file = document.file;
  entry.line = document.line;
  entry.references = document.references;
  entry.text = document.text;
  for (const std::string& warning : document.warnings)
    entry.why += (entry.why.empty() ? "" : " ") + warning;
}

}  // namespace pugmark

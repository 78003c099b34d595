#include "detect/collect/describe.h"

#include <algorithm>

#include "detect/attack_tag.h"

namespace pugmark {
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
  finding.rule_id = shown_rule_id(document);
  finding.rule_title = document.title;
  finding.level = level_of(document);
  finding.status = document.status;
  finding.verdict = document.verdict;
  finding.tags = document.tags;
  finding.techniques = techniques_of(document.tags);
}

}  // namespace pugmark

#include "base/text.h"
#include "report/report.h"

namespace pugmark {

bool passes_rule_filter(const Filter& filter, const std::string& rule_id,
                        const std::string& rule_title) {
  if (filter.rule.empty() || rule_id == filter.rule) return true;
  if (filter.rule.size() >= CaseReader::kRuleIdBeginsMin && rule_id.starts_with(filter.rule))
    return true;
  return folded(rule_title).find(folded(filter.rule)) != std::string::npos;
}

bool passes(const Filter& filter, const Finding& finding) {
  if (filter.level_min && finding.level < *filter.level_min) return false;
  if (!passes_rule_filter(filter, finding.rule_id, finding.rule_title)) return false;
  if (!filter.computer.empty() && folded(finding.computer) != folded(filter.computer)) return false;
  if (!filter.item.empty() && finding.item.find(filter.item) == std::string::npos) return false;
  if (!filter.from && !filter.before) return true;
  if (finding.precision == TimePrecision::kUnknown) return false;
  return (!filter.from || finding.time >= *filter.from) &&
         (!filter.before || finding.time < *filter.before);
}

}  // namespace pugmark

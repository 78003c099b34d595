#include "base/text.h"
#include "report/report.h"

namespace pugmark {
namespace {

bool passes_but_for_time(const Filter& filter, const Finding& finding) {
  if (filter.level_min && finding.level < *filter.level_min) return false;
  if (!passes_rule_filter(filter, finding.rule_id, finding.rule_title)) return false;
  if (!filter.computer.empty() && folded(finding.computer) != folded(filter.computer)) return false;
  return filter.item.empty() || finding.item.find(filter.item) != std::string::npos;
}

}  // namespace

bool passes_rule_filter(const Filter& filter, const std::string& rule_id,
                        const std::string& rule_title) {
  if (filter.rule.empty() || rule_id == filter.rule) return true;
  if (filter.rule.size() >= CaseReader::kRuleIdBeginsMin && rule_id.starts_with(filter.rule))
    return true;
  return folded(rule_title).find(folded(filter.rule)) != std::string::npos;
}

bool asks_for_time(const Filter& filter) { return filter.from || filter.before; }

bool lacks_time(const Filter& filter, const Finding& finding) {
  return asks_for_time(filter) && finding.precision == TimePrecision::kUnknown &&
         passes_but_for_time(filter, finding);
}

bool passes(const Filter& filter, const Finding& finding) {
  if (!passes_but_for_time(filter, finding)) return false;
  if (!asks_for_time(filter)) return true;
  if (finding.precision == TimePrecision::kUnknown) return false;
  return (!filter.from || finding.time >= *filter.from) &&
         (!filter.before || finding.time < *filter.before);
}

}  // namespace pugmark

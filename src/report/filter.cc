#include "base/text.h"
#include "report/report.h"

namespace pugmark {

bool passes(const Filter& filter, const Finding& finding) {
  if (filter.level_min && finding.level < *filter.level_min) return false;
  if (!filter.rule.empty() && finding.rule_id != filter.rule &&
      folded(finding.rule_title).find(folded(filter.rule)) == std::string::npos) {
    return false;
  }
  if (!filter.computer.empty() && folded(finding.computer) != folded(filter.computer)) return false;
  if (!filter.item.empty() && finding.item.find(filter.item) == std::string::npos) return false;
  if (!filter.from && !filter.before) return true;
  if (finding.precision == TimePrecision::kUnknown) return false;
  return (!filter.from || finding.time >= *filter.from) &&
         (!filter.before || finding.time < *filter.before);
}

}  // namespace pugmark

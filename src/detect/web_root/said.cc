#include "detect/web_root/said.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace pugmark::web_root {

void Said::say(Rule rule, std::vector<FileStep> steps) {
  const std::uint32_t number = first_rule_ + static_cast<std::uint32_t>(rule);
  if (steps.empty() || file_rules_[number].entry.state != RuleState::kRan) return;
  files::raise(file_verdict_of(rule), report_);
  auto hit = std::find_if(report_.hits.begin(), report_.hits.end(),
                          [&](const files::RuleHit& one) { return one.rule == number; });
  if (hit == report_.hits.end()) {
    hit = report_.hits.emplace(hit);
    hit->rule = number;
    hit->offset_bytes = steps.front().offset_bytes;
    hit->length_bytes = steps.front().length_bytes;
  }
  for (const FileStep& step : steps) {
    // What is said of a name or a time stands nowhere in the bytes.
    std::optional<std::uint64_t> offset;
    if (step.length_bytes > 0) offset = step.offset_bytes;
    const bool has_text = !step.text.empty();
    hit->because.push_back({std::string(to_string(step.role)), has_text ? step.text : step.what,
                            has_text ? step.what : "", offset, "", false});
  }
  // What the bytes say stands before what is said about them.
  const std::uint32_t weight = weight_of(rule) - (steps.front().length_bytes == 0 ? 1 : 0);
  report_.reasons.push_back({weight, std::move(steps)});
}

}  // namespace pugmark::web_root

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detect/indicators/list.h"
#include "detect/sigma/rule.h"

namespace pugmark::indicators {

// Puts lists among the rules of a hunt: for each list and kind one rule that asks every value of
// every event, and for each entry that cannot be looked for one rejection. Everything that is done
// with rules (ledger, levels, findings, confirmation) is so done with lists. The rule's id follows
// from its kind and values: the same list under two names is searched once.
void add_to_rules(std::span<const List> lists, sigma::RuleSet& rules);

// What such rules have in common with those about files.

// The last part of the list's path, fit for a title.
std::string short_name(const List& list);

// In the form of a UUID, as the ids of rules are. `what`: the sort of rule; the order of the
// values does not matter.
std::string rule_id_of(std::string_view what, std::vector<std::string_view> values);

// What `explain` shows as the rule. `searched`: which indicators of the list, and where.
struct RuleText {
  std::string_view title;
  std::string_view id;
  std::string_view level;
  std::string_view searched;
};
std::string rule_text(const List& list, const RuleText& rule);

}  // namespace pugmark::indicators

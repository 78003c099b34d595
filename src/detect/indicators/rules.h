#pragma once

#include <span>

#include "detect/indicators/list.h"
#include "detect/sigma/rule.h"

namespace pugmark::indicators {

// Puts lists among the rules of a hunt: for each list and kind one rule that asks every value of
// every event, and for each entry that cannot be looked for one rejection. Everything that is done
// with rules (ledger, levels, findings, confirmation) is so done with lists. The rule's id follows
// from its kind and values: the same list under two names is searched once.
void add_to_rules(std::span<const List> lists, sigma::RuleSet& rules);

}  // namespace pugmark::indicators

#pragma once

#include <span>
#include <string>
#include <vector>

#include "detect/files/file_check.h"
#include "detect/finding.h"
#include "detect/ledger.h"
#include "detect/sigma/rule.h"

namespace pugmark {

// A rule's id as output shows it: its id, else its name, else its title.
std::string shown_rule_id(const sigma::Document& document);

// "T1505.003" of every tag "attack.t1505.003", in any case, in order, each once.
std::vector<std::string> techniques_of(std::span<const std::string> tags);

// The level of a document; medium if it has none.
Level level_of(const sigma::Document& document);

// Fills what a finding, or an entry of the ledger, says about its rule: the same words in both.
void describe_rule(const sigma::Document& document, Finding& finding);
void describe_rule(const sigma::Document& document, LedgerEntry& entry);
void describe_rule(const files::FileRule& rule, Finding& finding);

}  // namespace pugmark

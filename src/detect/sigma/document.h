#pragma once

#include <string>
#include <vector>

#include "detect/sigma/budget.h"
#include "detect/sigma/parse.h"
#include "detect/sigma/yaml.h"

// Single documents, read from their tree. Inside of parse.h.
namespace pugmark::sigma {

// Reads title, id, level, ...: as far as they are well-formed, even if the rest is not.
bool parse_header(const Node& root, Document& document, Fault& fault);

// `budget` is that of the whole file.
bool parse_rule(const Node& root, const ParseOptions& options, ExpansionBudget& budget, Rule& rule,
                Fault& fault);
bool parse_filter(const Node& root, const ParseOptions& options, ExpansionBudget& budget,
                  Filter& filter, Fault& fault);
bool parse_correlation(const Node& root, const ParseOptions& options, ExpansionBudget& budget,
                       ParsedCorrelation& parsed, Fault& fault);

// A scalar or a list of scalars, as texts. `what` names it in messages.
bool parse_texts(const Node& node, std::string_view what, std::vector<std::string>& texts,
                 Fault& fault);

}  // namespace pugmark::sigma

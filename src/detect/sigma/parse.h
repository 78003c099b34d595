#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "detect/sigma/item.h"
#include "detect/sigma/rule.h"

// From text to documents: everything that can be said about one file by itself. What needs all
// files (references of correlations, filters) is done by link(). Thread-safe: files may be parsed
// in parallel.
namespace pugmark::sigma {

struct ParseOptions {
  Limits limits;
  Placeholders placeholders;
  std::vector<std::string> excluded_filters;  // ids
};

// An alias's field for a rule that is named in the aliases differently than in the list of rules.
struct PendingAlias {
  std::size_t alias = 0;  // index into Correlation::aliases
  std::string rule;
  std::string field;
  std::uint32_t line = 0;
};

struct ParsedCorrelation {
  Correlation correlation;  // RuleReference::text set, targets not yet
  std::vector<PendingAlias> pending_aliases;
  std::uint32_t rules_line = 0;
};

struct ParsedFile {
  std::vector<Rule> rules;
  std::vector<ParsedCorrelation> correlations;
  std::vector<Filter> filters;
  std::vector<RejectedRule> rejected;
};

// All documents of one file. `file` is its path as it is to appear in messages. Collections
// (`action: global`, `reset`, `repeat`) are resolved: a template is laid over the documents behind
// it, a repeat over the rule before it; action documents by themselves are no rules.
ParsedFile parse_rule_file(const std::string& file, std::string_view text,
                           const ParseOptions& options);

// Puts the files together, in the order given: finds what correlations refer to (by id, then by
// name), orders them so that each stands behind those it needs, applies filters. A missing
// reference or a circle rejects the correlation. A filter that is one too many (rule_filters), or
// that would make the rules it narrows too large (rule_expanded_bytes, of all filters together), is
// rejected and narrows none. One of an excluded id
// stays in the set and narrows none.
RuleSet link(std::vector<ParsedFile> files, const Limits& limits = {},
             const std::vector<std::string>& excluded_filters = {});

}  // namespace pugmark::sigma

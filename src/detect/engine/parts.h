#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "detect/ruleset.h"
#include "detect/sigma/rule.h"

namespace pugmark::engine {

// What part a rule or correlation takes in a hunt: the options say, and the correlations that take
// part and stand on it.
struct Part {
  bool is_disabled = false;
  // Judged for those correlations only: its matches are no findings of their own.
  bool is_silent = false;
  bool is_below_level = false;  // which is why it is disabled, or else silent
  std::string why;              // disabled or below the level: a sentence
  // Of silent ones: the correlations that stand on it and take part, indices into
  // RuleSet::correlations.
  std::vector<std::uint32_t> needed_by;
};

struct Parts {
  std::vector<Part> rules;
  std::vector<Part> correlations;
};

// Excluded are documents named by their id, and those of the same id as one read before. What is
// below the level is silent if a correlation that takes part stands on it, else disabled. Of the
// others those are silent that such correlations name, unless one of them says `generate: true`.
Parts parts_of(const sigma::RuleSet& rules, const RulesetOptions& options);

}  // namespace pugmark::engine

#include "detect/engine/parts.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>

#include "detect/collect/describe.h"

namespace pugmark::engine {
namespace {

class Casting {
 public:
  Casting(const sigma::RuleSet& rules, const RulesetOptions& options)
      : rules_(rules), options_(options) {}

  Parts run() && {
    for (const sigma::Rule& rule : rules_.rules) parts_.rules.push_back(by_options(rule));
    for (const sigma::Correlation& correlation : rules_.correlations)
      parts_.correlations.push_back(by_options(correlation));
    generated_rules_.resize(rules_.rules.size(), false);
    generated_correlations_.resize(rules_.correlations.size(), false);
    // A correlation stands behind those it refers to: what stands on it is decided before it is.
    for (std::size_t i = rules_.correlations.size(); i-- > 0;) {
      settle(generated_correlations_[i], parts_.correlations[i]);
      if (!parts_.correlations[i].is_disabled) note_needs(static_cast<std::uint32_t>(i));
    }
    for (std::size_t i = 0; i < rules_.rules.size(); ++i)
      settle(generated_rules_[i], parts_.rules[i]);
    return std::move(parts_);
  }

 private:
  Part by_options(const sigma::Document& document) {
    Part part;
    part.why = why_excluded(document);
    part.is_disabled = !part.why.empty();
    if (part.is_disabled || !options_.level_min || level_of(document) >= *options_.level_min)
      return part;
    part.is_below_level = true;
    part.why = fmt::format("Its level is below {}.", to_string(*options_.level_min));
    return part;
  }

  // A rule that stands in two files must not report everything twice.
  std::string why_excluded(const sigma::Document& document) {
    const auto& excluded = options_.excluded_ids;
    if (std::find(excluded.begin(), excluded.end(), document.id) != excluded.end())
      return "Excluded by its id.";
    if (document.id.empty()) return {};
    const auto [first, is_new] = first_of_id_.try_emplace(document.id, &document);
    if (is_new) return {};
    const bool is_same = first->second->text == document.text;
    return fmt::format("The rule at {}:{} has the same id{}.", first->second->file,
                       first->second->line, is_same ? "" : ", but says something else");
  }

  void note_needs(std::uint32_t correlation) {
    for (const sigma::RuleReference& reference : rules_.correlations[correlation].rules) {
      const bool is_correlation = reference.is_correlation;
      Part& part = (is_correlation ? parts_.correlations : parts_.rules)[reference.index];
      part.needed_by.push_back(correlation);
      if (rules_.correlations[correlation].generate)
        (is_correlation ? generated_correlations_ : generated_rules_)[reference.index] = true;
    }
  }

  static void settle(bool is_generated, Part& part) {
    if (part.is_below_level && part.needed_by.empty()) part.is_disabled = true;
    part.is_silent =
        !part.is_disabled && !part.needed_by.empty() && (part.is_below_level || !is_generated);
    if (!part.is_silent) part.needed_by.clear();
    std::reverse(part.needed_by.begin(), part.needed_by.end());
  }

  const sigma::RuleSet& rules_;
  const RulesetOptions& options_;
  Parts parts_;
  std::unordered_map<std::string, const sigma::Document*> first_of_id_;
  // Some correlation that takes part says `generate: true` of it.
  std::vector<bool> generated_rules_;
  std::vector<bool> generated_correlations_;
};

}  // namespace

Parts parts_of(const sigma::RuleSet& rules, const RulesetOptions& options) {
  return Casting(rules, options).run();
}

}  // namespace pugmark::engine

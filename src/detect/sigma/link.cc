#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/text.h"
#include "detect/sigma/budget.h"
#include "detect/sigma/item.h"
#include "detect/sigma/parse.h"

namespace pugmark::sigma {
namespace {

// Where an id or a name leads.
struct Target {
  bool is_correlation = false;
  std::uint32_t index = 0;
};

void append_shifted(const Expression& from, std::uint32_t shift, Expression& to) {
  to.kind = from.kind;
  to.predicate = from.kind == ExpressionKind::kPredicate ? from.predicate + shift : 0;
  for (const Expression& child : from.children)
    append_shifted(child, shift, to.children.emplace_back());
}

// rule := (rule) and (filter). The filter's predicates and identifiers are appended; names cannot
// mix because both expressions are compiled already.
void apply(const Filter& filter, std::uint32_t filter_index, Rule& rule) {
  const auto predicates_before = static_cast<std::uint32_t>(rule.predicates.size());
  const auto identifiers_before = static_cast<std::uint32_t>(rule.identifiers.size());
  const std::string& shown = filter.id.empty() ? filter.title : filter.id;
  for (SearchIdentifier identifier : filter.identifiers) {
    identifier.name = shown + "/" + identifier.name;
    rule.identifiers.push_back(std::move(identifier));
  }
  for (Predicate predicate : filter.predicates) {
    predicate.identifier += identifiers_before;
    rule.predicates.push_back(std::move(predicate));
  }
  std::vector<Expression> parts(2);
  parts[0] = std::move(rule.expression);
  append_shifted(filter.expression, predicates_before, parts[1]);
  rule.expression = joined(ExpressionKind::kAnd, std::move(parts));
  rule.applied_filters.push_back(filter_index);
}

std::size_t bytes_of(const Expression& expression) {
  std::size_t bytes = sizeof expression;
  for (const Expression& child : expression.children) bytes += bytes_of(child);
  return bytes;
}

// What apply() adds to a rule.
std::size_t bytes_of(const Filter& filter) {
  std::size_t bytes = bytes_of(filter.expression);
  for (const SearchIdentifier& identifier : filter.identifiers)
    bytes += sizeof identifier + filter.id.size() + filter.title.size() + identifier.name.size();
  for (const Predicate& predicate : filter.predicates) {
    bytes += sizeof predicate + predicate.field.size() + predicate.original.size();
    if (const Pattern* pattern = predicate.pattern()) {
      for (const Token& token : pattern->tokens) bytes += sizeof token + token.literal.size();
    }
  }
  return bytes;
}

bool covers(const LogSource& filter, const LogSource& rule) {
  return (filter.product.empty() || filter.product == rule.product) &&
         (filter.category.empty() || filter.category == rule.category) &&
         (filter.service.empty() || filter.service == rule.service);
}

class Linker {
 public:
  Linker(std::vector<ParsedFile> files, const Limits& limits,
         const std::vector<std::string>& excluded_filters)
      : limits_(limits),
        excluded_filters_(excluded_filters.begin(), excluded_filters.end()),
        filters_budget_(limits.rule_expanded_bytes, "The filters, applied to each rule,") {
    for (ParsedFile& file : files) {
      append(file.rules, set_.rules);
      append(file.filters, set_.filters);
      append(file.rejected, set_.rejected);
      append(file.correlations, parsed_);
    }
    for (const RejectedRule& rejected : set_.rejected) {
      if (!rejected.id.empty()) rejected_ids_.insert(ascii_lower(rejected.id));
    }
  }

  RuleSet run() && {
    index_documents();
    resolve_correlations();
    order_correlations();
    apply_filters();
    return std::move(set_);
  }

 private:
  template <class T>
  static void append(std::vector<T>& from, std::vector<T>& to) {
    for (T& one : from) to.push_back(std::move(one));
  }

  void index_documents() {
    for (std::uint32_t i = 0; i < set_.rules.size(); ++i) index(set_.rules[i], {false, i});
    for (std::uint32_t i = 0; i < parsed_.size(); ++i) index(parsed_[i].correlation, {true, i});
    state_.resize(parsed_.size());
  }
  void index(Document& document, Target target) {
    if (!document.id.empty() && !by_id_.emplace(ascii_lower(document.id), target).second) {
      document.warnings.push_back(
          fmt::format("The id {} stands in an earlier document too.", escaped(document.id)));
    }
    if (!document.name.empty() && !by_name_.emplace(document.name, target).second) {
      document.warnings.push_back(
          fmt::format("The name '{}' stands in an earlier document too.", escaped(document.name)));
    }
  }
  std::optional<Target> find(const std::string& reference) const {
    if (const auto id = by_id_.find(ascii_lower(reference)); id != by_id_.end()) return id->second;
    if (const auto name = by_name_.find(reference); name != by_name_.end()) return name->second;
    return std::nullopt;
  }

  void reject(std::size_t index, std::uint32_t line, std::string what, std::string hint) {
    const Correlation& correlation = parsed_[index].correlation;
    state_[index] = State::kRejected;
    set_.rejected.push_back({correlation.file, line, correlation.id, correlation.title,
                             "correlation", std::move(what), std::move(hint)});
  }

  void resolve_correlations() {
    for (std::size_t i = 0; i < parsed_.size(); ++i) {
      if (!resolve_rules(i)) continue;
      resolve_aliases(i);
    }
  }

  bool resolve_rules(std::size_t i) {
    ParsedCorrelation& parsed = parsed_[i];
    std::vector<RuleReference>& rules = parsed.correlation.rules;
    for (std::size_t r = 0; r < rules.size(); ++r) {
      const std::optional<Target> target = find(rules[r].text);
      if (!target) {
        reject(i, parsed.rules_line,
               fmt::format("The correlation refers to '{}', which is {}.", escaped(rules[r].text),
                           rejected_ids_.contains(ascii_lower(rules[r].text))
                               ? "rejected itself"
                               : "neither the id nor the name of a rule read"),
               "Hand over the file that holds this rule, or correct the reference.");
        return false;
      }
      rules[r].is_correlation = target->is_correlation;
      rules[r].index = target->index;
      for (std::size_t earlier = 0; earlier < r; ++earlier) {
        if (rules[earlier].is_correlation == target->is_correlation &&
            rules[earlier].index == target->index) {
          reject(i, parsed.rules_line,
                 fmt::format("The correlation lists '{}' twice.", escaped(rules[r].text)),
                 "List each rule once.");
          return false;
        }
      }
    }
    return true;
  }

  void resolve_aliases(std::size_t i) {
    ParsedCorrelation& parsed = parsed_[i];
    for (const PendingAlias& pending : parsed.pending_aliases) {
      const std::optional<Target> target = find(pending.rule);
      bool known = false;
      for (std::uint32_t r = 0; target && r < parsed.correlation.rules.size(); ++r) {
        const RuleReference& rule = parsed.correlation.rules[r];
        if (rule.index != target->index || rule.is_correlation != target->is_correlation) continue;
        parsed.correlation.aliases[pending.alias].fields.emplace_back(r, pending.field);
        known = true;
      }
      if (known) continue;
      reject(i, pending.line,
             fmt::format("An alias names the rule '{}', which the correlation does not list.",
                         escaped(pending.rule)),
             "List it under 'rules', or remove it from the alias.");
      return;
    }
  }

  // Each behind those it refers to, otherwise in the order of reading: in rounds, each of which
  // takes, in order, those whose references stand in the set already. What is never taken needs a
  // rejected one or itself.
  void order_correlations() {
    std::vector<std::vector<std::size_t>> users(parsed_.size());
    std::vector<std::size_t> missing(parsed_.size(), 0);
    for (std::size_t i = 0; i < parsed_.size(); ++i) {
      for (const RuleReference& rule : parsed_[i].correlation.rules) {
        if (!rule.is_correlation || state_[i] == State::kRejected) continue;
        users[rule.index].push_back(i);
        ++missing[i];
      }
    }
    std::set<std::pair<std::size_t, std::size_t>> ready;  // round, index
    for (std::size_t i = 0; i < parsed_.size(); ++i) {
      if (state_[i] == State::kWaiting && missing[i] == 0) ready.emplace(0, i);
    }
    std::vector<std::uint32_t> place(parsed_.size(), 0);
    while (!ready.empty()) {
      const auto [round, i] = *ready.begin();
      ready.erase(ready.begin());
      put_in_place(i, place);
      for (const std::size_t user : users[i]) {
        if (--missing[user] == 0) ready.emplace(user > i ? round : round + 1, user);
      }
    }
    for (std::size_t i = 0; i < parsed_.size(); ++i) {
      if (state_[i] == State::kWaiting) reject_unplaced(i);
    }
  }

  void put_in_place(std::size_t i, std::vector<std::uint32_t>& place) {
    Correlation& correlation = parsed_[i].correlation;
    for (RuleReference& rule : correlation.rules) {
      if (rule.is_correlation) rule.index = place[rule.index];
    }
    place[i] = static_cast<std::uint32_t>(set_.correlations.size());
    set_.correlations.push_back(std::move(correlation));
    state_[i] = State::kPlaced;
  }

  void reject_unplaced(std::size_t i) {
    for (const RuleReference& rule : parsed_[i].correlation.rules) {
      if (!rule.is_correlation || state_[rule.index] != State::kRejected) continue;
      if (circular_.contains(rule.index)) continue;
      reject(i, parsed_[i].rules_line,
             fmt::format("The correlation refers to '{}', which is rejected itself.",
                         escaped(rule.text)),
             "Correct that correlation first.");
      return;
    }
    circular_.insert(i);
    reject(i, parsed_[i].rules_line,
           "The correlation refers to itself, directly or through others.",
           "Remove one of the references of the circle.");
  }

  void apply_filters() {
    std::vector<Filter> filters;
    for (Filter& filter : set_.filters) {
      Fault fault;
      filter.is_excluded = excluded_filters_.contains(filter.id);
      if (filters.size() < limits_.rule_filters ? apply_filter(filter, filters.size(), fault)
                                                : too_many_filters(filter, fault)) {
        filters.push_back(std::move(filter));
        continue;
      }
      set_.rejected.push_back({filter.file, fault.line, filter.id, filter.title, "filter",
                               std::move(fault.what), std::move(fault.hint)});
    }
    set_.filters = std::move(filters);
  }

  bool too_many_filters(const Filter& filter, Fault& fault) const {
    return fail(fault, filter.line,
                fmt::format("More than {} filters were handed over (limit rule-filters).",
                            limits_.rule_filters),
                "Join filters of one log source.");
  }

  // `place` is where it will stand among the filters.
  bool apply_filter(Filter& filter, std::size_t place, Fault& fault) {
    if (filter.is_excluded) return true;
    const std::vector<std::uint32_t> narrowed = narrowed_by(filter);
    if (!filters_budget_.take(bytes_of(filter), narrowed.size(), filter.line, fault)) return false;
    for (const std::uint32_t rule : narrowed)
      apply(filter, static_cast<std::uint32_t>(place), set_.rules[rule]);
    if (narrowed.empty()) filter.warnings.push_back("The filter narrows none of the rules read.");
    return true;
  }

  std::vector<std::uint32_t> narrowed_by(const Filter& filter) const {
    std::set<std::string> ids;
    std::set<std::string> names;
    for (const std::string& reference : filter.rules) {
      ids.insert(ascii_lower(reference));
      names.insert(reference);
    }
    std::vector<std::uint32_t> narrowed;
    for (std::uint32_t i = 0; i < set_.rules.size(); ++i) {
      const Rule& rule = set_.rules[i];
      if (!covers(filter.logsource, rule.logsource)) continue;
      const bool is_named = (!rule.id.empty() && ids.contains(ascii_lower(rule.id))) ||
                            (!rule.name.empty() && names.contains(rule.name));
      if (filter.rules.empty() || is_named) narrowed.push_back(i);
    }
    return narrowed;
  }

  enum class State : std::uint8_t { kWaiting, kPlaced, kRejected };

  const Limits& limits_;
  std::set<std::string> excluded_filters_;
  ExpansionBudget filters_budget_;
  RuleSet set_;
  std::set<std::string> rejected_ids_;  // in lower case
  std::vector<ParsedCorrelation> parsed_;
  std::vector<State> state_;
  std::set<std::size_t> circular_;
  std::map<std::string, Target> by_id_;
  std::map<std::string, Target> by_name_;
};

}  // namespace

RuleSet link(std::vector<ParsedFile> files, const Limits& limits,
             const std::vector<std::string>& excluded_filters) {
  return Linker(std::move(files), limits, excluded_filters).run();
}

}  // namespace pugmark::sigma

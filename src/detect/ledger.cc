#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "detect/collect/settle.h"
#include "detect/engine/engine.h"

namespace pugmark {
namespace {

using engine::Bucket;
using engine::Node;
using engine::NodeKind;
using sigma::PredicateOp;

// Whether a part of a condition could come out true, and whether it could come out false, given
// which fields any event of the bucket ever filled.
struct Possible {
  bool to_be_true = false;
  bool to_be_false = false;
};

class Observability {
 public:
  Observability(const Bucket& bucket, const std::vector<bool>& observed)
      : bucket_(bucket), observed_(observed) {}

  Possible of(std::uint32_t at) {
    const Node& node = bucket_.nodes[at];
    switch (node.kind) {
      case NodeKind::kTrue:
        return {true, false};
      case NodeKind::kFalse:
        return {false, true};
      case NodeKind::kPredicate:
        return of_predicate(bucket_.predicates[node.first]);
      case NodeKind::kNot: {
        const Possible inner = of(bucket_.children[node.first]);
        return {inner.to_be_false, inner.to_be_true};
      }
      case NodeKind::kAnd:
      case NodeKind::kOr:
        break;
    }
    const bool is_and = node.kind == NodeKind::kAnd;
    Possible all{is_and, !is_and};
    for (std::uint32_t i = 0; i < node.count; ++i) {
      const Possible part = of(bucket_.children[node.first + i]);
      all.to_be_true =
          is_and ? all.to_be_true && part.to_be_true : all.to_be_true || part.to_be_true;
      all.to_be_false =
          is_and ? all.to_be_false || part.to_be_false : all.to_be_false && part.to_be_false;
    }
    return all;
  }

  const std::set<std::string>& missing_fields() const { return missing_; }

 private:
  Possible of_predicate(const engine::CompiledPredicate& predicate) {
    if (predicate.field < observed_.size() && observed_[predicate.field]) return {true, true};
    const PredicateOp op = predicate.source->op();
    // Absence is what these ask for; an empty or null value was not told from a missing one.
    if (op == PredicateOp::kNull || op == PredicateOp::kExists) return {true, true};
    if (op == PredicateOp::kPattern && predicate.tokens.empty()) return {true, true};
    missing_.insert(bucket_.fields[predicate.field].name);
    return {false, true};
  }

  const Bucket& bucket_;
  const std::vector<bool>& observed_;
  std::set<std::string> missing_;
};

std::string joined(const std::set<std::string>& names, std::string_view between) {
  return fmt::format("{}", fmt::join(names, between));
}

// What the evidence says about one rule's chance to match.
struct Chance {
  std::uint64_t events_count = 0;  // of its log sources
  bool log_was_there = false;
  bool had_instances = false;  // some kind of event that was there can match it in principle
  bool satisfiable = false;
  std::uint64_t ambiguous_count = 0;  // events that do not say what kind they are
  std::set<std::string> missing_fields;
  std::set<std::string> routes_without_events;
};

class Judge {
 public:
  Judge(const engine::Engine& engine, const Gathered& gathered)
      : engine_(engine), gathered_(gathered) {
    for (std::uint32_t id = 0; id < gathered.buckets.size(); ++id) {
      if (gathered.buckets[id].events_count == 0) continue;
      for (const engine::Instance& instance : engine.bucket(id).instances)
        instances_[instance.rule].emplace_back(id, &instance);
    }
  }

  Chance chance_of(std::uint32_t rule) {
    Chance chance;
    for (const sigma::Route& route : engine_.routing(rule).routes) {
      const std::uint64_t events = events_of(route);
      chance.events_count += events;
      if (events > 0) chance.log_was_there = true;
      if (events == 0) chance.routes_without_events.insert(route.name);
    }
    const auto found = instances_.find(rule);
    if (found == instances_.end()) return chance;
    chance.had_instances = true;
    std::set<std::uint32_t> ambiguous;  // buckets; several routes of a rule may lead into one
    for (const auto& [id, instance] : found->second) {
      if (engine_.key(id).is_ambiguous && ambiguous.insert(id).second)
        chance.ambiguous_count += gathered_.buckets[id].events_count;
      Observability observability(engine_.bucket(id), gathered_.buckets[id].observed);
      if (observability.of(instance->root).to_be_true) chance.satisfiable = true;
      chance.missing_fields.insert(observability.missing_fields().begin(),
                                   observability.missing_fields().end());
    }
    return chance;
  }

 private:
  // Rules of one log source share their routes, so each is asked about once.
  std::uint64_t events_of(const sigma::Route& route) {
    const auto [known, is_new] = events_of_route_.try_emplace(&route, 0);
    if (!is_new) return known->second;
    for (std::uint32_t id = 0; id < gathered_.buckets.size(); ++id) {
      const std::uint64_t events_count = gathered_.buckets[id].events_count;
      if (events_count > 0 && engine::applies(route, engine_.key(id)))
        known->second += events_count;
    }
    return known->second;
  }

  const engine::Engine& engine_;
  const Gathered& gathered_;
  std::unordered_map<const sigma::Route*, std::uint64_t> events_of_route_;
  std::map<std::uint32_t, std::vector<std::pair<std::uint32_t, const engine::Instance*>>>
      instances_;
};

// What is already said of the rule (a warning from reading it) is kept in front.
void add_reason(LedgerEntry& entry, const std::string& reason) {
  entry.why += (entry.why.empty() ? "" : " ") + reason;
}

void judge_rule(const Chance& chance, LedgerEntry& entry) {
  entry.events_count = chance.events_count;
  if (!chance.log_was_there) {
    entry.state = RuleState::kNotObservable;
    const std::string but =
        chance.ambiguous_count == 0
            ? ""
            : fmt::format(
                  " but for {} that say several things about what they are, which it judged",
                  chance.ambiguous_count);
    add_reason(entry, fmt::format("The evidence has no events of {}{}.",
                                  joined(chance.routes_without_events, " or "), but));
  } else if (chance.had_instances && !chance.satisfiable) {
    entry.state = RuleState::kNotObservable;
    add_reason(entry, fmt::format("Its log source was there (events: {}), but none ever filled a "
                                  "field it needs: {}.",
                                  chance.events_count, joined(chance.missing_fields, ", ")));
  } else {
    entry.state = RuleState::kRan;
  }
}

// A filter may be why a rule found nothing, and who handed it over need not be who reads the case.
void add_filters(const sigma::RuleSet& rules, const sigma::Rule& rule, LedgerEntry& entry) {
  constexpr std::size_t kListed = 5;
  std::string names;
  const std::size_t count = rule.applied_filters.size();
  for (std::size_t i = 0; i < std::min(count, kListed); ++i) {
    const sigma::Filter& filter = rules.filters[rule.applied_filters[i]];
    names += fmt::format("{}{} ({}, line {})", i == 0 ? "" : ", ", filter.title, filter.file,
                         filter.line);
  }
  if (count > kListed) names += fmt::format(" and {} more", count - kListed);
  if (count > 0)
    add_reason(entry, fmt::format("Narrowed by {} {}.", count == 1 ? "filter" : "filters", names));
}

// What a rule or correlation found that correlations keep from being findings.
void add_silence(const sigma::RuleSet& rules, const engine::Part& part, std::uint64_t count,
                 LedgerEntry& entry) {
  if (!part.is_silent) return;
  const std::size_t others = part.needed_by.size() - 1;
  const std::string which =
      fmt::format("the correlation \"{}\"{}", rules.correlations[part.needed_by.front()].title,
                  others == 0 ? "" : fmt::format(" and {} more", others));
  const std::string_view stands = others == 0 ? "stands" : "stand";
  if (part.is_below_level)
    add_reason(entry, fmt::format("{} It ran only because {} {} on it.", part.why, which, stands));
  if (count == 0) return;
  std::string text = count == 1 ? "1 match is no finding of its own"
                                : fmt::format("{} matches are no findings of their own", count);
  if (!part.is_below_level)
    text +=
        fmt::format(": {} {} on {} (generate: false)", which, stands, count == 1 ? "it" : "them");
  add_reason(entry, text + ".");
}

// A correlation could see what all (for counts: some) of the rules it stands on could see.
void judge_correlation(const sigma::RuleSet& rules, const sigma::Correlation& correlation,
                       const std::vector<LedgerEntry>& ledger, LedgerEntry& entry) {
  std::size_t blind = 0;
  for (const sigma::RuleReference& reference : correlation.rules) {
    const std::size_t at =
        reference.is_correlation ? rules.rules.size() + reference.index : reference.index;
    entry.events_count += ledger[at].events_count;
    if (ledger[at].state == RuleState::kRan) continue;
    ++blind;
    entry.why += fmt::format("{}{} is {}: {}", entry.why.empty() ? "" : " ", ledger[at].rule_title,
                             to_string(ledger[at].state), ledger[at].why);
  }
  const bool needs_all = is_temporal(correlation.type);
  if (blind == correlation.rules.size() || (needs_all && blind > 0 && !correlation.is_extended))
    entry.state = RuleState::kNotObservable;
}

std::string are_without(std::uint64_t count, std::uint64_t total, std::string_view one,
                        std::string_view many) {
  if (count < total)
    return fmt::format("{} of {} matches {} and took no part.", count, total,
                       count == 1 ? one : many);
  return total == 1 ? fmt::format("The only match of its rules {}.", one)
                    : fmt::format("All {} matches of its rules {}.", total, many);
}

void add_absences(const CorrelationTally& tally, std::uint64_t total, LedgerEntry& entry) {
  if (tally.lacking_count > 0) {
    const std::string fields = joined(tally.lacking_fields, " or ");
    add_reason(entry, are_without(tally.lacking_count, total, "lacks " + fields, "lack " + fields));
  }
  if (tally.no_number_count > 0) {
    add_reason(entry,
               are_without(tally.no_number_count, total, "has no number in " + tally.number_field,
                           "have no number in " + tally.number_field));
  }
  if (tally.undated_count == total) {
    add_reason(entry, are_without(total, total, "has no time", "have no time"));
  } else if (tally.undated_count > 0) {
    add_reason(entry, fmt::format("{} without a time took no part.",
                                  tally.undated_count == 1
                                      ? "1 match"
                                      : fmt::format("{} matches", tally.undated_count)));
  }
}

// Of what its rules matched a correlation saw only the events that have what it asks for.
void judge_offered(const sigma::RuleSet& rules, const sigma::Correlation& correlation,
                   const CorrelationTally& tally, LedgerEntry& entry) {
  std::uint64_t total = 0;
  std::uint64_t part_count = 0;
  for (const CorrelationTally::OfRule& of : tally.rules) {
    total += of.offered_count;
    part_count += of.part_count;
  }
  if (part_count == total) return;
  add_absences(tally, total, entry);
  if (part_count == 0) entry.state = RuleState::kNotObservable;
  const bool needs_all =
      is_temporal(correlation.type) && !correlation.is_extended && correlation.thresholds.empty();
  if (part_count == 0 || !needs_all) return;
  for (std::size_t i = 0; i < tally.rules.size(); ++i) {
    if (tally.rules[i].offered_count == 0 || tally.rules[i].part_count > 0) continue;
    const sigma::RuleReference& reference = correlation.rules[i];
    const sigma::Document& needed =
        reference.is_correlation
            ? static_cast<const sigma::Document&>(rules.correlations[reference.index])
            : rules.rules[reference.index];
    entry.state = RuleState::kNotObservable;
    add_reason(entry, fmt::format("Nothing that \"{}\" matched took part.", needed.title));
  }
}

void judge_file_rule(const Gathered& gathered, std::uint32_t rule, bool is_of_lists,
                     LedgerEntry& entry) {
  if (entry.state != RuleState::kRan) return;
  const auto only_some = gathered.files_for_rules.find(rule);
  const bool judges_all = only_some == gathered.files_for_rules.end();
  // Logs and archives have digests, too.
  const std::uint64_t judged = is_of_lists ? gathered.items.size() : gathered.files_count;
  entry.events_count = judges_all ? judged : only_some->second.count;
  if (entry.events_count > 0) return;
  entry.state = RuleState::kNotObservable;
  if (is_of_lists)
    add_reason(entry, "The evidence has no files.");
  else
    add_reason(entry, judges_all || gathered.files_count == 0
                          ? "The evidence has no files that are no logs."
                          : only_some->second.absence);
}

}  // namespace

std::vector<LedgerEntry> ledger_after(const Ruleset& ruleset, const Gathered& gathered,
                                      const std::map<std::uint32_t, FindingStore::Count>& counts) {
  const engine::Engine& engine = ruleset.engine();
  const sigma::RuleSet& rules = engine.rules();
  std::vector<LedgerEntry> ledger = ruleset.ledger();
  Judge judge(engine, gathered);
  for (std::uint32_t i = 0; i < rules.rules.size(); ++i) {
    const bool judged = ledger[i].state == RuleState::kRan;
    if (!judged) continue;
    const Chance chance = judge.chance_of(i);
    // What found something could see, even if only in events that do not say what kind they are.
    if (counts.contains(i) || gathered.silenced_counts[i] > 0) {
      ledger[i].events_count = chance.events_count;
    } else {
      judge_rule(chance, ledger[i]);
    }
    if (ledger[i].state != RuleState::kRan) continue;
    add_silence(rules, engine.part(i), gathered.silenced_counts[i], ledger[i]);
    add_filters(rules, rules.rules[i], ledger[i]);
  }
  for (std::uint32_t i = 0; i < rules.correlations.size(); ++i) {
    const std::size_t at = rules.rules.size() + i;
    if (ledger[at].state == RuleState::kRan) {
      judge_correlation(rules, rules.correlations[i], ledger, ledger[at]);
      judge_offered(rules, rules.correlations[i], gathered.correlations[i], ledger[at]);
    }
    if (ledger[at].state == RuleState::kRan)
      add_silence(rules, engine.part_of_correlation(i), gathered.silenced_counts[at], ledger[at]);
  }
  const std::size_t first_file_rule = rules.rules.size() + rules.correlations.size();
  for (std::uint32_t i = 0; i < ruleset.file_rules().size(); ++i)
    judge_file_rule(gathered, i, i >= ruleset.first_list_rule(), ledger[first_file_rule + i]);
  for (const auto& [rule, count] : counts) {
    ledger[rule].findings_count = count.total;
    ledger[rule].kept_count = count.kept;
  }
  for (LedgerEntry& entry : ledger) {
    if (entry.kept_count == 0) entry.text.clear();
    if (entry.findings_count > entry.kept_count) {
      entry.why +=
          fmt::format("{}{} of {} matches are kept in full, the rest are counted.",
                      entry.why.empty() ? "" : " ", entry.kept_count, entry.findings_count);
    }
  }
  return ledger;
}

}  // namespace pugmark

// Correlations against a twin that looks at every window by itself. The input chooses a
// correlation document, which is read like a rule file, and up to 24 hits with few times, groups
// and values, so that windows overlap and thresholds are met exactly.
//
// The twin follows correlate.h word for word: a window holds the hits of one group with
// t <= time <= t + timespan for the time t of each hit; windows wholly inside another one are left
// out; satisfied windows that overlap are one result.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/choices_testing.h"
#include "base/text.h"
#include "detect/sigma/correlate.h"
#include "detect/sigma/parse.h"

using namespace pugmark;
using sigma::Correlation;
using sigma::CorrelationHit;
using sigma::CorrelationResult;
using sigma::CorrelationType;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// ---- The slow twin ----

using Window = std::vector<std::uint32_t>;  // indices of hits, in order

class Twin {
 public:
  Twin(const Correlation& correlation, const std::vector<CorrelationHit>& hits)
      : correlation_(correlation), hits_(hits) {
    if (correlation.is_extended && correlation.type == CorrelationType::kTemporalOrdered)
      alternatives_ = sigma::ordered_alternatives(correlation.extended).value();
  }

  std::vector<CorrelationResult> run() {
    std::map<std::vector<std::string>, Window> groups;
    for (std::uint32_t i = 0; i < hits_.size(); ++i) {
      if (takes_part(hits_[i])) groups[group_of(hits_[i])].push_back(i);
    }
    std::vector<CorrelationResult> results;
    for (auto& [group, members] : groups) {
      std::sort(members.begin(), members.end(), [this](std::uint32_t a, std::uint32_t b) {
        return std::tie(hits_[a].time_ns, hits_[a].ordinal, hits_[a].rule, a) <
               std::tie(hits_[b].time_ns, hits_[b].ordinal, hits_[b].rule, b);
      });
      for (CorrelationResult& result : results_of_group(members)) results.push_back(result);
    }
    return results;
  }

 private:
  std::size_t group_size() const { return correlation_.group_by.size(); }
  bool is_numeric() const { return correlation_.type >= CorrelationType::kValueSum; }
  double number(std::uint32_t hit) const {
    return sigma::parse_number(*hits_[hit].values.back())->approximate;
  }

  bool takes_part(const CorrelationHit& hit) const {
    for (const auto& value : hit.values) {
      if (!value) return false;
    }
    return !is_numeric() || sigma::parse_number(*hit.values.back()).has_value();
  }

  std::vector<std::string> folded_values(const CorrelationHit& hit, std::size_t first,
                                         std::size_t last) const {
    std::vector<std::string> values;
    for (std::size_t i = first; i < last; ++i) values.push_back(folded(*hit.values[i]));
    return values;
  }
  std::vector<std::string> group_of(const CorrelationHit& hit) const {
    return folded_values(hit, 0, group_size());
  }

  // Every window that is no part of another one.
  std::vector<Window> windows_of(const Window& members) const {
    std::vector<Window> all;
    for (const std::uint32_t start : members) {
      const std::int64_t from = hits_[start].time_ns;
      Window window;
      for (const std::uint32_t hit : members) {
        const std::int64_t time = hits_[hit].time_ns;
        // Differences of two times may not fit 64 bits with sign; without sign they do.
        const auto after = static_cast<std::uint64_t>(time) - static_cast<std::uint64_t>(from);
        const bool is_within = after <= static_cast<std::uint64_t>(correlation_.timespan_ns);
        if (time >= from && is_within) window.push_back(hit);
      }
      all.push_back(std::move(window));
    }
    std::vector<Window> windows;
    for (const Window& window : all) {
      const auto is_inside = [&](const Window& other) {
        return window.size() < other.size() &&
               std::all_of(window.begin(), window.end(), [&](std::uint32_t hit) {
                 return std::find(other.begin(), other.end(), hit) != other.end();
               });
      };
      const bool is_known = std::find(windows.begin(), windows.end(), window) != windows.end();
      if (!is_known && std::none_of(all.begin(), all.end(), is_inside)) windows.push_back(window);
    }
    return windows;
  }

  std::vector<CorrelationResult> results_of_group(const Window& members) const {
    std::vector<CorrelationResult> results;
    for (const Window& window : windows_of(members)) {
      const double measure = measure_of(window);
      if (!satisfied(window, measure)) continue;
      const bool overlaps =
          !results.empty() && std::find(results.back().hits.begin(), results.back().hits.end(),
                                        window.front()) != results.back().hits.end();
      if (!overlaps) {
        results.emplace_back();
        results.back().measure = measure;
      }
      CorrelationResult& result = results.back();
      for (const std::uint32_t hit : window) {
        if (std::find(result.hits.begin(), result.hits.end(), hit) == result.hits.end())
          result.hits.push_back(hit);
      }
    }
    for (CorrelationResult& result : results) {
      const CorrelationHit& first = hits_[result.hits.front()];
      for (std::size_t i = 0; i < group_size(); ++i) result.group.push_back(*first.values[i]);
      result.first_time_ns = first.time_ns;
      result.last_time_ns = hits_[result.hits.back()].time_ns;
    }
    return results;
  }

  bool satisfied(const Window& window, double measure) const {
    if (correlation_.is_extended && correlation_.type == CorrelationType::kTemporal)
      return holds(correlation_.extended, window);
    if (correlation_.is_extended) return ordered_holds(window);
    if (correlation_.thresholds.empty())
      return measure >= static_cast<double>(correlation_.rules.size());
    return std::all_of(correlation_.thresholds.begin(), correlation_.thresholds.end(),
                       [&](const sigma::Threshold& threshold) {
                         const auto order = measure <=> threshold.number;
                         switch (threshold.op) {
                           case sigma::CompareOp::kEqual:
                             return order == 0;
                           case sigma::CompareOp::kNotEqual:
                             return order != 0;
                           case sigma::CompareOp::kGreater:
                             return order > 0;
                           case sigma::CompareOp::kGreaterEqual:
                             return order >= 0;
                           case sigma::CompareOp::kLess:
                             return order < 0;
                           case sigma::CompareOp::kLessEqual:
                             return order <= 0;
                         }
                         return false;
                       });
  }

  double measure_of(const Window& window) const {
    std::set<std::vector<std::string>> distinct;
    std::vector<double> numbers;
    for (const std::uint32_t hit : window) {
      const CorrelationHit& one = hits_[hit];
      if (correlation_.type == CorrelationType::kEventCount)
        distinct.insert({std::to_string(one.ordinal)});
      if (correlation_.type == CorrelationType::kTemporal)
        distinct.insert({std::to_string(one.rule)});
      if (correlation_.type == CorrelationType::kValueCount)
        distinct.insert(folded_values(one, group_size(), one.values.size()));
      if (is_numeric()) numbers.push_back(number(hit));
    }
    if (correlation_.type == CorrelationType::kTemporalOrdered) {
      std::size_t longest = 0;
      const std::vector<std::vector<std::uint32_t>> sequences = sequences_to_measure();
      for (const auto& sequence : sequences)
        longest = std::max(longest, longest_chain(sequence, window));
      return static_cast<double>(longest);
    }
    return is_numeric() ? statistic(std::move(numbers)) : static_cast<double>(distinct.size());
  }

  // The numbers used here are small multiples of a half: sums of them are exact.
  double statistic(std::vector<double> numbers) const {
    std::sort(numbers.begin(), numbers.end());
    double sum = 0;
    for (const double one : numbers) sum += one;
    if (correlation_.type == CorrelationType::kValueSum) return sum;
    if (correlation_.type == CorrelationType::kValueAverage)
      return sum / static_cast<double>(numbers.size());
    const bool is_median = correlation_.type == CorrelationType::kValueMedian;
    const double wanted = is_median ? 50 : correlation_.percentile;
    const double rank = wanted / 100 * static_cast<double>(numbers.size() - 1);
    const auto below = static_cast<std::size_t>(std::floor(rank));
    if (below + 1 == numbers.size()) return numbers[below];
    return numbers[below] +
           (numbers[below + 1] - numbers[below]) * (rank - static_cast<double>(below));
  }

  // ---- Order ----

  std::vector<std::vector<std::uint32_t>> sequences_to_measure() const {
    std::vector<std::vector<std::uint32_t>> sequences;
    if (correlation_.is_extended) {
      for (const sigma::OrderedAlternative& one : alternatives_) sequences.push_back(one.sequence);
    } else {
      sequences.emplace_back();
      for (std::uint32_t rule = 0; rule < correlation_.rules.size(); ++rule)
        sequences.back().push_back(rule);
    }
    return sequences;
  }

  // The most rules of the sequence that occur one after the other in the window, by trying
  // everything from the end.
  std::size_t longest_chain(const std::vector<std::uint32_t>& sequence,
                            const Window& window) const {
    std::vector<std::size_t> from(window.size(), 0);  // longest that begins with this hit
    const auto place = [&](std::size_t i) {
      return std::find(sequence.begin(), sequence.end(), hits_[window[i]].rule);
    };
    for (std::size_t i = window.size(); i-- > 0;) {
      if (place(i) == sequence.end()) continue;
      from[i] = 1;
      for (std::size_t next = i + 1; next < window.size(); ++next) {
        if (place(next) > place(i) && place(next) != sequence.end() &&
            is_in_order(hits_[window[i]], hits_[window[next]]))
          from[i] = std::max(from[i], 1 + from[next]);
      }
    }
    return from.empty() ? 0 : *std::max_element(from.begin(), from.end());
  }
  static bool is_in_order(const CorrelationHit& a, const CorrelationHit& b) {
    if (a.time_ns != b.time_ns) return a.time_ns < b.time_ns;
    return a.source == b.source && a.ordinal < b.ordinal;
  }

  bool occurs(std::uint32_t rule, const Window& window) const {
    return std::any_of(window.begin(), window.end(),
                       [&](std::uint32_t hit) { return hits_[hit].rule == rule; });
  }

  bool ordered_holds(const Window& window) const {
    for (const sigma::OrderedAlternative& one : alternatives_) {
      const bool nothing_forbidden =
          std::none_of(one.absent.begin(), one.absent.end(),
                       [&](std::uint32_t rule) { return occurs(rule, window); });
      if (nothing_forbidden && longest_chain(one.sequence, window) == one.sequence.size())
        return true;
    }
    return false;
  }

  bool holds(const sigma::Expression& expression, const Window& window) const {
    const auto one = [&](const sigma::Expression& child) { return holds(child, window); };
    const auto& children = expression.children;
    switch (expression.kind) {
      case sigma::ExpressionKind::kPredicate:
        return occurs(expression.predicate, window);
      case sigma::ExpressionKind::kAnd:
        return std::all_of(children.begin(), children.end(), one);
      case sigma::ExpressionKind::kOr:
        return std::any_of(children.begin(), children.end(), one);
      case sigma::ExpressionKind::kNot:
        return !one(children[0]);
    }
    return false;
  }

  const Correlation& correlation_;
  const std::vector<CorrelationHit>& hits_;
  std::vector<sigma::OrderedAlternative> alternatives_;
};

// ---- What the input chooses ----

std::string document(Choices& choices) {
  constexpr const char* kTypes[] = {"event_count", "value_count",      "temporal",
                                    "temporal_ordered", "value_sum",   "value_avg",
                                    "value_percentile", "value_median"};
  const std::size_t type = choices.below(8);
  std::string made = "title: c\ncorrelation:\n  type: ";
  made += kTypes[type];
  const std::size_t groups = choices.below(3);
  made += std::string("\n  group-by: ") + (groups == 0 ? "[]" : groups == 1 ? "[u]" : "[u, h]");
  made += std::string("\n  timespan: ") + choices.one_of({"1s", "2s", "3s", "5s", "1m"});
  const bool is_temporal = type == 2 || type == 3;
  if (is_temporal && choices.one_in(2)) {
    return made + "\n  condition: " +
           choices.one_of({"r0 and r1 and r2", "r1 and r0 or r2", "r0 and not r1 or r2 and r1",
                           "(r0 or r1) and r2", "not (r0 and r1) and r2"}) +
           "\n";
  }
  made += "\n  rules: [r0, r1, r2]\n";
  if (is_temporal && choices.one_in(2)) return made;
  made += "  condition:\n";
  const bool needs_field = type == 1 || type >= 4;
  if (needs_field)
    made += type == 1 && choices.one_in(3) ? "    field: [v, w]\n" : "    field: v\n";
  if (type == 6)
    made += std::string("    percentile: ") + choices.one_of({"0", "50", "90", "100", "33"}) + "\n";
  for (std::size_t i = 1 + choices.below(2); i > 0; --i) {
    made += std::string("    ") +
            (i == 1 ? choices.one_of({"gte", "lt", "eq"}) : choices.one_of({"lte", "gt", "neq"})) +
            ": " + choices.one_of({"1", "2", "3", "4", "0.5", "-1", "7"}) + "\n";
  }
  return made;
}

std::optional<Correlation> correlation(Choices& choices) {
  std::string text;
  for (const char* name : {"r0", "r1", "r2"}) {
    text += std::string("title: t\nname: ") + name +
            "\nlogsource: {product: windows}\ndetection: {s: {F: a}, condition: s}\n---\n";
  }
  std::vector<sigma::ParsedFile> files;
  files.push_back(sigma::parse_rule_file("f.yml", text + document(choices), {}));
  sigma::RuleSet set = sigma::link(std::move(files));
  if (set.correlations.empty()) return std::nullopt;
  return std::move(set.correlations.front());
}

std::vector<CorrelationHit> hits(const Correlation& correlation, Choices& choices) {
  constexpr const char* kGroups[] = {"a", "A", "b", "\xc3\xa9", "\xc3\x89"};
  constexpr const char* kValues[] = {"1", "2", "-1", "0.5", "3", "x", "X", "0x4", ""};
  std::vector<CorrelationHit> made;
  std::int64_t time = choices.one_in(8) ? INT64_MIN : 0;
  std::uint64_t ordinal = 0;
  std::uint64_t source = 0;
  for (std::size_t count = choices.below(25); count > 0; --count) {
    const std::size_t step = choices.below(8);
    // Steps of half a second; several hits of one event; jumps out of every window.
    if (step > 0) ++ordinal;
    if (step > 0 && choices.one_in(3)) ++source;
    if (step > 1) time += static_cast<std::int64_t>(step - 1) * kSecond / 2;
    if (step == 7) time += choices.one_in(4) ? INT64_MAX / 2 : 60 * kSecond;
    if (time > INT64_MAX / 2) time = INT64_MAX / 4;
    CorrelationHit& hit = made.emplace_back();
    hit.rule = static_cast<std::uint32_t>(choices.below(3));
    hit.time_ns = time;
    hit.ordinal = ordinal;
    hit.source = source;
    for (std::size_t i = 0; i < correlation.group_by.size(); ++i)
      hit.values.emplace_back(choices.one_of(kGroups));
    for (std::size_t i = 0; i < correlation.value_fields.size(); ++i)
      hit.values.emplace_back(choices.one_of(kValues));
    if (!hit.values.empty() && choices.one_in(16)) hit.values.front() = std::nullopt;
  }
  if (choices.one_in(2)) std::reverse(made.begin(), made.end());
  return made;
}

using Shown = std::tuple<std::int64_t, std::vector<std::string>, std::int64_t, double,
                         std::vector<std::uint32_t>>;

std::multiset<Shown> shown(const std::vector<CorrelationResult>& results) {
  std::multiset<Shown> all;
  for (const CorrelationResult& one : results)
    all.insert({one.first_time_ns, one.group, one.last_time_ns, one.measure, one.hits});
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  Choices choices(data, size_bytes);
  const std::optional<Correlation> judged = correlation(choices);
  if (!judged) return 0;
  const std::vector<CorrelationHit> events = hits(*judged, choices);
  const std::vector<CorrelationResult> fast = sigma::correlate(*judged, events);
  const std::vector<CorrelationResult> slow = Twin(*judged, events).run();
  const auto by_time = [](const CorrelationResult& a, const CorrelationResult& b) {
    return std::tie(a.first_time_ns, a.group) < std::tie(b.first_time_ns, b.group);
  };
  const bool is_ordered = std::is_sorted(fast.begin(), fast.end(), by_time);
  if (is_ordered && shown(fast) == shown(slow)) return 0;
  std::fprintf(stderr, "%zu results, the twin has %zu, ordered %d, for\n%s\n", fast.size(),
               slow.size(), is_ordered ? 1 : 0, judged->text.c_str());
  for (const CorrelationHit& hit : events) {
    std::fprintf(stderr, "rule %u time %lld ordinal %llu", hit.rule,
                 static_cast<long long>(hit.time_ns), static_cast<unsigned long long>(hit.ordinal));
    for (const auto& value : hit.values) std::fprintf(stderr, " %s", value ? value->c_str() : "-");
    std::fprintf(stderr, "\n");
  }
  std::abort();
}

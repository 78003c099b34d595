#include "detect/sigma/correlate.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "detect/sigma/order_statistics.h"
#include "detect/sigma/sliding_sum.h"

namespace pugmark::sigma {
namespace {

constexpr std::size_t kAlternatives = 64;

bool is_summed(CorrelationType type) {
  return type == CorrelationType::kValueSum || type == CorrelationType::kValueAverage;
}

bool is_ranked(CorrelationType type) {
  return type == CorrelationType::kValuePercentile || type == CorrelationType::kValueMedian;
}

// Texts as one key that only equal lists share.
std::string key_of(std::span<const std::optional<std::string>> values) {
  std::string key;
  for (const std::optional<std::string>& value : values) {
    const std::string folded_value = folded(*value);
    key += std::to_string(folded_value.size()) + ":" + folded_value;
  }
  return key;
}

bool holds(const Threshold& threshold, double measure) {
  switch (threshold.op) {
    case CompareOp::kEqual:
      return measure == threshold.number;
    case CompareOp::kNotEqual:
      return measure != threshold.number;
    case CompareOp::kGreater:
      return measure > threshold.number;
    case CompareOp::kGreaterEqual:
      return measure >= threshold.number;
    case CompareOp::kLess:
      return measure < threshold.number;
    case CompareOp::kLessEqual:
      return measure <= threshold.number;
  }
  return false;
}

// Longest chains of hits in the order of a sequence of rules, by the latest hit they can start at.
class OrderedChains {
 public:
  explicit OrderedChains(std::vector<std::uint32_t> sequence)
      : sequence_(std::move(sequence)),
        by_end_(sequence_.size(), std::vector<std::int64_t>(sequence_.size() + 1, -1)),
        best_(sequence_.size() + 1, -1) {}

  // Hits in order of time and ordinal.
  void add(std::int64_t index, const CorrelationHit& hit) {
    settle(hit);
    const auto found = std::find(sequence_.begin(), sequence_.end(), hit.rule);
    if (found == sequence_.end()) return;
    const auto end = static_cast<std::size_t>(found - sequence_.begin());
    note({end, 1, index});
    for (std::size_t length = 2; length <= end + 1; ++length) {
      std::int64_t start = -1;
      for (std::size_t before = 0; before < end; ++before) {
        start = std::max(start, by_end_[before][length - 1]);
      }
      for (const Chain& chain : of_source_) {
        if (chain.end < end && chain.length == length - 1) start = std::max(start, chain.start);
      }
      if (start >= 0) note({end, length, start});
    }
  }

  // The length of the longest chain that starts at hit `first` or later.
  std::size_t longest_from(std::int64_t first) const {
    for (std::size_t length = sequence_.size(); length > 0; --length) {
      if (best_[length] >= first) return length;
    }
    return 0;
  }

  std::size_t size() const { return sequence_.size(); }

 private:
  struct Chain {
    std::size_t end = 0;  // position in the sequence
    std::size_t length = 0;
    std::int64_t start = 0;  // index of its first hit
  };

  void note(const Chain& chain) {
    best_[chain.length] = std::max(best_[chain.length], chain.start);
    of_event_.push_back(chain);
  }

  // Which chains a hit may go on: all that end at earlier times, and at its own time those that end
  // in an earlier event of its own source.
  void settle(const CorrelationHit& hit) {
    const bool is_later = hit.time_ns != time_ns_;
    if (is_later || hit.source != source_) {
      move_to(of_source_, of_moment_);
      move_to(of_event_, of_moment_);
    } else if (hit.ordinal != ordinal_) {
      move_to(of_event_, of_source_);
    }
    if (is_later) {
      for (const Chain& chain : of_moment_) {
        std::int64_t& start = by_end_[chain.end][chain.length];
        start = std::max(start, chain.start);
      }
      of_moment_.clear();
    }
    time_ns_ = hit.time_ns;
    source_ = hit.source;
    ordinal_ = hit.ordinal;
  }

  // Of chains that end alike, one that starts later is as good as all that start before.
  static void move_to(std::vector<Chain>& from, std::vector<Chain>& to) {
    for (const Chain& chain : from) {
      const auto known = std::find_if(to.begin(), to.end(), [&](const Chain& one) {
        return one.end == chain.end && one.length == chain.length;
      });
      if (known == to.end()) {
        to.push_back(chain);
      } else {
        known->start = std::max(known->start, chain.start);
      }
    }
    from.clear();
  }

  std::vector<std::uint32_t> sequence_;
  std::vector<std::vector<std::int64_t>> by_end_;  // [end][length] -> latest start, earlier times
  std::vector<std::int64_t> best_;                 // [length] -> latest start
  // At the time of the last hit: chains that end in its event, in events of its source before it,
  // and in other sources.
  std::vector<Chain> of_event_;
  std::vector<Chain> of_source_;
  std::vector<Chain> of_moment_;
  std::int64_t time_ns_ = 0;
  std::uint64_t source_ = 0;
  std::uint64_t ordinal_ = 0;
};

// What a window holds, kept up to date while it slides over the hits of one group.
class Window {
 public:
  Window(const Correlation& correlation, std::span<const CorrelationHit> hits,
         const std::vector<std::uint32_t>& order)
      : correlation_(correlation),
        hits_(hits),
        order_(order),
        per_rule_(correlation.rules.size(), 0) {
    if (correlation.type == CorrelationType::kTemporalOrdered) make_chains();
    if (is_ranked(correlation.type)) {
      std::vector<double> numbers;
      numbers.reserve(order.size());
      for (const std::uint32_t index : order) numbers.push_back(number(hits[index]));
      ranked_ = OrderStatistics(numbers);
    }
  }

  void add(std::size_t at) {
    const CorrelationHit& hit = hits_[order_[at]];
    if (is_temporal(correlation_.type)) {
      ++per_rule_[hit.rule];
      for (OrderedChains& chains : chains_) chains.add(static_cast<std::int64_t>(at), hit);
    } else if (correlation_.type == CorrelationType::kEventCount) {
      ++events_[hit.ordinal];
    } else if (correlation_.type == CorrelationType::kValueCount) {
      ++values_[value_key(hit)];
    } else if (is_summed(correlation_.type)) {
      summed_.push(number(hit));
    } else if (is_ranked(correlation_.type)) {
      ranked_.add(at);
    }
  }

  void remove(std::size_t at) {
    const CorrelationHit& hit = hits_[order_[at]];
    if (is_temporal(correlation_.type)) {
      --per_rule_[hit.rule];
    } else if (correlation_.type == CorrelationType::kEventCount) {
      if (--events_[hit.ordinal] == 0) events_.erase(hit.ordinal);
    } else if (correlation_.type == CorrelationType::kValueCount) {
      const std::string key = value_key(hit);
      if (--values_[key] == 0) values_.erase(key);
    } else if (is_summed(correlation_.type)) {
      summed_.pop();
    } else if (is_ranked(correlation_.type)) {
      ranked_.remove(at);
    }
  }

  // Hits [first, end) are in the window.
  bool satisfied(std::size_t first, std::size_t end, double& measure) {
    measure = measure_of(first, end);
    if (correlation_.is_extended) return extended(first);
    if (correlation_.thresholds.empty())
      return measure >= static_cast<double>(correlation_.rules.size());
    return std::all_of(correlation_.thresholds.begin(), correlation_.thresholds.end(),
                       [measure](const Threshold& threshold) { return holds(threshold, measure); });
  }

 private:
  void make_chains() {
    if (correlation_.is_extended) {
      // Checked when the document was read.
      alternatives_ =
          ordered_alternatives(correlation_.extended).value_or(std::vector<OrderedAlternative>());
      for (const OrderedAlternative& one : alternatives_) chains_.emplace_back(one.sequence);
      return;
    }
    std::vector<std::uint32_t> all;
    for (std::uint32_t rule = 0; rule < correlation_.rules.size(); ++rule) all.push_back(rule);
    chains_.emplace_back(std::move(all));
  }

  double number(const CorrelationHit& hit) const {
    const std::optional<Number> value = parse_number(*hit.values[correlation_.group_by.size()]);
    return value ? value->approximate : 0;  // hits without a number were left out before
  }
  std::string value_key(const CorrelationHit& hit) const {
    return key_of(std::span(hit.values).subspan(correlation_.group_by.size()));
  }

  // Linear interpolation between the closest ranks (Hyndman and Fan 1996, definition 7).
  double percentile(double wanted) const {
    const double rank = wanted / 100 * static_cast<double>(ranked_.size() - 1);
    const auto below = static_cast<std::size_t>(std::floor(rank));
    const double lower = ranked_.at_rank(below);
    const double upper = ranked_.at_rank(std::min(below + 1, ranked_.size() - 1));
    return lower + (upper - lower) * (rank - std::floor(rank));
  }

  double measure_of(std::size_t first, std::size_t end) {
    switch (correlation_.type) {
      case CorrelationType::kEventCount:
        return static_cast<double>(events_.size());
      case CorrelationType::kValueCount:
        return static_cast<double>(values_.size());
      case CorrelationType::kTemporal:
        return static_cast<double>(std::count_if(per_rule_.begin(), per_rule_.end(),
                                                 [](std::uint64_t count) { return count > 0; }));
      case CorrelationType::kTemporalOrdered: {
        std::size_t longest = 0;
        for (const OrderedChains& chains : chains_) {
          longest = std::max(longest, chains.longest_from(static_cast<std::int64_t>(first)));
        }
        return static_cast<double>(longest);
      }
      case CorrelationType::kValueSum:
        return static_cast<double>(summed_.sum());
      case CorrelationType::kValueAverage:
        return static_cast<double>(summed_.sum() / static_cast<long double>(end - first));
      case CorrelationType::kValuePercentile:
        return percentile(correlation_.percentile);
      case CorrelationType::kValueMedian:
        return percentile(50);
    }
    return 0;
  }

  bool extended(std::size_t first) {
    if (correlation_.type == CorrelationType::kTemporal) return evaluate(correlation_.extended);
    for (std::size_t i = 0; i < alternatives_.size(); ++i) {
      const auto occurs = [this](std::uint32_t rule) { return per_rule_[rule] > 0; };
      const std::vector<std::uint32_t>& absent = alternatives_[i].absent;
      if (chains_[i].longest_from(static_cast<std::int64_t>(first)) == chains_[i].size() &&
          std::none_of(absent.begin(), absent.end(), occurs)) {
        return true;
      }
    }
    return false;
  }

  bool evaluate(const Expression& expression) const {
    const auto one = [this](const Expression& child) { return evaluate(child); };
    const std::vector<Expression>& children = expression.children;
    switch (expression.kind) {
      case ExpressionKind::kPredicate:
        return per_rule_[expression.predicate] > 0;
      case ExpressionKind::kAnd:
        return std::all_of(children.begin(), children.end(), one);
      case ExpressionKind::kOr:
        return std::any_of(children.begin(), children.end(), one);
      case ExpressionKind::kNot:
        return !evaluate(children[0]);
    }
    return false;
  }

  const Correlation& correlation_;
  std::span<const CorrelationHit> hits_;
  const std::vector<std::uint32_t>& order_;
  std::vector<std::uint64_t> per_rule_;
  std::unordered_map<std::uint64_t, std::uint64_t> events_;
  std::unordered_map<std::string, std::uint64_t> values_;
  OrderStatistics ranked_;
  SlidingSum summed_;
  std::vector<OrderedAlternative> alternatives_;
  std::vector<OrderedChains> chains_;
};

bool takes_part(const Correlation& correlation, const CorrelationHit& hit) {
  const std::size_t wanted = correlation.group_by.size() + correlation.value_fields.size();
  if (hit.rule >= correlation.rules.size() || hit.values.size() != wanted) return false;
  return !missing_value(correlation, hit);
}

// One group: slides, and joins windows that overlap.
class GroupScan {
 public:
  GroupScan(const Correlation& correlation, std::span<const CorrelationHit> hits,
            std::vector<std::uint32_t> order, std::vector<CorrelationResult>& results)
      : correlation_(correlation), hits_(hits), order_(std::move(order)), results_(results) {
    std::sort(order_.begin(), order_.end(), [hits](std::uint32_t a, std::uint32_t b) {
      return std::tie(hits[a].time_ns, hits[a].ordinal, hits[a].rule, a) <
             std::tie(hits[b].time_ns, hits[b].ordinal, hits[b].rule, b);
    });
  }

  void run() {
    Window window(correlation_, hits_, order_);
    std::size_t end = 0;
    for (std::size_t first = 0; first < order_.size(); ++first) {
      const std::size_t old_end = end;
      while (end < order_.size() && within(first, end)) window.add(end++);
      double measure = 0;
      if (end > old_end && window.satisfied(first, end, measure)) join(first, end, measure);
      window.remove(first);
    }
    flush();
  }

 private:
  // Differences of two times may not fit 64 bits with sign; without sign they do.
  bool within(std::size_t first, std::size_t at) const {
    return static_cast<std::uint64_t>(hits_[order_[at]].time_ns) -
               static_cast<std::uint64_t>(hits_[order_[first]].time_ns) <=
           static_cast<std::uint64_t>(correlation_.timespan_ns);
  }

  void join(std::size_t first, std::size_t end, double measure) {
    if (run_end_ > run_first_ && first < run_end_) {
      run_end_ = end;
      return;
    }
    flush();
    run_first_ = first;
    run_end_ = end;
    measure_ = measure;
  }

  void flush() {
    if (run_end_ == run_first_) return;
    CorrelationResult& result = results_.emplace_back();
    const CorrelationHit& first = hits_[order_[run_first_]];
    for (std::size_t i = 0; i < correlation_.group_by.size(); ++i)
      result.group.push_back(*first.values[i]);
    result.first_time_ns = first.time_ns;
    result.last_time_ns = hits_[order_[run_end_ - 1]].time_ns;
    result.measure = measure_;
    for (std::size_t at = run_first_; at < run_end_; ++at) result.hits.push_back(order_[at]);
    run_end_ = run_first_;
  }

  const Correlation& correlation_;
  std::span<const CorrelationHit> hits_;
  std::vector<std::uint32_t> order_;
  std::vector<CorrelationResult>& results_;
  std::size_t run_first_ = 0;
  std::size_t run_end_ = 0;
  double measure_ = 0;
};

void add_new(std::vector<std::uint32_t>& list, const std::vector<std::uint32_t>& more) {
  for (const std::uint32_t one : more) {
    if (std::find(list.begin(), list.end(), one) == list.end()) list.push_back(one);
  }
}

// Disjunctive form. False if there are too many alternatives.
bool alternatives_of(const Expression& expression, bool negate,
                     std::vector<OrderedAlternative>& result) {
  if (expression.kind == ExpressionKind::kPredicate) {
    OrderedAlternative& one = result.emplace_back();
    (negate ? one.absent : one.sequence).push_back(expression.predicate);
    return true;
  }
  if (expression.kind == ExpressionKind::kNot) {
    return alternatives_of(expression.children[0], !negate, result);
  }
  const bool is_or = (expression.kind == ExpressionKind::kOr) != negate;
  if (!is_or) result.emplace_back();
  for (const Expression& child : expression.children) {
    std::vector<OrderedAlternative> parts;
    if (!alternatives_of(child, negate, parts)) return false;
    if (is_or) {
      result.insert(result.end(), parts.begin(), parts.end());
    } else {
      std::vector<OrderedAlternative> product;
      for (const OrderedAlternative& left : result) {
        for (const OrderedAlternative& right : parts) {
          OrderedAlternative both = left;
          add_new(both.sequence, right.sequence);
          add_new(both.absent, right.absent);
          product.push_back(std::move(both));
        }
      }
      result = std::move(product);
    }
    if (result.size() > kAlternatives) return false;
  }
  return true;
}

}  // namespace

std::optional<std::vector<OrderedAlternative>> ordered_alternatives(const Expression& extended) {
  std::vector<OrderedAlternative> result;
  if (!alternatives_of(extended, false, result)) return std::nullopt;
  for (const OrderedAlternative& one : result) {
    if (one.sequence.empty()) return std::nullopt;
  }
  return result;
}

std::vector<std::string> fields_to_read(const Correlation& correlation, std::uint32_t rule) {
  std::vector<std::string> fields;
  const auto resolve = [&correlation, rule](const std::string& name) -> std::string {
    for (const Alias& alias : correlation.aliases) {
      if (alias.name != name) continue;
      for (const auto& [of_rule, field] : alias.fields) {
        if (of_rule == rule) return field;
      }
      return {};
    }
    return name;
  };
  for (const std::string& name : correlation.group_by) fields.push_back(resolve(name));
  for (const std::string& name : correlation.value_fields) fields.push_back(resolve(name));
  return fields;
}

std::optional<std::size_t> missing_value(const Correlation& correlation,
                                         const CorrelationHit& hit) {
  for (std::size_t i = 0; i < hit.values.size(); ++i) {
    if (!hit.values[i]) return i;
  }
  const bool needs_number = is_summed(correlation.type) || is_ranked(correlation.type);
  if (needs_number && !parse_number(*hit.values.back())) return hit.values.size() - 1;
  return std::nullopt;
}

std::vector<CorrelationResult> correlate(const Correlation& correlation,
                                         std::span<const CorrelationHit> hits) {
  std::map<std::string, std::vector<std::uint32_t>> groups;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (!takes_part(correlation, hits[i])) continue;
    const auto group = std::span(hits[i].values).first(correlation.group_by.size());
    groups[key_of(group)].push_back(static_cast<std::uint32_t>(i));
  }
  std::vector<CorrelationResult> results;
  for (auto& [key, order] : groups) GroupScan(correlation, hits, std::move(order), results).run();
  std::stable_sort(results.begin(), results.end(),
                   [](const CorrelationResult& a, const CorrelationResult& b) {
                     return std::tie(a.first_time_ns, a.group) < std::tie(b.first_time_ns, b.group);
                   });
  return results;
}

CorrelationHit hit_of_result(const Correlation& outer, std::uint32_t rule, const Correlation& inner,
                             const CorrelationResult& result,
                             std::span<const CorrelationHit> inner_hits) {
  CorrelationHit hit;
  hit.rule = rule;
  hit.time_ns = result.last_time_ns;
  if (!result.hits.empty()) {
    hit.ordinal = inner_hits[result.hits.back()].ordinal;
    hit.source = inner_hits[result.hits.back()].source;
  }
  for (const std::string& field : fields_to_read(outer, rule)) {
    std::optional<std::string>& value = hit.values.emplace_back();
    for (std::size_t i = 0; i < inner.group_by.size(); ++i) {
      if (inner.group_by[i] == field) value = result.group[i];
    }
  }
  return hit;
}

}  // namespace pugmark::sigma

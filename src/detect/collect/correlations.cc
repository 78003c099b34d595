#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>

#include "detect/collect/describe.h"
#include "detect/collect/details.h"
#include "detect/collect/settle.h"
#include "detect/engine/engine.h"

namespace pugmark {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::size_t kRelatedListed = 1'000;
constexpr std::string_view kCoarseOrder =
    "not certain: records of different logs lie closer together than their times are exact";

// The hits of one correlation, and the events behind each: one for a rule's, several for a
// correlation's. There may be very many.
struct SourcedHits {
  std::vector<sigma::CorrelationHit> hits;
  std::vector<std::vector<const RememberedHit*>> events;

  void add(sigma::CorrelationHit hit, std::vector<const RememberedHit*> behind) {
    hits.push_back(std::move(hit));
    events.push_back(std::move(behind));
  }
};

// What the correlation asks for: "gte 5 of cs-uri-stem within 60 s", "within 10 min".
std::string words_of(const sigma::Correlation& correlation) {
  static constexpr std::array<std::string_view, 6> kOperators = {"eq",  "neq", "gt",
                                                                 "gte", "lt",  "lte"};
  std::string words;
  for (const sigma::Threshold& threshold : correlation.thresholds) {
    words += fmt::format("{} {:g} ", kOperators[static_cast<std::size_t>(threshold.op)],
                         threshold.number);
  }
  if (!correlation.value_fields.empty())
    words += fmt::format("of {} ", fmt::join(correlation.value_fields, ", "));
  return words + "within " + format_duration(correlation.timespan_ns);
}

class CorrelationJudge {
 public:
  CorrelationJudge(const Ruleset& ruleset, Gathered& gathered, FindingStore& store)
      : engine_(ruleset.engine()), rules_(engine_.rules()), gathered_(gathered), store_(store) {
    hits_.resize(rules_.correlations.size());
    gathered_.silenced_counts.resize(rules_.rules.size() + rules_.correlations.size(), 0);
    for (const sigma::Correlation& correlation : rules_.correlations)
      gathered_.correlations.emplace_back().rules.resize(correlation.rules.size());
    collect();
    tally_undated();
  }

  Status judge() {
    for (std::uint32_t i = 0; i < rules_.correlations.size(); ++i) {
      if (auto status = judge_one(i); !status) return status;
    }
    return {};
  }

 private:
  const ScannedItem& item_of(const RememberedHit& hit) const {
    return gathered_.items[gathered_.item_index.at(hit.item)];
  }

  // Every remembered hit with its corrected time and an ordinal that rises in the order in which a
  // source wrote: by record id, or as the records stand in a log without. Byte copies of an item
  // are the same events and count once.
  // Their values are taken out of what was remembered: nobody else reads them.
  void collect() {
    std::vector<RememberedHit*> order;
    for (RememberedHit& hit : gathered_.remembered) {
      if (item_of(hit).duplicate_of.empty()) order.push_back(&hit);
    }
    // Sources of one item by where the first of their records stands.
    std::map<std::pair<ItemId, std::uint64_t>, std::uint64_t> firsts;
    for (const RememberedHit* hit : order) {
      auto& first = firsts.try_emplace({hit->item, hit->hit.source}, UINT64_MAX).first->second;
      first = std::min(first, hit->offset_bytes);
    }
    const auto place = [&](const RememberedHit* hit) {
      return std::tuple<const std::string&, std::uint64_t, std::uint64_t, std::uint64_t>(
          item_of(*hit).item.path, firsts.at({hit->item, hit->hit.source}), hit->record_id,
          hit->offset_bytes);
    };
    std::sort(order.begin(), order.end(), [&](const auto* a, const auto* b) {
      return std::tuple(place(a), a->correlation, a->hit.rule) <
             std::tuple(place(b), b->correlation, b->hit.rule);
    });
    std::uint64_t ordinal = 0;
    std::uint64_t source = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (i > 0 && place(order[i - 1]) != place(order[i])) ++ordinal;
      if (i > 0 && !is_one_source(*order[i - 1], *order[i])) ++source;
      const std::int64_t time_ns = corrected_ns(*order[i]);
      sigma::CorrelationHit hit = std::move(order[i]->hit);  // its numbers stay
      hit.ordinal = ordinal;
      hit.source = source;
      hit.time_ns = time_ns;
      hits_[order[i]->correlation].add(std::move(hit), {order[i]});
    }
  }

  static bool is_one_source(const RememberedHit& a, const RememberedHit& b) {
    return a.item == b.item && a.hit.source == b.hit.source;
  }

  void tally_undated() {
    for (const auto& [id, tally] : gathered_.tallies) {
      if (!gathered_.items[gathered_.item_index.at(id)].duplicate_of.empty()) continue;
      for (const auto& [hit, count] : tally.undated_hits) {
        CorrelationTally& offered = gathered_.correlations[hit.first];
        offered.rules[hit.second].offered_count += count;
        offered.undated_count += count;
      }
    }
  }

  // Whoever reads that a correlation found nothing must know what it could not look at.
  void tally(std::uint32_t index, const std::vector<sigma::CorrelationHit>& hits) {
    const sigma::Correlation& correlation = rules_.correlations[index];
    CorrelationTally& tally = gathered_.correlations[index];
    for (const sigma::CorrelationHit& hit : hits) {
      ++tally.rules[hit.rule].offered_count;
      const auto missing = sigma::missing_value(correlation, hit);
      if (!missing) {
        ++tally.rules[hit.rule].part_count;
        continue;
      }
      std::string field = sigma::fields_to_read(correlation, hit.rule)[*missing];
      if (field.empty()) field = correlation.group_by[*missing];  // the alias
      if (hit.values[*missing]) {
        ++tally.no_number_count;
        tally.number_field = std::move(field);
      } else {
        ++tally.lacking_count;
        tally.lacking_fields.insert(std::move(field));
      }
    }
  }

  Status judge_one(std::uint32_t index) {
    const sigma::Correlation& correlation = rules_.correlations[index];
    const SourcedHits sourced = std::move(hits_[index]);
    tally(index, sourced.hits);
    for (const sigma::CorrelationResult& result : sigma::correlate(correlation, sourced.hits)) {
      std::vector<const RememberedHit*> events;
      for (const std::uint32_t hit : result.hits) {
        const auto& behind = sourced.events[hit];
        events.insert(events.end(), behind.begin(), behind.end());
      }
      pass_on(index, result, sourced.hits, events);
      if (engine_.part_of_correlation(index).is_silent) {
        ++gathered_.silenced_counts[rules_.rules.size() + index];
        continue;
      }
      if (auto status = keep(index, result, events); !status) return status;
    }
    return {};
  }

  // Correlations that stand on this one come behind it, so their hits are not judged yet.
  void pass_on(std::uint32_t index, const sigma::CorrelationResult& result,
               const std::vector<sigma::CorrelationHit>& plain,
               const std::vector<const RememberedHit*>& events) {
    for (std::uint32_t outer = index + 1; outer < rules_.correlations.size(); ++outer) {
      if (engine_.part_of_correlation(outer).is_disabled) continue;
      const auto& references = rules_.correlations[outer].rules;
      for (std::uint32_t r = 0; r < references.size(); ++r) {
        if (!references[r].is_correlation || references[r].index != index) continue;
        hits_[outer].add(sigma::hit_of_result(rules_.correlations[outer], r,
                                              rules_.correlations[index], result, plain),
                         events);
      }
    }
  }

  Status keep(std::uint32_t index, const sigma::CorrelationResult& result,
              const std::vector<const RememberedHit*>& events) {
    const sigma::Correlation& correlation = rules_.correlations[index];
    const RememberedHit& last = *events.back();
    const ScannedItem& item = item_of(last);
    Finding finding;
    finding.time = {last.hit.time_ns + item.time_shift_s * kNsPerSecond};
    finding.precision = last.precision;
    finding.time_shift_s = item.time_shift_s;
    finding.item = item.item.path;
    finding.offset_bytes = last.offset_bytes;
    finding.length_bytes = last.length_bytes;
    finding.recovered =
        std::ranges::any_of(events, [](const RememberedHit* event) { return event->recovered; });
    std::set<std::string> computers;
    for (const RememberedHit* event : events) computers.insert(event->computer);
    if (computers.size() == 1) finding.computer = *computers.begin();
    for (std::size_t i = 0; i < correlation.group_by.size() && i < result.group.size(); ++i) {
      Because because;
      because.field = correlation.group_by[i];
      because.value = result.group[i];
      because.pattern = "group-by";
      finding.because.push_back(std::move(because));
    }
    Because measure;
    measure.field = sigma::to_string(correlation.type);
    measure.value = fmt::format("{:g}", result.measure);
    measure.pattern = words_of(correlation);
    finding.because.push_back(std::move(measure));
    finding.fields.emplace_back("events", std::to_string(events.size()));
    finding.fields.emplace_back("first_time",
                                format_time({result.first_time_ns}, finding.precision));
    finding.fields.emplace_back("last_time", format_time({result.last_time_ns}, finding.precision));
    if (correlation.type == sigma::CorrelationType::kTemporalOrdered && is_order_coarse(events))
      finding.fields.emplace_back("order", std::string(kCoarseOrder));
    for (std::size_t i = 0; i < events.size() && i < kRelatedListed; ++i)
      finding.related.push_back(related(*events[i]));
    const auto rule = static_cast<std::uint32_t>(rules_.rules.size()) + index;
    const FindingStore::Place place{finding.time.ns_since_1970, &item.item.path,
                                    finding.offset_bytes, kept_count_++};
    if (!store_.count(rule, finding.computer, place)) return {};
    return store_.keep(rule, finding.computer, place, encode_details(finding));
  }

  // Whether two records of different sources, one behind the other, may have been written the other
  // way round: the first time is known to a second, say, and the next lies within it.
  bool is_order_coarse(const std::vector<const RememberedHit*>& events) const {
    for (std::size_t i = 1; i < events.size(); ++i) {
      const RememberedHit& before = *events[i - 1];
      if (is_one_source(before, *events[i])) continue;
      if (corrected_ns(*events[i]) - corrected_ns(before) < last_digit_ns(before.precision))
        return true;
    }
    return false;
  }

  std::int64_t corrected_ns(const RememberedHit& hit) const {
    return hit.hit.time_ns + item_of(hit).time_shift_s * kNsPerSecond;
  }

  RelatedEvent related(const RememberedHit& event) const {
    const ScannedItem& item = item_of(event);
    return {shown_rule_id(rules_.rules[event.rule]),
            item.item.path,
            event.offset_bytes,
            event.length_bytes,
            {event.hit.time_ns + item.time_shift_s * kNsPerSecond},
            event.precision};
  }

  const engine::Engine& engine_;
  const sigma::RuleSet& rules_;
  Gathered& gathered_;
  FindingStore& store_;
  std::vector<SourcedHits> hits_;  // by correlation
  std::uint64_t kept_count_ = 0;
};

}  // namespace

Status judge_correlations(const Ruleset& rules, Gathered& gathered, FindingStore& store) {
  return CorrelationJudge(rules, gathered, store).judge();
}

}  // namespace pugmark

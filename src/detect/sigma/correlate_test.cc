#include "detect/sigma/correlate.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <random>

#include "detect/sigma/conformance_testing.h"
#include "detect/sigma/number.h"
#include "detect/sigma/parse.h"

namespace pugmark::sigma {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr const char* kIdA = "11111111-1111-4111-8111-111111111111";
constexpr const char* kIdB = "22222222-2222-4222-8222-222222222222";

std::string base_rule(const std::string& name, const std::string& id) {
  return "title: " + name + "\nname: " + name + "\nid: " + id +
         "\nlogsource: {product: windows}\ndetection: {sel: {EventID: 1}, condition: sel}\n---\n";
}

std::string bases() {
  return base_rule("a", kIdA) + base_rule("b", kIdB) +
         base_rule("c", "33333333-3333-4333-8333-333333333333");
}

std::string correlation_document(const std::string& name, const std::string& body) {
  return "title: " + name + "\nname: " + name + "\ncorrelation: " + body + "\n---\n";
}

RuleSet link_text(const std::string& text) {
  std::vector<ParsedFile> files;
  files.push_back(parse_rule_file("c.yml", text, ParseOptions{}));
  return link(std::move(files));
}

Correlation correlation_of(const std::string& body) {
  RuleSet set = link_text(bases() + correlation_document("x", body));
  for (const RejectedRule& rejected : set.rejected) ADD_FAILURE() << rejected.message();
  return set.correlations.empty() ? Correlation{} : set.correlations[0];
}

std::string rejection_of(const std::string& body) {
  const RuleSet set = link_text(bases() + correlation_document("x", body));
  return set.rejected.size() == 1 ? set.rejected[0].what : "not rejected";
}

CorrelationHit hit(std::uint32_t rule, std::int64_t time_s, std::uint64_t ordinal,
                   std::vector<std::optional<std::string>> values = {}) {
  return {rule, time_s * kSecond, ordinal, std::move(values)};
}

TEST(SigmaCorrelate, EventCountIsInclusiveAtTheEdgeOfTheTimespan) {
  const Correlation rule =
      correlation_of("{type: event_count, rules: [a], timespan: 10s, condition: {gte: 3}}");
  const std::vector<CorrelationHit> exact = {hit(0, 0, 1), hit(0, 5, 2), hit(0, 10, 3)};
  const auto results = correlate(rule, exact);
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].hits, (std::vector<std::uint32_t>{0, 1, 2}));
  EXPECT_EQ(results[0].measure, 3);
  std::vector<CorrelationHit> late = exact;
  late[2].time_ns += 1;
  EXPECT_TRUE(correlate(rule, late).empty());
}

TEST(SigmaCorrelate, OverlappingWindowsAreOneResult) {
  const Correlation rule =
      correlation_of("{type: event_count, rules: [a], timespan: 10s, condition: {gte: 2}}");
  const std::vector<CorrelationHit> hits = {hit(0, 0, 1),  hit(0, 8, 2),   hit(0, 16, 3),
                                            hit(0, 50, 4), hit(0, 100, 5), hit(0, 101, 6)};
  const auto results = correlate(rule, hits);
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0].hits, (std::vector<std::uint32_t>{0, 1, 2}));
  EXPECT_EQ(results[1].hits, (std::vector<std::uint32_t>{4, 5}));
  EXPECT_EQ(results[1].first_time_ns, 100 * kSecond);
  EXPECT_EQ(results[1].last_time_ns, 101 * kSecond);
}

TEST(SigmaCorrelate, OneEventCountsOnce) {
  const Correlation rule =
      correlation_of("{type: event_count, rules: [a, b], timespan: 10s, condition: {gte: 2}}");
  EXPECT_TRUE(correlate(rule, std::vector{hit(0, 0, 1), hit(1, 0, 1)}).empty());
  EXPECT_EQ(correlate(rule, std::vector{hit(0, 0, 1), hit(1, 0, 2)}).size(), 1U);
}

TEST(SigmaCorrelate, GroupsDoNotMixAndMissingOnesTakeNoPart) {
  const Correlation rule = correlation_of(
      "{type: event_count, rules: [a], group-by: [User], timespan: 1m, condition: {gte: 2}}");
  const std::vector<CorrelationHit> hits = {hit(0, 0, 1, {"alice"}), hit(0, 1, 2, {"bob"}),
                                            hit(0, 2, 3, {"ALICE"}), hit(0, 3, 4, {std::nullopt}),
                                            hit(0, 4, 5, {std::nullopt})};
  const auto results = correlate(rule, hits);
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].group, (std::vector<std::string>{"alice"}));
  EXPECT_EQ(results[0].hits, (std::vector<std::uint32_t>{0, 2}));
}

TEST(SigmaCorrelate, TwoOperatorsBothHold) {
  const Correlation rule =
      correlation_of("{type: event_count, rules: [a], timespan: 10s, condition: {gte: 2, lte: 3}}");
  std::vector<CorrelationHit> hits = {hit(0, 0, 1)};
  EXPECT_TRUE(correlate(rule, hits).empty());
  hits.push_back(hit(0, 1, 2));
  EXPECT_EQ(correlate(rule, hits).size(), 1U);
  hits.push_back(hit(0, 2, 3));
  EXPECT_EQ(correlate(rule, hits).size(), 1U);
  hits.push_back(hit(0, 3, 4));
  EXPECT_TRUE(correlate(rule, hits).empty()) << "the tail of a burst is not a small burst";
}

TEST(SigmaCorrelate, ValueCountFoldsCaseAndSkipsNull) {
  const Correlation rule = correlation_of(
      "{type: value_count, rules: [a], timespan: 1m, condition: {field: User, gte: 2}}");
  EXPECT_TRUE(correlate(rule, std::vector{hit(0, 0, 1, {"x"}), hit(0, 1, 2, {"X"}),
                                          hit(0, 2, 3, {std::nullopt})})
                  .empty());
  EXPECT_EQ(correlate(rule, std::vector{hit(0, 0, 1, {"x"}), hit(0, 1, 2, {"y"})}).size(), 1U);
}

TEST(SigmaCorrelate, ValueCountOfACombination) {
  const Correlation rule = correlation_of(
      "{type: value_count, rules: [a], timespan: 1m, condition: {field: [U, V], gte: 3}}");
  EXPECT_EQ(fields_to_read(rule, 0), (std::vector<std::string>{"U", "V"}));
  EXPECT_EQ(correlate(rule, std::vector{hit(0, 0, 1, {"x", "yz"}), hit(0, 1, 2, {"xy", "z"}),
                                        hit(0, 2, 3, {"x", "z"})})
                .size(),
            1U);
}

TEST(SigmaCorrelate, SumAverageMedianPercentile) {
  const std::vector<CorrelationHit> hits = {hit(0, 0, 1, {"1"}), hit(0, 1, 2, {"2"}),
                                            hit(0, 2, 3, {"word"}), hit(0, 3, 4, {"9"})};
  const auto measure = [&hits](const std::string& type, const std::string& condition) {
    const Correlation rule = correlation_of("{type: " + type + ", rules: [a], timespan: 1m, " +
                                            "condition: {field: N, " + condition + "}}");
    const auto results = correlate(rule, hits);
    return results.size() == 1 ? results[0].measure : -1.0;
  };
  EXPECT_EQ(measure("value_sum", "eq: 12"), 12);
  EXPECT_EQ(measure("value_avg", "eq: 4"), 4);
  EXPECT_EQ(measure("value_median", "gt: 1.5"), 2);
  EXPECT_EQ(measure("value_percentile", "percentile: 75, gte: 5.5"), 5.5);
  EXPECT_EQ(measure("value_sum", "neq: 12"), -1);
}

// An hour before two numbers that make a finding stands one beside which they are nothing.
TEST(SigmaCorrelate, WindowsKnowNothingOfNumbersThatHaveLeft) {
  constexpr std::int64_t kHour = 3'600;
  for (const char* large : {"1e25", "-1e25", "1e300", "-1e308"}) {
    const std::vector<CorrelationHit> hits = {hit(0, 0, 1, {large}), hit(0, kHour, 2, {"60"}),
                                              hit(0, kHour + 1, 3, {"60"})};
    for (const char* condition : {"{type: value_sum, rules: [a], timespan: 10s, "
                                  "condition: {field: N, gte: 100, lte: 200}}",
                                  "{type: value_avg, rules: [a], timespan: 10s, "
                                  "condition: {field: N, gte: 50, lte: 200}}"}) {
      const auto results = correlate(correlation_of(condition), hits);
      ASSERT_EQ(results.size(), 1U) << large << condition;
      EXPECT_EQ(results[0].hits, (std::vector<std::uint32_t>{1, 2})) << large;
    }
  }
}

// The first satisfied window as the definition has it: every window for itself, its values sorted.
// Numbers are whole, so that sums are exact in any order.
std::optional<double> first_measure(const Correlation& rule, std::vector<CorrelationHit> hits) {
  std::stable_sort(hits.begin(), hits.end(), [](const CorrelationHit& a, const CorrelationHit& b) {
    return a.time_ns < b.time_ns;
  });
  std::size_t last_end = 0;
  for (std::size_t first = 0; first < hits.size(); ++first) {
    std::vector<double> values;
    std::size_t end = first;
    for (; end < hits.size() && hits[end].time_ns - hits[first].time_ns <= rule.timespan_ns; ++end)
      values.push_back(parse_number(*hits[end].values[0])->approximate);
    if (end == last_end) continue;  // wholly inside the one before
    last_end = end;
    std::sort(values.begin(), values.end());
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    const double share = rule.type == CorrelationType::kValueMedian ? 50 : rule.percentile;
    const double rank = share / 100 * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(rank);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    double measure = values[below] + (values[above] - values[below]) * (rank - std::floor(rank));
    if (rule.type == CorrelationType::kValueSum) measure = sum;
    if (rule.type == CorrelationType::kValueAverage)
      measure = sum / static_cast<double>(values.size());
    if (measure > rule.thresholds[0].number) return measure;
  }
  return std::nullopt;
}

TEST(SigmaCorrelate, NumbersOfEveryWindowAreThoseOfTheDefinition) {
  std::mt19937 random(5);
  const auto below = [&random](unsigned limit) { return static_cast<int>(random() % limit); };
  const char* const kinds[] = {"value_sum", "value_avg", "value_median", "value_percentile"};
  std::size_t satisfied_count = 0;
  for (int round = 0; round < 2'000; ++round) {
    std::vector<CorrelationHit> hits;
    const int hits_count = 1 + below(40);
    const unsigned largest = round % 2 == 0 ? 4 : 1'000;  // many equal values, or few
    for (int i = 0; i < hits_count; ++i) {
      const int number = below(2 * largest) - static_cast<int>(largest);
      hits.push_back(hit(0, below(60), static_cast<std::uint64_t>(i), {std::to_string(number)}));
    }
    Correlation rule = correlation_of(
        std::string("{type: ") + kinds[round % 4] + ", rules: [a], timespan: 10s, condition: " +
        "{field: N, gt: " + std::to_string(below(largest)) +
        (round % 4 == 3 ? ", percentile: " + std::to_string(below(101)) : "") + "}}");
    const std::optional<double> expected = first_measure(rule, hits);
    const std::vector<CorrelationResult> results = correlate(rule, hits);
    ASSERT_EQ(!results.empty(), expected.has_value()) << round;
    if (!expected) continue;
    ++satisfied_count;
    ASSERT_EQ(results[0].measure, *expected) << round;
  }
  EXPECT_GT(satisfied_count, 500U);
}

TEST(SigmaCorrelate, ZerosWithAndWithoutSignAreOneValue) {
  const Correlation rule = correlation_of(
      "{type: value_median, rules: [a], timespan: 1m, condition: {field: N, lte: 0}}");
  for (const char* other : {"0", "-0"}) {
    const auto results = correlate(rule, std::vector{hit(0, 0, 1, {"-0"}), hit(0, 1, 2, {other})});
    ASSERT_EQ(results.size(), 1U);
    EXPECT_FALSE(std::signbit(results[0].measure)) << other;
  }
}

TEST(SigmaCorrelate, TemporalTakesTheSameEventTwice) {
  const Correlation rule = correlation_of("{type: temporal, rules: [a, b], timespan: 1m}");
  EXPECT_EQ(correlate(rule, std::vector{hit(0, 0, 7), hit(1, 0, 7)}).size(), 1U);
  EXPECT_TRUE(correlate(rule, std::vector{hit(0, 0, 7), hit(1, 61, 8)}).empty());
  EXPECT_EQ(correlate(rule, std::vector{hit(1, 0, 7), hit(0, 60, 8)}).size(), 1U);
}

TEST(SigmaCorrelate, OrderedNeedsTheOrder) {
  const Correlation rule =
      correlation_of("{type: temporal_ordered, rules: [a, b, c], timespan: 1m}");
  EXPECT_EQ(correlate(rule, std::vector{hit(0, 0, 1), hit(1, 5, 2), hit(2, 60, 3)}).size(), 1U);
  EXPECT_TRUE(correlate(rule, std::vector{hit(0, 0, 1), hit(2, 5, 2), hit(1, 60, 3)}).empty());
  EXPECT_TRUE(correlate(rule, std::vector{hit(0, 0, 1), hit(1, 5, 2), hit(2, 61, 3)}).empty());
  // The first start is too old, a later one is not.
  EXPECT_EQ(correlate(rule, std::vector{hit(0, 0, 1), hit(0, 30, 2), hit(1, 40, 3), hit(2, 80, 4)})
                .size(),
            1U);
}

TEST(SigmaCorrelate, OrderedTiesGoByTheOrderOfRecords) {
  const Correlation rule = correlation_of("{type: temporal_ordered, rules: [a, b], timespan: 1m}");
  EXPECT_EQ(correlate(rule, std::vector{hit(0, 0, 1), hit(1, 0, 2)}).size(), 1U);
  EXPECT_TRUE(correlate(rule, std::vector{hit(0, 0, 2), hit(1, 0, 1)}).empty());
  EXPECT_TRUE(correlate(rule, std::vector{hit(0, 0, 1), hit(1, 0, 1)}).empty());
}

// Files have no order among them: none may be invented from their names.
TEST(SigmaCorrelate, EqualTimesOfTwoSourcesHaveNoOrder) {
  const Correlation rule =
      correlation_of("{type: temporal_ordered, rules: [a, b, c], timespan: 1m}");
  const auto of = [](std::uint64_t source, CorrelationHit one) {
    one.source = source;
    return one;
  };
  const auto holds = [&](const std::vector<CorrelationHit>& hits) {
    return !correlate(rule, hits).empty();
  };
  EXPECT_TRUE(holds({of(1, hit(0, 0, 1)), of(1, hit(1, 0, 2)), of(1, hit(2, 0, 3))}));
  EXPECT_FALSE(holds({of(1, hit(0, 0, 1)), of(2, hit(1, 0, 2)), of(2, hit(2, 0, 3))}));
  EXPECT_FALSE(holds({of(1, hit(0, 0, 1)), of(1, hit(1, 0, 2)), of(2, hit(2, 0, 3))}));
  EXPECT_TRUE(holds({of(1, hit(0, 0, 1)), of(2, hit(1, 1, 2)), of(2, hit(2, 1, 3))}));
  // Each source goes on from what was before both.
  EXPECT_TRUE(
      holds({of(1, hit(0, 0, 1)), of(2, hit(1, 1, 2)), of(3, hit(1, 1, 3)), of(3, hit(2, 1, 4))}));
  EXPECT_FALSE(holds({of(1, hit(0, 0, 1)), of(2, hit(1, 1, 2)), of(3, hit(2, 1, 4))}));
}

TEST(SigmaCorrelate, ExtendedConditions) {
  const Correlation rule =
      correlation_of("{type: temporal, timespan: 10s, condition: a and not (b or c)}");
  EXPECT_EQ(rule.rules.size(), 3U);
  EXPECT_EQ(correlate(rule, std::vector{hit(0, 0, 1)}).size(), 1U);
  EXPECT_TRUE(correlate(rule, std::vector{hit(0, 0, 1), hit(1, 5, 2)}).empty());
  const Correlation ordered =
      correlation_of("{type: temporal_ordered, timespan: 10s, condition: a and (b or c)}");
  EXPECT_EQ(correlate(ordered, std::vector{hit(0, 0, 1), hit(2, 5, 2)}).size(), 1U);
  EXPECT_TRUE(correlate(ordered, std::vector{hit(2, 0, 1), hit(0, 5, 2)}).empty());
}

TEST(SigmaCorrelate, ChainsOfCorrelations) {
  const RuleSet set = link_text(
      correlation_document("outer",
                           "{type: temporal_ordered, rules: [many, b], group-by: [User], "
                           "timespan: 1m, aliases: {User: {many: Who, b: TargetUser}}}") +
      bases() +
      correlation_document("many",
                           "{type: event_count, rules: [a], group-by: [Who], timespan: 10s, "
                           "condition: {gte: 2}}"));
  for (const RejectedRule& rejected : set.rejected) ADD_FAILURE() << rejected.message();
  ASSERT_EQ(set.correlations.size(), 2U);
  const Correlation& inner = set.correlations[0];
  const Correlation& outer = set.correlations[1];
  EXPECT_EQ(inner.name, "many") << "a correlation stands behind those it refers to";
  EXPECT_TRUE(outer.rules[0].is_correlation);
  EXPECT_EQ(outer.rules[0].index, 0U);

  const std::vector<CorrelationHit> inner_hits = {hit(0, 0, 1, {"eve"}), hit(0, 3, 2, {"eve"})};
  const auto inner_results = correlate(inner, inner_hits);
  ASSERT_EQ(inner_results.size(), 1U);
  std::vector<CorrelationHit> outer_hits = {
      hit_of_result(outer, 0, inner, inner_results[0], inner_hits), hit(1, 20, 9, {"Eve"})};
  EXPECT_EQ(outer_hits[0].time_ns, 3 * kSecond);
  EXPECT_EQ(outer_hits[0].ordinal, 2U);
  const auto results = correlate(outer, outer_hits);
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].group, (std::vector<std::string>{"eve"}));
}

TEST(SigmaCorrelate, AnAliasWithoutAFieldTakesNoPart) {
  const Correlation rule = correlation_of(
      "{type: temporal, rules: [a, b], group-by: [ip], timespan: 1m, aliases: {ip: {a: "
      "SourceIp}}}");
  EXPECT_EQ(fields_to_read(rule, 0), (std::vector<std::string>{"SourceIp"}));
  EXPECT_EQ(fields_to_read(rule, 1), (std::vector<std::string>{""}));
}

TEST(SigmaCorrelate, ReferencesByIdAndByName) {
  const Correlation rule = correlation_of(std::string("{type: temporal, rules: [") + kIdB +
                                          ", a], timespan: 1m, group-by: ip, " +
                                          "aliases: {ip: {b: X, " + kIdA + ": Y}}}");
  ASSERT_EQ(rule.rules.size(), 2U);
  EXPECT_EQ(rule.rules[0].index, 1U);
  EXPECT_EQ(rule.rules[1].index, 0U);
  EXPECT_EQ(fields_to_read(rule, 0), (std::vector<std::string>{"X"}));
  EXPECT_EQ(fields_to_read(rule, 1), (std::vector<std::string>{"Y"}));
}

TEST(SigmaCorrelate, UnitsOfTime) {
  const auto span = [](const std::string& text) {
    return correlation_of("{type: event_count, rules: [a], timespan: " + text +
                          ", condition: {gte: 1}}")
               .timespan_ns /
           kSecond;
  };
  EXPECT_EQ(span("1m"), 60);
  EXPECT_EQ(span("1M"), 2'629'746);
  EXPECT_EQ(span("2h"), 7'200);
  EXPECT_EQ(span("1d"), 86'400);
  EXPECT_EQ(span("1w"), 604'800);
  EXPECT_EQ(span("1y"), 31'556'952);
}

TEST(SigmaCorrelate, Rejections) {
  const std::pair<const char*, const char*> cases[] = {
      {"{type: near, rules: [a], timespan: 1m}", "The correlation type 'near' is unknown."},
      {"{rules: [a], timespan: 1m}", "The correlation has no 'type'."},
      {"{type: temporal, timespan: 1m}", "The correlation has no 'rules'."},
      {"{type: temporal, rules: [a]}", "The correlation has no 'timespan'."},
      {"{type: temporal, rules: [a], timespan: 5}", "The timespan '5' cannot be read."},
      {"{type: temporal, rules: [a], timespan: 0s}", "The timespan '0s' cannot be read."},
      {"{type: temporal, rules: [a], timespan: 999y}", "The timespan '999y' cannot be read."},
      {"{type: temporal, rules: [a, a], timespan: 1m}", "The correlation lists 'a' twice."},
      {"{type: temporal, rules: [nobody], timespan: 1m}",
       "The correlation refers to 'nobody', which is neither the id nor the name of a rule read."},
      {"{type: temporal, rules: [x], timespan: 1m}",
       "The correlation refers to itself, directly or through others."},
      {"{type: event_count, rules: [a], timespan: 1m}", "The correlation has no 'condition'."},
      {"{type: event_count, rules: [a], timespan: 1m, condition: {gte: '3'}}",
       "'gte' is followed by '3'; expected a number without quotes."},
      {"{type: event_count, rules: [a], timespan: 1m, condition: {atleast: 3}}",
       "'atleast' is not part of a correlation's condition."},
      {"{type: event_count, rules: [a], timespan: 1m, condition: a}",
       "The condition is text; expected a map of operators."},
      {"{type: value_count, rules: [a], timespan: 1m, condition: {gte: 3}}",
       "The correlation has no 'condition.field'."},
      {"{type: value_percentile, rules: [a], timespan: 1m, condition: {field: N, gte: 3}}",
       "The correlation has no 'condition.percentile'."},
      {"{type: temporal, rules: [a, b], timespan: 1m, condition: a and not c}",
       "In the condition 'a and not c': 'c' is not defined; there are: a, b."},
      {"{type: temporal, rules: [a, b], timespan: 1m, condition: a}",
       "The rule 'b' is listed but not used in the condition."},
      {"{type: temporal_ordered, rules: [a], timespan: 1m, condition: not a}",
       "The ordered condition has too many alternatives, or one without any rule to occur."},
  };
  for (const auto& [body, what] : cases) EXPECT_EQ(rejection_of(body), what) << body;
}

TEST(SigmaCorrelate, ACircleTakesThoseOnItAndThoseBehindItAlong) {
  const std::string tail = ", timespan: 1m}";
  const RuleSet set =
      link_text(bases() + correlation_document("p", "{type: temporal, rules: [q]" + tail) +
                correlation_document("q", "{type: temporal, rules: [p]" + tail) +
                correlation_document("r", "{type: temporal, rules: [a]" + tail));
  EXPECT_EQ(set.correlations.size(), 1U);
  EXPECT_EQ(set.rejected.size(), 2U);
}

// ---- filters ----

std::string filter_document(const std::string& rules, const std::string& logsource,
                            const std::string& body) {
  return "title: f\nlogsource: " + logsource + "\nfilter:\n    rules: " + rules + "\n" + body +
         "\n---\n";
}

bool first_fires(const std::string& text, const std::string& json) {
  const RuleSet set = link_text(text);
  for (const RejectedRule& rejected : set.rejected) ADD_FAILURE() << rejected.message();
  return evaluate(set.rules.at(0), event_from_json(json));
}

TEST(SigmaFilters, ByIdByNameAndAny) {
  const std::string body = "    sel: {User: svc}\n    condition: not sel";
  const std::string service = R"({"EventID": 1, "User": "svc"})";
  const std::string person = R"({"EventID": 1, "User": "eve"})";
  for (const char* rules : {kIdA, "[a, nobody]", "any"}) {
    const std::string text = bases() + filter_document(rules, "{product: windows}", body);
    EXPECT_FALSE(first_fires(text, service)) << rules;
    EXPECT_TRUE(first_fires(text, person)) << rules;
  }
  EXPECT_TRUE(first_fires(bases() + filter_document("[b]", "{product: windows}", body), service));
}

TEST(SigmaFilters, NarrowerLogSourceDoesNotApply) {
  const std::string body = "    sel: {User: svc}\n    condition: not sel";
  const std::string text =
      bases() + filter_document("any", "{product: windows, service: security}", body);
  EXPECT_TRUE(first_fires(text, R"({"EventID": 1, "User": "svc"})"));
}

TEST(SigmaFilters, PatternsSeeOnlyTheFiltersOwnIdentifiers) {
  const std::string body =
      "    sel_1: {User: svc}\n    sel_2: {User: admin}\n    condition: not 1 of sel*";
  const std::string text = bases() + filter_document("[a]", "{product: windows}", body);
  EXPECT_TRUE(first_fires(text, R"({"EventID": 1, "User": "eve"})"));
  EXPECT_FALSE(first_fires(text, R"({"EventID": 1, "User": "admin"})"));
}

TEST(SigmaFilters, TwoFiltersOnOneRule) {
  const std::string text =
      bases() +
      filter_document("[a]", "{product: windows}", "    sel: {User: svc}\n    condition: not sel") +
      filter_document("[a]", "{product: windows}", "    sel: {Host: h1}\n    condition: not sel");
  EXPECT_TRUE(first_fires(text, R"({"EventID": 1, "User": "eve", "Host": "h2"})"));
  EXPECT_FALSE(first_fires(text, R"({"EventID": 1, "User": "svc", "Host": "h2"})"));
  EXPECT_FALSE(first_fires(text, R"({"EventID": 1, "User": "eve", "Host": "h1"})"));
  EXPECT_EQ(link_text(text).rules[0].applied_filters.size(), 2U);
}

TEST(SigmaFilters, AnExcludedOneStaysButNarrowsNothing) {
  const std::string text =
      bases() + "id: f-1\n" +
      filter_document("[a]", "{product: windows}", "    sel: {User: svc}\n    condition: not sel");
  std::vector<ParsedFile> files;
  files.push_back(parse_rule_file("c.yml", text, ParseOptions{}));
  for (const bool is_excluded : {false, true}) {
    std::vector<std::string> excluded;
    if (is_excluded) excluded.emplace_back("f-1");
    const RuleSet set = link(files, {}, excluded);
    ASSERT_EQ(set.filters.size(), 1U);
    EXPECT_EQ(set.filters[0].is_excluded, is_excluded);
    EXPECT_EQ(set.rules.at(0).applied_filters.empty(), is_excluded);
    EXPECT_EQ(evaluate(set.rules[0], event_from_json(R"({"EventID": 1, "User": "svc"})")),
              is_excluded);
  }
}

TEST(SigmaFilters, WarnsWithoutNot) {
  const RuleSet set =
      link_text(bases() + filter_document("[a]", "{product: windows}",
                                          "    sel: {User: svc}\n    condition: sel"));
  ASSERT_EQ(set.filters.size(), 1U);
  ASSERT_EQ(set.filters[0].warnings.size(), 1U);
}

}  // namespace
}  // namespace pugmark::sigma

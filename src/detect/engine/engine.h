#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "detect/engine/bucket.h"
#include "detect/engine/matcher.h"
#include "detect/engine/parts.h"
#include "detect/ruleset.h"
#include "detect/sigma/logsource.h"
#include "detect/sigma/rule.h"
#include "events/shape.h"

namespace pugmark::engine {

// What decides which rules apply to an event: kind of source, channel (folded; "" for one no rule
// names) and event id (kOtherEvent for one no rule names, 0 for none that can be read).
struct BucketKey {
  SourceKind source = SourceKind::kJson;
  std::string channel;
  std::uint64_t event_id = 0;
  // Of all Windows events that name several channels or event ids (these two are not set then):
  // what a route asks of them is asked of the fields.
  bool is_ambiguous = false;
  friend auto operator<=>(const BucketKey&, const BucketKey&) = default;
};
inline constexpr std::uint64_t kOtherEvent = UINT64_MAX;

// Whether a route leads to events of this kind; its conditions are not looked at. Never, if they
// are ambiguous: then nobody can say which kind they are.
bool applies(const sigma::Route& route, const BucketKey& key);
// The same without regard to event ids: the log is there, whatever was written to it.
bool names_log_of(const sigma::Route& route, const BucketKey& key);

// All rules of a hunt and the buckets made of them so far. Thread-safe: rules are immutable, and
// buckets are made under a lock and never change or move afterwards.
class Engine {
 public:
  Engine(sigma::RuleSet rules, RulesetOptions options, Sha256 digest);

  const sigma::RuleSet& rules() const { return rules_; }
  const RulesetOptions& options() const { return options_; }
  const Sha256& digest() const { return digest_; }
  const Part& part(std::uint32_t rule) const { return parts_.rules[rule]; }
  const Part& part_of_correlation(std::uint32_t correlation) const {
    return parts_.correlations[correlation];
  }
  // Where a rule's log source is found; without routes, why_not says what is missing.
  const sigma::Routing& routing(std::uint32_t rule) const { return routings_[rule]->routing; }

  // False if no rule can ever match events like this.
  bool wants(const Shape& shape);

  // How the rules apply to events of a shape. `bucket` is nullptr if none does.
  BoundShape bind(const Shape& shape);

  const Bucket& bucket(std::uint32_t id) const;
  const BucketKey& key(std::uint32_t id) const;

 private:
  struct Made {
    std::uint32_t id = 0;
    BucketKey key;
    std::uint32_t field_base = 0;
    Bucket bucket;
  };
  // Where a log source is found, and its conditions as predicates: for each route, for each
  // condition, the alternatives. For ambiguous events channel and event id are conditions as well.
  using Conditions = std::vector<std::vector<sigma::Predicate>>;
  struct Routing {
    sigma::Routing routing;
    std::vector<Conditions> conditions;
    std::vector<Conditions> conditions_if_ambiguous;
  };

  static Routing routing_of(const sigma::LogSource& source);

  BucketKey key_of(const Shape& shape) const;
  const Made& made(const BucketKey& key);
  Made make(const BucketKey& key);
  void note_event_ids(const sigma::Rule& rule);
  void make_prefilter();

  sigma::RuleSet rules_;
  RulesetOptions options_;
  Sha256 digest_;
  Parts parts_;
  std::map<std::tuple<std::string, std::string, std::string>, Routing> routing_by_source_;
  std::vector<const Routing*> routings_;  // one per rule
  std::set<std::string> channels_;        // folded, that some route names
  std::set<std::uint64_t> event_ids_;     // that some rule or route names

  std::unique_ptr<const indicators::Prefilter> prefilter_;  // nullptr: no lists of indicators

  mutable std::mutex mutex_;
  ComparisonTable comparisons_;
  std::map<BucketKey, Made> buckets_;
  std::vector<const Made*> buckets_by_id_;
  std::uint32_t fields_count_ = 0;
};

}  // namespace pugmark::engine

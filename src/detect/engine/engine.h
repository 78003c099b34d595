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
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "detect/engine/bucket.h"
#include "detect/engine/matcher.h"
#include "detect/ruleset.h"
#include "detect/sigma/logsource.h"
#include "detect/sigma/rule.h"
#include "events/shape.h"

namespace pugmark::engine {

// Why a rule of the set takes no part in this hunt.
struct Disabled {
  bool is = false;
  std::string why;
};

// All rules of a hunt and the buckets made of them so far. Thread-safe: rules are immutable, and
// buckets are made under a lock and never change or move afterwards.
class Engine {
 public:
  Engine(sigma::RuleSet rules, RulesetOptions options, Sha256 digest);

  const sigma::RuleSet& rules() const { return rules_; }
  const RulesetOptions& options() const { return options_; }
  const Sha256& digest() const { return digest_; }
  const Disabled& disabled(std::uint32_t rule) const { return disabled_[rule]; }
  // A correlation stands on the rule: its matches are remembered, whether or not it fires alone.
  const std::vector<sigma::Route>& routes(std::uint32_t rule) const { return *routes_[rule]; }

  // False if no rule can ever match events like this.
  bool wants(const Shape& shape);

  // How the rules apply to events of a shape. `bucket` is nullptr if none does.
  BoundShape bind(const Shape& shape, const ShapeTable& shapes);

  // How many buckets there are; their ids are below it.
  std::uint32_t buckets_count() const;
  const Bucket& bucket(std::uint32_t id) const;

  // Failures to build a bucket, in words: its rules did not run.
  std::vector<std::string> failures() const;

 private:
  // What decides which rules apply: kind of source, channel (folded; "" for one no rule names) and
  // event id (kOther for one no rule names).
  struct Key {
    SourceKind source;
    std::string channel;
    std::uint64_t event_id;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Made {
    std::uint32_t id = 0;
    std::uint32_t field_base = 0;
    Bucket bucket;
  };
  static constexpr std::uint64_t kOther = UINT64_MAX;

  Key key_of(const Shape& shape) const;
  const Made& made(const Key& key);
  Made make(const Key& key);
  bool applies(const sigma::Route& route, const Key& key) const;
  void disable_by_options();
  void note_event_ids(const sigma::Rule& rule);

  sigma::RuleSet rules_;
  RulesetOptions options_;
  Sha256 digest_;
  std::vector<Disabled> disabled_;
  std::map<std::tuple<std::string, std::string, std::string>, std::vector<sigma::Route>>
      routes_by_source_;
  std::vector<const std::vector<sigma::Route>*> routes_;  // one per rule
  std::set<std::string> channels_;                        // folded, that some route names
  std::set<std::uint64_t> event_ids_;                     // that some rule or route names

  mutable std::mutex mutex_;
  std::map<Key, Made> buckets_;
  std::vector<const Made*> buckets_by_id_;
  std::uint32_t fields_count_ = 0;
  std::vector<std::string> failures_;
};

}  // namespace pugmark::engine

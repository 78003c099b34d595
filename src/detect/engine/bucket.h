#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detect/engine/comparison.h"
#include "detect/engine/line_scan.h"
#include "detect/engine/literal_index.h"
#include "detect/engine/readings.h"
#include "detect/indicators/prefilter.h"
#include "detect/sigma/logsource.h"
#include "detect/sigma/rule.h"

namespace pugmark::engine {

// One comparison, ready for the hot path.
struct CompiledPredicate {
  const sigma::Predicate* source = nullptr;  // outlives the bucket
  std::uint32_t field = 0;                   // index into Bucket::fields
  std::uint32_t other_field = 0;             // of field references: the other side
  bool cased = false;                        // compare the raw text instead of the folded one
  sigma::PatternShape shape = sigma::PatternShape::kGeneral;
  // Of patterns and regular expressions, else nullptr; outlives the bucket. The next two are its.
  const Comparison* comparison = nullptr;
  std::span<const sigma::Token> tokens;  // folded unless cased; of patterns only
  std::string_view literal;              // the single literal of the simple shapes
};

enum class NodeKind : std::uint8_t { kPredicate, kAnd, kOr, kNot, kTrue, kFalse };

// A boolean expression in one array. kPredicate: `first` is the predicate; kAnd, kOr, kNot: `count`
// nodes from Bucket::children[first].
struct Node {
  NodeKind kind = NodeKind::kFalse;
  // Of kOr: the children are alternatives for the value of one field. The memo then answers the
  // whole list at once, like one comparison: rules list dozens of names.
  bool is_of_one_value = false;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

// Equal comparisons of several rules are one CompiledPredicate; this is how one rule wrote it.
struct Original {
  std::uint32_t predicate = 0;  // index into Bucket::predicates
  const sigma::Predicate* written = nullptr;
};

// A rule as it stands in one bucket: its condition there.
struct Instance {
  std::uint32_t rule = 0;            // index into RuleSet::rules
  std::uint32_t route = 0;           // index into the rule's routes
  std::uint32_t root = 0;            // index into Bucket::nodes
  std::uint32_t first_original = 0;  // into Bucket::originals
  std::uint32_t originals_count = 0;
};

inline constexpr std::uint32_t kNoField = UINT32_MAX;

struct FieldPlan {
  std::string name;  // as in the event, after the route's renames; "" for keywords
  FieldRole role = FieldRole::kPlain;
  // A field put together from others, or rewritten; nullptr if it is read as it stands.
  const sigma::FieldRename* rename = nullptr;
  bool indexed = false;                 // some clause of a rule looks at this field
  std::optional<LiteralIndex> index;    // ids are clauses
  std::vector<std::uint32_t> compared;  // clauses found by comparing, not by a literal
  bool in_line = false;                 // Bucket::line finds all that `index` would
};

// A necessary condition of some instances: one predicate; if it is true they become candidates.
struct Clause {
  std::uint32_t predicate = 0;
  std::vector<std::uint32_t> instances;
};

// The rules that can apply to one kind of event (source, channel, event id), compiled together.
// Immutable after building; shared by all threads.
struct Bucket {
  std::vector<FieldPlan> fields;
  std::vector<CompiledPredicate> predicates;
  std::vector<Node> nodes;
  std::vector<std::uint32_t> children;
  std::vector<Instance> instances;
  std::vector<Original> originals;
  std::vector<Clause> clauses;
  std::vector<std::uint32_t> always;  // instances without a clause: judged for every event
  // Those of lists of indicators: `prefilter` says which values need be asked about. nullptr: all.
  std::vector<std::uint32_t> indicator_clauses;
  const indicators::Prefilter* prefilter = nullptr;
  bool indicators_in_line = true;  // what the prefilter does not see in a line, `line` does
  // Of line-based logs: the literals of all fields that stand in a line as it is. Ids are clauses.
  std::unique_ptr<const LineScan> line;
  std::uint32_t keyword_field = kNoField;  // the one of FieldRole::kKeyword, if there is one
  // The same, if clauses look at it and there are no lines: then what the values of
  // other indexed fields say to keywords is found together with what they say to their own rules.
  std::uint32_t keywords_by_value = kNoField;
};

// One rule to be put in a bucket, with what its route changes.
struct InstanceSource {
  const sigma::Rule* rule = nullptr;
  std::uint32_t rule_index = 0;
  std::uint32_t route_index = 0;
  std::span<const sigma::FieldRename> renames;
  // Of the route: of each list one must hold. They name the event's own fields.
  std::span<const std::vector<sigma::Predicate>> conditions;
};

struct BucketSource {
  std::vector<InstanceSource> instances;
  // If `has_event_id`, comparisons of EventID with a number are decided here: with `event_id`, or
  // as false if this bucket is for all event ids no rule names.
  bool has_event_id = false;
  bool is_other_event_id = false;
  std::uint32_t event_id = 0;
  bool is_web = false;         // cs-uri-* and cs-user-agent have their readings
  bool is_line_based = false;  // events are lines of a log
  const indicators::Prefilter* prefilter = nullptr;  // of all lists; outlives the bucket
};

// `comparisons` outlives the bucket.
Bucket build_bucket(const BucketSource& source, ComparisonTable& comparisons);

}  // namespace pugmark::engine

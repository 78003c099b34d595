#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>
#include <utility>

#include "base/text.h"
#include "detect/sigma/condition.h"
#include "detect/sigma/correlate.h"
#include "detect/sigma/document.h"

// Correlation documents (specification, "Sigma Correlation Rules").
namespace pugmark::sigma {
namespace {

// More rules than any sensible sequence has; the ordered search is quadratic in their number.
constexpr std::size_t kRulesOfOne = 64;
constexpr std::size_t kFieldsOfOne = 64;
constexpr std::int64_t kSecond = 1'000'000'000;

struct TypeName {
  std::string_view name;
  CorrelationType type;
};

constexpr std::array kTypes = {
    TypeName{"event_count", CorrelationType::kEventCount},
    TypeName{"value_count", CorrelationType::kValueCount},
    TypeName{"temporal", CorrelationType::kTemporal},
    TypeName{"temporal_ordered", CorrelationType::kTemporalOrdered},
    TypeName{"value_sum", CorrelationType::kValueSum},
    TypeName{"value_avg", CorrelationType::kValueAverage},
    TypeName{"value_percentile", CorrelationType::kValuePercentile},
    TypeName{"value_median", CorrelationType::kValueMedian},
};

// Seconds of a unit of time, or 0. `M` and `y` are mean Gregorian lengths.
std::int64_t unit_seconds(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3'600;
    case 'd':
      return 86'400;
    case 'w':
      return 604'800;
    case 'M':
      return 2'629'746;
    case 'y':
      return 31'556'952;
    default:
      return 0;
  }
}

const CompareOp* compare_op(std::string_view name) {
  struct Row {
    std::string_view name;
    CompareOp op;
  };
  static constexpr std::array kOps = {
      Row{"gt", CompareOp::kGreater}, Row{"gte", CompareOp::kGreaterEqual},
      Row{"lt", CompareOp::kLess},    Row{"lte", CompareOp::kLessEqual},
      Row{"eq", CompareOp::kEqual},   Row{"neq", CompareOp::kNotEqual}};
  for (const Row& row : kOps) {
    if (row.name == name) return &row.op;
  }
  return nullptr;
}

class CorrelationParser {
 public:
  CorrelationParser(const Node& section, const ParseOptions& options, ExpansionBudget& budget,
                    ParsedCorrelation& parsed, Fault& fault)
      : section_(section),
        options_(options),
        budget_(budget),
        parsed_(parsed),
        correlation_(parsed.correlation),
        fault_(fault) {}

  bool parse() {
    return parse_type() && parse_rules() && parse_group_by() && parse_timespan() &&
           parse_aliases() && parse_condition_part() && check_type() && parse_generate();
  }

 private:
  bool missing(std::string_view key, std::string hint) {
    return fail(fault_, section_.key_line, fmt::format("The correlation has no '{}'.", key),
                std::move(hint));
  }

  bool parse_type() {
    const Node* node = section_.find("type");
    std::string names;
    for (const TypeName& type : kTypes) {
      names += (names.empty() ? "" : ", ") + std::string(type.name);
      if (node == nullptr || node->text != type.name) continue;
      correlation_.type = type.type;
      return true;
    }
    if (node == nullptr) return missing("type", fmt::format("Use one of: {}.", names));
    return fail(fault_, node->line,
                fmt::format("The correlation type '{}' is unknown.", escaped(node->text)),
                fmt::format("Use one of: {}.", names));
  }

  bool parse_rules() {
    const Node* node = section_.find("rules");
    parsed_.rules_line = node == nullptr ? section_.key_line : node->key_line;
    std::vector<std::string> texts;
    if (node != nullptr && !parse_texts(*node, "rules", texts, fault_)) return false;
    if (texts.empty()) texts = rules_of_condition();
    if (texts.empty()) return missing("rules", "List the ids or names of the rules it stands on.");
    if (texts.size() > kRulesOfOne) {
      return fail(fault_, parsed_.rules_line,
                  fmt::format("The correlation lists more than {} rules.", kRulesOfOne),
                  "Split it and chain the parts.");
    }
    for (std::string& text : texts) correlation_.rules.push_back({std::move(text), false, 0});
    return true;
  }

  // The names in an extended condition, in order, each once.
  std::vector<std::string> rules_of_condition() const {
    std::vector<std::string> names;
    const Node* condition = section_.find("condition");
    if (condition == nullptr || !condition->is_scalar()) return names;
    std::string text = condition->text;
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '(' || c == ')'; }, ' ');
    // Beyond the limit one more is enough to say so.
    for (std::size_t at = 0; at < text.size() && names.size() <= kRulesOfOne;) {
      const std::size_t start = text.find_first_not_of(" \t\r\n", at);
      if (start == std::string::npos) break;
      at = std::min(text.find_first_of(" \t\r\n", start), text.size());
      std::string name = text.substr(start, at - start);
      const bool is_operator = name == "and" || name == "or" || name == "not";
      if (!is_operator && std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(std::move(name));
      }
    }
    return names;
  }

  bool parse_group_by() {
    const Node* node = section_.find("group-by");
    return node == nullptr || (parse_texts(*node, "group-by", correlation_.group_by, fault_) &&
                               few_fields(*node, correlation_.group_by));
  }

  // Each of them is read from every event that takes part.
  bool few_fields(const Node& node, const std::vector<std::string>& fields) {
    if (fields.size() <= kFieldsOfOne) return true;
    return fail(fault_, node.key_line,
                fmt::format("The correlation lists {} fields under '{}'; at most {} are allowed.",
                            fields.size(), node.key, kFieldsOfOne),
                "Name those that matter.");
  }

  bool parse_timespan() {
    const Node* node = section_.find("timespan");
    if (node == nullptr) return missing("timespan", "Write a number and a unit, for instance 10m.");
    const std::string& text = node->text;
    const std::int64_t unit = text.empty() ? 0 : unit_seconds(text.back());
    const auto count = unit == 0 ? std::nullopt : parse_number(text.substr(0, text.size() - 1));
    const auto longest =
        unit == 0
            ? 0
            : static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / kSecond / unit);
    if (!count || !count->is_integer || count->negative || count->magnitude == 0 ||
        count->magnitude > longest || text[0] < '0' || text[0] > '9') {
      return fail(fault_, node->line,
                  fmt::format("The timespan '{}' cannot be read.", escaped(text)),
                  "Write a whole number and one of s, m (minutes), h, d, w, M (months), y.");
    }
    correlation_.timespan_ns = static_cast<std::int64_t>(count->magnitude) * unit * kSecond;
    return true;
  }

  bool parse_aliases() {
    const Node* node = section_.find("aliases");
    if (node == nullptr) return true;
    for (const Node& entry : node->children) {
      Alias alias;
      alias.name = entry.key;
      for (const Node& field : entry.children) {
        if (!entry.is_map() || !field.is_scalar()) return bad_alias(entry);
        add_alias_field(alias, field);
      }
      if (entry.children.empty()) return bad_alias(entry);
      correlation_.aliases.push_back(std::move(alias));
    }
    return true;
  }
  bool bad_alias(const Node& entry) {
    return fail(
        fault_, entry.key_line,
        fmt::format("The alias '{}' is not a map from rules to fields.", escaped(entry.key)),
        "Write one line 'rule: field' for each rule.");
  }
  void add_alias_field(Alias& alias, const Node& field) {
    for (std::size_t i = 0; i < correlation_.rules.size(); ++i) {
      if (correlation_.rules[i].text != field.key) continue;
      alias.fields.emplace_back(static_cast<std::uint32_t>(i), field.text);
      return;
    }
    parsed_.pending_aliases.push_back(
        {correlation_.aliases.size(), field.key, field.text, field.key_line});
  }

  bool parse_condition_part() {
    const Node* node = section_.find("condition");
    if (node == nullptr) {
      if (is_temporal(correlation_.type)) return true;
      return missing("condition", "Write for instance 'condition: {gte: 10}'.");
    }
    if (node->is_scalar()) return parse_extended(*node);
    if (node->is_list()) {
      return fail(fault_, node->key_line, "The condition is a list; expected a map of operators.",
                  "Write for instance 'condition: {gte: 10}'.");
    }
    for (const Node& entry : node->children) {
      if (!parse_condition_entry(entry)) return false;
    }
    if (!correlation_.thresholds.empty()) return true;
    return fail(fault_, node->key_line, "The condition compares with nothing.",
                "Add one of gt, gte, lt, lte, eq, neq.");
  }

  static bool read_number(const Node& entry, double& number) {
    bool doubtful = false;
    if (!entry.is_scalar()) return false;
    const ScalarType type = scalar_type(entry, doubtful);
    if (type != ScalarType::kInteger && type != ScalarType::kFloat) return false;
    const std::optional<Number> parsed = parse_number(entry.text);
    if (parsed) number = parsed->approximate;
    return parsed.has_value();
  }

  bool parse_condition_entry(const Node& entry) {
    if (entry.key == "field") {
      return parse_texts(entry, "field", correlation_.value_fields, fault_) &&
             few_fields(entry, correlation_.value_fields);
    }
    double number = 0;
    const bool is_number = read_number(entry, number);
    const CompareOp* op = compare_op(entry.key);
    if (op == nullptr && entry.key != "percentile") {
      return fail(fault_, entry.key_line,
                  fmt::format("'{}' is not part of a correlation's condition.", escaped(entry.key)),
                  "Use gt, gte, lt, lte, eq, neq, field or percentile.");
    }
    if (!is_number) {
      return fail(fault_, entry.line,
                  fmt::format("'{}' is followed by '{}'; expected a number without quotes.",
                              entry.key, escaped(entry.text)),
                  "Write the number.");
    }
    if (op != nullptr) {
      correlation_.thresholds.push_back({*op, number});
      return true;
    }
    correlation_.percentile = number;
    has_percentile_ = true;
    if (number >= 0 && number <= 100) return true;
    return fail(fault_, entry.line, "The percentile is not between 0 and 100.",
                "Write for instance 95.");
  }

  bool parse_extended(const Node& node) {
    if (!is_temporal(correlation_.type)) {
      return fail(fault_, node.line, "The condition is text; expected a map of operators.",
                  "Boolean conditions belong to temporal and temporal_ordered.");
    }
    NamedExpressions names;
    for (std::size_t i = 0; i < correlation_.rules.size(); ++i) {
      names.add(correlation_.rules[i].text, Expression::leaf(static_cast<std::uint32_t>(i)));
    }
    const ConditionLimits limits{options_.limits.rule_nesting_depth,
                                 options_.limits.rule_predicates};
    if (!parse_condition(node.text, node.line, limits, budget_, names, correlation_.extended,
                         fault_))
      return false;
    correlation_.is_extended = true;
    for (const NamedExpression& named : names.all()) {
      if (named.used) continue;
      return fail(fault_, node.line,
                  fmt::format("The rule '{}' is listed but not used in the condition.", named.name),
                  "Use it, or remove it from 'rules'.");
    }
    if (correlation_.type != CorrelationType::kTemporalOrdered ||
        ordered_alternatives(correlation_.extended)) {
      return true;
    }
    return fail(
        fault_, node.line,
        "The ordered condition has too many alternatives, or one without any rule to occur.",
        "Simplify it; each alternative needs a rule that is not negated.");
  }

  bool check_type() {
    const CorrelationType type = correlation_.type;
    const bool needs_field = type != CorrelationType::kEventCount && !is_temporal(type);
    if (needs_field && correlation_.value_fields.empty()) {
      return missing("condition.field", "Name the field whose values count.");
    }
    if (needs_field && type != CorrelationType::kValueCount &&
        correlation_.value_fields.size() > 1) {
      return fail(fault_, section_.key_line, "This correlation type takes one field, not a list.",
                  "Name one field.");
    }
    if (!needs_field && !correlation_.value_fields.empty()) {
      correlation_.warnings.push_back("'field' does nothing in this type of correlation.");
      correlation_.value_fields.clear();
    }
    if (type == CorrelationType::kValuePercentile && !has_percentile_) {
      return missing("condition.percentile",
                     "Say which percentile, for instance 'percentile: 95'.");
    }
    return true;
  }

  bool parse_generate() {
    const Node* node = section_.find("generate");
    if (node == nullptr) return true;
    bool doubtful = false;
    if (!node->is_scalar() || scalar_type(*node, doubtful) != ScalarType::kBool) {
      return fail(fault_, node->line, "'generate' is neither true nor false.",
                  "Write true or false.");
    }
    correlation_.generate = ascii_lower(node->text) == "true";
    return true;
  }

  const Node& section_;
  const ParseOptions& options_;
  ExpansionBudget& budget_;
  ParsedCorrelation& parsed_;
  Correlation& correlation_;
  Fault& fault_;
  bool has_percentile_ = false;
};

}  // namespace

std::string_view to_string(CorrelationType type) {
  const auto found = std::find_if(kTypes.begin(), kTypes.end(),
                                  [type](const TypeName& each) { return each.type == type; });
  return found->name;
}

bool parse_correlation(const Node& root, const ParseOptions& options, ExpansionBudget& budget,
                       ParsedCorrelation& parsed, Fault& fault) {
  const Node* section = root.find("correlation");
  if (!section->is_map()) {
    return fail(fault, section->key_line, "'correlation' is not a map.",
                "Add type, rules and timespan.");
  }
  return CorrelationParser(*section, options, budget, parsed, fault).parse();
}

}  // namespace pugmark::sigma

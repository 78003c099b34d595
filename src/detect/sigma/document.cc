#include "detect/sigma/document.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "base/text.h"
#include "detect/finding.h"
#include "detect/sigma/condition.h"

namespace pugmark::sigma {
namespace {

constexpr std::size_t kTitleCharacters = 256;  // specification, "Title"
constexpr std::size_t kIdentifierBytes = 256;  // name patterns are tried on all of them

std::string scalar_text(const Node& root, std::string_view key) {
  const Node* node = root.find(key);
  if (node == nullptr || !node->is_scalar()) return {};
  bool doubtful = false;
  return scalar_type(*node, doubtful) == ScalarType::kNull ? std::string() : node->text;
}

// Lists that are only shown: what is not text in them is left out.
std::vector<std::string> shown_texts(const Node& root, std::string_view key) {
  std::vector<std::string> texts;
  const Node* node = root.find(key);
  if (node == nullptr) return texts;
  if (node->is_scalar() && !node->text.empty()) texts.push_back(node->text);
  for (const Node& child : node->children) {
    if (child.is_scalar() && !child.text.empty()) texts.push_back(child.text);
  }
  return texts;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

void warn_about_words(Document& document) {
  if (!document.level.empty() && !level_from_string(document.level)) {
    document.warnings.push_back(fmt::format("The level '{}' is unknown; the rule counts as medium.",
                                            escaped(document.level)));
  }
  if (!document.status.empty() && !is_one_of(document.status, {"stable", "test", "experimental",
                                                               "deprecated", "unsupported"})) {
    document.warnings.push_back(
        fmt::format("The status '{}' is unknown.", escaped(document.status)));
  }
}

bool parse_logsource(const Node& root, LogSource& logsource, Fault& fault) {
  const Node* node = root.find("logsource");
  if (node == nullptr || !node->is_map()) {
    return fail(fault, node == nullptr ? root.line : node->key_line,
                "The document has no map 'logsource'.",
                "Say with product, category or service which events it is about.");
  }
  for (const Node& child : node->children) {
    std::string* part = child.key == "product"      ? &logsource.product
                        : child.key == "category"   ? &logsource.category
                        : child.key == "service"    ? &logsource.service
                        : child.key == "definition" ? &logsource.definition
                                                    : nullptr;
    if (part == nullptr) continue;
    if (!child.is_scalar()) {
      return fail(fault, child.key_line,
                  fmt::format("logsource.{} is not a single value.", child.key),
                  "Write one value.");
    }
    *part = part == &logsource.definition ? child.text : ascii_lower(child.text);
  }
  if (logsource.product.empty() && logsource.category.empty() && logsource.service.empty()) {
    return fail(fault, node->key_line, "The log source names no product, category or service.",
                "Give at least one of the three.");
  }
  return true;
}

// The identifiers and conditions of a detection or a filter.
class DetectionParser {
 public:
  DetectionParser(const ParseOptions& options, ExpansionBudget& budget,
                  std::vector<SearchIdentifier>& identifiers, std::vector<Predicate>& predicates,
                  std::vector<std::string>& warnings, Fault& fault)
      : options_(options),
        budget_(budget),
        table_(options.limits, predicates),
        identifiers_(identifiers),
        warnings_(warnings),
        fault_(fault) {}

  // `no_identifier`: keys that are something else.
  bool parse(const Node& section, std::initializer_list<std::string_view> no_identifier) {
    for (const Node& child : section.children) {
      if (is_one_of(child.key, no_identifier)) continue;
      if (child.key.size() > kIdentifierBytes) {
        return fail(fault_, child.key_line,
                    fmt::format("The name of a search identifier has {} bytes; at most {} are "
                                "allowed.",
                                child.key.size(), kIdentifierBytes),
                    "Shorten it.");
      }
      const auto index = static_cast<std::uint32_t>(identifiers_.size());
      ItemContext context{table_, budget_, options_.placeholders, warnings_, index};
      identifiers_.push_back({child.key, child.key_line});
      Expression expression;
      if (!parse_identifier(child, context, expression)) return false;
      names_.add(child.key, std::move(expression));
    }
    if (!names_.all().empty()) return true;
    return fail(fault_, section.key_line,
                fmt::format("'{}' defines nothing to search for.", section.key),
                "Add a search identifier, for instance 'selection:'.");
  }

  bool condition(const Node& node, Expression& result) {
    const ConditionLimits limits{options_.limits.rule_nesting_depth,
                                 options_.limits.rule_predicates};
    return parse_condition(node.text, node.line, limits, budget_, names_, result, fault_);
  }

  void warn_about_unused() {
    for (const NamedExpression& named : names_.all()) {
      if (named.used) continue;
      warnings_.push_back(fmt::format("The search identifier '{}' is not used by the condition.",
                                      escaped(named.name)));
    }
  }

 private:
  bool parse_identifier(const Node& node, ItemContext& context, Expression& result) {
    if (node.is_map()) return parse_map(node, context, result);
    if (node.is_scalar()) return parse_keyword(node, context, result, fault_);
    std::vector<Expression> parts;
    for (const Node& child : node.children) {
      Expression& part = parts.emplace_back();
      if (child.is_list()) {
        return fail(fault_, child.line,
                    fmt::format("A list stands inside the list '{}'.", node.key),
                    "Use a list of values or a list of maps.");
      }
      if (child.is_map() ? !parse_map(child, context, part)
                         : !parse_keyword(child, context, part, fault_)) {
        return false;
      }
    }
    if (parts.empty()) return empty(node);
    result = joined(ExpressionKind::kOr, std::move(parts));
    return true;
  }

  bool parse_map(const Node& map, ItemContext& context, Expression& result) {
    std::vector<Expression> parts;
    for (const Node& entry : map.children) {
      if (!parse_item(entry, context, parts.emplace_back(), fault_)) return false;
    }
    if (parts.empty()) return empty(map);
    result = joined(ExpressionKind::kAnd, std::move(parts));
    return true;
  }

  bool empty(const Node& node) {
    return fail(fault_, node.line,
                fmt::format("The search identifier '{}' is empty.", escaped(node.key)),
                "Add a field and a value, or remove it.");
  }

  const ParseOptions& options_;
  ExpansionBudget& budget_;
  PredicateTable table_;
  std::vector<SearchIdentifier>& identifiers_;
  std::vector<std::string>& warnings_;
  Fault& fault_;
  NamedExpressions names_;
};

bool parse_rule_conditions(const Node& detection, DetectionParser& parser, Rule& rule,
                           Fault& fault) {
  const Node* condition = detection.find("condition");
  if (condition == nullptr || condition->is_map() ||
      (condition->is_list() && condition->children.empty())) {
    return fail(fault, detection.key_line, "The detection has no condition.",
                "Add 'condition:', for instance 'condition: selection'.");
  }
  std::vector<Expression> parts;
  if (condition->is_scalar()) {
    rule.condition = condition->text;
    if (!parser.condition(*condition, parts.emplace_back())) return false;
  }
  for (const Node& child : condition->children) {
    if (!child.is_scalar()) {
      return fail(fault, child.line, "A condition is not text.",
                  "Write each condition as one line.");
    }
    rule.condition += (rule.condition.empty() ? "" : " | or | ") + child.text;
    if (!parser.condition(child, parts.emplace_back())) return false;
  }
  rule.expression = joined(ExpressionKind::kOr, std::move(parts));
  return true;
}

// Our own key. A word that is not understood must not pass for "says nothing".
bool parse_verdict(const Node& root, Verdict& verdict, Fault& fault) {
  const Node* node = root.find("verdict");
  if (node == nullptr) return true;
  const auto word =
      node->is_scalar() ? verdict_from_string(node->text) : std::optional<Verdict>();
  if (word) {
    verdict = *word;
    return true;
  }
  return fail(fault, node->key_line,
              fmt::format("The verdict '{}' is unknown.", escaped(node->text)),
              "Use probe, attempted, succeeded, planted or used, or leave the key out.");
}

bool check_taxonomy(const Node& root, Fault& fault) {
  const std::string taxonomy = scalar_text(root, "taxonomy");
  if (taxonomy.empty() || taxonomy == "sigma") return true;
  return fail(fault, root.find("taxonomy")->line,
              fmt::format("The taxonomy '{}' is not 'sigma': its field names mean something else.",
                          escaped(taxonomy)),
              "Translate the rule's fields to the Sigma taxonomy.");
}

}  // namespace

bool parse_texts(const Node& node, std::string_view what, std::vector<std::string>& texts,
                 Fault& fault) {
  if (node.is_scalar()) {
    texts.push_back(node.text);
    return true;
  }
  for (const Node& child : node.children) {
    if (node.is_map() || !child.is_scalar()) {
      return fail(fault, child.line, fmt::format("'{}' is not a list of plain values.", what),
                  "Write one value, or a list of values.");
    }
    texts.push_back(child.text);
  }
  return true;
}

bool parse_header(const Node& root, Document& document, Fault& fault) {
  document.id = scalar_text(root, "id");
  document.name = scalar_text(root, "name");
  document.title = scalar_text(root, "title");
  document.status = scalar_text(root, "status");
  document.level = scalar_text(root, "level");
  document.description = scalar_text(root, "description");
  document.author = scalar_text(root, "author");
  document.date = scalar_text(root, "date");
  document.references = shown_texts(root, "references");
  document.tags = shown_texts(root, "tags");
  warn_about_words(document);
  if (document.title.empty()) {
    return fail(fault, root.line, "The document has no title.", "Add 'title:'.");
  }
  if (!parse_verdict(root, document.verdict, fault)) return false;
  std::size_t characters = 0;
  for (std::size_t at = 0; at < document.title.size(); ++characters)
    next_code_point(document.title, at);
  if (characters <= kTitleCharacters) return check_taxonomy(root, fault);
  return fail(fault, root.find("title")->line,
              fmt::format("The title has {} characters; at most {} are allowed.", characters,
                          kTitleCharacters),
              "Shorten it, and move the rest to the description.");
}

bool parse_rule(const Node& root, const ParseOptions& options, ExpansionBudget& budget, Rule& rule,
                Fault& fault) {
  if (!parse_logsource(root, rule.logsource, fault)) return false;
  const Node* detection = root.find("detection");
  if (detection == nullptr || !detection->is_map()) {
    return fail(fault, detection == nullptr ? root.line : detection->key_line,
                "The rule has no map 'detection'.",
                "Add 'detection:' with a selection and a condition.");
  }
  if (const Node* timeframe = detection->find("timeframe")) {
    return fail(fault, timeframe->key_line, "'timeframe' is withdrawn from Sigma.",
                "Write a correlation document with 'timespan'.");
  }
  DetectionParser parser(options, budget, rule.identifiers, rule.predicates, rule.warnings, fault);
  if (!parser.parse(*detection, {"condition"})) return false;
  if (!parse_rule_conditions(*detection, parser, rule, fault)) return false;
  parser.warn_about_unused();
  return true;
}

bool parse_filter(const Node& root, const ParseOptions& options, ExpansionBudget& budget,
                  Filter& filter, Fault& fault) {
  if (!parse_logsource(root, filter.logsource, fault)) return false;
  const Node* section = root.find("filter");
  if (section == nullptr || !section->is_map()) {
    return fail(fault, root.line, "'filter' is not a map.",
                "Add rules, a selection and a condition.");
  }
  const Node* rules = section->find("rules");
  if (rules == nullptr) {
    return fail(fault, section->key_line, "The filter does not say which rules it narrows.",
                "Add 'rules:' with ids or names, or 'rules: any'.");
  }
  if (!parse_texts(*rules, "rules", filter.rules, fault)) return false;
  const auto any = std::find_if(filter.rules.begin(), filter.rules.end(),
                                [](const std::string& rule) { return ascii_lower(rule) == "any"; });
  if (any != filter.rules.end()) filter.rules.clear();
  const Node* condition = section->find("condition");
  if (condition == nullptr || !condition->is_scalar()) {
    return fail(fault, section->key_line, "The filter has no condition of one line.",
                "Add 'condition:', for instance 'condition: not selection'.");
  }
  DetectionParser parser(options, budget, filter.identifiers, filter.predicates, filter.warnings,
                         fault);
  if (!parser.parse(*section, {"rules", "condition"})) return false;
  filter.condition = condition->text;
  if (!parser.condition(*condition, filter.expression)) return false;
  parser.warn_about_unused();
  if ((" " + filter.condition).find(" not ") == std::string::npos &&
      filter.condition.find("(not ") == std::string::npos) {
    filter.warnings.push_back(
        "The filter's condition contains no 'not': it is joined to the rule with 'and', so only "
        "events that it matches are kept.");
  }
  return true;
}

std::string LogSource::text() const { return product + "/" + category + "/" + service; }

std::string RejectedRule::message() const {
  const std::string where =
      kind == "indicator" && line == 0 ? file : fmt::format("{}:{}", file, line);
  return fmt::format("{}: {}{}{}", where, what, hint.empty() ? "" : " ", hint);
}

}  // namespace pugmark::sigma

// Any bytes as a rule file, from YAML to the linked set, under limits that real rules keep and
// under limits that nearly all meet. Promised is more than survival: every document ends as a rule,
// a correlation, a filter or a rejection that says where and why; the same text always says the
// same; a text read twice runs once; nothing grows beyond its limit.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/engine/engine.h"
#include "detect/sigma/parse.h"
#include "detect/sigma/reference.h"
#include "detect/sigma/yaml.h"

using namespace pugmark;

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

// An input of a few hundred bytes shall take no longer than it would in a file of many.
sigma::ParseOptions wide_options() {
  sigma::ParseOptions options;
  options.limits.rule_predicates = 4'096;
  options.limits.rule_expanded_bytes = 4 << 20;
  return options;
}

sigma::ParseOptions tight_options() {
  sigma::ParseOptions options;
  options.limits.rule_nesting_depth = 6;
  options.limits.rule_predicates = 40;
  options.limits.rule_expanded_bytes = 40'000;
  options.limits.yaml_nodes = 300;
  options.placeholders = {{"x", {"1", "a*"}}, {"y", {"", "%x%", "-b"}}, {"none", {}}};
  return options;
}

// How many documents must be accounted for, from the trees alone. What stands behind a fault of
// the file is one document: nobody can say where the next begins.
std::size_t documents_count(std::string_view text, const Limits& limits) {
  const sigma::YamlFile yaml = sigma::parse_yaml(text, limits);
  std::size_t count = yaml.fault ? 1 : 0;
  for (const sigma::YamlDocument& document : yaml.documents) {
    const sigma::Node& root = document.root;
    bool doubtful = false;
    if (root.is_scalar() && sigma::scalar_type(root, doubtful) == sigma::ScalarType::kNull)
      continue;
    const sigma::Node* action = root.find("action");
    if (action == nullptr || (action->text != "global" && action->text != "reset")) ++count;
  }
  return count;
}

std::size_t documents_count(const sigma::RuleSet& set) {
  return set.rules.size() + set.correlations.size() + set.filters.size() + set.rejected.size();
}

void describe(const sigma::Expression& expression, std::string& out) {
  out += "(" + std::to_string(static_cast<int>(expression.kind)) + " " +
         std::to_string(expression.predicate);
  for (const sigma::Expression& child : expression.children) describe(child, out);
  out += ")";
}

void describe(const sigma::Document& document, std::string& out) {
  out += document.file + ":" + std::to_string(document.line) + " " + document.id + " " +
         document.title + " " + document.text + "\n";
  for (const std::string& warning : document.warnings) out += "  " + warning + "\n";
}

// What two readings of one text must have in common.
std::string describe(const sigma::RuleSet& set) {
  std::string out;
  for (const sigma::Rule& rule : set.rules) {
    describe(rule, out);
    for (const sigma::Predicate& predicate : rule.predicates)
      out += predicate.field + "|" + predicate.original + "\n";
    describe(rule.expression, out);
  }
  for (const sigma::Correlation& correlation : set.correlations) {
    describe(correlation, out);
    for (const sigma::RuleReference& rule : correlation.rules)
      out += rule.text + " " + std::to_string(rule.index) + "\n";
  }
  for (const sigma::Filter& filter : set.filters) describe(filter, out);
  for (const sigma::RejectedRule& rejected : set.rejected) out += rejected.message() + "\n";
  return out;
}

void check_leaves(const sigma::Expression& expression, const sigma::Rule& rule) {
  if (expression.kind == sigma::ExpressionKind::kPredicate) {
    require(expression.predicate < rule.predicates.size(), "a leaf is a predicate");
    return;
  }
  require(!expression.children.empty(), "a branch has children");
  for (const sigma::Expression& child : expression.children) check_leaves(child, rule);
}

std::size_t expanded_bytes(const sigma::Predicate& predicate) {
  std::size_t bytes = sizeof predicate + predicate.original.size();
  if (const sigma::Pattern* pattern = predicate.pattern()) {
    for (const sigma::Token& token : pattern->tokens) bytes += token.literal.size();
  }
  return bytes;
}

void check_rules(const sigma::RuleSet& set) {
  const sigma::NamedEvent event{{{"F", {{"a-b", sigma::ValueKind::kText, ""}}},
                                 {"G", {{"5", sigma::ValueKind::kNumber, ""}}}},
                                "GET /a-b 200",
                                std::nullopt};
  for (const sigma::Rule& rule : set.rules) {
    check_leaves(rule.expression, rule);
    for (const sigma::Predicate& predicate : rule.predicates) {
      require(predicate.identifier < rule.identifiers.size(), "a predicate has an identifier");
      const auto* regex = std::get_if<sigma::Regex>(&predicate.test);
      require(regex == nullptr || regex->compiled != nullptr, "a regular expression is compiled");
    }
    (void)sigma::explain(rule, event);
  }
  for (const sigma::RejectedRule& rejected : set.rejected) {
    const bool complete = !rejected.file.empty() && rejected.line > 0 && !rejected.kind.empty() &&
                          !rejected.what.empty() && !rejected.hint.empty();
    require(complete, "a rejection says where, what, why and what to do");
  }
}

void check_limits(const sigma::ParsedFile& file, const Limits& limits) {
  std::size_t bytes = 0;
  for (const sigma::Rule& rule : file.rules) {
    require(rule.predicates.size() <= limits.rule_predicates, "rule-predicates holds");
    for (const sigma::Predicate& predicate : rule.predicates) bytes += expanded_bytes(predicate);
  }
  require(bytes <= limits.rule_expanded_bytes, "rule-expanded-bytes holds");
}

// Of the documents of one id, rules and correlations, one runs and the others say why they do not.
void check_read_twice(sigma::RuleSet set) {
  const engine::Engine engine(std::move(set), RulesetOptions{}, Sha256{});
  std::map<std::string, std::size_t> running;
  const auto note = [&](const sigma::Document& document, const engine::Part& part) {
    require(!part.is_disabled || !part.why.empty(), "what is disabled says why");
    if (!document.id.empty()) running[document.id] += part.is_disabled ? 0 : 1;
  };
  const sigma::RuleSet& rules = engine.rules();
  for (std::uint32_t i = 0; i < rules.rules.size(); ++i) note(rules.rules[i], engine.part(i));
  for (std::uint32_t i = 0; i < rules.correlations.size(); ++i)
    note(rules.correlations[i], engine.part_of_correlation(i));
  for (const auto& [id, count] : running) require(count == 1, "of each id one runs");
}

void read(std::string_view text, const sigma::ParseOptions& options) {
  std::vector<sigma::ParsedFile> once;
  once.push_back(sigma::parse_rule_file("a.yml", text, options));
  check_limits(once.front(), options.limits);
  std::vector<sigma::ParsedFile> again;
  again.push_back(sigma::parse_rule_file("a.yml", text, options));
  std::vector<sigma::ParsedFile> twice;
  twice.push_back(sigma::parse_rule_file("a.yml", text, options));
  twice.push_back(sigma::parse_rule_file("b.yml", text, options));

  // A file without any is rejected as a whole.
  const std::size_t documents = std::max<std::size_t>(1, documents_count(text, options.limits));
  const sigma::RuleSet set = sigma::link(std::move(once));
  require(documents_count(set) == documents, "no document vanishes");
  check_rules(set);
  require(describe(set) == describe(sigma::link(std::move(again))), "reading is deterministic");
  sigma::RuleSet both = sigma::link(std::move(twice));
  require(documents_count(both) == 2 * documents, "no document of two files vanishes");
  check_rules(both);
  check_read_twice(std::move(both));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  // Bytes may be viewed as std::byte.
  const std::string_view text = as_text({reinterpret_cast<const std::byte*>(data), size_bytes});
  static const sigma::ParseOptions wide = wide_options();
  static const sigma::ParseOptions tight = tight_options();
  read(text, wide);
  read(text, tight);
  return 0;
}

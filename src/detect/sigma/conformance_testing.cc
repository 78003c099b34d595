#include "detect/sigma/conformance_testing.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "detect/sigma/yaml.h"

namespace pugmark::sigma {
namespace {

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::abort();
}

std::string indented(std::string_view text) {
  std::string result;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) result += "    " + line + "\n";
  return result;
}

// JSON is read as the YAML it is: quoted scalars are text.
NamedValue value_from(const Node& scalar) {
  bool doubtful = false;
  switch (scalar_type(scalar, doubtful)) {
    case ScalarType::kString:
      return {scalar.text, ValueKind::kText, ""};
    case ScalarType::kInteger:
    case ScalarType::kFloat:
      return {scalar.text, ValueKind::kNumber, ""};
    case ScalarType::kBool:
      return {scalar.text, ValueKind::kBool, ""};
    case ScalarType::kNull:
      return {"", ValueKind::kNull, ""};
  }
  return {};
}

void add_fields(const Node& map, const std::string& prefix, NamedEvent& event) {
  for (const Node& entry : map.children) {
    const std::string name = prefix + entry.key;
    if (entry.is_map()) {
      add_fields(entry, name + ".", event);
      continue;
    }
    NamedField field{name, {}};
    if (entry.is_scalar()) field.values.push_back(value_from(entry));
    for (const Node& child : entry.children) field.values.push_back(value_from(child));
    event.fields.push_back(std::move(field));
  }
}

std::string text_at(const Node& map, std::string_view key) {
  const Node* node = map.find(key);
  if (node == nullptr) give_up("conformance.yml: a case without " + std::string(key));
  return node->text;
}

}  // namespace

NamedEvent event_from_json(std::string_view json) {
  const YamlFile file = parse_yaml(json, Limits{});
  if (file.fault || file.documents.size() != 1 || !file.documents[0].root.is_map()) {
    give_up("not a JSON object: " + std::string(json));
  }
  NamedEvent event;
  add_fields(file.documents[0].root, "", event);
  return event;
}

std::string rule_around(std::string_view detection, std::string_view condition) {
  return "title: case\nlogsource:\n    product: windows\ndetection:\n" + indented(detection) +
         "    condition: " + std::string(condition) + "\n";
}

std::vector<ConformanceCase> conformance_cases() {
  const std::string path =
      std::string(PUGMARK_SOURCE_DIR) + "/src/detect/sigma/testdata/conformance.yml";
  std::ifstream stream(path);
  std::stringstream text;
  text << stream.rdbuf();
  const std::string content = text.str();
  const YamlFile file = parse_yaml(content, Limits{});
  if (file.fault || file.documents.size() != 1) give_up(path + " cannot be read");
  std::vector<ConformanceCase> cases;
  for (const Node& node : file.documents[0].root.children) {
    ConformanceCase& one = cases.emplace_back();
    one.name = text_at(node, "case");
    one.topic = text_at(node, "topic");
    one.rule_text = rule_around(text_at(node, "rule"), text_at(node, "condition"));
    one.event = event_from_json(text_at(node, "event"));
    const std::string expected = text_at(node, "expected");
    if (expected != "match" && expected != "none" && expected != "rejected")
      give_up("expected: " + expected);
    one.expected = expected == "match"  ? Expected::kMatch
                   : expected == "none" ? Expected::kNoMatch
                                        : Expected::kRejected;
  }
  return cases;
}

std::string data_path(std::string_view relative) {
  const char* root = std::getenv("PUGMARK_DATA");
  const std::filesystem::path path =
      std::filesystem::path(root == nullptr ? "../shared/data" : root) / relative;
  return std::filesystem::exists(path) ? path.string() : std::string();
}

}  // namespace pugmark::sigma

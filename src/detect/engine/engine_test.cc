#include "detect/engine/engine.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <random>

#include "detect/engine/agreement_testing.h"
#include "detect/sigma/conformance_testing.h"
#include "detect/sigma/folder.h"
#include "detect/sigma/parse.h"

namespace pugmark::engine {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes;
  char piece[65'536];
  while (in.read(piece, sizeof piece) || in.gcount() > 0)
    bytes.append(piece, static_cast<std::size_t>(in.gcount()));
  return bytes;
}

sigma::RuleSet parse(std::string_view text) {
  std::vector<sigma::ParsedFile> files;
  files.push_back(sigma::parse_rule_file("test.yml", text, {}));
  return sigma::link(std::move(files));
}

TEST(Engine, AgreesWithTheConformanceTable) {
  std::size_t judged = 0;
  for (const sigma::ConformanceCase& one : sigma::conformance_cases()) {
    if (one.expected == sigma::Expected::kRejected) continue;
    const sigma::RuleSet rules = parse(one.rule_text);
    ASSERT_EQ(rules.rules.size(), 1U) << one.name;
    EXPECT_EQ(matches_alone(rules.rules[0], one.event), one.expected == sigma::Expected::kMatch)
        << "case " << one.name;
    ++judged;
  }
  EXPECT_GT(judged, 100U);
}

// How many lists of the rule's condition are answered as a whole.
std::size_t lists_of_one_value(const std::string& selection) {
  const sigma::RuleSet rules = parse(
      "title: t\nlogsource: {product: windows}\ndetection:\n"
      "  selection:\n" +
      selection + "  condition: selection\n");
  EXPECT_EQ(rules.rules.size(), 1U) << selection;
  if (rules.rules.size() != 1) return 0;
  ComparisonTable comparisons;
  BucketSource source;
  source.instances.push_back({&rules.rules[0], 0, 0, {}, {}});
  const Bucket bucket = build_bucket(source, comparisons);
  return static_cast<std::size_t>(
      std::ranges::count_if(bucket.nodes, [](const Node& node) { return node.is_of_one_value; }));
}

TEST(Engine, AnswersListsAboutOneValueAsAWhole) {
  EXPECT_EQ(lists_of_one_value("    Image|endswith: [a.exe, b.exe, c.exe]\n"), 1U);
  EXPECT_EQ(lists_of_one_value("    Image: [a, b]\n    User: [c, d]\n"), 2U);
  EXPECT_EQ(lists_of_one_value("    Port: [1, 2]\n"), 1U);
  // Of absent values, of every value, of two fields, and what all have to satisfy.
  EXPECT_EQ(lists_of_one_value("    Image: [a, null]\n"), 0U);
  EXPECT_EQ(lists_of_one_value("    - keyword\n    - other\n"), 0U);
  EXPECT_EQ(lists_of_one_value("    - Image: a\n    - User: b\n"), 0U);
  EXPECT_EQ(lists_of_one_value("    Image|contains|all: [a, b]\n"), 0U);
  EXPECT_EQ(lists_of_one_value("    Image: a\n"), 0U);
}

class RandomRules {
 public:
  explicit RandomRules(unsigned seed) : random_(seed) {}

  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }

  std::string text(unsigned longest) {
    constexpr const char* kPieces[] = {"a", "B", "b", "\xc3\xa9", "\xc3\x89", "-", "/", "1", " "};
    std::string made;
    for (unsigned length = below(longest + 1); length > 0; --length) made += kPieces[below(9)];
    return made;
  }

  std::string value() {
    std::string made = text(4);
    for (unsigned wildcards = below(3); wildcards > 0; --wildcards)
      made.insert(made.size() / 2, below(2) == 0 ? "*" : "?");
    if (below(6) == 0) made += "\\*";
    return "'" + made + "'";
  }

  std::string item() {
    constexpr const char* kModifiers[] = {"",
                                          "",
                                          "",
                                          "|contains",
                                          "|startswith",
                                          "|endswith",
                                          "|contains|all",
                                          "|cased",
                                          "|contains|cased",
                                          "|neq",
                                          "|contains|windash",
                                          "|re",
                                          "|re|i"};
    const std::string modifier = kModifiers[below(13)];
    const std::string field = below(8) == 0 ? "g" : below(2) == 0 ? "F" : "G";
    if (below(8) == 0) return field + ": null";
    if (below(10) == 0) return field + "|exists: " + (below(2) == 0 ? "true" : "false");
    if (below(10) == 0) return field + ": " + std::to_string(below(3));
    if (modifier.starts_with("|re")) return field + modifier + ": 'a[b1]+|B.b'";
    std::string list;
    for (unsigned values = 1 + below(3); values > 0; --values)
      list += (list.empty() ? "" : ", ") + value();
    return field + modifier + ": [" + list + "]";
  }

  std::string rule() {
    std::string detection;
    for (const char* name : {"one", "two", "three"}) {
      if (below(6) == 0) {
        detection += std::string(name) + ": [" + value() + ", " + value() + "]\n";
        continue;
      }
      detection += std::string(name) + ": {" + item();
      if (below(2) == 0) detection += ", 'H|contains': " + value();
      detection += "}\n";
    }
    constexpr const char* kConditions[] = {
        "one and two",     "one or two", "one and not two",        "not one and three",
        "all of them",     "1 of them",  "one and (two or three)", "not (one or two) or three",
        "one or not three"};
    return sigma::rule_around(detection, kConditions[below(9)]);
  }

  sigma::NamedEvent event() {
    sigma::NamedEvent made;
    for (const char* name : {"F", "G", "g", "H"}) {
      const unsigned kind = below(8);
      if (kind == 0) continue;
      sigma::NamedField field{name, {}};
      if (kind == 1) field.values.push_back({"", sigma::ValueKind::kNull, ""});
      for (unsigned values = kind == 1 ? 0 : 1 + (kind == 2 ? 1 : 0); values > 0; --values)
        field.values.push_back({text(6), sigma::ValueKind::kText, ""});
      made.fields.push_back(std::move(field));
    }
    return made;
  }

 private:
  std::mt19937 random_;
};

// The reference evaluator has no joined reading unless it is told: lists are given one here, as the
// events of the product have it.
sigma::NamedEvent with_joined_lists(sigma::NamedEvent event) {
  for (sigma::NamedField& field : event.fields) {
    if (field.values.size() < 2) continue;
    std::string joined;
    for (const sigma::NamedValue& value : field.values)
      joined += (joined.empty() ? "" : " ") + value.text;
    if (field.values.front().text.empty()) joined = " " + field.values.back().text;
    field.values.push_back({joined, sigma::ValueKind::kText, "joined"});
  }
  return event;
}

TEST(Engine, AgreesWithTheReferenceOnRandomRulesAndEvents) {
  RandomRules random(7);
  std::size_t matched = 0, judged = 0;
  for (int i = 0; i < 1'500; ++i) {
    const std::string text = random.rule();
    const sigma::RuleSet rules = parse(text);
    if (rules.rules.empty()) continue;  // an empty list of values, say
    for (int k = 0; k < 12; ++k) {
      const sigma::NamedEvent event = random.event();
      const bool expected = sigma::evaluate(rules.rules[0], with_joined_lists(event));
      ASSERT_EQ(matches_alone(rules.rules[0], event), expected) << text;
      matched += expected ? 1 : 0;
      ++judged;
    }
  }
  EXPECT_GT(judged, 9'000U);
  EXPECT_GT(matched, judged / 10);
  EXPECT_LT(matched, judged * 9 / 10);
}

std::unique_ptr<Engine> engine_of_public_rules() {
  std::vector<std::filesystem::path> paths;
  for (const char* folder : {"sigma/rules", "sigma/rules-emerging-threats",
                             "sigma/rules-threat-hunting", "sigma/rules-compliance"}) {
    const std::string path = sigma::data_path(folder);
    if (path.empty()) return nullptr;
    paths.emplace_back(path);
  }
  paths.emplace_back(std::filesystem::path(PUGMARK_SOURCE_DIR) / "rules");
  return std::make_unique<Engine>(sigma::load_rules(paths, {}), RulesetOptions{}, Sha256{});
}

// One record, two numbers: rules about either must see it, and those about neither must not.
TEST(Engine, JudgesAnEventThatContradictsItselfByAllItNames) {
  constexpr std::string_view kRule = R"(
title: {}
logsource: {{product: windows, {}}}
detection: {{selection: {{{}}}, condition: selection}}
---
)";
  std::string text;
  const auto add = [&](std::string_view title, std::string_view source,
                       std::string_view selection) {
    text += fmt::format(fmt::runtime(kRule), title, source, selection);
  };
  add("by first number", "service: security", "EventID: 4624");
  add("by second number", "service: security", "EventID: 4688");
  add("by category", "category: process_creation", "Image|endswith: '\\x.exe'");
  add("by second channel", "service: system", "EventID: 4688");
  add("other number", "service: security", "EventID: 4625");
  add("other category", "category: file_event", "Image|endswith: '\\x.exe'");
  add("other channel", "service: application", "EventID: 4688");
  Engine engine(parse(text), RulesetOptions{}, Sha256{});
  ASSERT_EQ(engine.rules().rules.size(), 7U);
  const Limits limits;
  ShapeTable shapes(limits);
  const auto matches_of = [&](std::string_view item) {
    const Agreement agreement = compare_on_item(as_bytes(item), "e.json", engine, shapes, limits);
    EXPECT_EQ(agreement.events_count, 1U);
    EXPECT_EQ(agreement.difference, "");
    return agreement.matches_count;
  };
  EXPECT_EQ(matches_of(R"({"Channel":"Security","EventID":4624,"NewProcessName":"C:\\x.exe"})"),
            1U);
  EXPECT_EQ(matches_of(R"({"Channel":"Security","EventID":4624,"NewProcessName":"C:\\x.exe",)"
                       R"("EventID":"4688.0"})"),
            3U);
  EXPECT_EQ(matches_of(R"({"Channel":["Security","System"],"EventID":[4624,4688],)"
                       R"("NewProcessName":"C:\\x.exe"})"),
            4U);
}

TEST(Engine, NumbersOfEventsMayBeWrittenWithAPoint) {
  std::string text;
  for (const std::string_view number : {"4624.0", "4624", "4624.5", "-1.0", "1e300"})
    text += fmt::format(
        "title: is {0}\nlogsource: {{product: windows}}\n"
        "detection: {{selection: {{EventID: {0}}}, condition: selection}}\n---\n",
        number);
  Engine engine(parse(text), RulesetOptions{}, Sha256{});
  const Limits limits;
  ShapeTable shapes(limits);
  const Agreement agreement = compare_on_item(
      as_bytes(R"({"Channel":"Security","EventID":4624})"), "e.json", engine, shapes, limits);
  EXPECT_EQ(agreement.difference, "");
  EXPECT_EQ(agreement.matches_count, 2U);
}

// Every `stride`-th file of the folder.
void expect_agreement(const std::string& folder, Engine& engine, std::uint64_t events_least,
                      std::size_t stride = 1) {
  const Limits limits;
  ShapeTable shapes(limits);
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::uint64_t events = 0, matches = 0;
  for (std::size_t i = 0; i < files.size(); i += stride) {
    const auto& file = files[i];
    const std::string bytes = read_file(file);
    const Agreement agreement =
        compare_on_item(as_bytes(bytes), file.string(), engine, shapes, limits);
    EXPECT_EQ(agreement.difference, "");
    events += agreement.events_count;
    matches += agreement.matches_count;
  }
  EXPECT_GE(events, events_least);
  std::printf("%s: %llu events, %llu matches agree\n", folder.c_str(),
              static_cast<unsigned long long>(events), static_cast<unsigned long long>(matches));
}

TEST(Engine, AgreesWithTheReferenceOnTheRegressionEventsAndWebLogs) {
  const auto engine = engine_of_public_rules();
  if (engine == nullptr) GTEST_SKIP() << "skipped, no data: PUGMARK_DATA/sigma";
  expect_agreement(sigma::data_path("sigma/regression_data"), *engine, 200);
  expect_agreement(sigma::data_path("weblogs"), *engine, 40);
}

TEST(Engine, SlowAgreesWithTheReferenceOnAllSampleLogs) {
  const auto engine = engine_of_public_rules();
  const std::string folder = sigma::data_path("evtx");
  if (engine == nullptr || folder.empty()) GTEST_SKIP() << "skipped, no data: PUGMARK_DATA/evtx";
#if defined(__SANITIZE_ADDRESS__)
  // Judging every event by every rule the slow way takes a quarter of an hour under a sanitizer;
  // the plain build looks at all files.
  std::printf("every tenth file only, because of the sanitizer\n");
  expect_agreement(folder, *engine, 1'000, 10);
#else
  expect_agreement(folder, *engine, 20'000);
#endif
}

}  // namespace
}  // namespace pugmark::engine

#include "detect/sigma/parse.h"

#include <gtest/gtest.h>

#include "detect/sigma/conformance_testing.h"

namespace pugmark::sigma {
namespace {

RuleSet link_text(std::string_view text, const ParseOptions& options = {}) {
  std::vector<ParsedFile> files;
  files.push_back(parse_rule_file("r.yml", text, options));
  return link(std::move(files));
}

Rule only_rule(std::string_view detection, std::string_view condition = "sel",
               const ParseOptions& options = {}) {
  RuleSet set = link_text(rule_around(detection, condition), options);
  for (const RejectedRule& rejected : set.rejected) ADD_FAILURE() << rejected.message();
  return set.rules.empty() ? Rule{} : std::move(set.rules[0]);
}

bool fires(std::string_view detection, std::string_view json, const ParseOptions& options = {}) {
  return evaluate(only_rule(detection, "sel", options), event_from_json(json));
}

std::string rejection(std::string_view text) {
  const RuleSet set = link_text(text);
  if (set.rejected.size() != 1) return std::to_string(set.rejected.size()) + " rejections";
  return set.rejected[0].message();
}

// ---- the key of our own ----

TEST(SigmaVerdict, IsReadAndUnknownWordsRejectTheDocument) {
  const std::string rule = rule_around("sel: {F: x}", "sel");
  EXPECT_EQ(link_text(rule).rules.at(0).verdict, Verdict::kNone);
  EXPECT_EQ(link_text(rule + "\nverdict: attempted\n").rules.at(0).verdict, Verdict::kAttempted);
  EXPECT_EQ(link_text(rule + "\nverdict: 'used'\n").rules.at(0).verdict, Verdict::kUsed);
  for (const char* wrong : {"success", "Attempted", "''", "", "[attempted]"}) {
    const std::string what = rejection(rule + "\nverdict: " + wrong + "\n");
    EXPECT_NE(what.find("verdict"), std::string::npos) << wrong << ": " << what;
  }
}

// ---- modifiers the public rules never use ----

TEST(SigmaModifiers, TimePartsAreReadInUtc) {
  const std::string event =
      R"({"T": "2021-03-01T01:30:59.5+02:00", "date": "2021-01-03", "time": "06:49:42"})";
  EXPECT_TRUE(fires("sel: {T|hour: 23}", event));
  EXPECT_TRUE(fires("sel: {T|minute: 30}", event));
  EXPECT_TRUE(fires("sel: {T|day: 28}", event));
  EXPECT_TRUE(fires("sel: {T|month: 2}", event));
  EXPECT_TRUE(fires("sel: {T|year: 2021}", event));
  EXPECT_TRUE(fires("sel: {T|week: 8}", event));
  EXPECT_TRUE(fires("sel: {date|week: 53}", event))
      << "3 January 2021 still lies in week 53 of 2020";
  EXPECT_TRUE(fires("sel: {time|hour: 6}", event));
  EXPECT_TRUE(fires("sel: {T|hour|gte: 22}", event));
  EXPECT_FALSE(fires("sel: {T|hour|lt: 23}", event));
  EXPECT_FALSE(fires("sel: {X|hour: 0}", event));
}

TEST(SigmaModifiers, Utf16Forms) {
  // "ab" in UTF-16: 61 00 62 00; big-endian 00 61 00 62; with its mark FF FE 61 00 62 00.
  EXPECT_TRUE(fires("sel: {F|utf16be|base64: ab}", R"({"F": "AGEAYg=="})"));
  EXPECT_TRUE(fires("sel: {F|utf16|base64: ab}", R"({"F": "//5hAGIA"})"));
  EXPECT_TRUE(fires("sel: {F|utf16le|base64: ab}", R"({"F": "YQBiAA=="})"));
  EXPECT_FALSE(fires("sel: {F|wide|base64: ab}", R"({"F": "AGEAYg=="})"));
}

TEST(SigmaModifiers, Base64SaysWhetherCaseAgrees) {
  const Rule rule = only_rule("sel: {F|base64|contains: foobar}");
  const auto exact = explain(rule, event_from_json(R"({"F": "Zm9vYmFy"})"));
  const auto folded_only = explain(rule, event_from_json(R"({"F": "zm9vymfy"})"));
  ASSERT_EQ(exact.size(), 1U);
  ASSERT_EQ(folded_only.size(), 1U);
  EXPECT_TRUE(exact[0].exact_case);
  EXPECT_FALSE(folded_only[0].exact_case);
  const Pattern* pattern = rule.predicates[0].pattern();
  ASSERT_NE(pattern, nullptr);
  EXPECT_TRUE(pattern->encoded);
}

TEST(SigmaModifiers, Comparisons) {
  EXPECT_TRUE(fires("sel: {F|gte: 10}", R"({"F": "10"})"));
  EXPECT_FALSE(fires("sel: {F|gt: 10}", R"({"F": "10"})"));
  EXPECT_TRUE(fires("sel: {F|lt: -1}", R"({"F": "-2"})"));
  EXPECT_TRUE(fires("sel: {F|gt: [100, 5]}", R"({"F": 7})"));
  EXPECT_FALSE(fires("sel: {F|gt|all: [100, 5]}", R"({"F": 7})"));
  EXPECT_TRUE(fires("sel: {F: 4}", R"({"F": "0x4"})"));
  EXPECT_TRUE(fires("sel: {F: 18446744073709551615}", R"({"F": "0xffffffffffffffff"})"));
  EXPECT_FALSE(fires("sel: {F: 9007199254740993}", R"({"F": "9007199254740992"})"));
  EXPECT_TRUE(fires("sel: {F: 1.50}", R"({"F": "1.5"})"));
}

TEST(SigmaModifiers, FieldReferences) {
  EXPECT_TRUE(fires("sel: {A|fieldref|startswith: B}", R"({"A": "C:\\x\\y", "B": "c:\\X"})"));
  EXPECT_TRUE(fires("sel: {A|fieldref|endswith: B}", R"({"A": "C:\\x\\y", "B": "Y"})"));
  EXPECT_TRUE(fires("sel: {A|fieldref|contains: B}", R"({"A": "C:\\x\\y", "B": "\\x\\"})"));
  EXPECT_FALSE(fires("sel: {A|fieldref|cased: B}", R"({"A": "x", "B": "X"})"));
  EXPECT_TRUE(fires("sel: {A|fieldref|neq: B}", R"({"A": "x"})"));
}

TEST(SigmaModifiers, RegexWithPlaces) {
  EXPECT_TRUE(fires("sel: {F|re|contains: 'b+'}", R"({"F": "abc"})"));
  EXPECT_FALSE(fires("sel: {F|re|startswith: 'b|c'}", R"({"F": "abc"})"));
  EXPECT_TRUE(fires("sel: {F|re|endswith: 'b|c'}", R"({"F": "abc"})"));
  EXPECT_TRUE(fires("sel: {F|re|ignorecase|dotall: 'A.B'}", R"({"F": "a\nb"})"));
  EXPECT_TRUE(fires("sel: {F|re|multiline: 'a$'}", R"({"F": "a\nb"})"));
}

TEST(SigmaModifiers, Expand) {
  ParseOptions options;
  options.placeholders["admins"] = {"alice", "adm_*"};
  options.placeholders["hosts"] = {"dc1", "dc2"};
  EXPECT_TRUE(fires("sel: {U|expand: '%admins%'}", R"({"U": "ADM_7"})", options));
  EXPECT_TRUE(
      fires("sel: {U|contains|expand: '%hosts%.%admins%'}", R"({"U": "x dc2.alice"})", options));
  EXPECT_FALSE(fires("sel: {U|expand: '%admins%'}", R"({"U": "bob"})", options));
  EXPECT_TRUE(fires("sel: {U|expand: '100\\%'}", R"({"U": "100%"})", options));
}

TEST(SigmaModifiers, CidrReadsMappedAddressesAndZones) {
  EXPECT_TRUE(fires("sel: {F|cidr: 192.0.2.0/24}", R"({"F": "::ffff:192.0.2.9"})"));
  EXPECT_TRUE(fires("sel: {F|cidr: 'fe80::/10'}", R"({"F": "fe80::1%12"})"));
  EXPECT_TRUE(fires("sel: {F|cidr: 192.0.2.7}", R"({"F": "192.0.2.7"})"));
  EXPECT_FALSE(fires("sel: {F|cidr: '::/0'}", R"({"F": "192.0.2.7"})"));
}

TEST(SigmaModifiers, WindashKeepsOtherDashesAndWildcards) {
  const Rule rule = only_rule("sel: {F|windash|contains: ' -a-b*/c'}");
  EXPECT_EQ(rule.predicates.size(), 25U) << "-a and /c vary, the dash inside a word does not";
  EXPECT_TRUE(evaluate(rule, event_from_json(R"({"F": "x \u2015a-b ... -c"})")));
}

// ---- fields, readings, nulls ----

TEST(SigmaReference, ExactNameHidesOtherSpellings) {
  EXPECT_TRUE(fires("sel: {Status: x}", R"({"status": "x"})"));
  EXPECT_FALSE(fires("sel: {Status: x}", R"({"status": "x", "Status": "y"})"));
}

TEST(SigmaReference, NullCountsAsNullAndAsEmpty) {
  EXPECT_TRUE(fires("sel: {F: null}", R"({"F": null})"));
  EXPECT_TRUE(fires("sel: {F: ''}", R"({"F": null})"));
  EXPECT_FALSE(fires("sel: {F: null}", R"({"F": ""})"));
  EXPECT_TRUE(fires("sel: {F|neq: null}", R"({"F": "x"})"));
}

TEST(SigmaReference, AnyReadingSatisfiesAndNotRefusesAll) {
  NamedEvent event;
  event.fields.push_back(
      {"cs-uri-query",
       {{"a=1", ValueKind::kText, ""}, {"/ecp/y.js?a=1", ValueKind::kText, "stem?query"}}});
  const Rule positive = only_rule("sel: {cs-uri-query|contains: /ecp/}");
  const auto why = explain(positive, event);
  ASSERT_EQ(why.size(), 1U);
  EXPECT_EQ(why[0].reading, "stem?query");
  EXPECT_EQ(why[0].value, "/ecp/y.js?a=1");
  EXPECT_EQ(positive.predicates[0].original, "contains: /ecp/");
  EXPECT_FALSE(evaluate(only_rule("sel: {cs-uri-query|contains: /ecp/}", "not sel"), event));
}

TEST(SigmaReference, KeywordsAreSearchedInTheRawLine) {
  NamedEvent event;
  event.raw_line = "GET /owa/ 200 curl";
  EXPECT_TRUE(evaluate(only_rule("sel: [' 200 CURL']"), event));
  EXPECT_FALSE(evaluate(only_rule("sel: [wget]"), event));
}

TEST(SigmaReference, ExplainsWhatSpokeForTheMatch) {
  const Rule rule = only_rule("sel: {A: x, B|contains: [p, q]}\nflt: {C: z}", "sel and not flt");
  const auto why = explain(rule, event_from_json(R"({"A": "X", "B": "aqb", "C": "y"})"));
  ASSERT_EQ(why.size(), 2U);
  EXPECT_EQ(rule.predicates[why[0].predicate].original, "x");
  EXPECT_EQ(rule.predicates[why[1].predicate].original, "contains: q");
  EXPECT_EQ(rule.identifiers[rule.predicates[why[1].predicate].identifier].name, "sel");
}

// ---- collections ----

TEST(SigmaCollections, GlobalRepeatReset) {
  const RuleSet set = link_text(
      "action: global\ntitle: T\nlogsource: {product: windows}\ndetection: {condition: sel}\n"
      "---\ndetection: {sel: {A: 1}}\n---\naction: repeat\ndetection: {sel: {A: 2}}\n"
      "---\naction: reset\n---\ntitle: U\nlogsource: {product: linux}\n"
      "detection: {sel: {B: 1}, condition: sel}\n");
  for (const RejectedRule& rejected : set.rejected) ADD_FAILURE() << rejected.message();
  ASSERT_EQ(set.rules.size(), 3U);
  EXPECT_EQ(set.rules[1].title, "T");
  EXPECT_TRUE(evaluate(set.rules[1], event_from_json(R"({"A": 2})")));
  EXPECT_FALSE(evaluate(set.rules[1], event_from_json(R"({"A": 1})")));
  EXPECT_EQ(set.rules[2].logsource.product, "linux");
  EXPECT_EQ(set.rules[2].line, 13U);
}

TEST(SigmaCollections, DocumentsBehindAFaultAreLost_ThoseBeforeAreNot) {
  const std::string good = rule_around("sel: {A: 1}", "sel");
  const RuleSet set = link_text(good + "---\ntitle: [\n");
  EXPECT_EQ(set.rules.size(), 1U);
  ASSERT_EQ(set.rejected.size(), 1U);
  EXPECT_EQ(set.rejected[0].kind, "file");
}

// ---- rejections: where, what was found, what was expected, what to do ----

struct Rejection {
  const char* detection;
  const char* condition;
  const char* message;
};

TEST(SigmaRejections, DetectionsSayWhereAndWhat) {
  const Rejection cases[] = {
      {"sel: {F|contans: a}", "sel",
       "r.yml:5: The modifier 'contans' is unknown. Use one of: contains "},
      {"sel:\n    F|contains: 5", "sel",
       "r.yml:6: 'contains' works on text, but the value 5 is not a string. Quote the value, or "
       "remove"},
      {"sel:\n    F:\n        - a\n        - {b: c}", "sel",
       "r.yml:8: The list of 'F' holds a list or a map; expected plain values."},
      {"sel: {F: []}", "sel", "r.yml:5: The list of values of 'F' is empty. Write null if"},
      {"sel: {F: {G: 1}}", "sel", "r.yml:5: The value of 'F' is a map; expected a value or a list"},
      {"sel: {F: 1, F: 2}", "sel",
       "r.yml:5: The key 'F' stands twice in one map; only one of them"},
      {"sel: {F|re: '(?=a)b'}", "sel", "r.yml:5: The regular expression cannot be used: "},
      {"sel: {F|cidr: 10.0.0.1/8}", "sel", "r.yml:5: The network 10.0.0.1/8 has bits set behind"},
      {"sel: {F|cidr: host}", "sel", "r.yml:5: 'host' is not an IPv4 or IPv6 network. Write it as"},
      {"sel: {F|exists|all: true}", "sel", "r.yml:5: The modifier 'exists' stands together with"},
      {"sel: {F|exists: [true]}", "sel",
       "r.yml:5: 'exists' is followed by a list; expected true or"},
      {"sel: {F|expand: '%x%'}", "sel",
       "r.yml:5: The placeholder %x% has no value. Supply the values"},
      {"sel: {F|base64: 'a*'}", "sel",
       "r.yml:5: A wildcard stands under base64, where it would have"},
      {"sel: {F|windash: ' -a -b -c -d -e -f -g'}", "sel",
       "r.yml:5: The rule expands to more than 65536 comparisons (limit rule-predicates). Split"},
      {"sel: {F: !!int 5}", "sel",
       "r.yml:5: A YAML tag was found where a plain value was expected."},
      {"sel: {F: *a}", "sel", "r.yml:5: The alias *a refers to no complete value."},
      {"sel: ['']", "sel", "r.yml:5: A keyword is empty: it would match every event."},
      {"sel: {}", "sel", "r.yml:5: The search identifier 'sel' is empty."},
      {"timeframe: 5m\nsel: {A: 1}", "sel",
       "r.yml:5: 'timeframe' is withdrawn from Sigma. Write a"},
      {"sel: {A: 1}", "sel and",
       "r.yml:6: In the condition 'sel and': the end stands where a name was"},
      {"sel: {A: 1}", "(sel",
       "r.yml:6: In the condition '(sel': a closing parenthesis is missing."},
      {"sel: {A: 1}", "sel sel",
       "r.yml:6: In the condition 'sel sel': 'sel' stands where 'and', 'or' or"},
      {"sel: {A: 1}", "sel AND sel", "r.yml:6: In the condition 'sel AND sel': 'AND' stands where"},
      {"sel: {A: 1}", "not NOT",
       "r.yml:6: In the condition 'not NOT': the operator 'NOT' is not in lower"},
      {"sel: {A: 1}", "2 of sel*",
       "r.yml:6: In the condition '2 of sel*': '2 of' is not a quantifier."},
      {"sel: {A: 1}", "other",
       "r.yml:6: In the condition 'other': 'other' is not defined; there are: sel."},
      {"sel: {A: 1}", "1 of x*",
       "r.yml:6: In the condition '1 of x*': 'x*' matches no search identifier"},
      {"sel: {A: 1}", "sel | count() > 3",
       "r.yml:6: In the condition 'sel | count() > 3': aggregation"},
  };
  for (const Rejection& one : cases) {
    const std::string message = rejection(rule_around(one.detection, one.condition));
    EXPECT_TRUE(message.starts_with(one.message)) << message;
  }
}

TEST(SigmaRejections, DocumentsSayWhereAndWhat) {
  const std::string tail =
      "logsource: {product: windows}\ndetection: {sel: {A: 1}, condition: sel}\n";
  const std::pair<std::string, std::string> cases[] = {
      {tail, "r.yml:1: The document has no title. Add 'title:'."},
      {"title: " + std::string(257, 'x') + "\n" + tail,
       "r.yml:1: The title has 257 characters; at most"},
      {"title: a\ntaxonomy: ecs\n" + tail,
       "r.yml:2: The taxonomy 'ecs' is not 'sigma': its field names"},
      {"title: a\ndetection: {sel: {A: 1}, condition: sel}\n",
       "r.yml:1: The document has no map 'logsource'"},
      {"title: a\nlogsource: {product: ''}\ndetection: {sel: {A: 1}, condition: sel}\n",
       "r.yml:2: The log source names no product, category or service."},
      {"title: a\nlogsource: {product: x}\n", "r.yml:1: The rule has no map 'detection'."},
      {"title: a\nlogsource: {product: x}\ndetection: {sel: {A: 1}}\n",
       "r.yml:3: The detection has no condition. Add"},
      {"title: a\nlogsource: {product: x}\ndetection: {condition: sel}\n",
       "r.yml:3: 'detection' defines nothing to search for."},
      {"title: a\ndescription: no rule\n",
       "r.yml:1: The document has no 'detection', 'correlation' or"},
      {"- a\n- b\n", "r.yml:1: The document is not a map of keys and values."},
      {"action: global\ntitle: a\nlogsource: {product: x}\n",
       "r.yml:1: The file holds no rule, only"},
      {"---\n~\n---\naction: reset\n", "r.yml:1: The file holds no rule, only"},
      {"title: a\naction: merge\n",
       "r.yml:2: The action 'merge' is unknown. Use global, reset or repeat."},
      {"title: a\n\tb: c\n", "r.yml:2: This is not valid YAML: "},
      {"a: &x [*x]\n---\ntitle: b\n",
       "r.yml:1: The alias *x refers to no complete value. Define the anchor before the alias, and "
       "not around it. The documents behind it in this file were not read."},
      {"a: &x [*x]\n", "r.yml:1: The alias *x refers to no complete value."},
  };
  for (const auto& [text, expected] : cases) {
    const std::string message = rejection(text);
    EXPECT_TRUE(message.starts_with(expected)) << message;
  }
}

TEST(SigmaRejections, AliasesCannotGrowWithoutBound) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string from = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + from;
    for (int k = 0; k < 9; ++k) text += ", " + from;
    text += "]\n";
  }
  EXPECT_NE(rejection(text).find("(limit yaml-nodes)"), std::string::npos) << rejection(text);
}

TEST(SigmaRejections, NestingIsBounded) {
  const std::string deep = "a: " + std::string(5'000, '[') + std::string(5'000, ']') + "\n";
  EXPECT_NE(rejection(deep).find("(limit rule-nesting-depth)"), std::string::npos);
  const std::string condition = std::string(5'000, '(') + "sel" + std::string(5'000, ')');
  EXPECT_NE(rejection(rule_around("sel: {A: 1}", condition)).find("nested deeper than 32 levels"),
            std::string::npos);
}

TEST(SigmaRejections, SizeIsBounded) {
  ParseOptions options;
  options.limits.rule_file_bytes = 100;
  const RuleSet set =
      link_text(rule_around("sel: {A: 1}", "sel") + std::string(100, '\n'), options);
  ASSERT_EQ(set.rejected.size(), 1U);
  EXPECT_EQ(set.rejected[0].what,
            "The file has more than 100 bytes (limit rule-file-bytes).");
}

}  // namespace
}  // namespace pugmark::sigma

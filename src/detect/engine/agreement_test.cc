// Differences between the engine and the reference evaluator that fuzzing or reading found, each
// with what both must say.
#include "detect/engine/agreement_testing.h"

#include <gtest/gtest.h>

#include "detect/sigma/conformance_testing.h"
#include "detect/sigma/parse.h"

namespace pugmark::engine {
namespace {

std::string rule(std::string_view logsource, std::string_view detection,
                 std::string_view condition = "sel") {
  std::string text = sigma::rule_around(detection, condition);
  const std::string_view old = "\n    product: windows\n";
  return text.replace(text.find(old), old.size(), " " + std::string(logsource) + "\n");
}

// How many events of the log the rule matches, if both say the same.
std::uint64_t matches(const std::string& rule_text, std::string_view log) {
  std::vector<sigma::ParsedFile> files;
  files.push_back(sigma::parse_rule_file("test.yml", rule_text, {}));
  sigma::RuleSet rules = sigma::link(std::move(files));
  EXPECT_EQ(rules.rules.size(), 1U) << rule_text;
  Engine engine(std::move(rules), {}, {});
  const Limits limits;
  ShapeTable shapes(limits);
  const Agreement agreement = compare_on_item(as_bytes(log), "log", engine, shapes, limits);
  EXPECT_EQ(agreement.difference, "") << rule_text;
  EXPECT_GT(agreement.judged_count, 0U) << rule_text;
  return agreement.matches_count;
}

constexpr std::string_view kWeb = "{category: webserver}";
constexpr std::string_view kProcess = "{product: windows, category: process_creation}";

TEST(Agreement, ColumnsOfAWebLogThatStandTwiceAreLists) {
  const std::string_view log =
      "#Fields: date time cs-uri-stem cs-uri-stem cs(User-Agent) cs(User-Agent)\n"
      "2021-03-03 00:00:00 /%61 /b x+y z\n";
  EXPECT_EQ(matches(rule(kWeb, "sel: {cs-uri-stem: /b}"), log), 1U);
  EXPECT_EQ(matches(rule(kWeb, "sel: {cs-uri-stem: '/%61'}"), log), 1U);
  EXPECT_EQ(matches(rule(kWeb, "sel: {cs-uri-stem: '/%61 /b'}"), log), 1U);
  EXPECT_EQ(matches(rule(kWeb, "sel: {cs-uri-stem: '/a /b'}"), log), 1U);
  EXPECT_EQ(matches(rule(kWeb, "sel: {cs-user-agent: 'z'}"), log), 1U);
  EXPECT_EQ(matches(rule(kWeb, "sel: {cs-user-agent: 'x y z'}"), log), 1U);
}

TEST(Agreement, ReadingsBelongToTheEventsSpellingOfAName) {
  const std::string_view log =
      "#Fields: date time cs-uri-stem CS-URI-QUERY\n2021-03-03 00:00:00 /%61 b%63\n";
  EXPECT_EQ(matches(rule(kWeb, "sel: {CS-uri-stem: /a}"), log), 1U);
  EXPECT_EQ(matches(rule(kWeb, "sel: {cs-uri-query: bc}"), log), 0U);
  EXPECT_EQ(matches(rule(kWeb, "sel: {cs-uri-query: 'b%63'}"), log), 1U);
}

TEST(Agreement, AQueryInFrontOfItsStemIsStillReadBehindIt) {
  const std::string_view log =
      "#Fields: date time cs-uri-query cs-method cs-uri-stem\n2021-03-03 00:00:00 a=1 GET /x.js\n";
  EXPECT_EQ(matches(rule(kWeb, "sel: {cs-uri-query: '/x.js\\?a=1'}"), log), 1U);
  EXPECT_EQ(matches(rule(kWeb, "sel: {cs-uri-query|contains: 'x.js\\?a'}"), log), 1U);
}

constexpr std::string_view kProcessEvent =
    R"({"Channel":"Security","EventID":4688,"NewProcessName":"C:\\x\\cmd.exe","IMAGE":"own",)"
    R"("SubjectDomainName":"DOM","SubjectUserName":"alice","MandatoryLabel":"S-1-16-12288"})";

TEST(Agreement, RenamedFieldsHideTheEventsOwnInAnyCase) {
  EXPECT_EQ(matches(rule(kProcess, "sel: {image|endswith: cmd.exe}"), kProcessEvent), 1U);
  EXPECT_EQ(matches(rule(kProcess, "sel: {Image: own}"), kProcessEvent), 0U);
  EXPECT_EQ(matches(rule(kProcess, "sel: {user: 'dom\\alice'}"), kProcessEvent), 1U);
  EXPECT_EQ(matches(rule(kProcess, "sel: {INTEGRITYLEVEL: high}"), kProcessEvent), 1U);
}

TEST(Agreement, KeywordsAreSearchedInWhatTheEventHolds) {
  EXPECT_EQ(matches(rule(kProcess, "sel: [own]"), kProcessEvent), 1U);
  EXPECT_EQ(matches(rule(kProcess, "sel: ['dom\\alice']"), kProcessEvent), 0U);
  EXPECT_EQ(matches(rule(kProcess, "sel: [high]"), kProcessEvent), 0U);
  EXPECT_EQ(matches(rule(kProcess, "sel: [s-1-16-12288]"), kProcessEvent), 1U);
}

TEST(Agreement, OneEndlessLiteralDoesNotSilenceTheOtherRules) {
  const std::string huge(20'000, 'x');
  for (const char* form : {"'*{}'", "'{}*'", "'*{}*'", "'{}'"}) {
    std::string value = form;
    value.replace(value.find("{}"), 2, huge);
    const std::string text = rule("{category: webserver}", "sel: {cs-uri-stem: " + value + "}") +
                             "---\n" + rule("{category: webserver}", "sel: {cs-method: GET}");
    std::vector<sigma::ParsedFile> files;
    files.push_back(sigma::parse_rule_file("test.yml", text, {}));
    Engine engine(sigma::link(std::move(files)), {}, {});
    const Limits limits;
    ShapeTable shapes(limits);
    const std::string log = "#Fields: date time cs-method cs-uri-stem\n2021-03-03 00:00:00 GET " +
                            huge + "\n2021-03-03 00:00:01 GET /\n";
    const Agreement agreement = compare_on_item(as_bytes(log), "log", engine, shapes, limits);
    EXPECT_EQ(agreement.difference, "") << form;
    EXPECT_GE(agreement.matches_count, 2U) << form;
  }
}

TEST(Agreement, AnEventWithoutANumberHasNotTheNumberZero) {
  const std::string_view log = R"({"Channel":"Application","EventID":"none"})";
  EXPECT_EQ(matches(rule("{product: windows}", "sel: {EventID: 0}"), log), 0U);
  EXPECT_EQ(matches(rule("{product: windows}", "sel: {EventID: 0}", "not sel"), log), 1U);
}

// Other programs write the number as a fraction, in hexadecimal digits or in a list. A bucket may
// decide what EventID says only for events whose number is known.
TEST(Agreement, AnEventWhoseNumberIsWrittenOddlyStillHasIt) {
  for (const char* written : {"7.0", "\"0x7\"", "[7]", "[8,7]", "\"7.00\""}) {
    const std::string log =
        std::string(R"({"Channel":"Application","EventID":)") + written + R"(,"X":"y"})";
    EXPECT_EQ(matches(rule("{product: windows}", "sel: {EventID: 7}"), log), 1U) << written;
    EXPECT_EQ(matches(rule("{product: windows}", "sel: {EventID: 7}", "not sel"), log), 0U)
        << written;
    EXPECT_EQ(matches(rule("{product: windows}", "sel: {EventID: [1, 7], X: y}"), log), 1U)
        << written;
  }
}

// Values are remembered from event to event: what is known of one must not be said of another that
// is told from it by nothing but its type, its field or where its elements end.
TEST(Agreement, WhatIsRememberedOfAValueIsSaidOfNoOther) {
  const auto event = [](std::string_view fields) {
    return R"({"Channel":"Application","EventID":1,)" + std::string(fields) + "}\n";
  };
  constexpr std::string_view kApplication = "{product: windows, service: application}";
  const std::string lists = event(R"("X":["ab","c"])") + event(R"("X":["a","bc"])") +
                            event(R"("X":["",null])") + event(R"("X":["",""])");
  EXPECT_EQ(matches(rule(kApplication, "sel: {X: bc}"), lists), 1U);
  EXPECT_EQ(matches(rule(kApplication, "sel: {X|contains: b}"), lists), 2U);
  EXPECT_EQ(matches(rule(kApplication, "sel: {X: null}"), lists), 1U);
  const std::string kinds = event(R"("X":"","Y":"v")") + event(R"("X":null,"Y":"w")") +
                            event(R"("X":"v","Y":"")") + event(R"("X":"w","Y":"v")");
  EXPECT_EQ(matches(rule(kApplication, "sel: {X: null}"), kinds), 1U);
  EXPECT_EQ(matches(rule(kApplication, "sel: {X: v, Y: ''}"), kinds), 1U);
  EXPECT_EQ(matches(rule(kApplication, "sel: {X: v, Y: v}", "not sel"), kinds), 4U);
  const std::string_view web =
      "#Fields: date time cs-uri-stem cs-method cs-uri-query\n2021-03-03 00:00:00 /a GET b=1\n"
      "2021-03-03 00:00:01 /c GET b=1\n2021-03-03 00:00:02 /a GET -\n";
  EXPECT_EQ(matches(rule(kWeb, "sel: {cs-uri-query|contains: '/a?b=1'}"), web), 1U);
  EXPECT_EQ(matches(rule(kWeb, "sel: {cs-uri-query|startswith: '/c'}"), web), 1U);
}

// More values than are remembered at once: what was known of the first ones is not said of those
// that take their places. Five does not divide the number of places, so neighbours differ.
TEST(Agreement, WhatWasForgottenIsFoundOutAnew) {
  std::string log;
  for (int i = 0; i < 45'000; ++i) {
    log += R"({"Channel":"Application","EventID":1,"X":"name )" + std::to_string(i) +
           (i % 5 == 0 ? " ends so\"}\n" : " ends otherwise\"}\n");
  }
  constexpr std::string_view kApplication = "{product: windows, service: application}";
  EXPECT_EQ(matches(rule(kApplication, "sel: {X|endswith: ends so}"), log), 9'000U);
  EXPECT_EQ(matches(rule(kApplication, "sel: {X|endswith: ends so}", "not sel"), log), 36'000U);
}

}  // namespace
}  // namespace pugmark::engine

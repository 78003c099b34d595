// Lists of indicators in the engine against the reference evaluator, over logs of every way in
// which values reach it.
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

#include "detect/engine/agreement_testing.h"
#include "detect/indicators/rules.h"

namespace pugmark::indicators {
namespace {

constexpr std::string_view kList =
    "192.0.2.7\n198.51.100.0/24\n2001:db8::7\nexample.org\nhttp://example.net/a/b.php?x=1\n"
    "http://example.net/a/*.php\n\\owa\\auth\\x.aspx\nC:\\ProgramData\\made\\\nshell.aspx\nx?.dll\n"
    "User-Agent: Mozilla/5.0 (Made; Up)\nUser-Agent: made * agent\nFile name: nodots\n"
    "0123456789abcdef0123456789abcdef\n";

class Log {
 public:
  explicit Log(std::string_view list = kList) {
    sigma::RuleSet rules;
    const std::vector<List> lists = {parse_list("list", list, {})};
    EXPECT_TRUE(lists.front().rejected.empty());
    add_to_rules(lists, rules);
    engine_ = std::make_unique<engine::Engine>(std::move(rules), RulesetOptions{}, Sha256{});
  }

  // How many pairs of event and rule match, if both say the same.
  std::uint64_t matches(std::string_view log) {
    const Limits limits;
    ShapeTable shapes(limits);
    const auto agreement = engine::compare_on_item(as_bytes(log), "log", *engine_, shapes, limits);
    EXPECT_EQ(agreement.difference, "") << log;
    EXPECT_GT(agreement.judged_count, 0U) << log;
    return agreement.matches_count;
  }

 private:
  std::unique_ptr<engine::Engine> engine_;
};

std::string w3c(const std::string& row) {
  return "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n"
         "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) "
         "cs(Referer) sc-status\n2021-03-03 00:00:00 " +
         row + "\n";
}

TEST(IndicatorAgreement, WebLogs) {
  Log log;
  EXPECT_EQ(log.matches(w3c("192.0.2.1 GET / - 192.0.2.8 a - 200")), 0U);
  EXPECT_EQ(log.matches(w3c("192.0.2.1 GET / - 192.0.2.7 a - 200")), 1U);
  EXPECT_EQ(log.matches(w3c("192.0.2.1 GET / - 198.51.100.9 a - 200")), 1U);
  EXPECT_EQ(log.matches(w3c("192.0.2.1 GET / - 2001:db8:0::7%3 a - 200")), 1U);
  EXPECT_EQ(log.matches(w3c("192.0.2.1 GET /owa/auth/x.aspx - 192.0.2.8 a - 200")), 1U);
  EXPECT_EQ(log.matches(w3c("192.0.2.1 GET /owa/auth/x%2easpx - 192.0.2.8 a - 200")), 1U);
  EXPECT_EQ(log.matches(w3c("192.0.2.1 GET /a/shell%252Easpx - 192.0.2.8 a - 200")), 1U);
  EXPECT_EQ(log.matches(w3c("192.0.2.1 GET / u=//www.example.org:80/ 192.0.2.8 a - 200")), 1U);
  EXPECT_EQ(log.matches(w3c("192.0.2.1 GET / u=https%3A%2F%2Fexample.org 192.0.2.8 a - 200")), 1U);
  EXPECT_EQ(log.matches(w3c("192.0.2.1 GET / - 192.0.2.8 Mozilla/5.0+(Made;+Up) - 200")), 1U);
  EXPECT_EQ(log.matches(w3c("192.0.2.1 GET / - 192.0.2.8 Mozilla/5.0+(Made;+Up)+x - 200")), 0U);
  EXPECT_EQ(log.matches(w3c("192.0.2.1 GET / - 192.0.2.8 Made+by+an+agent - 200")), 1U);
  EXPECT_EQ(log.matches(w3c("192.0.2.1 GET //example.net/a/b.php x=1 192.0.2.8 a - 200")), 1U);
  EXPECT_EQ(log.matches(w3c("192.0.2.1 GET /nodots - 192.0.2.8 a - 200")), 1U);
  EXPECT_EQ(log.matches(w3c("192.0.2.1 GET / - 192.0.2.8 a http://example.org/\xC3\xA9 200")), 1U);
}

TEST(IndicatorAgreement, WindowsEvents) {
  Log log;
  const auto event = [](const std::string& field, const std::string& value) {
    return "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":3,\"" + field +
           "\":" + value + "}\n";
  };
  EXPECT_EQ(log.matches(event("DestinationIp", R"("192.0.2.7")")), 1U);
  EXPECT_EQ(log.matches(event("DestinationIp", R"("192.0.2.70")")), 0U);
  EXPECT_EQ(log.matches(event("QueryName", R"("mail.Example.ORG")")), 1U);
  EXPECT_EQ(log.matches(event("Hashes", R"("MD5=0123456789ABCDEF0123456789ABCDEF,IMPHASH=0")")),
            1U);
  EXPECT_EQ(log.matches(event("Image", R"("C:\\ProgramData\\made\\x1.dll")")), 2U);
  EXPECT_EQ(log.matches(event("CommandLine", R"("cmd /c del \"shell.aspx\"")")), 1U);
  EXPECT_EQ(log.matches(event("Data", R"(["a","http://example.net/a/b.php?x=1"])")), 1U);
  EXPECT_EQ(log.matches(event("Data", R"x(["Mozilla/5.0","(Made; Up)"])x")), 1U);  // joined
}

constexpr std::string_view kPieces[] = {"192.0.2.7",
                                        "192.0.2.",
                                        "7",
                                        "198.51.100.9",
                                        "2001:db8::7",
                                        "::",
                                        ".",
                                        "example.org",
                                        "www.",
                                        "bad",
                                        "-",
                                        "/",
                                        "//example.net/a/b.php",
                                        "example.net/a/",
                                        ".php",
                                        "x=1",
                                        "%2e",
                                        "%252e",
                                        "%2f",
                                        "%",
                                        "+",
                                        "?",
                                        "shell.aspx",
                                        "/owa/auth/x.aspx",
                                        "x1.dll",
                                        "nodots",
                                        "a",
                                        "Mozilla/5.0+(Made;+Up)",
                                        "made+",
                                        "+agent",
                                        "0123456789ABCDEF0123456789abcdef",
                                        "programdata/made/",
                                        "\\",
                                        "\xC3\xA9",
                                        "\""};

class MadeLogs {
 public:
  MadeLogs() {
    for (int i = 0; i < 3'000; ++i) add(word(), word(), word());
  }
  std::string rows, csv, ncsa, json;

 private:
  std::string word() {
    std::string text;
    for (auto pieces = 1 + random_() % 4; pieces > 0; --pieces)
      text += kPieces[random_() % std::size(kPieces)];
    return text;
  }
  void add(const std::string& a, const std::string& b, const std::string& c) {
    rows += "192.0.2.1 GET " + a + " " + (random_() % 3 == 0 ? "-" : b) + " 192.0.2.8 " + c +
            " - 200\n2021-03-03 00:00:00 ";
    std::string plain = a;
    std::replace(plain.begin(), plain.end(), '"', '\'');
    ncsa += "192.0.2.8 - - [03/Mar/2021:00:00:00 +0000] \"GET /" + plain +
            " HTTP/1.1\" 200 17 \"-\" \"x\"\n";
    csv += "2021-03-03T00:00:00.000Z,1," + plain + ",\"" + plain + ",x\"\n";
    std::string value;
    for (const char ch : b + " " + c)
      value += ch == '"' ? "'" : ch == '\\' ? "\\\\" : ch == '+' ? " " : std::string(1, ch);
    json += "{\"Channel\":\"Application\",\"EventID\":1,\"Text\":\"" + value + "\"}\n";
  }

  std::mt19937 random_{20210303};
};

// Lines and events made of what nearly matches: the prefilter, the pass over the line and the memo
// must leave nothing out.
TEST(IndicatorAgreement, MadeLogs) {
  const MadeLogs made;
  Log log;
  EXPECT_GT(log.matches(w3c(made.rows)), 1'000U);
  EXPECT_GT(log.matches(made.ncsa), 300U);
  EXPECT_GT(log.matches("#Software: Microsoft Exchange Server\n#Version: 15.01.2176.002\n"
                        "#Log-type: HttpProxy Logs\n#Date: 2021-03-03T00:00:00.000Z\n"
                        "#Fields: DateTime,RequestId,UrlStem,UrlQuery\n" +
                        made.csv),
            300U);
  EXPECT_GT(log.matches(made.json), 1'000U);
}

// The same without a name that has no dot, which makes every value worth a look.
TEST(IndicatorAgreement, ListsOfOneKind) {
  for (const std::string_view list :
       {"192.0.2.7\n", "example.org\n", "shell.aspx\n", "User-Agent: Made/1.0 (x)\n",
        "C:\\ProgramData\\made\\\n", "0123456789abcdef0123456789abcdef\n"}) {
    Log log(list);
    EXPECT_EQ(log.matches(w3c("192.0.2.7 GET /programdata//made/shell.aspx u=example.org 192.0.2.8 "
                              "Made/1.0+(x) h=0123456789abcdef0123456789abcdef 200")),
              1U)
        << list;
    EXPECT_EQ(log.matches(w3c("192.0.2.9 GET /made/shells.aspx u=example.orgs 192.0.2.8 "
                              "Made/1.0+(y) h=0123456789abcdef0123456789abcdefa 200")),
              0U)
        << list;
  }
}

}  // namespace
}  // namespace pugmark::indicators

#include "detect/indicators/list.h"

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

#include "detect/indicators/rules.h"
#include "detect/sigma/read_file.h"

namespace pugmark::indicators {
namespace {

const std::string kMd5 = "0123456789abcdef0123456789abcdef";
const std::string kSha1 = "0123456789abcdef0123456789abcdef01234567";
const std::string kSha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

List parsed(std::string_view text, const Limits& limits = {}) {
  return parse_list("list", text, limits);
}

// "KIND VALUE @WHERE (ABOUT)" of every indicator, one a line.
std::string all(const List& list) {
  std::string text;
  for (const Indicator& one : list.indicators) {
    text += std::string(to_string(one.kind)) + " " + one.value + " @" + one.where();
    if (!one.about.empty()) text += " (" + one.about + ")";
    text += "\n";
  }
  return text;
}

// "@LINE WHAT" of everything rejected.
std::string rejected(const List& list) {
  std::string text;
  for (const Rejected& one : list.rejected)
    text += "@" + (one.line != 0 ? std::to_string(one.line) : one.place) + " " + one.what + "\n";
  return text;
}

TEST(IndicatorList, PlainText) {
  const List list = parsed(
      "\xEF\xBB\xBF# C2 of spring\r\n"
      "192.0.2.7\r\n"
      "\r\n"
      "  hxxp://bad[.]example[.]org/x   # first stage\n"
      "; a comment\n"
      "// another\n" +
      kMd5 + "  shell.aspx\n" +
      "abc\n"
      "- example[.]net, seen on Monday\n"
      "SHA256: " +
      kSha256 +
      "\n"
      "User-Agent: Mozilla/5.0 (X; Y) z\n"
      "Mozilla/5.0 (A; B, C) d\n"
      "C:\\Program Files\\x\\y.exe\n"
      "Mutex: Global\\x\n");
  EXPECT_EQ(list.format, "text");
  EXPECT_EQ(list.title, "C2 of spring");
  EXPECT_EQ(all(list),
            "address 192.0.2.7 @line 2\n"
            "URL bad.example.org/x @line 4 (first stage)\n"
            "md5 " +
                kMd5 +
                " @line 7 (shell.aspx)\n"
                "domain example.net @line 9 (seen on Monday)\n"
                "sha256 " +
                kSha256 +
                " @line 10\n"
                "user agent mozilla/5.0 (x; y) z @line 11\n"
                "user agent mozilla/5.0 (a; b, c) d @line 12\n"
                "path \\program files\\x\\y.exe @line 13\n");
  EXPECT_EQ(rejected(list),
            "@8 'abc' cannot be looked for: it is no hash, address, domain, URL, path, file name "
            "or user agent.\n"
            "@14 'Global\\x' cannot be looked for: a Mutex is not looked for.\n");
}

TEST(IndicatorList, Sentences) {
  const List list = parsed(
      "This was read at https://example.org/report on Monday.\n"
      "The server asked hxxp://bad[.]example[.]org/x (see below).\n"
      "Build 192.0.2.3 is affected.\n"
      "Its hash is " +
      kSha1 +
      ", they say.\n"
      "Look for `shell.aspx` and `192.0.2.7`.\n"
      "Nothing is here.\n");
  EXPECT_EQ(all(list),
            "URL bad.example.org/x @line 2 (The server asked "
            "hxxp://bad[.]example[.]org/x (see below).)\n"
            "sha1 " +
                kSha1 + " @line 4 (Its hash is " + kSha1 +
                ", they say.)\n"
                "file name shell.aspx @line 5 (Look for  and .)\n"
                "address 192.0.2.7 @line 5 (Look for  and .)\n");
  EXPECT_EQ(rejected(list),
            "@3 '192.0.2.3' cannot be looked for: it stands in a sentence, and may "
            "be a version.\n");
  ASSERT_EQ(list.notes.size(), 2U);
  EXPECT_EQ(list.notes[1], "1 link was taken for a reference: https://example.org/report.");
}

TEST(IndicatorList, Tables) {
  const List list = parsed(
      "= Report\n"
      "|===\n"
      "|SHA-1 |Details\n"
      "|`" +
      kSha1 +
      "`|loader, see `x.exe`\n"
      "|none|\n"
      "|===\n"
      "\n"
      "| IP address / domain | Note |\n"
      "|---|:-:|\n"
      "| 192.0.2[.]7 | C2 |\n"
      "| bad.example.org | C2 too |\n"
      "\n"
      "| seen | `192.0.2.8` |\n");
  EXPECT_EQ(list.title, "Report");
  EXPECT_EQ(all(list), "sha1 " + kSha1 +
                           " @line 4 (loader, see `x.exe`)\n"
                           "address 192.0.2.7 @line 10 (C2)\n"
                           "domain bad.example.org @line 11 (C2 too)\n"
                           "address 192.0.2.8 @line 13 (seen)\n");
  EXPECT_EQ(rejected(list), "@5 'none' cannot be looked for: it is called a hash and is none.\n");
}

TEST(IndicatorList, Csv) {
  const List list = parsed(
      "indicator;type;comment\n"
      "192.0.2.7|443;ip-dst|port;\"first; \"\"the\"\" one\n of two\"\n"
      "HKLM\\x;regkey;\n"
      "bad.example.org;domain;\n"
      ";domain;empty\n"
      "\n"
      "x.aspx|" +
      kMd5 + ";filename|md5;shell\n");
  EXPECT_EQ(list.format, "CSV");
  EXPECT_EQ(all(list),
            "address 192.0.2.7 @line 2 (comment: first; \"the\" one\n of two)\n"
            "domain bad.example.org @line 5\n"
            "md5 " +
                kMd5 + " @line 8 (comment: shell; x.aspx)\n");
  EXPECT_EQ(rejected(list),
            "@4 'HKLM\\x' cannot be looked for: a regkey is not looked for.\n"
            "@6 The row has nothing in a column of indicators.\n");
}

TEST(IndicatorList, CsvWithAColumnForEachHash) {
  const List list =
      parsed("md5,sha256,file name,family\n" + kMd5 + "," + kSha256 + ",x.exe,Loader\n,,y.exe,\n");
  EXPECT_EQ(all(list), "md5 " + kMd5 +
                           " @line 2 (file name: x.exe; family: Loader)\n"
                           "sha256 " +
                           kSha256 + " @line 2 (file name: x.exe; family: Loader)\n");
  EXPECT_EQ(rejected(list), "@3 The row has nothing in a column of indicators.\n");
}

TEST(IndicatorList, CsvOfMisp) {
  const List list = parsed(
      "uuid,event_id,category,type,value,comment,to_ids,date\n"
      "\"u\",1,\"Network activity\",\"ip-dst\",\"192.0.2.7\",\"C2\",1,20210303\n"
      "\"u\",1,\"Network activity\",\"domain\",\"bad.example.org\",\"\",0,20210303\n");
  EXPECT_EQ(all(list),
            "address 192.0.2.7 @line 2 (uuid: u; event_id: 1; category: Network activity; "
            "comment: C2; date: 20210303)\n"
            "domain bad.example.org @line 3 (uuid: u; event_id: 1; category: Network activity; "
            "date: 20210303; to_ids: false)\n");
  ASSERT_EQ(list.notes.size(), 1U);
  EXPECT_NE(list.notes[0].find("not meant for detection"), std::string::npos);
}

std::string stix(const std::string& pattern, const std::string& more = "") {
  return R"({"type":"bundle","id":"bundle--1","objects":[{"type":"indicator","id":"indicator--1",)"
         R"("name":"A name","pattern":")" +
         pattern + "\"" + more + "}]}";
}

TEST(IndicatorList, StixPatterns) {
  const auto of = [](const std::string& pattern) {
    const List list = parsed(stix(pattern));
    std::string text;
    for (const Indicator& one : list.indicators)
      text += std::string(to_string(one.kind)) + " " + one.value + (one.has_wildcards ? "*|" : "|");
    for (const Rejected& one : list.rejected)
      text += "no: " + one.what.substr(one.what.find("looked for: ") + 12);
    return text;
  };
  EXPECT_EQ(of("[file:hashes.'SHA-256' = '" + kSha256 + "']"), "sha256 " + kSha256 + "|");
  EXPECT_EQ(of("[file:hashes.MD5 = '" + kMd5 + "' OR file:hashes.\\\"SHA-1\\\" = '" + kSha1 + "']"),
            "md5 " + kMd5 + "|sha1 " + kSha1 + "|");
  EXPECT_EQ(of("[file:hashes.MD5 = '" + kMd5 + "' AND file:name = 'x.exe' AND file:size = 7]"),
            "md5 " + kMd5 + "|");
  EXPECT_EQ(of("[file:name = 'x.exe' AND file:parent_directory_ref.path = 'C:\\\\\\\\y']"),
            "path \\y\\x.exe|");
  EXPECT_EQ(of("[ ipv4-addr:value = '192.0.2.7' ] OR [ipv6-addr:value ISSUBSET '2001:db8::/32']"),
            "address 192.0.2.7|network 2001:db8::/32|");
  EXPECT_EQ(of("[domain-name:value IN ('a.example.org', 'b.example.org')]"),
            "domain a.example.org|domain b.example.org|");
  EXPECT_EQ(of("[url:value LIKE 'http://example.org/a_b/%.php']"), "URL example.org/a_b/*.php*|");
  EXPECT_EQ(of("[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = "
               "'It\\\\'s me/1']"),
            "user agent it's me/1|");
  EXPECT_EQ(of("[file:name LIKE '%.aspx']"), "file name *.aspx*|");
}

TEST(IndicatorList, StixPatternsThatCannotBeLookedFor) {
  const auto why = [](const std::string& pattern) {
    const List list = parsed(stix(pattern));
    EXPECT_TRUE(list.indicators.empty()) << pattern;
    return list.rejected.size() == 1
               ? list.rejected[0].what.substr(list.rejected[0].what.find("looked for: ") + 12)
               : "";
  };
  EXPECT_EQ(why("[file:name MATCHES '^x']"), "it is a regular expression.");
  EXPECT_EQ(why("[ipv4-addr:value = '192.0.2.7' AND domain-name:value = 'example.org']"),
            "it joins comparisons by AND, and no single event shows them together.");
  EXPECT_EQ(why("[file:name = 'a.exe'] FOLLOWEDBY [file:name = 'b.exe']"),
            "FOLLOWEDBY asks for an order or number of events.");
  EXPECT_EQ(why("[file:name = 'a.exe'] REPEATS 5 TIMES"),
            "REPEATS asks for an order or number of events.");
  EXPECT_EQ(why("[file:name != 'a.exe']"), "it asks for everything but a value.");
  EXPECT_EQ(why("[NOT file:name = 'a.exe']"), "it asks for everything but a value.");
  EXPECT_EQ(why("[windows-registry-key:key = 'HKLM']"),
            "windows-registry-key:key is not looked for.");
  EXPECT_EQ(why("[file:size > 7]"), "file:size is not looked for.");
  EXPECT_EQ(why("[file:name = 'a.exe'"), "a ] is missing.");
  EXPECT_EQ(why("[file:name = 'a.exe]"), "a quote is missing.");
  EXPECT_EQ(why("file:name = 'a.exe'"), "a [ is missing.");
  EXPECT_EQ(why(std::string(1'000, '(')), "it is nested too deep.");
}

TEST(IndicatorList, WhatTravelsWithStix) {
  const List list = parsed(R"({"type":"bundle","objects":[
    {"type":"intrusion-set","id":"intrusion-set--1","name":"Somebody"},
    {"type":"marking-definition","id":"marking-definition--1","definition_type":"tlp",
     "definition":{"tlp":"green"}},
    {"type":"relationship","relationship_type":"indicates","source_ref":"indicator--1",
     "target_ref":"intrusion-set--1"},
    {"type":"report","name":"The report",
     "external_references":[{"url":"https://example.org/a"},{"url":"file:///etc/passwd"}]},
    {"type":"identity","id":"identity--1","name":"Some Team"},
    {"type":"indicator","id":"indicator--1","name":"C2","description":"first stage",
     "created_by_ref":"identity--1",
     "labels":["malicious-activity"],"object_marking_refs":["marking-definition--1"],
     "external_references":[{"source_name":"x","url":"https://example.org/r"}],
     "pattern_type":"stix","pattern":"[ipv4-addr:value = '192.0.2.7']"},
    {"type":"indicator","name":"old","revoked":true,"pattern":"[ipv4-addr:value = '192.0.2.8']"},
    {"type":"indicator","name":"rule","pattern_type":"yara","pattern":"rule x {}"}]})");
  EXPECT_EQ(list.format, "STIX");
  EXPECT_EQ(list.title, "The report");
  EXPECT_EQ(all(list),
            "address 192.0.2.7 @/objects/5 (C2; first stage; indicates Somebody; "
            "labels: malicious-activity; https://example.org/r; tlp:green)\n");
  EXPECT_EQ(rejected(list),
            "@/objects/6 '[ipv4-addr:value = '192.0.2.8']' cannot be looked for: "
            "whoever made it has revoked it.\n"
            "@/objects/7 The pattern of 'rule' is written in yara, not in STIX.\n");
  EXPECT_EQ(list.author, "Some Team");
  EXPECT_EQ(list.references, std::vector<std::string>{"https://example.org/a"});
}

TEST(IndicatorList, WhatAListDoubtsItself) {
  const auto is_doubted = [](const std::string& more) {
    const List list = parsed(R"([{"type":"indicator","pattern":"[file:hashes.MD5 = ')" + kMd5 +
                             R"(']")" + more + "}]");
    return list.indicators.size() == 1 && list.indicators[0].is_doubted;
  };
  EXPECT_FALSE(is_doubted(""));
  EXPECT_FALSE(is_doubted(R"(,"labels":["my-label"])"));
  EXPECT_FALSE(is_doubted(R"(,"indicator_types":["compromised","malicious-activity"])"));
  EXPECT_TRUE(is_doubted(R"(,"indicator_types":["compromised"])"));
  EXPECT_TRUE(is_doubted(R"(,"labels":["anomalous-activity"])"));
  EXPECT_TRUE(is_doubted(R"(,"labels":["malicious-activity"],"confidence":15)"));
  EXPECT_FALSE(is_doubted(R"(,"confidence":30)"));
  const List benign = parsed(R"([{"type":"indicator","indicator_types":["benign"],"pattern":)"
                             R"("[file:hashes.MD5 = ')" +
                             kMd5 + R"(']"}])");
  EXPECT_TRUE(benign.indicators.empty());
  ASSERT_EQ(benign.rejected.size(), 1U);
  EXPECT_NE(benign.rejected[0].what.find("benign"), std::string::npos);
}

TEST(IndicatorList, Misp) {
  const List list =
      parsed(R"({"response":[{"Event":{"info":"The case","Orgc":{"name":"Some Team"},"Attribute":[
    {"type":"ip-dst|port","value":"192.0.2.7|443","category":"Network activity","comment":"C2",
     "to_ids":true,"Tag":[{"name":"tlp:green"}]},
    {"type":"domain|ip","value":"bad.example.org|192.0.2.8","to_ids":false},
    {"type":"regkey","value":"HKLM\\x"},
    {"type":"comment","value":"a word"},
    {"type":"link","value":"https://example.org/report"},
    {"type":"uri","value":"/owa/x.aspx"},
    {"type":"user-agent","value":"x y"}],
   "Object":[{"name":"file","comment":"stage","Attribute":[
    {"type":"filename","value":"x.exe"},{"type":"sha256","value":")" +
             kSha256 + R"("}]}]}}]})");
  EXPECT_EQ(list.format, "MISP");
  EXPECT_EQ(list.title, "The case");
  EXPECT_EQ(all(list),
            "address 192.0.2.7 @/response/0/Event/Attribute/0 (C2; Network activity; tlp:green)\n"
            "domain bad.example.org @/response/0/Event/Attribute/1 (to_ids: false)\n"
            "address 192.0.2.8 @/response/0/Event/Attribute/1 (to_ids: false)\n"
            "path \\owa\\x.aspx @/response/0/Event/Attribute/5\n"
            "user agent x y @/response/0/Event/Attribute/6\n"
            "sha256 " +
                kSha256 + " @/response/0/Event/Object/0/Attribute/1 (x.exe; stage)\n");
  EXPECT_EQ(rejected(list),
            "@/response/0/Event/Attribute/2 'HKLM\\x' cannot be looked for: a "
            "regkey is not looked for.\n");
  EXPECT_EQ(list.notes.size(), 2U);
  EXPECT_EQ(list.author, "Some Team");
  EXPECT_EQ(list.references, std::vector<std::string>{"https://example.org/report"});
  EXPECT_FALSE(list.indicators[0].is_doubted);
  EXPECT_TRUE(list.indicators[1].is_doubted);
}

TEST(IndicatorList, RepeatsCountOnce) {
  const List list = parsed("192.0.2.7\n192.0.2[.]7\nexample.org\nEXAMPLE.org\n");
  EXPECT_EQ(list.indicators.size(), 2U);
  ASSERT_EQ(list.notes.size(), 1U);
  EXPECT_EQ(list.notes[0], "2 entries repeat what another one says.");
}

TEST(IndicatorList, LimitsAreSaid) {
  Limits limits;
  limits.indicators = 2;
  limits.indicator_rejects = 2;
  limits.indicator_line_bytes = 40;
  const List list =
      parsed("192.0.2.1\n192.0.2.2\n192.0.2.3\nabc\n" + std::string(41, 'a') + "\nabd\n", limits);
  EXPECT_EQ(list.indicators.size(), 2U);
  EXPECT_EQ(list.rejected.size(), 2U);
  EXPECT_EQ(list.unlisted_count, 2U);  // abd, and what is beyond two indicators
}

TEST(IndicatorList, Utf16) {
  const List list =
      parsed(std::string("\xFF\xFE"
                         "a\0.\0e\0u\0\n\0",
                         12));
  EXPECT_EQ(all(list), "domain a.eu @line 1\n");
}

TEST(IndicatorList, HostileInputs) {
  // One line of 100 MB, and one of NULs.
  EXPECT_EQ(parsed(std::string(100U << 20U, 'a')).rejected.size(), 1U);
  EXPECT_EQ(parsed(std::string(1U << 20U, '\0')).rejected.size(), 1U);
  EXPECT_EQ(parsed("indicator,type\n\"" + std::string(1U << 20U, '\n')).indicators.size(), 0U);
  // JSON without end, deep, and not UTF-8.
  const auto is_rejected = [](const std::string& text) {
    const List list = parsed(text);
    return list.indicators.empty() && !list.rejected.empty();
  };
  EXPECT_TRUE(is_rejected("{\"objects\":"));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"Event\":";
  EXPECT_TRUE(is_rejected(deep));
  EXPECT_TRUE(is_rejected(deep + "1" + std::string(100'000, '}')));
  EXPECT_TRUE(is_rejected("{\"x\":\"\xFF\"}"));
  EXPECT_TRUE(is_rejected("{}"));
  EXPECT_TRUE(is_rejected("\xFF\xFF.org\n"));
  EXPECT_TRUE(parsed("").indicators.empty());
}

TEST(IndicatorList, MissingAndUselessFilesAreErrors) {
  const auto missing = load_list("/nonexistent/list", {});
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  const auto folder = load_list("/", {});
  ASSERT_FALSE(folder.ok());
  EXPECT_EQ(folder.error().code, ErrorCode::kInvalidInput);
}

TEST(IndicatorList, BecomesRules) {
  sigma::RuleSet rules;
  const std::vector<List> lists = {parsed("192.0.2.7\nexample.org\nabc\n192.0.2.8\n")};
  add_to_rules(lists, rules);
  ASSERT_EQ(rules.rules.size(), 2U);
  EXPECT_EQ(rules.rules[0].title, "Address on the list list");
  EXPECT_EQ(rules.rules[1].title, "Domain on the list list");
  EXPECT_EQ(rules.rules[0].level, "high");
  ASSERT_EQ(rules.rejected.size(), 1U);
  EXPECT_EQ(rules.rejected[0].kind, "indicator");
  EXPECT_EQ(rules.rejected[0].line, 3U);
  // The id follows from what is looked for, not from the file.
  sigma::RuleSet again;
  const std::vector<List> other = {parse_list("other", "192.0.2.8\n# x\n192.0.2.7\n", {})};
  add_to_rules(other, again);
  ASSERT_EQ(again.rules.size(), 1U);
  EXPECT_EQ(again.rules[0].id, rules.rules[0].id);
  EXPECT_NE(again.rules[0].text, rules.rules[0].text);
}

TEST(IndicatorList, RealReport) {
  const char* const data = std::getenv("PUGMARK_DATA");
  const std::string folder =
      data != nullptr ? data : std::string(PUGMARK_SOURCE_DIR) + "/../shared/data";
  const std::string file = folder + "/iocs/eset-exchange-exploitation.adoc";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "skipped, no data: " << file;
  const auto list = load_list(file, {});
  ASSERT_TRUE(list.ok());
  std::map<Kind, int> counts;
  for (const Indicator& one : list.value().indicators) {
    ++counts[one.kind];
    EXPECT_FALSE(one.about.empty()) << one.written;
  }
  EXPECT_EQ(counts,
            (std::map<Kind, int>{{Kind::kSha1, 23}, {Kind::kAddress, 7}, {Kind::kDomain, 10}}));
  EXPECT_TRUE(list.value().rejected.empty()) << rejected(list.value());
  EXPECT_EQ(list.value().title, "Microsoft Exchange Exploitation Indicators of Compromise");
}

}  // namespace
}  // namespace pugmark::indicators

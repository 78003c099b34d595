// Our own rules in rules/yara. Their samples are put together here, in memory, from pieces that are
// nothing by themselves: no file of ours is a page that does what the rules find.
#include <algorithm>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "detect/yara/rules.h"
#include "detect/yara/scanner.h"

namespace pugmark::yara {
namespace {

class OwnYaraRules : public ::testing::Test {
 protected:
  void SetUp() override {
    RulesOptions options;
    options.own_folder = PUGMARK_SOURCE_DIR "/rules/yara";
    options.paths.emplace_back(options.own_folder);
    auto loaded = Rules::load(options);
    ASSERT_TRUE(loaded.ok());
    rules_ = std::move(loaded).value();
    scanner_ = std::make_unique<Scanner>(*rules_, Limits{});
  }

  std::vector<std::string> found(std::string_view text, std::string_view extension = ".aspx") {
    FileNames names;
    names.extension = extension;
    const Scan& scan = scanner_->scan(whole_file(as_bytes(text)), names, nullptr);
    EXPECT_EQ(scan.end, Scan::End::kComplete);
    std::vector<std::string> ids;
    for (const RuleMatch& match : scan.matches) ids.push_back(rules_->rules()[match.rule].id);
    return ids;
  }

  std::unique_ptr<Rules> rules_;
  std::unique_ptr<Scanner> scanner_;
};

using Ids = std::vector<std::string>;

std::string wide(std::string_view text) {
  std::string all;
  for (const char c : text) all += {c, '\0'};
  return all;
}

const std::string kOpen = "<";  // what would open a server block is never written out
const std::string kDirective = kOpen + "%@ Page Language=\"C#\" %" + ">";
const std::string kScript = kOpen + "script language=\"JScript\" run" + "at=\"server\">";

std::string dump(const std::string& url) {
  return "Name                            : OAB (Default Web Site)\r\n"
         "PollInterval                    : 480\r\n"
         "OfflineAddressBooks             : \r\n"
         "MetabasePath                    : IIS://mx01.example.org/W3SVC/1/ROOT/OAB\r\n"
         "ExtendedProtectionTokenChecking : None\r\n"
         "InternalUrl                     : https://mx01.example.org/OAB\r\n"
         "InternalAuthenticationMethods   : WindowsIntegrated\r\n"
         "ExternalUrl                     : " +
         url +
         "\r\n"
         "WhenChanged                     : 3/3/2021 6:59:17 AM\r\n";
}

TEST_F(OwnYaraRules, AllRunAndSayWhoseTheyAre) {
  EXPECT_TRUE(rules_->rejected().empty());
  for (const Rule& rule : rules_->rules()) {
    if (rule.is_private) continue;
    EXPECT_TRUE(rule.id.starts_with("pugmark_")) << rule.id;
    EXPECT_EQ(rule.author, "The Pugmark authors") << rule.id;
    EXPECT_NE(rule.title, rule.name) << rule.id;
    EXPECT_EQ(rule.references.size(), 1U) << rule.id;
    EXPECT_FALSE(rule.techniques.empty()) << rule.id;
    EXPECT_TRUE(std::any_of(rule.meta.begin(), rule.meta.end(), [](const auto& meta) {
      return meta.first == "score";
    })) << rule.id;
    EXPECT_TRUE(rule.file.starts_with("rules/yara/")) << rule.file;
  }
}

TEST_F(OwnYaraRules, DumpsWithCodeInAUrl) {
  const Ids dumped{"pugmark_virtual_directory_dump_with_code"};
  EXPECT_EQ(found(dump("http://f/" + kScript + "...")), dumped);
  EXPECT_EQ(found(dump("http://ffff/#" + kOpen + "% ... %" + ">")), dumped);
  EXPECT_EQ(found(wide(dump("http://g/" + kScript))), dumped);
  EXPECT_EQ(found(dump("http://g/\r\n                " + kScript)), dumped);
  EXPECT_EQ(found(dump("https://mail.example.org/OAB")), Ids{});
  EXPECT_EQ(found(dump("")), Ids{});
  EXPECT_EQ(found("ExternalUrl : http://f/" + kScript), Ids{});
  EXPECT_EQ(found(dump("https://mail.example.org/OAB") + "\r\n\r\n" + kScript), Ids{});
}

TEST_F(OwnYaraRules, MailboxFilesThatArePages) {
  const std::string mailbox = "!BDN" + std::string(600, '\x05');
  EXPECT_EQ(found(mailbox + kDirective, ".pst"), Ids{"pugmark_mailbox_file_with_page_code"});
  EXPECT_EQ(found(mailbox + kScript + mailbox, ""), Ids{"pugmark_mailbox_file_with_page_code"});
  EXPECT_EQ(found(mailbox, ".ASPX"), Ids{"pugmark_mailbox_file_named_as_page"});
  EXPECT_EQ(found(mailbox, ".pst"), Ids{});
  EXPECT_EQ(found(" " + mailbox + kDirective), Ids{});
}

TEST_F(OwnYaraRules, CertificateRequestsThatArePages) {
  const std::string head("\x30\x82\x04\x10\x30\x82\x02\xF8\x02\x01\x00\x30\x81\x90", 14);
  const std::string short_head("\x30\x81\x90\x30\x81\x70\x02\x01\x00\x30\x20", 11);
  const Ids request{"pugmark_certificate_request_with_page_code"};
  EXPECT_EQ(found(head + kDirective, ".req"), request);
  EXPECT_EQ(found(short_head + kScript), request);
  EXPECT_EQ(found(head + wide(kScript)), request);
  EXPECT_EQ(found(head + "example.org"), Ids{});
  EXPECT_EQ(found("x" + head + kDirective), Ids{});
}

TEST_F(OwnYaraRules, EvaluationOfTheRequest) {
  const std::string eval = std::string("ev") + "al(";
  const std::string request = std::string("Requ") + "est";
  const Ids evaluated{"pugmark_jscript_eval_of_request"};
  for (const std::string& item :
       {request + "[\"x\"]", request + ".Item[\"x\"]", request + ".Form('x')",
        "String(" + request + "[\"x\"])", "\n " + request + " [ \"a\" + \"b\" ]"}) {
    for (const char* mode : {"\"unsafe\"", "'unsafe'", "\"un\"+\"safe\"", "'unsa' + 'fe'",
                             "\"u\" + \"n\" + \"safe\""}) {
      EXPECT_EQ(found(eval + item + ", " + mode + ");"), evaluated) << item << mode;
      EXPECT_EQ(found(wide(eval + item + ", " + mode + ");")), evaluated) << item << mode;
    }
    EXPECT_EQ(found(eval + item + ", \"safe\");"), Ids{}) << item;
  }
  EXPECT_EQ(found(eval + "text, \"unsafe\");"), Ids{});
  EXPECT_EQ(found("call(" + request + "[\"x\"], \"unsafe\");"), Ids{});
  EXPECT_EQ(found(eval + "text); call(" + request + "[\"x\"], \"unsafe\");"), Ids{});
}

TEST_F(OwnYaraRules, SmallPagesThatSaveUploads) {
  const std::string page = kDirective + kOpen + "% Requ" + "est.Files[0].Save" + "As(Server.Map" +
                           "Path(\"x\")); %" + ">";
  EXPECT_EQ(found(page), Ids{"pugmark_small_page_that_saves_uploads"});
  EXPECT_EQ(found(page + std::string(1'500, ' ')), Ids{});
  EXPECT_EQ(found(kDirective + "Requ" + "est.Files[0]"), Ids{});
  std::string handler = page;
  EXPECT_EQ(found(handler.replace(handler.find("Page"), 4, "WebHandler")), Ids{});
}

TEST_F(OwnYaraRules, CookieOfAShell) {
  const std::string name = std::string("fqr") + "spt";
  EXPECT_EQ(found(kDirective + "Cookies[\"" + name + "\"]"),
            Ids{"pugmark_shell_with_cookie_of_2021"});
  EXPECT_EQ(found("Cookies[\"" + name + "\"]"), Ids{});
}

TEST_F(OwnYaraRules, Tunnels) {
  EXPECT_EQ(found("cmd = h[\"X-CMD\"]; t = h[\"X-TARGET\"]; p = h[\"X-PORT\"]; new Sock"
                  "et(t, p)"),
            Ids{"pugmark_tunnel_page_by_headers"});
  EXPECT_EQ(found("cmd = h[\"X-CMD\"]; t = h[\"X-TARGET\"]; p = h[\"X-PORT\"];"), Ids{});
  EXPECT_EQ(found("t = h[\"X-TARGET\"]; p = h[\"X-PORT\"]; s = h[\"X-STATUS\"]; new Sock"
                  "et(t)"),
            Ids{});
  const std::string verbs =
      "\"CONNECT\" 'DISCONNECT' \"READ\" \"FORWARD\" new Tcp"
      "Client()";
  EXPECT_EQ(found(kOpen + "% " + verbs), Ids{"pugmark_tunnel_page_by_verbs"});
  EXPECT_EQ(found(verbs), Ids{}) << "no page";
  EXPECT_EQ(found(kOpen + "% \"CONNECT\" \"READ\" \"FORWARD\" new Tcp"
                          "Client()"),
            Ids{});
}

}  // namespace
}  // namespace pugmark::yara

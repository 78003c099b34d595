#include <gtest/gtest.h>
#include <string>

#include "detect/web_root/web_root_testing.h"

namespace pugmark::web_root {
namespace {

using Words = std::vector<std::string>;

std::string dump(const std::string& external) {
  return "Name                            : OAB (Default Web Site)\r\n"
         "ExtendedProtectionTokenChecking : None\r\n"
         "Server                          : MX01\r\n"
         "InternalUrl                     : https://mx01.example.org/OAB\r\n"
         "InternalAuthenticationMethods   : WindowsIntegrated\r\n"
         "ExternalUrl                     : " +
         external +
         "\r\nGuid                            : 0f6f7c2e-0000-4000-8000-000000000001\r\n";
}

constexpr char kScript[] = "<script language=\"JScript\" runat=\"server\">inert_run()</script>";

TEST(WebRootTraces, ADumpWithAScriptIsOneWhateverItIsCalled) {
  const std::string text = dump("http://f/" + std::string(kScript));
  const auto report = look_at("x/anything.txt", text);
  EXPECT_EQ(report.verdict, FileVerdict::kMalicious);
  ASSERT_EQ(report.hits.size(), 1U);
  EXPECT_EQ(report.hits[0].offset_bytes, text.find("<script"));
  const auto& because = report.hits[0].because;
  ASSERT_EQ(because.size(), 5U);
  EXPECT_EQ(because[0].value, kScript);
  EXPECT_EQ(because[1].value, "http://f/");
  EXPECT_EQ(because[2].value, "0f6f7c2e-0000-4000-8000-000000000001");
  EXPECT_EQ(because[3].value, "MX01");
  EXPECT_EQ(because[4].value, "https://mx01.example.org/OAB");
  const auto in_utf16 = look_at("x/anything.txt", wide(text));
  ASSERT_EQ(in_utf16.hits.size(), 1U);
  EXPECT_EQ(in_utf16.hits[0].offset_bytes, 2 + 2 * text.find("<script"));
  EXPECT_EQ(in_utf16.hits[0].because[4].value, "https://mx01.example.org/OAB");
}

TEST(WebRootTraces, AScriptMayGoOnInTheNextLines) {
  EXPECT_EQ(look_at("a", dump("http://f/\r\n  <script\r\n runat=\"server\">")).hits.size(), 1U);
}

TEST(WebRootTraces, AnOrdinaryDumpIsNone) {
  EXPECT_TRUE(words_at("a.txt", dump("https://mail.example.org/OAB")).empty());
  EXPECT_TRUE(words_at("a.txt", dump("") + kScript + "\r\n").size() <= 1U);
  EXPECT_TRUE(words_at("a.md", "ExternalUrl: " + std::string(kScript)).empty());
}

std::string der(std::string_view name) {
  std::string bytes("\x30\x82\x01\x20\x30\x82\x01\x00", 8);
  bytes += name;
  while (bytes.size() < 300) bytes += static_cast<char>(bytes.size() % 251);
  return bytes;
}

TEST(WebRootTraces, ACertificateRequestWithAScript) {
  const std::string text = "<%@ Page Language=\"x\" %>";
  const auto plain = look_at("x.aspx.req", der(text));
  ASSERT_EQ(plain.hits.size(), 1U);
  EXPECT_EQ(plain.hits[0].offset_bytes, 8U);
  EXPECT_EQ(plain.hits[0].because[0].value.substr(0, text.size()), text);
  EXPECT_EQ(look_at("x.aspx", der(wide(text).substr(2))).hits.size(), 1U);
  EXPECT_TRUE(words_at("x.cer", der("CN=mail.example.org")).empty());
  EXPECT_TRUE(words_at("x.aspx", text + der("")).empty()) << "is judged as a page";
}

TEST(WebRootTraces, ACertificateRequestInBase64) {
  // What stands in it: 30 82 01 20 30 82, and "<script" among filler.
  const std::string armour =
      "-----BEGIN NEW CERTIFICATE REQUEST-----\r\n"
      "MIIBIDCCAQA8c2NyaXB0IHJ1bmF0PSJzZXJ2ZXIiPgEBAQEBAQEBAQEBAQEBAQEB\r\n"
      "-----END NEW CERTIFICATE REQUEST-----\r\n";
  const auto report = look_at("x.req", armour);
  ASSERT_EQ(report.hits.size(), 1U);
  ASSERT_EQ(report.reasons.size(), 1U);
  EXPECT_EQ(report.reasons[0].steps.at(1).layer, 1U);
  EXPECT_EQ(report.reasons[0].steps.at(1).text, "<script runat=\"server\">");
  EXPECT_EQ(report.reasons[0].steps.at(1).offset_bytes, 39U);
}

TEST(WebRootTraces, ACrashOfAWorkerOfExchange) {
  const std::string text =
      "Version=1\r\nEventTime=132593208000000000\r\nSig[3].Value=w3wp#MSExchangeECPAppPool\r\n"
      "Sig[6].Value=System.InvalidCastException\r\nAppPath=c:\\windows\\system32\\inetsrv\\w3wp."
      "exe\r\n";
  const std::size_t pool = text.find("MSExchange");
  EXPECT_EQ(words_at("WER/Report.wer", wide(text)),
            Words{"exchange-worker-crash @" + std::to_string(2 + 2 * pool) +
                  "+40 | the worker process of this application pool failed: MSExchangeECPAppPool"
                  " | at 2021-03-04T08:40:00Z: 132593208000000000"
                  " | of the error: Sig[6].Value=System.InvalidCastException"});
  EXPECT_EQ(look_at("WER/Report.wer", text).verdict, FileVerdict::kClean);
  EXPECT_TRUE(words_at("WER/other.txt", wide(text)).empty());
  EXPECT_TRUE(words_at("Report.wer", "AppPath=C:\\x.exe\r\nSig[3].Value=w3wp#MSExchange").empty());
}

}  // namespace
}  // namespace pugmark::web_root

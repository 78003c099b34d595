#include "detect/indicators/classify.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace pugmark::indicators {
namespace {

// "KIND VALUE", with " *" behind it if there are wildcards, or "no: WHY".
std::string classified(std::string_view text, Hint hint = Hint::kNone) {
  const auto found = classify(text, hint);
  if (const auto* const none = std::get_if<NoIndicator>(&found)) return "no: " + none->why;
  const auto& indicator = std::get<Indicator>(found);
  return std::string(to_string(indicator.kind)) + " " + indicator.value +
         (indicator.has_wildcards ? " *" : "");
}

bool is_rejected(std::string_view text, Hint hint = Hint::kNone) {
  return classified(text, hint).starts_with("no: ");
}

TEST(Classify, HashesByTheirLength) {
  EXPECT_EQ(classified("0123456789ABCDEF0123456789abcdef"), "md5 0123456789abcdef0123456789abcdef");
  EXPECT_EQ(classified("sha1: 0123456789abcdef0123456789abcdef01234567"),
            "sha1 0123456789abcdef0123456789abcdef01234567");
  const std::string sha256(64, 'a');
  EXPECT_EQ(classified(sha256), "sha256 " + sha256);
  EXPECT_EQ(classified(std::string(128, 'a')),
            "no: it has 128 hexadecimal digits; only MD5 (32), SHA-1 (40) and SHA-256 (64) are "
            "compared");
  EXPECT_TRUE(is_rejected(std::string(33, 'a')));
  EXPECT_TRUE(is_rejected("abc"));
  EXPECT_TRUE(is_rejected("0123456789abcdef", Hint::kHash));
}

TEST(Classify, HashesOfNothingWouldMatchEveryEmptyFile) {
  EXPECT_TRUE(is_rejected("d41d8cd98f00b204e9800998ecf8427e"));
  EXPECT_TRUE(is_rejected("DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"));
  EXPECT_TRUE(is_rejected("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
}

TEST(Classify, Addresses) {
  EXPECT_EQ(classified("192.0.2.7"), "address 192.0.2.7");
  EXPECT_EQ(classified("192.0.2[.]7"), "address 192.0.2.7");
  EXPECT_EQ(classified("192[.]0[.]2[.]7:443"), "address 192.0.2.7");
  EXPECT_EQ(classified("2001:DB8:0:0::1"), "address 2001:db8::1");
  EXPECT_EQ(classified("[2001:db8::1]:8443"), "address 2001:db8::1");
  EXPECT_EQ(classified("::ffff:192.0.2.7"), "address 192.0.2.7");
  EXPECT_EQ(classified("198.51.100.0/24"), "network 198.51.100.0/24");
  EXPECT_EQ(classified("2001:db8::/32"), "network 2001:db8::/32");
  EXPECT_EQ(classified("198.51.100.7/32"), "address 198.51.100.7");
}

TEST(Classify, NumbersThatAreNoAddress) {
  EXPECT_TRUE(is_rejected("1.2.3"));
  EXPECT_TRUE(is_rejected("15.1.2106.2"));  // a build of Exchange
  EXPECT_TRUE(is_rejected("192.0.2.256"));
  EXPECT_TRUE(is_rejected("198.51.100.7/24"));  // bits behind the prefix
  EXPECT_TRUE(is_rejected("192.0.2.1-192.0.2.9"));
  EXPECT_TRUE(is_rejected("0.0.0.0/0"));
  EXPECT_TRUE(is_rejected("127.0.0.1"));
  EXPECT_TRUE(is_rejected("::1"));
  EXPECT_TRUE(is_rejected("255.255.255.255"));
}

TEST(Classify, DomainsAndFileNames) {
  EXPECT_EQ(classified("Bad.Example.ORG"), "domain bad.example.org");
  EXPECT_EQ(classified("*.example.org"), "domain example.org");
  EXPECT_EQ(classified("example[.]org."), "domain example.org");
  EXPECT_EQ(classified("example(dot)org"), "domain example.org");
  EXPECT_EQ(classified("\"example.org\","), "domain example.org");
  EXPECT_EQ(classified("shell.aspx"), "file name shell.aspx");
  EXPECT_EQ(classified("shell*.aspx"), "file name shell*.aspx *");
  EXPECT_EQ(classified("archive[.]zip"), "domain archive.zip");  // nobody defangs a file
  EXPECT_EQ(classified("archive.zip"), "file name archive.zip");
  EXPECT_EQ(classified("archive.zip", Hint::kDomain), "domain archive.zip");
  EXPECT_TRUE(is_rejected("localhost"));
  EXPECT_TRUE(is_rejected("-"));
  EXPECT_TRUE(is_rejected("a..b"));
  EXPECT_TRUE(is_rejected("someone@example.org"));
}

TEST(Classify, Urls) {
  EXPECT_EQ(classified("hxxp://Bad.Example[.]org/A/b.php?x=1"), "URL bad.example.org/a/b.php?x=1");
  EXPECT_EQ(classified("hxxps[:]//example[.]org:443/"), "URL example.org");
  EXPECT_EQ(classified("http://u:p@example.org:8080/x"), "URL example.org:8080/x");
  EXPECT_EQ(classified("example.org/a/b"), "URL example.org/a/b");
  EXPECT_EQ(classified("http://192.0.2.7/0123456789abcdef0123456789abcdef"),
            "URL 192.0.2.7/0123456789abcdef0123456789abcdef");
  EXPECT_TRUE(is_rejected("http://127.0.0.1/x"));
  EXPECT_TRUE(is_rejected("http:///x"));
}

TEST(Classify, Paths) {
  EXPECT_EQ(classified("C:\\ProgramData\\x\\Y.exe"), "path \\programdata\\x\\y.exe");
  EXPECT_EQ(classified("C:/ProgramData/x/y.exe"), "path \\programdata\\x\\y.exe");
  EXPECT_EQ(classified("%TEMP%\\y.exe"), "path \\y.exe");
  EXPECT_EQ(classified("$env:TEMP\\y.exe"), "path \\y.exe");
  EXPECT_EQ(classified("CSIDL_APPDATA\\y.exe"), "path \\y.exe");
  EXPECT_EQ(classified("/owa/auth/shell.aspx"), "path \\owa\\auth\\shell.aspx");
  EXPECT_EQ(classified("aspnet_client\\*.aspx"), "path aspnet_client\\*.aspx *");
  EXPECT_EQ(classified("C:\\\\dir\\\\name.dll"), "path \\dir\\name.dll");
  EXPECT_EQ(classified("\\\\.\\pipe"), "path \\.\\pipe");
  EXPECT_TRUE(is_rejected("\\"));
  EXPECT_TRUE(is_rejected("C:\\*\\*"));
  EXPECT_EQ(classified("y.exe", Hint::kPath), "file name y.exe");
}

TEST(Classify, UserAgents) {
  EXPECT_EQ(classified("python-requests/2.25.1"), "user agent python-requests/2.25.1");
  EXPECT_EQ(classified("antSword/v2.1"), "user agent antsword/v2.1");
  EXPECT_EQ(classified("Mozilla/5.0+(Windows+NT+10.0)"),
            "user agent mozilla/5.0 (windows nt 10.0)");
  EXPECT_EQ(classified("my agent", Hint::kUserAgent), "user agent my agent");
  EXPECT_TRUE(is_rejected("my agent"));
}

TEST(Classify, HostileBytes) {
  EXPECT_TRUE(is_rejected(std::string("exa\0mple.org", 12)));
  EXPECT_TRUE(
      is_rejected("ex\xFF"
                  "ample.org"));
  EXPECT_TRUE(is_rejected(std::string(5'000, 'a') + ".org"));
  EXPECT_TRUE(is_rejected(""));
  EXPECT_TRUE(is_rejected("``"));
}

TEST(Classify, RefangsAndLeavesTheRestAlone) {
  EXPECT_EQ(refanged("hXXps[://]a{.}example(.)org[/]x"), "https://a.example.org/x");
  EXPECT_EQ(refanged("a[at]example[dot]org"), "a@example.org");
  EXPECT_EQ(refanged("example.\xE2\x80\x8Borg"), "example.org");
  EXPECT_EQ(refanged("[2001:db8::1]:443"), std::nullopt);
  EXPECT_EQ(refanged("example.org"), std::nullopt);
}

TEST(Classify, RemarksOnWhatMayMatchTooMuch) {
  const auto remark = [](std::string_view text) {
    return remark_on(std::get<Indicator>(classify(text)));
  };
  EXPECT_NE(remark("10.1.2.3"), "");
  EXPECT_NE(remark("fe80::1"), "");
  EXPECT_NE(remark("github.com"), "");
  EXPECT_NE(remark("cmd.exe"), "");
  EXPECT_EQ(remark("192.0.2.7"), "");
  EXPECT_EQ(remark("example.org"), "");
}

}  // namespace
}  // namespace pugmark::indicators

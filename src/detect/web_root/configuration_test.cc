#include "detect/web_root/configuration.h"

#include <gtest/gtest.h>
#include <string>

#include "detect/web_root/web_root_testing.h"

namespace pugmark::web_root {
namespace {

using Words = std::vector<std::string>;
constexpr char kHost[] = "C/Windows/System32/inetsrv/config/applicationHost.config";

std::string host(const std::string& directories, const std::string& modules = "") {
  return "<configuration><system.applicationHost><sites><site name=\"S\">" + directories +
         "</site></sites></system.applicationHost><system.webServer><globalModules>" + modules +
         "</globalModules></system.webServer></configuration>";
}

std::string directory(const std::string& path) {
  return "<application path=\"/a\"><virtualDirectory path=\"/\" physicalPath=\"" + path +
         "\" /></application>";
}

std::string module_at(const std::string& image) {
  return "<add name=\"M\" image=\"" + image + "\" />";
}

std::string site(const std::string& inner) {
  return "<configuration><system.webServer>" + inner + "</system.webServer></configuration>";
}

TEST(WebRootConfiguration, FindsVirtualDirectoriesWhereNoSiteLies) {
  const std::string text = host(directory("C:\\ProgramData\\pictures"));
  const std::size_t at = text.find("<virtualDirectory");
  const std::size_t length = text.find("/>", at) + 2 - at;
  EXPECT_EQ(
      words_at(kHost, text),
      Words{"iis-virtual-directory-outside @" + std::to_string(at) + "+" + std::to_string(length) +
            " | virtual directory S/a leads to: C:\\ProgramData\\pictures"});
  EXPECT_EQ(look_at(kHost, text).verdict, FileVerdict::kSuspicious);
  const auto hidden = look_at(kHost, host(directory("C:\\ProgramData\\CON\\x")));
  EXPECT_EQ(hidden.verdict, FileVerdict::kMalicious);
  EXPECT_EQ(hidden.hits.size(), 1U);
  for (const char* const path : {"%SystemDrive%\\inetpub\\wwwroot", "D:\\sites\\shop", "",
                                 "C:\\Windows\\Web\\RDWeb", "\\\\files\\share\\site"})
    EXPECT_TRUE(words_at(kHost, host(directory(path))).empty()) << path;
}

TEST(WebRootConfiguration, FindsModulesThatAreNotMicrosofts) {
  for (const char* const image :
       {"%windir%\\System32\\inetsrv\\helper.dll", "C:\\Windows\\System32\\system.dll",
        "C:\\Users\\Public\\x.dll", "C:\\inetpub\\x.dll", "%windir%\\Temp\\static.dll",
        "E:\\Program Files\\Microsoft\\Exchange Server\\V15\\Bin\\helper.dll"})
    EXPECT_EQ(look_at(kHost, host("", module_at(image))).hits.size(), 1U) << image;
  for (const char* const image :
       {"%windir%\\System32\\inetsrv\\static.dll", "C:\\Program Files\\Vendor\\x.dll",
        "E:\\Exchange\\Microsoft\\Exchange Server\\V15\\Bin\\kerbauth.dll", "",
        "%windir%\\Microsoft.NET\\Framework64\\v4.0.30319\\webengine4.dll"})
    EXPECT_TRUE(words_at(kHost, host("", module_at(image))).empty()) << image;
  EXPECT_EQ(look_at(kHost, site("<isapiFilters><filter name=\"f\" path=\"C:\\Temp\\f.dll\" />"
                                "</isapiFilters>"))
                .hits.size(),
            1U);
}

TEST(WebRootConfiguration, FindsEnginesForWhatIsNoScript) {
  const auto handler = [](const std::string& path, const std::string& engine) {
    return words_at("www/web.config", site("<handlers><add name=\"h\" path=\"" + path + "\" " +
                                           engine + " /></handlers>"))
        .size();
  };
  EXPECT_EQ(handler("*.jpg", "type=\"System.Web.UI.PageHandlerFactory\""), 1U);
  EXPECT_EQ(handler("*.html,*.png", "scriptProcessor=\"C:\\php\\php-cgi.exe\""), 1U);
  EXPECT_EQ(handler("web.config", "scriptProcessor=\"%windir%\\system32\\inetsrv\\asp.dll\""), 1U);
  EXPECT_EQ(handler("*.html", "type=\"System.Web.UI.PageHandlerFactory\""), 0U);
  EXPECT_EQ(handler("*.php", "scriptProcessor=\"C:\\php\\php-cgi.exe\""), 0U);
  EXPECT_EQ(handler("*.jpg", "type=\"Shop.ImageHandler\""), 0U);
  EXPECT_EQ(handler("*.axd", "type=\"System.Web.Handlers.TraceHandler\""), 0U);
  EXPECT_EQ(words_at("web.config",
                     "<configuration><system.web><compilation><buildProviders><add "
                     "extension=\".txt\" type=\"System.Web.Compilation.PageBuildProvider\" />"
                     "</buildProviders></compilation></system.web></configuration>")
                .size(),
            1U);
}

TEST(WebRootConfiguration, FoldersForUploadsAndWhoIsSentElsewhere) {
  const std::string engine =
      "<add name=\"a\" path=\"*.aspx\" type=\"System.Web.UI.PageHandlerFactory\" />";
  for (const std::string& inner :
       {std::string("<handlers accessPolicy=\"Read, Script, Execute\" />"),
        "<handlers>" + engine + "</handlers>"}) {
    EXPECT_EQ(words_at("www/Uploads/web.config", site(inner)).size(), 1U) << inner;
    EXPECT_TRUE(words_at("www/shop/web.config", site(inner)).empty()) << inner;
  }
  const std::string forbidden =
      "<handlers accessPolicy=\"Read, Script\"><add name=\"s\" path=\"*\" "
      "modules=\"StaticFileModule\" /><add name=\"n\" path=\"*.aspx\" "
      "type=\"System.Web.HttpForbiddenHandler\" /></handlers>";
  EXPECT_TRUE(words_at("www/uploads/web.config", site(forbidden)).empty());
  const auto rewrite = [](const std::string& condition, const std::string& url) {
    return words_at("www/web.config",
                    site("<rewrite><rules><rule name=\"r\"><conditions>" + condition +
                         "</conditions><action type=\"Redirect\" url=\"" + url +
                         "\" /></rule></rules></rewrite>"))
        .size();
  };
  const std::string bots = "<add input=\"{HTTP_USER_AGENT}\" pattern=\"google|baidu\" />";
  EXPECT_EQ(rewrite(bots, "http://192.0.2.1/{R:0}"), 1U);
  EXPECT_EQ(rewrite("<add input=\"{HTTP_USER_AGENT}\" pattern=\"" + std::string(1'000, 'x') +
                        "|google\" />",
                    "http://192.0.2.1/"),
            1U);
  EXPECT_EQ(look_at("www/web.config",
                    site("<rewrite><rules><rule name=\"r\"><conditions>" + bots +
                         "</conditions><action url=\"/\" /><action url=\"http://192.0.2.1/\" />"
                         "</rule></rules></rewrite>"))
                .hits.size(),
            0U)
      << "the condition is told with one action";
  EXPECT_EQ(rewrite(bots, "/robots.aspx"), 0U);
  EXPECT_EQ(rewrite("<add input=\"{HTTPS}\" pattern=\"off\" />", "https://www.example.org/"), 0U);
  EXPECT_EQ(
      rewrite("<add input=\"{HTTP_USER_AGENT}\" pattern=\"iPhone\" />", "https://m.example.org"),
      0U);
}

TEST(WebRootConfiguration, ModulesOfExchangeAreMicrosofts) {
  const std::string foreign = site("<modules><add name=\"m\" type=\"Inert.Module\" /></modules>");
  EXPECT_EQ(words_at("V15/FrontEnd/HttpProxy/owa/web.config", foreign).size(), 1U);
  EXPECT_TRUE(words_at("www/web.config", foreign).empty());
  EXPECT_TRUE(words_at("V15/FrontEnd/HttpProxy/owa/web.config",
                       site("<modules><add name=\"m\" type=\"Microsoft.Exchange.X\" />"
                            "<add name=\"RewriteModule\" /></modules><handlers><add name=\"R\" "
                            "path=\"rpcproxy.dll\" scriptProcessor=\"%SystemRoot%\\system32\\"
                            "rpcproxy\\rpcproxyshim.dll\" /></handlers>"))
                  .empty());
}

TEST(WebRootConfiguration, TransportAgentsLieWithExchange) {
  const auto agent = [](const std::string& factory, const std::string& assembly) {
    return words_at("V15/TransportRoles/Shared/agents.config",
                    "<configuration><mexRuntime><agentList><agent name=\"a\" classFactory=\"" +
                        factory + "\" assemblyPath=\"" + assembly +
                        "\" /></agentList></mexRuntime></configuration>")
        .size();
  };
  const std::string exchange = "E:\\Microsoft\\Exchange Server\\V15\\";
  EXPECT_EQ(agent("Microsoft.Exchange.A", exchange + "bin\\Microsoft.Exchange.Store.dll"), 0U);
  EXPECT_EQ(agent("Vendor.A", "C:\\Program Files\\Vendor\\a.dll"), 0U);
  EXPECT_EQ(agent("Vendor.A", exchange + "TransportRoles\\agents\\a.dll"), 1U);
  EXPECT_EQ(agent("Vendor.A", "C:\\ProgramData\\a.dll"), 1U);
  EXPECT_EQ(agent("Microsoft.Exchange.A", "C:\\Windows\\Microsoft.Exchange.A.dll"), 1U);
  EXPECT_EQ(agent("Microsoft.Exchange.A", "C:\\Program Files\\V\\Microsoft.Exchange.A.dll"), 1U);
}

TEST(WebRootConfiguration, ReadsUtf16WithOffsetsOfTheFile) {
  const std::string text =
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>" + host(directory("C:\\Users\\x"));
  const auto report = look_at(kHost, wide(text));
  ASSERT_EQ(report.hits.size(), 1U);
  EXPECT_TRUE(report.gaps.empty());
  const std::size_t at = text.find("<virtualDirectory");
  EXPECT_EQ(report.hits[0].offset_bytes, 2 + 2 * at);
  EXPECT_EQ(report.hits[0].length_bytes, 2 * (text.find("/>", at) + 2 - at));
}

TEST(WebRootConfiguration, ReadsOtherCodePages) {
  const std::string name =
      "<application path=\"/\xE9\"><virtualDirectory path=\"/\" "
      "physicalPath=\"C:\\Users\\x\" /></application>";
  for (const std::string declared :
       {"", "<?xml version=\"1.0\" encoding=\"windows-1252\"?>", "<?xml version=\"1.0\"?>"})
    EXPECT_EQ(look_at(kHost, declared + host(name)).hits.size(), 1U) << declared;
}

// What an intruder may write into it: each costs bounded time, and what was not read is told.
TEST(WebRootConfiguration, HostileXmlIsAGap) {
  const std::string entities =
      "<!DOCTYPE c [<!ENTITY a \"x\"><!ENTITY b \"&a;&a;&a;\">]><configuration>&b;" +
      host(directory("C:\\Users\\x"));
  const Words told = words_at(kHost, entities);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].find("gap unsupported"), 0U) << told[0];
  std::string deep = "<configuration>";
  for (int i = 0; i < 1'000'000; ++i) deep += "<a>";
  const Words deep_told = words_at(kHost, deep);
  ASSERT_EQ(deep_told.size(), 1U);
  EXPECT_EQ(deep_told[0].find("gap limit @" + std::to_string(15 + 3 * 63)), 0U) << deep_told[0];
  const std::string cut = host(directory("C:\\Users\\x")).substr(0, 150);
  const Words cut_told = words_at(kHost, cut);
  ASSERT_FALSE(cut_told.empty());
  EXPECT_EQ(cut_told.back().find("gap damaged"), 0U);
  EXPECT_EQ(cut_told.size(), 2U) << "what stands before the damage was read";
  EXPECT_TRUE(words_at(kHost, "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><x/>").empty());
  std::string attributes = "<configuration><x ";
  for (int i = 0; i < 100'000; ++i) attributes += "a" + std::to_string(i) + "=\"\" ";
  EXPECT_TRUE(words_at(kHost, attributes + "/></configuration>").empty());
}

TEST(WebRootConfiguration, LongNamesAreNotRepeated) {
  std::string text = "<configuration><sites><site name=\"" + std::string(100'000, 'n') + "\">";
  for (int i = 0; i < 1'000; ++i) text += "<virtualDirectory path=\"/\" physicalPath=\"C:\\x\"/>";
  const auto report = look_at(kHost, text + "</site></sites></configuration>");
  ASSERT_EQ(report.facts.size(), 1'000U);
  for (const files::FileFact& fact : report.facts) EXPECT_LE(fact.name.size(), 300U);
  // What is told in words is not cut later.
  const std::string long_name(100'000, 'x');
  const auto told =
      look_at(kHost, host("<application path=\"/" + long_name + "\"><virtualDirectory path=\"" +
                              long_name + "\" physicalPath=\"C:\\Users\\x\" /></application>",
                          "<add name=\"" + long_name + "\" image=\"C:\\Users\\x.dll\" />"));
  ASSERT_EQ(told.hits.size(), 2U);
  for (const files::Reason& reason : told.reasons) {
    for (const FileStep& step : reason.steps) EXPECT_LE(step.what.size(), 400U);
  }
}

TEST(WebRootConfiguration, OfALargeOneNothingIsReadButThatIsTold) {
  const std::string text = host(directory("C:\\Users\\x"));
  const auto first = look_at_piece(kHost, text, 0);
  EXPECT_TRUE(first.hits.empty());
  ASSERT_EQ(first.gaps.size(), 1U);
  EXPECT_EQ(first.gaps[0].kind, GapKind::kLimit);
  EXPECT_NE(first.gaps[0].what.find("file-window-bytes"), std::string::npos);
  EXPECT_TRUE(look_at_piece(kHost, text, 4'000'000).gaps.empty()) << "once for each file";
  EXPECT_TRUE(look_at_piece("x.php", text, 0).gaps.empty());
}

TEST(WebRootConfiguration, OtherFilesAreNone) {
  const std::string text = host(directory("C:\\Users\\x"));
  EXPECT_TRUE(words_at("my-applicationHost.config", text).empty());
  EXPECT_TRUE(words_at("applicationHost.config.txt", text).empty());
}

}  // namespace
}  // namespace pugmark::web_root

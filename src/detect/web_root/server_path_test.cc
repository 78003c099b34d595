#include "detect/web_root/server_path.h"

#include <gtest/gtest.h>

#include "detect/web_root/belonging.h"
#include "detect/web_root/suffix_index.h"

namespace pugmark::web_root {
namespace {

TEST(ServerPath, ReadsEveryFormAPathComesIn) {
  for (const char* const path : {"C:\\Inetpub\\WWWroot\\x.ASPX", "C:/inetpub/wwwroot/x.aspx",
                                 "c:/a/../inetpub//./wwwroot/X.aspx"})
    EXPECT_EQ(ServerPath(path).text(), "c:/inetpub/wwwroot/x.aspx") << path;
  EXPECT_EQ(ServerPath("e/a.zip!/b.tar!/C/x").text(), "e/a.zip/b.tar/c/x");
  EXPECT_EQ(ServerPath("").name(), "");
  EXPECT_EQ(ServerPath("../../x").text(), "x");
}

TEST(ServerPath, LeavesOutTheNumberOfALaterMember) {
  EXPECT_EQ(ServerPath("a.tar!/inetpub/x.asp#2").text(), "a.tar/inetpub/x.asp");
  EXPECT_EQ(ServerPath("a.tar!/inetpub/x.asp#12").text(), "a.tar/inetpub/x.asp");
  // No number that a member gets, or no member.
  EXPECT_EQ(ServerPath("a.tar!/inetpub/x.asp#1").text(), "a.tar/inetpub/x.asp#1");
  EXPECT_EQ(ServerPath("a.tar!/inetpub/x.asp#02").text(), "a.tar/inetpub/x.asp#02");
  EXPECT_EQ(ServerPath("a.tar!/inetpub/x.asp#").text(), "a.tar/inetpub/x.asp#");
  EXPECT_EQ(ServerPath("inetpub/x.asp#2").text(), "inetpub/x.asp#2");
}

TEST(ServerPath, FindsFoldersAndTheServerTheyAreOf) {
  const ServerPath path("case/mx01.zip!/C/Windows/Microsoft.NET/Framework64/x");
  const std::size_t behind = path.behind("windows/microsoft.net");
  EXPECT_EQ(behind, 5U);
  EXPECT_EQ(path.server_before(behind - 2), "case/mx01.zip/");
  EXPECT_EQ(ServerPath("D$/inetpub/x").server_before(1), "");
  EXPECT_EQ(path.behind("windows/system32"), ServerPath::kNone);
  EXPECT_FALSE(path.has("indows"));
}

TEST(ServerPath, ConfiguredPathsLoseVariablesAndDrives) {
  EXPECT_EQ(configured_path("%SystemDrive%\\inetpub\\wwwroot ").text(), "inetpub/wwwroot");
  EXPECT_EQ(configured_path("%windir%\\System32\\inetsrv\\x.dll").text(),
            "windows/system32/inetsrv/x.dll");
  EXPECT_EQ(configured_path("\\\\?\\C:\\ProgramData\\COM1").text(), "programdata/com1");
  EXPECT_EQ(configured_path("C:\\inetpub\\..\\ProgramData\\x").text(), "programdata/x");
}

TEST(Belonging, WebFoldersOfAnyExchange) {
  const auto folder = [](const char* path) { return web_folder_of(ServerPath(path)); };
  EXPECT_EQ(folder("C/Program Files/Microsoft/Exchange Server/V15/FrontEnd/HttpProxy/owa/auth/x"),
            WebFolder::kOwaAuth);
  EXPECT_EQ(folder("V14/ClientAccess/Owa/auth/x"), WebFolder::kOwaAuth);
  EXPECT_EQ(folder("FrontEnd/HttpProxy/owa/auth/15.1.2/themes/x"), WebFolder::kOwaAuthResource);
  EXPECT_EQ(folder("a.zip!/HttpProxy/ecp/AUTH/x"), WebFolder::kEcpAuth);
  EXPECT_EQ(folder("HttpProxy/OAB/x"), WebFolder::kOab);
  EXPECT_EQ(folder("inetpub/wwwroot/aspnet_client/system_web/x"), WebFolder::kClientFolder);
  EXPECT_EQ(folder("inetpub/wwwroot/owa/auth/x"), WebFolder::kNone);
  EXPECT_EQ(folder("x/aspnet_client"), WebFolder::kNone) << "a file of that name";
}

TEST(Belonging, NamesAreWholeNames) {
  EXPECT_TRUE(belongs(WebFolder::kOwaAuth, "logon.aspx"));
  EXPECT_FALSE(belongs(WebFolder::kOwaAuth, "ogon.aspx"));
  EXPECT_FALSE(belongs(WebFolder::kOwaAuth, "logon.aspx logoff.aspx"));
  EXPECT_FALSE(belongs(WebFolder::kEcpAuth, "logon.aspx"));
  EXPECT_TRUE(is_known_shell(WebFolder::kClientFolder, "supp0rt.aspx"));
  EXPECT_FALSE(is_known_shell(WebFolder::kOwaAuth, "supp0rt.aspx"));
  EXPECT_TRUE(is_page_name("x.asp;.jpg"));
  EXPECT_TRUE(is_page_name("x.aspx."));
  EXPECT_FALSE(is_page_name("web.config"));
}

TEST(Belonging, HiddenAndDataFolders) {
  const auto hides = [](const char* path) {
    return std::string(hiding_part(configured_path(path)));
  };
  EXPECT_EQ(hides("C:\\ProgramData\\COM1\\x"), "com1");
  EXPECT_EQ(hides("C:\\ProgramData\\aux.txt\\x"), "aux.txt");
  EXPECT_EQ(hides("C:\\inetpub\\x. \\y"), "x. ");
  EXPECT_EQ(hides("C:\\inetpub\\x::$INDEX_ALLOCATION"), "x::$index_allocation");
  EXPECT_EQ(hides("C:\\inetpub\\x.\\y"), "x.");
  EXPECT_EQ(hides("C:\\inetpub\\common\\auxiliary"), "");
  EXPECT_EQ(hides("C:\\inetpub\\wwwroot "), "");
  const auto is_data = [](const char* path) { return is_data_folder(configured_path(path)); };
  EXPECT_TRUE(is_data("D:\\ProgramData\\x"));
  EXPECT_TRUE(is_data("%PUBLIC%\\x"));
  EXPECT_TRUE(is_data("C:\\Windows\\Temp\\x.dll"));
  EXPECT_FALSE(is_data("D:\\Sites\\ProgramData\\x"));
  EXPECT_FALSE(is_data(""));
}

TEST(SuffixIndex, FindsByWholePartsOfTheSameServer) {
  SuffixIndex index;
  index.add(ServerPath("a/C/www/owa/auth/x.aspx"), 1);
  index.add(ServerPath("b/C/www/owa/auth/x.aspx"), 2);
  index.add(ServerPath("b/C/www/nowa/auth/x.aspx"), 3);
  EXPECT_EQ(index.find(ServerPath("/owa/auth/x.aspx"), "b/"), 2U);
  EXPECT_EQ(index.find(ServerPath("/owa/auth/x.aspx"), ""), 1U);
  EXPECT_EQ(index.find(ServerPath("/auth/x.asp"), ""), std::nullopt);
  EXPECT_EQ(index.find(ServerPath("/owa/auth/x.aspx"), "c/"), std::nullopt);
  index.add(ServerPath("xb/C/pages/y.aspx"), 5);
  EXPECT_EQ(index.find(ServerPath("/pages/y.aspx"), "b/"), std::nullopt);
  index.add(ServerPath("c/owa/auth/x.aspx"), 4);
  EXPECT_EQ(index.find(ServerPath("/owa/auth/x.aspx"), "c/"), 4U);
}

}  // namespace
}  // namespace pugmark::web_root

#include <gtest/gtest.h>
#include <string>

#include "detect/script/page.h"
#include "detect/script/page/page_testing.h"

namespace pugmark::script {
namespace {

std::string aspx(std::string_view text) { return dump_of(PageKind::kAspNet, "x.aspx", text); }

TEST(AspNetPage, TellsAllKindsOfCode) {
  EXPECT_EQ(aspx("<%@ Page Language=\"C#\" %>a<% b(); %><%= c %><%: d %><%# e %><%#: f %>"),
            "csharp\n"
            "directive: <%@ Page Language=\"C#\" %>\n"
            "markup: a\n"
            "code csharp:  b(); \n"
            "expression csharp:  c \n"
            "expression csharp:  d \n"
            "expression csharp:  e \n"
            "expression csharp:  f \n"
            "tag Page Language=[C#]\n");
}

TEST(AspNetPage, OnlyCommentsOfTheServerHide) {
  EXPECT_EQ(aspx("<%-- <% a(); %> --%><!-- <script language=c# runat=server>int b;</script> -->"),
            "csharp\n"
            "markup: <!-- \n"
            "directive: <script language=c# runat=server>\n"
            "members csharp: int b;\n"
            "markup:  -->\n"
            "tag script language=[c#] runat=[server]\n");
  EXPECT_EQ(aspx("<%-- <% a(); %>"), "csharp\ncode csharp: -- <% a(); \n");  // never closed
}

TEST(AspNetPage, ControlsAreTagsAndCodeInThemIsCode) {
  EXPECT_EQ(aspx("<asp:Label ID=\"a\" runat=\"server\" Text='<%# f(\"x\") %>' /><b runat=server>c"
                 "</b></asp:Label><p>"),
            "visualbasic\n"
            "directive: <asp:Label ID=\"a\" runat=\"server\" Text='\n"
            "expression visualbasic:  f(\"x\") \n"
            "directive: ' />\n"
            "directive: <b runat=server>\n"
            "markup: c</b>\n"
            "directive: </asp:Label>\n"
            "markup: <p>\n"
            "tag asp:Label ID=[a] runat=[server] Text=[<%# f(\"x\") %>]\n"
            "tag b runat=[server]\n"
            "tag /asp:Label\n");
}

TEST(AspNetPage, PagesWithControlsAloneHaveNoCode) {
  EXPECT_EQ(aspx("<%@ Page Language=\"C#\" CodeBehind=\"a.cs\" Inherits=\"A\" %><form "
                 "runat=\"server\">"),
            "no code\n"
            "directive: <%@ Page Language=\"C#\" CodeBehind=\"a.cs\" Inherits=\"A\" %>\n"
            "directive: <form runat=\"server\">\n"
            "tag Page Language=[C#] CodeBehind=[a.cs] Inherits=[A]\n"
            "tag form runat=[server]\n");
}

TEST(AspNetPage, BuilderExpressionsAreTags) {
  EXPECT_EQ(aspx("<asp:A runat=server B='<%$ AppSettings: c %>'/>"),
            "no code\n"
            "directive: <asp:A runat=server B='\n"
            "directive: <%$ AppSettings: c %>'/>\n"
            "tag asp:A runat=[server] B=[<%$ AppSettings: c %>]\n"
            "tag $ AppSettings=[c]\n");
}

TEST(AspNetPage, ScriptsAreMembersInTheirOwnLanguage) {
  EXPECT_EQ(aspx("<%@ Page Language=VB %><script runat='server' language='JScript'>var a;</script>"
                 "<script runat=server>Dim b</script>"),
            "jscript\n"
            "directive: <%@ Page Language=VB %>\n"
            "directive: <script runat='server' language='JScript'>\n"
            "members jscript: var a;\n"
            "directive: <script runat=server>\n"
            "members visualbasic: Dim b\n"
            "tag Page Language=[VB]\n"
            "tag script runat=[server] language=[JScript]\n"
            "tag script runat=[server]\n");
}

TEST(AspNetPage, GuessesTheLanguageWhereNoneIsNamed) {
  EXPECT_EQ(aspx("<script runat=server>void A() { b(); }\n</script>").substr(0, 7), "csharp\n");
  EXPECT_EQ(aspx("<script runat=server>Sub A()\nDim b\nEnd Sub\n</script>").substr(0, 12),
            "visualbasic\n");
  EXPECT_EQ(aspx("<%= a %>").substr(0, 12), "visualbasic\n");
}

TEST(AspNetPage, HandlersAreAllCode) {
  const std::string_view expected =
      "csharp\n"
      "directive: <%@ WebHandler Language=\"C#\" Class=\"A\" %>\n"
      "directive: <%@ Assembly Name=\"b\" %>\n"
      "members csharp: \\nclass A { string s = \"<% %>\"; }\n"
      "tag WebHandler Language=[C#] Class=[A]\n"
      "tag Assembly Name=[b]\n";
  const std::string_view text =
      "<%@ WebHandler Language=\"C#\" Class=\"A\" %>\n<%@ Assembly Name=\"b\" %>\n"
      "class A { string s = \"<% %>\"; }";
  EXPECT_EQ(dump_of(PageKind::kAspNet, "x.ashx", text), expected);
  EXPECT_EQ(dump_of(PageKind::kAspNet, "x.txt", text), expected);
  EXPECT_EQ(dump_of(PageKind::kAspNet, "x.ashx", "<%@ WebHandler CodeBehind=\"a.cs\" %>\n"),
            "no code\n"
            "directive: <%@ WebHandler CodeBehind=\"a.cs\" %>\n"
            "tag WebHandler CodeBehind=[a.cs]\n");
}

TEST(AspNetPage, FindsTheScriptInAUrlOfADump) {
  const std::string dumped = aspx(
      "Name : OAB (Default Web Site)\nExternalUrl : http://a/<script language=\"JScript\" "
      "runat=\"server\">function Page_Load(){f(g[\"k\"],\"x\");}</script>\nServer : EX\n");
  EXPECT_NE(dumped.find("members jscript: function Page_Load(){f(g[\"k\"],\"x\");}\n"
                        "markup: \\nServer : EX\\n\n"),
            std::string::npos)
      << dumped;
}

TEST(AspNetPage, BadTagsHideNothing) {
  const std::string_view code = "<script runat=server>a;</script>";
  for (const std::string_view before : {"<", "</", "<a", "<a b=\"", "<a b='c\"", "<a:b ", "<%-- ",
                                        "<a b=<%# c ", "<a \"", "<!--#include "}) {
    const std::string dumped = aspx(std::string(before) + " <a b='" + std::string(code));
    EXPECT_NE(dumped.find("a;"), std::string::npos) << before << ": " << dumped;
  }
}

}  // namespace
}  // namespace pugmark::script

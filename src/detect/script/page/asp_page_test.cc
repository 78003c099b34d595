#include <gtest/gtest.h>
#include <string>

#include "detect/script/page.h"
#include "detect/script/page/page_testing.h"

namespace pugmark::script {
namespace {

std::string asp(std::string_view text) { return dump_of(PageKind::kAsp, "x.asp", text); }

TEST(AspPage, TellsCodeFromMarkup) {
  EXPECT_EQ(asp("<html><% a = 1 %> b <%= c %>\n<% =d%></html>"),
            "vbscript\n"
            "markup: <html>\n"
            "code vbscript:  a = 1 \n"
            "markup:  b \n"
            "expression vbscript:  c \n"
            "expression vbscript: d\n"
            "markup: </html>\n");
}

TEST(AspPage, CodeEndsAtTheFirstMarkWhateverTheStringsSay) {
  EXPECT_EQ(asp("<% a = \"%>\" %>"), "vbscript\ncode vbscript:  a = \"\nmarkup: \" %>\n");
}

TEST(AspPage, UnclosedCodeGoesOnToTheEnd) {
  EXPECT_EQ(asp("a<% b"), "vbscript\nmarkup: a\ncode vbscript:  b\n");
  EXPECT_EQ(asp("a<%"), "no code\nmarkup: a\n");
  EXPECT_EQ(asp("a<%="), "no code\nmarkup: a\n");
}

TEST(AspPage, TheDirectiveNamesTheLanguageOfAllCode) {
  EXPECT_EQ(asp("<% var a; %><%@ CODEPAGE=936 LANGUAGE = JScript %>"),
            "jscript\n"
            "code jscript:  var a; \n"
            "directive: <%@ CODEPAGE=936 LANGUAGE = JScript %>\n"
            "tag  CODEPAGE=[936] LANGUAGE=[JScript]\n");
  EXPECT_EQ(asp("<%@LANGUAGE=\"VBSCRIPT\"CODEPAGE='65001'%>"),
            "no code\n"
            "directive: <%@LANGUAGE=\"VBSCRIPT\"CODEPAGE='65001'%>\n"
            "tag  LANGUAGE=[VBSCRIPT] CODEPAGE=[65001]\n");
}

TEST(AspPage, ADirectiveThatIsNeverClosedHidesNoCode) {
  EXPECT_EQ(asp("<%@ LANGUAGE=JScript><%f();%>"),
            "jscript\n"
            "directive: <%@ LANGUAGE=JScript>\n"
            "code jscript: f();\n"
            "tag  LANGUAGE=[JScript]\n");
}

TEST(AspPage, FindsScriptsOfTheServerHoweverTheyAreWritten) {
  for (const std::string_view tag :
       {"<script language=\"JScript\" runat=\"server\">", "<SCRIPT RUNAT=SERVER LANGUAGE=JSCRIPT>",
        "<script\n runat = 'server'\tlanguage = 'javascript1.2' >",
        "<script language=JScript runat=\"&#115;erver\">",
        "<script id=\"a>b\" language=JScript.Encode runat=\" Server \">"}) {
    const std::string dumped = asp(std::string(tag) + "var a;</Script >b");
    EXPECT_NE(dumped.find("code jscript: var a;\nmarkup: b\n"), std::string::npos) << dumped;
  }
}

TEST(AspPage, ScriptsOfTheBrowserAreMarkupButCodeInThemRuns) {
  EXPECT_EQ(asp("<script language=vbscript>a <%= b %> c</script>"),
            "vbscript\n"
            "markup: <script language=vbscript>a \n"
            "expression vbscript:  b \n"
            "markup:  c</script>\n");
}

TEST(AspPage, CommentsOfHtmlHideNothing) {
  EXPECT_EQ(asp("<!-- <% a %> <script runat=server>b</script> -->"),
            "vbscript\n"
            "markup: <!-- \n"
            "code vbscript:  a \n"
            "directive: <script runat=server>\n"
            "code vbscript: b\n"
            "markup:  -->\n"
            "tag script runat=[server]\n");
}

TEST(AspPage, FindsIncludesAndObjects) {
  EXPECT_EQ(asp("<!--#include file=\"a.inc\"--><!-- #INCLUDE virtual = '/b.asp' -->"
                "<object runat=server id=c progid=\"d.e\"></object>"),
            "vbscript\n"
            "directive: <!--#include file=\"a.inc\"-->\n"
            "directive: <!-- #INCLUDE virtual = '/b.asp' -->\n"
            "directive: <object runat=server id=c progid=\"d.e\">\n"
            "markup: </object>\n"
            "tag #include file=[a.inc]\n"
            "tag #INCLUDE virtual=[/b.asp]\n"
            "tag object runat=[server] id=[c] progid=[d.e]\n");
}

TEST(AspPage, ScriptsFromAnotherFileAreTags) {
  EXPECT_EQ(asp("<script runat=server src=\"a.js\"></script>"),
            "vbscript\n"
            "directive: <script runat=server src=\"a.js\">\n"
            "tag script runat=[server] src=[a.js]\n");
}

TEST(AspPage, TakesOtherLanguagesByName) {
  EXPECT_NE(asp("<script language=PerlScript runat=server>a</script>").find("code perl: a"),
            std::string::npos);
  EXPECT_NE(asp("<script language=\"Python\" runat=server>a</script>").find("code python: a"),
            std::string::npos);
}

}  // namespace
}  // namespace pugmark::script

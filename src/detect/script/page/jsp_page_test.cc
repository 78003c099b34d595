#include <gtest/gtest.h>
#include <string>

#include "detect/script/page.h"
#include "detect/script/page/page_testing.h"

namespace pugmark::script {
namespace {

std::string jsp(std::string_view text) { return dump_of(PageKind::kJsp, "x.jsp", text); }
std::string jspx(std::string_view text) { return dump_of(PageKind::kJsp, "x.jspx", text); }

TEST(JspPage, TellsAllKindsOfCode) {
  EXPECT_EQ(jsp("<%@ page import=\"a.*\" %><%! int b; %><% c(); %>d<%= e %><%-- <% f %> --%>"),
            "java\n"
            "directive: <%@ page import=\"a.*\" %>\n"
            "members java:  int b; \n"
            "code java:  c(); \n"
            "markup: d\n"
            "expression java:  e \n"
            "tag page import=[a.*]\n");
}

TEST(JspPage, EscapedMarksOpenAndCloseNothing) {
  EXPECT_EQ(jsp("<\\% a %><% b %\\> c %>"), "java\nmarkup: <\\% a %>\ncode java:  b %\\> c \n");
}

TEST(JspPage, ExpressionLanguageIsCode) {
  EXPECT_EQ(jsp("a ${b['}']} #{ {c:1} } \\${d} $ {e} ${f"),
            "java\n"
            "markup: a \n"
            "expression java: b['}']\n"
            "expression java:  {c:1} \n"
            "markup:  \\${d} $ {e} ${f\n");
  EXPECT_EQ(jsp("<%@ page isELIgnored=\"true\" %>${a}").substr(0, 8), "no code\n");
}

TEST(JspPage, ActionsAreTagsAndCodeInThemIsCode) {
  EXPECT_EQ(
      jsp("<c:if test=\"${a}\">b</c:if><jsp:param value='<%= c(\"d\") %>'/><p title=\"${e}\">"),
      "java\n"
      "directive: <c:if test=\"\n"
      "expression java: a\n"
      "directive: \">\n"
      "markup: b\n"
      "directive: </c:if>\n"
      "directive: <jsp:param value='\n"
      "expression java:  c(\"d\") \n"
      "directive: '/>\n"
      "markup: <p title=\"\n"
      "expression java: e\n"
      "markup: \">\n"
      "tag c:if test=[${a}]\n"
      "tag /c:if\n"
      "tag jsp:param value=[<%= c(\"d\") %>]\n");
}

TEST(JspPage, ElementsOfCodeInTheirPlainForm) {
  EXPECT_EQ(jsp("<jsp:declaration>int a;</jsp:declaration><jsp:scriptlet>\n<![CDATA[b < c;]]>\n"
                "</jsp:scriptlet >d<jsp:expression>e</jsp:expression><jsp:scriptlet/>f"),
            "java\n"
            "members java: int a;\n"
            "code java: b < c;\n"
            "markup: d\n"
            "expression java: e\n"
            "markup: f\n");
}

TEST(JspPage, ElementsOfCodeWithEntitiesAreConverted) {
  EXPECT_EQ(jspx("<jsp:scriptlet>a &lt; b &amp;&amp; c<!-- x --><![CDATA[ & </jsp:scriptlet>]]>;"
                 "&#x22;&#34;</jsp:scriptlet>d"),
            "java\n"
            "directive: a &lt; b &amp;&amp; c<!-- x --><![CDATA[ & </jsp:scriptlet>]]>;"
            "&#x22;&#34;\n"
            "markup: d\n"
            "15 code java: a < b && c & </jsp:scriptlet>;\"\"\n");
}

TEST(JspPage, DeclaredEntitiesAreReplaced) {
  EXPECT_EQ(jspx("<!DOCTYPE a [<!ENTITY b \"int c\"><!ENTITY d '&b; = 1;'>]>"
                 "<jsp:scriptlet>&d;</jsp:scriptlet>"),
            "java\n"
            "markup: <!DOCTYPE a [<!ENTITY b \"int c\"><!ENTITY d '&b; = 1;'>]>\n"
            "directive: &d;\n"
            "71 code java: int c = 1;\n");
}

TEST(JspPage, EntitiesDoNotGrowWithoutEnd) {
  std::string text = "<!DOCTYPE a [<!ENTITY e0 \"0123456789\">";
  for (int i = 1; i < 40; ++i) {
    const std::string before = "&e" + std::to_string(i - 1) + ";";
    text += "<!ENTITY e" + std::to_string(i) + " \"" + before + before + before + "\">";
  }
  text += "]><jsp:scriptlet>&e39;&e20;&e39;</jsp:scriptlet>";
  Page page;
  take_apart(PageKind::kJsp, "x.jspx", text, page);
  ASSERT_EQ(page.converted.size(), 1U);
  EXPECT_LT(page.converted[0].text.size(), 2'000'000U);
}

TEST(JspPage, OtherPrefixesOfTheNamespaceAreTheSame) {
  const std::string dumped = jspx(
      "<hi:root xmlns:hi=\"http://java"
      ".sun"
      ".com/JSP/Page\"><hi:scriptlet>a();"
      "</hi:scriptlet><no:scriptlet>b</no:scriptlet></hi:root>");
  EXPECT_NE(dumped.find("code java: a();\n"), std::string::npos) << dumped;
  EXPECT_EQ(dumped.find("code java: b"), std::string::npos) << dumped;
  EXPECT_NE(jspx("<root xmlns=\"http://java"
                 ".sun"
                 ".com/JSP/Page\"><scriptlet>a</scriptlet></root>")
                .find("code java: a\n"),
            std::string::npos);
}

TEST(JspPage, CommentsOfXmlHideInXmlAlone) {
  EXPECT_EQ(jspx("<!-- <jsp:scriptlet>a</jsp:scriptlet> -->b"), "no code\nmarkup: b\n");
  EXPECT_EQ(jsp("<!-- <% a %> -->"), "java\nmarkup: <!-- \ncode java:  a \nmarkup:  -->\n");
}

TEST(JspPage, ExpressionsInAttributesOfXml) {
  EXPECT_EQ(jspx("<jsp:param value=\"%= a %\"/>"),
            "java\n"
            "directive: <jsp:param value=\"\n"
            "expression java:  a \n"
            "directive: \"/>\n"
            "tag jsp:param value=[%= a %]\n");
}

TEST(JspPage, CodeInsideCodeIsNoRegionOfItsOwn) {
  EXPECT_EQ(jspx("<jsp:param value=\"%= ${a} %\"/>"),
            "java\n"
            "directive: <jsp:param value=\"\n"
            "expression java:  ${a} \n"
            "directive: \"/>\n"
            "tag jsp:param value=[%= ${a} %]\n");
}

TEST(JspPage, StringsThatAttributesLeaveAreCode) {
  const std::string value = R"(\" + f(\"a\") + \")";
  EXPECT_EQ(jsp("<jsp:setProperty name=\"" + value + "\" property=\"*\"/>"),
            "java\n"
            "directive: <jsp:setProperty name=\"\n"
            "directive: " +
                value +
                "\n"
                "directive: \" property=\"*\"/>\n"
                "tag jsp:setProperty name=[" +
                value +
                "] property=[*]\n"
                "23 expression java: \"\" + f(\"a\") + \"\"\n");
}

TEST(JspPage, IncludesAreExecuted) {
  EXPECT_EQ(jsp("<%@ include file=\"a.jsp\" %>").substr(0, 5), "java\n");
  EXPECT_EQ(jsp("<jsp:include page=\"a.jsp\"/>").substr(0, 5), "java\n");
}

}  // namespace
}  // namespace pugmark::script

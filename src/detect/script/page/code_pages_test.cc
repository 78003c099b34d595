#include "detect/script/page/code_pages.h"

#include <array>
#include <gtest/gtest.h>
#include <string>

#include "detect/script/page.h"
#include "detect/script/page/page_testing.h"

namespace pugmark::script {
namespace {

std::string to_ebcdic(std::string_view text, Ebcdic page) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  const std::string table = from_ebcdic(all, page);
  std::string out;
  for (const char c : text) out += static_cast<char>(table.find(c));
  return out;
}

TEST(CodePages, KnowsNamesOfEbcdic) {
  for (const std::string_view name :
       {"cp037", "CP037", "IBM037", "ibm-37", "cp1140", "ebcdic-cp-us"})
    EXPECT_EQ(ebcdic_named(name), Ebcdic::k037) << name;
  EXPECT_EQ(ebcdic_named("IBM01140"), Ebcdic::k037);
  EXPECT_EQ(ebcdic_named("Cp500"), Ebcdic::k500);
  EXPECT_EQ(ebcdic_named("x-IBM1047"), Ebcdic::k1047);
  EXPECT_EQ(ebcdic_named("cp273"), Ebcdic::k273);
  for (const std::string_view name : {"", "utf-8", "cp1252", "iso-8859-1", "gbk", "370"})
    EXPECT_EQ(ebcdic_named(name), std::nullopt) << name;
}

TEST(CodePages, EveryPageHasAllThatCodeIsMadeOf) {
  std::string code = "\n";
  for (char c = ' '; c < 0x7F; ++c) code += c;
  for (const Ebcdic page : {Ebcdic::k037, Ebcdic::k273, Ebcdic::k500, Ebcdic::k1047})
    EXPECT_EQ(from_ebcdic(to_ebcdic(code, page), page), code);
  EXPECT_EQ(from_ebcdic("\x4C\x6C\x7C\x15\x25", Ebcdic::k037), "<%@\n\n");
}

TEST(CodePages, ReadsUtf7AsWindowsDoes) {
  EXPECT_EQ(from_utf7("a +ACI-b+ACI- 1 +- 2"), "a \"b\" 1 + 2");
  EXPECT_EQ(from_utf7("+AGEAYg-c"), "abc");
  EXPECT_EQ(from_utf7("+x-a+k-b"), "ab");  // too few bits for a character
  EXPECT_EQ(from_utf7("+ZS0."), "\xE6\x94\xAD.");
  EXPECT_EQ(from_utf7("+"), "");
}

TEST(CodePages, PagesOfAspInUtf7AreConverted) {
  EXPECT_EQ(dump_of(PageKind::kAsp, "x.asp", "<%@codepage=65000%>+x-<%+x-a=f(+ACI-b+ACI-)%><%c%>"),
            "vbscript\n"
            "directive: <%@codepage=65000%>\n"
            "markup: +x-\n"
            "directive: +x-a=f(+ACI-b+ACI-)\n"
            "code vbscript: c\n"
            "tag  codepage=[65000]\n"
            "24 code vbscript: a=f(\"b\")\n");
}

TEST(CodePages, PagesOfJspInEbcdicAreConverted) {
  const std::string directive = "<%@ page pageEncoding=\"cp037\" %>";
  const std::string code = "<% int a = b[1]; %><sql:query var=\"c\"/>";
  EXPECT_EQ(
      dump_of(PageKind::kJsp, "x.jsp", directive + to_ebcdic(code, Ebcdic::k037)).substr(0, 5),
      "java\n");
  const std::string dumped =
      dump_of(PageKind::kJsp, "x.jsp", directive + to_ebcdic(code, Ebcdic::k037));
  EXPECT_NE(dumped.find("tag page pageEncoding=[cp037]\ntag sql:query var=[c]\n"
                        "34 code java:  int a = b[1]; \n"),
            std::string::npos)
      << dumped;
}

TEST(CodePages, PagesThatDeclareEbcdicInXmlAreConverted) {
  const std::string xml = "<?xml version=\"1.0\" encoding=\"cp500\"?>";
  const std::string code = "<jsp:scriptlet>int a = b[1] &amp; 2;</jsp:scriptlet>";
  for (const std::string& head : {xml, to_ebcdic(xml, Ebcdic::k037)}) {
    const Ebcdic page = head == xml ? Ebcdic::k500 : Ebcdic::k037;
    const std::string dumped = dump_of(PageKind::kJsp, "x.jspx", head + to_ebcdic(code, page));
    EXPECT_NE(dumped.find(" code java: int a = b[1] & 2;\n"), std::string::npos) << dumped;
  }
}

}  // namespace
}  // namespace pugmark::script

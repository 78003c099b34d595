#include <chrono>
#include <gtest/gtest.h>
#include <random>
#include <string>

#include "detect/script/page.h"
#include "detect/script/page/pages.h"

namespace pugmark::script {
namespace {

PageKind by_marks(std::string_view text) { return kind_of("uploads/file.txt", text); }

TEST(PageKind, TakesTheNameFirst) {
  EXPECT_EQ(kind_of("a/b.aspx", "<?php echo 1;"), PageKind::kAspNet);
  EXPECT_EQ(kind_of("a/b.php", "<p>no code</p>"), PageKind::kPhp);
  EXPECT_EQ(kind_of("C:\\inetpub\\Default.ASPX", ""), PageKind::kAspNet);
  EXPECT_EQ(kind_of("x.ashx", ""), PageKind::kAspNet);
  EXPECT_EQ(kind_of("global.asa", ""), PageKind::kAsp);
  EXPECT_EQ(kind_of("x.cer", ""), PageKind::kAsp);
  EXPECT_EQ(kind_of("x.jspx", ""), PageKind::kJsp);
  EXPECT_EQ(kind_of("x.cfc", ""), PageKind::kColdFusion);
  EXPECT_EQ(kind_of("x.pl", ""), PageKind::kPerl);
  EXPECT_EQ(kind_of("x.py", ""), PageKind::kPython);
  EXPECT_EQ(kind_of("x.phtml", ""), PageKind::kPhp);
  EXPECT_EQ(kind_of("x.html", "<p>php</p>"), PageKind::kNone);
  EXPECT_EQ(kind_of("", ""), PageKind::kNone);
}

// PHP does nothing with a file that has none of its marks.
TEST(PageKind, ANameOfPhpMeansNothingWithoutPhp) {
  EXPECT_EQ(kind_of("b.phtml", "<%@ Page Language=\"C#\" %>"), PageKind::kAspNet);
  EXPECT_EQ(kind_of("b.phtml", "<% Dim a %><script>php()</script>"), PageKind::kAsp);
  EXPECT_EQ(kind_of("b.phtml", "<% echo $_GET['a']; %>"), PageKind::kPhp);
  EXPECT_EQ(kind_of("b.php", "<% a %><?= 1 ?>"), PageKind::kPhp);
  EXPECT_EQ(kind_of("b.php", "<% a %><SCRIPT LANGUAGE='PHP'>f();</SCRIPT>"), PageKind::kPhp);
}

TEST(PageKind, KnowsNamesThatServersTakeForOthers) {
  EXPECT_EQ(kind_of("x.php.jpg", ""), PageKind::kPhp);
  EXPECT_EQ(kind_of("x.asp;.jpg", ""), PageKind::kAsp);
  EXPECT_EQ(kind_of("x.aspx;a.png", ""), PageKind::kAspNet);
  EXPECT_EQ(kind_of("x.aspx.", ""), PageKind::kAspNet);
  EXPECT_EQ(kind_of("x.aspx. . ", ""), PageKind::kAspNet);
  EXPECT_EQ(kind_of("x.aspx::$DATA", ""), PageKind::kAspNet);
  EXPECT_EQ(kind_of("x.asp:a.jpg", ""), PageKind::kAsp);
  EXPECT_EQ(kind_of("x.php%00.jpg", ""), PageKind::kPhp);
  EXPECT_EQ(kind_of("up/x.asp/1.jpg", ""), PageKind::kAsp);
  EXPECT_EQ(kind_of("up\\x.ASP\\1.jpg", ""), PageKind::kAsp);
  EXPECT_EQ(kind_of("up/xasp/1.jpg", ""), PageKind::kNone);
  EXPECT_EQ(kind_of("x.aspx.jpg", ""), PageKind::kNone);  // nobody runs it
}

TEST(PageKind, ExtensionIsThatOfTheLastPart) {
  EXPECT_EQ(extension_of("a.b/c"), "");
  EXPECT_EQ(extension_of("a.b/c.Tar.GZ"), "GZ");
  EXPECT_EQ(extension_of("x.aspx::$DATA"), "aspx");
}

TEST(PageKind, KnowsPhpByItsMarks) {
  EXPECT_EQ(by_marks("GIF89a<?php echo 1;"), PageKind::kPhp);
  EXPECT_EQ(by_marks("text <?= $a ?>"), PageKind::kPhp);
  EXPECT_EQ(by_marks("<?\necho 1;"), PageKind::kPhp);
  EXPECT_EQ(by_marks("<?PHP"), PageKind::kPhp);
  EXPECT_EQ(by_marks("<script language = 'php'>echo 1;</script>"), PageKind::kPhp);
  EXPECT_EQ(by_marks("#!/usr/bin/php -q\n"), PageKind::kPhp);
  EXPECT_EQ(by_marks("<?xml version=\"1.0\"?><a/>"), PageKind::kNone);
  EXPECT_EQ(by_marks("\xFF\xD8\x01<? \x01\x02\x03\x04"), PageKind::kNone);  // by chance
}

TEST(PageKind, KnowsDirectivesOfAspNetFromThoseOfOthers) {
  EXPECT_EQ(by_marks("<%@ Page Language=\"C#\" %>"), PageKind::kAspNet);
  EXPECT_EQ(by_marks("<%@ page language='vb' %>"), PageKind::kAspNet);
  EXPECT_EQ(by_marks("<%@ Page Inherits=\"A.B\" %>"), PageKind::kAspNet);
  EXPECT_EQ(by_marks("<% @ webhandler class=x %>"), PageKind::kAspNet);
  EXPECT_EQ(by_marks("<%@ Import Namespace=\"System.IO\" %>"), PageKind::kAspNet);
  EXPECT_EQ(by_marks("<%@ page import=\"java.io.*\" %>"), PageKind::kJsp);
  EXPECT_EQ(by_marks("<%@ Page language=\"java\" %>"), PageKind::kJsp);
  EXPECT_EQ(by_marks("<%@ page contentType=\"text/html\" %>"), PageKind::kJsp);
  EXPECT_EQ(by_marks("<%@ taglib prefix=\"c\" uri=\"u\" %>"), PageKind::kJsp);
  EXPECT_EQ(by_marks("<%@ LANGUAGE=\"VBSCRIPT\" CODEPAGE=936 %>"), PageKind::kAsp);
  EXPECT_EQ(by_marks("<%@codepage=65000%>"), PageKind::kAsp);
  EXPECT_EQ(by_marks("<%@ Language=\"C#\" %>"), PageKind::kAspNet);
}

TEST(PageKind, KnowsScriptsOfTheServer) {
  EXPECT_EQ(by_marks("a binary !BDN \x01 <script language=\"c#\" runat=\"server\">"),
            PageKind::kAspNet);
  EXPECT_EQ(by_marks("<SCRIPT RUNAT='SERVER'>void A() { }</SCRIPT>"), PageKind::kAspNet);
  EXPECT_EQ(by_marks("<script language=vbscript runat=server>\nDim a</script>"), PageKind::kAsp);
  EXPECT_EQ(by_marks("<script language=jscript runat=server>var a = Request(\"b\");</script>"),
            PageKind::kAsp);
  EXPECT_EQ(by_marks("<script language=\"JScript\">var a;</script>"), PageKind::kNone);
  // As it stands in the dump of a virtual directory.
  EXPECT_EQ(by_marks("ExternalUrl : http://a/<script language=\"JScript\" runat=\"server\">"
                     "function Page_Load(){f(Request[\"k\"],\"unsafe\");}</script>\n"),
            PageKind::kAspNet);
}

TEST(PageKind, KnowsOthersByTheirMarks) {
  EXPECT_EQ(by_marks("<jsp:scriptlet>"), PageKind::kJsp);
  EXPECT_EQ(by_marks("<%! int a; %>"), PageKind::kJsp);
  EXPECT_EQ(by_marks("<cfset a = 1>"), PageKind::kColdFusion);
  EXPECT_EQ(by_marks("<cfexecute name=\"x\">"), PageKind::kColdFusion);
  EXPECT_EQ(by_marks("<cfoo>"), PageKind::kNone);
  EXPECT_EQ(by_marks("#!/usr/bin/perl -w\n"), PageKind::kPerl);
  EXPECT_EQ(by_marks("#!/usr/bin/env python3\n"), PageKind::kPython);
  EXPECT_EQ(by_marks("#!/bin/sh\n"), PageKind::kNone);
  EXPECT_EQ(kind_of("x.cgi", "print 1"), PageKind::kPerl);
  EXPECT_EQ(kind_of("x.cgi", "#!/usr/bin/python\n"), PageKind::kPython);
  EXPECT_EQ(kind_of("x.cgi", "#!/bin/sh\n"), PageKind::kNone);
  EXPECT_EQ(by_marks("\x4C\x6C\x7C\x40\x97\x81\x87\x85"), PageKind::kJsp);  // "<%@ page" in EBCDIC
}

TEST(PageKind, TellsPlainCodeByItsWords) {
  EXPECT_EQ(by_marks("<%\nDim a\nSet a = Server.CreateObject(\"b\")\n%>"), PageKind::kAsp);
  EXPECT_EQ(by_marks("<%= request(\"a\") %>"), PageKind::kAsp);
  EXPECT_EQ(by_marks("<% String a = request.getParameter(\"b\");\nout.println(a); %>"),
            PageKind::kJsp);
  EXPECT_EQ(by_marks("<% string a = Request.Form[\"b\"];\nResponse.Write(a.ToString()); %>"),
            PageKind::kAspNet);
  EXPECT_EQ(by_marks("<% %>"), PageKind::kNone);
}

TEST(PageKind, MarksInStringsOfCodeDoNotCount) {
  EXPECT_EQ(by_marks("<%\nDim a\na = \"<?php echo 1;\"\nExecute a\n%>"), PageKind::kAsp);
  EXPECT_EQ(by_marks("<%\nDim a\nExecute a\n%>\n<?php echo 1; ?>"), PageKind::kAsp);
}

TEST(PageKind, WhatOnlyLooksLikeCodeHidesNothing) {
  EXPECT_EQ(by_marks("<% 1 <?php echo 1;"), PageKind::kPhp);
  EXPECT_EQ(by_marks("<% 1 <?php echo 1; ?> %>"), PageKind::kPhp);
  EXPECT_EQ(by_marks("<%-- <?php echo 1;"), PageKind::kPhp);
}

TEST(PageKind, FindsAMarkBehindMegabytesOfAnything) {
  std::string bytes;
  std::mt19937 random(1);
  for (int i = 0; i < 1'000'000; ++i) bytes += static_cast<char>(random());
  for (std::size_t at = bytes.find('<'); at != std::string::npos; at = bytes.find('<', at + 1))
    if (at + 1 < bytes.size() && bytes[at + 1] == '?') bytes[at + 1] = '!';
  EXPECT_EQ(by_marks(bytes + "<%@ Page Language=\"C#\" %>"), PageKind::kAspNet);
  EXPECT_EQ(by_marks(bytes), PageKind::kNone);
}

TEST(PageKind, HostileTextCostsLinearTime) {
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string_view piece :
       {"<% a ", "<%@ ", "<script ", "<script runat='", "<script runat=server ", "<%--", "<? \x01",
        "<%a%><%@b%>", "<"}) {
    std::string text;
    while (text.size() < 500'000) text += piece;
    by_marks(text);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

}  // namespace
}  // namespace pugmark::script

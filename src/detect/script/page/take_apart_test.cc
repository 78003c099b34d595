#include <chrono>
#include <gtest/gtest.h>
#include <string>

#include "detect/script/page.h"
#include "detect/script/page/page_testing.h"

namespace pugmark::script {
namespace {

constexpr PageKind kAllKinds[] = {PageKind::kNone,   PageKind::kPhp,   PageKind::kAsp,
                                  PageKind::kAspNet, PageKind::kJsp,   PageKind::kColdFusion,
                                  PageKind::kPerl,   PageKind::kPython};

TEST(TakeApart, ProgramsAreAllCode) {
  EXPECT_EQ(dump_of(PageKind::kPerl, "x.pl", "print 1;"), "perl\ncode perl: print 1;\n");
  EXPECT_EQ(dump_of(PageKind::kPython, "x.py", "print(1)"), "python\ncode python: print(1)\n");
  EXPECT_EQ(dump_of(PageKind::kPerl, "x.pl", " \n"), "no code\n");
}

TEST(TakeApart, PhpIsLeftToItsOwnReader) {
  EXPECT_EQ(dump_of(PageKind::kPhp, "x.php", "a<?php b(); ?>c"),
            "php\nmarkup: a\ncode php:  b(); \nmarkup: c\n");
  EXPECT_EQ(dump_of(PageKind::kPhp, "x.php", "a"), "no code\nmarkup: a\n");
}

TEST(TakeApart, WhatIsNoPageIsMarkup) {
  EXPECT_EQ(dump_of(PageKind::kNone, "x", "<% a %>"), "no code\nmarkup: <% a %>\n");
}

TEST(TakeApart, APageIsCleared) {
  Page page;
  take_apart(PageKind::kAsp, "x.asp", "<% a %><!--#include file=b--><% #@~^ %>", page);
  take_apart(PageKind::kNone, "x", "", page);
  EXPECT_TRUE(page.regions.empty() && page.tags.empty() && page.converted.empty());
  EXPECT_FALSE(page.has_code);
}

TEST(TakeApart, WhatIsBeyondItsBoundsIsCounted) {
  std::string text;
  for (std::size_t i = 0; i < Page::kTagsMax + 7; ++i) text += "<a:b/>";
  Page page;
  take_apart(PageKind::kJsp, "x.jsp", text, page);
  EXPECT_EQ(page.tags.size(), Page::kTagsMax);
  EXPECT_EQ(page.left_out_count, 7U);
  text = "<a:b";
  for (std::size_t i = 0; i < Page::kTagAttributesMax + 3; ++i) text += " c=1";
  take_apart(PageKind::kJsp, "x.jsp", text + ">", page);
  ASSERT_EQ(page.tags.size(), 1U);
  EXPECT_EQ(page.tags[0].attributes.size(), Page::kTagAttributesMax);
  EXPECT_EQ(page.left_out_count, 3U);
}

// Pieces that make a reader look ahead, a lot of each: without its bounds, one of them
// would take minutes.
TEST(TakeApart, HostileTextCostsLinearTime) {
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string_view piece : {"<",
                                       "<%",
                                       "<%%>",
                                       "<%--",
                                       "<a:b ",
                                       "<a:b c='",
                                       "<a:b c=\"<%",
                                       "<a:b c=<% ' ",
                                       "<a:b c='<%'%>",
                                       "${",
                                       "#{",
                                       "${'",
                                       "${{",
                                       "<!--",
                                       "<!---",
                                       "--->",
                                       "<!--#include ",
                                       "<script runat=server>",
                                       "<script runat=server ",
                                       "<cfset a='",
                                       "<cfoutput>#",
                                       "<cfoutput>#a",
                                       "#@~^AAAAAA==",
                                       "<jsp:scriptlet>",
                                       "<jsp:scriptlet><![CDATA[",
                                       "<a:root xmlns:a=\"",
                                       "<!ENTITY a \"&a;\">",
                                       "<b c=d e=f g=\"h\" i",
                                       "<% %><%@ a ",
                                       "<%@ codepage=65000 %><%+AAA"}) {
    std::string text;
    while (text.size() < 200'000) text += piece;
    Page page;
    for (const PageKind kind : kAllKinds) {
      for (const std::string_view path : {"x.jsp", "x.jspx"}) {
        take_apart(kind, path, text, page);
        EXPECT_EQ(broken_promise(page, text), "") << piece;
      }
    }
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

}  // namespace
}  // namespace pugmark::script

#include <gtest/gtest.h>
#include <string>

#include "detect/script/page.h"
#include "detect/script/page/page_testing.h"

namespace pugmark::script {
namespace {

std::string cfm(std::string_view text) { return dump_of(PageKind::kColdFusion, "x.cfm", text); }

// Tags that act are read as the statements that script writes alike.
TEST(ColdFusionPage, TagsAreTheLanguage) {
  EXPECT_EQ(cfm("<cfexecute name=\"#form.a#\" arguments='b>c' />d</CFexecute>"),
            "cfscript\n"
            "directive: <\n"
            "code cfscript: cfexecute name=\"#form.a#\" arguments='b>c' \n"
            "directive: />\n"
            "markup: d\n"
            "directive: </CFexecute>\n"
            "tag cfexecute name=[#form.a#] arguments=[b>c]\n"
            "tag /CFexecute\n");
}

TEST(ColdFusionPage, TagsWithExpressionsHoldCode) {
  EXPECT_EQ(cfm("<cfset a = \"b > c\"><cfif a gt 1><cfreturn f(\"#g(\"h\")#>\")></cfif>"),
            "cfscript\n"
            "directive: <cfset\n"
            "code cfscript:  a = \"b > c\"\n"
            "directive: >\n"
            "directive: <cfif\n"
            "expression cfscript:  a gt 1\n"
            "directive: >\n"
            "directive: <cfreturn\n"
            "expression cfscript:  f(\"#g(\"h\")#>\")\n"
            "directive: >\n"
            "directive: </cfif>\n"
            "tag cfset =[a = \"b > c\"]\n"
            "tag cfif =[a gt 1]\n"
            "tag cfreturn =[f(\"#g(\"h\")#>\")]\n"
            "tag /cfif =[]\n");
}

TEST(ColdFusionPage, ScriptIsCode) {
  EXPECT_EQ(cfm("<cfscript>a = 1 < 2; // </b>\n</cfscript >c"),
            "cfscript\n"
            "directive: <cfscript>\n"
            "code cfscript: a = 1 < 2; // </b>\\n\n"
            "directive: </cfscript >\n"
            "markup: c\n"
            "tag cfscript\n"
            "tag /cfscript\n");
  EXPECT_EQ(cfm("/* a */ // b\ncomponent { c(); }"),
            "cfscript\ncode cfscript: /* a */ // b\\ncomponent { c(); }\n");
}

TEST(ColdFusionPage, ExpressionsCountWhereTheyAreSent) {
  EXPECT_EQ(cfm("#a#<cfoutput>#b# ##c## #d('#')# #e; f</cfoutput>#g#"),
            "cfscript\n"
            "markup: #a#\n"
            "directive: <cfoutput>\n"
            "expression cfscript: b\n"
            "markup:  ##c## \n"
            "expression cfscript: d('#')\n"
            "markup:  #e; f\n"
            "directive: </cfoutput>\n"
            "markup: #g#\n"
            "tag cfoutput\n"
            "tag /cfoutput\n");
}

TEST(ColdFusionPage, CommentsStandInsideOneAnother) {
  EXPECT_EQ(cfm("<!--- a <!--- <cfset b=1> ---> <cfset c=1> --->d<!-- <cfset e=1> -->"),
            "cfscript\n"
            "markup: d<!-- \n"
            "directive: <cfset\n"
            "code cfscript:  e=1\n"
            "directive: >\n"
            "markup:  -->\n"
            "tag cfset =[e=1]\n");
  EXPECT_EQ(cfm("a<!--- <cfset b=1>"), "no code\nmarkup: a\n");
}

TEST(ColdFusionPage, AnUnclosedStringHidesNothing) {
  const std::string dumped = cfm("<cfset a=\"b><cfset c=1>");
  EXPECT_NE(dumped.find("code cfscript:  c=1\n"), std::string::npos) << dumped;
}

TEST(ColdFusionPage, EncryptedTemplatesAreTold) {
  EXPECT_EQ(cfm("Allaire Cold Fusion Template\nHeader"),
            "cfml\n"
            "directive: Allaire Cold Fusion Template\\nHeader\n"
            "tag Allaire Cold Fusion Template\n");
}

}  // namespace
}  // namespace pugmark::script

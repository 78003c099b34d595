#include <gtest/gtest.h>
#include <string>

#include "detect/script/braces/braces_testing.h"

namespace pugmark::script {
namespace {

using testing::tokens_of;
constexpr Language kSharp = Language::kCSharp;
constexpr Language kJava = Language::kJava;
constexpr Language kJs = Language::kJScript;
constexpr Language kCf = Language::kCfScript;

TEST(BracesTokens, OperatorsAreTheLongestThatTheLanguageHas) {
  EXPECT_EQ(tokens_of(kJs, "a>>>=b===c"), "a >>>= b === c");
  EXPECT_EQ(tokens_of(kJs, "a?.b?.5:c"), "a ?. b ? number:.5 : c");
  EXPECT_EQ(tokens_of(kJava, "x->y::z"), "x -> y :: z");
  EXPECT_EQ(tokens_of(kJs, "a->b"), "a - > b");
  EXPECT_EQ(tokens_of(kSharp, "a?\?=b..c"), "a ?\?= b .. c");
  EXPECT_EQ(tokens_of(kCf, "a<>b?:c"), "a <> b ?: c");
  EXPECT_EQ(tokens_of(kSharp, "a<>b"), "a < > b");
}

TEST(BracesTokens, NumbersLeaveMembersAndRanges) {
  EXPECT_EQ(tokens_of(kSharp, "1.5e+3f 1.A 1..2"),
            "number:1.5e+3f number:1 . A number:1 .. number:2");
  EXPECT_EQ(tokens_of(kJava, "0x1F-1L 1.f"), "number:0x1F - number:1L number:1.f");
  EXPECT_EQ(tokens_of(kJs, "1..a .5.b"), "number:1. . a number:.5 . b");
}

TEST(BracesTokens, StringsEndWhereTheLanguageEndsThem) {
  EXPECT_EQ(tokens_of(kSharp, "\"a\\\"b\" @\"c\"\"\\\" d"), "text:\"a\\\"b\" text:@\"c\"\"\\\" d");
  EXPECT_EQ(tokens_of(kSharp, "\"\"\" a\"b \"\"\" c"), "text:\"\"\" a\"b \"\"\" c");
  EXPECT_EQ(tokens_of(kJava, "\"\"\"\na\\\"\"\"b\"\"\" c"), "text:\"\"\"\na\\\"\"\"b\"\"\" c");
  EXPECT_EQ(tokens_of(kJs, "'a\nb'"), "text:'a b text:'");
  EXPECT_EQ(tokens_of(kJs, "'a\\\nb' c"), "text:'a\\\nb' c");
  EXPECT_EQ(tokens_of(kCf, "'a''\n\"b' c"), "text:'a''\n\"b' c");
  EXPECT_EQ(tokens_of(kSharp, "'a' '\\'' x ' y"), "character:'a' character:'\\'' x ' y");
}

TEST(BracesTokens, TemplatesAreCutAtTheirCode) {
  EXPECT_EQ(tokens_of(kSharp, "$\"a{b:c}d\""), "template:$\"a{ b template::c}d\"");
  EXPECT_EQ(tokens_of(kSharp, "$\"{{a}}{b(x?y:z)}\""),
            "template:$\"{{a}}{ b ( x ? y : z ) template:}\"");
  EXPECT_EQ(tokens_of(kSharp, "$$\"\"\"{a}{{b}}\"c\"\"\""),
            "template:$$\"\"\"{a}{{ b template:}}\"c\"\"\"");
  EXPECT_EQ(tokens_of(kJs, "`a${b+`c${d}`}e`"),
            "template:`a${ b + template:`c${ d template:}` template:}e`");
  EXPECT_EQ(tokens_of(kCf, "\"a#b(\"c#d#\")#e\" \"##\""),
            "template:\"a# b ( template:\"c# d template:#\" ) template:#e\" text:\"##\"");
}

TEST(BracesTokens, RegularExpressionsAreToldFromDivisions) {
  EXPECT_EQ(tokens_of(kJs, "a/b/c"), "a / b / c");
  EXPECT_EQ(tokens_of(kJs, "return/b/g"), "return regex:/b/g");
  EXPECT_EQ(tokens_of(kJs, "(/[/]\\//)"), "( regex:/[/]\\// )");
  EXPECT_EQ(tokens_of(kJs, "if(a)/b/.c()"), "if ( a ) regex:/b/ . c ( )");
  EXPECT_EQ(tokens_of(kJs, "f(a)/b/c"), "f ( a ) / b / c");
  EXPECT_EQ(tokens_of(kJs, "{}/a/g"), "{ } regex:/a/g");
  EXPECT_EQ(tokens_of(kJs, "x={}/a/g"), "x = { } / a / g");
  EXPECT_EQ(tokens_of(kJs, "=/a\n/b"), "= / a / b");
  EXPECT_EQ(tokens_of(kJava, "=/a/"), "= / a /");
}

TEST(BracesTokens, CommentsEndWhereTheLanguageEndsThem) {
  EXPECT_EQ(tokens_of(kSharp, "a // b\xE2\x80\xA8 c"), "a c");
  EXPECT_EQ(tokens_of(kJava, "a // b\xE2\x80\xA8 c\nd"), "a d");
  EXPECT_EQ(tokens_of(kJava, "a // b\\u000a c"), "a c");
  EXPECT_EQ(tokens_of(kJava, "a /\\u002a b *\\u002f c"), "a c");
  EXPECT_EQ(tokens_of(kCf, "a <!--- b ---> c"), "a c");
  EXPECT_EQ(tokens_of(kJs, "<!-- a\nb\n--> c"), "b");
}

TEST(BracesTokens, CommentsGoOnBehindMarkup) {
  EXPECT_EQ(tokens_of(kJava, "<% a /* %>b<%= c %>d<% e */ f %>g"), "a f markup:g");
  EXPECT_EQ(tokens_of(kJava, "<% a /* b %>c<% d %>"), "a markup:c d");
  EXPECT_EQ(tokens_of(kJava, "<% a /* %><%! b %><% */ c %>"), "a b c");
}

TEST(BracesTokens, ConditionalCompilationIsCode) {
  EXPECT_EQ(tokens_of(kJs, "/*@cc_on a() @*/ b"), "a ( ) b");
  EXPECT_EQ(tokens_of(kJs, "//@cc_on a\nb"), "a b");
  EXPECT_EQ(tokens_of(kJs, "/* @cc_on a */ b /*@ c */ d"), "b d");
}

TEST(BracesTokens, PreprocessorLinesAreLeftOut) {
  EXPECT_EQ(tokens_of(kSharp, "\xEF\xBB\xBF#if A 'x\na\n  #else\nb\n#endif"), "a b");
  EXPECT_EQ(tokens_of(kSharp, "a #b"), "a # b");
}

TEST(BracesTokens, NamesTakeEscapesAndFormatCharacters) {
  EXPECT_EQ(tokens_of(kSharp, "\\u0061b a\\U00000062"), "\\u0061b a\\U00000062");
  EXPECT_EQ(tokens_of(kJs, "\\u{61}b"), "\\u{61}b");
  EXPECT_EQ(tokens_of(kSharp,
                      "a\xE2\x80\x8C"
                      "b@if"),
            "a\xE2\x80\x8C"
            "b @if");
  EXPECT_EQ(tokens_of(kSharp,
                      "int\xC2\xA0"
                      "a"),
            "int a");
  EXPECT_EQ(tokens_of(kSharp, "return$\"a\""), "return template:$\"a\"");
  EXPECT_EQ(tokens_of(kJava, "a$b"), "a$b");
}

TEST(BracesTokens, ScriptsWrittenInEscapesAreRead) {
  // i f ( a ) " b " all as escapes; the tokens stand where their escapes do.
  EXPECT_EQ(tokens_of(kJava, "\\u0069\\u0066\\u0028a\\u0029\\u0022b\\uuu0022"),
            "\\u0069\\u0066 \\u0028 a \\u0029 text:\\u0022b\\uuu0022");
  EXPECT_EQ(tokens_of(kJava, "\"\\\\u0022\" a"), "text:\"\\\\u0022\" a");
}

TEST(BracesTokens, StringsInAttributesOfJsp) {
  EXPECT_EQ(tokens_of(kJava, "<%=f(\\\"a b\\\")%>"), "f ( text:\\\"a b\\\" )");
  EXPECT_EQ(tokens_of(kJava, "a \\ b"), "a \\ b");
}

TEST(BracesTokens, ABoundEndsThem) {
  std::vector<Token> tokens;
  const Region region{Region::Kind::kCode, kJs, 0, 7};
  tokenise_braces("a b c d", {&region, 1}, 2, tokens);
  ASSERT_EQ(tokens.size(), 3U);
  EXPECT_EQ(tokens.back().kind, TokenKind::kEnd);
  EXPECT_EQ(tokens.back().begin, 3U);
}

}  // namespace
}  // namespace pugmark::script

#include "detect/script/flow/folds.h"

#include <gtest/gtest.h>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace pugmark::script {
namespace {

using std::literals::string_literals::operator""s;
using Arguments = std::span<const Value>;

// What is expected is what the languages themselves give: php 8.2, perl 5.36, node 18 and
// python 3.11 were asked; VB, Java and .NET by their documentation.
class Folds : public testing::Test {
 protected:
  static Value t(std::string_view text) { return Values::text_view(text); }
  static Value n(double number) { return number_value(number); }
  Value list(const std::vector<Value>& items) {
    const Value array = values_.new_array();
    for (const Value& item : items) values_.push(array, item);
    return array;
  }
  Value map(const std::vector<std::pair<Value, Value>>& items) {
    const Value array = values_.new_array();
    for (const auto& [key, item] : items) values_.put(array, key, item);
    return array;
  }

  // 'text', 12, [key: item, ...]; of lists only the items; "?" if it cannot be done.
  std::string written(const Value& value) {
    if (value.is_text()) return '\'' + std::string(value.text()) + '\'';
    if (value.is_number()) return text_of_number(value.number);
    if (!value.is_array()) return "unknown";
    std::string out = "[";
    const Array& array = values_.array(value);
    for (const auto& [key, item] : array.items) {
      if (out.size() > 1) out += ", ";
      if (!array.is_list) out += written(key) + ": ";
      out += written(item);
    }
    return out + ']';
  }
  std::string of(Fold each, const std::vector<Value>& arguments) {
    Value result;
    return fold(each, arguments, values_, result) ? written(result) : "?";
  }
  std::string of(Fold each, std::string_view text) { return of(each, std::vector{t(text)}); }

  Values values_{Values::Bounds{}};
};

TEST_F(Folds, DecodeBase64) {
  EXPECT_EQ(of(Fold::kBase64Decode, "QUI="), "'AB'");
  EXPECT_EQ(of(Fold::kBase64Decode, "QUI"), "'AB'");        // no padding
  EXPECT_EQ(of(Fold::kBase64Decode, "Q U\nI =="), "'AB'");  // blanks
  EXPECT_EQ(of(Fold::kBase64Decode, "QQ==QQ=="), "'A\x04\x10'");
  EXPECT_EQ(of(Fold::kBase64Decode, "QUJDRA==tail"), "'ABCD\vZ\x8a'");
  // '-' and '_' are no digits of PHP's, and Java's other alphabet.
  EXPECT_EQ(of(Fold::kBase64Decode, "Zm9v-YmFy"), "'foobar'");
  EXPECT_EQ(of(Fold::kBase64UrlDecode, "-_--"), "'\xfb\xff\xbe'");
  EXPECT_EQ(of(Fold::kBase64UrlDecode, "+/++"), "'\xfb\xff\xbe'");
  EXPECT_EQ(of(Fold::kBase64Encode, "\xff\xfe"), "'//4='");
  EXPECT_EQ(of(Fold::kBase64Encode, "abcd"), "'YWJjZA=='");
  EXPECT_EQ(of(Fold::kBase64Encode, ""), "''");
}

TEST_F(Folds, DecodeTexts) {
  EXPECT_EQ(of(Fold::kUrlDecode, "a%41+b%4"), "'aA b%4'");
  EXPECT_EQ(of(Fold::kUrlDecode, "%2B%zz%"), "'+%zz%'");
  EXPECT_EQ(of(Fold::kPercentDecode, "a%41+b%20c"), "'aA+b c'");
  EXPECT_EQ(of(Fold::kHexDecode, "4142"), "'AB'");
  EXPECT_EQ(of(Fold::kHexDecode, "zz"), "?");
  EXPECT_EQ(of(Fold::kHexEncode,
               "\xff"
               "A"),
            "'ff41'");
  EXPECT_EQ(of(Fold::kRot13, "Hello, 123 zZ"), "'Uryyb, 123 mM'");
  EXPECT_EQ(of(Fold::kUuDecode, "+22!L;W9E(%!(4\"$`\n`"), "'I love PHP!'");
  EXPECT_EQ(of(Fold::kUuDecode, "#86)C\n`\n"), "'abc'");
  EXPECT_EQ(of(Fold::kUnescape, "%41%u0042a+%U0041%u00"), "'ABa+%U0041%u00'");
  EXPECT_EQ(of(Fold::kUnescape, "%u20AC"), "'\xe2\x82\xac'");
  EXPECT_EQ(of(Fold::kQuotedPrintable, "=41=42=4=zz"), "'AB=4=zz'");
  EXPECT_EQ(of(Fold::kQuotedPrintable, "a=\r\nb=\nc= \nd="), "'abcd'");
  EXPECT_EQ(of(Fold::kUtf16Decode, "A\0\xac\x20"s), "'A\xe2\x82\xac'");
}

TEST_F(Folds, DecodeEntities) {
  EXPECT_EQ(of(Fold::kHtmlDecode, "&lt;&gt;&amp;&quot;&nbsp;&amp;lt;"), "'<>&\"\xc2\xa0&lt;'");
  EXPECT_EQ(of(Fold::kHtmlDecode, "&#65;&#x41;&#X42;&#039;"), "'AAB''");
  EXPECT_EQ(of(Fold::kHtmlDecode, "&#00000000000000065;"), "'A'");
  EXPECT_EQ(of(Fold::kHtmlDecode, "&#;&#x;&#xg;&lt&"), "'&#;&#x;&#xg;&lt&'");
  EXPECT_EQ(of(Fold::kHtmlDecode, "&#1114112;&#99999999999;"), "'&#1114112;&#99999999999;'");
  EXPECT_EQ(of(Fold::kHtmlSpecialDecode, "&lt;&#65;&#39;&nbsp;"), "'<&#65;'&nbsp;'");
}

TEST_F(Folds, StripSlashes) {
  EXPECT_EQ(of(Fold::kStripSlashes, "a\\'b\\\\\\n\\"), "'a'b\\n'");
  EXPECT_EQ(of(Fold::kStripSlashes, "\\0"), "'\0'"s);
  EXPECT_EQ(of(Fold::kStripCSlashes, "\\n\\x41\\101\\8\\q"), "'\nAA8q'");
  EXPECT_EQ(of(Fold::kStripCSlashes, "\\x4g\\xg\\1018\\777\\"), "'\x04gxgA8\xff\\'");
}

TEST_F(Folds, Digest) {
  EXPECT_EQ(of(Fold::kMd5, "abc"), "'900150983cd24fb0d6963f7d28e17f72'");
  EXPECT_EQ(of(Fold::kSha1, "abc"), "'a9993e364706816aba3e25717850c26c9cd0d89d'");
  EXPECT_EQ(of(Fold::kMd5, {t("abc"), n(1)}).substr(0, 5), "'\x90\x01\x50\x98");
  EXPECT_EQ(of(Fold::kCrc32, "abc"), "891568578");
}

TEST_F(Folds, ChangeTexts) {
  EXPECT_EQ(of(Fold::kReverse, "abc"), "'cba'");
  EXPECT_EQ(of(Fold::kReverse, {n(120)}), "'021'");
  EXPECT_EQ(of(Fold::kLower, "A\xc3\x89z"), "'a\xc3\x89z'");
  EXPECT_EQ(of(Fold::kUpper, "a\xc3\xa9Z"), "'A\xc3\xa9Z'");
  EXPECT_EQ(of(Fold::kUpperFirst, "ab cd"), "'Ab cd'");
  EXPECT_EQ(of(Fold::kLowerFirst, "ABC"), "'aBC'");
  EXPECT_EQ(of(Fold::kUpperWords, "ab cd-ef\tg"), "'Ab Cd-ef\tG'");
  EXPECT_EQ(of(Fold::kUpperWords, {t("hello-world a"), t("-")}), "'Hello-World a'");
  EXPECT_EQ(of(Fold::kIdentity, "same"), "'same'");
  EXPECT_EQ(of(Fold::kIdentity, {Value{}}), "?");
}

TEST_F(Folds, Trim) {
  EXPECT_EQ(of(Fold::kTrim, " \t\n\r\0\x0bx\x0c "s), "'x\x0c'");
  EXPECT_EQ(of(Fold::kTrim, {t("abcXcba"), t("a..c")}), "'X'");
  EXPECT_EQ(of(Fold::kTrim, {t("[x]"), t("[]")}), "'x'");
  EXPECT_EQ(of(Fold::kTrim, {t("abc"), t("")}), "'abc'");
  EXPECT_EQ(of(Fold::kTrim, {t("-+x+-"), t("-"), t("+")}), "'x'");  // .NET's characters
  EXPECT_EQ(of(Fold::kTrimLeft, {t("0012"), t("0")}), "'12'");
  EXPECT_EQ(of(Fold::kTrimRight, {t("1.500"), t("0")}), "'1.5'");
  EXPECT_EQ(of(Fold::kTrimRight, {t("ab.."), t("..")}), "'ab'");
  EXPECT_EQ(of(Fold::kTrim, "   "), "''");
}

TEST_F(Folds, Inflate) {
  const std::string raw = "\x4b\x4c\x4a\x06\x00"s;
  const std::string zlib = "\x78\x9c\x4b\x4c\x4a\x06\x00\x02\x4d\x01\x27"s;
  const std::string gzip =
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"s + raw + "\xc2\x41\x24\x35\x03\x00\x00\x00"s;
  EXPECT_EQ(of(Fold::kInflateRaw, raw), "'abc'");
  EXPECT_EQ(of(Fold::kInflateZlib, zlib), "'abc'");
  EXPECT_EQ(of(Fold::kInflateGzip, gzip), "'abc'");
  for (const std::string& each : {raw, zlib, gzip}) EXPECT_EQ(of(Fold::kInflateAny, each), "'abc'");
  EXPECT_EQ(of(Fold::kInflateRaw, "x"), "?");
  EXPECT_EQ(of(Fold::kInflateZlib, raw), "?");
}

TEST_F(Folds, Characters) {
  EXPECT_EQ(of(Fold::kChr, {n(65)}), "'A'");
  EXPECT_EQ(of(Fold::kChr, {n(0x20AC)}), "'\xe2\x82\xac'");  // ChrW, and chr of Perl and Python
  EXPECT_EQ(of(Fold::kChrByte, {n(321)}), "'A'");            // PHP
  EXPECT_EQ(of(Fold::kChrByte, {n(-1)}), "'\xff'");
  EXPECT_EQ(of(Fold::kChrByte, {t("65")}), "'A'");
  EXPECT_EQ(of(Fold::kOrd, "\xff\x01"), "255");
  EXPECT_EQ(of(Fold::kOrd, ""), "0");
  EXPECT_EQ(of(Fold::kFromCharCodes, {n(65), n(0x20AC), n(321)}), "'A\xe2\x82\xac\xc5\x81'");
  EXPECT_EQ(of(Fold::kFromCharCodes, {list({n(97), n(98)})}), "'ab'");
  EXPECT_EQ(of(Fold::kCharAt, {t("abc"), n(1)}), "'b'");
  EXPECT_EQ(of(Fold::kCharAt, {t("abc"), n(9)}), "''");
  EXPECT_EQ(of(Fold::kCharCodeAt, {t("abc"), n(2)}), "99");
  EXPECT_EQ(of(Fold::kCharCodeAt, {t("abc")}), "97");
  EXPECT_EQ(of(Fold::kCharCodeAt, {t("abc"), n(9)}), "?");
}

TEST_F(Folds, Bases) {
  EXPECT_EQ(of(Fold::kHexToNumber, "0x1F"), "31");
  EXPECT_EQ(of(Fold::kHexToNumber, "fg1"), "241");
  EXPECT_EQ(of(Fold::kOctToNumber, "789"), "7");
  EXPECT_EQ(of(Fold::kBinToNumber, "1021"), "5");
  EXPECT_EQ(of(Fold::kLiteral, "755"), "493");  // oct of Perl
  EXPECT_EQ(of(Fold::kLiteral, "0x1f"), "31");
  EXPECT_EQ(of(Fold::kLiteral, "0b11"), "3");
  EXPECT_EQ(of(Fold::kNumberToHex, {n(255)}), "'ff'");
  EXPECT_EQ(of(Fold::kNumberToHex, {n(-1)}), "'ffffffffffffffff'");
  EXPECT_EQ(of(Fold::kNumberToHex, {n(0)}), "'0'");
  EXPECT_EQ(of(Fold::kNumberToHexOfBasic, {n(255)}), "'FF'");
  EXPECT_EQ(of(Fold::kNumberToHexOfBasic, {n(-1)}), "'FFFF'");
  EXPECT_EQ(of(Fold::kNumberToHexOfBasic, {n(-40000)}), "'FFFF63C0'");
  EXPECT_EQ(of(Fold::kNumberToBin, {n(5)}), "'101'");
  EXPECT_EQ(of(Fold::kNumberToBin, {n(-2)}), '\'' + std::string(63, '1') + "0'");
  EXPECT_EQ(of(Fold::kBaseConvert, {t("1751504350"), n(10), n(36)}), "'system'");
  EXPECT_EQ(of(Fold::kBaseConvert, {t("37907361743"), n(10), n(36)}), "'hex2bin'");
  EXPECT_EQ(of(Fold::kBaseConvert, {t("-ff"), n(16), n(10)}), "'255'");
  EXPECT_EQ(of(Fold::kBaseConvert, {t("7fffffffffffffff"), n(16), n(10)}), "'9223372036854775807'");
  EXPECT_EQ(of(Fold::kBaseConvert, {t("1"), n(1), n(10)}), "?");
  EXPECT_EQ(of(Fold::kBaseConvert, {t("1"), n(10), n(37)}), "?");
}

TEST_F(Folds, WholeNumbers) {
  EXPECT_EQ(of(Fold::kToNumber, "0x1A"), "0");
  EXPECT_EQ(of(Fold::kToNumber, {t("0x1A"), n(16)}), "26");
  EXPECT_EQ(of(Fold::kToNumber, {t("0x1A"), n(0)}), "26");
  EXPECT_EQ(of(Fold::kToNumber, {t("012"), n(0)}), "10");
  EXPECT_EQ(of(Fold::kToNumber, {t("0b11"), n(0)}), "3");
  EXPECT_EQ(of(Fold::kToNumber, {t("42"), n(8)}), "34");
  EXPECT_EQ(of(Fold::kToNumber, {t("-ff"), n(16)}), "-255");
  EXPECT_EQ(of(Fold::kToNumber, {t("1fz9"), n(16)}), "31");
  EXPECT_EQ(of(Fold::kToNumber, {t("9"), n(8)}), "0");
  EXPECT_EQ(of(Fold::kToNumber, "1e3"), "1000");
  EXPECT_EQ(of(Fold::kToNumber, " 12abc"), "12");
  EXPECT_EQ(of(Fold::kToNumber, "+-5"), "0");
  EXPECT_EQ(of(Fold::kToNumber, "abc"), "0");
  EXPECT_EQ(of(Fold::kToNumber, {n(-3.99)}), "-3");
  EXPECT_EQ(of(Fold::kToNumber, "&H1f"), "31");
  EXPECT_EQ(of(Fold::kParseInt, "0x1f"), "31");
  EXPECT_EQ(of(Fold::kParseInt, {t("1f"), n(16)}), "31");
  EXPECT_EQ(of(Fold::kParseInt, {t("z"), n(36)}), "35");
  EXPECT_EQ(of(Fold::kParseInt, "1e3"), "1");
  EXPECT_EQ(of(Fold::kParseInt, "3.99"), "3");
  EXPECT_EQ(of(Fold::kParseInt, "012"), "12");
  EXPECT_EQ(of(Fold::kToEven, {n(2.5)}), "2");  // CInt
  EXPECT_EQ(of(Fold::kToEven, {t("3.7")}), "4");
  EXPECT_EQ(of(Fold::kToEven, {t("&H1F")}), "31");
}

TEST_F(Folds, Numbers) {
  EXPECT_EQ(of(Fold::kToDecimal, "1.5"), "1.5");
  EXPECT_EQ(of(Fold::kToDecimal, "0x1f"), "31");
  EXPECT_EQ(of(Fold::kFloor, {n(-1.5)}), "-2");
  EXPECT_EQ(of(Fold::kCeiling, {n(1.2)}), "2");
  EXPECT_EQ(of(Fold::kTruncate, {n(-1.5)}), "-1");
  EXPECT_EQ(of(Fold::kAbs, {t("-3")}), "3");
  EXPECT_EQ(of(Fold::kRound, {n(2.5)}), "3");
  EXPECT_EQ(of(Fold::kRound, {n(3.14159), n(2)}), "3.14");
  EXPECT_EQ(of(Fold::kRound, {n(1234), n(-2)}), "1200");
  EXPECT_EQ(of(Fold::kMax, {n(1), t("5"), n(3)}), "5");
  EXPECT_EQ(of(Fold::kMin, {n(2), n(-1)}), "-1");
  EXPECT_EQ(of(Fold::kMax, {list({n(1), n(7), n(3)})}), "7");
  EXPECT_EQ(of(Fold::kMin, {list({})}), "?");
  EXPECT_EQ(of(Fold::kPower, {n(2), n(-1)}), "0.5");
  for (const char* const yes : {"12", "12 ", " 12", "1e5", ".5", "5.", "+5", "-5"})
    EXPECT_EQ(of(Fold::kIsNumber, yes), "1") << yes;
  for (const char* const no : {"0x1A", ".", "", "-", "1_0", "INF", "nan", "12a"})
    EXPECT_EQ(of(Fold::kIsNumber, no), "0") << no;
  EXPECT_EQ(of(Fold::kToText, {n(0.1 + 0.2)}), "'0.3'");
  EXPECT_EQ(of(Fold::kToText, {n(255), n(16)}), "'ff'");
  EXPECT_EQ(of(Fold::kToText, {n(-255), n(16)}), "'-ff'");
  EXPECT_EQ(of(Fold::kToText, {list({t("a"), n(98)})}), "'ab'");  // new String(char[])
}

TEST_F(Folds, PartsOfTexts) {
  EXPECT_EQ(of(Fold::kSubstr, {t("abc"), n(5)}), "''");
  EXPECT_EQ(of(Fold::kSubstr, {t("abc"), n(1), n(-5)}), "''");
  EXPECT_EQ(of(Fold::kSubstr, {t("abc"), n(-5), n(2)}), "'ab'");
  EXPECT_EQ(of(Fold::kSubstr, {t("abcdef"), n(-3), n(2)}), "'de'");
  EXPECT_EQ(of(Fold::kSubstr, {t("abcdef"), n(1), n(-1)}), "'bcde'");
  EXPECT_EQ(of(Fold::kSubstr, {t("abcdef"), n(2), n(-5)}), "''");
  EXPECT_EQ(of(Fold::kSubstr, {n(12345), n(1), n(2)}), "'23'");
  EXPECT_EQ(of(Fold::kSubstring, {t("abcdef"), n(4), n(1)}), "'bcd'");
  EXPECT_EQ(of(Fold::kSubstring, {t("abc"), n(-1), n(2)}), "'ab'");
  EXPECT_EQ(of(Fold::kSubstring, {t("abc"), n(2), n(99)}), "'c'");
  EXPECT_EQ(of(Fold::kSlicePart, {t("abcdef"), n(1), n(3)}), "'bc'");
  EXPECT_EQ(of(Fold::kSlicePart, {t("abcdef"), n(-3), n(-1)}), "'de'");
  EXPECT_EQ(of(Fold::kSlicePart, {t("abc"), n(2), n(1)}), "''");
  EXPECT_EQ(of(Fold::kSlicePart, {list({n(1), n(2), n(3), n(4)}), n(1), n(3)}), "[2, 3]");
  EXPECT_EQ(of(Fold::kSlicePart, {list({n(1), n(2), n(3)}), n(-2)}), "[2, 3]");
  EXPECT_EQ(of(Fold::kMid, {t("abcdef"), n(2), n(3)}), "'bcd'");
  EXPECT_EQ(of(Fold::kMid, {t("abc"), n(3)}), "'c'");
  EXPECT_EQ(of(Fold::kMid, {t("abc"), n(9)}), "''");
  EXPECT_EQ(of(Fold::kLeft, {t("abc"), n(2)}), "'ab'");
  EXPECT_EQ(of(Fold::kLeft, {t("abc"), n(9)}), "'abc'");
  EXPECT_EQ(of(Fold::kRight, {t("abc"), n(2)}), "'bc'");
  EXPECT_EQ(of(Fold::kRight, {t("abc"), n(-1)}), "''");
}

TEST_F(Folds, Places) {
  EXPECT_EQ(of(Fold::kIndexOf, {t("abcabc"), t("a"), n(1)}), "3");
  EXPECT_EQ(of(Fold::kIndexOf, {t("abc"), t("x")}), "-1");
  EXPECT_EQ(of(Fold::kIndexOf, {t("abc"), t("a"), n(-5)}), "0");
  EXPECT_EQ(of(Fold::kPlaceOf, {t("abcabc"), t("a"), n(1)}), "3");
  EXPECT_EQ(of(Fold::kPlaceOf, {t("abcabc"), t("a"), n(-3)}), "3");
  EXPECT_EQ(of(Fold::kPlaceOf, {t("abc"), t("x")}), "0");
  Value place;
  const Value arguments[] = {t("abc"), t("a")};
  ASSERT_TRUE(fold(Fold::kPlaceOf, arguments, values_, place));
  EXPECT_TRUE(place.is_maybe);  // 0 and false are told apart by nobody here
  EXPECT_EQ(of(Fold::kInStr, {t("abcabc"), t("b")}), "2");
  EXPECT_EQ(of(Fold::kInStr, {n(3), t("abcabc"), t("b")}), "5");
  EXPECT_EQ(of(Fold::kInStr, {t("abc"), t("x")}), "0");
  EXPECT_EQ(of(Fold::kInStr, {n(0), t("abc"), t("x")}), "?");
  EXPECT_EQ(of(Fold::kLength, "abc"), "3");
  EXPECT_EQ(of(Fold::kLength, {n(100)}), "3");
  EXPECT_EQ(of(Fold::kLength, {list({n(1), n(2)})}), "2");
}

TEST_F(Folds, Replace) {
  EXPECT_EQ(of(Fold::kReplace, {t("a"), t("b"), t("aXa")}), "'bXb'");
  EXPECT_EQ(of(Fold::kReplace, {list({t("a"), t("b")}), list({t("b"), t("c")}), t("ab")}), "'cc'");
  EXPECT_EQ(of(Fold::kReplace, {list({t("a"), t("b")}), list({t("1")}), t("abc")}), "'1c'");
  EXPECT_EQ(of(Fold::kReplace, {list({t("a"), t("b")}), t("x"), t("abc")}), "'xxc'");
  EXPECT_EQ(of(Fold::kReplace, {t(""), t("x"), t("abc")}), "'abc'");
  EXPECT_EQ(of(Fold::kReplaceAnyCase, {t("A"), t("b"), t("aXa")}), "'bXb'");
  EXPECT_EQ(of(Fold::kReplaceAnyCase, {list({t("LL"), t("o")}), t("*"), t("heLLO")}), "'he**'");
  EXPECT_EQ(of(Fold::kReplaceMethod, {t("aXbXc"), t("X"), t("")}), "'abc'");
  EXPECT_EQ(of(Fold::kReplaceFirst, {t("aXbXc"), t("X"), t("")}), "'abXc'");
  EXPECT_EQ(of(Fold::kReplaceFirst, {t("aXbXc"), t("/X/g"), t("-")}), "'a-b-c'");
  EXPECT_EQ(of(Fold::kReplaceFirst, {t("aXbxc"), t("/x/gi"), t("")}), "'abc'");
  EXPECT_EQ(of(Fold::kReplaceFirst, {t("aXbXc"), t("/X/"), t("")}), "'abXc'");
  EXPECT_EQ(of(Fold::kReplaceFirst, {t("a.b"), t("/./g"), t("")}), "?");
  EXPECT_EQ(of(Fold::kReplaceFirst, {t("a.b"), t("/\\./g"), t("")}), "'ab'");
  EXPECT_EQ(of(Fold::kReplaceFirst, {t("a/b"), t("/"), t("")}), "'ab'");
  EXPECT_EQ(of(Fold::kReplaceLiteral, {t("a.b.c"), t("\\."), t("")}), "'abc'");
  EXPECT_EQ(of(Fold::kReplaceLiteral, {t("a#b"), t("#"), t("-")}), "'a-b'");
  EXPECT_EQ(of(Fold::kReplaceLiteral, {t("abc"), t("."), t("")}), "?");
  EXPECT_EQ(of(Fold::kReplaceLiteral, {t("abc"), t("b"), t("$0")}), "?");
  EXPECT_EQ(of(Fold::kReplacePart, {t("abc"), t("X"), n(1)}), "'aX'");
  EXPECT_EQ(of(Fold::kReplacePart, {t("abc"), t("X"), n(-2), n(1)}), "'aXc'");
  EXPECT_EQ(of(Fold::kReplacePart, {t("abc"), t("X"), n(0), n(0)}), "'Xabc'");
  EXPECT_EQ(of(Fold::kReplacePart, {t("abc"), t("X"), n(5), n(1)}), "'abcX'");
  EXPECT_EQ(of(Fold::kReplacePart, {t("abc"), t("X"), n(-9), n(1)}), "'Xbc'");
  EXPECT_EQ(of(Fold::kReplacePart, {t("abcdef"), t("X"), n(1), n(-2)}), "'aXef'");
}

TEST_F(Folds, Translate) {
  EXPECT_EQ(of(Fold::kTranslate, {t("abc"), t("ab"), t("xyz")}), "'xyc'");
  EXPECT_EQ(of(Fold::kTranslate, {t("abc"), t("abc"), t("x")}), "'xbc'");
  EXPECT_EQ(of(Fold::kTranslate,
               {t("Hi all"), map({{t("Hi"), t("Hello")}, {t("Hello"), t("x")}, {t("a"), t("b")}})}),
            "'Hello bll'");
  EXPECT_EQ(of(Fold::kTranslate, {t("abc"), map({{t("a"), t("1")}, {t("ab"), t("2")}})}), "'2c'");
  EXPECT_EQ(of(Fold::kTranslate, {t("12"), map({{n(1), t("one")}, {n(2), t("two")}})}), "'onetwo'");
  EXPECT_EQ(of(Fold::kTranslate, {t("abc"), map({{t(""), t("x")}})}), "'abc'");
  EXPECT_EQ(of(Fold::kTranslate, {t("abc"), map({{t("a"), Value{}}})}), "?");
  EXPECT_EQ(of(Fold::kTranslate, {t("abc"), t("a")}), "?");
}

TEST_F(Folds, MakeTexts) {
  EXPECT_EQ(of(Fold::kRepeat, {t("ab"), n(3)}), "'ababab'");
  EXPECT_EQ(of(Fold::kRepeat, {t("ab"), n(-3)}), "''");
  EXPECT_EQ(of(Fold::kPad, {t("5"), n(3), t("0"), t("STR_PAD_LEFT")}), "'005'");
  EXPECT_EQ(of(Fold::kPad, {t("abc"), n(2)}), "'abc'");
  EXPECT_EQ(of(Fold::kPad, {t("ab"), n(7), t("xyz")}), "'abxyzxy'");
  EXPECT_EQ(of(Fold::kPad, {t("ab"), n(7), t("xyz"), n(2)}), "'xyabxyz'");
  EXPECT_EQ(of(Fold::kPad, {t("ab"), n(7), t("")}), "?");
  EXPECT_EQ(of(Fold::kSpace, {n(3)}), "'   '");
  EXPECT_EQ(of(Fold::kString, {n(3), t("abc")}), "'aaa'");
  EXPECT_EQ(of(Fold::kString, {n(2), n(65)}), "'AA'");
  EXPECT_EQ(of(Fold::kConcat, {t("a"), n(1), t("b")}), "'a1b'");
  EXPECT_EQ(of(Fold::kCompare, {t("a"), t("c")}).substr(0, 1), "-");
  EXPECT_EQ(of(Fold::kCompare, {t("a"), t("a")}), "0");
}

TEST_F(Folds, FillInForms) {
  const auto format = [&](std::string_view form, Value value) {
    return of(Fold::kFormat, {t(form), value});
  };
  EXPECT_EQ(of(Fold::kFormat, {t("%s-%s"), t("a"), n(1)}), "'a-1'");
  EXPECT_EQ(of(Fold::kFormat, {t("%2$s%1$s"), t("a"), t("b")}), "'ba'");
  EXPECT_EQ(format("%05d", n(-5)), "'-0005'");
  EXPECT_EQ(format("%-5s|", t("ab")), "'ab   |'");
  EXPECT_EQ(format("%-'x6s|", t("ab")), "'abxxxx|'");
  EXPECT_EQ(format("%'*10s", t("ab")), "'********ab'");
  EXPECT_EQ(format("%05s", t("ab")), "'000ab'");
  EXPECT_EQ(format("%.2f", n(3.14159)), "'3.14'");
  EXPECT_EQ(format("%f", n(1.5)), "'1.500000'");
  EXPECT_EQ(format("%08.3f", n(3.14159)), "'0003.142'");
  EXPECT_EQ(format("%.2s", t("abcdef")), "'ab'");
  EXPECT_EQ(format("%+d", n(5)), "'+5'");
  EXPECT_EQ(format("%x%%", n(255)), "'ff%'");
  EXPECT_EQ(format("%X", n(255)), "'FF'");
  EXPECT_EQ(format("%x", n(-1)), "'ffffffffffffffff'");
  EXPECT_EQ(format("%u", n(-1)), "'18446744073709551615'");
  EXPECT_EQ(format("%o", n(8)), "'10'");
  EXPECT_EQ(format("%b", n(5)), "'101'");
  EXPECT_EQ(format("%c", n(65)), "'A'");
  EXPECT_EQ(format("%d", t("12abc")), "'12'");
  EXPECT_EQ(format("%d", n(3.99)), "'3'");
  EXPECT_EQ(format("%s%s", t("a")), "?");
  EXPECT_EQ(format("%", t("a")), "?");
  EXPECT_EQ(format("%0$s", t("a")), "?");
  EXPECT_EQ(format("%9999999s", t("a")), "?");
  EXPECT_EQ(of(Fold::kStringFormat, {t("{1}-{0}{{}}"), t("a"), t("b")}), "'b-a{}'");
  EXPECT_EQ(of(Fold::kStringFormat, {t("{0:X2}"), n(10)}), "?");
  EXPECT_EQ(of(Fold::kStringFormat, {t("{2}"), t("a"), t("b")}), "?");
  EXPECT_EQ(of(Fold::kStringFormat, {t("{}"), t("a")}), "?");
  EXPECT_EQ(of(Fold::kStringFormat, {t("{0"), t("a")}), "?");
}

TEST_F(Folds, Pack) {
  const auto pack = [&](std::string_view form, std::string_view text) {
    return of(Fold::kPack, {t(form), t(text)});
  };
  EXPECT_EQ(pack("H*", "414"), "'A@'");
  EXPECT_EQ(pack("h*", "14"), "'A'");
  EXPECT_EQ(pack("H2", "4142"), "'A'");
  EXPECT_EQ(pack("H", "4142"), "'@'");
  EXPECT_EQ(pack("a5", "ab"), "'ab\0\0\0'"s);
  EXPECT_EQ(pack("A5", "ab"), "'ab   '");
  EXPECT_EQ(pack("Z5", "abcdefg"), "'abcd\0'"s);
  EXPECT_EQ(pack("a*", "ab"), "'ab'");
  EXPECT_EQ(pack("A", "xy"), "'x'");
  EXPECT_EQ(of(Fold::kPack, {t("C*"), n(65), n(66), n(321)}), "'ABA'");
  EXPECT_EQ(of(Fold::kPack, {t("c2"), n(-1), n(65)}), "'\xff\x41'");
  EXPECT_EQ(of(Fold::kPack, {t("n*"), n(0x4142), n(0x4344)}), "'ABCD'");
  EXPECT_EQ(of(Fold::kPack, {t("N"), n(0x41424344)}), "'ABCD'");
  EXPECT_EQ(of(Fold::kPack, {t("v"), n(0x4142)}), "'BA'");
  EXPECT_EQ(of(Fold::kPack, {t("V"), n(0x41424344)}), "'DCBA'");
  EXPECT_EQ(of(Fold::kPack, {t("aCx2A3"), t("zz"), n(66), t("q")}), "'zB\0\0q  '"s);
  EXPECT_EQ(of(Fold::kPack, {t("H*H*"), t("41"), t("42")}), "'AB'");
  EXPECT_EQ(of(Fold::kPack, {t("C3"), n(1)}), "?");
  EXPECT_EQ(of(Fold::kPack, {t("HH"), t("41")}), "?");
  EXPECT_EQ(of(Fold::kPack, {t("@"), t("41")}), "?");
}

TEST_F(Folds, Split) {
  EXPECT_EQ(of(Fold::kSplit, {t(","), t("a,b,,c")}), "['a', 'b', '', 'c']");
  EXPECT_EQ(of(Fold::kSplit, {t(","), t("")}), "['']");
  EXPECT_EQ(of(Fold::kSplit, {t(","), t("a,b,c"), n(2)}), "['a', 'b,c']");
  EXPECT_EQ(of(Fold::kSplit, {t(","), t("a,b,c"), n(-1)}), "['a', 'b']");
  EXPECT_EQ(of(Fold::kSplit, {t(","), t("a"), n(-1)}), "[]");
  EXPECT_EQ(of(Fold::kSplit, {t(","), t("a,b"), n(0)}), "['a,b']");
  EXPECT_EQ(of(Fold::kSplit, {t(""), t("a")}), "?");
  EXPECT_EQ(of(Fold::kSplitMethod, {t("abc"), t("")}), "['a', 'b', 'c']");
  EXPECT_EQ(of(Fold::kSplitMethod, {t("a,b,c"), t(","), n(2)}), "['a', 'b']");
  EXPECT_EQ(of(Fold::kSplitMethod, {t("a b")}), "['a', 'b']");
  EXPECT_EQ(of(Fold::kSplitLiteral, {t("a.b.."), t("\\.")}), "['a', 'b']");
  EXPECT_EQ(of(Fold::kSplitLiteral, {t("a.b"), t(".")}), "?");
  EXPECT_EQ(of(Fold::kSplitEvery, {t("abcdef"), n(4)}), "['abcd', 'ef']");
  EXPECT_EQ(of(Fold::kSplitEvery, {t("ab")}), "['a', 'b']");
  EXPECT_EQ(of(Fold::kSplitEvery, {t("ab"), n(0)}), "?");
}

TEST_F(Folds, Join) {
  EXPECT_EQ(of(Fold::kJoin, {t(","), list({t("a"), n(1), n(2.5)})}), "'a,1,2.5'");
  EXPECT_EQ(of(Fold::kJoin, {list({t("a"), t("b")})}), "'ab'");
  EXPECT_EQ(of(Fold::kJoin, {list({t("a"), t("b")}), t("-")}), "'a-b'");
  EXPECT_EQ(of(Fold::kJoin, {t("-"), n(1), n(2), list({n(3)})}), "'1-2-3'");
  EXPECT_EQ(of(Fold::kJoin, {t(","), list({})}), "''");
  EXPECT_EQ(of(Fold::kJoin, {t(","), list({t("a"), Value{}})}), "?");
  EXPECT_EQ(of(Fold::kJoinMethod, {list({n(1), n(2)})}), "'1,2'");
  EXPECT_EQ(of(Fold::kJoinMethod, {list({n(1), n(2)}), t("")}), "'12'");
  // What stands under a key that is not known may stand anywhere.
  const Value open = list({t("a")});
  values_.put(open, Value{}, t("b"));
  EXPECT_EQ(of(Fold::kJoin, {t(""), open}), "?");
  EXPECT_EQ(of(Fold::kBytesToText, {open}), "?");
  EXPECT_EQ(of(Fold::kMax, {open}), "?");
}

TEST_F(Folds, Arrays) {
  const Value mixed = map({{t("x"), n(1)}, {n(0), t("b")}, {n(1), n(2)}});
  EXPECT_EQ(of(Fold::kArray, {t("a"), n(2)}), "['a', 2]");
  EXPECT_EQ(of(Fold::kReverseArray, {list({t("a"), t("b")})}), "['b', 'a']");
  EXPECT_EQ(of(Fold::kReverseArray, {mixed}), "[0: 2, 1: 'b', 'x': 1]");
  EXPECT_EQ(
      of(Fold::kMerge, {map({{t("a"), n(1)}, {n(0), n(5)}}), map({{t("a"), n(2)}, {n(0), n(6)}})}),
      "['a': 2, 0: 5, 1: 6]");
  EXPECT_EQ(of(Fold::kMerge, {map({{n(3), t("x")}}), map({{n(3), t("y")}})}), "['x', 'y']");
  EXPECT_EQ(of(Fold::kMerge, {list({}), t("x")}), "?");
  EXPECT_EQ(of(Fold::kKeys, {map({{t("a"), n(1)}, {n(5), n(2)}})}), "['a', 5]");
  EXPECT_EQ(of(Fold::kValues, {map({{t("a"), n(1)}, {n(5), n(2)}})}), "[1, 2]");
  EXPECT_EQ(of(Fold::kFlip, {list({t("a"), t("b")})}), "['a': 0, 'b': 1]");
  EXPECT_EQ(of(Fold::kSlice, {list({n(1), n(2), n(3), n(4)}), n(1), n(2)}), "[2, 3]");
  EXPECT_EQ(of(Fold::kSlice, {list({n(1), n(2), n(3)}), n(-2), n(1)}), "[2]");
  EXPECT_EQ(of(Fold::kSlice, {list({n(1), n(2), n(3)}), n(1), n(-1)}), "[2]");
  EXPECT_EQ(of(Fold::kSlice, {list({n(1), n(2)}), n(5)}), "[]");
  EXPECT_EQ(of(Fold::kSlice, {mixed, n(0), n(2)}), "['x': 1, 0: 'b']");
  EXPECT_EQ(of(Fold::kFirst, {mixed}), "1");
  EXPECT_EQ(of(Fold::kLast, {mixed}), "2");
  EXPECT_EQ(of(Fold::kFirst, {list({})}), "?");
  EXPECT_EQ(of(Fold::kLastIndex, {list({n(1), n(2)})}), "1");
  EXPECT_EQ(of(Fold::kTextToBytes, "A\xff"), "[65, 255]");
  EXPECT_EQ(of(Fold::kBytesToText, {list({n(65), n(-1), t("b")})}), "'A\xff\x62'");
  EXPECT_EQ(of(Fold::kBytesToText, "text"), "'text'");
  // What is not known where it stands is still there.
  const Value open = list({t("a")});
  Value request;
  request.origins = kFromRequest;
  values_.put(open, Value{}, request);
  Value result;
  for (const Fold each : {Fold::kValues, Fold::kReverseArray, Fold::kMerge}) {
    ASSERT_TRUE(fold(each, {&open, 1}, values_, result));
    EXPECT_TRUE(values_.array(result).others.comes_from(kFromRequest)) << static_cast<int>(each);
  }
}

TEST_F(Folds, Range) {
  EXPECT_EQ(of(Fold::kRange, {t("a"), t("e"), n(2)}), "['a', 'c', 'e']");
  EXPECT_EQ(of(Fold::kRange, {t("c"), t("a")}), "['c', 'b', 'a']");
  EXPECT_EQ(of(Fold::kRange, {n(5), n(1), n(2)}), "[5, 3, 1]");
  EXPECT_EQ(of(Fold::kRange, {n(1), n(10), n(-3)}), "[1, 4, 7, 10]");
  EXPECT_EQ(of(Fold::kRange, {t("0"), t("3")}), "[0, 1, 2, 3]");
  EXPECT_EQ(of(Fold::kRange, {n(3), n(3)}), "[3]");
  EXPECT_EQ(of(Fold::kRange, {n(0), n(1), n(0.25)}), "?");
  EXPECT_EQ(of(Fold::kRange, {n(0), n(1e12)}), "?");
  EXPECT_EQ(of(Fold::kRange, {n(-1e300), n(1e300)}), "?");
}

// ---- Hostile arguments

// Every fold is there, ends and reads nothing outside, whatever it is given.
TEST_F(Folds, BearAnyArguments) {
  const std::string huge(3'000, 'a');
  const double infinity = std::numeric_limits<double>::infinity();
  const std::string raw = "\x4b\x4c\x4a\x06\x00"s;
  Value null;
  null.kind = Value::Kind::kNull;
  for (int each = 0; each <= static_cast<int>(Fold::kTextToBytes); ++each) {
    values_.clear();
    const std::vector<Value> hostile = {
        Value{},
        null,
        values_.new_object(kNoSymbol, kNoNode),
        list({list({t("x")}), Value{}, n(1)}),
        list({}),
        t(""),
        t(huge),
        t("%1$"),
        t("&#"),
        t("{"),
        t("H*"),
        t("C999999999"),
        t("-9223372036854775808"),
        t("\xff"),
        t(raw),
        t("4142"),
        n(0),
        n(-1),
        n(0.5),
        n(9.3e18),
        n(1e300),
        n(-1e300),
        n(infinity),
        n(-infinity),
        n(std::numeric_limits<double>::quiet_NaN()),
    };
    const auto which = static_cast<Fold>(each);
    std::vector<Value> arguments;
    Value result;
    int given_count = 0;
    fold(which, arguments, values_, result);
    for (const Value& first : hostile) {
      given_count += fold(which, {&first, 1}, values_, result) ? 1 : 0;
      for (const Value& second : hostile) {
        arguments = {first, second};
        given_count += fold(which, arguments, values_, result) ? 1 : 0;
        for (const std::size_t third : {3U, 5U, 6U, 15U, 18U, 22U}) {
          arguments = {first, second, hostile[third], hostile[third]};
          fold(which, Arguments(arguments).first(3), values_, result);
          if (!fold(which, arguments, values_, result)) continue;
          written(result);
          ++given_count;
        }
      }
    }
    // Nothing that is listed is left out of the tables.
    const bool is_picky =
        which == Fold::kInflateZlib || which == Fold::kInflateGzip || which == Fold::kBaseConvert;
    EXPECT_TRUE(is_picky || (given_count > 0) == (which != Fold::kNone)) << each;
  }
}

// What costs more than it looks like is refused or quick: seconds would be minutes otherwise.
TEST_F(Folds, AreLinear) {
  const std::string text(1'000'000, 'a');
  const std::string searched = std::string(500'000, 'a') + 'b';
  EXPECT_EQ(of(Fold::kIndexOf, {t(text), t(searched)}), "-1");
  EXPECT_EQ(of(Fold::kPlaceOf, {t(text), t(searched)}), "0");
  EXPECT_EQ(of(Fold::kSplit, {t(searched), t(text)}).size(), text.size() + 4);
  EXPECT_EQ(of(Fold::kReplace, {t(searched), t("x"), t(text)}).size(), text.size() + 2);
  EXPECT_EQ(of(Fold::kReplaceAnyCase, {t(searched), t("x"), t(text)}).size(), text.size() + 2);
  const Value many = values_.new_array();
  for (int i = 0; i < 2'000; ++i) values_.push(many, t(searched));
  EXPECT_EQ(of(Fold::kReplace, {many, t("x"), t(text)}), "?");
  const Value pairs = values_.new_array();
  for (int i = 0; i < 2'000; ++i)
    values_.put(pairs, t(values_.text_value(std::string(10'000, 'a') + std::to_string(i)).text()),
                t("x"));
  EXPECT_EQ(of(Fold::kTranslate, {t(text), pairs}), "?");
  // A short text that each replacement makes longer.
  const Value doubling = values_.new_array();
  for (int i = 0; i < 100'000; ++i) values_.push(doubling, t("a"));
  EXPECT_EQ(of(Fold::kReplace, {doubling, t("aa"), t("a")}), "?");
}

// What would be longer than a text may be is refused.
TEST_F(Folds, AreBounded) {
  const std::string text(1'000'000, 'a');
  EXPECT_EQ(of(Fold::kRepeat, {t(text), n(9)}), "?");
  EXPECT_EQ(of(Fold::kRepeat, {t("ab"), n(1e15)}), "?");
  EXPECT_EQ(of(Fold::kSpace, {n(1e9)}), "?");
  EXPECT_EQ(of(Fold::kPad, {t("a"), n(1e9)}), "?");
  EXPECT_EQ(of(Fold::kReplace, {t("a"), t(std::string(100, 'b')), t(text)}), "?");
  EXPECT_EQ(of(Fold::kJoin, {t(text), list(std::vector<Value>(12, t("x")))}), "?");
  EXPECT_EQ(of(Fold::kFormat, {t("%4095s"), t("x")}).size(), 4'097U);
  EXPECT_EQ(of(Fold::kSplitMethod, {t(std::string(2'000'000, 'a')), t("")}), "?");
  EXPECT_EQ(of(Fold::kTextToBytes, std::string(2'000'000, 'a')), "?");
}

}  // namespace
}  // namespace pugmark::script

#include <gtest/gtest.h>

#include "detect/script/php/php_testing.h"

namespace pugmark::script::php {
namespace {

TEST(PhpTemplates, EscapesOfEachKindOfString) {
  EXPECT_EQ(dump_code("'a\\'b\\\\c\\n';"), "block\n  text a'b\\c\\n\n");
  EXPECT_EQ(dump_code(R"("\x41\102\u{43}\$\"\e\q\x";)"), "block\n  text ABC$\"\\x1b\\q\\x\n");
  EXPECT_EQ(dump_code("<<<A\n\\x41\\\"\nA;"), "block\n  text A\\\"\n");
  EXPECT_EQ(dump_code("<<<'A'\n\\x41\nA;"), "block\n  text \\x41\n");
}

TEST(PhpTemplates, IndentationOfTheClosingMarkIsTakenOff) {
  EXPECT_EQ(dump_code("<<<A\n    a\n      b\n    A;"), "block\n  text a\\n  b\n");
  EXPECT_EQ(dump_code("<<<A\n  $a\n  b\n  A;"),
            "block\n  interpolated\n    variable a\n    text \\nb\n");
  EXPECT_EQ(dump_code("<<<A\r\na\r\nA;"), "block\n  text a\n");
}

TEST(PhpTemplates, SimpleVariablesTakeOneStep) {
  EXPECT_EQ(dump_code("\"$a[0]$a[x]$a[$b]$a[-1]$a->b->c $a[ \";"),
            "block\n  interpolated\n"
            "    index\n      variable a\n      number 0\n"
            "    index\n      variable a\n      text x\n"
            "    index\n      variable a\n      variable b\n"
            "    index\n      variable a\n      number -1\n"
            "    member b\n      variable a\n"
            "    text ->c \n    variable a\n    text [ \n");
}

TEST(PhpTemplates, CodeInBraces) {
  EXPECT_EQ(dump_code("\"a{$b->c('}')}d${e}${f[1]}${'g'.$h}\";"),
            "block\n  interpolated\n    text a\n"
            "    call\n      member c\n        variable b\n      text }\n"
            "    text d\n    variable e\n"
            "    index\n      variable f\n      number 1\n"
            "    dynamic-variable\n      interpolated\n        text g\n        variable h\n");
}

TEST(PhpTemplates, CommandsAndNestedStrings) {
  EXPECT_EQ(dump_code("`ls {$a[\"x$b\"]}`;"),
            "block\n  command\n    text ls \n    index\n      variable a\n"
            "      interpolated\n        text x\n        variable b\n");
}

TEST(PhpTemplates, NestedDeeperThanTheMostIsCounted) {
  std::string code = "$z";
  for (int i = 0; i < 12; ++i) code = "\"{$a[" + code + "]}\"";
  const std::string dumped = dump_code(code + ";");
  EXPECT_NE(dumped.find("too deep 1"), std::string::npos) << dumped;
}

}  // namespace
}  // namespace pugmark::script::php

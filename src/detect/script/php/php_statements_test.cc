#include <gtest/gtest.h>

#include "detect/script/php/php_testing.h"

namespace pugmark::script::php {
namespace {

TEST(PhpStatements, BranchesAreChained) {
  const std::string_view expected =
      "block\n  if\n    variable a\n    block\n      echo\n        number 1\n"
      "    if\n      variable b\n      block\n        echo\n          number 2\n"
      "      block\n        echo\n          number 3\n";
  EXPECT_EQ(dump_code("if($a)echo 1;elseif($b){echo 2;}else echo 3;"), expected);
  EXPECT_EQ(dump_code("if($a)echo 1;else if($b)echo 2;else echo 3;"), expected);
  EXPECT_EQ(dump_code("if($a):echo 1;elseif($b):echo 2;else:echo 3;endif;"), expected);
}

TEST(PhpStatements, AnElseWithAColonBelongsToTheOuterIf) {
  EXPECT_EQ(dump_code("if($a):if($b)c();else:d();endif;"),
            "block\n  if\n    variable a\n    block\n      if\n        variable b\n        block\n"
            "          call\n            name c\n    block\n      call\n        name d\n");
}

TEST(PhpStatements, MarkupAndExpressionsBetweenCode) {
  EXPECT_EQ(dump_page("a<?php if($b):?>c<?php endif?><?=$d,1?>"),
            "block\n  echo\n    text a\n  if\n    variable b\n    block\n      echo\n"
            "        text c\n  echo\n    variable d\n    number 1\n");
}

TEST(PhpStatements, TheClosingMarkEndsAStatement) {
  EXPECT_EQ(dump_page("<?php a() ?><?php b()"), "block\n  call\n    name a\n  call\n    name b\n");
}

TEST(PhpStatements, Loops) {
  EXPECT_EQ(dump_code("for($a=1;$b;$c++)d();"),
            "block\n  loop\n    block\n      assign =\n        variable a\n        number 1\n"
            "    variable b\n    block\n      unary ++\n        variable c\n"
            "    block\n      call\n        name d\n");
  EXPECT_EQ(dump_code("for(;;):endfor;"),
            "block\n  loop\n    block\n    empty\n    block\n    block\n");
  EXPECT_EQ(dump_code("while($a):b();endwhile;"),
            "block\n  loop\n    block\n    variable a\n    block\n    block\n      call\n        "
            "name b\n");
  EXPECT_EQ(dump_code("do{a();}while($b);"),
            "block\n  loop\n    block\n    variable b\n    block\n    block\n      call\n        "
            "name a\n");
  EXPECT_EQ(dump_code("foreach($a as $k=>&$v)b();"),
            "block\n  for-each &\n    variable a\n    pair\n      variable k\n      variable v\n"
            "    block\n      call\n        name b\n");
  EXPECT_EQ(dump_code("foreach($a as [$b]):endforeach;"),
            "block\n  for-each\n    variable a\n    array\n      variable b\n    block\n");
}

TEST(PhpStatements, Switches) {
  EXPECT_EQ(dump_code("switch($a){case 'x':b();break;default:c();}"),
            "block\n  switch\n    variable a\n    block\n      text x\n      call\n        name b\n"
            "      break\n    block\n      call\n        name c\n");
  EXPECT_EQ(dump_code("switch($a):case B;endswitch;"),
            "block\n  switch\n    variable a\n    block\n      name B\n");
}

TEST(PhpStatements, Tries) {
  EXPECT_EQ(
      dump_code("try{a();}catch(B|C $d){}catch(E){}finally{f();}"),
      "block\n  try\n    block\n      call\n        name a\n    block\n      declare d : B|C\n"
      "    block\n      declare : E\n    block\n      call\n        name f\n");
}

TEST(PhpStatements, VariablesOfOtherScopes) {
  EXPECT_EQ(dump_code("global $a;static $b=1,$c;const D=2;"),
            "block\n  declare a : global\n  declare b : static\n    number 1\n"
            "  declare c : static\n  declare D\n    number 2\n");
  EXPECT_EQ(dump_code("global $$a;"), "block\n  dynamic-variable\n    variable a\n");
}

TEST(PhpStatements, NamespacesAndImports) {
  EXPECT_EQ(dump_code("namespace A\\B;use function C\\d as e;use F\\{G,const H};"),
            "block\n  import C\\d func : e\n  import F\\G\n  import F\\H cons\n");
  EXPECT_EQ(dump_code("namespace A{b();}"), "block\n  block\n    call\n      name b\n");
}

TEST(PhpStatements, GotosPutStatementsInOrder) {
  EXPECT_EQ(dump_code("goto b;a:f(1);goto c;b:f(2);goto a;c:f(3);"),
            "block\n  directive goto : b\n  directive label : b\n  call\n    name f\n    number 2\n"
            "  directive goto : a\n  directive label : a\n  call\n    name f\n    number 1\n"
            "  directive goto : c\n  directive label : c\n  call\n    name f\n    number 3\n");
}

TEST(PhpStatements, GotosInARingEnd) {
  EXPECT_EQ(dump_code("a:goto a;f();"),
            "block\n  directive label : a\n  directive goto : a\n  call\n    name f\n");
  EXPECT_EQ(dump_code("goto x;f();"), "block\n  directive goto : x\n  call\n    name f\n");
}

TEST(PhpStatements, GotoWasOnceTheNameOfAFunction) {
  EXPECT_EQ(dump_code("goto(1);"), "block\n  call\n    name goto\n    number 1\n");
}

TEST(PhpStatements, AMissingSemicolonCostsNothingElse) {
  EXPECT_EQ(dump_code("a()\nb();"), "block\n  call\n    name a\n  call\n    name b\nskipped 1\n");
  EXPECT_EQ(dump_code("}} a();"), "block\n  call\n    name a\nskipped 2\n");
}

TEST(PhpStatements, DeclaredTicksAndTheHaltedCompilerLeaveNothing) {
  EXPECT_EQ(dump_code("declare(strict_types=1);a();__halt_compiler();b();"),
            "block\n  call\n    name a\n");
}

}  // namespace
}  // namespace pugmark::script::php

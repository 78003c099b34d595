#include <gtest/gtest.h>

#include "detect/script/php/php_testing.h"

namespace pugmark::script::php {
namespace {

TEST(PhpDeclarations, Functions) {
  EXPECT_EQ(dump_code("function &f(?int $a,B|C &$b,D&E ...$c):static{return $a;}"),
            "block\n  function f\n    parameter a : ?int\n    parameter b & : B|C\n"
            "    parameter c : D&E\n    block\n      return\n        variable a\n");
  EXPECT_EQ(dump_code("function f(A&$a,(B&C)|null $b=[]){}"),
            "block\n  function f\n    parameter a & : A\n    parameter b : (B&C)|null\n"
            "      array\n    block\n");
}

TEST(PhpDeclarations, ClassesWithBases) {
  EXPECT_EQ(dump_code("final class A extends B implements C,D{use E,F{E::g as h;}}"),
            "block\n  class A 3\n    name B\n    name C\n    name D\n    import E\n    import F\n");
  EXPECT_EQ(dump_code("interface A extends B,C{function d();}"),
            "block\n  class A 2\n    name B\n    name C\n    function d\n      block\n");
  EXPECT_EQ(dump_code("enum A:string implements B{case C='c';case D;}"),
            "block\n  class A 1\n    name B\n    declare C\n      text c\n    declare D\n");
}

TEST(PhpDeclarations, MembersOfClasses) {
  EXPECT_EQ(dump_code("class A{const B=1,C=2;const int D=3;public static ?E $f=4;var $g,$h;}"),
            "block\n  class A 0\n    declare B\n      number 1\n    declare C\n      number 2\n"
            "    declare D : int\n      number 3\n    declare f ::$ : ?E\n      number 4\n"
            "    declare g\n    declare h\n");
}

TEST(PhpDeclarations, ParametersThatArePropertiesAreAssigned) {
  EXPECT_EQ(
      dump_code("class A{function __construct(private int $b=1,$c){d();}}"),
      "block\n  class A 0\n    function __construct\n      parameter b : int\n        number 1\n"
      "      parameter c\n      block\n        assign =\n          member b\n"
      "            variable this\n          variable b\n        call\n          name d\n");
}

TEST(PhpDeclarations, AccessorsOfProperties) {
  EXPECT_EQ(dump_code("class A{public string $b{get=>$this->c;set(string $d){e($d);}}}"),
            "block\n  class A 0\n    declare b : string\n    function get_b\n      block\n"
            "        return\n          member c\n            variable this\n    function set_b\n"
            "      parameter d : string\n      block\n        call\n          name e\n"
            "          variable d\n");
}

TEST(PhpDeclarations, MethodsMayBeNamedLikeKeywords) {
  EXPECT_EQ(dump_code("class A{function list(){$this->print();B::new();}}"),
            "block\n  class A 0\n    function list\n      block\n        call\n"
            "          member print\n            variable this\n        call\n"
            "          member new ::\n            name B\n");
}

TEST(PhpDeclarations, MembersThatLostTheirClassAreRead) {
  EXPECT_EQ(dump_code("public function a(){b();}"),
            "block\n  function a\n    block\n      call\n        name b\n");
}

}  // namespace
}  // namespace pugmark::script::php

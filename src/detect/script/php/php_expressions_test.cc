#include <gtest/gtest.h>
#include <sstream>
#include <string>

#include "detect/script/php/php_testing.h"

namespace pugmark::script::php {
namespace {

// The tree of one expression on one line: "binary +(variable a, number 1)".
std::string shape(std::string_view expression) {
  std::istringstream dumped(dump_code(std::string(expression) + ";"));
  std::string out;
  std::string line;
  std::size_t depth = 0;
  std::getline(dumped, line);
  for (bool is_first = true; std::getline(dumped, line); is_first = false) {
    const std::size_t indentation = line.find_first_not_of(' ');
    const std::size_t level = indentation / 2;
    if (level == 0) return out + std::string(depth > 0 ? depth - 1 : 0, ')') + " " + line;
    if (level > depth && !is_first) out += '(';
    if (level < depth) out += std::string(depth - level, ')');
    if (level <= depth && !is_first) out += ", ";
    depth = level;
    out += line.substr(indentation);
  }
  return out + std::string(depth > 0 ? depth - 1 : 0, ')');
}

TEST(PhpExpressions, Precedence) {
  EXPECT_EQ(shape("$a+$b*$c"), "binary +(variable a, binary *(variable b, variable c))");
  EXPECT_EQ(shape("$a*$b+$c"), "binary +(binary *(variable a, variable b), variable c)");
  EXPECT_EQ(shape("$a-$b-$c"), "binary -(binary -(variable a, variable b), variable c)");
  EXPECT_EQ(shape("-$a**2"), "unary -(binary **(variable a, number 2))");
  EXPECT_EQ(shape("2**3**-1"), "binary **(number 2, binary **(number 3, unary -(number 1)))");
  EXPECT_EQ(shape("!$a instanceof B"), "unary !(binary inst(variable a, name B))");
  EXPECT_EQ(shape("$a||$b&&$c"), "binary ||(variable a, binary &&(variable b, variable c))");
  EXPECT_EQ(shape("$a^'b'|'c'&'d'"),
            "binary |(binary ^(variable a, text b), binary &(text c, text d))");
  EXPECT_EQ(shape("$a==$b<$c"), "binary ==(variable a, binary <(variable b, variable c))");
  EXPECT_EQ(shape("($a+$b)*$c"), "binary *(binary +(variable a, variable b), variable c)");
}

TEST(PhpExpressions, WordsBindLooserThanAssignments) {
  EXPECT_EQ(shape("$a=$b and $c"), "binary &&(assign =(variable a, variable b), variable c)");
  EXPECT_EQ(shape("$a=$b&&$c"), "assign =(variable a, binary &&(variable b, variable c))");
  EXPECT_EQ(shape("$a or $b xor $c"), "binary ||(variable a, binary xor(variable b, variable c))");
}

TEST(PhpExpressions, AssignmentsInsideOtherOperators) {
  EXPECT_EQ(shape("!$a=1"), "unary !(assign =(variable a, number 1))");
  EXPECT_EQ(shape("$a&&$b=1"), "binary &&(variable a, assign =(variable b, number 1))");
  EXPECT_EQ(shape("$a=$b.=$c"), "assign =(variable a, assign .=(variable b, variable c))");
  EXPECT_EQ(shape("$a=&$b"), "assign =(variable a, unary &(variable b))");
  EXPECT_EQ(shape("[$a,'k'=>$b]=$c"),
            "assign =(array(variable a, pair(text k, variable b)), variable c)");
  EXPECT_EQ(shape("list(,$a)=$b"), "assign =(array(empty, variable a), variable b)");
  EXPECT_EQ(shape("$a[]=1"), "assign =(index(variable a, empty), number 1)");
}

TEST(PhpExpressions, ConcatenationsAreOneNode) {
  EXPECT_EQ(shape("'a'.$b.f().'c'"), "interpolated(text a, variable b, call(name f), text c)");
  EXPECT_EQ(shape("'a'.$b+1"), "interpolated(text a, binary +(variable b, number 1))");
  EXPECT_EQ(shape("'a'.('b'.'c')"), "interpolated(text a, interpolated(text b, text c))");
  EXPECT_EQ(shape("'a'.'b'=='c'"), "binary ==(interpolated(text a, text b), text c)");
}

TEST(PhpExpressions, Conditions) {
  EXPECT_EQ(shape("$a?$b:$c"), "conditional(variable a, variable b, variable c)");
  EXPECT_EQ(shape("$a?:$c"), "conditional(variable a, empty, variable c)");
  EXPECT_EQ(shape("$a??$b??$c"),
            "conditional ?\?(variable a, empty, conditional ?\?(variable b, empty, variable c))");
}

TEST(PhpExpressions, CastsSilenceAndClones) {
  EXPECT_EQ(shape("(Integer)$a"), "cast int(variable a)");
  EXPECT_EQ(shape("(string)$a.'b'"), "interpolated(cast string(variable a), text b)");
  EXPECT_EQ(shape("@$a(@$b)"), "call(variable a, variable b)");
  EXPECT_EQ(shape("(foo)"), "name foo");
  EXPECT_EQ(shape("clone $a"), "variable a");
}

TEST(PhpExpressions, ConstructsAreCallsInLowerCase) {
  EXPECT_EQ(shape("EVAL($a)"), "call(name eval, variable a)");
  EXPECT_EQ(shape("exit"), "call(name exit)");
  EXPECT_EQ(shape("isset($a,$b)"), "call(name isset, variable a, variable b)");
  EXPECT_EQ(shape("print $a.'b' and $c"),
            "binary &&(echo(interpolated(variable a, text b)), variable c)");
  EXPECT_EQ(shape("Include_Once $a.'b'"), "include include_once(interpolated(variable a, text b))");
  EXPECT_EQ(shape("array(1,...$a)"), "array(number 1, spread(variable a))");
}

TEST(PhpExpressions, DynamicNames) {
  EXPECT_EQ(shape("$$a[0]"), "index(dynamic-variable(variable a), number 0)");
  EXPECT_EQ(shape("$$$a"), "dynamic-variable(dynamic-variable(variable a))");
  EXPECT_EQ(shape("${'_'.'G'}{0}"),
            "index(dynamic-variable(interpolated(text _, text G)), number 0)");
  EXPECT_EQ(shape("\"f\"($a)"), "call(text f, variable a)");
  EXPECT_EQ(shape("[$a,'m']()"), "call(array(variable a, text m))");
  EXPECT_EQ(shape("$a->$b()"), "call(dynamic-member(variable a, variable b))");
  EXPECT_EQ(shape("$a->{'b'}"), "dynamic-member(variable a, text b)");
  EXPECT_EQ(shape("$a?->b->c"), "member c(member b(variable a))");
  EXPECT_EQ(shape("\\target($a)"), "call(name target, variable a)");
  EXPECT_EQ(shape("$a{0}.$b"), "interpolated(index(variable a, number 0), variable b)");
}

TEST(PhpExpressions, MembersOfClasses) {
  EXPECT_EQ(shape("K::b"), "member b ::(name K)");
  EXPECT_EQ(shape("K::$b"), "member b ::$(name K)");
  EXPECT_EQ(shape("K::b(1)"), "call(member b ::(name K), number 1)");
  EXPECT_EQ(shape("K::$b(1)"), "call(dynamic-member(name K, variable b), number 1)");
  EXPECT_EQ(shape("$k::{$b}()"), "call(dynamic-member(variable k, variable b))");
  EXPECT_EQ(shape("K::$$b"), "dynamic-member(name K, variable b)");
  EXPECT_EQ(shape("static::$a['x']"), "index(member a ::$(name static), text x)");
}

TEST(PhpExpressions, ArgumentsOfAllKinds) {
  EXPECT_EQ(shape("f(a:1,...$b)"), "call(name f, pair(name a, number 1), spread(variable b))");
  EXPECT_EQ(shape("f(&$a)"), "call(name f, unary &(variable a))");
  EXPECT_EQ(shape("f(...)"), "text f");
  EXPECT_EQ(shape("$a->b(...)"), "member b(variable a)");
  EXPECT_EQ(shape("$a|>f(...)"), "call(text f, variable a)");
  EXPECT_EQ(shape("f($a?B:C)"), "call(name f, conditional(variable a, name B, name C))");
}

TEST(PhpExpressions, NewObjects) {
  EXPECT_EQ(shape("new A(1)"), "new(name A, number 1)");
  EXPECT_EQ(shape("new $a"), "new(variable a)");
  EXPECT_EQ(shape("new $a->b['c'](1)"), "new(index(member b(variable a), text c), number 1)");
  EXPECT_EQ(shape("(new A)->b()"), "call(member b(new(name A)))");
  EXPECT_EQ(shape("new ('A'.$b)"), "new(interpolated(text A, variable b))");
  EXPECT_EQ(shape("new class(1) extends B {}"), "new(class 1(name B), number 1)");
}

TEST(PhpExpressions, Closures) {
  EXPECT_EQ(shape("function($a,&$b)use($c,&$d){return 1;}"),
            "function(parameter a, parameter b &, parameter c : use, parameter d & : use, "
            "block(return(number 1)))");
  EXPECT_EQ(shape("fn(int $a):int=>$a"),
            "function =>(parameter a : int, block(return(variable a)))");
  EXPECT_EQ(shape("(function(){})()"), "call(function(block))");
}

TEST(PhpExpressions, Matches) {
  EXPECT_EQ(shape("match($a){1,2=>$b,default=>$c}"),
            "switch matc(variable a, block(number 1, number 2, variable b), block(variable c))");
  EXPECT_EQ(shape("match($a)"), "call(name match, variable a)");
}

TEST(PhpExpressions, ThrowsAndYields) {
  EXPECT_EQ(shape("$a??throw $b"), "conditional ?\?(variable a, empty, return thro(variable b))");
  EXPECT_EQ(shape("$a=yield $b=>$c"),
            "assign =(variable a, return yiel(pair(variable b, variable c)))");
  EXPECT_EQ(shape("yield from f()"), "return yiel(call(name f))");
  EXPECT_EQ(shape("f(yield)"), "call(name f, return yiel)");
}

TEST(PhpExpressions, WhatIsNotUnderstoodIsPassedOverAndCounted) {
  EXPECT_EQ(shape("f($a $b)"), "call(name f, variable a, variable b) skipped 1");
  EXPECT_EQ(shape("f($a"), "call(name f, variable a) skipped 1");
  EXPECT_EQ(shape("$a)"), "variable a skipped 2");
}

}  // namespace
}  // namespace pugmark::script::php

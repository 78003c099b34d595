#include <gtest/gtest.h>

#include "detect/script/braces/braces_testing.h"

namespace pugmark::script {
namespace {

using testing::tree_of;
constexpr Language kLanguage = Language::kJScript;

TEST(BracesJScript, CallsOfMembersByName) {
  EXPECT_EQ(tree_of(kLanguage, "a[\"b\" + \"c\"](d); new ActiveXObject(\"A.B\").c(); a.b[c].d(e);"),
            "call(index(name a, binary +(text b, text c)), name d)\n"
            "call(member c(new(name ActiveXObject, text A.B)))\n"
            "call(member d(index(member b(name a), name c)), name e)\n");
}

TEST(BracesJScript, CommaIsAnOperator) {
  EXPECT_EQ(tree_of(kLanguage, "a = (b, c), d; f(a, b);"),
            "binary ,(assign =(name a, binary ,(name b, name c)), name d)\n"
            "call(name f, name a, name b)\n");
}

TEST(BracesJScript, TypesOfJScriptNet) {
  EXPECT_EQ(tree_of(kLanguage,
                    "var a : String = b, c : int[] = new int[3]; function f(d : A.B, e) : void "
                    "{ } class C extends D implements E { private var g : int; static function "
                    "get H() : int { return 1 } function set H(v : int) { } function C() { } } "
                    "package P { class Q { } } import A.B; eval(a, \"unsafe\");"),
            "declare a : String(name b)\n"
            "declare c : int[](new(index(name int, number 3)))\n"
            "function f : void(parameter d : A.B, parameter e, block)\n"
            "class C 2(name D, name E, declare g : int, function get_H : "
            "int(block(return(number 1))), function set_H(parameter v : int, block), function "
            "C(block))\n"
            "class Q 0\n"
            "import A.B\n"
            "call(name eval, name a, text unsafe)\n");
}

TEST(BracesJScript, Literals) {
  EXPECT_EQ(tree_of(kLanguage,
                    "x = 'a\\x41\\u0042\\u{43}\\103\\\n"
                    "b' + /a[/]b/g + 0x1F + `c${d}e` + `f` + g`h`;"),
            "assign =(name x, binary +(text aABCCb, regex /a[/]b/g, number 0x1F, "
            "interpolated(text c, name d, text e), text f, call(name g, text h)))\n");
}

TEST(BracesJScript, ObjectsAndArrays) {
  EXPECT_EQ(tree_of(kLanguage,
                    "x = { a: 1, 'b': 2, 3: c, get d() { return 1 }, set d(v) { }, e() { }, "
                    "[f]: g, h, ...i, async j() { } }; y = [1, , 2, ...k];"),
            "assign =(name x, array(pair(text a, number 1), pair(text b, number 2), "
            "pair(number 3, name c), pair(text d, function get_d(block(return(number 1)))), "
            "pair(text d, function set_d(parameter v, block)), pair(text e, function "
            "e(block)), pair(name f, name g), pair(text h, name h), spread(name i), pair(text "
            "j, function j(block))))\n"
            "assign =(name y, array(number 1, empty, number 2, spread(name k)))\n");
}

TEST(BracesJScript, FunctionsAndArrows) {
  EXPECT_EQ(tree_of(kLanguage,
                    "function f(a, b = 1, ...c) { return a } x = function g() { }; y = a => b; "
                    "z = (a, { b }) => ({ c: a }); (function () { d() })(); async function h() "
                    "{ await i }"),
            "function f(parameter a, parameter b(number 1), parameter c ..., block(return(name "
            "a)))\n"
            "assign =(name x, function g(block))\n"
            "assign =(name y, function(parameter a, block(return(name b))))\n"
            "assign =(name z, function(parameter a, parameter, block(return(array(pair(text c, "
            "name a))))))\n"
            "call(function(block(call(name d))))\n"
            "function h(block(name i))\n");
}

TEST(BracesJScript, SemicolonsMayBeLeftOut) {
  EXPECT_EQ(tree_of(kLanguage,
                    "var a = 1\n"
                    "var b = 2\n"
                    "return\n"
                    "c()\n"
                    "a\n"
                    "++b\n"
                    "throw d\n"
                    "e: f()"),
            "declare a(number 1)\n"
            "declare b(number 2)\n"
            "return\n"
            "call(name c)\n"
            "name a\n"
            "unary ++(name b)\n"
            "return(name d)\n"
            "call(name f)\n");
}

TEST(BracesJScript, Loops) {
  EXPECT_EQ(tree_of(kLanguage,
                    "for (var a in b) c(a); for (d of e) f(); for (var i = 0, n = (\"a\" in "
                    "o); i < n; i++) ; for (;;) break; for (g.h in j) k(); for each (l in m) "
                    "n();"),
            "for-each(name b, declare a, block(call(name c, name a)))\n"
            "for-each(name e, name d, block(call(name f)))\n"
            "loop(block(declare i(number 0), declare n(binary in(text a, name o))), binary "
            "<(name i, name n), block(unary ++(name i)), block)\n"
            "loop(block, empty, block, block(break))\n"
            "for-each(name j, member h(name g), block(call(name k)))\n"
            "for-each(name m, name l, block(call(name n)))\n");
}

TEST(BracesJScript, WithAndTry) {
  EXPECT_EQ(tree_of(kLanguage,
                    "with (a) { b() } try { c() } catch (e) { d(e) } finally { } try { } catch "
                    "{ }"),
            "with(name a, block(call(name b)))\n"
            "try(block(call(name c)), block(declare e, call(name d, name e)), block)\n"
            "try(block, block(declare))\n");
}

TEST(BracesJScript, UnaryWords) {
  EXPECT_EQ(tree_of(kLanguage,
                    "x = typeof a, void 0, delete b.c, !d instanceof e, new a.b.c(d).e, new f, "
                    "new (g())(h), a ** b;"),
            "binary ,(assign =(name x, unary type(name a)), unary void(number 0), unary "
            "dele(member c(name b)), binary inst(unary !(name d), name e), member e(new(member "
            "c(member b(name a)), name d)), new(name f), new(call(name g), name h), binary "
            "**(name a, name b))\n");
}

TEST(BracesJScript, EscapedNames) {
  EXPECT_EQ(tree_of(kLanguage, "\\u0065val(a); e\\u{76}al(b); a\342\200\214b = 1;"),
            "call(name eval, name a)\n"
            "call(name eval, name b)\n"
            "assign =(name ab, number 1)\n");
}

TEST(BracesJScript, ConditionalCompilation) {
  EXPECT_EQ(tree_of(kLanguage, "/*@cc_on a() @*/ @if (@_win32) b() @end"),
            "call(name a)\n"
            "call(name b)\n");
}

TEST(BracesJScript, Classes) {
  EXPECT_EQ(tree_of(kLanguage,
                    "class A extends B { a = 1; #b; static c() { } get d() { return 1 } "
                    "constructor(e) { super(e) } async *f() { } }"),
            "class A 1(name B, declare a(number 1), declare #b, function c(block), function "
            "get_d(block(return(number 1))), function constructor(parameter e, block(call(name "
            "super, name e))), function f(block))\n");
}

TEST(BracesJScript, Switch) {
  EXPECT_EQ(tree_of(kLanguage, "switch (a) { case 'b': c(); case d.e: break; default: f() }"),
            "switch(name a, block(text b, call(name c)), block(member e(name d), break), "
            "block(call(name f)))\n");
}

TEST(BracesJScript, WordsOfOtherLanguagesAreNames) {
  EXPECT_EQ(tree_of(kLanguage,
                    "var string = 1, lock = 2, foreach = 3, is = 4; int(a); char(b); package = "
                    "c; record.d(); static = e; get = set; let = 1; of(x); enum = 2;"),
            "declare string(number 1)\n"
            "declare lock(number 2)\n"
            "declare foreach(number 3)\n"
            "declare is(number 4)\n"
            "call(name int, name a)\n"
            "call(name char, name b)\n"
            "assign =(name package, name c)\n"
            "call(member d(name record))\n"
            "assign =(name static, name e)\n"
            "assign =(name get, name set)\n"
            "assign =(name let, number 1)\n"
            "call(name of, name x)\n"
            "assign =(name enum, number 2)\n");
}

TEST(BracesJScript, NullishAndOptional) {
  EXPECT_EQ(tree_of(kLanguage, "a?.b?.[c]?.(d) ?\? e; f ?\?= g; a ? .5 : b;"),
            "conditional ?\?(call(index(member b(name a), name c), name d), empty, name e)\n"
            "assign ?\?=(name f, name g)\n"
            "conditional(name a, number .5, name b)\n");
}

TEST(BracesJScript, CodeThatIsCut) {
  EXPECT_EQ(tree_of(kLanguage,
                    "<% function f() { %>a<%= b, c %><% } %><% switch (a) { case 1: %>d<% } %>"),
            "function f(block(echo(text a), echo(binary ,(name b, name c))))\n"
            "switch(name a, block(number 1, echo(text d)))\n");
}

}  // namespace
}  // namespace pugmark::script

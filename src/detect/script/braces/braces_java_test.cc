#include <gtest/gtest.h>

#include "detect/script/braces/braces_testing.h"

namespace pugmark::script {
namespace {

using testing::tree_of;
constexpr Language kLanguage = Language::kJava;

TEST(BracesJava, MembersOfAPage) {
  EXPECT_EQ(tree_of(kLanguage,
                    "<%! static int a = 1; public <T> T f(final String... b) throws E { return "
                    "a; } class C { } %><% f(1); %>x<%= a %>"),
            "declare a : int(number 1)\n"
            "function f : T(parameter b : String[], block(return(name a)))\n"
            "class C 0\n"
            "call(name f, number 1)\n"
            "echo(text x)\n"
            "echo(name a)\n");
}

TEST(BracesJava, ClassesWithBases) {
  EXPECT_EQ(tree_of(kLanguage,
                    "public abstract class C<T extends A & B> extends D<T> implements I, J { "
                    "int a[] = { 1 }, b; static { c(); } { d(); } C() { super(1); } C(int x) "
                    "throws E { this(); } }"),
            "class C 3(name D, name I, name J, declare a : int[](array(number 1)), declare b : "
            "int, block(call(name c)), block(call(name d)), function C(block(call(name super, "
            "number 1))), function C(parameter x : int, block(call(name this))))\n");
}

TEST(BracesJava, EnumsRecordsAnnotations) {
  EXPECT_EQ(tree_of(kLanguage,
                    "enum E implements I { A(1) { void f() { } }, @X B, C; E(int a) { } } "
                    "record R(int a, String b) implements I { R { c(); } } @interface N { int "
                    "a() default 1; } @A(b = \"c\") interface K { default void f() { } }"),
            "class E 1(name I, declare A : E(new(name E, number 1, class 0(function f : "
            "void(block)))), declare B : E, declare C : E, function E(parameter a : int, "
            "block))\n"
            "class R 1(name I, declare a, declare b, function R(block(call(name c))))\n"
            "class N 0(function a : int(block))\n"
            "class K 0(function f : void(block))\n");
}

TEST(BracesJava, AnonymousClasses) {
  EXPECT_EQ(tree_of(kLanguage, "new Thread(a) { int b; public void run() { c(); } }.start();"),
            "call(member start(new(name Thread, name a, class 0(declare b : int, function run "
            ": void(block(call(name c)))))))\n");
}

TEST(BracesJava, Literals) {
  EXPECT_EQ(tree_of(kLanguage,
                    "x = \"a\\u0041\\101\\tb\" + 'c' + \"\"\"\n"
                    "    a\n"
                    "      b\\n\n"
                    "    \"\"\" + '\\'' + 1_000L;"),
            "assign =(name x, binary +(text aAA\\tb, text c : char, text a\\n  b\\n\\n, text ' "
            ": char, number 1_000L))\n");
}

TEST(BracesJava, EscapesAnywhere) {
  EXPECT_EQ(tree_of(kLanguage,
                    "\\u0052untime.get\\u0052untime().ex\\u0065c(\\u0022a\\u005cn\\u0022); // "
                    "\\u000a b(\\u0030);\n"
                    "String\\u005b\\u005d c;"),
            "call(member exec(call(member getRuntime(name Runtime))), text a\\n)\n"
            "call(name b, number 0)\n"
            "declare c : String[]\n");
}

TEST(BracesJava, CastsAndInstanceof) {
  EXPECT_EQ(tree_of(kLanguage,
                    "x = (String) a; x = (char) -b; x = (a) + b; x = (A & B) c; x = (Runnable) "
                    "() -> d(); if (a instanceof String s && s.e()) f(); if (!(a instanceof "
                    "B)) g(); x = (List<String>[]) h; x = (a < b);"),
            "assign =(name x, cast String(name a))\n"
            "assign =(name x, cast char(unary -(name b)))\n"
            "assign =(name x, binary +(name a, name b))\n"
            "assign =(name x, cast A&B(name c))\n"
            "assign =(name x, cast Runnable(function(block(return(call(name d))))))\n"
            "if(binary &&(declare s : String(name a), call(member e(name s))), block(call(name "
            "f)))\n"
            "if(unary !(binary inst(name a, name B)), block(call(name g)))\n"
            "assign =(name x, cast List[](name h))\n"
            "assign =(name x, binary <(name a, name b))\n");
}

TEST(BracesJava, Lambdas) {
  EXPECT_EQ(tree_of(kLanguage,
                    "f(a -> b, (c, d) -> { e(); }, (final int g, H h) -> i, A::new, a.b::c, "
                    "int[]::new, X.<Y>z());"),
            "call(name f, function(parameter a, block(return(name b))), function(parameter c, "
            "parameter d, block(call(name e))), function(parameter g : int, parameter h : H, "
            "block(return(name i))), member new(name A), member c(member b(name a)), member "
            "new(index(name int, empty)), call(member z(name X)))\n");
}

TEST(BracesJava, Loops) {
  EXPECT_EQ(tree_of(kLanguage,
                    "for (final Map.Entry<A, B[]> e : m.n()) f(e); for (int i = 0; i < 2; i++) "
                    "{ continue; } l: while (a) { break l; } do { b(); } while (c);"),
            "for-each(call(member n(name m)), declare e : Map.Entry, block(call(name f, name "
            "e)))\n"
            "loop(block(declare i : int(number 0)), binary <(name i, number 2), block(unary "
            "++(name i)), block(continue))\n"
            "loop(block, name a, block, block(break))\n"
            "loop(block, name c, block, block(call(name b)))\n");
}

TEST(BracesJava, Switches) {
  EXPECT_EQ(tree_of(kLanguage,
                    "switch (a) { case 1: case B: c(); break; default: d(); } x = switch (a) { "
                    "case 1, 2 -> 3; case B -> { yield 4; } case String s -> s; default -> "
                    "throw e; };"),
            "switch(name a, block(number 1), block(name B, call(name c), break), "
            "block(call(name d)))\n"
            "assign =(name x, conditional(binary is(name a, number 1, number 2), number 3, "
            "conditional(binary is(empty, name B), call(function(block(return(number 4)))), "
            "conditional(binary is(empty, declare s : String), name s, conditional(binary "
            "is(empty), unary thro(name e), empty)))))\n");
}

TEST(BracesJava, TryWithResources) {
  EXPECT_EQ(tree_of(kLanguage,
                    "try (A a = b(); c) { d(); } catch (final E | F e) { g(); } finally { h(); "
                    "} synchronized (this) { i(); }"),
            "try(block(block(declare a : A(call(name b))), block(name c), block(call(name "
            "d))), block(declare e : E|F, call(name g)), block(call(name h)))\n"
            "block(block(name this), block(call(name i)))\n");
}

TEST(BracesJava, Creation) {
  EXPECT_EQ(tree_of(kLanguage,
                    "x = new int[2][]; x = new int[] { 1 }; x = new A<>(b); x = a.new B(c); x "
                    "= new A.B<C>(); x = new @N A(); int[][] y = { { 1 }, { 2 } };"),
            "assign =(name x, new(index(name int, number 2)))\n"
            "assign =(name x, array : int[](number 1))\n"
            "assign =(name x, new(name A, name b))\n"
            "assign =(name x, binary ,(name a, new(name B, name c)))\n"
            "assign =(name x, new(member B(name A)))\n"
            "assign =(name x, new(name A))\n"
            "declare y : int[][](array(array(number 1), array(number 2)))\n");
}

TEST(BracesJava, DeclarationsAndNames) {
  EXPECT_EQ(tree_of(kLanguage,
                    "List<Map<String, int[]>> a = b, c[] = d; var e = 1; final A.B f; int "
                    "function = 1, using = 2, is = 3; record = 4; String in = out;"),
            "declare a : List(name b)\n"
            "declare c : List[](name d)\n"
            "declare e(number 1)\n"
            "declare f : A.B\n"
            "declare function : int(number 1)\n"
            "declare using : int(number 2)\n"
            "declare is : int(number 3)\n"
            "assign =(name record, number 4)\n"
            "declare in : String(name out)\n");
}

TEST(BracesJava, Imports) {
  EXPECT_EQ(tree_of(kLanguage, "package a.b; import a.b.*; import static c.D.e; import f.G;"),
            "import a.b.*\n"
            "import c.D.e\n"
            "import f.G\n");
}

TEST(BracesJava, NamesWithoutWhatDoesNotCount) {
  EXPECT_EQ(tree_of(kLanguage, "Run\342\200\213time.a\302\255b();"),
            "call(member ab(name Runtime))\n");
}

TEST(BracesJava, AssertAndYieldAndGenerics) {
  EXPECT_EQ(
      tree_of(kLanguage, "assert a : b; yield = 1; yield(a); a.<B>c(); if (i < a && b > (c)) d();"),
      "name a\n"
      "name b\n"
      "assign =(name yield, number 1)\n"
      "call(name yield, name a)\n"
      "call(member c(name a))\n"
      "if(binary &&(binary <(name i, name a), binary >(name b, name c)), block(call(name "
      "d)))\n");
}

TEST(BracesJava, StringsInAttributes) {
  EXPECT_EQ(tree_of(kLanguage, "<%=f(\\\"a\\\" + \\'b\\')%>"),
            "echo(call(name f, binary +(text a, text b)))\n");
}

TEST(BracesJava, ExpressionsOfTags) {
  EXPECT_EQ(tree_of(kLanguage, "<%=fn:a(b)%><%=#a.b(#c)%><%=@a.B@c()%><%=empty a%>"),
            "echo(name fn, call(name a, name b))\n"
            "echo(call(member b(name a), name c))\n"
            "echo(call(member c(member B(name a))))\n"
            "echo(name empty, name a)\n");
}

TEST(BracesJava, BlankMarkupBetweenBlocks) {
  EXPECT_EQ(tree_of(kLanguage,
                    "<% if (a) { %>\n"
                    "<% } %>\n"
                    "<% else { %>b<% } %>"),
            "if(name a, block(echo(text \\n)), block(echo(text b)))\n");
  EXPECT_EQ(tree_of(kLanguage, "<% try { %> <% } catch (E e) { } %>"),
            "try(block(echo(text  )), block(declare e : E))\n");
}

}  // namespace
}  // namespace pugmark::script

#include <gtest/gtest.h>

#include "detect/script/braces/braces_testing.h"

namespace pugmark::script {
namespace {

using testing::tree_of;
constexpr Language kLanguage = Language::kCSharp;

TEST(BracesSharp, ChainsOfOneOperatorAreOneNode) {
  EXPECT_EQ(tree_of(kLanguage, "<% a = b + c + d - e * f * g; %>"),
            "assign =(name a, binary -(binary +(name b, name c, name d), binary *(name e, name "
            "f, name g)))\n");
  EXPECT_EQ(tree_of(kLanguage, "<% a = b | c ^ d & e == f << g; %>"),
            "assign =(name a, binary |(name b, binary ^(name c, binary &(name d, binary "
            "==(name e, binary <<(name f, name g))))))\n");
}

TEST(BracesSharp, PrecedenceAndSides) {
  EXPECT_EQ(tree_of(kLanguage, "<% a = b = c ?\? d ?\? e; x = !a && b || c ? -d : e ? f : g; %>"),
            "assign =(name a, assign =(name b, conditional ?\?(name c, empty, conditional "
            "?\?(name d, empty, name e))))\n"
            "assign =(name x, conditional(binary ||(binary &&(unary !(name a), name b), name "
            "c), unary -(name d), conditional(name e, name f, name g)))\n");
}

TEST(BracesSharp, CastsAreToldFromParentheses) {
  EXPECT_EQ(tree_of(kLanguage,
                    "<% a = (T)b; a = (b) - c; a = (int)-c; a = (A.B[])(c); a = (b)(c); a = "
                    "(B)c.d(); %>"),
            "assign =(name a, cast T(name b))\n"
            "assign =(name a, binary -(name b, name c))\n"
            "assign =(name a, cast int(unary -(name c)))\n"
            "assign =(name a, cast A.B[](name c))\n"
            "assign =(name a, call(name b, name c))\n"
            "assign =(name a, cast B(call(member d(name c))))\n");
}

TEST(BracesSharp, TypeArgumentsAreToldFromComparisons) {
  EXPECT_EQ(tree_of(kLanguage,
                    "<% a(b < c, d > e); a(b<c, d>(e)); x = b<c>.d; y = b < c && d > e; var z "
                    "= f<int>(1); %>"),
            "call(name a, binary <(name b, name c), binary >(name d, name e))\n"
            "call(name a, call(name b, name e))\n"
            "assign =(name x, member d(name b))\n"
            "assign =(name y, binary &&(binary <(name b, name c), binary >(name d, name e)))\n"
            "declare z(call(name f, number 1))\n");
}

TEST(BracesSharp, DeclarationsHaveNameAndType) {
  EXPECT_EQ(tree_of(kLanguage,
                    "<% List<int[]>[] a = null, b; var c = 1; A.B? d; global::X.Y e = f; byte* "
                    "g; const int h = 2; ref int i = ref j; %>"),
            "declare a : List[](name null)\n"
            "declare b : List[]\n"
            "declare c(number 1)\n"
            "declare d : A.B\n"
            "declare e : X.Y(name f)\n"
            "declare g : byte*\n"
            "declare h : int(number 2)\n"
            "declare i : int(unary ref(name j))\n");
}

TEST(BracesSharp, ClassesWithBasesAndMembers) {
  EXPECT_EQ(tree_of(kLanguage,
                    "[A(1)] namespace N.M { public partial class C<T> : B<T>, I where T : "
                    "new() { static int a = 1; class D { } enum E : byte { X = 1, Y } "
                    "interface J { void f(); } record R(int a) : Q(a); } }"),
            "class C 2(name B, name I, declare a : int(number 1), class D 0, class E 1(name "
            "byte, declare X : E(number 1), declare Y : E), class J 0(function f : "
            "void(block)), class R 1(name Q, declare a))\n");
  EXPECT_EQ(tree_of(kLanguage, "namespace N; struct S { }"), "class S 0\n");
}

TEST(BracesSharp, MethodsOfAllKinds) {
  EXPECT_EQ(tree_of(kLanguage,
                    "class C { C(int a) : base(a) { b(); } C() : this(1) => c(); ~C() { } int "
                    "I.f<T>(ref T a, params string[] b) where T : I => a; static C operator "
                    "+(C a) => a; implicit operator int(C a) { return 1; } extern void g(this "
                    "int x, int y = 2); }"),
            "class C 0(function C(parameter a : int, block(call(name base, name a), call(name "
            "b))), function C(block(call(name this, number 1), call(name c))), function "
            "~C(block), function f : int(parameter a & : T, parameter b : string[], "
            "block(return(name a))), function operator + : C(parameter a : C, "
            "block(return(name a))), function operator int(parameter a : C, "
            "block(return(number 1))), function g : void(parameter x : int, parameter y : "
            "int(number 2), block))\n");
}

TEST(BracesSharp, PropertiesAndIndexersAndEvents) {
  EXPECT_EQ(tree_of(kLanguage,
                    "class C { int A { get; private set; } = 1; int B => b; int D { get { "
                    "return 1; } set => x = value; } int this[int i, int j] { get => i; set { "
                    "a = value; } } event H E; event H F { add { g(); } remove { } } }"),
            "class C 0(declare A : int(number 1), function get_B : int(block(return(name b))), "
            "function get_D : int(block(return(number 1))), function set_D(parameter value : "
            "int, block(return(assign =(name x, name value)))), function get_Item : "
            "int(parameter i, parameter j, block(return(name i))), function set_Item(parameter "
            "i, parameter j, parameter value : int, block(assign =(name a, name value))), "
            "declare E : H, function add_F(parameter value : H, block(call(name g))), function "
            "remove_F(parameter value : H, block))\n");
}

TEST(BracesSharp, ObjectsAndCollections) {
  EXPECT_EQ(tree_of(kLanguage,
                    "<% x = new A { B = c, D = { 1, 2 } }; x = new L<int> { 1, 2 }; x = new D "
                    "{ { \"a\", 1 }, [\"b\"] = 2 }; x = new { A = 1, b.C }; x = new(1) { B = 2 "
                    "}; %>"),
            "assign =(name x, new(name A, assign =(name B, name c), assign =(name D, "
            "array(number 1, number 2))))\n"
            "assign =(name x, new(name L, array(number 1, number 2)))\n"
            "assign =(name x, new(name D, array(pair(text a, number 1), pair(text b, number "
            "2))))\n"
            "assign =(name x, array(pair(text A, number 1), member C(name b)))\n"
            "assign =(name x, new(empty, number 1, assign =(name B, number 2)))\n");
}

TEST(BracesSharp, Arrays) {
  EXPECT_EQ(tree_of(kLanguage,
                    "<% int[] a = { 1, 2 }; x = new[] { 1 }; x = new byte[] { 1 }; x = new "
                    "byte[n]; x = new int[2, 3][]; x = [1, ..y]; x = stackalloc int[4]; %>"),
            "declare a : int[](array(number 1, number 2))\n"
            "assign =(name x, array(number 1))\n"
            "assign =(name x, array : byte[](number 1))\n"
            "assign =(name x, new(index(name byte, name n)))\n"
            "assign =(name x, new(index(name int, number 2, number 3)))\n"
            "assign =(name x, array(number 1, spread(name y)))\n"
            "assign =(name x, new(index(name int, number 4)))\n");
}

TEST(BracesSharp, Literals) {
  EXPECT_EQ(tree_of(kLanguage,
                    "<% x = @\"a\\\"\"b\" + \"a\\x41\\u0042\\0\" + 'c' + '\\u0041' + 0x1F + "
                    "\"\"\"\n"
                    "  a\n"
                    "   b\n"
                    "  \"\"\"; %>"),
            "assign =(name x, binary +(text a\\\"b, text aAB\\x00, text c : char, text A : "
            "char, number 0x1F, text a\\n b))\n");
}

TEST(BracesSharp, InterpolatedStrings) {
  EXPECT_EQ(tree_of(kLanguage,
                    "<% x = $\"a{b,5:D2}{{c}}{$\"d{e}\"}\"; x = $@\"\\{a}\"\"\"; x = $\"a\"; x "
                    "= $$\"\"\"{a}{{b}}\"\"\"; %>"),
            "assign =(name x, interpolated(text a, name b, text {c}, interpolated(text d, name "
            "e)))\n"
            "assign =(name x, interpolated(text \\, name a, text \"))\n"
            "assign =(name x, text a)\n"
            "assign =(name x, interpolated(text {a}, name b))\n");
}

TEST(BracesSharp, NamesWithEscapesAreTheNames) {
  EXPECT_EQ(tree_of(kLanguage, "<% @if.\\u0053tart(a\342\200\214b); %>"),
            "call(member Start(name if), name ab)\n");
}

TEST(BracesSharp, LambdasAndDelegates) {
  EXPECT_EQ(tree_of(kLanguage,
                    "<% x = a => b; x = (a, b) => { c(); }; x = async (int a, ref T b) => "
                    "await c; x = delegate (int a) { b(); }; x = delegate { }; x = static a => "
                    "a; %>"),
            "assign =(name x, function(parameter a, block(return(name b))))\n"
            "assign =(name x, function(parameter a, parameter b, block(call(name c))))\n"
            "assign =(name x, function(parameter a : int, parameter b & : T, block(return(name "
            "c))))\n"
            "assign =(name x, function(parameter a : int, block(call(name b))))\n"
            "assign =(name x, function(block))\n"
            "assign =(name x, function(parameter a, block(return(name a))))\n");
}

TEST(BracesSharp, PatternsDeclare) {
  EXPECT_EQ(tree_of(kLanguage,
                    "<% if (a is T b && c) d(); if (a is not null or { X: 1 }) d(); x = a is T "
                    "? b : c; x = a as T; x = a is A.B; x = a is string; %>"),
            "if(binary &&(declare b : T(name a), name c), block(call(name d)))\n"
            "if(binary is(name a, binary ||(unary !(name null), array(pair(name X, number "
            "1)))), block(call(name d)))\n"
            "assign =(name x, conditional(binary is(name a, name T), name b, name c))\n"
            "assign =(name x, cast T(name a))\n"
            "assign =(name x, binary is(name a, member B(name A)))\n"
            "assign =(name x, binary is(name a, name string))\n");
}

TEST(BracesSharp, SwitchOfBothKinds) {
  EXPECT_EQ(tree_of(kLanguage,
                    "<% switch (a) { case 1: case X.Y: b(); break; case T c when c.d: default: "
                    "e(); goto case 1; } x = a switch { 1 => b, T c when d => e, (1, _) => f, "
                    "_ => throw g }; %>"),
            "switch(name a, block(number 1), block(member Y(name X), call(name b), break), "
            "block(declare c : T, member d(name c)), block(call(name e)))\n"
            "assign =(name x, conditional(binary is(name a, number 1), name b, "
            "conditional(binary &&(binary is(empty, declare c : T), name d), name e, "
            "conditional(binary is(empty, array(number 1, name _)), name f, conditional(binary "
            "is(empty, name _), unary thro(name g), empty)))))\n");
}

TEST(BracesSharp, Loops) {
  EXPECT_EQ(tree_of(kLanguage,
                    "<% for (int i = 0, j = 1; i < j; i++, j--) a(); foreach (var (k, l) in m) "
                    "b(); foreach (A.B<int> c in d) { continue; } do e(); while (f); while "
                    "(true) break; for (;;) ; %>"),
            "loop(block(declare i : int(number 0), declare j : int(number 1)), binary <(name "
            "i, name j), block(unary ++(name i), unary --(name j)), block(call(name a)))\n"
            "for-each(name m, array(name k, name l), block(call(name b)))\n"
            "for-each(name d, declare c : A.B, block(continue))\n"
            "loop(block, name f, block, block(call(name e)))\n"
            "loop(block, name true, block, block(break))\n"
            "loop(block, empty, block, block)\n");
}

TEST(BracesSharp, GuardedStatements) {
  EXPECT_EQ(tree_of(kLanguage,
                    "<% using (var a = b) c(); using var d = e; lock (x) y(); fixed (byte* p = "
                    "&q[0]) r(); unsafe { s(); } checked { t(); } await using (u) { } %>"),
            "block(block(declare a(name b)), block(call(name c)))\n"
            "declare d(name e)\n"
            "block(block(name x), block(call(name y)))\n"
            "block(block(declare p : byte*(unary &(index(name q, number 0)))), block(call(name "
            "r)))\n"
            "block(block(call(name s)))\n"
            "block(block(call(name t)))\n"
            "block(block(name u), block)\n");
}

TEST(BracesSharp, TryAndThrow) {
  EXPECT_EQ(tree_of(kLanguage,
                    "<% try { a(); } catch (A.E e) when (e.b) { throw; } catch { } finally { "
                    "c(); } x = a ?\? throw new E(); %>"),
            "try(block(call(name a)), block(declare e : A.E, member b(name e), return), "
            "block(declare), block(call(name c)))\n"
            "assign =(name x, conditional ?\?(name a, empty, unary thro(new(name E))))\n");
}

TEST(BracesSharp, ArgumentsByReference) {
  EXPECT_EQ(tree_of(kLanguage, "<% a(out var b, out int c, ref d, in e, f: 1); %>"),
            "call(name a, unary out(declare b), unary out(declare c : int), unary ref(name d), "
            "unary in(name e), number 1)\n");
}

TEST(BracesSharp, Deconstruction) {
  EXPECT_EQ(tree_of(kLanguage, "<% (int a, string b) = c; var (d, e) = f; (g, h) = (h, g); %>"),
            "assign =(array(declare a : int, declare b : string), name c)\n"
            "assign =(array(name d, name e), name f)\n"
            "assign =(array(name g, name h), array(name h, name g))\n");
}

TEST(BracesSharp, Queries) {
  EXPECT_EQ(tree_of(kLanguage,
                    "<% x = from a in b join c in d on a.e equals c.f into g let h = a where h "
                    "> 1 orderby h descending, a select new { h }; %>"),
            "assign =(name x, array(assign =(name a, name b), assign =(name c, name d), member "
            "e(name a), member f(name c), assign =(name h, name a), binary >(name h, number "
            "1), name h, name a, array(name h)))\n");
}

TEST(BracesSharp, MembersAndNull) {
  EXPECT_EQ(
      tree_of(kLanguage,
              "<% a?.b?[0]?.c(); a!.b(); first::Second.c(); p->q(); x = a?[0] ; x = a ? [0] : b; "
              "x ?\?= y; x = ^1; %>"),
      "call(member c(index(member b(name a), number 0)))\n"
      "call(member b(name a))\n"
      "call(member c(name Second))\n"
      "call(member q(name p))\n"
      "assign =(name x, index(name a, number 0))\n"
      "assign =(name x, conditional(name a, array(number 0), name b))\n"
      "assign ?\?=(name x, name y)\n"
      "assign =(name x, unary ^(number 1))\n");
}

TEST(BracesSharp, WordsOfOtherLanguagesAreNames) {
  EXPECT_EQ(tree_of(kLanguage,
                    "<% var function = 1; int instanceof, synchronized, then; from = where + "
                    "select; await.x(); %>"),
            "declare function(number 1)\n"
            "declare instanceof : int\n"
            "declare synchronized : int\n"
            "declare then : int\n"
            "assign =(name from, binary +(name where, name select))\n"
            "call(member x(name await))\n");
}

TEST(BracesSharp, ImportsAndAliases) {
  EXPECT_EQ(tree_of(kLanguage,
                    "using A.B; using static C.D; using P = E.F<int>; global using G; extern "
                    "alias H;"),
            "import A.B\n"
            "import C.D\n"
            "import E.F : P\n"
            "import G\n"
            "declare H : alias\n");
}

TEST(BracesSharp, TypesAsValues) {
  EXPECT_EQ(tree_of(kLanguage,
                    "<% a(typeof(L<>), default(int), sizeof(A.B), default, nameof(c)); x = a "
                    "with { B = 1 }; %>"),
            "call(name a, call(name typeof, name L), call(name default, name int), call(name "
            "sizeof, name A.B), name default, call(name nameof, name c))\n"
            "assign =(name x, new(name a, assign =(name B, number 1)))\n");
}

TEST(BracesSharp, AwaitAndYield) {
  EXPECT_EQ(tree_of(kLanguage,
                    "<% await a.b(); x = await (c); yield return d; yield break; await foreach "
                    "(var e in g) { } %>"),
            "call(member b(name a))\n"
            "assign =(name x, name c)\n"
            "return(name d)\n"
            "return\n"
            "for-each(name g, declare e, block)\n");
}

TEST(BracesSharp, LabelsAndAttributesArePassedOver) {
  EXPECT_EQ(tree_of(kLanguage, "[W] void f([A] int a) { l: b(); goto l; }"),
            "function f : void(parameter a : int, block(call(name b)))\n");
}

TEST(BracesSharp, CodeThatIsCut) {
  EXPECT_EQ(tree_of(kLanguage, "<% if (a) { %>b<%= c %><% } %> <% else { %>d<% } %>"),
            "if(name a, block(echo(text b), echo(name c)), block(echo(text d)))\n");
  EXPECT_EQ(tree_of(kLanguage, "<% foreach (var a in b) %>c"),
            "for-each(name b, declare a, block(echo(text c)))\n");
  EXPECT_EQ(tree_of(kLanguage, "<%! int f() { return 1; } %><% f( %>a<%= b) %>"),
            "skipped 1\n"
            "function f : int(block(return(number 1)))\n"
            "call(name f)\n"
            "echo(text a)\n"
            "echo(name b)\n");
}

}  // namespace
}  // namespace pugmark::script

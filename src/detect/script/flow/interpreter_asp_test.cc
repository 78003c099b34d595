#include <gtest/gtest.h>

#include "detect/script/flow/flow_testing.h"

// What the interpreter promises, by scripts of VBScript and JScript: each is a path that there is,
// or one that there is not.
namespace pugmark::script::testing {
namespace {

// ---- VBScript

TEST(InterpreterVb, PassesByReference) {
  EXPECT_EQ(key_of_vb("Sub F(ByRef x)\nx = Request(\"k\")\nEnd Sub\nDim c\nCall F(c)\ninert_run c"),
            "k");
  EXPECT_EQ(key_of_vb("Sub F(ByVal x)\nx = Request(\"k\")\nEnd Sub\nDim c\nc = \"ls\"\nF c\n"
                      "inert_run c"),
            "");
}

TEST(InterpreterVb, ReturnsByTheFunctionsName) {
  EXPECT_EQ(key_of_vb("Function F(x)\nF = x & \"a\"\nEnd Function\ninert_run F(Request(\"k\"))"),
            "k");
  EXPECT_EQ(key_of_vb("Function F()\nF = Request(\"k\")\nExit Function\nF = \"a\"\nEnd Function\n"
                      "inert_run F()"),
            "k");
  EXPECT_EQ(key_of_vb("Function F()\nF = Request(\"k\")\nF = \"a\"\nEnd Function\ninert_run F()"),
            "");
  EXPECT_EQ(key_of_vb("Function F()\nF = Request(\"k\")\nEnd Function\nx = F\ninert_run x"), "k");
}

TEST(InterpreterVb, FollowsWith) {
  EXPECT_EQ(key_of_vb("With Request\nc = .Form(\"k\")\nEnd With\ninert_run c"), "k");
  EXPECT_EQ(key_of_vb("Class A\nPublic X\nEnd Class\nSet a = New A\nWith a\n.X = Request(\"k\")\n"
                      "End With\ninert_run a.X"),
            "k");
}

TEST(InterpreterVb, TakesEveryCase) {
  EXPECT_EQ(
      key_of_vb("Select Case Request(\"a\")\nCase \"x\", \"y\"\nc = Request(\"k\")\nCase Else\n"
                "c = \"ls\"\nEnd Select\ninert_run c"),
      "k");
  EXPECT_EQ(key_of_vb("On Error Resume Next\nc = Request(\"k\")\nIf Err Then c = \"ls\"\n"
                      "inert_run c"),
            "k");
}

TEST(InterpreterVb, KeepsArrays) {
  EXPECT_EQ(key_of_vb("Dim a(3)\na(1) = Request(\"k\")\ninert_run a(1)"), "k");
  EXPECT_EQ(key_of_vb("a = Array(\"x\", Request(\"k\"))\ninert_run a(0)"), "");
  EXPECT_EQ(key_of_vb("a = Array(\"x\", Request(\"k\"))\ninert_run a(1)"), "k");
  EXPECT_EQ(key_of_vb("a = Split(\"x,inert_run Request(\"\"k\"\")\", \",\")\nExecute a(1)"), "k");
  EXPECT_EQ(
      key_of_vb("For Each p In Array(\"inert_run \", \"Request(\"\"k\"\")\")\ns = s & p\nNext\n"
                "inert_evaluate s"),
      "k");
  EXPECT_EQ(key_of_vb("Dim d\nSet d = CreateObject(\"Scripting.Dictionary\")\nd.Add \"x\", "
                      "Request(\"k\")\ninert_run d(\"x\")"),
            "k");
}

TEST(InterpreterVb, RunsDecoders) {
  // Each character is one more than it should be.
  EXPECT_EQ(key_of_vb("s = \"jofsu`svo!Sfrvftu)#l#*\"\nFor i = 1 To Len(s)\no = o & Chr(Asc(Mid(s, "
                      "i, 1)) - 1)\nNext\ninert_evaluate o"),
            "k");
  EXPECT_EQ(key_of_vb("s = \"jofsu`svo!Sfrvftu)#l#*\"\ni = 1\nDo While i <= Len(s)\no = o & "
                      "Chr(Asc(Mid(s, i, 1)) - 1)\ni = i + 1\nLoop\ninert_evaluate o"),
            "k");
  EXPECT_EQ(key_of_vb("s = \"hodsu^sto!Sdptdru)#j#(\"\nFor i = 1 To Len(s)\no = o & Chr(Asc(Mid(s, "
                      "i, 1)) Xor 1)\nNext\ninert_evaluate o"),
            "k");
  EXPECT_EQ(key_of_vb("inert_evaluate Chr(105) & \"nert_run Request(\" & Chr(&H22) & \"k\" & "
                      "Chr(34) & \")\""),
            "k");
  EXPECT_EQ(key_of_vb("inert_evaluate StrReverse(\")\"\"k\"\"(tseuqeR nur_treni\")"), "k");
  EXPECT_EQ(key_of_vb("x = 255 And 105\ninert_evaluate Chr(x) & \"nert_run Request(\"\"k\"\")\""),
            "k");
}

// What grows by a loop is no reason to give up.
TEST(InterpreterVb, JoinsManyPieces) {
  EXPECT_EQ(key_of_vb("For i = 1 To 9000\ns = s & \"0123456789\"\nNext\nIf Len(s) = 90000 Then "
                      "inert_run Request(\"k\")\nIf Len(s) <> 90000 Then inert_run Request(\"n\")"),
            "k");
  const Analysis analysis =
      analysed("<%\nFor i = 1 To 9000\ns = s & \"0123456789\"\nNext\n%>", "x.asp");
  EXPECT_TRUE(analysis.cuts.empty());
  EXPECT_TRUE(analysed("<%\nFor i = 1 To 6000\ns = \"x\" & s\nNext\n%>", "x.asp").cuts.empty());
}

TEST(InterpreterVb, LeavesLoops) {
  EXPECT_EQ(key_of_vb("For i = 1 To 9\nIf i = 2 Then Exit For\ns = s & \"inert_run "
                      "Request(\"\"k\"\")\"\nNext\ninert_evaluate s"),
            "k");
  EXPECT_EQ(key_of_vb("For i = 10 To 1 Step -9\ns = s & i & \":\"\nNext\nIf s = \"10:1:\" Then\n"
                      "inert_evaluate \"inert_run Request(\"\"k\"\")\"\nEnd If"),
            "k");
}

TEST(InterpreterVb, FollowsClasses) {
  const std::string kit =
      "Class Kit\nPublic X\nPrivate c\nPublic Sub Go(v)\ninert_run v\nEnd Sub\nPublic Sub Keep(v)\n"
      "c = v\nEnd Sub\nPublic Sub Own\ninert_run c\nEnd Sub\nPublic Function Same(v)\nSame = v\n"
      "End Function\nEnd Class\nSet a = New Kit\nSet b = New Kit\n";
  EXPECT_EQ(key_of_vb(kit + "a.Go Request(\"k\")"), "k");
  EXPECT_EQ(key_of_vb(kit + "a.Keep Request(\"k\")\na.Own"), "k");
  EXPECT_EQ(key_of_vb(kit + "inert_run a.Same(Request(\"k\"))"), "k");
  EXPECT_EQ(key_of_vb(kit + "a.X = Request(\"k\")\nSet d = a\ninert_run d.X"), "k");
  // Each object has fields of its own.
  EXPECT_EQ(key_of_vb(kit + "a.X = Request(\"k\")\nb.X = \"ls\"\ninert_run b.X"), "");
  EXPECT_EQ(key_of_vb(kit + "a.Keep Request(\"k\")\nb.Keep \"ls\"\nb.Own"), "");
}

TEST(InterpreterVb, RunsCodeInPlace) {
  EXPECT_EQ(key_of_vb("Execute \"c = Request(\"\"k\"\")\"\ninert_run c"), "k");
  EXPECT_EQ(key_of_vb("ExecuteGlobal \"Function F(x)\" & vbCrLf & \"F = x\" & vbCrLf & \"End "
                      "Function\"\ninert_run F(Request(\"k\"))"),
            "k");
}

TEST(InterpreterVb, BelievesChecks) {
  EXPECT_EQ(key_of_vb("inert_run CInt(Request(\"k\"))"), "");
  EXPECT_EQ(key_of_vb("inert_run Len(Request(\"k\"))"), "");
}

// ---- JScript

TEST(InterpreterJScript, CallsClosures) {
  EXPECT_EQ(key_of_jscript("var c = Request('k'); (function () { inert_run(c); })();"), "k");
  EXPECT_EQ(key_of_jscript("var o = { go: function (x) { inert_run(x); } }; o.go(Request('k'));"),
            "k");
  EXPECT_EQ(key_of_jscript("var o = { go: function (x) { inert_run(x); } }; o['g' + "
                           "'o'](Request('k'));"),
            "k");
  EXPECT_EQ(key_of_jscript("var e = inert_run; e(Request('k'));"), "k");
  EXPECT_EQ(key_of_jscript("function f() { inert_run(arguments[0]); } f(Request('k'));"), "k");
  EXPECT_EQ(key_of_jscript("inert_run.call(null, Request('k'));"), "k");
  EXPECT_EQ(key_of_jscript("inert_run.apply(null, [Request('k')]);"), "k");
}

TEST(InterpreterJScript, MakesFunctionsOfTexts) {
  EXPECT_EQ(key_of_jscript("var f = new Function('a', 'inert_run(a)'); f(Request('k'));"), "k");
  EXPECT_EQ(key_of_jscript("new Function('inert_run(Request(\"k\"))')();"), "k");
}

TEST(InterpreterJScript, PutsTextsTogether) {
  EXPECT_EQ(key_of_jscript("inert_evaluate('iXnert_run(RXequest(\"k\"))'.replace(/X/g, ''));"),
            "k");
  EXPECT_EQ(key_of_jscript("inert_evaluate(['inert_run(', 'Request(\"k\"))'].join(''));"), "k");
  EXPECT_EQ(key_of_jscript("inert_evaluate('xxinert_run(Request(\"k\"))yy'.slice(2, -2));"), "k");
  EXPECT_EQ(key_of_jscript("inert_evaluate('))\"k\"(tseuqeR(nur_treni'.split('').reverse().join("
                           "''));"),
            "k");
  EXPECT_EQ(key_of_jscript("inert_evaluate(String.fromCharCode(105, 110) + "
                           "'ert_run(Request(\"k\"))');"),
            "k");
  EXPECT_EQ(key_of_jscript("inert_evaluate(unescape('%69nert_run(Request(%22k%22))'));"), "k");
}

TEST(InterpreterJScript, KnowsOperators) {
  EXPECT_EQ(key_of_jscript("var c = Request('k') || 'ls'; inert_run(c);"), "k");
  EXPECT_EQ(key_of_jscript("var c = Request('k') && 'ls'; inert_run(c);"), "");
  EXPECT_EQ(key_of_jscript("var c = typeof Request('k') == 'x' ? 'a' : 'b'; inert_run(c);"), "");
  EXPECT_EQ(key_of_jscript("var a = []; a.push(Request('k')); inert_run(a[0]);"), "k");
  EXPECT_EQ(key_of_jscript("var a = ['x']; a.push('inert_run(Request(\"k\"))'); "
                           "inert_evaluate(a.pop());"),
            "k");
  EXPECT_EQ(key_of_jscript("inert_run(parseInt(Request('k')) + 0);"), "");
}

TEST(InterpreterJScript, RunsLoopsOverVariables) {
  EXPECT_EQ(key_of_jscript("var n = 2, f = 'inert_'; while (n) { n--; f += n ? 'ru' : 'n'; } "
                           "inert_evaluate(f + '(Request(\"k\"))');"),
            "k");
}

}  // namespace
}  // namespace pugmark::script::testing

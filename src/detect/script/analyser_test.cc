#include "detect/script/analyser.h"

#include <array>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "detect/script/flow/effect_rows.h"
#include "detect/script/flow/strength.h"

namespace pugmark::script {
namespace {

// Sinks that no server knows: nothing here could be planted.
constexpr Effect kInertSinks[] = {
    rows::sink("inert_evaluate", SinkKind::kEvaluate, rows::arg(0)),
    rows::sink("inert_run", SinkKind::kCommand, rows::arg(0), kFromSystem),
    rows::sink("inert_write", SinkKind::kWriteFile, rows::arg(0) | rows::arg(1)),
    rows::sink("inertprocess.start", SinkKind::kCommand, rows::arg(0)),
    rows::sink("inertruntime.launch", SinkKind::kCommand, rows::arg(0)),
};

Analysis analysed(std::string_view text, std::string_view path) {
  AnalysisBounds bounds;
  bounds.own_effects = kInertSinks;
  return Analyser(bounds).analyse(as_bytes(text), path);
}

// The steps as lines: "source@12 the request: x".
std::string steps_of(const Analysis& analysis) {
  std::string lines;
  for (const FileStep& step : analysis.steps)
    lines += std::string(to_string(step.role)) + '@' + std::to_string(step.offset_bytes) + ' ' +
             step.what + '\n';
  return lines;
}

int strength(const Analysis& analysis) {
  return analysis.flows.empty() ? 0 : strength_of(analysis.flows.front());
}

TEST(Analyser, tells_the_path_from_source_to_sink) {
  const Analysis analysis =
      analysed("<?php\n$a = $_POST['order'];\n$b = trim($a);\ninert_run($b);\n", "x.php");
  EXPECT_EQ(steps_of(analysis),
            "source@11 the request: order\n"
            "step@6 kept in a\n"
            "step@33 passed through trim\n"
            "step@28 kept in b\n"
            "sink@43 run as a command by inert_run\n");
  EXPECT_EQ(analysis.key, "order");
  EXPECT_EQ(analysis.kind, BackdoorKind::kExecution);
  EXPECT_EQ(analysis.steps.back().text, "inert_run($b)");
  EXPECT_EQ(strength(analysis), 95);
}

TEST(Analyser, finds_nothing_where_nothing_reaches_a_sink) {
  EXPECT_TRUE(
      analysed("<?php $a = $_POST['a']; inert_run('ls'); echo strlen($a);", "x.php").steps.empty());
  EXPECT_TRUE(analysed("<?php inert_run(intval($_GET['n']));", "x.php").steps.empty());
  EXPECT_EQ(analysed("no code at all", "x.txt").page, PageKind::kNone);
}

TEST(Analyser, follows_names_that_are_put_together) {
  const Analysis joined = analysed("<?php $f = 'inert_' . strrev('nur'); $f($_GET['q']);", "x.php");
  EXPECT_EQ(joined.key, "q");
  EXPECT_EQ(strength(joined), 95);
  const Analysis chosen = analysed("<?php $_GET['f']($_GET['a']);", "x.php");
  EXPECT_EQ(chosen.flows.front().sink, SinkKind::kCall);
}

TEST(Analyser, runs_decoders_and_loops_of_constants) {
  // Each character is one less than it should be.
  const Analysis analysis = analysed(
      "<?php $s = 'hmdqs^qtm'; $o = '';\n"
      "for ($i = 0; $i < strlen($s); $i++) { $o .= chr(ord($s[$i]) + 1); }\n"
      "$o($_REQUEST['z']);",
      "x.php");
  EXPECT_EQ(analysis.key, "z");
  EXPECT_EQ(strength(analysis), 95);
}

TEST(Analyser, reads_code_that_a_constant_unpacks_to) {
  // base64 of: inert_run($_POST['in']);
  const Analysis analysis =
      analysed("<?php inert_evaluate(base64_decode('aW5lcnRfcnVuKCRfUE9TVFsnaW4nXSk7'));", "x.php");
  EXPECT_EQ(analysis.counts.unpacked_layers, 1U);
  EXPECT_EQ(analysis.key, "in");
  ASSERT_FALSE(analysis.steps.empty());
  EXPECT_EQ(analysis.steps.back().layer, 1U);
  EXPECT_EQ(analysis.steps.back().text, "inert_run($_POST['in'])");
  // What stands in a layer has the place of what it was unpacked from.
  EXPECT_EQ(analysis.steps.back().offset_bytes, 6U);
}

TEST(Analyser, follows_functions_and_objects) {
  const Analysis analysis = analysed(
      "<?php class Box { public $x; function __construct($v) { $this->x = $v; }\n"
      "function open() { return inert_run($this->x); } }\n"
      "function pass($v) { return $v; }\n"
      "$b = new Box(pass($_COOKIE['c'])); $b->open();",
      "x.php");
  EXPECT_EQ(analysis.key, "c");
  EXPECT_EQ(strength(analysis), 95);
}

TEST(Analyser, reads_classic_asp) {
  const Analysis analysis = analysed(
      "<%@ Language=VBScript %>\n<%\nDim a\na = Request(\"pw\")\nIf a <> \"\" Then inert_evaluate "
      "a\n%>",
      "x.asp");
  EXPECT_EQ(analysis.page, PageKind::kAsp);
  EXPECT_EQ(analysis.key, "pw");
  EXPECT_EQ(strength(analysis), 100);
}

TEST(Analyser, reads_asp_net) {
  const Analysis analysis = analysed(
      "<%@ Page Language=\"C#\" %><script runat=\"server\">\n"
      "void Page_Load(object sender, EventArgs e) { InertProcess.Start(Request.Form[\"c\"]); }\n"
      "</script><asp:TextBox id=\"box\" runat=\"server\" />",
      "x.aspx");
  EXPECT_EQ(analysis.page, PageKind::kAspNet);
  EXPECT_EQ(analysis.key, "c");
  EXPECT_EQ(strength(analysis), 95);
  // What is typed into a server control comes with the request.
  const Analysis control = analysed(
      "<%@ Page Language=\"VB\" %><script runat=\"server\">\n"
      "Sub Go(s As Object, e As EventArgs)\nInertProcess.Start(box.Text)\nEnd Sub\n"
      "</script><asp:TextBox id=\"box\" runat=\"server\" />",
      "x.aspx");
  EXPECT_EQ(strength(control), 95);
}

// The form of the shells of 2021: the text dump of a virtual directory whose ExternalUrl holds a
// script. The sink's name is altered.
TEST(Analyser, reads_a_script_inside_the_dump_of_a_virtual_directory) {
  const Analysis analysis = analysed(
      "Name                          : OAB (Default Web Site)\r\n"
      "InternalUrl                   : https://mail.example.org/OAB\r\n"
      "ExternalUrl                   : http://f/<script language=\"JScript\" runat=\"server\">"
      "function Page_Load(){inert_evaluate(Request[\"example\"],\"un\"+\"safe\");}</script>\r\n"
      "WhenChanged                   : 3/14/2021 6:41:00 AM\r\n",
      "discover.aspx");
  EXPECT_EQ(analysis.page, PageKind::kAspNet);
  EXPECT_EQ(analysis.key, "example");
  EXPECT_EQ(analysis.kind, BackdoorKind::kExecution);
  EXPECT_EQ(strength(analysis), 100);
}

TEST(Analyser, reads_jsp) {
  const Analysis analysis = analysed(
      "<%@ page import=\"java.io.*\" %><% String c = request.getParameter(\"cmd\");\n"
      "StringBuilder b = new StringBuilder(); b.append(c);\n"
      "InertRuntime.launch(b.toString()); %>",
      "x.jsp");
  EXPECT_EQ(analysis.page, PageKind::kJsp);
  EXPECT_EQ(analysis.key, "cmd");
  EXPECT_EQ(strength(analysis), 95);
}

TEST(Analyser, gives_places_in_the_bytes_of_utf16) {
  const std::string_view text = "<?php inert_run($_GET['a']);";
  std::string wide = "\xff\xfe";
  for (const char c : text) {
    wide += c;
    wide += '\0';
  }
  const Analysis analysis = analysed(wide, "x.php");
  ASSERT_FALSE(analysis.steps.empty());
  EXPECT_EQ(analysis.steps.back().offset_bytes, 2 + 2 * 6U);
  EXPECT_EQ(analysis.steps.back().length_bytes, 2 * 21U);
}

// Handlers are called by the server, whoever they call themselves.
TEST(Analyser, runs_handlers_that_hand_on_what_they_read) {
  const Analysis analysis = analysed(
      "<%@ Page Language=\"C#\" %><script runat=\"server\">\n"
      "void Run(string c) { InertProcess.Start(c); }\n"
      "void Go_Click(object sender, EventArgs e) { Run(box.Text); }\n"
      "</script><asp:TextBox id=\"box\" runat=\"server\" />",
      "x.aspx");
  EXPECT_EQ(strength(analysis), 95);
  // Functions inside of others, too.
  const Analysis inner =
      analysed("<?php function outer() { function inner() { inert_run($_GET['i']); } }", "x.php");
  EXPECT_EQ(inner.key, "i");
}

TEST(Analyser, takes_parameters_of_web_services_for_requests) {
  const std::string_view members =
      " class=\"S\" %>\npublic class S { public string Go(string c) { return "
      "InertProcess.Start(c); } }";
  EXPECT_EQ(strength(analysed("<%@ WebService Language=\"C#\"" + std::string(members), "x.asmx")),
            95);
  EXPECT_EQ(strength(analysed("<%@ WebHandler Language=\"C#\"" + std::string(members), "x.ashx")),
            9);
}

TEST(Analyser, looks_at_scripts_that_are_written) {
  const Analysis planter =
      analysed("<?php inert_write('a.php', '<?php inert_run($_GET[\"x\"]); ?>');", "x.php");
  EXPECT_EQ(strength(planter), 85);
  ASSERT_FALSE(planter.steps.empty());
  EXPECT_EQ(planter.steps.back().what,
            "written to a file by inert_write: a script that may do what a request says");
  EXPECT_EQ(strength(analysed("<?php inert_write('a.php', '<?php return 1; ?>');", "x.php")), 2);
  // What was left out of one is said, of it alone.
  const std::string nested =
      "inert_write('a.php', '<?php $a = " + std::string(300'000, '(') + "');";
  const Analysis cut = analysed("<?php " + nested, "x.php");
  ASSERT_EQ(cut.cuts.size(), 1U);
  EXPECT_EQ(cut.cuts[0], "Of a script that it writes to a file not everything was read.");
  EXPECT_TRUE(planter.cuts.empty());
}

TEST(Analyser, tells_pages_that_are_fetched) {
  EXPECT_EQ(strength(analysed("<?php $d = 'a/'; inert_write($d . 'b.php', "
                              "file_get_contents('http://example.org/b.txt'));",
                              "x.php")),
            60);
  EXPECT_LT(strength(analysed("<?php $d = 'a/'; inert_write($d . 'b.zip', "
                              "file_get_contents('http://example.org/b.txt'));",
                              "x.php")),
            20);
}

// Packers keep what they unpack behind their own code.
TEST(Analyser, lets_scripts_read_themselves) {
  const std::string_view whole =
      "<?php $h = fopen(__FILE__, 'rb'); fgets($h, 1024); "
      "inert_evaluate(base64_decode(fread($h, 34))); return; ?>\n"
      "aW5lcnRfcnVuKCRfUE9TVFsnaW4nXSk7IC8v";
  const Analysis analysis = analysed(whole, "a/x.php");
  EXPECT_EQ(analysis.key, "in");
  const Analysis at = analysed(
      "<?php\n\n$n = __LINE__;\nif ($n == 3) { $f = 'inert_' . 'run'; } else { $f = 'trim'; }\n"
      "$f($_GET['l']);",
      "x.php");
  EXPECT_EQ(strength(at), 95);
}

TEST(Analyser, makes_functions_of_constants) {
  const Analysis analysis = analysed(
      "<?php $f = create_function('$c,$d', 'inert_run($c . $d);'); $f($_POST['p'], 'x');", "x.php");
  EXPECT_EQ(analysis.key, "p");
  EXPECT_EQ(strength(analysis), 95);
}

TEST(Analyser, reads_code_in_style_sheets) {
  const Analysis analysis = analysed(
      "<%@ Page Language=\"C#\" %><% XmlDocument d = new "
      "XmlDocument();\nd.LoadXml(@\"<x><msxsl:script "
      "language=\"\"JScript\"\"><![CDATA[function f() { inert_evaluate(Request.Item['s']); }]]>"
      "</msxsl:script></x>\"); %>",
      "x.aspx");
  EXPECT_EQ(analysis.key, "s");
  EXPECT_EQ(strength(analysis), 100);
}

TEST(Analyser, knows_objects_by_their_class) {
  const std::string text =
      "<object runat=server id=o scope=page classid=\"clsid:0D43FE01-F093-11CF-8940-00A0C9054228\">"
      "</object><% o.DeleteFile Request(\"f\") %>";
  const Analysis analysis = analysed(text, "x.asp");
  ASSERT_FALSE(analysis.flows.empty());
  EXPECT_TRUE(analysis.flows.front().is_sure);
}

// What one way sets decides nothing for those who took another.
TEST(Analyser, decides_nothing_by_what_may_not_be_set) {
  const Analysis analysis = analysed(
      "<?php for ($i = 0; $i < 3; $i++) { $x .= 'a'; }\n"
      "foreach ($_REQUEST as $k => $v) { $$k = $v; }\n"
      "if (trim($cmd) == 'list') { $act = 'list'; }\n"
      "if ($act == 'run') { inert_run($cmd); }",
      "x.php");
  EXPECT_EQ(analysis.key, "cmd");
  EXPECT_EQ(strength(analysis), 95);
}

TEST(Analyser, takes_the_last_of_a_comma) {
  EXPECT_EQ(
      analysed("<%@ Language=JScript %><% var a = (1, Request('c')); inert_run(a); %>", "x.asp")
          .key,
      "c");
  EXPECT_TRUE(
      analysed("<%@ Language=JScript %><% var a = (Request('c'), 1); inert_run(a); %>", "x.asp")
          .steps.empty());
}

// Texts that grow and that are changed in place are nobody else's.
TEST(Analyser, keeps_texts_apart) {
  const auto run = [](std::string_view name) {
    return strength(
        analysed("<?php $a = 'inert_ruo'; " + std::string(name) + "($_GET['a']);", "x.php"));
  };
  EXPECT_EQ(run("$a[8] = 'n'; $a"), 95);
  EXPECT_EQ(run("$a[0] = 'i'; $b = $a; $b[8] = 'n'; $b"), 95);
  EXPECT_EQ(run("$a[0] = 'i'; $b = $a; $b[8] = 'n'; $a"), 0);
  EXPECT_EQ(run("$a[0] = 'i'; $b = $a; $a[8] = 'n'; $b"), 0);
  // Long enough to have room to grow.
  const std::string grown =
      "$l = str_repeat('-', 100); $l .= 'inert_'; $m = $l; $l .= 'none'; $m .= 'run'; ";
  EXPECT_EQ(run(grown + "$n = substr($m, 100); $n"), 95);
  EXPECT_EQ(run(grown + "$n = substr($l, 100); $n"), 0);
  EXPECT_EQ(run("$n = substr_replace('inert_xx', 'run', -2); $n"), 95);
}

TEST(Analyser, decides_nothing_behind_a_logical_operator) {
  EXPECT_EQ(analysed("<?php for ($i = 0; $i < 3; $i++) { $x .= 'a'; } extract($_POST);\n"
                     "!$act && $act = 'file';\nif ($act == 'go') { inert_run($c); }",
                     "x.php")
                .key,
            "c");
}

TEST(Analyser, sees_what_is_printed_through_a_function) {
  EXPECT_EQ(analysed("<?php ob_start('inert_run'); echo $_GET['o']; ob_end_flush();", "x.php").key,
            "o");
  EXPECT_EQ(analysed("<?php inert_run($GLOBALS['_POST']['g']);", "x.php").key, "g");
}

TEST(Analyser, survives_operators_without_operands) {
  for (const std::string_view code :
       {"++;", "--;", "!;", "~;", "-;", "@;", "$a ++ ++;", "+ = ;", "(int);"}) {
    EXPECT_TRUE(analysed("<?php " + std::string(code), "x.php").steps.empty());
    EXPECT_TRUE(
        analysed("<%@ Language=JScript %><% " + std::string(code) + " %>", "x.asp").steps.empty());
    EXPECT_TRUE(
        analysed("<%@ page import=\"a\" %><% " + std::string(code) + " %>", "x.jsp").steps.empty());
    EXPECT_TRUE(analysed("<% " + std::string(code) + " %>", "y.asp").steps.empty());
    EXPECT_TRUE(analysed("#!/usr/bin/perl\n" + std::string(code), "x.pl").steps.empty());
  }
}

// Of an array whose key is not known any item may be meant, in long ones too.
TEST(Analyser, knows_where_any_item_may_come_from) {
  const std::string list = "<?php for ($i = 0; $i < 40; $i++) { $a[$i] = 'x'; } ";
  EXPECT_EQ(strength(analysed(list + "inert_run($a[rand()]);", "x.php")), 4);
  EXPECT_EQ(analysed(list + "$a[5] = $_GET['set']; inert_run($a[rand()]);", "x.php").key, "set");
  EXPECT_EQ(
      analysed(list + "$b = $a[rand()]; $a[5] = $_GET['late']; inert_run($a[rand()]);", "x.php")
          .key,
      "late");
  EXPECT_EQ(
      analysed(list + "$b = $a[rand()]; $a[] = $_GET['more']; inert_run($a[rand()]);", "x.php").key,
      "more");
}

// A long list of cases is no deep one: every case is read, and nothing is said to be missing.
TEST(Analyser, reads_every_case_of_a_long_list) {
  const auto list = [](std::string_view first, std::string_view other, std::string_view last) {
    std::string text(first);
    for (int i = 0; i < 100; ++i) text += fmt::format(fmt::runtime(other), i);
    return text + std::string(last);
  };
  const std::array<std::pair<std::string, std::string_view>, 3> pages = {{
      {"<%\n" + list("If x = 0 Then\ny = 0\n", "ElseIf x = {0} Then\ny = {0}\n",
                     "ElseIf x = 100 Then\ninert_run Request(\"k\")\nEnd If\n%>"),
       "x.asp"},
      {"#!/usr/bin/perl\nuse CGI;\nmy $q = CGI->new;\n" +
           list("if ($x == 0) { $y = 0; }\n", "elsif ($x == {0}) {{ $y = {0}; }}\n",
                "elsif ($x == 100) { inert_run($q->param('k')); }\n"),
       "x.pl"},
      {"#!/usr/bin/python3\nimport cgi\nq = cgi.FieldStorage()\n" +
           list("if x == 0:\n  y = 0\n", "elif x == {0}:\n  y = {0}\n",
                "elif x == 100:\n  inert_run(q.getvalue('k'))\n"),
       "x.py"},
  }};
  for (const auto& [text, path] : pages) {
    const Analysis analysis = analysed(text, path);
    EXPECT_EQ(analysis.key, "k") << path;
    EXPECT_EQ(analysis.cuts, std::vector<std::string>()) << path;
  }
}

TEST(Analyser, says_how_many_places_are_too_deep) {
  std::string one = "<?php $a = ";
  one.append(500, '(');
  EXPECT_EQ(analysed(one, "x.php").cuts,
            std::vector<std::string>{"1 place is nested too deep to be read."});
  EXPECT_EQ(analysed(one + ';' + one.substr(6), "x.php").cuts,
            std::vector<std::string>{"2 places are nested too deep to be read."});
}

TEST(Analyser, says_how_many_tags_are_left_out) {
  std::string text = "<% x = 1 %>";
  for (std::size_t i = 0; i < Page::kTagsMax; ++i) text += "<a:b/>";
  EXPECT_EQ(analysed(text, "x.aspx").cuts, std::vector<std::string>());
  EXPECT_EQ(analysed(text + "<a:b/><a:b/>", "x.aspx").cuts,
            std::vector<std::string>{
                "It has too many tags or attributes: what 2 of them declare is not known."});
}

// Whatever is asked of it, it ends, and says that it left something out.
TEST(Analyser, bounds_what_hostile_scripts_cost) {
  std::string nested = "<?php $a = ";
  nested.append(300'000, '(');
  EXPECT_FALSE(analysed(nested, "x.php").cuts.empty());
  EXPECT_FALSE(analysed("<?php for ($s = '', $i = 0; $i < 1000000000; $i++) { $s .= $i; }", "x.php")
                   .cuts.empty());
  EXPECT_TRUE(
      analysed("<?php function f($x) { return f(f($x)); } f($_GET['a']);", "x.php").steps.empty());
  // Calls whose work goes with what they are given, in loops.
  for (const std::string_view call :
       {"$h = md5($t);", "$h = str_rot13($t);", "array_pop($a);", "array_shift($a);",
        "$h = implode('', $a);", "$h = $t == $u;", "$b = $a; $b[0] = 1;", "g(...$a);"}) {
    const Analysis heavy = analysed(
        "<?php $t = str_repeat('a', 4000000); $u = str_repeat('a', 4000000); $a = range(1, 400000);"
        "for ($i = 0; $i < 100000; $i++) { " +
            std::string(call) + " $s .= 'x'; } inert_run($_GET['k']);",
        "x.php");
    EXPECT_FALSE(heavy.cuts.empty()) << call;
    // What follows a loop that asks for too much is followed all the same.
    EXPECT_EQ(heavy.key, "k") << call;
  }
  // Arguments that an array becomes, in one another.
  std::string spread = "<?php $a = range(1, 1000000); $z = 1;";
  for (int i = 0; i < 200; ++i) spread += " g(...$a, b:";
  EXPECT_FALSE(analysed(spread, "x.php").cuts.empty());
  // Code that unpacks to itself is read once.
  const Analysis itself =
      analysed("<?php $c = 'inert_evaluate($c);'; inert_evaluate($c);", "x.php");
  EXPECT_EQ(itself.counts.unpacked_layers, 1U);
}

TEST(Analyser, reads_no_place_of_itself_that_there_is_not) {
  for (const std::string_view place : {"NAN", "INF", "-INF", "-1", "1e300", "-1e300"}) {
    for (const std::string_view count : {"10", "NAN", "1e300", "-5"}) {
      const std::string code = "<?php $h = fopen(__FILE__, 'r'); fseek($h, " + std::string(place) +
                               "); $x = fread($h, " + std::string(count) + "); $y = fgets($h, " +
                               std::string(count) + "); inert_run($x . $y . $_GET['k']);";
      EXPECT_EQ(analysed(code, "x.php").key, "k") << code;
    }
  }
}

TEST(Analyser, follows_long_chains_of_calls_and_says_where_it_does_not) {
  const auto chain = [](int length) {
    std::string code = "<?php ";
    for (int i = 0; i < length; ++i)
      code += "function f" + std::to_string(i) + "($x) { f" + std::to_string(i + 1) + "($x); } ";
    return code + "function f" + std::to_string(length) + "($x) { inert_run($x); } f0($_GET['k']);";
  };
  EXPECT_EQ(analysed(chain(40), "x.php").key, "k");
  EXPECT_TRUE(analysed(chain(40), "x.php").cuts.empty());
  EXPECT_FALSE(analysed(chain(100), "x.php").cuts.empty());
}

TEST(Analyser, ends_when_it_is_told_to) {
  const std::atomic<bool> stop = true;
  AnalysisBounds bounds;
  Analyser analyser(bounds);
  const std::string code = "<?php for ($s = '', $i = 0; $i < 100000; $i++) { $s .= $i; }";
  EXPECT_FALSE(analyser.analyse(as_bytes(code), "x.php", &stop).cuts.empty());
  EXPECT_TRUE(analyser.analyse(as_bytes("<?php echo 1;"), "x.php").cuts.empty());
}

TEST(Analyser, says_that_too_many_parts_are_encoded) {
  std::string page = "<jsp:root xmlns:jsp=\"http://java.sun.com/JSP/Page\">";
  for (int i = 0; i < 61'000; ++i) page += "<jsp:scriptlet>a=\"&amp;\";</jsp:scriptlet>";
  const Analysis analysis = analysed(page + "</jsp:root>", "x.jspx");
  ASSERT_FALSE(analysis.cuts.empty());
  EXPECT_NE(analysis.cuts.front().find("encoded"), std::string::npos) << analysis.cuts.front();
}

}  // namespace
}  // namespace pugmark::script

#include "detect/script/analyser.h"

#include <gtest/gtest.h>
#include <string>

#include "detect/script/flow/effect_rows.h"

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

// Whatever is asked of it, it ends, and says that it left something out.
TEST(Analyser, bounds_what_hostile_scripts_cost) {
  std::string nested = "<?php $a = ";
  nested.append(300'000, '(');
  EXPECT_FALSE(analysed(nested, "x.php").cuts.empty());
  EXPECT_FALSE(
      analysed("<?php for ($i = 0; $i < 1000000000; $i++) { $s .= $i; }", "x.php").cuts.empty());
  EXPECT_TRUE(
      analysed("<?php function f($x) { return f(f($x)); } f($_GET['a']);", "x.php").steps.empty());
  // Code that unpacks to itself is read once.
  const Analysis itself =
      analysed("<?php $c = 'inert_evaluate($c);'; inert_evaluate($c);", "x.php");
  EXPECT_EQ(itself.counts.unpacked_layers, 1U);
}

}  // namespace
}  // namespace pugmark::script

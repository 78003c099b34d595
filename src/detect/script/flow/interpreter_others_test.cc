#include <gtest/gtest.h>

#include "detect/script/flow/flow_testing.h"

// What the interpreter promises, by scripts of C#, Java, Perl and Python: each is a path that there
// is, or one that there is not.
namespace pugmark::script::testing {
namespace {

std::string in_page_load(std::string_view code) {
  return key_of_csharp("void Page_Load(object s, EventArgs e) { " + std::string(code) + " }");
}

// ---- C#

TEST(InterpreterCSharp, FollowsBuilders) {
  EXPECT_EQ(in_page_load("var b = new StringBuilder(); b.Append(\"x\").Append(Request[\"k\"])"
                         ".Append(\"y\"); inert_run(b.ToString());"),
            "k");
  EXPECT_EQ(in_page_load("inert_run(new StringBuilder(Request[\"k\"]).Append(\"y\").ToString());"),
            "k");
  EXPECT_EQ(in_page_load("var b = new StringBuilder(); b.AppendFormat(\"{0}\", Request[\"k\"]); "
                         "inert_run(b.ToString());"),
            "k");
  EXPECT_EQ(in_page_load("inert_run($\"x {Request[\"k\"]}\");"), "k");
  EXPECT_EQ(in_page_load("inert_run(string.Format(\"{0}\", Request[\"k\"]));"), "k");
  EXPECT_EQ(in_page_load("var l = new List<string>(); l.Add(Request[\"k\"]); inert_run(l[0]);"),
            "k");
}

TEST(InterpreterCSharp, ReadsTheRequestsBody) {
  EXPECT_EQ(in_page_load("inert_run(new StreamReader(Request.InputStream).ReadToEnd());"), "?");
  EXPECT_EQ(in_page_load("using (var r = new System.IO.StreamReader(Request.InputStream)) { "
                         "inert_run(r.ReadLine()); }"),
            "?");
  EXPECT_EQ(in_page_load("inert_run(new StreamReader(Request[\"k\"]).ReadToEnd());"), "");
}

TEST(InterpreterCSharp, FollowsMembers) {
  EXPECT_EQ(key_of_csharp("class Kit { string c; public void Set(string x) { c = x; } public void "
                          "Go() { inert_run(c); } } "
                          "void Page_Load(object s, EventArgs e) { var a = new Kit(); "
                          "a.Set(Request[\"k\"]); a.Go(); }"),
            "k");
  // A parameter is no field.
  EXPECT_EQ(key_of_csharp("class Kit { string c = \"a\"; public void Set(string c) { } public void "
                          "Go() { inert_run(c); } } "
                          "void Page_Load(object s, EventArgs e) { var a = new Kit(); "
                          "a.Set(Request[\"k\"]); a.Go(); }"),
            "");
  EXPECT_EQ(key_of_csharp("string c; void Page_Load(object s, EventArgs e) { c = Request[\"k\"]; "
                          "Go(); } void Go() { inert_run(c); }"),
            "k");
  EXPECT_EQ(key_of_csharp("class A { public string P { get; set; } } void Page_Load(object s, "
                          "EventArgs e) { var a = new A { P = Request[\"k\"] }; inert_run(a.P); }"),
            "k");
  EXPECT_EQ(
      key_of_csharp("class A { string p; public A(string x) { this.p = x; } public string Q { "
                    "get { return p; } } } void Page_Load(object s, EventArgs e) { "
                    "inert_run(new A(Request[\"k\"]).Q); }"),
      "k");
  EXPECT_EQ(key_of_csharp("string Q { get { return Request[\"k\"]; } } void Page_Load(object s, "
                          "EventArgs e) { inert_run(Q); }"),
            "k");
  EXPECT_EQ(key_of_csharp("void F(ref string x) { x = Request[\"k\"]; } void Page_Load(object s, "
                          "EventArgs e) { string c = \"a\"; F(ref c); inert_run(c); }"),
            "k");
  EXPECT_EQ(key_of_csharp("void F(out string x) { x = Request[\"k\"]; } void Page_Load(object s, "
                          "EventArgs e) { string c; F(out c); inert_run(c); }"),
            "k");
  EXPECT_EQ(key_of_csharp("void F(string x) { x = Request[\"k\"]; } void Page_Load(object s, "
                          "EventArgs e) { string c = \"a\"; F(c); inert_run(c); }"),
            "");
}

TEST(InterpreterCSharp, CallsLambdas) {
  EXPECT_EQ(in_page_load("Func<string, string> f = x => x + \"a\"; inert_run(f(Request[\"k\"]));"),
            "k");
  EXPECT_EQ(in_page_load("Action<string> f = delegate(string x) { inert_run(x); }; "
                         "f(Request[\"k\"]);"),
            "k");
  EXPECT_EQ(in_page_load("Action f = () => inert_run(Request[\"k\"]); f();"), "k");
}

TEST(InterpreterCSharp, TakesEveryWay) {
  EXPECT_EQ(
      in_page_load("string c = \"a\"; switch (Request[\"a\"]) { case \"x\": c = Request[\"k\"]; "
                   "break; default: return; } inert_run(c);"),
      "k");
  EXPECT_EQ(in_page_load("try { inert_run(Request[\"k\"]); } catch (Exception x) { }"), "k");
  EXPECT_EQ(in_page_load("foreach (string n in Request.Form) { inert_run(Request.Form[n]); }"),
            "?");
}

TEST(InterpreterCSharp, RunsDecoders) {
  EXPECT_EQ(
      in_page_load("string o = \"\"; foreach (char c in \"hmdqs\") { o += (char)(c + 1); } if "
                   "(o == \"inert\") inert_run(Request[\"k\"]); else inert_run(\"x\");"),
      "k");
  EXPECT_EQ(in_page_load("inert_run(int.Parse(Request[\"k\"]).ToString());"), "");
}

// ---- Java

TEST(InterpreterJava, FollowsBuilders) {
  EXPECT_EQ(key_of_java("StringBuilder b = new StringBuilder(); "
                        "b.append(\"x\").append(request.getParameter(\"k\")); "
                        "inert_run(b.toString());"),
            "k");
  EXPECT_EQ(key_of_java("inert_run(new String[] { \"sh\", \"-c\", request.getParameter(\"k\") });"),
            "k");
  EXPECT_EQ(key_of_java("List<String> l = new ArrayList<String>(); l.add(\"sh\"); "
                        "l.add(request.getParameter(\"k\")); inert_run(l);"),
            "k");
  EXPECT_EQ(key_of_java("Map<String, String> m = new HashMap<>(); m.put(\"a\", "
                        "request.getParameter(\"k\")); inert_run(m.get(\"a\"));"),
            "k");
}

TEST(InterpreterJava, RunsAnonymousClasses) {
  EXPECT_EQ(key_of_java("final String c = request.getParameter(\"k\"); new Thread(new Runnable() { "
                        "public void run() { inert_run(c); } }).start();"),
            "k");
  EXPECT_EQ(
      key_of_java("String c = request.getParameter(\"k\"); Runnable r = () -> { inert_run(c); "
                  "}; r.run();"),
      "k");
  EXPECT_EQ(key_of("<%! class A { private String c; A(String c) { this.c = c; } void go() { "
                   "inert_run(c); } } %><% new A(request.getParameter(\"k\")).go(); %>",
                   "x.jsp"),
            "k");
  EXPECT_EQ(key_of("<%! static String f(String x) { return x.trim(); } %><% "
                   "inert_run(f(request.getParameter(\"k\"))); %>",
                   "x.jsp"),
            "k");
}

TEST(InterpreterJava, TakesEveryWay) {
  EXPECT_EQ(key_of_java("String c = \"a\"; switch (request.getParameter(\"a\")) { case \"x\": c = "
                        "request.getParameter(\"k\"); break; } inert_run(c);"),
            "k");
  EXPECT_EQ(key_of_java("String c = request.getParameter(\"k\"); if (c != null && "
                        "!c.equals(\"\")) { inert_run(c); }"),
            "k");
  EXPECT_EQ(key_of_java("String c = request.getParameter(\"a\") == null ? \"b\" : "
                        "request.getParameter(\"k\"); inert_run(c);"),
            "k");
  EXPECT_EQ(key_of_java("for (Cookie k : request.getCookies()) { inert_run(k.getValue()); }"), "?");
  EXPECT_EQ(key_of_java("inert_run(\"\" + Integer.parseInt(request.getParameter(\"k\")));"), "");
}

TEST(InterpreterJava, RunsDecoders) {
  EXPECT_EQ(key_of_java("char[] a = \"hodsu\".toCharArray(); for (int i = 0; i < a.length; i++) { "
                        "a[i] = (char) (a[i] ^ 1); } if (new String(a).equals(\"inert\")) { "
                        "inert_run(request.getParameter(\"k\")); }"),
            "k");
  // Whole numbers are divided without a rest.
  EXPECT_EQ(key_of_java("String n = \"k-x\"; inert_run(request.getParameter(n.substring(0, 3 / "
                        "2)));"),
            "k");
}

// ---- Perl

TEST(InterpreterPerl, ReadsRequests) {
  EXPECT_EQ(key_of_perl("use CGI;\nmy $q = CGI->new;\nmy $c = $q->param('k');\ninert_run($c);"),
            "k");
  EXPECT_EQ(key_of_perl("use CGI qw(:standard);\nmy $c = param('k') || 'ls';\ninert_run($c);"),
            "k");
  EXPECT_EQ(key_of_perl("inert_run($ENV{'QUERY_STRING'});"), "QUERY_STRING");
}

TEST(InterpreterPerl, RunsCommands) {
  EXPECT_EQ(key_of_perl("my $c = inert_param('k');\nprint `$c`;"), "k");
  EXPECT_EQ(key_of_perl("my $c = inert_param('k');\nopen(F, \"$c|\");"), "k");
  EXPECT_EQ(key_of_perl("my $c = inert_param('k');\nopen(my $f, '-|', $c);"), "k");
  EXPECT_EQ(key_of_perl("my $c = inert_param('k');\nprint qx{$c};"), "k");
  EXPECT_EQ(key_of_perl("my $c = inert_param('k');\nopen(F, \"a/$c\");"), "");
  EXPECT_EQ(key_of_perl("my $c = inert_param('k');\nopen(my $f, '<', $c);"), "");
  EXPECT_EQ(key_of_perl("print `ls`;"), "");
}

TEST(InterpreterPerl, FollowsFunctions) {
  EXPECT_EQ(key_of_perl("use CGI;\nsub go { my ($x, $y) = @_; inert_run($y); }\ngo('a', "
                        "CGI->new->param('k'));"),
            "k");
  EXPECT_EQ(key_of_perl("use CGI;\nsub go { my $x = shift; inert_run($x); }\n"
                        "go(CGI->new->param('k'));"),
            "k");
  EXPECT_EQ(key_of_perl("use CGI;\nsub go { inert_run($_[0]); }\n&go(CGI->new->param('k'));"), "k");
  EXPECT_EQ(key_of_perl("use CGI;\nmy $f = sub { inert_run($_[0]); };\n"
                        "$f->(CGI->new->param('k'));"),
            "k");
  EXPECT_EQ(key_of_perl("use CGI;\nmy $c = CGI->new->param('k');\ninert_run($c) if $c;"), "k");
  EXPECT_EQ(key_of_perl("use CGI;\nmy %h = (a => CGI->new->param('k'));\ninert_run($h{a});"), "k");
  EXPECT_EQ(key_of_perl("use CGI;\nforeach my $p (CGI->new->param('k')) { inert_run($p); }"), "k");
  EXPECT_EQ(
      key_of_perl("use CGI;\nmy $c = CGI->new->param('k');\ninert_evaluate('inert_run($c)');"),
      "k");
}

// ---- Python

TEST(InterpreterPython, ReadsRequests) {
  EXPECT_EQ(key_of_python("inert_run(form.getvalue('k'))"), "k");
  EXPECT_EQ(key_of_python("c = form.getvalue('k') or 'ls'\ninert_run(c)"), "k");
  EXPECT_EQ(key_of_python("c = form['k'].value\ninert_run(c)"), "k");
  EXPECT_EQ(key_of_python("if 'k' in form:\n    inert_run(form.getfirst('k', ''))"), "k");
  EXPECT_EQ(key_of_python("import os\ninert_run(os.environ['QUERY_STRING'])"), "QUERY_STRING");
  EXPECT_EQ(key_of_python("import os\ninert_run(os.environ.get('QUERY_STRING', ''))"),
            "QUERY_STRING");
  EXPECT_EQ(key_of_python("import sys\ninert_run(sys.stdin.read())"), "?");
}

TEST(InterpreterPerl, ReadsTheRequestsBody) {
  EXPECT_EQ(key_of_perl("read(STDIN, $b, $ENV{'CONTENT_LENGTH'}); inert_run($b);"), "?");
  EXPECT_EQ(key_of_perl("sysread(STDIN, my $b, 100); inert_run($b);"), "?");
  EXPECT_EQ(key_of_perl("$b = <STDIN>; inert_run($b);"), "?");
  EXPECT_EQ(key_of_perl("open(F, '<a'); read(F, $b, 100); inert_run($b);"), "");
  EXPECT_EQ(key_of_perl("if (param('k') =~ /^c=(.*)$/) { inert_run($1); }"), "k");
  EXPECT_EQ(key_of_perl("if ('a' =~ /^c=(.*)$/) { inert_run($1); }"), "");
}

TEST(InterpreterPython, RunsCommands) {
  EXPECT_EQ(key_of_python("import os\nprint(os.popen(inert_param('k')).read())"), "k");
  EXPECT_EQ(key_of_python("import subprocess\nsubprocess.Popen(inert_param('k'), shell=True)"),
            "k");
  EXPECT_EQ(key_of_python("from subprocess import check_output\n"
                          "check_output(['sh', '-c', inert_param('k')])"),
            "k");
  EXPECT_EQ(key_of_python("exec(inert_param('k'))"), "k");
  EXPECT_EQ(key_of_python("import os as o\no.system(inert_param('k'))"), "k");
}

TEST(InterpreterPython, FollowsFunctions) {
  EXPECT_EQ(key_of_python("def go(x, y='a'):\n    inert_run(x)\ngo(form.getvalue('k'))"), "k");
  EXPECT_EQ(key_of_python("class A:\n    def __init__(self, x):\n        self.x = x\n    def "
                          "go(self):\n        inert_run(self.x)\nA(form.getvalue('k')).go()"),
            "k");
  EXPECT_EQ(key_of_python("f = lambda x: inert_run(x)\nf(form.getvalue('k'))"), "k");
  EXPECT_EQ(key_of_python("for c in [form.getvalue('k')]:\n    inert_run(c)"), "k");
  EXPECT_EQ(key_of_python("a, b = 'x', form.getvalue('k')\ninert_run(b)"), "k");
  EXPECT_EQ(key_of_python("a, b = 'x', form.getvalue('k')\ninert_run(a)"), "");
  EXPECT_EQ(key_of_python("d = {'a': form.getvalue('k')}\ninert_run(d['a'])"), "k");
  EXPECT_EQ(key_of_python("c = '%s' % form.getvalue('k')\ninert_run(c)"), "k");
  EXPECT_EQ(key_of_python("c = f\"x {form.getvalue('k')}\"\ninert_run(c)"), "k");
  EXPECT_EQ(key_of_python("c = '{}'.format(form.getvalue('k'))\ninert_run(c)"), "k");
  EXPECT_EQ(key_of_python("try:\n    c = form.getvalue('k')\nexcept Exception as e:\n    c = "
                          "''\ninert_run(c)"),
            "k");
  EXPECT_EQ(key_of_python("inert_run(str(int(form.getvalue('k'))))"), "");
}

// ---- ColdFusion

TEST(InterpreterColdFusion, RunsWhatTagsSay) {
  EXPECT_EQ(key_of_cold_fusion("<cfset c = form.k><cfset inert_run(c)>"), "k");
  EXPECT_EQ(key_of_cold_fusion("<cfexecute name='x' arguments='/a #url.k#'></cfexecute>"), "k");
  EXPECT_EQ(key_of_cold_fusion("<CFEXECUTE NAME='#Form.k#'/>"), "k");
  EXPECT_EQ(key_of_cold_fusion("<cfexecute name='x' arguments='/a b'></cfexecute>"), "");
  EXPECT_EQ(key_of_cold_fusion("<cfscript>cfexecute(name='x', arguments=form.k);</cfscript>"), "k");
  EXPECT_EQ(key_of_cold_fusion("<cfoutput>#evaluate(url['k'])#</cfoutput>"), "k");
  EXPECT_EQ(key_of_cold_fusion("<!--- <cfset inert_run(form.k)> --->"), "");
}

TEST(InterpreterColdFusion, FollowsVariablesThatTagsName) {
  EXPECT_EQ(key_of_cold_fusion("<cfset variables.c = form.k><cfset inert_run(c)>"), "k");
  EXPECT_EQ(key_of_cold_fusion("<cfset c = form.k><cfset inert_run(variables.c)>"), "k");
  EXPECT_EQ(key_of_cold_fusion("<cfparam name='k' default=''><cfset inert_run(k)>"), "k");
  EXPECT_EQ(key_of_cold_fusion("<cfloop list='#form.k#' index='i'><cfset inert_run(i)></cfloop>"),
            "k");
  EXPECT_EQ(key_of_cold_fusion("<cfloop list='a,b' index='i'><cfset inert_run(i)></cfloop>"), "");
  EXPECT_EQ(key_of_cold_fusion("<cfcomponent><cffunction name='f' access='remote'><cfargument "
                               "name='k'><cfset inert_run(arguments.k)></cffunction>"
                               "</cfcomponent>"),
            "k");
  EXPECT_EQ(key_of_cold_fusion("<cfcomponent><cffunction name='f'><cfargument name='k'><cfset "
                               "inert_run(arguments.k)></cffunction></cfcomponent>"),
            "");
}

TEST(InterpreterColdFusion, TellsWhatTagsDoWithFiles) {
  const auto sink = [](std::string_view page) {
    const Analysis analysis = analysed(page, "x.cfm");
    return analysis.flows.empty() ? SinkKind::kNone : analysis.flows.front().sink;
  };
  EXPECT_EQ(sink("<cffile action='upload' filefield='form.k' destination='/a'>"),
            SinkKind::kUpload);
  EXPECT_EQ(analysed("<cffile action='upload' filefield='form.k' destination='/a'>", "x.cfm").key,
            "k");
  EXPECT_EQ(sink("<cffile action='write' file='/a' output='#form.k#'>"), SinkKind::kWriteFile);
  EXPECT_EQ(sink("<cffile action='read' file='#form.k#' variable='a'>"), SinkKind::kReadFile);
  EXPECT_EQ(sink("<cffile action='delete' file='#form.k#'>"), SinkKind::kChangeFile);
  EXPECT_EQ(sink("<cffile action='move' source='#form.k#' destination='/a'>"),
            SinkKind::kChangeFile);
  EXPECT_EQ(sink("<cfdirectory action='list' directory='#form.k#' name='a'>"),
            SinkKind::kListFolder);
  EXPECT_EQ(sink("<cfquery>select #form.k#</cfquery>"), SinkKind::kDatabase);
  EXPECT_EQ(sink("<cfquery>select 1</cfquery><cfoutput>#form.k#</cfoutput>"), SinkKind::kSend);
  EXPECT_EQ(sink("<cfhttp url='#form.k#'>"), SinkKind::kConnect);
}

}  // namespace
}  // namespace pugmark::script::testing

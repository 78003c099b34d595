#include <gtest/gtest.h>

#include "detect/script/flow/flow_testing.h"

// What the interpreter promises, by scripts of PHP: each is a path that there is, or one that there
// is not.
namespace pugmark::script::testing {
namespace {

// ---- Ways through statements

TEST(InterpreterPhp, LeavesLoops) {
  const auto built_in = [](const std::string& loop) {
    return key_of_php("$f = ''; " + loop + " $f($_GET['k']);");
  };
  EXPECT_EQ(built_in("for ($i = 0; $i < 9; $i++) { if ($i == 1) break; $f .= 'inert_run'; }"), "k");
  EXPECT_EQ(built_in("for ($i = 0; $i < 9; $i++) { if ($i == 2) break; $f .= 'inert_run'; }"), "");
  EXPECT_EQ(built_in("for ($i = 0; $i < 3; $i++) { if ($i != 1) continue; $f .= 'inert_run'; }"),
            "k");
  EXPECT_EQ(built_in("foreach (['inert_', 'run', 'x'] as $p) { if ($p == 'x') break; $f .= $p; }"),
            "k");
  EXPECT_EQ(built_in("$i = 0; while ($i < 2) { $f .= $i ? 'run' : 'inert_'; $i++; }"), "k");
}

TEST(InterpreterPhp, LeavesTheInnerLoopOnly) {
  const auto built_in = [](const std::string& inner) {
    return key_of_php("$f = ''; for ($i = 0; $i < 2; $i++) { " + inner + " } $f($_GET['k']);");
  };
  // The outer one goes on: each of its two rounds adds a part.
  EXPECT_EQ(built_in("for ($j = 0; $j < 9; $j++) { if ($j == 1) break; $f .= $i ? 'run' : "
                     "'inert_'; }"),
            "k");
  EXPECT_EQ(built_in("foreach ([0, 1, 2] as $j) { if ($j != 1) continue; $f .= $i ? 'run' : "
                     "'inert_'; }"),
            "k");
  EXPECT_EQ(built_in("$j = 0; while ($j < 9) { if ($j == 1) break; $f .= $i ? 'run' : 'inert_'; "
                     "$j++; }"),
            "k");
  // What stands behind the inner one is run in each round, too.
  EXPECT_EQ(built_in("for ($j = 0; $j < 9; $j++) { break; } $f .= $i ? 'run' : 'inert_';"), "k");
  EXPECT_EQ(built_in("for ($j = 0; $j < 9; $j++) { break; } $f .= 'inert_run';"), "");
}

TEST(InterpreterPhp, LeavesSwitchesInsideLoops) {
  EXPECT_EQ(key_of_php("switch ($_GET['a']) { case 'x': inert_run($_GET['k']); break; }"), "k");
  EXPECT_EQ(
      key_of_php("switch ($_GET['a']) { case 'x': $c = $_GET['k']; break; default: $c = 'ls'; "
                 "} inert_run($c);"),
      "k");
}

TEST(InterpreterPhp, ReturnsFromInsideOfLoops) {
  const std::string find =
      "function f() { foreach (['a', 'b'] as $p) { if ($p == 'a') { return 'inert_run'; } } return "
      "'trim'; } ";
  EXPECT_EQ(key_of_php(find + "$f = f(); $f($_GET['k']);"), "k");
  EXPECT_EQ(key_of_php("function f() { return 'trim'; return 'inert_run'; } $f = f(); "
                       "$f($_GET['k']);"),
            "");
  EXPECT_EQ(key_of_php("function f($x) { if ($x) return $_GET['k']; return 'a'; } "
                       "inert_run(f($_SERVER['argc']));"),
            "k");
}

TEST(InterpreterPhp, DecidesConditionsItKnows) {
  EXPECT_EQ(key_of_php("$f = 'inert_run'; if (1 > 2) { $f = 'trim'; } $f($_GET['k']);"), "k");
  EXPECT_EQ(key_of_php("$f = 'inert_run'; if (1 < 2 && 'a' == 'a') { $f = 'trim'; } "
                       "$f($_GET['k']);"),
            "");
  EXPECT_EQ(key_of_php("for ($i = 0, $j = 0, $f = ''; $i < 2 && $j < 5; $i++) { $f .= $i ? 'run' : "
                       "'inert_'; } $f($_GET['k']);"),
            "k");
  EXPECT_EQ(key_of_php("$f = strpos('abc', 'x') === false ? 'inert_run' : 'trim'; $f($_GET['k']);"),
            "k");
  EXPECT_EQ(key_of_php("$f = true ? 'inert_run' : 'trim'; $f($_GET['k']);"), "k");
  EXPECT_EQ(key_of_php("$x = null; $f = $x ?? 'inert_run'; $f($_GET['k']);"), "k");
}

TEST(InterpreterPhp, FollowsGoto) {
  EXPECT_EQ(key_of_php("goto b; a: inert_run($c); goto e; b: $c = $_GET['k']; goto a; e: ;"), "k");
}

TEST(InterpreterPhp, FollowsExceptions) {
  EXPECT_EQ(key_of_php("try { throw new Exception($_GET['k']); } catch (Exception $e) { "
                       "inert_run($e->getMessage()); }"),
            "k");
  EXPECT_EQ(key_of_php("try { $c = $_GET['k']; } finally { inert_run($c); }"), "k");
}

// ---- Variables

TEST(InterpreterPhp, FollowsReferences) {
  EXPECT_EQ(key_of_php("function f(&$x) { $x = $_GET['k']; } f($c); inert_run($c);"), "k");
  EXPECT_EQ(key_of_php("function f($x) { $x = $_GET['k']; } $c = 'ls'; f($c); inert_run($c);"), "");
  EXPECT_EQ(key_of_php("$a = ['x']; foreach ($a as &$v) { $v = $_GET['k']; } inert_run($a[0]);"),
            "k");
  EXPECT_EQ(key_of_php("$a = ['x']; foreach ($a as $v) { $v = $_GET['k']; } inert_run($a[0]);"),
            "");
}

TEST(InterpreterPhp, KnowsWhereVariablesLive) {
  EXPECT_EQ(key_of_php("$c = $_GET['k']; function f() { global $c; inert_run($c); } f();"), "k");
  EXPECT_EQ(key_of_php("$c = $_GET['k']; function f() { inert_run($c); } f();"), "");
  EXPECT_EQ(key_of_php("function f() { $GLOBALS['c'] = $_GET['k']; } f(); inert_run($c);"), "k");
  EXPECT_EQ(key_of_php("function f() { global $c; $c = $_GET['k']; } f(); inert_run($c);"), "k");
  EXPECT_EQ(
      key_of_php("function f($x) { static $s = 'inert_'; $s .= $x; return $s; } f('ru'); $f = "
                 "f('n'); $f($_GET['k']);"),
      "k");
  EXPECT_EQ(key_of_php("class Kit { static $x; } Kit::$x = $_GET['k']; inert_run(Kit::$x);"), "k");
  EXPECT_EQ(key_of_php("class Kit { const F = 'inert_run'; } $f = Kit::F; $f($_GET['k']);"), "k");
  EXPECT_EQ(key_of_php("define('F', 'inert_run'); $f = F; $f($_GET['k']);"), "k");
  EXPECT_EQ(key_of_php("const F = 'inert_run'; $f = F; $f($_GET['k']);"), "k");
}

TEST(InterpreterPhp, FollowsNamesOfVariables) {
  EXPECT_EQ(key_of_php("function f($s) { ${'GLOBALS'}['n'] = 's'; $v = 'n'; "
                       "inert_run(${${'GLOBALS'}['n']}); } f($_GET['k']);"),
            "k");
  EXPECT_EQ(key_of_php("$n = 'c'; $$n = $_GET['k']; inert_run($c);"), "k");
  EXPECT_EQ(key_of_php("${'a' . 'b'} = $_GET['k']; inert_run($ab);"), "k");
  EXPECT_EQ(key_of_php("$c = '_GET'; inert_run($$c['k']);"), "k");
  EXPECT_EQ(key_of_php("inert_run(${'_' . 'GET'}['k']);"), "k");
  EXPECT_EQ(key_of_php("extract($_GET); inert_run($c);"), "c");
  EXPECT_EQ(key_of_php("extract(['c' => $_GET['k']]); inert_run($c);"), "k");
  EXPECT_EQ(key_of_php("$c = $_GET['k']; $a = compact('c'); inert_run($a['c']);"), "k");
  EXPECT_EQ(key_of_php("foreach ($_GET as $k => $v) $$k = $v; inert_run($c);"), "c");
  EXPECT_EQ(key_of_php("list($a, list(, $b)) = ['x', ['y', $_GET['k']]]; inert_run($b);"), "k");
  EXPECT_EQ(key_of_php("['p' => $a, 'q' => $b] = ['p' => 'x', 'q' => $_GET['k']]; inert_run($a);"),
            "");
  EXPECT_EQ(key_of_php("[$a, $b] = [$_GET['k'], 'x']; [$a, $b] = [$b, $a]; inert_run($a);"), "");
}

TEST(InterpreterPhp, PutsTextsTogether) {
  EXPECT_EQ(key_of_php("$c = $_GET['k'];\n$t = <<<E\necho $c\nE;\ninert_run($t);"), "k");
  EXPECT_EQ(key_of_php("$a = ['c' => $_GET['k']]; inert_run(\"x {$a['c']}\");"), "k");
  EXPECT_EQ(key_of_php("$a = ['c' => $_GET['k']]; inert_run(\"x $a[c]\");"), "k");
  EXPECT_EQ(key_of_php("$x = 'run'; $f = \"inert_$x\"; $f($_GET['k']);"), "k");
  EXPECT_EQ(key_of_php("$a = 'z'; $a++; $b = 'inert_ru'; $f = $a == 'aa' ? $b . 'n' : 'trim'; "
                       "$f($_GET['k']);"),
            "k");
  EXPECT_EQ(key_of_php("$f = 'jofsu`svo' ^ str_repeat(\"\\x01\", 9); $f = 'hodsu^sto' ^ "
                       "str_repeat(\"\\x01\", 9); $f($_GET['k']);"),
            "k");
  EXPECT_EQ(key_of_php("$f = ~\"\\x96\\x91\\x9a\\x8d\\x8b\\xa0\\x8d\\x8a\\x91\"; $f($_GET['k']);"),
            "k");
  EXPECT_EQ(key_of_php("$f = chr(0151) . chr(0x6e) . chr(0b1100101) . 'rt_run'; $f($_GET['k']);"),
            "k");
}

TEST(InterpreterPhp, NamesWhatIsTakenFromTheRequest) {
  EXPECT_EQ(key_of_php("$p = $_POST; inert_run($p['k']);"), "k");
  EXPECT_EQ(key_of_php("$j = json_decode(file_get_contents('php://input'), true); "
                       "inert_run($j['k']['x']);"),
            "k");
  EXPECT_EQ(key_of_php("parse_str(file_get_contents('php://input'), $q); inert_run($q['k']);"),
            "k");
  EXPECT_EQ(key_of_php("inert_run(file_get_contents('php://input'));"), "?");
}

TEST(InterpreterPhp, DecidesNothingByWhatMayBeSet) {
  EXPECT_EQ(key_of_php("$g = 0; if (isset($_GET['s'])) $g = 1; while ($g) { "
                       "inert_run($_GET['k']); $g = 0; }"),
            "k");
  EXPECT_EQ(key_of_php("$c = 'a'; if (isset($_GET['s'])) $c = null; inert_run($c ?? $_GET['k']);"),
            "k");
  EXPECT_EQ(key_of_php("$c = 'a'; if (isset($_GET['s'])) $c = null; $c ?"
                       "?= $_GET['k']; "
                       "inert_run($c);"),
            "k");
  EXPECT_EQ(key_of_php("$g = 0; while ($g) { inert_run($_GET['k']); }"), "");
}

TEST(InterpreterPhp, RunsUnpackedCodeWithOtherValues) {
  EXPECT_EQ(key_of_php("$c = 'inert_run($x);'; $x = 'a'; inert_evaluate($c); $x = $_GET['k']; "
                       "inert_evaluate($c);"),
            "k");
}

TEST(InterpreterPhp, TellsEverySinkOfOnePlace) {
  const Analysis analysis =
      analysed("<?php $f = isset($_GET['f']) ? $_GET['f'] : 'inert_run'; $f($_GET['k']);", "x.php");
  ASSERT_EQ(analysis.flows.size(), 2U);
  EXPECT_NE(analysis.flows[0].sink, analysis.flows[1].sink);
}

TEST(InterpreterPhp, CopiesArraysThatAreKept) {
  // What is put into a copy is in no other.
  EXPECT_EQ(key_of_php("$a = ['x']; $b = $a; $b[0] = $_GET['k']; inert_run($a[0]);"), "");
  EXPECT_EQ(key_of_php("$a = ['x']; $b = $a; $b[0] = $_GET['k']; inert_run($b[0]);"), "k");
  EXPECT_EQ(key_of_php("$a = ['x']; $b = $a; $a[0] = $_GET['k']; inert_run($b[0]);"), "");
  EXPECT_EQ(key_of_php("$a = [['x']]; $b = $a; $b[0][0] = $_GET['k']; inert_run($a[0][0]);"), "");
  EXPECT_EQ(key_of_php("$a = [['x']]; $b = $a; $b[0][0] = $_GET['k']; inert_run($b[0][0]);"), "k");
  EXPECT_EQ(key_of_php("$a = ['x']; $b = [$a]; $b[0][0] = $_GET['k']; inert_run($a[0]);"), "");
  EXPECT_EQ(key_of_php("$a = []; $b = $a; array_push($b, $_GET['k']); inert_run($a[0]);"), "");
  EXPECT_EQ(key_of_php("$a = []; $b = $a; array_push($b, $_GET['k']); inert_run($b[0]);"), "k");
  EXPECT_EQ(key_of_php("function f($p) { $p[0] = $_GET['k']; } $a = ['x']; f($a); "
                       "inert_run($a[0]);"),
            "");
  EXPECT_EQ(key_of_php("function f(&$p) { $p[0] = $_GET['k']; } $a = ['x']; $b = $a; f($a); "
                       "inert_run($a[0]);"),
            "k");
  EXPECT_EQ(key_of_php("function f(&$p) { $p[0] = $_GET['k']; } $a = ['x']; $b = $a; f($a); "
                       "inert_run($b[0]);"),
            "");
  EXPECT_EQ(key_of_php("class A { public $l = ['x']; function g() { return $this->l; } } "
                       "$a = new A; $b = $a->g(); $b[0] = $_GET['k']; inert_run($a->l[0]);"),
            "");
  EXPECT_EQ(key_of_php("$a = [['x']]; foreach ($a as $e) $e[0] = $_GET['k']; "
                       "inert_run($a[0][0]);"),
            "");
  EXPECT_EQ(key_of_php("$a = ['x']; foreach ($a as &$e) $e = $_GET['k']; inert_run($a[0]);"), "k");
  EXPECT_EQ(key_of_php("$a = ['x']; $b = $a; foreach ($a as &$e) $e = $_GET['k']; "
                       "inert_run($b[0]);"),
            "");
}

TEST(InterpreterPhp, GivesOneVariableTwoNames) {
  EXPECT_EQ(key_of_php("$a = 'x'; $b = &$a; $b = $_GET['k']; inert_run($a);"), "k");
  EXPECT_EQ(key_of_php("$a = 'x'; $b = &$a; $a = $_GET['k']; inert_run($b);"), "k");
  EXPECT_EQ(key_of_php("$a = $_GET['k']; $b = &$a; $b = 'x'; inert_run($a);"), "");
  EXPECT_EQ(key_of_php("$c = &$b; $b = &$a; $b = $_GET['k']; inert_run($a);"), "k");
  EXPECT_EQ(key_of_php("$b = &$a; $a = &$b; $b = $_GET['k']; inert_run($a);"), "k");
  EXPECT_EQ(key_of_php("function f() { $a = 'x'; $b = &$a; $b = $_GET['k']; inert_run($a); } f();"),
            "k");
  EXPECT_EQ(key_of_php("function f() { $b = &$GLOBALS['a']; $b = $_GET['k']; } f(); "
                       "inert_run($a);"),
            "k");
  EXPECT_EQ(key_of_php("$b = &$a; function f() { global $b; $b = $_GET['k']; } f(); "
                       "inert_run($a);"),
            "k");
  // Parts of something, and what a closure takes along.
  EXPECT_EQ(key_of_php("$b = &$a[0]; $b = $_GET['k']; inert_run($a[0]);"), "k");
  EXPECT_EQ(key_of_php("$b = &$a['x']; $b['y'] = $_GET['k']; inert_run($a['x']['y']);"), "k");
  EXPECT_EQ(key_of_php("$b = &$o->p; $b = $_GET['k']; inert_run($o->p);"), "k");
  EXPECT_EQ(key_of_php("function f() { $b = &$a[0]; } function g() { $b = $_GET['k']; "
                       "inert_run($a[0]); } f(); g();"),
            "");
  EXPECT_EQ(key_of_php("$b = &$a[0]; $b = &$c; $b = $_GET['k']; inert_run($a[0]);"), "");
  EXPECT_EQ(key_of_php("$b = &$a[$b]; $b = $_GET['k']; inert_run($a[0]);"), "k");
  EXPECT_EQ(key_of_php("$f = function () use (&$q) { $q = $_GET['k']; }; $f(); inert_run($q);"),
            "k");
  EXPECT_EQ(key_of_php("$_POST = &$HTTP_POST_VARS; inert_run($_POST['k']);"), "k");
  EXPECT_EQ(key_of_php("$a = &$_GET; inert_run($a['k']);"), "k");
  EXPECT_EQ(key_of_php("$a = 'x'; $b = &$a; function f() { $b = $_GET['k']; } f(); "
                       "inert_run($a);"),
            "");
  EXPECT_EQ(key_of_php("$a = $_GET['k']; function g() { inert_run($a); } function f() { global $a; "
                       "g(); } f();"),
            "");
}

TEST(InterpreterPhp, ChangesArrays) {
  EXPECT_EQ(key_of_php("$a = [1 => 'x']; $a[] = 'inert_run'; $f = $a[2]; $f($_GET['k']);"), "k");
  EXPECT_EQ(key_of_php("$a = []; $a['x']['y'] = $_GET['k']; inert_run($a['x']['y']);"), "k");
  EXPECT_EQ(key_of_php("$a = [$_GET['k'], 'x']; inert_run($a[1]);"), "");
  EXPECT_EQ(key_of_php("$a = ['x', 'inert_run']; array_shift($a); $f = array_shift($a); "
                       "$f($_GET['k']);"),
            "k");
  EXPECT_EQ(key_of_php("$a = []; array_push($a, $_GET['k']); inert_run($a[0]);"), "k");
  EXPECT_EQ(key_of_php("$a = ['inert_', 'run']; $f = ''; while ($p = array_shift($a)) $f .= $p; "
                       "$f($_GET['k']);"),
            "k");
}

// ---- Functions

TEST(InterpreterPhp, CallsClosures) {
  EXPECT_EQ(key_of_php("$c = $_GET['k']; $f = function () use ($c) { inert_run($c); }; $f();"),
            "k");
  EXPECT_EQ(key_of_php("$f = fn($x) => inert_run($x); $f($_GET['k']);"), "k");
  EXPECT_EQ(key_of_php("(function ($x) { inert_run($x); })($_GET['k']);"), "k");
  EXPECT_EQ(key_of_php("$c = 'x'; $f = function () use (&$c) { $c = $_GET['k']; }; $f(); "
                       "inert_run($c);"),
            "k");
  EXPECT_EQ(
      key_of_php("function g() { return function ($x) { inert_run($x); }; } g()($_GET['k']);"),
      "k");
}

TEST(InterpreterPhp, CallsBack) {
  EXPECT_EQ(key_of_php("array_map('inert_run', [$_GET['k']]);"), "k");
  EXPECT_EQ(key_of_php("array_map(function ($x) { inert_run($x); }, ['a', $_GET['k']]);"), "k");
  EXPECT_EQ(key_of_php("$a = ['a', $_GET['k']]; usort($a, 'inert_run');"), "k");
  EXPECT_EQ(key_of_php("call_user_func('inert_run', $_GET['k']);"), "k");
  EXPECT_EQ(key_of_php("call_user_func_array('inert_run', [$_GET['k']]);"), "k");
  EXPECT_EQ(key_of_php("preg_replace_callback('/.*/', function ($m) { inert_run($m[0]); }, "
                       "$_GET['k']);"),
            "k");
  EXPECT_EQ(key_of_php("array_walk($_GET, function ($v, $k) { inert_run($v); });"), "?");
  EXPECT_EQ(key_of_php("array_filter([$_GET['k']], 'inert_run');"), "k");
  EXPECT_EQ(key_of_php("register_shutdown_function('inert_run', $_GET['k']);"), "k");
  EXPECT_EQ(key_of_php("class A { function go($x) { inert_run($x); } } call_user_func([new A, "
                       "'go'], $_GET['k']);"),
            "k");
  EXPECT_EQ(key_of_php("class A { static function go($x) { inert_run($x); } } "
                       "call_user_func('A::go', $_GET['k']);"),
            "k");
}

TEST(InterpreterPhp, PassesArguments) {
  EXPECT_EQ(key_of_php("function f(...$a) { inert_run($a[0]); } f('x', $_GET['k']);"), "");
  EXPECT_EQ(key_of_php("function f() { $a = func_get_args(); inert_run($a[0]); } f($_GET['k']);"),
            "k");
  EXPECT_EQ(key_of_php("function f($a, $b) { inert_run($b); } f(...['x', $_GET['k']]);"), "k");
  EXPECT_EQ(key_of_php("function f($a, $b = 'inert_run') { $b($a); } f($_GET['k']);"), "k");
}

TEST(InterpreterPhp, EndsRecursion) {
  EXPECT_EQ(key_of_php("function f($x, $n) { return $n ? f($x, $n - 1) : $x; } "
                       "inert_run(f($_GET['k'], 2));"),
            "k");
  EXPECT_EQ(key_of_php("function f($x) { g($x); } function g($x) { f($x); inert_run($x); } "
                       "f($_GET['k']);"),
            "k");
}

// ---- Objects

TEST(InterpreterPhp, FollowsObjects) {
  EXPECT_EQ(key_of_php("class Kit { public $x; function go() { inert_run($this->x); } } class Own "
                       "extends Kit { function go() { parent::go(); } } $b = new Own; $b->x = "
                       "$_GET['k']; $b->go();"),
            "k");
  EXPECT_EQ(key_of_php("class A { public $x; } $a = new A; $a->x = $_GET['k']; $b = $a; "
                       "inert_run($b->x);"),
            "k");
  EXPECT_EQ(
      key_of_php("class A { protected $x; function __construct($x) { $this->x = $x; } } class "
                 "B extends A { function go() { inert_run($this->x); } } (new "
                 "B($_GET['k']))->go();"),
      "k");
  EXPECT_EQ(
      key_of_php("class A { function go($x) { inert_run($x); } } class B extends A { function "
                 "go($x) { parent::go($x); } } $b = new B; $b->go($_GET['k']);"),
      "k");
  EXPECT_EQ(key_of_php("class A { private $x; function set($x) { $this->x = $x; return $this; } "
                       "function go() { inert_run($this->x); } } (new A)->set($_GET['k'])->go();"),
            "k");
  EXPECT_EQ(key_of_php("class A { function __construct(public $x) {} } inert_run((new "
                       "A($_GET['k']))->x);"),
            "k");
  EXPECT_EQ(key_of_php("$o = new stdClass; $o->{'a' . 'b'} = $_GET['k']; inert_run($o->ab);"), "k");
  EXPECT_EQ(key_of_php("$a = new class { function go($x) { inert_run($x); } }; "
                       "$a->go($_GET['k']);"),
            "k");
  EXPECT_EQ(key_of_php("class A { static function go($x) { inert_run($x); } } A::go($_GET['k']);"),
            "k");
  EXPECT_EQ(
      key_of_php("class A { static function go($x) { self::in($x); } static function in($x) { "
                 "inert_run($x); } } A::go($_GET['k']);"),
      "k");
  EXPECT_EQ(key_of_php("class A { public $f; } $a = new A; $a->f = 'inert_run'; "
                       "($a->f)($_GET['k']);"),
            "k");
  EXPECT_EQ(key_of_php("class A { function go($x) { inert_run($x); } } $c = 'A'; $m = 'go'; $o = "
                       "new $c; $o->$m($_GET['k']);"),
            "k");
}

TEST(InterpreterPhp, CallsMagicMethods) {
  EXPECT_EQ(key_of_php("class A { function __call($n, $a) { inert_run($a[0]); } } $a = new A; "
                       "$a->any($_GET['k']);"),
            "k");
  EXPECT_EQ(key_of_php("class A { static function __callStatic($n, $a) { inert_run($a[0]); } } "
                       "A::any($_GET['k']);"),
            "k");
  EXPECT_EQ(key_of_php("class A { function __invoke($x) { inert_run($x); } } $a = new A; "
                       "$a($_GET['k']);"),
            "k");
  EXPECT_EQ(key_of_php("class A { public $x; function __destruct() { inert_run($this->x); } } $a = "
                       "new A; $a->x = $_GET['k'];"),
            "k");
  EXPECT_EQ(key_of_php("class A { function __get($n) { return $_GET[$n]; } } $a = new A; "
                       "inert_run($a->k);"),
            "k");
  EXPECT_EQ(key_of_php("class A { function __set($n, $v) { inert_run($v); } } $a = new A; $a->x = "
                       "$_GET['k'];"),
            "k");
}

// The methods of classes that what is deserialised may be of.
TEST(InterpreterPhp, TellsWhatIsDeserialised) {
  EXPECT_EQ(key_of_php("unserialize(inert_param('k'));"), "k");
  EXPECT_EQ(key_of_php("unserialize('a:0:{}');"), "");
}

TEST(InterpreterPhp, RunsWhatIsUnpacked) {
  EXPECT_EQ(key_of_php("inert_evaluate('$x = $_GET[\"k\"];'); inert_run($x);"), "k");
  EXPECT_EQ(key_of_php("function f($x) { inert_evaluate('inert_run($x);'); } f($_GET['k']);"), "k");
  EXPECT_EQ(key_of_php("$g = '$_GET'; inert_evaluate(\"inert_run({$g}['k']);\");"), "k");
  EXPECT_EQ(
      key_of_php("inert_evaluate(gzinflate(base64_decode('y8xLLSqJLyrN01CJd3cNiVbPVo/VtAYA')));"),
      "k");
}

// Nothing is told where what comes from the request was made harmless.
TEST(InterpreterPhp, BelievesChecks) {
  EXPECT_EQ(key_of_php("inert_run((int) $_GET['k']);"), "");
  EXPECT_EQ(key_of_php("inert_run(intval($_GET['k']));"), "");
  EXPECT_EQ(key_of_php("inert_run(escapeshellarg($_GET['k']));"), "");
  EXPECT_EQ(key_of_php("inert_run(md5($_GET['k']));"), "");
  EXPECT_EQ(key_of_php("$a = ['ls' => 'ls -l']; inert_run('x' . count($_GET));"), "");
}

}  // namespace
}  // namespace pugmark::script::testing

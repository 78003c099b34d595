<html><?php
namespace Foo\Bar;
use A\B as C; use function strlen as s; use D\{E, F as G};
$x = "a$b[0] c{$d->e['f']} ${g} ${'h'.'i'}";
$a . "b" . 'c' . $d;
@$f($get['x']) or die("no");
abstract class A extends B implements I, J { use T; const X = 1; private ?int $y = 2, $z; static $s = [1,'a'=>2];
 public function __construct(private string $p = 'q', &$r) { $this->x = $p; } abstract function q(): int|string; }
if ($a): echo 1; elseif ($b): echo 2; else: ?>html<?php endif;
$c = function ($a, &$b) use ($c, &$d): int { return $a ** -2 ** 3; };
$d = fn($x) => $x + 1;
match(true) { $a, $b => 1, default => 2 };
K::$b; K::$b(); K::C; K::f(x: 1, ...$y); $o->$m(); $o->{'a'.$b}(); new $c->d['e'](1); new class(5) extends Z { };
[$o, 'm'](); (function(){})(); "name"(); $x{0}; $$y; ${'a'.'b'}; $q = &$r; $a ? $b : $c ?: $d; $a ?? $b ?? $c;
list($a, , [$b]) = $c; (string)$x; `tool $a`; static $st = 1; global $gg;
for ($i=0;$i<5;$i++) foreach ($a as $k => &$v) { continue; }
switch ($a) { case 1: echo 1; break; default: echo 2; }
try { x(); } catch (A|B $e) { } finally { y(); }
goto l2; l1: echo "1"; goto end; l2: echo "2"; goto l1; end:
$s = <<<"EOT"
  a $b
    c\x41
  EOT;
$f = strlen(...); include $get['f'] . '.php'; !$a instanceof B && $b = 3;
?>
<?= $a, $b ?>

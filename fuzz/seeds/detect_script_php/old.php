<?php $a{0}.$b['x']{1}; list($a, list(, $b)) = array(1, 'k' => array(2)); $$a['x']; ${'_NOT'}[0](${"b"}); @$f($x) or die; $o->$m['a']($b)->{$c}[0]; K::$b['x'](); K::$f(); [$o, 'm'](...$z); f(...)(1); $a |> f(...);
goto l; m: exit(1); l: goto m;
declare(ticks=1) { while (1): if (1) break; elseif (2): continue 2; endif; endwhile; }
for (;;): endfor; foreach ([[1]] as [$x]) ; switch (1): case 1; default: endswitch; do { } while (0);
match (1) { 1, 2 => fn&($x) => $x ** -1, default => throw $e };
try { } catch (A|B) { } finally { } static $s = 1, $t; global $u, $$v; unset($a, $b); echo `w`, print 1, include 'x' . $y;
function &f(A&B $a, (C&D)|null $b = null): static { return $a ?-> b ?? $c ?: $d <=> $e and !$f instanceof G xor (int) -$h; }

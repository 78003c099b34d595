<?php $a = 'it\'s' . "\x41\101\u{1F600}\$ $b[0]$b[x]$b[-1]$b[$c] {$d["e{$f->g('h')}"]} ${i} ${j[1]} ${'k'.$l}";
`tool $a {$b->c()}`; b"x"; b'y'; <<<'RAW'
 $a {$b}
 RAW;
<<<"H"
  x {$a[<<<I
    y
    I]}
  H . <<<J
J;

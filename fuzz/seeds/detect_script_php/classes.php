<?php namespace A { #[Attr(1, 'x]')] abstract class B extends C implements D, E {
use T, U { T::k as b; } const X = 1, Y = 2; public const string Z = 'z';
public static ?int $s = 1; private readonly A|B $t; var $u; public string $v { get => $this->w; set(string $x) { $this->w = $x; } }
public function __construct(private int $p = 1, protected(set) ?B &...$q) {} abstract function r(); }
enum F: string { case G = 'g'; case H; const I = self::G; } interface J extends K {} trait L {}
$m = new class(1) extends N { function o() { yield 1 => 2; yield from p(); } }; }

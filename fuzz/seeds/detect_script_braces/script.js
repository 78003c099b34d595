<!-- a
/*@cc_on @if (@_jscript) var a = 1, b : String = "\x41\u0042\103"; @end @*/
import System; package Q { class A extends B implements C { private var x : int[] = new int[3]; function get P() : int { return 1 } static function A(a : int, b) : void { } } }
function f(a, b) { return a /b/ 2; } var r = /[/]\//gi.test(a) ? x["e" + "v"](y) : new ActiveXObject("A.B").c;
with (o) { g = function () { return typeof void 0, delete o.p } } for (var k in o) if (!(k in p)) continue; else do { break } while (0)
lbl: for (;;) { switch (a) { case "1": case 2: default: throw { a: 1, "b": [1, , 2], get c() { return 1 }, d() { }, [e]: f, ...g } } }
try { e\u0076al(`a${b + `c${d}`}`) } catch (e) { } finally { } x = (a, b) => ({ c: a ** b ?? a?.b?.[0] }); class Z { #p = 1; static async *m() { yield 1; await x } }
//-->

#region a
using System; using P = A.B; [assembly: X("y")]
namespace N.M { [W(A = 1)] public partial class C<T> : B<T>, I where T : class, new() {
 const int k = 0x1F; int a = 1, b; public string N { get; private set; } = $"{k:X2}{{}}"; int this[int i] => i;
 event H E { add { } remove { } } public static C<T> operator +(C<T> x, C<T> y) => x; ~C() { }
 public C(int a, params string[] b) : base(a) { } enum F : byte { A = 1, B } delegate void D(int a);
 async Task<int> M<U>(ref int a, out string b, this U c, int d = 3) where U : I {
  var q = from x in xs join y in ys on x.A equals y.B into z where x > 1 orderby x descending select new { x, z.Y };
  var s = v switch { null => 0, int n when n > 1 => n, { A: 1, B: [1, ..] } p => 2, (1, _) => 3, not (1 or 2) and < 5 => 4, _ => throw e };
  if (o is string t && t.Length > (int)k || o is not null) goto end; foreach (var (a1, b1) in m) yield return a1;
  using (var f = F.O(@"a""b")) lock (f) f?.X?[0]!.Y(d: 1, out var w); fixed (byte* p = &x[0]) *p = 1;
  Func<int, int> g = async (x) => await h(x); var arr = new[] { 1, 2 }; var dict = new D<string, int[]> { { "a", new int[2] }, ["b"] = null };
  try { unchecked { a <<= 1; } } catch (E e) when (e.A) { throw; } finally { } end: @if.\u0041b(a ?? b ?? c, """x""", $$"""{{a}}""", 'c', x as T, typeof(L<>), default(int), ^1, 1..2);
 } } }

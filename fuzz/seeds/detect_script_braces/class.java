<%@ page import="a.b" %><%! @A(b = "c") public static <T extends C & D> Map<String, List<T>>[] f(final int a, String... b) throws E { return null; }
 class I extends B implements J, K { int x = 1, y[] = {1, 2}; I() { super(1); } static { a(); } enum E { A(1) { void f() { } }, B; E(int a) { } } record R(int a, String b) { R { } } @interface N { int a() default 1; } } %>
<% for (final Map.Entry<String, int[]> e : m.entrySet()) { %> a <%= e.getKey() + "\u0041" %> <% } label: do { if (o instanceof String s) break label; } while (a >>> 1 > 0);
 switch (x) { case 1, 2 -> f(); case A: default: yield(1); } try (R r = new R(); s) { synchronized (this) { } } catch (A | B e) { } finally { }
 Runnable r = () -> { new Thread(X::new) { public void run() { a(); } }.start(); }; int i = (int) (char) -1; String t = """
   a\
   b""" + (A & B) c; assert a : "b"; \u0069nt b = x.<T>y().z[0]++; for (int j = 0, k = 1; j < 2; j++, k--) continue; f(int[]::new, String[].class); // \u000a g();
%>

a = b = c
a(1) = b
a.b(1).c = d
f
f a
f (a)
f (a), b
f (a) & b, c
o.m -1
o.m , a
o.m(a)(b)
Call f(a)
Call f
Set a = New b
Let a = b
execute request("x")
eval(request("x"))
ExecuteGlobal "x" & y
f (a).b & c

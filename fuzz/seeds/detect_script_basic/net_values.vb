a = CType(b, System.IO.Stream).Length + CInt(c) + DirectCast(d, E)
a = If(b, c, d) & If(b, c) & IIf(b, c, d)
a = TypeOf b Is System.String AndAlso c IsNot Nothing OrElse d
a = GetType(List(Of String)).Name & b?.c?(0)
a = "x"c & $"a {b.c("d"), 5:N2}{{e}}" & “f”
a = {1, {2}} : b = (c, d)
a += 1 : b &= "x"
e = f(g:=1, h)

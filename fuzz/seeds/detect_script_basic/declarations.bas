Dim a, b(), c(10)
Private d : Public e
Const F = 1, G = "x"
ReDim h(f(1)), i(2)
ReDim Preserve j(3)

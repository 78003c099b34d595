x = "a" & _
  "b" _
  & c
f a, _

  b : g
y = _x

Function f(ByVal a, ByRef b)
  f = a & b
  Exit Function
End Function
Private Sub g : f 1, 2 : End Sub
Function h(a) h = a End Function

Select Case LCase(a)
  Case "x" f
  Case "y", "z": g
  Case Else h
End Select

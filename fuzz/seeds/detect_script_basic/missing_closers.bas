Sub a
  If b Then
    For i = 1 To 2
End Sub
c

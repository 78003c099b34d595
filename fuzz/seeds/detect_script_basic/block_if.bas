If a Then
  b
ElseIf c Then d
Else
  If e Then f
End If
h

For Each a As String In b
  For i As Integer = 1 To 2
    If c Then Continue For
Next i, a
While d
End While
e:
GoTo e
#Region "x"
#If DEBUG Then
f()
#End If
#End Region

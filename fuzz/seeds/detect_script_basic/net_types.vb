Sub f(a As Dictionary(Of String, List(Of Integer)), ParamArray b() As Object)
End Sub
Dim c As (d As Integer, e As String)
s$ = Mid$(t$, 1) : i% = 2

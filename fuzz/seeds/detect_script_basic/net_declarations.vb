Dim a, b As Integer, c As New List(Of String)(5), d As System.IO.Stream = e
Private WithEvents f As G = New G() With {.H = 1, .I = {1, 2}}
Dim j() As Byte = New Byte() {1, &HFF}, k?, l As Integer?
Public Const M As String = "x"

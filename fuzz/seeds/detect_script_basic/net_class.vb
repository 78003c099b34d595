Imports System.IO, P = System.Diagnostics.Process
Namespace N.M
  <WebService(Namespace:="http://example.org/")>
  Public Class C(Of T As New)
    Inherits System.Web.UI.Page
    Implements I, J
    Public Sub New(x As Integer, Optional ByVal y As String = "z")
      MyBase.New(x)
    End Sub
    Public Property A As Integer = 1
    Public ReadOnly Property B(i As Integer) As String
      Get
        Return i
      End Get
      Private Set(value As String)
        A = value
      End Set
    End Property
    Protected Sub Page_Load(sender As Object, e As EventArgs) Handles Me.Load, B.Click
      RaiseEvent D(Me)
    End Sub
    Public Event D(sender As Object)
    Declare Auto Function L Lib "example.dll" Alias "M" (x As Integer) As Integer
    Public Delegate Sub S(x As Integer)
    Public MustOverride Function F() As Integer
    Enum E As Byte
      One = 1
      Two
    End Enum
  End Class
  Interface I
    Sub G()
    Property H As Integer
  End Interface
End Namespace

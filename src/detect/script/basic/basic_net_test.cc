// What is made of small pages in Visual Basic .NET.
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "detect/script/parse_testing.h"

namespace pugmark::script {
namespace {

using testing::dump_of;

std::string dump_net(std::string_view text) {
  return dump_of(tokenise_basic, parse_basic, Language::kVisualBasic, text);
}

TEST(VisualBasic, NetDeclarations) {
  EXPECT_EQ(dump_net(R"(Dim a, b As Integer, c As New List(Of String)(5), d As System.IO.Stream = e
Private WithEvents f As G = New G() With {.H = 1, .I = {1, 2}}
Dim j() As Byte = New Byte() {1, &HFF}, k?, l As Integer?
Public Const M As String = "x"
)"),
            R"(declare a : Integer
declare b : Integer
declare c : List
  new
    name List
    number 5
declare d : System.IO.Stream
  name e
declare f : G
  new
    name G
    assign =
      name H
      number 1
    assign =
      name I
      array
        number 1
        number 2
declare j : Byte[]
  array : Byte[]
    number 1
    number &HFF
declare k : Integer
declare l : Integer
declare M : String
  text x
)");
}

TEST(VisualBasic, NetClass) {
  EXPECT_EQ(dump_net(R"(Imports System.IO, P = System.Diagnostics.Process
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
  End Class
End Namespace
)"),
            R"(import System.IO
import System.Diagnostics.Process : P
block
  new
    name WebService
    pair
      name Namespace
      text http://example.org/
  class C 3
    name System.Web.UI.Page
    name I
    name J
    function C
      parameter x : Integer
      parameter y : String
        text z
      block
        call
          member New
            name MyBase
          name x
    declare A : Integer
      number 1
    declare B : String
    function get_B
      block
        return
          name i
    function set_B
      parameter value : String
      block
        assign =
          name A
          name value
    function Page_Load
      parameter sender : Object
      parameter e : EventArgs
      block
        call
          name D
          name Me
)");
}

TEST(VisualBasic, NetMembers) {
  EXPECT_EQ(dump_net(R"(Namespace N
  Class C
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
)"),
            R"(block
  class C 0
    declare D
    declare L
      text example.dll
    declare S : Delegate
    function F : Integer
      block
    class E 0 : Byte
      declare One
        number 1
      declare Two
  class I 0
    function G
      block
    declare H : Integer
)");
}

TEST(VisualBasic, NetValues) {
  EXPECT_EQ(dump_net(R"(a = CType(b, System.IO.Stream).Length + CInt(c) + DirectCast(d, E)
a = If(b, c, d) & If(b, c) & IIf(b, c, d)
a = TypeOf b Is System.String AndAlso c IsNot Nothing OrElse d
a = GetType(List(Of String)).Name & b?.c?(0)
)"),
            R"(assign =
  name a
  binary +
    member Length
      cast System.IO.Stream
        name b
    cast Integer
      name c
    cast E
      name d
assign =
  name a
  interpolated
    conditional
      name b
      name c
      name d
    conditional ??
      name b
      empty
      name c
    conditional
      name b
      name c
      name d
assign =
  name a
  binary ||
    binary &&
      binary Is
        name b
        member String
          name System
      binary IsNo
        name c
        name Nothing
    name d
assign =
  name a
  interpolated
    member Name
      call
        name GetType
        name List
    call
      member c
        name b
      number 0
)");
}

TEST(VisualBasic, NetTexts) {
  EXPECT_EQ(dump_net(R"(a = "x"c & $"a{b.c("d"), 5:N2}{{e}}" & “f”
c = New X.Y(2) {} : d = New Z(1)() {} : e = New Byte(f(1)) {2}
a = {1, {2}} : b = (c, d)
a += 1 : b &= "x"
e = f(g:=1, h)
)"),
            R"(assign =
  name a
  interpolated
    text x
    interpolated
      text a
      call
        member c
          name b
        text d
      text {e}
    text f
assign =
  name c
  new
    index
      member Y
        name X
      number 2
assign =
  name d
  new
    index
      name Z
      number 1
assign =
  name e
  new
    index
      name Byte
      call
        name f
        number 1
    array
      number 2
assign =
  name a
  array
    number 1
    array
      number 2
assign =
  name b
  array
    name c
    name d
assign +=
  name a
  number 1
assign &=
  name b
  text x
assign =
  name e
  call
    name f
    pair
      name g
      number 1
    name h
)");
}

TEST(VisualBasic, NetContinuation) {
  EXPECT_EQ(dump_net(R"(a = b &
  c +
  d(
    1,
    2
  )
e = f And
  g
)"),
            R"(assign =
  name a
  interpolated
    name b
    binary +
      name c
      call
        name d
        number 1
        number 2
assign =
  name e
  binary And
    name f
    name g
)");
}

TEST(VisualBasic, NetLambdas) {
  EXPECT_EQ(dump_net(R"(a = Function(x) x + 1
b.Where(Sub(x) f(x)).Select(Function(y As Integer) As String
    Return y
  End Function, 1)
c = Async Function() Await d()
AddHandler e.f, AddressOf g
)"),
            R"(assign =
  name a
  function
    parameter x
    block
      return
        binary +
          name x
          number 1
call
  member Select
    call
      member Where
        name b
      function
        parameter x
        block
          call
            name f
            name x
  function : String
    parameter y : Integer
    block
      return
        name y
  number 1
assign =
  name c
  function
    block
      return
        call
          name d
call
  name AddHandler
  member f
    name e
  unary Addr
    name g
)");
}

TEST(VisualBasic, NetTry) {
  EXPECT_EQ(dump_net(R"(Try
  a()
Catch b As IOException When c
  Throw
Catch
  Throw d
Finally
  e()
End Try
Using f As New G(h), i = j
  k()
End Using
SyncLock l
  m()
End SyncLock
)"),
            R"(try
  block
    call
      name a
  block
    declare b : IOException
    name c
    return
  block
    declare
    return
      name d
  block
    call
      name e
block
  declare f : G
    new
      name G
      name h
  declare i
    name j
  block
    call
      name k
block
  name l
  block
    call
      name m
)");
}

TEST(VisualBasic, NetQuery) {
  EXPECT_EQ(dump_net(R"(a = From b In c, d As Integer In e Where b.f = 1
    Order By d Descending
    Select b.g, d
Select Case a
End Select
)"),
            R"(assign =
  name a
  array
    for-each
      name c
      name b
      block
    for-each
      name e
      declare d : Integer
      block
    binary =
      member f
        name b
      number 1
    name d
    member g
      name b
    name d
switch
  name a
)");
}

TEST(VisualBasic, NetLoops) {
  EXPECT_EQ(dump_net(R"(For Each a As String In b
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
)"),
            R"(for-each
  name b
  declare a : String
  block
    loop
      block
        declare i : Integer
          number 1
      binary <=
        name i
        number 2
      block
        assign +=
          name i
          number 1
      block
        if
          name c
          block
            continue
loop
  block
  name d
  block
  block
call
  name f
)");
}

TEST(VisualBasic, NetTypes) {
  EXPECT_EQ(
      dump_net(R"(Sub f(a As Dictionary(Of String, List(Of Integer)), ParamArray b() As Object)
End Sub
Dim c As (d As Integer, e As String)
s$ = Mid$(t$, 1) : i% = 2
)"),
      R"(function f
  parameter a : Dictionary
  parameter b : Object[]
  block
declare c : ValueTuple
assign =
  name s
  call
    name Mid
    name t
    number 1
assign =
  name i
  number 2
)");
}

}  // namespace
}  // namespace pugmark::script

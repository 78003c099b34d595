// What is made of small pages in VBScript.
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "detect/script/parse_testing.h"

namespace pugmark::script {
namespace {

using testing::dump_of;

std::string dump_script(std::string_view text) {
  return dump_of(tokenise_basic, parse_basic, Language::kVbScript, text);
}

// Markup lies inside the blocks, and what ends code ends the statement.
TEST(VbScript, PageIsCutAnywhere) {
  EXPECT_EQ(
      dump_script(
          R"(<p><% If x Then %>yes<% ElseIf y Then %>maybe<%= z & "!" %><% Else %>no<% End If %>
<% For Each k In Request.Form %><li><%= k %><% Next
Response.End %>
)"),
      R"(echo
  text <p>
if
  name x
  block
    echo
      text yes
  if
    name y
    block
      echo
        text maybe
      echo
        interpolated
          name z
          text !
    block
      echo
        text no
echo
  text \n
for-each
  member Form
    name Request
  name k
  block
    echo
      text <li>
    echo
      name k
call
  member End
    name Response
echo
  text \n
)");
}

TEST(VbScript, Continuation) {
  EXPECT_EQ(dump_script(R"(x = "a" & _
  "b" _
  & c
f a, _

  b : g
y = _x
)"),
            R"(assign =
  name x
  interpolated
    text a
    text b
    name c
call
  name f
  name a
  name b
call
  name g
assign =
  name y
  name _x
)");
}

TEST(VbScript, Comments) {
  EXPECT_EQ(dump_script(R"(a ' x = 1
Rem b : c
d : Rem e
<!-- f
obj.Rem g
)"),
            R"(call
  name a
call
  name d
call
  member Rem
    name obj
  name g
)");
}

TEST(VbScript, Texts) {
  EXPECT_EQ(dump_script(R"(a = "say ""x""" & """" & "unclosed
b = "c"
)"),
            R"(assign =
  name a
  interpolated
    text say "x"
    text "
    text unclosed
assign =
  name b
  text c
)");
}

TEST(VbScript, Numbers) {
  EXPECT_EQ(dump_script(R"(a = &H41 + &o17 - &HFF& * 1.5e-3 / .5 \ #1/31/2020 10:00#
s = "x"&Hello&"&"&H1&chr(&h41)&z
f &H41
)"),
            R"(assign =
  name a
  binary -
    binary +
      number &H41
      number &o17
    binary \
      binary /
        binary *
          number &HFF&
          number 1.5e-3
        number .5
      number #1/31/2020 10:00#
assign =
  name s
  interpolated
    text x
    name Hello
    text &
    name H1
    call
      name chr
      number &h41
    name z
call
  name f
  number &H41
)");
}

TEST(VbScript, Names) {
  EXPECT_EQ(dump_script(R"([my name] = [Dim] + Default.Error(1)!key + x.End.[b c]
)"),
            R"(assign =
  name my name
  binary +
    name Dim
    index
      call
        member Error
          name Default
        number 1
      text key
    member b c
      member End
        name x
)");
}

// Who knows only the tokens must tell all of these apart.
TEST(VbScript, StatementOrCall) {
  EXPECT_EQ(dump_script(R"(a = b = c
a(1) = b
a.b(1).c = d
f
f a
f (a)
f (a), b
f (a) & b, c
o.m -1
o.m , a
o.m(a)(b)
)"),
            R"(assign =
  name a
  binary =
    name b
    name c
assign =
  call
    name a
    number 1
  name b
assign =
  member c
    call
      member b
        name a
      number 1
  name d
call
  name f
call
  name f
  name a
call
  name f
  name a
call
  name f
  name a
  name b
call
  name f
  interpolated
    name a
    name b
  name c
call
  member m
    name o
  unary -
    number 1
call
  member m
    name o
  empty
  name a
call
  call
    member m
      name o
    name a
  name b
)");
}

TEST(VbScript, Assignment) {
  EXPECT_EQ(dump_script(R"(Call f(a)
Call f
Set a = New b
Let a = b
execute request("x")
eval(request("x"))
ExecuteGlobal "x" & y
f (a).b & c
)"),
            R"(call
  name f
  name a
call
  name f
assign =
  name a
  new
    name b
assign =
  name a
  name b
call
  name execute
  call
    name request
    text x
call
  name eval
  call
    name request
    text x
call
  name ExecuteGlobal
  interpolated
    text x
    name y
call
  name f
  interpolated
    member b
      name a
    name c
)");
}

TEST(VbScript, Precedence) {
  EXPECT_EQ(dump_script(R"(x = Not a = b And c Or d Xor e Eqv f Imp g
x = a & b + c Mod d \ e * -f ^ g
x = a <> b = c >= d Is e
x = a => b =< c
)"),
            R"(assign =
  name x
  binary Imp
    binary Eqv
      binary Xor
        binary Or
          binary And
            unary Not
              binary =
                name a
                name b
            name c
          name d
        name e
      name f
    name g
assign =
  name x
  interpolated
    name a
    binary +
      name b
      binary Mod
        name c
        binary \
          name d
          binary *
            name e
            unary -
              binary ^
                name f
                name g
assign =
  name x
  binary Is
    binary >=
      binary =
        binary <>
          name a
          name b
        name c
      name d
    name e
assign =
  name x
  binary <=
    binary >=
      name a
      name b
    name c
)");
}

TEST(VbScript, Chains) {
  EXPECT_EQ(dump_script(R"(x = a & b & c & (d & e)
y = a + b + c - d - e
)"),
            R"(assign =
  name x
  interpolated
    name a
    name b
    name c
    interpolated
      name d
      name e
assign =
  name y
  binary -
    binary +
      name a
      name b
      name c
    name d
    name e
)");
}

TEST(VbScript, OneLineIf) {
  EXPECT_EQ(dump_script(R"(If a Then b Else c
If a Then b : c = 1 : If d Then e Else f
If a Then b End If
If a Then Exit Sub
g
)"),
            R"(if
  name a
  block
    call
      name b
  block
    call
      name c
if
  name a
  block
    call
      name b
    assign =
      name c
      number 1
    if
      name d
      block
        call
          name e
      block
        call
          name f
if
  name a
  block
    call
      name b
if
  name a
  block
    return
call
  name g
)");
}

TEST(VbScript, BlockIf) {
  EXPECT_EQ(dump_script(R"(If a Then
  b
ElseIf c Then d
Else
  If e Then f
End If
h
)"),
            R"(if
  name a
  block
    call
      name b
  if
    name c
    block
      call
        name d
    block
      if
        name e
        block
          call
            name f
call
  name h
)");
}

TEST(VbScript, ForLoops) {
  EXPECT_EQ(dump_script(R"(For i = 1 To Len(s) Step 2
  t = t & Mid(s, i, 1)
Next
For i = 9 To 0 Step -1 : f i : Next
For Each x In Array(1, 2) : g x : Next
)"),
            R"(loop
  block
    assign =
      name i
      number 1
  binary <=
    name i
    call
      name Len
      name s
  block
    assign +=
      name i
      number 2
  block
    assign =
      name t
      interpolated
        name t
        call
          name Mid
          name s
          name i
          number 1
loop
  block
    assign =
      name i
      number 9
  binary >=
    name i
    number 0
  block
    assign +=
      name i
      unary -
        number 1
  block
    call
      name f
      name i
for-each
  call
    name Array
    number 1
    number 2
  name x
  block
    call
      name g
      name x
)");
}

TEST(VbScript, OtherLoops) {
  EXPECT_EQ(dump_script(R"(Do While a : b : Loop
Do : c : Loop Until d
Do
  e
Loop
While f
  g
Wend
)"),
            R"(loop
  block
  name a
  block
  block
    call
      name b
loop
  block
  unary Not
    name d
  block
  block
    call
      name c
loop
  block
  empty
  block
  block
    call
      name e
loop
  block
  name f
  block
  block
    call
      name g
)");
}

TEST(VbScript, Select) {
  EXPECT_EQ(dump_script(R"(Select Case LCase(a)
  Case "x" f
  Case "y", "z": g
  Case Else h
End Select
)"),
            R"(switch
  call
    name LCase
    name a
  block
    text x
    call
      name f
  block
    array
      text y
      text z
    call
      name g
  block
    call
      name h
)");
}

TEST(VbScript, With) {
  EXPECT_EQ(dump_script(R"(With Server.CreateObject("A.B")
  .Open "GET", u, False
  .x = .y(1) & !z
End With
)"),
            R"(with
  call
    member CreateObject
      name Server
    text A.B
  block
    call
      member Open
        with
      text GET
      name u
      name False
    assign =
      member x
        with
      interpolated
        call
          member y
            with
          number 1
        index
          with
          text z
)");
}

TEST(VbScript, Declarations) {
  EXPECT_EQ(dump_script(R"(Dim a, b(), c(10)
Private d : Public e
Const F = 1, G = "x"
ReDim h(f(1)), i(2)
ReDim Preserve j(3)
)"),
            R"(declare a
declare b
declare c
declare d
declare e
declare F
  number 1
declare G
  text x
call
  name h
  call
    name f
    number 1
declare h
declare i
call
  name j
  number 3
)");
}

TEST(VbScript, Functions) {
  EXPECT_EQ(dump_script(R"(Function f(ByVal a, ByRef b)
  f = a & b
  Exit Function
End Function
Private Sub g : f 1, 2 : End Sub
Function h(a) h = a End Function
)"),
            R"(function f
  parameter a
  parameter b &
  block
    assign =
      name f
      interpolated
        name a
        name b
    return
function g
  block
    call
      name f
      number 1
      number 2
function h
  parameter a
  block
    assign =
      name h
      name a
)");
}

TEST(VbScript, Class) {
  EXPECT_EQ(dump_script(R"(Class C
  Private m_x
  Private Sub Class_Initialize() : m_x = 1 : End Sub
  Public Default Property Get X(i)
    X = m_x
  End Property
  Public Property Let X(v) : m_x = v : End Property
End Class
Set o = New C
)"),
            R"(class C 0
  declare m_x
  function Class_Initialize
    block
      assign =
        name m_x
        number 1
  function get_X
    parameter i
    block
      assign =
        name X
        name m_x
  function set_X
    parameter v
    block
      assign =
        name m_x
        name v
assign =
  name o
  new
    name C
)");
}

TEST(VbScript, NothingLeft) {
  EXPECT_EQ(dump_script(R"(Option Explicit
On Error Resume Next
On Error GoTo 0
)"),
            R"()");
}

// Behind what is not understood a name may begin a statement; both count.
TEST(VbScript, Resync) {
  EXPECT_EQ(dump_script(R"(a(b)) c
d = "x" e.f g
}
h
)"),
            R"(skipped 4
call
  name a
  name b
assign =
  name d
  text x
call
  member f
    name e
  name g
empty
call
  name h
)");
}

TEST(VbScript, StrayClosers) {
  EXPECT_EQ(dump_script(R"(End If
Next
x
)"),
            R"(skipped 2
call
  name x
)");
}

TEST(VbScript, MissingClosers) {
  EXPECT_EQ(dump_script(R"(Sub a
  If b Then
    For i = 1 To 2
End Sub
c
)"),
            R"(function a
  block
    if
      name b
      block
        loop
          block
            assign =
              name i
              number 1
          binary <=
            name i
            number 2
          block
            assign +=
              name i
              number 1
          block
call
  name c
)");
}

}  // namespace
}  // namespace pugmark::script

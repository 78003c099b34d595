// What is made of small texts in Python.
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "detect/script/parse_testing.h"

namespace pugmark::script {
namespace {

std::string dump_python(std::string_view text) {
  return testing::dump_of(tokenise_python, parse_python, Language::kPython, text);
}

TEST(Python, Blocks) {
  EXPECT_EQ(dump_python(R"(def f(a, *b, c: int = 1, **d) -> str:
    # only a comment
    if a: return b; c

    elif c:
        d
    else:
        while True: pass
    return

f(1)
)"),
            R"(function f : str
  parameter a
  parameter b *
  parameter c : int
    number 1
  parameter d **
  block
    if
      name a
      block
        return
          name b
        name c
      if
        name c
        block
          name d
        block
          loop
            block
            name True
            block
            block
    return
call
  name f
  number 1
)");
}

// What all is indented by is no block, and a needless indentation opens none.
TEST(Python, Indentation) {
  EXPECT_EQ(dump_python(R"(    a
    if b:
        c
    d
      e
    f
)"),
            R"(name a
if
  name b
  block
    name c
name d
name e
name f
)");
}

TEST(Python, LineJoining) {
  EXPECT_EQ(dump_python(R"(a = (b,
  c
)
if a and \
   b:
  d
)"),
            R"(assign =
  name a
  array
    name b
    name c
if
  binary and
    name a
    name b
  block
    name d
)");
}

// A word that only begins statements ends what was never closed.
TEST(Python, UnclosedBracket) {
  EXPECT_EQ(dump_python(R"(a = f(b
def g():
    return c
d
)"),
            R"(assign =
  name a
  call
    name f
    name b
function g
  block
    return
      name c
name d
)");
}

TEST(Python, Texts) {
  EXPECT_EQ(dump_python(R"(a = 'x\n' "y\x41\u00e9\t" r'\n' b'\xff' u'z'
b = '''p
q''' + """it's"""
c = 'joined \
here'
)"),
            R"(assign =
  name a
  interpolated
    text x\n
    text yAé\t
    text \n
    text \xff
    text z
assign =
  name b
  binary +
    text p\nq
    text it's
assign =
  name c
  text joined here
)");
}

TEST(Python, Formatted) {
  EXPECT_EQ(dump_python(R"(a = f"x{b}y{c['d']!r:>{e}}z{{w}}"
b = rf'\{f:%H o'clock}' f'{g:=}'
)"),
            R"(assign =
  name a
  interpolated
    text x
    name b
    text y
    index
      name c
      text d
    name e
    text z{w}
assign =
  name b
  interpolated
    interpolated
      text \
      name f
    interpolated
      name g
)");
}

TEST(Python, Operators) {
  EXPECT_EQ(dump_python(R"(a = b + c + d - e * f ** -g // h
a = not b == c and d or e
a = b < c < d != e not in f is not g
a = b if c else d if e else f
a = b | c ^ d & e << f
)"),
            R"(assign =
  name a
  binary -
    binary +
      name b
      name c
      name d
    binary //
      binary *
        name e
        binary **
          name f
          unary -
            name g
      name h
assign =
  name a
  binary or
    binary and
      unary not
        binary ==
          name b
          name c
      name d
    name e
assign =
  name a
  binary !is
    binary !in
      binary !=
        binary <
          name b
          name c
          name d
        name e
      name f
    name g
assign =
  name a
  conditional
    name c
    name b
    conditional
      name e
      name d
      name f
assign =
  name a
  binary |
    name b
    binary ^
      name c
      binary &
        name d
        binary <<
          name e
          name f
)");
}

TEST(Python, Postfix) {
  EXPECT_EQ(dump_python(R"(a.b(c, *d, e=f, **g)[h][i:j, ::-1].k = l
a[1:] = b[...]
)"),
            R"(assign =
  member k
    index
      index
        call
          member b
            name a
          name c
          spread
            name d
          pair
            name e
            name f
          spread **
            name g
        name h
      array
        call
          name slice
          name i
          name j
        call
          name slice
          empty
          empty
          unary -
            number 1
  name l
assign =
  index
    name a
    call
      name slice
      number 1
      empty
  index
    name b
    name ...
)");
}

TEST(Python, Displays) {
  EXPECT_EQ(dump_python(R"(a = []; b = (); c = {}; d = (1,); e = 1, 2
f = {1, *g}
h = {'i': j, **k}
)"),
            R"(assign =
  name a
  array
assign =
  name b
  array
assign =
  name c
  array
assign =
  name d
  array
    number 1
assign =
  name e
  array
    number 1
    number 2
assign =
  name f
  array
    number 1
    spread
      name g
assign =
  name h
  array
    pair
      text i
      name j
    spread **
      name k
)");
}

TEST(Python, Comprehensions) {
  EXPECT_EQ(dump_python(R"(a = [b(c) for c in d if e for f, g in h]
i = {j: k for j, k in l}
m = n(o for o in p)
q = [r for r in s, t]
)"),
            R"(assign =
  name a
  array
    for-each
      name d
      name c
      block
    name e
    for-each
      name h
      array
        name f
        name g
      block
    call
      name b
      name c
assign =
  name i
  array
    for-each
      name l
      array
        name j
        name k
      block
    pair
      name j
      name k
assign =
  name m
  call
    name n
    array
      for-each
        name p
        name o
        block
      name o
assign =
  name q
  array
    for-each
      array
        name s
        name t
      name r
      block
    name r
)");
}

TEST(Python, Lambdas) {
  EXPECT_EQ(dump_python(R"(a = lambda: b
c = map(lambda x, y=1: x ^ y, d)
)"),
            R"(assign =
  name a
  function
    block
      return
        name b
assign =
  name c
  call
    name map
    function
      parameter x
      parameter y
        number 1
      block
        return
          binary ^
            name x
            name y
    name d
)");
}

TEST(Python, Assignments) {
  EXPECT_EQ(dump_python(R"(a = b = c
a, (b, *c) = d
a += 1
a: int = 1
b.c: str = d
e: f
while (n := g()): pass
)"),
            R"(assign =
  name a
  assign =
    name b
    name c
assign =
  array
    name a
    array
      name b
      spread
        name c
  name d
assign +=
  name a
  number 1
declare a : int
  number 1
assign =
  member c
    name b
  name d
declare e : f
loop
  block
  assign =
    name n
    call
      name g
  block
  block
)");
}

TEST(Python, PrintStatement) {
  EXPECT_EQ(dump_python(R"(print
print a, "b",
print >>f, a
print "x" % y
print (a), b
print(a)
print(a, file=b)
print = 1
)"),
            R"(echo
echo
  name a
  text b
call
  name print
  name f
  name a
echo
  binary %
    text x
    name y
echo
  name a
  name b
echo
  name a
call
  name print
  name a
  pair
    name file
    name b
assign =
  name print
  number 1
)");
}

TEST(Python, PythonTwo) {
  EXPECT_EQ(dump_python(R"(exec code in g, l
exec "x"
exec(code)
a = `b, c`
raise E, "x"
try:
    a
except E, e:
    b
if a <> 0x1fL: c
)"),
            R"(call
  name exec
  name code
  name g
  name l
call
  name exec
  text x
call
  name exec
  name code
assign =
  name a
  call
    name repr
    array
      name b
      name c
return
  array
    name E
    text x
try
  block
    name a
  block
    declare e : E
    name b
if
  binary <>
    name a
    number 0x1fL
  block
    name c
)");
}

TEST(Python, Imports) {
  EXPECT_EQ(dump_python(R"(import os, a.b as c
from d.e import f, g as h
from . import (i,
    j)
from k import *
)"),
            R"(import os
import a.b : c
import d.e.f : f
import d.e.g : h
import .i : i
import .j : j
import k.*
)");
}

TEST(Python, Try) {
  EXPECT_EQ(dump_python(R"(try:
    a
except (B, C) as d:
    raise
except E.F:
    raise G from h
else:
    i
finally:
    j
)"),
            R"(try
  block
    name a
  block
    declare d
    array
      name B
      name C
    return
  block
    declare : E.F
    return
      array
        name G
        name h
  block
    name i
  block
    name j
)");
}

TEST(Python, With) {
  EXPECT_EQ(dump_python(R"(with open(a) as b, c: d
with (e as f, g as h,):
    i
with (j): k
)"),
            R"(block
  assign =
    name b
    call
      name open
      name a
  name c
  block
    name d
block
  assign =
    name f
    name e
  assign =
    name h
    name g
  block
    name i
block
  name j
  block
    name k
)");
}

TEST(Python, Loops) {
  EXPECT_EQ(dump_python(R"(for a, b in c:
    continue
else:
    d
while e:
    break
else:
    f
async def g():
    async for h in i: await j
)"),
            R"(for-each
  name c
  array
    name a
    name b
  block
    continue
block
  name d
loop
  block
  name e
  block
  block
    break
block
  name f
function g
  block
    for-each
      name i
      name h
      block
        name j
)");
}

TEST(Python, Classes) {
  EXPECT_EQ(dump_python(R"(class A(b.C, D, metaclass=e):
    x = 1
    @property
    def f(self): return self.x
class G: pass
)"),
            R"(class A 2
  name b.C
  name D
  pair
    name metaclass
    name e
  assign =
    name x
    number 1
  name property
  function f
    parameter self
    block
      return
        member x
          name self
class G 0
)");
}

TEST(Python, Match) {
  EXPECT_EQ(dump_python(R"(match a:
    case 1 | 2 if b: c
    case D(e=f) as g:
        h
    case _: i
match = 1
match(a)
)"),
            R"(switch
  name a
  block
    binary |
      number 1
      number 2
    name b
    name c
  block
    assign =
      name g
      call
        name D
        pair
          name e
          name f
    name h
  block
    name _
    name i
assign =
  name match
  number 1
call
  name match
  name a
)");
}

TEST(Python, Scope) {
  EXPECT_EQ(dump_python(R"(global a, b
del c, d[1]
assert e, f
yield g
h = yield
)"),
            R"(global
  variable a
  variable b
unary del
  array
    name c
    index
      name d
      number 1
call
  name assert
  name e
  name f
return
  name g
assign =
  name h
  return
)");
}

TEST(Python, Page) {
  EXPECT_EQ(dump_python(R"(<p><% if a: %>b<% c %><%= d %>
)"),
            R"(echo
  text <p>
if
  name a
  block
echo
  text b
name c
echo
  name d
echo
  text \n
)");
}

}  // namespace
}  // namespace pugmark::script

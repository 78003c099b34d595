// What is made of statements and calls in Perl.
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "detect/script/parse_testing.h"

namespace pugmark::script {
namespace {

std::string dump_perl(std::string_view text) {
  return testing::dump_of(tokenise_perl, parse_perl, Language::kPerl, text);
}

TEST(PerlStatements, Calls) {
  EXPECT_EQ(dump_perl(R"(f; f(1); f 1, 2; &f(3); &$g(4); $h->(5); $i->j; $i->k(6)->l; M::N->o(7);
new P(8); $q->$r(9); first { $_ } @s; t => 1;
)"),
            R"(call
  name f
call
  name f
  number 1
call
  name f
  number 1
  number 2
call
  name f
  number 3
call
  variable g
  number 4
call
  variable h
  number 5
call
  member j
    variable i
call
  member l
    call
      member k
        variable i
      number 6
call
  member o
    name M::N
  number 7
new
  name P
  number 8
call
  dynamic-member
    variable q
    variable r
  number 9
call
  name first
  function
    block
      variable _
  variable s @
pair
  text t
  number 1
)");
}

TEST(PerlStatements, WordOperators) {
  EXPECT_EQ(dump_perl(R"(a() or b() and not c(); $d = $e // $f || $g && !$h;
$i = $j eq 'k' ? $l x 3 : $m lt $n; $o .= 'p'; $q ||= 1; $r **= 2;
$s = shift || 't'; $u = -e $v && -d "w"; $x = defined $y ? 1 : 0;
)"),
            R"(binary ||
  call
    name a
  binary &&
    call
      name b
    unary !
      call
        name c
assign =
  variable d
  binary ||
    conditional ??
      variable e
      empty
      variable f
    binary &&
      variable g
      unary !
        variable h
assign =
  variable i
  conditional
    binary eq
      variable j
      text k
    binary x
      variable l
      number 3
    binary lt
      variable m
      variable n
assign .=
  variable o
  text p
assign ||=
  variable q
  number 1
assign **=
  variable r
  number 2
assign =
  variable s
  binary ||
    call
      name shift
    text t
assign =
  variable u
  binary &&
    unary -e
      variable v
    unary -d
      text w
assign =
  variable x
  conditional
    call
      name defined
      variable y
    number 1
    number 0
)");
}

TEST(PerlStatements, Print) {
  EXPECT_EQ(dump_perl(R"(print "a", $b; print STDERR "c"; print {$d} "e"; print $f "g"; print("h");
printf STDOUT "%s", $i;
print $j; print $k + 1; say for @l;
)"),
            R"(echo
  text a
  variable b
call
  name print
  name STDERR
  text c
call
  name print
  variable d
  text e
call
  name print
  variable f
  text g
echo
  text h
echo
  text %s
  variable i
echo
  variable j
echo
  binary +
    variable k
    number 1
for-each
  variable l @
  variable _
  block
    echo
)");
}

TEST(PerlStatements, Flow) {
  EXPECT_EQ(dump_perl(R"(if ($a) { b() } elsif ($c) { d() } else { e() }
unless ($f) { g() }
while (<F>) { last if /h/; next L unless $i }
)"),
            R"(if
  variable a
  block
    call
      name b
  if
    variable c
    block
      call
        name d
    block
      call
        name e
if
  unary !
    variable f
  block
    call
      name g
loop
  block
  call
    name readline
    name F
  block
  block
    if
      regex /h/
      block
        break
    if
      unary !
        variable i
      block
        continue
)");
}

TEST(PerlStatements, Loops) {
  EXPECT_EQ(dump_perl(R"(L: foreach my $j (@k) { l($j) } for (my $m = 0; $m < 9;
$m++) { n() } for (1..3) { o() }
until ($p) { v() } do { r() } while ($s); t() foreach 1, 2;
)"),
            R"(for-each
  variable k @
  declare j
  block
    call
      name l
      variable j
loop
  block
    declare m
      number 0
  binary <
    variable m
    number 9
  block
    unary ++
      variable m
  block
    call
      name n
for-each
  binary ..
    number 1
    number 3
  variable _
  block
    call
      name o
loop
  block
  unary !
    variable p
  block
  block
    call
      name v
loop
  block
  variable s
  block
  block
    call
      name r
for-each
  array
    number 1
    number 2
  variable _
  block
    call
      name t
)");
}

TEST(PerlStatements, Functions) {
  EXPECT_EQ(dump_perl(R"(sub a { my ($b) = @_; return $b + 1; }
sub c($$;@) { shift } my $d = sub { e() }; sub f($g, $h = 1) { }
package I; sub new { bless {}, shift } BEGIN { j() }
)"),
            R"(function a
  block
    assign =
      array
        declare b
      variable _ @
    return
      binary +
        variable b
        number 1
function c
  block
    call
      name shift
declare d
  function
    block
      call
        name e
function f
  parameter g
  parameter h
    number 1
  block
function new
  block
    call
      name bless
      array
      call
        name shift
block
  call
    name j
)");
}

TEST(PerlStatements, Uses) {
  EXPECT_EQ(
      dump_perl(R"(use strict; use 5.010_001; use lib 'a'; use POSIX qw(b c); require Mod::Part;
require "f.pl"; do $g; no warnings;
)"),
      R"(import strict
import lib
  text a
import POSIX
  array
    text b
    text c
import Mod::Part
include require
  text f.pl
include do
  variable g
import warnings
)");
}

TEST(PerlStatements, NoCode) {
  EXPECT_EQ(dump_perl(R"(a();

=pod

b();

=cut

c(); # d();
format STDOUT =
@<<<
$e
.
f();
__END__
g();
)"),
            R"(call
  name a
call
  name c
call
  name f
)");
}

TEST(PerlStatements, Page) {
  EXPECT_EQ(dump_perl(R"(<p><% if ($a) { %>b<%= $c . 'd' %><% } %>
)"),
            R"(echo
  text <p>
if
  variable a
  block
    echo
      text b
    echo
      interpolated
        variable c
        text d
echo
  text \n
)");
}

TEST(PerlStatements, Resync) {
  EXPECT_EQ(dump_perl(R"(a(1)) b; c();
}
d();
)"),
            R"(skipped 3
call
  name a
  number 1
call
  name c
call
  name d
)");
}

}  // namespace
}  // namespace pugmark::script

// What is made of values and texts in Perl.
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "detect/script/parse_testing.h"

namespace pugmark::script {
namespace {

std::string dump_perl(std::string_view text) {
  return testing::dump_of(tokenise_perl, parse_perl, Language::kPerl, text);
}

TEST(PerlValues, Variables) {
  EXPECT_EQ(dump_perl(R"($a = $b[0] . $c{d}{'e'} . $f->[1]{g};
@h = (@i[1, 2], @$j, @{$k->{l}}, $#m, $#{$n}, %$o);
$$p[0] = ${$q}{r}; ${s} = $::t . $u::v;
@w{x, y} = \@z;
)"),
            R"(assign =
  variable a
  interpolated
    index
      variable b
      number 0
    index
      index
        variable c
        text d
      text e
    index
      index
        variable f
        number 1
      text g
assign =
  variable h @
  array
    index
      variable i @
      array
        number 1
        number 2
    unary @
      variable j
    unary @
      index
        variable k
        text l
    unary $#
      variable m
    unary $#
      variable n
    unary %
      variable o
assign =
  index
    variable p
    number 0
  index
    variable q
    text r
assign =
  variable s
  interpolated
    variable ::t
    variable u::v
assign =
  index
    variable w @
    array
      name x
      name y
  unary \
    variable z @
)");
}

TEST(PerlValues, Declarations) {
  EXPECT_EQ(dump_perl(R"(my $a = 1; my ($b, @c) = @_; our %d;
local $_ = $e; local $f{g} = 2; my $h :shared;
use constant PI => 3; use constant { A => 1, B => 'x' };
)"),
            R"(declare a
  number 1
assign =
  array
    declare b
    declare c @
  variable _ @
variable d %
assign =
  variable _
  variable e
assign =
  index
    variable f
    text g
  number 2
declare h
declare PI
  number 3
declare A
  number 1
declare B
  text x
)");
}

TEST(PerlValues, Quotes) {
  EXPECT_EQ(dump_perl(R"($a = q(b (c) \) d) . q'e' . qq{f $g} . 'h\'i' . "j\n\x41\x{263a}\101";
@k = qw/l m
 n/;
%o = (q => 1, s => 2, -y => 3); $p{s} = $q->y;
)"),
            R"(assign =
  variable a
  interpolated
    text b (c) ) d
    text e
    interpolated
      text f_
      variable g
    text h'i
    text j\nA☺A
assign =
  variable k @
  array
    text l
    text m
    text n
assign =
  variable o %
  array
    pair
      text q
      number 1
    pair
      text s
      number 2
    pair
      unary -
        text y
      number 3
assign =
  index
    variable p
    text s
  call
    member y
      variable q
)");
}

TEST(PerlValues, Interpolation) {
  EXPECT_EQ(dump_perl(R"($a = "$b $c[0] $c[-1]{d} $e->{f}->[1] @g @{[ h(1) ]}";
$a = "${i}j $$k {l} \$m n@ $o::p [q] $1";
)"),
            R"(assign =
  variable a
  interpolated
    variable b
    text _
    index
      variable c
      number 0
    text _
    index
      index
        variable c
        unary -
          number 1
      text d
    text _
    index
      index
        variable e
        text f
      number 1
    text _
    variable g @
    text _
    unary @
      array
        call
          name h
          number 1
assign =
  variable a
  interpolated
    variable i
    text j_
    unary $
      variable k
    text  {l} $m n@_
    variable o::p
    text  [q]_
    variable 1
)");
}

TEST(PerlValues, Heredocs) {
  EXPECT_EQ(dump_perl(R"(f(<<A, <<'B') or g;
a $b
A
c $d
B
print <<~"E" . "x";
  h
  E
$x = 1 << 2; print $fh <<E;
i
E
)"),
            R"(binary ||
  call
    name f
    interpolated
      text a_
      variable b
      text \n
    text c $d\n
  name g
echo
  interpolated
    text   h\n
    text x
assign =
  variable x
  binary <<
    number 1
    number 2
call
  name print
  variable fh
  text i\n
)");
}

TEST(PerlValues, Commands) {
  EXPECT_EQ(dump_perl(R"($a = `ls $b`; @c = qx(id); system("x $d"); exec $e, @f;
open(F, "$g|"); open my $h, '-|', $i or die;
eval $j; eval { k() } or l(); eval "m $n";
)"),
            R"(assign =
  variable a
  command
    text ls_
    variable b
assign =
  variable c @
  command
    text id
call
  name system
  interpolated
    text x_
    variable d
call
  name exec
  variable e
  variable f @
call
  name open
  name F
  interpolated
    variable g
    text |
binary ||
  call
    name open
    declare h
    text -|
    variable i
  call
    name die
call
  name eval
  variable j
binary ||
  try
    block
      call
        name k
  call
    name l
call
  name eval
  interpolated
    text m_
    variable n
)");
}

TEST(PerlValues, Regexes) {
  EXPECT_EQ(dump_perl(R"($a =~ s/b(c)/d$1/g; $e =~ s{f}{g($1)}e; ($h = $i) =~ tr/a-z/b-za/;
if ($j =~ m,k, && !/l/i) { $m = $n / $o / 2; } split /,/, $p;
$q = qr/r/x; y/s/t/;
)"),
            R"(binary =~
  variable a
  call
    name s
    text b(c)
    interpolated
      text d
      variable 1
    text g
binary =~
  variable e
  call
    name s
    text f
    call
      name g
      variable 1
    text e
binary =~
  assign =
    variable h
    variable i
  call
    name tr
    text a-z
    text b-za
    text_
if
  binary &&
    binary =~
      variable j
      regex m,k,
    unary !
      regex /l/i
  block
    assign =
      variable m
      binary /
        variable n
        variable o
        number 2
call
  name split
  regex /,/
  variable p
assign =
  variable q
  regex qr/r/x
call
  name tr
  text s
  text t
  text_
)");
}

TEST(PerlValues, Files) {
  EXPECT_EQ(dump_perl(R"(while (my $a = <STDIN>) { } @b = <$c>; @d = <*.txt>; $e = <>;
if ($f < $g) { } close F;
)"),
            R"(loop
  block
  declare a
    call
      name readline
      name STDIN
  block
  block
assign =
  variable b @
  call
    name readline
    variable c
assign =
  variable d @
  call
    name glob
    interpolated
      text *.txt
assign =
  variable e
  call
    name readline
if
  binary <
    variable f
    variable g
  block
call
  name close
  name F
)");
}

TEST(PerlValues, Structures) {
  EXPECT_EQ(dump_perl(R"($a = { b => [1, 2], 'c' => { d => 1 } };
@e = map { $_ => 1 } grep { /f/ } sort { $a <=> $b } @g;
push @{$h->{i}}, [ $j ]; return wantarray ? @k : \@k;
)"),
            R"(assign =
  variable a
  array
    pair
      text b
      array
        number 1
        number 2
    pair
      text c
      array
        pair
          text d
          number 1
assign =
  variable e @
  call
    name map
    function
      block
        pair
          variable _
          number 1
    call
      name grep
      function
        block
          regex /f/
      call
        name sort
        function
          block
            binary <=>
              variable a
              variable b
        variable g @
call
  name push
  unary @
    index
      variable h
      text i
  array
    variable j
return
  conditional
    call
      name wantarray
    variable k @
    unary \
      variable k @
)");
}

}  // namespace
}  // namespace pugmark::script

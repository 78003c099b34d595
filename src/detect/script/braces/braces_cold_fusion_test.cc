#include <gtest/gtest.h>

#include "detect/script/braces/braces_testing.h"

namespace pugmark::script {
namespace {

using testing::tree_of;
constexpr Language kLanguage = Language::kCfScript;

TEST(BracesColdFusion, StringsWithCode) {
  EXPECT_EQ(
      tree_of(kLanguage, "x = \"a#b#c##d\"\"e\" & 'f''#g(\"h#i#\")#'; y = #z#; w = \"plain\";"),
      "assign =(name x, binary &(interpolated(text a, name b, text c#d\"e), "
      "interpolated(text f', call(name g, interpolated(text h, name i)))))\n"
      "assign =(name y, name z)\n"
      "assign =(name w, text plain)\n");
}

TEST(BracesColdFusion, OperatorsThatAreWords) {
  EXPECT_EQ(tree_of(kLanguage,
                    "x = a EQ b and not c contains d or e IS NOT f; x = a gt b xor c lte d; x "
                    "= a mod b + c \\ d ^ e & f; x = a is b; x = a does not contain b; x = a "
                    "greater than or equal to b; x = a not eq b; x = a <> b; x = a ?: b;"),
            "assign =(name x, binary ||(binary &&(binary ==(name a, name b), unary !(binary "
            "cont(name c, name d))), binary !=(name e, name f)))\n"
            "assign =(name x, binary xor(binary >(name a, name b), binary <=(name c, name d)))\n"
            "assign =(name x, binary &(binary +(binary %(name a, name b), binary \\(name c, "
            "binary ^(name d, name e))), name f))\n"
            "assign =(name x, binary ==(name a, name b))\n"
            "assign =(name x, binary does(name a, name b))\n"
            "assign =(name x, binary >=(name a, name b))\n"
            "assign =(name x, binary !=(name a, name b))\n"
            "assign =(name x, binary <>(name a, name b))\n"
            "assign =(name x, conditional ?\?(name a, empty, name b))\n");
}

TEST(BracesColdFusion, StructsAndArrays) {
  EXPECT_EQ(tree_of(kLanguage,
                    "x = { a: 1, \"b\" = c, d.e = 2 }; y = [1, 2]; z = [a: 1, b: 2]; w = [:]; "
                    "f(a = 1, b: 2);"),
            "assign =(name x, array(pair(text a, number 1), pair(text b, name c), pair(text "
            "d.e, number 2)))\n"
            "assign =(name y, array(number 1, number 2))\n"
            "assign =(name z, array(pair(text a, number 1), pair(text b, number 2)))\n"
            "assign =(name w, array)\n"
            "call(name f, assign =(name a, number 1), assign =(name b, number 2))\n");
}

TEST(BracesColdFusion, Components) {
  EXPECT_EQ(tree_of(kLanguage,
                    "component extends=\"a.b\" output=false { property name=\"x\" type=\"y\"; "
                    "public any function f(required string a = \"1\" hint=\"h\", b) "
                    "output=false { return a; } function init() { var c = 1; variables.d = c; "
                    "var e.f = 2; } }"),
            "class 1(name a.b, directive cfproperty(pair(text name, text x), pair(text type, "
            "text y)), function f(parameter a : string(text 1), parameter b, block(return(name "
            "a))), function init(block(declare c(number 1), assign =(member d(name variables), "
            "name c), assign =(member f(name e), number 2))))\n");
}

TEST(BracesColdFusion, TagsAsStatements) {
  EXPECT_EQ(tree_of(kLanguage,
                    "http url=\"#x#\" method=\"get\" { httpparam type=\"a\" value=b; } "
                    "cfexecute(name = \"a\", arguments = b); lock name=\"c\" { d(); } "
                    "transaction { e(); } include \"a.cfm\"; param name=\"f\" default=\"\"; "
                    "param string g = 1; savecontent variable=\"h\" { writeOutput(i); }"),
            "directive cfhttp(pair(text url, interpolated(name x)), pair(text method, text "
            "get), block(directive cfhttpparam(pair(text type, text a), pair(text value, name "
            "b))))\n"
            "directive cfexecute(pair(text name, text a), pair(text arguments, name b))\n"
            "directive cflock(pair(text name, text c), block(call(name d)))\n"
            "directive cftransaction(block(call(name e)))\n"
            "include include(text a.cfm)\n"
            "directive cfparam(pair(text name, text f), pair(text default, text ))\n"
            "assign =(name g, number 1)\n"
            "directive cfsavecontent(pair(text variable, text h), block(call(name writeOutput, "
            "name i)))\n");
}

TEST(BracesColdFusion, StatementsInAnyCase) {
  EXPECT_EQ(tree_of(kLanguage,
                    "IF (a) { b(); } ELSEIF (c) d(); Else e(); FOR (x in y) z(x); for (var i = "
                    "1; i LTE 2; i++) { } Try { throw(type = \"a\"); } catch (any e) { "
                    "rethrow; } Switch (a) { case \"b\": break; default: c(); }"),
            "if(name a, block(call(name b)), if(name c, block(call(name d)), block(call(name "
            "e))))\n"
            "for-each(name y, name x, block(call(name z, name x)))\n"
            "loop(block(declare i(number 1)), binary <=(name i, number 2), block(unary ++(name "
            "i)), block)\n"
            "try(block(return(assign =(name type, text a))), block(declare e : any, return))\n"
            "switch(name a, block(text b, break), block(call(name c)))\n");
}

TEST(BracesColdFusion, CallsAndObjects) {
  EXPECT_EQ(tree_of(kLanguage,
                    "createObject(\"java\", \"a.b\").init(c); new a.b(c); new \"a.b\"(d); "
                    "a[\"b\"](c); x = function (y) { return y; }; z = (y) => y; form[\"a\"];"),
            "call(member init(call(name createObject, text java, text a.b)), name c)\n"
            "new(member b(name a), name c)\n"
            "new(text a.b, name d)\n"
            "call(index(name a, text b), name c)\n"
            "assign =(name x, function(parameter y, block(return(name y))))\n"
            "assign =(name z, function(parameter y, block(return(name y))))\n"
            "index(name form, text a)\n");
}

TEST(BracesColdFusion, CommentsOfTags) {
  EXPECT_EQ(tree_of(kLanguage, "a(); <!--- b(); ---> c();"),
            "call(name a)\n"
            "call(name c)\n");
}

}  // namespace
}  // namespace pugmark::script

#pragma once

#include <string>
#include <string_view>

#include "detect/script/analyser.h"

// What the tests of the interpreter share: whole analyses of small scripts, whose sinks no server
// knows, so that nothing in the tests could be planted anywhere.
namespace pugmark::script::testing {

// Knows inert_evaluate(code), inert_run(command) and inert_write(path, content); and
// inert_param(name) as what the request brings, for tests whose sink is the language's own.
Analysis analysed(std::string_view text, std::string_view path);

// The parameter that reaches a known sink that runs it: "" if none does, "?" if its name is not
// known.
std::string key_of(std::string_view text, std::string_view path);

// Likewise, of code without the marks around it.
std::string key_of_php(std::string_view code);
std::string key_of_vb(std::string_view code);         // classic ASP
std::string key_of_jscript(std::string_view code);    // likewise
std::string key_of_csharp(std::string_view members);  // of a page's class
std::string key_of_java(std::string_view code);       // of a scriptlet
std::string key_of_perl(std::string_view code);
std::string key_of_python(std::string_view code);
std::string key_of_cold_fusion(std::string_view page);

}  // namespace pugmark::script::testing

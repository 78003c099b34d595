#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pugmark::script {

// What a server executes a file as; decides how code is told from markup.
enum class PageKind : std::uint8_t {
  kNone,  // holds no server code, or is of a kind that is not known
  kPhp,
  kAsp,     // classic
  kAspNet,  // aspx, ascx, master, asax; ashx and asmx, which are all code
  kJsp,     // jsp, jspf, tag; jspx and tagx, which are XML
  kColdFusion,
  kPerl,
  kPython,
};

// What a piece of code is written in.
enum class Language : std::uint8_t {
  kPhp,
  kVbScript,
  kJScript,  // of classic ASP, and JScript.NET
  kCSharp,
  kVisualBasic,  // .NET
  kJava,
  kCfml,  // the tags of ColdFusion; between <cfscript> it is kCfScript
  kCfScript,
  kPerl,
  kPython,
};

std::string_view to_string(PageKind kind);      // "php", "asp", "aspx", "jsp", "cfm", "perl", ...
std::string_view to_string(Language language);  // "php", "vbscript", "jscript", "csharp", ...

// True if names of variables and functions mean the same in any case. PHP's functions do and its
// variables do not: false for PHP, whose functions are looked up in lower case by those who know.
bool ignores_case(Language language);
bool is_basic(Language language);  // VBScript, Visual Basic

}  // namespace pugmark::script

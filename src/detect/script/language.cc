#include "detect/script/language.h"

namespace pugmark::script {

std::string_view to_string(PageKind kind) {
  switch (kind) {
    case PageKind::kNone:
      return "";
    case PageKind::kPhp:
      return "php";
    case PageKind::kAsp:
      return "asp";
    case PageKind::kAspNet:
      return "aspx";
    case PageKind::kJsp:
      return "jsp";
    case PageKind::kColdFusion:
      return "cfm";
    case PageKind::kPerl:
      return "perl";
    case PageKind::kPython:
      return "python";
  }
  return "";
}

std::string_view to_string(Language language) {
  switch (language) {
    case Language::kPhp:
      return "php";
    case Language::kVbScript:
      return "vbscript";
    case Language::kJScript:
      return "jscript";
    case Language::kCSharp:
      return "csharp";
    case Language::kVisualBasic:
      return "visualbasic";
    case Language::kJava:
      return "java";
    case Language::kCfml:
      return "cfml";
    case Language::kCfScript:
      return "cfscript";
    case Language::kPerl:
      return "perl";
    case Language::kPython:
      return "python";
  }
  return "";
}

bool is_basic(Language language) {
  return language == Language::kVbScript || language == Language::kVisualBasic;
}

bool ignores_case(Language language) {
  return language == Language::kVbScript || language == Language::kVisualBasic ||
         language == Language::kCfml || language == Language::kCfScript;
}

}  // namespace pugmark::script

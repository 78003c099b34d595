#pragma once

#include <cstdint>
#include <string_view>

#include "detect/script/language.h"

namespace pugmark::script {

// How much a piece of code looks like each of the languages that stand between "<%" and "%>",
// by words and marks that only one of them has.
struct CodeStyle {
  unsigned vbscript = 0;
  unsigned jscript = 0;  // of classic ASP
  unsigned csharp = 0;
  unsigned visual_basic = 0;  // .NET
  unsigned java = 0;
  unsigned statements = 0;  // that end with a semicolon: no Basic

  unsigned asp() const { return vbscript + jscript; }
  unsigned aspnet() const { return csharp + visual_basic; }
  unsigned all() const { return asp() + aspnet() + java; }
};

// Adds what `code` shows to `style`. Linear in the code.
void add_style(std::string_view code, CodeStyle& style);

}  // namespace pugmark::script

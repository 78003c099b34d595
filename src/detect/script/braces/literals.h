#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "detect/script/language.h"
#include "detect/script/tree.h"

namespace pugmark::script::braces {

// A name with escapes resolved and without what does not count in it: the @ of C#, characters of
// category Cf. A view of `scratch`.
std::string_view clean_name(std::string_view written, Language language, std::string& scratch);

// The text that a kText or kCharacter token stands for: a view of `written`, or of what was kept in
// `tree`.
std::string_view literal_text(std::string_view written, Language language, Tree& tree);

// Of a kNumber or kRegex: as written, but for escapes that Java has anywhere.
std::string_view number_text(std::string_view written, Language language, Tree& tree);

// The same for one kTemplate token, whose Token::op is `marks`.
std::string_view template_text(std::string_view written, std::uint32_t marks, Language language,
                               Tree& tree);

}  // namespace pugmark::script::braces

#pragma once

#include <string>
#include <string_view>

#include "detect/script/language.h"
#include "detect/script/parse_testing.h"

// What tests of the languages with braces share.
namespace pugmark::script::testing {

// The tree of `text`, one line for each statement: "call(member Start(name p), text a)". "skipped
// N" and the like stand before it if something was not understood; a promise that is not kept is
// all there is. Text with "<%" in it is a page, with "<%!" for members; text of C# without is all
// members, of others all code.
std::string tree_of(Language language, std::string_view text);

// The tokens, with a blank between them: names as they stand, "text:..." and so on.
std::string tokens_of(Language language, std::string_view text);

}  // namespace pugmark::script::testing

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "detect/script/language.h"
#include "detect/script/token.h"

namespace pugmark::script {

// Appends the tokens of text[begin, end), code of one language, to `tokens`, without a kEnd, until
// there are `tokens_max`. Gives the position behind the last one, or `end`.
std::uint32_t tokenise_basic_range(std::string_view text, std::uint32_t begin, std::uint32_t end,
                                   Language language, std::uint32_t tokens_max,
                                   std::vector<Token>& tokens);

// Finds the end of the code in an interpolated string: text[at] is behind the '{'. Gives the
// position of the '}' that closes it, or `end`.
std::uint32_t end_of_basic_hole(std::string_view text, std::uint32_t at, std::uint32_t end);

}  // namespace pugmark::script

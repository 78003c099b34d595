#pragma once

#include <span>
#include <string_view>

#include "detect/sigma/rule.h"

namespace pugmark::engine {

// Does the whole text match the tokens? Byte by byte, so text and tokens must have been folded
// alike; `?` takes one code point (or one damaged byte, see base/text.h). Time grows with text
// times tokens, never faster: stars are matched leftmost, without going back.
bool matches_tokens(std::string_view text, std::span<const sigma::Token> tokens);

// The same for the five simple shapes, by the single literal.
bool matches_shape(std::string_view text, sigma::PatternShape shape, std::string_view literal);

}  // namespace pugmark::engine

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "detect/script/token.h"

namespace pugmark::script {

// Of tokenise_perl()'s tokens: the mark of a heredoc is a kText or kTemplate whose Token::op is
// where the body begins in the text (0 if there is none); of other texts op is the first byte.
// Sigils before a '{' or another sigil are operators: op("$"), op("@"), op("%"), op("&"),
// op("*"), op("$#"). A file test is an operator, op("-e"); what reads a file (<F>) or a folder
// (<*.c>) is a kText of op("<").

// Appends the tokens of text[begin, end), an expression, to `tokens`, and a kEnd.
void tokenise_perl_expression(std::string_view text, std::uint32_t begin, std::uint32_t end,
                              std::uint32_t tokens_max, std::vector<Token>& tokens);

}  // namespace pugmark::script

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/rule.h"

// Sigma strings: wildcards and escapes (specification, "String Wildcard" and "Escape Character").
// Escapes are resolved first and modifiers work on the tokens: appending a star to the raw text
// would turn a trailing backslash into an escape. Thread-safe.
namespace pugmark::sigma {

// Backslash before `*`, `?` or backslash gives that character literally; before anything else, or
// at the end, it is a literal backslash. Unescaped `*` and `?` are wildcards.
std::vector<Token> parse_tokens(std::string_view text);

// Puts a token in front.
void prepend(std::vector<Token>& tokens, Token token);

// Adds a star in front or behind unless there is one.
void open_start(std::vector<Token>& tokens);
void open_end(std::vector<Token>& tokens);

// Normalises the tokens (see Pattern) and names their shape.
Pattern make_pattern(std::vector<Token> tokens, bool cased, bool encoded);

// The slow and plain matcher, by code points. The whole of `text` must fit the pattern.
bool matches(const Pattern& pattern, std::string_view text);

// UTF-8 as code points, simple-case-folded unless `cased`.
std::u32string code_points(std::string_view text, bool cased);

// One of the four literal shapes, applied to code points.
bool literal_matches(PatternShape shape, const std::u32string& text, const std::u32string& literal);

}  // namespace pugmark::sigma

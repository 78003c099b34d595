#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pugmark::script {

// The text that a piece of an interpolated string of Perl stands for: \n, \x41, \x{263a}, \101,
// \cA; \L, \U, \Q, \E and the like are left out.
std::string unescaped_perl(std::string_view written);

// The same of what is between '' or q(): only the backslash and the delimiters are escaped.
std::string unescaped_perl_plain(std::string_view written, char delimiter);

// Where the variable that is interpolated at text[at], its sigil, ends with its elements; `at` if
// none is interpolated there. A bracket that is never closed begins no element; what is searched
// for closing ones in vain is taken from `budget_bytes`, without which nothing is searched.
std::uint32_t end_of_perl_variable(std::string_view text, std::uint32_t at, std::uint32_t end,
                                   std::size_t& budget_bytes);

}  // namespace pugmark::script

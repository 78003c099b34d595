#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detect/script/parse.h"
#include "detect/script/token.h"
#include "detect/script/tree.h"

// What tests and fuzzers of the parsers share.
namespace pugmark::script::testing {

// A text, taken for one region of code, as tokens and tree.
struct Parsed {
  std::string text;  // the tree looks into it
  std::vector<Region> regions;
  std::vector<Token> tokens;
  Tree tree{2'000'000};
  ParseOutcome outcome;
};

using Tokenise = void (*)(std::string_view, std::span<const Region>, std::uint32_t,
                          std::vector<Token>&);
using Parse = ParseOutcome (*)(std::span<const Token>, std::span<const Region>, std::uint16_t,
                               const ParseBounds&, Tree&);

// `parsed` has a text, and regions if it is not all code of one.
void parse_into(Tokenise tokenise, Parse parse, Language language, const ParseBounds& bounds,
                Parsed& parsed);

// The tree's dump below the root, each line two blanks less; "skipped N" and the like before it if
// something was not understood. A blank at the end of a line is written as '_'.
std::string dump_of(Tokenise tokenise, Parse parse, Language language, std::string_view text);

// What parse.h promises, and is not so; empty if all is well.
std::string broken_promise(const Parsed& parsed, const ParseBounds& bounds);

// A page for fuzzers: code, expressions and markup between "<%", "<%=" and "%>"; all code if there
// are none.
std::vector<Region> regions_of(std::string_view text, Language language);

// Runs all of it over one text, under ordinary bounds and under tight ones; aborts, with a word on
// stderr, if a promise is broken.
void hold_to_promises(Tokenise tokenise, Parse parse, Language language, std::string_view text);

// A piece of text repeated very often, behind a beginning.
struct Repetition {
  std::string_view before;
  std::string_view piece;
};
// What is wrong if that is parsed: a broken promise, or that it takes many times longer than its
// length can explain. Empty if all is well.
std::string trouble_with(Tokenise tokenise, Parse parse, Language language,
                         const Repetition& repetition);
inline constexpr std::size_t kRepetitions = 100'000;

std::string repeated(std::string_view piece, std::size_t count);

}  // namespace pugmark::script::testing

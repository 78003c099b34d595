// Text that is made to cost much: it costs a bounded share, and leaves a tree anybody can walk.
#include <array>
#include <cstdint>
#include <gtest/gtest.h>
#include <string>

#include "detect/script/parse_testing.h"

namespace pugmark::script {
namespace {

using testing::broken_promise;
using testing::kRepetitions;
using testing::parse_into;
using testing::Parsed;
using testing::repeated;
using testing::Repetition;
using testing::trouble_with;

constexpr std::array kTexts = {
    // table of texts
    Repetition{"x = ", "("},
    Repetition{"x = ", "["},
    Repetition{"x = ", "{a: "},
    Repetition{"x = ", "a["},
    Repetition{"x = ", "not "},
    Repetition{"x = ", "- "},
    Repetition{"x = ", "*"},
    Repetition{"x = ", "lambda a="},
    Repetition{"x = ", "yield "},
    Repetition{"x = ", "`"},
    Repetition{"x = ", "a if b else "},
    Repetition{"x = ", "a ** "},
    Repetition{"x = ", "[a for b in "},
    Repetition{"x = [a ", "for b in c "},
    Repetition{"x = ", "\""},
    Repetition{"x = ", "\"\"\""},
    Repetition{"x = ", "f\"{"},
    Repetition{"x = ", "f'{f\"{"},
    Repetition{"x = ", "f'''{a:"},
    Repetition{"x = ", "'a' "},
    Repetition{"x = a", " + b - c"},
    Repetition{"x = a", ".b"},
    Repetition{"x = a", "(1)"},
    Repetition{"", "a = "},
    Repetition{"", "if a: "},
    Repetition{"if a:\n b\n", "elif c:\n d\n"},
    Repetition{"if a: b\nelse:\n", " if a: b\n"},
    Repetition{"", "try: "},
    Repetition{"", "class A: "},
    Repetition{"", "def f(a=("},
    Repetition{"", "with (a as "},
    Repetition{"", "print("},
    Repetition{"", "print(a; "},
    Repetition{"", "match a; "},
    Repetition{"", "(\ndef f"},
    Repetition{"x", "\\\n"},
};

TEST(PythonHostile, CostsNoMoreThanItsLength) {
  for (const Repetition& text : kTexts)
    EXPECT_EQ(trouble_with(tokenise_python, parse_python, Language::kPython, text), "");
}

TEST(PythonHostile, DeepBlocksAreCutAndTold) {
  constexpr std::size_t kBlocks = 2'000;
  Parsed parsed;
  for (std::size_t i = 0; i < kBlocks; ++i) parsed.text += repeated(" ", i) + "if a:\n";
  parsed.text += "b\n";
  parse_into(tokenise_python, parse_python, Language::kPython, {}, parsed);
  EXPECT_EQ(broken_promise(parsed, {}), "");
  EXPECT_EQ(parsed.outcome.too_deep_count, 2U);  // the innermost condition, and its block
  EXPECT_EQ(parsed.outcome.skipped_tokens, 0U);
  EXPECT_EQ(parsed.tree.children_count(parsed.outcome.root), 2U);
}

TEST(PythonHostile, AllOperandsOfALongChainAreThere) {
  Parsed parsed;
  parsed.text = "x = a" + repeated("+b", kRepetitions);
  parse_into(tokenise_python, parse_python, Language::kPython, {}, parsed);
  const NodeId value = parsed.tree.child(parsed.tree.child(parsed.outcome.root, 0), 1);
  EXPECT_EQ(parsed.tree.children_count(value), kRepetitions + 1);
}

TEST(PythonHostile, BoundsAreTold) {
  Parsed parsed;
  parsed.text = repeated("f(a)\n", 100);
  ParseBounds bounds;
  bounds.tokens_max = 30;
  parse_into(tokenise_python, parse_python, Language::kPython, bounds, parsed);
  EXPECT_EQ(broken_promise(parsed, bounds), "");
  EXPECT_EQ(parsed.tokens.size(), 31U);
  EXPECT_EQ(parsed.outcome.end, 30U);
}

// Closing what was never closed makes several tokens at once.
TEST(PythonHostile, BoundsHoldWhereverTheyFall) {
  for (std::uint32_t tokens_max = 1; tokens_max < 40; ++tokens_max) {
    Parsed parsed;
    parsed.text = repeated("if a:\n  if b:\n    (c\ndef f(\n", 5);
    ParseBounds bounds;
    bounds.tokens_max = tokens_max;
    parse_into(tokenise_python, parse_python, Language::kPython, bounds, parsed);
    EXPECT_EQ(broken_promise(parsed, bounds), "") << tokens_max;
  }
}

}  // namespace
}  // namespace pugmark::script

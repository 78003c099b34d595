#pragma once

#include <cstddef>
#include <string_view>

namespace pugmark::json {

// How the events of a JSON item stand in it.
enum class Framing {
  kLines,     // one object a line
  kElements,  // objects anywhere: elements of an array, printed over several lines, one after
              // another
};

// Lines if the first object of `head` ends on the line it begins on.
Framing detect_framing(std::string_view head);

enum class ElementState {
  kComplete,    // text[begin, end) is an object with balanced braces
  kDamaged,     // text[begin, end) is no such thing; the next one may begin at `end`
  kIncomplete,  // the text ends before it can be told
  kNone,        // nothing but structure up to the end of the text
};

struct Element {
  ElementState state = ElementState::kNone;
  std::size_t begin = 0;  // everything before it is structure: blanks, commas, brackets
  std::size_t end = 0;
  bool cut_off =
      false;  // kDamaged because its closing brace is missing: the whole rest was searched
};

// After this many objects without an end in one block the rest of the block is given up: looking
// for each of their ends costs a walk through the rest.
inline constexpr std::size_t kCutOffMax = 16;

// The next object at or behind `from`. A line feed inside a string is not JSON: it shows that a
// quote or the rest of a line was lost; the next element is then looked for at the next line that
// begins, as far in as the line the damaged one began on or less, with a brace. `at_end`: no text
// will follow, so nothing is kIncomplete. `first_line_indentation`: of the line on which the text
// begins, if it begins inside of one. May read kBlockPadding bytes behind the text.
Element next_element(std::string_view text, std::size_t from, bool at_end,
                     std::size_t first_line_indentation = std::string_view::npos);

// Blanks at the beginning of the line that `at` stands on.
std::size_t indentation_at(std::string_view text, std::size_t at,
                           std::size_t first_line_indentation);

// The first line behind `from` that begins with a brace after at most `indentation` blanks; npos.
std::size_t find_element_line(std::string_view text, std::size_t from, std::size_t indentation);

}  // namespace pugmark::json

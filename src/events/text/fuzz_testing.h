#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>

#include "events/text/plain_testing.h"

// What the fuzzers of text logs hold their readers to.
namespace pugmark::fuzzing {

// Sizes of the steps in which a reader is shown more of its item: blocks end anywhere, and nowhere.
inline constexpr std::initializer_list<std::size_t> kSteps = {7, std::size_t{1} << 20U};

// Shorter than most lines that a fuzzer makes.
inline constexpr std::size_t kShortLineBytes = 40;

// For Limits::name_bytes: twins shorten no names, so nothing in a log of this size may be too long.
// A byte that is no UTF-8 becomes a character of three.
inline constexpr std::size_t longest_name_bytes(std::size_t size_bytes) {
  return 3 * size_bytes + 1;
}

// Reads all of `log`. Aborts with the reason if a byte is unaccounted for.
inline text::PlainLog read_in_steps(Reader& reader, std::string_view log, std::size_t step) {
  text::PlainLog plain = text::read_plainly(reader, log, [&](std::size_t) { return step; });
  const std::string fault(text::accounting_fault(plain, log));
  if (fault.empty()) return plain;
  std::fprintf(stderr, "broken promise: %s, step %zu\n", fault.c_str(), step);
  std::abort();
}

inline void hold_to_twin(const text::PlainLog& fast, const text::PlainLog& twin,
                         std::size_t step) {
  if (fast.events == twin.events) return;
  std::fprintf(stderr, "the reader and its twin disagree: %zu and %zu events, step %zu\n",
               fast.events.size(), twin.events.size(), step);
  std::abort();
}

}  // namespace pugmark::fuzzing

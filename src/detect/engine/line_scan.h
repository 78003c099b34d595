#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detect/engine/gram_search.h"
#include "detect/engine/literal_index.h"

namespace pugmark::engine {

// Compares bytes so that a literal is found in a line whenever it stands in a reading of one of the
// line's values: letters in either case; '+', '?' and blank for one another (blanks of user agents
// are written '+'; a stem and its query are joined by '?'); and a blank at both ends of the line,
// as between its values.
struct LooseBytes {
  // Makes both cases of a letter the same byte, and some other bytes that are not: those are told
  // apart when the whole literal is compared.
  static constexpr std::uint32_t kMask = 0x20202020;
  static bool can_be_in_gram(char c) {
    return static_cast<unsigned char>(c) < 0x80 && c != ' ' && c != '+' && c != '?';
  }
  static bool stands_at(std::string_view text, std::ptrdiff_t begin, std::string_view needle);
};

// Which literals of many stand anywhere in a line of a log, in one pass over its bytes: a line
// without any, as nearly all are, is judged without looking at its values. It may name a literal
// that stands in no value; it never leaves one out. Immutable after construction; thread-safe.
class LineScan {
 public:
  // Whether a literal can be searched for here.
  static bool can_search(const Literal& literal);

  // Only literals that can be.
  explicit LineScan(const std::vector<Literal>& literals);
  LineScan(const LineScan&) = delete;
  LineScan& operator=(const LineScan&) = delete;

  // Appends the ids of the literals in the line, and in the line percent-decoded once and twice.
  // False, and nothing is known, if any of these is not ASCII: then folding case is not so simple.
  // `memory` is overwritten.
  bool scan(std::string_view line, std::string& memory, std::vector<std::uint32_t>& ids) const;

 private:
  void scan_text(std::string_view text, std::vector<std::uint32_t>& ids) const;

  std::vector<std::string> texts_;  // literals with the blanks that stand at their anchors
  std::size_t longest_bytes_ = 0;
  std::vector<std::uint32_t> short_ids_;
  std::vector<std::uint32_t> long_ids_;
  GramSearch<2, 2, LooseBytes> short_;  // those without five bytes in a row to know them by
  GramSearch<4, 2, LooseBytes> long_;
};

}  // namespace pugmark::engine

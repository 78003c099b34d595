#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/engine/fragment_filter.h"
#include "detect/engine/gram_search.h"
#include "detect/engine/key_table.h"
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
  // How literals are found. The two find the same.
  enum class Way : std::uint8_t {
    kFragments,  // many places at a time (FragmentFilter), where machine and literals allow it
    kGrams,      // place by place (GramSearch)
  };

  // Whether a literal can be searched for here.
  static bool can_search(const Literal& literal);

  // Only literals that can be.
  explicit LineScan(const std::vector<Literal>& literals, Way way = Way::kFragments);
  LineScan(const LineScan&) = delete;
  LineScan& operator=(const LineScan&) = delete;

  // Appends the ids of the literals in the line, and in the line percent-decoded once and twice.
  // False, and nothing is known, if any of these is not ASCII: then folding case is not so simple.
  // `memory` is overwritten.
  bool scan(std::string_view line, std::string& memory, std::vector<std::uint32_t>& ids) const;

  // The way that was taken.
  Way way() const { return way_; }

 private:
  struct Bytes {
    bool is_ascii = true;
    bool has_percent = false;
  };
  void build_fragments(const std::vector<std::string_view>& texts,
                       const std::vector<Fragment>& fragments);
  void build_grams(const std::vector<std::string_view>& texts);
  Bytes scan_text(std::string_view text, std::vector<std::uint32_t>& ids) const;
  Bytes scan_by_fragments(std::string_view text, std::vector<std::uint32_t>& ids) const;
  void judge(std::string_view text, std::size_t at, std::vector<std::uint32_t>& ids) const;
  void scan_by_grams(std::string_view text, std::vector<std::uint32_t>& ids) const;

  // A text whose fragment may begin at a place, by the eight bytes there.
  struct Place {
    std::uint64_t bytes = 0;  // folded; 0 where any byte may stand
    std::uint64_t mask = 0;
    std::uint32_t text = 0;
    std::uint32_t offset_bytes = 0;  // of the fragment in it
  };
  Place place_of(std::uint32_t text, const Fragment& fragment) const;

  Way way_ = Way::kGrams;
  std::vector<std::string> texts_;  // literals with the blanks that stand at their anchors
  std::vector<std::uint32_t> ids_;  // of the literals
  std::size_t longest_bytes_ = 0;

  FragmentFilter filter_;
  std::vector<Place> places_;
  KeyTable table_;  // the first bytes of a fragment, folded -> places_

  std::vector<std::uint32_t> short_ids_;
  std::vector<std::uint32_t> long_ids_;
  GramSearch<2, 2, LooseBytes> short_;  // those without five bytes in a row to know them by
  GramSearch<4, 2, LooseBytes> long_;
};

}  // namespace pugmark::engine

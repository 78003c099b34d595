#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "detect/examined_file.h"
#include "detect/finding.h"
#include "report/output.h"

namespace pugmark {

// How a report looks on the reader's side.
struct Look {
  std::size_t width_columns = 0;  // of the terminal; 0: no limit, nothing is cut
  bool colour = false;            // SGR escape sequences allowed
};

// Columns a text takes on a terminal: wide East Asian characters take two, combining marks none.
std::size_t columns_of(std::string_view text);

// Shortened to at most `columns`, with "…" where something was left out.
std::string cut_end(std::string_view text, std::size_t columns);
std::string cut_start(std::string_view text, std::size_t columns);  // keeps the tail: paths

// `text` in the colour of a style ("1;31"), if the look has colours.
std::string styled(std::string_view text, std::string_view style, const Look& look);
std::string_view style_of(Level level);
std::string_view style_of(FileVerdict verdict);
inline constexpr std::string_view kBold = "1";
inline constexpr std::string_view kDim = "2";
inline constexpr std::string_view kWarning = "33";

std::string_view short_name(Level level);  // "crit", "high", "med", "low", "info"

struct Column {
  std::string title;
  std::size_t width_min = 0;  // never narrower; 0: never narrower than its content
  bool right = false;         // numbers
  bool keep_tail = false;     // cut at the start: paths
  unsigned drop_order = 0;    // on narrow terminals the highest goes first; 0: never
  bool wrap = false;          // only of the last: goes on in the next line instead of being cut
};

struct Cell {
  std::string text;        // safe to show: evidence has gone through escaped()
  std::string_view style;  // a literal
};

// A table whose columns fit the terminal. Widths are settled by the first kRowsLookedAt rows; later
// rows are printed as they come, so that a million rows need no memory. Without a terminal nothing
// is cut, and a cell wider than kPaddedColumns pushes the rest of its row aside rather than that
// all others are padded to it. Call finish() at the end: it names columns there was no room for.
class Table {
 public:
  Table(std::vector<Column> columns, const Look& look, Output& out, std::size_t indent_columns = 0);
  void row(std::vector<Cell> cells);
  void finish();

 private:
  static constexpr std::size_t kRowsLookedAt = 500;
  static constexpr std::size_t kPaddedColumns = 60;
  void settle();
  void tell_left_out();
  void print(const std::vector<Cell>& cells);

  std::vector<Column> columns_;
  Look look_;
  Output& out_;
  std::size_t indent_columns_;
  std::vector<std::vector<Cell>> waiting_;
  std::vector<std::size_t> widths_;
  std::vector<bool> shown_;
  bool settled_ = false;
};

}  // namespace pugmark

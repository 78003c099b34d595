#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "events/event.h"
#include "events/value.h"

namespace pugmark::exchange {

// One record of a log in comma-separated values (RFC 4180), which may hold line feeds in quotes.
struct Record {
  enum class State {
    kWhole,
    kIncomplete,  // more text is needed to tell where it ends
    kNone,        // the text is over
  } state = State::kNone;
  std::size_t begin = 0;
  std::size_t end = 0;   // without the line end
  std::size_t next = 0;  // where the next record begins
  bool has_quotes = false;
  bool is_unclosed = false;  // a quote was never closed; the record was ended by what follows it
  bool is_cut = false;       // it grew beyond the limit and was ended at its first line feed
};

// The record that begins at `at`. It ends at the first line feed outside of quotes. A quote that is
// never closed must not swallow the records behind it: the record also ends where the next line
// begins like a record (with a time, or a directive), or, if it grows beyond `record_bytes_max`, at
// its first line feed. But lines inside a column look like anything: within `record_bytes_max` it
// goes on to the quote that closes it, which is the first one that is not doubled, if the column or
// the line ends there. `at_end`: no text will follow. May read kBlockPadding bytes behind the text.
Record next_record(std::string_view text, std::size_t at, bool at_end,
                   std::size_t record_bytes_max);

// Splits a record into its columns. Columns beyond `columns_max` stay part of the last one, which
// then holds the rest of the record as written; returns how many columns there really are. An empty
// column without quotes is null. Doubled quotes are resolved into the arena; a column whose quotes
// are not closed or are followed by other text is kept as written.
std::size_t split_record(std::string_view record, bool has_quotes, std::size_t columns_max,
                         Arena& arena, std::vector<Value>& columns);

// The columns of a header line as strings.
std::vector<std::string> split_header(std::string_view line, std::size_t columns_max);

}  // namespace pugmark::exchange

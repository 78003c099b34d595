#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "events/reader.h"
#include "events/shape.h"

namespace pugmark::w3c {

inline constexpr std::size_t kNoColumn = SIZE_MAX;

// What one `#Fields:` line says about the rows below it (W3C, "Extended Log File Format",
// WD-logfile-960323, and what IIS and HTTP.sys make of it). Immutable, shared by blocks and
// threads.
struct Layout {
  std::vector<std::string> columns;  // names as Sigma calls them, in order of the columns
  std::vector<std::uint32_t> slot_of_column;
  bool one_to_one = true;        // column i is slot i: no name stands twice
  const Shape* shape = nullptr;  // nullptr: a table of names or shapes is full
  std::size_t date = kNoColumn;
  std::size_t time = kNoColumn;
  std::size_t pivot = kNoColumn;  // the one column that may hold blanks: the query
  std::size_t port = kNoColumn;   // s-port behind it, which proves where it ended
  std::size_t status = kNoColumn;
  std::size_t computer = kNoColumn;
  std::size_t numbers_from = kNoColumn;  // from here to the last column all are numbers
  std::vector<std::uint32_t> nullable;   // columns where '-' means "nothing"
  std::vector<std::pair<std::uint32_t, std::uint32_t>>
      copies;                   // column, further slot with its value
  std::size_t uri = kNoColumn;  // cs-uri of HTTPERR, also shown as stem and query
  std::uint32_t stem_slot = 0;
  std::uint32_t query_slot = 0;
};

// "cs(User-Agent)" -> "cs-user-agent": the name of a column in Sigma's taxonomy for web servers.
std::string sigma_name(std::string_view column);

// True if '-' in this column (named as Sigma does) means that there was nothing to write.
bool is_nullable(std::string_view name);

// True if these are the columns of a web server's log, and not of a firewall or mail log that also
// uses `#Fields:`.
bool is_web_log(std::string_view fields);

// "W3SVC1" from a path that has such a folder, else "HTTPERR" or "W3C" by the columns.
std::string log_name(std::string_view path, std::string_view fields);

// The layout of the names behind `#Fields:`. Never null; its shape may be.
std::shared_ptr<const Layout> make_layout(std::string_view fields, std::string_view path,
                                          const ReaderOptions& options);

}  // namespace pugmark::w3c

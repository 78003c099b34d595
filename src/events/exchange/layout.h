#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/reader.h"
#include "events/shape.h"

namespace pugmark::exchange {

inline constexpr std::size_t kNoColumn = SIZE_MAX;

// What a header says about the records below it. Immutable, shared by blocks and threads.
struct Layout {
  std::vector<std::string> columns;  // as named in the log
  std::vector<std::string> names;    // one per slot
  std::vector<std::uint32_t> slot_of_column;
  const Shape* shape = nullptr;  // nullptr: a table of names or shapes is full
  std::size_t time = kNoColumn;
  std::size_t computer = kNoColumn;
  std::size_t event_data = kNoColumn;  // of ECP logs: holds a second layer of fields
  bool last_is_text = false;           // further commas belong to the last column
  std::vector<std::pair<std::uint32_t, std::uint32_t>>
      copies;  // column, further slot with its value
};

// The kind of log, from the names of its columns and the words behind `#Log-type:`. The path only
// tells ECP server logs from ECP activity logs, whose columns are the same.
SourceKind kind_of_log(const std::vector<std::string>& columns, std::string_view log_type,
                       std::string_view path);

// "HttpProxy/Ecp", "ECP/Server", "MessageTracking", ...
std::string log_name(SourceKind kind, std::string_view log_type, std::string_view path);

// True for a header line without `#Fields:`: its first column is the time's name of an Exchange
// log.
bool is_plain_header(std::string_view line);

std::shared_ptr<const Layout> make_layout(std::string_view header, std::string_view log_type,
                                          std::string_view path, const ReaderOptions& options);

}  // namespace pugmark::exchange

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace pugmark::sqlite {

// "PUGM": bytes 68 to 71 of the file, by which file(1) and we know a case.
inline constexpr std::uint32_t kApplicationId = 0x5055474D;
// Raised whenever a table changes; bytes 60 to 63 of the file.
inline constexpr std::uint32_t kFormatVersion = 4;
// Of one page; the file is a whole number of them, which bytes 28 to 31 state.
inline constexpr std::uint32_t kPageBytes = 8'192;

// The longest row. More than the writer makes of texts within their limits: the fields of an event
// have at most Limits::line_bytes (or record_bytes), as much again of names, and a byte becomes six
// characters at most.
inline constexpr int kRowBytesMax = 256 << 20;

struct SchemaObject {
  std::string_view type;  // "table", "view", "index", as in sqlite_schema
  std::string_view name;
  std::string_view sql;  // the exact text SQLite keeps
};

// Everything a case contains, in the order of creation: tables, views, then indexes. A file with
// anything more, less or different is not a case. Described in docs/formats/case.md.
std::span<const SchemaObject> schema();

}  // namespace pugmark::sqlite

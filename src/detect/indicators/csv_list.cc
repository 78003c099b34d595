#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <vector>

#include "base/text.h"
#include "detect/indicators/builder.h"

namespace pugmark::indicators {
namespace {

constexpr std::size_t kColumnsMax = 256;
constexpr std::size_t kHeaderCellBytesMax = 40;

// Reads rows by RFC 4180: quotes, doubled quotes, line ends inside of quotes.
class Rows {
 public:
  Rows(std::string_view text, char delimiter, std::uint64_t row_bytes_max)
      : rest_(text), delimiter_(delimiter), row_bytes_max_(row_bytes_max) {}

  bool is_at_end() const { return rest_.empty(); }

  // False if the row is too long; it is passed over, as far as a line goes.
  bool next(std::vector<std::string>& cells, std::uint32_t& line) {
    cells.assign(1, {});
    line = line_;
    const std::string_view begin = rest_;
    bool quoted = false;
    std::size_t at = 0;
    for (; at < begin.size(); ++at) {
      const char c = begin[at];
      if (at > row_bytes_max_) return pass_over();
      if (quoted) {
        if (c == '\n') ++line_;
        if (c != '"') {
          cells.back() += c;
        } else if (at + 1 < begin.size() && begin[at + 1] == '"') {
          cells.back() += begin[++at];
        } else {
          quoted = false;
        }
      } else if (c == '"' && trimmed_blanks(cells.back()).empty()) {
        cells.back().clear();
        quoted = true;
      } else if (c == delimiter_ && cells.size() < kColumnsMax) {
        cells.emplace_back();
      } else if (c == '\n') {
        break;
      } else {
        cells.back() += c;
      }
    }
    rest_.remove_prefix(std::min(at + 1, rest_.size()));
    ++line_;
    return true;
  }

 private:
  bool pass_over() {
    line_ -= static_cast<std::uint32_t>(std::count(
        rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(row_bytes_max_) + 1, '\n'));
    next_line(rest_);
    ++line_;
    return false;
  }

  std::string_view rest_;
  char delimiter_;
  std::uint64_t row_bytes_max_;
  std::uint32_t line_ = 1;
};

enum class Column : std::uint8_t { kAbout, kValue, kType, kToIds };

struct Header {
  std::vector<Column> columns;
  std::vector<Hint> hints;
  std::vector<std::string> names;
  bool has_values = false;
};

bool is_type_name(const std::string& name) {
  constexpr std::array<std::string_view, 8> kNames = {
      "type",           "ioctype",       "ioc_type",       "ioc type",
      "indicator_type", "indicatortype", "indicator type", "observable_type"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

Header header_of(const std::vector<std::string>& cells) {
  Header header;
  bool has_hash = false;
  for (const std::string& cell : cells) {
    const std::string name = ascii_lower(trimmed_blanks(cell));
    const std::optional<Hint> known = hint_of(name);
    const bool is_known = known.has_value() && name.size() <= kHeaderCellBytesMax;
    const Hint hint = known.value_or(Hint::kNone);
    Column column = is_known ? Column::kValue : Column::kAbout;
    if (is_type_name(name)) column = Column::kType;
    if (name == "to_ids") column = Column::kToIds;
    // Columns of things that are not looked for say something of the row; they are no rejects.
    if (hint == Hint::kUnsupported) column = Column::kAbout;
    has_hash = has_hash || (column == Column::kValue && hint == Hint::kHash);
    header.columns.push_back(column);
    header.hints.push_back(hint);
    header.names.push_back(name);
    header.has_values = header.has_values || column == Column::kValue;
  }
  // Beside its hash the name of a file only says what it was called.
  for (std::size_t i = 0; has_hash && i < cells.size(); ++i) {
    const bool is_name = header.hints[i] == Hint::kFileName || header.hints[i] == Hint::kPath;
    if (header.columns[i] == Column::kValue && is_name) header.columns[i] = Column::kAbout;
  }
  return header;
}

std::string about_of(const Header& header, const std::vector<std::string>& cells) {
  std::string about;
  for (std::size_t i = 0; i < std::min(cells.size(), header.columns.size()); ++i) {
    const std::string_view cell = trimmed_blanks(cells[i]);
    if (header.columns[i] != Column::kAbout || cell.empty()) continue;
    add_about(
        header.names[i].empty() ? std::string(cell) : fmt::format("{}: {}", header.names[i], cell),
        about);
  }
  return about;
}

void add_row(const Header& header, const std::vector<std::string>& cells, std::uint32_t line,
             ListBuilder& builder) {
  std::string about = about_of(header, cells);
  Place place{line, "", false};
  std::string type;
  for (std::size_t i = 0; i < std::min(cells.size(), header.columns.size()); ++i) {
    const std::string_view cell = trimmed_blanks(cells[i]);
    if (header.columns[i] == Column::kType) type = cell;
    if (header.columns[i] != Column::kToIds) continue;
    if (cell != "0" && ascii_lower(cell) != "false") continue;
    builder.count_no_detection();
    place.is_doubted = true;
    add_about("to_ids: false", about);
  }
  bool any = false;
  for (std::size_t i = 0; i < std::min(cells.size(), header.columns.size()); ++i) {
    const std::string_view cell = trimmed_blanks(cells[i]);
    if (header.columns[i] != Column::kValue || cell.empty()) continue;
    any = true;
    if (header.hints[i] == Hint::kNone && !type.empty()) {
      builder.add_typed(type, cell, about, place);
    } else {
      builder.add(cell, header.hints[i], about, place);
    }
  }
  if (!any) builder.reject("The row has nothing in a column of indicators.", "", place);
}

bool is_empty_row(const std::vector<std::string>& cells) {
  return std::all_of(cells.begin(), cells.end(),
                     [](const std::string& cell) { return trimmed_blanks(cell).empty(); });
}

}  // namespace

std::optional<char> csv_delimiter(std::string_view text) {
  std::string_view rest = text;
  std::string_view line;
  while (!rest.empty() && (trimmed_blanks(line).empty() || line.starts_with('#')))
    line = next_line(rest);
  constexpr std::size_t kHeaderBytesMax = 8'192;
  if (line.size() > kHeaderBytesMax) return std::nullopt;
  for (const char delimiter : {',', ';', '\t'}) {
    std::vector<std::string> cells;
    std::uint32_t number = 0;
    Rows(line, delimiter, kHeaderBytesMax).next(cells, number);
    if (cells.size() < 2 || !header_of(cells).has_values) continue;
    const bool is_header = std::all_of(cells.begin(), cells.end(), [](const std::string& cell) {
      return cell.size() <= kHeaderCellBytesMax && !is_plainly_an_indicator(cell);
    });
    if (is_header) return delimiter;
  }
  return std::nullopt;
}

void parse_csv(std::string_view text, char delimiter, const Limits& limits, ListBuilder& builder,
               List& list) {
  list.format = "CSV";
  Rows rows(text, delimiter, limits.indicator_line_bytes);
  std::optional<Header> header;
  std::vector<std::string> cells;
  std::uint32_t line = 0;
  while (!rows.is_at_end()) {
    if (!rows.next(cells, line)) {
      builder.reject(fmt::format("The row is longer than {} bytes.", limits.indicator_line_bytes),
                     "Shorten it, or raise the limit: --limit indicator-line-bytes=N.",
                     {line, "", false});
      continue;
    }
    if (is_empty_row(cells) || trimmed_blanks(cells.front()).starts_with('#')) continue;
    if (!header) {
      header = header_of(cells);
    } else {
      add_row(*header, cells, line, builder);
    }
  }
}

}  // namespace pugmark::indicators

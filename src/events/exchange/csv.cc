#include "events/exchange/csv.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>

#include "base/bytes.h"
#include "base/text.h"
#include "events/text/fields.h"
#include "events/text/scan.h"

namespace pugmark::exchange {
namespace {

// As much of a line as looks_like_start() wants to see.
constexpr std::size_t kStartBytes = 16;

// "2021-03-03T...", "#Fields:...", with or without a byte order mark or quote.
bool looks_like_start(std::string_view line) {
  line = text::without_byte_order_mark(line);
  for (const std::string_view name :
       {"#Software:", "#Version:", "#Log-type:", "#Date:", "#Fields:"}) {
    if (line.starts_with(name)) return true;
  }
  if (line.starts_with('"')) line.remove_prefix(1);
  return line.size() > 10 && text::is_digits(line.substr(0, 4)) && line[4] == '-' &&
         text::is_digits(line.substr(5, 2)) && line[7] == '-' &&
         text::is_digits(line.substr(8, 2)) && (line[10] == 'T' || line[10] == ' ');
}

enum class Quotes : std::uint8_t {
  kClosed,   // by a quote with the end of the column behind it
  kOpen,     // by none: the record is torn, or a quote stands where it means nothing
  kUnknown,  // more text is needed
};

// Walks the columns of one record, as far as needed to tell a line feed that belongs to a column in
// quotes from one that ends a torn record. No byte is looked at twice.
class ColumnWalk {
 public:
  ColumnWalk(std::string_view text, std::size_t record_begin, bool at_end,
             std::size_t record_bytes_max)
      : text_(text), column_(record_begin), at_end_(at_end) {
    if (text.substr(record_begin).starts_with(text::kByteOrderMark))
      column_ += text::kByteOrderMark.size();
    if (record_bytes_max < text.size() - record_begin) limit_ = record_begin + record_bytes_max;
  }

  // Of the quotes around the line feed at `feed`; each call asks for one further on.
  Quotes around(std::size_t feed) {
    if (feed < column_) return Quotes::kClosed;
    while (column_ < feed) {
      if (text_[column_] != '"') {
        column_ = std::min(text_.find_first_of(",\n", column_), feed) + 1;
        continue;
      }
      std::size_t quote = 0;
      const Quotes quotes = closing(column_ + 1, quote);
      const bool is_behind = quote < feed;
      if (is_behind || quotes == Quotes::kClosed) column_ = quote + 1;
      if (!is_behind) return quotes;
    }
    return Quotes::kOpen;
  }

 private:
  // What the first quote from `at` on that is not doubled does; `quote` is its place.
  Quotes closing(std::size_t at, std::size_t& quote) const {
    const std::string_view within = text_.substr(0, limit_);
    const Quotes at_text_end = at_end_ ? Quotes::kClosed : Quotes::kUnknown;
    for (quote = within.find('"', at); quote != std::string_view::npos;
         quote = within.find('"', quote + 2)) {
      const std::string_view behind = text_.substr(quote + 1, 2);
      if (behind.empty() || behind == "\r") return at_text_end;
      if (behind[0] == '"') continue;
      const bool is_closed = behind[0] == ',' || behind[0] == '\n' || behind == "\r\n";
      return is_closed ? Quotes::kClosed : Quotes::kOpen;
    }
    return at_end_ || limit_ <= text_.size() ? Quotes::kOpen : Quotes::kUnknown;
  }

  std::string_view text_;
  std::size_t column_;                          // begins here; all columns before it are over
  std::size_t limit_ = std::string_view::npos;  // a quote from here on closes nothing
  bool at_end_;
};

// The column in quotes that begins at `at`: what it holds, and where it ends.
Value quoted_column(std::string_view record, std::size_t at, std::size_t& end, Arena& arena) {
  std::size_t doubled_count = 0;
  std::size_t quote = at + 1;
  for (;; quote += 2) {
    quote = record.find('"', quote);
    if (quote == std::string_view::npos || quote + 1 >= record.size() || record[quote + 1] != '"')
      break;
    ++doubled_count;
  }
  const bool is_closed = quote != std::string_view::npos;
  end = is_closed ? std::min(record.find(',', quote + 1), record.size()) : record.size();
  if (!is_closed || end != quote + 1) return text::text_value(record.substr(at, end - at));
  const std::string_view inside = record.substr(at + 1, quote - at - 1);
  if (doubled_count == 0) return text::text_value(inside);
  std::byte* const memory = arena.allocate(inside.size() - doubled_count);
  std::size_t size = 0;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    memory[size++] = static_cast<std::byte>(inside[i]);
    if (inside[i] == '"') ++i;
  }
  return text::text_value(as_text({memory, size}));
}

}  // namespace

Record next_record(std::string_view text, std::size_t at, bool at_end,
                   std::size_t record_bytes_max) {
  Record record;
  record.begin = at;
  if (at >= text.size()) return record;
  std::size_t quotes = 0;
  std::size_t line = at;
  std::size_t first_feed = text.size();
  std::optional<ColumnWalk> columns;  // of a record that needs it: hardly any does
  for (;;) {
    const text::LineEnd line_end = text::find_line_end_and_quotes(text, line);
    quotes += line_end.quotes;
    const bool has_feed = line_end.end < text.size();
    if (line == at) first_feed = line_end.end;
    record.end = line_end.end;
    record.next = std::min(line_end.end + 1, text.size());
    record.has_quotes = quotes > 0;
    record.is_unclosed = quotes % 2 != 0;
    record.state = Record::State::kWhole;
    // Whether this line is over is not asked: that would depend on how much of it can be seen.
    if (record.end - at > record_bytes_max && first_feed < text.size()) {
      record.is_cut = first_feed < record.end;
      record.end = first_feed;
      record.next = first_feed + 1;
      return record;
    }
    if (has_feed && !record.is_unclosed) return record;
    if (!has_feed || record.next == text.size()) {
      if (!at_end) record.state = Record::State::kIncomplete;
      return record;
    }
    const std::string_view rest = text.substr(record.next);
    if (!at_end && rest.size() < kStartBytes) {
      record.state = Record::State::kIncomplete;
      return record;
    }
    if (looks_like_start(rest)) {
      if (!columns) columns.emplace(text, at, at_end, record_bytes_max);
      const Quotes around = columns->around(record.end);
      if (around == Quotes::kUnknown) record.state = Record::State::kIncomplete;
      if (around != Quotes::kClosed) return record;
    }
    line = record.next;
  }
}

std::size_t split_record(std::string_view record, bool has_quotes, std::size_t columns_max,
                         Arena& arena, std::vector<Value>& columns) {
  columns.clear();
  std::size_t count = 0;
  std::size_t at = 0;
  std::size_t last_begin = 0;
  for (;;) {
    ++count;
    std::size_t end = 0;
    Value value;
    if (has_quotes && at < record.size() && record[at] == '"') {
      value = quoted_column(record, at, end, arena);
    } else {
      const void* comma =
          at < record.size() ? std::memchr(record.data() + at, ',', record.size() - at) : nullptr;
      end = comma == nullptr
                ? record.size()
                : static_cast<std::size_t>(static_cast<const char*>(comma) - record.data());
      const std::string_view text = record.substr(at, end - at);
      value = text.empty() ? text::null_as_written(text) : text::text_value(text);
    }
    if (count <= columns_max) {
      columns.push_back(value);
      last_begin = at;
    }
    if (end >= record.size()) break;
    at = end + 1;
  }
  if (count > columns_max && !columns.empty())
    columns.back() = text::text_value(record.substr(last_begin));
  return count;
}

std::vector<std::string> split_header(std::string_view line, std::size_t columns_max) {
  Arena arena;
  std::vector<Value> values;
  std::vector<std::string> names;
  // One more than wanted, so that the rest of a header that is too long does not end in a name.
  split_record(line, true, columns_max + 1, arena, values);
  for (const Value& value : values) {
    if (names.size() == columns_max) break;
    std::string name;
    if (value.type == ValueType::kAnsi) {
      append_windows1252(value.bytes(), name);
    } else {
      name = value.bytes();
    }
    const std::size_t first = std::min(name.find_first_not_of(" \t"), name.size());
    name = name.substr(first, name.find_last_not_of(" \t\r") + 1 - first);
    if (name.empty()) name = "column" + std::to_string(names.size() + 1);
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace pugmark::exchange

#include "events/exchange/csv.h"

#include <algorithm>
#include <cstring>

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
    if (has_feed && !record.is_unclosed) return record;
    if (record.end - at > record_bytes_max && first_feed < text.size()) {
      record.end = first_feed;
      record.next = first_feed + 1;
      return record;
    }
    if (!has_feed || record.next == text.size()) {
      if (!at_end) record.state = Record::State::kIncomplete;
      return record;
    }
    const std::string_view rest = text.substr(record.next);
    if (!at_end && rest.size() < kStartBytes) {
      record.state = Record::State::kIncomplete;
      return record;
    }
    if (looks_like_start(rest)) return record;
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

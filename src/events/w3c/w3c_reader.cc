#include "events/w3c/w3c_reader.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <new>
#include <optional>
#include <utility>

#include "events/text/fields.h"
#include "events/text/line_cursor.h"
#include "events/text/scan.h"
#include "events/w3c/cutter.h"
#include "events/w3c/layout.h"
#include "events/w3c/row.h"

namespace pugmark::w3c {
namespace {

// Separators are found for this many bytes at once: their offsets stay in the first cache.
constexpr std::size_t kChunkBytes = std::size_t{32} << 10U;

class W3cScratch : public DecodeScratch {
 public:
  std::vector<std::uint32_t> separators;
  std::vector<std::string_view> words;
  AlignedRow row;
  std::vector<Value> unwanted;  // where rows go whose values nobody reads
  std::vector<Value> columns;
  std::vector<std::uint32_t> counts;
  text::DayParser days;
};

// How a row fits its layout.
enum class Fit : std::uint8_t {
  kPlain,  // its words are its columns, one blank between them
  kWhole,  // all columns are there
  kPart,   // only what is certain of it was kept
};

// Decodes one block.
class RowDecoder {
 public:
  RowDecoder(const Block& block, W3cScratch& scratch, EventBatch& batch, const Limits& limits)
      : block_(block),
        text_(as_text(block.bytes)),
        context_(static_cast<const W3cContext&>(*block.context)),
        scratch_(scratch),
        batch_(batch),
        limits_(limits),
        gaps_(batch, block, limits) {}

  void run() {
    for (std::size_t i = 0; i < context_.segments.size(); ++i) {
      segment_ = &context_.segments[i];
      layout_ = segment_->layout.get();
      std::size_t begin = segment_->begin;
      const bool is_last = i + 1 == context_.segments.size();
      const std::size_t end = is_last ? text_.size() : context_.segments[i + 1].begin;
      if (i == 0 && context_.begins_in_line) begin = skip_rest_of_line(end);
      if (layout_ == nullptr || layout_->shape == nullptr) {
        read_without_layout(begin, end);
      } else {
        read_rows(begin, end);
      }
    }
    gaps_.finish();
  }

 private:
  std::size_t skip_rest_of_line(std::size_t end) {
    text::LineCursor lines(text_.substr(0, end));
    if (!lines.next()) return end;
    add_too_long(0, lines.end());
    add_padding(lines.end(), lines.padding_bytes());
    return lines.next_begin();
  }

  void add_too_long(std::size_t at, std::size_t length) {
    if (length == 0) return;
    gaps_.add(at, length, GapKind::kLimit,
              fmt::format("A line is longer than the limit line-bytes ({}); it was skipped.",
                          limits_.line_bytes));
  }

  void add_padding(std::size_t at, std::size_t length) {
    if (length == 0) return;
    gaps_.add(at, length, GapKind::kTruncated,
              fmt::format("{} NUL bytes stand here: space the web server reserved and had not "
                          "written when the file was copied or the machine stopped.",
                          length));
  }

  // Lines above the first `#Fields:`, or below one whose names did not fit into the tables.
  void read_without_layout(std::size_t begin, std::size_t end) {
    std::size_t lost_begin = end;
    std::size_t lost_end = end;
    text::LineCursor lines(text_.substr(0, end), begin);
    while (lines.next()) {
      const auto line = text::without_carriage_return(text::without_byte_order_mark(lines.line()));
      if (line.empty() || line.starts_with('#')) {
        batch_.understood_bytes += lines.next_begin() - lines.begin() - lines.padding_bytes();
      } else {
        lost_begin = std::min(lost_begin, lines.begin());
        lost_end = lines.end();
      }
      add_padding(lines.end(), lines.padding_bytes());
    }
    if (lost_begin == end) return;
    if (layout_ == nullptr || layout_->columns.empty()) {
      gaps_.add(lost_begin, lost_end - lost_begin, GapKind::kDamaged,
                "Rows stand here without a `#Fields:` line above them that names their columns.");
    } else {
      gaps_.add(lost_begin, lost_end - lost_begin, GapKind::kLimit,
                "The limit field-names, shapes or shape-fields was reached: these rows were not "
                "read.");
    }
  }

  void read_rows(std::size_t begin, std::size_t end) {
    while (begin < end) {
      std::size_t chunk_end = std::min(end, begin + kChunkBytes);
      if (chunk_end < end) {
        std::size_t feed = text::find_last_line_feed(text_.substr(begin, kChunkBytes));
        feed = feed == std::string_view::npos ? text_.find('\n', chunk_end) : begin + feed;
        chunk_end = std::min(end, feed == std::string_view::npos ? end : feed + 1);
      }
      read_chunk(begin, chunk_end);
      begin = chunk_end;
    }
  }

  void read_chunk(std::size_t begin, std::size_t end) {
    const std::string_view chunk = text_.substr(begin, end - begin);
    if (scratch_.separators.size() < chunk.size()) scratch_.separators.resize(chunk.size());
    const std::uint32_t* const at = scratch_.separators.data();
    const text::Separators found = text::find_separators(chunk, scratch_.separators.data());
    ascii_ = found.ascii;
    const std::size_t columns = layout_->columns.size();
    std::size_t next = 0;
    std::size_t line = 0;
    while (line < chunk.size()) {
      const bool row_fits = layout_->one_to_one && next + columns <= found.count &&
                            chunk[at[next + columns - 1]] == '\n' && chunk[line] != '#' &&
                            chunk[line] != '\xEF';
      if (row_fits && read_plain_row(chunk, begin, line, at + next)) {
        next += columns;
        line = at[next - 1] + std::size_t{1};
        continue;
      }
      while (next < found.count && chunk[at[next]] == ' ') ++next;
      const std::size_t line_end = next < found.count ? at[next] : chunk.size();
      read_odd_line(begin + line, begin + line_end, next == found.count);
      line = line_end + 1;
      if (next < found.count && chunk[line_end] == '\0')
        line = skip_padding(chunk, begin, line_end);
      while (next < found.count && at[next] < line) ++next;
    }
  }

  std::size_t skip_padding(std::string_view chunk, std::size_t chunk_begin, std::size_t from) {
    const std::size_t end = std::min(chunk.find_first_not_of('\0', from), chunk.size());
    add_padding(chunk_begin + from, end - from);
    return end;
  }

  // A row whose words are exactly its columns, one blank between them: nearly all rows.
  bool read_plain_row(std::string_view chunk, std::size_t chunk_begin, std::size_t line,
                      const std::uint32_t* ends) {
    const std::size_t columns = layout_->columns.size();
    if (ends[columns - 1] - line > limits_.line_bytes) return false;
    Value* const values = values_memory();
    std::size_t begin = line;
    bool odd = false;
    for (std::size_t i = 0; i < columns; ++i) {
      const std::size_t end = ends[i];
      ::new (values + i)
          Value{chunk.data() + begin, static_cast<std::uint32_t>(end - begin), ValueType::kUtf8};
      odd |= end == begin;
      odd |= i + 1 < columns && chunk[end] != ' ';
      begin = end + 1;
    }
    if (odd) return false;
    // No column is empty: there is a character before the line feed.
    const bool has_carriage_return = chunk[begin - 2] == '\r';
    Value& last = values[columns - 1];
    last.size -= has_carriage_return ? 1 : 0;
    if (last.size == 0) return false;
    const std::size_t length = ends[columns - 1] - line - (has_carriage_return ? 1 : 0);
    if (!ascii_) {
      for (std::size_t i = 0; i < columns; ++i) values[i] = text::text_value(values[i].bytes());
    }
    finish_row(values, chunk_begin + line, length, Fit::kPlain);
    batch_.understood_bytes += begin - line;
    return true;
  }

  void read_odd_line(std::size_t begin, std::size_t end, bool at_text_end) {
    const std::string_view whole = text_.substr(begin, end - begin);
    const bool goes_on = at_text_end && end == text_.size() && context_.ends_in_line;
    if (whole.size() > limits_.line_bytes || goes_on) return add_too_long(begin, whole.size());
    const std::size_t with_feed = end - begin + (end < text_.size() && text_[end] == '\n' ? 1 : 0);
    batch_.understood_bytes += with_feed;
    const std::string_view trimmed = text::without_carriage_return(whole);
    const std::string_view line = text::without_byte_order_mark(trimmed);
    if (line.find_first_not_of(' ') == std::string_view::npos || line.starts_with('#')) return;
    align_row(line, *layout_, scratch_.words, scratch_.row);
    Value* const values = values_memory();
    std::fill_n(values, layout_->shape->fields.size(), Value{});
    scratch_.columns.clear();
    for (const std::string_view column : scratch_.row.columns) {
      scratch_.columns.push_back(column.data() == nullptr ? Value{} : text::text_value(column));
    }
    if (layout_->one_to_one) {
      std::copy(scratch_.columns.begin(), scratch_.columns.end(), values);
    } else if (!text::place_values(layout_->slot_of_column, scratch_.columns,
                                   {values, layout_->shape->fields.size()},
                                   limits_.values_per_field, batch_.arena(), scratch_.counts)) {
      gaps_.add(
          begin, trimmed.size(), GapKind::kLimit,
          "A column stands more often than the limit values-per-field; the rest was left out.");
    }
    if (!scratch_.row.whole) {
      gaps_.add(begin, trimmed.size(), GapKind::kDamaged,
                fmt::format("The row has {} words where `#Fields:` names {} columns; what is not "
                            "certain of it was left out.",
                            scratch_.words.size(), layout_->columns.size()));
    }
    finish_row(values, begin, trimmed.size(), scratch_.row.whole ? Fit::kWhole : Fit::kPart);
  }

  // Room for one row. It is taken again if the row turns out to be odd.
  Value* values_memory() {
    const std::size_t count = layout_->shape->fields.size();
    if (!layout_->shape->wanted) {
      if (scratch_.unwanted.size() < count) scratch_.unwanted.resize(count);
      return scratch_.unwanted.data();
    }
    if (spare_count_ != count) {
      spare_ = batch_.arena().allocate_values(count);
      spare_count_ = count;
    }
    return spare_;
  }

  static bool is_dash(const Value& value) {
    return value.size == 1 && value.type == ValueType::kUtf8 && value.bytes()[0] == '-';
  }

  std::string_view column_text(const Value* values, std::size_t column) const {
    if (column == kNoColumn) return {};
    const Value& value = values[layout_->slot_of_column[column]];
    return value.is_list() ? value.list()[0].bytes() : value.bytes();
  }

  void finish_row(Value* values, std::size_t begin, std::size_t length, Fit fit) {
    Event event;
    event.shape = layout_->shape;
    event.where = text::locate(block_, begin, length);
    event.values_in_line = fit == Fit::kPlain;
    const RowTime when =
        row_time(column_text(values, layout_->date), column_text(values, layout_->time),
                 days_for_row(), scratch_.days);
    event.time = when.time;
    event.precision = when.precision;
    if (when.precision == TimePrecision::kUnknown && fit != Fit::kPart) {
      gaps_.add(begin, length, GapKind::kDamaged,
                "The row has no date and time that can be read; its other columns were kept.");
    }
    for (const std::uint32_t column : layout_->nullable) {
      Value& value = values[layout_->slot_of_column[column]];
      if (is_dash(value)) value.type = ValueType::kNull;
    }
    for (const auto& [column, slot] : layout_->copies) {
      ::new (values + slot) Value(values[layout_->slot_of_column[column]]);
    }
    if (layout_->uri != kNoColumn) split_uri(values);
    if (layout_->computer != kNoColumn) {
      const Value& name = values[layout_->slot_of_column[layout_->computer]];
      if (name.present() && !name.is_list() && !is_dash(name)) event.computer = name;
    }
    if (layout_->shape->wanted) {
      event.values = values;
      spare_count_ = SIZE_MAX;
    }
    batch_.mutable_events().push_back(event);
  }

  std::optional<std::int64_t> days_for_row() const {
    return layout_->date == kNoColumn ? segment_->days : std::nullopt;
  }

  // "/a/b?c=d" of HTTPERR as the two columns IIS would have written.
  void split_uri(Value* values) {
    const Value uri = values[layout_->slot_of_column[layout_->uri]];
    Value stem = uri;
    Value query;
    if (uri.present() && !uri.is_list()) {
      const std::size_t mark = uri.bytes().find('?');
      query = mark == std::string_view::npos ? Value::null()
                                             : text::text_value(uri.bytes().substr(mark + 1));
      stem = text::text_value(uri.bytes().substr(0, mark));
    }
    ::new (values + layout_->stem_slot) Value(stem);
    ::new (values + layout_->query_slot) Value(query);
  }

  const Block& block_;
  std::string_view text_;
  const W3cContext& context_;
  W3cScratch& scratch_;
  EventBatch& batch_;
  const Limits& limits_;
  text::GapRecorder gaps_;
  const Segment* segment_ = nullptr;
  const Layout* layout_ = nullptr;
  Value* spare_ = nullptr;
  std::size_t spare_count_ = SIZE_MAX;
  bool ascii_ = true;
};

class W3cReader : public Reader {
 public:
  W3cReader(std::string_view path, const ReaderOptions& options)
      : options_(options), cutter_(path, options) {}

  std::string_view type() const override { return "w3c"; }

  Cut cut(Bytes available, std::uint64_t /*offset_bytes*/, bool at_end) override {
    return cutter_.cut(as_text(available), at_end, max_pending_bytes());
  }

  std::unique_ptr<DecodeScratch> new_scratch() const override {
    return std::make_unique<W3cScratch>();
  }

  void decode(const Block& block, DecodeScratch& scratch, EventBatch& batch) const override {
    // new_scratch() made it.
    RowDecoder(block, static_cast<W3cScratch&>(scratch), batch, *options_.limits).run();
  }

  std::size_t max_pending_bytes() const override {
    return static_cast<std::size_t>(options_.limits->line_bytes) + 1;
  }

 private:
  ReaderOptions options_;
  Cutter cutter_;
};

// What stands behind `#Fields:`.
std::optional<std::string_view> fields_of(std::string_view line) {
  constexpr std::string_view kFields = "#Fields:";
  if (line.size() <= kFields.size() || !equal_ascii_nocase(line.substr(0, kFields.size()), kFields))
    return std::nullopt;
  return line.substr(kFields.size());
}

bool is_web_server_directive(std::string_view line) {
  return line.starts_with("#Software: Microsoft Internet Information Services") ||
         line.starts_with("#Software: Microsoft HTTP API");
}

bool is_address(std::string_view word) {
  const std::string text(word.substr(0, word.find('%')));  // without the zone of an IPv6 address
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(AF_INET, text.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), address.data()) == 1;
}

bool is_method(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return c >= 'A' && c <= 'Z';
  });
}

bool is_port(std::string_view word) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), port);
  return error == std::errc() && end == word.data() + word.size();
}

// "YYYY-MM-DD HH:MM:SS ... ADDRESS GET /...", or a port between the address and the method (IIS 5),
// or the version of HTTP in the place of the address (HTTP.sys), whatever columns stand between the
// time and these, and behind them. Without the address a row could be another program's: their logs
// have dates and requests too.
bool is_web_row(std::string_view line, text::DayParser& days) {
  if (line.size() < 20 || line[10] != ' ' || line[19] != ' ' || !days.parse(line.substr(0, 10)) ||
      !text::parse_seconds_of_day(line.substr(11, 8)))
    return false;
  std::array<std::string_view, 3> last;  // words, the nearest first
  for (std::size_t at = 20; at < line.size();) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    const std::string_view word = line.substr(at, end - at);
    if (word.starts_with('/') && is_method(last[0])) {
      return is_address(last[1]) || last[1].starts_with("HTTP/") ||
             (is_port(last[1]) && is_address(last[2]));
    }
    last = {word, last[0], last[1]};
    at = end + 1;
  }
  return false;
}

}  // namespace

bool is_w3c(Bytes head) {
  text::LineCursor lines(as_text(head));
  while (lines.next()) {
    const auto names = fields_of(text::without_byte_order_mark(lines.line()));
    if (names && is_web_log(*names)) return true;
  }
  return false;
}

bool has_w3c_rows(Bytes head) {
  text::LineCursor lines(as_text(head));
  text::DayParser days;
  std::size_t lines_count = 0;
  std::size_t rows_count = 0;
  bool has_directive = false;
  while (lines.next()) {
    const std::string_view line = text::without_byte_order_mark(lines.line());
    // They name the columns of another kind of log: is_w3c() has seen them.
    if (fields_of(line)) return false;
    if (line.starts_with('#')) {
      has_directive = has_directive || (lines_count == 0 && is_web_server_directive(line));
      continue;
    }
    // The last line of the head may be only part of one.
    if (line.empty() || line == "\r" || (lines.end() == head.size() && lines_count > 0)) continue;
    ++lines_count;
    if (is_web_row(line, days)) ++rows_count;
  }
  return has_directive || (rows_count >= 3 && rows_count * 2 >= lines_count);
}

std::unique_ptr<Reader> make_w3c_reader(std::string_view path, const ReaderOptions& options) {
  return std::make_unique<W3cReader>(path, options);
}

}  // namespace pugmark::w3c

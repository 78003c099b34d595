#include "events/exchange/exchange_reader.h"

#include <algorithm>
#include <fmt/format.h>
#include <string>
#include <unordered_map>

#include "base/text.h"
#include "events/exchange/csv.h"
#include "events/exchange/event_data.h"
#include "events/exchange/layout.h"
#include "events/text/fields.h"
#include "events/text/line_cursor.h"
#include "events/text/scan.h"

namespace pugmark::exchange {
namespace {

// Bounds of caches; more different headers or sets of ECP keys are made anew.
constexpr std::size_t kLayoutsMax = 64;
constexpr std::size_t kDataShapesMax = 1024;

struct Segment {
  std::size_t begin = 0;
  std::shared_ptr<const Layout> layout;  // null before the first header
};

class ExchangeContext : public BlockContext {
 public:
  std::vector<Segment> segments;
  bool begins_in_line = false;
  bool ends_in_line = false;
};

// The shape of a record whose EventData has a certain set of keys.
struct DataShape {
  const Shape* shape = nullptr;
  std::vector<std::uint32_t> slot_of_item;
};

class ExchangeScratch : public DecodeScratch {
 public:
  std::vector<Value> columns;
  std::vector<Value> item_values;
  std::vector<std::uint32_t> slots;
  std::vector<std::uint32_t> counts;
  std::vector<DataItem> items;
  std::string signature;
  std::unordered_map<std::string, DataShape> data_shapes;
  text::DayParser days;
};

bool is_directive(std::string_view line) { return line.starts_with('#'); }

class RecordDecoder {
 public:
  RecordDecoder(const Block& block, ExchangeScratch& scratch, EventBatch& batch,
                const ReaderOptions& options)
      : block_(block),
        text_(as_text(block.bytes)),
        context_(static_cast<const ExchangeContext&>(*block.context)),
        scratch_(scratch),
        batch_(batch),
        options_(options),
        limits_(*options.limits),
        gaps_(batch, block, *options.limits) {}

  void run() {
    for (std::size_t i = 0; i < context_.segments.size(); ++i) {
      layout_ = context_.segments[i].layout.get();
      const bool is_last = i + 1 == context_.segments.size();
      const std::size_t end = is_last ? text_.size() : context_.segments[i + 1].begin;
      std::size_t at = context_.segments[i].begin;
      if (i == 0 && context_.begins_in_line) {
        at = std::min(text_.find('\n'), end);
        add_too_long(0, at);
        at = std::min(at + 1, end);
      }
      read_segment(at, end);
    }
    gaps_.finish();
  }

 private:
  void read_segment(std::size_t at, std::size_t end) {
    const std::string_view segment = text_.substr(0, end);
    const auto record_bytes = static_cast<std::size_t>(limits_.line_bytes);
    for (;;) {
      const Record record = next_record(segment, at, true, record_bytes);
      if (record.state == Record::State::kNone) return;
      const bool goes_on = context_.ends_in_line && record.next == text_.size();
      if (goes_on || record.end - record.begin > record_bytes) {
        add_too_long(record.begin, record.end - record.begin);
      } else {
        read_record(record);
      }
      at = record.next;
    }
  }

  void add_too_long(std::size_t at, std::size_t length) {
    if (length == 0) return;
    gaps_.add(at, length, GapKind::kLimit,
              fmt::format("A record is longer than the limit line-bytes ({}); it was skipped.",
                          limits_.line_bytes));
  }

  void read_record(const Record& record) {
    const std::string_view whole =
        text::without_carriage_return(text_.substr(record.begin, record.end - record.begin));
    const std::string_view line = text::without_byte_order_mark(whole);
    const std::size_t nuls = line.find('\0');
    if (nuls == 0 && line.find_first_not_of('\0') == std::string_view::npos) {
      gaps_.add(record.begin, whole.size(), GapKind::kTruncated,
                "NUL bytes stand here: space that was reserved and had not been written.");
      return;
    }
    if (line.empty() || is_directive(line) || is_plain_header(line)) {
      batch_.understood_bytes += record.next - record.begin;
      return;
    }
    if (layout_ == nullptr || layout_->shape == nullptr) {
      batch_.understood_bytes += record.next - record.begin - whole.size();  // the line's end
      gaps_.add(record.begin, whole.size(),
                layout_ == nullptr ? GapKind::kDamaged : GapKind::kLimit,
                layout_ == nullptr ? "A record stands here without a header that names its columns."
                                   : "The limit field-names, shapes or shape-fields was reached: "
                                     "not read.");
      return;
    }
    batch_.understood_bytes += record.next - record.begin;
    if (record.is_unclosed) {
      gaps_.add(
          record.begin, whole.size(), GapKind::kDamaged,
          "A quote of this record is never closed; the record was taken to end where the next "
          "one begins.");
    }
    const std::size_t columns = split_record(line, record.has_quotes, layout_->columns.size(),
                                             batch_.arena(), scratch_.columns);
    const bool has_more = columns > layout_->columns.size() && !layout_->last_is_text;
    if (has_more || columns < layout_->columns.size()) {
      gaps_.add(record.begin, whole.size(), GapKind::kDamaged,
                fmt::format("The record has {} columns where the header names {}; they were taken "
                            "from the left.",
                            columns, layout_->columns.size()));
    }
    add_event(record.begin, whole.size());
  }

  void add_event(std::size_t at, std::size_t length) {
    Event event;
    event.shape = layout_->shape;
    event.where = text::locate(block_, at, length);
    if (const std::string_view text = column_text(layout_->time); !text.empty()) {
      if (const auto parsed = text::parse_log_time(text, scratch_.days)) {
        event.time = parsed->time;
        event.precision = parsed->precision;
      }
    }
    if (event.precision == TimePrecision::kUnknown) {
      gaps_.add(at, length, GapKind::kDamaged,
                "The record has no time that can be read; its other columns were kept.");
    }
    if (!column_text(layout_->computer).empty())
      event.computer = scratch_.columns[layout_->computer];
    const DataShape* const data =
        layout_->event_data == kNoColumn ? nullptr : read_data(at, length);
    if (data != nullptr) event.shape = data->shape;
    if (event.shape->wanted) event.values = place(*event.shape, data, at, length);
    batch_.mutable_events().push_back(event);
  }

  std::string_view column_text(std::size_t column) const {
    return column < scratch_.columns.size() ? scratch_.columns[column].bytes() : std::string_view();
  }

  const Value* place(const Shape& shape, const DataShape* data, std::size_t at,
                     std::size_t length) {
    const std::size_t columns_count = scratch_.columns.size();
    scratch_.slots.assign(
        layout_->slot_of_column.begin(),
        layout_->slot_of_column.begin() + static_cast<std::ptrdiff_t>(columns_count));
    for (const auto& [column, slot] : layout_->copies) {
      if (column >= columns_count) continue;
      const Value copy = scratch_.columns[column];
      scratch_.columns.push_back(copy);
      scratch_.slots.push_back(slot);
    }
    if (data != nullptr) {
      for (std::size_t i = 0; i < scratch_.items.size(); ++i) {
        scratch_.columns.push_back(scratch_.items[i].value);
        scratch_.slots.push_back(data->slot_of_item[i]);
      }
    }
    Value* const values = batch_.arena().allocate_values(shape.fields.size());
    if (!text::place_values(scratch_.slots, scratch_.columns, {values, shape.fields.size()},
                            limits_.values_per_field, batch_.arena(), scratch_.counts)) {
      gaps_.add(at, length, GapKind::kLimit,
                "A field has more values than the limit values-per-field; the rest was left out.");
    }
    return values;
  }

  // The fields inside EventData and the shape that has them; nullptr if they cannot be had.
  const DataShape* read_data(std::size_t at, std::size_t length) {
    const auto items_max = static_cast<std::size_t>(limits_.fields_per_event);
    if (!split_event_data(column_text(layout_->event_data), items_max, batch_.arena(),
                          scratch_.items)) {
      gaps_.add(at, length, GapKind::kLimit,
                "EventData has more fields than the limit fields-per-event; the rest is only to be "
                "found in its text.");
    }
    scratch_.signature = std::to_string(layout_->shape->id);
    for (const DataItem& item : scratch_.items) {
      scratch_.signature += ' ';
      scratch_.signature += item.key;
    }
    const auto found = scratch_.data_shapes.find(scratch_.signature);
    const DataShape& data = found != scratch_.data_shapes.end() ? found->second : make_data_shape();
    if (data.shape != nullptr) return &data;
    scratch_.data_shapes.erase(scratch_.signature);  // the next item may be let in
    gaps_.add(at, length, GapKind::kLimit,
              "The limit field-names, shapes or shape-fields was reached: the fields inside "
              "EventData were not told apart.");
    return nullptr;
  }

  const DataShape& make_data_shape() {
    if (scratch_.data_shapes.size() >= kDataShapesMax) scratch_.data_shapes.clear();
    DataShape& data = scratch_.data_shapes[scratch_.signature];
    std::vector<std::string> names = layout_->names;
    for (const DataItem& item : scratch_.items) {
      // A key with the name of a column must not look like that column.
      const bool is_column =
          std::find(layout_->names.begin(), layout_->names.end(), item.key) != layout_->names.end();
      names.push_back((is_column ? "EventData." : "") + std::string(item.key));
    }
    const text::Slots slots = text::make_slots(names, names.size());
    data.slot_of_item.assign(
        slots.slot_of_column.begin() + static_cast<std::ptrdiff_t>(layout_->names.size()),
        slots.slot_of_column.end());
    Shape shape = *layout_->shape;
    data.shape = text::intern_shape(*options_.shapes, std::move(shape), slots.names);
    return data;
  }

  const Block& block_;
  std::string_view text_;
  const ExchangeContext& context_;
  ExchangeScratch& scratch_;
  EventBatch& batch_;
  const ReaderOptions& options_;
  const Limits& limits_;
  text::GapRecorder gaps_;
  const Layout* layout_ = nullptr;
};

class ExchangeReader : public Reader {
 public:
  ExchangeReader(std::string_view path, const ReaderOptions& options)
      : path_(path), options_(options) {}

  std::string_view type() const override { return "exchange"; }

  Cut cut(Bytes available, std::uint64_t /*offset_bytes*/, bool at_end) override {
    const std::string_view text = as_text(available);
    auto context = std::make_shared<ExchangeContext>();
    context->begins_in_line = in_line_;
    context->segments.push_back({0, layout_});
    const std::size_t rest = in_line_ ? text.find('\n') : 0;
    std::size_t size = 0;
    if (rest != std::string_view::npos) {
      size = scan(text, in_line_ ? rest + 1 : 0, at_end, *context);
    }
    if (size == 0 && !at_end) {
      if (text.size() < max_pending_bytes()) return {};
      size = text.size();
      context->ends_in_line = true;
    }
    if (at_end) size = text.size();
    in_line_ = context->ends_in_line;
    return {size, std::move(context)};
  }

  std::unique_ptr<DecodeScratch> new_scratch() const override {
    return std::make_unique<ExchangeScratch>();
  }

  void decode(const Block& block, DecodeScratch& scratch, EventBatch& batch) const override {
    // new_scratch() made it.
    RecordDecoder(block, static_cast<ExchangeScratch&>(scratch), batch, options_).run();
  }

  // A record of the greatest length must be seen with the beginning of the next.
  std::size_t max_pending_bytes() const override {
    return static_cast<std::size_t>(options_.limits->line_bytes) + 64;
  }

 private:
  // Walks the records that are whole, noting headers. Returns where the first that is not begins.
  std::size_t scan(std::string_view text, std::size_t at, bool at_end, ExchangeContext& context) {
    for (;;) {
      const auto record_bytes = static_cast<std::size_t>(options_.limits->line_bytes);
      const Record record = next_record(text, at, at_end, record_bytes);
      if (record.state != Record::State::kWhole) return at_end ? text.size() : at;
      // A longer one would not even be seen as a whole.
      if (record.end - record.begin <= record_bytes) read_header(text, record, context);
      at = record.next;
      // What made the record too long may stand behind the block: decode() must not join it again.
      if (record.is_cut) context.segments.push_back({at, layout_});
    }
  }

  void read_header(std::string_view text, const Record& record, ExchangeContext& context) {
    const std::string_view line =
        text::without_byte_order_mark(text.substr(record.begin, record.end - record.begin));
    if (is_directive(line)) {
      read_directive(text::without_carriage_return(line), record.begin, context);
    } else if (is_plain_header(line)) {
      fields_ = text::without_carriage_return(line);
      set_layout(record.begin, context);
    }
  }

  void read_directive(std::string_view line, std::size_t at, ExchangeContext& context) {
    constexpr std::string_view kFields = "#Fields:";
    constexpr std::string_view kLogType = "#Log-type:";
    const auto value = [&](std::string_view name) {
      const std::size_t begin = line.find_first_not_of(' ', name.size());
      return begin == std::string_view::npos ? std::string_view() : line.substr(begin);
    };
    if (equal_ascii_nocase(line.substr(0, kLogType.size()), kLogType)) {
      // The kind and name of the log; kept short, a name is no place for a file's content.
      log_type_ = value(kLogType).substr(0, 64);
    } else if (equal_ascii_nocase(line.substr(0, kFields.size()), kFields)) {
      fields_ = value(kFields);
      set_layout(at, context);
    }
  }

  void set_layout(std::size_t at, ExchangeContext& context) {
    std::string key = log_type_ + "\n" + fields_;
    auto found = layouts_.find(key);
    if (found == layouts_.end()) {
      if (layouts_.size() >= kLayoutsMax) layouts_.clear();
      auto layout = make_layout(fields_, log_type_, path_, options_);
      found = layouts_.emplace(std::move(key), std::move(layout)).first;
    }
    if (found->second == layout_) return;
    layout_ = found->second;
    context.segments.push_back({at, layout_});
  }

  std::string path_;
  ReaderOptions options_;
  std::string log_type_;
  std::string fields_;
  std::unordered_map<std::string, std::shared_ptr<const Layout>> layouts_;
  std::shared_ptr<const Layout> layout_;
  bool in_line_ = false;
};

}  // namespace

bool is_exchange_log(Bytes head) {
  text::LineCursor lines(as_text(head));
  while (lines.next()) {
    const auto line = text::without_carriage_return(text::without_byte_order_mark(lines.line()));
    if (line.starts_with("#Software: Microsoft Exchange") || line.starts_with("#Log-type:"))
      return true;
    if (line.starts_with("#Fields:") && line.find(',') != std::string_view::npos &&
        is_plain_header(line.substr(std::min(line.find_first_not_of(' ', 8), line.size()))))
      return true;
    if (is_plain_header(line)) {
      const auto columns = split_header(line, 256);
      return kind_of_log(columns, "", "") != SourceKind::kExchangeOther;
    }
    if (!line.empty() && !is_directive(line)) return false;
  }
  return false;
}

std::unique_ptr<Reader> make_exchange_reader(std::string_view path, const ReaderOptions& options) {
  return std::make_unique<ExchangeReader>(path, options);
}

}  // namespace pugmark::exchange

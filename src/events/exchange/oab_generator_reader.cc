#include <algorithm>
#include <array>

#include "events/exchange/exchange_reader.h"
#include "events/text/fields.h"
#include "events/text/line_cursor.h"
#include "events/text/line_cutter.h"

namespace pugmark::exchange {
namespace {

constexpr std::string_view kChannel = "OABGenerator";

// The time at the front of a line, which ends at the first character a time cannot hold.
std::optional<ParsedTime> leading_time(std::string_view line, text::DayParser& days) {
  if (line.size() < 19 || line[0] < '0' || line[0] > '9') return std::nullopt;
  // "2021-03-03 06:00:00" has a blank inside.
  std::size_t end = 19;
  while (end < line.size() && end < 40 &&
         std::string_view("0123456789.:+Zz").find(line[end]) != std::string_view::npos)
    ++end;
  // A colon or full stop behind the time is punctuation.
  while (end > 19 && (line[end - 1] == ':' || line[end - 1] == '.')) --end;
  return text::parse_log_time(line.substr(0, end), days);
}

class OabScratch : public DecodeScratch {
 public:
  text::DayParser days;
};

class OabGeneratorReader : public Reader {
 public:
  explicit OabGeneratorReader(const ReaderOptions& options) : options_(options) {
    Shape shape;
    shape.source = SourceKind::kExchangeOabGenerator;
    shape.channel = kChannel;
    shape.precision = TimePrecision::kMillisecond;
    shape_ = text::intern_shape(*options.shapes, std::move(shape), {"Message"});
  }

  std::string_view type() const override { return "exchange"; }

  Cut cut(Bytes available, std::uint64_t /*offset_bytes*/, bool at_end) override {
    return cutter_.cut(as_text(available), at_end, max_pending_bytes());
  }

  std::unique_ptr<DecodeScratch> new_scratch() const override {
    return std::make_unique<OabScratch>();
  }

  void decode(const Block& block, DecodeScratch& scratch, EventBatch& batch) const override {
    const auto& context = static_cast<const text::LineContext&>(*block.context);
    text::GapRecorder gaps(batch, block, *options_.limits);
    const std::string_view text = as_text(block.bytes);
    text::LineCursor lines(text);
    bool is_rest = context.begins_in_line;
    while (lines.next()) {
      const bool goes_on = context.ends_in_line && lines.end() == text.size();
      const std::string_view line = text::without_carriage_return(lines.line());
      const std::string_view shown = text::without_byte_order_mark(line);
      // The end of the line is structure, whatever becomes of the line.
      batch.understood_bytes +=
          lines.next_begin() - lines.begin() - lines.padding_bytes() - line.size();
      if (is_rest || goes_on || shape_ == nullptr || line.size() > options_.limits->line_bytes) {
        if (!line.empty())
          gaps.add(
              lines.begin(), line.size(), GapKind::kLimit,
              "A line is longer than the limit line-bytes, or a table is full; it was skipped.");
      } else {
        batch.understood_bytes += line.size();
        if (!shown.empty())
          add_event(block, lines.begin(), line.size(), shown, static_cast<OabScratch&>(scratch),
                    batch);
      }
      if (lines.padding_bytes() > 0)
        gaps.add(lines.end(), lines.padding_bytes(), GapKind::kTruncated,
                 "NUL bytes stand here: space that was reserved and had not been written.");
      is_rest = false;
    }
    gaps.finish();
  }

  std::size_t max_pending_bytes() const override {
    return static_cast<std::size_t>(options_.limits->line_bytes) + 1;
  }

 private:
  void add_event(const Block& block, std::size_t at, std::size_t length, std::string_view shown,
                 OabScratch& scratch, EventBatch& batch) const {
    Event event;
    event.shape = shape_;
    event.where = text::locate(block, at, length);
    if (const auto parsed = leading_time(shown, scratch.days)) {
      event.time = parsed->time;
      event.precision = parsed->precision;
    }
    if (shape_->wanted) {
      Value* const values = batch.arena().allocate_values(1);
      values[0] = text::text_value(shown);
      event.values = values;
    }
    batch.mutable_events().push_back(event);
  }

  ReaderOptions options_;
  const Shape* shape_ = nullptr;
  text::LineCutter cutter_;
};

}  // namespace

bool is_oab_generator_log(Bytes head) {
  constexpr std::array<std::string_view, 3> kPhrases = {"OABGenerator", "Offline Address Book",
                                                        "Download failed and temporary file"};
  constexpr std::size_t kLinesLookedAt = 200;
  text::LineCursor lines(as_text(head));
  text::DayParser days;
  std::size_t lines_count = 0;
  std::size_t timed_count = 0;
  bool has_phrase = false;
  while (lines_count < kLinesLookedAt && lines.next()) {
    const std::string_view line = text::without_byte_order_mark(lines.line());
    if (line.empty() || line == "\r") continue;
    ++lines_count;
    if (leading_time(line, days)) ++timed_count;
    for (const std::string_view phrase : kPhrases)
      has_phrase = has_phrase || line.find(phrase) != std::string_view::npos;
  }
  return has_phrase && timed_count > 0 && timed_count * 2 >= lines_count;
}

std::unique_ptr<Reader> make_oab_generator_reader(const ReaderOptions& options) {
  return std::make_unique<OabGeneratorReader>(options);
}

}  // namespace pugmark::exchange

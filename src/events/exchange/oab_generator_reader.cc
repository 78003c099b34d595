#include <algorithm>
#include <array>

#include "events/exchange/exchange_reader.h"
#include "events/text/fields.h"
#include "events/text/line_cursor.h"
#include "events/text/line_reader.h"

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

class OabGeneratorReader : public text::LineReader {
 public:
  explicit OabGeneratorReader(const ReaderOptions& options) : LineReader(options) {
    Shape shape;
    shape.source = SourceKind::kExchangeOabGenerator;
    shape.channel = kChannel;
    shape.precision = TimePrecision::kMillisecond;
    shape_ = text::intern_shape(*options.shapes, std::move(shape), {"Message"});
  }

  std::string_view type() const override { return "exchange"; }

  std::unique_ptr<DecodeScratch> new_scratch() const override {
    return std::make_unique<OabScratch>();
  }

 private:
  bool read_line(const Block& block, std::size_t at, std::string_view whole,
                 DecodeScratch& scratch, EventBatch& batch,
                 text::GapRecorder& gaps) const override {
    const std::string_view shown = text::without_byte_order_mark(whole);
    if (shown.empty()) return true;
    if (shape_ == nullptr) {
      gaps.add(at, whole.size(), GapKind::kLimit,
               "The limit field-names, shapes or shape-fields was reached: this line was not "
               "read.");
      return false;
    }
    Event event;
    event.shape = shape_;
    event.where = text::locate(block, at, whole.size());
    if (const auto parsed = leading_time(shown, static_cast<OabScratch&>(scratch).days)) {
      event.time = parsed->time;
      event.precision = parsed->precision;
    }
    if (shape_->wanted) {
      Value* const values = batch.arena().allocate_values(1);
      values[0] = text::text_value(shown);
      event.values = values;
    }
    batch.mutable_events().push_back(event);
    return true;
  }

  const Shape* shape_ = nullptr;
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

#include "events/ncsa/ncsa_reader.h"

#include <algorithm>
#include <array>

#include "events/ncsa/line.h"
#include "events/text/fields.h"
#include "events/text/line_cursor.h"
#include "events/text/line_reader.h"

namespace pugmark::ncsa {
namespace {

// The kinds of line: which of the three optional parts it has, as bits.
constexpr unsigned kHasHost = 1;
constexpr unsigned kHasReferer = 2;
constexpr unsigned kHasRest = 4;
constexpr std::size_t kKinds = 8;

class NcsaScratch : public DecodeScratch {
 public:
  std::array<const Shape*, kKinds> shapes{};
};

Value or_null(std::string_view text) {
  return text.data() == nullptr ? Value::null()
         : text == "-"          ? text::null_as_written(text)
                                : text::text_value(text);
}

Value as_written(std::string_view text) {
  return text.data() == nullptr ? Value::null() : text::text_value(text);
}

class NcsaReader : public text::LineReader {
 public:
  explicit NcsaReader(const ReaderOptions& options) : LineReader(options) {}

  std::string_view type() const override { return "ncsa"; }

  std::unique_ptr<DecodeScratch> new_scratch() const override {
    return std::make_unique<NcsaScratch>();
  }

 private:
  bool read_line(const Block& block, std::size_t at, std::string_view whole,
                 DecodeScratch& scratch, EventBatch& batch,
                 text::GapRecorder& gaps) const override {
    const std::string_view text = text::without_byte_order_mark(whole);
    if (text.empty()) return true;
    const auto line = parse_line(text);
    if (!line) {
      gaps.add(at, whole.size(), GapKind::kDamaged,
               "The line has not the form of an NCSA access log; it was skipped.");
      return false;
    }
    const unsigned kind = (line->host.data() != nullptr ? kHasHost : 0U) |
                          (line->has_referer ? kHasReferer : 0U) |
                          (line->rest.data() != nullptr ? kHasRest : 0U);
    Event event;
    event.shape = shape_of(kind, static_cast<NcsaScratch&>(scratch));
    if (event.shape == nullptr) {
      gaps.add(at, whole.size(), GapKind::kLimit,
               "The limit field-names, shapes or shape-fields was reached: this line was not "
               "read.");
      return false;
    }
    event.where = text::locate(block, at, whole.size());
    event.time = line->time.time;
    event.precision = line->time.precision;
    if (event.shape->wanted) event.values = place(*line, kind, batch);
    batch.mutable_events().push_back(event);
    return true;
  }

  const Shape* shape_of(unsigned kind, NcsaScratch& scratch) const {
    if (scratch.shapes[kind] != nullptr) return scratch.shapes[kind];
    std::vector<std::string> names = {"c-ip",         "cs-username", "cs-method", "cs-uri-stem",
                                      "cs-uri-query", "cs-version",  "sc-status", "sc-bytes"};
    if ((kind & kHasReferer) != 0) names.insert(names.end(), {"cs-referer", "cs-user-agent"});
    if ((kind & kHasHost) != 0) names.emplace_back("cs-host");
    if ((kind & kHasRest) != 0) names.emplace_back("rest");
    Shape shape;
    shape.source = SourceKind::kWebServer;
    shape.channel = "NCSA";
    shape.precision = TimePrecision::kSecond;
    scratch.shapes[kind] = text::intern_shape(*options().shapes, std::move(shape), names);
    return scratch.shapes[kind];
  }

  static const Value* place(const Line& line, unsigned kind, EventBatch& batch) {
    Value* const values = batch.arena().allocate_values(12);
    Value* next = values;
    *next++ = text::text_value(line.client);
    *next++ = or_null(line.user);
    *next++ = as_written(line.method);
    *next++ = as_written(line.stem);
    *next++ = as_written(line.query);
    *next++ = as_written(line.version);
    *next++ = as_written(line.status);
    *next++ = or_null(line.bytes);
    if ((kind & kHasReferer) != 0) {
      *next++ = or_null(line.referer);
      *next++ = or_null(line.user_agent);
    }
    if ((kind & kHasHost) != 0) *next++ = or_null(line.host);
    if ((kind & kHasRest) != 0) *next++ = text::text_value(line.rest);
    return values;
  }

};

struct HeadLines {
  std::size_t count = 0;
  std::size_t fitting_count = 0;  // those of an access log
  std::size_t fitting_bytes = 0;  // in them
};

HeadLines count_lines(Bytes head, std::size_t most) {
  HeadLines found;
  text::LineCursor lines(as_text(head));
  while (found.count < most && lines.next()) {
    const auto line = text::without_carriage_return(text::without_byte_order_mark(lines.line()));
    if (line.empty()) continue;
    // The last line of the head may be only part of one.
    if (lines.end() == head.size() && found.count > 0) break;
    ++found.count;
    if (!parse_line(line)) continue;
    ++found.fitting_count;
    found.fitting_bytes += line.size();
  }
  return found;
}

}  // namespace

bool is_ncsa(Bytes head) {
  constexpr std::size_t kLinesLookedAt = 20;
  const HeadLines lines = count_lines(head, kLinesLookedAt);
  return lines.fitting_count > 0 && lines.fitting_count * 2 >= lines.count;
}

bool has_ncsa_lines(Bytes head) {
  constexpr std::size_t kFewest = 3;
  const HeadLines lines = count_lines(head, SIZE_MAX);
  return lines.fitting_count >= kFewest && lines.fitting_count * 4 >= lines.count &&
         lines.fitting_bytes * 4 >= head.size();
}

std::unique_ptr<Reader> make_ncsa_reader(const ReaderOptions& options) {
  return std::make_unique<NcsaReader>(options);
}

}  // namespace pugmark::ncsa

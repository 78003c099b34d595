#include "events/json/json_reader.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstring>
#include <fmt/format.h>

#include "base/text.h"
#include "events/json/elements.h"
#include "events/json/layout.h"
#include "events/json/time.h"
#include "events/json/walk.h"
#include "events/json/wrapped.h"
#include "events/text/fields.h"
#include "events/text/scan.h"

namespace pugmark::json {
namespace {

constexpr std::string_view kSysmonChannel = "Microsoft-Windows-Sysmon/Operational";

// What stands in the evidence, for a sentence: short, and safe to show.
std::string quoted(const Value& value) {
  constexpr std::size_t kShown = 64;
  const std::string text = rendered(value);
  if (text.size() <= kShown) return fmt::format("\"{}\"", escaped(text));
  std::size_t end = 0;
  for (std::size_t at = 0; at <= kShown; next_code_point(text, at)) end = at;
  return fmt::format("\"{}\"... ({} bytes)", escaped(std::string_view(text).substr(0, end)),
                     text.size());
}

class JsonContext : public BlockContext {
 public:
  bool begins_in_record = false;  // the block before was cut inside a record that was too long
  bool ends_in_record = false;    // this one is
  std::size_t indentation = 0;    // of the line that record began on
  // Of the line on which the block begins, if it begins inside of one; else npos.
  std::size_t first_line_indentation = std::string_view::npos;
};

class JsonScratch : public DecodeScratch {
 public:
  explicit JsonScratch(const ReaderOptions& options) : walker(*options.limits), layouts(options) {}

  Walker walker;
  LayoutCache layouts;
  text::DayParser days;
  std::vector<Value> values;
  std::vector<std::uint32_t> counts;
  std::string converted;
};

class JsonDecoder {
 public:
  JsonDecoder(const Block& block, JsonScratch& scratch, EventBatch& batch, const Limits& limits)
      : block_(block),
        text_(as_text(block.bytes)),
        context_(static_cast<const JsonContext&>(*block.context)),
        scratch_(scratch),
        batch_(batch),
        limits_(limits),
        gaps_(batch, block, limits) {}

  void read_lines() {
    std::size_t begin = 0;
    bool is_rest = context_.begins_in_record;
    while (begin < text_.size()) {
      const std::size_t feed = text_.find('\n', begin);
      const std::size_t end = std::min(feed, text_.size());
      const bool goes_on = feed == std::string_view::npos && context_.ends_in_record;
      if (is_rest || goes_on) {
        if (end > begin) add_too_long(begin, end - begin);
      } else {
        read_line(begin, end);
      }
      is_rest = false;
      begin = end + 1;
    }
    gaps_.finish();
  }

  void read_elements() {
    std::size_t at = 0;
    std::size_t cut_off_count = 0;
    if (context_.begins_in_record) {
      at = std::min(find_element_line(text_, 0, context_.indentation), text_.size());
      add_too_long(0, at);
    }
    while (at < text_.size()) {
      Element element = next_element(text_, at, true, context_.first_line_indentation);
      batch_.understood_bytes += element.begin - at;
      if (element.cut_off && ++cut_off_count > kCutOffMax) element.end = text_.size();
      const std::size_t length = element.end - element.begin;
      if (element.state == ElementState::kComplete) {
        read_record(element.begin, length);
      } else if (element.state == ElementState::kDamaged) {
        if (context_.ends_in_record && element.end == text_.size()) {
          add_too_long(element.begin, length);
        } else {
          add_damaged(element.begin, length);
        }
      }
      at = element.end;
    }
    gaps_.finish();
  }

 private:
  void add_too_long(std::size_t at, std::size_t length) {
    gaps_.add(
        at, length, GapKind::kLimit,
        fmt::format("A JSON record is longer than the limit record-bytes ({}); it was skipped.",
                    limits_.record_bytes));
  }

  void add_damaged(std::size_t at, std::size_t length) {
    gaps_.add(at, length, GapKind::kDamaged,
              "This is no JSON object (RFC 8259); reading went on behind it.");
  }

  void read_line(std::size_t begin, std::size_t end) {
    const std::size_t whole_end = std::min(end + 1, text_.size());
    std::size_t first = begin;
    const auto is_blank = [&](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    for (;;) {
      while (first < end && is_blank(text_[first])) ++first;
      // Files put together keep the byte order marks of their parts.
      if (!text_.substr(first, end - first).starts_with(text::kByteOrderMark)) break;
      first += text::kByteOrderMark.size();
    }
    std::size_t last = end;
    while (last > first && (is_blank(text_[last - 1]) || text_[last - 1] == ',')) --last;
    if (first == last) {
      batch_.understood_bytes += whole_end - begin;
      return;
    }
    batch_.understood_bytes += (first - begin) + (whole_end - last);
    read_record(first, last - first);
  }

  // One object. Everything of it is an event or a gap, or wraps events. `wrappers_count`: of how
  // many objects around it that is true.
  void read_record(std::size_t at, std::size_t length, std::size_t wrappers_count = 0) {
    if (length > limits_.record_bytes) return add_too_long(at, length);
    std::string_view object = text_.substr(at, length);
    Arena& arena = batch_.arena();
    const Arena::Mark before_record = arena.mark();
    Arena::Mark before_walk = before_record;
    WalkResult result = scratch_.walker.walk(object, arena);
    const bool is_utf8 = result != WalkResult::kNotUtf8;
    if (!is_utf8) {
      arena.set_back(before_record);
      object = as_windows1252(object);
      before_walk = arena.mark();
      result = scratch_.walker.walk(object, arena);
    }
    if (result != WalkResult::kWhole) return add_damaged(at, length);
    if (wrappers_count < kWrappersMax) {
      if (auto wrapped =
              find_wrapped(object, scratch_.walker, scratch_.layouts, arena, before_walk)) {
        if (!is_utf8) place_as_written(text_.substr(at, length), wrapped->elements);
        arena.set_back(before_record);  // large objects may stand in one another
        return read_wrapped(at, length, *wrapped, wrappers_count + 1);
      }
    }
    if (!is_utf8)
      gaps_.add(at, length, GapKind::kDamaged,
                "The text of this record is not UTF-8; it was read as Windows-1252.");
    Layout& layout = scratch_.layouts.find(scratch_.walker.signature());
    if (add_event(layout, at, length)) batch_.understood_bytes += length;
  }

  // An object that is no Windows event but holds some: {"Events": [{...}, ...]}. What stands around
  // them is structure.
  void read_wrapped(std::size_t at, std::size_t length, const Wrapped& wrapped,
                    std::size_t wrappers_count) {
    batch_.understood_bytes += length;
    if (wrapped.lacks_lists) {
      gaps_.add(at, length, GapKind::kLimit,
                fmt::format("An object that wraps events has more fields than the limit "
                            "fields-per-event ({}), counting those of like events once; arrays "
                            "behind them were not searched for events.",
                            limits_.fields_per_event));
    }
    if (wrapped.lacks_depth) {
      gaps_.add(at, length, GapKind::kLimit,
                fmt::format("An object that wraps events is nested deeper than the limit "
                            "nesting-depth ({}); what is deeper was not searched for events.",
                            limits_.nesting_depth));
    }
    for (const ListElement& element : wrapped.elements) {
      batch_.understood_bytes -= element.length;
      if (element.is_object) {
        read_record(at + element.begin, element.length, wrappers_count);
      } else {
        add_damaged(at + element.begin, element.length);
      }
    }
    if (!wrapped.lacks_elements) return;
    const std::size_t rest = wrapped.elements.empty()
                                 ? 0
                                 : wrapped.elements.back().begin + wrapped.elements.back().length;
    batch_.understood_bytes -= length - rest;
    gaps_.add(
        at + rest, length - rest, GapKind::kLimit,
        fmt::format("An object wraps more events than the limit wrapped-events ({}); the rest was "
                    "not read.",
                    limits_.wrapped_events));
  }

  std::string_view as_windows1252(std::string_view text) {
    scratch_.converted.clear();
    append_windows1252(text, scratch_.converted);
    const std::size_t size = scratch_.converted.size();
    scratch_.converted.append(kBlockPadding, ' ');
    return batch_.arena().copy(scratch_.converted).substr(0, size);
  }

  // The text of a leaf that is not a list, its escapes resolved once and for all.
  std::string_view leaf_text(std::size_t leaf) {
    if (leaf >= scratch_.walker.leaves().size()) return {};
    Leaf& found = scratch_.walker.leaves()[leaf];
    if (found.value.is_list() || found.value.type == ValueType::kNull) return {};
    found.resolve(batch_.arena());
    return found.value.bytes();
  }

  // Programs that hold every number as a fraction write 4688.0.
  static std::uint64_t number(std::string_view digits) {
    const std::size_t point = digits.find('.');
    if (point != std::string_view::npos &&
        digits.find_first_not_of('0', point + 1) == std::string_view::npos)
      digits = digits.substr(0, point);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} && end == digits.data() + digits.size() ? value : 0;
  }

  // What leaves of one name say: the first that says anything, and whether another contradicts it.
  struct Said {
    std::string_view first;
    bool is_contradicted = false;
  };

  template <class Same>
  Said said(const std::vector<std::size_t>& leaves, Same same) {
    Said result;
    const auto hear = [&](std::string_view text) {
      if (text.empty()) return;
      if (result.first.empty()) {
        result.first = text;
      } else if (!same(result.first, text)) {
        result.is_contradicted = true;
      }
    };
    for (const std::size_t leaf : leaves) {
      const Value value = scratch_.walker.leaves()[leaf].value;
      if (!value.is_list()) {
        hear(leaf_text(leaf));
        continue;
      }
      for (const Value& part : value.list()) {
        if (part.type != ValueType::kNull) hear(part.bytes());
      }
    }
    return result;
  }

  static bool is_same_text(std::string_view a, std::string_view b) {
    return folded(a) == folded(b);
  }
  static bool is_same_number(std::string_view a, std::string_view b) {
    return number(a) == number(b);
  }

  // False if a table is full.
  bool add_event(Layout& layout, std::size_t at, std::size_t length) {
    const Said channels = said(layout.channels, is_same_text);
    const Said event_ids = said(layout.event_ids, is_same_number);
    const Said computers = said(layout.computers, is_same_text);
    const std::string_view channel = channels.first;
    const std::uint64_t event_id = number(event_ids.first);
    const bool is_ambiguous = channels.is_contradicted || event_ids.is_contradicted;
    Event event;
    event.shape = scratch_.layouts.shape_of(
        layout, channel, leaf_text(layout.provider),
        event_id > UINT32_MAX ? 0 : static_cast<std::uint32_t>(event_id), is_ambiguous);
    if (event.shape == nullptr) {
      gaps_.add(at, length, GapKind::kLimit,
                "The limit field-names, shapes or shape-fields was reached: this event was not "
                "read.");
      return false;
    }
    event.where = text::locate(block_, at, length);
    event.record_id = number(leaf_text(layout.record_id));
    if (!computers.first.empty()) event.computer = Value::text(computers.first);
    const std::size_t time_leaf = read_time_of(layout, event);
    if (time_leaf == kNoLeaf) note_unreadable_time(layout, at, length);
    if (!layout.is_windows)
      gaps_.add_recurring(
          Recurrence::kNoRules, at, length, [&] { return names_of(layout); },
          GapKind::kUnsupported);
    if (is_ambiguous || computers.is_contradicted || contradicts_time(layout, time_leaf))
      gaps_.add_recurring(Recurrence::kContradiction, at, length,
                          [&] { return contradiction_of(layout, time_leaf); });
    if (time_leaf != layout.sysmon_time) add_clock_sample(layout, channel, event);
    if (event.shape->wanted) event.values = place_leaves(layout, at, length);
    add_limit_gaps(at, length);
    batch_.mutable_events().push_back(event);
    return true;
  }

  // The leaf that held the time; kNoLeaf if none can be read.
  std::size_t read_time_of(const Layout& layout, Event& event) {
    for (const std::size_t leaf : layout.times) {
      const auto parsed = read_time(leaf_text(leaf), scratch_.days);
      if (!parsed) continue;
      event.time = parsed->time;
      event.precision = parsed->precision;
      return leaf;
    }
    return kNoLeaf;
  }

  bool contradicts_time(const Layout& layout, std::size_t time_leaf) {
    if (!layout.repeats_times || time_leaf == kNoLeaf) return false;
    return said(leaves_like(layout, time_leaf), is_same_text).is_contradicted;
  }

  static std::vector<std::size_t> leaves_like(const Layout& layout, std::size_t leaf) {
    std::vector<std::size_t> leaves;
    for (const std::size_t other : layout.times) {
      if (layout.slot_of_leaf[other] == layout.slot_of_leaf[leaf]) leaves.push_back(other);
    }
    return leaves;
  }

  // "EventID is "1", then "4688"": of the first name that is contradicted.
  std::string contradiction_of(const Layout& layout, std::size_t time_leaf) {
    if (said(layout.channels, is_same_text).is_contradicted)
      return values_of(layout, layout.channels);
    if (said(layout.event_ids, is_same_number).is_contradicted)
      return values_of(layout, layout.event_ids);
    if (said(layout.computers, is_same_text).is_contradicted)
      return values_of(layout, layout.computers);
    return values_of(layout, leaves_like(layout, time_leaf));
  }

  std::string values_of(const Layout& layout, const std::vector<std::size_t>& leaves) {
    constexpr std::size_t kShown = 4;
    const std::string& name = layout.names[layout.slot_of_leaf[leaves.front()]];
    std::string text = fmt::format("{} is ", escaped(name));
    for (std::size_t i = 0; i < leaves.size() && i < kShown; ++i) {
      Leaf& leaf = scratch_.walker.leaves()[leaves[i]];
      leaf.resolve(batch_.arena());
      text += fmt::format("{}{}", i == 0 ? "" : ", then ", quoted(leaf.value));
    }
    return text + (leaves.size() > kShown ? ", then others" : "");
  }

  static std::string names_of(const Layout& layout) {
    constexpr std::size_t kShown = 4;
    std::string text = layout.names.empty() ? "there are no fields" : "the fields are ";
    for (std::size_t i = 0; i < layout.names.size() && i < kShown; ++i)
      text += fmt::format("{}{}", i == 0 ? "" : ", ", quoted(Value::text(layout.names[i])));
    return text + (layout.names.size() > kShown ? " and others" : "");
  }

  void note_unreadable_time(const Layout& layout, std::size_t at, std::size_t length) {
    std::vector<Leaf>& leaves = scratch_.walker.leaves();
    for (const std::size_t leaf : layout.times) {
      const Value& value = leaves[leaf].value;
      if (!value.present() || value.type == ValueType::kNull || value.size == 0) continue;
      gaps_.add_recurring(Recurrence::kUnreadableTime, at, length, [&] {
        leaves[leaf].resolve(batch_.arena());
        return fmt::format("{} is {}", escaped(layout.names[layout.slot_of_leaf[leaf]]),
                           quoted(leaves[leaf].value));
      });
      return;
    }
  }

  void add_clock_sample(const Layout& layout, std::string_view channel, const Event& event) {
    if (layout.sysmon_time == kNoLeaf || channel != kSysmonChannel ||
        event.precision == TimePrecision::kUnknown)
      return;
    const auto parsed = read_time(leaf_text(layout.sysmon_time), scratch_.days);
    if (!parsed) return;
    // Times centuries apart, which differ by more than the numbers hold, say nothing of a clock.
    ClockSample sample;
    if (__builtin_sub_overflow(event.time.ns_since_1970, parsed->time.ns_since_1970,
                               &sample.difference_ns))
      return;
    batch_.clock_samples().push_back(sample);
  }

  const Value* place_leaves(const Layout& layout, std::size_t at, std::size_t length) {
    std::vector<Leaf>& leaves = scratch_.walker.leaves();
    // paths_of() reads back what walk() wrote: a path for every leaf.
    assert(leaves.size() == layout.slot_of_leaf.size());
    for (Leaf& leaf : leaves) leaf.resolve(batch_.arena());
    Value* const values = batch_.arena().allocate_values(layout.names.size());
    if (layout.one_to_one) {
      for (std::size_t i = 0; i < leaves.size(); ++i) values[i] = leaves[i].value;
      return values;
    }
    scratch_.values.clear();
    for (const Leaf& leaf : leaves) scratch_.values.push_back(leaf.value);
    if (!text::place_values(layout.slot_of_leaf, scratch_.values, {values, layout.names.size()},
                            limits_.values_per_field, batch_.arena(), scratch_.counts)) {
      gaps_.add(at, length, GapKind::kLimit,
                "A field has more values than the limit values-per-field; the rest was left out.");
    }
    return values;
  }

  void add_limit_gaps(std::size_t at, std::size_t length) {
    if (scratch_.walker.too_deep()) {
      gaps_.add(at, length, GapKind::kLimit,
                "The event is nested deeper than the limit nesting-depth; what is deeper stands as "
                "its JSON text.");
    }
    if (scratch_.walker.too_many_fields()) {
      gaps_.add(
          at, length, GapKind::kLimit,
          "The event has more fields than the limit fields-per-event; the rest was left out.");
    }
    if (scratch_.walker.too_many_values()) {
      gaps_.add(at, length, GapKind::kLimit,
                "An array is longer than the limit values-per-field; the rest was left out.");
    }
  }

  const Block& block_;
  std::string_view text_;
  const JsonContext& context_;
  JsonScratch& scratch_;
  EventBatch& batch_;
  const Limits& limits_;
  text::GapRecorder gaps_;
};

class JsonReader : public Reader {
 public:
  JsonReader(Framing framing, const ReaderOptions& options)
      : framing_(framing), options_(options) {}

  std::string_view type() const override { return "json"; }

  Cut cut(Bytes available, std::uint64_t /*offset_bytes*/, bool at_end) override {
    auto context = std::make_shared<JsonContext>();
    context->begins_in_record = in_record_;
    context->indentation = indentation_;
    context->first_line_indentation = first_line_indentation_;
    const std::string_view text = as_text(available);
    std::size_t size = text.size();
    if (!at_end) {
      size = framing_ == Framing::kLines ? whole_lines(text) : whole_elements(text);
      if (size == 0) {
        if (text.size() < max_pending_bytes() && !in_record_) return {};
        size = cut_inside(text);
        context->ends_in_record = true;
      }
    }
    in_record_ = context->ends_in_record;
    first_line_indentation_ = size > 0 && text[size - 1] != '\n'
                                  ? indentation_at(text, size, first_line_indentation_)
                                  : std::string_view::npos;
    return {size, std::move(context)};
  }

  std::unique_ptr<DecodeScratch> new_scratch() const override {
    return std::make_unique<JsonScratch>(options_);
  }

  void decode(const Block& block, DecodeScratch& scratch, EventBatch& batch) const override {
    // new_scratch() made it.
    JsonDecoder decoder(block, static_cast<JsonScratch&>(scratch), batch, *options_.limits);
    if (framing_ == Framing::kLines) {
      decoder.read_lines();
    } else {
      decoder.read_elements();
    }
  }

  std::size_t max_pending_bytes() const override {
    return static_cast<std::size_t>(options_.limits->record_bytes) + 1;
  }

 private:
  static std::size_t whole_lines(std::string_view text) {
    return text::find_last_line_feed(text) + 1;  // npos + 1 is 0
  }

  // Up to behind the last element that is complete; 0 if there is none.
  std::size_t whole_elements(std::string_view text) {
    std::size_t at = 0;
    if (in_record_) {
      at = find_element_line(text, 0, indentation_);
      if (at == std::string_view::npos) return 0;
    }
    for (;;) {
      const Element element = next_element(text, at, false, first_line_indentation_);
      if (element.state == ElementState::kNone || element.state == ElementState::kIncomplete)
        return at;
      at = element.end;
    }
  }

  // Where to cut a record that is too long: before the last line feed, so that a line that begins
  // with the next record is seen whole.
  std::size_t cut_inside(std::string_view text) {
    if (!in_record_) {
      const Element element = next_element(text, 0, false, first_line_indentation_);
      indentation_ = indentation_at(text, element.begin, first_line_indentation_);
    }
    if (framing_ == Framing::kLines) return text.size();
    const std::size_t feed = text::find_last_line_feed(text);
    return feed == std::string_view::npos || feed == 0 ? text.size() : feed;
  }

  Framing framing_;
  ReaderOptions options_;
  bool in_record_ = false;
  std::size_t indentation_ = 0;
  std::size_t first_line_indentation_ = std::string_view::npos;
};

}  // namespace

bool is_json(Bytes head) {
  std::string_view text = text::without_byte_order_mark(as_text(head));
  const std::size_t begin = text.find_first_not_of(" \t\r\n[");
  if (begin == std::string_view::npos || text[begin] != '{') return false;
  std::string padded(text.substr(begin));
  const std::size_t size = padded.size();
  padded.append(kBlockPadding, ' ');
  const std::string_view object = std::string_view(padded).substr(0, size);
  const Element first = next_element(object, 0, true);
  const std::size_t key = text.find_first_not_of(" \t\r\n", begin + 1);
  if (key == std::string_view::npos || (text[key] != '"' && text[key] != '}')) return false;
  if (first.state != ElementState::kComplete) return first.cut_off;
  Limits limits;
  Arena arena;
  return Walker(limits).walk(object.substr(0, first.end), arena) != WalkResult::kNotJson;
}

bool has_json_line(Bytes head) {
  constexpr std::size_t kLinesLookedAt = 1'000;
  const std::string_view text = as_text(head);
  std::size_t begin = text.find('\n');
  for (std::size_t i = 0; i < kLinesLookedAt && begin != std::string_view::npos; ++i) {
    const std::size_t end = text.find('\n', ++begin);
    const std::string_view line = text.substr(begin, std::min(end, text.size()) - begin);
    const std::size_t last = line.find_last_not_of(" \t\r");
    const bool is_whole =
        line.starts_with('{') && last != std::string_view::npos && line[last] == '}';
    if (is_whole && is_json(as_bytes(line))) return true;
    begin = end;
  }
  return false;
}

std::unique_ptr<Reader> make_json_reader(Bytes head, const ReaderOptions& options) {
  const Framing framing = detect_framing(text::without_byte_order_mark(as_text(head)));
  return std::make_unique<JsonReader>(framing, options);
}

}  // namespace pugmark::json

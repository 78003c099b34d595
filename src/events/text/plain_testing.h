#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/text.h"
#include "events/event.h"
#include "events/reader.h"
#include "events/shape.h"
#include "evidence/gap.h"

// What tests and fuzzers compare: events that own plain strings, as the slow twins of the readers
// make them. Not for the hot path.
namespace pugmark::text {

struct PlainEvent {
  std::uint64_t offset_bytes = 0;
  std::uint64_t length_bytes = 0;
  std::string time;    // as format_time() prints it; "" if the record has none
  std::string source;  // to_string(SourceKind)
  std::string channel;
  std::string provider;
  std::uint32_t event_id = 0;
  bool is_ambiguous = false;
  std::uint64_t record_id = 0;
  std::string computer;
  std::map<std::string, std::string> fields;  // by name; see plain_value()

  friend bool operator==(const PlainEvent&, const PlainEvent&) = default;
};

struct PlainGap {
  std::uint64_t offset_bytes = 0;
  std::uint64_t length_bytes = 0;
  std::string kind;

  friend auto operator<=>(const PlainGap&, const PlainGap&) = default;
};

struct PlainLog {
  std::vector<PlainEvent> events;  // in the order of the item
  std::vector<PlainGap> gaps;      // sorted
  std::uint64_t understood_bytes = 0;
};

inline std::string plain_text(std::string_view text) { return "t:" + std::string(text); }

// "t:text", "n:number", "b:true", "null", "[a|b]": a value with its type, for comparing.
inline std::string plain_value(const Value& value) {
  switch (value.type) {
    case ValueType::kNull:
      return "null";
    case ValueType::kNumberText:
      return "n:" + std::string(value.bytes());
    case ValueType::kBoolText:
      return "b:" + std::string(value.bytes());
    case ValueType::kList: {
      std::string list = "[";
      for (const Value& part : value.list()) list += plain_value(part) + "|";
      return list + "]";
    }
    case ValueType::kAnsi: {
      std::string text;
      append_windows1252(value.bytes(), text);
      return plain_text(text);
    }
    default:
      return plain_text(value.bytes());
  }
}

inline PlainEvent plain_event(const Event& event) {
  PlainEvent plain;
  plain.offset_bytes = event.where.offset_bytes;
  plain.length_bytes = event.where.length_bytes;
  plain.time = format_time(event.time, event.precision);
  plain.source = to_string(event.shape->source);
  plain.channel = event.shape->channel;
  plain.provider = event.shape->provider;
  plain.event_id = event.shape->event_id;
  plain.is_ambiguous = event.shape->is_ambiguous;
  plain.record_id = event.record_id;
  if (event.computer.present()) plain.computer = plain_value(event.computer).substr(2);
  for (std::size_t slot = 0; slot < event.shape->fields.size(); ++slot) {
    const Value value = event.at(slot);
    if (!value.present()) continue;
    plain.fields[std::string(event.shape->names[slot])] = plain_value(value);
  }
  return plain;
}

// Cuts and decodes a whole text as a BlockStream would, showing the reader `step(n)` more bytes at
// its n-th question, so that blocks can be made to end anywhere.
template <class Step, class OnBatch>
void read_in_blocks(Reader& reader, std::string_view item, Step step, OnBatch on_batch) {
  const auto scratch = reader.new_scratch();
  EventBatch batch;
  std::size_t begin = 0;
  std::size_t shown = 0;
  for (std::size_t question = 0; begin < item.size(); ++question) {
    shown = std::min(item.size(), shown + std::max<std::size_t>(step(question), 1));
    // A copy with padding, so that a sanitizer sees every read behind it.
    const std::size_t available = shown - begin;
    const std::unique_ptr<char[]> memory(new char[available + kBlockPadding]);
    std::memcpy(memory.get(), item.data() + begin, available);
    std::memset(memory.get() + available, 0, kBlockPadding);
    const Bytes bytes = as_bytes({memory.get(), available});
    const bool at_end = shown == item.size();
    const Cut cut = reader.cut(bytes, begin, at_end);
    if (at_end && cut.block_bytes != available) {
      std::fprintf(stderr, "broken promise: not everything was cut at the end of the item\n");
      std::abort();
    }
    if (cut.block_bytes == 0) continue;
    batch.clear();
    std::memset(memory.get() + cut.block_bytes, 0, kBlockPadding);
    reader.decode({bytes.first(cut.block_bytes), begin, ItemId{0}, at_end, cut.context}, *scratch,
                  batch);
    on_batch(batch);
    begin += cut.block_bytes;
  }
}

// What is wrong with how the bytes of an item were accounted for; "" if nothing is.
inline std::string_view accounting_fault(const PlainLog& log, std::string_view item) {
  std::uint64_t end = 0;
  for (const PlainEvent& event : log.events) {
    if (event.offset_bytes < end) return "events overlap, or do not stand in order";
    end = event.offset_bytes + event.length_bytes;
    if (end > item.size()) return "an event reaches beyond the item";
  }
  std::uint64_t gaps_bytes = 0;
  for (const PlainGap& gap : log.gaps) {
    if (!contains_range(as_bytes(item), gap.offset_bytes, gap.length_bytes))
      return "a gap reaches beyond the item";
    gaps_bytes += gap.length_bytes;
  }
  if (log.understood_bytes > item.size()) return "more was understood than there is";
  // Ends of lines and padding say nothing that could be lost.
  const auto structure_bytes = static_cast<std::uint64_t>(std::count_if(
      item.begin(), item.end(), [](char c) { return c == '\0' || c == '\r' || c == '\n'; }));
  if (log.understood_bytes + gaps_bytes + structure_bytes < item.size())
    return "bytes were neither understood nor reported as a gap";
  return "";
}

template <class Step>
PlainLog read_plainly(Reader& reader, std::string_view item, Step step) {
  PlainLog log;
  read_in_blocks(reader, item, step, [&](EventBatch& batch) {
    log.understood_bytes += batch.understood_bytes;
    for (const Event& event : batch.events()) log.events.push_back(plain_event(event));
    for (const Gap& gap : batch.gaps()) {
      log.gaps.push_back(
          {gap.where.offset_bytes, gap.where.length_bytes, std::string(to_string(gap.kind))});
    }
  });
  std::sort(log.gaps.begin(), log.gaps.end());
  return log;
}

}  // namespace pugmark::text

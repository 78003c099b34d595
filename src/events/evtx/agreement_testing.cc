#include "events/evtx/agreement_testing.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "events/evtx/evtx_reader.h"
#include "events/evtx/format.h"
#include "events/evtx/program.h"

namespace pugmark::evtx {
namespace {

struct WantNothing : ShapeListener {
  bool wants(const Shape&) override { return false; }
};

ReferenceText owned(const Value& value) {
  return {rendered(value), value.type == ValueType::kNull};
}

DecodedRecord owned(const Event& event) {
  DecodedRecord decoded;
  ReferenceRecord& record = decoded.record;
  decoded.recovered = event.recovered;
  record.offset_bytes = event.where.offset_bytes;
  record.size_bytes = event.where.length_bytes;
  record.record_id = event.record_id;
  record.time = event.time;
  record.precision = event.precision;
  record.channel = event.shape->channel;
  record.provider = event.shape->provider;
  record.event_id = event.shape->event_id;
  record.computer = rendered(event.computer);
  for (std::size_t slot = 0; event.values != nullptr && slot < event.shape->fields.size(); ++slot) {
    const Value& value = event.values[slot];
    ReferenceField field{std::string(event.shape->names[slot]), {},
                         value.is_list()};
    if (value.is_list()) {
      for (const Value& one : value.list()) field.values.push_back(owned(one));
    } else {
      field.values.push_back(owned(value));
    }
    record.fields.push_back(std::move(field));
  }
  return decoded;
}

std::string describe(const ReferenceField* field) {
  if (field == nullptr) return "no such field";
  std::string text = field->is_list ? "list" : "value";
  for (const ReferenceText& one : field->values)
    text += one.is_null ? " null" : fmt::format(" \"{}\"", one.text);
  return text;
}

std::string field_difference(const ReferenceRecord& fast, const ReferenceRecord& slow) {
  std::map<std::string, std::pair<const ReferenceField*, const ReferenceField*>> by_name;
  for (const ReferenceField& field : fast.fields) by_name[field.name].first = &field;
  for (const ReferenceField& field : slow.fields) by_name[field.name].second = &field;
  for (const auto& [name, pair] : by_name) {
    if (pair.first != nullptr && pair.second != nullptr &&
        pair.first->is_list == pair.second->is_list && pair.first->values == pair.second->values)
      continue;
    return fmt::format("field {}: fast has {}, twin has {}", name, describe(pair.first),
                       describe(pair.second));
  }
  return fast.fields.size() == slow.fields.size() ? "" : "a field stands twice";
}

// All records, carved ones as if no chunk stood before theirs: of the item with every second chunk
// blank, first one half and then the other.
std::map<std::uint64_t, DecodedRecord> read_chunks_alone(Bytes item, const Limits& limits) {
  std::map<std::uint64_t, DecodedRecord> records;
  for (const std::size_t half : {0U, 1U}) {
    std::string blanked(as_text(item));
    for (std::size_t at = kFileHeaderBytes + half * kChunkBytes; at < blanked.size();
         at += 2 * kChunkBytes) {
      const std::size_t size = std::min(kChunkBytes, blanked.size() - at);
      std::fill_n(blanked.begin() + static_cast<std::ptrdiff_t>(at), size, '\0');
    }
    for (DecodedRecord& decoded : decode_whole(as_bytes(blanked), limits, {true}).records)
      records.emplace(decoded.record.offset_bytes, std::move(decoded));
  }
  return records;
}

}  // namespace

std::string record_difference(const ReferenceRecord& fast, const ReferenceRecord& slow) {
  if (fast.offset_bytes != slow.offset_bytes || fast.size_bytes != slow.size_bytes)
    return fmt::format("fast has a record at {}, twin at {}", fast.offset_bytes,
                       slow.offset_bytes);
  const auto differ = [&](const auto& a, const auto& b, const char* what) {
    return a == b ? std::string() : fmt::format("{}: fast has {}, twin has {}", what, a, b);
  };
  for (const std::string& difference :
       {differ(fast.record_id, slow.record_id, "record id"),
        differ(fast.time.ns_since_1970, slow.time.ns_since_1970, "time"),
        differ(fast.channel, slow.channel, "channel"),
        differ(fast.provider, slow.provider, "provider"),
        differ(fast.computer, slow.computer, "computer"),
        differ(fast.event_id, slow.event_id, "event id"), field_difference(fast, slow)}) {
    if (!difference.empty())
      return fmt::format("record at {}: {}", fast.offset_bytes, difference);
  }
  return fast.precision == slow.precision ? "" : "precision of the time";
}

DecodedLog decode_whole(Bytes item, const Limits& limits, const DecodeChoices& choices) {
  DecodedLog log;
  WantNothing want_nothing;
  ShapeTable shapes(limits, choices.wanted ? nullptr : &want_nothing);
  const auto reader = make_evtx_reader({&limits, &shapes, choices.carve});
  const auto scratch = reader->new_scratch();
  EventBatch batch;
  std::size_t at = 0;
  std::size_t shown = choices.shown_bytes == 0 ? item.size() : choices.shown_bytes;
  while (at < item.size()) {
    const bool at_end = shown >= item.size() - at;
    const Cut cut = reader->cut(item.subspan(at, at_end ? item.size() - at : shown), at, at_end);
    if (cut.block_bytes == 0) {
      shown += 1 + shown / 2;
      continue;
    }
    const Block block{item.subspan(at, cut.block_bytes), at, ItemId{7},
                      at + cut.block_bytes == item.size(), cut.context};
    batch.clear();
    reader->decode(block, *scratch, batch);
    for (const Event& event : batch.events()) log.records.push_back(owned(event));
    log.gaps.insert(log.gaps.end(), batch.gaps().begin(), batch.gaps().end());
    for (RecurringGap& gap : batch.recurring_gaps())
      join_recurring(std::move(gap), log.recurring_gaps);
    log.understood_bytes += batch.understood_bytes;
    log.copies_count += batch.copies_count;
    at += cut.block_bytes;
  }
  return log;
}

std::string first_copy_difference(Bytes item, const Limits& limits, std::size_t shown_bytes) {
  const DecodedLog fast = decode_whole(item, limits, {true, true, shown_bytes});
  const auto slow = read_chunks_alone(item, limits);
  std::size_t index = 0;
  std::uint64_t copies_count = 0;
  for (const auto& [offset, decoded] : slow) {
    const std::size_t size = decoded.record.size_bytes;
    const auto bytes_at = [&](std::uint64_t at) { return as_text(item.subspan(at, size)); };
    if (decoded.recovered && offset >= kChunkBytes && slow.contains(offset - kChunkBytes) &&
        bytes_at(offset) == bytes_at(offset - kChunkBytes)) {
      ++copies_count;
      continue;
    }
    if (index == fast.records.size() || fast.records[index].record.offset_bytes != offset)
      return fmt::format("the record at {} is no copy, but was left out", offset);
    const DecodedRecord& read = fast.records[index++];
    if (read.recovered != decoded.recovered)
      return fmt::format("the record at {} differs in being recovered", offset);
    const std::string difference = record_difference(read.record, decoded.record);
    if (!difference.empty()) return difference;
  }
  if (index != fast.records.size())
    return fmt::format("the record at {} is a copy", fast.records[index].record.offset_bytes);
  return fast.copies_count == copies_count
             ? ""
             : fmt::format("{} copies, counted as {}", copies_count, fast.copies_count);
}

std::string first_difference(Bytes item, const Limits& limits) {
  const DecodedLog fast = decode_whole(item, limits);
  // Of the limits the twin knows one.
  const auto too_deep = [](const Gap& gap) {
    return gap.what.find(kElementsTooDeep.what()) != std::string::npos ||
           gap.what.find(kBinXmlTooDeep.what()) != std::string::npos;
  };
  const bool limited = std::ranges::any_of(fast.gaps, [&](const Gap& gap) {
    return gap.kind == GapKind::kLimit && !too_deep(gap);
  });
  if (limited) return "";
  const ReferenceLog slow = read_reference(item, limits);
  for (std::size_t i = 0; i < std::min(fast.records.size(), slow.records.size()); ++i) {
    const std::string difference = record_difference(fast.records[i].record, slow.records[i]);
    if (!difference.empty()) return difference;
  }
  if (fast.records.size() != slow.records.size())
    return fmt::format("fast has {} records, twin has {}", fast.records.size(),
                       slow.records.size());
  for (const std::uint64_t offset : slow.unreadable_offsets) {
    const bool recorded = std::ranges::any_of(
        fast.gaps, [&](const Gap& gap) { return gap.where.offset_bytes == offset; });
    if (!recorded) return fmt::format("the unreadable record at {} is no gap", offset);
  }
  return "";
}

}  // namespace pugmark::evtx

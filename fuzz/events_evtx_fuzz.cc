// The event log decoder alone: whatever the bytes, no crash, no leak, no read outside, no limit
// overrun. The first byte of the input chooses how the rest is read.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "events/evtx/agreement_testing.h"
#include "events/evtx/format.h"
#include "events/evtx/log_writer_testing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pugmark;
  if (size == 0 || size > 4 * evtx::kChunkBytes) return 0;
  const unsigned choice = data[0];
  // libFuzzer gives unsigned char; std::byte may be viewed as it.
  std::string item(as_text({reinterpret_cast<const std::byte*>(data) + 1, size - 1}));
  // Bare chunks, or behind a file header; checksums as they are, or made right.
  if ((choice & 1U) != 0) item.insert(0, evtx::testing::LogWriter().finish());
  if ((choice & 2U) != 0) evtx::testing::fix_checksums(item);
  Limits limits;
  if ((choice & 4U) != 0) {
    limits.nesting_depth = 3;
    limits.fields_per_event = 4;
    limits.values_per_field = 2;
    limits.shapes = 2;
    limits.field_names = 8;
  }
  evtx::DecodeChoices choices;
  choices.carve = (choice & 8U) != 0;
  choices.wanted = (choice & 16U) == 0;
  choices.shown_bytes = (choice & 32U) != 0 ? 5'000 : 0;
  // With a file header, and limits that let everything through: which records are copies.
  if ((choice & 13U) == 9) {
    const std::string difference =
        evtx::first_copy_difference(as_bytes(item), limits, choices.shown_bytes);
    if (!difference.empty()) {
      std::fprintf(stderr, "%s\n", difference.c_str());
      std::abort();
    }
  }
  const evtx::DecodedLog log = evtx::decode_whole(as_bytes(item), limits, choices);
  if (log.understood_bytes > item.size()) std::abort();
  for (const evtx::DecodedRecord& decoded : log.records) {
    const evtx::ReferenceRecord& record = decoded.record;
    if (!contains_range(as_bytes(item), record.offset_bytes, record.size_bytes)) std::abort();
    if (record.fields.size() > limits.fields_per_event) std::abort();
    for (const evtx::ReferenceField& field : record.fields) {
      if (field.values.size() > limits.values_per_field) std::abort();
    }
  }
  for (const Gap& gap : log.gaps) {
    if (!contains_range(as_bytes(item), gap.where.offset_bytes, gap.where.length_bytes))
      std::abort();
  }
  return 0;
}

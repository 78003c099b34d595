// What happens to logs that are damaged, cut off, copied while in use, or forged.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "events/evtx/agreement_testing.h"
#include "events/evtx/evtx_reader.h"
#include "events/evtx/format.h"
#include "events/evtx/log_writer_testing.h"

namespace pugmark::evtx {
namespace {

using namespace testing;  // NOLINT: the writer, used on every line

constexpr std::size_t kFirstRecord = kFileHeaderBytes + kChunkHeaderBytes;

std::string sample(std::size_t count, std::size_t padding = 0, bool dirty = false) {
  LogWriter writer;
  const auto definition = event_data_template({"Text", "Filler"});
  for (std::size_t i = 0; i < count; ++i) {
    SystemValues system;
    system.record_id = 1 + i;
    Fragment event_data{definition,
                        {string_value("value " + std::to_string(i)),
                         string_value(std::string(padding, 'x'))},
                        std::nullopt};
    EXPECT_TRUE(writer.add(1, make_event(system, binxml_value(event_data))));
  }
  return writer.finish(dirty);
}

// Decodes, after checking that the twin sees the same.
DecodedLog decode(const std::string& file, const DecodeChoices& choices = {},
                  const Limits& limits = {}) {
  // A copy of exactly this size: reading behind it is seen by the address sanitizer.
  const std::vector<char> exact(file.begin(), file.end());
  const Bytes item = as_bytes({exact.data(), exact.size()});
  EXPECT_EQ(first_difference(item, limits), "");
  return decode_whole(item, limits, choices);
}

std::vector<std::uint64_t> ids_of(const DecodedLog& log) {
  std::vector<std::uint64_t> ids;
  for (const DecodedRecord& decoded : log.records) ids.push_back(decoded.record.record_id);
  return ids;
}

template <class T>
void store(std::string& file, std::size_t at, T number) {
  std::memcpy(file.data() + at, &number, sizeof number);
}

// Where the records of a sound file of one chunk begin.
std::vector<std::size_t> record_offsets(const std::string& file) {
  std::vector<std::size_t> offsets;
  for (const DecodedRecord& decoded : decode(file).records)
    offsets.push_back(decoded.record.offset_bytes);
  return offsets;
}

TEST(EvtxDamage, TruncationAtEvery512thByteLosesOnlyWhatIsCut) {
  const std::string file = sample(150, 400);
  const DecodedLog whole = decode(file);
  ASSERT_GT(file.size(), 2 * kChunkBytes);
  for (std::size_t size = 0; size < file.size(); size += 512) {
    const DecodedLog log = decode(file.substr(0, size));
    const auto before = std::ranges::count_if(whole.records, [&](const DecodedRecord& decoded) {
      return decoded.record.offset_bytes + decoded.record.size_bytes <= size;
    });
    ASSERT_EQ(static_cast<std::int64_t>(log.records.size()), before) << size;
    for (std::size_t i = 0; i < log.records.size(); ++i)
      ASSERT_EQ(log.records[i].record.record_id, whole.records[i].record.record_id) << size;
    if (size == 0) continue;
    ASSERT_FALSE(log.gaps.empty()) << size;
    std::uint64_t covered = log.understood_bytes;
    for (const Gap& gap : log.gaps) {
      EXPECT_EQ(gap.kind, GapKind::kTruncated) << gap.what;
      EXPECT_LE(gap.where.offset_bytes + gap.where.length_bytes, size);
      covered += gap.where.length_bytes;
    }
    EXPECT_LE(covered, size);
  }
}

TEST(EvtxDamage, AWrongFileHeaderIsAGapAndNotTheEnd) {
  for (const std::size_t at : {std::size_t{0}, std::size_t{42}}) {
    std::string file = sample(3);
    file[at] = static_cast<char>(file[at] ^ 0x55);
    ASSERT_TRUE(is_evtx(as_bytes(file)));
    const DecodedLog log = decode(file);
    EXPECT_EQ(log.records.size(), 3U);
    ASSERT_EQ(log.gaps.size(), 1U);
    EXPECT_EQ(log.gaps[0].where, (Locator{0, ItemId{7}, 128}));
    EXPECT_EQ(log.gaps[0].kind, GapKind::kDamaged);
  }
}

TEST(EvtxDamage, BareChunksAreReadAndDirtyFilesToTheirEnd) {
  const std::string file = sample(300, 400, true);
  EXPECT_EQ(decode(file).records.size(), 300U);
  EXPECT_TRUE(decode(file).gaps.empty());
  EXPECT_EQ(decode(file.substr(kFileHeaderBytes)).records.size(), 300U);
}

TEST(EvtxDamage, WrongChecksumsAreGapsAndTheRecordsAreStillRead) {
  std::string file = sample(4);
  file[kFileHeaderBytes + 200] = static_cast<char>(file[kFileHeaderBytes + 200] ^ 1);
  DecodedLog log = decode(file);
  EXPECT_EQ(log.records.size(), 4U);
  ASSERT_EQ(log.gaps.size(), 1U);
  EXPECT_EQ(log.gaps[0].where, (Locator{kFileHeaderBytes, ItemId{7}, 512}));
  EXPECT_NE(log.gaps[0].what.find("checksum"), std::string::npos);

  file = sample(4);
  const std::size_t filetime_at = kFirstRecord + 16;
  file[filetime_at] = static_cast<char>(file[filetime_at] ^ 1);
  log = decode(file);
  EXPECT_EQ(log.records.size(), 4U);
  ASSERT_EQ(log.gaps.size(), 1U);
  EXPECT_EQ(log.gaps[0].where, (Locator{kFirstRecord, ItemId{7}, 0}));
  EXPECT_NE(log.gaps[0].what.find("checksum"), std::string::npos);
}

TEST(EvtxDamage, ImpossibleRecordSizesCostOnlyTheirRecord) {
  for (const std::uint32_t size : {0U, 1U, 27U, 65536U, 0x7FFFFFFFU, UINT32_MAX}) {
    std::string file = sample(5);
    const std::vector<std::size_t> offsets = record_offsets(file);
    store(file, offsets[2] + 4, size);
    fix_checksums(file);
    const DecodedLog log = decode(file);
    EXPECT_EQ(ids_of(log), (std::vector<std::uint64_t>{1, 2, 4, 5})) << size;
    ASSERT_EQ(log.gaps.size(), 1U) << size;
    EXPECT_EQ(log.gaps[0].where,
              (Locator{offsets[2], ItemId{7},
                       static_cast<std::uint32_t>(offsets[3] - offsets[2])}));
  }
}

TEST(EvtxDamage, ARecordThatRunsOutOfTheChunkIsAGap) {
  std::string file = sample(3);
  const std::size_t last = record_offsets(file).back();
  store(file, last + 4, static_cast<std::uint32_t>(kFileHeaderBytes + kChunkBytes - last + 8));
  fix_checksums(file);
  const DecodedLog log = decode(file);
  EXPECT_EQ(ids_of(log), (std::vector<std::uint64_t>{1, 2}));
  ASSERT_EQ(log.gaps.size(), 1U);
  EXPECT_EQ(log.gaps[0].where.offset_bytes, last);
}

TEST(EvtxDamage, AWrongSecondSizeCostsNothing) {
  std::string file = sample(3);
  const std::vector<std::size_t> offsets = record_offsets(file);
  store(file, offsets[1] - 4, std::uint32_t{1});
  fix_checksums(file);
  const DecodedLog log = decode(file);
  EXPECT_EQ(log.records.size(), 3U);
  ASSERT_EQ(log.gaps.size(), 1U);
  EXPECT_EQ(log.gaps[0].where, (Locator{offsets[1] - 4, ItemId{7}, 4}));
}

TEST(EvtxDamage, UnreadableBinXmlIsAGapOfExactlyItsRecord) {
  std::string file = sample(4);
  const std::vector<std::size_t> offsets = record_offsets(file);
  file[offsets[2] + kRecordHeaderBytes + 4] = '\x7E';  // no token
  fix_checksums(file);
  const DecodedLog log = decode(file);
  EXPECT_EQ(ids_of(log), (std::vector<std::uint64_t>{1, 2, 4}));
  ASSERT_EQ(log.gaps.size(), 1U);
  EXPECT_EQ(log.gaps[0].where,
            (Locator{offsets[2], ItemId{7}, static_cast<std::uint32_t>(offsets[3] - offsets[2])}));
  EXPECT_NE(log.gaps[0].what.find("Record 3"), std::string::npos) << log.gaps[0].what;
}

TEST(EvtxDamage, ADamagedChunkDoesNotHideTheNextOne) {
  std::string file = sample(300, 400);
  const std::size_t all = decode(file).records.size();
  // The signature alone: the records are still found.
  file[kFileHeaderBytes] = 'X';
  DecodedLog log = decode(file);
  EXPECT_EQ(log.records.size(), all);
  ASSERT_FALSE(log.gaps.empty());
  EXPECT_EQ(log.gaps.back().where, (Locator{kFileHeaderBytes, ItemId{7}, 512}));
  // Everything in it: one gap, and the rest is read.
  std::fill_n(file.begin() + kFileHeaderBytes, kChunkBytes, '\x99');
  log = decode(file);
  EXPECT_GT(log.records.size(), 0U);
  EXPECT_LT(log.records.size(), all);
  ASSERT_EQ(log.gaps.size(), 1U);
  EXPECT_EQ(log.gaps[0].where, (Locator{kFileHeaderBytes, ItemId{7}, kChunkBytes}));
}

TEST(EvtxDamage, UnusedChunksAreNotGaps) {
  std::string file = sample(2);
  file += std::string(2 * kChunkBytes, '\0') + std::string(kChunkBytes, '\x5A');
  const DecodedLog log = decode(file);
  EXPECT_EQ(log.records.size(), 2U);
  EXPECT_TRUE(log.gaps.empty());
  EXPECT_LT(log.understood_bytes, kFileHeaderBytes + kChunkBytes);
}

TEST(EvtxDamage, RecordsTheHeaderDoesNotKnowYetAreRead) {
  std::string file = sample(5);
  const std::vector<std::size_t> offsets = record_offsets(file);
  store(file, kFileHeaderBytes + 48, static_cast<std::uint32_t>(offsets[3] - kFileHeaderBytes));
  fix_checksums(file);
  EXPECT_EQ(ids_of(decode(file)), (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
  // But not if their numbers do not go on: those are left from an earlier life of the chunk.
  store(file, offsets[3] + 8, std::uint64_t{2});
  EXPECT_EQ(ids_of(decode(file)), (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST(EvtxDamage, CarvingFindsWhatIsNoLongerPartOfTheLog) {
  std::string file = sample(5);
  const std::vector<std::size_t> offsets = record_offsets(file);
  store(file, kFileHeaderBytes + 48, static_cast<std::uint32_t>(offsets[3] - kFileHeaderBytes));
  store(file, offsets[3] + 8, std::uint64_t{2});
  fix_checksums(file);
  const DecodedLog log = decode(file, {true, true, 0});
  EXPECT_EQ(ids_of(log), (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
  EXPECT_FALSE(log.records[2].recovered);
  EXPECT_TRUE(log.records[3].recovered);
  EXPECT_TRUE(log.records[4].recovered);
  EXPECT_TRUE(log.gaps.empty());

  // A chunk whose beginning was wiped and that the file header no longer counts.
  file = sample(5);
  std::string old_chunk = file.substr(kFileHeaderBytes);
  std::fill_n(old_chunk.begin(), kChunkHeaderBytes, '\0');
  const auto offset_of = [](std::size_t at) { return at - kFileHeaderBytes; };
  for (const std::size_t at : record_offsets(file)) old_chunk[offset_of(at) + 16] = '\x09';  // time
  file += old_chunk;
  EXPECT_EQ(decode(file).records.size(), 5U);
  EXPECT_EQ(decode(file, {true, true, 0}).records.size(), 10U);
  EXPECT_TRUE(decode(file, {true, true, 0}).records.back().recovered);
}

TEST(EvtxDamage, OffsetsThatPointAnywhereEndNowhere) {
  const std::string good = sample(2);
  const std::vector<std::size_t> offsets = record_offsets(good);
  // The definition offset of the second record's template instance.
  const std::size_t definition_at = offsets[1] + kRecordHeaderBytes + 4 + 6;
  for (const std::uint32_t offset :
       {0U, 1U, 511U, 65535U, 65536U, 0x7FFFFFFFU, UINT32_MAX,
        static_cast<std::uint32_t>(definition_at - kFileHeaderBytes),
        static_cast<std::uint32_t>(offsets[1] - kFileHeaderBytes)}) {
    std::string file = good;
    store(file, definition_at, offset);
    fix_checksums(file);
    EXPECT_EQ(decode(file).records.size() + decode(file).gaps.size(), 2U) << offset;
  }
  // Every four bytes of the first record as an offset, size or count that is extreme or loops.
  for (const std::uint32_t number :
       {0U, UINT32_MAX, static_cast<std::uint32_t>(offsets[0] - kFileHeaderBytes + 38)}) {
    for (std::size_t at = offsets[0]; at < offsets[1]; ++at) {
      std::string file = good;
      store(file, at, number);
      decode(file);
    }
  }
}

TEST(EvtxDamage, ReachedLimitsAreGapsAndTheEventIsDelivered) {
  LogWriter writer;
  Element many{"EventData", {}, {}};
  for (int i = 0; i < 40; ++i)
    many.content.push_back(
        child({"Data", {{"Name", {text("n" + std::to_string(i))}}}, {text("v")}}));
  writer.add(1, make_event({}, binxml_value({nullptr, {}, many})));
  const std::string file = writer.finish();
  const auto with = [&](auto change, const std::string& name) {
    Limits limits;
    change(limits);
    const DecodedLog log = decode_whole(as_bytes(file), limits);
    EXPECT_EQ(log.records.size(), 1U) << name;
    ASSERT_EQ(log.gaps.size(), 1U) << name;
    EXPECT_EQ(log.gaps[0].kind, GapKind::kLimit) << name;
    EXPECT_NE(log.gaps[0].what.find(name), std::string::npos) << log.gaps[0].what;
  };
  with([](Limits& limits) { limits.fields_per_event = 25; }, "fields-per-event");
  with([](Limits& limits) { limits.field_names = 30; }, "field-names");
  with([](Limits& limits) { limits.shapes = 0; }, "shapes");
}

TEST(EvtxDamage, EventsOfKindsBeyondTheLimitKeepTheirFields) {
  Limits limits;
  limits.shapes = 0;
  const DecodedLog log = decode_whole(as_bytes(sample(3)), limits);
  ASSERT_EQ(log.records.size(), 3U);
  EXPECT_EQ(log.records[2].record.fields.size(), 20U);
  EXPECT_EQ(log.records[2].record.channel, "Example/Operational");
}

TEST(EvtxDamage, ElementsBeyondTheNestingLimitAreOneGap) {
  Element deep{"Leaf", {}, {text("v")}};
  for (int i = 0; i < 70; ++i) deep = Element{"E", {}, {child(deep)}};
  LogWriter writer;
  const Element user_data{"UserData", {}, {child(deep)}};
  writer.add(1, make_event({}, binxml_value({nullptr, {}, user_data})));
  writer.add(1, make_event({}, null_value()));
  const DecodedLog log = decode(writer.finish());
  EXPECT_EQ(log.records.size(), 1U);
  ASSERT_EQ(log.gaps.size(), 1U);
  EXPECT_EQ(log.gaps[0].kind, GapKind::kLimit);
  EXPECT_NE(log.gaps[0].what.find("nesting-depth"), std::string::npos);
}

TEST(EvtxDamage, ListsStopAtTheLimitOfValues) {
  LogWriter writer;
  const std::vector<std::string> strings(20, "s");
  auto definition = std::make_shared<Template>();
  definition->root = {"EventData", {}, {child({"Data", {}, {value(0, 0x81)}})}};
  writer.add(1, make_event({}, binxml_value({definition, {string_array(strings)}, std::nullopt})));
  Limits limits;
  limits.values_per_field = 7;
  const DecodedLog log = decode_whole(as_bytes(writer.finish()), limits);
  ASSERT_EQ(log.records.size(), 1U);
  for (const ReferenceField& field : log.records[0].record.fields) {
    if (field.name == "Data") {
      EXPECT_EQ(field.values.size(), 7U);
    }
  }
  ASSERT_EQ(log.gaps.size(), 1U);
  EXPECT_NE(log.gaps[0].what.find("values-per-field"), std::string::npos);
}

TEST(EvtxDamage, AChunkThatReusesATemplateIdentifierCannotHideAField) {
  // Two chunks, one GUID, two definitions: each record follows its own chunk's definition.
  LogWriter writer;
  for (const char* name : {"Shown", "Other"}) {
    auto definition = std::make_shared<Template>(*event_data_template({name}));
    definition->guid = {1, 2, 3, 4};
    writer.add(1, make_event({}, binxml_value({definition, {string_value("v")}, std::nullopt})));
    writer.end_chunk();
  }
  const DecodedLog log = decode(writer.finish());
  ASSERT_EQ(log.records.size(), 2U);
  EXPECT_EQ(log.records[0].record.fields.back().name, "Shown");
  EXPECT_EQ(log.records[1].record.fields.back().name, "Other");
}

// A log of two chunks, the second written over a copy of the first, as Windows does: one record
// there, and behind it what the first chunk holds.
std::string sample_with_copies() {
  LogWriter writer;
  const auto definition = event_data_template({"Text"});
  for (std::uint64_t id = 1; id <= 5; ++id) {
    SystemValues system;
    system.record_id = id;
    Fragment event_data{definition, {string_value("value " + std::to_string(id))}, std::nullopt};
    EXPECT_TRUE(writer.add(1, make_event(system, binxml_value(event_data))));
    if (id == 4) writer.end_chunk();
  }
  std::string file = writer.finish();
  const std::size_t second = kFileHeaderBytes + kChunkBytes;
  const auto end = load_le<std::uint32_t>(as_bytes(file).data() + second + 48);
  file.replace(second + end, kChunkBytes - end, file, kFileHeaderBytes + end, kChunkBytes - end);
  return file;
}

TEST(EvtxDamage, CopiesOfTheChunkBeforeAreNoEventsOfTheirOwn) {
  const std::string file = sample_with_copies();
  for (const std::size_t shown_bytes : {std::size_t{0}, kChunkBytes}) {
    const DecodedLog log = decode(file, {true, true, shown_bytes});
    EXPECT_EQ(ids_of(log), (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
    EXPECT_EQ(log.copies_count, 3U);
    EXPECT_EQ(first_copy_difference(as_bytes(file), Limits{}, shown_bytes), "");
  }
  EXPECT_EQ(decode(file).copies_count, 0U);  // nothing was looked for
}

TEST(EvtxDamage, WhatDiffersFromTheChunkBeforeIsNoCopy) {
  std::string file = sample_with_copies();
  const std::size_t text = file.rfind('3');  // of "value 3", in the second chunk
  ASSERT_GT(text, kFileHeaderBytes + kChunkBytes);
  file[text] = '7';
  for (const std::size_t shown_bytes : {std::size_t{0}, kChunkBytes}) {
    const DecodedLog log = decode(file, {true, true, shown_bytes});
    EXPECT_EQ(ids_of(log), (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 3}));
    EXPECT_TRUE(log.records.back().recovered);
    EXPECT_EQ(log.copies_count, 2U);
  }
}

TEST(EvtxDamage, ACopyStandsForARecordThatCannotBeReadItself) {
  std::string file = sample_with_copies();
  const std::size_t first = kFirstRecord + kRecordHeaderBytes;
  ASSERT_EQ(file[first], '\x0F');
  // The definitions of the first chunk stand in its first record; those of the second are whole.
  const std::size_t definition = file.find(std::string("\x0F\x01\x01\x00", 4), first + 1);
  file[definition + 4] = '\x7F';
  fix_checksums(file);
  for (const std::size_t shown_bytes : {std::size_t{0}, kChunkBytes}) {
    const DecodedLog log = decode(file, {true, true, shown_bytes});
    EXPECT_EQ(ids_of(log), (std::vector<std::uint64_t>{5, 2, 3, 4}));
    EXPECT_EQ(log.gaps.size(), 4U);
    EXPECT_EQ(log.copies_count, 0U);
  }
}

TEST(EvtxDamage, TheComparisonNoticesADifference) {
  // The agreement tests prove nothing if the comparison cannot fail: a limit the twin does not
  // have makes the two differ.
  Limits limits;
  limits.nesting_depth = 64;
  const std::string file = sample(2);
  const ReferenceLog slow = read_reference(as_bytes(file), limits);
  DecodedLog fast = decode_whole(as_bytes(file), limits);
  ASSERT_EQ(slow.records.size(), 2U);
  ASSERT_EQ(fast.records.size(), 2U);
  EXPECT_EQ(record_difference(fast.records[1].record, slow.records[1]), "");
  fast.records[1].record.fields.back().values.front().text += "!";
  EXPECT_NE(record_difference(fast.records[1].record, slow.records[1]), "");
  EXPECT_NE(record_difference(fast.records[0].record, slow.records[1]), "");
}

}  // namespace
}  // namespace pugmark::evtx

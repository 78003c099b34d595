#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "events/evtx/agreement_testing.h"
#include "events/evtx/evtx_reader.h"
#include "events/evtx/format.h"
#include "events/evtx/plan.h"
#include "events/evtx/log_writer_testing.h"

namespace pugmark::evtx {
namespace {

using namespace testing;  // NOLINT: the writer, used on every line

const Limits kLimits;

DecodedLog decode(const std::string& file, const DecodeChoices& choices = {}) {
  return decode_whole(as_bytes(file), kLimits, choices);
}

// The fields of a record, lists as their texts joined by '|', null as "(null)".
std::map<std::string, std::string> fields_of(const ReferenceRecord& record) {
  std::map<std::string, std::string> fields;
  for (const ReferenceField& field : record.fields) {
    std::string text = field.is_list ? "[" : "";
    for (std::size_t i = 0; i < field.values.size(); ++i)
      text += (i == 0 ? "" : "|") +
              (field.values[i].is_null ? std::string("(null)") : field.values[i].text);
    fields[field.name] = text + (field.is_list ? "]" : "");
  }
  return fields;
}

// One event with this EventData, decoded, with the twin's agreement checked.
std::map<std::string, std::string> fields_with(TypedValue event_data) {
  LogWriter writer;
  EXPECT_TRUE(writer.add(1, make_event({}, std::move(event_data))));
  const std::string file = writer.finish();
  EXPECT_EQ(first_difference(as_bytes(file), kLimits), "");
  const DecodedLog log = decode(file);
  EXPECT_EQ(log.gaps.size(), 0U);
  EXPECT_EQ(log.records.size(), 1U);
  return log.records.empty() ? std::map<std::string, std::string>{}
                             : fields_of(log.records.front().record);
}

TypedValue with_template(Element root, std::vector<TypedValue> values) {
  auto definition = std::make_shared<Template>();
  definition->root = std::move(root);
  return binxml_value({definition, std::move(values), std::nullopt});
}

TypedValue without_template(Element root) { return binxml_value({nullptr, {}, std::move(root)}); }

Element element(std::string name, std::vector<Attribute> attributes = {},
                std::vector<Piece> content = {}) {
  return {std::move(name), std::move(attributes), std::move(content)};
}

Piece data(std::string name, Piece content) {
  return child(element("Data", {{"Name", {text(name)}}}, {std::move(content)}));
}

// A log of `count` events in one chunk or more; the n-th has the text "value n".
std::string sample(std::size_t count, std::size_t padding = 0, bool dirty = false) {
  LogWriter writer(100);
  const auto definition = event_data_template({"Text", "Filler"});
  for (std::size_t i = 0; i < count; ++i) {
    SystemValues system;
    system.record_id = 100 + i;
    Fragment event_data{definition,
                        {string_value("value " + std::to_string(i)),
                         string_value(std::string(padding, 'x'))},
                        std::nullopt};
    EXPECT_TRUE(writer.add(132'600'000'000'000'000 + i, make_event(system,
                                                           binxml_value(event_data))));
  }
  return writer.finish(dirty);
}

TEST(Evtx, SystemValuesBecomeFieldsAndTheEvent) {
  const std::string file = sample(1);
  const DecodedLog log = decode(file);
  ASSERT_EQ(log.records.size(), 1U);
  const ReferenceRecord& record = log.records[0].record;
  EXPECT_EQ(record.offset_bytes, kFileHeaderBytes + kChunkHeaderBytes);
  EXPECT_EQ(record.record_id, 100U);
  EXPECT_EQ(record.channel, "Example/Operational");
  EXPECT_EQ(record.provider, "Example-Provider");
  EXPECT_EQ(record.computer, "server.example.org");
  EXPECT_EQ(record.event_id, 1U);
  EXPECT_EQ(format_time(record.time, record.precision), "2021-03-12T05:20:00.0000000Z");
  const std::map<std::string, std::string> expected = {
      {"Provider_Name", "Example-Provider"},
      {"Provider_Guid", "(null)"},
      {"EventID", "1"},
      {"EventID_Qualifiers", "(null)"},
      {"Version", "1"},
      {"Level", "4"},
      {"Task", "0"},
      {"Opcode", "0"},
      {"Keywords", "0x8000000000000000"},
      {"TimeCreated_SystemTime", "2021-03-12T05:20:00.0000000Z"},
      {"EventRecordID", "100"},
      {"Correlation_ActivityID", "(null)"},
      {"Correlation_RelatedActivityID", "(null)"},
      {"Execution_ProcessID", "4"},
      {"Execution_ThreadID", "8"},
      {"Channel", "Example/Operational"},
      {"Computer", "server.example.org"},
      {"Security_UserID", "S-1-5-18"},
      {"Text", "value 0"},
      {"Filler", ""}};
  EXPECT_EQ(fields_of(record), expected);
}

TEST(Evtx, EveryValueTypeIsRead) {
  const std::vector<std::pair<TypedValue, std::string>> cases = {
      {null_value(), "(null)"},
      {string_value("text \xc3\xa9 "), "text \xc3\xa9 "},
      {raw_value(0x01, std::string_view("a\0b\0\0\0\0\0", 8)), "ab"},
      {raw_value(0x02, std::string_view("ansi\0", 5)), "ansi"},
      {number_value(0x03, std::int8_t{-1}), "-1"},
      {number_value(0x04, std::uint8_t{200}), "200"},
      {number_value(0x05, std::int16_t{-300}), "-300"},
      {number_value(0x06, std::uint16_t{60000}), "60000"},
      {number_value(0x07, -70000), "-70000"},
      {number_value(0x08, 3'000'000'000U), "3000000000"},
      {number_value(0x09, std::int64_t{-5'000'000'000}), "-5000000000"},
      {number_value(0x0A, UINT64_MAX), "18446744073709551615"},
      {number_value(0x0B, 0.5F), "0.5"},
      {number_value(0x0C, 1e100), "1e+100"},
      {number_value(0x0D, 1U), "true"},
      {raw_value(0x0E, "\x0a\xff"), "0AFF"},
      {raw_value(0x0F, std::string(16, '\x11')), "{11111111-1111-1111-1111-111111111111}"},
      {number_value(0x10, 0x20U), "0x20"},
      {number_value(0x10, std::uint64_t{0x20}), "0x20"},
      {number_value(0x11, std::uint64_t{0}), "1601-01-01T00:00:00.0000000Z"},
      {raw_value(0x12, std::string_view("\xe5\7\3\0\0\0\16\0\6\0\50\0\12\0\305\3", 16)),
       "2021-03-14T06:40:10.9650000Z"},
      {raw_value(0x13, std::string_view("\1\1\0\0\0\0\0\5\22\0\0\0", 12)), "S-1-5-18"},
      {number_value(0x14, 0x3E7U), "0x3e7"},
      {number_value(0x15, std::uint64_t{0xFFFFFFFFFF}), "0xffffffffff"},
      // Sizes that do not fit, and types nobody knows, are shown as bytes.
      {raw_value(0x08, "\1\2\3"), "010203"},
      {raw_value(0x0D, "\1"), "01"},
      {raw_value(0x00, "\1"), "01"},
      {raw_value(0x20, "\xEE"), "EE"},
      {raw_value(0x08, ""), "(null)"},
      // Arrays.
      {string_array({"one", "", "three"}), "[one||three]"},
      {raw_value(0x81, std::string_view("a\0\0\0b\0", 6)), "[a|b]"},
      {raw_value(0x81, "odd"), "6F6464"},
      {raw_value(0x81, ""), "(null)"},
      {raw_value(0x82, std::string_view("x\0y\0", 4)), "[x|y]"},
      {raw_value(0x84, "\1\2\3"), "[1|2|3]"},
      {raw_value(0x88, std::string_view("\1\0\0\0\2\0\0\0", 8)), "[1|2]"},
      {raw_value(0x88, std::string_view("\1\0\0\0\2", 5)), "0100000002"},
      {raw_value(0x90, std::string_view("\1\0\0\0\2\0\0\0\3\0\0\0", 12)), "[0x1|0x2|0x3]"},
      {raw_value(0x93, std::string_view("\1\0\0\0\0\0\0\5\1\1\0\0\0\0\0\5\22\0\0\0", 20)),
       "[S-1-5|S-1-5-18]"},
      {raw_value(0x93, std::string_view("\1\2\0\0\0\0\0\5", 8)), "0102000000000005"},
      {raw_value(0x8E, "\1"), "01"}};
  for (const auto& [given, expected] : cases) {
    const auto fields = fields_with(with_template(
        element("EventData", {}, {data("x", value(0, given.type))}), {given}));
    ASSERT_TRUE(fields.contains("x")) << static_cast<int>(given.type);
    EXPECT_EQ(fields.at("x"), expected) << static_cast<int>(given.type);
  }
}

TEST(Evtx, OptionalValuesThatAreNullArePresent) {
  const auto fields = fields_with(with_template(
      element("EventData", {},
              {data("given", value(0, kTypeString, true)), data("null", value(1, 8, true)),
               data("beyond", value(9, 8, true))}),
      {string_value("v"), null_value()}));
  EXPECT_EQ(fields.at("given"), "v");
  EXPECT_EQ(fields.at("null"), "(null)");
  EXPECT_EQ(fields.at("beyond"), "(null)");
}

TEST(Evtx, DataNamesLoseBlanksAndRepeatedNamesKeepAllValues) {
  const auto fields = fields_with(without_template(
      element("EventData", {{"Name", {text("Set")}}},
              {data("Threat Name", text("a")), data("Dup", text("1")), data("Dup", text("2")),
               child(element("Binary", {},
                             {{Piece::Kind::kTypedText, "\x01\x02", 0, 0x06, nullptr}})),
               data("Level", text("mine"))})));
  EXPECT_EQ(fields.at("ThreatName"), "a");
  EXPECT_EQ(fields.at("Dup"), "[1|2]");
  EXPECT_EQ(fields.at("EventData_Name"), "Set");
  EXPECT_EQ(fields.at("Binary"), "513");
  EXPECT_EQ(fields.at("Level"), "4");
  EXPECT_EQ(fields.at("EventData.Level"), "mine");
  EXPECT_FALSE(fields.contains("param1"));
}

TEST(Evtx, UnnamedDataIsAListAndNumbered) {
  const auto definition = element("EventData", {},
                                  {child(element("Data", {}, {value(0, 0x81)})),
                                   child(element("Data", {}, {text("last")}))});
  auto fields = fields_with(with_template(definition, {string_array({"a", "b"})}));
  EXPECT_EQ(fields.at("Data"), "[a|b|last]");
  EXPECT_EQ(fields.at("param1"), "a");
  EXPECT_EQ(fields.at("param2"), "b");
  EXPECT_EQ(fields.at("param3"), "last");
  fields = fields_with(with_template(definition, {string_array({"only"})}));
  EXPECT_EQ(fields.at("param2"), "last");
  EXPECT_FALSE(fields.contains("param3"));
  fields = fields_with(
      without_template(element("EventData", {}, {child(element("Data", {}, {text("one")}))})));
  EXPECT_EQ(fields.at("Data"), "[one]");
}

TEST(Evtx, UserDataLeavesAreTakenByLocalName) {
  const auto leaf = [](std::string name, std::string content) {
    return child(element(std::move(name), {}, {text(content)}));
  };
  const auto fields = fields_with(without_template(element(
      "UserData", {},
      {child(element(
          "n:Outer", {{"xmlns:n", {text("urn:example")}}},
          {child(element("A", {}, {leaf("n:Id", "1")})), child(element("B", {}, {leaf("Id", "2")})),
           child(element("Query", {{"lang", {text("wql")}}}, {text("select")})),
           leaf("Channel", "other"), child(element("Empty"))}))})));
  EXPECT_EQ(fields.at("Id"), "[1|2]");
  EXPECT_EQ(fields.at("A_Id"), "1");
  EXPECT_EQ(fields.at("B_Id"), "2");
  EXPECT_EQ(fields.at("Query"), "select");
  EXPECT_EQ(fields.at("Query_lang"), "wql");
  EXPECT_EQ(fields.at("Empty"), "(null)");
  EXPECT_EQ(fields.at("Channel"), "Example/Operational");
  EXPECT_EQ(fields.at("EventData.Channel"), "other");
  EXPECT_EQ(fields.count("Outer_n"), 0U);
}

TEST(Evtx, TextOfManyPartsIsJoined) {
  const auto piece = [](Piece::Kind kind, std::string content, std::uint16_t number = 0) {
    return Piece{kind, std::move(content), number, 0, nullptr};
  };
  const auto fields = fields_with(with_template(
      element("EventData", {},
              {child(element("Data", {{"Name", {text("x")}}},
                             {text("a"), piece(Piece::Kind::kEntityRef, "amp"),
                              piece(Piece::Kind::kEntityRef, "other"),
                              piece(Piece::Kind::kCharRef, "", 0x41),
                              piece(Piece::Kind::kCData, "<c>"), value(0, 8)})),
               piece(Piece::Kind::kProcessingInstruction, "pi"), data("y", text("z"))}),
      {number_value(8, 7U)}));
  EXPECT_EQ(fields.at("x"), "a&&other;A<c>7");
  EXPECT_EQ(fields.at("y"), "z");
}

TEST(Evtx, TemplatesNestAndArriveUnannounced) {
  Fragment inner{event_data_template({"Deep"}), {string_value("found")}, std::nullopt};
  // The template announces a string, the record brings BinXML.
  const auto fields = fields_with(
      with_template(element("UserData", {}, {child(element("Any", {}, {value(0, kTypeString)}))}),
                    {binxml_value(inner)}));
  EXPECT_EQ(fields.at("Data"), "found");
  EXPECT_EQ(fields.at("Data_Name"), "Deep");
}

TEST(Evtx, DataNamesThatAreValuesAreReadFromEachRecord) {
  const Element root = element(
      "EventData", {}, {child(element("Data", {{"Name", {value(0, kTypeString)}}}, {text("v")}))});
  EXPECT_EQ(fields_with(with_template(root, {string_value("First")})).at("First"), "v");
  LogWriter writer;
  auto definition = std::make_shared<Template>();
  definition->root = root;
  for (const char* name : {"First", "Second"})
    writer.add(1, make_event({}, binxml_value({definition, {string_value(name)}, std::nullopt})));
  const DecodedLog log = decode(writer.finish());
  ASSERT_EQ(log.records.size(), 2U);
  EXPECT_TRUE(fields_of(log.records[0].record).contains("First"));
  EXPECT_TRUE(fields_of(log.records[1].record).contains("Second"));
}

TEST(Evtx, RecordsWithoutAnyTemplateAreRead) {
  LogWriter writer(5);
  const Element system = element(
      "System", {},
      {child(element("Provider", {{"Name", {text("P")}}})),
       child(element("EventID", {}, {text("4656")})),
       child(element("TimeCreated", {{"SystemTime", {text("2022-01-26T09:16:25.3232236Z")}}})),
       child(element("EventRecordID", {}, {text("7068010")})),
       child(element("Channel", {}, {text("Security")}))});
  writer.add(1, {nullptr, {}, element("Event", {}, {child(system)})});
  writer.add(132'600'000'000'000'000,
             {nullptr, {}, element("Event", {}, {child(element("System"))})});
  const std::string file = writer.finish();
  EXPECT_EQ(first_difference(as_bytes(file), kLimits), "");
  const DecodedLog log = decode(file);
  ASSERT_EQ(log.records.size(), 2U);
  EXPECT_EQ(log.records[0].record.event_id, 4656U);
  EXPECT_EQ(log.records[0].record.record_id, 7068010U);
  EXPECT_EQ(format_time(log.records[0].record.time, log.records[0].record.precision),
            "2022-01-26T09:16:25.3232236Z");
  // Nothing in System: the record header stands in.
  EXPECT_EQ(log.records[1].record.record_id, 6U);
  EXPECT_EQ(format_time(log.records[1].record.time, log.records[1].record.precision),
            "2021-03-12T05:20:00.0000000Z");
}

TEST(Evtx, UnwantedEventsKeepTheirSystemPart) {
  const DecodedLog log = decode(sample(3), {false, false, 0});
  ASSERT_EQ(log.records.size(), 3U);
  EXPECT_EQ(log.records[2].record.record_id, 102U);
  EXPECT_EQ(log.records[2].record.channel, "Example/Operational");
  EXPECT_EQ(log.records[2].record.computer, "server.example.org");
  EXPECT_TRUE(log.records[2].record.fields.empty());
}

// Both are filled with what an intruder may have written.
TEST(Evtx, HashesOfLayoutsDifferFromCacheToCache) {
  const std::vector<std::uint32_t> signature = {1, 2, 3};
  EXPECT_NE(PlanCache().hash_of(signature), PlanCache().hash_of(signature));
  Program program;
  program.ops = {{OpKind::kOpen, 0, 0, {}}, {OpKind::kClose, 0, 0, {}}};
  EXPECT_NE(ProgramCache().hash_of(program), ProgramCache().hash_of(program));
}

// What a reason says decides nothing.
TEST(Evtx, OnlyAReasonThatIsALimitIsOne) {
  EXPECT_FALSE(Reason(nullptr));
  EXPECT_FALSE(Reason("its text says limit chunk-values").is_limit());
  constexpr Reason kWithoutTheWord = Reason::limit("it is too much");
  EXPECT_TRUE(kWithoutTheWord && kWithoutTheWord.is_limit());
}

TEST(Evtx, IsKnownByContent) {
  const std::string file = sample(1);
  EXPECT_TRUE(is_evtx(as_bytes(file)));
  EXPECT_TRUE(is_evtx(as_bytes(file).subspan(kFileHeaderBytes)));
  EXPECT_FALSE(is_evtx({}));
  EXPECT_FALSE(is_evtx(as_bytes("ElfFil")));
  EXPECT_FALSE(is_evtx(as_bytes("#Fields: date time")));
}

TEST(Evtx, BlocksMayBeCutAnywhereTheReaderAllows) {
  const std::string file = sample(400, 300);
  const DecodedLog whole = decode(file);
  ASSERT_EQ(whole.records.size(), 400U);
  for (const std::size_t shown :
       {std::size_t{1}, std::size_t{5000}, kChunkBytes, 3 * kChunkBytes}) {
    const DecodedLog parts = decode(file, {false, true, shown});
    EXPECT_EQ(parts.records.size(), 400U) << shown;
    EXPECT_EQ(parts.understood_bytes, whole.understood_bytes) << shown;
    EXPECT_TRUE(parts.gaps.empty()) << shown;
  }
}

}  // namespace
}  // namespace pugmark::evtx

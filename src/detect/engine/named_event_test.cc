#include "detect/engine/named_event.h"

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>

#include "base/text.h"
#include "detect/sigma/logsource_table.h"
#include "events/reader.h"

namespace pugmark {
namespace {

using sigma::RenameSet;

void for_each_event(std::string_view json, const std::function<void(const Event&)>& each) {
  const Limits limits;
  ShapeTable shapes(limits);
  std::string item(json);
  item.resize(json.size() + kBlockPadding);
  const Bytes bytes = as_bytes(std::string_view(item).substr(0, json.size()));
  const auto reader = make_reader(bytes, "e.json", {&limits, &shapes, false});
  ASSERT_NE(reader, nullptr);
  const auto scratch = reader->new_scratch();
  EventBatch batch;
  reader->decode({bytes, 0, ItemId{}, true, reader->cut(bytes, 0, true).context}, *scratch, batch);
  ASSERT_FALSE(batch.events().empty());
  for (const Event& event : batch.events()) each(event);
}

std::string text_of(std::string_view json, std::string_view name, Renames renames) {
  std::string text;
  for_each_event(json, [&](const Event& event) {
    text = field_text(event, name, renames).value_or("(none)");
  });
  return text;
}

constexpr std::string_view kProcess =
    R"({"Channel":"Security","EventID":4688,"NewProcessName":"C:\\x.exe","IMAGE":"own",)"
    R"("ProcessId":"0x4","NewProcessId":"0x8","SubjectDomainName":"DOM","SubjectUserName":"eve",)"
    R"("MandatoryLabel":"S-1-16-12288","Names":["a","b"],"Empty":[],"Nothing":null,)"
    R"("":"unnamed","other":"o"})";

TEST(FieldText, IsWhatTheRuleCallsTheField) {
  const auto renames = sigma::renames_of(RenameSet::kProcess4688);
  EXPECT_EQ(text_of(kProcess, "Image", renames), "C:\\x.exe");
  EXPECT_EQ(text_of(kProcess, "image", renames), "C:\\x.exe");
  EXPECT_EQ(text_of(kProcess, "ProcessId", renames), "0x8");
  EXPECT_EQ(text_of(kProcess, "ParentProcessId", renames), "0x4");
  EXPECT_EQ(text_of(kProcess, "User", renames), "DOM\\eve");
  EXPECT_EQ(text_of(kProcess, "IntegrityLevel", renames), "High");
  EXPECT_EQ(text_of(kProcess, "NewProcessName", renames), "C:\\x.exe");
  EXPECT_EQ(text_of(kProcess, "ParentImage", renames), "(none)");
}

TEST(FieldText, IsTheEventsOwnWithoutRenames) {
  EXPECT_EQ(text_of(kProcess, "Image", {}), "own");
  EXPECT_EQ(text_of(kProcess, "ProcessId", {}), "0x4");
  EXPECT_EQ(text_of(kProcess, "Other", {}), "o");
  EXPECT_EQ(text_of(kProcess, "Names", {}), "a b");
  for (const char* name : {"Empty", "Nothing", "User", ""})
    EXPECT_EQ(text_of(kProcess, name, {}), "(none)") << name;
}

TEST(FieldText, IsWhatTheRewriteMakesOfIt) {
  EXPECT_EQ(text_of(R"({"Channel":"Security","EventID":5156,"Protocol":"6","DestPort":"443"})",
                    "Protocol", sigma::renames_of(RenameSet::kConnection5156)),
            "tcp");
  EXPECT_EQ(text_of(R"({"Channel":"Security","EventID":4657,"ObjectName":"\\REGISTRY\\MACHINE\\A",)"
                    R"("ObjectValueName":"v"})",
                    "TargetObject", sigma::renames_of(RenameSet::kRegistry4657)),
            "HKLM\\A\\v");
}

// The twin: the reference evaluator must find the same text among those of the field, and none
// where there is none.
TEST(FieldText, AgreesWithTheReference) {
  std::size_t found_count = 0;
  const auto compare = [&](const Event& event, std::string_view name, Renames renames) {
    const sigma::NamedEvent named = named_event(event, "", renames);
    std::vector<std::string> texts;
    for (const sigma::NamedField* field : sigma::find_fields(named, name)) {
      for (const sigma::NamedValue& value : field->values)
        if (value.kind != sigma::ValueKind::kNull) texts.push_back(value.text);
    }
    const auto text = field_text(event, name, renames);
    ASSERT_EQ(text.has_value(), !texts.empty() && !name.empty()) << name;
    if (!text) return;
    ++found_count;
    EXPECT_NE(std::find(texts.begin(), texts.end(), *text), texts.end()) << name << " " << *text;
  };
  for (const RenameSet set :
       {RenameSet::kNone, RenameSet::kProcess4688, RenameSet::kConnection5156,
        RenameSet::kRegistry4657, RenameSet::kWmi5861, RenameSet::kDefender}) {
    const auto renames = sigma::renames_of(set);
    for_each_event(kProcess, [&](const Event& event) {
      for (const std::string_view name : event.shape->names) {
        compare(event, name, renames);
        compare(event, ascii_lower(name), renames);
      }
      for (const sigma::FieldRename& rename : renames) compare(event, rename.rule_field, renames);
    });
  }
  EXPECT_GT(found_count, 100U);
}

}  // namespace
}  // namespace pugmark

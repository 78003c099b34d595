#include "detect/collect/details.h"

#include <array>
#include <gtest/gtest.h>

#include "base/bytes.h"

namespace pugmark {
namespace {

Finding sample() {
  Finding finding;
  finding.time = {-5};
  finding.precision = TimePrecision::kSecond;
  finding.time_shift_s = -3600;
  finding.item = "a.evtx";
  finding.offset_bytes = 77;
  finding.length_bytes = 9;
  finding.record_id = 4;
  finding.channel = "Security";
  finding.event_id = 4688;
  finding.provider = "p";
  finding.computer = "MX1";
  finding.recovered = true;
  finding.because = {{"Image", "C:\\x.exe", "endswith: \\x.exe", 17, ""},
                     {"", "k", "k", {}, "joined"}};
  finding.related = {{"base", "a.evtx", 1, 2, {3}, TimePrecision::kMillisecond}};
  finding.fields = {{"EventID", "1"}, {"Image", std::string("\0\n", 2)}};
  return finding;
}

TEST(Details, EncodingKeepsEverythingButTheRule) {
  const Finding before = sample();
  Finding after;
  after.because.resize(5);  // whatever was there before
  after.related.resize(5);
  after.fields.resize(5, {"old", "old"});
  ASSERT_TRUE(decode_details(encode_details(before), after).ok());
  EXPECT_EQ(encode_details(after), encode_details(before));
  EXPECT_EQ(after.time.ns_since_1970, -5);
  EXPECT_EQ(after.time_shift_s, -3600);
  EXPECT_EQ(after.item, "a.evtx");
  EXPECT_EQ(after.fields, before.fields);
  EXPECT_TRUE(after.recovered);
  ASSERT_EQ(after.because.size(), 2U);
  EXPECT_EQ(after.because[0].offset_bytes, 17U);
  EXPECT_FALSE(after.because[1].offset_bytes);
  EXPECT_EQ(after.because[1].reading, "joined");
  ASSERT_EQ(after.related.size(), 1U);
  EXPECT_EQ(after.related[0].length_bytes, 2U);
}

TEST(Details, EveryCutOfTheEncodingIsNoticed) {
  const std::string bytes = encode_details(sample());
  Finding into;
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(decode_details(bytes.substr(0, length), into).ok()) << length;
  EXPECT_FALSE(decode_details(bytes + "x", into).ok());
  for (std::size_t at = 0; at < bytes.size(); ++at) {  // sizes and counts beyond all bounds
    std::string changed = bytes;
    changed[at] = '\xff';
    (void)decode_details(changed, into);  // must not read or take memory out of bounds
  }
}

// An event of four fields, the second of which is absent and the last a list, in a block that
// begins at offset 100 of its item.
class Match : public testing::Test {
 protected:
  Match() {
    shape_.source = SourceKind::kWindowsEvent;
    shape_.channel = "Security";
    shape_.provider = "p";
    shape_.event_id = 4688;
    shape_.fields.resize(values_.size());
    shape_.names = {"EventID", "User", "Image", "Data"};
    event_.shape = &shape_;
    event_.values = values_.data();
    event_.time = {7};
    event_.precision = TimePrecision::kSecond;
    event_.where.offset_bytes = 101;
    event_.where.length_bytes = 5;
    event_.record_id = 3;
    rule_.predicates = {of_event_id(4688), pattern("endswith: \\x.exe"), of_event_id(1)};
    rule_.expression = {sigma::ExpressionKind::kOr,
                        0,
                        {{sigma::ExpressionKind::kPredicate, 0, {}},
                         {sigma::ExpressionKind::kPredicate, 1, {}},
                         {sigma::ExpressionKind::kPredicate, 2, {}}}};
  }

  static sigma::Predicate of_event_id(std::int64_t number) {
    sigma::NumberTest test;
    test.op = sigma::CompareOp::kEqual;
    test.number = sigma::Number::from_integer(number);
    sigma::Predicate predicate;
    predicate.field = "EventID";
    predicate.test = test;
    predicate.original = std::to_string(number);
    return predicate;
  }
  static sigma::Predicate pattern(const std::string& original) {
    sigma::Predicate predicate;
    predicate.field = "Image";
    predicate.original = original;
    return predicate;
  }

  Finding decoded(std::span<const engine::Reason> reasons) {
    Finding finding;
    EXPECT_TRUE(decode_details(encoder_.match(rule_, reasons), finding).ok());
    return finding;
  }

  const std::string_view bytes_ = "....C:\\x.exe one two";
  Block block_{as_bytes(bytes_), 100, ItemId{0}, true, nullptr};
  std::array<Value, 2> list_ = {Value::text(bytes_.substr(13, 3)), Value::text(bytes_.substr(17))};
  std::array<Value, 4> values_ = {Value::text("4688"), Value{}, Value::text(bytes_.substr(4, 8)),
                                  Value{list_.data(), 2, ValueType::kList}};
  Shape shape_;
  Event event_;
  sigma::Rule rule_;
  Limits limits_;
  DetailsEncoder encoder_{limits_};
};

TEST_F(Match, SaysWhatTheEventSays) {
  encoder_.begin(event_, block_, "MX1");
  const Finding finding = decoded({});
  EXPECT_EQ(finding.time.ns_since_1970, 7);
  EXPECT_EQ(finding.offset_bytes, 101U);
  EXPECT_EQ(finding.length_bytes, 5U);
  EXPECT_EQ(finding.record_id, 3U);
  EXPECT_EQ(finding.channel, "Security");
  EXPECT_EQ(finding.provider, "p");
  EXPECT_EQ(finding.event_id, 4688U);
  EXPECT_EQ(finding.computer, "MX1");
  const decltype(finding.fields) fields = {
      {"EventID", "4688"}, {"Image", "C:\\x.exe"}, {"Data", "one two"}};
  EXPECT_EQ(finding.fields, fields);
}

TEST_F(Match, NamesTheEventIdThatTheRuleAsksFor) {
  encoder_.begin(event_, block_, "MX1");
  const Finding finding = decoded({});
  ASSERT_EQ(finding.because.size(), 1U);  // and not the one it asks for in vain
  EXPECT_EQ(finding.because[0].field, "EventID");
  EXPECT_EQ(finding.because[0].value, "4688");
  EXPECT_EQ(finding.because[0].pattern, "4688");
  EXPECT_FALSE(finding.because[0].offset_bytes);  // the value is no view of the block
}

TEST_F(Match, SaysWhereWholeValuesAndPartsOfThemStand) {
  encoder_.begin(event_, block_, "MX1");
  const std::array<engine::Reason, 4> reasons = {{
      {&rule_.predicates[1], 2, "Image", "C:\\x.exe", ""},
      {&rule_.predicates[1], 2, "Image", "c:/x.exe", "rewritten"},
      {&rule_.predicates[1], 3, "Data", "two", ""},
      {&rule_.predicates[1], engine::kNoSlot, "User", "", ""},
  }};
  const Finding finding = decoded(reasons);
  const auto& because = finding.because;
  ASSERT_EQ(because.size(), 5U);
  EXPECT_EQ(because[1].field, "Image");
  EXPECT_TRUE(because[1].is_whole_field);
  EXPECT_EQ(text_of(because[1], finding), "C:\\x.exe");
  EXPECT_EQ(because[1].pattern, "endswith: \\x.exe");
  EXPECT_EQ(because[1].offset_bytes, 104U);
  EXPECT_EQ(because[2].value, "c:/x.exe");
  EXPECT_EQ(because[2].reading, "rewritten");
  EXPECT_EQ(because[2].offset_bytes, 104U);
  EXPECT_EQ(because[3].field, "Data");
  EXPECT_EQ(because[3].value, "two");
  EXPECT_EQ(because[3].offset_bytes, 117U);
  EXPECT_EQ(because[4].field, "User");
  EXPECT_FALSE(because[4].offset_bytes);
}

TEST_F(Match, LongTextsAreCutAndComparisonsCounted) {
  const std::string longest(kFindingTextBytesMax, 'a');
  const std::string longer = longest + "b";
  const std::string part(limits_.comparison_bytes + 1, 'c');
  values_[2] = Value::text(longer);
  encoder_.begin(event_, block_, "MX1");
  const std::array<engine::Reason, 3> reasons = {{
      {&rule_.predicates[1], 2, "Image", longer, ""},
      {&rule_.predicates[1], 2, "Image", longest, "another text"},
      {&rule_.predicates[1], 3, "Data", part, ""},
  }};
  Finding finding;
  ASSERT_TRUE(decode_details(encoder_.match(rule_, reasons, 7), finding).ok());
  ASSERT_EQ(finding.because.size(), 5U);
  EXPECT_EQ(finding.fields[1].second, cut_text(longer, kFindingTextBytesMax));
  EXPECT_TRUE(finding.because[1].is_whole_field);
  EXPECT_FALSE(finding.because[2].is_whole_field);
  EXPECT_EQ(finding.because[3].value, cut_text(part, limits_.comparison_bytes));
  EXPECT_NE(finding.because[4].pattern.find("7 more comparisons"), std::string::npos);
}

TEST_F(Match, NothingOfTheMatchBeforeIsLeft) {
  encoder_.begin(event_, block_, "MX1");
  const std::array<engine::Reason, 1> reason = {{{&rule_.predicates[1], 3, "Data", "two", ""}}};
  EXPECT_EQ(decoded(reason).because.size(), 2U);
  EXPECT_EQ(decoded({}).because.size(), 1U);
  values_[1] = Value::text("SYSTEM");
  encoder_.begin(event_, block_, "MX1");
  EXPECT_EQ(decoded({}).fields.size(), 4U);
}

}  // namespace
}  // namespace pugmark

#include "detect/script/flow/value.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <string>

namespace pugmark::script {
namespace {

Value t(std::string_view text) { return Values::text_view(text); }
Value n(double number) { return number_value(number); }

class ValuesTest : public testing::Test {
 protected:
  std::string at(const Value& array, const Value& key) {
    const Value found = values_.get(array, key);
    return found.is_text() ? std::string(found.text()) : "";
  }
  std::string keys_of(const Value& array) {
    std::string keys;
    for (const auto& [key, item] : values_.array(array).items)
      keys += (key.is_text() ? std::string(key.text()) : text_of_number(key.number)) + ' ';
    return keys;
  }

  Values values_{Values::Bounds{}};
};

// ---- Texts

TEST_F(ValuesTest, CopyTexts) {
  std::string text = "abc";
  const Value kept = values_.text_value(text);
  text[0] = 'x';
  EXPECT_EQ(kept.text(), "abc");
  EXPECT_EQ(values_.text_value("").text(), "");
  EXPECT_EQ(values_.text_value("q").text(), "q");
}

TEST_F(ValuesTest, KnowEveryCharacter) {
  for (int byte = 0; byte < 256; ++byte) {
    const Value one = Values::character(static_cast<char>(byte));
    ASSERT_EQ(one.size, 1U);
    EXPECT_EQ(static_cast<unsigned char>(one.data[0]), byte);
  }
  // No memory is needed for them.
  EXPECT_EQ(values_.text_value("a").data, Values::character('a').data);
  EXPECT_EQ(values_.joined("", "a").data, Values::character('a').data);
}

TEST_F(ValuesTest, JoinTexts) {
  EXPECT_EQ(values_.joined("ab", "cd").text(), "abcd");
  EXPECT_EQ(values_.joined("", "").text(), "");
  EXPECT_EQ(values_.joined("ab", "").text(), "ab");
  EXPECT_EQ(values_.joined("", "cd").text(), "cd");
}

TEST_F(ValuesTest, GrowInPlaceWhereNothingWasJoinedSince) {
  const std::string begin(100, '-');
  const Value first = values_.joined(begin, "a");
  const Value second = values_.joined(first.text(), "b");
  EXPECT_EQ(second.data, first.data);  // not copied
  EXPECT_EQ(first.text(), begin + 'a');
  EXPECT_EQ(second.text(), begin + "ab");
  // Someone else joined to it: a copy, and neither sees the other's.
  const Value third = values_.joined(first.text(), "c");
  EXPECT_NE(third.data, first.data);
  EXPECT_EQ(third.text(), begin + "ac");
  EXPECT_EQ(second.text(), begin + "ab");
  // Both grow on.
  EXPECT_EQ(values_.joined(second.text(), "d").text(), begin + "abd");
  EXPECT_EQ(values_.joined(third.text(), "e").text(), begin + "ace");
  EXPECT_EQ(second.text(), begin + "ab");
  EXPECT_EQ(third.text(), begin + "ac");
}

TEST_F(ValuesTest, JoinATextToItself) {
  const Value once = values_.joined(std::string(100, '-'), "a");
  const Value twice = values_.joined(once.text(), once.text());
  EXPECT_EQ(twice.text(), std::string(once.text()) + std::string(once.text()));
}

TEST_F(ValuesTest, GrowWithoutCopyingEachTime) {
  // A million joins of a byte: were each a copy, the bound on bytes would be met at once.
  Value text = values_.text_value(std::string(100, 'x'));
  for (int i = 0; i < 1'000'000; ++i) text = values_.joined(text.text(), "y");
  ASSERT_TRUE(text.is_text());
  EXPECT_EQ(text.size, 1'000'100U);
  EXPECT_EQ(text.text().substr(98, 4), "xxyy");
  EXPECT_FALSE(values_.is_exhausted());
}

TEST_F(ValuesTest, GrowInFront) {
  Value text = values_.text_value(std::string(100, 'x'));
  for (int i = 0; i < 1'000'000; ++i) text = values_.joined(i % 2 == 0 ? "a" : "b", text.text());
  ASSERT_TRUE(text.is_text());
  EXPECT_EQ(text.size, 1'000'100U);
  EXPECT_EQ(text.text().substr(0, 4), "baba");
  EXPECT_EQ(text.text().substr(999'998, 4), "baxx");
  EXPECT_FALSE(values_.is_exhausted());
  // Two that grow from one: neither sees the other's.
  const Value one = values_.joined("1", text.text());
  const Value two = values_.joined("2", text.text());
  EXPECT_EQ(one.text().substr(0, 3), "1ba");
  EXPECT_EQ(two.text().substr(0, 3), "2ba");
  EXPECT_EQ(text.text().substr(0, 2), "ba");
  // And one that grows on both sides.
  const Value both = values_.joined(two.text(), "!");
  EXPECT_EQ(values_.joined("3", both.text()).text().substr(0, 3), "32b");
  EXPECT_EQ(both.text().back(), '!');
}

TEST_F(ValuesTest, KeepManyTextsThatGrowApart) {
  // More than are remembered as growing.
  std::string expected[9];
  Value texts[9];
  for (int i = 0; i < 9; ++i) {
    expected[i] = std::string(70, static_cast<char>('0' + i));
    texts[i] = values_.text_value(expected[i]);
  }
  for (int round = 0; round < 200; ++round) {
    for (int i = 0; i < 9; ++i) {
      const std::string piece(1, static_cast<char>('a' + (round + i) % 26));
      expected[i] += piece;
      texts[i] = values_.joined(texts[i].text(), piece);
    }
  }
  for (int i = 0; i < 9; ++i) EXPECT_EQ(texts[i].text(), expected[i]);
}

// What is placed behind a text that has room is not written over by it.
TEST_F(ValuesTest, GiveRoomToOneTextOnly) {
  const Value first = values_.joined(std::string(64, 'a'), "b");
  const Value other = values_.text_value("other text");
  const Value grown = values_.joined(first.text(), std::string(60, 'c'));
  EXPECT_EQ(other.text(), "other text");
  EXPECT_EQ(grown.text().substr(63, 3), "abc");
  // And a view into the middle of it does not grow into the rest.
  const Value part = values_.joined(first.text().substr(0, 10), "!");
  EXPECT_EQ(first.text()[10], 'a');
  EXPECT_EQ(part.text(), "aaaaaaaaaa!");
}

// ---- Arrays

TEST_F(ValuesTest, PushAndGet) {
  const Value list = values_.new_array();
  values_.push(list, t("a"));
  values_.push(list, t("b"));
  EXPECT_TRUE(values_.array(list).is_list);
  EXPECT_EQ(at(list, n(0)), "a");
  EXPECT_EQ(at(list, n(1)), "b");
  EXPECT_EQ(at(list, t("1")), "b");
  EXPECT_EQ(at(list, t("01")), "");
  EXPECT_EQ(at(list, n(2)), "");
  EXPECT_EQ(at(list, n(-1)), "");
  EXPECT_EQ(at(list, n(std::numeric_limits<double>::quiet_NaN())), "");
  EXPECT_EQ(at(list, n(1e300)), "");
}

TEST_F(ValuesTest, PutInTheOrderOfComing) {
  const Value array = values_.new_array();
  values_.put(array, t("z"), t("1"));
  values_.put(array, n(-5), t("2"));
  values_.put(array, n(3), t("3"));
  values_.put(array, t("z"), t("4"));
  values_.put(array, t("3"), t("5"));   // the same key as 3
  values_.put(array, t("03"), t("6"));  // another
  EXPECT_EQ(keys_of(array), "z -5 3 03 ");
  EXPECT_EQ(at(array, t("z")), "4");
  EXPECT_EQ(at(array, n(3)), "5");
  EXPECT_EQ(at(array, t("-5")), "2");
}

// PHP: one more than the highest number there is.
TEST_F(ValuesTest, PushBehindTheHighestNumber) {
  const Value array = values_.new_array();
  values_.put(array, n(1), t("a"));
  values_.push(array, t("b"));
  EXPECT_EQ(keys_of(array), "1 2 ");
  EXPECT_EQ(at(array, n(1)), "a");
  const Value named = values_.new_array();
  values_.put(named, t("x"), t("a"));
  values_.push(named, t("b"));
  values_.put(named, t("7"), t("c"));
  values_.push(named, t("d"));
  EXPECT_EQ(keys_of(named), "x 0 7 8 ");
  const Value negative = values_.new_array();
  values_.put(negative, n(-5), t("a"));
  values_.push(negative, t("b"));
  EXPECT_EQ(keys_of(negative), "-5 0 ");
}

// Long ones are found by a table, which says the same as looking through them.
TEST_F(ValuesTest, FindInLongArrays) {
  const Value array = values_.new_array();
  std::vector<std::string> names;
  for (int i = 0; i < 1'000; ++i) names.push_back("key" + std::to_string(i));
  for (int i = 0; i < 1'000; ++i) {
    values_.put(array, t(names[static_cast<std::size_t>(i)]), t("text"));
    values_.put(array, n(1'000.0 * i), t("number"));
  }
  EXPECT_FALSE(values_.array(array).table.empty());
  EXPECT_EQ(values_.array(array).items.size(), 2'000U);
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_EQ(at(array, t("key" + std::to_string(i))), "text");
    EXPECT_EQ(at(array, n(1'000.0 * i)), "number");
    EXPECT_EQ(at(array, t(std::to_string(1'000 * i))), "number");  // PHP's "1000" and 1000
  }
  EXPECT_EQ(at(array, t("key1000")), "");
  EXPECT_EQ(at(array, n(1)), "");
  values_.put(array, t("5000"), t("changed"));
  values_.put(array, n(-0.0), t("zero"));
  EXPECT_EQ(at(array, n(5'000)), "changed");
  EXPECT_EQ(at(array, n(0)), "zero");
  EXPECT_EQ(values_.array(array).items.size(), 2'000U);
}

TEST_F(ValuesTest, FindLongNumbersAsTexts) {
  for (const std::size_t others : {0U, 30U}) {
    const Value array = values_.new_array();
    std::vector<std::string> names;
    for (std::size_t i = 0; i < others; ++i) names.push_back("k" + std::to_string(i));
    for (const std::string& name : names) values_.put(array, t(name), t("x"));
    values_.put(array, n(1234567890123456), t("long"));
    EXPECT_EQ(at(array, t("1234567890123456")), "long") << others;
  }
}

// A list of a hundred thousand, asked for names: not looked through each time.
TEST_F(ValuesTest, FindNamesInLongListsAtOnce) {
  const Value list = values_.new_array();
  for (int i = 0; i < 100'000; ++i) values_.push(list, t("x"));
  for (int i = 0; i < 100'000; ++i) ASSERT_EQ(at(list, t("name")), "");
}

TEST_F(ValuesTest, KeepWhatStandsUnderUnknownKeys) {
  const Value array = values_.new_array();
  Value request;
  request.origins = kFromRequest;
  Value key;
  key.origins = kFromHeader;
  values_.put(array, n(0), t("known"));
  values_.put(array, key, request);
  EXPECT_EQ(values_.array(array).items.size(), 1U);
  EXPECT_EQ(at(array, n(0)), "known");
  EXPECT_EQ(values_.get(array, n(0)).origins, 0);
  // Under any other key may be what came under one that is not known, and so may the key.
  EXPECT_EQ(values_.get(array, n(1)).origins, kFromRequest | kFromHeader);
  EXPECT_EQ(values_.get(array, Value{}).origins, kFromRequest | kFromHeader);
}

TEST_F(ValuesTest, ShareArrays) {
  const Value array = values_.new_array();
  const Value copy = array;
  values_.push(array, t("a"));
  EXPECT_EQ(at(copy, n(0)), "a");
}

// ---- Objects and trails

TEST_F(ValuesTest, KeepFields) {
  const Value object = values_.new_object(3, kNoNode);
  EXPECT_EQ(values_.field(object, 7), nullptr);
  values_.set_field(object, 7, t("a"));
  values_.set_field(object, 7, t("b"));
  ASSERT_NE(values_.field(object, 7), nullptr);
  EXPECT_EQ(values_.field(object, 7)->text(), "b");
  EXPECT_EQ(values_.field(t("text"), 7), nullptr);
  // One whose members are not known keeps none.
  Value unknown = object;
  unknown.index = 0;
  values_.set_field(unknown, 7, t("c"));
  EXPECT_EQ(values_.field(unknown, 7), nullptr);
  for (Symbol i = 0; i < 2'000; ++i) values_.set_field(object, 100 + i, n(i));
  EXPECT_TRUE(values_.is_exhausted());
}

TEST_F(ValuesTest, JoinOrigins) {
  Value file;
  file.origins = kFromFile;
  file.trail = values_.add_trail({Trail::Kind::kSource, 0, kFromFile, 1, kNoSymbol, 0});
  Value request;
  request.origins = kFromRequest;
  request.trail = values_.add_trail({Trail::Kind::kSource, 0, kFromRequest, 2, kNoSymbol, 0});
  Value into = file;
  values_.take_origins(into, request);
  EXPECT_EQ(into.origins, kFromFile | kFromRequest);
  EXPECT_EQ(into.trail, request.trail);  // the trail that leads outside
  values_.take_origins(into, file);
  EXPECT_EQ(into.trail, request.trail);
  const Value either = values_.either(t("text"), request);
  EXPECT_EQ(either.text(), "text");
  EXPECT_TRUE(either.comes_from(kFromRequest));
  EXPECT_EQ(values_.either(t("a"), t("b")).text(), "b");
}

TEST_F(ValuesTest, BoundTrails) {
  std::uint32_t last = 0;
  for (int i = 0; i < 1'000; ++i)
    last = values_.add_trail({Trail::Kind::kKept, 0, 0, 1, kNoSymbol, last});
  EXPECT_EQ(values_.trail(last).length, Trail::kLengthMax);
  EXPECT_FALSE(values_.is_exhausted());
}

// ---- Bounds

TEST(ValuesBounds, SayWhenThereIsNoRoom) {
  Values::Bounds bounds;
  bounds.text_bytes_max = 1'000;
  bounds.one_text_bytes_max = 600;
  bounds.array_items_max = 3;
  bounds.objects_max = 2;
  bounds.trails_max = 2;
  Values values(bounds);
  EXPECT_EQ(values.text_value(std::string(601, 'a')).kind, Value::Kind::kUnknown);
  EXPECT_TRUE(values.is_exhausted());
  values.clear();
  EXPECT_FALSE(values.is_exhausted());
  EXPECT_TRUE(values.text_value(std::string(600, 'a')).is_text());
  EXPECT_FALSE(values.text_value(std::string(600, 'a')).is_text());
  EXPECT_TRUE(values.is_exhausted());
  values.clear();
  EXPECT_FALSE(values.joined(std::string(400, 'a'), std::string(400, 'b')).is_text());
  EXPECT_TRUE(values.is_exhausted());

  values.clear();
  const Value list = values.new_array();
  for (int i = 0; i < 3; ++i) values.push(list, n(i));
  EXPECT_FALSE(values.is_exhausted());
  Value request;
  request.origins = kFromRequest;
  values.push(list, request);
  EXPECT_TRUE(values.is_exhausted());
  EXPECT_EQ(values.array(list).items.size(), 3U);
  EXPECT_TRUE(values.get(list, n(3)).comes_from(kFromRequest));  // where it came from is not lost

  values.clear();
  EXPECT_NE(values.new_object(1, kNoNode).index, 0U);
  EXPECT_EQ(values.new_object(1, kNoNode).index, 0U);
  EXPECT_TRUE(values.is_exhausted());

  values.clear();
  const std::uint32_t first = values.add_trail({Trail::Kind::kSource, 0, 1, 1, kNoSymbol, 0});
  EXPECT_EQ(values.add_trail({Trail::Kind::kKept, 0, 0, 1, kNoSymbol, first}), first);
  EXPECT_TRUE(values.is_exhausted());
}

TEST(ValuesBounds, UseMemoryAgain) {
  Values values(Values::Bounds{});
  for (int round = 0; round < 100; ++round) {
    values.clear();
    for (int i = 0; i < 1'000; ++i)
      ASSERT_TRUE(values.joined(std::string(100, 'a'), std::string(100, 'b')).is_text());
  }
}

// ---- Numbers as texts, texts as numbers

TEST(Numbers, AreWrittenAsPhpWritesThem) {
  const std::pair<double, const char*> cases[] = {{3, "3"},
                                                  {-1.5, "-1.5"},
                                                  {0.5, "0.5"},
                                                  {1e20, "1.0E+20"},
                                                  {1e21, "1.0E+21"},
                                                  {1.5e20, "1.5E+20"},
                                                  {1e-7, "1.0E-7"},
                                                  {0.0001, "0.0001"},
                                                  {1e-5, "1.0E-5"},
                                                  {1e100, "1.0E+100"},
                                                  {100000.5, "100000.5"},
                                                  {2.5e300, "2.5E+300"},
                                                  {1.0 / 3, "0.33333333333333"},
                                                  {0.1 + 0.2, "0.3"},
                                                  {4503599627370496, "4503599627370496"},
                                                  {NAN, "NAN"},
                                                  {-INFINITY, "-INF"}};
  for (const auto& [number, text] : cases) EXPECT_EQ(text_of_number(number), text);
}

TEST(Numbers, AreReadFromTexts) {
  const auto is_whole = [](std::string_view text) {
    bool whole = false;
    number_of_text(text, &whole);
    return whole;
  };
  EXPECT_EQ(number_of_text(" 12abc"), 12);
  EXPECT_EQ(number_of_text("+5"), 5);
  EXPECT_EQ(number_of_text("+-5"), 0);
  EXPECT_EQ(number_of_text("-.5e1x"), -5);
  EXPECT_EQ(number_of_text(""), 0);
  EXPECT_EQ(number_of_text("inf"), 0);
  EXPECT_EQ(number_of_text("1e999"), 0);
  EXPECT_TRUE(is_whole("12"));
  EXPECT_FALSE(is_whole("12 x"));
  EXPECT_FALSE(is_whole("nan"));
}

TEST(Numbers, AreReadAsScriptsWriteThem) {
  EXPECT_EQ(number_of_literal("0x1F", true), 31);
  EXPECT_EQ(number_of_literal("0xffL", true), 255);
  EXPECT_EQ(number_of_literal("&H1f", false), 31);
  EXPECT_EQ(number_of_literal("&o17", false), 15);
  EXPECT_EQ(number_of_literal("&HFF&", false), 255);
  EXPECT_EQ(number_of_literal("0b101", true), 5);
  EXPECT_EQ(number_of_literal("0o17", false), 15);
  EXPECT_EQ(number_of_literal("017", true), 15);
  EXPECT_EQ(number_of_literal("017", false), 17);
  EXPECT_EQ(number_of_literal("019", true), 19);
  EXPECT_EQ(number_of_literal("0", true), 0);
  EXPECT_EQ(number_of_literal("1_000", true), 1000);
  EXPECT_EQ(number_of_literal("0x1_0", true), 16);
  EXPECT_EQ(number_of_literal("0.5", true), 0.5);
  EXPECT_EQ(number_of_literal("1e3", true), 1000);
  EXPECT_EQ(number_of_literal("10L", true), 10);
  EXPECT_EQ(number_of_literal("", true), 0);
}

}  // namespace
}  // namespace pugmark::script

#include "events/value.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace pugmark {
namespace {

std::string shown(ValueType type, std::string_view bytes) {
  return rendered({bytes.data(), static_cast<std::uint32_t>(bytes.size()), type});
}

template <class T>
std::string shown_number(ValueType type, T number) {
  std::string bytes(sizeof number, '\0');
  std::memcpy(bytes.data(), &number, sizeof number);
  return shown(type, bytes);
}

std::string wide(std::string_view ascii) {
  std::string bytes;
  for (const char c : ascii) bytes += std::string{c, '\0'};
  return bytes;
}

TEST(ValueRendering, IntegersAreDecimalAndHexNumbersHaveNoPadding) {
  EXPECT_EQ(shown_number(ValueType::kInt8, std::int8_t{-128}), "-128");
  EXPECT_EQ(shown_number(ValueType::kUint8, std::uint8_t{255}), "255");
  EXPECT_EQ(shown_number(ValueType::kInt16, std::int16_t{-2}), "-2");
  EXPECT_EQ(shown_number(ValueType::kUint16, std::uint16_t{4688}), "4688");
  EXPECT_EQ(shown_number(ValueType::kInt32, INT32_MIN), "-2147483648");
  EXPECT_EQ(shown_number(ValueType::kUint32, UINT32_MAX), "4294967295");
  EXPECT_EQ(shown_number(ValueType::kInt64, INT64_MIN), "-9223372036854775808");
  EXPECT_EQ(shown_number(ValueType::kUint64, UINT64_MAX), "18446744073709551615");
  EXPECT_EQ(shown_number(ValueType::kHex32, 0x3E4U), "0x3e4");
  EXPECT_EQ(shown_number(ValueType::kHex64, 0x8010000000000000ULL), "0x8010000000000000");
  EXPECT_EQ(shown_number(ValueType::kHex64, std::uint64_t{0}), "0x0");
  EXPECT_EQ(shown_number(ValueType::kSize, 0xABCU), "0xabc");
  EXPECT_EQ(shown_number(ValueType::kSize, std::uint64_t{16}), "0x10");
}

TEST(ValueRendering, RealsAndBooleans) {
  EXPECT_EQ(shown_number(ValueType::kReal32, 1.5F), "1.5");
  EXPECT_EQ(shown_number(ValueType::kReal64, -0.25), "-0.25");
  EXPECT_EQ(shown_number(ValueType::kBool, 0U), "false");
  EXPECT_EQ(shown_number(ValueType::kBool, 1U), "true");
  EXPECT_EQ(shown_number(ValueType::kBool, 0x100U), "true");
}

TEST(ValueRendering, GuidsSidsAndBinary) {
  EXPECT_EQ(shown(ValueType::kGuid,
                  std::string_view("\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd"
                                   "\xee\xff",
                                   16)),
            "{00112233-4455-6677-8899-AABBCCDDEEFF}");
  EXPECT_EQ(shown(ValueType::kSid, std::string_view("\1\1\0\0\0\0\0\5\22\0\0\0", 12)),
            "S-1-5-18");
  EXPECT_EQ(shown(ValueType::kSid, std::string_view("\1\0\0\1\0\0\0\0", 8)),
            "S-1-0x000100000000");
  EXPECT_EQ(shown(ValueType::kBinary, std::string_view("\0\xab\x7f", 3)), "00AB7F");
}

TEST(ValueRendering, FileTimesOfTheWholeRangeHaveSevenDigits) {
  const auto time = [](std::uint64_t ticks) { return shown_number(ValueType::kFileTime, ticks); };
  EXPECT_EQ(time(0), "1601-01-01T00:00:00.0000000Z");
  EXPECT_EQ(time(132'600'000'012'345'678), "2021-03-12T05:20:01.2345678Z");
  EXPECT_EQ(time(INT64_MAX), "30828-09-14T02:48:05.4775807Z");
  // The last and the first moment around the turns of a 400-year cycle.
  EXPECT_EQ(time(126'227'807'999'999'999), "2000-12-31T23:59:59.9999999Z");
  EXPECT_EQ(time(126'227'808'000'000'000), "2001-01-01T00:00:00.0000000Z");
  EXPECT_EQ(time(95'616'288'000'000'000), "1904-01-01T00:00:00.0000000Z");
  EXPECT_EQ(time(24'999'999'999'999'999), "1680-03-22T04:26:39.9999999Z");
  EXPECT_EQ(time(25'000'000'000'000'000), "1680-03-22T04:26:40.0000000Z");
  EXPECT_EQ(time(UINT64_MAX), "FFFFFFFFFFFFFFFF");
}

TEST(ValueRendering, SystemTimes) {
  EXPECT_EQ(shown(ValueType::kSystemTime,
                  std::string_view("\xe5\7\3\0\0\0\16\0\6\0\50\0\12\0\305\3", 16)),
            "2021-03-14T06:40:10.9650000Z");
  EXPECT_EQ(shown(ValueType::kSystemTime, std::string(16, '\0')), std::string(32, '0'));
}

TEST(ValueRendering, Utf16IsNeverTrimmedButCutAtTheFirstNul) {
  EXPECT_EQ(shown(ValueType::kUtf16, wide(" cmd.exe /c  ")), " cmd.exe /c  ");
  EXPECT_EQ(shown(ValueType::kUtf16, wide(std::string_view("before\0after, far away", 22))),
            "before");
  EXPECT_EQ(shown(ValueType::kUtf16, wide(std::string_view("\0x", 2))), "");
  EXPECT_EQ(shown(ValueType::kUtf16, wide("12345678line\r\n") + "\x3d\xd8\x3e\xdc"),
            "12345678line\r\n\xf0\x9f\x90\xbe");
  EXPECT_EQ(shown(ValueType::kUtf16, wide("abcdefg") + "\xe9\x01" + wide("hijk") + "o"),
            "abcdefg\xc7\xa9hijk");
  EXPECT_EQ(shown(ValueType::kAnsi, std::string_view("\x80 5\0x", 5)), "\xe2\x82\xac 5");
}

TEST(ValueRendering, WhatDoesNotFitItsTypeIsShownAsItsBytes) {
  for (const ValueType type :
       {ValueType::kInt8, ValueType::kUint8, ValueType::kInt16, ValueType::kUint16,
        ValueType::kInt32, ValueType::kUint32, ValueType::kInt64, ValueType::kUint64,
        ValueType::kReal32, ValueType::kReal64, ValueType::kBool, ValueType::kGuid,
        ValueType::kSize, ValueType::kFileTime, ValueType::kSystemTime, ValueType::kSid,
        ValueType::kHex32, ValueType::kHex64}) {
    EXPECT_EQ(shown(type, "\x01\xFF\x02"), "01FF02") << static_cast<int>(type);
    EXPECT_EQ(shown(type, ""), "") << static_cast<int>(type);
  }
}

TEST(ValueRendering, ListsAreJoinedAndNothingIsNothing) {
  const std::vector<Value> values = {Value::text("a"), Value::null(), Value::text("b c")};
  const Value list{values.data(), 3, ValueType::kList};
  EXPECT_EQ(rendered(list), "a  b c");
  EXPECT_EQ(rendered(Value{}), "");
  EXPECT_EQ(rendered(Value::null()), "");
  EXPECT_EQ(rendered(Value::text("x\0y")), "x");
  std::string text = "kept ";
  append_rendered(Value::text("end"), text);
  EXPECT_EQ(text, "kept end");
}

TEST(ValueTypes, NumericMeansPlainDigitsOrBooleans) {
  EXPECT_TRUE(is_numeric(ValueType::kHex64));
  EXPECT_TRUE(is_numeric(ValueType::kBool));
  EXPECT_TRUE(is_numeric(ValueType::kNumberText));
  EXPECT_FALSE(is_numeric(ValueType::kUtf16));
  EXPECT_FALSE(is_numeric(ValueType::kGuid));
  EXPECT_FALSE(is_numeric(ValueType::kList));
}

}  // namespace
}  // namespace pugmark

#include "base/text.h"

#include <gtest/gtest.h>
#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include <random>
#include <string>
#include <vector>

namespace pugmark {
namespace {

std::string utf8_of(char32_t code_point) {
  std::string out;
  append_utf8(code_point, out);
  return out;
}

// ICU's own reading: code points, a damaged byte as -1.
std::vector<std::int64_t> icu_code_points(std::string_view text) {
  std::vector<std::int64_t> all;
  // ICU reads unsigned char; char may be viewed as it.
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto length = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < length;) {
    UChar32 c = 0;
    const std::int32_t before = at;
    U8_NEXT(bytes, at, length, c);
    if (c < 0) at = before + 1;  // one byte at a time, as we do
    all.push_back(c < 0 ? -1 : c);
  }
  return all;
}

std::vector<std::int64_t> own_code_points(std::string_view text) {
  std::vector<std::int64_t> all;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t before = at;
    const char32_t c = next_code_point(text, at);
    EXPECT_GT(at, before);
    const bool damaged = c >= 0xDC80 && c <= 0xDCFF;
    if (damaged) {
      EXPECT_EQ(at, before + 1);
      EXPECT_EQ(c, 0xDC00U + static_cast<unsigned char>(text[before]));
    }
    all.push_back(damaged ? -1 : static_cast<std::int64_t>(c));
  }
  return all;
}

// Texts near well-formed UTF-8: random bytes with a taste for lead and continuation bytes.
std::string hostile_text(std::mt19937& random) {
  static constexpr unsigned char kTaste[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF,
                                             0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEE, 0xEF,
                                             0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF};
  std::string text(random() % 12, '\0');
  for (char& c : text) {
    c = static_cast<char>(random() % 4 == 0 ? random() & 0xFFU : kTaste[random() % sizeof kTaste]);
  }
  return text;
}

TEST(Text, Utf8AgreesWithIcu) {
  std::mt19937 random(1);
  for (int i = 0; i < 200'000; ++i) {
    const std::string text = hostile_text(random);
    const auto expected = icu_code_points(text);
    ASSERT_EQ(own_code_points(text), expected);
    bool valid = true;
    for (const std::int64_t c : expected) valid = valid && c >= 0;
    ASSERT_EQ(is_valid_utf8(text), valid);
    ASSERT_EQ(is_valid_utf8("eight letters" + text + "and eight more"), valid);
    // Nothing is lost by taking a text apart and putting it together.
    std::string again;
    for (std::size_t at = 0; at < text.size();) append_utf8(next_code_point(text, at), again);
    ASSERT_EQ(again, text);
  }
}

TEST(Text, EveryCodePointGoesThere) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    const std::string text = utf8_of(c);
    if (c >= 0xDC80 && c <= 0xDCFF) {
      ASSERT_EQ(text.size(), 1U);
    } else if (c >= 0xD800 && c <= 0xDFFF) {
      ASSERT_EQ(text, "\xEF\xBF\xBD");
    } else {
      std::size_t at = 0;
      ASSERT_EQ(next_code_point(text, at), c);
      ASSERT_EQ(at, text.size());
    }
  }
  EXPECT_EQ(utf8_of(0x110000), "\xEF\xBF\xBD");
  EXPECT_EQ(utf8_of(0xFFFFFFFF), "\xEF\xBF\xBD");
}

TEST(Text, FoldingAgreesWithIcuEverywhere) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    const auto expected = static_cast<char32_t>(
        u_foldCase(static_cast<UChar32>(c), U_FOLD_CASE_DEFAULT));
    ASSERT_EQ(fold_case(c), expected) << std::hex << static_cast<std::uint32_t>(c);
    ASSERT_EQ(fold_case(fold_case(c)), fold_case(c)) << std::hex << static_cast<std::uint32_t>(c);
  }
  EXPECT_EQ(fold_case(0x110000), char32_t{0x110000});
  EXPECT_EQ(fold_case(0xFFFFFFFF), char32_t{0xFFFFFFFF});
}

TEST(Text, FoldedTextsKeepTheirDamage) {
  EXPECT_EQ(folded("C:\\Windows\\CMD.EXE"), "c:\\windows\\cmd.exe");
  EXPECT_EQ(folded("\xC3\x84\xCE\xA3\xCF\x82"), "\xC3\xA4\xCF\x83\xCF\x83");
  EXPECT_EQ(folded("A\xFF\xC3"), "a\xFF\xC3");
  EXPECT_EQ(folded(std::string_view("A\0B", 3)), std::string_view("a\0b", 3));
  std::mt19937 random(2);
  for (int i = 0; i < 50'000; ++i) {
    const std::string text = hostile_text(random);
    std::string expected;
    for (std::size_t at = 0; at < text.size();)
      append_utf8(fold_case(next_code_point(text, at)), expected);
    ASSERT_EQ(folded(text), expected);
    ASSERT_EQ(folded(expected), expected);
    std::string appended = "X";
    append_folded(text, appended);
    ASSERT_EQ(appended, "X" + expected);
  }
}

TEST(Text, Utf16AgreesWithIcu) {
  std::mt19937 random(3);
  for (int i = 0; i < 50'000; ++i) {
    std::u16string units(random() % 10, u'\0');
    for (char16_t& unit : units) {
      const auto value = static_cast<std::uint32_t>(random());
      unit = static_cast<char16_t>(value % 3 == 0 ? 0xD800 + (value >> 8U) % 0x800 : value >> 8U);
    }
    std::string bytes;
    for (const char16_t unit : units) {
      bytes += static_cast<char>(unit & 0xFFU);
      bytes += static_cast<char>(unit >> 8U);
    }
    std::string expected(units.size() * 3 + 1, '\0');
    std::int32_t length = 0;
    UErrorCode error = U_ZERO_ERROR;
    u_strToUTF8WithSub(expected.data(), static_cast<std::int32_t>(expected.size()), &length,
                       units.data(), static_cast<std::int32_t>(units.size()), 0xFFFD, nullptr,
                       &error);
    ASSERT_TRUE(U_SUCCESS(error));
    expected.resize(static_cast<std::size_t>(length));
    std::string own;
    append_utf16le(bytes, own);
    ASSERT_EQ(own, expected);
    own.clear();
    append_utf16le(bytes + "x", own);  // an odd last byte is left out
    ASSERT_EQ(own, expected);
  }
}

TEST(Text, Windows1252AgreesWithIcu) {
  UErrorCode error = U_ZERO_ERROR;
  UConverter* converter = ucnv_open("windows-1252", &error);
  ASSERT_TRUE(U_SUCCESS(error));
  for (unsigned value = 0; value < 256; ++value) {
    const char byte = static_cast<char>(value);
    std::u16string unit(4, u'\0');
    error = U_ZERO_ERROR;
    const std::int32_t length = ucnv_toUChars(converter, unit.data(), 4, &byte, 1, &error);
    ASSERT_TRUE(U_SUCCESS(error));
    ASSERT_EQ(length, 1);
    std::string own;
    append_windows1252(std::string_view(&byte, 1), own);
    EXPECT_EQ(own, utf8_of(unit[0])) << value;
  }
  ucnv_close(converter);
}

TEST(Text, EscapedTextCannotChangeWhatIsAroundIt) {
  EXPECT_EQ(escaped("C:\\new\\tab"), "C:\\new\\tab");
  EXPECT_EQ(escaped("a\nb\r\t\x1b[31m"), "a\\nb\\r\\t\\x1b[31m");
  EXPECT_EQ(escaped(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(escaped("\x7F"), "\\x7f");
  EXPECT_EQ(escaped("gpj.\xE2\x80\xAE" "exe"), "gpj.\\u{202e}exe");
  EXPECT_EQ(escaped("\xFFoops\xC3"), "\\xffoops\\xc3");
  EXPECT_EQ(escaped("\xC2\x85"), "\\u{85}");
  EXPECT_EQ(escaped("\xE2\x80\xA8"), "\\u{2028}");
  EXPECT_EQ(escaped("\xE2\x80\x8B\xEF\xBB\xBF"), "\\u{200b}\\u{feff}");
  EXPECT_EQ(escaped("\xF3\xA0\x81\x81"), "\\u{e0041}");
  EXPECT_EQ(escaped("\xC3\xA4 \xE6\x97\xA5 \xF0\x9F\x90\xBE"),
            "\xC3\xA4 \xE6\x97\xA5 \xF0\x9F\x90\xBE");
  std::mt19937 random(5);
  for (int i = 0; i < 50'000; ++i) {
    const std::string shown = escaped(hostile_text(random));
    ASSERT_TRUE(is_valid_utf8(shown));
    ASSERT_EQ(escaped(shown), shown);
  }
}

TEST(Text, NothingInvisibleIsLeft) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    const auto category = u_charType(static_cast<UChar32>(c));
    const bool hidden = category == U_CONTROL_CHAR || category == U_FORMAT_CHAR ||
                        category == U_LINE_SEPARATOR || category == U_PARAGRAPH_SEPARATOR ||
                        u_hasBinaryProperty(static_cast<UChar32>(c),
                                            UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0 ||
                        u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_BIDI_CONTROL) != 0;
    if (hidden) {
      ASSERT_EQ(escaped(utf8_of(c)).front(), '\\') << std::hex << static_cast<std::uint32_t>(c);
    }
  }
}

TEST(Text, AsciiOnly) {
  EXPECT_EQ(ascii_lower("#Fields: S-IP \xC3\x84"), "#fields: s-ip \xC3\x84");
  EXPECT_TRUE(equal_ascii_nocase("Date", "dATE"));
  EXPECT_FALSE(equal_ascii_nocase("date", "dat"));
  EXPECT_FALSE(equal_ascii_nocase("[", "{"));
  EXPECT_FALSE(equal_ascii_nocase("\xC3\x84", "\xC3\xA4"));
  EXPECT_TRUE(equal_ascii_nocase("", ""));
}

}  // namespace
}  // namespace pugmark

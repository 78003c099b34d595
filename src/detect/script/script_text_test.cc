#include "detect/script/script_text.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "detect/script/script_text_twin.h"

namespace pugmark::script {
namespace {

// With the zero bytes in it.
template <std::size_t N>
std::string_view bytes_of(const char (&text)[N]) {
  return {text, N - 1};
}

void append_unit(char32_t unit, std::size_t bytes, bool is_big, std::string& out) {
  for (std::size_t i = 0; i < bytes; ++i)
    out += static_cast<char>(unit >> 8U * (is_big ? bytes - 1 - i : i) & 0xFFU);
}

void append_as(char32_t c, Encoding encoding, std::string& out) {
  const bool is_big = encoding == Encoding::kUtf16Be || encoding == Encoding::kUtf32Be;
  if (encoding == Encoding::kUtf32Le || encoding == Encoding::kUtf32Be) {
    append_unit(c, 4, is_big, out);
  } else if (encoding != Encoding::kUtf16Le && encoding != Encoding::kUtf16Be) {
    append_utf8(c, out);
  } else if (c < 0x10000) {
    append_unit(c, 2, is_big, out);
  } else {
    append_unit(0xD800 + ((c - 0x10000) >> 10U), 2, is_big, out);
    append_unit(0xDC00 + ((c - 0x10000) & 0x3FFU), 2, is_big, out);
  }
}

// A file in the making, with the place of every byte of its text, character by character.
struct Made {
  std::string bytes;
  std::string text;
  std::vector<std::uint64_t> offsets;  // of each byte of the text

  void add(std::u32string_view characters, Encoding encoding) {
    for (const char32_t c : characters) {
      const std::uint64_t begin = bytes.size();
      const std::size_t text_begin = text.size();
      append_as(c, encoding, bytes);
      append_utf8(c, text);
      const bool is_narrow = encoding == Encoding::kUtf8 || encoding == Encoding::kUtf8Marked;
      for (std::size_t i = text_begin; i < text.size(); ++i)
        offsets.push_back(begin + (is_narrow ? i - text_begin : 0));
    }
  }
};

std::string encoded(std::u32string_view characters, Encoding encoding) {
  Made made;
  made.add(characters, encoding);
  return made.bytes;
}

ScriptText decoded(std::string_view bytes) {
  ScriptText text;
  text.decode(as_bytes(bytes));
  EXPECT_EQ(disagreement(as_bytes(bytes), text), "");
  return text;
}

void expect_as_made(const Made& made) {
  ScriptText text;
  text.decode(as_bytes(made.bytes));
  const auto [left, right] =
      std::mismatch(text.view().begin(), text.view().end(), made.text.begin(), made.text.end());
  ASSERT_TRUE(left == text.view().end() && right == made.text.end())
      << "at " << left - text.view().begin() << " of " << made.text.size() << ": "
      << escaped(std::string(left, std::min(left + 60, text.view().end())));
  for (std::size_t at = 0; at < made.text.size(); ++at)
    ASSERT_EQ(text.offset_of(at), made.offsets[at]) << at;
  EXPECT_EQ(text.offset_of(made.text.size()), made.bytes.size());
  EXPECT_EQ(disagreement(as_bytes(made.bytes), text), "");
  EXPECT_EQ(text.malformed_count(), 0U);
}

constexpr std::u32string_view kPage =
    U"<%@ Page Language=\"C#\" %>\r\n<html><body>a page of an ordinary length</body></html>\r\n";
constexpr std::u32string_view kAppended =
    U"<?php /* appended by somebody, and longer than the shortest run */ echo $a; ?>\n";
constexpr std::u32string_view kForeign =
    U"// \u4E2D\u6587\u6CE8\u91CA \u4E00 \U0001F600 \u00E9\r\n";

TEST(ScriptText, PlainTextIsNotCopied) {
  const std::string_view page = "<?php echo 'caf\xC3\xA9 \xD6\xD0'; ?>";
  const ScriptText text = decoded(page);
  EXPECT_EQ(text.view().data(), page.data());
  EXPECT_EQ(text.view(), page);
  EXPECT_EQ(text.encoding(), Encoding::kUtf8);
  EXPECT_FALSE(text.is_mixed());
  EXPECT_EQ(text.offset_of(7), 7U);
}

TEST(ScriptText, EmptyIsEmpty) {
  const ScriptText text = decoded("");
  EXPECT_TRUE(text.view().empty());
  EXPECT_EQ(text.offset_of(0), 0U);
}

TEST(ScriptText, LeavesOutTheMarkOfUtf8) {
  const ScriptText text = decoded("\xEF\xBB\xBF<?php");
  EXPECT_EQ(text.view(), "<?php");
  EXPECT_EQ(text.encoding(), Encoding::kUtf8Marked);
  EXPECT_EQ(text.offset_of(0), 3U);
  EXPECT_EQ(text.offset_of(5), 8U);
}

TEST(ScriptText, ReadsEveryWideEncodingWithAndWithoutMark) {
  for (const Encoding encoding :
       {Encoding::kUtf16Le, Encoding::kUtf16Be, Encoding::kUtf32Le, Encoding::kUtf32Be}) {
    for (const std::u32string_view mark : {std::u32string_view(), std::u32string_view(U"\uFEFF")}) {
      const std::string bytes = encoded(std::u32string(mark) + std::u32string(kPage), encoding);
      const ScriptText text = decoded(bytes);
      EXPECT_EQ(text.view(), encoded(kPage, Encoding::kUtf8)) << to_string(encoding);
      EXPECT_EQ(text.encoding(), encoding);
      EXPECT_FALSE(text.is_mixed());
      const std::size_t unit = encoding >= Encoding::kUtf32Le ? 4 : 2;
      EXPECT_EQ(text.offset_of(10), unit * (10 + mark.size()));
    }
  }
}

TEST(ScriptText, ReadsShortFiles) {
  const std::u32string_view tiny = U"<%=x%>";
  for (const Encoding encoding :
       {Encoding::kUtf16Le, Encoding::kUtf16Be, Encoding::kUtf32Le, Encoding::kUtf32Be})
    EXPECT_EQ(decoded(encoded(tiny, encoding)).view(), "<%=x%>") << to_string(encoding);
  EXPECT_EQ(decoded("\xFF\xFE").view(), "");
  EXPECT_EQ(decoded("\xFF\xFE\x2D\x4E").view(), "\xE4\xB8\xAD");  // no zero byte in it
}

TEST(ScriptText, KeepsForeignCharacters) {
  std::u32string page;
  for (int i = 0; i < 100; ++i) page += std::u32string(kForeign) + std::u32string(kPage);
  for (const Encoding encoding :
       {Encoding::kUtf16Le, Encoding::kUtf16Be, Encoding::kUtf32Le, Encoding::kUtf32Be}) {
    Made made;
    made.add(page, encoding);
    expect_as_made(made);
  }
}

TEST(ScriptText, ReadsForeignTextWithoutAnyAscii) {
  std::u32string prose;
  for (char32_t i = 0; i < 5000; ++i) prose += static_cast<char32_t>(0x4E00 + i * 7919 % 0x5000);
  Made made;
  made.add(U"\uFEFF", Encoding::kUtf16Le);
  made.text.clear();
  made.offsets.clear();
  made.add(prose, Encoding::kUtf16Le);
  expect_as_made(made);
}

TEST(ScriptText, FollowsChangesOfEncoding) {
  const Encoding all[] = {Encoding::kUtf8, Encoding::kUtf16Le, Encoding::kUtf16Be,
                          Encoding::kUtf32Le, Encoding::kUtf32Be};
  for (const Encoding first : all) {
    for (const Encoding second : all) {
      if (first == second) continue;
      Made made;
      made.add(kPage, first);
      made.add(kAppended, second);
      SCOPED_TRACE(std::string(to_string(first)) + " then " + std::string(to_string(second)));
      expect_as_made(made);
      ScriptText text;
      text.decode(as_bytes(made.bytes));
      EXPECT_EQ(text.encoding(), first);
      EXPECT_TRUE(text.is_mixed());
    }
  }
}

TEST(ScriptText, FollowsChangesAtOddOffsets) {
  for (const Encoding wide : {Encoding::kUtf16Le, Encoding::kUtf16Be}) {
    Made made;
    made.add(kPage, wide);
    made.add(U"\n", Encoding::kUtf8);  // one byte between
    made.add(kAppended, wide);
    made.add(kAppended, Encoding::kUtf8);
    made.add(U"!", Encoding::kUtf8);
    made.add(kPage, wide);
    SCOPED_TRACE(to_string(wide));
    ScriptText text;
    text.decode(as_bytes(made.bytes));
    EXPECT_EQ(text.view(), made.text);
    EXPECT_EQ(disagreement(as_bytes(made.bytes), text), "");
  }
}

TEST(ScriptText, FindsAShortShellBehindAWidePage) {
  Made made;
  made.add(kPage, Encoding::kUtf16Le);
  made.add(U"<?php f($_GET[1]);", Encoding::kUtf8);
  expect_as_made(made);
  made.add(kPage, Encoding::kUtf16Le);
  expect_as_made(made);
}

TEST(ScriptText, AnAppendedShellMayBeginWithForeignCharacters) {
  Made made;
  made.add(kPage, Encoding::kUtf16Le);
  made.add(U"\u4E2D\u6587", Encoding::kUtf8);
  made.add(kAppended, Encoding::kUtf8);
  expect_as_made(made);
}

TEST(ScriptText, SkipsAMarkInTheMiddle) {
  const std::string bytes = encoded(kAppended, Encoding::kUtf8) +
                            encoded(U"\uFEFF", Encoding::kUtf16Be) +
                            encoded(kPage, Encoding::kUtf16Be);
  const ScriptText text = decoded(bytes);
  EXPECT_EQ(text.view(), encoded(kAppended, Encoding::kUtf8) + encoded(kPage, Encoding::kUtf8));
  EXPECT_EQ(text.offset_of(kAppended.size()), kAppended.size() + 2);
}

TEST(ScriptText, AFalseMarkHidesNothing) {
  const std::string bytes = "\xFF\xFE" + encoded(kAppended, Encoding::kUtf8);
  const ScriptText text = decoded(bytes);
  EXPECT_EQ(text.view(), encoded(kAppended, Encoding::kUtf8));
  EXPECT_EQ(text.encoding(), Encoding::kUtf8);
}

TEST(ScriptText, CountsUnpairedSurrogates) {
  std::string bytes = encoded(kPage, Encoding::kUtf16Le);
  bytes += bytes_of("\x00\xD8");
  bytes += bytes_of("\x41\x00");
  bytes += bytes_of("\x00\xDC");
  bytes += bytes_of("\x42\x00\x00\xD8");
  const ScriptText text = decoded(bytes);
  EXPECT_EQ(text.view(), encoded(kPage, Encoding::kUtf8) + "?A?B?");
  EXPECT_EQ(text.malformed_count(), 3U);
  EXPECT_EQ(text.offset_of(kPage.size() + 2), 2 * kPage.size() + 4);
}

TEST(ScriptText, CountsValuesAboveUnicode) {
  std::string bytes = encoded(kPage, Encoding::kUtf32Le);
  bytes += bytes_of("\x00\x00\x11\x00");
  bytes += encoded(U"z", Encoding::kUtf32Le);
  const ScriptText text = decoded(bytes);
  EXPECT_EQ(text.view(), encoded(kPage, Encoding::kUtf8) + "?z");
  EXPECT_EQ(text.malformed_count(), 1U);
}

TEST(ScriptText, AnOddLastByteIsKeptIfItIsText) {
  const std::string page = encoded(kPage, Encoding::kUtf16Le);
  const ScriptText kept = decoded(page + "\n");
  EXPECT_EQ(kept.view(), encoded(kPage, Encoding::kUtf8) + "\n");
  EXPECT_FALSE(kept.is_mixed());
  const ScriptText replaced = decoded(page + "\xD8");
  EXPECT_EQ(replaced.view(), encoded(kPage, Encoding::kUtf8) + "?");
  EXPECT_EQ(replaced.malformed_count(), 1U);
}

TEST(ScriptText, ZeroBytesInsideAsciiStand) {
  const std::string_view page =
      bytes_of("<?php ec\0ho 1; \0\0\0\0 ?> and so on, \0 to \0 the \0 end");
  const ScriptText text = decoded(page);
  EXPECT_EQ(text.view(), page);
  EXPECT_EQ(text.view().data(), page.data());
}

TEST(ScriptText, ABinaryFileStaysAsItIs) {
  std::string bytes = std::string(bytes_of("\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01\x01\x00"));
  std::mt19937 random(7);
  for (int i = 0; i < 100'000; ++i) bytes += static_cast<char>(random() % 5 == 0 ? 0 : random());
  const std::string shell = encoded(kAppended, Encoding::kUtf8);
  EXPECT_NE(decoded(bytes + shell + bytes).view().find(shell), std::string_view::npos);
}

TEST(ScriptText, WideTextInsideABinaryFileIsRead) {
  std::string bytes;
  std::mt19937 random(8);
  for (int i = 0; i < 5'000; ++i) bytes += static_cast<char>(random());
  const std::string all =
      bytes + encoded(kPage, Encoding::kUtf16Le) + std::string(100, '\0') + bytes;
  const ScriptText text = decoded(all);
  EXPECT_NE(text.view().find(encoded(kPage, Encoding::kUtf8)), std::string_view::npos);
  EXPECT_NE(text.view().find(bytes), std::string_view::npos);
}

// Pieces of any encoding, each of more than a run: text and offsets are those of the maker, who
// goes character by character.
TEST(ScriptText, AgreesWithItsTwinOnMadeFiles) {
  std::mt19937 random(42);
  const std::u32string_view lines[] = {kPage, kAppended, kForeign};
  for (int round = 0; round < 60; ++round) {
    Made made;
    auto last = Encoding::kUtf8Marked;
    for (std::size_t pieces = 1 + random() % 5; pieces > 0; --pieces) {
      const Encoding all[] = {Encoding::kUtf8, Encoding::kUtf16Le, Encoding::kUtf16Be,
                              Encoding::kUtf32Le, Encoding::kUtf32Be};
      const Encoding encoding = all[random() % 5];
      if (encoding == last) continue;
      // Without a mark, nobody can say which of the two orders of bytes follows single-byte text.
      if (last == Encoding::kUtf8) append_as(0xFEFF, encoding, made.bytes);
      last = encoding;
      made.add(kPage, encoding);
      for (std::size_t i = random() % 40; i > 0; --i) made.add(lines[random() % 3], encoding);
      made.add(kAppended, encoding);
    }
    SCOPED_TRACE(round);
    expect_as_made(made);
  }
}

TEST(ScriptText, IsReusable) {
  ScriptText text;
  const std::string wide = encoded(kPage, Encoding::kUtf16Be);
  text.decode(as_bytes(wide));
  text.decode(as_bytes("<% a %>"));
  EXPECT_EQ(text.view(), "<% a %>");
  EXPECT_EQ(text.encoding(), Encoding::kUtf8);
  EXPECT_EQ(text.offset_of(3), 3U);
}

}  // namespace
}  // namespace pugmark::script

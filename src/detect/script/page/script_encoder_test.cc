#include <array>
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "detect/script/page.h"
#include "detect/script/page/page_testing.h"

namespace pugmark::script {
namespace {

constexpr std::size_t kPlaces = 64;

std::string around(std::string_view code) {
  return "#@~^AAAAAA==" + std::string(code) + "AAAAAA==^#~@";
}

// What decodes to each character at each place: found by decoding everything there.
using Table = std::array<std::string, kPlaces>;
Table encoding_table() {
  Table table;
  for (std::size_t place = 0; place < kPlaces; ++place) {
    table.at(place).assign(128, '\0');
    for (int i = 0x09; i < 0x80; ++i) {
      const auto candidate = static_cast<char>(i);
      if (candidate == '@' || (i > 0x09 && i < 0x20)) continue;
      const std::string plain = decode_script_encoder(around(std::string(place, ' ') + candidate));
      table.at(place).at(static_cast<std::size_t>(plain.back())) = candidate;
    }
  }
  return table;
}

std::string encoded(std::string_view plain) {
  static const Table table = encoding_table();
  constexpr std::string_view kMarks = "&#*!$";
  constexpr std::string_view kMeanings = "\n\r><@";
  std::string code;
  std::size_t step = 0;
  for (const char c : plain) {
    if (static_cast<unsigned char>(c) >= 0x80) {
      code += c;
      continue;
    }
    const std::size_t place = step++ % kPlaces;
    const std::size_t escape = kMeanings.find(c);
    const bool is_escaped = escape != std::string_view::npos;
    const char found = table.at(place).at(static_cast<std::size_t>(c));
    EXPECT_TRUE(is_escaped || found != '\0') << "nothing stands for " << c;
    code += is_escaped ? std::string{'@', kMarks[escape]} : std::string(1, found);
  }
  return around(code);
}

TEST(ScriptEncoder, DecodesTheBeginningOfItsSequence) {
  // By the published tables: alphabets 0, 1, 2, 0, 1.
  EXPECT_EQ(decode_script_encoder(around("G2{{G")), "o3_7D");
}

TEST(ScriptEncoder, EveryCharacterComesBackAtEveryPlace) {
  std::string plain = "\t\r\n<>@";
  for (char c = ' '; c < 0x7F; ++c) plain += c;
  std::string all;
  for (std::size_t i = 0; i < 64; ++i) all += plain.substr(i) + plain.substr(0, i);
  EXPECT_EQ(decode_script_encoder(encoded(all)), all);
}

TEST(ScriptEncoder, AlphabetsHaveEachCharacterOnce) {
  // Places 0, 1 and 2 have one alphabet each.
  for (std::size_t place = 0; place < 3; ++place) {
    std::string seen;
    for (int i = 0x20; i < 0x80; ++i) {
      const auto c = static_cast<char>(i);
      if (c == '<' || c == '>' || c == '@') continue;
      const char plain = decode_script_encoder(around(std::string(place, ' ') + c)).back();
      EXPECT_EQ(seen.find(plain), std::string::npos) << place << " " << c;
      seen += plain;
    }
  }
}

TEST(ScriptEncoder, OtherCharactersStayAndTakeNoPlace) {
  const std::string plain = "a = \"\xE4\xB8\xAD\" & b";
  EXPECT_EQ(decode_script_encoder(encoded(plain)), plain);
  const std::string first = encoded("ab");
  const std::string code = first.substr(12, 2);
  EXPECT_EQ(decode_script_encoder(around(code.substr(0, 1) + "\xE4\xB8\xAD" + code.substr(1))),
            "a\xE4\xB8\xAD"
            "b");
  // Double-byte text: the second byte belongs to the first.
  EXPECT_EQ(decode_script_encoder(around(code.substr(0, 1) + "\x81\x40" + code.substr(1))),
            "a\x81\x40"
            "b");
}

TEST(ScriptEncoder, TakesNothingElse) {
  EXPECT_EQ(decode_script_encoder(""), "");
  EXPECT_EQ(decode_script_encoder("#@~^AAAAAA==^#~@"), "");
  EXPECT_EQ(decode_script_encoder("#@~^A!AAAA==xxAAAAAA==^#~@"), "");
  EXPECT_EQ(decode_script_encoder(around("x") + "y"), "");
}

TEST(ScriptEncoder, PiecesInPagesAreConverted) {
  const std::string piece = encoded("a = 1 > 2");
  const std::string page = "<%@ LANGUAGE=\"VBScript.Encode\" %><% b = 1\n" + piece + "\nc = 2 %>";
  EXPECT_EQ(dump_of(PageKind::kAsp, "x.asp", page),
            "vbscript\n"
            "directive: <%@ LANGUAGE=\"VBScript.Encode\" %>\n"
            "code vbscript:  b = 1\\n\n"
            "directive: " +
                piece +
                "\n"
                "code vbscript: \\nc = 2 \n"
                "tag  LANGUAGE=[VBScript.Encode]\n"
                "42 code vbscript: a = 1 > 2\n");
}

TEST(ScriptEncoder, PiecesWithoutAnEndStayCode) {
  EXPECT_EQ(dump_of(PageKind::kAsp, "x.asp", "<% b #@~^AAAAAA== %>"),
            "vbscript\ncode vbscript:  b #@~^AAAAAA== \n");
}

}  // namespace
}  // namespace pugmark::script

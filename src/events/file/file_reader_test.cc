#include "events/file/file_reader.h"

#include <gtest/gtest.h>
#include <string>

#include "base/folder_testing.h"
#include "events/block_stream.h"

namespace pugmark {
namespace {

struct Piece {
  std::uint64_t offset_bytes = 0;
  std::string bytes;
  bool is_last = false;
};

struct Read {
  std::vector<Piece> pieces;
  std::string type;
  std::vector<Gap> gaps;
  std::uint64_t large_count = 0;

  std::string all() const {
    std::string bytes;
    for (const Piece& piece : pieces) bytes += piece.bytes;
    return bytes;
  }
};

// The pieces of a file as workers get them; of what was read as a log there are none.
Read read(const std::string& name, const std::string& bytes, std::uint64_t window_bytes = 1'000) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.write(name, bytes);
  Limits limits;
  limits.file_window_bytes = window_bytes;
  ShapeTable shapes(limits);
  std::mutex turn;
  ItemIds ids;
  const ReaderOptions options{&limits, &shapes, false, nullptr, &turn};
  auto stream = std::move(BlockStream::open({path, bytes.size(), false}, ids, options)).value();
  Read read;
  BlockBuffer buffer;
  while (stream->next(buffer)) {
    if (buffer.reader->is_file()) {
      read.pieces.push_back({buffer.block.offset_bytes, std::string(as_text(buffer.block.bytes)),
                             buffer.block.is_last});
      EXPECT_NE(dynamic_cast<const FileContext*>(buffer.block.context.get()), nullptr);
    }
    read.large_count += buffer.is_large() ? 1U : 0U;
    if (buffer.is_large()) buffer.release();
  }
  const auto items = stream->take_items();
  EXPECT_TRUE(items.at(0).sha256.has_value());
  EXPECT_EQ(items.at(0).size_bytes, bytes.size());
  read.type = items.at(0).type;
  read.gaps = stream->take_gaps();
  return read;
}

std::string lines(std::size_t size_bytes) {
  std::string text;
  while (text.size() < size_bytes) text += "eight ch\n";
  text.resize(size_bytes);
  return text;
}

TEST(FileReader, AFileUpToTheWindowIsOnePiece) {
  for (const std::size_t size : {1UL, 999UL, 1'000UL}) {
    const Read one = read("a.php", lines(size));
    ASSERT_EQ(one.pieces.size(), 1U) << size;
    EXPECT_EQ(one.pieces[0].bytes, lines(size));
    EXPECT_TRUE(one.pieces[0].is_last);
    EXPECT_EQ(one.type, "script");
  }
}

TEST(FileReader, ALargerOneIsCutBehindALine) {
  for (const std::size_t size : {1'001UL, 70'000UL, 300'000UL, 524'289UL}) {
    const std::string text = lines(size);
    const Read large = read("a.php", text);
    EXPECT_EQ(large.all(), text) << size;
    std::uint64_t offset = 0;
    for (const Piece& piece : large.pieces) {
      EXPECT_EQ(piece.offset_bytes, offset);
      EXPECT_LE(piece.bytes.size(), 1'000U);
      EXPECT_EQ(piece.is_last, &piece == &large.pieces.back());
      EXPECT_TRUE(piece.is_last || piece.bytes.back() == '\n');
      offset += piece.bytes.size();
    }
  }
}

TEST(FileReader, OneWithoutLinesIsCutAtTheWindow) {
  const std::string text(2'500, 'x');
  const Read large = read("a.php", text);
  ASSERT_EQ(large.pieces.size(), 3U);
  EXPECT_EQ(large.pieces[0].bytes.size(), 1'000U);
  EXPECT_EQ(large.pieces[2].bytes.size(), 500U);
}

TEST(FileReader, NeverCutsAUnitOfUtf16) {
  std::string text;
  for (const char c : lines(3'000)) text += {c, '\0'};
  const Read large = read("a.aspx", text, 999);
  EXPECT_EQ(large.all(), text);
  EXPECT_GT(large.pieces.size(), 5U);
  for (const Piece& piece : large.pieces) EXPECT_EQ(piece.bytes.size() % 2, 0U);
}

// Several threads go on reading a dump: no piece of it is so large that there is one at a time.
TEST(FileReader, WhatCannotBeExaminedTakesNoTurn) {
  std::string dump(3'000'000, '\0');
  for (std::size_t i = 0; i < dump.size(); i += 3) dump[i] = static_cast<char>(i);
  const Read read_dump = read("memory.raw", dump, 4 << 20);
  EXPECT_EQ(read_dump.type, "unknown");
  EXPECT_EQ(read_dump.large_count, 0U);
  EXPECT_EQ(read_dump.all(), dump);
  EXPECT_EQ(read("bundle.js", lines(3'000'000), 4 << 20).large_count, 1U);
  EXPECT_EQ(read("some.txt", lines(3'000'000), 4 << 20).large_count, 1U);
  EXPECT_EQ(read("some.txt", lines(3'000'000), 1 << 20).large_count, 0U) << "rather a log";
}

TEST(FileReader, AScriptByNameIsNoLogWhateverItsLinesLookLike) {
  const std::string log =
      "198.51.100.7 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 2\n";
  EXPECT_TRUE(read("a.log", log).pieces.empty());
  const Read script = read("a.php", log);
  EXPECT_EQ(script.all(), log);
  EXPECT_EQ(script.type, "script");
  ASSERT_EQ(script.gaps.size(), 1U);
  EXPECT_EQ(script.gaps[0].kind, GapKind::kUnsupported);
  EXPECT_NE(script.gaps[0].what.find("named as a script (.php) and its lines look like a log "
                                     "(ncsa)"),
            std::string::npos)
      << script.gaps[0].what;
}

TEST(FileReader, OfUtf16OnlyWhatMayBeALogIsAGap) {
  const auto with_mark = [](std::string_view text) {
    std::string out = "\xFF\xFE";
    for (const char c : text) out += {c, '\0'};
    return out;
  };
  const std::string words = with_mark("TimeCreated,Id,Message\r\n2021-03-02,1,Text\r\n");
  const Read log = read("export.csv", words);
  ASSERT_EQ(log.gaps.size(), 1U);
  EXPECT_EQ(log.gaps[0].where.offset_bytes, 0U);
  EXPECT_EQ(log.gaps[0].where.length_bytes, words.size()) << "all of it";
  std::string long_words = "\xFF\xFE";
  for (const char c : lines(50'000)) long_words += {c, '\0'};
  const Read long_log = read("export.csv", long_words);
  ASSERT_EQ(long_log.gaps.size(), 1U);
  EXPECT_EQ(long_log.gaps[0].where.length_bytes, long_words.size());
  EXPECT_EQ(read("export.csv", words).type, "utf-16");
  EXPECT_TRUE(read("Report.wer", words).gaps.empty());
  EXPECT_TRUE(read("a.aspx", words).gaps.empty());
  EXPECT_TRUE(read("a.txt", with_mark("<%@ Page Language=\"x\" %> and text")).gaps.empty());
  EXPECT_TRUE(read("a.txt", with_mark("<html><body>and text")).gaps.empty());
  EXPECT_TRUE(read("a.csv", words.substr(2)).gaps.empty()) << "without a mark";
}

}  // namespace
}  // namespace pugmark

#include "detect/engine/line_scan.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

#include "base/text.h"
#include "detect/engine/readings.h"

namespace pugmark::engine {
namespace {

std::vector<std::uint32_t> scan(const LineScan& scan, std::string_view line, bool& known) {
  std::vector<std::uint32_t> ids;
  std::string memory;
  known = scan.scan(line, memory, ids);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

TEST(LineScan, FindsWhatAReadingOfAValueHolds) {
  const LineScan line({{"/owa/auth.js?a=1", Anchor::kAnywhere, 1},
                       {"mozilla/5.0 (windows", Anchor::kStart, 2},
                       {".7z", Anchor::kEnd, 3},
                       {"get", Anchor::kWhole, 4},
                       {"={{", Anchor::kAnywhere, 5},
                       {"../..", Anchor::kAnywhere, 6},
                       {"c:\\inetpub", Anchor::kAnywhere, 7}});
  using Ids = std::vector<std::uint32_t>;
  bool known = false;
  EXPECT_EQ(scan(line, "GET /owa/auth.js a=1 Mozilla/5.0+(Windows+NT)", known), (Ids{1, 2, 4}));
  EXPECT_EQ(scan(line, "POST /x/dump.7Z", known), Ids{3});
  EXPECT_EQ(scan(line, "POST /x/dump.7zip b={{c}}", known), Ids{5});
  EXPECT_EQ(scan(line, "FORGET /x%2e%2e/%2e./y -", known), Ids{6});
  EXPECT_EQ(scan(line, "/x%252e%252e%252f%252e%252e", known), Ids{6});
  EXPECT_EQ(scan(line, "/x -Path+C:\\INETPUB\\x 100%", known), Ids{7});
  EXPECT_TRUE(known);
  // The Kelvin sign folds to a letter of ASCII: what such a line holds must be read value by value.
  scan(line, "GET /\xe2\x84\xaa", known);
  EXPECT_FALSE(known);
  scan(line, "GET /%e2%84%aa", known);
  EXPECT_FALSE(known);
}

// All texts a value of a web log is read as, by the way that makes them one by one.
std::vector<std::string> readings(const std::string& stem, const std::string& query,
                                  const std::string& agent) {
  Arena arena;
  ReadingMaker maker;
  maker.begin(arena);
  maker.add(FieldRole::kUriStem, Value::text(stem), Value{});
  maker.add(FieldRole::kUriQuery, Value::text(query), Value::text(stem));
  maker.add(FieldRole::kUserAgent, Value::text(agent), Value{});
  std::vector<std::string> texts;
  for (const Reading& reading : maker.finish()) texts.emplace_back(reading.folded);
  return texts;
}

TEST(LineScan, LeavesNothingOut) {
  std::mt19937 random(20210305);
  const char* const kPieces[] = {"a", "B", "/", "%41", "%2f", "%252f",
                                 "+", "?", ".", "%",   "4",   "="};
  const auto word = [&](std::size_t longest) {
    std::string text;
    for (std::size_t i = 1 + random() % longest; i > 0; --i) text += kPieces[random() % 12];
    return text;
  };
  std::size_t found = 0;
  std::size_t by_fragments = 0;
  for (int round = 0; round < 6'000; ++round) {
    std::vector<Literal> literals;
    for (std::uint32_t id = 0; id < (round % 2 == 0 ? 30U : 12U); ++id) {
      const Literal literal{folded(word(6)), static_cast<Anchor>(random() % 4), id};
      if (LineScan::can_search(literal)) literals.push_back(literal);
    }
    const LineScan line(literals);
    const LineScan by_grams(literals, LineScan::Way::kGrams);
    by_fragments += line.way() == LineScan::Way::kFragments ? 1U : 0U;
    const LiteralIndex one_by_one(literals);
    const std::size_t longest = round % 100 == 0 ? 1'500U : 8U;
    const std::string stem = word(longest), query = word(8), agent = word(8);
    bool known = false;
    bool known_by_grams = false;
    const std::string row = stem + " " + query + " " + agent;
    const auto ids = scan(line, row, known);
    const auto ids_by_grams = scan(by_grams, row, known_by_grams);
    EXPECT_EQ(known, known_by_grams) << row;
    if (!known) continue;  // escapes of bytes that are not ASCII
    EXPECT_EQ(ids, ids_by_grams) << row;
    for (const std::string& text : readings(stem, query, agent)) {
      std::vector<std::uint32_t> standing;
      one_by_one.scan_reference(text, standing);
      found += standing.size();
      for (const std::uint32_t id : standing)
        EXPECT_TRUE(std::binary_search(ids.begin(), ids.end(), id)) << id << " in " << text;
    }
  }
  EXPECT_GT(found, 3'000U);
  EXPECT_TRUE(by_fragments > 1'000 || !FragmentFilter::is_available()) << by_fragments;
}

}  // namespace
}  // namespace pugmark::engine

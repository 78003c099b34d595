#include "detect/engine/literal_index.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

#include "base/text.h"

namespace pugmark::engine {
namespace {

std::vector<std::uint32_t> sorted_unique(std::vector<std::uint32_t> ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

std::vector<std::uint32_t> scan(const LiteralIndex& index, std::string_view text) {
  std::vector<std::uint32_t> ids;
  index.scan(text, ids);
  return sorted_unique(ids);
}

TEST(LiteralIndex, HonoursAnchors) {
  const LiteralIndex index({{"cmd.exe", Anchor::kEnd, 1},
                            {"c:\\", Anchor::kStart, 2},
                            {"system32", Anchor::kAnywhere, 3},
                            {"c:\\windows", Anchor::kWhole, 4},
                            {"\xc3\xa9", Anchor::kAnywhere, 5}});
  using Ids = std::vector<std::uint32_t>;
  EXPECT_EQ(scan(index, "c:\\windows\\system32\\cmd.exe"), (Ids{1, 2, 3}));
  EXPECT_EQ(scan(index, "c:\\windows"), (Ids{2, 4}));
  EXPECT_EQ(scan(index, "cmd.exe cmd.exe /c"), Ids{});
  EXPECT_EQ(scan(index, "caf\xc3\xa9 cmd.exe"), (Ids{1, 5}));
}

// UTF-16 in big-endian order begins with one for most letters.
TEST(LiteralIndex, FindsLiteralsWithNulBytes) {
  const std::string nul(1, '\0');
  const LiteralIndex index({{nul + "a" + nul + "b", Anchor::kAnywhere, 1},
                            {nul, Anchor::kStart, 2},
                            {"a" + nul + "b", Anchor::kAnywhere, 3},
                            {nul + "\xe9", Anchor::kEnd, 4},
                            {nul + "a", Anchor::kWhole, 5}});
  using Ids = std::vector<std::uint32_t>;
  EXPECT_EQ(scan(index, nul + "a" + nul + "b"), (Ids{1, 2, 3}));
  EXPECT_EQ(scan(index, "x" + nul + "a" + nul + "b" + nul + "\xe9"), (Ids{1, 3, 4}));
  EXPECT_EQ(scan(index, nul + "a"), (Ids{2, 5}));
}

// Texts and literals over a tiny alphabet meet every overlap; the twin looks for them one by one.
TEST(LiteralIndex, AgreesWithItsTwinOnRandomTexts) {
  std::mt19937 random(20210303);
  const auto word = [&](std::size_t longest) {
    std::string text;
    const std::size_t length = 1 + random() % longest;
    for (std::size_t i = 0; i < length; ++i) {
      const char* const kPieces[] = {"a", "b", "c", "\xc3\xa9"};
      text += kPieces[random() % 4];
    }
    return text;
  };
  std::size_t found = 0;
  for (int round = 0; round < 60; ++round) {
    std::vector<Literal> literals;
    for (std::uint32_t id = 0; id < 40; ++id)
      literals.push_back({word(6), static_cast<Anchor>(random() % 4), id});
    const LiteralIndex index(literals);
    for (int i = 0; i < 50; ++i) {
      const std::string text = word(12);
      std::vector<std::uint32_t> expected;
      index.scan_reference(text, expected);
      const auto ids = scan(index, text);
      EXPECT_EQ(ids, sorted_unique(expected)) << text;
      found += ids.size();
    }
  }
  EXPECT_GT(found, 1000U);
}

// rules_out() may say yes only if no literal can stand in what the value is rendered as.
TEST(LiteralIndex, RulesOutOnlyWhatCannotMatch) {
  std::mt19937 random(20210304);
  std::size_t ruled_out = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 24, '\0');
    for (char& c : bytes) c = static_cast<char>(random() % 2 == 0 ? 97 : random() % 256);
    Value value = Value::text(bytes);
    value.type = static_cast<ValueType>(random() % static_cast<unsigned>(ValueType::kList));
    if (value.type == ValueType::kAbsent) continue;
    const std::string text = folded(rendered(value));
    if (text.empty()) continue;
    // A piece of the very text: an index of it alone must not rule the value out.
    const std::size_t begin = random() % text.size();
    const std::string piece = text.substr(begin, 1 + random() % (text.size() - begin));
    const LiteralIndex own({{piece, Anchor::kAnywhere, 1}});
    EXPECT_FALSE(own.rules_out(value)) << static_cast<int>(value.type) << " " << text;
    const LiteralIndex other({{"powershell.exe -encodedcommand", Anchor::kAnywhere, 1}});
    if (other.rules_out(value)) ++ruled_out;
  }
  EXPECT_GT(ruled_out, 10'000U);
}

}  // namespace
}  // namespace pugmark::engine

#include "detect/indicators/set.h"

#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

#include "base/text.h"
#include "detect/engine/readings.h"
#include "detect/indicators/classify.h"
#include "detect/indicators/prefilter.h"

namespace pugmark::indicators {
namespace {

Indicator made(std::string_view text, Hint hint = Hint::kNone) {
  auto found = classify(text, hint);
  if (auto* const none = std::get_if<NoIndicator>(&found)) {
    ADD_FAILURE() << text << ": " << none->why;
    return {};
  }
  return std::get<Indicator>(std::move(found));
}

bool stands(std::string_view text, std::string_view in, Hint hint = Hint::kNone) {
  const Indicator indicator = made(text, hint);
  const auto set =
      std::make_shared<const IndicatorSet>(indicator.kind, std::vector<Indicator>{indicator});
  const std::string low = folded(in);
  std::vector<std::uint32_t> fast;
  std::vector<std::uint32_t> slow;
  set->find(low, 10, fast);
  find_reference(*set, low, slow);
  EXPECT_EQ(fast, slow) << text << " in " << in;
  EXPECT_EQ(set->holds(low), !fast.empty());
  if (!fast.empty()) {
    const Prefilter prefilter({set});
    EXPECT_TRUE(prefilter.may_hold(Value::text(in)).any()) << text << " in " << in;
  }
  return !fast.empty();
}

TEST(IndicatorSet, AddressesStandByThemselves) {
  EXPECT_TRUE(stands("192.0.2.7", "192.0.2.7"));
  EXPECT_TRUE(stands("192.0.2.7", "from 192.0.2.7:443 on"));
  EXPECT_TRUE(stands("192.0.2.7", "http://192.0.2.7/x"));
  EXPECT_TRUE(stands("192.0.2.7", "It was 192.0.2.7."));
  EXPECT_TRUE(stands("192.0.2.7", "::ffff:192.0.2.7"));
  EXPECT_FALSE(stands("192.0.2.7", "192.0.2.70"));
  EXPECT_FALSE(stands("192.0.2.7", "1192.0.2.7"));
  EXPECT_FALSE(stands("192.0.2.7", "1.192.0.2.7"));
  EXPECT_FALSE(stands("192.0.2.7", "192.0.2.7.8"));
  EXPECT_FALSE(stands("192.0.2.7", "192.0.2.7.in-addr.arpa"));
  EXPECT_FALSE(stands("192.0.2.7", "v192.0.2.7"));
  EXPECT_TRUE(stands("2001:db8::7", "[2001:DB8:0:0:0:0:0:7]:443"));
  EXPECT_TRUE(stands("2001:db8::7", "2001:db8::7%3"));
  EXPECT_FALSE(stands("2001:db8::7", "2001:db8::77"));
  EXPECT_FALSE(stands("2001:db8::7", "12001:db8::7"));
}

TEST(IndicatorSet, Networks) {
  EXPECT_TRUE(stands("198.51.100.0/24", "c=198.51.100.200"));
  EXPECT_FALSE(stands("198.51.100.0/24", "c=192.0.2.1"));
  EXPECT_TRUE(stands("10.0.0.0/8", "10.1.2.3"));
  EXPECT_TRUE(stands("2001:db8:1::/48", "2001:db8:1::9"));
  EXPECT_FALSE(stands("2001:db8:1::/48", "2001:db8:2::1"));
}

TEST(IndicatorSet, DomainsAndWhatIsBelowThem) {
  EXPECT_TRUE(stands("example.org", "EXAMPLE.org"));
  EXPECT_TRUE(stands("example.org", "https://www.example.org:443/"));
  EXPECT_TRUE(stands("example.org", "someone@example.org."));
  EXPECT_TRUE(stands("example.org", "u=http%3A%2F%2Fexample.org%2Fx"));
  EXPECT_FALSE(stands("example.org", "badexample.org"));
  EXPECT_FALSE(stands("example.org", "bad-example.org"));
  EXPECT_FALSE(stands("example.org", "example.org.example"));
  EXPECT_FALSE(stands("example.org", "example.organ"));
  EXPECT_FALSE(stands("example.org", "example.org-x"));
}

TEST(IndicatorSet, Hashes) {
  const std::string md5 = "0123456789abcdef0123456789abcdef";
  EXPECT_TRUE(stands(md5, "SHA1=0,MD5=0123456789ABCDEF0123456789ABCDEF,IMPHASH=1"));
  EXPECT_FALSE(stands(md5, md5 + "0"));
  EXPECT_FALSE(stands(md5, "g" + md5));
  EXPECT_FALSE(stands(md5, std::string(64, '0') + md5));
}

TEST(IndicatorSet, Urls) {
  EXPECT_TRUE(stands("http://example.org/a/b.php", "Referer https://EXAMPLE.org/a/b.php?x=1"));
  EXPECT_FALSE(stands("http://example.org/a/b.php", "https://www.example.org/a/b.php"));
  EXPECT_FALSE(stands("http://example.org/a/b.php", "https://example.org/a/b.php5"));
  EXPECT_FALSE(stands("http://example.org/a", "https://example.org/ab"));
  EXPECT_TRUE(stands("http://example.org/a", "https://example.org/a/b"));
  EXPECT_TRUE(stands("http://example.org/", "(http://example.org)"));
  EXPECT_TRUE(stands("http://example.org/a/*.php", "http://example.org/a/shell.php x"));
  EXPECT_FALSE(stands("http://example.org/a/*.php", "http://example.org/a/shell .php"));
}

TEST(IndicatorSet, PathsAndFileNames) {
  EXPECT_TRUE(stands("C:\\ProgramData\\x\\y.exe", "D:\\programdata\\x\\Y.EXE -run"));
  EXPECT_TRUE(
      stands("C:\\ProgramData\\x\\y.exe", "\\Device\\HarddiskVolume3\\ProgramData\\x\\y.exe"));
  EXPECT_TRUE(stands("C:\\ProgramData\\x\\y.exe", "c:\\\\programdata\\\\x\\\\y.exe"));
  EXPECT_TRUE(stands("/owa/auth/x.aspx", "POST /owa/auth/x.aspx?y"));
  EXPECT_FALSE(stands("/owa/auth/x.aspx", "/owa/auth/x.aspxe"));
  EXPECT_FALSE(stands("/owa/auth/x.aspx", "/owa/auth/x.aspx.bak"));
  EXPECT_TRUE(stands("C:\\ProgramData\\VSPerfMon\\", "c:\\ProgramData\\VSPerfMon\\a\\b.exe"));
  EXPECT_FALSE(stands("aspnet_client\\x.aspx", "c:\\my_aspnet_client\\x.aspx"));
  EXPECT_TRUE(stands("aspnet_client\\*.aspx", "c:\\inetpub\\aspnet_client\\shell.aspx"));
  EXPECT_FALSE(stands("aspnet_client\\*.aspx", "c:\\inetpub\\aspnet_client\\a\\shell.aspx"));
  EXPECT_TRUE(stands("\\Users\\*\\x?.dll", "C:\\Users\\alice\\x1.dll"));
  EXPECT_TRUE(stands("shell.aspx", "del \"shell.aspx\""));
  EXPECT_TRUE(stands("shell.aspx", "/a/b/shell.aspx"));
  EXPECT_FALSE(stands("shell.aspx", "/a/b/webshell.aspx"));
  EXPECT_TRUE(stands("nodothere", "run nodothere now", Hint::kFileName));
}

TEST(IndicatorSet, UserAgentsAreTheWholeText) {
  EXPECT_TRUE(stands("Mozilla/5.0", "mozilla/5.0"));
  EXPECT_FALSE(stands("Mozilla/5.0", "mozilla/5.0 (x)"));
  EXPECT_TRUE(stands("evil * agent", "Evil big, bad agent", Hint::kUserAgent));
}

// Pieces of which texts are made that nearly match, and some that do.
constexpr std::string_view kPieces[] = {"evl.dll",
                                        "ab.js",
                                        "evl",
                                        ".dll",
                                        "192.0.2.7",
                                        "192.0.2.",
                                        "0.2.7",
                                        "198.51.100.9",
                                        "2001:db8::7",
                                        "::",
                                        ":",
                                        ".",
                                        "..",
                                        "7",
                                        "example.org",
                                        "www.",
                                        "org",
                                        "bad",
                                        "-",
                                        "_",
                                        "/",
                                        "\\",
                                        "\\\\",
                                        "%2f",
                                        "%",
                                        " ",
                                        "?",
                                        "+",
                                        "x.aspx",
                                        "owa",
                                        "auth",
                                        "\\owa\\auth\\x.aspx",
                                        "/owa/auth/",
                                        "evil/1.0 (a; b)",
                                        "a",
                                        "f",
                                        "0123456789abcdef0123456789abcdef",
                                        "0123456789abcdef",
                                        "\xC3\xA9",
                                        "\xE2\x84\xAA",
                                        "\"",
                                        "http://",
                                        "example.org/a/b.php",
                                        "c:",
                                        "nodots",
                                        "2.0",
                                        "\n",
                                        std::string_view("\0", 1)};

std::vector<std::shared_ptr<const IndicatorSet>> sample_sets(bool with_bare_name) {
  std::vector<std::vector<Indicator>> by_kind(kKindsCount);
  for (const std::string_view text :
       {"192.0.2.7", "198.51.100.0/24", "2001:db8::7", "example.org", "www.example.org",
        "a.bad.org", "http://example.org/a/b.php", "http://example.org/a/*.php",
        "\\owa\\auth\\x.aspx", "auth\\*.aspx", "c:\\owa\\auth\\", "x.aspx", "evl.dll", "ab.js",
        "x?.aspx", "evil/1.0 (a; b)", "0123456789abcdef0123456789abcdef"}) {
    Indicator indicator =
        made(text, text == std::string_view("evil/1.0 (a; b)") ? Hint::kUserAgent : Hint::kNone);
    by_kind[static_cast<std::size_t>(indicator.kind)].push_back(std::move(indicator));
  }
  // With it every value is worth a look.
  if (with_bare_name)
    by_kind[static_cast<std::size_t>(Kind::kFileName)].push_back(made("nodots", Hint::kFileName));
  std::vector<std::shared_ptr<const IndicatorSet>> sets;
  for (std::size_t kind = 0; kind < kKindsCount; ++kind) {
    if (!by_kind[kind].empty())
      sets.push_back(
          std::make_shared<const IndicatorSet>(static_cast<Kind>(kind), std::move(by_kind[kind])));
  }
  return sets;
}

std::string as_utf16(std::string_view text) {
  std::string wide;
  for (std::size_t at = 0; at < text.size();) {
    char32_t c = next_code_point(text, at);
    if (c > 0xFFFF) c = 0xFFFD;
    wide += static_cast<char>(c & 0xFFU);
    wide += static_cast<char>(c >> 8U);
  }
  return wide;
}

TEST(IndicatorSet, AgreesWithItsTwinAndThePrefilterLeavesNothingOut) {
  const auto sets = sample_sets(false);
  const Prefilter prefilter(sets);
  std::mt19937 random(20210303);
  std::vector<std::uint32_t> fast;
  std::vector<std::uint32_t> slow;
  std::size_t found_count = 0;
  std::size_t passed_count = 0;
  constexpr int kTexts = 200'000;
  for (int i = 0; i < kTexts; ++i) {
    std::string text;
    for (auto pieces = 1 + random() % 6; pieces > 0; --pieces)
      text += kPieces[random() % std::size(kPieces)];
    const std::string low = folded(text);
    bool any = false;
    for (const auto& set : sets) {
      set->find(low, SIZE_MAX, fast);
      find_reference(*set, low, slow);
      ASSERT_EQ(fast, slow) << to_string(set->kind()) << " in " << escaped(text);
      any = any || !fast.empty();
    }
    found_count += any ? 1 : 0;
    const std::string wide = as_utf16(text);
    const Value value{wide.data(), static_cast<std::uint32_t>(wide.size()), ValueType::kUtf16};
    const bool passes = prefilter.may_hold(Value::text(text)).any();
    passed_count += passes ? 1 : 0;
    ASSERT_TRUE(!any || passes) << escaped(text);
    ASSERT_TRUE(!any || prefilter.may_hold(value).any()) << escaped(text);
  }
  EXPECT_GT(found_count, kTexts / 20U);
  EXPECT_LT(found_count, kTexts / 2U);
}

// Texts full of addresses and versions, longer than the prefilter looks at in one step: it passes
// over dots between digits if its indicators let it.
TEST(IndicatorSet, ThePrefilterLeavesNoAddressOutAmongVersions) {
  const auto set_of = [](Kind kind, const std::vector<std::string>& values) {
    std::vector<Indicator> indicators;
    for (const std::string& value : values) {
      indicators.push_back(made(value));
      indicators.back().kind = kind;
    }
    return std::make_shared<const IndicatorSet>(kind, std::move(indicators));
  };
  const auto addresses = set_of(Kind::kAddress, {"192.0.2.7", "198.51.100.4", "203.0.113.18"});
  const auto domains = set_of(Kind::kDomain, {"a9.example.org", "4z.example"});
  const auto archives = set_of(Kind::kFileName, {"11.7z"});  // its dot stands between digits
  constexpr const char* kParts[] = {"1",
                                    ".",
                                    "2",
                                    "192.0.2.7",
                                    "198.51.100.4",
                                    "203.0.113.18",
                                    "a",
                                    "10.0",
                                    "4z.example",
                                    " ",
                                    "11.7z",
                                    "88.0.4324.190",
                                    "..",
                                    "/",
                                    "a9.example.org",
                                    "x",
                                    "537.36",
                                    "\xC3\xA9"};
  std::mt19937 random(11);
  for (const auto& sets :
       {Prefilter::Sets{addresses, domains}, Prefilter::Sets{addresses, archives}}) {
    const Prefilter prefilter(sets);
    std::size_t found_count = 0;
    std::size_t passed_count = 0;
    for (std::size_t i = 0; i < 100'000; ++i) {
      // At every place of a step and over its ends.
      std::string text(random() % 70, 'y');
      text += ' ';
      for (auto pieces = 1 + random() % 12; pieces > 0; --pieces)
        text += kParts[random() % std::size(kParts)];
      text += std::string(random() % 70, ' ');
      const bool any = std::any_of(sets.begin(), sets.end(),
                                   [&](const auto& set) { return set->holds(folded(text)); });
      if (any) ++found_count;
      if (prefilter.may_hold(Value::text(text)).any()) ++passed_count;
      ASSERT_TRUE(!any || prefilter.may_hold(Value::text(text)).any()) << escaped(text);
    }
    EXPECT_GT(found_count, 10'000U);
    EXPECT_LT(passed_count, 95'000U);
  }
}

// Values of a line as a W3C log writes them: no blanks in them, one between neighbours.
TEST(IndicatorSet, WhatStandsInAValueIsSeenInItsLine) {
  auto sets = sample_sets(true);
  const Prefilter prefilter(sets);
  ASSERT_EQ(prefilter.without_anchor().size(), 1U);  // nodots: the line scan looks for it
  std::mt19937 random(7);
  std::size_t found_count = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::vector<std::string> values(1 + random() % 3);
    std::string line;
    for (std::string& value : values) {
      for (auto pieces = 1 + random() % 4; pieces > 0; --pieces)
        value += kPieces[random() % std::size(kPieces)];
      std::erase_if(value, [](char c) { return c == ' ' || c == '\n' || c == '\0'; });
      if (value.find("evil/1.0(a;b)") != std::string::npos && random() % 2 == 0)
        value = "evil/1.0+(a;+b)";
      line += (line.empty() ? "" : " ") + value;
    }
    if (!is_ascii(line)) continue;
    std::vector<std::string> readings = values;
    for (const std::string& value : values) {
      std::string blank = value;
      std::replace(blank.begin(), blank.end(), '+', ' ');
      readings.push_back(blank);
    }
    if (values.size() > 1) readings.push_back(values[0] + "?" + values[1]);
    bool tokens = false;
    bool literals = false;
    bool agents = false;
    for (const auto& set : sets) {
      for (const std::string& reading : readings) {
        const std::string low = folded(reading);
        if (low.find("nodots") != std::string::npos || !set->holds(low)) continue;
        (is_token(set->kind())             ? tokens
         : set->kind() == Kind::kUserAgent ? agents
                                           : literals) = true;
        if (set->kind() != Kind::kUserAgent && set->is_whole_in_line()) {
          ASSERT_TRUE(set->holds(folded(line))) << line;
        }
      }
    }
    found_count += tokens || literals || agents ? 1 : 0;
    const auto answer = prefilter.may_stand_in_line(line, true);
    ASSERT_TRUE(!tokens || answer.tokens) << line;
    ASSERT_TRUE(!literals || answer.literals) << line;
    ASSERT_TRUE(!agents || answer.agents) << line;
  }
  EXPECT_GT(found_count, 5'000U);
}

TEST(IndicatorSet, BinaryValuesAreShownInHexadecimal) {
  const auto set = std::make_shared<const IndicatorSet>(
      Kind::kMd5, std::vector<Indicator>{made("0123456789abcdef0123456789abcdef")});
  const Prefilter prefilter({set});
  const std::string bytes("\x01\x23\x45\x67\x89\xAB\xCD\xEF\x01\x23\x45\x67\x89\xAB\xCD\xEF");
  const Value binary{bytes.data(), 16, ValueType::kBinary};
  EXPECT_TRUE(set->holds(folded(rendered(binary))));
  EXPECT_TRUE(prefilter.may_hold(binary).any());
  const Value guid{bytes.data(), 16, ValueType::kGuid};
  EXPECT_FALSE(set->holds(folded(rendered(guid))));
  EXPECT_FALSE(prefilter.may_hold(guid).any());
}

// A text made to cost its square: many places to begin, and a star behind each.
TEST(IndicatorSet, HostileTextsCostBoundedTime) {
  const std::vector<Indicator> urls = {made("http://example.org/*x*y*z.php")};
  const IndicatorSet set(Kind::kUrl, urls);
  std::string text;
  while (text.size() < 1U << 20U) text += ",example.org/x";
  EXPECT_FALSE(set.holds(text));
  const IndicatorSet domains(Kind::kDomain, {made("example.org")});
  EXPECT_FALSE(domains.holds(std::string(1U << 20U, '.') + std::string(1U << 20U, 'a')));
  std::string dots;
  while (dots.size() < 1U << 20U) dots += "a.";
  EXPECT_FALSE(domains.holds(dots));
}

}  // namespace
}  // namespace pugmark::indicators

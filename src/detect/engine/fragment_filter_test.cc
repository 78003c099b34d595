#include "detect/engine/fragment_filter.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <string>

namespace pugmark::engine {
namespace {

bool is_plain(char c) { return static_cast<unsigned char>(c) < 0x80 && c != ' '; }

std::string random_text(std::mt19937& random, std::string_view alphabet, std::size_t size) {
  std::string text(size, '\0');
  for (char& c : text) c = alphabet[random() % alphabet.size()];
  return text;
}

constexpr std::string_view kAlphabet = "abAB/.%-=0 ";

struct Strings {
  std::vector<std::string> texts;
  std::vector<std::string_view> views;
  std::vector<Fragment> fragments;
};

// Strings with something to know each by, whatever stands around it.
Strings random_strings(std::mt19937& random) {
  Strings strings;
  for (std::size_t i = random() % 12; i < 13; ++i) {
    const std::size_t before = random() % 6;
    strings.fragments.push_back({static_cast<std::uint32_t>(before),
                                 static_cast<std::uint32_t>(3 + random() % 3),
                                 static_cast<std::uint32_t>(random() % kFragmentGroups)});
    strings.texts.push_back(random_text(random, kAlphabet, before) +
                            random_text(random, "abAB/.", 5) +
                            random_text(random, kAlphabet, random() % 6));
  }
  strings.views.assign(strings.texts.begin(), strings.texts.end());
  return strings;
}

TEST(FragmentChoice, TakesAFragmentOfEachString) {
  std::mt19937 random(20210306);
  std::size_t chosen = 0;
  for (int round = 0; round < 300; ++round) {
    const Strings strings = random_strings(random);
    const auto fragments = choose_fragments(strings.views, &is_plain);
    if (!fragments) continue;
    ASSERT_EQ(fragments->size(), strings.views.size());
    for (std::size_t i = 0; i < strings.views.size(); ++i) {
      const Fragment& fragment = (*fragments)[i];
      EXPECT_LT(fragment.group, kFragmentGroups);
      EXPECT_GE(fragment.size_bytes, kFragmentBytesMin);
      EXPECT_LE(fragment.size_bytes, kFragmentBytesMax);
      ASSERT_LE(fragment.offset_bytes + fragment.size_bytes, strings.views[i].size());
      const auto bytes = strings.views[i].substr(fragment.offset_bytes, fragment.size_bytes);
      EXPECT_TRUE(std::all_of(bytes.begin(), bytes.end(), &is_plain)) << bytes;
      ++chosen;
    }
  }
  EXPECT_GT(chosen, 1'000U);
}

TEST(FragmentChoice, GivesUpOnWhatCannotBeToldFromText) {
  EXPECT_FALSE(choose_fragments({"a bc de"}, &is_plain));
  std::vector<std::string> texts;
  for (int i = 0; i < 900; ++i)
    texts.push_back({static_cast<char>('a' + i % 26), static_cast<char>('a' + i / 26), 'x'});
  const std::vector<std::string_view> all_letters(texts.begin(), texts.end());
  EXPECT_FALSE(choose_fragments(all_letters, &is_plain));
  EXPECT_FALSE(choose_fragments(std::vector<std::string_view>(5'000, "unmistakable"), &is_plain));
  EXPECT_TRUE(choose_fragments({"unmistakable"}, &is_plain));
}

TEST(FragmentFilter, AgreesWithItsTwin) {
  if (!FragmentFilter::is_available()) GTEST_SKIP() << "skipped: this machine has no AVX2";
  std::mt19937 random(20210307);
  std::size_t places_count = 0;
  for (int round = 0; round < 4'000; ++round) {
    const Strings strings = random_strings(random);
    const FragmentFilter filter(strings.views, strings.fragments);
    std::string text = random_text(random, kAlphabet, random() % (round % 8 == 0 ? 3'000 : 150));
    if (round % 5 == 0 && !text.empty()) text[random() % text.size()] = '\xE9';
    for (std::size_t from = 0; from < text.size(); from += FragmentFilter::kStepPlaces) {
      FragmentFilter::Places own, twins;
      const auto found = filter.find(text, from, own);
      const auto expected = filter.find_reference(text, from, twins);
      ASSERT_EQ(std::vector(own.begin(), own.begin() + found.places_count),
                std::vector(twins.begin(), twins.begin() + expected.places_count))
          << text;
      EXPECT_EQ(found.is_ascii, expected.is_ascii) << text;
      EXPECT_EQ(found.has_percent, expected.has_percent) << text;
      places_count += found.places_count;
    }
  }
  EXPECT_GT(places_count, 10'000U);
}

TEST(FragmentFilter, LeavesNoFragmentOut) {
  std::mt19937 random(20210308);
  std::size_t standing = 0;
  for (int round = 0; round < 2'000; ++round) {
    const Strings strings = random_strings(random);
    const FragmentFilter filter(strings.views, strings.fragments);
    const std::string text = random_text(random, "abAB/.", random() % 300);
    FragmentFilter::Places places;
    const auto found = filter.find_reference(text, 0, places);
    for (std::size_t i = 0; i < strings.fragments.size(); ++i) {
      const Fragment& fragment = strings.fragments[i];
      const auto bytes = strings.views[i].substr(fragment.offset_bytes, fragment.size_bytes);
      for (std::size_t at = text.find(bytes); at != std::string::npos;
           at = text.find(bytes, at + 1)) {
        EXPECT_TRUE(std::binary_search(places.begin(), places.begin() + found.places_count, at));
        ++standing;
      }
    }
  }
  EXPECT_GT(standing, 1'000U);
}

}  // namespace
}  // namespace pugmark::engine

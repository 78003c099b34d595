#include "detect/engine/parts.h"

#include <gtest/gtest.h>

#include "detect/sigma/parse.h"

namespace pugmark::engine {
namespace {

std::string base(const std::string& name, const std::string& level) {
  return "title: " + name + "\nname: " + name + "\nid: id-" + name + "\nlevel: " + level +
         "\nlogsource: {product: windows}\ndetection: {sel: {A: b}, condition: sel}\n---\n";
}

std::string correlation(const std::string& name, const std::string& level, const std::string& rules,
                        const std::string& rest = "") {
  return "title: " + name + "\nname: " + name + "\nid: id-" + name + "\nlevel: " + level +
         "\ncorrelation: {type: event_count, rules: [" + rules +
         "], timespan: 1m, condition: {gte: 2}" + rest + "}\n---\n";
}

constexpr const char* kGenerate = ", generate: true";

// "ran", "silent", "disabled" of every rule, then of every correlation.
std::vector<std::string> parts(const std::string& text, const RulesetOptions& options = {}) {
  std::vector<sigma::ParsedFile> files;
  files.push_back(sigma::parse_rule_file("test.yml", text, {}));
  const sigma::RuleSet set = sigma::link(std::move(files));
  for (const sigma::RejectedRule& rejected : set.rejected) ADD_FAILURE() << rejected.message();
  const Parts all = parts_of(set, options);
  std::vector<std::string> words;
  const auto add = [&](const std::vector<Part>& list) {
    for (const Part& part : list) {
      EXPECT_FALSE(part.is_disabled && part.is_silent);
      EXPECT_EQ(part.is_silent, !part.needed_by.empty());
      EXPECT_EQ(part.is_disabled || part.is_below_level, !part.why.empty());
      words.emplace_back(part.is_disabled ? "disabled" : part.is_silent ? "silent" : "ran");
    }
  };
  add(all.rules);
  add(all.correlations);
  return words;
}

using Words = std::vector<std::string>;

RulesetOptions excluding(std::vector<std::string> ids) {
  RulesetOptions options;
  options.excluded_ids = std::move(ids);
  return options;
}

RulesetOptions from_level(Level level) {
  RulesetOptions options;
  options.level_min = level;
  return options;
}

TEST(Parts, ACorrelationSilencesWhatItStandsOn) {
  const std::string rules = base("a", "high") + base("b", "high");
  EXPECT_EQ(parts(rules + correlation("x", "high", "a")), (Words{"silent", "ran", "ran"}));
  EXPECT_EQ(parts(rules + correlation("x", "high", "a", kGenerate)), (Words{"ran", "ran", "ran"}));
  EXPECT_EQ(parts(rules + correlation("x", "high", "a") + correlation("y", "high", "x")),
            (Words{"silent", "ran", "silent", "ran"}));
  EXPECT_EQ(parts(rules + correlation("x", "high", "a") + correlation("y", "high", "a", kGenerate)),
            (Words{"ran", "ran", "ran", "ran"}));
}

TEST(Parts, ADisabledCorrelationSilencesNothing) {
  const std::string text = base("a", "high") + correlation("x", "low", "a");
  EXPECT_EQ(parts(text, from_level(Level::kHigh)), (Words{"ran", "disabled"}));
  EXPECT_EQ(parts(text, excluding({"id-x"})), (Words{"ran", "disabled"}));
  // Nor does it speak for the rule: the other one silences it.
  const std::string two =
      base("a", "high") + correlation("x", "low", "a", kGenerate) + correlation("y", "high", "a");
  EXPECT_EQ(parts(two, from_level(Level::kHigh)), (Words{"silent", "disabled", "ran"}));
  // A second one of the same id is disabled too, and stands on nothing.
  const std::string twin = base("a", "high") + base("b", "high") + correlation("x", "high", "a") +
                           "title: x\nid: id-x\ncorrelation: {type: event_count, rules: [b], "
                           "timespan: 1m, condition: {gte: 2}}\n";
  EXPECT_EQ(parts(twin), (Words{"silent", "ran", "ran", "disabled"}));
}

TEST(Parts, BelowTheLevelOnlyWhatACorrelationNeedsIsJudgedAndItIsSilent) {
  const RulesetOptions high = from_level(Level::kHigh);
  EXPECT_EQ(parts(base("a", "low") + correlation("x", "high", "a", kGenerate), high),
            (Words{"silent", "ran"}));
  EXPECT_EQ(parts(base("a", "low") + correlation("x", "low", "a", kGenerate), high),
            (Words{"disabled", "disabled"}));
  // A hidden correlation is judged for the one above it, and so is what it stands on.
  EXPECT_EQ(parts(base("a", "low") + base("b", "high") + correlation("x", "low", "a, b") +
                      correlation("y", "high", "x"),
                  high),
            (Words{"silent", "silent", "silent", "ran"}));
  EXPECT_EQ(
      parts(base("a", "high") + correlation("x", "low", "a") + correlation("y", "low", "x"), high),
      (Words{"ran", "disabled", "disabled"}));
}

TEST(Parts, WhatIsExcludedIsNotJudgedWhoeverNeedsIt) {
  const std::string text =
      base("a", "high") + correlation("x", "high", "a") + correlation("y", "high", "x");
  EXPECT_EQ(parts(text, excluding({"id-x"})), (Words{"ran", "disabled", "ran"}));
  EXPECT_EQ(parts(text, excluding({"id-a"})), (Words{"disabled", "silent", "ran"}));
}

}  // namespace
}  // namespace pugmark::engine

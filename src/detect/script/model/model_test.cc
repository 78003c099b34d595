#include "detect/script/model/model.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <string>

#include "base/digest.h"
#include "detect/script/analyser.h"
#include "detect/script/model/features.h"
#include "detect/script/model/token_profile.h"

namespace pugmark::script {
namespace {

std::string names_digest() {
  std::string names;
  for (const std::string& name : feature_names()) names += name + '\n';
  return to_hex(sha256(as_bytes(names))).substr(0, 16);
}

// A model for PHP with one tree: the feature `bytes` up to 5 gives -2, above it the sum of the
// runs of tokens decides between -1 and 3.
std::string small_model(std::string_view weights) {
  const auto& names = feature_names();
  const auto bytes = std::find(names.begin(), names.end(), "bytes") - names.begin();
  return fmt::format(
      "pugmark-script-model 1\nfeatures {}\nlist 0\ntrained php on 1 bad and 1 benign files\n"
      "page php\nthresholds 0.9 0.6 0.5 0.1\ngrams 0.5 -1\nweights {}\nbias 0.25\ntree\n"
      "node {} 5 1 2\nleaf -2\nnode {} 0 3 4\nleaf -1\nleaf 3\n",
      names_digest(), weights, bytes, names.size());
}

std::string weights_with(std::size_t bucket, char weight) {
  std::string weights(TokenProfile::kBucketsCount, 'P');
  weights[bucket] = weight;
  return weights;
}

double sigmoid(double sum) { return 1 / (1 + std::exp(-sum)); }

TEST(Model, AddsUpTreesOverFeaturesAndRuns) {
  const auto model = Model::parse(small_model(weights_with(7, 'T')));
  ASSERT_TRUE(model) << model.error().message;
  std::vector<float> features(feature_names().size(), 6.0F);
  const std::uint16_t with[] = {3, 7};
  const std::uint16_t without[] = {3};
  // -1 + 0.5 * 4 is above nought, -1 is not.
  EXPECT_DOUBLE_EQ(*model.value().score(PageKind::kPhp, features, with), sigmoid(3.25));
  EXPECT_DOUBLE_EQ(*model.value().score(PageKind::kPhp, features, without), sigmoid(-0.75));
  features.assign(features.size(), 5.0F);
  EXPECT_DOUBLE_EQ(*model.value().score(PageKind::kPhp, features, with), sigmoid(-1.75));
  EXPECT_FALSE(model.value().score(PageKind::kJsp, features, with).has_value());
  EXPECT_DOUBLE_EQ(model.value().weight_of(PageKind::kPhp, 7), 2);
  EXPECT_DOUBLE_EQ(model.value().weight_of(PageKind::kPhp, 8), 0);
  EXPECT_DOUBLE_EQ(model.value().thresholds(PageKind::kPhp).agreeing, 0.5);
  EXPECT_DOUBLE_EQ(model.value().thresholds(PageKind::kPhp).against, 0.1);
}

TEST(Model, RefusesWhatIsNotWhole) {
  const std::string sound = small_model(weights_with(0, 'P'));
  ASSERT_TRUE(Model::parse(sound));
  const auto broken = [&](std::string_view what, std::string_view with) {
    std::string text = sound;
    const std::size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    text.replace(at, what.size(), with);
    const auto model = Model::parse(text);
    return model ? std::string("accepted") : model.error().message;
  };
  EXPECT_EQ(broken("model 1", "model 2"),
            "The model of scripts is damaged: line 1: expected \"pugmark-script-model 1\"");
  EXPECT_EQ(broken("features ", "features x"),
            "The model of scripts is damaged: line 2: it is for other features than this program "
            "finds");
  EXPECT_EQ(broken("page php", "page pascal"),
            "The model of scripts is damaged: line 5: a kind of page is not known");
  const std::string not_whole =
      "The model of scripts is damaged: line 15: its trees, weights or thresholds are not whole";
  const std::string not_whole_of_14 =
      "The model of scripts is damaged: line 14: its trees, weights or thresholds are not whole";
  EXPECT_EQ(broken("5 1 2", "5 0 2"), not_whole);  // a ring
  EXPECT_EQ(broken("0 3 4", "0 3 9"), not_whole);  // out of the tree
  EXPECT_EQ(broken("weights P", "weights "), not_whole);
  EXPECT_EQ(broken("thresholds 0.9 0.6 0.5 0.1\n", ""), not_whole_of_14);
  EXPECT_EQ(broken("grams 0.5 -1\n", ""), not_whole_of_14);
  EXPECT_EQ(broken(fmt::format("features {}\n", names_digest()), ""),
            "The model of scripts is damaged: line 14: it does not say which features it is for");
  EXPECT_EQ(broken("leaf -2", "leaf two"),
            "The model of scripts is damaged: line 12: \"leaf\" is not understood");
  EXPECT_EQ(broken("weights P", "weights \x01"),
            "The model of scripts is damaged: line 8: \"weights\" is not understood");
  EXPECT_NE(Model::parse("").error().message, "");
}

TEST(Model, IsAskedByTheAnalyser) {
  const auto model = Model::parse(small_model(std::string(TokenProfile::kBucketsCount, 'Q')));
  ASSERT_TRUE(model);
  AnalysisBounds bounds;
  bounds.model = &model.value();
  const std::string_view text = "<?php $a = trim($_GET['b']) . 'c'; echo $a;";
  const Analysis analysis = Analyser(bounds).analyse(as_bytes(text), "x.php");
  ASSERT_TRUE(analysis.score.has_value());
  EXPECT_DOUBLE_EQ(*analysis.score, sigmoid(3.25));
  ASSERT_EQ(analysis.telling_tokens.size(), 3U);
  for (const FileStep& step : analysis.telling_tokens) {
    EXPECT_EQ(step.what, "most telling tokens");
    EXPECT_EQ(step.text, text.substr(step.offset_bytes, step.length_bytes));
  }
  EXPECT_TRUE(analysis.features.empty());
  EXPECT_FALSE(Analyser().analyse(as_bytes(text), "x.php").score.has_value());
}

// Anybody can put a mark in front of a page, or write it in another encoding.
TEST(Features, AreTheSameInEveryEncoding) {
  const std::string code =
      "<%@ Page Language=\"C#\" %>\n<% inert_write(\"a\", Request[\"k\"]); %> and some text\n";
  std::string wide;
  for (const char c : code) wide += {c, '\0'};
  AnalysisBounds bounds;
  bounds.describes = true;
  Analyser analyser(bounds);
  const Analysis plain = analyser.analyse(as_bytes(code), "x.aspx");
  ASSERT_FALSE(plain.features.empty());
  for (const std::string& other : {"\xEF\xBB\xBF" + code, "\xFF\xFE" + wide, wide}) {
    const Analysis same = analyser.analyse(as_bytes(other), "x.aspx");
    EXPECT_EQ(same.features, plain.features);
    EXPECT_EQ(same.buckets, plain.buckets);
  }
}

}  // namespace
}  // namespace pugmark::script

#include "detect/script/model/model.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>

#include "base/digest.h"
#include "detect/script/model/features.h"
#include "detect/script/model/token_profile.h"

namespace pugmark::script {
namespace {

constexpr std::size_t kNodesMax = 1'000'000;
constexpr std::size_t kTreesMax = 10'000;

// Weights of buckets are one printed character each: '!' to '~', 'P' being nought.
constexpr char kNoWeight = 'P';

Error damaged(std::size_t line, std::string_view what) {
  return {ErrorCode::kDamaged,
          fmt::format("The model of scripts is damaged: line {}: {}", line, what),
          "Make it anew with tools/train_scripts.py."};
}

}  // namespace

// Reads the model line by line.
class Model::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Model> parse() {
    if (next_word() != "pugmark-script-model" || next_word() != "1")
      return damaged(line_, "expected \"pugmark-script-model 1\"");
    while (next_line()) {
      const std::string_view word = next_word();
      if (word.empty() || word == "list" || word == "trained") continue;  // for the record
      if (word == "features") {
        if (next_word() != names_digest())
          return damaged(line_, "it is for other features than this program finds");
        has_digest_ = true;
      } else if (word == "page") {
        if (!begin_page(next_word())) return damaged(line_, "a kind of page is not known");
      } else if (part_ == nullptr) {
        return damaged(line_, "expected a page first");
      } else if (!read(word)) {
        return damaged(line_, fmt::format("\"{}\" is not understood", word));
      }
    }
    if (!has_digest_) return damaged(line_, "it does not say which features it is for");
    for (const Part& part : model_.parts_) {
      if (part.is_trained && !(part.has_thresholds && part.has_grams && is_sound(part)))
        return damaged(line_, "its trees, weights or thresholds are not whole");
    }
    return std::move(model_);
  }

 private:
  bool next_line() {
    if (at_ >= text_.size()) return false;
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    rest_ = text_.substr(at_, end - at_);
    at_ = end + 1;
    ++line_;
    return true;
  }

  std::string_view next_word() {
    if (line_ == 0) next_line();
    const std::size_t begin = std::min(rest_.find_first_not_of(' '), rest_.size());
    const std::size_t end = std::min(rest_.find(' ', begin), rest_.size());
    const std::string_view word = rest_.substr(begin, end - begin);
    rest_.remove_prefix(end);
    return word;
  }

  template <typename Number>
  bool number(Number& value) {
    const std::string_view word = next_word();
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
    return code == std::errc() && end == word.data() + word.size();
  }

  bool begin_page(std::string_view name) {
    for (std::size_t kind = 1; kind < model_.parts_.size(); ++kind) {
      if (to_string(static_cast<PageKind>(kind)) != name) continue;
      part_ = &model_.parts_[kind];
      part_->is_trained = true;
      return true;
    }
    return false;
  }

  bool read(std::string_view word) {
    if (word == "thresholds") {
      part_->has_thresholds = true;
      return number(part_->thresholds.malicious) && number(part_->thresholds.suspicious) &&
             number(part_->thresholds.agreeing) && number(part_->thresholds.against);
    }
    if (word == "bias") return number(part_->bias);
    if (word == "grams") {
      part_->has_grams = true;
      return number(part_->gram_scale) && number(part_->gram_bias);
    }
    if (word == "weights") {
      for (const char c : next_word()) {
        if (c < '!' || c > '~') return false;
        part_->gram_weights.push_back(static_cast<std::int8_t>(c - kNoWeight));
      }
      return part_->gram_weights.size() <= TokenProfile::kBucketsCount;
    }
    if (word == "tree") {
      part_->roots.push_back(static_cast<std::uint32_t>(part_->nodes.size()));
      return part_->roots.size() <= kTreesMax;
    }
    Node node;
    if (word == "leaf") {
      if (!number(node.value)) return false;
    } else if (word == "node") {
      if (!number(node.feature) || !number(node.value) || !number(node.left) || !number(node.right))
        return false;
      if (part_->roots.empty() || node.feature < 0) return false;
      // Within the tree they are counted from its root.
      node.left += part_->roots.back();
      node.right += part_->roots.back();
    } else {
      return false;
    }
    part_->nodes.push_back(node);
    return part_->nodes.size() <= kNodesMax;
  }

  // Every way down a tree ends: children stand behind their parents.
  static bool is_sound(const Part& part) {
    if (part.gram_weights.size() != TokenProfile::kBucketsCount || part.nodes.empty()) return false;
    const auto features_count = static_cast<std::int32_t>(feature_names().size()) + 1;
    for (std::size_t i = 0; i < part.nodes.size(); ++i) {
      const Node& node = part.nodes[i];
      if (node.feature < 0) continue;
      if (node.feature >= features_count || node.left <= i || node.right <= i ||
          node.left >= part.nodes.size() || node.right >= part.nodes.size())
        return false;
    }
    return !part.roots.empty() && part.roots.back() < part.nodes.size();
  }

  static std::string names_digest() {
    std::string names;
    for (const std::string& name : feature_names()) names += name + '\n';
    return to_hex(sha256(as_bytes(names))).substr(0, 16);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string_view rest_;
  std::size_t line_ = 0;
  Model model_;
  Part* part_ = nullptr;
  bool has_digest_ = false;
};

Result<Model> Model::parse(std::string_view text) { return Parser(text).parse(); }

std::optional<double> Model::score(PageKind page, std::span<const float> features,
                                   std::span<const std::uint16_t> buckets) const {
  const Part& part = parts_[static_cast<std::size_t>(page)];
  if (!part.is_trained || features.size() != feature_names().size()) return std::nullopt;
  std::int64_t weight = 0;
  for (const std::uint16_t bucket : buckets)
    weight += part.gram_weights[bucket % TokenProfile::kBucketsCount];
  const float grams = part.gram_bias + part.gram_scale * static_cast<float>(weight);
  double sum = part.bias;
  for (const std::uint32_t root : part.roots) {
    const Node* node = &part.nodes[root];
    while (node->feature >= 0) {
      const auto feature = static_cast<std::size_t>(node->feature);
      const float value = feature < features.size() ? features[feature] : grams;
      node = &part.nodes[value <= node->value ? node->left : node->right];
    }
    sum += node->value;
  }
  return 1 / (1 + std::exp(-sum));
}

double Model::weight_of(PageKind page, std::uint16_t bucket) const {
  const Part& part = parts_[static_cast<std::size_t>(page)];
  if (!part.is_trained) return 0;
  return double{part.gram_scale} * part.gram_weights[bucket % TokenProfile::kBucketsCount];
}

Model::Thresholds Model::thresholds(PageKind page) const {
  return parts_[static_cast<std::size_t>(page)].thresholds;
}

}  // namespace pugmark::script

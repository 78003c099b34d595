#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "detect/script/language.h"

namespace pugmark::script {

// What was learnt from labelled scripts (tools/train_scripts.py): for each kind of page two parts.
// The first weighs which runs of tokens are there (logistic regression over TokenProfile::buckets);
// its sum is one more feature of the second, which adds up decision trees over all features. It
// says how much a script is like backdoors in structure: never why, which the flows say. Immutable,
// thread-safe.
class Model {
 public:
  // kDamaged: not what tools/train_scripts.py writes (docs/formats/script-model.md), or made for
  // other features than feature_names().
  static Result<Model> parse(std::string_view text);

  // How sure the model is that the script is a backdoor, 0 to 1; nothing for kinds of page it was
  // not trained for.
  std::optional<double> score(PageKind page, std::span<const float> features,
                              std::span<const std::uint16_t> buckets) const;

  // How much the run of tokens in that bucket adds to what the trees are given; 0 if nothing.
  double weight_of(PageKind page, std::uint16_t bucket) const;

  // What scores mean, fixed when the model was trained. A script of at least that score is
  // malicious, or suspicious; bears out a rule that is known to be wrong often; one below `against`
  // is so little like backdoors that a rule of somebody else's alone does not make it one.
  struct Thresholds {
    double malicious = 2;  // none is
    double suspicious = 2;
    double agreeing = 2;
    double against = -1;
  };
  Thresholds thresholds(PageKind page) const;

 private:
  // Leaves have no feature and their value.
  struct Node {
    std::int32_t feature = -1;
    float value = 0;         // of a leaf, or the threshold: up to it goes left
    std::uint32_t left = 0;  // in nodes; right follows
    std::uint32_t right = 0;
  };
  struct Part {
    bool is_trained = false;
    bool has_thresholds = false;
    bool has_grams = false;
    float gram_scale = 0;
    float gram_bias = 0;
    std::vector<std::int8_t> gram_weights;  // by bucket
    float bias = 0;
    std::vector<Node> nodes;
    std::vector<std::uint32_t> roots;
    Thresholds thresholds;
  };
  class Parser;

  std::array<Part, 8> parts_;  // by PageKind
};

}  // namespace pugmark::script

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detect/script/flow/interpreter.h"
#include "detect/script/language.h"
#include "detect/script/model/token_profile.h"
#include "detect/script/page.h"
#include "detect/script/parse.h"

namespace pugmark::script {

// A script in numbers, for a model to be trained on them; none depends on what the script
// calls its own things or on its comments. feature_names() has their names, in the same order.
struct FeatureInput {
  std::span<const Flow> flows;  // strongest first
  const FlowCounts* counts = nullptr;
  const TokenProfile* tokens = nullptr;
  const Page* page = nullptr;
  std::string_view text;
  std::size_t nodes_count = 0;
  std::uint64_t skipped_tokens = 0;
  bool is_mixed = false;  // its encoding changes on the way
  bool is_cut = false;
};
void find_features(const FeatureInput& input, std::vector<float>& features);
const std::vector<std::string>& feature_names();

}  // namespace pugmark::script

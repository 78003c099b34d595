#include "detect/finding.h"

#include <array>

#include "detect/ledger.h"

namespace pugmark {
namespace {

constexpr std::array<std::string_view, 5> kLevels = {"informational", "low", "medium", "high",
                                                     "critical"};

}  // namespace

std::string_view to_string(Level level) { return kLevels[static_cast<std::size_t>(level)]; }

std::span<const std::string_view> level_names() { return kLevels; }

std::optional<Level> level_from_string(std::string_view text) {
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    if (kLevels[i] == text) return static_cast<Level>(i);
  }
  return std::nullopt;
}

std::string_view to_string(RuleState state) {
  switch (state) {
    case RuleState::kRan:
      return "ran";
    case RuleState::kNotObservable:
      return "not-observable";
    case RuleState::kRejected:
      return "rejected";
    case RuleState::kDisabled:
      return "disabled";
  }
  return "unknown";
}

}  // namespace pugmark

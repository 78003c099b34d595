#include "detect/finding.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

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

std::string cut_text(std::string_view text, std::size_t most_bytes) {
  if (text.size() <= most_bytes) return std::string(text);
  std::size_t end = most_bytes;
  const auto is_inside = [&] { return (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80; };
  for (int steps = 0; steps < 3 && end > 0 && is_inside(); ++steps) --end;
  return fmt::format("{} [cut here by pugmark: {} bytes in all, see the evidence]",
                     text.substr(0, end), text.size());
}

std::string_view text_of(const Because& because, const Finding& finding) {
  if (!because.is_whole_field) return because.value;
  const auto found = std::find_if(finding.fields.begin(), finding.fields.end(),
                                  [&](const auto& field) { return field.first == because.field; });
  return found == finding.fields.end() ? std::string_view() : std::string_view(found->second);
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

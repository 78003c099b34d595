#include "detect/verdict.h"

#include <array>

namespace pugmark {

std::string_view to_string(Verdict verdict) {
  static constexpr std::array<std::string_view, 6> kWords = {"",          "probe",   "attempted",
                                                             "succeeded", "planted", "used"};
  return kWords[static_cast<std::size_t>(verdict)];
}

std::optional<Verdict> verdict_from_string(std::string_view text) {
  for (const Verdict verdict : {Verdict::kProbe, Verdict::kAttempted, Verdict::kSucceeded,
                                Verdict::kPlanted, Verdict::kUsed}) {
    if (text == to_string(verdict)) return verdict;
  }
  return std::nullopt;
}

}  // namespace pugmark

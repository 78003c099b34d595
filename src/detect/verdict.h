#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pugmark {

// How far the record that a rule asks for proves that an intruder came: the custom key `verdict` of
// Sigma documents. In rising order; kNone where the rule says nothing.
enum class Verdict : std::uint8_t {
  kNone,
  kProbe,      // somebody looked whether a weakness or another's shell is there
  kAttempted,  // somebody tried; that it worked is not shown
  kSucceeded,  // the server did what the intruder wanted
  kPlanted,    // something of the intruder's came to lie on the server
  kUsed,       // what was planted, or the weakness itself, was put to use
};

std::string_view to_string(Verdict verdict);  // "probe", "attempted", ...; "" for kNone
// Exact lower-case words only; nullopt for "" too.
std::optional<Verdict> verdict_from_string(std::string_view text);

}  // namespace pugmark

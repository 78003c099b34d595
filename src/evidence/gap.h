#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "evidence/locator.h"

namespace pugmark {

enum class GapKind : std::uint8_t {
  kUnreadable,   // the operating system refused: permission, failing device
  kDamaged,      // bytes that contradict their format; skipped up to the next sound place
  kTruncated,    // the item ends before its own structure says so
  kLimit,        // a named limit of base/limits.h was reached
  kUnsupported,  // recognised, but this program has no reader for it (encrypted archive, ...)
  kChanged,      // the item changed while it was read
};

// "unreadable", "damaged", ...: the word in output.
std::string_view to_string(GapKind kind);

// Something that should be here and is not, or that could not be read. A first-class result like a
// finding, never a log line: what was not seen belongs to every conclusion.
struct Gap {
  Locator where;        // the bytes not understood; length 0 if only the place is known
  GapKind kind = GapKind::kDamaged;
  std::string what;     // a full sentence: what was found, what was expected, what was done
};

}  // namespace pugmark

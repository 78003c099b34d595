#include "evidence/gap.h"

namespace pugmark {

std::string_view to_string(GapKind kind) {
  switch (kind) {
    case GapKind::kUnreadable: return "unreadable";
    case GapKind::kDamaged: return "damaged";
    case GapKind::kTruncated: return "truncated";
    case GapKind::kLimit: return "limit";
    case GapKind::kUnsupported: return "unsupported";
    case GapKind::kChanged: return "changed";
  }
  return "unknown";
}

}  // namespace pugmark

#include "detect/sigma/budget.h"

#include <fmt/format.h>

namespace pugmark::sigma {

bool ExpansionBudget::take(std::size_t bytes, std::size_t count, std::uint32_t line,
                           Fault& fault) {
  if (count == 0 || bytes <= left_ / count) {
    left_ -= bytes * count;
    return true;
  }
  return fail(fault, line,
              fmt::format("{} expand to more than {} bytes (limit rule-expanded-bytes).", what_,
                          limit_),
              "Use fewer or shorter values where modifiers, conditions or templates multiply them, "
              "or raise the limit.");
}

std::size_t bytes_of(const Node& node) {
  std::size_t bytes = sizeof node + node.key.size() + node.text.size();
  for (const Node& child : node.children) bytes += bytes_of(child);
  return bytes;
}

}  // namespace pugmark::sigma

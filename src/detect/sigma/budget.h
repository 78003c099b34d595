#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "detect/sigma/yaml.h"

namespace pugmark::sigma {

// What the documents of one rule file may still take in memory (Limits::rule_expanded_bytes): a
// line of a hostile file can stand for gigabytes of comparisons. Work that leaves nothing behind is
// paid for as well, so that the time is bounded too. Nothing is given back. One thread.
class ExpansionBudget {
 public:
  // `what` begins the sentence that says who took too much; it outlives the budget.
  ExpansionBudget(std::uint64_t limit_bytes, std::string_view what)
      : what_(what), limit_(limit_bytes), left_(limit_bytes) {}

  // Takes what `count` things of `bytes` each take. False, with a fault, if that is more than is
  // left; ask before making them.
  bool take(std::size_t bytes, std::size_t count, std::uint32_t line, Fault& fault);

 private:
  std::string_view what_;
  std::uint64_t limit_;
  std::uint64_t left_;
};

// What a tree takes in memory.
std::size_t bytes_of(const Node& node);

}  // namespace pugmark::sigma

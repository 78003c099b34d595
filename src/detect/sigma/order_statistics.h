#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pugmark::sigma {

// Which value stands where among those that a sliding window holds, when all values it will ever
// meet are known before: counts by rank in a binary indexed tree (Fenwick 1994). Every call costs
// log n.
class OrderStatistics {
 public:
  OrderStatistics() = default;
  // Finite numbers; they are named below by their places in `values`. None is in at first.
  explicit OrderStatistics(const std::vector<double>& values);

  void add(std::size_t place);
  void remove(std::size_t place);  // one that is in
  std::size_t size() const { return size_; }
  // Of the values that are in, sorted from the least, the one at `rank`: 0 is the least of them.
  // `rank` is below size().
  double at_rank(std::size_t rank) const;

 private:
  std::vector<double> sorted_;        // every value once
  std::vector<std::uint32_t> ranks_;  // of each place: where its value stands in sorted_
  // [i]: how many of the i & -i values up to the i-th of sorted_ are in; [0] is not used.
  std::vector<std::uint32_t> counts_;
  std::size_t size_ = 0;
};

}  // namespace pugmark::sigma

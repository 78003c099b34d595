#include "detect/sigma/order_statistics.h"

#include <algorithm>
#include <bit>

namespace pugmark::sigma {
namespace {

constexpr std::size_t lowest_bit(std::size_t i) { return i & (~i + 1); }

}  // namespace

OrderStatistics::OrderStatistics(const std::vector<double>& values) : sorted_(values) {
  // The two zeros are one value: which of them stood for both must not hang on an order.
  for (double& value : sorted_) value += 0.0;
  std::sort(sorted_.begin(), sorted_.end());
  sorted_.erase(std::unique(sorted_.begin(), sorted_.end()), sorted_.end());
  ranks_.reserve(values.size());
  for (const double value : values) {
    const auto found = std::lower_bound(sorted_.begin(), sorted_.end(), value);
    ranks_.push_back(static_cast<std::uint32_t>(found - sorted_.begin()));
  }
  counts_.resize(sorted_.size() + 1, 0);
}

void OrderStatistics::add(std::size_t place) {
  for (std::size_t i = ranks_[place] + std::size_t{1}; i < counts_.size(); i += lowest_bit(i))
    ++counts_[i];
  ++size_;
}

void OrderStatistics::remove(std::size_t place) {
  for (std::size_t i = ranks_[place] + std::size_t{1}; i < counts_.size(); i += lowest_bit(i))
    --counts_[i];
  --size_;
}

double OrderStatistics::at_rank(std::size_t rank) const {
  std::size_t before = 0;  // the first `before` values of sorted_ hold no more than `rank`
  for (std::size_t step = std::bit_floor(sorted_.size()); step > 0; step /= 2) {
    if (before + step >= counts_.size() || counts_[before + step] > rank) continue;
    before += step;
    rank -= counts_[before];
  }
  return sorted_[before];
}

}  // namespace pugmark::sigma

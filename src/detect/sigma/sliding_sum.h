#pragma once

#include <cstddef>
#include <vector>

namespace pugmark::sigma {

// The sum of the numbers in a window that slides: numbers come in behind and leave in front.
// Nothing is ever subtracted, so a number that has left changes nothing of what follows, however
// large it was. Every number is added twice at most (the queue of two stacks, with sums kept in
// both).
class SlidingSum {
 public:
  void push(double number) {
    back_.push_back(number);
    back_sum_ += static_cast<long double>(number);
  }

  // The number that came first leaves; there is one.
  void pop() {
    if (front_.empty()) turn_over();
    front_.pop_back();
  }

  long double sum() const { return (front_.empty() ? 0 : front_.back()) + back_sum_; }

 private:
  void turn_over() {
    long double sum = 0;
    for (std::size_t i = back_.size(); i-- > 0;) front_.push_back(sum += back_[i]);
    back_.clear();
    back_sum_ = 0;
  }

  std::vector<long double> front_;  // the first number last: its sum with all behind it in here
  std::vector<double> back_;        // those that came since
  long double back_sum_ = 0;
};

}  // namespace pugmark::sigma

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pugmark {

// For fuzzers and tests: turns bytes into decisions, so that a changed byte is another decision.
// When the bytes are used up every answer is 0.
class Choices {
 public:
  Choices(const std::uint8_t* data, std::size_t size_bytes) : bytes_(data, size_bytes) {}

  // 0 to `limit` - 1; `limit` is at most 256.
  std::size_t below(std::size_t limit) {
    if (bytes_.empty()) return 0;
    const std::size_t value = bytes_.front() % limit;
    bytes_ = bytes_.subspan(1);
    return value;
  }
  bool one_in(std::size_t count) { return below(count) == 1; }

  template <class T, std::size_t kCount>
  T one_of(const T (&list)[kCount]) {
    return list[below(kCount)];
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

}  // namespace pugmark

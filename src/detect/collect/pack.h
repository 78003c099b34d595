#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

// Numbers and texts as bytes, for the temporary files that results wait in: never for a case.
namespace pugmark {

inline void put_number_at(std::size_t at, std::uint64_t value, std::string& out) {
  for (unsigned i = 0; i < 8; ++i) out[at + i] = static_cast<char>((value >> (8 * i)) & 0xFFU);
}

inline void put_number(std::uint64_t value, std::string& out) {
  std::array<char, 8> bytes{};
  for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<char>((value >> (8 * i)) & 0xFFU);
  out.append(bytes.data(), bytes.size());
}

inline void put_text(std::string_view text, std::string& out) {
  put_number(text.size(), out);
  out += text;
}

// Reads them back in the same order. Assigns to what is there, so that memory is used again. Once
// something was wrong everything is 0 or empty, and ok() false.
class Unpacker {
 public:
  explicit Unpacker(std::string_view in) : in_(in) {}
  bool ok() const { return ok_; }
  bool at_end() const { return in_.empty(); }

  std::uint64_t number() {
    if (in_.size() < 8) return fail();
    const auto value = load_le<std::uint64_t>(as_bytes(in_).data());
    in_.remove_prefix(8);
    return value;
  }
  void text(std::string& into) {
    const std::uint64_t size = number();
    if (size > in_.size()) {
      fail();
      return;
    }
    into.assign(in_.substr(0, size));
    in_.remove_prefix(size);
  }
  // No element takes less than the eight bytes of a number.
  template <class List, class Each>
  void list(List& values, Each each) {
    const std::uint64_t count = number();
    if (count > in_.size() / 8) {
      fail();
      return;
    }
    values.resize(count);
    for (auto& value : values) each(value);
  }

 private:
  std::uint64_t fail() {
    ok_ = false;
    in_ = {};
    return 0;
  }
  std::string_view in_;
  bool ok_ = true;
};

}  // namespace pugmark
